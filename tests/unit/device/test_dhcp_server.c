/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DHCP server, by hand from the other end. Independent truth: RFC 2131 (4.1, 4.3.1 to 4.3.4), RFC 3046. */
#include "tests/unit/device/dhcp_desk.h"

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
    become_relay(b);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50, .giaddr = RELAY, .relay_info = "\1\2p1"});
    assert_int_equal(dhcp_type(&m), DHCP_OFFER);
    assert_int_equal(m.yiaddr.v >> 8, 0x0a0900);
    assert_true(str_eq(m.option[DHCP_RELAY_INFO], STR("\1\2p1")));
    assert_true(str_eq(m.option[DHCP_TFTP_NAME], STR("tftp")));
    assert_int_equal(peer_last(&b->peer)->dst.v, RELAY);
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
        {"v 10.1.1.0/24; w 10.1.0.0/16", "overlap"},
        {"v 10.1.1.0/24; v 10.2.0.0/16", "twice"}};
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

/* What the operation would make of them is checked before the run, under its own name. */
static void mistakes_in_later_pools(void **state)
{
    static const char *const bad[][2] = {
        {"v 10.1.1.0/24 rooter=10.1.1.1", "parameter 'dhcp_pools_later': pool 'v' has no 'rooter'"},
        {"w 10.1.1.0/24", "parameter 'dhcp_pools_later': there is no pool 'w' of that net"},
        {"v 10.1.0.0/16", "parameter 'dhcp_pools_later': there is no pool 'v' of that net"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct setting s[] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                              {STR("dhcp_pools"), STR("v 10.1.1.0/24")}, {STR("dhcp_pools_later"), str_of(bad[i][0])}};
        struct world *w = world_open(&model_dhcp_server);
        struct node *n;
        struct err e = {0};
        assert_false(net_add_node(w->net, STR("dhcp-server"), STR("server"), s, 4, &n, &e));
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
        cmocka_unit_test(mistakes_in_later_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
