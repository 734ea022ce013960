/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_frame.c: whole frames written in one pass, taken apart, and told in one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/wire/wire_frame.h"

#define REGISTER                                                                                   \
    "REGISTER sip:178.215.139.22 SIP/2.0\r\nCSeq: 11001 REGISTER\r\nContent-Length: 0\r\n\r\n"

static const struct mac phone = {{0xf4, 0x0f, 0x1b, 0x1e, 0x26, 0xa9}};
static const struct mac cucm = {{0x00, 0x50, 0x56, 0xa1, 0x03, 0x3d}};
static const struct ip4 phone_ip = {0x0a93e6bd}, cucm_ip = {0xb2d78b16};

struct made {
    uint8_t b[2048];
    size_t n;
};

/* Payload first, at its place; then the headers in front of it: one buffer, no copy of the payload.
 */
static void make_tcp(struct made *m, const struct tcp_seg *s, uint16_t vlan)
{
    size_t head = eth_bytes(vlan != 0) + IP4_HEADER_BYTES;
    struct wr w = wr_of(m->b + head, sizeof m->b - head);
    tcp_seg_put(&w, s);
    struct eth e = {.dst = cucm,
                    .src = phone,
                    .tagged = vlan != 0,
                    .pcp = vlan ? 3 : 0,
                    .vid = vlan,
                    .type = ETH_IP4};
    struct ip4_hdr h = {.dscp = 24,
                        .payload_len = (uint16_t)wr_len(&w),
                        .id = 7,
                        .ttl = 64,
                        .dont_fragment = true,
                        .proto = IP4_TCP,
                        .src = s->src,
                        .dst = s->dst};
    struct wr front = wr_of(m->b, sizeof m->b);
    eth_put(&front, &e);
    ip4_put(&front, &h);
    assert_int_equal(wr_len(&front), head);
    front.p += wr_len(&w);
    eth_pad(&front);
    m->n = wr_len(&front);
}

static struct tcp_seg segment(struct str payload)
{
    return (struct tcp_seg){.src = phone_ip,
                            .dst = cucm_ip,
                            .src_port = 50708,
                            .dst_port = 5060,
                            .seq = 6722,
                            .ack = 4563,
                            .flags = TCP_PSH | TCP_ACK,
                            .window = 17940,
                            .payload = payload};
}

static void expect_line(const void *b, size_t n, const char *want)
{
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, b, n);
    assert_string_equal(text, want);
    assert_true(t.n <= 100);
}

static void test_tcp_frame(void **state)
{
    (void)state;
    static struct made m;
    struct tcp_seg s = segment(STR(REGISTER));
    make_tcp(&m, &s, 110);
    assert_int_equal(m.n, 18 + 20 + 20 + sizeof REGISTER - 1);
    struct wire_frame f;
    wire_frame_get(m.b, m.n, &f);
    assert_int_equal(f.top, WIRE_TCP);
    assert_null(f.why);
    assert_true(f.eth.vid == 110 && f.ip4.dscp == 24 && f.tcp.seq == 6722);
    assert_true(str_eq(f.tcp.payload, STR(REGISTER)));
    expect_line(m.b, m.n,
                "10.147.230.189:50708 > 178.215.139.22:5060 [PSH,ACK] Seq=6722 Ack=4563"
                " Len=80 REGISTER CSeq 11001");
}

static void test_padding(void **state)
{
    (void)state;
    static struct made m;
    struct tcp_seg s = segment(STR_NONE);
    s.flags = TCP_ACK;
    make_tcp(&m, &s, 0);
    assert_int_equal(m.n, 60);
    memset(m.b + 54, 0xee, 6); /* padding is not always zeros; it is nobody's data */
    struct wire_frame f;
    wire_frame_get(m.b, m.n, &f);
    assert_true(f.top == WIRE_TCP && f.tcp.payload.n == 0);
    expect_line(m.b, m.n,
                "10.147.230.189:50708 > 178.215.139.22:5060 [ACK] Seq=6722 Ack=4563 Len=0");
}

