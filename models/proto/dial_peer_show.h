/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial_peer_show.h: the dial-peers as a table. */
#ifndef MODELS_PROTO_DIAL_PEER_SHOW_H
#define MODELS_PROTO_DIAL_PEER_SHOW_H

#include "models/net/table.h"
#include "models/proto/dial_peer.h"

void dial_peer_rows(const struct dial_peer *first, struct table *t);
extern const struct table_look show_dial_peers; /* show dial-peer voice summary */

#endif
