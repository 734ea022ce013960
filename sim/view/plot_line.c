/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_line.c: a measure along one parameter: means joined by a line within the band of their intervals.
 * Only where every trial has a value is there a mean: a place where some are censored stands alone, a hollow
 * mark at its median; one whose median is censored is shown in a grey strip above the highest value. */
#include <math.h>

#include "sim/view/plot_draw.h"

#define STRIP 0.09 /* of the height, a series */

const char *const draw_colours[PLOT_SERIES_MAX] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                   "#56B4E9", "#E69F00", "#000000"};
const int draw_marks[PLOT_SERIES_MAX] = {7, 5, 9, 13, 11, 15, 3};
const int draw_hollow[PLOT_SERIES_MAX] = {6, 4, 8, 12, 10, 14, 2};

enum fate { NOTHING, ALL, MOST, FEW, NONE, FATES }; /* how many of its trials have a value */

static enum fate fate_of(const struct plot_estimate *m)
{
    if (m->n == 0)
        return m->censored ? NONE : NOTHING;
    return m->beyond ? FEW : m->censored ? MOST : ALL;
}

struct survey {
    double low, high;
    uint32_t seen[FATES];
    bool wide; /* some interval has a width */
    uint32_t strips; /* series with a place where nothing occurred */
};

static struct survey look(const struct plot *p)
{
    struct survey v = {.low = INFINITY, .high = -INFINITY};
    for (uint32_t k = 0; k < p->panel_count; k++) {
        for (uint32_t s = 0; s < p->panel[k].series_count; s++) {
            bool strip = false;
            for (uint32_t i = 0; i < p->x.count; i++) {
                const struct plot_estimate *m = &p->panel[k].series[s].estimate[i];
                enum fate f = fate_of(m);
                v.seen[f]++;
                strip = strip || f == NONE || f == FEW;
                if (f != ALL && f != MOST)
                    continue;
                v.wide = v.wide || m->low < m->high;
                v.low = fmin(v.low, isfinite(m->low) ? fmin(m->low, m->middle) : m->middle);
                v.high = fmax(v.high, isfinite(m->high) ? fmax(m->high, m->middle) : m->middle);
            }
            if (strip && s + 1 > v.strips)
                v.strips = s + 1;
        }
    }
    return v;
}

static double part_of(struct range r, bool log_axis, double part)
{
    return log_axis ? r.low * pow(r.high / r.low, part) : r.low + (r.high - r.low) * part;
}

static const char *tell(struct draw *d, enum fate f)
{
    const char *none = draw_none(d);
    if (f == ALL)
        return d->plot->proportion ? "share of trials" : "mean";
    if (f == MOST)
        return arena_printf(d->arena, "median, for there was %s in some trials", none);
    return f == FEW ? arena_printf(d->arena, "in the strip: %s in most trials", none)
                    : arena_printf(d->arena, "%s in any trial", none);
}

static void expect_key(struct draw *d, const struct survey *v)
{
    const struct plot_panel *k = &d->plot->panel[0];
    for (uint32_t i = 0; i < k->series_count; i++) {
        if (k->series[i].label || v->seen[ALL])
            draw_expect(d, k->series[i].label ? k->series[i].label : tell(d, ALL));
    }
    for (enum fate f = MOST; f <= NONE; f++) {
        if (v->seen[f])
            draw_expect(d, tell(d, f));
    }
    if (v->wide)
        draw_expect(d, "95 % interval");
}

bool draw_line_begin(struct draw *d)
{
    const struct plot *p = d->plot;
    struct survey v = look(p);
    if (!(v.low <= v.high)) { /* all censored, everywhere */
        v.low = 0;
        v.high = p->within_s > 0 ? p->within_s : 1;
    }
    if (p->measure.log && !(v.low > 0))
        return err_set(d->e, "--log y: %.6g has no place on a logarithmic axis", v.low);
    d->x = plot_scale_of(p->x.quantity, p->x.value[p->x.count - 1], p->x.value, p->x.count);
    d->y = plot_scale_of(p->measure.quantity, v.high, NULL, 0);
    d->y_range = draw_span(v.low / d->y.factor, v.high / d->y.factor, p->measure.log);
    double first = p->x.value[0] / d->x.factor, last = p->x.value[p->x.count - 1] / d->x.factor;
    if (p->x.log || p->x.word || p->x.count == 1)
        d->x_range = (struct range){draw_edge(&p->x, 0) / d->x.factor, draw_edge(&p->x, p->x.count) / d->x.factor};
    else
        d->x_range = (struct range){first - (last - first) * 0.02, last + (last - first) * 0.02};
    if (p->proportion)
        d->y_range = (struct range){0, 102};
    d->y_ticks_end = d->y_range.high;
    if (v.strips) {
        double strip = STRIP + 0.04 * (v.strips - 1);
        d->y_range.high = part_of(d->y_range, p->measure.log, 1 / (1 - strip));
    }
    expect_key(d, &v);
    return true;
}

