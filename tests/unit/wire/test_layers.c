/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_layers.c: fields of Ethernet, ARP, IPv4, UDP and TCP where their standards put them, in
 * bytes written by hand. The laws that all codecs share are in tests/wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/wire_any.h"

static const struct mac phone = {{0xf4, 0x0f, 0x1b, 0x1e, 0x26, 0xa9}};

static void test_eth(void **state)
{
    (void)state;
    static const uint8_t want[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf4, 0x0f, 0x1b,
                                   0x1e, 0x26, 0xa9, 0x81, 0x00, 0x70, 0x6e, 0x08, 0x06};
    struct eth e = {.dst = MAC_BROADCAST,
                    .src = phone,
                    .tagged = true,
                    .pcp = 3,
                    .dei = true,
                    .vid = 110,
                    .type = ETH_ARP};
    uint8_t b[64];
    struct wr w = wr_of(b, sizeof b);
    eth_put(&w, &e);
    assert_int_equal(wr_len(&w), sizeof want);
    assert_int_equal(eth_bytes(true), 18);
    assert_int_equal(eth_bytes(false), 14);
    assert_memory_equal(b, want, sizeof want);
    eth_pad(&w);
    assert_int_equal(wr_len(&w), 60); /* without the FCS: IEEE 802.3 */
    for (size_t i = sizeof want; i < 60; i++)
        assert_int_equal(b[i], 0);
    eth_pad(&w);
    assert_int_equal(wr_len(&w), 60);

    struct eth got;
    struct rd r = rd_of(b, 60);
    assert_true(eth_get(&r, &got));
    assert_true(got.tagged && got.pcp == 3 && got.dei && got.vid == 110 && got.type == ETH_ARP);
    assert_int_equal(rd_left(&r), 42);
}

static void test_arp(void **state)
{
    (void)state;
    static const uint8_t want[] = {0,  1,  8,  0,   6, 4, 0, 2, 0xf4, 0x0f, 0x1b, 0x1e, 0x26, 0xa9,
                                   10, 10, 10, 130, 1, 2, 3, 4, 5,    6,    10,   10,   10,   202};
    struct arp a = {.oper = ARP_REPLY,
                    .sha = phone,
                    .spa = {0x0a0a0a82},
                    .tha = {{1, 2, 3, 4, 5, 6}},
                    .tpa = {0x0a0a0aca}};
    uint8_t b[ARP_BYTES];
    struct wr w = wr_of(b, sizeof b);
    arp_put(&w, &a);
    assert_memory_equal(b, want, sizeof want);
    struct arp got;
    struct rd r = rd_of(b, sizeof b);
    assert_true(arp_get(&r, &got) && rd_done(&r));
    assert_true(got.oper == ARP_REPLY && mac_eq(got.sha, a.sha) && mac_eq(got.tha, a.tha));
    assert_true(ip4_eq(got.spa, a.spa) && ip4_eq(got.tpa, a.tpa));
}

static void test_ip4(void **state)
{
    (void)state;
    /* the sum is that of 4560 0022 1234 4000 4006 0a93 e6bd b2d7 8b16 */
    static const uint8_t want[] = {0x45, 0x60, 0,  0x22, 0x12, 0x34, 0x40, 0,   0x40, 0x06,
                                   0xf9, 0x03, 10, 147,  230,  189,  178,  215, 139,  22};
    struct ip4_hdr h = {.dscp = 24,
                        .payload_len = 14,
                        .id = 0x1234,
                        .dont_fragment = true,
                        .ttl = 64,
                        .proto = IP4_TCP,
                        .src = {0x0a93e6bd},
                        .dst = {0xb2d78b16}};
    uint8_t b[64] = {0};
    struct wr w = wr_of(b, sizeof b);
    ip4_put(&w, &h);
    assert_memory_equal(b, want, sizeof want);
    struct ip4_hdr got;
    struct rd payload, r = rd_of(b, 46); /* 14 bytes of payload, 12 of padding */
    assert_true(ip4_get(&r, &got, &payload));
    assert_int_equal(got.dscp, 24);
    assert_int_equal(got.ttl, 64);
    assert_int_equal(got.id, 0x1234);
    assert_true(got.dont_fragment && !got.more_fragments && got.fragment_offset == 0);
    assert_true(ip4_eq(got.src, h.src) && ip4_eq(got.dst, h.dst));
    assert_int_equal(got.payload_len, 14);
    assert_int_equal(rd_left(&payload), 14);
    assert_int_equal(rd_left(&r), 12);
}

