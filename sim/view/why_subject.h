/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_subject.h: what is asked about, and the record with which an answer begins. A subject is
 *   #7                       a record
 *   a node's name            its first counted unregister, as its own alarm or as the one about its device,
 *                            else the first call that it dropped, else its first alarm, else its first drop
 *   a device, as in alarms   the first unregister of it that counts
 *   a measure                the record that it began with, or that made it the largest
 *   an observable            the same of the whole run, after what was documented and what happened
 *   an alarm, a drop's reason   the first of that name
 *   a Call-ID                the first that says that this call has ended
 *   late                     the first message that came after the timer that awaited it had run out
 *   left out                 the first unregister, else the first observable that deviates, else the first call
 *                            whose end nobody wished for, else the first failover, else the first alarm or drop */
#ifndef SIM_VIEW_WHY_SUBJECT_H
#define SIM_VIEW_WHY_SUBJECT_H

#include "sim/base/err.h"
#include "sim/view/view_run.h"

struct why_subject {
    const struct view_record *record; /* NULL: nothing happened that could be explained; intro says so */
    const char *intro;                /* a sentence, or "" */
};

/* False: *e says that there is no such subject, with a near name. */
MUST_USE bool why_find(const struct view_run *r, const char *subject, struct why_subject *out,
                       struct err *e);

#endif
