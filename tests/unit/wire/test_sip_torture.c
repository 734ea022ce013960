/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip_torture.c: the messages of RFC 4475 (tests/wire/sip/torture-*.hex), whose syntax the generic tests judge: what
 * their header values say, and whether all that a request or response must have is there and sound, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/wire/sdp.h"
#include "models/wire/sip.h"

static char text[8192];

static struct sip_msg decode(const char *name)
{
    static char line[4096], path[1024];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    snprintf(path, sizeof path, "%s/tests/wire/sip/torture-%s.hex", DT_SOURCE_DIR, name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    while (fgets(line, sizeof line, f) && strcmp(line, "canonical:\n") != 0) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '>')
            txtbuf_add(&t, "%s\r\n", line[1] ? line + 2 : "");
    }
    fclose(f);
    assert_false(t.full);
    struct sip_msg m;
    struct rd r = rd_of(text, t.n);
    if (!sip_get(&r, &m))
        fail_msg("%s: refused: %s", name, r.why);
    return m;
}

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static uint32_t count(const struct sip_msg *m, enum sip_header_id id)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->header_count; i++)
        n += sip_header_is(m->headers[i].name, id);
    return n;
}

static bool is_via_sound(const struct sip_msg *m)
{
    struct str one;
    struct sip_via via;
    struct sip_list l = sip_list_of(m, SIP_VIA);
    bool any = false;
    for (; sip_list_next(&l, &one); any = true) {
        if (!sip_via_get(one, &via))
            return false;
    }
    return any;
}

/* NULL, or what RFC 3261 8.1.1 does not find in order. */
static const char *flaw(const struct sip_msg *m)
{
    static const enum sip_header_id once[] = {SIP_FROM, SIP_TO, SIP_CALL_ID, SIP_CSEQ};
    struct sip_cseq cseq;
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        if (count(m, once[i]) != 1)
            return count(m, once[i]) ? "twice" : "missing";
    }
    if (!sip_uri_of(sip_header(m, SIP_FROM)).n || !sip_uri_of(sip_header(m, SIP_TO)).n)
        return "address";
    if (!sip_cseq(m, &cseq))
        return "cseq";
    return is_via_sound(m) ? NULL : "via";
}

/* Those that are refused altogether say so in their files: clerr, ncl, ltgtruri, lwsruri, lwsstart, trws, badvers,
 * bigcode, mcl01, dblreq. */
static void test_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *name, *flaw;
    } rows[] = {
        {"wsinv", NULL},          {"intmeth", NULL},    {"esc01", NULL},       {"escnull", NULL},
        {"esc02", NULL},          {"lwsdisp", NULL},    {"longreq", NULL},     {"semiuri", NULL},
        {"transports", NULL},     {"unreason", NULL},   {"noreason", NULL},    {"badinv01", "via"},
        {"scalar02", "cseq"},     {"scalarlg", "cseq"}, {"quotbal", "address"}, {"escruri", NULL},
        {"baddate", NULL},        {"regbadct", NULL},   {"badaspec", "address"}, {"baddn", "address"},
        {"mismatch01", "cseq"},   {"mismatch02", "cseq"}, {"badbranch", NULL}, {"insuf", "missing"},
        {"unkscm", NULL},         {"unksm2", NULL},     {"bext01", NULL},      {"invut", NULL},
        {"multi01", "twice"},     {"bcast", NULL},      {"zeromf", NULL},      {"cparam01", NULL},
        {"cparam02", NULL},       {"regescrt", NULL},   {"sdp01", NULL},       {"inv2543", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sip_msg m = decode(rows[i].name);
        const char *got = flaw(&m);
        if (!got != !rows[i].flaw || (got && strcmp(got, rows[i].flaw) != 0))
            fail_msg("%s: %s", rows[i].name, got ? got : "sound");
    }
}

