/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ARP cache of a host: bytes on the wire, RFC 826's receiver, ageing, retries, waiting packets.
 * Independent truth: the packet layout and the algorithm of RFC 826, RFC 1122 2.3.2, RFC
 * 5227 2.1.1. */
#include "tests/unit/net/station.h"

#define TIMEOUT_S 10

static const struct ip4 host_ip = {0x0a000001}, peer_ip = {0x0a000002}, other_ip = {0x0a000009};

struct bench {
    struct world *w;
    struct node *host, *peer; /* the peer has no stack: the test speaks for it */
};

static struct bench open(uint16_t vlan)
{
    struct bench b = {.w = world_open(NULL)};
    b.host = station(b.w, "host");
    b.peer = station(b.w, "peer");
    cable(b.host, b.peer->ports[0]);
    struct ip_options o = {.arp_timeout = dur_s(TIMEOUT_S), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {.port = b.host->ports[0],
                         .mac = mac_n(1),
                         .addr = host_ip,
                         .prefix_len = 24,
                         .vlan = vlan,
                         .pcp = 3};
    at(b.host)->ip = ip_new(b.host, &o);
    ip_add_iface(at(b.host)->ip, &i);
    return b;
}

/* A datagram of one byte from the host to the peer. */
static void talk(struct bench *b, char tag)
{
    struct udp u = {.dst = peer_ip, .src_port = 5, .dst_port = 6, .payload = {&tag, 1}};
    assert_true(ip_send_udp(at(b->host)->ip, &u, 0));
    run_for(b->w, dur_us(10));
}

static void peer_says(struct bench *b, struct mac dst, uint16_t oper, struct mac sha,
                      struct ip4 spa, struct ip4 tpa)
{
    struct arp a = {.oper = oper, .sha = sha, .spa = spa, .tha = mac_n(1), .tpa = tpa};
    say_arp(b->peer, dst, sha, &a);
    run_for(b->w, dur_us(10));
}

static bool is_arp_request(const struct arrival *a)
{
    return a->bytes[12] == 8 && a->bytes[13] == 6 && a->bytes[21] == ARP_REQUEST;
}

static bool is_datagram_to(const struct arrival *a, struct mac dst, char tag)
{
    return memcmp(a->bytes, dst.b, 6) == 0 && a->bytes[12] == 8 && a->bytes[13] == 0 &&
           a->bytes[14 + 20 + 8] == (uint8_t)tag;
}

static void request_has_the_bytes_of_rfc_826(void **state)
{
    (void)state;
    static const uint8_t want[60] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0,  1, 8, 6,
                                     0,   1,   8,   0,   6,   4,   0, 1, 2, 0, 0,  0, 0, 1,
                                     10,  0,   0,   1,   0,   0,   0, 0, 0, 0, 10, 0, 0, 2};
    struct bench b = open(0);
    talk(&b, 'a');
    assert_int_equal(at(b.peer)->count, 1);
    assert_int_equal(last(b.peer)->len, 60);
    assert_memory_equal(last(b.peer)->bytes, want, 60);
    world_close(b.w);
}

static void request_is_answered_by_unicast_and_teaches(void **state)
{
    (void)state;
    static const uint8_t want[60] = {2,  0, 0, 0, 0, 2, 2, 0, 0, 0, 0,  1, 8, 6,
                                     0,  1, 8, 0, 6, 4, 0, 2, 2, 0, 0,  0, 0, 1,
                                     10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2};
    struct bench b = open(0);
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, mac_n(2), peer_ip, host_ip);
    assert_int_equal(at(b.peer)->count, 1);
    assert_memory_equal(last(b.peer)->bytes, want, 60);
    talk(&b, 'a'); /* goes at once: the request's sender was learned before its operation was looked
                      at */
    assert_int_equal(at(b.peer)->count, 2);
    assert_true(is_datagram_to(last(b.peer), mac_n(2), 'a'));
    assert_non_null(fact(b.w, "arp 10.0.0.2: unknown request resolved", 0));
    assert_non_null(fact(b.w, "arp 10.0.0.2 is at 02:00:00:00:00:02, by its request", 0));
    world_close(b.w);
}

/* "If (ptype, spa) is in the table": whoever the target is; otherwise only a packet for us adds it.
 */
