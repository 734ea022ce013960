/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_kit.h: a phone that fetches (10.1.1.2) and two servers (10.1.1.1, 10.1.1.3) around a hub that reads every frame
 * and loses those that a test names by their line. What the models said, by LOG, NOTE and UNEXPECTED, is kept. A
 * server may also be told what to say, byte for byte, to whoever connects to port 6970. */
#ifndef TESTS_UNIT_PROTO_FILE_KIT_H
#define TESTS_UNIT_PROTO_FILE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/net/net_state.h"
#include "models/net/tcp.h"
#include "models/proto/file_fetch.h"
#include "models/proto/http_server.h"
#include "models/proto/tftp_server.h"
#include "models/proto/tftp_trace.h"
#include "models/wire/wire_frame.h"

#define S 1000000000ll
#define MS 1000000ll
#define LINES_MAX 4096
#define SAID_MAX 2048
#define COPY_MAX (1u << 20)

/* Every end has all there is; a test uses what it needs. */
struct end {
    struct ip4 address;
    struct tcp_config tcp_config;
    struct file_service_config service;
    struct fetch_config fetch_config;
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct file_store store;
    struct tftp_server tftp;
    struct http_server http;
    struct file_fetch fetch;
    /* a scripted HTTP server, or client */
    struct tcp_conn *conn;
    struct str script;
    bool shuts; /* closes after the script */
    char *heard;
    size_t heard_n;
    uint32_t accepted, peer_closes, ended;
    enum tcp_end why;
};

struct told {
    struct sim_time at;
    char text[200];
};

struct hub {
    const char *lose; /* frames whose line holds this */
    uint32_t lose_count, skip;
    bool silent; /* lines are not kept */
    struct told line[LINES_MAX];
    uint32_t count;
};

struct office {
    struct sim *sim;
    struct net *net;
    struct sink sink;
    struct node *hub, *phone, *server[2];
    struct told said[SAID_MAX];
    uint32_t said_count;
    /* of the last fetch */
    int done;
    enum fetch_result result;
    char *bytes;
    size_t n;
    struct sim_time at;
};

static inline struct end *end_of(struct node *n)
{
    return n->state;
}

static inline struct hub *hub_of(struct office *o)
{
    return o->hub->state;
}

/* --- the ends ------------------------------------------------------------------------------------- */

static inline bool end_init(struct node *n, struct err *e)
{
    struct end *d = n->state;
    struct port *p;
    struct ip_options opt = {.arp_timeout = dur_s(36000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e))
        return false;
    struct ip_iface i = {.port = p, .addr = d->address, .prefix_len = 24,
                         .mac = {{2, 0, 0, 0, 0, (uint8_t)d->address.v}}};
    d->node = n;
    d->ip = ip_new(n, &opt);
    ip_add_iface(d->ip, &i);
    d->tcp = tcp_new(n, d->ip, &d->tcp_config);
    file_store_init(&d->store, n, &d->service);
    tftp_server_init(&d->tftp, n, d->ip, &d->store);
    http_server_init(&d->http, n, d->tcp, &d->store);
    fetch_init(&d->fetch, n, d->ip, d->tcp, &d->fetch_config);
    d->heard = arena_alloc(sim_arena(n->sim), COPY_MAX);
    return true;
}

static inline void end_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(end_of(n)->ip, in, f);
}

static const struct param_def end_params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct end, address), true},
    TCP_PARAMS(struct end, tcp_config, "", "22s", "400us"),
    FILE_SERVICE_PARAMS(struct end, service),
    FETCH_PARAMS(struct end, fetch_config),
    {0},
};
static const struct model end_model = {.name = "end", .doc = "", .state_size = sizeof(struct end), .params = end_params,
                                       .init = end_init, .on_frame = end_frame};

/* --- the hub -------------------------------------------------------------------------------------- */

static inline bool hub_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("a"), NULL, 0, &p, e) && node_port(n, STR("b"), NULL, 0, &p, e) &&
           node_port(n, STR("c"), NULL, 0, &p, e);
}

static inline void hub_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct hub *h = n->state;
    struct told l = {.at = sim_now(n->sim)};
    struct txtbuf t = txtbuf_of(l.text, sizeof l.text);
    if (!h->silent) {
        assert_true(h->count < LINES_MAX);
        wire_frame_line(&t, f->bytes, f->len);
        h->line[h->count++] = l;
    }
    if (h->lose && h->lose_count && strstr(l.text, h->lose) && h->skip-- == 0) {
        h->lose_count--;
        h->skip = 0;
        frame_drop(in, f, DROP_LINK_LOSS);
        return;
    }
    for (uint16_t i = 0; i < n->port_count; i++) {
        if (i != in->index)
            port_send(n->ports[i], frame_ref(f));
    }
}

