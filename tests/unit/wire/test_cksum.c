/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cksum.c: the Internet checksum against published vectors and against its definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/cksum.h"

/* RFC 1071 3: the words 0001 f203 f4f5 f6f7 sum to ddf2. */
static void test_rfc1071(void **state)
{
    (void)state;
    static const uint8_t words[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(cksum_fold(cksum_add(0, words, sizeof words)), 0xffff & ~0xddf2);
}

/* An IPv4 header whose checksum b861 is published (en.wikipedia.org, "Internet checksum"). */
static void test_ip_header(void **state)
{
    (void)state;
    static uint8_t h[] = {0x45, 0, 0,    0x73, 0, 0, 0x40, 0,    0x40, 0x11,
                          0,    0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,    0xc7};
    uint16_t sum = cksum_fold(cksum_add(0, h, sizeof h));
    assert_int_equal(sum, 0xb861);
    h[10] = 0xb8;
    h[11] = 0x61;
    assert_int_equal(cksum_fold(cksum_add(0, h, sizeof h)), 0);
}

/* RFC 1071 as it is defined: 16-bit one's complement additions, a zero behind an odd byte. */
static uint16_t slow(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i += 2) {
        sum += (uint32_t)p[i] << 8 | (i + 1 < n ? p[i + 1] : 0u);
        sum = sum > 0xffff ? sum - 0xffff : sum;
    }
    return (uint16_t)~sum;
}

static void test_every_length(void **state)
{
    (void)state;
    static uint8_t p[1600];
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof p; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (uint8_t)(x >> 24);
    }
    for (size_t n = 0; n <= sizeof p; n++)
        assert_int_equal(cksum_fold(cksum_add(0, p, n)), slow(p, n));
    for (size_t cut = 0; cut <= 64; cut += 2) /* in pieces, all but the last of even length */
        assert_int_equal(cksum_fold(cksum_add(cksum_add(0, p, cut), p + cut, 65 - cut)),
                         slow(p, 65));
}

static void test_all_ones(void **state)
{
    (void)state;
    static uint8_t p[65535];
    for (size_t i = 0; i < sizeof p; i++)
        p[i] = 0xff;
    assert_int_equal(cksum_fold(cksum_add(0, p, 65534)), 0);
    assert_int_equal(cksum_fold(cksum_add(0, p, 65535)), 0xff);
    assert_int_equal(cksum_fold(0), 0xffff);
}

/* The pseudo header of RFC 768, written out. */
static void test_pseudo(void **state)
{
    (void)state;
    static const uint8_t head[] = {10, 147, 230, 189, 178, 215, 139, 22, 0, 6, 0x03, 0x99};
    uint64_t sum = cksum_pseudo((struct ip4){0x0a93e6bd}, (struct ip4){0xb2d78b16}, 6, 0x399);
    assert_int_equal(cksum_fold(sum), slow(head, sizeof head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc1071),      cmocka_unit_test(test_ip_header),
        cmocka_unit_test(test_every_length), cmocka_unit_test(test_all_ones),
        cmocka_unit_test(test_pseudo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