/* --- data ------------------------------------------------------------------------------------- */

struct blocks {
    bool line, most, few, none, band;
};

/* Over words, series stand beside each other. */
static double level_of(const struct draw *d, uint32_t place, uint32_t series)
{
    const struct plot_axis *x = &d->plot->x;
    double aside = (double)series - ((double)d->plot->panel[0].series_count - 1) / 2;
    return x->value[place] / d->x.factor + (x->word ? aside * 0.1 : 0);
}

static double bounded(const struct draw *d, double v)
{
    return fmin(fmax(v / d->y.factor, d->y_range.low), d->y_ticks_end);
}

/* An empty line where the line breaks. */
static bool write_block(struct draw *d, const char *name, const struct plot_series *s, uint32_t series,
                        enum fate want)
{
    const struct plot_axis *x = &d->plot->x;
    bool any = false, gap = false;
    fprintf(d->out, "$%s << EOD\n# level, %s, low, high, trials with a value, trials without\n", name,
            want == ALL ? "mean" : "median");
    for (uint32_t i = 0; i < x->count; i++) {
        const struct plot_estimate *m = &s->estimate[i];
        if (fate_of(m) != want) {
            gap = true;
            continue;
        }
        if (any && gap && want == ALL)
            fprintf(d->out, "\n");
        fprintf(d->out, "%.10g %.10g %.10g %.10g %u %u\n", level_of(d, i, series), m->middle / d->y.factor,
                bounded(d, m->low), bounded(d, m->high), m->n, m->censored);
        any = true;
        gap = false;
    }
    fprintf(d->out, "EOD\n");
    return any;
}

/* Where the median is censored: marks in the strip, one row a series. */
static bool write_strip(struct draw *d, const char *name, const struct plot_series *s, enum fate want,
                        uint32_t row, uint32_t rows)
{
    const struct plot_axis *x = &d->plot->x;
    struct range r = {d->y_ticks_end, d->y_range.high};
    bool any = false;
    fprintf(d->out, "$%s << EOD\n# level, place in the strip, trials with a value, trials without\n", name);
    for (uint32_t i = 0; i < x->count; i++) {
        if (fate_of(&s->estimate[i]) != want)
            continue;
        double y = part_of(r, d->plot->measure.log, 1 - (row + 1.5) / (rows + 1.5));
        fprintf(d->out, "%.10g %.10g %u %u\n", level_of(d, i, row), y, s->estimate[i].n,
                s->estimate[i].censored);
        any = true;
    }
    fprintf(d->out, "EOD\n");
    return any;
}

/* Has any place an interval of some width to show? */
static bool has_band(const struct draw *d, const struct plot_series *s)
{
    bool any = false;
    for (uint32_t i = 0; i < d->plot->x.count; i++)
        any = any || (fate_of(&s->estimate[i]) == ALL && s->estimate[i].low < s->estimate[i].high);
    return any && !d->plot->x.word;
}

/* --- the panel -------------------------------------------------------------------------------- */

static void strip_box(struct draw *d, bool any)
{
    fprintf(d->out, "unset object 1\nunset label 1\n");
    if (!any)
        return;
    fprintf(d->out,
            "set object 1 rectangle from graph 0, first %.10g to graph 1, graph 1 behind fillcolor rgb '#E4E4E4'"
            " fillstyle solid noborder\n",
            d->y_ticks_end);
    fprintf(d->out, "set label 1 ");
    draw_quoted(d->out, draw_none(d));
    fprintf(d->out, " at graph 0.01, graph 0.975 left textcolor rgb '#444444' font ',10' front\n");
}

#define CROSS 2

static const char strip_mark[] = " $%s using 1:2 with points linecolor rgb '%s' linewidth 1.5 pointtype %d"
                                 " pointsize 0.6 notitle, \\\n";

