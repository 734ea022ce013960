/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timers: one shot, re-armed at will, told about only when asked; and what a fired timer had
 * awaited. */
#include "tests/unit/kernel/kernel_kit.h"

#include <stdlib.h>

struct bench {
    struct sim *sim;
    struct ear ear;
    struct tmr a, b;
    struct call call;
    int fired;
    int64_t at_ns[16];
    bool armed_inside, again;
    uint64_t flow;
};

static void ring(void *owner)
{
    struct bench *b = owner;
    assert_true(b->fired < 16);
    b->armed_inside = tmr_armed(&b->a);
    b->at_ns[b->fired++] = sim_now(b->sim).ns;
    if (b->again && b->fired < 3)
        tmr_arm(&b->a, dur_ns(10));
    kit_state(b->sim, 1, "rang");
}

static struct bench *set_up(bool timers, uint64_t mask)
{
    struct sim_config c = {.seed = 1, .record_timers = timers};
    struct bench *b = calloc(1, sizeof *b);
    b->sim = sim_new(&c);
    sim_node_add(b->sim, "phone", "sip-phone");
    sim_node_add(b->sim, "cucm", "cucm");
    ear_attach(&b->ear, b->sim, mask);
    tmr_init(&b->a, b->sim, 1, "sip.keepalive", b, ring);
    tmr_init(&b->b, b->sim, 2, "cucm.line_timer", b, ring);
    return b;
}

static void tear_down(struct bench *b)
{
    sim_free(b->sim);
    free(b);
}

static void arming_again_replaces(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    assert_false(tmr_armed(&b->a));
    assert_int_equal(tmr_left(&b->a).ns, 0);
    tmr_arm(&b->a, dur_ns(100));
    tmr_arm(&b->a, dur_ns(50));
    kit_run(b->sim, 20);
    assert_int_equal(tmr_left(&b->a).ns, 30);
    tmr_arm(&b->a, dur_ns(100));
    kit_run(b->sim, 500);
    assert_int_equal(b->fired, 1);
    assert_int_equal(b->at_ns[0], 120);
    tear_down(b);
}

static void disarming_is_always_fine(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    tmr_disarm(&b->a);
    tmr_arm(&b->a, dur_ns(100));
    tmr_disarm(&b->a);
    tmr_disarm(&b->a);
    kit_run(b->sim, 500);
    assert_int_equal(b->fired, 0);
    tear_down(b);
}

static void it_is_disarmed_before_it_rings(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    b->again = true;
    tmr_arm_at(&b->a, (struct sim_time){100});
    kit_run(b->sim, 500);
    assert_false(b->armed_inside);
    assert_int_equal(b->fired, 3);
    assert_int_equal(b->at_ns[2], 120);
    tear_down(b);
}

/* --- what was awaited
 * ----------------------------------------------------------------------------- */

static void frame(struct bench *b, uint16_t kind)
{
    struct rec r = {.kind = kind, .node = 1, .flow = b->flow};
    if (kind == REC_DROP)
        r.drop = (struct rec_drop){1, "net", "link-loss", 60};
    else
        r.frame_tx = (struct rec_frame_tx){1, "net", 60, 0};
    bus_publish(b->sim, &r);
}

/* The because rows of the fact that the ringing published. */
static void expect_awaited(struct bench *b, uint64_t of)
{
    assert_int_equal(b->fired, 1);
    assert_int_equal(b->ear.because_n, of ? 1 : 0);
    if (of == 0)
        return;
    assert_int_equal(b->ear.because[0].record, b->ear.rec[b->ear.n - 1].id);
    assert_int_equal(b->ear.because[0].of, of);
    assert_int_equal(b->ear.because[0].role, BECAUSE_AWAITED);
    assert_int_equal(b->ear.rec[b->ear.n - 1].flow,
                     b->flow); /* the timeout belongs to the exchange */
}

