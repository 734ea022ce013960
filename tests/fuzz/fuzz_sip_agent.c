/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sip_agent.c: people at a user agent, or a back-to-back one, and a peer with live calls there that says and
 * answers what it likes, over UDP and TCP, while time goes by. Nothing that it says surprises a machine; once it is
 * silent no call stays half made, none outlives its session timer, and after all have hung up nothing is kept.
 *
 * The first byte says who is there; then come steps of a byte and what it needs. A whole message (step SAY) is put
 * into a call that is there: its Call-ID, tags and Via become those of that dialog. */
#include "tests/fuzz/sip_peer.h"

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/net/net_state.h"

#define STEPS_MAX 60

enum step { WAIT, ASK, REPLY, SAY, PEOPLE, BYTES, HANG, AGAIN, STEP_COUNT };

/* --- the two nodes -------------------------------------------------------------------------------------- */

static void on_invite(void *owner, struct sip_call *in)
{
    struct party *p = owner;
    struct bridge_route r = {.hop = {theirs, SIP_PORT, in->hop.over}, .from = "100", .to = "200",
                             .midcall = {(enum midcall)(in->remote_cseq % 3), (enum midcall)(in->remote_cseq / 3 % 3)}};
    bridge_connect(&p->bridge, in, &r);
}

static bool party_init(struct node *n, struct err *e)
{
    struct party *p = n->state;
    struct port *port;
    struct ip_options o = {.arp_timeout = dur_s(1000000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e) || !sip_ua_configure(&p->config, e))
        return false;
    struct ip_iface i = {.port = port, .addr = p->address, .prefix_len = 24,
                         .mac = mac_of_u64(0x020000000000u | p->address.v)};
    p->node = n;
    p->ip = ip_new(n, &o);
    ip_add_iface(p->ip, &i);
    p->tcp = tcp_new(n, p->ip, &p->tcp_config);
    p->config.product = "Agent/1";
    p->config.sdp_user = "agent";
    p->config.methods = SIP_METHODS;
    p->policy = (struct bridge_policy){&p->media, on_invite};
    return true;
}

static void party_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct party *p = n->state;
    ip_on_frame(p->ip, in, f);
}

/* clang-format off */
static const struct param_def params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct party, address), true},
    TCP_PARAMS(struct party, tcp_config, "", "22s", "400us"),
    SIP_UA_PARAMS(struct party, config),
    TALKER_PARAMS(struct party, people),
    {0},
};
/* clang-format on */
static const struct model party_model = {.name = "party", .doc = "", .state_size = sizeof(struct party), .params = params,
                                         .init = party_init, .on_frame = party_frame};

/* --- people ----------------------------------------------------------------------------------------------------- */

static void people(struct party *p, uint8_t what)
{
    static bool (*const deeds[])(struct talker *, struct err *) = {talker_call, talker_hang_up, talker_hold, talker_retrieve,
                                                                  talker_change_codec};
    struct err e;
    bool done = p->bridges || PICK(deeds, what)(&p->talker, &e);
    (void)done; /* who has no call holds none */
    if (p->bridges && what % 5 == 1)
        bridge_hang_up(&p->bridge);
    LIST_EACH (i, &p->ua.up) {
        struct sip_call *c = LIST_ENTRY(i, struct sip_call, in_ua);
        if (what & 0x40 && call_is_up(c))
            call_modify(c, (what & 0x80) != 0, (what & 0x20) != 0);
    }
}

/* --- a play -------------------------------------------------------------------------------------------------------- */

static void run_for(struct sim *s, struct sim_dur d)
{
    struct err e = {0};
    enum sim_end end = sim_run_until(s, time_add(sim_now(s), d), &e);
    ASSERT(end == SIM_COMPLETE);
}

static void surprised(struct sink *k, const struct rec *r)
{
    (void)k;
    ASSERT(r->kind != REC_UNEXPECTED);
}

static struct party *add_party(struct net *net, const char *name, const char *address, uint8_t mode)
{
    struct err e = {0};
    struct node *n;
    struct setting s[] = {{STR("address"), str_of(address)},
                          {STR("min_se"), mode & 8 ? STR("1800s") : STR("90s")},
                          {STR("session_timers"), mode & 16 ? STR("off") : STR("on")},
                          {STR("session_refresh_method"), mode & 32 ? STR("update") : STR("invite")},
                          {STR("answer_after"), mode & 64 ? STR("5s") : STR("0s")},
                          {STR("calls_to"), STR("200")}};
    bool added = net_add_node(net, STR("party"), str_of(name), s, sizeof s / sizeof s[0], &n, &e);
    ASSERT(added);
    return n->state;
}

