/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer_mean.h: the mean time that the answers to an SCCP phone's keepalives took, over the last 10,000 of them
 * (seed 002). The window moves in steps of a hundredth. */
#ifndef MODELS_PROTO_ANSWER_MEAN_H
#define MODELS_PROTO_ANSWER_MEAN_H

#include "sim/base/simtime.h"

#define ANSWER_MEAN_MAX 10000
#define ANSWER_MEAN_STEPS 100

struct answer_mean {
    int64_t step_ns[ANSWER_MEAN_STEPS]; /* sums, in a ring */
    int64_t sum_ns;
    uint32_t count;   /* answers within the window */
    uint32_t at;      /* the step being filled */
    uint32_t filled;  /* answers in it */
};

void answer_mean_add(struct answer_mean *m, struct sim_dur took);
struct sim_dur answer_mean_get(const struct answer_mean *m); /* zero before the first answer */

#endif