static void plot_series(struct draw *d, uint32_t panel, uint32_t i, const struct blocks *b)
{
    const struct plot_series *s = &d->plot->panel[panel].series[i];
    const char *c = draw_colours[i];
    const char *with = d->plot->x.word ? "points" : "linespoints";
    if (b->band)
        fprintf(d->out, " $%s using 1:3:4 with filledcurves fillcolor rgb '%s' fillstyle transparent solid 0.2"
                " noborder notitle, \\\n", draw_block(d, "line", panel, i), c);
    if (b->line && (d->plot->x.word || d->plot->x.count <= 40))
        fprintf(d->out, " $%s using 1:3:(0):($4-$3) with vectors nohead linecolor rgb '%s' linewidth 1"
                " notitle, \\\n", draw_block(d, "line", panel, i), c);
    if (b->line)
        fprintf(d->out, " $%s using 1:2 with %s linecolor rgb '%s' linewidth 2 pointtype %d pointsize %s notitle, \\\n",
                draw_block(d, "line", panel, i), with, c, draw_marks[i], d->plot->x.count > 60 ? "0.3" : "0.7");
    if (b->most)
        fprintf(d->out, " $%s using 1:2:3:4 with yerrorbars linecolor rgb '%s' linewidth 1.5 pointtype %d"
                " pointsize 0.9 notitle, \\\n", draw_block(d, "most", panel, i), c, draw_hollow[i]);
    if (b->few)
        fprintf(d->out, strip_mark, draw_block(d, "few", panel, i), c, draw_hollow[i]);
    if (b->none)
        fprintf(d->out, strip_mark, draw_block(d, "none", panel, i), c, CROSS);
    if (panel == 0 && s->label) {
        fprintf(d->out, " keyentry with %s linecolor rgb '%s' linewidth 2 pointtype %d title ", with, c, draw_marks[i]);
        draw_quoted(d->out, s->label);
        fprintf(d->out, ", \\\n");
    }
}

static void key_mark(struct draw *d, const char *colour, int mark, const char *what)
{
    fprintf(d->out, " keyentry with points linecolor rgb '%s' linewidth 1.5 pointtype %d pointsize 0.8 title ", colour,
            mark);
    draw_quoted(d->out, what);
    fprintf(d->out, ", \\\n");
}

/* What the marks mean, once, below the picture. */
static void plot_key(struct draw *d, const struct survey *v)
{
    bool only = !d->plot->panel[0].series[0].label;
    const char *c = only ? draw_colours[0] : "#555555";
    if (only && v->seen[ALL])
        fprintf(d->out, " keyentry with linespoints linecolor rgb '%s' linewidth 2 pointtype 7 pointsize 0.7 title"
                " '%s', \\\n", c, tell(d, ALL));
    if (v->wide && d->plot->x.word)
        fprintf(d->out, " keyentry with lines linecolor rgb '%s' linewidth 1 title '95 %% interval', \\\n", c);
    else if (v->wide)
        fprintf(d->out, " keyentry with boxes fillcolor rgb '%s' fillstyle transparent solid 0.25 noborder title"
                " '95 %% interval', \\\n", c);
    for (enum fate f = MOST; f <= NONE; f++) {
        if (v->seen[f])
            key_mark(d, c, f == NONE ? CROSS : draw_hollow[0], tell(d, f));
    }
}

bool draw_line_panel(struct draw *d, uint32_t panel)
{
    const struct plot *p = d->plot;
    const struct plot_panel *k = &p->panel[panel];
    struct blocks b[PLOT_SERIES_MAX];
    struct survey v = look(p);
    for (uint32_t i = 0; i < k->series_count; i++) {
        const struct plot_series *s = &k->series[i];
        b[i] = (struct blocks){.line = write_block(d, draw_block(d, "line", panel, i), s, i, ALL),
                               .most = write_block(d, draw_block(d, "most", panel, i), s, i, MOST),
                               .few = write_strip(d, draw_block(d, "few", panel, i), s, FEW, i, v.strips),
                               .none = write_strip(d, draw_block(d, "none", panel, i), s, NONE, i, v.strips),
                               .band = has_band(d, s)};
    }
    if (!draw_formula_data(d, panel))
        return false;
    draw_axis(d, 'x', &p->x, d->x, d->x_range, d->x_range.high);
    draw_axis(d, 'y', &p->measure, d->y, d->y_range, d->y_ticks_end);
    strip_box(d, v.strips > 0);
    fprintf(d->out, "plot \\\n");
    draw_formula(d, panel); /* beneath: the marks are what was measured */
    for (uint32_t i = 0; i < k->series_count; i++)
        plot_series(d, panel, i, &b[i]);
    if (panel == 0)
        plot_key(d, &v);
    return true;
}