static const struct param_def no_params[] = {{0}};
static const struct model hub_model = {.name = "hub", .doc = "", .state_size = sizeof(struct hub), .params = no_params,
                                       .init = hub_init, .on_frame = hub_frame};

/* Of the frames whose line holds `text`, all but the first `skip`, at most `count`. */
static inline void lose(struct office *o, const char *text, uint32_t skip, uint32_t count)
{
    hub_of(o)->lose = text;
    hub_of(o)->skip = skip;
    hub_of(o)->lose_count = count;
}

/* The i-th line (from 0) that holds `text`, or NULL. */
static inline const struct told *line_of(struct office *o, const char *text, uint32_t i)
{
    struct hub *h = hub_of(o);
    for (uint32_t k = 0; k < h->count; k++) {
        if (strstr(h->line[k].text, text) && i-- == 0)
            return &h->line[k];
    }
    return NULL;
}

static inline uint32_t lines(struct office *o, const char *text)
{
    uint32_t n = 0;
    while (line_of(o, text, n))
        n++;
    return n;
}

/* --- what was said -------------------------------------------------------------------------------- */

static inline void office_hear(struct sink *k, const struct rec *r)
{
    struct office *o = (struct office *)(void *)((char *)k - offsetof(struct office, sink));
    struct told l = {.at = r->at};
    struct txtbuf t = txtbuf_of(l.text, sizeof l.text);
    if (r->kind == REC_LOG && strcmp(r->log.facility, "TFTP") == 0)
        rec_args_text(&t, &r->log.line, 0);
    else if (r->kind == REC_NOTE && strcmp(r->note.topic, "tcp.rto") != 0)
        rec_args_text(&t, &r->note.line, 0);
    else if (r->kind == REC_UNEXPECTED)
        txtbuf_add(&t, "unexpected %s in %s", r->unexpected.event, r->unexpected.state);
    else
        return;
    assert_true(o->said_count < SAID_MAX);
    o->said[o->said_count++] = l;
}

static inline uint32_t said(const struct office *o, const char *text)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->said_count; i++)
        n += strstr(o->said[i].text, text) != NULL;
    return n;
}

/* --- an office ------------------------------------------------------------------------------------ */

static inline struct node *office_end(struct office *o, const char *name, const char *address, const struct setting *more,
                                      size_t count)
{
    struct setting s[9] = {{STR("address"), str_of(address)}};
    struct node *n;
    struct err e = {0};
    assert_true(count < 9);
    if (count)
        memcpy(s + 1, more, count * sizeof *more);
    if (!net_add_node(o->net, STR("end"), str_of(name), s, count + 1, &n, &e))
        fail_msg("%s", e.msg);
    return n;
}

static inline void run_for(struct office *o, struct sim_dur d)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(o->sim, time_add(sim_now(o->sim), d), &e), SIM_COMPLETE);
}

static inline void start_serving(struct node *n)
{
    tftp_server_start(&end_of(n)->tftp);
    http_server_start(&end_of(n)->http);
}

/* `settings` are those of all ends. Nobody serves yet; the phone knows the first server. */
static inline struct office *office_open(const struct setting *settings, size_t count)
{
    static const struct model *const models[] = {&end_model, &hub_model};
    struct office *o = test_calloc(1, sizeof *o);
    struct sim_config c = {.seed = 3};
    struct err e = {0};
    struct link *l;
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, models, 2);
    o->sink = (struct sink){.name = "test", .on = office_hear};
    o->sink.mask = REC_BIT(REC_LOG) | REC_BIT(REC_NOTE) | REC_BIT(REC_UNEXPECTED);
    bus_attach(o->sim, &o->sink);
    assert_true(net_add_node(o->net, STR("hub"), STR("hub"), NULL, 0, &o->hub, &e));
    o->phone = office_end(o, "phone", "10.1.1.2", settings, count);
    o->server[0] = office_end(o, "server", "10.1.1.1", settings, count);
    o->server[1] = office_end(o, "second", "10.1.1.3", settings, count);
    assert_true(link_connect(o->phone->ports[0], o->hub->ports[0], NULL, 0, &l, &e));
    assert_true(link_connect(o->server[0]->ports[0], o->hub->ports[1], NULL, 0, &l, &e));
    assert_true(link_connect(o->server[1]->ports[0], o->hub->ports[2], NULL, 0, &l, &e));
    assert_true(net_start(o->net, &e));
    struct ip4 servers[] = {end_of(o->server[0])->address, end_of(o->server[1])->address};
    fetch_set_servers(&end_of(o->phone)->fetch, servers, 1);
    ip_resolve(end_of(o->phone)->ip, servers[0]);
    ip_resolve(end_of(o->phone)->ip, servers[1]);
    run_for(o, dur_s(1));
    hub_of(o)->count = 0;
    return o;
}

