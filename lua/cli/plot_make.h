/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_make.h: from a sweep and what is asked of it to the picture that is drawn: which parameter goes on
 * which axis, and the statistics at each place. These come from sim/study/stats.h, as in the sweep's own
 * table; the plot itself (sim/view/plot.h) computes nothing. */
#ifndef LUA_CLI_PLOT_MAKE_H
#define LUA_CLI_PLOT_MAKE_H

#include "lua/cli/cli.h"
#include "sim/view/plot.h"
#include "sim/view/sweep_reader.h"

struct plot_request {
    const char *measure, *x, *y, *by, *kind, *log, *over; /* NULL: not given */
    const struct cli_set *sets; /* only the points with these values */
    size_t set_count;
};

struct plot_make {
    struct view_sweep *sweep;
    struct arena *arena;
    const struct plot_request *asked;
    struct plot plot;
    /* points */
    bool *kept;                         /* a point; by --set */
    uint32_t kept_count;
    uint32_t reps_min, reps_max;        /* trials with or without a value, of the points kept */
    /* parameters: those values that are left, and their places */
    struct plot_axis axis[SWEEP_PARAMS_MAX];
    uint32_t *place[SWEEP_PARAMS_MAX];  /* of a value of the sweep, among those left */
    /* roles: indexes of parameters; -1: none */
    int x, y, series, panel;
};

/* Everything up to the picture. */
MUST_USE bool plot_make(struct plot_make *m, struct view_sweep *v, const struct plot_request *asked,
                        struct err *e);

/* --- plot_roles.c: which parameter goes where, once the values that are left are known --- */
MUST_USE bool plot_roles(struct plot_make *m, struct err *e);

/* --- plot_sum.c: the statistics --- */
MUST_USE bool plot_sum(struct plot_make *m, struct err *e);

/* The unit of a parameter: as the models, the links or the sweep's own --vary have it. */
enum plot_quantity plot_param_quantity(const struct view_sweep *v, const char *name);

#endif
