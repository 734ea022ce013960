/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_kit.h: a SIP proxy (10.1.1.1) and two peers that speak by hand, a (10.1.1.2) and b (10.1.1.3), on a hub that can
 * lose what a test names. Its route: every number to b; and so does a second proxy (10.1.1.4). */
#ifndef TESTS_UNIT_DEVICE_PROXY_KIT_H
#define TESTS_UNIT_DEVICE_PROXY_KIT_H

#include "models/wire/ip4.h"
#include "models/wire/sip.h"
#include "models/wire/udp.h"
#include "tests/unit/net/show_kit.h"
#include "tests/unit/net/station.h"

extern const struct model model_sip_proxy;

#define S 1000000000ll
#define MAIL_MAX 40
#define MAIL_BYTES 1400
#define HUB_PORTS 4

struct mail {
    int64_t at_ns;
    size_t n;
    char text[MAIL_BYTES];
};

struct peer {
    struct node *node;
    struct ip_stack *ip;
    uint8_t last_byte, to; /* to: the proxy that it speaks with */
    struct mail mail[MAIL_MAX];
    uint32_t count, read; /* read: of those that a test has looked at */
};

struct hub {
    const char *lose; /* SIP messages that begin so never leave it; NULL: none */
    int from;         /* when they come in on that port */
    uint32_t lost;
};

struct bench {
    struct world *w;
    struct node *hub, *proxy, *second;
    struct peer a, b;
};

/* --- the hub ------------------------------------------------------------------------------------------ */

static inline bool hub_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("p"), NULL, 0, &p, e) && node_port(n, STR("a"), NULL, 0, &p, e) &&
           node_port(n, STR("b"), NULL, 0, &p, e) && node_port(n, STR("q"), NULL, 0, &p, e);
}

static inline bool hub_loses(struct node *n, const struct port *in, const struct frame *f)
{
    struct hub *h = n->state;
    struct rd r = rd_of(f->bytes, f->len), body;
    struct eth e;
    struct ip4_hdr ip;
    struct udp u;
    if (!h->lose || in->index != h->from || !eth_get(&r, &e) || e.type != ETH_IP4 || !ip4_get(&r, &ip, &body) ||
        ip.proto != IP4_UDP || !udp_get(&body, ip.src, ip.dst, &u))
        return false;
    return str_starts(u.payload, str_of(h->lose));
}

static inline void hub_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct hub *h = n->state;
    if (hub_loses(n, in, f)) {
        h->lost++;
        frame_drop(in, f, DROP_LINK_LOSS);
        return;
    }
    for (uint16_t i = 0; i < HUB_PORTS; i++) {
        if (i != in->index)
            port_send(n->ports[i], frame_ref(f));
    }
}

static const struct param_def hub_params[] = {{0}};
static const struct model hub_model = {.name = "hub", .doc = "", .state_size = sizeof(struct hub), .params = hub_params,
                                       .init = hub_init, .on_frame = hub_frame};

/* --- peers -------------------------------------------------------------------------------------------- */

static inline bool quiet_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("eth0"), NULL, 0, &p, e);
}

static inline void quiet_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct ip_stack **ip = n->state;
    if (*ip)
        ip_on_frame(*ip, in, f);
}

static const struct model peer_model = {.name = "peer", .doc = "", .state_size = sizeof(struct ip_stack *),
                                        .params = hub_params, .init = quiet_init, .on_frame = quiet_frame};

static inline void peer_mail(void *arg, const struct udp *u, const struct frame *f)
{
    struct peer *p = arg;
    (void)f;
    assert_true(p->count < MAIL_MAX && u->payload.n < MAIL_BYTES);
    struct mail *m = &p->mail[p->count++];
    m->at_ns = sim_now(p->node->sim).ns;
    m->n = u->payload.n;
    str_keep(m->text, sizeof m->text, u->payload);
}

static inline struct ip4 place(uint8_t last_byte)
{
    return (struct ip4){0x0a010100u | last_byte};
}

