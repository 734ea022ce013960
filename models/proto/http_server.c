/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_server.c: see http_server.h. */
#include "models/proto/http_server.h"

#include <string.h>

#include "models/net/ip.h"
#include "models/wire/http.h"

#define VISITS_MAX 1000000
#define PIECE_BYTES 8192 /* queued at a time: a file is not copied as a whole for each phone */
#define REQUEST_MAX 2048 /* a request with its headers, and what of the next one has come */

/* One connection. A request that comes while another is worked on waits in `rest`; what finds no room there is not
 * read, and refused once all before it is answered. */
struct visit {
    struct http_server *server;
    struct list_link in_server;
    struct tcp_conn *conn;
    char *rest; /* REQUEST_MAX bytes of the pool `buffers`; NULL: nothing has come */
    size_t rest_n;
    char name[FILE_NAME_MAX + 1];
    bool is_get, busy;
    bool is_last;     /* the request said "Connection: close" */
    bool too_much;    /* more came than there was room for */
    bool peer_closed; /* the peer will send no more */
    bool closed;      /* nor shall we */
    struct str left; /* of the body */
    uint64_t flow;
    struct file_job job;
};

static void work(struct visit *v);

/* --- out ------------------------------------------------------------------------------------------ */

static void trace(const struct visit *v, const char *name, const char *status, uint64_t bytes)
{
    struct node *n = v->server->node;
    struct val val[] = {V_IP4(tcp_peer(v->conn).v), V_U64(tcp_peer_port(v->conn)), V_TEXT(name), V_TEXT(status),
                        V_U64(bytes)};
    struct rec log = {.kind = REC_LOG, .node = n->id};
    log.log = (struct rec_log){"TFTP", 7, {"GHTTP-http get[{}:{}] [{}] [HTTP/1.1 {}] Bytes[{}]", val, 5}};
    bus_publish(n->sim, &log);
}

static void put_length(char text[24], size_t n)
{
    struct txtbuf t = txtbuf_of(text, 24);
    txtbuf_add(&t, "%zu", n);
}

static struct str content_type(const struct visit *v, uint32_t status)
{
    struct str name = str_of(v->name), xml = STR(".xml");
    bool is_xml = name.n > xml.n && str_eq((struct str){name.p + name.n - xml.n, xml.n}, xml);
    return status != 200 ? STR("text/plain") : is_xml ? STR("text/xml") : STR("application/octet-stream");
}

static void answer(struct visit *v, uint32_t status, const char *phrase, struct str body)
{
    char length[24], head[512];
    struct wr w = wr_of(head, sizeof head);
    put_length(length, body.n);
    struct http m = {.is_response = true, .status = status, .phrase = str_of(phrase), .header_count = 2};
    m.header[0] = (struct http_header){STR("Content-Length"), str_of(length)};
    m.header[1] = (struct http_header){STR("Content-Type"), content_type(v, status)};
    if (status == 405) /* RFC 9110 15.5.6 */
        m.header[m.header_count++] = (struct http_header){STR("Allow"), STR("GET")};
    http_put(&w, &m);
    ASSERT(wr_ok(&w));
    tcp_send(v->conn, str_of_bytes(head, wr_len(&w)), v->flow);
    v->left = body;
}

static void send_piece(struct visit *v)
{
    size_t n = v->left.n < PIECE_BYTES ? v->left.n : PIECE_BYTES;
    struct str piece = {v->left.p, n};
    v->left.p += n;
    v->left.n -= n;
    tcp_send(v->conn, piece, v->flow);
}

/* --- one request ---------------------------------------------------------------------------------- */

static void on_turn(void *arg)
{
    struct visit *v = arg;
    struct str sought, bytes;
    char text[FILE_NAME_MAX + 1];
    bool found = file_store_find(v->server->store, str_of(v->name), &bytes, &sought);
    str_keep(text, sizeof text, sought);
    v->busy = false;
    bus_set_flow(v->server->node->sim, v->flow);
    if (!v->is_get) {
        answer(v, 405, "Method Not Allowed", STR_NONE);
    } else if (!found) {
        trace(v, text, "404 Not Found", 0);
        answer(v, 404, "Not Found", STR_NONE);
    } else {
        trace(v, text, "200 OK", bytes.n);
        answer(v, 200, "OK", bytes);
        if (v->left.n)
            send_piece(v);
    }
    work(v);
}

static void shut(struct visit *v)
{
    v->closed = true;
    v->rest_n = 0;
    tcp_close(v->conn);
}

static void refuse(struct visit *v)
{
    answer(v, 400, "Bad Request", STR_NONE);
    shut(v);
}

