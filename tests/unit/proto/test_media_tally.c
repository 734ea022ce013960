/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_tally.c: counting by stretches against every packet looked at by itself: it is lost when one of the hops
 * is shut while it is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/proto/media_tally.h"

#define MS 1000000ll
#define HOPS 3
#define PACKETS 400
#define CHANGES 12

static const int64_t leaves_ms[HOPS] = {5, 9, 47}; /* the last one longer than from packet to packet */

struct change {
    int64_t at;
    int hop;
    bool shut;
};

static int64_t enters(int hop)
{
    return hop ? leaves_ms[hop - 1] * MS : 0;
}

/* Is the hop shut at some instant from `from` on, up to and without `to`? Changes are in order. */
static bool met(const struct change *all, int n, int hop, int64_t from, int64_t to)
{
    bool shut = false;
    int64_t since = 0;
    for (int i = 0; i <= n; i++) {
        int64_t at = i < n ? all[i].at : INT64_MAX;
        bool here = i == n || all[i].hop == hop;
        if (here && shut && since < to && at >= from)
            return true;
        if (here && i < n) {
            since = all[i].shut && !shut ? at : since;
            shut = all[i].shut;
        }
    }
    return false;
}

static uint64_t oracle(const struct change *all, int n, int64_t begins)
{
    uint64_t lost = 0;
    for (int k = 0; k < PACKETS; k++) {
        int64_t at = begins + k * 20 * MS;
        bool gone = false;
        for (int h = 0; h < HOPS && !gone; h++)
            gone = met(all, n, h, at + enters(h), at + leaves_ms[h] * MS);
        lost += gone;
    }
    return lost;
}

static struct media_count count(struct media_tally *t, uint64_t end)
{
    struct rng r;
    rng_seed(&r, 1, "tally");
    return media_tally_count(t, end, &r);
}

/* Changes come at any time, rarely in the millisecond of another; what is through is counted at each. */
static void stretches_say_what_each_packet_says(void **state)
{
    struct rng r;
    uint64_t most = 0;
    (void)state;
    rng_seed(&r, 7, "changes");
    for (int trial = 0; trial < 3000; trial++) {
        struct change all[CHANGES];
        struct media_tally t;
        uint64_t lost = 0, sent = 0;
        int64_t at = 0, begins = rng_between(&r, 0, 100 * MS);
        bool shut[HOPS] = {false};
        media_tally_begin(&t, (struct sim_time){begins}, 0, 0, 0);
        for (int i = 0; i < CHANGES; i++) {
            at += rng_between(&r, 1, i % 3 ? 30 * MS : 1500 * MS);
            int hop = (int)rng_below(&r, HOPS);
            shut[hop] = !shut[hop];
            all[i] = (struct change){at, hop, shut[hop]};
            struct sim_time now = {at};
            struct media_count c = count(&t, media_tally_through(&t, now, dur_ms(leaves_ms[HOPS - 1])));
            lost += c.lost;
            sent += c.sent;
            if (shut[hop])
                media_tally_shut(&t, now, (uint32_t)hop, dur_ms(leaves_ms[hop]), (uint64_t)i + 1);
            else
                media_tally_open(&t, now, (uint32_t)hop, dur_ns(enters(hop)));
        }
        if (t.counted > PACKETS)
            continue; /* the changes went on longer than the spurt */
        struct media_count c = count(&t, PACKETS);
        lost += c.lost;
        assert_int_equal(sent + c.sent, PACKETS);
        assert_int_equal(lost, oracle(all, CHANGES, begins));
        most = lost > most ? lost : most;
    }
    assert_true(most > PACKETS / 2);
}

/* What is sent is what leaves before an instant. */
static void packets_stand_on_the_grid(void **state)
{
    static const struct {
        int64_t at_ns;
        uint64_t sent;
    } rows[] = {{-1, 0}, {0, 0}, {1, 1}, {20 * MS, 1}, {20 * MS + 1, 2}, {86400000 * MS, 4320000}};
    struct media_tally t;
    (void)state;
    media_tally_begin(&t, (struct sim_time){5}, 0, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(media_tally_sent(&t, (struct sim_time){5 + rows[i].at_ns}), rows[i].sent);
}

/* The share counts for what leaves later; what is shut loses all and names its own reason. */
static void shares_and_reasons(void **state)
{
    struct media_tally t;
    (void)state;
    media_tally_begin(&t, TIME_ZERO, 0, 0, 0);
    media_tally_loss(&t, (struct sim_time){1000 * MS}, 1000000000, 4); /* from packet 51 on, for 50 leaves just now */
    media_tally_shut(&t, (struct sim_time){2000 * MS}, 0, DUR_ZERO, 9);
    struct media_count c = count(&t, 51);
    assert_int_equal(c.sent, 51);
    assert_int_equal(c.lost, 0);
    assert_int_equal(c.record, 0);
    c = count(&t, 101);
    assert_int_equal(c.lost, 50);
    assert_int_equal(c.record, 4);
    c = count(&t, 200);
    assert_int_equal(c.lost, 99);
    assert_int_equal(c.record, 9);
    assert_int_equal(count(&t, 200).sent, 0); /* nothing is counted twice */
}

/* More changes than stretches while one packet is under way: nothing breaks, every packet is counted once. */
static void too_many_changes_are_survived(void **state)
{
    struct media_tally t;
    (void)state;
    media_tally_begin(&t, TIME_ZERO, 0, 0, 0);
    for (int i = 1; i < 100; i++) {
        struct sim_time now = {i * 25 * MS};
        if (i % 2)
            media_tally_shut(&t, now, 0, dur_s(60), 1);
        else
            media_tally_open(&t, now, 0, DUR_ZERO);
    }
    struct media_count c = count(&t, 1000);
    assert_int_equal(c.sent, 1000);
    assert_true(c.lost > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_say_what_each_packet_says),
        cmocka_unit_test(packets_stand_on_the_grid),
        cmocka_unit_test(shares_and_reasons),
        cmocka_unit_test(too_many_changes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
