/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a DHCP client makes of a lease: the check by ARP, what it reads, when it renews, what it remembers.
 * Independent truth: RFC 2131 3.1 (5), 3.2, 4.4.1, 4.4.5, table 5; RFC 2132 2 and 9.4; RFC 5227 2.1.1; RFC 5859 3. */
#include "tests/unit/proto/dhcp_kit.h"

/* --- the check ------------------------------------------------------------------------------------ */

static struct arp probe_of(const struct bench *b)
{
    struct rd r = rd_of(last(b->server.node)->bytes, last(b->server.node)->len);
    struct eth e;
    struct arp a;
    assert_true(eth_get(&r, &e) && e.type == ETH_ARP && mac_eq(e.dst, MAC_BROADCAST));
    assert_true(arp_get(&r, &a));
    return a;
}

static void nobody_has_it(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->config.conflict_wait = dur_s(1);
    get_lease(b, NULL);
    assert_string_equal(state_of(b), "checking");
    struct arp a = probe_of(b);
    assert_int_equal(a.oper, ARP_REQUEST);
    assert_int_equal(a.spa.v, 0); /* not to confuse caches */
    assert_int_equal(a.tpa.v, GIVEN);
    assert_true(mac_eq(a.sha, mac_n(99)));
    pass(b, dur_ms(998));
    assert_int_equal(b->bound, 0);
    pass(b, dur_ms(2));
    assert_int_equal(b->bound, 1);
    close_bench(b);
}

/* DECLINE: broadcast, options 50 and 54 and the client id, no more; then at least ten seconds. */
static void somebody_has_it(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct ip4 v;
    b->config.conflict_wait = dur_s(1);
    start(b);
    pass(b, dur_s(6)); /* so that secs would not be 0 by chance */
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .yiaddr = SERVER});
    say_dhcp(b, &(struct answer){.type = DHCP_ACK, .yiaddr = SERVER}); /* the server's own: it answers the probe */
    uint32_t n = b->server.count;
    struct dhcp m = last_message(b);
    assert_int_equal(dhcp_type(&m), DHCP_DECLINE);
    assert_int_equal(m.ciaddr.v | m.secs, 0);
    assert_true(dhcp_address(&m, DHCP_REQUESTED_ADDRESS, 0, &v) && v.v == SERVER);
    assert_true(dhcp_address(&m, DHCP_SERVER_ID, 0, &v) && v.v == SERVER);
    for (int i = 1; i < DHCP_END; i++)
        assert_true(!m.option[i].p || i == DHCP_MESSAGE_TYPE || i == DHCP_REQUESTED_ADDRESS || i == DHCP_SERVER_ID ||
                    i == DHCP_CLIENT_ID);
    assert_int_equal(peer_last(&b->server)->dst.v, UINT32_MAX);
    assert_int_equal(b->bound, 0);
    pass(b, dur_ms(9990));
    assert_int_equal(b->server.count, n);
    pass(b, dur_ms(20));
    m = last_message(b);
    assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
    close_bench(b);
}

/* Two hosts that probe for one address at a time: each sees the other's probe (RFC 5227 2.1.1). */
static void somebody_probes_for_it_too(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->config.conflict_wait = dur_s(1);
    get_lease(b, NULL);
    struct arp other = {.oper = ARP_REQUEST, .sha = mac_n(50), .tpa = {GIVEN + 1}};
    say_arp(b->server.node, MAC_BROADCAST, other.sha, &other);
    pass(b, dur_ms(1));
    assert_string_equal(state_of(b), "checking");
    other.tpa.v = GIVEN;
    say_arp(b->server.node, MAC_BROADCAST, other.sha, &other);
    pass(b, dur_ms(1));
    assert_string_equal(state_of(b), "declining");
    close_bench(b);
}

/* --- what it reads -------------------------------------------------------------------------------- */

static struct dhcp_lease lease_of(const struct answer *a)
{
    struct bench *b = open_bench();
    get_lease(b, a);
    assert_int_equal(b->bound, 1);
    struct dhcp_lease l = b->lease;
    close_bench(b);
    return l;
}

