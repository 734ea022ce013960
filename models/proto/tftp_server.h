/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp_server.h: TFTP (RFC 1350, options of RFC 2347 to 2349) for reading: each transfer from a port of its
 * own, lock step, retransmission. A duplicate ACK is passed over (RFC 1123 4.2.3.1); a request that comes again
 * before its first block is acknowledged is the same transfer, later it is a new one, for a client may use one
 * port for file after file (seed 004). An ERROR is never answered. What it does it says in the lines of Cisco's
 * TFTP trace (tftp_trace.h). */
#ifndef MODELS_PROTO_TFTP_SERVER_H
#define MODELS_PROTO_TFTP_SERVER_H

#include "models/net/ip.h"
#include "models/proto/file_store.h"
#include "sim/base/pool.h"

struct tftp_server {
    struct node *node;
    struct ip_stack *ip;
    struct file_store *store;
    struct pool transfers;
    struct list_link under_way;
    struct map by_client; /* its address and port -> its youngest transfer */
    uint16_t next_port;
    uint32_t count;
    uint64_t requests; /* so far, in the trace */
    bool running;
};

void tftp_server_init(struct tftp_server *s, struct node *n, struct ip_stack *ip, struct file_store *store);
void tftp_server_start(struct tftp_server *s);
void tftp_server_stop(struct tftp_server *s); /* transfers end without a word */

#endif