/* Exactly one Host (RFC 9112 3.2), no body, and a name that a file may have. */
static bool read_request(struct visit *v, const struct http *m, uint64_t body)
{
    struct txtbuf name = txtbuf_of(v->name, sizeof v->name);
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < m->header_count; i++)
        hosts += str_eq_nocase(m->header[i].name, STR("Host"));
    v->is_get = str_eq(m->method, STR("GET"));
    v->is_last = str_eq_nocase(http_header(m, STR("Connection")), STR("close"));
    return !m->is_response && body == 0 && hosts == 1 && http_target_name(&name, m->target);
}

static void cut_rest(struct visit *v, size_t n)
{
    memmove(v->rest, v->rest + n, v->rest_n - n);
    v->rest_n -= n;
    if (v->rest_n == 0) {
        pool_put(&v->server->buffers, v->rest);
        v->rest = NULL;
    }
}

/* False: nothing whole waits in `rest`, or it is being worked on. */
static bool take_request(struct visit *v)
{
    struct http m;
    size_t head;
    uint64_t body;
    if (v->busy || v->left.n || v->closed || v->is_last || (v->rest_n == 0 && !v->too_much))
        return false;
    enum http_verdict verdict = http_head((struct str){v->rest, v->rest_n}, &m, &head, &body);
    if (verdict == HTTP_MORE && !v->too_much)
        return false;
    if (verdict != HTTP_WHOLE || !read_request(v, &m, body)) {
        refuse(v);
        return false;
    }
    cut_rest(v, head);
    v->flow = bus_current_flow(v->server->node->sim);
    v->busy = file_store_wait(v->server->store, &v->job, on_turn, v);
    if (!v->busy)
        answer(v, 503, "Service Unavailable", STR_NONE);
    return !v->busy;
}

static void work(struct visit *v)
{
    while (take_request(v)) {
    }
    if (v->peer_closed && !v->closed && !v->busy && !v->left.n)
        shut(v);
}

/* --- a connection --------------------------------------------------------------------------------- */

static void on_data(void *arg, struct str data)
{
    struct visit *v = arg;
    v->too_much |= v->rest_n + data.n > REQUEST_MAX;
    if (v->closed || v->is_last)
        return;
    if (!v->too_much) {
        if (!v->rest)
            v->rest = pool_get_raw(&v->server->buffers);
        memcpy(v->rest + v->rest_n, data.p, data.n);
        v->rest_n += data.n;
    }
    work(v);
}

/* After the last answer the connection is closed (RFC 9112 9.6), unless the peer has done so by then. */
static void on_drained(void *arg)
{
    struct visit *v = arg;
    if (v->closed)
        return;
    if (v->left.n)
        send_piece(v);
    else if (v->is_last && !v->busy)
        shut(v);
    else
        work(v);
}

static void on_peer_close(void *arg)
{
    struct visit *v = arg;
    v->peer_closed = true;
    work(v);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct visit *v = arg;
    struct http_server *s = v->server;
    (void)why;
    file_store_leave(s->store, &v->job);
    list_remove(&v->in_server);
    if (v->rest)
        pool_put(&s->buffers, v->rest);
    pool_put(&s->visits, v);
}

static const struct tcp_events events = {
    .on_data = on_data, .on_drained = on_drained, .on_peer_close = on_peer_close, .on_end = on_end};

static void on_accept(void *arg, struct tcp_conn *conn)
{
    struct http_server *s = arg;
    struct visit *v = pool_get(&s->visits);
    v->server = s;
    v->conn = conn;
    list_append(&s->up, &v->in_server);
    tcp_use(conn, &events, v);
}

/* --- life ----------------------------------------------------------------------------------------- */

void http_server_init(struct http_server *s, struct node *n, struct tcp *t, struct file_store *store)
{
    *s = (struct http_server){.node = n, .tcp = t, .store = store};
    pool_init(&s->visits, sim_arena(n->sim), "HTTP connections", sizeof(struct visit), VISITS_MAX);
    pool_init(&s->buffers, sim_arena(n->sim), "HTTP requests", REQUEST_MAX, VISITS_MAX);
    list_init(&s->up);
}

void http_server_start(struct http_server *s)
{
    if (s->running)
        return;
    s->running = tcp_listen(s->tcp, HTTP_TFTP_PORT, false, 0, DSCP_CS3, on_accept, s);
    ASSERT(s->running);
}

void http_server_stop(struct http_server *s)
{
    if (!s->running)
        return;
    http_server_power_off(s);
    while (!list_empty(&s->up))
        tcp_abort(LIST_ENTRY(s->up.next, struct visit, in_server)->conn);
}

void http_server_power_off(struct http_server *s)
{
    if (!s->running)
        return;
    s->running = false;
    tcp_unlisten(s->tcp, HTTP_TFTP_PORT);
}