static void options_of_a_lease(void **state)
{
    (void)state;
    struct answer a = {0};
    a.more[DHCP_SUBNET_MASK] = STR("\xff\xff\xfe\0");
    a.more[DHCP_ROUTERS] = STR("\x0a\1\1\1\x0a\1\1\2");
    a.more[DHCP_DNS_SERVERS] = STR("\x0a\1\1\3\x0a\1\1\4");
    a.more[DHCP_DOMAIN_NAME] = STR("example.com\0"); /* RFC 2132 2: be prepared to delete trailing nulls */
    a.more[DHCP_ARP_TIMEOUT] = STR("\0\0\0\x3c");
    struct dhcp_lease l = lease_of(&a);
    assert_int_equal(l.prefix_len, 23);
    assert_int_equal(l.router.v, 0x0a010101); /* the first */
    assert_int_equal(l.dns_count, 2);
    assert_int_equal(l.dns[1].v, 0x0a010104);
    assert_string_equal(l.domain, "example.com");
    assert_int_equal(l.arp_timeout.ns, 60 * S);
    assert_int_equal(l.lease.ns, LEASE_S * S);
    assert_int_equal(l.t1.ns, LEASE_S * S / 2);
    assert_int_equal(l.t2.ns, LEASE_S * S / 8 * 7);
}

/* Option 150 before 66, that before siaddr, and that before the server's name. */
static void which_tftp_server(void **state)
{
    (void)state;
    struct answer a = {.siaddr = 0x0a010109, .sname = "host"};
    a.more[DHCP_TFTP_SERVERS] = STR("\x0a\1\1\5\x0a\1\1\6");
    a.more[DHCP_TFTP_NAME] = STR("10.1.1.7\0");
    struct dhcp_lease l = lease_of(&a);
    assert_int_equal(l.tftp_count, 2);
    assert_int_equal(l.tftp[0].v, 0x0a010105);
    assert_int_equal(l.tftp[1].v, 0x0a010106);
    a.more[DHCP_TFTP_SERVERS] = STR("\x0a\1\1\5\x0a"); /* RFC 5859 3: ignored as a whole */
    l = lease_of(&a);
    assert_int_equal(l.tftp_count, 1);
    assert_int_equal(l.tftp[0].v, 0x0a010107);
    a.more[DHCP_TFTP_NAME] = STR("tftp.example.com\0");
    l = lease_of(&a);
    assert_int_equal(l.tftp_count, 0);
    assert_string_equal(l.tftp_name, "tftp.example.com");
    a.more[DHCP_TFTP_NAME] = STR_NONE;
    l = lease_of(&a);
    assert_int_equal(l.tftp[0].v, 0x0a010109);
    a.siaddr = 0;
    l = lease_of(&a);
    assert_int_equal(l.tftp_count, 0);
    assert_string_equal(l.tftp_name, "host");
}

/* 4.4.5: T1 MUST be earlier than T2, and that earlier than the end: else the usual ones. */
static void times_of_the_server(void **state)
{
    static const struct {
        uint32_t t1, t2, want_t1, want_t2;
    } cases[] = {{600, 1200, 600, 1200}, {2400, 0, 2400, 3150}, {0, 2400, 1800, 2400}, {0, 900, 1800, 3150},
                 {1800, 3600, 1800, 3150}, {3600, 3600, 1800, 3150}, {2000, 2000, 1800, 3150}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dhcp_lease l = lease_of(&(struct answer){.t1_s = cases[i].t1, .t2_s = cases[i].t2});
        assert_int_equal(l.t1.ns / S, cases[i].want_t1);
        assert_int_equal(l.t2.ns / S, cases[i].want_t2);
    }
}

/* --- renewal -------------------------------------------------------------------------------------- */

/* The i-th message comes at this second of the lease, to this address, and asks for the lease it has. */
static void check_renewal(const struct bench *b, uint32_t i, double at_s, uint32_t to)
{
    double got = (double)time_sub(b->server.heard[i].at, b->client.lease.since).ns / 1e9;
    struct dhcp m = message(b, i);
    if (got < at_s || got > at_s + 0.001)
        fail_msg("message %u came at %g s, not at %g", (unsigned)i, got, at_s);
    assert_int_equal(dhcp_type(&m), DHCP_REQUEST);
    assert_int_equal(m.ciaddr.v, GIVEN);
    assert_null(m.option[DHCP_REQUESTED_ADDRESS].p);
    assert_null(m.option[DHCP_SERVER_ID].p);
    assert_true(m.option[DHCP_PARAMETER_LIST].p && m.option[DHCP_CLIENT_ID].p); /* in all messages */
    assert_int_equal(b->server.heard[i].src.v, GIVEN);
    assert_int_equal(b->server.heard[i].dst.v, to);
}

