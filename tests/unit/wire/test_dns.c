/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dns.c: names of hosts as text and as labels (RFC 1035 2.3.4, 3.1, 5.1), and the line of a frame on port 53. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "models/wire/wire_frame.h"

static const char *text_of(const struct dns_name *n)
{
    static char text[1100];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    dns_name_text(&t, n);
    assert_false(t.full);
    return text;
}

static void labels(void **state)
{
    static const char want[] = "\x08" "cucm105p" "\x07" "example" "\x03" "com";
    struct dns_name n, dotted, upper;
    (void)state;
    assert_true(dns_name_parse(STR("cucm105p.example.com"), &n));
    assert_int_equal(n.n, sizeof want);
    assert_memory_equal(n.bytes, want, sizeof want);
    assert_string_equal(text_of(&n), "cucm105p.example.com");
    assert_true(dns_name_parse(STR("cucm105p.example.com."), &dotted) && dns_name_eq(&n, &dotted));
    assert_true(dns_name_parse(STR("CUCM105P.Example.COM"), &upper) && dns_name_eq(&n, &upper));
    assert_false(dns_name_is_single(&n));
    assert_true(dns_name_parse(STR("cucm105q.example.com"), &upper) && !dns_name_eq(&n, &upper));
}

/* 63 in a label, 253 in all as text: that is 255 bytes with the lengths and the root. */
static void limits(void **state)
{
    char text[300];
    struct dns_name n, tail;
    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(dns_name_parse((struct str){text, 63}, &n));
    assert_false(dns_name_parse((struct str){text, 64}, &n));
    for (int i = 63; i < 253; i += 64)
        text[i] = '.';
    assert_true(dns_name_parse((struct str){text, 253}, &n));
    assert_int_equal(n.n, 255);
    assert_false(dns_name_parse((struct str){text, 254}, &n));
    text[253] = '.';
    assert_true(dns_name_parse((struct str){text, 254}, &n));
    assert_true(dns_name_parse((struct str){text, 127}, &n)); /* 129 bytes */
    assert_true(dns_name_parse((struct str){text, 125}, &tail)); /* 127 bytes */
    assert_true(dns_name_append(&n, &tail));
    assert_int_equal(n.n, 255);
    assert_true(dns_name_parse((struct str){text, 127}, &n) && dns_name_parse((struct str){text, 126}, &tail));
    assert_false(dns_name_append(&n, &tail));
}

static void append(void **state)
{
    struct dns_name n, domain;
    (void)state;
    assert_true(dns_name_parse(STR("cucm105p"), &n) && dns_name_parse(STR("example.com"), &domain));
    assert_true(dns_name_is_single(&n));
    assert_true(dns_name_append(&n, &domain));
    assert_string_equal(text_of(&n), "cucm105p.example.com");
}

static void no_names(void **state)
{
    static const char *const bad[] = {"", ".", ".a", "a..b", "a..", "a b", "a\tb", "a\\b", "\xc3\xa4"};
    struct dns_name n;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(dns_name_parse(str_of(bad[i]), &n));
}

/* A query from `src` to `dst` in Ethernet, as it is told. */
static void expect_line(uint16_t src, uint16_t dst, const char *want)
{
    uint8_t bytes[256];
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct wr w = wr_of(bytes, sizeof bytes), p = wr_of(bytes + 42, sizeof bytes - 42);
    struct dns m = {.id = 7, .wants_recursion = true, .has_question = true, .type = DNS_A, .class = DNS_IN};
    assert_true(dns_name_parse(STR("cucm105p"), &m.name));
    dns_put(&p, &m);
    struct udp u = {.src = {1}, .dst = {2}, .src_port = src, .dst_port = dst,
                    .payload = str_of_bytes(bytes + 42, wr_len(&p))};
    struct ip4_hdr h = {.src = u.src, .dst = u.dst, .ttl = 64, .proto = IP4_UDP,
                        .payload_len = (uint16_t)(8 + wr_len(&p))};
    struct eth e = {.type = ETH_IP4};
    uint8_t datagram[256];
    struct wr d = wr_of(datagram, sizeof datagram);
    udp_put(&d, &u);
    eth_put(&w, &e);
    ip4_put(&w, &h);
    wr_bytes(&w, datagram, wr_len(&d));
    assert_true(wr_ok(&w));
    wire_frame_line(&t, bytes, wr_len(&w));
    assert_string_equal(text, want);
}

static void port_53_either_way(void **state)
{
    (void)state;
    expect_line(50000, 53, "DNS query 0x0007 A cucm105p");
    expect_line(53, 50000, "DNS query 0x0007 A cucm105p");
    expect_line(50000, 54, "0.0.0.1:50000 > 0.0.0.2:54 UDP Len=26");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels), cmocka_unit_test(limits), cmocka_unit_test(append),
        cmocka_unit_test(no_names), cmocka_unit_test(port_53_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
