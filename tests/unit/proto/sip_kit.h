/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_kit.h: two hosts, a (10.1.1.1) and b (10.1.1.2), that speak SIP over UDP and TCP, and a tap on their cable that
 * writes down what passes and loses what a test names. Host c (10.1.1.3) speaks by hand, byte for byte. */
#ifndef TESTS_UNIT_PROTO_SIP_KIT_H
#define TESTS_UNIT_PROTO_SIP_KIT_H

#include "tests/unit/proto/udp_peer.h"

#include "models/net/tcp.h"
#include "models/proto/sip_txn.h"
#include "models/wire/ip4.h"
#include "models/wire/tcp.h"

#define MS 1000000ll
#define S 1000000000ll
#define SEEN_MAX 256
#define TOLD_MAX 256
#define HAND_MAX 200000

enum told_kind { TOLD_REQUEST, TOLD_ACK, TOLD_RESPONSE, TOLD_STRAY, TOLD_FAILURE, TOLD_END, TOLD_LOST };

/* What a host's user was told. */
struct told {
    enum told_kind kind;
    int64_t at_ns;
    uint32_t status; /* of a response; of a failure enum sip_failure; of an end `unsent` */
    struct sip_hop from;
    struct sip_server *server;
    struct sip_client *client;
    size_t n;
    char text[1200];
};

struct host {
    struct ip4 address;
    struct tcp_config tcp_config;
    struct sip_timers timers;
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_transport transport;
    struct sip_txns txns;
    bool bare; /* what the transport brings is noted, and goes no further */
    uint32_t answer; /* to every request, at once; 0: none */
    struct told told[TOLD_MAX];
    uint32_t told_count;
};

/* A frame with data that came to the tap. */
struct seen {
    int64_t at_ns;
    bool from_a, over_tcp;
    uint32_t copy;
    char line[80]; /* the first of the message */
};

struct tap {
    struct seen seen[SEEN_MAX];
    uint32_t count;
    const char *lose; /* frames whose first line begins so */
    uint32_t lose_count, skip;
};

struct bench {
    struct world *w;
    struct node *a_node, *b_node, *tap_node;
    struct link *link;
    struct host *a, *b;
};

/* --- the tap -------------------------------------------------------------------------------------- */

static inline bool tap_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("a"), NULL, 0, &p, e) && node_port(n, STR("b"), NULL, 0, &p, e);
}

static inline bool tap_reads(const struct frame *f, struct str *payload, bool *over_tcp)
{
    struct rd r = rd_of(f->bytes, f->len), body;
    struct eth e;
    struct ip4_hdr h;
    struct tcp_seg seg;
    struct udp u;
    if (!eth_get(&r, &e) || e.type != ETH_IP4 || !ip4_get(&r, &h, &body))
        return false;
    *over_tcp = h.proto == IP4_TCP;
    if (h.proto == IP4_TCP && tcp_seg_get(&body, h.src, h.dst, &seg))
        *payload = seg.payload;
    else if (h.proto == IP4_UDP && udp_get(&body, h.src, h.dst, &u))
        *payload = u.payload;
    else
        return false;
    return payload->n > 0;
}

static inline void tap_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct tap *t = n->state;
    struct str payload;
    bool over_tcp;
    if (tap_reads(f, &payload, &over_tcp)) {
        assert_true(t->count < SEEN_MAX);
        struct seen *s = &t->seen[t->count++];
        *s = (struct seen){.at_ns = sim_now(n->sim).ns, .from_a = in->index == 0, .over_tcp = over_tcp, .copy = f->copy};
        str_keep(s->line, sizeof s->line, payload);
        s->line[strcspn(s->line, "\r\n")] = 0;
        if (t->lose && t->lose_count && strncmp(s->line, t->lose, strlen(t->lose)) == 0) {
            if (t->skip == 0) {
                t->lose_count--;
                frame_drop(in, f, DROP_LINK_LOSS);
                return;
            }
            t->skip--;
        }
    }
    port_send(n->ports[in->index ^ 1], frame_ref(f));
}