/* 3.1.1.1: blanks and folds wherever they may stand. */
static void test_wsinv(void **state)
{
    (void)state;
    struct sip_msg m = decode("wsinv");
    struct sip_cseq cseq;
    struct sip_via via;
    struct str one;
    assert_str(sip_uri_user(sip_header(&m, SIP_TO)), "vivekg");
    assert_str(sip_param(sip_header(&m, SIP_TO), STR("tag")), "1918181833n");
    assert_str(sip_uri_of(sip_header(&m, SIP_FROM)), "sip:jdrosen@example.com");
    assert_str(sip_param(sip_header(&m, SIP_FROM), STR("tag")), "98asjd8");
    assert_true(sip_cseq(&m, &cseq) && cseq.number == 9);
    assert_str(cseq.method, "INVITE");
    static const char *const sent_by[] = {"192.0.2.2", "spindle.example.com", "192.168.255.111"};
    static const char *const branch[] = {"390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"};
    struct sip_list l = sip_list_of(&m, SIP_VIA);
    for (size_t i = 0; i < 3; i++) {
        assert_true(sip_list_next(&l, &one) && sip_via_get(one, &via));
        assert_str(via.sent_by, sent_by[i]);
        assert_str(via.branch, branch[i]);
        assert_str(via.transport, i == 1 ? "TCP" : "UDP");
    }
    assert_false(sip_list_next(&l, &one));
    assert_str(sip_uri_host(sip_header(&m, SIP_ROUTE)), "services.example.com");
    assert_true(sip_uri_has_param(sip_header(&m, SIP_ROUTE), STR("lr")));
    assert_str(sip_param(sip_header(&m, SIP_CONTACT), STR("newparam")), "newvalue");
    assert_str(sip_param(sip_header(&m, SIP_CONTACT), STR("q")), "0.33");
    struct sdp d;
    struct rd r = rd_of(m.body.p, m.body.n);
    assert_true(sip_has_sdp(&m) && sdp_get(&r, &d) && d.media_count == 2 && d.media[1].port == 3227);
}

static void test_what_users_judge(void **state)
{
    (void)state;
    struct sip_msg m = decode("bext01"); /* 420, with these in Unsupported */
    assert_true(sip_list_has(&m, SIP_REQUIRE, STR("nothingSupportsThisEither")));
    assert_true(sip_list_has(&m, SIP_PROXY_REQUIRE, STR("noProxiesSupportThis")));
    m = decode("unkscm"); /* 416 */
    assert_str(sip_uri_host(m.uri), "");
    m = decode("invut"); /* 415 */
    assert_true(m.body.n && !sip_has_sdp(&m));
    m = decode("zeromf"); /* 483 */
    assert_str(sip_header(&m, SIP_MAX_FORWARDS), "0");
    m = decode("esc02"); /* not REGISTER */
    assert_str(m.method, "RE%47IST%45R");
    m = decode("regbadct"); /* the headers of its URI are no parameters, and no Route */
    assert_int_equal(sip_header(&m, SIP_ROUTE).n, 0);
    m = decode("cparam01"); /* without <> it is a parameter of the header */
    assert_true(sip_has_param(sip_header(&m, SIP_CONTACT), STR("unknownparam")));
    m = decode("cparam02"); /* within, one of the URI */
    assert_false(sip_has_param(sip_header(&m, SIP_CONTACT), STR("unknownparam")));
    assert_true(sip_uri_has_param(sip_header(&m, SIP_CONTACT), STR("unknownparam")));
}

static void test_users_and_hosts(void **state)
{
    (void)state;
    struct sip_msg m = decode("semiuri");
    assert_str(sip_uri_user(m.uri), "user;par=u%40example.net");
    assert_str(sip_uri_host(m.uri), "example.com");
    m = decode("intmeth");
    assert_str(sip_uri_user(m.uri), "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    assert_str(sip_uri_host(m.uri), "example.com");
    m = decode("esc01");
    assert_str(sip_uri_user(m.uri), "sips%3Auser%40example.com");
    m = decode("escruri");
    assert_str(sip_uri_host(m.uri), "example.com");
    m = decode("lwsdisp");
    assert_str(sip_uri_of(sip_header(&m, SIP_FROM)), "sip:caller@example.com");
    assert_str(sip_param(sip_header(&m, SIP_FROM), STR("tag")), "323");
}

static void test_numbers_beyond(void **state)
{
    (void)state;
    struct sip_msg m = decode("scalar02");
    struct sip_contact c;
    uint32_t seconds = 7;
    assert_false(sip_expires(&m, &seconds));
    assert_true(sip_contact(&m, &c) && !c.has_expires);
    assert_int_equal(seconds, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),        cmocka_unit_test(test_wsinv),
        cmocka_unit_test(test_what_users_judge), cmocka_unit_test(test_users_and_hosts),
        cmocka_unit_test(test_numbers_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
