/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws of lossy links against their closed forms, at 1 % on fixed seeds: iid loss, Gilbert and Elliott's model
 * (mean, length of bursts and of gaps), bit errors; and that each fault has a stream of its own. */
#include "tests/unit/net/fault_bench.h"

#define FRAMES 200000
#define BINS 12

/* One frame each 2 us; lost[i] tells of frame i. */
static bool lost[FRAMES];

static void send_all(struct bench *b)
{
    uint64_t dropped = balanced(b).dropped;
    memset(lost, 1, sizeof lost);
    send_every(b, 0, FRAMES, 2000);
    run(b, sim_now(b->sim).ns + 1000000000);
    const struct probe *p = heard(b, 1);
    for (uint32_t i = 0; i < p->count; i++)
        lost[p->number[i]] = false;
    assert_int_equal(balanced(b).dropped - dropped, FRAMES - p->count);
}

/* Runs of lost (or of passed) frames by their length; the last bin takes what is longer. The first and the last run
 * are left out: they may be cut short. */
static uint32_t count_runs(bool which, uint32_t bin[BINS])
{
    uint32_t total = 0;
    memset(bin, 0, BINS * sizeof bin[0]);
    for (uint32_t i = 1, length = 0, begun = 0; i < FRAMES; i++) {
        if (lost[i] != lost[i - 1]) {
            if (begun && lost[i - 1] == which) {
                bin[(length < BINS ? length : BINS) - 1]++;
                total++;
            }
            begun = 1;
            length = 0;
        }
        length++;
    }
    return total;
}

/* Pearson's statistic of runs against the geometric law with this chance to end. */
static double chi_square(const uint32_t bin[BINS], uint32_t total, double end)
{
    double sum = 0, left = 1;
    for (int i = 0; i < BINS; i++) {
        double expected = total * (i == BINS - 1 ? left : left * end), d = bin[i] - expected;
        assert_true(expected >= 5);
        sum += d * d / expected;
        left *= 1 - end;
    }
    return sum;
}

#define CHI_SQUARE_11_AT_1_PERCENT 24.725
#define NORMAL_AT_1_PERCENT 2.576

static uint32_t count_lost(void)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < FRAMES; i++)
        n += lost[i];
    return n;
}

/* |lost - mean| within 2.576 standard deviations, for a variance of `spread` a frame. */
static void check_mean(double share, double spread)
{
    double off = count_lost() - FRAMES * share;
    if (off * off > NORMAL_AT_1_PERCENT * NORMAL_AT_1_PERCENT * FRAMES * spread)
        fail_msg("%u of %d lost, %g expected", count_lost(), FRAMES, FRAMES * share);
}

static void iid_loss_is_a_coin(void **state)
{
    (void)state;
    struct bench *b = set_up_seeded(11);
    uint32_t bin[BINS];
    order(b, LINK_FAULT_LOSS, "rate=60% from=a");
    send_all(b);
    check_mean(0.6, 0.6 * 0.4);
    assert_int_equal(b->explained, count_lost());
    uint32_t runs = count_runs(true, bin);
    assert_true(chi_square(bin, runs, 0.4) < CHI_SQUARE_11_AT_1_PERCENT); /* a run of losses ends with 0.4 */
    tear_down(b);
}

/* Nothing lost while good, all while bad: bursts last 1/r frames in the mean, gaps 1/p, and p/(p+r) are lost. The
 * variance of such a chain's mean is share (1 - share) (2 - p - r) / (p + r). */
static void gilbert_has_bursts(void **state)
{
    (void)state;
    struct bench *b = set_up_seeded(12);
    uint32_t bin[BINS];
    double p = 0.1, r = 0.25, share = p / (p + r);
    order(b, LINK_FAULT_GILBERT, "p=10% r=25%");
    send_all(b);
    check_mean(share, share * (1 - share) * (2 - p - r) / (p + r));
    uint32_t runs = count_runs(true, bin);
    double mean = (double)count_lost() / runs;
    assert_true(mean > 1 / r * 0.97 && mean < 1 / r * 1.03);
    assert_true(chi_square(bin, runs, r) < CHI_SQUARE_11_AT_1_PERCENT);
    runs = count_runs(false, bin);
    assert_true(chi_square(bin, runs, p) < CHI_SQUARE_11_AT_1_PERCENT);
    tear_down(b);
}

/* Elliott's: both states lose, 2 % and 40 %, weighed by how long each lasts. The variance is that of a coin and
 * twice the covariance at every lag, which falls by 1 - p - r from one to the next. */
static void elliott_loses_in_both_states(void **state)
{
    (void)state;
    struct bench *b = set_up_seeded(13);
    double p = 0.05, r = 0.2, bad = p / (p + r), g = 0.02, h = 0.4, share = (1 - bad) * g + bad * h;
    order(b, LINK_FAULT_GILBERT, "p=5% r=20% loss_good=2% loss_bad=40%");
    send_all(b);
    double rho = 1 - p - r, state_var = (h - g) * (h - g) * bad * (1 - bad);
    check_mean(share, share * (1 - share) + 2 * state_var * rho / (1 - rho));
    /* two in a row: pi_i P_ij loss_i loss_j, summed */
    double two = (1 - bad) * g * ((1 - p) * g + p * h) + bad * h * (r * g + (1 - r) * h);
    uint32_t pairs = 0;
    for (uint32_t i = 1; i < FRAMES; i++)
        pairs += lost[i] && lost[i - 1];
    assert_true(pairs > FRAMES * two * 0.95 && pairs < FRAMES * two * 1.05);
    tear_down(b);
}

/* 1e-4 of the bits of 64 bytes with their check sequence: 1 - 0.9999^512 of the frames. */
static void bit_errors_hit_frames_by_their_length(void **state)
{
    (void)state;
    struct bench *b = set_up_seeded(14);
    order(b, LINK_FAULT_CORRUPT, "rate=0.01% per=bit");
    send_all(b);
    double share = 0.049914; /* by hand: exp(512 ln 0.9999) = 0.950086 */
    check_mean(share, share * (1 - share));
    tear_down(b);
}

/* The same frames are lost, whatever other faults there are elsewhere or of other kinds. */
static void each_fault_has_a_stream_of_its_own(void **state)
{
    (void)state;
    static bool first[FRAMES];
    struct bench *b = set_up_seeded(15);
    order(b, LINK_FAULT_LOSS, "rate=20%");
    send_all(b);
    memcpy(first, lost, sizeof first);
    tear_down(b);
    b = set_up_seeded(15);
    order(b, LINK_FAULT_JITTER, "by=uniform(0s,100ns)");
    order(b, LINK_FAULT_LOSS, "rate=20%");
    order(b, LINK_FAULT_REORDER, "rate=10% by=exp(10us)");
    order(b, LINK_FAULT_LOSS, "rate=50% from=b"); /* the second of its kind: a stream of its own */
    for (int i = 0; i < 100; i++)
        send_frame(b, 1, FRAME_BYTES);
    run(b, 1000000000);
    b->next = 0;
    send_all(b);
    assert_memory_equal(first, lost, sizeof first);
    tear_down(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iid_loss_is_a_coin),
        cmocka_unit_test(gilbert_has_bursts),
        cmocka_unit_test(elliott_loses_in_both_states),
        cmocka_unit_test(bit_errors_hit_frames_by_their_length),
        cmocka_unit_test(each_fault_has_a_stream_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
