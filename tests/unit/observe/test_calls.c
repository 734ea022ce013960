/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts to measures of calls. The provider calls the phone through a CUBE: Call-ID a@prov is between provider and
 * CUBE, b@cube between CUBE and CUCM. The expected numbers are worked out by hand from the definitions. */
#include "tests/unit/observe/observe_kit.h"

enum { PROVIDER = 1, CUBE, CUCM };

static const char leg_a[] = "a@prov", leg_b[] = "b@cube";

struct bench {
    struct sim *sim;
    struct arena *arena;
    struct sink *sink;
};

static struct bench set_up(void)
{
    struct bench b = {.sim = kit_sim(0), .arena = arena_new("test", 1 << 24)};
    assert_int_equal(sim_node_add(b.sim, "provider", "sip-provider"), PROVIDER);
    assert_int_equal(sim_node_add(b.sim, "cube", "cube"), CUBE);
    assert_int_equal(sim_node_add(b.sim, "cucm", "cucm"), CUCM);
    b.sink = calls_new(b.arena);
    bus_attach(b.sim, b.sink);
    return b;
}

static void tear_down(struct bench *b)
{
    kit_close(b->sim);
    sim_free(b->sim);
    arena_free(b->arena);
}

static uint64_t state(struct bench *b, int64_t ns, uint16_t node, const char *machine, const char *key, const char *from,
                      const char *event, const char *to)
{
    struct rec r = {.kind = REC_STATE, .node = node};
    kit_at(b->sim, ns);
    r.state = (struct rec_state){machine, key, from, event, to};
    return bus_publish(b->sim, &r);
}

static uint64_t answer(struct bench *b, int64_t ns, uint16_t caller, uint16_t called, const char *id)
{
    state(b, ns, caller, "call", id, "idle", "invite-sent", "calling");
    state(b, ns + MS, called, "call", id, "idle", "invite-received", "proceeding");
    uint64_t first = state(b, ns + 2 * MS, called, "call", id, "proceeding", "answered", "confirmed");
    state(b, ns + 3 * MS, caller, "call", id, "calling", "answered", "confirmed");
    return first;
}

static uint64_t end(struct bench *b, int64_t ns, uint16_t node, const char *id, const char *event)
{
    return state(b, ns, node, "call", id, "confirmed", event, "ended");
}

static void finish(struct bench *b, int64_t end_ns)
{
    kit_at(b->sim, end_ns);
    calls_finish(b->sink, b->sim);
}

static void expect(struct bench *b, enum measure_id m, int64_t v, uint64_t record)
{
    assert_true(measure_get(b->sim, m).given);
    assert_int_equal(measure_get(b->sim, m).v, v);
    assert_int_equal(measure_get(b->sim, m).record, record);
}

/* Answered at 2 ms and 12 ms; the provider hangs up at 100.002 s, and the CUBE ends its other call 10 ms later: 100 s
 * each. Two BYEs, no drop. */
static void a_call_that_somebody_ends(void **st)
{
    (void)st;
    struct bench b = set_up();
    uint64_t first = answer(&b, 0, PROVIDER, CUBE, leg_a);
    answer(&b, 10 * MS, CUBE, CUCM, leg_b);
    uint64_t bye = end(&b, 100002 * MS, PROVIDER, leg_a, "bye-sent");
    end(&b, 100005 * MS, CUBE, leg_a, "bye-received");
    end(&b, 100012 * MS, CUBE, leg_b, "bye-sent");
    end(&b, 100020 * MS, CUCM, leg_b, "bye-received");
    finish(&b, 200 * S);
    expect(&b, MEASURE_CALL_COUNT, 2, first);
    expect(&b, MEASURE_BYE_COUNT, 2, bye);
    expect(&b, MEASURE_CALL_DROP_COUNT, 0, 0);
    expect(&b, MEASURE_REFRESH_COUNT, 0, 0);
    expect(&b, MEASURE_CALL_TIME, 100 * S, bye);
    tear_down(&b);
}

