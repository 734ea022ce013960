/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_icmp.c: a frame with an ICMP message, in bytes written by hand (RFC 792), and its line. The
 * laws that all codecs share are in tests/wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/wire_frame.h"

/* Header sum: 4500+001e+0001+4000+4001+0a00+0001+0a00+0002 = d923; message: 0800+0001+0007+6869 =
 * 7071. */
static uint8_t ping[60] = {2,  0, 0,  0, 0, 2,    2,    0,    0, 0,    0,    1,  8,   0,  0x45,
                           0,  0, 30, 0, 1, 0x40, 0,    64,   1, 0x26, 0xdc, 10, 0,   0,  1,
                           10, 0, 0,  2, 8, 0,    0x8f, 0x8e, 0, 1,    0,    7,  'h', 'i'};

static void expect(const char *want)
{
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    wire_frame_line(&t, ping, sizeof ping);
    assert_string_equal(text, want);
}

static void test_echo(void **state)
{
    (void)state;
    struct wire_frame f;
    wire_frame_get(ping, sizeof ping, &f);
    assert_null(f.why);
    assert_true(f.top == WIRE_ICMP && f.icmp.type == ICMP_ECHO && f.icmp.rest == 0x00010007);
    assert_int_equal(f.icmp.payload.n, 2); /* the rest is padding */
    expect("10.0.0.1 > 10.0.0.2 ICMP echo request id=1 seq=7 Len=2");
}

static void test_bad(void **state)
{
    (void)state;
    ping[42] ^= 1;
    expect("10.0.0.1 > 10.0.0.2 proto 1 ttl 64 len 10 (bad checksum)");
    ping[42] ^= 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_echo), cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
