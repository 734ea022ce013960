/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent_kit.h: a SIP user agent (10.1.1.1) and a peer that is led by hand (10.1.1.2). Verbs of a row, besides those of
 * sip_script.h: call [tcp] [delayed], ring, answer, reject 486, hang-up, modify [update [bare]], hold, retrieve, g729,
 * accept, refuse 488, close; "manual": calls and changes are not accepted by themselves; "tcp": the peer speaks over
 * TCP; "refuses 488": the peer refuses every INVITE from now on; "refused-below 9": fewer than so many; "told ...": the last thing its user was told; "agreed sendonly": its direction as agreed. */
#ifndef TESTS_UNIT_PROTO_AGENT_KIT_H
#define TESTS_UNIT_PROTO_AGENT_KIT_H

#include "tests/unit/proto/sip_script.h"

#include "models/proto/sip_call.h"

struct agent {
    struct ip4 address;
    struct tcp_config tcp_config;
    struct sip_ua_config config;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_ua ua;
    struct hand hand; /* the other side's, which needs no agent */
    bool manual;
    struct sip_call *call;
    char told[48];
};

static inline void PRINTF_LIKE(2, 3) tell(struct agent *a, const char *fmt, ...)
{
    struct txtbuf t = txtbuf_of(a->told, sizeof a->told);
    va_list ap;
    va_start(ap, fmt);
    txtbuf_vadd(&t, fmt, ap);
    va_end(ap);
}

static inline struct media able_of(const struct agent *a)
{
    return (struct media){.addr = a->address, .port = 16384, .direction = SDP_SENDRECV, .codec_count = 2, .codec = {0, 18}};
}

static inline void on_invite(void *arg, struct sip_call *c)
{
    struct agent *a = arg;
    a->call = c;
    c->able = able_of(a);
    tell(a, "invite");
    if (!a->manual)
        call_answer(c);
}

static inline void on_progress(void *arg, struct sip_call *c, uint32_t status)
{
    (void)c;
    tell(arg, "progress %u", status);
}

static inline void on_answer(void *arg, struct sip_call *c)
{
    tell(arg, "answer %s", media_codec_name(c->remote.codec[0]));
}

static inline void on_confirm(void *arg, struct sip_call *c)
{
    tell(arg, "confirm %s", media_codec_name(c->remote.codec[0]));
}

static inline void on_modify(void *arg, struct sip_call *c, bool by_update, const struct media *offer, bool changed)
{
    struct agent *a = arg;
    tell(a, "%s %s", by_update ? "update" : "re-invite", !offer ? "bare" : changed ? "changed" : "unchanged");
    if (!a->manual)
        call_accept(c);
}

static inline void on_modified(void *arg, struct sip_call *c, uint32_t status)
{
    (void)c;
    tell(arg, "modified %u", status);
}

static inline void on_end(void *arg, struct sip_call *c, enum call_end why)
{
    static const char *const names[] = {"by us", "by peer", "refused", "expired", "refresh-failed", "unreachable"};
    struct agent *a = arg;
    tell(a, "end %s", names[why]);
    if (why == CALL_REFUSED)
        tell(a, "end refused %u", c->status);
    a->call = NULL;
}

static const struct call_user agent_user = {on_invite, on_progress, on_answer, on_confirm, on_modify, on_modified, on_end};

/* --- the two nodes ------------------------------------------------------------------------------------ */

static inline bool agent_init(struct node *n, struct err *e)
{
    struct agent *a = n->state;
    struct port *p;
    struct ip_options o = {.arp_timeout = dur_s(1000000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e) || !sip_ua_configure(&a->config, e))
        return false;
    struct ip_iface i = {.port = p, .addr = a->address, .prefix_len = 24, .mac = mac_n((uint8_t)a->address.v)};
    a->ip = ip_new(n, &o);
    ip_add_iface(a->ip, &i);
    a->tcp = tcp_new(n, a->ip, &a->tcp_config);
    a->config.product = "Agent/1";
    a->config.sdp_user = "agent";
    a->config.methods = SIP_METHODS;
    sip_ua_init(&a->ua, n, a->ip, a->tcp, SIP_PORT, &a->config, &agent_user, NULL, a);
    return true;
}

static inline void agent_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct agent *a = n->state;
    ip_on_frame(a->ip, in, f);
}

/* clang-format off */
static const struct param_def agent_params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct agent, address), true},
    TCP_PARAMS(struct agent, tcp_config, "", "22s", "400us"),
    SIP_UA_PARAMS(struct agent, config),
    {0},
};
/* clang-format on */
static const struct model agent_model = {.name = "agent", .doc = "", .state_size = sizeof(struct agent),
                                         .params = agent_params, .init = agent_init, .on_frame = agent_frame};

/* `settings`: "min_se=90s session_added=off", which is also what it has without them. */
static inline struct agent *add_agent(struct world *w, const char *name, const char *address, const char *settings,
                                      struct node **n)
{
    struct setting s[16] = {{STR("address"), str_of(address)}};
    size_t count = 1;
    struct err e = {0};
    if (!strstr(settings, "min_se="))
        s[count++] = (struct setting){STR("min_se"), STR("90s")};
    count = settings_read(settings, s, count);
    if (!net_add_node(w->net, STR("agent"), str_of(name), s, count, n, &e))
        fail_msg("%s", e.msg);
    return (*n)->state;
}

