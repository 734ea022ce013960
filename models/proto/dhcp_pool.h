/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_pool.h: the text of a server's pools (DHCP_POOLS_DOC), as a scenario writes it. */
#ifndef MODELS_PROTO_DHCP_POOL_H
#define MODELS_PROTO_DHCP_POOL_H

#include "models/proto/dhcp_server.h"

/* Appends the pools of `text`, which is that of parameter `param`, to the server's list, in their
 * order. */
MUST_USE bool dhcp_pools_parse(struct dhcp_server *s, const char *param, struct str text,
                               struct err *e);

/* Pools of names that are there already: their options and exclusions are replaced. All or none;
 * `only_check`: none. */
MUST_USE bool dhcp_pools_replace(struct dhcp_server *s, const char *param, struct str text,
                                 bool only_check, struct err *e);

bool dhcp_pool_has(const struct dhcp_pool *p, struct ip4 a);      /* of its net */
bool dhcp_pool_may_give(const struct dhcp_pool *p, struct ip4 a); /* and no exclusion, no end */
uint32_t dhcp_pool_size(const struct dhcp_pool *p);               /* hosts of its net */

#endif
