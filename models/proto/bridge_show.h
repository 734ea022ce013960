/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bridge_show.h: calls as rows of call_show.h: the legs of a bridge's, in the order in which they began, and those of
 * anybody else. */
#ifndef MODELS_PROTO_BRIDGE_SHOW_H
#define MODELS_PROTO_BRIDGE_SHOW_H

#include "models/net/table.h"
#include "models/proto/call_bridge.h"
#include "models/proto/call_show.h"

/* What a call itself knows; its numbers are written to from and to. Its number, tag and times are its user's. */
struct call_row sip_call_row(const struct sip_call *c, char from[CALL_TEXT_MAX + 1], char to[CALL_TEXT_MAX + 1]);

void bridge_call_rows(const struct call_bridge *b, struct table *t);

#endif
