/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cube_kit.h: a CUBE between two scripted user agents: a (10.0.1.2) at its port Gi0/0 (10.0.1.1), and b (10.0.2.2) at
 * Gi0/1 (10.0.2.1). What passes on the two cables is read from the frames, so each leg is seen as it is. */
#ifndef TESTS_UNIT_DEVICE_CUBE_KIT_H
#define TESTS_UNIT_DEVICE_CUBE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/net/tcp.h"
#include "models/proto/sip_call.h"
#include "models/wire/eth.h"
#include "models/wire/ip4.h"
#include "models/wire/tcp.h"

#define S 1000000000ll
#define SEEN_MAX 200
#define NOTES_MAX 400
#define TO_B " session-target 10.0.2.2"

extern const struct model model_cube;

/* --- the agents ------------------------------------------------------------------------------------------- */

struct agent {
    /* configuration */
    struct mac mac;
    struct ip4 address;
    int over; /* of its calls */
    struct tcp_config tcp_config;
    struct sip_ua_config config;
    struct media able;
    /* what it does */
    bool rings;
    uint32_t answer; /* to a call; 0: it waits */
    uint32_t change_answer; /* to a change; 0: it accepts */
    bool change_waits;      /* it leaves it to the test to answer */
    /* state */
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_ua ua;
    struct sip_call *call;
    uint32_t calls, progress, answers, confirms, changes, changed_status, ends;
    bool changed;
    enum call_end why;
    uint32_t status;
};

static inline void agent_invited(void *arg, struct sip_call *c)
{
    struct agent *a = arg;
    a->call = c;
    a->calls++;
    c->able = a->able;
    if (a->rings)
        call_ring(c);
    if (a->answer == 200)
        call_answer(c);
    else if (a->answer)
        call_reject(c, a->answer);
}

static inline void agent_progress(void *arg, struct sip_call *c, uint32_t status)
{
    (void)c;
    ((struct agent *)arg)->progress = status;
}

static inline void agent_answered(void *arg, struct sip_call *c)
{
    (void)c;
    ((struct agent *)arg)->answers++;
}

static inline void agent_confirmed(void *arg, struct sip_call *c)
{
    (void)c;
    ((struct agent *)arg)->confirms++;
}

static inline void agent_modify(void *arg, struct sip_call *c, bool by_update, const struct media *offer, bool changed)
{
    struct agent *a = arg;
    (void)by_update;
    (void)offer;
    a->changes++;
    a->changed = changed;
    c->able = a->able;
    if (a->change_waits)
        return;
    if (a->change_answer)
        call_refuse(c, a->change_answer);
    else
        call_accept(c);
}

static inline void agent_modified(void *arg, struct sip_call *c, uint32_t status)
{
    (void)c;
    ((struct agent *)arg)->changed_status = status;
}

static inline void agent_ended(void *arg, struct sip_call *c, enum call_end why)
{
    struct agent *a = arg;
    a->ends++;
    a->why = why;
    a->status = c->status;
    a->call = NULL;
}

static const struct call_user agent_user = {agent_invited,  agent_progress, agent_answered, agent_confirmed,
                                            agent_modify,   agent_modified, agent_ended};

static inline bool agent_init(struct node *n, struct err *e)
{
    struct agent *a = n->state;
    struct port *port;
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e))
        return false;
    struct ip_iface i = {.port = port, .mac = a->mac, .addr = a->address, .prefix_len = 24};
    a->node = n;
    a->ip = ip_new(n, &o);
    ip_add_iface(a->ip, &i);
    ip_add_route(a->ip, (struct ip4){0}, 0, (struct ip4){(a->address.v & ~0xffu) | 1});
    a->tcp = tcp_new(n, a->ip, &a->tcp_config);
    a->config.product = "agent";
    a->config.sdp_user = MEDIA_USER_CUCM;
    a->config.methods = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE";
    a->able = (struct media){.addr = a->address, .port = 20000, .codec_count = 2, .codec = {0, MEDIA_EVENT}};
    a->answer = 200;
    sip_ua_init(&a->ua, n, a->ip, a->tcp, SIP_PORT, &a->config, &agent_user, NULL, a);
    return sip_ua_open(&a->ua);
}

static inline void agent_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(((struct agent *)n->state)->ip, in, f);
}

