/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IPv4 stack of a host: bytes sent, routes, what is taken and what is discarded by which name,
 * UDP ports, echo and errors. Independent truth: RFC 791, 768, 792 and 1122, sums done by hand.
 * Forwarding is tested with the router. */
#include "models/wire/icmp.h"
#include "sim/kernel/measure.h"
#include "tests/unit/net/station.h"

static const struct ip4 host_ip = {0x0a000001}, peer_ip = {0x0a000002};

struct bench {
    struct world *w;
    struct node *host, *peer; /* the peer has no stack: the test speaks for it */
    uint32_t heard;           /* datagrams delivered to the bound port 6 */
    struct udp udp;
    char payload[64];
};

static void hear(void *arg, const struct udp *u, const struct frame *f)
{
    struct bench *b = arg;
    (void)f;
    b->heard++;
    b->udp = *u;
    memcpy(b->payload, u->payload.p, u->payload.n);
}

static void open(struct bench *b)
{
    *b = (struct bench){.w = world_open(NULL)};
    b->host = station(b->w, "host");
    b->peer = station(b->w, "peer");
    cable(b->host, b->peer->ports[0]);
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {
        .port = b->host->ports[0], .mac = mac_n(1), .addr = host_ip, .prefix_len = 24};
    struct ip_stack *ip = at(b->host)->ip = ip_new(b->host, &o);
    ip_add_iface(ip, &i);
    ip_bind(ip, 6, hear, b);
    struct arp a = {
        .oper = ARP_REPLY, .sha = mac_n(2), .spa = peer_ip, .tha = mac_n(1), .tpa = host_ip};
    say_arp(b->peer, mac_n(1), mac_n(2), &a); /* nobody need be asked for 10.0.0.2 */
    run_for(b->w, dur_us(10));
}

static struct ip4_hdr header(uint8_t proto, size_t len)
{
    return (struct ip4_hdr){.payload_len = (uint16_t)len,
                            .id = 0x77,
                            .dont_fragment = true,
                            .ttl = 9,
                            .proto = proto,
                            .src = peer_ip,
                            .dst = host_ip};
}

/* The peer sends a datagram; `flip` turns over one bit of the byte at that place of it (0: none).
 */
static void peer_sends(struct bench *b, struct mac dst, const struct ip4_hdr *h, const void *p,
                       size_t n, size_t flip)
{
    uint8_t d[512];
    struct wr w = wr_of(d, sizeof d);
    ip4_put(&w, h);
    wr_bytes(&w, p, n);
    if (flip)
        d[flip] ^= 0x10;
    say(b->peer, dst, mac_n(2), 0, ETH_IP4, d, wr_len(&w));
    run_for(b->w, dur_us(20));
}

static size_t udp_bytes(uint8_t *to, size_t cap, const struct ip4_hdr *h, uint16_t port,
                        struct str text)
{
    struct wr w = wr_of(to, cap);
    struct udp u = {.src = h->src, .dst = h->dst, .src_port = 5, .dst_port = port, .payload = text};
    udp_put(&w, &u);
    return wr_len(&w);
}

static void peer_udp(struct bench *b, struct mac dst, struct ip4 to, uint16_t port, size_t flip)
{
    uint8_t d[128];
    struct ip4_hdr h = header(IP4_UDP, UDP_HEADER_BYTES + 5);
    h.dst = to;
    size_t n = udp_bytes(d, sizeof d, &h, port, STR("hello"));
    peer_sends(b, dst, &h, d, n, flip);
}

static void datagram_has_the_bytes_of_the_rfcs(void **state)
{
    (void)state;
    static const uint8_t want[60] = {2,    0,    0, 0,    0, 2,  2,    0,    0,   0,   0,
                                     1,    8,    0, /* Ethernet */
                                     0x45, 0x60, 0, 31,   0, 1,  0x40, 0,    64,  17,  0x26,
                                     0x6b, 10,   0, 0,    1, 10, 0,    0,    2, /* IPv4, DSCP 24 */
                                     3,    0xe8, 7, 0xd0, 0, 11, 0x1b, 0xbb, 'a', 'b', 'c'};
    struct bench b;
    open(&b);
    struct udp u = {.dst = peer_ip, .src_port = 1000, .dst_port = 2000, .payload = STR("abc")};
    assert_true(ip_send_udp(at(b.host)->ip, &u, 24));
    run_for(b.w, dur_us(10));
    assert_int_equal(last(b.peer)->len, 60);
    assert_memory_equal(last(b.peer)->bytes, want, 60);
    assert_true(ip_send_udp(at(b.host)->ip, &u, 24));
    run_for(b.w, dur_us(10));
    assert_int_equal(last(b.peer)->bytes[19], 2); /* the identification counts */
    world_close(b.w);
}

