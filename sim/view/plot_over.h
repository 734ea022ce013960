/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_over.h: an analytic boundary, given as text: "120s - timer_register_delta = port_security_aging_time".
 * It is parsed and computed here and reaches the plotter as points, so no text of a user is ever run.
 *
 * Names (those handed in), numbers with or without a unit (us ms s min h d %), + - * / ** ( ), and abs
 * ceil floor round sqrt exp log log10 log2 min max. All in SI units. Without "=" the whole equals the
 * name that stands upright on the picture. */
#ifndef SIM_VIEW_PLOT_OVER_H
#define SIM_VIEW_PLOT_OVER_H

#include "sim/base/arena.h"
#include "sim/base/err.h"

#define OVER_NAMES_MAX 8

struct plot_over;

/* `upright` is the index of the name that a bare expression equals. NULL: *e says what and where. */
struct plot_over *plot_over_parse(struct arena *a, const char *text, const char *const *names, size_t n,
                                  size_t upright, struct err *e);

/* Left side minus right side; `value` has one number a name. */
double plot_over_at(const struct plot_over *o, const double *value);

bool plot_over_uses(const struct plot_over *o, size_t name);

struct plot_point {
    double x, y;
};

/* The rectangle that is looked at. With log_x (log_y) the axis is logarithmic and its ends above zero. */
struct plot_window {
    size_t x, y; /* the names on the two axes; */
    double x_low, x_high, y_low, y_high;
    bool log_x, log_y;
    const double *value; /* the others have these (OVER_NAMES_MAX of them) */
};

/* Where the two sides are equal: polylines, one after the other. */
struct plot_curve {
    struct plot_point *point;
    size_t count;
    size_t *line; /* index of each line's first point */
    size_t line_count;
};

/* False: it holds in too many places to be a line. */
MUST_USE bool plot_over_trace(struct arena *a, const struct plot_over *o, const struct plot_window *w,
                              struct plot_curve *out, struct err *e);

#endif
