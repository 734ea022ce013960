/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.h: a picture of a sweep as a script for gnuplot. What is to be drawn has been computed before: this
 * lays it out, labels it and writes it down, data included. Nothing of the machine or the day goes in, so
 * the same picture is the same bytes.
 *
 * Times that did not occur are never drawn as if they had been measured: a line shows them in a grey strip
 * above its axis, a heat map hatches their cells, an ECDF ends below 1. Text of users stands in single
 * quotes only, where gnuplot replaces nothing. */
#ifndef SIM_VIEW_PLOT_H
#define SIM_VIEW_PLOT_H

#include <stdio.h>

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/view/plot_over.h"
#include "sim/view/plot_scale.h"

#define PLOT_SERIES_MAX 7   /* colours that everybody tells apart */
#define PLOT_PANELS_MAX 12
#define PLOT_PLACES_MAX 2000 /* on the level axis of a line */
#define PLOT_CELLS_MAX 40000 /* of a heat map */

enum plot_kind { PLOT_LINE, PLOT_HEAT, PLOT_ECDF };

/* A parameter on an axis, or the measure (without values). */
struct plot_axis {
    const char *name;
    enum plot_quantity quantity;
    const double *value; /* SI, ascending; of words: 0, 1, ... */
    const char *const *word; /* NULL: numbers */
    const char *unit;        /* of words that are numbers, set at even distances; NULL: none */
    uint32_t count;
    bool log;
};

/* What a measure came to at one place: where every trial has a value, their mean; where some are censored,
 * the median of all, for there is no mean. An end of the interval may be infinite. n == 0 and
 * censored == 0: nothing is known. */
struct plot_estimate {
    double middle, low, high; /* SI */
    bool beyond;              /* the median is among the censored: there is no middle */
    uint32_t n, censored;     /* trials with and without a value */
};

/* One step of an empirical distribution: the share at or below `value`, and its interval. */
struct plot_share {
    double value, share, low, high;
};

struct plot_series {
    const char *label; /* NULL: the only one */
    double value;      /* SI, of the parameter that tells series apart; for a formula */
    struct plot_estimate *estimate; /* line: one a place on x */
    struct plot_share *share;       /* ECDF */
    uint32_t share_count, n, censored;
};

struct plot_panel {
    const char *label; /* NULL: the only one */
    double value;
    struct plot_series *series; /* heat: one a place on y, each with an estimate a place on x */
    uint32_t series_count;
};

struct plot {
    enum plot_kind kind;
    const char *scenario, *doc, *note, *with; /* heading, two lines under it, the line at the foot; "": none */
    struct plot_axis x, y; /* line: parameter, measure; heat: parameters; ECDF: measure, share */
    struct plot_axis measure; /* the same measure as on its axis; a heat map's colours */
    const char *by, *panel_by; /* what tells series (panels) apart; NULL: nothing */
    bool by_numbers, panel_by_numbers;
    bool proportion;           /* the measure is 0 or 1: a share is drawn */
    const char *within;        /* the time looked at, such as "40 min"; NULL: not one for all */
    double within_s;
    struct plot_panel *panel;
    uint32_t panel_count;
    const char *over; /* formula; NULL: none */
};

/* Writes the script; `a` is for what it needs meanwhile. */
MUST_USE bool plot_write(FILE *out, struct arena *a, const struct plot *p, struct err *e);

#endif
