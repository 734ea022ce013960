/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts to measures of registration. The expected numbers are worked out by hand from the
 * definitions: each timeline is written down beside its test. */
#include "tests/unit/observe/observe_kit.h"

enum { PHONE = 1, PHONE_B, PUB, SUB };

struct bench {
    struct sim *sim;
    struct arena *arena;
    struct sink *sink;
};

static struct bench set_up(void)
{
    struct bench b = {.sim = kit_sim(0), .arena = arena_new("test", 1 << 24)};
    assert_int_equal(sim_node_add(b.sim, "phone", "sip-phone"), PHONE);
    assert_int_equal(sim_node_add(b.sim, "phone-b", "sip-phone"), PHONE_B);
    assert_int_equal(sim_node_add(b.sim, "pub", "cucm"), PUB);
    assert_int_equal(sim_node_add(b.sim, "sub", "cucm"), SUB);
    b.sink = registration_new(b.arena, b.sim);
    bus_attach(b.sim, b.sink);
    return b;
}

static void tear_down(struct bench *b)
{
    kit_close(b->sim);
    sim_free(b->sim);
    arena_free(b->arena);
}

static void finish(struct bench *b, int64_t end_ns)
{
    kit_at(b->sim, end_ns);
    registration_finish(b->sink, b->sim);
}

static void bind(struct bench *b, int64_t ns, uint16_t cucm, const char *device)
{
    kit_at(b->sim, ns);
    kit_state(b->sim, cucm, "registrar", device, "register", "registered");
}

static void unbind(struct bench *b, int64_t ns, uint16_t cucm, const char *device, uint64_t reason)
{
    kit_at(b->sim, ns);
    kit_state(b->sim, cucm, "registrar", device, "ended", "unregistered");
    kit_alarm(b->sim, cucm, reason, device);
}

static void told(struct bench *b, int64_t ns, uint16_t phone, const char *device, const char *event)
{
    kit_at(b->sim, ns);
    kit_state(b->sim, phone, "registration", device, "open", "registering");
    kit_state(b->sim, phone, "registration", device, event, "registered");
}

#define EXPECT(b, id, n)                                                                           \
    do {                                                                                           \
        assert_true(measure_get((b)->sim, (id)).given);                                            \
        assert_int_equal(measure_get((b)->sim, (id)).v, (n));                                      \
    } while (0)

/* 0 power; 190 ms bound at pub, told at 200 ms; 961.8 s line timeout at pub; bound at sub 962 s,
 * told 962.1 s; bound at pub 1082 s, told 1082.2 s; sub's binding ended by the phone 1082.3 s; end
 * 1200 s. */
static void outage_and_back(void **state)
{
    (void)state;
    struct bench b = set_up();
    kit_state(b.sim, PHONE, "power", "SEP1", "power-on", "on");
    bind(&b, 190 * MS, PUB, "SEP1");
    told(&b, 200 * MS, PHONE, "SEP1", "registered-at-0");
    unbind(&b, 961800 * MS, PUB, "SEP1", 13);
    bind(&b, 962 * S, SUB, "SEP1");
    told(&b, 962100 * MS, PHONE, "SEP1", "registered-at-1");
    bind(&b, 1082 * S, PUB, "SEP1");
    told(&b, 1082200 * MS, PHONE, "SEP1", "registered-at-0");
    unbind(&b, 1082300 * MS, SUB, "SEP1", 10);
    finish(&b, 1200 * S);
    EXPECT(&b, MEASURE_FIRST_UNREGISTER, 961600 * MS);
    EXPECT(&b, MEASURE_UNREGISTER_COUNT, 1);
    EXPECT(&b, MEASURE_UNREGISTER_ALARMS, 2);
    EXPECT(&b, MEASURE_UNREGISTERED_TIME, 200 * MS);
    EXPECT(&b, MEASURE_FAILOVER_COUNT, 1);
    EXPECT(&b, MEASURE_FALLBACK_COUNT, 1);
    EXPECT(&b, MEASURE_SECONDARY_TIME, 120100 * MS); /* 962.1 s to 1082.2 s */
    EXPECT(&b, MEASURE_REGISTRATION_TIME, 200 * MS);
    /* 1 - 0.2 / 1199.8 = 0.999833305... */
    EXPECT(&b, MEASURE_REGISTERED_FRACTION, 999833305);
    tear_down(&b);
}

/* Reasons 8, 9, 10 and 28 are wanted; 13 while bound at another CUCM is the end of a stale binding.
 */
static void which_alarms_count(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {8, 9, 10, 28};
    struct bench b = set_up();
    told(&b, 0, PHONE, "SEP1", "registered-at-0");
    for (int i = 0; i < 4; i++) {
        bind(&b, (i * 10 + 1) * S, PUB, "SEP1");
        unbind(&b, (i * 10 + 5) * S, PUB, "SEP1", wanted[i]);
    }
    bind(&b, 50 * S, PUB, "SEP1");
    bind(&b, 51 * S, SUB, "SEP1");
    unbind(&b, 52 * S, PUB, "SEP1", 13); /* bound at sub: not counted */
    unbind(&b, 53 * S, SUB, "SEP1", 6);  /* the last one: counted, 53 s after the registration */
    kit_alarm(b.sim, PUB, 13, "SEP1");   /* counted too, but not the first */
    finish(&b, 60 * S);
    EXPECT(&b, MEASURE_UNREGISTER_ALARMS, 7);
    EXPECT(&b, MEASURE_UNREGISTER_COUNT, 2);
    EXPECT(&b, MEASURE_FIRST_UNREGISTER, 53 * S);
    tear_down(&b);
}

