/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_roles.c: which parameter goes on which axis. What is given stands; the rest goes to the places that
 * are free, numbers with many values first. A parameter that varies and finds no place is an error: its
 * points must not be thrown together. */
#include <math.h>
#include <string.h>

#include "lua/cli/plot_make.h"

static int find_param(struct plot_make *m, const char *option, const char *name, struct err *e)
{
    const char *names[SWEEP_PARAMS_MAX];
    for (uint32_t d = 0; d < m->sweep->param_count; d++) {
        names[d] = m->sweep->param[d].name;
        if (strcmp(names[d], name) == 0)
            return (int)d;
    }
    const char *near = str_nearest(str_of(name), names, m->sweep->param_count);
    err_set(e, "%s: '%s' is not varied in '%s'%s%s%s", option, name, m->sweep->folder,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

static bool taken(const struct plot_make *m, int d)
{
    return d == m->x || d == m->y || d == m->series || d == m->panel;
}

/* The varied parameter, not yet placed, that serves best as an axis: numbers first, then many values. */
static int next_free(const struct plot_make *m)
{
    int best = -1;
    for (int d = 0; d < (int)m->sweep->param_count; d++) {
        const struct plot_axis *a = &m->axis[d];
        if (a->count < 2 || taken(m, d))
            continue;
        const struct plot_axis *b = best >= 0 ? &m->axis[best] : NULL;
        if (!b || (!a->word && b->word) || (!a->word == !b->word && a->count > b->count))
            best = d;
    }
    return best;
}

static bool choose_kind(struct plot_make *m, struct err *e)
{
    static const char *const names[] = {[PLOT_LINE] = "line", [PLOT_HEAT] = "heat", [PLOT_ECDF] = "ecdf"};
    const struct plot_request *q = m->asked;
    uint32_t varied = 0;
    for (uint32_t d = 0; d < m->sweep->param_count; d++)
        varied += m->axis[d].count > 1 && !(q->by && strcmp(m->axis[d].name, q->by) == 0);
    m->plot.kind = q->y || varied >= 2 ? PLOT_HEAT : q->x || varied == 1 ? PLOT_LINE : PLOT_ECDF;
    if (!q->kind)
        return true;
    for (int k = 0; k < 3; k++) {
        m->plot.kind = (enum plot_kind)k;
        if (strcmp(q->kind, names[k]) == 0)
            return true;
    }
    const char *near = str_nearest(str_of(q->kind), names, 3);
    return err_set(e, "--kind '%s' is none of line, heat, ecdf%s%s%s", q->kind, near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

/* What was given by name. */
static bool take_given(struct plot_make *m, struct err *e)
{
    const struct plot_request *q = m->asked;
    enum plot_kind kind = m->plot.kind;
    if (q->y && kind != PLOT_HEAT)
        return err_set(e, "--y %s: only a heat map has a second parameter as an axis (--kind heat)", q->y);
    if (q->x && kind == PLOT_ECDF)
        return err_set(e, "--x %s: an ECDF has the measure on its axis; --by tells its curves apart", q->x);
    int by = -1;
    if ((q->x && (m->x = find_param(m, "--x", q->x, e)) < 0) ||
        (q->y && (m->y = find_param(m, "--y", q->y, e)) < 0) ||
        (q->by && (by = find_param(m, "--by", q->by, e)) < 0))
        return false;
    if (kind == PLOT_HEAT)
        m->panel = by;
    else
        m->series = by;
    if ((by >= 0 && (by == m->x || by == m->y)) || (m->x >= 0 && m->x == m->y))
        return err_set(e, "'%s' is asked for twice", by >= 0 && (by == m->x || by == m->y) ? q->by : q->x);
    return true;
}

static bool fill_axes(struct plot_make *m, struct err *e)
{
    bool heat = m->plot.kind == PLOT_HEAT, ecdf = m->plot.kind == PLOT_ECDF;
    if (!ecdf && m->x < 0)
        m->x = next_free(m);
    if (heat && m->y < 0)
        m->y = next_free(m);
    if (!ecdf && m->x < 0)
        return err_set(e, "--kind %s: no parameter is varied in '%s'; an ECDF shows its replications (--kind ecdf)",
                       m->asked->kind, m->sweep->folder);
    if (heat && m->y < 0)
        return err_set(e, "--kind heat: only '%s' is varied in '%s'; a heat map needs two parameters",
                       m->axis[m->x].name, m->sweep->folder);
    if (!heat && m->series < 0) {
        int d = next_free(m);
        if (d >= 0 && m->axis[d].count > PLOT_SERIES_MAX && m->axis[d].count <= PLOT_PANELS_MAX)
            m->panel = d;
        else
            m->series = d;
    }
    if (m->panel < 0)
        m->panel = next_free(m);
    int left = next_free(m);
    return left < 0 || err_set(e, "'%s' varies too, and there is no place for it: pick one value by --set %s=...",
                               m->axis[left].name, m->axis[left].name);
}

static bool few_enough(const struct plot_make *m, struct err *e)
{
    const struct plot_axis *series = m->series >= 0 ? &m->axis[m->series] : NULL;
    const struct plot_axis *panel = m->panel >= 0 ? &m->axis[m->panel] : NULL;
    if (series && series->count > PLOT_SERIES_MAX)
        return err_set(e, "'%s' has %u values; curves are told apart up to %d (--set %s=... picks one, --kind heat"
                          " shows all)", series->name, series->count, PLOT_SERIES_MAX, series->name);
    if (panel && panel->count > PLOT_PANELS_MAX)
        return err_set(e, "'%s' has %u values; there is room for %d small pictures (--set %s=... picks one)",
                       panel->name, panel->count, PLOT_PANELS_MAX, panel->name);
    uint64_t places = m->x >= 0 ? m->axis[m->x].count : 0;
    if (m->plot.kind == PLOT_LINE && places > PLOT_PLACES_MAX)
        return err_set(e, "'%s' has %llu values; a line shows up to %d", m->axis[m->x].name,
                       (unsigned long long)places, PLOT_PLACES_MAX);
    uint64_t cells = m->plot.kind == PLOT_HEAT ? places * m->axis[m->y].count * (panel ? panel->count : 1) : 0;
    return cells <= PLOT_CELLS_MAX || err_set(e, "the heat map would have %llu cells; it shows up to %d",
                                              (unsigned long long)cells, PLOT_CELLS_MAX);
}

/* --log x, --log y, or both as "xy". */
static bool take_log(struct plot_make *m, struct err *e)
{
    const char *log = m->asked->log;
    if (!log)
        return true;
    bool x = strchr(log, 'x') != NULL, y = strchr(log, 'y') != NULL;
    if (log[strspn(log, "xy,")] || (!x && !y))
        return err_set(e, "--log '%s' is none of x, y, xy", log);
    if (m->plot.kind == PLOT_ECDF && y)
        return err_set(e, "--log y: the share of an ECDF is not drawn on a logarithmic axis");
    struct plot_axis *axes[] = {x ? &m->plot.x : NULL, y ? &m->plot.y : NULL};
    for (int i = 0; i < 2; i++) {
        struct plot_axis *a = axes[i];
        if (a && a->word)
            return err_set(e, "--log %c: '%s' has words, not numbers", "xy"[i], a->name);
        if (a && a->value && !(a->value[0] > 0))
            return err_set(e, "--log %c: '%s' is %.6g at one point, which has no place on a logarithmic axis", "xy"[i],
                           a->name, a->value[0]);
        if (a)
            a->log = true;
    }
    if (m->plot.kind == PLOT_LINE)
        m->plot.measure.log = m->plot.y.log;
    else if (m->plot.kind == PLOT_ECDF)
        m->plot.measure.log = m->plot.x.log;
    return true;
}

#define UNEVEN 4 /* times the narrowest gap between two values */

/* Numbers such as 0, 0.1, 1 and 3 % make a heat map of slivers and slabs: its cells then stand at even
 * distances, under their numbers. With a formula or a logarithm distances have a meaning, and stay. */
static void even_out(struct plot_make *m, struct plot_axis *a)
{
    double least = INFINITY, most = 0;
    for (uint32_t i = 0; i + 1 < a->count; i++) {
        least = fmin(least, a->value[i + 1] - a->value[i]);
        most = fmax(most, a->value[i + 1] - a->value[i]);
    }
    if (a->word || a->log || m->plot.over || most <= UNEVEN * least)
        return;
    struct plot_scale s = plot_scale_of(a->quantity, a->value[a->count - 1], a->value, a->count);
    const char **word = ARENA_ARRAY(m->arena, const char *, a->count);
    double *place = ARENA_ARRAY(m->arena, double, a->count);
    for (uint32_t i = 0; i < a->count; i++) {
        word[i] = arena_printf(m->arena, "%.6g", a->value[i] / s.factor);
        place[i] = i;
    }
    *a = (struct plot_axis){.name = a->name, .value = place, .word = word, .unit = s.unit, .count = a->count};
}

bool plot_roles(struct plot_make *m, struct err *e)
{
    struct plot *p = &m->plot;
    m->x = m->y = m->series = m->panel = -1;
    if (!choose_kind(m, e) || !take_given(m, e) || !fill_axes(m, e) || !few_enough(m, e))
        return false;
    static const struct plot_axis share = {.name = "share"};
    p->x = p->kind == PLOT_ECDF ? p->measure : m->axis[m->x];
    p->y = p->kind == PLOT_HEAT ? m->axis[m->y] : p->kind == PLOT_ECDF ? share : p->measure;
    if (m->series >= 0) {
        p->by = m->axis[m->series].name;
        p->by_numbers = !m->axis[m->series].word;
    }
    if (m->panel >= 0) {
        p->panel_by = m->axis[m->panel].name;
        p->panel_by_numbers = !m->axis[m->panel].word;
    }
    p->over = m->asked->over;
    if (!take_log(m, e))
        return false;
    if (p->kind == PLOT_HEAT) {
        even_out(m, &p->x);
        even_out(m, &p->y);
    }
    return true;
}