/* With ten-digit numbers flags go, then the acknowledgement, so that the message stays. */
static void test_long_line(void **state)
{
    (void)state;
    static struct made m;
    struct tcp_seg s = segment(STR(REGISTER));
    s.seq = 2991996107u;
    s.ack = 1953873581u;
    make_tcp(&m, &s, 0);
    expect_line(m.b, m.n,
                "10.147.230.189:50708 > 178.215.139.22:5060 Seq=2991996107 Ack=1953873581"
                " Len=80 REGISTER CSeq 11001");
    s.src = s.dst = (struct ip4){0xdededede};
    s.src_port = s.dst_port = 50600;
    make_tcp(&m, &s, 0);
    expect_line(m.b, m.n,
                "222.222.222.222:50600 > 222.222.222.222:50600 Seq=2991996107 Len=80"
                " REGISTER CSeq 11001");
}

static void test_two_messages(void **state)
{
    (void)state;
    static struct made m;
    struct tcp_seg s =
        segment(STR("SIP/2.0 100 Trying\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
                    "SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\nSIP/2"));
    make_tcp(&m, &s, 0);
    expect_line(m.b, m.n,
                "10.147.230.189:50708 > 178.215.139.22:5060 Seq=6722 Len=109"
                " 100 Trying CSeq 1, 200 OK CSeq 1");
    s.payload = STR("just some bytes");
    make_tcp(&m, &s, 0);
    expect_line(m.b, m.n,
                "10.147.230.189:50708 > 178.215.139.22:5060 [PSH,ACK] Seq=6722 Ack=4563 Len=15");
}

/* However many messages a peer packs into a segment, a line ends, and shows that it was cut. */
static void test_cut_line(void **state)
{
    (void)state;
    static struct made m;
    static char text[1200];
    size_t n = 0;
    while (n < 1000)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\nl: 0\r\n\r\n");
    struct tcp_seg s = segment((struct str){text, n});
    make_tcp(&m, &s, 0);
    char line[160];
    struct txtbuf t = txtbuf_of(line, sizeof line);
    wire_frame_line(&t, m.b, m.n);
    assert_int_equal(t.n, 100);
    assert_int_equal(line[99], '~');
}

static void test_arp_frame(void **state)
{
    (void)state;
    uint8_t b[64];
    struct wr w = wr_of(b, sizeof b);
    struct eth e = {.dst = MAC_BROADCAST, .src = phone, .type = ETH_ARP};
    struct arp a = {.oper = ARP_REQUEST, .sha = phone, .spa = phone_ip, .tpa = cucm_ip};
    eth_put(&w, &e);
    arp_put(&w, &a);
    eth_pad(&w);
    expect_line(b, wr_len(&w), "ARP who-has 178.215.139.22 tell 10.147.230.189");
    b[14] = 9;
    expect_line(b, wr_len(&w),
                "f4:0f:1b:1e:26:a9 > ff:ff:ff:ff:ff:ff type 0x0806"
                " (not IPv4 over Ethernet)");
}

static void test_udp_frame(void **state)
{
    (void)state;
    uint8_t b[256];
    struct wr w = wr_of(b, sizeof b);
    struct udp u = {.src = phone_ip,
                    .dst = cucm_ip,
                    .src_port = 5060,
                    .dst_port = 5060,
                    .payload = STR("OPTIONS sip:a SIP/2.0\r\nCSeq: 9 OPTIONS\r\n\r\n")};
    struct eth e = {.dst = cucm, .src = phone, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)(UDP_HEADER_BYTES + u.payload.n),
                        .ttl = 64,
                        .proto = IP4_UDP,
                        .src = phone_ip,
                        .dst = cucm_ip};
    eth_put(&w, &e);
    ip4_put(&w, &h);
    udp_put(&w, &u);
    expect_line(b, wr_len(&w),
                "10.147.230.189:5060 > 178.215.139.22:5060 UDP Len=42 OPTIONS CSeq 9");
}

/* The verdict names what is wrong and how far the frame could be read. */
static void test_verdicts(void **state)
{
    (void)state;
    static struct made m;
    struct tcp_seg s = segment(STR("x"));
    make_tcp(&m, &s, 0);
    struct wire_frame f;
    wire_frame_get(m.b, 13, &f);
    assert_true(f.top == WIRE_NONE && strcmp(f.why, "truncated") == 0);
    wire_frame_get(m.b, 33, &f);
    assert_true(f.top == WIRE_ETH && strcmp(f.why, "truncated") == 0);
    m.b[54] ^= 1;
    wire_frame_get(m.b, m.n, &f);
    assert_true(f.top == WIRE_IP4 && strcmp(f.why, "bad checksum") == 0);
    m.b[24] ^= 1;
    wire_frame_get(m.b, m.n, &f);
    assert_true(f.top == WIRE_ETH && strcmp(f.why, "bad header checksum") == 0);
    m.b[12] = 0x88; /* an experiment of somebody's: nothing above Ethernet that we know, and nothing wrong */
    m.b[13] = 0xb5;
    wire_frame_get(m.b, m.n, &f);
    assert_true(f.top == WIRE_ETH && f.why == NULL);
}