static inline void add_peer(struct bench *b, struct peer *p, const char *name, uint8_t last_byte)
{
    struct err e = {0};
    struct ip_options o = {.arp_timeout = dur_s(3600000), .arp_retry = dur_s(1), .arp_tries = 3};
    assert_true(net_add_node(b->w->net, STR("peer"), str_of(name), NULL, 0, &p->node, &e));
    struct ip_iface i = {.port = p->node->ports[0], .mac = mac_n(last_byte), .addr = place(last_byte), .prefix_len = 24};
    p->last_byte = last_byte;
    p->to = 1;
    p->ip = ip_new(p->node, &o);
    ip_add_iface(p->ip, &i);
    *(struct ip_stack **)p->node->state = p->ip;
    ip_bind(p->ip, 5060, peer_mail, p);
}

/* `head` with LF for line ends and without the empty line; {} is the peer's own address. */
static inline void say_sip(struct peer *p, const char *head)
{
    char text[MAIL_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    for (const char *c = head; *c; c++) {
        if (*c == '\n')
            txtbuf_cstr(&t, "\r\n");
        else if (c[0] == '{' && c[1] == '}') {
            ip4_text(&t, place(p->last_byte));
            c++;
        } else
            txtbuf_char(&t, *c);
    }
    txtbuf_cstr(&t, "Content-Length: 0\r\n\r\n");
    assert_false(t.full);
    struct udp u = {.src = place(p->last_byte), .dst = place(p->to), .src_port = 5060, .dst_port = 5060, .payload = txtbuf_view(&t)};
    assert_true(ip_send_udp(p->ip, &u, 0));
}

/* The next message that the peer was sent, which begins so. */
static inline struct sip_msg next_mail(struct peer *p, const char *begin)
{
    struct sip_msg m;
    if (p->read == p->count)
        fail_msg("nothing came to %s, but %s should", p->node->name, begin);
    struct mail *x = &p->mail[p->read++];
    if (!str_starts((struct str){x->text, x->n}, str_of(begin)))
        fail_msg("%.*s came to %s, not %s", (int)strcspn(x->text, "\r\n"), x->text, p->node->name, begin);
    struct rd r = rd_of(x->text, x->n);
    assert_true(sip_get(&r, &m));
    return m;
}

static inline void no_mail(const struct peer *p)
{
    if (p->read < p->count)
        fail_msg("%s also got %.60s", p->node->name, p->mail[p->read].text);
}

/* `more`: further header lines. The answer has what RFC 3261 8.2.6 and 12.1.1 want. */
static inline void reply(struct peer *p, const struct sip_msg *q, const char *status, const char *more)
{
    static const enum sip_header_id copied[] = {SIP_VIA, SIP_RECORD_ROUTE, SIP_FROM, SIP_TO, SIP_CALL_ID, SIP_CSEQ};
    char text[MAIL_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "SIP/2.0 %s\n", status);
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
        for (uint32_t k = 0; k < q->header_count; k++) {
            if (!sip_header_is(q->headers[k].name, copied[i]))
                continue;
            txtbuf_add(&t, "%.*s: %.*s", STR_ARG(q->headers[k].name), STR_ARG(q->headers[k].value));
            if (copied[i] == SIP_TO && !sip_has_param(q->headers[k].value, STR("tag")) && strncmp(status, "100", 3) != 0)
                txtbuf_cstr(&t, ";tag=t");
            txtbuf_char(&t, '\n');
        }
    }
    txtbuf_add(&t, "Contact: <sip:{}>\n%s", more);
    say_sip(p, text);
}

/* --- the bench ---------------------------------------------------------------------------------------- */

