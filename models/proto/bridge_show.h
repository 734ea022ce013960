/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bridge_show.h: a bridge's calls as rows of call_show.h, leg by leg, in the order in which they began. */
#ifndef MODELS_PROTO_BRIDGE_SHOW_H
#define MODELS_PROTO_BRIDGE_SHOW_H

#include "models/net/table.h"
#include "models/proto/call_bridge.h"

void bridge_call_rows(const struct call_bridge *b, struct table *t);

#endif
