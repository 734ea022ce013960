/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp_server.c: see tftp_server.h. */
#include "models/proto/tftp_server.h"

#include <string.h>

#include "models/proto/tftp_trace.h"
#include "models/wire/tftp.h"

#define TRANSFERS_MAX 30000 /* fewer than the ports from FIRST_PORT on: one is always free */
#define FIRST_PORT 32768
#define BLOCK_MAX 1428 /* of an Ethernet frame: a larger one would be fragmented, and DF is set */

struct transfer {
    struct tftp_server *server;
    struct list_link in_server;
    struct ip4 client;
    uint16_t client_port, port;
    struct str file;
    char name[FILE_NAME_MAX + 1];
    uint32_t block_bytes, timeout_s; /* timeout_s 0: the server's own */
    bool has_blksize, has_timeout, has_tsize;
    bool offered;     /* OACK is out, and block 0 awaited */
    uint32_t block;   /* sent last, counted from 1; 0: none yet */
    int64_t tries;
    uint64_t flow;
    struct file_job job;
    struct tmr retry;
    struct tftp_context trace;
};

static uint64_t key_of(struct ip4 a, uint16_t port)
{
    return (uint64_t)a.v << 16 | port;
}

/* --- out ------------------------------------------------------------------------------------------ */

static void send_from(struct tftp_server *s, uint16_t port, struct ip4 to, uint16_t to_port, const struct tftp *m)
{
    uint8_t bytes[BLOCK_MAX + 64];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, m);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = to, .src_port = port, .dst_port = to_port,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    if (!ip_send_udp(s->ip, &u, DSCP_CS3))
        ip_discard(s->node, "no-route");
}

static void send(struct transfer *t, const struct tftp *m)
{
    bus_set_flow(t->server->node->sim, t->flow);
    send_from(t->server, t->port, t->client, t->client_port, m);
}

static void say_error(struct tftp_server *s, uint16_t port, const struct udp *u, enum tftp_error code,
                      const char *text)
{
    struct tftp m = {.op = TFTP_ERROR, .number = (uint16_t)code, .data = str_of(text)};
    send_from(s, port, u->src, u->src_port, &m);
}

static void arm(struct transfer *t)
{
    struct sim_dur in = t->timeout_s ? dur_s(t->timeout_s) : t->server->store->config->tftp_retry;
    tmr_arm(&t->retry, in);
    tmr_await(&t->retry, t->flow, 0);
}

static void send_block(struct transfer *t)
{
    uint64_t at = (uint64_t)(t->block - 1) * t->block_bytes, left = t->file.n - at;
    struct tftp m = {.op = TFTP_DATA, .number = (uint16_t)t->block};
    m.data = (struct str){t->file.p + at, left < t->block_bytes ? left : t->block_bytes};
    send(t, &m);
    arm(t);
}

static void send_oack(struct transfer *t)
{
    char size[24], block[24], timeout[24];
    struct tftp m = {.op = TFTP_OACK};
    struct txtbuf s = txtbuf_of(size, sizeof size), b = txtbuf_of(block, sizeof block),
                  o = txtbuf_of(timeout, sizeof timeout);
    txtbuf_add(&s, "%zu", t->file.n);
    txtbuf_add(&b, "%u", t->block_bytes);
    txtbuf_add(&o, "%u", t->timeout_s);
    if (t->has_blksize)
        m.option[m.option_count++] = (struct tftp_option){STR("blksize"), txtbuf_view(&b)};
    if (t->has_timeout)
        m.option[m.option_count++] = (struct tftp_option){STR("timeout"), txtbuf_view(&o)};
    if (t->has_tsize)
        m.option[m.option_count++] = (struct tftp_option){STR("tsize"), txtbuf_view(&s)};
    send(t, &m);
    arm(t);
}

/* --- a transfer ----------------------------------------------------------------------------------- */

