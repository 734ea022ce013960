/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff.h: two recorded runs beside each other: parameters, measures and verdicts that differ, and the first
 * record where the two part, with what led to it in each.
 *
 * Two facts are the same when time, kind, node (by its name), text and fields are, but for the number of a
 * frame: numbers of frames, flows and records only count what came before. Timers and statistics are no
 * facts. A NOTE is what a device remarks, every other fact is what happened; where the runs part in a
 * remark, the first thing that happened differently is looked for, too. Nothing is kept of the history the
 * two have in common, so runs may be of any length. */
#ifndef SIM_VIEW_DIFF_H
#define SIM_VIEW_DIFF_H

#include "sim/base/err.h"
#include "sim/view/view_run.h"
#include "sim/view/why.h"

/* A value as run.db has it; text "": there is none (a measure that did not occur). */
struct diff_value {
    const char *text, *note; /* note: who set a parameter; the verdict of an observable */
    bool there;              /* the run has this name at all */
    bool number;
};

/* A parameter, measure or observable that differs. */
struct diff_row {
    const char *name, *unit;
    const char *source, *documented; /* of an observable */
    struct diff_value value[2];
    const char *difference; /* the second less the first, exact; "": none can be told */
};

struct diff_table {
    struct diff_row *rows; /* those that differ, in the order of the first run, then of the second */
    size_t count, same;    /* same: how many do not */
};

/* The record of one run where the two part. */
struct diff_end {
    int64_t record; /* 0: the run has no further one */
    int64_t t_ns;
    const char *node, *kind, *text, *fields;
    int64_t like, like_t_ns; /* the first of the kind in the other run from there on; 0: there is none */
    struct view_run *run;    /* around the record */
    struct why why;          /* from the record back */
};

struct diff_parting {
    int64_t common;      /* facts before it, the same in both; of what happened: without NOTEs */
    int64_t common_t_ns; /* of the last of these */
    struct diff_end end[2];
};

struct diff_run {
    const char *folder, *scenario, *seed, *version, *status, *until_s, *digest;
    int64_t facts;
    int64_t origin_ns;       /* of the first registration; 0: none */
};

struct diff {
    struct arena *arena;
    struct diff_run run[2];
    struct diff_table params, measures, observables;
    bool same_digest;
    bool parts;        /* facts differ, */
    bool happens;      /* and not only what was remarked */
    struct diff_parting first; /* the first facts that differ */
    struct diff_parting event; /* the first that are no NOTE; may be the same records */
};

/* The folders hold run.db. NULL: *e says why. */
struct diff *diff_runs(const char *a, const char *b, struct err *e);
void diff_free(struct diff *d);

/* Whether nothing differs but parameters. */
bool diff_same(const struct diff *d);

/* Whether `first` is a remark, so that `event` tells more. */
bool diff_only_remarked(const struct diff_parting *p);

#endif