static void padding_is_no_payload(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    peer_udp(&b, mac_n(1), host_ip, 6, 0);
    assert_int_equal(b.heard, 1);
    assert_int_equal(b.udp.payload.n, 5);
    assert_memory_equal(b.payload, "hello", 5);
    assert_int_equal(b.udp.src_port, 5);
    world_close(b.w);
}

/* The address filter ignores, and what is ignored is delivered, not dropped. */
static void frames_for_others_are_ignored(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    uint64_t before = net_books(b.w->net).delivered;
    peer_udp(&b, mac_n(7), host_ip, 6, 0);
    say(b.peer, mac_n(1), mac_n(2), 147, ETH_IP4, "", 0); /* another VLAN */
    say(b.peer, mac_n(1), mac_n(2), 0, 0x88cc, "", 0);    /* another protocol */
    run_for(b.w, dur_us(10));
    assert_int_equal(b.heard, 0);
    assert_int_equal(net_books(b.w->net).delivered, before + 3);
    assert_int_equal(measure_get(b.w->sim, MEASURE_SEGMENTS_DISCARDED).v, 0);
    world_close(b.w);
}

static void broadcasts_are_taken(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    peer_udp(&b, MAC_BROADCAST, (struct ip4){0xffffffff}, 6, 0);
    peer_udp(&b, MAC_BROADCAST, (struct ip4){0x0a0000ff}, 6, 0);
    assert_int_equal(b.heard, 2);
    peer_udp(&b, MAC_BROADCAST, (struct ip4){0x0a0001ff}, 6, 0); /* of another subnet */
    assert_int_equal(b.heard, 2);
    struct udp u = {.dst = {0xffffffff}, .src_port = 68, .dst_port = 67, .payload = STR("x")};
    assert_true(ip_send_udp(at(b.host)->ip, &u, 0));
    u.dst.v = 0x0a0000ff;
    assert_true(ip_send_udp(at(b.host)->ip, &u, 0));
    run_for(b.w, dur_us(10));
    assert_int_equal(at(b.peer)->count, 2); /* at once, without asking */
    for (int i = 0; i < 2; i++) {
        assert_memory_equal(at(b.peer)->got[i].bytes, MAC_BROADCAST.b, 6);
        assert_int_equal(at(b.peer)->got[i].bytes[23], IP4_UDP);
    }
    world_close(b.w);
}

static void the_bad_is_discarded_by_name(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    peer_udp(&b, mac_n(1), host_ip, 6, 8); /* TTL: the header's sum */
    assert_int_equal(facts(b.w, "segment-discarded bad-checksum"), 1);
    peer_udp(&b, mac_n(1), host_ip, 6, 30); /* a byte of the text: UDP's sum */
    assert_int_equal(facts(b.w, "segment-discarded bad-checksum"), 2);
    peer_udp(&b, mac_n(1), (struct ip4){0x0a000063}, 6, 0);
    assert_int_equal(facts(b.w, "segment-discarded wrong-address"), 1);
    struct ip4_hdr h = header(IP4_UDP, 8);
    h.more_fragments = true;
    h.dont_fragment = false;
    peer_sends(&b, mac_n(1), &h, "12345678", 8, 0);
    assert_int_equal(facts(b.w, "segment-discarded fragment"), 1);
    h = header(99, 4);
    peer_sends(&b, mac_n(1), &h, "1234", 4, 0);
    assert_int_equal(facts(b.w, "segment-discarded no-such-protocol"), 1);
    say(b.peer, mac_n(1), mac_n(2), 0, ETH_IP4, "\x65", 1); /* version 6 */
    run_for(b.w, dur_us(10));
    assert_int_equal(facts(b.w, "segment-discarded bad-ip-header"), 1);
    assert_int_equal(measure_get(b.w->sim, MEASURE_SEGMENTS_DISCARDED).v, 6);
    assert_int_equal(net_books(b.w->net).dropped, 0);
    say(b.peer, mac_n(1), mac_n(2), 0, ETH_VLAN, "\x0f\xff", 2); /* VLAN 4095: no frame at all */
    run_for(b.w, dur_us(10));
    assert_int_equal(facts(b.w, "drop malformed"), 1);
    assert_int_equal(net_books(b.w->net).dropped, 1);
    assert_int_equal(b.heard, 0);
    world_close(b.w);
}