static void end(struct transfer *t)
{
    struct tftp_server *s = t->server;
    tmr_disarm(&t->retry);
    file_store_leave(s->store, &t->job);
    ip_unbind(s->ip, t->port);
    if (map_get(&s->by_client, key_of(t->client, t->client_port)) == t)
        map_remove(&s->by_client, key_of(t->client, t->client_port));
    list_remove(&t->in_server);
    pool_put(&s->transfers, t);
    s->count--;
}

static bool is_last(const struct transfer *t)
{
    return (uint64_t)t->block * t->block_bytes > t->file.n; /* a short one; perhaps an empty one */
}

static void next_block(struct transfer *t)
{
    if (t->block && is_last(t)) {
        tftp_trace_transferred(&t->trace);
        end(t);
        return;
    }
    t->block++;
    t->tries = 0;
    send_block(t);
}

static void on_retry(void *owner)
{
    struct transfer *t = owner;
    if (t->tries++ == t->server->store->config->tftp_tries) {
        tftp_trace_no_ack(&t->trace, t->block);
        end(t);
        return;
    }
    if (t->block)
        send_block(t);
    else
        send_oack(t);
}

/* Of the block sent last: go on. An older one is a duplicate; answering it would double every block from
 * here on (RFC 1123 4.2.3.1). */
static void on_ack(struct transfer *t, uint16_t number)
{
    bool awaited = t->block ? number == (uint16_t)t->block : t->offered && number == 0;
    if (awaited)
        next_block(t);
}

static void on_transfer(void *arg, const struct udp *u, const struct frame *f)
{
    struct transfer *t = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct tftp m;
    (void)f;
    bool stranger = !ip4_eq(u->src, t->client) || u->src_port != t->client_port;
    if (!tftp_get(&r, &m)) {
        ip_discard(t->server->node, "bad-tftp");
    } else if (stranger && m.op != TFTP_ERROR) {
        say_error(t->server, t->port, u, TFTP_UNKNOWN_TID, "Unknown transfer ID"); /* the only one that ends nothing */
    } else if (stranger) {
        ip_discard(t->server->node, "tftp-stray-error"); /* answered, two ends could go on for ever */
    } else if (m.op == TFTP_ACK) {
        on_ack(t, m.number);
    } else {
        if (m.op == TFTP_ERROR)
            tftp_trace_client_error(&t->trace, m.number);
        else
            say_error(t->server, t->port, u, TFTP_ILLEGAL_OPERATION, "Illegal operation");
        end(t);
    }
}

/* --- a request ------------------------------------------------------------------------------------ */

/* RFC 2348 and 2349: a smaller block size is allowed, a time is echoed or left out. */
static void read_options(struct transfer *t, const struct tftp *m)
{
    struct str blksize = tftp_option(m, STR("blksize")), timeout = tftp_option(m, STR("timeout"));
    uint64_t v;
    if (blksize.p && str_u64(blksize, 65464, &v) && v >= 8) {
        t->has_blksize = true;
        t->block_bytes = v < BLOCK_MAX ? (uint32_t)v : BLOCK_MAX;
    }
    if (timeout.p && str_u64(timeout, 255, &v) && v >= 1) {
        t->has_timeout = true;
        t->timeout_s = (uint32_t)v;
    }
    t->has_tsize = tftp_option(m, STR("tsize")).p != NULL;
}

static void on_turn(void *arg)
{
    struct transfer *t = arg;
    struct str sought;
    tftp_trace_search(&t->trace, t->server->store);
    if (!file_store_find(t->server->store, str_of(t->name), &t->file, &sought)) {
        struct tftp m = {.op = TFTP_ERROR, .number = TFTP_NOT_FOUND, .data = STR("File not found")};
        tftp_trace_nak(&t->trace, sought, TFTP_NOT_FOUND);
        send(t, &m);
        end(t);
        return;
    }
    t->offered = t->has_blksize || t->has_timeout || t->has_tsize;
    if (t->offered)
        send_oack(t);
    else
        next_block(t);
}

