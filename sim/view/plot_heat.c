/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_heat.c: a measure over two parameters, a cell a point. Colour goes from dark to light, so it reads in
 * grey as well (the stops are viridis). A cell in which no trial has a value is hatched, not coloured; one
 * in which only some have is coloured by those and hatched over; an empty one was not asked for. */
#include <math.h>

#include "sim/view/plot_draw.h"

#define NUMBERS_MAX 400 /* cells with their number written in */

static const int palette[][3] = {{68, 1, 84},    {71, 44, 122},  {59, 81, 139},   {44, 113, 142}, {33, 144, 141},
                                 {39, 173, 129}, {92, 200, 99},  {170, 220, 50},  {253, 231, 37}};

#define STOPS (sizeof palette / sizeof palette[0])

enum share { KNOWN, KNOWN_IN_PART, BEYOND, NONE };

static const char *tell(struct draw *d, enum share share)
{
    const char *none = draw_none(d);
    if (share == KNOWN_IN_PART)
        return arena_printf(d->arena, "median, for there was %s in some trials", none);
    return share == BEYOND ? arena_printf(d->arena, "%s in most trials", none) : none;
}

static void expect_key(struct draw *d)
{
    if (d->none)
        draw_expect(d, tell(d, NONE));
    if (d->beyond)
        draw_expect(d, tell(d, BEYOND));
    if (d->part)
        draw_expect(d, tell(d, KNOWN_IN_PART));
}

bool draw_heat_begin(struct draw *d)
{
    const struct plot *p = d->plot;
    double low = INFINITY, high = -INFINITY;
    for (uint32_t k = 0; k < p->panel_count; k++) {
        for (uint32_t j = 0; j < p->y.count; j++) {
            for (uint32_t i = 0; i < p->x.count; i++) {
                const struct plot_estimate *m = &p->panel[k].series[j].estimate[i];
                bool known = m->n && !m->beyond;
                low = known ? fmin(low, m->middle) : low;
                high = known ? fmax(high, m->middle) : high;
                d->part = d->part || (known && m->censored);
                d->beyond = d->beyond || (m->n && m->beyond);
                d->none = d->none || (!m->n && m->censored);
            }
        }
    }
    bool any = low <= high;
    d->x = plot_scale_of(p->x.quantity, p->x.value[p->x.count - 1], p->x.value, p->x.count);
    d->y = plot_scale_of(p->y.quantity, p->y.value[p->y.count - 1], p->y.value, p->y.count);
    d->z = plot_scale_of(p->measure.quantity, any ? high : 0, NULL, 0);
    if (p->proportion) {
        low = 0;
        high = 1;
    }
    d->z_range = any ? (struct range){low / d->z.factor, high / d->z.factor} : (struct range){0, -1};
    d->x_range = (struct range){draw_edge(&p->x, 0) / d->x.factor, draw_edge(&p->x, p->x.count) / d->x.factor};
    d->y_range = (struct range){draw_edge(&p->y, 0) / d->y.factor, draw_edge(&p->y, p->y.count) / d->y.factor};
    d->y_ticks_end = d->y_range.high;
    expect_key(d);
    return true;
}

/* --- data ------------------------------------------------------------------------------------- */

/* Between two shades of the palette, as luminance 0..255. */
static double luminance(double part)
{
    double place = fmin(fmax(part, 0), 1) * (double)(STOPS - 1), v = 0;
    size_t i = place >= (double)(STOPS - 1) ? STOPS - 2 : (size_t)place;
    static const double weight[] = {0.299, 0.587, 0.114};
    for (int c = 0; c < 3; c++)
        v += weight[c] * (palette[i][c] + (palette[i + 1][c] - palette[i][c]) * (place - (double)i));
    return v;
}

struct cell {
    double x, y, left, right, bottom, top;
};

static struct cell cell_of(const struct draw *d, uint32_t i, uint32_t j)
{
    const struct plot *p = d->plot;
    return (struct cell){p->x.value[i] / d->x.factor,
                         p->y.value[j] / d->y.factor,
                         draw_edge(&p->x, i) / d->x.factor,
                         draw_edge(&p->x, i + 1) / d->x.factor,
                         draw_edge(&p->y, j) / d->y.factor,
                         draw_edge(&p->y, j + 1) / d->y.factor};
}


static bool belongs(const struct plot_estimate *m, enum share share)
{
    switch (share) {
    case KNOWN:
        return m->n > 0 && !m->beyond;
    case KNOWN_IN_PART:
        return m->n > 0 && !m->beyond && m->censored > 0;
    case BEYOND:
        return m->n > 0 && m->beyond;
    case NONE:
        return m->n == 0 && m->censored > 0;
    }
    UNREACHABLE();
}

