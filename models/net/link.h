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
void link_heal(struct link *l); /* ends that, and every fault in force (link_fault.h) */
bool link_is_cut(const struct link *l); /* in both directions: a link cut in one is up at both ends */
int64_t link_rate_bps(const struct link *l);

/* What a port sees of its cable: the port at the other end (NULL: no cable), and whether the link is up: a sound
 * cable, and a transceiver at work at both ends. */
const struct port *port_peer(const struct port *p);
bool port_is_up(const struct port *p);
bool port_is_dark(const struct port *p); /* the other end's transceiver is off */

/* What one end puts on the wire besides frames (IEEE 802.3af/at): a powered device shows its class, power
 * sourcing equipment its power. */
struct line {
    bool dark; /* its transceiver is off: the link is down */
    bool powered_device;
    uint8_t pd_class;   /* 0..4, of a powered device */
    uint32_t supply_mw; /* 0: none */
};
void port_offer(struct port *p, struct line l); /* the other end's on_line hears of a change, at once */
struct line port_line(const struct port *p);    /* what the other end offers; nothing without a sound cable */

/* A stream of voice that is told of, not sent: what links would do with its packets. */
struct link_traffic {
    uint16_t src_port, dst_port;
    uint16_t frame_bytes; /* of each */
};

struct link_outlook {
    bool cut;         /* nothing passes: no cable, a cut this way, or a transceiver that is off */
    int64_t loss_ppb; /* of what passes else, lost at random: of a Gilbert fault its share in the long run */
    uint64_t record;  /* of what cut it or began the loss; 0: none */
};

/* For frames sent out of `out` from now on, until net_watch tells of a change. Masks count frames, so they touch no
 * such stream; waiting, jitter and copies lose nothing. */
struct link_outlook link_outlook(const struct port *out, const struct link_traffic *t);

/* From the sending of such a frame to its arrival over an idle link, jitter apart. There is a cable. */
struct sim_dur link_transit(const struct port *out, const struct link_traffic *t);

/* Sends one sealed frame out of `out`; takes over the caller's reference. Returns the FRAME_TX record. */
uint64_t port_send(struct port *out, const struct frame *f);

#endif
