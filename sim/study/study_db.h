/* SPDX-License-Identifier: GPL-3.0-or-later */
/* study_db.h: sweep.db, where a sweep's results are kept as they come: SQLite with a write-ahead log, many
 * trials a transaction. Whatever was committed survives a kill; what is missing is played again.
 *
 *   sweep(key, value)                               what was asked for: a resumed sweep must ask the same
 *   point(id, one column a varied parameter)        SI numbers, or words
 *   trial(point, rep, seed, digest, status, message)   status: complete or failed
 *   result(point, rep, measure, value)              SI; NULL: did not occur, so censored at the duration */
#ifndef SIM_STUDY_STUDY_DB_H
#define SIM_STUDY_STUDY_DB_H

#include <stdio.h>

#include "sim/study/grid.h"
#include "sim/study/trial.h"

struct study_key {
    const char *key, *value;
};

struct study_plan {
    const struct grid *grid;
    uint32_t reps;
    const struct study_key *keys; /* what identifies the sweep */
    size_t key_count;
};

struct study_db;

/* A new file; there must be none. */
struct study_db *study_db_create(struct arena *a, const char *path, const struct study_plan *p,
                                 struct err *e);

/* An old one of the same plan (more replications may be asked for than before), or a new one when there is
 * none or it was killed before it began; anything else is an error, and the file is left as it is. */
struct study_db *study_db_resume(struct arena *a, const char *path, const struct study_plan *p,
                                 struct err *e);

bool study_db_has(const struct study_db *d, uint32_t point, uint32_t rep);
uint64_t study_db_count(const struct study_db *d); /* trials in it */
uint64_t study_db_failed(const struct study_db *d);

/* Adds a trial to the batch; a full batch is committed. False: disk full or the like. */
MUST_USE bool study_db_add(struct study_db *d, const struct trial_result *r, struct err *e);
MUST_USE bool study_db_commit(struct study_db *d, struct err *e);

/* The values of a measure at a point over the complete trials, by replication; those that did not occur
 * are only counted. Room for `reps` values. */
MUST_USE bool study_db_values(struct study_db *d, uint32_t point, enum measure_id m, double *out,
                              uint32_t *count, uint32_t *censored, struct err *e);

/* The failed trial of the lowest point and replication; there is one. */
MUST_USE bool study_db_first_failure(struct study_db *d, struct trial_result *out, struct err *e);

enum study_format { STUDY_CSV, STUDY_JSONL };

/* Everything, in order, a value a line. */
MUST_USE bool study_db_export(struct study_db *d, enum study_format f, FILE *out, struct err *e);

/* Commits and closes. False: the last commit failed; closed all the same. */
MUST_USE bool study_db_close(struct study_db *d, struct err *e);

#endif
