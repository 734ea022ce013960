/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a DHCP server must not do, and what it does with clients that are not its own. Independent truth: RFC 2131
 * 3.2, 4.1, 4.3.1 to 4.3.6 with table 3. */
#include "tests/unit/device/dhcp_desk.h"

/* 4.3.2: who was only offered an address has no record. Another server's client is left in peace. */
static void an_offer_is_no_record(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50});
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(12)});
    assert_int_equal(dhcp_type(&m), 0);
    close_bench(b);
}

/* DECLINE and RELEASE name the server they are for (table 5). */
static void meant_for_another_server(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    assert_int_equal(bind(b, 50), ADDRESS(10));
    say_dhcp(b, &(struct ask){.type = DHCP_DECLINE, .client = 50, .requested = ADDRESS(10), .server = ADDRESS(9)});
    say_dhcp(b, &(struct ask){.type = DHCP_RELEASE, .client = 50, .ciaddr = ADDRESS(10), .server = ADDRESS(9)});
    run_for(b->w, dur_ms(10));
    assert_int_equal(facts(b->w, "dhcp-binding 10.1.1.10: bound decline conflict"), 0);
    assert_int_equal(facts(b->w, "dhcp-binding 10.1.1.10: bound release free"), 0);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    close_bench(b);
}

/* REBINDING goes to all servers (4.3.2): only what is known to be wrong is refused. Two servers share a net by
 * excluding each other's part of it. */
static void renewals_of_strangers(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    bind(b, 50);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .ciaddr = ADDRESS(200)});
    assert_int_equal(dhcp_type(&m), 0); /* the other server's part */
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .ciaddr = ADDRESS(11)});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .ciaddr = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_NAK); /* somebody else's */
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .ciaddr = ADDRESS(11)});
    assert_int_equal(dhcp_type(&m), DHCP_NAK); /* it has another one */
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52, .requested = ADDRESS(12)});
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .ciaddr = ADDRESS(12)});
    assert_int_equal(dhcp_type(&m), 0); /* an offer does not make it somebody else's */
    close_bench(b);
}

/* It moved to the net behind the relay with the address of another one. Table 3: what a NAK may have. 4.3.2: the
 * broadcast bit, so that the relay broadcasts it. */
static void moved_behind_a_relay(void **state)
{
    (void)state;
    struct bench *b = open_bench("gateway=10.1.1.2");
    bind(b, 50);
    become_relay(b);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = OWN, .requested = ADDRESS(10), .giaddr = RELAY});
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    assert_true(m.broadcast);
    assert_int_equal(m.yiaddr.v | m.ciaddr.v, 0);
    assert_int_equal(m.giaddr.v, RELAY);
    assert_int_equal(peer_last(&b->peer)->dst.v, RELAY);
    assert_int_equal(peer_last(&b->peer)->dst_port, DHCP_SERVER_PORT);
    assert_true(m.option[DHCP_MESSAGE].n > 0); /* SHOULD say why */
    for (int i = 1; i < DHCP_END; i++)
        assert_true(!m.option[i].p || i == DHCP_MESSAGE_TYPE || i == DHCP_SERVER_ID || i == DHCP_MESSAGE);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .ciaddr = ADDRESS(10), .giaddr = RELAY});
    assert_int_equal(dhcp_type(&m), DHCP_NAK); /* REBINDING: its address is of the wrong net */
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = RELAY + 9, .giaddr = RELAY});
    assert_int_equal(dhcp_type(&m), 0); /* of that net there is no record of it */
    close_bench(b);
}

/* 4.3.2, RENEWING: the answer goes to ciaddr, and the lease begins anew. */
static void renewed(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_lease_time=1min");
    uint32_t v;
    bind(b, OWN);
    settle(b, ADDRESS(10));
    run_for(b->w, dur_s(50));
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = OWN, .ciaddr = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    assert_int_equal(peer_last(&b->peer)->dst.v, ADDRESS(10));
    assert_int_equal(m.ciaddr.v, ADDRESS(10));
    assert_int_equal(m.yiaddr.v, ADDRESS(10));
    assert_true(dhcp_u32(&m, DHCP_LEASE_TIME, &v) && v == 60);
    run_for(b->w, dur_s(50)); /* 100 s after the first REQUEST */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50, .requested = ADDRESS(10)});
    assert_int_equal(m.yiaddr.v, ADDRESS(11)); /* .10 is taken */
    close_bench(b);
}

/* 4.3.5: the parameters, to the address it has; no address and no times. */
static void parameters_only(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    settle(b, ADDRESS(77));
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_INFORM, .client = OWN, .ciaddr = ADDRESS(77)});
    struct ip4 a;
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    assert_int_equal(m.yiaddr.v, 0);
    assert_int_equal(peer_last(&b->peer)->dst.v, ADDRESS(77));
    assert_true(dhcp_address(&m, DHCP_TFTP_SERVERS, 0, &a) && a.v == ADDRESS(2));
    assert_true(!m.option[DHCP_LEASE_TIME].p && !m.option[DHCP_RENEWAL_TIME].p && !m.option[DHCP_REBINDING_TIME].p);
    m = ask(b, &(struct ask){.type = DHCP_INFORM, .client = OWN}); /* from nowhere */
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(facts(b->w, "segment-discarded bad-dhcp"), 1);
    close_bench(b);
}

