/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_scale.h: the unit in which an axis is easy to read, and where its marks stand. Values come in SI
 * units; what is drawn is value / factor. */
#ifndef SIM_VIEW_PLOT_SCALE_H
#define SIM_VIEW_PLOT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/str.h"

enum plot_quantity { PLOT_NUMBER, PLOT_TIME, PLOT_RATE, PLOT_BYTES, PLOT_FRACTION };

struct plot_scale {
    double factor;    /* SI units in one drawn unit */
    const char *unit; /* "min"; "" for plain numbers */
};

/* The quantity of "s", "bit/s", "B" or "1". */
enum plot_quantity plot_quantity_of(const char *unit);

/* For values up to `high` in size. With `value` (n of them, the values of a parameter) the largest unit is
 * taken in which all are whole, if there is one: 60 s and 120 s are 1 min and 2 min. */
struct plot_scale plot_scale_of(enum plot_quantity q, double high, const double *value, size_t n);

/* One value with its unit, such as "2 min". */
void plot_value_text(struct txtbuf *t, enum plot_quantity q, double v);

/* A step of 1, 2 or 5 times a power of ten (of minutes and seconds also 15, 30) that makes at most `most`
 * steps of `span`. */
double plot_step(double span, int most, const char *unit);

#endif
