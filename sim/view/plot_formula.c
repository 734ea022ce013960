/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_formula.c: --over on the picture: which names it may use, and its curves as points. */
#include <string.h>

#include "sim/view/plot_draw.h"

#define SHOWN_LETTERS 90

/* As the key shows it: what is longer than the sheet is cut. */
static const char *formula_text(struct draw *d)
{
    const char *text = d->plot->over;
    return strlen(text) <= SHOWN_LETTERS ? text : arena_printf(d->arena, "%.*s...", SHOWN_LETTERS, text);
}

bool draw_formula_begin(struct draw *d)
{
    const struct plot *p = d->plot;
    const char *names[OVER_NAMES_MAX] = {p->x.name, p->y.name};
    size_t n = 2;
    if (!p->over)
        return true;
    if (p->x.word || p->y.word)
        return err_set(d->e, "--over needs numbers on both axes; '%s' has words", p->x.word ? p->x.name : p->y.name);
    if (p->by && p->by_numbers) {
        d->over_by = n;
        names[n++] = p->by;
    }
    if (p->panel_by && p->panel_by_numbers) {
        d->over_panel_by = n;
        names[n++] = p->panel_by;
    }
    d->over = plot_over_parse(d->arena, p->over, names, n, 1, d->e);
    if (!d->over)
        return err_wrap(d->e, "--over '%s'", p->over);
    draw_expect(d, formula_text(d));
    if (d->over_by && !plot_over_uses(d->over, d->over_by))
        d->over_by = 0;
    return true;
}

static bool trace(struct draw *d, const char *name, const struct plot_panel *k, const struct plot_series *s,
                  bool *any)
{
    double value[OVER_NAMES_MAX] = {0};
    struct plot_curve c;
    if (d->over_by)
        value[d->over_by] = s->value;
    if (d->over_panel_by)
        value[d->over_panel_by] = k->value;
    struct plot_window w = {.x = 0,
                            .y = 1,
                            .x_low = d->x_range.low * d->x.factor,
                            .x_high = d->x_range.high * d->x.factor,
                            .y_low = d->y_range.low * d->y.factor,
                            .y_high = d->y_ticks_end * d->y.factor,
                            .log_x = d->plot->x.log,
                            .log_y = d->plot->y.log,
                            .value = value};
    if (!plot_over_trace(d->arena, d->over, &w, &c, d->e))
        return err_wrap(d->e, "--over '%s'", d->plot->over);
    *any = c.count > 0;
    if (!*any)
        return true;
    fprintf(d->out, "$%s << EOD\n# the formula: level, upright\n", name);
    for (size_t i = 0, line = 0; i < c.count; i++) {
        if (line < c.line_count && c.line[line] == i && line++ > 0)
            fprintf(d->out, "\n");
        fprintf(d->out, "%.8g %.8g\n", c.point[i].x / d->x.factor, c.point[i].y / d->y.factor);
    }
    fprintf(d->out, "EOD\n");
    return true;
}

bool draw_formula_data(struct draw *d, uint32_t panel)
{
    const struct plot_panel *k = &d->plot->panel[panel];
    uint32_t curves = !d->over ? 0 : d->over_by ? k->series_count : 1;
    for (uint32_t i = 0; i < PLOT_SERIES_MAX; i++)
        d->curve[i] = false;
    for (uint32_t i = 0; i < curves; i++) {
        if (!trace(d, draw_block(d, "over", panel, i), k, &k->series[i], &d->curve[i]))
            return false;
    }
    return true;
}

void draw_formula(struct draw *d, uint32_t panel)
{
    for (uint32_t i = 0; d->over && i < PLOT_SERIES_MAX; i++) {
        const char *name = draw_block(d, "over", panel, i);
        const char *colour = d->over_by ? draw_colours[i] : "#000000";
        if (!d->curve[i])
            continue;
        if (d->plot->kind == PLOT_HEAT) /* seen on any colour */
            fprintf(d->out, " $%s using 1:2 with lines linecolor rgb '#FFFFFF' linewidth 5 notitle, \\\n", name);
        fprintf(d->out, " $%s using 1:2 with lines linecolor rgb '%s' linewidth 2 dashtype (10,4) notitle, \\\n", name,
                colour);
    }
    if (d->over && panel == 0) {
        fprintf(d->out, " keyentry with lines linecolor rgb '#000000' linewidth 2 dashtype (10,4) title ");
        draw_quoted(d->out, formula_text(d));
        fprintf(d->out, ", \\\n");
    }
}