static const struct param_def no_params[] = {{0}};
static const struct model tap_model = {.name = "tap", .doc = "", .state_size = sizeof(struct tap), .params = no_params,
                                       .init = tap_init, .on_frame = tap_frame};

static inline struct tap *tap_of(const struct bench *b)
{
    return b->tap_node->state;
}

/* Of the messages that begin so, all but the first `skip`, at most `count`. */
static inline void lose(struct bench *b, const char *begin, uint32_t skip, uint32_t count)
{
    tap_of(b)->lose = begin;
    tap_of(b)->skip = skip;
    tap_of(b)->lose_count = count;
}

/* The i-th message (from 0) that begins so, or NULL. */
static inline const struct seen *seen(const struct bench *b, const char *begin, uint32_t i)
{
    const struct tap *t = tap_of(b);
    for (uint32_t k = 0; k < t->count; k++) {
        if (strncmp(t->seen[k].line, begin, strlen(begin)) == 0 && i-- == 0)
            return &t->seen[k];
    }
    return NULL;
}

static inline uint32_t seen_count(const struct bench *b, const char *begin)
{
    uint32_t n = 0;
    while (seen(b, begin, n))
        n++;
    return n;
}

/* They passed so many ms after `start`, each with its number as a copy, and no other did. */
static inline void seen_at(const struct bench *b, const char *begin, int64_t start_ns, const int64_t *ms, uint32_t count)
{
    assert_int_equal(seen_count(b, begin), count);
    for (uint32_t i = 0; i < count; i++) {
        const struct seen *s = seen(b, begin, i);
        assert_in_range(s->at_ns - start_ns, ms[i] * MS, ms[i] * MS + MS / 10); /* 100 us: the way there */
        assert_int_equal(s->copy, i);
    }
}

/* --- the hosts ------------------------------------------------------------------------------------ */

static inline struct told *tell(struct host *h, enum told_kind kind, const struct sip_msg *m, const struct sip_hop *from)
{
    assert_true(h->told_count < TOLD_MAX);
    struct told *t = &h->told[h->told_count++];
    *t = (struct told){.kind = kind, .at_ns = sim_now(h->node->sim).ns};
    if (from)
        t->from = *from;
    if (m) {
        t->status = m->status;
        t->n = m->whole.n;
        str_keep(t->text, sizeof t->text, m->whole);
    }
    return t;
}

static inline void heard_response(void *arg, struct sip_client *c, const struct sip_msg *m)
{
    tell(arg, TOLD_RESPONSE, m, NULL)->client = c;
}

static inline void heard_failure(void *arg, struct sip_client *c, enum sip_failure why)
{
    struct told *t = tell(arg, TOLD_FAILURE, NULL, NULL);
    t->client = c;
    t->status = why;
}

static const struct sip_client_user client_user = {heard_response, heard_failure};

