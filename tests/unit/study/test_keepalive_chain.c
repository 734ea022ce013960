/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of a phone's keepalives against closed forms, the numbers of case study 2, and, for bursts of
 * losses, a simulation of its own that knows nothing of matrices: it tosses for each frame. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/kernel/rng.h"
#include "sim/study/fit.h"
#include "sim/study/keepalive_chain.h"

#define NEAR(got, want) assert_true(fabs((got) - (want)) < 1e-9)

static struct arena *room;

static int set_up(void **state)
{
    (void)state;
    room = arena_new("test", 1 << 26);
    return 0;
}

static int take_down(void **state)
{
    (void)state;
    arena_free(room);
    return 0;
}

static struct keepalive_chain build(const struct keepalive_law *l)
{
    struct keepalive_chain k;
    keepalive_chain_build(&k, room, l);
    return k;
}

static struct keepalive_law iid(double base, double patience, double loss)
{
    return (struct keepalive_law){
        .base_s = base, .cap_s = 120, .patience_s = patience, .pause_s = 115, .channel = {.loss_good = loss}};
}

/* --- closed forms --------------------------------------------------------------------------------- */

/* Cisco document 200410: 0.21 s, doubled by each keepalive; CUCM waits 15 s. The retransmission after 13.44 s
 * is in time, the one after 26.88 s is not. */
static void case_study_2(void **state)
{
    (void)state;
    struct keepalive_law l = iid(0.21, 15, 0.2);
    struct keepalive_chain k = build(&l);
    static const uint32_t copies[] = {7, 6, 5, 4, 3, 2, 2, 1};
    assert_int_equal(k.exponents, 8);
    for (uint32_t e = 0; e < 8; e++)
        assert_int_equal(keepalive_chain_copies(&k, e), copies[e]);
    NEAR(k.delay_s[6 * k.copies + 1], 13.44);
    assert_true(isinf(k.delay_s[7 * k.copies + 1]));
    NEAR(chain_absorbs(&k.chain, 7), 0.2);
    NEAR(chain_absorbs(&k.chain, 0), pow(0.2, 7));
}

/* No time for a second copy: each keepalive is lost as a frame is. */
static void one_state(void **state)
{
    (void)state;
    struct keepalive_law l = iid(1, 0.5, 0.07);
    struct keepalive_chain k = build(&l);
    double mean[1], variance[1];
    assert_int_equal(k.exponents, 1);
    assert_true(chain_steps(&k.chain, mean, variance));
    NEAR(mean[0], 1 / 0.07);
    NEAR(chain_absorbed_within(&k.chain, k.start, 20), 1 - pow(0.93, 20));
}

/* Time for a second copy after 1 s, none after 2 s. Solved by hand: m0 = 1 + q m0 + p q m1, m1 = 1 + q m0. */
static void two_states(void **state)
{
    (void)state;
    for (double p = 0.05; p < 0.99; p += 0.1) {
        struct keepalive_law l = iid(1, 1.5, p);
        struct keepalive_chain k = build(&l);
        double mean[2], variance[2], law[2], delay, q = 1 - p, m0 = (1 + p * q) / (1 - q - p * q * q);
        assert_int_equal(k.exponents, 2);
        assert_true(chain_steps(&k.chain, mean, variance) && chain_renewed_law(&k.chain, k.start, law));
        NEAR(mean[0], m0);
        NEAR(mean[1], 1 + q * m0);
        NEAR(law[1] / law[0], p * q);
        NEAR(chain_absorbs(&k.chain, 0), p * p);
        NEAR(chain_absorbs(&k.chain, 1), p);
        assert_true(keepalive_chain_mean_delay(&k, &delay)); /* 1 s for those that need the second copy */
        NEAR(delay, law[0] * p * q / (law[0] * (q + p * q) + law[1] * q));
    }
}

