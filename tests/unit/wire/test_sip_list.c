/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip_list.c: headers that are lists over several lines (RFC 3261 7.3.1), the parts of URIs (19.1.1), and the
 * headers that calls need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/wire/sip.h"

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static struct sip_msg with(const char *headers)
{
    static char text[1024];
    struct sip_msg m;
    int n = snprintf(text, sizeof text, "INVITE sip:a SIP/2.0\r\n%s\r\n\r\nv=0", headers);
    struct rd r = rd_of(text, (size_t)n);
    assert_true(sip_get(&r, &m));
    return m;
}

/* The elements, with a bar after each. */
static const char *elements(const char *headers, enum sip_header_id id)
{
    static char text[1024];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct sip_msg m = with(headers);
    struct str one;
    for (struct sip_list l = sip_list_of(&m, id); sip_list_next(&l, &one);) {
        txtbuf_str(&t, one);
        txtbuf_char(&t, '|');
    }
    return text;
}

static void test_lists(void **state)
{
    (void)state;
    assert_string_equal(elements("Route: <sip:a;lr>, <sip:b,c;lr>\r\nTo: x\r\nroute: \"x, y\" <sip:d>;p=1", SIP_ROUTE),
                        "<sip:a;lr>|<sip:b,c;lr>|\"x, y\" <sip:d>;p=1|");
    assert_string_equal(elements("Supported: timer , 100rel\r\nk: replaces", SIP_SUPPORTED), "timer|100rel|replaces|");
    assert_string_equal(elements("Supported:\r\nSupported: ,, timer,", SIP_SUPPORTED), "timer|");
    assert_string_equal(elements("Allow: INVITE,\r\n\tACK\r\n ,BYE", SIP_ALLOW), "INVITE|ACK|BYE|");
    assert_string_equal(elements("v: SIP/2.0/UDP a;branch=1\r\nVia: SIP/2.0/TCP b, SIP/2.0/UDP c", SIP_VIA),
                        "SIP/2.0/UDP a;branch=1|SIP/2.0/TCP b|SIP/2.0/UDP c|");
    assert_string_equal(elements("Record-Route: <sip:a", SIP_RECORD_ROUTE), "<sip:a|");
    assert_string_equal(elements("To: x", SIP_ROUTE), "");
}

static void test_words(void **state)
{
    (void)state;
    struct sip_msg m = with("Allow: INVITE, UPDATE\r\nSupported: Timer\r\nk: 100rel\r\nRequire: timers");
    assert_true(sip_list_has(&m, SIP_SUPPORTED, STR("timer")));
    assert_true(sip_list_has(&m, SIP_SUPPORTED, STR("100REL")));
    assert_false(sip_list_has(&m, SIP_REQUIRE, STR("timer")));
    assert_true(sip_list_has(&m, SIP_ALLOW, STR("UPDATE")));
    assert_false(sip_list_has(&m, SIP_ALLOW, STR("update"))); /* RFC 3261 7.1 */
    assert_false(sip_list_has(&m, SIP_PROXY_REQUIRE, STR("timer")));
}

