/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_fetch.c: see file_fetch.h. Top to bottom: TFTP, HTTP, which server next, the table, what
 * comes in, life. */
#include "models/proto/file_fetch.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/wire/http.h"

#define EPHEMERAL_FIRST 49152
#define TOO_LARGE "it is larger than file_size_max"

enum { IDLE, HTTP_CONNECTING, HTTP_ASKED, TFTP_ASKED, TFTP_RECEIVING, ENDING, STATE_COUNT };

enum { E_HTTP, E_TFTP, E_OPEN, E_DATA, E_SILENCE, E_DOWN, E_END, E_TELL, E_STOP, EVENT_COUNT };

static const char *const event_names[EVENT_COUNT] = {
    "ask-by-http", "ask-by-tftp", "connected", "data", "no-answer", "connection-lost", "answer", "handed-over", "stop",
};

static void feed(struct file_fetch *f, int event)
{
    if (f->fsm.stepping)
        fsm_raise(&f->fsm, event);
    else
        fsm_step(&f->fsm, event, NULL);
}

static void conclude(struct file_fetch *f, enum fetch_result r)
{
    f->result = r;
    feed(f, E_END);
}

static void refuse(struct file_fetch *f, const char *why)
{
    struct node *n = f->node;
    BUS_NOTE(n->sim, n->id, "file", "{} is not taken: {}", V_TEXT(f->name), V_TEXT(why));
    conclude(f, FETCH_REFUSED);
}

static bool fits(const struct file_fetch *f, uint64_t n)
{
    return n <= (uint64_t)f->config->size_max;
}

static struct ip4 server_now(const struct file_fetch *f)
{
    return f->server[f->at];
}

static void arm(struct file_fetch *f)
{
    tmr_arm(&f->patience, f->config->patience);
    tmr_await(&f->patience, f->flow, 0);
}

static void set_flow(struct file_fetch *f)
{
    bus_set_flow(f->node->sim, f->flow);
}

/* --- TFTP ----------------------------------------------------------------------------------------- */

static void on_udp(void *arg, const struct udp *u, const struct frame *frame);

static void send_tftp(struct file_fetch *f, uint16_t to_port, struct ip4 to, const struct tftp *m)
{
    uint8_t bytes[512];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, m);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = to, .src_port = f->port, .dst_port = to_port,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    set_flow(f);
    if (!ip_send_udp(f->ip, &u, f->config->dscp))
        ip_discard(f->node, "no-route");
}

static void send_rrq(struct file_fetch *f)
{
    char size[16];
    struct txtbuf t = txtbuf_of(size, sizeof size);
    struct tftp m = {.op = TFTP_RRQ, .file = str_of(f->name), .mode = STR("octet")};
    if (f->config->blksize >= 8) {
        txtbuf_add(&t, "%lld", (long long)f->config->blksize);
        m.option[m.option_count++] = (struct tftp_option){STR("blksize"), txtbuf_view(&t)};
    }
    send_tftp(f, TFTP_PORT, server_now(f), &m);
    arm(f);
}

static void send_ack(struct file_fetch *f)
{
    struct tftp m = {.op = TFTP_ACK, .number = f->block};
    send_tftp(f, f->tid, server_now(f), &m);
}

static void close_port(struct file_fetch *f)
{
    if (f->port)
        ip_unbind(f->ip, f->port);
    f->port = f->tid = 0;
}

/* With the port that the file before had, what its server still says must not be taken for the answer. */
static void open_port(struct file_fetch *f)
{
    bool stays = f->one_port && f->port;
    f->past_tid = stays ? f->tid : 0;
    f->tid = 0;
    if (stays)
        return;
    close_port(f);
    do
        f->port = (uint16_t)rng_between(f->rng, EPHEMERAL_FIRST, UINT16_MAX);
    while (!ip_is_free(f->ip, f->port));
    ip_bind(f->ip, f->port, on_udp, f);
}

