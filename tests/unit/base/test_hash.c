/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes: splitmix64's published outputs, sensitivity to every bit and to order, no length trick.
 */
#include "tests/unit/base/base_kit.h"

#include "sim/base/hash.h"

/* Vigna's splitmix64.c: seed 1234567, first five outputs (the generator adds the golden gamma
 * first). */
static void the_finaliser_is_splitmix64(void **state)
{
    (void)state;
    static const uint64_t out[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                   4593380528125082431u, 16408922859458223821u};
    uint64_t x = 1234567;
    for (int i = 0; i < 5; i++) {
        x += 0x9e3779b97f4a7c15u;
        assert_int_equal(hash_mix(x), out[i]);
    }
}

static void every_bit_counts(void **state)
{
    (void)state;
    uint8_t p[23];
    for (size_t n = 1; n <= sizeof p; n++) {
        memset(p, 0x5a, sizeof p);
        uint64_t h = hash_bytes(1, p, n);
        for (size_t bit = 0; bit < n * 8; bit++) {
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_true(hash_bytes(1, p, n) != h);
            p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_true(hash_bytes(2, p, n) != h);
        assert_int_equal(hash_bytes(1, p, n), h);
    }
}

static void zeros_of_different_length_differ(void **state)
{
    (void)state;
    static const uint8_t zeros[64];
    uint64_t seen[65];
    for (size_t n = 0; n <= 64; n++) {
        seen[n] = hash_bytes(0, zeros, n);
        for (size_t k = 0; k < n; k++)
            assert_true(seen[k] != seen[n]);
    }
    assert_int_equal(hash_cstr(3, "abc"), hash_bytes(3, "abc", 3));
}

/* Byte by byte, as the digest is defined: the length, little-endian words, the rest, the finaliser. */
static void bytes_are_taken_as_little_endian_words(void **state)
{
    (void)state;
    uint8_t p[48];
    for (size_t i = 0; i < sizeof p; i++)
        p[i] = (uint8_t)(i * 37 + 129);
    for (size_t n = 0; n <= sizeof p - 3; n++) {
        const uint8_t *at = p + n % 3;
        uint64_t h = hash_fold(7, n);
        for (size_t i = 0; i < n; i += 8) {
            uint64_t word = 0;
            for (size_t k = i; k < n && k < i + 8; k++)
                word |= (uint64_t)at[k] << (8 * (k - i));
            h = hash_fold(h, word);
        }
        assert_int_equal(hash_bytes(7, at, n), hash_mix(h));
    }
}

static void folding_keeps_order(void **state)
{
    (void)state;
    assert_true(hash_fold(hash_fold(0, 1), 2) != hash_fold(hash_fold(0, 2), 1));
    assert_true(hash_fold(0, 0) != 0);
    uint64_t h = 0;
    for (int i = 0; i < 1000; i++) { /* zeros move it on, for ever */
        uint64_t next = hash_fold(h, 0);
        assert_true(next != h);
        h = next;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_finaliser_is_splitmix64),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(zeros_of_different_length_differ),
        cmocka_unit_test(bytes_are_taken_as_little_endian_words),
        cmocka_unit_test(folding_keeps_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
