/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip_hostile.c: what somebody may write to do harm: lengths that lie, bombs of headers, folds where a start line
 * would break, quotes and brackets that never close. A stream and a datagram judge the same bytes alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/wire/sip.h"

#define MESSAGE(headers) "BYE sip:a SIP/2.0\r\n" headers "\r\n\r\n"
#define FOLLOWED(headers, body) MESSAGE(headers) body

static bool get(struct str bytes, struct sip_msg *m, const char **why)
{
    struct rd r = rd_of(bytes.p, bytes.n);
    bool ok = sip_get(&r, m);
    *why = r.why ? r.why : "";
    return ok;
}

/* The verdict on a stream, and on the bytes alone ("" : accepted). */
static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum sip_frame_verdict frame;
        const char *why;
    } rows[] = {
        {FOLLOWED("Content-Length: 2", "hi"), SIP_FRAME_WHOLE, ""},
        {FOLLOWED("Content-Length:\r\n 2", "hi"), SIP_FRAME_WHOLE, ""},
        {FOLLOWED("Content-Length  :\r\n\t \t2", "hi"), SIP_FRAME_WHOLE, ""},
        {FOLLOWED("l: 2\r\nContent-Length: 2", "hi"), SIP_FRAME_WHOLE, ""},
        {FOLLOWED("L: 0000000002", "hi"), SIP_FRAME_WHOLE, ""},
        {FOLLOWED("Content-Length: 2\r\n 0", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 2\r\nl: 0", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 2, 2", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: +2", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: -2", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 0x2", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 2.0", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 65537", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 4294967298", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 18446744073709551618", "hi"), SIP_FRAME_BAD, "bad Content-Length"},
        {FOLLOWED("Content-Length: 3", "hi"), SIP_FRAME_MORE, "body shorter than Content-Length"},
        {FOLLOWED("X: y", "hi"), SIP_FRAME_BAD, ""}, /* a stream must say it, a datagram need not */
        {FOLLOWED("X-Content-Length: 2", "hi"), SIP_FRAME_BAD, ""},
        {FOLLOWED("X: y\r\n Content-Length: 2", "hi"), SIP_FRAME_BAD, ""}, /* no header, but text of X */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s = str_of(rows[i].bytes);
        struct sip_msg m;
        const char *why;
        size_t len = 0;
        get(s, &m, &why);
        if (sip_frame(s, &len) != rows[i].frame || strcmp(why, rows[i].why) != 0)
            fail_msg("row %zu: frame %d, '%s'", i, (int)sip_frame(s, &len), why);
        if (rows[i].frame == SIP_FRAME_WHOLE)
            assert_true(len == s.n && m.body.n == 2);
    }
}

/* "BYE", then `count` headers of `bytes` bytes each. */
static struct str bomb(char *room, uint32_t count, size_t bytes)
{
    size_t n = (size_t)sprintf(room, "BYE sip:a SIP/2.0\r\nl: 0\r\n");
    for (uint32_t i = 1; i < count; i++) {
        memset(room + n, 'x', bytes);
        memcpy(room + n, "X: ", 3);
        memcpy(room + n + bytes - 2, "\r\n", 2);
        n += bytes;
    }
    memcpy(room + n, "\r\n", 2);
    return (struct str){room, n + 2};
}

static void test_bombs(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        size_t bytes;
        enum sip_frame_verdict frame;
        const char *why;
    } rows[] = {
        {SIP_HEADERS_MAX, 6, SIP_FRAME_WHOLE, ""},
        {SIP_HEADERS_MAX + 1, 6, SIP_FRAME_WHOLE, "too many headers"},
        {5000, 6, SIP_FRAME_WHOLE, "too many headers"},
        {2, SIP_LINE_MAX + 2, SIP_FRAME_WHOLE, ""},
        {2, SIP_LINE_MAX + 3, SIP_FRAME_BAD, "line too long"},
        {2, SIP_HEAD_MAX, SIP_FRAME_BAD, "line too long"},
        {9, SIP_LINE_MAX, SIP_FRAME_BAD, ""}, /* in all too long for a stream, and for any datagram */
    };
    char *room = malloc(200000);
    assert_non_null(room);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s = bomb(room, rows[i].count, rows[i].bytes);
        struct sip_msg m;
        const char *why;
        size_t len;
        get(s, &m, &why);
        if (sip_frame(s, &len) != rows[i].frame || strcmp(why, rows[i].why) != 0)
            fail_msg("row %zu: frame %d, '%s'", i, (int)sip_frame(s, &len), why);
    }
    memset(room, 'x', SIP_HEAD_MAX + 1); /* a head without an end is given up */
    size_t len;
    assert_int_equal(sip_frame((struct str){room, SIP_HEAD_MAX}, &len), SIP_FRAME_MORE);
    assert_int_equal(sip_frame((struct str){room, SIP_HEAD_MAX + 1}, &len), SIP_FRAME_BAD);
    free(room);
}

