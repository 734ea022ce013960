/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why.h: from an outcome back to its root causes, in numbered plain sentences, from a run's records
 * alone. */
#ifndef SIM_VIEW_WHY_H
#define SIM_VIEW_WHY_H

#include "sim/base/err.h"
#include "sim/view/view_run.h"

#define WHY_STEPS_MAX 12
#define WHY_ROOTS_MAX 8

struct why_step {
    int64_t t_ns, record;
    const char *node, *role; /* role: subject, cause, awaited, state, limit, result */
    const char *text;
    size_t brief; /* so much of the text is a sentence by itself; the rest are details */
};

struct why {
    const char *intro; /* what the subject is, when it is no record itself; "": nothing to add */
    int64_t subject;   /* record; 0: there is none, and the intro says so */
    struct why_step steps[WHY_STEPS_MAX];
    int step_count;
    int64_t roots[WHY_ROOTS_MAX];
    int root_count;
    int64_t limit, passed_ns; /* the limit that some value on the way outlived, and how old that was; 0: none */
};

/* `subject` as in why_subject.h. False: *e says that there is no such thing. */
MUST_USE bool why_explain(const struct view_run *r, const char *subject, struct why *out, struct err *e);

void why_of_record(const struct view_run *r, const struct view_record *x, struct why *out);

/* 16:01.8, or 1:16:01.8, counted from the first registration, as the documents do. */
void why_clock(struct txtbuf *t, const struct view_run *r, int64_t t_ns);

/* "107.8s", "26.88s", "24.4ms": rounded as a person says it. */
void why_span(struct txtbuf *t, int64_t ns);

#endif