static void test_every_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sip_header_id id;
    } rows[] = {
        {"Via", SIP_VIA},
        {"From", SIP_FROM},
        {"To", SIP_TO},
        {"Call-ID", SIP_CALL_ID},
        {"CSeq", SIP_CSEQ},
        {"Contact", SIP_CONTACT},
        {"Expires", SIP_EXPIRES},
        {"Content-Length", SIP_CONTENT_LENGTH},
        {"Date", SIP_DATE},
        {"Reason", SIP_REASON},
        {"Max-Forwards", SIP_MAX_FORWARDS},
        {"Server", SIP_SERVER},
        {"User-Agent", SIP_USER_AGENT},
        {"Supported", SIP_SUPPORTED},
        {"Route", SIP_ROUTE},
        {"Record-Route", SIP_RECORD_ROUTE},
        {"Require", SIP_REQUIRE},
        {"Proxy-Require", SIP_PROXY_REQUIRE},
        {"Unsupported", SIP_UNSUPPORTED},
        {"Allow", SIP_ALLOW},
        {"Allow-Events", SIP_ALLOW_EVENTS},
        {"Content-Type", SIP_CONTENT_TYPE},
        {"Content-Encoding", SIP_CONTENT_ENCODING},
        {"Retry-After", SIP_RETRY_AFTER},
        {"Session-Expires", SIP_SESSION_EXPIRES},
        {"Min-SE", SIP_MIN_SE},
        {"u", SIP_ALLOW_EVENTS}, /* RFC 6665 8.2.2 */
        {"C", SIP_CONTENT_TYPE},
        {"e", SIP_CONTENT_ENCODING},
        {"X", SIP_SESSION_EXPIRES}, /* RFC 4028 4 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[64];
        snprintf(header, sizeof header, "%s: 3", rows[i].name);
        struct sip_msg m = with(rows[i].id == SIP_CONTENT_LENGTH ? "content-LENGTH: 3" : header);
        for (enum sip_header_id id = 0; id < SIP_HEADER_COUNT; id++)
            assert_int_equal(sip_header(&m, id).n, id == rows[i].id);
        assert_true(i >= SIP_HEADER_COUNT || rows[i].id == i);
    }
}

static void test_min_se(void **state)
{
    (void)state;
    uint32_t s = 7;
    struct sip_msg m = with("Min-SE: 1800");
    assert_true(sip_seconds(&m, SIP_MIN_SE, &s) && s == 1800);
    m = with("min-se: 90 ;later=1");
    assert_true(sip_seconds(&m, SIP_MIN_SE, &s) && s == 90);
    static const char *const bad[] = {"Min-SE:", "Min-SE: -1", "Min-SE: 4294967296", "Min-SE: 90 s", "Expires: 90"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        m = with(bad[i]);
        assert_false(sip_seconds(&m, SIP_MIN_SE, &s));
    }
    assert_int_equal(s, 90);
}

static void test_has_sdp(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        bool sdp;
    } rows[] = {
        {"Content-Type: application/sdp", true}, {"c: Application / SDP ; charset=utf-8", true},
        {"c: application/sdp+x", false},         {"Content-Type: text/plain", false},
        {"Subject: application/sdp", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sip_msg m = with(rows[i].headers);
        assert_int_equal(sip_has_sdp(&m), rows[i].sdp);
    }
    struct sip_msg m = with("c: application/sdp");
    m.body = STR_NONE;
    assert_false(sip_has_sdp(&m));
}

static void test_uri_parts(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *user, *host;
        uint16_t port;
        const char *transport;
    } rows[] = {
        {"sip:4000@10.0.0.1:5062;transport=udp", "4000", "10.0.0.1", 5062, "udp"},
        {"<SIPS:10.0.0.1;lr;Transport=TCP>;transport=no", "", "10.0.0.1", 0, "TCP"},
        {"\"<sip:no@x>\" <sip:a.example;maddr=x?Subject=;transport=no>", "", "a.example", 0, ""},
        /* RFC 4475 3.1.1.9: the user has parameters of its own */
        {"sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "example.com", 0, ""},
        {"sip:a?b@h:1", "a?b", "h", 1, ""},
        {"sip:user:pass;word@h:65535", "user", "h", 65535, ""},
        {"sip:h:65536", "", "h", 0, ""},
        {"sip:h:", "", "h", 0, ""},
        {"sip:h:5060x", "", "h", 0, ""},
        {"sip:[2001:db8::9]:5070;transport=udp", "", "[2001:db8::9]:5070", 0, "udp"},
        {"tel:+15551234;transport=udp", "", "", 0, ""},
        {"sip:", "", "", 0, ""},
        {"sip:@", "", "", 0, ""},
        {"sip:4000@10.0.0.1@10.0.0.2:5060;transport=udp", "", "", 0, ""},
        {"<sip:a@b", "", "", 0, ""},
        {"", "", "", 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str uri = str_of(rows[i].uri);
        assert_str(sip_uri_user(uri), rows[i].user);
        assert_str(sip_uri_host(uri), rows[i].host);
        assert_int_equal(sip_uri_port(uri), rows[i].port);
        assert_str(sip_uri_param(uri, STR("transport")), rows[i].transport);
    }
    assert_true(sip_uri_has_param(STR("<sip:a;LR>"), STR("lr")));
    assert_false(sip_uri_has_param(STR("<sip:a>;lr"), STR("lr")));
    assert_false(sip_uri_has_param(STR("<sip:a;lrx>"), STR("lr")));
}

static void test_uri_addr(void **state)
{
    (void)state;
    struct ip4 a = {7};
    uint16_t port = 9;
    assert_false(sip_uri_addr(STR("sip:h:5060"), &a, &port));
    assert_false(sip_uri_addr(STR("sip:10.0.0.1:0"), &a, &port));
    assert_false(sip_uri_addr(STR("sip:10.0.0.1:99999"), &a, &port));
    assert_false(sip_uri_addr(STR("sip:10.0.0.256"), &a, &port));
    assert_true(a.v == 7 && port == 9);
    assert_true(sip_uri_addr(STR("<sip:5678@10.0.0.1:5062;lr>"), &a, &port));
    assert_true(a.v == 0x0a000001 && port == 5062);
    assert_true(sip_uri_addr(STR("sip:10.0.0.2"), &a, &port) && a.v == 0x0a000002 && port == 0);
}

static void test_further_vias(void **state)
{
    (void)state;
    struct sip_msg m = with("Via: SIP/2.0/UDP a;branch=1, SIP / 2.0 / TCP b;branch=2");
    struct sip_list l = sip_list_of(&m, SIP_VIA);
    struct sip_via v;
    struct str one;
    assert_true(sip_list_next(&l, &one) && sip_via_get(one, &v));
    assert_str(v.branch, "1");
    assert_true(sip_list_next(&l, &one) && sip_via_get(one, &v)); /* RFC 4475 3.1.1.1: blanks around the slashes */
    assert_str(v.transport, "TCP");
    assert_str(v.sent_by, "b");
    assert_str(v.branch, "2");
    assert_false(sip_list_next(&l, &one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),     cmocka_unit_test(test_words),     cmocka_unit_test(test_every_name),
        cmocka_unit_test(test_min_se),    cmocka_unit_test(test_has_sdp),   cmocka_unit_test(test_uri_parts),
        cmocka_unit_test(test_uri_addr),  cmocka_unit_test(test_further_vias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
