/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_show.h: a phone's group of CUCM nodes as its own page would show it. */
#ifndef MODELS_PROTO_GROUP_SHOW_H
#define MODELS_PROTO_GROUP_SHOW_H

#include "models/net/table.h"
#include "models/proto/sip_group.h"

/* "Active", "Standby", "Monitored" (a higher node that answers probes), or "". */
const char *group_role(const struct sip_group *g, int node);

/* A row a node, in the group's order. */
void group_rows(const struct sip_group *g, struct table *t);
extern const struct table_look group_nodes;

#endif