/* The answer that takes all it has from its request. */
static inline void answer(struct sip_server *t, uint32_t status, const char *tag)
{
    char text[SIP_MESSAGE_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct str q = sip_server_request(t);
    struct rd r = rd_of(q.p, q.n);
    struct sip_msg m;
    assert_true(sip_get(&r, &m));
    sip_answer_put(&w, &m, status, "Whatever", str_of(tag));
    assert_true(wr_ok(&w));
    sip_server_answer(t, status, str_of_bytes(text, wr_len(&w)));
}

static inline void heard_request(void *arg, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct host *h = arg;
    tell(h, t ? TOLD_REQUEST : TOLD_ACK, m, from)->server = t;
    if (t && h->answer)
        answer(t, h->answer, "t-of-b");
}

static inline void heard_stray(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    tell(arg, TOLD_STRAY, m, from);
}

static inline void heard_end(void *arg, struct sip_server *t, bool unsent)
{
    struct told *x = tell(arg, TOLD_END, NULL, NULL);
    x->server = t;
    x->status = unsent;
}

static const struct sip_txns_user txns_user = {heard_request, heard_stray, heard_end};

static inline void transport_message(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct host *h = arg;
    if (h->bare)
        tell(h, m->is_response ? TOLD_RESPONSE : TOLD_REQUEST, m, from);
    else
        sip_txns_input(&h->txns, m, from);
}

static inline void transport_lost(void *arg, const struct sip_hop *peer)
{
    struct host *h = arg;
    tell(h, TOLD_LOST, NULL, peer);
    sip_txns_lost(&h->txns, peer);
}

static const struct sip_transport_user transport_user = {transport_message, transport_lost};

static inline bool host_init(struct node *n, struct err *e)
{
    struct host *h = n->state;
    struct port *p;
    struct ip_options o = {.arp_timeout = dur_s(36000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e))
        return false;
    struct ip_iface i = {.port = p, .addr = h->address, .prefix_len = 24, .mac = mac_n((uint8_t)h->address.v)};
    h->node = n;
    h->ip = ip_new(n, &o);
    ip_add_iface(h->ip, &i);
    h->tcp = tcp_new(n, h->ip, &h->tcp_config);
    sip_transport_init(&h->transport, n, h->ip, h->tcp, SIP_PORT, &transport_user, h);
    sip_txns_init(&h->txns, &h->transport, &h->timers, &txns_user, h);
    return true;
}

static inline void host_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct host *h = n->state;
    ip_on_frame(h->ip, in, f);
}

/* clang-format off */
static const struct param_def host_params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct host, address), true},
    TCP_PARAMS(struct host, tcp_config, "", "22s", "400us"),
    SIP_TIMER_PARAMS(struct host, timers),
    {0},
};
/* clang-format on */
static const struct model host_model = {.name = "host", .doc = "", .state_size = sizeof(struct host),
                                        .params = host_params, .init = host_init, .on_frame = host_frame};

/* The i-th thing of that kind that its user was told, or NULL. */
static inline const struct told *told(const struct host *h, enum told_kind kind, uint32_t i)
{
    for (uint32_t k = 0; k < h->told_count; k++) {
        if (h->told[k].kind == kind && i-- == 0)
            return &h->told[k];
    }
    return NULL;
}

static inline uint32_t told_count(const struct host *h, enum told_kind kind)
{
    uint32_t n = 0;
    while (told(h, kind, n))
        n++;
    return n;
}

/* --- the bench ------------------------------------------------------------------------------------ */

static inline struct node *add_host(struct world *w, const char *name, const char *address)
{
    struct setting s[] = {{STR("address"), str_of(address)}};
    struct node *n;
    struct err e = {0};
    if (!net_add_node(w->net, STR("host"), str_of(name), s, 1, &n, &e))
        fail_msg("%s", e.msg);
    return n;
}

static inline struct bench *open_bench(void)
{
    static const struct model *const models[] = {&host_model, &tap_model};
    struct bench *b = test_calloc(1, sizeof *b);
    struct world *w = b->w = test_calloc(1, sizeof *w);
    struct sim_config c = {.seed = 7};
    struct err e = {0};
    struct link *far;
    w->sim = sim_new(&c);
    w->net = net_new(w->sim, models, 2);
    w->sink = (struct sink){.name = "test", .on = world_fact, .because = world_tie,
                            .mask = REC_BIT(REC_DROP) | REC_BIT(REC_NOTE) | REC_BIT(REC_UNEXPECTED) | REC_BIT(REC_STATE)};
    bus_attach(w->sim, &w->sink);
    b->a_node = add_host(w, "a", "10.1.1.1");
    b->b_node = add_host(w, "b", "10.1.1.2");
    assert_true(net_add_node(w->net, STR("tap"), STR("tap"), NULL, 0, &b->tap_node, &e));
    assert_true(link_connect(b->a_node->ports[0], b->tap_node->ports[0], NULL, 0, &b->link, &e));
    assert_true(link_connect(b->b_node->ports[0], b->tap_node->ports[1], NULL, 0, &far, &e));
    assert_true(net_start(w->net, &e));
    b->a = b->a_node->state;
    b->b = b->b_node->state;
    assert_true(sip_transport_open(&b->a->transport) && sip_transport_open(&b->b->transport));
    ip_resolve(b->a->ip, b->b->address);
    run_to(w, S);
    return b;
}