/* Half of what is left to T2 (3150 s), at least a minute; from then on to all, by the end of the lease. */
static void asked_again_at_half_of_the_rest(void **state)
{
    static const double to_server[] = {1800, 2475, 2812.5, 2981.25, 3065.625, 3125.625};
    static const double to_all[] = {3150, 3375, 3487.5, 3547.5};
    (void)state;
    struct bench *b = open_bench();
    struct answer a = {0};
    a.more[DHCP_SUBNET_MASK] = STR("\xff\xff\xff\0");
    get_lease(b, &a);
    uint32_t n = b->server.count;
    struct sim_time end = time_add(b->client.lease.since, dur_s(LEASE_S));
    while (time_before(time_add(sim_now(b->w->sim), dur_s(10)), end))
        pass(b, dur_s(10));
    assert_int_equal(b->server.count, n + 10);
    for (uint32_t i = 0; i < 6; i++)
        check_renewal(b, n + i, to_server[i], SERVER);
    for (uint32_t i = 0; i < 4; i++)
        check_renewal(b, n + 6 + i, to_all[i], UINT32_MAX);
    assert_int_equal(message(b, n + 5).xid, message(b, n).xid);
    assert_int_not_equal(message(b, n + 6).xid, message(b, n).xid);
    run_to(b->w, end.ns - 1);
    assert_int_equal(b->lost, 0);
    run_to(b->w, end.ns);
    assert_int_equal(b->lost, 1);
    assert_string_equal(b->why, "lease-expired");
    close_bench(b);
}

/* The lease counts from the sending of the REQUEST, of the first copy: the server may have granted that one. */
static void it_counts_from_the_request(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    start(b);
    say_type(b, DHCP_OFFER);
    struct sim_time asked = b->server.heard[1].at;
    pass(b, dur_s(6));
    assert_int_equal(b->server.count, 3);
    say_type(b, DHCP_ACK);
    assert_in_range(time_sub(asked, b->lease.since).ns, 0, 20000); /* the time on the cable */
    assert_int_equal(tmr_left(&b->client.clock).ns, time_sub(time_add(b->lease.since, b->lease.t1), sim_now(b->w->sim)).ns);
    close_bench(b);
}

/* A refusal takes the address away at once. */
static void renewal_refused(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->config.t_fuzz = dur_s(100);
    get_lease(b, NULL);
    uint32_t n = b->server.count;
    pass(b, dur_s(1699));
    assert_int_equal(b->server.count, n);
    pass(b, dur_s(2)); /* T1 with its fuzz */
    assert_int_equal(b->server.count, n + 1);
    say_type(b, DHCP_NAK);
    assert_int_equal(b->lost, 1);
    assert_string_equal(b->why, "nak");
    assert_null(dhcp_client_lease(&b->client));
    close_bench(b);
}

/* --- what it remembers ---------------------------------------------------------------------------- */

/* 3.2 allows the remembered address for the remainder of the unexpired lease, and no longer. */
static void a_lease_that_ends_while_it_asks(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    get_lease(b, NULL);
    dhcp_client_stop(&b->client);
    pass(b, dur_s(LEASE_S - 30));
    uint32_t n = b->server.count;
    start(b);
    struct dhcp m = last_message(b);
    assert_string_equal(state_of(b), "rebooting");
    assert_int_equal(b->server.count, n + 1);
    assert_true(m.option[DHCP_REQUESTED_ADDRESS].p && !m.option[DHCP_SERVER_ID].p && m.ciaddr.v == 0);
    pass(b, dur_s(65)); /* four tries, 60 s give or take 4 */
    assert_int_equal(b->bound, 1);
    m = last_message(b);
    assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
    for (uint32_t i = n; i < b->server.count; i++)
        assert_int_equal(message(b, i).ciaddr.v, 0);
    dhcp_client_stop(&b->client);
    start(b); /* it is forgotten now */
    m = last_message(b);
    assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_has_it),
        cmocka_unit_test(somebody_has_it),
        cmocka_unit_test(somebody_probes_for_it_too),
        cmocka_unit_test(options_of_a_lease),
        cmocka_unit_test(which_tftp_server),
        cmocka_unit_test(times_of_the_server),
        cmocka_unit_test(asked_again_at_half_of_the_rest),
        cmocka_unit_test(it_counts_from_the_request),
        cmocka_unit_test(renewal_refused),
        cmocka_unit_test(a_lease_that_ends_while_it_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
