/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_server.h: files by HTTP/1.1 on TCP port 6970, as CUCM's TFTP service gives them (seeds 000 and 001):
 * GET, several requests a connection in order, 404 for what is not there. A body goes out piece by piece, as
 * the peer acknowledges it. */
#ifndef MODELS_PROTO_HTTP_SERVER_H
#define MODELS_PROTO_HTTP_SERVER_H

#include "models/net/tcp.h"
#include "models/proto/file_store.h"
#include "sim/base/pool.h"

struct http_server {
    struct node *node;
    struct tcp *tcp;
    struct file_store *store;
    struct pool visits, buffers;
    struct list_link up;
    bool running;
};

void http_server_init(struct http_server *s, struct node *n, struct tcp *t, struct file_store *store);
void http_server_start(struct http_server *s);
void http_server_stop(struct http_server *s); /* connections are reset, new ones refused */
void http_server_power_off(struct http_server *s); /* before tcp_power_off: no reset is sent */

#endif