static bool write_cells(struct draw *d, const char *name, const struct plot_panel *k, enum share share)
{
    const struct plot *p = d->plot;
    bool any = false;
    fprintf(d->out, "$%s << EOD\n# level, upright, left, right, lower, upper, value, trials with a value, without\n",
            name);
    for (uint32_t j = 0; j < p->y.count; j++) {
        for (uint32_t i = 0; i < p->x.count; i++) {
            const struct plot_estimate *m = &k->series[j].estimate[i];
            struct cell c = cell_of(d, i, j);
            if (!belongs(m, share))
                continue;
            fprintf(d->out, "%.10g %.10g %.10g %.10g %.10g %.10g %.10g %u %u\n", c.x, c.y, c.left, c.right,
                    c.bottom, c.top, m->beyond ? 0 : m->middle / d->z.factor, m->n, m->censored);
            any = true;
        }
    }
    fprintf(d->out, "EOD\n");
    return any;
}

static const char *number_format(const struct draw *d)
{
    double size = fmax(fabs(d->z_range.low), fabs(d->z_range.high));
    double span = d->z_range.high - d->z_range.low;
    return size >= 100 || (span == 0 && size == floor(size)) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
}

/* Is the cell large enough for its number? */
static bool number_fits(const struct draw *d, struct cell c)
{
    const struct plot *p = d->plot;
    double x_px = (d->box.right - d->box.left) / (d->x_range.high - d->x_range.low);
    double y_px = (d->box.bottom - d->box.top) / (d->y_range.high - d->y_range.low);
    if (p->x.log || p->y.log)
        return (d->box.right - d->box.left) / (int)p->x.count >= 34;
    return fmin(c.x - c.left, c.right - c.x) * x_px >= 16 && fmin(c.y - c.bottom, c.top - c.y) * y_px >= 8;
}

/* Does the formula's curve run through this box? */
static bool is_crossed(const struct draw *d, const struct plot_panel *k, struct cell b)
{
    const double xs[] = {b.left, b.x, b.right}, ys[] = {b.bottom, b.y, b.top};
    int below = 0;
    for (int i = 0; i < 9; i++) {
        double v[OVER_NAMES_MAX] = {xs[i % 3] * d->x.factor, ys[i / 3] * d->y.factor};
        if (d->over_panel_by)
            v[d->over_panel_by] = k->value;
        below += plot_over_at(d->over, v) < 0;
    }
    return below != 0 && below != 9;
}

/* Where a number stands in its cell: in the middle, or above or below it where the formula's curve would
 * run through it. */
static double number_place(const struct draw *d, const struct plot_panel *k, uint32_t i, uint32_t j)
{
    static const int up_px[] = {0, 18, -18, 30, -30};
    struct cell c = cell_of(d, i, j);
    double x_px = (d->x_range.high - d->x_range.low) / (d->box.right - d->box.left);
    double y_px = (d->y_range.high - d->y_range.low) / (d->box.bottom - d->box.top);
    if (!d->over || d->plot->x.log || d->plot->y.log)
        return c.y;
    for (size_t n = 0; n < sizeof up_px / sizeof up_px[0]; n++) {
        double y = c.y + up_px[n] * y_px;
        struct cell b = {c.x, y, c.x - 16 * x_px, c.x + 16 * x_px, y - 9 * y_px, y + 9 * y_px};
        if (b.bottom >= c.bottom && b.top <= c.top && !is_crossed(d, k, b))
            return y;
    }
    return c.y;
}

static bool write_numbers(struct draw *d, const char *name, const struct plot_panel *k)
{
    const struct plot *p = d->plot;
    double span = d->z_range.high - d->z_range.low;
    bool any = false;
    fprintf(d->out, "$%s << EOD\n# level, upright, text, colour\n", name);
    for (uint32_t j = 0; j < p->y.count; j++) {
        for (uint32_t i = 0; i < p->x.count; i++) {
            const struct plot_estimate *m = &k->series[j].estimate[i];
            if (!belongs(m, KNOWN) || !number_fits(d, cell_of(d, i, j)))
                continue;
            double z = m->middle / d->z.factor, part = span > 0 ? (z - d->z_range.low) / span : 0.5;
            char text[32];
            struct txtbuf t = txtbuf_of(text, sizeof text);
            txtbuf_add(&t, number_format(d), z);
            fprintf(d->out, "%.10g %.10g %s %s\n", p->x.value[i] / d->x.factor, number_place(d, k, i, j), text,
                    luminance(part) < 130 ? "0xFFFFFF" : "0x000000");
            any = true;
        }
    }
    fprintf(d->out, "EOD\n");
    return any;
}

