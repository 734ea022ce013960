/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer_mean.c: see answer_mean.h. */
#include "models/proto/answer_mean.h"

#define STEP (ANSWER_MEAN_MAX / ANSWER_MEAN_STEPS)

/* The step being filled is full: on to the next one, whose old answers leave the window. */
static void move_on(struct answer_mean *m)
{
    m->at = (m->at + 1) % ANSWER_MEAN_STEPS;
    m->filled = 0;
    if (m->count == ANSWER_MEAN_MAX)
        m->count -= STEP;
    m->sum_ns -= m->step_ns[m->at];
    m->step_ns[m->at] = 0;
}

void answer_mean_add(struct answer_mean *m, struct sim_dur took)
{
    if (m->filled == STEP)
        move_on(m);
    m->step_ns[m->at] += took.ns;
    m->sum_ns += took.ns;
    m->filled++;
    m->count++;
}

struct sim_dur answer_mean_get(const struct answer_mean *m)
{
    return (struct sim_dur){m->count ? m->sum_ns / m->count : 0};
}