/* All transactions have ended: nothing is kept any more. */
static inline void close_bench(struct bench *b)
{
    sip_transport_close(&b->a->transport);
    sip_transport_close(&b->b->transport);
    run_for(b->w, dur_s(120));
    assert_int_equal(b->a->txns.client_pool.live + b->a->txns.server_pool.live, 0);
    assert_int_equal(b->b->txns.client_pool.live + b->b->txns.server_pool.live, 0);
    assert_int_equal(b->a->transport.channel_pool.live + b->b->transport.channel_pool.live, 0);
    assert_int_equal(facts(b->w, "rx"), 0); /* UNEXPECTED */
    for (uint32_t i = 0; i < b->w->fact_count; i++)
        assert_true(strncmp(b->w->facts[i].text, "sip-", 4) != 0); /* STATE: transactions are quiet */
    world_close(b->w);
    test_free(b);
}

/* --- requests ------------------------------------------------------------------------------------- */

static inline struct sip_hop to_b(const struct bench *b, enum sip_over over)
{
    return (struct sip_hop){b->b->address, SIP_PORT, over};
}

/* As a writes it to b; `more` are further header lines. */
static inline size_t write_request(char text[SIP_MESSAGE_MAX], const char *method, const char *branch, uint32_t cseq,
                                   enum sip_over over, const char *more)
{
    struct txtbuf t = txtbuf_of(text, SIP_MESSAGE_MAX);
    txtbuf_add(&t,
               "%s sip:200@10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/%s 10.1.1.1:5060;branch=%s\r\n"
               "From: <sip:100@10.1.1.1>;tag=t-of-a\r\nTo: <sip:200@10.1.1.2>\r\nCall-ID: call-1@10.1.1.1\r\n"
               "CSeq: %u %s\r\nMax-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n",
               method, over == SIP_OVER_UDP ? "UDP" : "TCP", branch, cseq, method, more);
    assert_false(t.full);
    return t.n;
}

static inline struct sip_client *request_more(struct bench *b, const char *method, const char *branch, uint32_t cseq,
                                              enum sip_over over, const char *more)
{
    char text[SIP_MESSAGE_MAX];
    size_t n = write_request(text, method, branch, cseq, over, more);
    struct sip_hop to = to_b(b, over);
    uint64_t flow = bus_flow(b->w->sim, "sip", STR("call-1@10.1.1.1"), cseq);
    return sip_client_start(&b->a->txns, &to, str_of(method), str_of(branch), (struct str){text, n}, flow, &client_user,
                            b->a);
}

static inline struct sip_client *request(struct bench *b, const char *method, enum sip_over over)
{
    return request_more(b, method, "z9hG4bKone", 101, over, "");
}

/* As a would, without a transaction that repeats it. */
static inline void ask(struct bench *b, const char *method, const char *branch, uint32_t cseq)
{
    char text[SIP_MESSAGE_MAX];
    size_t n = write_request(text, method, branch, cseq, SIP_OVER_UDP, "");
    struct sip_hop to = to_b(b, SIP_OVER_UDP);
    assert_true(sip_transport_send(&b->a->transport, &to, (struct str){text, n}, 0));
    run_for(b->w, dur_ms(1));
}

/* The i-th request that b's user was told of. */
static inline struct sip_server *server(const struct bench *b, uint32_t i)
{
    const struct told *t = told(b->b, TOLD_REQUEST, i);
    assert_non_null(t);
    return t->server;
}

#endif
