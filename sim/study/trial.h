/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.h: one run among many, and what comes of it. How a trial is played is handed in from the top: the
 * study knows neither scenarios nor models. */
#ifndef SIM_STUDY_TRIAL_H
#define SIM_STUDY_TRIAL_H

#include "sim/kernel/measure.h"

#define TRIAL_MESSAGE_MAX 512

struct trial {
    uint32_t point, rep; /* both from 1 */
    uint64_t seed;       /* the same for a replication at every point: common random numbers */
};

struct trial_result {
    struct trial trial;
    bool complete; /* false: message says why not, and the rest is empty */
    uint64_t digest;
    struct measure measure[MEASURE_COUNT];
    char message[TRIAL_MESSAGE_MAX];
};

/* Plays one trial; `arg` is the caller's. Runs in a process of its own. */
typedef void trial_fn(void *arg, const struct trial *t, struct trial_result *out);

#endif