static void test_header_lines(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        const char *why;
    } rows[] = {
        {{MESSAGE(": x"), sizeof MESSAGE(": x") - 1}, "bad header line"},
        {{MESSAGE("X"), sizeof MESSAGE("X") - 1}, "bad header line"},
        {{MESSAGE("X Y: z"), sizeof MESSAGE("X Y: z") - 1}, "bad header line"},
        {{MESSAGE("X\0: z"), sizeof MESSAGE("X\0: z") - 1}, "control character in a header"},
        {{MESSAGE("X: \0"), sizeof MESSAGE("X: \0") - 1}, "control character in a header"},
        {{MESSAGE("X: a\rY: b"), sizeof MESSAGE("X: a\rY: b") - 1}, "control character in a header"},
        {{MESSAGE("X: a\nY: b"), sizeof MESSAGE("X: a\nY: b") - 1}, "line does not end in CRLF"},
        {{MESSAGE("X: a\r\n \r\nY: b"), sizeof MESSAGE("X: a\r\n \r\nY: b") - 1}, "bad continuation line"},
        {{MESSAGE("X: a\x7f"), sizeof MESSAGE("X: a\x7f") - 1}, "control character in a header"},
        {{"BYE sip:a\0b SIP/2.0\r\n\r\n", 24}, "bad request line"},
        {{"B\0E sip:a SIP/2.0\r\n\r\n", 21}, "bad request line"},
        {{"SIP/2.0 200 O\0K\r\n\r\n", 19}, "bad status line"},
        {{"\0", 1}, "truncated"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sip_msg m;
        const char *why;
        get(rows[i].bytes, &m, &why);
        if (strcmp(why, rows[i].why) != 0)
            fail_msg("row %zu: '%s'", i, why);
    }
}

/* Nothing that is taken for a URI would break the start line it is written into (12.2.1.1), nor is any address found in
 * what is no address. */
static void test_addresses(void **state)
{
    (void)state;
    static const char *const none[] = {
        "<sip:a\r\n b>",        "<sip:a b>",        "< sip:a>",       "<sip:a",       "\"Bob <sip:a>",
        "\"Bob\\\" <sip:a>",    "sip:a>",           "<<sip:a>>",      "\"\"",         "Bob sip:a",
        "Bell, Alex <sip:a>",   "<sip:a\x7f>",      "<sip:\xc3\xa9>", "<>",           ";tag=1",
        "\"<sip:a>\"",          ",",                "Bob",            "sip:a\r\n b",  "<sip:\"a\">",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct str uri = sip_uri_of(str_of(none[i]));
        if (uri.n)
            fail_msg("%s: '%.*s'", none[i], STR_ARG(uri));
    }
    assert_int_equal(sip_uri_of(STR("\"a\\\\\" <sip:a>")).n, 5); /* the backslash is escaped, the quote is not */
    assert_int_equal(sip_param(STR("<sip:a;tag=1"), STR("tag")).n, 0);
    assert_int_equal(sip_param(STR("<sip:a>;x=\"y;tag=1"), STR("tag")).n, 0);
    assert_false(sip_has_param(STR("<sip:a>, <sip:b>;lr"), STR("lr")));
}

/* A tag is written into From and To of all that follows. */
static void test_tags(void **state)
{
    (void)state;
    assert_true(str_eq(sip_tag(STR("<sip:a>;tag=a.b-1~")), STR("a.b-1~")));
    static const char *const none[] = {"<sip:a;tag=1>", "<sip:a>;tag", "<sip:a>;tag=", "<sip:a>;tag=\"x;y\"", "<sip:a>;tag=a b",
                                       "<sip:a>;tag=\"a\r\n b\"", "<sip:a>;tag=<b>", "<sip:a>, <sip:b>;tag=1"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (sip_tag(str_of(none[i])).n)
            fail_msg("%s: a tag", none[i]);
    }
}

static struct sip_msg with(const char *header)
{
    static char text[256];
    struct sip_msg m;
    const char *why;
    int n = snprintf(text, sizeof text, MESSAGE("%s"), header);
    assert_true(get((struct str){text, (size_t)n}, &m, &why));
    return m;
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"2147483648 BYE", "4294967297 BYE", "18446744073709551617 BYE", "1 BYE x",
                                      "1 B\"E",         "1,2 BYE",        "1;2 BYE",                  ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char header[64];
        struct sip_cseq cseq = {7, STR_NONE};
        snprintf(header, sizeof header, "CSeq: %s", bad[i]);
        struct sip_msg m = with(header);
        m.is_response = true; /* of which method it is is another question */
        if (sip_cseq(&m, &cseq) || cseq.number != 7)
            fail_msg("%s: accepted", bad[i]);
    }
}

/* Elements that never end take all that follows, and nothing beyond their line. */
static void test_lists_without_end(void **state)
{
    (void)state;
    static const char *const vias[] = {"Via: ,,,,", "Via: ;", "Via: \"SIP/2.0/UDP a", "Via: <SIP/2.0/UDP a, SIP/2.0/UDP b",
                                       "Via: SIP/2.0/UDP", "Via: SIP/2.0", "Via: SIP/3.0/UDP a", "Via: SIP/2.0//a",
                                       "Via: //SIP/2.0/UDP a", "Via: SIP/2.0/UDP ;branch=x"};
    for (size_t i = 0; i < sizeof vias / sizeof vias[0]; i++) {
        struct sip_msg m = with(vias[i]);
        struct sip_via via;
        if (sip_via(&m, &via))
            fail_msg("%s: accepted", vias[i]);
    }
    struct sip_msg m = with("Route: \"x <sip:a>, <sip:b>\r\nRoute: <sip:c>");
    struct str one;
    struct sip_list l = sip_list_of(&m, SIP_ROUTE);
    assert_true(sip_list_next(&l, &one) && sip_uri_of(one).n == 0);
    assert_true(sip_list_next(&l, &one) && str_eq(one, STR("<sip:c>")));
    assert_false(sip_list_next(&l, &one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),   cmocka_unit_test(test_bombs),   cmocka_unit_test(test_header_lines),
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_numbers), cmocka_unit_test(test_lists_without_end),
        cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
