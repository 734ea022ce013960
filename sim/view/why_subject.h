/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_subject.h: what is asked about, and the record with which an answer begins. A subject is
 *   #7                       a record
 *   a node's name            its first counted unregister, else its first alarm, else its first drop
 *   a measure                the record that it began with, or that made it the largest
 *   an observable            the same of the first unregister, after what was documented and what happened
 *   an alarm, a drop's reason   the first of that name
 *   left out                 the first unregister, else the first observable that deviates, else the first
 *                            alarm or drop */
#ifndef SIM_VIEW_WHY_SUBJECT_H
#define SIM_VIEW_WHY_SUBJECT_H

#include "sim/view/run_reader.h"

struct why_subject {
    const struct view_record *record; /* NULL: nothing happened that could be explained; intro says so */
    const char *intro;                /* a sentence, or "" */
};

/* False: *e says that there is no such subject, with a near name. */
MUST_USE bool why_find(const struct view_run *r, const char *subject, struct why_subject *out,
                       struct err *e);

#endif
