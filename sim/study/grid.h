/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid.h: the points of a sweep: every combination of the values varied, less those that a constraint
 * excludes. Points are numbered from 1 in the order of the options, the last one fastest; a point that
 * is excluded takes no number. */
#ifndef SIM_STUDY_GRID_H
#define SIM_STUDY_GRID_H

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/study/quantity.h"

#define GRID_DIMS_MAX 16
#define GRID_POINTS_MAX 1000000
#define GRID_VALUES_MAX 100000

struct grid_dim {
    const char *name;
    struct quantity *value;
    uint32_t count;
};

struct grid {
    struct arena *arena;
    struct grid_dim dim[GRID_DIMS_MAX];
    uint32_t dim_count;
    uint32_t sobol; /* so many points all over the ranges, by a Sobol sequence; 0: every combination */
    uint32_t *kept; /* kept[p - 1]: the combination that point p is */
    uint32_t point_count;
};

void grid_init(struct grid *g, struct arena *a);

/* From now on ranges are "NAME=A..B", and grid_close lays n points evenly over all of them together. */
void grid_sobol(struct grid *g, uint32_t n);

/* "NAME=A..B:STEP", both ends in when the steps meet them, or "NAME=a,b,c". Until grid_close a range for a
 * Sobol sequence has its two ends as values. */
MUST_USE bool grid_vary(struct grid *g, struct str spec, struct err *e);

/* The value of a parameter that is not varied. False: there is none. */
typedef bool grid_lookup_fn(void *arg, struct str name, struct quantity *out);

/* Numbers the points that satisfy every constraint, each "SIDE < SIDE" with < <= > >= == !=, a side
 * being names and values joined by + and -. `lookup` tells of names that are not varied. A grid without
 * dimensions has one point. */
MUST_USE bool grid_close(struct grid *g, const struct str *where, size_t where_count,
                         grid_lookup_fn *lookup, void *arg, struct err *e);

/* The value of dimension `dim` at point `p` (from 1). */
const struct quantity *grid_value(const struct grid *g, uint32_t p, uint32_t dim);

#endif