/* RFC 792: type 3, code 3, and the datagram's header with 8 bytes of its data. */
static void unbound_port_is_unreachable(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    peer_udp(&b, mac_n(1), host_ip, 7, 0);
    const uint8_t *p = last(b.peer)->bytes;
    assert_int_equal(p[14 + 9], IP4_ICMP);
    assert_true(p[34] == 3 && p[35] == 3);
    assert_memory_equal(p + 42, ((uint8_t[]){0x45, 0, 0, 33, 0, 0x77, 0x40, 0, 9, 17}), 10);
    assert_memory_equal(p + 42 + 20, ((uint8_t[]){0, 5, 0, 7, 0, 13}), 6);
    assert_int_equal(p[17], 20 + 8 + 28);
    assert_int_equal(facts(b.w, "segment-discarded port-unreachable"), 1);
    uint32_t said = at(b.peer)->count;
    peer_udp(&b, MAC_BROADCAST, (struct ip4){0x0a0000ff}, 7,
             0); /* RFC 1122 3.2.2: not about broadcasts */
    peer_udp(&b, MAC_BROADCAST, host_ip, 7, 0);
    assert_int_equal(at(b.peer)->count, said);
    ip_unbind(at(b.host)->ip, 6);
    peer_udp(&b, mac_n(1), host_ip, 6, 0);
    assert_int_equal(at(b.peer)->count, said + 1);
    ip_bind(at(b.host)->ip, 6, hear, &b);
    peer_udp(&b, mac_n(1), host_ip, 6, 0);
    assert_int_equal(b.heard, 1);
    world_close(b.w);
}

static void echo_is_answered(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    /* 0800 sum 0102 0003 "hi!!": 0800+0102+0003+6869+2121 = 928f */
    static const uint8_t ask[] = {8, 0, 0x6d, 0x70, 1, 2, 0, 3, 'h', 'i', '!', '!'};
    struct ip4_hdr h = header(IP4_ICMP, sizeof ask);
    peer_sends(&b, mac_n(1), &h, ask, sizeof ask, 0);
    const uint8_t *p = last(b.peer)->bytes;
    assert_memory_equal(p + 26, ((uint8_t[]){10, 0, 0, 1, 10, 0, 0, 2}), 8);
    assert_memory_equal(p + 34, ((uint8_t[]){0, 0, 0x75, 0x70, 1, 2, 0, 3, 'h', 'i', '!', '!'}),
                        12);
    h.dst.v = 0x0a0000ff;
    uint32_t said = at(b.peer)->count;
    peer_sends(&b, MAC_BROADCAST, &h, ask, sizeof ask, 0);
    h = header(IP4_ICMP, sizeof ask);
    peer_sends(&b, mac_n(1), &h, ask, sizeof ask, 30);
    assert_int_equal(at(b.peer)->count, said);
    assert_int_equal(facts(b.w, "segment-discarded bad-checksum"), 1);
    world_close(b.w);
}

/* Who is asked for tells where a packet would go. */
static uint32_t next_hop(struct bench *b, uint32_t dst)
{
    struct udp u = {.dst = {dst}, .src_port = 1, .dst_port = 2};
    if (!ip_send_udp(at(b->host)->ip, &u, 0))
        return 0;
    run_for(b->w, dur_us(10));
    const uint8_t *p = last(b->peer)->bytes + 38;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void longest_prefix_wins(void **state)
{
    (void)state;
    struct bench b;
    open(&b);
    struct ip_stack *ip = at(b.host)->ip;
    assert_int_equal(next_hop(&b, 0xc0a80001), 0); /* no route */
    assert_int_equal(ip_source(ip, (struct ip4){0xc0a80001}).v, 0);
    ip_add_route(ip, (struct ip4){0}, 0, (struct ip4){0x0a0000f0});
    ip_add_route(ip, (struct ip4){0xc0a80000}, 16, (struct ip4){0x0a0000f1});
    ip_add_route(ip, (struct ip4){0xc0a80100}, 24, (struct ip4){0x0a0000f2});
    ip_add_route(ip, (struct ip4){0x0a000000}, 24, (struct ip4){0x0a0000f3}); /* loses: connected */
    ip_add_route(ip, (struct ip4){0x08080808}, 32,
                 (struct ip4){0x0b000001}); /* no way to its hop */
    assert_int_equal(next_hop(&b, 0x08080808), 0x0a0000f0);
    assert_int_equal(next_hop(&b, 0xc0a80201), 0x0a0000f1);
    assert_int_equal(next_hop(&b, 0xc0a80101), 0x0a0000f2);
    struct ip_iface wide = {.port = b.host->ports[0],
                            .mac = mac_n(1),
                            .addr = {0x0a000909},
                            .prefix_len = 16,
                            .vlan = 5};
    ip_add_iface(ip, &wide);
    assert_int_equal(next_hop(&b, 0x0a000055), 0x0a000055); /* untagged: by the longer one */
    assert_int_equal(ip_source(ip, (struct ip4){0xc0a80101}).v, host_ip.v);
    world_close(b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagram_has_the_bytes_of_the_rfcs),
        cmocka_unit_test(padding_is_no_payload),
        cmocka_unit_test(frames_for_others_are_ignored),
        cmocka_unit_test(broadcasts_are_taken),
        cmocka_unit_test(the_bad_is_discarded_by_name),
        cmocka_unit_test(unbound_port_is_unreachable),
        cmocka_unit_test(echo_is_answered),
        cmocka_unit_test(longest_prefix_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
