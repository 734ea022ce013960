/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_workers.c: every trial is played once, whatever the number of workers, and a worker's death is the failure
 * of its trial alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim/study/workers.h"

#define TRIALS 200

struct office {
    uint32_t handed_out, done[TRIALS + 1], failed;
    uint32_t deadly; /* the trial that kills its worker; 0: none */
    uint32_t stop_after, finished;
    volatile int interrupted;
    char message[TRIAL_MESSAGE_MAX];
};

static void play(void *arg, const struct trial *t, struct trial_result *out)
{
    const struct office *o = arg;
    if (t->point == o->deadly)
        raise(SIGKILL);
    out->complete = true;
    out->digest = t->seed * 7;
}

static bool next(void *arg, struct trial *out)
{
    struct office *o = arg;
    if (o->handed_out == TRIALS)
        return false;
    o->handed_out++;
    *out = (struct trial){.point = o->handed_out, .rep = 1, .seed = o->handed_out};
    return true;
}

static bool done(void *arg, const struct trial_result *r, struct err *e)
{
    struct office *o = arg;
    (void)e;
    o->done[r->trial.point]++;
    o->finished++;
    if (r->complete) {
        assert_int_equal(r->digest, r->trial.seed * 7);
    } else {
        o->failed++;
        memcpy(o->message, r->message, sizeof o->message);
    }
    if (o->finished == o->stop_after)
        o->interrupted = 1;
    return true;
}

static void tick(void *arg)
{
    (void)arg;
}

static enum workers_end run(struct office *o, uint32_t workers)
{
    struct err e = {0};
    struct workers_job job = {.count = workers,
                              .play = play,
                              .play_arg = o,
                              .next = next,
                              .done = done,
                              .tick = tick,
                              .arg = o,
                              .interrupted = &o->interrupted};
    return workers_run(&job, &e);
}

static void plays_each_trial_once(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        struct office o = {0};
        assert_int_equal(run(&o, workers), WORKERS_DONE);
        for (int i = 1; i <= TRIALS; i++)
            assert_int_equal(o.done[i], 1);
    }
}

static void a_death_is_the_failure_of_one_trial(void **state)
{
    (void)state;
    struct office o = {.deadly = 17};
    assert_int_equal(run(&o, 2), WORKERS_DONE);
    assert_int_equal(o.finished, TRIALS);
    assert_int_equal(o.failed, 1);
    assert_int_equal(o.done[17], 1);
    assert_non_null(strstr(o.message, "died of signal 9"));
}

static void an_interruption_hands_out_no_more(void **state)
{
    (void)state;
    struct office o = {.stop_after = 10};
    assert_int_equal(run(&o, 2), WORKERS_INTERRUPTED);
    assert_in_range(o.finished, 10, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_each_trial_once),
        cmocka_unit_test(a_death_is_the_failure_of_one_trial),
        cmocka_unit_test(an_interruption_hands_out_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
