/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_fetch.h: how a phone gets a file: from the servers in their order (RFC 5859 3), from each by HTTP on
 * TCP port 6970 first, if its firmware does that, and by TFTP when no HTTP connection comes about. That a
 * file is not there (404, TFTP error 1) is an answer: no other server is asked. One file at a time. */
#ifndef MODELS_PROTO_FILE_FETCH_H
#define MODELS_PROTO_FILE_FETCH_H

#include "models/net/fsm.h"
#include "models/net/ip.h"
#include "models/net/tcp.h"
#include "models/proto/file_bytes.h"
#include "models/wire/tftp.h"
#include "sim/kernel/tmr.h"

#define FETCH_SERVERS_MAX 8
#define FETCH_NAME_MAX 127

enum fetch_result {
    FETCH_OK,
    FETCH_NOT_FOUND,
    FETCH_REFUSED, /* another error, or too large */
    FETCH_FAILED,  /* no server answered */
};

/* The FETCH_PARAMS of a phone are stored here. */
struct fetch_config {
    int http_download;       /* FETCH_BY_MODEL, FETCH_HTTP, FETCH_TFTP */
    bool http;               /* HTTP first: filled by the owner, by his model unless he was told */
    struct sim_dur patience; /* a try of a server: a TFTP request, an HTTP connection or its silence */
    int64_t tries;           /* of a TFTP request or ACK, a server */
    int64_t size_max, blksize; /* blksize 0: plain TFTP without options */
    uint8_t dscp;            /* filled by the owner */
};

enum { FETCH_BY_MODEL, FETCH_HTTP, FETCH_TFTP }; /* "auto|on|off" */

#define FETCH_PARAMS(state, field)                                                     \
    {"http_download", PARAM_ENUM, "auto", NULL, NULL, "auto|on|off",                                  \
     "files by HTTP on TCP 6970 first, then by TFTP; auto: as the phone model does",                  \
     offsetof(state, field.http_download), false},                                                            \
    {"tftp_timeout", PARAM_DUR, "4s", "100ms", "10min", NULL, "a server has this long to answer (RFC 5859 3)", \
     offsetof(state, field.patience), false},                                                        \
    {"tftp_tries", PARAM_INT, "4", "1", "100", NULL, "times that a TFTP server is asked, then the next one", \
     offsetof(state, field.tries), false},                                                           \
    {"tftp_blksize", PARAM_INT, "0", "0", "1428", NULL, "TFTP block size asked for (RFC 2348); 0: no option, 512", \
     offsetof(state, field.blksize), false},                                                         \
    {"file_size_max", PARAM_BYTES, "64MiB", "1KiB", "1024MiB", NULL, "a larger file is not taken",        \
     offsetof(state, field.size_max), false}

typedef void fetch_done_fn(void *arg, enum fetch_result result, struct str bytes); /* bytes: during the call */

struct file_fetch {
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    const struct fetch_config *config;
    struct ip4 server[FETCH_SERVERS_MAX];
    size_t server_count;
    size_t at, asked; /* at: the server being asked, the one that answered last at first */
    /* the file on its way */
    struct fsm fsm;
    struct tmr patience;
    char name[FETCH_NAME_MAX + 1];
    fetch_done_fn *done;
    void *arg;
    uint64_t flow, count;
    bool keeps;
    struct file_bytes bytes;
    /* TFTP */
    bool one_port; /* for all files of one list of servers (seed 004), not one for each (RFC 1350 4); the owner sets it */
    uint16_t port, tid; /* ours; the server's, 0 until it has answered */
    uint16_t past_tid;  /* with one_port: the server's of the file before */
    uint16_t block;     /* received last */
    uint32_t block_bytes;
    int64_t tries;
    struct rng *rng;
    /* HTTP */
    struct tcp_conn *conn;
    bool has_head;
    uint32_t status;
    uint64_t body;
    /* the end */
    enum fetch_result result;
};

void fetch_init(struct file_fetch *f, struct node *n, struct ip_stack *ip, struct tcp *t,
                const struct fetch_config *c);
void fetch_set_servers(struct file_fetch *f, const struct ip4 *servers, size_t count); /* in order; the first 8 */

/* `done` is called once, never before this returns, unless fetch_stop comes first. Not while one is on its
 * way; a name has at most FETCH_NAME_MAX bytes. `keep` false: the bytes are only counted (firmware), `done` gets none. */
void fetch_get(struct file_fetch *f, struct str name, bool keep, fetch_done_fn *done, void *arg);
void fetch_stop(struct file_fetch *f); /* at once; nothing is sent but the reset of a connection */
void fetch_power_off(struct file_fetch *f); /* nothing is sent at all: before tcp_power_off */

#endif