static uint16_t free_port(struct tftp_server *s)
{
    while (!ip_is_free(s->ip, s->next_port))
        s->next_port = s->next_port == UINT16_MAX ? FIRST_PORT : (uint16_t)(s->next_port + 1);
    uint16_t port = s->next_port;
    s->next_port = port == UINT16_MAX ? FIRST_PORT : (uint16_t)(port + 1);
    return port;
}

/* The request again: its answer is on its way, or comes with the retransmission. A client that has acknowledged
 * a block, or asks for another file, begins anew; the transfer before ends by itself. */
static bool is_repeated(const struct transfer *t, const struct tftp *m)
{
    return t && t->block <= 1 && str_eq(m->file, str_of(t->name));
}

static void start_trace(struct transfer *t, const struct udp *u)
{
    struct tftp_server *s = t->server;
    t->trace.client = t->client;
    t->trace.port = t->client_port;
    tftp_context_init(&t->trace, s->node, ++s->requests, t->name, s->count);
    tftp_trace_request(&t->trace, u->payload.n, s->count);
}

static void accept(struct tftp_server *s, const struct udp *u, const struct tftp *m)
{
    uint64_t key = key_of(u->src, u->src_port);
    if (is_repeated(map_get(&s->by_client, key), m))
        return;
    if (s->count == TRANSFERS_MAX) {
        ip_discard(s->node, "tftp-transfers");
        return;
    }
    struct transfer *t = pool_get(&s->transfers);
    *t = (struct transfer){.server = s, .client = u->src, .client_port = u->src_port, .port = free_port(s),
                           .block_bytes = TFTP_BLOCK_BYTES, .flow = bus_current_flow(s->node->sim)};
    str_keep(t->name, sizeof t->name, m->file);
    read_options(t, m);
    tmr_init(&t->retry, s->node->sim, s->node->id, "tftp.retry", t, on_retry);
    ip_bind(s->ip, t->port, on_transfer, t);
    map_put(&s->by_client, key, t);
    list_append(&s->under_way, &t->in_server);
    start_trace(t, u);
    s->count++;
    if (!file_store_wait(s->store, &t->job, on_turn, t)) {
        ip_discard(s->node, "tftp-queue-full");
        end(t);
    }
}

static void on_request(void *arg, const struct udp *u, const struct frame *f)
{
    struct tftp_server *s = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct tftp m;
    (void)f;
    if (!tftp_get(&r, &m))
        ip_discard(s->node, "bad-tftp");
    else if (m.op == TFTP_ERROR)
        ip_discard(s->node, "tftp-stray-error");
    else if (m.op == TFTP_WRQ)
        say_error(s, TFTP_PORT, u, TFTP_ACCESS_VIOLATION, "Access violation");
    else if (m.op != TFTP_RRQ || !str_eq_nocase(m.mode, STR("octet")))
        say_error(s, TFTP_PORT, u, TFTP_ILLEGAL_OPERATION, "Illegal operation");
    else if (m.file.n > FILE_NAME_MAX)
        say_error(s, TFTP_PORT, u, TFTP_NOT_FOUND, "File not found");
    else
        accept(s, u, &m);
}

/* --- life ----------------------------------------------------------------------------------------- */

void tftp_server_init(struct tftp_server *s, struct node *n, struct ip_stack *ip, struct file_store *store)
{
    *s = (struct tftp_server){.node = n, .ip = ip, .store = store, .next_port = FIRST_PORT};
    pool_init(&s->transfers, sim_arena(n->sim), "TFTP transfers", sizeof(struct transfer), TRANSFERS_MAX);
    map_init(&s->by_client, sim_arena(n->sim));
    list_init(&s->under_way);
}

void tftp_server_start(struct tftp_server *s)
{
    if (s->running)
        return;
    s->running = true;
    ip_bind(s->ip, TFTP_PORT, on_request, s);
}

void tftp_server_stop(struct tftp_server *s)
{
    if (!s->running)
        return;
    s->running = false;
    ip_unbind(s->ip, TFTP_PORT);
    while (!list_empty(&s->under_way))
        end(LIST_ENTRY(s->under_way.next, struct transfer, in_server));
}
