/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DHCP server, by hand from the other end. Independent truth: RFC 2131 (4.1, 4.3.1 to 4.3.4), RFC 3046. */
#include "tests/unit/proto/udp_peer.h"

#include "models/wire/dhcp.h"

#define S 1000000000ll
#define OWN 99 /* the client whose MAC address the peer has */

extern const struct model model_dhcp_server;

struct bench {
    struct world *w;
    struct udp_peer peer;
    struct node *server;
};

/* 10.1.1.10 to .12 can be given. */
static struct bench *open_bench(const char *more)
{
    struct setting s[4] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                           {STR("dhcp_pools"), STR("v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9,10.1.1.13-10.1.1.254 "
                                                   "router=10.1.1.1 option150=10.1.1.2,10.1.1.3 domain=example.com; "
                                                   "far 10.9.0.0/24 option66=tftp")}};
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    size_t n = 3;
    if (more) {
        s[n].text = str_of(more);
        s[n].name = str_cut(&s[n].text, '=');
        n++;
    }
    b->w = world_open(&model_dhcp_server);
    assert_true(net_add_node(b->w->net, STR("dhcp-server"), STR("server"), s, n, &b->server, &e));
    b->peer.node = station(b->w, "peer");
    cable(b->peer.node, b->server->ports[0]);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->peer.node, 0), DHCP_CLIENT_PORT, peer_hear, &b->peer);
    run_to(b->w, S);
    return b;
}

static void close_bench(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

struct ask {
    enum dhcp_type type;
    uint8_t client;
    uint32_t requested, server, ciaddr, giaddr; /* 0: not there; addresses in host order */
    bool broadcast;
    const char *relay_info;
};

static struct str four(uint8_t *at, uint32_t v)
{
    struct wr w = wr_of(at, 4);
    wr_u32(&w, v);
    return str_of_bytes(at, 4);
}

static void say_dhcp(struct bench *b, const struct ask *a)
{
    uint8_t bytes[600], type = (uint8_t)a->type, requested[4], server[4];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct dhcp m = {.xid = 0x100u + a->client, .chaddr = mac_n(a->client), .ciaddr = {a->ciaddr}, .giaddr = {a->giaddr},
                     .broadcast = a->broadcast || a->client != OWN}; /* the others have no station */
    m.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&type, 1);
    if (a->requested)
        m.option[DHCP_REQUESTED_ADDRESS] = four(requested, a->requested);
    if (a->server)
        m.option[DHCP_SERVER_ID] = four(server, a->server);
    if (a->relay_info)
        m.option[DHCP_RELAY_INFO] = str_of(a->relay_info);
    dhcp_put(&w, &m);
    dhcp_pad(&w);
    struct udp u = {.src = {a->ciaddr}, .dst = IP4_BROADCAST, .src_port = DHCP_CLIENT_PORT, .dst_port = DHCP_SERVER_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    ip_send_udp_to(at(b->peer.node)->ip, 0, MAC_BROADCAST, &u, 0);
}

/* The answer within 10 ms; type 0: none came. */
static struct dhcp ask(struct bench *b, const struct ask *a)
{
    struct dhcp m = {0};
    uint32_t before = b->peer.count;
    say_dhcp(b, a);
    run_for(b->w, dur_ms(10));
    if (b->peer.count == before)
        return m;
    assert_int_equal(b->peer.count, before + 1);
    struct rd r = rd_of(peer_last(&b->peer)->bytes, peer_last(&b->peer)->n);
    assert_true(dhcp_get(&r, &m));
    return m;
}

#define ADDRESS(x) (0x0a010100u | (x))

static uint32_t bind(struct bench *b, uint8_t client)
{
    struct dhcp offer = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = client});
    assert_int_equal(dhcp_type(&offer), DHCP_OFFER);
    struct dhcp ack = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = client, .requested = offer.yiaddr.v,
                                           .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&ack), DHCP_ACK);
    assert_int_equal(ack.yiaddr.v, offer.yiaddr.v);
    return ack.yiaddr.v;
}

static void an_offer_has_what_the_pool_says(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = OWN});
    uint32_t v;
    struct ip4 a;
    assert_int_equal(dhcp_type(&m), DHCP_OFFER);
    assert_int_equal(m.yiaddr.v, ADDRESS(10)); /* the first that is not excluded */
    assert_true(dhcp_u32(&m, DHCP_SUBNET_MASK, &v) && v == 0xffffff00u);
    assert_true(dhcp_u32(&m, DHCP_LEASE_TIME, &v) && v == 8 * 86400);
    assert_true(dhcp_u32(&m, DHCP_RENEWAL_TIME, &v) && v == 4 * 86400);
    assert_true(dhcp_u32(&m, DHCP_REBINDING_TIME, &v) && v == 7 * 86400);
    assert_true(dhcp_address(&m, DHCP_ROUTERS, 0, &a) && a.v == ADDRESS(1));
    assert_true(dhcp_address(&m, DHCP_TFTP_SERVERS, 1, &a) && a.v == ADDRESS(3));
    assert_true(str_eq(m.option[DHCP_DOMAIN_NAME], STR("example.com")));
    assert_null(m.option[DHCP_TFTP_NAME].p);
    /* 4.1: to the address it is about to have, unless it asks for a broadcast */
    assert_int_equal(peer_last(&b->peer)->dst.v, ADDRESS(10));
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = OWN, .broadcast = true});
    assert_int_equal(peer_last(&b->peer)->dst.v, UINT32_MAX);
    close_bench(b);
}

