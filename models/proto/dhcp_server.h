/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_server.h: a DHCP server (RFC 2131) on a node's stack: pools with exclusions and options,
 * bindings by hardware address, relayed requests (RFC 3046). One message at a time is worked on;
 * the others wait. An address that was declined is not given again. It does not ping an address
 * before it offers it (RFC 2131 2.2): the clients check theirs. Servers that share a net exclude
 * each other's part of it. */
#ifndef MODELS_PROTO_DHCP_SERVER_H
#define MODELS_PROTO_DHCP_SERVER_H

#include "models/net/ip.h"
#include "models/net/table.h"
#include "models/wire/dhcp.h"
#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/base/pool.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/tmr.h"

#define DHCP_EXCLUSIONS_MAX 16
#define DHCP_POOL_ADDRESSES_MAX 8

struct dhcp_range {
    struct ip4 first, last;
};

struct dhcp_addresses {
    uint8_t bytes[4 * DHCP_POOL_ADDRESSES_MAX]; /* as they stand in an option */
    size_t count;
};

/* One "ip dhcp pool". */
struct dhcp_pool {
    struct dhcp_pool *next;
    const char *name;
    struct ip4 net;
    uint8_t prefix_len;
    struct dhcp_range excluded[DHCP_EXCLUSIONS_MAX];
    size_t excluded_count;
    struct dhcp_addresses routers, dns, tftp; /* tftp: option 150 */
    const char *tftp_name, *domain;           /* option 66 and 15; NULL: not sent */
    bool has_arp_timeout;
    uint32_t arp_timeout_s; /* option 35 */
    uint32_t cursor;        /* where the search for a free address goes on */
};

#define DHCP_POOLS_DOC                                                                             \
    "pools, separated by ';': 'NAME NET/LEN router=A dns=A,B domain=D exclude=A-B,C "              \
    "option150=A,B option66=HOST option35=60s'; all but name and net may be left out"

/* The DHCP_SERVER_PARAMS of a device are stored here. */
struct dhcp_server_config {
    const char *pools, *pools_later;
    struct sim_dur lease, offer_hold;
    struct dist service_time;
    int64_t queue;
};

#define DHCP_SERVER_PARAMS(state, field)                                                           \
    {"dhcp_pools", PARAM_TEXT, "", NULL, NULL, NULL, DHCP_POOLS_DOC,                               \
     offsetof(state, field.pools), true},                                                          \
    {"dhcp_pools_later", PARAM_TEXT, "", NULL, NULL, NULL,                                         \
     "what the operation 'reconfigure' makes of the pools, by name; written as in 'dhcp_pools'",   \
     offsetof(state, field.pools_later), true},                                                    \
    {"dhcp_lease_time", PARAM_DUR, "8d", "1min", "49710d", NULL, "how long an address is granted", \
     offsetof(state, field.lease), false},                                                         \
    {"dhcp_offer_hold", PARAM_DUR, "60s", "1s", "1h", NULL, "how long an offered address is kept", \
     offsetof(state, field.offer_hold), false},                                                    \
    {"dhcp_service_time", PARAM_LAW, "1ms", "0s", "1min", NULL,                                    \
     "work on one message; others wait",                                                           \
     offsetof(state, field.service_time), false},                                                  \
    {"dhcp_queue", PARAM_INT, "1000", "1", "1000000", NULL,                                        \
     "messages that may wait; more are discarded",                                                 \
     offsetof(state, field.queue), false}

struct dhcp_binding;

struct dhcp_server {
    struct node *node;
    struct ip_stack *ip;
    const struct dhcp_server_config *config;
    struct dhcp_pool *pools, **last_pool;
    struct map by_client;  /* MAC -> dhcp_binding */
    struct map by_address; /* address -> dhcp_binding */
    struct pool jobs;
    struct list_link waiting;
    uint32_t waiting_count;
    struct tmr work;
    struct rng *rng;
    bool running;
};

/* Reads the pools; a mistake in them is the user's. Not started. */
MUST_USE bool dhcp_server_init(struct dhcp_server *s, struct node *n, struct ip_stack *ip,
                               const struct dhcp_server_config *c, struct err *e);
/* The pools of `pools_later` take the place of those of their names; the bindings stay. */
MUST_USE bool dhcp_server_reconfigure(struct dhcp_server *s, struct err *e);
void dhcp_server_start(struct dhcp_server *s);
void dhcp_server_stop(struct dhcp_server *s); /* what waits is discarded; the bindings stay */

/* show ip dhcp binding, show ip dhcp pool, show ip dhcp conflict */
void dhcp_binding_rows(const struct dhcp_server *s, struct table *t);
void dhcp_pool_rows(const struct dhcp_server *s, struct table *t);
void dhcp_conflict_rows(const struct dhcp_server *s, struct table *t);
extern const struct table_look show_dhcp_binding, show_dhcp_pool, show_dhcp_conflict;

/* For the tables: one entry of the server's book. */
struct dhcp_binding {
    struct dhcp_pool *pool;
    struct ip4 address;
    struct mac client;
    bool conflict; /* declined: nobody's */
    bool offered;  /* not yet asked for */
    bool released;
    struct sim_time until;
    bool for_ever;
};

/* Offered or granted, and its time is not over. */
bool dhcp_binding_in_force(const struct dhcp_server *s, const struct dhcp_binding *b);

#endif
