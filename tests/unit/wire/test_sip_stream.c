/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip_stream.c: where a message ends in a byte stream (RFC 3261 7.5, 18.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "models/wire/sip.h"

#define MESSAGE "MESSAGE sip:a SIP/2.0\r\nContent-Length: 5\r\n\r\nhello"

static enum sip_frame_verdict frame(struct str s, size_t *len)
{
    char *exact = malloc(s.n ? s.n : 1); /* AddressSanitizer sees the first byte too many */
    memcpy(exact, s.p, s.n);
    enum sip_frame_verdict v = sip_frame((struct str){exact, s.n}, len);
    free(exact);
    return v;
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    struct str whole = STR("\r\n\r\n" MESSAGE);
    size_t len = 77;
    for (size_t n = 0; n < whole.n; n++) {
        assert_int_equal(frame((struct str){whole.p, n}, &len), SIP_FRAME_MORE);
        assert_int_equal(len, 77);
    }
    assert_int_equal(frame(whole, &len), SIP_FRAME_WHOLE);
    assert_int_equal(len, whole.n);
}

static void test_what_follows_waits(void **state)
{
    (void)state;
    size_t len;
    assert_int_equal(frame(STR(MESSAGE MESSAGE), &len), SIP_FRAME_WHOLE);
    assert_int_equal(len, sizeof MESSAGE - 1);
    assert_int_equal(frame(STR(MESSAGE "\r\n\r\n"), &len), SIP_FRAME_WHOLE);
    assert_int_equal(len, sizeof MESSAGE - 1);
}

static void expect(const char *text, enum sip_frame_verdict want, size_t want_len)
{
    size_t len = 0;
    enum sip_frame_verdict got = frame(str_of(text), &len);
    if (got != want || len != want_len)
        fail_msg("verdict %d, length %zu: %s", (int)got, len, text);
}

static void test_lengths(void **state)
{
    (void)state;
    expect("A b SIP/2.0\r\nl : 2\r\n\r\nxy", SIP_FRAME_WHOLE, 24);
    expect("A b SIP/2.0\r\nCONTENT-LENGTH:0\r\n\r\n", SIP_FRAME_WHOLE, 33);
    expect("A b SIP/2.0\r\nl: 0\r\nl: 0\r\n\r\n", SIP_FRAME_WHOLE, 27);
    expect("A b SIP/2.0\r\nl: 0\r\nl: 1\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\nl: -1\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\nl: 0x1\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\nl:\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\nl: 18446744073709551617\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\nl: 65537\r\n\r\n", SIP_FRAME_BAD, 0);
}

/* RFC 3261 18.3 and 20.14: over a stream the header must be there. */
static void test_no_length(void **state)
{
    (void)state;
    expect("A b SIP/2.0\r\nCSeq: 1 A\r\n\r\n", SIP_FRAME_BAD, 0);
    expect("A b SIP/2.0\r\n\r\n", SIP_FRAME_BAD, 0);
}

/* A continuation line belongs to the value before it, even when it looks like a header. */
static void test_disguise(void **state)
{
    (void)state;
    expect("A b SIP/2.0\r\nSubject: x\r\n Content-Length: 9\r\nl: 0\r\n\r\n", SIP_FRAME_WHOLE, 53);
    expect("A b SIP/2.0\r\nSubject: x\r\n\tl: 0\r\n\r\n", SIP_FRAME_BAD, 0);
}

static void test_bare_lf(void **state)
{
    (void)state;
    expect("A b SIP/2.0\nl: 0\r\n\r\n", SIP_FRAME_BAD, 0);
}

/* A peer that never ends its headers is cut off at a stated size. */
static void test_endless(void **state)
{
    (void)state;
    char *text = malloc(SIP_HEAD_MAX + 1);
    memset(text, 'x', SIP_HEAD_MAX + 1);
    size_t len;
    assert_int_equal(sip_frame((struct str){text, SIP_HEAD_MAX}, &len), SIP_FRAME_MORE);
    assert_int_equal(sip_frame((struct str){text, SIP_HEAD_MAX + 1}, &len), SIP_FRAME_BAD);
    free(text);
}

static void test_long_line(void **state)
{
    (void)state;
    static char text[SIP_LINE_MAX + 64];
    for (size_t extra = 0; extra < 2; extra++) { /* the longest line, and one byte more */
        size_t n = SIP_LINE_MAX - 3 + extra;
        memcpy(text, "A b SIP/2.0\r\nX: ", 16);
        memset(text + 16, 'x', n);
        memcpy(text + 16 + n, "\r\nl: 0\r\n\r\n", 10);
        struct sip_msg m;
        size_t len;
        struct str s = {text, 16 + n + 10};
        struct rd r = rd_of(s.p, s.n);
        assert_int_equal(sip_frame(s, &len), extra ? SIP_FRAME_BAD : SIP_FRAME_WHOLE);
        assert_int_equal(sip_get(&r, &m), !extra);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_by_byte), cmocka_unit_test(test_what_follows_waits),
        cmocka_unit_test(test_lengths),      cmocka_unit_test(test_no_length),
        cmocka_unit_test(test_disguise),     cmocka_unit_test(test_bare_lf),
        cmocka_unit_test(test_endless),      cmocka_unit_test(test_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