static void ask_by_tftp(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    file_bytes_clear(&f->bytes);
    open_port(f);
    f->block = 0;
    f->block_bytes = TFTP_BLOCK_BYTES;
    f->tries = 1;
    send_rrq(f);
}

static bool may_ask_again(const void *self, const void *msg)
{
    const struct file_fetch *f = self;
    (void)msg;
    return f->tries < f->config->tries;
}

static void ask_again(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    f->tries++;
    send_rrq(f);
}

/* The block did not come: its predecessor's ACK again. */
static void ack_again(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    f->tries++;
    send_ack(f);
    arm(f);
}

/* Not retransmitted (RFC 1350 7): the server ends at once, or when nothing more comes. */
static void end_tftp(struct file_fetch *f, enum tftp_error code, const char *text, const char *why)
{
    struct tftp no = {.op = TFTP_ERROR, .number = (uint16_t)code, .data = str_of(text)};
    send_tftp(f, f->tid, server_now(f), &no);
    refuse(f, why);
}

static void on_block(struct file_fetch *f, const struct tftp *m)
{
    if (m->number != (uint16_t)(f->block + 1)) {
        if (m->number == f->block)
            send_ack(f); /* our ACK was lost (RFC 1350 2) */
        return;
    }
    if (m->data.n > f->block_bytes) {
        end_tftp(f, TFTP_ILLEGAL_OPERATION, "Block too long", "a TFTP block is too long");
        return;
    }
    if (!fits(f, f->bytes.n + m->data.n)) {
        end_tftp(f, TFTP_DISK_FULL, "File too large", TOO_LARGE);
        return;
    }
    file_bytes_add(&f->bytes, m->data, f->keeps);
    f->block = m->number;
    f->tries = 1;
    send_ack(f);
    if (m->data.n < f->block_bytes) {
        conclude(f, FETCH_OK);
        return;
    }
    arm(f);
    feed(f, E_DATA);
}

/* Only what was asked for may be in it (RFC 2347). */
static void on_oack(struct file_fetch *f, const struct tftp *m)
{
    uint64_t v = 0;
    struct str blksize = tftp_option(m, STR("blksize"));
    bool ours = m->option_count == 1 && f->config->blksize >= 8 && blksize.p &&
                str_u64(blksize, (uint64_t)f->config->blksize, &v) && v >= 8;
    if (f->fsm.state == TFTP_RECEIVING && f->bytes.n)
        return; /* late */
    if (!ours) {
        end_tftp(f, TFTP_OPTION_REFUSED, "Option not asked for",
                 "the server answers an option that was not asked for");
        return;
    }
    f->block_bytes = (uint32_t)v;
    send_ack(f); /* of block 0 */
    arm(f);
    feed(f, E_DATA);
}

static void on_udp(void *arg, const struct udp *u, const struct frame *frame)
{
    struct file_fetch *f = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct tftp m;
    (void)frame;
    if (!tftp_get(&r, &m)) {
        ip_discard(f->node, "bad-tftp");
        return;
    }
    bool wrong = !ip4_eq(u->src, server_now(f)) || (f->past_tid && u->src_port == f->past_tid) ||
                 (f->tid && u->src_port != f->tid);
    if (wrong && m.op != TFTP_ERROR) { /* the one error that ends nothing (RFC 1350 4) */
        struct tftp no = {.op = TFTP_ERROR, .number = TFTP_UNKNOWN_TID, .data = STR("Unknown transfer ID")};
        send_tftp(f, u->src_port, u->src, &no);
        return;
    }
    bool asking = f->fsm.state == TFTP_ASKED || f->fsm.state == TFTP_RECEIVING;
    if (wrong || (!asking && m.op != TFTP_DATA))
        return;
    f->tid = u->src_port;
    if (!asking) {
        if (m.number == f->block)
            send_ack(f); /* the last ACK was lost; we are still there to say so (RFC 1350 6) */
    } else if (m.op == TFTP_DATA) {
        on_block(f, &m);
    } else if (m.op == TFTP_OACK) {
        on_oack(f, &m);
    } else if (m.op == TFTP_ERROR && m.number == TFTP_NOT_FOUND) {
        conclude(f, FETCH_NOT_FOUND);
    } else if (m.op == TFTP_ERROR) {
        refuse(f, "the TFTP server refuses");
    } else {
        end_tftp(f, TFTP_ILLEGAL_OPERATION, "Illegal operation", "the TFTP server answers with a request or an ACK");
    }
}

