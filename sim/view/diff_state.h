/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_state.h: a comparison in progress, shared by diff.c (what is set and measured) and diff_part.c (what
 * happened). */
#ifndef SIM_VIEW_DIFF_STATE_H
#define SIM_VIEW_DIFF_STATE_H

#include "sim/view/diff.h"
#include "sim/view/run_reader.h"

struct comparing {
    struct diff *d;
    struct run_db *db[2];
    struct err *e;
};

/* Finds where the two part, and what led there. False: *e says why. */
MUST_USE bool diff_part(struct comparing *c);

#endif