static void bystander_updates_but_does_not_add(void **state)
{
    (void)state;
    struct bench b = open(0);
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, mac_n(2), peer_ip, other_ip);
    assert_int_equal(at(b.peer)->count, 0);
    talk(&b, 'a');
    assert_true(is_arp_request(last(b.peer)));
    peer_says(&b, mac_n(1), ARP_REPLY, mac_n(2), peer_ip, host_ip);
    assert_true(is_datagram_to(last(b.peer), mac_n(2), 'a'));
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, mac_n(7), peer_ip, other_ip);
    talk(&b, 'b');
    assert_true(is_datagram_to(last(b.peer), mac_n(7), 'b'));            /* the last wins */
    peer_says(&b, MAC_BROADCAST, ARP_REPLY, mac_n(8), peer_ip, peer_ip); /* gratuitous */
    talk(&b, 'c');
    assert_true(is_datagram_to(last(b.peer), mac_n(8), 'c'));
    assert_int_equal(facts(b.w, "arp 10.0.0.2: resolved request resolved"), 1);
    world_close(b.w);
}

static void probe_is_answered_and_teaches_nothing(void **state)
{
    (void)state;
    struct bench b = open(0);
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, mac_n(2), (struct ip4){0}, host_ip);
    assert_int_equal(at(b.peer)->count, 1);
    assert_int_equal(last(b.peer)->bytes[21], ARP_REPLY);
    assert_int_equal(facts(b.w, "arp 0.0.0.0: unknown request resolved"), 0);
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, MAC_BROADCAST, peer_ip,
              host_ip); /* nobody's address */
    assert_int_equal(facts(b.w, "segment-discarded bad-arp"), 1);
    talk(&b, 'a');
    assert_true(is_arp_request(last(b.peer)));
    world_close(b.w);
}

/* The instant at which the host writes the entry. */
static int64_t learn(struct bench *b)
{
    int64_t at_ns = sim_now(b->w->sim).ns + HOP_NS;
    peer_says(b, mac_n(1), ARP_REPLY, mac_n(2), peer_ip, host_ip);
    return at_ns;
}

static void entry_lives_until_its_timeout_exactly(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        struct bench b = open(0);
        int64_t t = learn(&b) + TIMEOUT_S * 1000000000ll;
        run_to(b.w, t + late);
        talk(&b, 'a');
        assert_int_equal(is_arp_request(last(b.peer)), late == 0);
        talk(&b, 'b'); /* using an entry has not confirmed it */
        assert_true(is_arp_request(last(b.peer)));
        assert_int_equal(facts(b.w, "arp 10.0.0.2: resolved timeout unknown"), 1);
        world_close(b.w);
    }
    struct bench b = open(0); /* aged is not in the table: no bystander's packet brings it back */
    run_to(b.w, learn(&b) + TIMEOUT_S * 1000000000ll);
    peer_says(&b, MAC_BROADCAST, ARP_REQUEST, mac_n(2), peer_ip, other_ip);
    talk(&b, 'c');
    assert_true(is_arp_request(last(b.peer)));
    world_close(b.w);
}

static void higher_layer_confirms_what_lives(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        struct bench b = open(0);
        int64_t timeout = TIMEOUT_S * 1000000000ll, t = learn(&b) + timeout + late;
        run_to(b.w, t);
        ip_confirm(at(b.host)->ip, peer_ip); /* at the timeout: too late */
        run_to(b.w, t + timeout - 1);
        talk(&b, 'a');
        assert_int_equal(is_arp_request(last(b.peer)), late == 0);
        world_close(b.w);
    }
}

static void three_newest_packets_wait(void **state)
{
    (void)state;
    struct bench b = open(0);
    for (char c = 'a'; c <= 'e'; c++)
        talk(&b, c);
    assert_int_equal(at(b.peer)->count, 1); /* one request for all of them */
    assert_int_equal(facts(b.w, "segment-discarded arp-queue-full"), 2);
    learn(&b);
    assert_int_equal(at(b.peer)->count, 4);
    for (int i = 0; i < 3; i++)
        assert_true(is_datagram_to(&at(b.peer)->got[1 + i], mac_n(2), (char)('c' + i)));
    world_close(b.w);
}