/* The books balance, no frame is left anywhere. */
static inline void office_close(struct office *o)
{
    fetch_stop(&end_of(o->phone)->fetch);
    run_for(o, dur_s(300));
    struct net_books k = net_books(o->net);
    assert_int_equal(k.in_flight, 0);
    assert_int_equal(k.sent, k.delivered + k.dropped);
    for (int i = 0; i < FRAME_CLASSES; i++)
        assert_int_equal(o->net->frames[i].live, 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(end_of(o->server[i])->tftp.count, 0);
    assert_int_equal(said(o, "unexpected"), 0);
    sim_free(o->sim);
    test_free(o->bytes);
    test_free(o);
}

/* --- files ---------------------------------------------------------------------------------------- */

static inline char pattern(size_t i)
{
    return (char)(i * 7 + i / 251);
}

static inline void put_file(struct node *n, const char *name, size_t bytes)
{
    char *p = arena_alloc(sim_arena(n->sim), bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        p[i] = pattern(i);
    file_store_put(&end_of(n)->store, str_of(name), (struct str){p, bytes});
}

static inline void on_done(void *arg, enum fetch_result result, struct str bytes)
{
    struct office *o = arg;
    o->done++;
    o->result = result;
    o->at = sim_now(o->sim);
    o->n = bytes.n;
    if (!o->bytes)
        o->bytes = test_malloc(COPY_MAX);
    assert_true(bytes.n <= COPY_MAX);
    if (bytes.n)
        memcpy(o->bytes, bytes.p, bytes.n);
}

static inline void get(struct office *o, const char *name)
{
    o->done = 0;
    fetch_get(&end_of(o->phone)->fetch, str_of(name), true, on_done, o);
    assert_int_equal(o->done, 0); /* never before it returns */
}

/* Runs until it is done; how long that took. */
static inline int64_t wait_for(struct office *o, enum fetch_result want)
{
    struct sim_time start = sim_now(o->sim);
    for (int i = 0; i < 20000 && !o->done; i++)
        run_for(o, dur_ms(100));
    assert_int_equal(o->done, 1);
    assert_int_equal(o->result, want);
    return time_sub(o->at, start).ns;
}

static inline int64_t fetch_file(struct office *o, const char *name, enum fetch_result want)
{
    get(o, name);
    return wait_for(o, want);
}

static inline void got_pattern(const struct office *o, size_t bytes)
{
    assert_int_equal(o->n, bytes);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(o->bytes[i], pattern(i));
}

/* --- HTTP by hand --------------------------------------------------------------------------------- */

static inline void hand_data(void *arg, struct str data)
{
    struct end *d = arg;
    assert_true(d->heard_n + data.n < COPY_MAX);
    memcpy(d->heard + d->heard_n, data.p, data.n);
    d->heard_n += data.n;
    d->heard[d->heard_n] = 0;
    if (d->script.n) {
        tcp_send(d->conn, d->script, 0);
        d->script.n = 0;
        if (d->shuts)
            tcp_close(d->conn);
    }
}

static inline void hand_peer_close(void *arg)
{
    ((struct end *)arg)->peer_closes++;
}

static inline void hand_end(void *arg, enum tcp_end why)
{
    struct end *d = arg;
    d->ended++;
    d->why = why;
    d->conn = NULL;
}

static const struct tcp_events hand_events = {.on_data = hand_data, .on_peer_close = hand_peer_close, .on_end = hand_end};

static inline void hand_accept(void *arg, struct tcp_conn *c)
{
    struct end *d = arg;
    d->accepted++;
    d->conn = c;
    tcp_use(c, &hand_events, d);
}

/* The server says `script` when the first bytes of a connection come; empty: nothing, ever. */
static inline void play_http(struct node *n, const char *script, bool shuts)
{
    struct end *d = end_of(n);
    d->script = str_of(script);
    d->shuts = shuts;
    assert_true(tcp_listen(d->tcp, HTTP_TFTP_PORT, false, 0, 0, hand_accept, d));
}

/* The phone's end connects to the first server; what comes stands in `heard`. */
static inline struct end *visit_http(struct office *o)
{
    struct end *d = end_of(o->phone);
    struct tcp_open to = {.dst = end_of(o->server[0])->address, .dst_port = HTTP_TFTP_PORT};
    d->heard_n = 0;
    d->conn = tcp_connect(d->tcp, &to, &hand_events, d);
    assert_non_null(d->conn);
    run_for(o, dur_ms(10));
    return d;
}

static inline void say_http(struct office *o, const char *text)
{
    struct end *d = end_of(o->phone);
    assert_true(tcp_send(d->conn, str_of(text), 0));
    run_for(o, dur_ms(200));
}

#endif
