/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run loop: the total order, the clock, limits, interruption, the digest, nodes and measures.
 */
#include "tests/unit/kernel/kernel_kit.h"

#include "sim/kernel/measure.h"

static struct sim *new_sim(uint64_t seed)
{
    struct sim_config c = {.seed = seed};
    return sim_new(&c);
}

static char trace[32];
static size_t traced;

static void write_letter(void *arg)
{
    if (traced < sizeof trace - 1)
        trace[traced++] = *(const char *)arg;
    trace[traced] = 0;
}

/* At one instant: frames, timers, scripts, checks; within a rank, first come. */
static void the_order_is_time_rank_id(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        uint8_t rank;
    } when[] = {{20, EV_CHECK},  {10, EV_SCRIPT}, {20, EV_TIMER}, {20, EV_WIRE},
                {20, EV_SCRIPT}, {20, EV_TIMER},  {5, EV_CHECK},  {20, EV_WIRE}};
    struct sim *s = new_sim(1);
    struct call calls[8];
    traced = 0;
    for (int i = 0; i < 8; i++) {
        call_at(&calls[i], s, 1000, write_letter, (void *)(uintptr_t) & "abcdefgh"[i]);
        sim_cancel(s, &calls[i].ev);
        calls[i].ev.rank = when[i].rank;
        sim_schedule(s, &calls[i].ev, (struct sim_time){when[i].ns});
    }
    kit_run(s, 100);
    assert_string_equal(trace, "gbdhcfea");
    assert_int_equal(sim_events(s), 8);
    sim_free(s);
}

static void the_clock_stops_at_until(void **state)
{
    (void)state;
    struct sim *s = new_sim(1);
    struct call at_end, after;
    traced = 0;
    call_at(&at_end, s, 100, write_letter, "x");
    call_at(&after, s, 101, write_letter, "y");
    kit_run(s, 50);
    assert_int_equal(sim_now(s).ns, 50);
    kit_run(s, 100);
    assert_string_equal(trace, "x"); /* up to and including */
    assert_int_equal(sim_now(s).ns, 100);
    kit_run(s, 101);
    assert_string_equal(trace, "xy");
    sim_free(s);
}

/* --- limits
 * --------------------------------------------------------------------------------------- */

struct loop {
    struct sim *sim;
    struct call call;
    int64_t step_ns;
};

static void go_round(void *arg)
{
    struct loop *l = arg;
    sim_schedule(l->sim, &l->call.ev, time_add(sim_now(l->sim), dur_ns(l->step_ns)));
}

static enum sim_end run_loop(struct sim_config c, int64_t step_ns, uint64_t *events, struct err *e)
{
    struct loop l = {.sim = sim_new(&c), .step_ns = step_ns};
    call_at(&l.call, l.sim, 7, go_round, &l);
    enum sim_end end = sim_run_until(l.sim, (struct sim_time){1000}, e);
    *events = sim_events(l.sim);
    sim_free(l.sim);
    return end;
}

static void a_loop_without_delay_is_found(void **state)
{
    (void)state;
    struct sim_config c = {.limits = {.events_per_instant = 50}};
    struct err e = {0};
    uint64_t events;
    assert_int_equal(run_loop(c, 0, &events, &e), SIM_FAILED);
    assert_int_equal(events, 50); /* exactly so many are allowed */
    assert_int_equal(e.kind, ERR_USER);
    assert_non_null(strstr(e.msg, "more than 50 events at one instant (7 ns)"));
    assert_int_equal(run_loop(c, 1, &events, &e), SIM_COMPLETE);
    assert_int_equal(events, 994);
    c.limits.events_per_instant = 0; /* the default ends it too */
    assert_int_equal(run_loop(c, 0, &events, &e), SIM_FAILED);
}

static void the_number_of_events_is_limited(void **state)
{
    (void)state;
    struct sim_config c = {.limits = {.events = 100}};
    struct err e = {0};
    uint64_t events;
    assert_int_equal(run_loop(c, 1, &events, &e), SIM_FAILED);
    assert_int_equal(events, 100);
    assert_non_null(strstr(e.msg, "limit of 100 events"));
    c.limits.events = 994;
    assert_int_equal(run_loop(c, 1, &events, &e), SIM_COMPLETE);
}

static void eat(void *arg)
{
    struct sim_config c = {.limits = {.memory_bytes = 1 << 20}};
    struct sim *s = sim_new(&c);
    for (int i = 0; i < 1000; i++)
        arena_alloc(sim_arena(s), (size_t)(uintptr_t)arg);
}

static void memory_is_limited(void **state)
{
    (void)state;
    assert_true(kit_dies(eat, (void *)(uintptr_t)4096, "arena 'simulation'"));
    assert_false(kit_dies(eat, (void *)(uintptr_t)512, NULL));
}

static volatile int interrupted;

static void press(void *arg)
{
    (void)arg;
    interrupted = 1;
}