static inline struct bench *bench_of(const char *const settings[][2], size_t count)
{
    static const struct model *models[3];
    struct bench *b = test_calloc(1, sizeof *b);
    struct world *w = b->w = test_calloc(1, sizeof *w);
    struct sim_config c = {.seed = 7};
    struct err e = {0};
    struct setting s[12] = {{STR("address"), STR("10.1.1.1")}, {STR("mac"), STR("02:00:00:00:00:01")},
                            {STR("routes"), STR("*=10.1.1.3")}};
    for (size_t i = 0; i < count; i++)
        s[i + 3] = (struct setting){str_of(settings[i][0]), str_of(settings[i][1])};
    models[0] = &hub_model;
    models[1] = &peer_model;
    models[2] = &model_sip_proxy;
    w->sim = sim_new(&c);
    w->net = net_new(w->sim, models, 3);
    w->sink = (struct sink){.name = "test", .on = world_fact, .because = world_tie,
                            .mask = REC_BIT(REC_STATE) | REC_BIT(REC_DROP) | REC_BIT(REC_NOTE) | REC_BIT(REC_UNEXPECTED)};
    bus_attach(w->sim, &w->sink);
    assert_true(net_add_node(w->net, STR("hub"), STR("hub"), NULL, 0, &b->hub, &e));
    if (!net_add_node(w->net, STR("sip-proxy"), STR("proxy"), s, count + 3, &b->proxy, &e))
        fail_msg("%s", e.msg);
    struct setting other[] = {{STR("address"), STR("10.1.1.4")}, {STR("mac"), STR("02:00:00:00:00:04")},
                              {STR("routes"), STR("*=10.1.1.3")}, {STR("proxy_session_timers"), STR("off")}};
    assert_true(net_add_node(w->net, STR("sip-proxy"), STR("second"), other, 4, &b->second, &e));
    add_peer(b, &b->a, "a", 2);
    add_peer(b, &b->b, "b", 3);
    cable(b->proxy, b->hub->ports[0]);
    cable(b->a.node, b->hub->ports[1]);
    cable(b->b.node, b->hub->ports[2]);
    cable(b->second, b->hub->ports[3]);
    assert_true(net_start(w->net, &e));
    run_to(w, S);
    return b;
}

static inline void bench_end(struct bench *b)
{
    run_for(b->w, dur_s(300));
    assert_int_equal(facts(b->w, "rx"), 0); /* UNEXPECTED */
    world_close(b->w);
    test_free(b);
}

static inline void soon(struct bench *b)
{
    run_for(b->w, dur_ms(10));
}

/* Rows of "calls"; `state` is that of the first, NULL: whatever it is. */
static inline size_t calls(const struct bench *b, const char *state)
{
    struct shown *x = show(b->proxy, "calls");
    size_t n = x->t->row_count;
    if (n && state)
        assert_string_equal(table_plain(x->t, 0, 1, ""), state);
    shown_close(x);
    return n;
}

static inline void assert_header(const struct sip_msg *m, enum sip_header_id id, const char *expected)
{
    struct str v = sip_header(m, id);
    if (!str_eq(v, str_of(expected)))
        fail_msg("is '%.*s', not '%s'", STR_ARG(v), expected);
}

#define INVITE(more) \
    "INVITE sip:5@10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKa1\nFrom: <sip:1@{}>;tag=f\n" \
    "To: <sip:5@10.1.1.1>\nCall-ID: call\nCSeq: 1 INVITE\nContact: <sip:1@{}>\nMax-Forwards: 70\n" more

/* A request of a's within the call, by the route that the 200 told. */
#define LATER(method, cseq, more) \
    method " sip:10.1.1.3 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKa" cseq method "\nFrom: <sip:1@{}>;tag=f\n" \
    "To: <sip:5@10.1.1.1>;tag=t\nCall-ID: call\nCSeq: " cseq " " method "\nRoute: <sip:10.1.1.1;lr>\nMax-Forwards: 70\n" more

/* Without session timers. */
static inline struct bench *plain_bench(void)
{
    static const char *const off[][2] = {{"proxy_session_timers", "off"}};
    return bench_of(off, 1);
}

static inline size_t vias(const struct sip_msg *m)
{
    struct str one;
    size_t n = 0;
    for (struct sip_list l = sip_list_of(m, SIP_VIA); sip_list_next(&l, &one);)
        n++;
    return n;
}

/* Up to the ACK; b's 200 is kept for those who want to send it again. */
/* Up to the ACK; what b heard is handed back for those who want to answer it again. */
static inline struct sip_msg plain_call(struct bench *b)
{
    say_sip(&b->a, INVITE(""));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE");
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    say_sip(&b->a, LATER("ACK", "1", ""));
    soon(b);
    next_mail(&b->b, "ACK sip:10.1.1.3");
    return q;
}

#endif
