/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workers.h: trials on several cores. Each worker is a process forked from this one, so a trial that dies
 * takes nothing with it: it counts as failed, and a fresh worker takes its place. */
#ifndef SIM_STUDY_WORKERS_H
#define SIM_STUDY_WORKERS_H

#include "sim/study/trial.h"

#define WORKERS_MAX 256

struct workers_job {
    uint32_t count; /* workers */
    trial_fn *play;
    void *play_arg;
    /* The next trial to play; false: there is none left. */
    bool (*next)(void *arg, struct trial *out);
    /* A trial is over, in whatever order they end. False, with *e set, ends the work. */
    bool (*done)(void *arg, const struct trial_result *r, struct err *e);
    /* Several times a second, and after each result. */
    void (*tick)(void *arg);
    void *arg; /* of the three */
    const volatile int *interrupted; /* when true the work ends; trials in play are given up */
};

enum workers_end { WORKERS_DONE, WORKERS_INTERRUPTED, WORKERS_FAILED };

/* Plays until there is nothing left. WORKERS_FAILED: *e says why. */
enum workers_end workers_run(const struct workers_job *job, struct err *e);

#endif