static void silence_is_asked_three_times_a_second_apart(void **state)
{
    (void)state;
    struct bench b = open(0);
    talk(&b, 'a');
    talk(&b, 'b');
    int64_t first = at(b.peer)->got[0].at.ns;
    run_for(b.w, dur_ms(2900));
    assert_int_equal(at(b.peer)->count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(at(b.peer)->got[i].at.ns, first + i * 1000000000ll);
    assert_int_equal(facts(b.w, "segment-discarded arp-unresolved"), 0);
    run_for(b.w, dur_s(20));
    assert_int_equal(at(b.peer)->count, 3);
    assert_int_equal(facts(b.w, "segment-discarded arp-unresolved"), 2);
    assert_int_equal(fact(b.w, "arp 10.0.0.2: resolving no-reply unresolved", 0)->at.ns,
                     first - HOP_NS + 3000000000ll);
    talk(&b, 'x'); /* asks anew, three times */
    run_for(b.w, dur_s(20));
    assert_int_equal(at(b.peer)->count, 6);
    talk(&b, 'c');
    assert_int_equal(at(b.peer)->count, 7);
    learn(&b);
    assert_true(is_datagram_to(last(b.peer), mac_n(2), 'c'));
    run_for(b.w, dur_s(5));
    assert_int_equal(at(b.peer)->count, 8); /* answered: no more requests */
    world_close(b.w);
}

static void tagged_interface_keeps_to_its_vlan(void **state)
{
    (void)state;
    struct bench b = open(147);
    talk(&b, 'a');
    static const uint8_t tag[4] = {0x81, 0x00, 0x60, 147}; /* priority 3 */
    assert_memory_equal(last(b.peer)->bytes + 12, tag, 4);
    learn(&b); /* untagged: not of this interface */
    assert_int_equal(at(b.peer)->count, 1);
    struct arp a = {
        .oper = ARP_REPLY, .sha = mac_n(2), .spa = peer_ip, .tha = mac_n(1), .tpa = host_ip};
    uint8_t body[ARP_BYTES];
    struct wr w = wr_of(body, sizeof body);
    arp_put(&w, &a);
    say(b.peer, mac_n(1), mac_n(2), 147, ETH_ARP, body, sizeof body);
    run_for(b.w, dur_us(10));
    assert_int_equal(at(b.peer)->count, 2);
    assert_memory_equal(last(b.peer)->bytes + 12, tag, 4);
    world_close(b.w);
}

/* What waited still belongs to the exchange in which it was sent, not to that of the reply. */
static void waiting_packet_keeps_its_flow(void **state)
{
    (void)state;
    struct bench b = open(0);
    bus_set_flow(b.w->sim, 5);
    talk(&b, 'a');
    bus_set_flow(b.w->sim, 6);
    learn(&b);
    assert_true(is_datagram_to(last(b.peer), mac_n(2), 'a'));
    assert_int_equal(last(b.peer)->flow, 5);
    world_close(b.w);
}

/* A datagram's sending can be traced to the fact that wrote the address it was sent to. */
static void sending_is_tied_to_the_entry(void **state)
{
    (void)state;
    struct bench b = open(0);
    talk(&b, 'a');
    learn(&b);
    const struct fact *wrote = fact(b.w, "arp 10.0.0.2: resolving reply resolved", 0);
    assert_non_null(wrote);
    uint32_t n = facts(b.w, "tx");
    assert_int_equal(tie(b.w, fact(b.w, "tx", n - 1)->id, BECAUSE_STATE), wrote->id);
    world_close(b.w);
}

static void announcement_asks_for_ones_own_address(void **state)
{
    (void)state;
    struct bench b = open(0);
    ip_announce(at(b.host)->ip);
    run_for(b.w, dur_us(10));
    assert_true(is_arp_request(last(b.peer)));
    assert_memory_equal(last(b.peer)->bytes + 28, last(b.peer)->bytes + 38, 4); /* spa = tpa */
    world_close(b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_has_the_bytes_of_rfc_826),
        cmocka_unit_test(request_is_answered_by_unicast_and_teaches),
        cmocka_unit_test(bystander_updates_but_does_not_add),
        cmocka_unit_test(probe_is_answered_and_teaches_nothing),
        cmocka_unit_test(entry_lives_until_its_timeout_exactly),
        cmocka_unit_test(higher_layer_confirms_what_lives),
        cmocka_unit_test(three_newest_packets_wait),
        cmocka_unit_test(silence_is_asked_three_times_a_second_apart),
        cmocka_unit_test(tagged_interface_keeps_to_its_vlan),
        cmocka_unit_test(waiting_packet_keeps_its_flow),
        cmocka_unit_test(sending_is_tied_to_the_entry),
        cmocka_unit_test(announcement_asks_for_ones_own_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
