/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_show.h: an SCCP phone's group of CUCM nodes as its own page would show it. */
#ifndef MODELS_PROTO_SCCP_SHOW_H
#define MODELS_PROTO_SCCP_SHOW_H

#include "models/net/table.h"
#include "models/proto/sccp_group.h"

/* A row a node, in the group's order. */
void sccp_group_rows(const struct sccp_group *g, struct table *t);
extern const struct table_look sccp_group_nodes;

#endif
