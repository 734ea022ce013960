/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip_value.c: addresses, parameters and numbers inside header values (RFC 3261 20, 25.1). */
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

/* A request of one header. */
static struct sip_msg with(const char *header)
{
    static char text[512];
    struct sip_msg m;
    int n = snprintf(text, sizeof text, "REGISTER sip:a SIP/2.0\r\n%s\r\n\r\n", header);
    struct rd r = rd_of(text, (size_t)n);
    assert_true(sip_get(&r, &m));
    return m;
}

static void test_uri(void **state)
{
    (void)state;
    assert_str(sip_uri_of(STR("<sip:5678@10.0.0.2;transport=tcp>;tag=x")),
               "sip:5678@10.0.0.2;transport=tcp");
    assert_str(sip_uri_of(STR("sip:5678@10.0.0.2;tag=x")), "sip:5678@10.0.0.2");
    assert_str(sip_uri_of(STR("\"<sip:no@way>\" <sip:1@a>")), "sip:1@a");
    assert_str(sip_uri_of(STR("\"a\\\"<b>\" <sip:2@a>")), "sip:2@a");
    assert_str(sip_uri_of(STR("Bob <sip:3@a>, <sip:4@a>")), "sip:3@a");
    assert_str(sip_uri_of(STR("<sip:open@a")), "");
    assert_str(sip_uri_of(STR("*")), "*");
    assert_str(sip_uri_of(STR_NONE), "");
}

static void test_user(void **state)
{
    (void)state;
    assert_str(sip_uri_user(STR("<sip:5678@10.0.0.2>")), "5678");
    assert_str(sip_uri_user(STR("sip:bob:secret@a:5060")), "bob");
    assert_str(sip_uri_user(STR("<sip:10.0.0.2:5060>")), "");
}

static void test_params(void **state)
{
    (void)state;
    struct str v =
        STR("\"x;tag=no\" <sip:a;tag=no>; Tag = yes;q=\"a;b,c\\\"d\";lr;e=;tag=later, <sip:b>;z=1");
    assert_str(sip_param(v, STR("tag")), "yes");
    assert_str(sip_param(v, STR("Q")), "a;b,c\\\"d");
    assert_true(sip_has_param(v, STR("LR")));
    assert_str(sip_param(v, STR("lr")), "");
    assert_true(sip_has_param(v, STR("e")));
    assert_false(sip_has_param(v, STR("z"))); /* the second element's */
    assert_false(sip_has_param(v, STR("sip:a")));
    assert_false(sip_has_param(STR_NONE, STR("tag")));
}

static void test_folded_param(void **state)
{
    (void)state;
    struct sip_msg m = with("To: <sip:a>\r\n ;tag=1\r\n ;other=2");
    assert_str(sip_param(sip_header(&m, SIP_TO), STR("tag")), "1");
    assert_str(sip_param(sip_header(&m, SIP_TO), STR("other")), "2");
}

static bool cseq(const char *value, uint32_t *number)
{
    char header[128];
    snprintf(header, sizeof header, "CSeq: %s", value);
    struct sip_msg m = with(header);
    struct sip_cseq c;
    bool ok = sip_cseq(&m, &c);
    *number = ok ? c.number : 0;
    return ok;
}

static void test_cseq(void **state)
{
    (void)state;
    uint32_t n;
    assert_true(cseq("101 REGISTER", &n) && n == 101);
    assert_true(cseq("0  \t REGISTER", &n) && n == 0);
    assert_true(cseq("1\r\n REGISTER", &n) && n == 1);
    assert_true(cseq("2147483647 REGISTER", &n) && n == 2147483647);
    assert_false(cseq("2147483648 REGISTER", &n)); /* RFC 3261 8.1.1.5: below 2^31 */
    assert_false(cseq("101", &n));
    assert_false(cseq("REGISTER", &n));
    assert_false(cseq("-1 REGISTER", &n));
    assert_false(cseq("101 INVITE", &n));   /* not the request's method */
    assert_false(cseq("101 register", &n)); /* methods are case-sensitive: RFC 3261 7.1 */
    struct sip_msg m = with("Subject: none");
    struct sip_cseq c;
    assert_false(sip_cseq(&m, &c));
}

static void test_expires(void **state)
{
    (void)state;
    uint32_t e = 7;
    struct sip_msg m = with("Expires: 4294967295");
    assert_true(sip_expires(&m, &e) && e == UINT32_MAX);
    m = with("Expires: 4294967296");
    e = 7;
    assert_false(sip_expires(&m, &e));
    m = with("Expires: soon");
    assert_false(sip_expires(&m, &e));
    m = with("Date: x");
    assert_false(sip_expires(&m, &e));
    assert_int_equal(e, 7);
}

static void test_via(void **state)
{
    (void)state;
    struct sip_via v;
    struct sip_msg m =
        with("Via: SIP/2.0/UDP 10.0.0.1 ;rport;branch=z9hG4bK1 , SIP/2.0/TCP b;branch=z2");
    assert_true(sip_via(&m, &v) && v.rport);
    assert_str(v.transport, "UDP");
    assert_str(v.sent_by, "10.0.0.1");
    assert_str(v.branch, "z9hG4bK1");
    m = with("v: SIP/2.0/TCP first\r\nVia: SIP/2.0/UDP second");
    assert_true(sip_via(&m, &v) && !v.rport);
    assert_str(v.sent_by, "first"); /* the topmost */
    assert_str(v.branch, "");
    m = with("Via: SIP/2.0/TCP");
    assert_false(sip_via(&m, &v));
    m = with("Via: SIP/2.0/ host");
    assert_false(sip_via(&m, &v));
    m = with("Via: HTTP/1.1 x");
    assert_false(sip_via(&m, &v));
}

static void test_compact_names(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum sip_header_id id;
    } rows[] = {/* RFC 3261 7.3.3, 20 */
                {"v: 1", SIP_VIA},      {"F: 1", SIP_FROM},    {"t: 1", SIP_TO},
                {"i: 1", SIP_CALL_ID},  {"m: 1", SIP_CONTACT}, {"l: 0", SIP_CONTENT_LENGTH},
                {"k: 1", SIP_SUPPORTED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sip_msg m = with(rows[i].header);
        for (enum sip_header_id id = 0; id < SIP_HEADER_COUNT; id++)
            assert_int_equal(sip_header(&m, id).n, id == rows[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uri),    cmocka_unit_test(test_user),
        cmocka_unit_test(test_params), cmocka_unit_test(test_folded_param),
        cmocka_unit_test(test_cseq),   cmocka_unit_test(test_expires),
        cmocka_unit_test(test_via),    cmocka_unit_test(test_compact_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