static void the_last_drop_comes_first(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    b->flow = bus_flow(b->sim, "sip", STR("c"), 2);
    tmr_arm(&b->b, dur_ns(100));
    tmr_await(&b->b, b->flow, 1);
    kit_state(b->sim, 1, "1: idle");
    frame(b, REC_FRAME_TX); /* 2 */
    frame(b, REC_DROP);     /* 3 */
    frame(b, REC_DROP);     /* 4 */
    frame(b, REC_FRAME_TX); /* 5 */
    kit_run(b->sim, 200);
    expect_awaited(b, 4);
    tear_down(b);
}

/* A node that threw the message away says so; what is sent again cannot change that. */
static void or_what_dismissed_it(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    b->flow = bus_flow(b->sim, "sip", STR("c"), 2);
    tmr_arm(&b->b, dur_ns(100));
    tmr_await(&b->b, b->flow, 1);
    frame(b, REC_FRAME_TX);
    kit_state(b->sim, 1, "2: it is ignored");
    bus_dismiss(b->sim, b->flow, 2);
    bus_dismiss(b->sim, b->flow + 1, 1); /* an exchange that nobody opened */
    frame(b, REC_FRAME_TX);
    kit_run(b->sim, 200);
    expect_awaited(b, 2);
    tear_down(b);
}

static void else_the_last_transmission(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    b->flow = bus_flow(b->sim, "sip", STR("c"), 2);
    tmr_arm(&b->b, dur_ns(100));
    tmr_await(&b->b, b->flow, 1);
    frame(b, REC_FRAME_TX);
    frame(b, REC_FRAME_TX); /* 2 */
    kit_state(b->sim, 1, "3: idle");
    kit_run(b->sim, 200);
    expect_awaited(b, 2);
    tear_down(b);
}

static void else_what_the_node_last_did(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    b->flow = bus_flow(b->sim, "sip", STR("c"), 2);
    tmr_arm(&b->b, dur_ns(100));
    tmr_await(&b->b, b->flow, 1);
    kit_state(b->sim, 1, "1");
    kit_state(b->sim, 1, "2");
    kit_state(b->sim, 2, "3");
    kit_run(b->sim, 200);
    expect_awaited(b, 2);
    tear_down(b);
}

static void arming_forgets_what_was_awaited(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    kit_state(b->sim, 1, "1");
    tmr_arm(&b->b, dur_ns(100));
    tmr_await(&b->b, 0, 1);
    tmr_arm(&b->b, dur_ns(100));
    kit_run(b->sim, 200);
    expect_awaited(b, 0);
    tear_down(b);
}

/* --- timer records
 * -------------------------------------------------------------------------------- */

static void play(struct bench *b)
{
    b->again = true;
    tmr_arm(&b->a, dur_ns(100));
    tmr_arm(&b->b, dur_ns(105));
    kit_run(b->sim, 110);
    tmr_disarm(&b->a);
    kit_run(b->sim, 1000);
}

static void records_have_negative_numbers(void **state)
{
    (void)state;
    struct bench *facts = set_up(false, REC_ALL), *full = set_up(true, REC_ALL);
    play(facts);
    play(full);
    uint32_t n = 0;
    int64_t other = 0;
    for (uint32_t i = 0; i < full->ear.n; i++) {
        const struct heard *h = &full->ear.rec[i];
        if (h->kind == REC_TMR) {
            assert_int_equal(h->id, --other);
            continue;
        }
        assert_memory_equal(h, &facts->ear.rec[n++], sizeof *h); /* every fact is the same */
        assert_true(h->id > 0);
    }
    assert_int_equal(n, facts->ear.n);
    assert_true(other < -5);
    tear_down(facts);
    tear_down(full);
}

static uint64_t digest(bool timers, uint64_t mask)
{
    struct bench *b = set_up(timers, mask);
    play(b);
    uint64_t d = sim_digest(b->sim);
    tear_down(b);
    return d;
}