static void interruption_keeps_the_clock(void **state)
{
    (void)state;
    struct sim_config c = {.interrupted = &interrupted};
    struct sim *s = sim_new(&c);
    struct call one, two;
    struct err e = {0};
    traced = 0;
    interrupted = 0;
    call_at(&one, s, 30, press, NULL);
    call_at(&two, s, 40, write_letter, "x");
    assert_int_equal(sim_run_until(s, (struct sim_time){100}, &e), SIM_INTERRUPTED);
    assert_int_equal(sim_now(s).ns, 30);
    assert_int_equal(traced, 0);
    interrupted = 0;
    assert_int_equal(sim_run_until(s, (struct sim_time){100}, &e), SIM_COMPLETE); /* and goes on */
    assert_string_equal(trace, "x");
    sim_free(s);
}

static void into_the_past(void *arg)
{
    struct sim *s = new_sim(1);
    struct call c;
    (void)arg;
    kit_run(s, 100);
    call_at(&c, s, 99, write_letter, "x");
}

static void break_it(void *arg)
{
    (void)arg;
    fault_raise("broken on purpose", "nowhere.c", 1);
}

static void break_a_run(void *arg)
{
    struct sim *s = new_sim(7777);
    struct call c;
    call_at(&c, s, 4321, break_it, arg);
    kit_run(s, 10000);
}

static void faults(void **state)
{
    (void)state;
    assert_true(kit_dies(into_the_past, NULL, "time_before"));
    assert_true(kit_dies(break_a_run, NULL, "broken on purpose"));
    assert_true(kit_dies(break_a_run, NULL, "4321")); /* when */
    assert_true(kit_dies(break_a_run, NULL, "7777")); /* and how to play it again */
}

/* --- digest
 * --------------------------------------------------------------------------------------- */

static void tell(void *arg)
{
    struct sim *s = arg;
    kit_state(s, 0, "told");
}

static uint64_t digest_of(uint64_t seed, int64_t ns, uint8_t rank, bool fact, uint64_t fold)
{
    struct sim *s = new_sim(seed);
    struct call c;
    call_at(&c, s, ns, fact ? tell : write_letter, fact ? (void *)s : (void *)(uintptr_t) "x");
    sim_cancel(s, &c.ev);
    c.ev.rank = rank;
    sim_schedule(s, &c.ev, (struct sim_time){ns});
    if (fold)
        sim_fold(s, fold);
    kit_run(s, 100);
    uint64_t d = sim_digest(s);
    sim_free(s);
    return d;
}

static void the_digest_hears_everything(void **state)
{
    (void)state;
    uint64_t d[] = {digest_of(1, 10, EV_WIRE, true, 0),  digest_of(2, 10, EV_WIRE, true, 0),
                    digest_of(1, 11, EV_WIRE, true, 0),  digest_of(1, 10, EV_TIMER, true, 0),
                    digest_of(1, 10, EV_WIRE, false, 0), digest_of(1, 10, EV_WIRE, true, 5)};
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < i; k++)
            assert_true(d[i] != d[k]);
    }
    assert_int_equal(digest_of(1, 10, EV_WIRE, true, 0), d[0]);
}

/* --- nodes and measures
 * --------------------------------------------------------------------------- */

static void nodes_have_numbers_and_names(void **state)
{
    (void)state;
    struct sim *s = new_sim(1);
    char name[16];
    for (int i = 1; i <= 300; i++) {
        snprintf(name, sizeof name, "p%d", i);
        assert_int_equal(sim_node_add(s, name, "sip-phone"), i);
    }
    assert_int_equal(sim_node_count(s), 301);
    assert_string_equal(sim_node_name(s, 0), "scenario");
    assert_string_equal(sim_node_name(s, 299), "p299");
    assert_string_equal(sim_node_model(s, 1), "sip-phone");
    sim_free(s);
}

static void measures(void **state)
{
    (void)state;
    struct sim *s = new_sim(1);
    assert_true(measure_get(s, MEASURE_KEEPALIVES_SENT).given); /* a count is 0 */
    assert_false(measure_get(s, MEASURE_MAX_RTO).given);        /* what did not occur is nothing */
    measure_add(s, MEASURE_KEEPALIVES_SENT, 2);
    measure_add(s, MEASURE_KEEPALIVES_SENT, 3);
    assert_int_equal(measure_get(s, MEASURE_KEEPALIVES_SENT).v, 5);
    measure_max(s, MEASURE_MAX_RTO, -5, 3);
    measure_max(s, MEASURE_MAX_RTO, -9, 4);
    assert_true(measure_get(s, MEASURE_MAX_RTO).given);
    assert_int_equal(measure_get(s, MEASURE_MAX_RTO).v, -5);
    for (int i = 0; i < MEASURE_COUNT; i++)
        assert_true(measure_defs[i].name && measure_defs[i].unit && measure_defs[i].doc);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_time_rank_id),
        cmocka_unit_test(the_clock_stops_at_until),
        cmocka_unit_test(a_loop_without_delay_is_found),
        cmocka_unit_test(the_number_of_events_is_limited),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(interruption_keeps_the_clock),
        cmocka_unit_test(faults),
        cmocka_unit_test(the_digest_hears_everything),
        cmocka_unit_test(nodes_have_numbers_and_names),
        cmocka_unit_test(measures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