/* --- verbs ---------------------------------------------------------------------------------------------- */

static inline void start_call(struct agent *a, const char *how)
{
    enum sip_over over = strstr(how, "tcp") ? SIP_OVER_TCP : SIP_OVER_UDP;
    struct call_start o = {.hop = {{0x0a010102}, SIP_PORT, over}, .from = "100", .to = "200", .able = able_of(a),
                           .delayed_offer = strstr(how, "delayed") != NULL};
    a->call = call_start(&a->ua, &o);
    assert_non_null(a->call);
}

static inline bool changes(struct agent *a, const char *verb, const char *rest)
{
    if (strcmp(verb, "hold") == 0)
        a->call->able.direction = SDP_SENDONLY;
    else if (strcmp(verb, "retrieve") == 0)
        a->call->able.direction = SDP_SENDRECV;
    else if (strcmp(verb, "g729") == 0)
        a->call->able.codec[0] = 18, a->call->able.codec_count = 1;
    else if (strcmp(verb, "modify") != 0)
        return false;
    call_modify(a->call, strstr(rest, "update") != NULL, strstr(rest, "bare") == NULL);
    return true;
}

static inline bool agrees(const struct agent *a, const char *direction)
{
    static const char *const names[] = {[SDP_SENDRECV] = "sendrecv", [SDP_SENDONLY] = "sendonly",
                                        [SDP_RECVONLY] = "recvonly", [SDP_INACTIVE] = "inactive"};
    return strcmp(names[a->call->local.direction], direction) == 0;
}

static inline bool agent_verb(struct play *p, const char *verb, char *rest)
{
    struct agent *a = p->arg;
    uint32_t n = (uint32_t)strtoul(rest, NULL, 10);
    bool handled = true;
    if (strcmp(verb, "call") == 0)
        start_call(a, rest);
    else if (strcmp(verb, "manual") == 0)
        a->manual = true;
    else if (strcmp(verb, "tcp") == 0)
        p->hand[0].to.over = SIP_OVER_TCP;
    else if (strcmp(verb, "refuses") == 0)
        p->hand[0].refuses = n;
    else if (strcmp(verb, "refused-below") == 0)
        handled = p->hand[0].refused > 0 && p->hand[0].refused < n;
    else if (strcmp(verb, "close") == 0)
        sip_ua_close(&a->ua);
    else if (strcmp(verb, "told") == 0)
        handled = strcmp(a->told, rest) == 0;
    else if (!a->call)
        flunk(p, "there is no call");
    else if (strcmp(verb, "agreed") == 0)
        handled = agrees(a, rest);
    else if (strcmp(verb, "ring") == 0)
        call_ring(a->call);
    else if (strcmp(verb, "answer") == 0)
        call_answer(a->call);
    else if (strcmp(verb, "reject") == 0)
        call_reject(a->call, n);
    else if (strcmp(verb, "hang-up") == 0)
        call_hang_up(a->call);
    else if (strcmp(verb, "accept") == 0)
        call_accept(a->call);
    else if (strcmp(verb, "refuse") == 0)
        call_refuse(a->call, n);
    else
        return changes(a, verb, rest);
    if (!handled)
        flunk(p, "it was told '%s'", a->told);
    return true;
}

/* --- a row ---------------------------------------------------------------------------------------------- */

static inline void run_row(void **state)
{
    struct play p = {.row = *state, .verb = agent_verb};
    struct world *w = p.w = script_world(&agent_model);
    struct err e = {0};
    struct node *a_node, *b_node;
    struct link *link;
    struct agent *a = p.arg = add_agent(w, "a", "10.1.1.1", p.row->settings, &a_node);
    struct agent *b = add_agent(w, "b", "10.1.1.2", "", &b_node);
    assert_true(link_connect(a_node->ports[0], b_node->ports[0], NULL, 0, &link, &e));
    assert_true(net_start(w->net, &e));
    assert_true(sip_ua_open(&a->ua));
    struct hand *h = &p.hand[0];
    hand_open(h, b_node, b->ip, b->tcp, "10.1.1.2:5060", SIP_PORT, "200");
    h->to = (struct sip_hop){a->address, SIP_PORT, SIP_OVER_UDP};
    h->peer_uri = "sip:100@10.1.1.1";
    str_keep(h->tag, sizeof h->tag, STR("hand"));
    ip_resolve(a->ip, b->address);
    run_to(w, 1000 * MS);
    play_all(&p);
    assert_int_equal(facts(w, "rx"), 0); /* UNEXPECTED */
    sip_ua_close(&a->ua);
    run_for(w, dur_s(120));
    assert_int_equal(a->ua.live, 0);
    assert_int_equal(a->ua.txns.client_pool.live + a->ua.txns.server_pool.live, 0);
    sip_transport_close(&h->transport);
    test_free(h->in);
    run_for(w, dur_s(60));
    world_close(w);
}

#endif