static void choice_of_an_address(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    assert_int_equal(bind(b, 50), ADDRESS(10));
    assert_int_equal(bind(b, 50), ADDRESS(10)); /* its own again */
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51, .requested = ADDRESS(12)});
    assert_int_equal(m.yiaddr.v, ADDRESS(12)); /* the one it asks for */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52, .requested = ADDRESS(10)});
    assert_int_equal(m.yiaddr.v, ADDRESS(11)); /* that one is taken */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 53});
    assert_int_equal(dhcp_type(&m), 0); /* exhausted: silence */
    run_for(b->w, dur_s(61));           /* 51 and 52 never asked for their offers */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 53});
    assert_int_equal(dhcp_type(&m), DHCP_OFFER);
    close_bench(b);
}

static void another_server_was_chosen(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    for (uint8_t client = 50; client < 53; client++) {
        ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = client});
        struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = client, .requested = ADDRESS(77),
                                             .server = ADDRESS(9)});
        assert_int_equal(dhcp_type(&m), 0);
    }
    assert_int_not_equal(bind(b, 60), 0); /* the three offers are free again */
    close_bench(b);
}

/* 4.3.2, INIT-REBOOT: right, wrong, of another net, unknown. */
static void a_client_that_comes_back(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    bind(b, OWN);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = OWN, .requested = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = OWN, .requested = ADDRESS(11)});
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    assert_int_equal(peer_last(&b->peer)->dst.v, UINT32_MAX); /* a NAK is always broadcast */
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .requested = 0xc0a80001});
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .requested = ADDRESS(12)});
    assert_int_equal(dhcp_type(&m), 0); /* no record: MUST remain silent */
    close_bench(b);
}

static void declined_and_released(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    bind(b, 50);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DECLINE, .client = 50, .requested = ADDRESS(10), .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(bind(b, 50), ADDRESS(11)); /* .10 is nobody's any more */
    assert_int_equal(bind(b, 51), ADDRESS(12));
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52});
    assert_int_equal(dhcp_type(&m), 0);
    say_dhcp(b, &(struct ask){.type = DHCP_RELEASE, .client = 51, .ciaddr = ADDRESS(12), .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    assert_int_equal(bind(b, 52), ADDRESS(12));
    close_bench(b);
}

/* The relay's address picks the pool; option 82 comes back as it went; the answer goes to the relay. */
static void through_a_relay(void **state)
{
    (void)state;
    struct bench *b = open_bench("gateway=10.1.1.2");
    struct ip_iface relay = *ip_iface_at(at(b->peer.node)->ip, 0);
    relay.addr = ip4_n(2);
    relay.prefix_len = 24;
    ip_set_iface(at(b->peer.node)->ip, 0, &relay);
    struct ip_iface second = relay;
    second.addr = (struct ip4){0x0a090001};
    second.vlan = 9; /* the net behind it */
    ip_add_iface(at(b->peer.node)->ip, &second);
    ip_bind(at(b->peer.node)->ip, DHCP_SERVER_PORT, peer_hear, &b->peer);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50, .giaddr = 0x0a090001, .relay_info = "\1\2p1"});
    assert_int_equal(dhcp_type(&m), DHCP_OFFER);
    assert_int_equal(m.yiaddr.v >> 8, 0x0a0900);
    assert_true(str_eq(m.option[DHCP_RELAY_INFO], STR("\1\2p1")));
    assert_true(str_eq(m.option[DHCP_TFTP_NAME], STR("tftp")));
    assert_int_equal(peer_last(&b->peer)->dst.v, 0x0a090001);
    assert_int_equal(peer_last(&b->peer)->dst_port, DHCP_SERVER_PORT);
    close_bench(b);
}

static void one_message_at_a_time(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_service_time=5ms");
    for (uint8_t client = 50; client < 53; client++)
        say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = client});
    run_for(b->w, dur_s(1));
    assert_int_equal(b->peer.count, 3);
    for (uint32_t i = 1; i < 3; i++)
        assert_int_equal(time_sub(b->peer.heard[i].at, b->peer.heard[i - 1].at).ns, 5000000);
    close_bench(b);
}

static void mistakes_in_pools(void **state)
{
    static const char *const bad[][2] = {
        {"v 10.1.1.0", "NAME NET/LEN"},
        {"v 10.1.1.0/24 rooter=10.1.1.1", "did you mean 'router'"},
        {"v 10.1.1.0/24 option66=a,b", "exactly one"},
        {"v 10.1.1.0/24 router=10.1.1", "a list of addresses"},
        {"v 10.1.1.0/24 exclude=10.1.1.9-10.1.1.1", "ranges"},
        {"v 10.1.1.0/24; w 10.1.0.0/16", "overlap"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct setting s[] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                              {STR("dhcp_pools"), str_of(bad[i][0])}};
        struct world *w = world_open(&model_dhcp_server);
        struct node *n;
        struct err e = {0};
        assert_false(net_add_node(w->net, STR("dhcp-server"), STR("server"), s, 3, &n, &e));
        if (!strstr(e.msg, bad[i][1]))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i][1]);
        sim_free(w->sim);
        test_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_has_what_the_pool_says),
        cmocka_unit_test(choice_of_an_address),
        cmocka_unit_test(another_server_was_chosen),
        cmocka_unit_test(a_client_that_comes_back),
        cmocka_unit_test(declined_and_released),
        cmocka_unit_test(through_a_relay),
        cmocka_unit_test(one_message_at_a_time),
        cmocka_unit_test(mistakes_in_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
