/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_draw.h: what the files plot*.c share: the picture in hand, its axes as drawn, and how text and
 * numbers are written for gnuplot. */
#ifndef SIM_VIEW_PLOT_DRAW_H
#define SIM_VIEW_PLOT_DRAW_H

#include "sim/view/plot.h"

struct range {
    double low, high; /* as drawn */
};

struct box {
    int left, right, top, bottom; /* pixels from the top left */
};

struct draw {
    FILE *out;
    struct arena *arena;
    const struct plot *plot;
    struct err *e;
    int width, height;
    struct box box;    /* of the panel in hand */
    bool first_column; /* it has the label of the upright axis */
    struct plot_scale x, y, z; /* z: the colour of a heat map */
    struct range x_range, y_range, z_range;
    double y_ticks_end; /* above it begins the grey strip of a line */
    uint32_t entries; /* of the key below the picture */
    size_t widest;    /* the letters of its longest */
    bool part, beyond, none; /* a heat map has cells with some, few, no trials that have a value */
    struct plot_over *over;
    size_t over_by, over_panel_by; /* among the formula's names; 0: not there */
    bool curve[PLOT_SERIES_MAX];   /* of the panel in hand: there is something to draw */
};

/* Colours and marks of series: Okabe and Ito's, told apart by everybody, and by their marks in grey. */
extern const char *const draw_colours[PLOT_SERIES_MAX];
extern const int draw_marks[PLOT_SERIES_MAX], draw_hollow[PLOT_SERIES_MAX];

/* --- plot_axis.c --- */

void draw_quoted(FILE *out, const char *text); /* for gnuplot, in single quotes */

/* Label, range and marks of "x" or "y". `ticks_end`: no mark beyond it. */
void draw_axis(struct draw *d, char axis, const struct plot_axis *a, struct plot_scale s, struct range r,
               double ticks_end);
/* Letters of the widest mark of an upright axis. */
size_t draw_mark_letters(const struct plot_axis *a, struct plot_scale s, struct range r, double ticks_end, int px);
void draw_label(struct txtbuf *t, const struct draw *d, const struct plot_axis *a, const char *unit);

/* The lowest and highest of a measure's values, with room around, zero kept when it is near. */
struct range draw_span(double low, double high, bool log_axis);

/* The line between place i - 1 and place i of an axis; i = 0 and i = count: the outer ones. SI. */
double draw_edge(const struct plot_axis *a, uint32_t i);

/* An entry of the key will say this. */
void draw_expect(struct draw *d, const char *text);

/* "none in 40 min". */
const char *draw_none(const struct draw *d);

/* The data block of a series, such as "line1_2". */
const char *draw_block(struct draw *d, const char *kind, uint32_t panel, uint32_t series);

/* --- plot_formula.c: --over; data before a panel's plot command, curves within it --- */
MUST_USE bool draw_formula_begin(struct draw *d);
MUST_USE bool draw_formula_data(struct draw *d, uint32_t panel);
void draw_formula(struct draw *d, uint32_t panel);

/* --- one kind of picture each: scales and ranges first, then a panel at a time --- */
MUST_USE bool draw_line_begin(struct draw *d);
MUST_USE bool draw_line_panel(struct draw *d, uint32_t panel);
MUST_USE bool draw_heat_begin(struct draw *d);
MUST_USE bool draw_heat_panel(struct draw *d, uint32_t panel);
MUST_USE bool draw_ecdf_begin(struct draw *d);
MUST_USE bool draw_ecdf_panel(struct draw *d, uint32_t panel);

#endif