static const struct param_def agent_params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC", offsetof(struct agent, mac), true},
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4", offsetof(struct agent, address), true},
    SIP_TIMER_PARAMS(struct agent, config.timers),
    INVITE_EXPIRES_PARAM(struct agent, config.invite_expires),
    TCP_PARAMS(struct agent, tcp_config, "", "0s", "0s"),
    {0},
};

static const struct model agent_model = {.name = "agent", .doc = "a user agent", .state_size = sizeof(struct agent),
                                         .params = agent_params, .init = agent_init, .on_frame = agent_frame};

/* It knows session timers, and asks for one of that many seconds. */
static inline void agent_times(struct agent *a, int64_t seconds, int64_t min_se)
{
    a->config.session = (struct session_config){
        .supported = true, .asks = true, .refreshes = true, .expires_calls = true, .names_refresher = true,
        .refresher = REFRESHER_UAC, .expires = dur_s(seconds), .min_se = dur_s(min_se), .states_min_se = min_se > 90};
}

/* --- what is seen ------------------------------------------------------------------------------------------- */

struct seen {
    int64_t ns;
    char line[48];    /* "a>INVITE 101", "a<200 INVITE 101": on a's cable, to the CUBE and from it */
    char bytes[1600]; /* headers and body */
};

struct bench {
    struct sim *sim;
    struct net *net;
    struct node *cube;
    struct agent *a, *b;
    struct link *a_link, *b_link;
    struct sink sink;
    uint32_t seen_count, note_count;
    struct seen seen[SEEN_MAX];
    char notes[NOTES_MAX][160];
};

static inline struct str payload_of(struct str frame)
{
    struct rd r = rd_of(frame.p, frame.n), body;
    struct eth e;
    struct ip4_hdr h;
    struct tcp_seg seg;
    struct udp u;
    if (!eth_get(&r, &e) || e.type != ETH_IP4 || !ip4_get(&r, &h, &body))
        return STR_NONE;
    if (h.proto == IP4_TCP)
        return tcp_seg_get(&body, h.src, h.dst, &seg) ? seg.payload : STR_NONE;
    bool sip = udp_get(&body, h.src, h.dst, &u) && (u.dst_port == SIP_PORT || u.src_port == SIP_PORT);
    return sip ? u.payload : STR_NONE;
}

static inline void bench_see(struct bench *k, const struct rec *r)
{
    const char *sender = sim_node_name(k->sim, r->node);
    bool from_cube = strcmp(sender, "cube") == 0;
    char side = from_cube ? (char)('a' + r->port) : sender[0];
    struct str payload = payload_of(r->bytes);
    struct rd m = rd_of(payload.p, payload.n);
    struct sip_cseq cseq = {0};
    struct sip_msg msg;
    if (!payload.n || !sip_get(&m, &msg))
        return;
    assert_true(k->seen_count < SEEN_MAX);
    struct seen *s = &k->seen[k->seen_count++];
    struct txtbuf t = txtbuf_of(s->line, sizeof s->line);
    sip_cseq(&msg, &cseq);
    s->ns = r->at.ns;
    txtbuf_add(&t, "%c%c", side, from_cube ? '<' : '>');
    if (msg.is_response)
        txtbuf_add(&t, "%u %.*s %u", msg.status, STR_ARG(cseq.method), cseq.number);
    else
        txtbuf_add(&t, "%.*s %u", STR_ARG(msg.method), cseq.number);
    str_keep(s->bytes, sizeof s->bytes, payload);
}

static inline void bench_record(struct sink *sink, const struct rec *r)
{
    struct bench *k = (struct bench *)(void *)((char *)sink - offsetof(struct bench, sink));
    if (r->kind == REC_FRAME_TX) {
        bench_see(k, r);
        return;
    }
    assert_true(k->note_count < NOTES_MAX);
    struct txtbuf t = txtbuf_of(k->notes[k->note_count], sizeof k->notes[0]);
    txtbuf_add(&t, "%s: ", sim_node_name(k->sim, r->node));
    rec_args_text(&t, &r->note.line, 0);
    k->note_count++;
}

/* The i-th message (from 0) whose line begins so; NULL: there is none. */
static inline const struct seen *seen(const struct bench *k, const char *line, uint32_t i)
{
    for (uint32_t n = 0; n < k->seen_count; n++) {
        if (strncmp(k->seen[n].line, line, strlen(line)) == 0 && i-- == 0)
            return &k->seen[n];
    }
    return NULL;
}