/* CDP stands behind an 802.3 length, which leaves the padding out; another destination is another protocol. */
static void test_cdp_frame(void **state)
{
    (void)state;
    struct made m;
    struct wire_frame f;
    char text[128];
    const struct cdp c = {.ttl_s = 180, .has = CDP_DEVICE_ID, .device_id = STR("access")};
    struct wr body = wr_of(m.b + 14, sizeof m.b - 14), w = wr_of(m.b, sizeof m.b);
    cdp_put(&body, &c);
    struct eth e = {.dst = CDP_MAC, .src = phone, .type = (uint16_t)wr_len(&body)};
    eth_put(&w, &e);
    w.p += wr_len(&body);
    eth_pad(&w);
    wire_frame_get(m.b, wr_len(&w), &f);
    assert_int_equal(f.top, WIRE_CDP);
    assert_int_equal(f.cdp.ttl_s, 180);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, m.b, wr_len(&w));
    assert_string_equal(text, "CDP access");
    m.b[13]++; /* a zero of the padding more: the sum does not mind, the last TLV does */
    wire_frame_get(m.b, wr_len(&w), &f);
    assert_int_equal(f.top, WIRE_ETH);
    assert_string_equal(f.why, "truncated");
    m.b[5] ^= 1;
    wire_frame_get(m.b, wr_len(&w), &f);
    assert_int_equal(f.top, WIRE_ETH);
    assert_null(f.why);
}

static void test_lldp_frame(void **state)
{
    (void)state;
    struct made m;
    char text[128];
    struct wr w = wr_of(m.b, sizeof m.b);
    const struct eth e = {.dst = LLDP_MAC, .src = phone, .type = LLDP_ETHERTYPE};
    const struct lldp l = {.chassis_type = LLDP_ID_MAC, .chassis_id = STR("abcdef"), .port_type = 3,
                           .port_id = STR("abcdef"), .ttl_s = 120};
    eth_put(&w, &e);
    lldp_put(&w, &l);
    eth_pad(&w);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, m.b, wr_len(&w));
    assert_string_equal(text, "LLDP ttl 120");
}

static void test_dhcp_frame(void **state)
{
    (void)state;
    struct made m;
    char text[128];
    const struct dhcp d = {.xid = 0x12, .chaddr = {{0, 1, 2, 3, 4, 5}}, .option[DHCP_MESSAGE_TYPE] = STR("\1")};
    uint8_t body[400];
    struct wr b = wr_of(body, sizeof body), w = wr_of(m.b, sizeof m.b);
    dhcp_put(&b, &d);
    dhcp_pad(&b);
    assert_int_equal(wr_len(&b), DHCP_BYTES_MIN);
    struct udp u = {.dst = {0xffffffff}, .src_port = DHCP_CLIENT_PORT, .dst_port = DHCP_SERVER_PORT,
                    .payload = {(char *)body, wr_len(&b)}};
    struct eth e = {.dst = MAC_BROADCAST, .src = phone, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)(UDP_HEADER_BYTES + wr_len(&b)), .ttl = 64, .proto = IP4_UDP,
                        .dst = u.dst};
    eth_put(&w, &e);
    ip4_put(&w, &h);
    udp_put(&w, &u);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, m.b, wr_len(&w));
    assert_string_equal(text, "DHCP DISCOVER xid=00000012 00:01:02:03:04:05");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp_frame), cmocka_unit_test(test_padding),
        cmocka_unit_test(test_long_line), cmocka_unit_test(test_two_messages),
        cmocka_unit_test(test_cut_line),  cmocka_unit_test(test_arp_frame),
        cmocka_unit_test(test_udp_frame), cmocka_unit_test(test_cdp_frame), cmocka_unit_test(test_dhcp_frame), cmocka_unit_test(test_lldp_frame), cmocka_unit_test(test_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