static void watching_changes_nothing(void **state)
{
    (void)state;
    uint64_t d = digest(false, 0);
    assert_int_equal(digest(false, REC_ALL), d);
    assert_int_equal(digest(true, REC_ALL), d);
    assert_int_equal(digest(true, 0), d);
    assert_int_equal(digest(true, REC_BIT(REC_TMR)), d);
}

/* 120 s by a clock that is 100 ppm fast are 119.988001199 s: 120 / 1.0001, by hand. */
static void a_node_counts_by_its_own_clock(void **state)
{
    (void)state;
    struct bench *b = set_up(false, 0);
    struct err e = {0};
    sim_node_set_drift(b->sim, 1, 100);
    tmr_arm(&b->a, dur_s(120));
    tmr_arm(&b->b, dur_s(120)); /* another node's */
    assert_int_equal(sim_run_until(b->sim, time_add(TIME_ZERO, dur_s(200)), &e), SIM_COMPLETE);
    sim_node_set_drift(b->sim, 1, -100);
    tmr_arm(&b->a, dur_s(120));
    assert_int_equal(sim_run_until(b->sim, time_add(TIME_ZERO, dur_s(400)), &e), SIM_COMPLETE);
    static const int64_t want[] = {119988001199, 120000000000, 200000000000 + 120012001200};
    assert_int_equal(b->fired, 3);
    assert_memory_equal(b->at_ns, want, sizeof want);
    assert_int_equal(sim_node_ahead(b->sim, 1).ns, -40000000); /* 400 s at -100 ppm */
    assert_int_equal(sim_node_ahead(b->sim, 2).ns, 0);
    tear_down(b);
}

/* What is due meanwhile fires when it goes on, the rest when it is due. */
static void held_timers_wait(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    tmr_arm(&b->a, dur_ns(50));
    tmr_arm(&b->b, dur_ns(300));
    tmr_hold(&b->a);
    tmr_hold(&b->b);
    assert_false(tmr_armed(&b->a));
    kit_run(b->sim, 100);
    assert_int_equal(b->fired, 0);
    tmr_go_on(&b->a);
    tmr_go_on(&b->b);
    tmr_go_on(&b->b); /* once is enough */
    kit_run(b->sim, 1000);
    assert_int_equal(b->fired, 2);
    assert_int_equal(b->at_ns[0], 100);
    assert_int_equal(b->at_ns[1], 300);
    tear_down(b);
}

/* One that was not armed, and one that was disarmed or armed anew meanwhile, is not brought back. */
static void only_what_was_armed_goes_on(void **state)
{
    (void)state;
    struct bench *b = set_up(false, REC_ALL);
    tmr_hold(&b->a);
    tmr_go_on(&b->a);
    assert_false(tmr_armed(&b->a));
    tmr_arm(&b->a, dur_ns(50));
    tmr_hold(&b->a);
    tmr_disarm(&b->a);
    tmr_go_on(&b->a);
    assert_false(tmr_armed(&b->a));
    tmr_arm(&b->a, dur_ns(50));
    tmr_hold(&b->a);
    tmr_arm(&b->a, dur_ns(70));
    tmr_go_on(&b->a);
    kit_run(b->sim, 1000);
    assert_int_equal(b->fired, 1);
    assert_int_equal(b->at_ns[0], 70);
    tear_down(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arming_again_replaces),
        cmocka_unit_test(disarming_is_always_fine),
        cmocka_unit_test(it_is_disarmed_before_it_rings),
        cmocka_unit_test(the_last_drop_comes_first),
        cmocka_unit_test(or_what_dismissed_it),
        cmocka_unit_test(else_the_last_transmission),
        cmocka_unit_test(else_what_the_node_last_did),
        cmocka_unit_test(arming_forgets_what_was_awaited),
        cmocka_unit_test(records_have_negative_numbers),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(a_node_counts_by_its_own_clock),
        cmocka_unit_test(held_timers_wait),
        cmocka_unit_test(only_what_was_armed_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
