/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.c: the sheet: its size, the heading, the places of the panels, and what stands at the foot. */
#include "sim/view/plot.h"

#include <string.h>

#include "sim/view/plot_draw.h"

#define HEAD_PX 84
#define FOOT_PX 66 /* marks and label of the level axis */
#define KEY_ROW_PX 18
#define KEY_LETTERS 44 /* in half of the sheet's width */
#define WITH_PX 20
#define GAP_X_PX 56
#define GAP_Y_PX 84
#define LETTER_PX 7
#define HEAT_CELL_PX 34

struct sheet {
    int columns, rows, panel_width, panel_height, left, right, key_rows;
};

static int left_margin(const struct draw *d, int px)
{
    size_t longest = draw_mark_letters(&d->plot->y, d->y, d->y_range, d->y_ticks_end, px);
    return 62 + (int)(longest < 40 ? longest : 40) * LETTER_PX;
}

static int panel_height(const struct plot *p)
{
    if (p->panel_count > 1)
        return p->panel_count > 4 ? 190 : 230;
    int wanted = p->kind == PLOT_HEAT ? (int)p->y.count * HEAT_CELL_PX : 380;
    int label = (int)strlen(p->y.name) * LETTER_PX + 60; /* it is written upright beside the panel */
    int least = label < 380 ? label : 380;
    return wanted < least ? least : wanted > 420 ? 420 : wanted;
}

/* One column of explanations, or two when they are many and short. */
static int key_rows(const struct draw *d)
{
    bool two = d->entries > 3 && d->widest <= KEY_LETTERS;
    return (int)(two ? (d->entries + 1) / 2 : d->entries);
}

static struct sheet lay_out(struct draw *d)
{
    const struct plot *p = d->plot;
    int n = (int)p->panel_count;
    struct sheet s = {.columns = n == 1 ? 1 : n == 2 || n == 4 ? 2 : 3,
                      .right = p->kind == PLOT_HEAT ? 124 : 28,
                      .panel_height = panel_height(p),
                      .key_rows = key_rows(d)};
    s.left = left_margin(d, s.panel_height);
    s.rows = (n + s.columns - 1) / s.columns;
    s.panel_width = s.columns == 1 ? 700 : s.columns == 2 ? 360 : 270;
    d->width = s.left + s.columns * s.panel_width + (s.columns - 1) * GAP_X_PX + s.right;
    d->height = HEAD_PX + s.rows * s.panel_height + (s.rows - 1) * GAP_Y_PX + FOOT_PX + s.key_rows * KEY_ROW_PX +
                (p->with[0] ? WITH_PX : 8) + (n > 1 ? 24 : 0);
    return s;
}

static void line_of_text(struct draw *d, int tag, const char *text, int x, int y, const char *look)
{
    if (!text[0])
        return;
    fprintf(d->out, "set label %d ", tag);
    draw_quoted(d->out, text);
    fprintf(d->out, " at screen %.6g, screen %.6g left %s\n", (double)x / d->width, 1 - (double)y / d->height, look);
}

static void heading(struct draw *d, const struct sheet *s)
{
    const struct plot *p = d->plot;
    const char *title = arena_printf(d->arena, "%s: %s", p->scenario, p->measure.name);
    line_of_text(d, 11, title, s->left, 24, "font ',16'");
    line_of_text(d, 12, p->doc, s->left, 45, "font ',11' textcolor rgb '#444444'");
    line_of_text(d, 13, p->note, s->left, 62, "font ',11' textcolor rgb '#444444'");
    line_of_text(d, 14, p->with, s->left, d->height - 10, "font ',10' textcolor rgb '#444444'");
}

static void key(struct draw *d, const struct sheet *s)
{
    int bottom = d->plot->with[0] ? WITH_PX : 8;
    fprintf(d->out, "set key at screen %.6g, screen %.6g left bottom vertical Left reverse maxrows %d font ',11'"
            " samplen 3 width 2\n", (double)(s->left - 8) / d->width, (double)bottom / d->height,
            s->key_rows ? s->key_rows : 1);
}

static void begin(struct draw *d, const struct sheet *s)
{
    fprintf(d->out,
            "# A picture by dialtone: 'gnuplot this-file > picture.svg' draws it again.\n"
            "set encoding utf8\n"
            "set terminal svg noenhanced size %d,%d fixed font 'sans-serif,12' background '#FFFFFF'\n"
            "set border 3 linecolor rgb '#444444'\n"
            "set grid linecolor rgb '#DDDDDD' linewidth 0.5 linetype 1 back\n"
            "set style fill solid border\n",
            d->width, d->height);
    if (d->plot->kind == PLOT_HEAT)
        fprintf(d->out, "unset grid\n");
    heading(d, s);
    key(d, s);
    if (d->plot->panel_count > 1)
        fprintf(d->out, "set multiplot\n");
}

static void place(struct draw *d, const struct sheet *s, uint32_t panel)
{
    int column = (int)panel % s->columns, row = (int)panel / s->columns;
    int head = HEAD_PX + (d->plot->panel_count > 1 ? 24 : 0);
    d->first_column = column == 0;
    d->box.left = s->left + column * (s->panel_width + GAP_X_PX);
    d->box.right = d->box.left + s->panel_width;
    d->box.top = head + row * (s->panel_height + GAP_Y_PX);
    d->box.bottom = d->box.top + s->panel_height;
    fprintf(d->out,
            "set lmargin at screen %.6g\nset rmargin at screen %.6g\nset tmargin at screen %.6g\n"
            "set bmargin at screen %.6g\n",
            (double)d->box.left / d->width, (double)d->box.right / d->width, 1 - (double)d->box.top / d->height,
            1 - (double)d->box.bottom / d->height);
    if (panel == 1) /* the heading is written once */
        fprintf(d->out, "unset label 11\nunset label 12\nunset label 13\nunset label 14\n");
    if (d->plot->panel[panel].label) {
        fprintf(d->out, "set title ");
        draw_quoted(d->out, d->plot->panel[panel].label);
        fprintf(d->out, " font ',11' offset 0,-0.5\n");
    }
}

bool plot_write(FILE *out, struct arena *a, const struct plot *p, struct err *e)
{
    static const struct {
        bool (*begin)(struct draw *d);
        bool (*panel)(struct draw *d, uint32_t panel);
    } kinds[] = {[PLOT_LINE] = {draw_line_begin, draw_line_panel},
                 [PLOT_HEAT] = {draw_heat_begin, draw_heat_panel},
                 [PLOT_ECDF] = {draw_ecdf_begin, draw_ecdf_panel}};
    struct draw d = {.out = out, .arena = a, .plot = p, .e = e};
    ASSERT(p->panel_count >= 1 && p->panel_count <= PLOT_PANELS_MAX);
    if (!kinds[p->kind].begin(&d) || !draw_formula_begin(&d))
        return false;
    struct sheet s = lay_out(&d);
    begin(&d, &s);
    for (uint32_t i = 0; i < p->panel_count; i++) {
        place(&d, &s, i);
        if (!kinds[p->kind].panel(&d, i))
            return false;
        fprintf(out, " NaN notitle\n");
    }
    if (p->panel_count > 1)
        fprintf(out, "unset multiplot\n");
    return true;
}