/* --- HTTP ----------------------------------------------------------------------------------------- */

static void on_open(void *arg)
{
    feed(arg, E_OPEN);
}

/* What follows the body is no part of the file. That the server is too busy says nothing of it. */
static void on_http_end(struct file_fetch *f)
{
    f->bytes.n = f->body;
    if (f->status == 503)
        feed(f, E_DOWN);
    else if (f->status == 200)
        conclude(f, FETCH_OK);
    else if (f->status == 404)
        conclude(f, FETCH_NOT_FOUND);
    else
        refuse(f, "the HTTP server refuses");
}

/* A head comes in few pieces; it is gathered where the body will be. A body without a length would end with the
 * connection: whether all of it came, nobody could say. */
static void on_head(struct file_fetch *f, struct str data)
{
    struct http m;
    size_t head = 0;
    file_bytes_add(&f->bytes, data, true);
    enum http_verdict v = http_head(file_bytes_view(&f->bytes), &m, &head, &f->body);
    if (v == HTTP_MORE)
        return;
    if (v == HTTP_BAD || !m.is_response) {
        refuse(f, "the HTTP answer is malformed");
        return;
    }
    if (m.status == 200 && !http_header(&m, STR("Content-Length")).p) {
        refuse(f, "the HTTP answer has no Content-Length");
        return;
    }
    if (!fits(f, f->body)) {
        refuse(f, TOO_LARGE);
        return;
    }
    f->has_head = true;
    f->status = m.status;
    file_bytes_cut(&f->bytes, head);
}

static void on_data(void *arg, struct str data)
{
    struct file_fetch *f = arg;
    if (f->fsm.state != HTTP_ASKED)
        return;
    arm(f);
    if (f->has_head)
        file_bytes_add(&f->bytes, data, f->keeps);
    else
        on_head(f, data);
    if (f->has_head && f->bytes.n >= f->body)
        on_http_end(f);
}

static void on_peer_close(void *arg)
{
    struct file_fetch *f = arg;
    if (f->conn)
        tcp_close(f->conn);
}

static void on_tcp_end(void *arg, enum tcp_end why)
{
    struct file_fetch *f = arg;
    (void)why;
    f->conn = NULL;
    if (f->fsm.state == HTTP_CONNECTING || f->fsm.state == HTTP_ASKED)
        feed(f, E_DOWN);
}

/* The connection of a fetch that is over has no say any more. */
static const struct tcp_events events = {
    .on_open = on_open, .on_data = on_data, .on_peer_close = on_peer_close, .on_end = on_tcp_end};
static const struct tcp_events deaf = {0};

static void let_go(struct file_fetch *f, bool reset)
{
    struct tcp_conn *c = f->conn;
    if (!c)
        return;
    f->conn = NULL;
    tcp_use(c, &deaf, NULL);
    if (reset)
        tcp_abort(c);
    else
        tcp_close(c);
}

static void ask_by_http(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    struct tcp_open o = {.dst = server_now(f), .dst_port = HTTP_TFTP_PORT, .dscp = f->config->dscp, .flow = f->flow};
    file_bytes_clear(&f->bytes);
    f->has_head = false;
    f->status = 0;
    f->body = 0;
    set_flow(f);
    arm(f);
    f->conn = tcp_connect(f->tcp, &o, &events, f);
    if (!f->conn)
        feed(f, E_DOWN);
}

