/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h: a full-duplex cable between two ports: rate, propagation delay, jitter, iid loss, a queue
 * limit a direction, and a cut. One event a traversal; order within a direction is kept. A frame
 * occupies its bytes plus 24 (preamble, FCS, gap) on the line. */
#ifndef MODELS_NET_LINK_H
#define MODELS_NET_LINK_H

#include "models/net/net.h"

extern const struct param_def link_params[]; /* link_delay, link_jitter, link_loss, link_rate, link_queue */

MUST_USE bool link_connect(struct port *a, struct port *b, const struct setting *settings, size_t count,
                           struct link **out, struct err *e);
void link_cut(struct link *l);  /* frames in flight are lost, sending is refused with a DROP */
void link_heal(struct link *l);
bool link_is_cut(const struct link *l);
int64_t link_rate_bps(const struct link *l);

/* What a port sees of its cable: the port at the other end (NULL: no cable), and whether it carries. */
const struct port *port_peer(const struct port *p);
bool port_is_up(const struct port *p);

/* Sends one sealed frame out of `out`; takes over the caller's reference. Returns the FRAME_TX record. */
uint64_t port_send(struct port *out, const struct frame *f);

#endif
