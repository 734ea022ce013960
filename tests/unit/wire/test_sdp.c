/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sdp.c: what a description says of its streams: RFC 4566 5 and 6, RFC 3264 5.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/wire/sdp.h"

#define FRONT "v=0\r\no=alice 2000 7 IN IP4 10.0.0.9\r\ns=-\r\n"

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static struct sdp decode(const char *text)
{
    struct sdp m;
    memset(&m, 0xa5, sizeof m);
    struct rd r = rd_of(text, strlen(text));
    if (!sdp_get(&r, &m))
        fail_msg("refused: %s", r.why);
    return m;
}

static void test_origin(void **state)
{
    (void)state;
    struct sdp m = decode(FRONT "t=0 0\r\n");
    assert_str(m.username, "alice");
    assert_str(m.origin, "10.0.0.9");
    assert_true(m.session == 2000 && m.version == 7);
    assert_true(m.media_count == 0 && m.line_count == 4 && m.session_lines == 4);
    assert_true(m.lines[3].type == 't');
    assert_str(m.lines[3].value, "0 0");
}

/* The stream's own word overrides the session's (RFC 4566 5). */
static void test_own_word(void **state)
{
    (void)state;
    struct sdp m = decode(FRONT "c=IN IP4 10.0.0.1\r\nt=0 0\r\na=inactive\r\na=ptime:99\r\n"
                                "m=audio 16384 RTP/AVP 0 101\r\nc=IN IP4 10.0.0.2\r\na=ptime:20\r\na=sendonly\r\n"
                                "m=video 20000/2 RTP/SAVP 31\r\n"
                                "m=audio 0 RTP/AVP 8\r\nc=IN IP6 ::1\r\na=recvonly\r\na=sendrecv\r\n");
    const struct sdp_media *x = m.media;
    assert_int_equal(m.media_count, 3);
    assert_str(x[0].kind, "audio");
    assert_str(x[0].proto, "RTP/AVP");
    assert_true(x[0].port == 16384 && x[0].port_count == 1 && x[0].ptime_ms == 20);
    assert_true(x[0].has_addr && x[0].addr.v == 0x0a000002 && x[0].direction == SDP_SENDONLY);
    assert_int_equal(x[0].format_count, 2);
    assert_str(x[0].format[1], "101");
    assert_true(x[1].has_addr && x[1].addr.v == 0x0a000001 && x[1].direction == SDP_INACTIVE);
    assert_true(x[1].port == 20000 && x[1].port_count == 2 && x[1].ptime_ms == 0);
    assert_true(!x[2].has_addr && x[2].port == 0 && x[2].direction == SDP_SENDRECV);
    assert_true(m.session_lines == 7 && x[0].first == 7 && x[0].line_count == 4);
    assert_true(x[1].first == 11 && x[1].line_count == 1 && x[2].first == 12 && x[2].line_count == 4);
}

static void test_nothing_said(void **state)
{
    (void)state;
    struct sdp m = decode(FRONT "c=IN IP4 host.example\r\nt=0 0\r\nm=audio 2 RTP/AVP 0\r\na=sendonlyx\r\na=SendOnly\r\n");
    assert_int_equal(m.media[0].direction, SDP_SENDRECV); /* RFC 3264 5.1; attributes are case-sensitive */
    assert_false(m.media[0].has_addr);
}

static void test_attributes(void **state)
{
    (void)state;
    struct sdp m = decode(FRONT "c=IN IP4 10.0.0.1\r\nt=0 0\r\na=x:session\r\n"
                                "m=audio 2 RTP/AVP 0 97 98\r\na=rtpmap:97 iLBC/8000\r\na=flag\r\na=rtpmap:98 opus/48000/2\r\n"
                                "m=audio 4 RTP/AVP 0 97 200\r\na=rtpmap:0 L8/8000\r\na=x:own\r\n");
    struct str v;
    assert_true(sdp_attribute(&m, NULL, STR("x"), &v));
    assert_str(v, "session");
    assert_false(sdp_attribute(&m, NULL, STR("flag"), &v));
    assert_true(sdp_attribute(&m, &m.media[0], STR("flag"), &v) && v.n == 0);
    assert_false(sdp_attribute(&m, &m.media[0], STR("x"), &v));
    assert_true(sdp_attribute(&m, &m.media[1], STR("x"), &v));
    assert_str(v, "own");
    assert_str(sdp_encoding(&m, &m.media[0], STR("0")), "PCMU/8000"); /* RFC 3551 6 */
    assert_str(sdp_encoding(&m, &m.media[0], STR("97")), "iLBC/8000");
    assert_str(sdp_encoding(&m, &m.media[0], STR("98")), "opus/48000/2");
    assert_str(sdp_encoding(&m, &m.media[1], STR("0")), "L8/8000"); /* what is said goes before what is usual */
    assert_str(sdp_encoding(&m, &m.media[1], STR("97")), "");
    assert_str(sdp_encoding(&m, &m.media[1], STR("200")), "");
    assert_str(sdp_encoding(&m, &m.media[1], STR("9")), "G722/8000");
    assert_str(sdp_encoding(&m, &m.media[1], STR("18")), "G729/8000");
}

static void test_brief(void **state)
{
    (void)state;
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct sdp m = decode(FRONT "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 16384 RTP/AVP 0\r\na=recvonly\r\n");
    sdp_brief(&t, &m, SDP_WITH_ADDRESS);
    txtbuf_char(&t, '|');
    sdp_brief(&t, &m, SDP_WITH_DIRECTION);
    txtbuf_char(&t, '|');
    sdp_brief(&t, &m, SDP_NAMED);
    assert_string_equal(text, "SDP v7 recvonly 10.0.0.1:16384|SDP v7 recvonly|SDP");
    m = decode(FRONT "t=0 0\r\n");
    t = txtbuf_of(text, sizeof text);
    sdp_brief(&t, &m, SDP_WITH_ADDRESS);
    assert_string_equal(text, "SDP v7 no media");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origin),     cmocka_unit_test(test_own_word), cmocka_unit_test(test_nothing_said),
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_brief),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