static void send_get(void *self, const void *msg)
{
    struct file_fetch *f = self;
    char host[24], target[3 * FETCH_NAME_MAX + 2], text[640];
    struct txtbuf h = txtbuf_of(host, sizeof host), t = txtbuf_of(target, sizeof target);
    struct wr w = wr_of(text, sizeof text);
    (void)msg;
    ip4_text(&h, server_now(f));
    txtbuf_add(&h, ":%d", HTTP_TFTP_PORT);
    http_target_put(&t, str_of(f->name));
    struct http m = {.method = STR("GET"), .target = txtbuf_view(&t), .header_count = 2};
    m.header[0] = (struct http_header){STR("Host"), str_of(host)};
    m.header[1] = (struct http_header){STR("Connection"), STR("close")};
    http_put(&w, &m);
    ASSERT(wr_ok(&w));
    arm(f);
    tcp_send(f->conn, str_of_bytes(text, wr_len(&w)), f->flow);
}

/* --- which server next ---------------------------------------------------------------------------- */

static bool another_server(const void *self, const void *msg)
{
    const struct file_fetch *f = self;
    (void)msg;
    return f->asked < f->server_count;
}

static void note_silence(const struct file_fetch *f)
{
    struct node *n = f->node;
    BUS_NOTE(n->sim, n->id, "file", "{} does not answer for {}: {} tries, {} bytes had come", V_IP4(server_now(f).v),
             V_TEXT(f->name), V_U64((uint64_t)f->tries), V_U64(f->bytes.n));
}

static void next_server(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    note_silence(f);
    f->at = (f->at + 1) % f->server_count;
    f->tid = 0; /* was the other's */
    f->asked++;
    feed(f, f->config->http ? E_HTTP : E_TFTP);
}

static void fall_back(void *self, const void *msg)
{
    struct file_fetch *f = self;
    let_go(f, true);
    ask_by_tftp(self, msg);
}

static void give_up(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    note_silence(f);
    f->result = FETCH_FAILED;
}

/* Told from a timer of no length, so that whoever asked is not called from inside its own call. */
static void enter_ending(void *self)
{
    struct file_fetch *f = self;
    let_go(f, false);
    set_flow(f);
    tmr_arm(&f->patience, (struct sim_dur){0});
}

