/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_state.h: the walk's own state, shared by why.c (where to go) and why_tell.c (what to say). */
#ifndef SIM_VIEW_WHY_STATE_H
#define SIM_VIEW_WHY_STATE_H

#include "sim/view/why.h"

#define WHY_VISITS_MAX 256
#define WHY_TEXT_BYTES 1024

struct walk {
    const struct view_run *run;
    struct why *out;
    const struct view_record *subject;
    const struct view_record *timeout; /* the last timer's end on the way */
    const struct view_record *began;   /* what started the last timer told of; not followed */
    const struct view_record *rto;     /* the last doubling told of; followed when there is no other way */
    int64_t lost_ns;                             /* when what it awaited was lost; 0: it was not */
    int64_t seen[WHY_VISITS_MAX];
    int seen_count;
};

/* Marks a record as told. False: it was, or there is none. */
bool walk_visit(struct walk *w, const struct view_record *x);
void walk_root(struct walk *w, const struct view_record *x);

void tell_alarm(struct walk *w, const struct view_record *x, const char *role);
void tell_drop(struct walk *w, const struct view_record *x, const char *role);
void tell_state(struct walk *w, const struct view_record *x, const char *role);
void tell_plain(struct walk *w, const struct view_record *x, const char *role);

/* How long a timer had run, since what, and by which limits. */
void tell_wait(struct walk *w, const struct view_record *x, const struct view_record *since);

/* The history of an RTO, folded; returns the record it began with, or NULL: nothing doubled. */
const struct view_record *tell_rto(struct walk *w, const struct view_record *last);

/* What came of an alarm: the device's next registration. */
void tell_result(struct walk *w, const struct view_record *alarm);

#endif
