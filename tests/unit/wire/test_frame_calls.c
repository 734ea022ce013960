/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line says of frames that make calls: SIP with a session description, over UDP and TCP, and RTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/wire_frame.h"

#define COLUMNS_MAX 100
#define DESCRIPTION                                                                                            \
    "v=0\r\no=- 2000 2 IN IP4 10.1.1.2\r\ns=-\r\nc=IN IP4 10.1.1.2\r\nt=0 0\r\nm=audio 16384 RTP/AVP 0\r\n"   \
    "a=sendonly\r\n"
#define HEAD(type) "INVITE sip:a SIP/2.0\r\nCSeq: 101 INVITE\r\nc: " type "\r\nContent-Length: "
#define INVITE HEAD("application/sdp") "101\r\n\r\n" DESCRIPTION

static const struct ip4 phone = {0x0a010102}, server = {0x0a010101}, widest = {0xfefefefe};

static void put_front(struct wr *w, uint8_t proto, size_t payload)
{
    struct eth e = {.dst = {{2, 0, 0, 0, 0, 1}}, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)payload, .ttl = 64, .proto = proto, .src = phone, .dst = server};
    eth_put(w, &e);
    ip4_put(w, &h);
}

static void expect(const struct wr *w, const char *want)
{
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    assert_true(wr_ok(w));
    wire_frame_line(&t, w->base, wr_len(w));
    assert_string_equal(text, want);
    assert_true(t.n <= COLUMNS_MAX);
}

static void expect_udp(struct udp u, const char *want)
{
    uint8_t bytes[1000];
    struct wr w = wr_of(bytes, sizeof bytes);
    if (u.src.v == 0) {
        u.src = phone;
        u.dst = server;
        put_front(&w, IP4_UDP, UDP_HEADER_BYTES + u.payload.n);
    } else {
        struct eth e = {.dst = {{2, 0, 0, 0, 0, 1}}, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
        struct ip4_hdr h = {.payload_len = (uint16_t)(UDP_HEADER_BYTES + u.payload.n), .ttl = 64, .proto = IP4_UDP,
                            .src = u.src, .dst = u.dst};
        eth_put(&w, &e);
        ip4_put(&w, &h);
    }
    udp_put(&w, &u);
    expect(&w, want);
}

static void expect_tcp(uint32_t seq, struct str payload, const char *want)
{
    uint8_t bytes[1000];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct tcp_seg s = {.src = phone, .dst = server, .src_port = 50000, .dst_port = 5060, .seq = seq, .ack = seq,
                        .flags = TCP_PSH | TCP_ACK, .window = 8192, .payload = payload};
    put_front(&w, IP4_TCP, tcp_seg_header_bytes(&s) + s.payload.n);
    tcp_seg_put(&w, &s);
    expect(&w, want);
}

static void over_udp(void **state)
{
    (void)state;
    expect_udp((struct udp){.src_port = 5060, .dst_port = 5060, .payload = STR(INVITE)},
               "10.1.1.2:5060 > 10.1.1.1:5060 UDP Len=184 INVITE CSeq 101 SDP v2 sendonly 10.1.1.2:16384");
    expect_udp((struct udp){.src_port = 5060, .dst_port = 5060, .payload = STR(HEAD("text/plain") "2\r\n\r\nhi")},
               "10.1.1.2:5060 > 10.1.1.1:5060 UDP Len=78 INVITE CSeq 101");
    expect_udp((struct udp){.src_port = 5060, .dst_port = 5060, .payload = STR(HEAD("application/sdp") "3\r\n\r\nv=1")},
               "10.1.1.2:5060 > 10.1.1.1:5060 UDP Len=84 INVITE CSeq 101 bad SDP");
    expect_udp((struct udp){.src_port = 5060, .dst_port = 5060, .payload = STR(HEAD("text/plain") "2\r\n\r\nhi" INVITE)},
               "10.1.1.2:5060 > 10.1.1.1:5060 UDP Len=262 INVITE CSeq 101"); /* RFC 4475 3.1.1.8: the rest is nobody's */
}

/* What the description says goes before the message is cut. */
static void where_room_is(void **state)
{
    (void)state;
    expect_udp((struct udp){.src = widest, .dst = widest, .src_port = 50600, .dst_port = 50600, .payload = STR(INVITE)},
               "254.254.254.254:50600 > 254.254.254.254:50600 UDP Len=184 INVITE CSeq 101 SDP v2 sendonly");
}

static void over_tcp(void **state)
{
    (void)state;
    expect_tcp(1, STR(INVITE), "10.1.1.2:50000 > 10.1.1.1:5060 Seq=1 Ack=1 Len=184 INVITE CSeq 101"
                               " SDP v2 sendonly 10.1.1.2:16384");
    expect_tcp(4000000000, STR(INVITE), "10.1.1.2:50000 > 10.1.1.1:5060 Seq=4000000000 Len=184 INVITE CSeq 101"
                                        " SDP v2 sendonly 10.1.1.2:16384");
    expect_tcp(1, STR(INVITE INVITE), "10.1.1.2:50000 > 10.1.1.1:5060 Seq=1 Ack=1 Len=368"
                                      " INVITE CSeq 101 SDP, INVITE CSeq 101 SDP");
}

static void rtp_by_port(void **state)
{
    (void)state;
    struct str packet = STR("\x80\x80\x00\x01\x00\x00\x00\xa0\xde\xad\xbe\xef\xff\xff");
    expect_udp((struct udp){.src_port = 16384, .dst_port = 20000, .payload = packet},
               "10.1.1.2:16384 > 10.1.1.1:20000 UDP Len=14 RTP PT=0 Seq=1 Time=160 Mark");
    expect_udp((struct udp){.src_port = 9, .dst_port = 32766, .payload = packet},
               "10.1.1.2:9 > 10.1.1.1:32766 UDP Len=14 RTP PT=0 Seq=1 Time=160 Mark");
    expect_udp((struct udp){.src_port = 16385, .dst_port = 32768, .payload = packet},
               "10.1.1.2:16385 > 10.1.1.1:32768 UDP Len=14");
    expect_udp((struct udp){.src_port = 16384, .dst_port = 16384, .payload = STR("\x40")},
               "10.1.1.2:16384 > 10.1.1.1:16384 UDP Len=1");
    expect_udp((struct udp){.src_port = 16384, .dst_port = 5060, .payload = STR("ACK sip:a SIP/2.0\r\nCSeq: 1 ACK\r\n\r\n")},
               "10.1.1.2:16384 > 10.1.1.1:5060 UDP Len=34 ACK CSeq 1");
    expect_udp((struct udp){.src = widest, .dst = widest, .src_port = 32766, .dst_port = 32766,
                            .payload = STR("\x80\xff\xff\xff\xff\xff\xff\xff\0\0\0\0")},
               "254.254.254.254:32766 > 254.254.254.254:32766 UDP Len=12 RTP PT=127 Seq=65535 Time=4294967295 Mark");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_udp),
        cmocka_unit_test(where_room_is),
        cmocka_unit_test(over_tcp),
        cmocka_unit_test(rtp_by_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