static void stop(void *self, const void *msg)
{
    struct file_fetch *f = self;
    (void)msg;
    tmr_disarm(&f->patience);
    file_bytes_clear(&f->bytes);
    let_go(f, true);
    close_port(f);
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct fsm_state states[STATE_COUNT] = {
    [IDLE] = {"idle", NULL, "forever"},
    [HTTP_CONNECTING] = {"http-connecting", NULL, "fetch.patience"},
    [HTTP_ASKED] = {"http-asked", NULL, "fetch.patience"},
    [TFTP_ASKED] = {"tftp-asked", NULL, "fetch.patience"},
    [TFTP_RECEIVING] = {"tftp-receiving", NULL, "fetch.patience"},
    [ENDING] = {"answered", enter_ending, "fetch.patience"},
};

static const struct fsm_row rows[] = {
    {IDLE, E_HTTP, NULL, ask_by_http, HTTP_CONNECTING},
    {IDLE, E_TFTP, NULL, ask_by_tftp, TFTP_ASKED},
    {IDLE, E_END, NULL, NULL, ENDING},
    {HTTP_CONNECTING, E_OPEN, NULL, send_get, HTTP_ASKED},
    {HTTP_CONNECTING, E_SILENCE, NULL, fall_back, TFTP_ASKED},
    {HTTP_CONNECTING, E_DOWN, NULL, fall_back, TFTP_ASKED},
    {HTTP_ASKED, E_SILENCE, NULL, fall_back, TFTP_ASKED},
    {HTTP_ASKED, E_DOWN, NULL, fall_back, TFTP_ASKED},
    {HTTP_ASKED, E_END, NULL, NULL, ENDING},
    {TFTP_ASKED, E_DATA, NULL, NULL, TFTP_RECEIVING},
    {TFTP_ASKED, E_SILENCE, may_ask_again, ask_again, TFTP_ASKED},
    {TFTP_ASKED, E_SILENCE, another_server, next_server, IDLE},
    {TFTP_ASKED, E_SILENCE, NULL, give_up, ENDING},
    {TFTP_ASKED, E_END, NULL, NULL, ENDING},
    {TFTP_RECEIVING, E_DATA, NULL, NULL, TFTP_RECEIVING},
    {TFTP_RECEIVING, E_SILENCE, may_ask_again, ack_again, TFTP_RECEIVING},
    {TFTP_RECEIVING, E_SILENCE, another_server, next_server, IDLE},
    {TFTP_RECEIVING, E_SILENCE, NULL, give_up, ENDING},
    {TFTP_RECEIVING, E_END, NULL, NULL, ENDING},
    {ENDING, E_TELL, NULL, NULL, IDLE},
    {ENDING, E_STOP, NULL, stop, IDLE},
    {HTTP_CONNECTING, E_STOP, NULL, stop, IDLE},
    {HTTP_ASKED, E_STOP, NULL, stop, IDLE},
    {TFTP_ASKED, E_STOP, NULL, stop, IDLE},
    {TFTP_RECEIVING, E_STOP, NULL, stop, IDLE},
};

static const struct fsm_row ignored[] = {{IDLE, E_STOP, NULL, NULL, IDLE}};

static const struct fsm_table table = {
    .machine = "file-fetch",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* The port of a TFTP transfer stays bound until the next one begins, so that a last DATA that comes again is
 * acknowledged again. */
static void tell(struct file_fetch *f)
{
    struct str bytes = f->result == FETCH_OK && f->keeps ? file_bytes_view(&f->bytes) : STR_NONE;
    struct frame *holder = file_bytes_hand_over(&f->bytes); /* the next one may begin inside */
    fsm_step(&f->fsm, E_TELL, NULL);
    f->done(f->arg, f->result, bytes);
    if (holder)
        frame_unref(f->node->net, holder);
}

static void on_patience(void *owner)
{
    struct file_fetch *f = owner;
    if (f->fsm.state == ENDING)
        tell(f);
    else
        fsm_step(&f->fsm, E_SILENCE, NULL);
}

/* --- life ----------------------------------------------------------------------------------------- */

void fetch_init(struct file_fetch *f, struct node *n, struct ip_stack *ip, struct tcp *t,
                const struct fetch_config *c)
{
    *f = (struct file_fetch){.node = n, .ip = ip, .tcp = t, .config = c};
    f->rng = node_stream(n, "tftp/port");
    file_bytes_init(&f->bytes, n);
    fsm_init(&f->fsm, &table, n, n->name, f, IDLE);
    tmr_init(&f->patience, n->sim, n->id, "fetch.patience", f, on_patience);
}

void fetch_set_servers(struct file_fetch *f, const struct ip4 *servers, size_t count)
{
    f->at = 0;
    if (f->one_port)
        close_port(f);
    f->server_count = count < FETCH_SERVERS_MAX ? count : FETCH_SERVERS_MAX;
    for (size_t i = 0; i < f->server_count; i++)
        f->server[i] = servers[i];
}

void fetch_get(struct file_fetch *f, struct str name, bool keep, fetch_done_fn *done, void *arg)
{
    struct node *n = f->node;
    ASSERT(f->fsm.state == IDLE && name.n <= FETCH_NAME_MAX);
    str_keep(f->name, sizeof f->name, name);
    f->done = done;
    f->arg = arg;
    f->keeps = keep;
    f->asked = 1;
    f->flow = bus_flow(f->node->sim, "file", str_of(f->name), (uint64_t)n->id << 32 | f->count++);
    f->fsm.key = f->name;
    f->result = FETCH_FAILED;
    fsm_step(&f->fsm, f->server_count == 0 ? E_END : f->config->http ? E_HTTP : E_TFTP, NULL);
}

void fetch_stop(struct file_fetch *f)
{
    feed(f, E_STOP);
}

void fetch_power_off(struct file_fetch *f)
{
    if (f->conn)
        tcp_use(f->conn, &deaf, NULL);
    f->conn = NULL;
    feed(f, E_STOP);
}