/* Whatever becomes of it becomes of it: the copies and the absorption of each state sum to 1. */
static void every_keepalive_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct keepalive_law l = iid(0.05 + 0.02 * i, 0.3 * i, 0.004 * i);
        l.cap_s = 3 + i % 7;
        l.channel.loss_bad = 0.5 + 0.002 * i;
        l.channel.to_bad = i % 3 * 0.1;
        l.channel.to_good = 0.4;
        struct keepalive_chain k = build(&l);
        for (size_t s = 0; s < k.chain.states; s++) {
            double sum = chain_absorbs(&k.chain, s);
            for (uint32_t j = 0; j < k.copies; j++)
                sum += keepalive_chain_answered(&k, s, j);
            NEAR(sum, 1);
        }
    }
}

/* At the cap the RTO stays: 1, 2, 4, 4, 4 s; in 12 s there is time for four copies after the first. */
static void the_cap(void **state)
{
    (void)state;
    struct keepalive_law l = iid(1, 12, 0.5);
    l.cap_s = 4;
    struct keepalive_chain k = build(&l);
    assert_int_equal(k.exponents, 3);
    assert_int_equal(keepalive_chain_copies(&k, 0), 5);
    assert_int_equal(keepalive_chain_copies(&k, 2), 4);
    NEAR(k.delay_s[4], 11);
}

/* --- bursts ----------------------------------------------------------------------------------------- */

/* A channel whose states lose alike loses as one without. */
static void a_channel_without_a_difference(void **state)
{
    (void)state;
    for (int clock = CHANNEL_BY_FRAME; clock <= CHANNEL_BY_TIME; clock++) {
        struct keepalive_law l = iid(0.21, 5, 0.3);
        struct keepalive_chain plain = build(&l);
        l.channel = (struct channel){(enum channel_clock)clock, 0.1, 0.3, 0.3, 0.3, 2};
        struct keepalive_chain bursts = build(&l);
        assert_int_equal(bursts.chain.states, 2 * plain.chain.states);
        NEAR(chain_absorbed_within(&bursts.chain, bursts.start, 50),
             chain_absorbed_within(&plain.chain, plain.start, 50));
    }
}

/* Nothing passes while it is bad, all while it is good: the copies wait for the end of the burst. */
static void waiting_for_the_end_of_a_burst(void **state)
{
    (void)state;
    struct keepalive_law l = iid(1, 40, 0);
    l.channel = (struct channel){CHANNEL_BY_FRAME, 0.1, 0.25, 0, 1, 0};
    struct keepalive_chain k = build(&l);
    NEAR(keepalive_chain_answered(&k, 0, 0), 1);
    NEAR(keepalive_chain_answered(&k, 1, 0), 0);
    for (uint32_t j = 1; j < 6; j++)
        NEAR(keepalive_chain_answered(&k, 1, j), pow(0.75, j - 1) * 0.25);
    l.channel = (struct channel){CHANNEL_BY_TIME, 0, 0.25, 0, 1, 0};
    l.channel.to_bad = 1e-12; /* once good it stays */
    k = build(&l);
    NEAR(keepalive_chain_answered(&k, 1, 2), exp(-0.25 * 1) - exp(-0.25 * 3));
}

/* The same phone, told as a story: frames on a channel, a timer, a deadline. */
struct story {
    const struct keepalive_law *law;
    struct rng rng;
    bool bad;
    double rto;
};

static bool toss(struct story *s, double p)
{
    return rng_chance_ppb(&s->rng, (int64_t)(p * 1e9));
}

/* From change to change; a state forgets how long it has lasted. */
static void pass_time(struct story *s, double seconds)
{
    const struct channel *c = &s->law->channel;
    while (c->clock == CHANNEL_BY_TIME) {
        double u = ((double)rng_u32(&s->rng) + 0.5) / 4294967296.0;
        seconds -= -log(u) / (s->bad ? c->to_good : c->to_bad);
        if (seconds < 0)
            return;
        s->bad = !s->bad;
    }
}

