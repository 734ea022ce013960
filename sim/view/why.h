/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why.h: from an outcome back to its root causes, in numbered plain sentences, from a run's records
 * alone. */
#ifndef SIM_VIEW_WHY_H
#define SIM_VIEW_WHY_H

#include "sim/view/run_reader.h"

#define WHY_STEPS_MAX 12
#define WHY_ROOTS_MAX 8

struct why_step {
    int64_t t_ns, record;
    const char *node, *role; /* role: subject, cause, awaited, state, limit, result */
    const char *text;
};

struct why {
    int64_t subject; /* record */
    struct why_step steps[WHY_STEPS_MAX];
    int step_count;
    int64_t roots[WHY_ROOTS_MAX];
    int root_count;
};

/* `subject`: a node's name, "#record", or NULL: the first counted unregister, else the first alarm, else
 * the first drop. False: *e says that there is no such thing, or nothing to explain. */
MUST_USE bool why_explain(const struct view_run *r, const char *subject, struct why *out, struct err *e);

#endif
