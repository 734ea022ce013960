/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange of a DHCP client, from DISCOVER to an address, against a server that is played by hand.
 * Independent truth: RFC 2131 2 (the format), 3.1, 4.1 and 4.4.1 (times, fields), table 5; RFC 5227 1.1. */
#include "tests/unit/proto/dhcp_kit.h"

/* Fixed part, cookie and options of a client's message; zeros up to 300 bytes. */
static void check_bytes(const struct heard *h, uint32_t xid, const char *options, size_t n)
{
    uint8_t want[300] = {1, 1, 6, 0, (uint8_t)(xid >> 24), (uint8_t)(xid >> 16), (uint8_t)(xid >> 8), (uint8_t)xid};
    static const uint8_t mac[] = {2, 0, 0, 0, 0, 99}, cookie[] = {0x63, 0x82, 0x53, 0x63};
    memcpy(want + 28, mac, sizeof mac);
    memcpy(want + 236, cookie, sizeof cookie);
    memcpy(want + 240, options, n);
    assert_int_equal(h->n, sizeof want);
    assert_memory_equal(h->bytes, want, sizeof want);
}

/* Ethernet and IP headers: from 0.0.0.0 to all, ports 68 to 67. */
static void check_head(const struct arrival *a)
{
    static const uint8_t eth[] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 99, 8, 0};
    static const uint8_t addresses[] = {0, 0, 0, 0, 255, 255, 255, 255}, ports[] = {0, 68, 0, 67};
    assert_memory_equal(a->bytes, eth, sizeof eth);
    assert_memory_equal(a->bytes + 14 + 12, addresses, sizeof addresses);
    assert_memory_equal(a->bytes + 14 + 20, ports, sizeof ports);
}

static void four_messages_byte_for_byte(void **state)
{
    static const char discover[] = "\x35\x01\x01" "\x0c\x05phone" "\x37\x07\x01\x03\x06\x0f\x23\x42\x96" "\x3c\x04test"
                                   "\x3d\x07\x01\x02\x00\x00\x00\x00\x63" "\xff";
    static const char request[] = "\x35\x01\x03" "\x0c\x05phone" "\x32\x04\x0a\x01\x01\x14" "\x36\x04\x0a\x01\x01\x01"
                                  "\x37\x07\x01\x03\x06\x0f\x23\x42\x96" "\x3c\x04test"
                                  "\x3d\x07\x01\x02\x00\x00\x00\x00\x63" "\xff";
    (void)state;
    struct bench *b = open_bench();
    start(b);
    assert_int_equal(b->server.count, 1);
    uint32_t xid = last_message(b).xid;
    check_bytes(&b->server.heard[0], xid, discover, sizeof discover - 1);
    check_head(last(b->server.node));
    say_type(b, DHCP_OFFER);
    assert_int_equal(b->server.count, 2);
    check_bytes(&b->server.heard[1], xid, request, sizeof request - 1);
    check_head(last(b->server.node));
    uint64_t flow = last(b->server.node)->flow;
    assert_int_equal(b->bound, 0);
    say_type(b, DHCP_ACK);
    assert_int_equal(b->bound, 1);
    assert_int_equal(b->lease.address.v, GIVEN);
    assert_int_equal(b->lease.server.v, SERVER);
    assert_int_not_equal(flow, 0);
    char name[24];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    mac_text(&t, mac_n(99));
    assert_int_equal(flow, bus_flow(b->w->sim, "dhcp", txtbuf_view(&t), xid)); /* one exchange, one flow */
    close_bench(b);
}

/* 4.1: 4, 8, 16, 32, 64 seconds and 64 from then on, each with a random second more or less. */
static void back_off(void **state)
{
    static const int wait[] = {4, 8, 16, 32, 64, 64, 64};
    (void)state;
    struct bench *b = open_bench();
    double off = 0;
    start(b);
    for (int i = 0; i < 30; i++)
        pass(b, dur_s(10));
    assert_true(b->server.count >= 8);
    for (uint32_t i = 0; i < 7; i++) {
        double d = gap(b, i) - wait[i];
        assert_true(d >= -1 && d <= 1);
        off += d < 0 ? -d : d;
        struct dhcp m = message(b, i + 1);
        assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
        assert_int_equal(m.xid, message(b, 0).xid);
        assert_int_equal(m.secs, time_sub(b->server.heard[i + 1].at, b->server.heard[0].at).ns / S);
    }
    assert_true(off > 0.1); /* it is random: all seven on the dot would be a wonder */
    close_bench(b);
}