static bool frame_is_lost(struct story *s)
{
    const struct channel *c = &s->law->channel;
    bool lost = toss(s, s->bad ? c->loss_bad : c->loss_good);
    if (c->clock == CHANNEL_BY_FRAME)
        s->bad ^= toss(s, s->bad ? c->to_good : c->to_bad);
    return lost;
}

/* False: nothing came in time. */
static bool keepalive(struct story *s)
{
    double waited = 0;
    for (bool first = true; waited <= s->law->patience_s; first = false) {
        if (!frame_is_lost(s)) {
            s->rto = first ? s->law->base_s : s->rto;
            for (uint32_t i = 0; i < s->law->channel.frames_between; i++)
                frame_is_lost(s);
            pass_time(s, s->law->pause_s);
            return true;
        }
        waited += s->rto;
        pass_time(s, s->rto);
        s->rto *= 2;
    }
    return false;
}

static void as_the_story_goes(const struct channel *c)
{
    enum { PHONES = 20000, KEEPALIVES = 12 };
    struct keepalive_law l = iid(0.21, 2, 0);
    struct story s = {.law = &l};
    uint64_t ended = 0;
    l.channel = *c;
    l.pause_s = 3;
    struct keepalive_chain k = build(&l);
    rng_seed(&s.rng, 7, "test/story");
    for (int i = 0; i < PHONES; i++) {
        s.bad = toss(&s, c->to_bad / (c->to_bad + c->to_good));
        s.rto = l.base_s;
        for (int n = 0; n < KEEPALIVES; n++) {
            if (keepalive(&s))
                continue;
            ended++;
            break;
        }
    }
    double p = chain_absorbed_within(&k.chain, k.start, KEEPALIVES);
    if (p < 0.02 || p > 0.6 || fit_binomial(ended, PHONES, p) < 0.001)
        fail_msg("%g of the phones, says the chain; %g in the story", p, (double)ended / PHONES);
}

static void bursts_as_the_story_goes(void **state)
{
    (void)state;
    static const struct channel channels[] = {
        {CHANNEL_BY_FRAME, 0.05, 0.4, 0.01, 0.9, 0}, {CHANNEL_BY_FRAME, 0.02, 0.2, 0, 1, 2},
        {CHANNEL_BY_FRAME, 0.3, 0.6, 0.05, 0.7, 1},  {CHANNEL_BY_TIME, 0.05, 1, 0.01, 0.9, 0},
        {CHANNEL_BY_TIME, 0.02, 0.5, 0, 1, 5},
    };
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        as_the_story_goes(&channels[i]);
}

/* --- SCCP's normal detection ------------------------------------------------------------------------ */

static void the_settled_wait(void **state)
{
    (void)state;
    struct keepalive_law none = iid(0.21, 0, 0), some = iid(0.21, 0, 0.3);
    NEAR(keepalive_settled_wait(room, &none, 0.05, 0.2, 2), 0.2);
    NEAR(keepalive_settled_wait(room, &none, 0.05, 0.2, 8), 0.4);
    NEAR(keepalive_settled_wait(room, &some, 0.05, 4, 1), 4); /* no answer in time is longer than the wait */
    NEAR(keepalive_settled_wait(room, &some, 0.004, 0.2, 40), 0.2); /* nor has any retransmission a chance */
    double wait = keepalive_settled_wait(room, &some, 0.004, 0.25, 40), mean;
    some.patience_s = wait - 0.004;
    struct keepalive_chain k = build(&some);
    assert_true(keepalive_chain_mean_delay(&k, &mean));
    NEAR(wait, 40 * (mean + 0.004));
    assert_true(wait > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_study_2),
        cmocka_unit_test(one_state),
        cmocka_unit_test(two_states),
        cmocka_unit_test(every_keepalive_ends),
        cmocka_unit_test(the_cap),
        cmocka_unit_test(a_channel_without_a_difference),
        cmocka_unit_test(waiting_for_the_end_of_a_burst),
        cmocka_unit_test(bursts_as_the_story_goes),
        cmocka_unit_test(the_settled_wait),
    };
    return cmocka_run_group_tests(tests, set_up, take_down);
}