/* Told at 10 s, bound from 9 s to 40 s and from 70 s on; end 100 s. Before 10 s nothing is counted.
 */
static void unregistered_time_is_summed(void **state)
{
    (void)state;
    struct bench b = set_up();
    bind(&b, 9 * S, PUB, "SEP1");
    told(&b, 10 * S, PHONE, "SEP1", "registered-at-0");
    unbind(&b, 40 * S, PUB, "SEP1", 13);
    bind(&b, 70 * S, SUB, "SEP1");
    told(&b, 71 * S, PHONE, "SEP1", "registered-at-1");
    /* A second phone: told at 80 s, unbound from 90 s to the end. */
    bind(&b, 80 * S, PUB, "SEP2");
    told(&b, 80 * S, PHONE_B, "SEP2", "registered-at-0");
    unbind(&b, 90 * S, PUB, "SEP2", 13);
    finish(&b, 100 * S);
    EXPECT(&b, MEASURE_UNREGISTERED_TIME, 40 * S);      /* 30 + 10 */
    EXPECT(&b, MEASURE_REGISTERED_FRACTION, 636363636); /* 1 - 40/(90+20) */
    EXPECT(&b, MEASURE_FIRST_UNREGISTER, 10 * S);       /* SEP2's is the smaller one */
    EXPECT(&b, MEASURE_SECONDARY_TIME, 29 * S);         /* 71 s to the end */
    tear_down(&b);
}

/* The secondary's binding dies while it is the newest: that time is unregistered, not secondary. */
static void secondary_time_ends_with_the_binding(void **state)
{
    (void)state;
    struct bench b = set_up();
    bind(&b, 0, SUB, "SEP1");
    told(&b, 0, PHONE, "SEP1", "registered-at-1");
    unbind(&b, 30 * S, SUB, "SEP1", 13);
    finish(&b, 100 * S);
    EXPECT(&b, MEASURE_SECONDARY_TIME, 30 * S);
    EXPECT(&b, MEASURE_UNREGISTERED_TIME, 70 * S);
    EXPECT(&b, MEASURE_FAILOVER_COUNT, 0); /* there was no registration before */
    tear_down(&b);
}

static void places_give_failovers_and_fallbacks(void **state)
{
    (void)state;
    static const char *const events[] = {"registered-at-0", "registered-at-0", "registered-at-2",
                                         "registered-at-1", "no-answer",       "registered-at-0",
                                         "registered-at-1"};
    struct bench b = set_up();
    for (int i = 0; i < 7; i++)
        told(&b, i * S, PHONE, "SEP1", events[i]);
    finish(&b, 10 * S);
    EXPECT(&b, MEASURE_FAILOVER_COUNT, 2); /* 0 to 2, 0 to 1 */
    EXPECT(&b, MEASURE_FALLBACK_COUNT,
           2); /* 2 to 1, 1 to 0; a failed fallback is no registration */
    tear_down(&b);
}

/* Twenty phones need 1 s, 2 s … 20 s: nearest rank gives p50 = 10th, p95 = 19th. */
static void registration_times(void **state)
{
    (void)state;
    struct bench b = set_up();
    char device[16];
    for (int i = 20; i >= 1; i--) {
        snprintf(device, sizeof device, "SEP%d", i);
        kit_at(b.sim, (20 - i) * 100 * S);
        kit_state(b.sim, PHONE, "power", device, "power-on", "on");
        told(&b, (20 - i) * 100 * S + i * S, PHONE, device, "registered-at-0");
    }
    finish(&b, 3000 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME, 10500 * MS);
    EXPECT(&b, MEASURE_REGISTRATION_TIME_P50, 10 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME_P95, 19 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME_MAX, 20 * S);
    tear_down(&b);
}

/* Of three, the median is the second, and only the third is not exceeded by 95 %. */
static void percentiles_of_a_few(void **state)
{
    (void)state;
    struct bench b = set_up();
    told(&b, 2 * S, PHONE, "SEP1", "registered-at-0");
    told(&b, 3 * S, PHONE, "SEP2", "registered-at-0");
    told(&b, 8 * S, PHONE, "SEP3", "registered-at-0");
    finish(&b, 10 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME, 4333333333); /* no power told: from time 0 */
    EXPECT(&b, MEASURE_REGISTRATION_TIME_P50, 3 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME_P95, 8 * S);
    EXPECT(&b, MEASURE_REGISTRATION_TIME_MAX, 8 * S);
    tear_down(&b);
}

static void nothing_happened(void **state)
{
    (void)state;
    struct bench b = set_up();
    kit_state(b.sim, PHONE, "tcp", "10.0.0.1:5060", "syn", "registered"); /* another machine */
    kit_alarm(b.sim, PUB, 13, "SEP9"); /* of a phone never told */
    finish(&b, 10 * S);
    assert_false(measure_get(b.sim, MEASURE_FIRST_UNREGISTER).given);
    assert_false(measure_get(b.sim, MEASURE_REGISTERED_FRACTION).given);
    assert_false(measure_get(b.sim, MEASURE_REGISTRATION_TIME).given);
    EXPECT(&b, MEASURE_UNREGISTERED_TIME, 0);
    EXPECT(&b, MEASURE_UNREGISTER_COUNT, 1);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outage_and_back),
        cmocka_unit_test(which_alarms_count),
        cmocka_unit_test(unregistered_time_is_summed),
        cmocka_unit_test(secondary_time_ends_with_the_binding),
        cmocka_unit_test(places_give_failovers_and_fallbacks),
        cmocka_unit_test(registration_times),
        cmocka_unit_test(percentiles_of_a_few),
        cmocka_unit_test(nothing_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