/* Days without an answer: the field ends at its largest value. */
static void seconds_do_not_wrap(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    start(b);
    b->client.started.ns -= 70000 * S;
    pass(b, dur_s(6));
    assert_int_equal(last_message(b).secs, 65535);
    close_bench(b);
}

/* 3.1 (5): four REQUESTs in some 60 s, with the secs of the DISCOVER, then from INIT with another xid. */
static void four_requests_then_from_the_start(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    start(b);
    pass(b, dur_s(6)); /* the second DISCOVER is answered */
    assert_int_equal(b->server.count, 2);
    uint32_t xid = last_message(b).xid;
    say_type(b, DHCP_OFFER);
    for (int i = 0; i < 7; i++)
        pass(b, dur_s(10));
    for (uint32_t i = 2; i < 6; i++) {
        struct dhcp m = message(b, i);
        assert_int_equal(dhcp_type(&m), DHCP_REQUEST);
        assert_int_equal(m.xid, xid);
        assert_int_equal(m.secs, message(b, 1).secs);
        double d = gap(b, i) - (4 << (i - 2));
        assert_true(d >= -1 && d <= 1);
    }
    struct dhcp m = message(b, 6);
    assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
    assert_int_not_equal(m.xid, xid);
    assert_int_equal(m.secs, 0);
    assert_int_equal(facts(b->w, "dhcp-client phone: requesting no-answer init"), 1);
    close_bench(b);
}

/* Figure 5: a NAK leads to INIT, and there it waits as at any start (4.4.1). */
static void refused(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->config.start_jitter = dur_s(2);
    start(b);
    assert_int_equal(b->server.count, 0);
    pass(b, dur_s(2));
    uint32_t xid = last_message(b).xid;
    say_type(b, DHCP_OFFER);
    say_type(b, DHCP_NAK);
    say_type(b, DHCP_NAK); /* a copy of it */
    assert_string_equal(state_of(b), "init");
    pass(b, dur_ms(1900));
    assert_int_equal(b->server.count, 2);
    pass(b, dur_ms(200));
    assert_int_equal(b->server.count, 3);
    struct dhcp m = last_message(b);
    assert_int_equal(dhcp_type(&m), DHCP_DISCOVER);
    assert_int_not_equal(m.xid, xid);
    assert_int_equal(b->lost, 0); /* it had none */
    close_bench(b);
}

/* 4.4.1: another xid or client is not meant; the first offer counts, and the REQUEST names its server. */
static void which_offer(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    start(b);
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .xid = last_message(b).xid + 1});
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .client = 98});
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .server_not = true});
    say_type(b, DHCP_ACK);
    say_type(b, DHCP_NAK);
    assert_string_equal(state_of(b), "selecting");
    assert_int_equal(b->server.count, 1);
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .server = 0x0a010102, .yiaddr = 0x0a010132});
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .server = 0x0a010103, .yiaddr = 0x0a010133});
    assert_int_equal(b->server.count, 2);
    struct dhcp m = last_message(b);
    struct ip4 a;
    assert_true(dhcp_address(&m, DHCP_SERVER_ID, 0, &a) && a.v == 0x0a010102);
    assert_true(dhcp_address(&m, DHCP_REQUESTED_ADDRESS, 0, &a) && a.v == 0x0a010132);
    close_bench(b);
}

/* Table 3: a lease time MUST be there. Without one, or with 0, an answer is none: nothing is granted. */
static void without_a_lease_time(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    start(b);
    say_dhcp(b, &(struct answer){.type = DHCP_OFFER, .lease_not = true});
    assert_string_equal(state_of(b), "selecting");
    say_type(b, DHCP_OFFER);
    say_dhcp(b, &(struct answer){.type = DHCP_ACK, .lease_not = true});
    assert_string_equal(state_of(b), "requesting");
    assert_int_equal(facts(b->w, "segment-discarded dhcp-without-lease"), 2);
    say_type(b, DHCP_ACK);
    assert_int_equal(b->bound, 1);
    close_bench(b);
}

/* The owner stops it the moment it is told of the address. */
static void stopped_by_its_owner(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->stop_when_bound = true;
    get_lease(b, NULL);
    assert_int_equal(b->bound, 1);
    assert_string_equal(state_of(b), "stopped");
    assert_null(dhcp_client_lease(&b->client));
    pass(b, dur_s(2 * LEASE_S));
    assert_int_equal(b->server.count, 2);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_messages_byte_for_byte),
        cmocka_unit_test(back_off),
        cmocka_unit_test(seconds_do_not_wrap),
        cmocka_unit_test(four_requests_then_from_the_start),
        cmocka_unit_test(refused),
        cmocka_unit_test(which_offer),
        cmocka_unit_test(without_a_lease_time),
        cmocka_unit_test(stopped_by_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
