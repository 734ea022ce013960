/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line says of frames that carry files: TFTP, which has no port of its own after the request, and HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/wire_frame.h"

static const struct ip4 phone = {0x0a010102}, server = {0x0a010101};

static void put_front(struct wr *w, uint8_t proto, size_t payload)
{
    struct eth e = {.dst = {{2, 0, 0, 0, 0, 1}}, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)payload, .ttl = 64, .proto = proto, .src = phone, .dst = server};
    eth_put(w, &e);
    ip4_put(w, &h);
}

static void expect_in(const uint8_t *bytes, size_t n, const char *want)
{
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, bytes, n);
    if (!strstr(text, want))
        fail_msg("'%s' is not in '%s'", want, text);
}

static void expect_udp(uint16_t from, uint16_t to, struct str payload, const char *want)
{
    uint8_t bytes[1000];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct udp u = {.src = phone, .dst = server, .src_port = from, .dst_port = to, .payload = payload};
    put_front(&w, IP4_UDP, UDP_HEADER_BYTES + payload.n);
    udp_put(&w, &u);
    assert_true(wr_ok(&w));
    expect_in(bytes, wr_len(&w), want);
}

static void expect_tcp(uint16_t from, uint16_t to, const char *payload, const char *want)
{
    uint8_t bytes[1000];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct tcp_seg s = {.src = phone, .dst = server, .src_port = from, .dst_port = to, .seq = 1, .ack = 1,
                        .flags = TCP_PSH | TCP_ACK, .window = 8192, .payload = str_of(payload)};
    put_front(&w, IP4_TCP, tcp_seg_header_bytes(&s) + s.payload.n);
    tcp_seg_put(&w, &s);
    assert_true(wr_ok(&w));
    expect_in(bytes, wr_len(&w), want);
}

static void tftp_from_request_to_end(void **state)
{
    (void)state;
    expect_udp(50000, 69, STR("\0\1f\0octet\0"), "TFTP RRQ f");
    expect_udp(32768, 50000, STR("\0\3\0\1hello"), "TFTP DATA block 1 Len=5");
    expect_udp(50000, 32768, STR("\0\4\0\1"), "TFTP ACK block 1");
    expect_udp(32768, 50000, STR("\0\5\0\1No\0"), "TFTP ERROR 1 No");
    expect_udp(32768, 50000, STR("\0\6tsize\0" "5\0"), "TFTP OACK with 1 option");
}

/* A request between two ports of users, a longer ACK, an RTP packet, and a well-known port are something else. */
static void what_is_no_tftp(void **state)
{
    (void)state;
    expect_udp(50000, 32768, STR("\0\1f\0octet\0"), "50000 > ");
    expect_udp(50000, 32768, STR("\0\4\0\1\0"), "50000 > ");
    expect_udp(50000, 32768, STR("\x80\0\0\1\0\0\0\1\0\0\0\1"), "50000 > ");
    expect_udp(50000, 123, STR("\0\4\0\1"), "50000 > ");
}

static void http_on_its_ports(void **state)
{
    (void)state;
    expect_tcp(50000, 6970, "GET /f HTTP/1.1\r\n\r\n", "HTTP GET /f");
    expect_tcp(6970, 50000, "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP 404 Not Found");
    expect_tcp(50000, 80, "GET /f HTTP/1.1\r\n\r\n", "HTTP GET /f");
    expect_tcp(80, 50000, "HTTP/1.1 200 OK\r\n\r\n", "HTTP 200 OK");
    expect_tcp(6970, 50000, "the middle of a file", "Len=20");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tftp_from_request_to_end),
        cmocka_unit_test(what_is_no_tftp),
        cmocka_unit_test(http_on_its_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
