/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_ecdf.c: the share of trials in which the measure was at or below a value. A curve ends where the
 * run ends: what had not occurred by then keeps it below 1, and the picture says how many those are. */
#include <math.h>

#include "sim/view/plot_draw.h"

/* "33 of 100 trials; in the others none in 17 min". */
static const char *tell_count(struct draw *d, const struct plot_series *s)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%u of %u trials", s->n, s->n + s->censored);
    if (s->censored)
        txtbuf_add(&t, "; %s in the other%s", draw_none(d), s->censored == 1 ? "" : "s");
    return arena_strdup(d->arena, txtbuf_view(&t));
}

/* Among several panels each has its own counts, above the ends of its curves. */
static const char *legend(struct draw *d, const struct plot_series *s)
{
    if (d->plot->panel_count > 1)
        return s->label ? s->label : "share of trials";
    return s->label ? arena_printf(d->arena, "%s: %s", s->label, tell_count(d, s)) : tell_count(d, s);
}

bool draw_ecdf_begin(struct draw *d)
{
    const struct plot *p = d->plot;
    double low = INFINITY, high = -INFINITY;
    bool censored = false;
    for (uint32_t k = 0; k < p->panel_count; k++) {
        for (uint32_t i = 0; i < p->panel[k].series_count; i++) {
            const struct plot_series *s = &p->panel[k].series[i];
            censored = censored || s->censored;
            if (s->share_count == 0)
                continue;
            low = fmin(low, s->share[0].value);
            high = fmax(high, s->share[s->share_count - 1].value);
        }
    }
    bool to_end = censored && p->within_s > 0;
    if (!(low <= high) && !to_end)
        return err_set(d->e, "'%s' occurred in no trial: there is no distribution to draw", p->measure.name);
    low = fmin(low, to_end ? p->within_s : low);
    high = fmax(high, to_end ? p->within_s : high);
    if (p->x.log && !(low > 0))
        return err_set(d->e, "--log x: %.6g has no place on a logarithmic axis", low);
    d->x = plot_scale_of(p->x.quantity, high, NULL, 0);
    d->y = (struct plot_scale){0.01, "%"};
    d->x_range = draw_span(low / d->x.factor, high / d->x.factor, p->x.log);
    if (d->x_range.low >= 0 && low <= 0) /* a step at 0 stands beside the axis, not in it */
        d->x_range.low = -0.04 * d->x_range.high;
    d->y_range = (struct range){0, 104};
    d->y_ticks_end = 100;
    for (uint32_t i = 0; i < p->panel[0].series_count; i++)
        draw_expect(d, legend(d, &p->panel[0].series[i]));
    draw_expect(d, "95 % interval");
    return true;
}

/* Where a curve ends: with the runs when some trial had no value by then, else it is 1 for good. */
static double end_of(const struct draw *d, const struct plot_series *s)
{
    return s->censored && d->plot->within_s > 0 ? d->plot->within_s / d->x.factor : d->x_range.high;
}

/* The stairs as points: level, share, low, high. */
static void write_stairs(struct draw *d, const char *name, const struct plot_series *s)
{
    double end = end_of(d, s);
    struct plot_share last = {0};
    fprintf(d->out, "$%s << EOD\n# level, share, low, high in %%\n", name);
    fprintf(d->out, "%.10g 0 0 0\n", d->x_range.low);
    for (uint32_t i = 0; i < s->share_count; i++) {
        const struct plot_share *h = &s->share[i];
        double x = h->value / d->x.factor;
        fprintf(d->out, "%.8g %.6g %.6g %.6g\n", x, 100 * last.share, 100 * last.low, 100 * last.high);
        fprintf(d->out, "%.8g %.6g %.6g %.6g\n", x, 100 * h->share, 100 * h->low, 100 * h->high);
        last = *h;
    }
    fprintf(d->out, "%.8g %.6g %.6g %.6g\nEOD\n", end, 100 * last.share, 100 * last.low, 100 * last.high);
}

static void label_ends(struct draw *d, const struct plot_panel *k)
{
    for (uint32_t i = 0; i < PLOT_SERIES_MAX; i++)
        fprintf(d->out, "unset label %u\n", 20 + i);
    for (uint32_t i = 0; i < k->series_count && d->plot->panel_count > 1; i++) {
        const struct plot_series *s = &k->series[i];
        double top = s->share_count ? 100 * s->share[s->share_count - 1].share : 0;
        if (s->censored)
            fprintf(d->out, "set label %u '%u of %u' at first %.8g, first %.6g right offset character -0.5,0.6"
                    " textcolor rgb '%s' font ',10' front\n", 20 + i, s->n, s->n + s->censored, end_of(d, s), top,
                    draw_colours[i]);
    }
}

static void run_ends(struct draw *d, bool any)
{
    fprintf(d->out, "unset object 1\nunset label 1\nunset arrow 1\n");
    if (!any || !(d->plot->within_s > 0))
        return;
    double end = d->plot->within_s / d->x.factor;
    fprintf(d->out, "set object 1 rectangle from first %.10g, graph 0 to graph 1, graph 1 behind fillcolor rgb"
            " '#E4E4E4' fillstyle solid noborder\n", end);
    fprintf(d->out, "set label 1 'the runs end here' at first %.10g, graph 0.03 left offset character 1,0 rotate by 90"
            " textcolor rgb '#444444' font ',11' front\n", end);
}

bool draw_ecdf_panel(struct draw *d, uint32_t panel)
{
    const struct plot *p = d->plot;
    const struct plot_panel *k = &p->panel[panel];
    bool censored = false;
    for (uint32_t i = 0; i < k->series_count; i++) {
        write_stairs(d, draw_block(d, "share", panel, i), &k->series[i]);
        censored = censored || k->series[i].censored;
    }
    if (!draw_formula_data(d, panel))
        return false;
    draw_axis(d, 'x', &p->x, d->x, d->x_range, d->x_range.high);
    draw_axis(d, 'y', &p->y, d->y, d->y_range, d->y_ticks_end);
    run_ends(d, censored);
    label_ends(d, k);
    fprintf(d->out, "plot \\\n");
    for (uint32_t i = 0; i < k->series_count && k->series_count <= 3; i++)
        fprintf(d->out, " $%s using 1:3:4 with filledcurves fillcolor rgb '%s' fillstyle transparent solid 0.18"
                " noborder notitle, \\\n", draw_block(d, "share", panel, i), draw_colours[i]);
    for (uint32_t i = 0; i < k->series_count; i++) {
        fprintf(d->out, " $%s using 1:2 with lines linecolor rgb '%s' linewidth 2 dashtype %u %s",
                draw_block(d, "share", panel, i), draw_colours[i], i + 1, panel ? "notitle" : "title ");
        if (panel == 0)
            draw_quoted(d->out, legend(d, &k->series[i]));
        fprintf(d->out, ", \\\n");
    }
    draw_formula(d, panel);
    if (panel == 0 && k->series_count <= 3)
        fprintf(d->out, " keyentry with boxes fillcolor rgb '%s' fillstyle transparent solid 0.25 noborder"
                " title '95 %% interval', \\\n", k->series_count == 1 ? draw_colours[0] : "#555555");
    return true;
}