static void test_udp(void **state)
{
    (void)state;
    struct udp u = {.src = {0x0a000001},
                    .dst = {0x0a000002},
                    .src_port = 5060,
                    .dst_port = 69,
                    .payload = STR("abc")},
               got;
    uint8_t b[16];
    struct wr w = wr_of(b, sizeof b);
    udp_put(&w, &u);
    static const uint8_t want[] = {0x13, 0xc4, 0, 69, 0, 11};
    assert_int_equal(wr_len(&w), 11);
    assert_memory_equal(b, want, sizeof want);
    struct rd r = rd_of(b, 11);
    assert_true(udp_get(&r, u.src, u.dst, &got));
    assert_true(str_eq(got.payload, STR("abc")) && got.src_port == 5060 && got.dst_port == 69);
    r = rd_of(b, 11); /* the pseudo header belongs to the sum: another receiver refuses it */
    assert_false(udp_get(&r, u.src, (struct ip4){0x0a000003}, &got));
    assert_string_equal(r.why, "bad checksum");
}

static void test_tcp_fields(void **state)
{
    (void)state;
    struct tcp_seg s = {.src = {0x0a000001},
                        .dst = {0x0a000002},
                        .src_port = 50708,
                        .dst_port = 5060,
                        .seq = 0x01020304,
                        .ack = 0xa1a2a3a4,
                        .flags = TCP_PSH | TCP_ACK,
                        .window = 17940,
                        .urgent = 0x0506,
                        .payload = STR("hi")},
                   got;
    static const uint8_t want[] = {0xc6, 0x14, 0x13, 0xc4, 1,    2,    3,    4,
                                   0xa1, 0xa2, 0xa3, 0xa4, 0x50, 0x18, 0x46, 0x14};
    uint8_t b[32];
    struct wr w = wr_of(b, sizeof b);
    tcp_seg_put(&w, &s);
    assert_int_equal(wr_len(&w), 22);
    assert_memory_equal(b, want, sizeof want);
    assert_memory_equal(b + 18, "\x05\x06hi", 4);
    struct rd r = rd_of(b, 22);
    assert_true(tcp_seg_get(&r, s.src, s.dst, &got) && rd_done(&r));
    assert_true(got.seq == s.seq && got.ack == s.ack && got.flags == s.flags);
    assert_true(got.window == 17940 && got.urgent == 0x0506 && got.mss == 0 && !got.has_ts);
    r = rd_of(b, 22);
    assert_false(tcp_seg_get(&r, s.src, (struct ip4){0x0a000003}, &got));
}

static void test_tcp_options(void **state)
{
    (void)state;
    struct tcp_seg s = {.src = {1},
                        .dst = {2},
                        .flags = TCP_SYN,
                        .mss = 1380,
                        .has_wscale = true,
                        .wscale = 7,
                        .sack_permitted = true,
                        .has_ts = true,
                        .ts_val = 5,
                        .ts_ecr = 6},
                   got;
    uint8_t b[64];
    struct wr w = wr_of(b, sizeof b);
    assert_int_equal(tcp_seg_header_bytes(&s), 44);
    tcp_seg_put(&w, &s);
    assert_int_equal(wr_len(&w), 44);
    assert_int_equal(b[12], 0xb0);
    struct rd r = rd_of(b, 44);
    assert_true(tcp_seg_get(&r, s.src, s.dst, &got));
    assert_true(got.mss == 1380 && got.has_wscale && got.wscale == 7 && got.sack_permitted);
    assert_true(got.has_ts && got.ts_val == 5 && got.ts_ecr == 6 && got.payload.n == 0);
    struct tcp_seg plain = {0};
    assert_int_equal(tcp_seg_header_bytes(&plain), 20);
}

/* A payload written straight behind its header, then sealed, is the same segment. */
static void test_tcp_in_place(void **state)
{
    (void)state;
    struct tcp_seg s = {.src = {0x0a000001},
                        .dst = {0x0a000002},
                        .src_port = 1,
                        .dst_port = 2,
                        .flags = TCP_ACK,
                        .has_ts = true,
                        .payload = STR("odd")};
    uint8_t a[64], b[64];
    struct wr wa = wr_of(a, sizeof a), wb = wr_of(b, sizeof b);
    tcp_seg_put(&wa, &s);
    tcp_seg_head_put(&wb, &s);
    wr_str(&wb, STR("odd"));
    tcp_seg_seal(b, wr_len(&wb), s.src, s.dst);
    assert_int_equal(wr_len(&wa), wr_len(&wb));
    assert_memory_equal(a, b, wr_len(&wa));
}

/* RFC 9293 3.4: SYN and FIN occupy one sequence number each. */
static void test_tcp_len(void **state)
{
    (void)state;
    struct tcp_seg s = {.payload = STR("abc"), .flags = TCP_ACK | TCP_PSH};
    assert_int_equal(tcp_seg_len(&s), 3);
    s.flags = TCP_SYN | TCP_FIN;
    assert_int_equal(tcp_seg_len(&s), 5);
    s.payload = STR_NONE;
    s.flags = TCP_RST;
    assert_int_equal(tcp_seg_len(&s), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eth),          cmocka_unit_test(test_arp),
        cmocka_unit_test(test_ip4),          cmocka_unit_test(test_udp),
        cmocka_unit_test(test_tcp_fields),   cmocka_unit_test(test_tcp_options),
        cmocka_unit_test(test_tcp_in_place), cmocka_unit_test(test_tcp_len),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
