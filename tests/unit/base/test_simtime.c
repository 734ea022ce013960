/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time in integers: arithmetic, clocking times in closed form, and overflow, which is a fault. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/host_clock.h"
#include "sim/base/simtime.h"

static void arithmetic(void **state)
{
    (void)state;
    struct sim_time t = time_add(TIME_ZERO, dur_s(115));
    assert_int_equal(t.ns, INT64_C(115000000000));
    assert_int_equal(time_sub(t, (struct sim_time){1}).ns, INT64_C(114999999999));
    assert_true(time_before(TIME_ZERO, t) && !time_before(t, t));
    assert_int_equal(dur_add(dur_ms(1), dur_us(1)).ns, 1001000);
    assert_int_equal(dur_sub(dur_ms(1), dur_ms(3)).ns, -2000000);
    assert_int_equal(dur_min(dur_s(1), dur_s(2)).ns, dur_s(1).ns);
    assert_int_equal(dur_max(dur_s(1), dur_s(2)).ns, dur_s(2).ns);
    assert_int_equal(dur_cmp(dur_s(1), dur_s(2)), -1);
    assert_int_equal(dur_cmp(DUR_MAX, DUR_MAX), 0);
}

static void ratios_do_not_overflow_in_between(void **state)
{
    (void)state;
    assert_int_equal(dur_ratio(DUR_MAX, 3, 4).ns, INT64_C(6917529027641081855));
    assert_int_equal(dur_ratio(dur_ns(7), 1, 2).ns, 3);
    assert_int_equal(dur_ratio(dur_ns(-7), 1, 2).ns, -3); /* towards zero */
}

/* bits / rate, rounded up to a whole nanosecond. */
static void clocking(void **state)
{
    (void)state;
    assert_int_equal(dur_tx(84, 1000000000).ns, 672);       /* a least frame with its overhead */
    assert_int_equal(dur_tx(1538, 100000000).ns, 123040);   /* the largest one at 100 Mbit/s */
    assert_int_equal(dur_tx(1, 3).ns, INT64_C(2666666667)); /* 8/3 s, up */
    assert_int_equal(dur_tx(0, 1).ns, 0);
    assert_int_equal(dur_tx(1000000000, 1).ns, INT64_C(8000000000000000000));
}

static void add_too_much(void *arg)
{
    (void)arg;
    time_add(TIME_NEVER, dur_ns(1));
}

static void sub_too_much(void *arg)
{
    (void)arg;
    dur_sub(dur_ns(INT64_MIN), dur_ns(1));
}

static void scale_too_much(void *arg)
{
    (void)arg;
    dur_s(INT64_C(9223372037));
}

static void clock_too_long(void *arg)
{
    (void)arg;
    dur_tx(UINT64_MAX, 1);
}

static void overflow_is_a_fault(void **state)
{
    (void)state;
    assert_int_equal(dur_s(INT64_C(9223372036)).ns, INT64_C(9223372036000000000));
    assert_true(kit_dies(add_too_much, NULL, "overflow"));
    assert_true(kit_dies(sub_too_much, NULL, "overflow"));
    assert_true(kit_dies(scale_too_much, NULL, "overflow"));
    assert_true(kit_dies(clock_too_long, NULL, "INT64_MAX"));
}

/* Seed 002: a host 5.3173 s behind at 116 s into the run, and 5.3228 s one exchange (115.03 s) later. */
static void a_hosts_clock_is_off_and_drifts(void **state)
{
    (void)state;
    struct host_clock c = {.offset_ns = -5317300000, .at_ns = 116000000000, .drift_ppm = -48};
    assert_int_equal(host_clock_ns(&c, 116000000000), 116000000000 - 5317300000);
    assert_int_equal(host_clock_ns(&c, 231030000000), 231030000000 - 5317300000 - 5521440);
    assert_int_equal(host_clock_ns(&c, 0), -5317300000 + 5568000);
    struct host_clock year = {.drift_ppm = 100000}; /* far from overflow in a run of ten years */
    assert_int_equal(host_clock_ns(&year, INT64_C(316224000000000000)), INT64_C(347846400000000000));
    struct host_clock none = {0};
    assert_int_equal(host_clock_ns(&none, 7), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(ratios_do_not_overflow_in_between),
        cmocka_unit_test(clocking),
        cmocka_unit_test(a_hosts_clock_is_off_and_drifts),
        cmocka_unit_test(overflow_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