/* 4.3.5: "directly to the address given in the 'ciaddr' field", not by way of the relay that it came through. */
static void parameters_behind_a_relay(void **state)
{
    (void)state;
    struct bench *b = open_bench("gateway=10.1.1.2");
    become_relay(b);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_INFORM, .client = OWN, .ciaddr = ADDRESS(2), .giaddr = RELAY});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    assert_int_equal(peer_last(&b->peer)->dst.v, ADDRESS(2));
    assert_int_equal(peer_last(&b->peer)->dst_port, DHCP_CLIENT_PORT);
    assert_true(str_eq(m.option[DHCP_TFTP_NAME], STR("tftp"))); /* the relay's net tells the parameters */
    close_bench(b);
}

/* Its lease here is over, and the other server of the net gave it an address since: its record counts no more. */
static void served_by_another_since(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_lease_time=1min");
    bind(b, 50);
    run_for(b->w, dur_s(61));
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(200)});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .ciaddr = ADDRESS(200)});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK); /* the previous one is still free */
    close_bench(b);
}

/* A broadcast that no relay passed on comes from the server's own net, whatever address its sender still has. */
static void moved_to_the_servers_net(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = OWN, .ciaddr = RELAY + 9});
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    assert_int_equal(peer_last(&b->peer)->dst.v, UINT32_MAX);
    close_bench(b);
}

/* Its own address, though nothing excludes it; and a message that lacks what table 5 demands. */
static void its_own_address(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_pools=v 10.1.1.0/30");
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50, .requested = ADDRESS(1)});
    assert_int_equal(m.yiaddr.v, ADDRESS(2));
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50});
    assert_int_equal(dhcp_type(&m), 0);
    m = ask(b, &(struct ask){.type = DHCP_OFFER, .client = 50, .ciaddr = ADDRESS(2)});
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(facts(b->w, "segment-discarded bad-dhcp"), 3);
    close_bench(b);
}

/* The hold is over when it asks: it still gets the address, unless somebody else has it by now. */
static void asked_for_late(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50});
    assert_int_equal(m.yiaddr.v, ADDRESS(10));
    run_for(b->w, dur_s(61));
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(10), .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51, .requested = ADDRESS(12)});
    run_for(b->w, dur_s(61));
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52, .requested = ADDRESS(12)});
    assert_int_equal(m.yiaddr.v, ADDRESS(12));
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 51, .requested = ADDRESS(12), .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    close_bench(b);
}

/* Each DISCOVER begins the hold anew; it is one offer. */
static void an_offer_is_held(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50});
    run_for(b->w, dur_s(50));
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50});
    run_for(b->w, dur_s(50));
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51, .requested = ADDRESS(10)});
    assert_int_equal(m.yiaddr.v, ADDRESS(11));
    assert_int_equal(facts(b->w, "dhcp-binding 10.1.1.10: free discover offered"), 1);
    close_bench(b);
}

/* 4.3.1: its previous address, if that is free and still to be given; others get what was never given. */
static void its_previous_address(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_pools_later=v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.10,10.1.1.13-10.1.1.254");
    assert_int_equal(bind(b, 50), ADDRESS(10));
    say_dhcp(b, &(struct ask){.type = DHCP_RELEASE, .client = 50, .ciaddr = ADDRESS(10), .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    assert_int_equal(bind(b, 51), ADDRESS(11));
    assert_int_equal(bind(b, 50), ADDRESS(10));
    op(b, "reconfigure");
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50});
    assert_int_equal(m.yiaddr.v, ADDRESS(10)); /* in force: its own */
    say_dhcp(b, &(struct ask){.type = DHCP_RELEASE, .client = 50, .ciaddr = ADDRESS(10), .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    assert_int_equal(bind(b, 50), ADDRESS(12)); /* .10 is excluded now */
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_is_no_record),
        cmocka_unit_test(meant_for_another_server),
        cmocka_unit_test(renewals_of_strangers),
        cmocka_unit_test(moved_behind_a_relay),
        cmocka_unit_test(renewed),
        cmocka_unit_test(parameters_only),
        cmocka_unit_test(parameters_behind_a_relay),
        cmocka_unit_test(served_by_another_since),
        cmocka_unit_test(moved_to_the_servers_net),
        cmocka_unit_test(its_own_address),
        cmocka_unit_test(asked_for_late),
        cmocka_unit_test(an_offer_is_held),
        cmocka_unit_test(its_previous_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