static inline uint32_t count(const struct bench *k, const char *line)
{
    uint32_t n = 0;
    while (seen(k, line, n))
        n++;
    return n;
}

/* Does the first such message have that text? */
static inline bool says(const struct bench *k, const char *line, const char *text)
{
    const struct seen *s = seen(k, line, 0);
    if (!s)
        fail_msg("there is no '%s'", line);
    return strstr(s->bytes, text) != NULL;
}

static inline bool noted(const struct bench *k, const char *text)
{
    for (uint32_t i = 0; i < k->note_count; i++) {
        if (strstr(k->notes[i], text))
            return true;
    }
    return false;
}

static inline void print_all(const struct bench *k) /* for whoever looks for a fault */
{
    for (uint32_t i = 0; i < k->seen_count; i++)
        fprintf(stderr, "%.6f %s\n", (double)k->seen[i].ns / 1e9, k->seen[i].line);
    for (uint32_t i = 0; i < k->note_count; i++)
        fprintf(stderr, "%s\n", k->notes[i]);
}

/* --- the bench ---------------------------------------------------------------------------------------------- */

static inline struct agent *bench_agent(struct bench *k, const char *name, const char *mac, const char *address)
{
    struct setting s[] = {{STR("mac"), str_of(mac)}, {STR("address"), str_of(address)}};
    struct node *n;
    struct err e = {0};
    if (!net_add_node(k->net, STR("agent"), str_of(name), s, 2, &n, &e))
        fail_msg("%s", e.msg);
    return n->state;
}

/* `settings`: name=value of the CUBE, ends with NULL. Nothing has begun yet. */
static inline struct bench *bench_open(const char *const *settings)
{
    static const struct model *models[] = {&agent_model, &model_cube};
    static const char *const addresses[] = {"10.0.1.1/24", "10.0.2.1/24"}, *const ports[] = {"Gi0/0", "Gi0/1"};
    struct bench *k = test_calloc(1, sizeof *k);
    struct sim_config c = {.seed = 7};
    struct setting s[12];
    struct err e = {0};
    size_t n = 0;
    for (; settings[n]; n++) {
        s[n].text = str_of(settings[n]);
        s[n].name = str_cut(&s[n].text, '=');
    }
    k->sim = sim_new(&c);
    k->net = net_new(k->sim, models, 2);
    k->sink = (struct sink){.name = "test", .on = bench_record};
    k->sink.mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_NOTE);
    bus_attach(k->sim, &k->sink);
    k->a = bench_agent(k, "a", "020000000001", "10.0.1.2");
    k->b = bench_agent(k, "b", "020000000002", "10.0.2.2");
    if (!net_add_node(k->net, STR("cube"), STR("cube"), s, n, &k->cube, &e))
        fail_msg("%s", e.msg);
    for (int i = 0; i < 2; i++) {
        struct setting p = {STR("address"), str_of(addresses[i])};
        struct port *port;
        struct node *agent = i ? k->b->node : k->a->node;
        if (!node_port(k->cube, str_of(ports[i]), &p, 1, &port, &e) ||
            !link_connect(agent->ports[0], port, NULL, 0, i ? &k->b_link : &k->a_link, &e))
            fail_msg("%s", e.msg);
    }
    assert_true(net_start(k->net, &e));
    return k;
}

static inline void run_to(struct bench *k, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(k->sim, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

/* At the end the books balance, and no frame is left. */
static inline void bench_close(struct bench *k)
{
    run_to(k, sim_now(k->sim).ns + 100 * S);
    struct net_books b = net_books(k->net);
    assert_int_equal(b.sent, b.delivered + b.dropped + b.in_flight);
    sim_free(k->sim);
    test_free(k);
}

/* A call from a to that number, as a says it; runs for a second. */
static inline void dial(struct bench *k, const char *number)
{
    struct call_start o = {.hop = {{0x0a000101}, SIP_PORT, (enum sip_over)k->a->over}, .from = "1001", .to = number,
                           .able = k->a->able};
    k->a->call = call_start(&k->a->ua, &o);
    assert_non_null(k->a->call);
    run_to(k, sim_now(k->sim).ns + S);
}

static inline void operate(struct bench *k, const char *op)
{
    struct err e = {0};
    for (const struct model_op *o = model_cube.ops; o->name; o++) {
        if (strcmp(o->name, op) == 0 && o->run(k->cube, &e))
            return;
    }
    fail_msg("'%s': %s", op, e.msg);
}

#endif
