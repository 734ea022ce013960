/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_skinny_text.c: what is said of the SCCP messages in a TCP segment, be they many, cut, or none at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/wire_frame.h"

struct stream {
    uint8_t b[2048];
    size_t n;
};

static void add(struct stream *s, const struct skinny *m)
{
    struct wr w = wr_of(s->b + s->n, sizeof s->b - s->n);
    skinny_put(&w, m);
    assert_true(wr_ok(&w));
    s->n += wr_len(&w);
}

static const struct skinny ack = {.id = SKINNY_REGISTER_ACK}, ask = {.id = SKINNY_CAPABILITIES_REQ};
static const struct skinny phone = {.id = SKINNY_REGISTER, .body_n = 64, .reg = {.device = {"ipctest2", 8}}};

static void expect(const uint8_t *p, size_t n, const char *want)
{
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    skinny_stream_text(&t, (struct str){(const char *)p, n});
    assert_string_equal(text, want);
}

static void test_merged(void **state)
{
    (void)state;
    struct stream s = {.n = 0};
    expect(s.b, 0, "");
    add(&s, &phone);
    expect(s.b, s.n, " Register ipctest2");
    s.n = 0;
    add(&s, &ack);
    add(&s, &ask);
    expect(s.b, s.n, " RegisterAck + CapabilitiesReq");
    add(&s, &(struct skinny){.id = SKINNY_LINE_STAT_REQ, .number = 2});
    add(&s, &(struct skinny){.id = 0x82, .body = {"abcd", 4}});
    expect(s.b, s.n, " RegisterAck + CapabilitiesReq + LineStatReq 2 + message 0x0082");
}

/* The head names a message that is not whole; less than a head, or its rest, names none. */
static void test_split(void **state)
{
    (void)state;
    struct stream s = {.n = 0};
    add(&s, &ask);
    add(&s, &phone);
    expect(s.b, 12 + 75, " CapabilitiesReq + part of Register");
    expect(s.b, 12 + 12, " CapabilitiesReq + part of Register");
    expect(s.b, 12 + 11, " CapabilitiesReq + part of a message");
    expect(s.b + 24, s.n - 24, " part of a message");
    expect(s.b, 1, " part of a message");
    s.b[12 + 9] = 0x7f; /* an id that nobody has */
    expect(s.b, s.n - 1, " CapabilitiesReq + part of a message");
}

static void test_malformed(void **state)
{
    (void)state;
    struct stream s = {.n = 0};
    add(&s, &(struct skinny){.id = SKINNY_CAPABILITIES_RES, .capabilities = {.count = 1}});
    add(&s, &ask);
    s.b[12] = 2;
    expect(s.b, s.n, " a malformed message (more entries than the body has) + CapabilitiesReq");
}

/* A whole frame of TCP; SCCP is what port 2000 has at either end, unless the other end is SIP's. */
static void expect_frame(uint16_t from, uint16_t to, const struct stream *payload, const char *want)
{
    uint8_t b[2200];
    char text[160];
    const struct ip4 src = {0x0a0ad2c8}, dst = {0x0a0ad20a};
    struct tcp_seg s = {.src = src, .dst = dst, .src_port = from, .dst_port = to, .flags = TCP_PSH | TCP_ACK,
                        .payload = {(const char *)payload->b, payload->n}};
    struct eth e = {.type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)(TCP_HEADER_BYTES + payload->n), .ttl = 64, .proto = IP4_TCP,
                        .src = src, .dst = dst};
    struct wr w = wr_of(b, sizeof b);
    eth_put(&w, &e);
    ip4_put(&w, &h);
    tcp_seg_put(&w, &s);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, b, wr_len(&w));
    assert_string_equal(text, want);
}

static void test_frame(void **state)
{
    (void)state;
    struct stream s = {.n = 0};
    add(&s, &(struct skinny){.id = SKINNY_KEEPALIVE});
    expect_frame(50000, 2000, &s,
                 "10.10.210.200:50000 > 10.10.210.10:2000 [PSH,ACK] Seq=0 Ack=0 Len=12 KeepAlive");
    s.b[9] = 1;
    expect_frame(2000, 50000, &s,
                 "10.10.210.200:2000 > 10.10.210.10:50000 [PSH,ACK] Seq=0 Ack=0 Len=12 KeepAliveAck");
    expect_frame(2000, 5060, &s, "10.10.210.200:2000 > 10.10.210.10:5060 [PSH,ACK] Seq=0 Ack=0 Len=12");
    expect_frame(5060, 2000, &s, "10.10.210.200:5060 > 10.10.210.10:2000 [PSH,ACK] Seq=0 Ack=0 Len=12");
    expect_frame(2001, 50000, &s, "10.10.210.200:2001 > 10.10.210.10:50000 [PSH,ACK] Seq=0 Ack=0 Len=12");
    s.n = 0;
    expect_frame(2000, 50000, &s, "10.10.210.200:2000 > 10.10.210.10:50000 [PSH,ACK] Seq=0 Ack=0 Len=0");
}

/* The line lets go of flags and acknowledgement first, and is cut in the end. */
static void test_long(void **state)
{
    (void)state;
    struct stream s = {.n = 0};
    add(&s, &ack);
    add(&s, &ask);
    expect_frame(50000, 2000, &s,
                 "10.10.210.200:50000 > 10.10.210.10:2000 [PSH,ACK] Seq=0 Ack=0 Len=44 RegisterAck + CapabilitiesReq");
    add(&s, &(struct skinny){.id = SKINNY_RESET, .number = 1});
    expect_frame(50000, 2000, &s,
                 "10.10.210.200:50000 > 10.10.210.10:2000 Seq=0 Ack=0 Len=60 RegisterAck + CapabilitiesReq + Reset 1");
    for (int i = 0; i < 20; i++)
        add(&s, &ask);
    expect_frame(50000, 2000, &s,
                 "10.10.210.200:50000 > 10.10.210.10:2000 Seq=0 Len=300 RegisterAck + CapabilitiesReq + Reset 1 + Cap~");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged), cmocka_unit_test(test_split), cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_frame),  cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