/* --- the panel -------------------------------------------------------------------------------- */

static void colours(struct draw *d, uint32_t panel)
{
    char label[256];
    struct txtbuf t = txtbuf_of(label, sizeof label);
    bool last = panel + 1 == d->plot->panel_count;
    if (!(d->z_range.low <= d->z_range.high) || !last) {
        fprintf(d->out, "unset colorbox\n");
    } else {
        double top = 1 - (double)d->box.top / d->height, bottom = 1 - (double)d->box.bottom / d->height;
        fprintf(d->out, "set colorbox user origin screen %.6g, screen %.6g size screen %.6g, screen %.6g noborder\n",
                1 - 100.0 / d->width, bottom, 14.0 / d->width, top - bottom);
        draw_label(&t, d, &d->plot->measure, d->z.unit);
        fprintf(d->out, "set cblabel ");
        draw_quoted(d->out, label);
        fprintf(d->out, " offset 0.5,0\nset cbtics out scale 0.5\n");
    }
    double room = d->z_range.high > d->z_range.low ? 0 : d->z_range.high != 0 ? fabs(d->z_range.high) * 0.05 : 0.5;
    if (d->z_range.low <= d->z_range.high)
        fprintf(d->out, "set cbrange [%.10g:%.10g]\n", d->z_range.low - room, d->z_range.high + room);
    fprintf(d->out, "set palette defined (");
    for (size_t i = 0; i < STOPS; i++)
        fprintf(d->out, "%s%zu '#%02X%02X%02X'", i ? ", " : "", i, (unsigned)palette[i][0], (unsigned)palette[i][1],
                (unsigned)palette[i][2]);
    fprintf(d->out, ")\n");
}

static void key_hatch(struct draw *d, int pattern, const char *colour, const char *what)
{
    fprintf(d->out, " keyentry with boxes fillcolor rgb '%s' fillstyle pattern %d border linecolor rgb '#777777'"
            " title ", colour, pattern);
    draw_quoted(d->out, what);
    fprintf(d->out, ", \\\n");
}

static void plot_key(struct draw *d)
{
    if (d->none)
        key_hatch(d, 4, "#777777", tell(d, NONE));
    if (d->beyond)
        key_hatch(d, 5, "#777777", tell(d, BEYOND));
    if (d->part)
        key_hatch(d, 5, "#21908D", tell(d, KNOWN_IN_PART));
}

bool draw_heat_panel(struct draw *d, uint32_t panel)
{
    const struct plot *p = d->plot;
    const struct plot_panel *k = &p->panel[panel];
    const char *full = draw_block(d, "cells", panel, 0), *part = draw_block(d, "part", panel, 0);
    const char *most = draw_block(d, "most", panel, 0), *none = draw_block(d, "none", panel, 0);
    const char *text = draw_block(d, "numbers", panel, 0);
    static const char hatch[] = " $%s using 1:2:3:4:5:6 with boxxyerror fillstyle %spattern %d noborder linecolor rgb"
                                " '%s' linewidth 0.5 notitle, \\\n";
    bool coloured = write_cells(d, full, k, KNOWN), some = write_cells(d, part, k, KNOWN_IN_PART);
    bool beyond = write_cells(d, most, k, BEYOND), empty = write_cells(d, none, k, NONE);
    bool numbers = p->x.count * p->y.count <= NUMBERS_MAX && write_numbers(d, text, k);
    if (!draw_formula_data(d, panel))
        return false;
    draw_axis(d, 'x', &p->x, d->x, d->x_range, d->x_range.high);
    draw_axis(d, 'y', &p->y, d->y, d->y_range, d->y_range.high);
    colours(d, panel);
    fprintf(d->out, "plot \\\n");
    if (coloured)
        fprintf(d->out, " $%s using 1:2:3:4:5:6:7 with boxxyerror fillstyle solid 1 noborder linecolor palette"
                " notitle, \\\n", full);
    if (some)
        fprintf(d->out, hatch, part, "transparent ", 5, "#FFFFFF");
    if (beyond)
        fprintf(d->out, hatch, most, "", 5, "#777777");
    if (empty)
        fprintf(d->out, " $%s using 1:2:3:4:5:6 with boxxyerror fillstyle solid 1 noborder linecolor rgb '#E0E0E0'"
                " notitle, \\\n", none);
    if (empty)
        fprintf(d->out, hatch, none, "transparent ", 4, "#777777");
    draw_formula(d, panel);
    if (numbers)
        fprintf(d->out, " $%s using 1:2:3:4 with labels textcolor rgb variable font ',10' notitle, \\\n", text);
    if (panel == 0)
        plot_key(d);
    return true;
}
