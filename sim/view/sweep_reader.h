/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_reader.h: a sweep read back from its sweep.db: its points as places in a grid of values, and the
 * values of one measure. Read only; the sweep may be over, interrupted, or still going on. */
#ifndef SIM_VIEW_SWEEP_READER_H
#define SIM_VIEW_SWEEP_READER_H

#include "sim/base/arena.h"
#include "sim/base/err.h"

#define SWEEP_PARAMS_MAX 16

/* A varied parameter with the values it took, each once: numbers (SI) ascending, words as they came. */
struct sweep_param {
    const char *name;
    bool number;
    double *value;     /* of a word: its index */
    const char **text; /* of a number: as the file has it */
    uint32_t count;
};

struct sweep_key {
    const char *key, *value;
};

/* What a measure came to at one point, by replication; those that did not occur are only counted. */
struct sweep_sample {
    double *value;
    uint32_t count, censored;
};

struct view_sweep {
    struct arena *arena;
    const char *folder;
    struct sweep_param param[SWEEP_PARAMS_MAX];
    uint32_t param_count;
    uint32_t point_count;
    uint32_t *at; /* at[p * param_count + d]: which value of parameter d point p has */
    const char **measure;
    uint32_t measure_count;
    struct sweep_key *key;
    uint32_t key_count;
    uint64_t complete, failed; /* trials */
    uint32_t reps_min, reps_max; /* complete trials of a point */
    struct sweep_sample *sample; /* of each point; after sweep_measure */
    struct sweep_reading *reading;
};

/* `folder` holds sweep.db. NULL: *e says why. */
struct view_sweep *sweep_open(const char *folder, struct err *e);
void sweep_close(struct view_sweep *v);

/* Fills v->sample. A measure that is not there is an error with a near name. */
MUST_USE bool sweep_measure(struct view_sweep *v, const char *measure, struct err *e);

const char *sweep_key(const struct view_sweep *v, const char *key); /* NULL: there is none */
struct sweep_param *sweep_find_param(struct view_sweep *v, struct str name); /* NULL: not varied */

#endif
