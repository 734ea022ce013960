/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_sum.c: the statistics of a picture: a mean with Student's interval, a median where some trials are
 * censored, a share with Wilson's interval where the measure is 0 or 1, and the steps of an ECDF. */
#include <math.h>
#include <string.h>

#include "lua/cli/plot_make.h"
#include "sim/study/stats.h"

#define CONFIDENCE 0.95
#define FINEST (1.0 / 2000) /* of the height of an ECDF: less is not seen */

static void estimate_share(const struct sweep_sample *s, struct plot_estimate *out)
{
    uint64_t ones = 0;
    for (uint32_t i = 0; i < s->count; i++)
        ones += s->value[i] > 0.5;
    struct interval w = stats_wilson(ones, s->count, CONFIDENCE);
    out->middle = (double)ones / s->count;
    out->low = w.low;
    out->high = w.high;
}

static void estimate_median(const struct sweep_sample *s, struct plot_estimate *out)
{
    struct interval q;
    stats_sort(s->value, s->count);
    out->beyond = !stats_censored_quantile(s->value, s->count, s->censored, 0.5, &out->middle);
    if (out->beyond)
        return;
    q = stats_quantile_interval(s->value, s->count, s->censored, 0.5, CONFIDENCE);
    out->low = q.low;
    out->high = q.high;
}

static void estimate_mean(const struct sweep_sample *s, struct plot_estimate *out)
{
    out->middle = stats_mean(s->value, s->count);
    out->low = out->high = out->middle;
    if (s->count < 2)
        return; /* one value says nothing of the spread */
    struct interval t = stats_t_interval(s->value, s->count, CONFIDENCE);
    out->low = t.low;
    out->high = t.high;
}

static struct plot_estimate estimate(const struct plot_make *m, const struct sweep_sample *s)
{
    struct plot_estimate out = {.n = s->count, .censored = s->censored, .beyond = s->count == 0};
    if (s->count == 0)
        return out;
    if (s->censored)
        estimate_median(s, &out);
    else if (m->plot.proportion)
        estimate_share(s, &out);
    else
        estimate_mean(s, &out);
    return out;
}

/* The steps of the distribution; those too fine to be seen are left out. */
static void distribute(struct plot_make *m, const struct sweep_sample *s, struct plot_series *out)
{
    out->n = s->count;
    out->censored = s->censored;
    out->share = ARENA_ARRAY(m->arena, struct plot_share, s->count + 1);
    stats_sort(s->value, s->count);
    double last = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        bool top = i + 1 == s->count;
        if (!top && !(s->value[i] < s->value[i + 1]))
            continue;
        double share = stats_ecdf(s->value, s->count, s->censored, s->value[i]);
        if (!top && share - last < FINEST && out->share_count)
            continue;
        struct interval w = stats_wilson(i + 1, (uint64_t)s->count + s->censored, CONFIDENCE);
        out->share[out->share_count++] = (struct plot_share){s->value[i], share, w.low, w.high};
        last = share;
    }
}

/* --- all places ------------------------------------------------------------------------------- */

static const char *label_of(struct plot_make *m, const struct plot_axis *a, uint32_t i)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%s = ", a->name);
    if (a->word)
        txtbuf_cstr(&t, a->word[i]);
    else
        plot_value_text(&t, a->quantity, a->value[i]);
    return arena_strdup(m->arena, txtbuf_view(&t));
}

static void make_panels(struct plot_make *m)
{
    struct plot *p = &m->plot;
    const struct plot_axis *panels = m->panel >= 0 ? &m->axis[m->panel] : NULL;
    const struct plot_axis *series = m->series >= 0 ? &m->axis[m->series] : NULL;
    p->panel_count = panels ? panels->count : 1;
    p->panel = ARENA_ARRAY(m->arena, struct plot_panel, p->panel_count);
    for (uint32_t k = 0; k < p->panel_count; k++) {
        struct plot_panel *q = &p->panel[k];
        if (panels)
            *q = (struct plot_panel){.label = label_of(m, panels, k), .value = panels->value[k]};
        q->series_count = p->kind == PLOT_HEAT ? p->y.count : series ? series->count : 1;
        q->series = ARENA_ARRAY(m->arena, struct plot_series, q->series_count);
        for (uint32_t i = 0; i < q->series_count; i++) {
            if (series)
                q->series[i] = (struct plot_series){.label = label_of(m, series, i), .value = series->value[i]};
            if (p->kind != PLOT_ECDF)
                q->series[i].estimate = ARENA_ARRAY(m->arena, struct plot_estimate, p->x.count);
        }
    }
}

static uint32_t place_of(const struct plot_make *m, uint32_t point, int role)
{
    if (role < 0)
        return 0;
    return m->place[role][m->sweep->at[point * m->sweep->param_count + (uint32_t)role]];
}

/* Is the measure 0 or 1 in every trial? Then a share is drawn. */
static bool is_share(const struct plot_make *m)
{
    bool any = false;
    for (uint32_t k = 0; k < m->sweep->point_count; k++) {
        const struct sweep_sample *s = &m->sweep->sample[k];
        if (m->kept[k] && s->censored)
            return false;
        for (uint32_t i = 0; m->kept[k] && i < s->count; i++) {
            if (s->value[i] < 0 || s->value[i] > 1 || (s->value[i] > 0 && s->value[i] < 1))
                return false;
            any = true;
        }
    }
    return any && m->plot.measure.quantity == PLOT_NUMBER;
}

bool plot_sum(struct plot_make *m, struct err *e)
{
    struct plot *p = &m->plot;
    bool any = false;
    p->proportion = p->kind != PLOT_ECDF && is_share(m);
    if (p->proportion)
        p->measure.quantity = PLOT_FRACTION;
    make_panels(m);
    m->reps_min = UINT32_MAX;
    for (uint32_t k = 0; k < m->sweep->point_count; k++) {
        const struct sweep_sample *s = &m->sweep->sample[k];
        uint32_t n = s->count + s->censored;
        if (!m->kept[k])
            continue;
        any = any || n;
        m->reps_min = n < m->reps_min ? n : m->reps_min;
        m->reps_max = n > m->reps_max ? n : m->reps_max;
        struct plot_panel *q = &p->panel[place_of(m, k, m->panel)];
        struct plot_series *t = &q->series[place_of(m, k, p->kind == PLOT_HEAT ? m->y : m->series)];
        if (p->kind == PLOT_ECDF)
            distribute(m, s, t);
        else
            t->estimate[place_of(m, k, m->x)] = estimate(m, s);
    }
    return any || err_set(e, "'%s' holds no complete trial yet: there is nothing to draw", m->sweep->folder);
}