/* Each refresh is told of at both ends; the side that sends it may change, or stay. */
static void refreshes_at_the_refresher(void **st)
{
    (void)st;
    struct bench b = set_up();
    state(&b, 1, PROVIDER, "session", leg_a, "off", "agreed", "refresher");
    state(&b, 2, CUBE, "session", leg_a, "off", "agreed", "watching");
    uint64_t first = state(&b, 900 * S, PROVIDER, "session", leg_a, "refresher", "refreshed", "refresher");
    state(&b, 900 * S, CUBE, "session", leg_a, "watching", "refreshed", "watching");
    state(&b, 1800 * S, CUBE, "session", leg_a, "watching", "refreshed", "refresher");
    state(&b, 1800 * S, PROVIDER, "session", leg_a, "refresher", "refreshed", "watching");
    state(&b, 2700 * S, CUBE, "session", leg_a, "refresher", "refreshed", "refresher");
    state(&b, 3600 * S, CUBE, "session", leg_a, "refresher", "refresh-failed", "off");
    finish(&b, 3600 * S);
    expect(&b, MEASURE_REFRESH_COUNT, 3, first);
    tear_down(&b);
}

/* The CUBE's timer runs out on leg a: dropped once, though it ends leg b for it and the provider, cut off, drops its
 * end by itself. Three BYEs; the CUBE's has a record of its own beside. */
static void a_call_that_nobody_ends(void **st)
{
    (void)st;
    struct bench b = set_up();
    answer(&b, 0, PROVIDER, CUBE, leg_a);
    answer(&b, 10 * MS, CUBE, CUCM, leg_b);
    uint64_t drop = end(&b, 1768 * S, CUBE, leg_a, "session-expired");
    state(&b, 1768 * S, CUBE, "call", leg_a, "ended", "bye-sent", "ended");
    end(&b, 1768 * S, CUBE, leg_b, "bye-sent");
    end(&b, 1769 * S, CUCM, leg_b, "bye-received");
    end(&b, 1800 * S, PROVIDER, leg_a, "refresh-failed");
    finish(&b, 2000 * S);
    expect(&b, MEASURE_CALL_DROP_COUNT, 1, drop);
    expect(&b, MEASURE_BYE_COUNT, 3, drop);
    expect(&b, MEASURE_CALL_TIME, 1767993 * MS, drop); /* 1767.998 and 1767.988 */
    tear_down(&b);
}

/* Refused, cancelled, out of reach from the start: no call, no drop, no time. One that stands at the end has none
 * either. */
static void what_never_was_a_call(void **st)
{
    static const char *const events[] = {"refused", "cancelled", "unreachable"};
    static const char *const ids[] = {"1@x", "2@x", "3@x"};
    (void)st;
    struct bench b = set_up();
    for (int i = 0; i < 3; i++) {
        state(&b, i * S, PROVIDER, "call", ids[i], "idle", "invite-sent", "calling");
        state(&b, i * S + 32 * MS, PROVIDER, "call", ids[i], "calling", events[i], "ended");
    }
    uint64_t first = answer(&b, 10 * S, PROVIDER, CUBE, leg_a);
    finish(&b, 20 * S);
    expect(&b, MEASURE_CALL_COUNT, 1, first);
    expect(&b, MEASURE_CALL_DROP_COUNT, 0, 0);
    expect(&b, MEASURE_BYE_COUNT, 0, 0);
    assert_false(measure_get(b.sim, MEASURE_CALL_TIME).given);
    tear_down(&b);
}

/* Nobody acknowledged the 200. */
static void a_call_whose_other_end_is_gone(void **st)
{
    (void)st;
    struct bench b = set_up();
    answer(&b, 0, PROVIDER, CUBE, leg_a);
    uint64_t drop = end(&b, 32 * S, CUBE, leg_a, "unreachable");
    finish(&b, 40 * S);
    expect(&b, MEASURE_CALL_DROP_COUNT, 1, drop);
    expect(&b, MEASURE_BYE_COUNT, 1, drop);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_somebody_ends), cmocka_unit_test(refreshes_at_the_refresher),
        cmocka_unit_test(a_call_that_nobody_ends),   cmocka_unit_test(what_never_was_a_call),
        cmocka_unit_test(a_call_whose_other_end_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
