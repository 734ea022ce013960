/* SPDX-License-Identifier: GPL-3.0-or-later */
/* between_kit.h: a SIP proxy (10.1.1.1) between a caller and a called side that are both led by hand, on one host: the
 * caller at 10.1.1.2:5060 (steps > and <), the called side at 10.1.1.2:5070 (>b and <b). Verbs of a row besides those of
 * sip_script.h: "knows 1": the proxy remembers so many calls; "tcp". */
#ifndef TESTS_UNIT_PROTO_BETWEEN_KIT_H
#define TESTS_UNIT_PROTO_BETWEEN_KIT_H

#include "tests/unit/proto/sip_script.h"

#include "models/proto/proxy.h"

struct between {
    struct ip4 address;
    struct tcp_config tcp_config;
    struct proxy_config config;
    bool is_proxy;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct proxy proxy;
};

static inline bool between_init(struct node *n, struct err *e)
{
    struct between *b = n->state;
    struct port *p;
    struct ip_options o = {.arp_timeout = dur_s(1000000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e))
        return false;
    struct ip_iface i = {.port = p, .addr = b->address, .prefix_len = 24, .mac = mac_n((uint8_t)b->address.v)};
    b->ip = ip_new(n, &o);
    ip_add_iface(b->ip, &i);
    b->tcp = tcp_new(n, b->ip, &b->tcp_config);
    b->is_proxy = b->config.routes[0];
    return !b->is_proxy || proxy_init(&b->proxy, n, b->ip, b->tcp, b->address, &b->config, e);
}

static inline void between_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct between *b = n->state;
    ip_on_frame(b->ip, in, f);
}

/* clang-format off */
static const struct param_def between_params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct between, address), true},
    TCP_PARAMS(struct between, tcp_config, "", "22s", "400us"),
    PROXY_PARAMS(struct between, config),
    {0},
};
/* clang-format on */
static const struct model between_model = {.name = "between", .doc = "", .state_size = sizeof(struct between),
                                           .params = between_params, .init = between_init, .on_frame = between_frame};

static inline bool between_verb(struct play *p, const char *verb, char *rest)
{
    struct between *b = p->arg;
    if (strcmp(verb, "tcp") == 0) {
        p->hand[0].to.over = SIP_OVER_TCP;
        return true;
    }
    if (strcmp(verb, "knows") != 0)
        return false;
    if (b->proxy.calls.pool.live != strtoul(rest, NULL, 10))
        flunk(p, "it knows %u", b->proxy.calls.pool.live);
    return true;
}

static inline void open_side(struct play *p, int i, struct node *n, struct between *b, const char *own, uint16_t port,
                             const char *user)
{
    struct hand *h = &p->hand[i];
    hand_open(h, n, b->ip, b->tcp, own, port, user);
    h->to = (struct sip_hop){{0x0a010101}, SIP_PORT, SIP_OVER_UDP};
    h->peer_uri = "sip:200@10.1.1.1";
    h->follows_routes = true;
    str_keep(h->tag, sizeof h->tag, str_of(user));
}

static inline struct node *add_between(struct world *w, const char *name, const char *address, const char *settings)
{
    struct setting s[16] = {{STR("address"), str_of(address)}};
    size_t count = settings_read(settings, s, 1);
    struct node *n;
    struct err e = {0};
    if (!net_add_node(w->net, STR("between"), str_of(name), s, count, &n, &e))
        fail_msg("%s", e.msg);
    return n;
}

static inline void run_between(void **state)
{
    struct play p = {.row = *state, .verb = between_verb};
    struct world *w = p.w = script_world(&between_model);
    char settings[300];
    struct txtbuf t = txtbuf_of(settings, sizeof settings);
    struct err e = {0};
    struct link *link;
    txtbuf_add(&t, "routes=*=10.1.1.2:5070 %s", p.row->settings);
    struct node *a = add_between(w, "a", "10.1.1.1", settings), *b = add_between(w, "b", "10.1.1.2", "");
    assert_true(link_connect(a->ports[0], b->ports[0], NULL, 0, &link, &e));
    assert_true(net_start(w->net, &e));
    struct between *self = p.arg = a->state;
    open_side(&p, 0, b, b->state, "10.1.1.2:5060", SIP_PORT, "100");
    open_side(&p, 1, b, b->state, "10.1.1.2:5070", 5070, "200");
    ip_resolve(self->ip, ((struct between *)b->state)->address);
    run_to(w, 1000 * MS);
    play_all(&p);
    assert_int_equal(facts(w, "rx"), 0); /* UNEXPECTED */
    run_for(w, dur_s(600)); /* timer C ends what nobody answered */
    assert_int_equal(self->proxy.txns.client_pool.live + self->proxy.txns.server_pool.live, 0);
    assert_int_equal(self->proxy.context_pool.live, 0);
    for (int i = 0; i < 2; i++) {
        sip_transport_close(&p.hand[i].transport);
        test_free(p.hand[i].in);
    }
    run_for(w, dur_s(120));
    world_close(w);
}

#endif
