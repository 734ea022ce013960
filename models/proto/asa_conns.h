/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_conns.h: the connections that an ASA knows. A packet of a connection passes both ways; a TCP segment that is
 * no SYN and belongs to none is denied (syslog 106015). An entry ends with a RST, with both FINs acknowledged, or
 * when it is idle for too long, which is compared when somebody looks. */
#ifndef MODELS_PROTO_ASA_CONNS_H
#define MODELS_PROTO_ASA_CONNS_H

#include "models/net/table.h"
#include "models/wire/ip4.h"
#include "models/wire/tcp.h"
#include "sim/base/map.h"
#include "sim/base/pool.h"

/* The ASA_CONN_PARAMS of a device are stored here. */
struct asa_conns_config {
    struct sim_dur idle, half_closed, embryonic, udp;
};

/* clang-format off */
#define ASA_CONN_PARAMS(state, field) \
    {"asa_timeout_conn", PARAM_DUR, "1h", "1s", "30d", NULL, "an idle TCP connection is forgotten after this long (timeout conn)", offsetof(state, field.idle), false}, \
    {"asa_timeout_half_closed", PARAM_DUR, "10min", "1s", "30d", NULL, "the same when one side has closed it (timeout half-closed)", offsetof(state, field.half_closed), false}, \
    {"asa_timeout_embryonic", PARAM_DUR, "30s", "1s", "30d", NULL, "the same before its handshake is over (set connection timeout embryonic)", offsetof(state, field.embryonic), false}, \
    {"asa_timeout_udp", PARAM_DUR, "2min", "1s", "30d", NULL, "the same for UDP and ICMP (timeout udp)", offsetof(state, field.udp), false}
/* clang-format on */

struct asa_end {
    struct ip4 addr;
    uint16_t port; /* 0: the protocol has none */
};

/* A packet as the ASA sees it. */
struct asa_packet {
    uint8_t proto;
    struct asa_end src, dst;
    const char *in, *out; /* interface names */
    bool outward;         /* to an interface that is not of a higher security level */
    size_t bytes;         /* of payload */
    struct tcp_seg tcp;   /* of TCP */
};

struct asa_conn {
    struct asa_conn *next; /* of the same hash */
    uint64_t key, number;
    uint8_t proto;
    struct asa_end from, to; /* who began it, with whom */
    const char *in, *out;
    bool outward;
    /* state; [0]: of who began, [1]: of the other */
    struct sim_time used, built;
    uint64_t bytes;
    bool answered, up;        /* a SYN,ACK was seen; and its ACK */
    bool data[2], fin[2], fin_acked[2];
    uint32_t fin_end[2];      /* sequence number behind the FIN */
};

struct asa_conns {
    /* configuration */
    struct node *node;
    const struct asa_conns_config *config;
    /* state */
    struct map by_key;
    struct pool pool;
    uint32_t live, most, sweep_at;
    uint64_t built;
};

void asa_conns_init(struct asa_conns *c, struct node *n, const struct asa_conns_config *config);

/* The connection that the packet belongs to, in either direction; NULL: none. */
struct asa_conn *asa_conns_find(struct asa_conns *c, const struct asa_packet *p);

/* A new one, begun by this packet; there must be none yet. */
struct asa_conn *asa_conns_build(struct asa_conns *c, const struct asa_packet *p);

/* The packet passes: what it says of the connection is taken in, which may end it. */
void asa_conns_pass(struct asa_conns *c, struct asa_conn *k, const struct asa_packet *p);

/* show conn (asa_show.c). */
void asa_conn_rows(const struct asa_conns *c, struct table *t);
extern const struct table_look asa_show_conn, asa_show_arp, asa_show_route;

/* How long it may be idle. */
struct sim_dur asa_conn_limit(const struct asa_conns *c, const struct asa_conn *k);

#endif