static void open_agent(struct party *p, uint8_t mode)
{
    struct err e = {0};
    bool ok = true;
    p->bridges = mode & 1;
    sip_ua_init(&p->ua, p->node, p->ip, p->tcp, SIP_PORT, &p->config, p->bridges ? &bridge_calls : &talker_user, NULL,
                p->bridges ? (void *)&p->bridge : &p->talker);
    if (p->bridges) {
        media_host_init(&p->media, p->node, p->ip, &p->people.media);
        bridge_init(&p->bridge, &p->ua, &p->policy, p);
    } else {
        ok = talker_init(&p->talker, p->node, &p->ua, "100", &p->people, &e);
    }
    p->talker.hop = (struct sip_hop){theirs, SIP_PORT, mode & 4 ? SIP_OVER_TCP : SIP_OVER_UDP};
    ok = ok && sip_ua_open(&p->ua);
    ASSERT(ok);
}

static void step(struct party *a, struct party *b, struct rd *r)
{
    static const uint32_t waits_ms[] = {1, 1, 20, 500, 4000, 6000, 33000, 60000, 200000, 900000, 1800000, 5400000};
    uint8_t what = next(r);
    switch ((enum step)(what % STEP_COUNT)) {
    case WAIT:
        run_for(a->node->sim, dur_ms(PICK(waits_ms, next(r))));
        break;
    case ASK:
        ask(b, r);
        break;
    case REPLY:
        reply(b, r);
        break;
    case SAY:
        say(b, r);
        break;
    case PEOPLE:
        people(a, next(r));
        break;
    case BYTES: {
        struct sip_hop to = hop_by(what);
        send(b, &to, some(r, next(r)));
        break;
    }
    case HANG: /* its process stands still for a while */
        sip_ua_hang(&a->ua);
        run_for(a->node->sim, dur_ms(PICK(waits_ms, next(r))));
        sip_ua_go_on(&a->ua);
        break;
    case AGAIN:
        if (b->last_n)
            send(b, &b->last_to, str_of_bytes(b->last, b->last_n));
        break;
    default:
        break;
    }
    if (what & 0x40) /* else the next one comes at the same time */
        run_for(a->node->sim, dur_ms(1));
}

/* Nobody says anything for longer than a session can last. */
static void check_silence(struct party *a)
{
    run_for(a->node->sim, dur_s(2 * 86400 + 3600));
    LIST_EACH (i, &a->ua.up) {
        const struct sip_call *c = LIST_ENTRY(i, struct sip_call, in_ua);
        ASSERT(call_is_up(c) && !c->request && !c->asked.server && !c->ok);
        ASSERT(c->session.interval_s == 0 || c->session.interval_s > 86400); /* or the peer asked for a longer one */
    }
}

static void check_end(struct party *a, struct party *b)
{
    struct net *net = a->node->net;
    people(a, 1);
    run_for(a->node->sim, dur_s(600));
    ASSERT(a->ua.live == 0 && a->ua.txns.client_pool.live + a->ua.txns.server_pool.live == 0);
    ASSERT(a->ua.call_pool.live == 0);
    ASSERT(a->bridges ? a->bridge.pool.live == 0 : a->talker.talks.live == 0);
    sip_transport_close(&b->transport);
    sip_ua_close(&a->ua);
    run_for(a->node->sim, dur_s(600));
    struct net_books k = net_books(net);
    ASSERT(k.in_flight == 0 && k.sent == k.delivered + k.dropped);
    for (int i = 0; i < FRAME_CLASSES; i++)
        ASSERT(net->frames[i].live == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct model *const models[] = {&party_model};
    struct rd r = rd_of(data, n);
    if (n < 4 || n > 6000)
        return 0;
    uint8_t mode = next(&r);
    struct sim_config c = {.seed = 7};
    struct sim *sim = sim_new(&c);
    struct net *net = net_new(sim, models, 1);
    struct sink sink = {.name = "fuzz", .on = surprised, .mask = REC_BIT(REC_UNEXPECTED)};
    struct err e = {0};
    struct link *link;
    bus_attach(sim, &sink);
    struct party *a = add_party(net, "a", "10.1.1.1", mode), *b = add_party(net, "b", "10.1.1.2", 0);
    bool ok = link_connect(a->node->ports[0], b->node->ports[0], NULL, 0, &link, &e) && net_start(net, &e);
    ASSERT(ok);
    open_agent(a, mode);
    sip_transport_init(&b->transport, b->node, b->ip, b->tcp, SIP_PORT, &hearer, b);
    ok = sip_transport_open(&b->transport);
    ASSERT(ok);
    run_for(sim, dur_s(1));
    for (int i = 0; i < STEPS_MAX && rd_left(&r); i++)
        step(a, b, &r);
    check_silence(a);
    check_end(a, b);
    sim_free(sim);
    return 0;
}
