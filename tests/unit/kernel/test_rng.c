/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generator: known answers of the Random123 distribution (kat_vectors, philox4x32 10), streams
 * by name, and draws without bias. Statistical bounds are five standard deviations wide, and the
 * seeds are fixed. */
#include "tests/unit/base/base_kit.h"

#include "sim/kernel/sim.h"

static void known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t ctr[4], key[2], out[4];
    } kat[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof kat / sizeof kat[0]; i++) {
        uint32_t out[4];
        rng_philox(kat[i].key, kat[i].ctr, out);
        assert_memory_equal(out, kat[i].out, sizeof out);
    }
}

/* A stream is the blocks of counters 0, 1, 2 … of its key, carried over from word to word. */
static void a_stream_counts_blocks(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 7, "x");
    uint32_t key[2] = {r.key[0], r.key[1]};
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t ctr[4] = {block, 0, 0, 0}, out[4];
        rng_philox(key, ctr, out);
        for (int i = 0; i < 4; i++)
            assert_int_equal(rng_u32(&r), out[i]);
    }
    r.left = 0;
    memset(r.ctr, 0xff, sizeof r.ctr);
    rng_u32(&r); /* the last counter of all: wraps to zero */
    assert_int_equal(r.ctr[0] | r.ctr[1] | r.ctr[2] | r.ctr[3], 0);
}

static void names_and_seeds_make_streams(void **state)
{
    (void)state;
    struct rng a, b;
    rng_seed(&a, 1, "p7/dhcp/backoff");
    rng_seed(&b, 1, "p7/dhcp/backoff");
    assert_int_equal(rng_u64(&a), rng_u64(&b));
    rng_seed(&b, 2, "p7/dhcp/backoff");
    assert_true(rng_u64(&a) != rng_u64(&b));
    rng_seed(&a, 1, "p7/dhcp/backoff");
    rng_seed(&b, 1, "p8/dhcp/backoff");
    assert_true(rng_u64(&a) != rng_u64(&b));
}

static void the_order_of_opening_is_nothing(void **state)
{
    (void)state;
    struct sim_config c = {.seed = 3};
    struct sim *one = sim_new(&c), *two = sim_new(&c);
    uint64_t first = rng_u64(sim_stream(one, "a"));
    sim_stream(two, "b");
    rng_u64(sim_stream(two, "c"));
    assert_int_equal(rng_u64(sim_stream(two, "a")), first);
    assert_ptr_equal(sim_stream(two, "a"), sim_stream(two, "a"));
    assert_true(rng_u64(sim_stream(two, "a")) != first); /* it goes on, it does not start again */
    sim_free(one);
    sim_free(two);
}

/* Of 3·2^62 values, 2^62 are below 2^62: one third. A bare remainder of 2^64 would give one half.
 */
static void below_has_no_bias(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 1, "bias");
    int low = 0;
    for (int i = 0; i < 90000; i++)
        low += rng_below(&r, UINT64_C(3) << 62) < UINT64_C(1) << 62;
    assert_in_range(low, 30000 - 707, 30000 + 707); /* 5 sd = 5·sqrt(90000·2/9) */
}

static void every_value_has_its_share(void **state)
{
    (void)state;
    struct rng r;
    int64_t count[10] = {0}, chi = 0;
    rng_seed(&r, 1, "share");
    for (int i = 0; i < 100000; i++)
        count[rng_between(&r, -4, 5) + 4]++;
    for (int i = 0; i < 10; i++)
        chi += (count[i] - 10000) * (count[i] - 10000);
    assert_true(chi / 10000 < 34); /* chi² of 9 degrees: 33.7 at 0.01 % */
    assert_true(chi > 0);
}

static void the_ends_are_included(void **state)
{
    (void)state;
    struct rng r;
    bool low = false, high = false;
    rng_seed(&r, 1, "ends");
    for (int i = 0; i < 200; i++) {
        int64_t v = rng_between(&r, INT64_MAX - 1, INT64_MAX);
        low = low || v == INT64_MAX - 1;
        high = high || v == INT64_MAX;
        assert_int_equal(rng_between(&r, 5, 5), 5);
        assert_int_equal(rng_below(&r, 1), 0);
    }
    assert_true(low && high);
    rng_between(&r, INT64_MIN, INT64_MAX); /* a span of 2^64 */
}

static void chances(void **state)
{
    (void)state;
    struct rng r;
    int hits = 0;
    rng_seed(&r, 1, "chance");
    for (int i = 0; i < 100000; i++) {
        hits += rng_chance_ppb(&r, 50000000);
        assert_false(rng_chance_ppb(&r, 0));
        assert_true(rng_chance_ppb(&r, 1000000000));
    }
    assert_in_range(hits, 5000 - 345, 5000 + 345); /* 5 sd = 5·sqrt(100000·0.05·0.95) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(a_stream_counts_blocks),
        cmocka_unit_test(names_and_seeds_make_streams),
        cmocka_unit_test(the_order_of_opening_is_nothing),
        cmocka_unit_test(below_has_no_bias),
        cmocka_unit_test(every_value_has_its_share),
        cmocka_unit_test(the_ends_are_included),
        cmocka_unit_test(chances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
