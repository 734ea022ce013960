/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_make.c: see plot_make.h: the points that are left, their values, and the words on the sheet. */
#include "lua/cli/plot_make.h"

#include <math.h>
#include <string.h>

#include "models/net/link.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"
#include "sim/study/quantity.h"

/* --- units ------------------------------------------------------------------------------------ */

static const struct param_def *find_def(const struct param_def *defs, const char *name)
{
    for (const struct param_def *d = defs; d && d->name; d++) {
        if (strcmp(d->name, name) == 0)
            return d;
    }
    return NULL;
}

static const struct param_def *known_param(const char *name)
{
    const struct param_def *d = find_def(link_params, name);
    for (size_t i = 0; i < registry_model_count && !d; i++) {
        d = find_def(registry_models[i]->params, name);
        if (!d)
            d = find_def(registry_models[i]->port_params, name);
    }
    return d;
}

static enum plot_quantity quantity_of_kind(enum unit_kind kind)
{
    static const enum plot_quantity of[] = {[UNIT_TIME] = PLOT_TIME, [UNIT_RATE] = PLOT_RATE,
                                            [UNIT_BYTES] = PLOT_BYTES, [UNIT_FRACTION] = PLOT_FRACTION,
                                            [UNIT_NONE] = PLOT_NUMBER};
    return of[kind];
}

/* A scenario's own parameter: "NAME=3s..63s:5s" somewhere in what was asked for tells its unit. */
static enum plot_quantity asked_quantity(const struct view_sweep *v, const char *name)
{
    for (uint32_t i = 0; i < v->key_count; i++) {
        struct str text = str_of(v->key[i].value);
        size_t n = strlen(name);
        for (ptrdiff_t at; (at = str_find(text, str_of(name))) >= 0;) {
            bool begins = at == 0 || strchr(" ,;\n[\"'", text.p[at - 1]);
            text.p += (size_t)at + n;
            text.n -= (size_t)at + n;
            if (!begins || text.n == 0 || text.p[0] != '=')
                continue;
            size_t len = 1;
            while (len < text.n && !strchr(" ,;\n\"'", text.p[len]) && strncmp(text.p + len, "..", 2) != 0)
                len++;
            struct quantity q = quantity_of((struct str){text.p + 1, len - 1});
            if (q.number)
                return quantity_of_kind(q.kind);
        }
    }
    return PLOT_NUMBER;
}

enum plot_quantity plot_param_quantity(const struct view_sweep *v, const char *name)
{
    const struct param_def *d = known_param(name);
    if (strcmp(name, "duration") == 0)
        return PLOT_TIME;
    if (!d)
        return asked_quantity(v, name);
    return d->type == PARAM_FRACTION ? PLOT_FRACTION : plot_quantity_of(param_unit(d->type));
}

/* --- the measure ------------------------------------------------------------------------------ */

static void take_measure(struct plot_make *m, const char *name)
{
    struct plot *p = &m->plot;
    size_t n = strlen(name);
    bool seconds = n > 2 && strcmp(name + n - 2, "_s") == 0;
    p->measure = (struct plot_axis){.name = name, .quantity = seconds ? PLOT_TIME : PLOT_NUMBER};
    p->doc = "";
    for (int i = 0; i < MEASURE_COUNT; i++) {
        const struct measure_def *d = &measure_defs[i];
        if (strcmp(d->name, name) != 0)
            continue;
        p->doc = d->doc;
        p->measure.quantity = plot_quantity_of(d->unit);
        if (p->measure.quantity == PLOT_NUMBER && d->digits > 0)
            p->measure.quantity = PLOT_FRACTION;
    }
}

/* Without --measure: which ones there are to choose from. */
static bool ask_measure(const struct view_sweep *v, struct err *e)
{
    char list[512];
    struct txtbuf t = txtbuf_of(list, sizeof list);
    for (uint32_t i = 0; i < v->measure_count; i++)
        txtbuf_add(&t, "%s%s", i ? ", " : "", v->measure[i]);
    return err_set(e, "which measure? --measure is one of %s%s", list, t.full ? "..." : "");
}

/* --- points ----------------------------------------------------------------------------------- */

static bool same_value(const struct sweep_param *p, uint32_t i, const struct quantity *q)
{
    if (!p->number || !q->number)
        return str_eq(str_of(p->text[i]), q->word);
    double v = (double)q->v / pow(10, quantity_digits(q->kind));
    return fabs(v - p->value[i]) <= 1e-12 * fabs(v);
}

static bool not_tried(const struct plot_make *m, uint32_t d, struct str value, struct err *e)
{
    const struct sweep_param *p = &m->sweep->param[d];
    enum plot_quantity q = plot_param_quantity(m->sweep, p->name);
    char list[256];
    struct txtbuf t = txtbuf_of(list, sizeof list);
    for (uint32_t i = 0; i < p->count && t.n < 160; i++) {
        txtbuf_cstr(&t, i ? ", " : "");
        if (p->number)
            plot_value_text(&t, q, p->value[i]);
        else
            txtbuf_cstr(&t, p->text[i]);
    }
    return err_set(e, "--set %s: no point has the value '%.*s'; it was varied over %s%s", p->name, STR_ARG(value), list,
                   t.n >= 160 ? ", ..." : "");
}

static bool keep_points(struct plot_make *m, const struct cli_set *set, struct err *e)
{
    struct view_sweep *v = m->sweep;
    const char *names[SWEEP_PARAMS_MAX];
    struct sweep_param *p = sweep_find_param(v, set->name);
    for (uint32_t d = 0; d < v->param_count; d++)
        names[d] = v->param[d].name;
    if (!p) {
        const char *near = str_nearest(set->name, names, v->param_count);
        return err_set(e, "--set: '%.*s' is not varied in '%s'%s%s%s", STR_ARG(set->name), v->folder,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    struct quantity q = quantity_of(set->value);
    uint32_t d = (uint32_t)(p - v->param), wanted = 0;
    while (wanted < p->count && !same_value(p, wanted, &q))
        wanted++;
    if (wanted == p->count)
        return not_tried(m, d, set->value, e);
    for (uint32_t k = 0; k < v->point_count; k++)
        m->kept[k] = m->kept[k] && v->at[k * v->param_count + d] == wanted;
    return true;
}

/* The values that the points kept still have. */
static void list_values(struct plot_make *m, uint32_t d)
{
    struct view_sweep *v = m->sweep;
    const struct sweep_param *p = &v->param[d];
    bool *used = ARENA_ARRAY(m->arena, bool, p->count + 1);
    double *value = ARENA_ARRAY(m->arena, double, p->count + 1);
    const char **word = ARENA_ARRAY(m->arena, const char *, p->count + 1);
    m->place[d] = ARENA_ARRAY(m->arena, uint32_t, p->count + 1);
    for (uint32_t k = 0; k < v->point_count; k++) {
        if (m->kept[k])
            used[v->at[k * v->param_count + d]] = true;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        m->place[d][i] = n;
        if (!used[i])
            continue;
        value[n] = p->number ? p->value[i] : n;
        word[n++] = p->text[i];
    }
    m->axis[d] = (struct plot_axis){.name = p->name,
                                    .quantity = p->number ? plot_param_quantity(v, p->name) : PLOT_NUMBER,
                                    .value = value,
                                    .word = p->number ? NULL : word,
                                    .count = n};
}

static bool choose_points(struct plot_make *m, struct err *e)
{
    struct view_sweep *v = m->sweep;
    m->kept = ARENA_ARRAY(m->arena, bool, v->point_count + 1);
    memset(m->kept, true, v->point_count);
    for (size_t i = 0; i < m->asked->set_count; i++) {
        if (!keep_points(m, &m->asked->sets[i], e))
            return false;
    }
    for (uint32_t k = 0; k < v->point_count; k++)
        m->kept_count += m->kept[k];
    if (m->kept_count == 0)
        return err_set(e, "no point of '%s' has all the values of --set", v->folder);
    for (uint32_t d = 0; d < v->param_count; d++)
        list_values(m, d);
    return true;
}

/* --- words on the sheet ----------------------------------------------------------------------- */

/* What was set for all points, without the duration, which is told apart (its text goes to *duration). */
static const char *sets_of(struct plot_make *m, const char **duration)
{
    const char *all = sweep_key(m->sweep, "set");
    char *kept = arena_strdup(m->arena, str_of(all ? all : ""));
    struct txtbuf t = txtbuf_of(kept, strlen(kept) + 1);
    for (struct str rest = str_of(all); rest.n;) {
        struct str word = str_cut(&rest, ' ');
        if (str_starts(word, STR("duration="))) {
            str_cut(&word, '=');
            *duration = arena_strdup(m->arena, word);
            continue;
        }
        txtbuf_add(&t, "%s%.*s", t.n ? " " : "", STR_ARG(word));
    }
    return kept;
}

/* How long a trial lasted, unless that itself is varied. */
static void take_duration(struct plot_make *m)
{
    const char *text = NULL, *known = sweep_key(m->sweep, "duration");
    struct sweep_param *varied = sweep_find_param(m->sweep, STR("duration"));
    struct plot *p = &m->plot;
    char words[64];
    struct txtbuf t = txtbuf_of(words, sizeof words);
    p->with = sets_of(m, &text);
    text = known ? known : text;
    if (varied && m->axis[varied - m->sweep->param].count == 1) {
        p->within_s = m->axis[varied - m->sweep->param].value[0];
    } else if (!varied && text) {
        struct quantity q = quantity_of(str_of(text));
        if (q.number && (q.kind == UNIT_TIME || q.kind == UNIT_NONE))
            p->within_s = (double)q.v / pow(10, quantity_digits(q.kind));
    }
    if (!(p->within_s > 0))
        return;
    plot_value_text(&t, PLOT_TIME, p->within_s);
    p->within = arena_strdup(m->arena, txtbuf_view(&t));
}

/* "mean over 30 replications of 40 min". */
static void tell_trials(const struct plot_make *m, struct txtbuf *t)
{
    const struct plot *p = &m->plot;
    bool single = m->reps_max == 1, one_number = m->reps_min == m->reps_max;
    if (p->kind != PLOT_ECDF && !single)
        txtbuf_cstr(t, p->proportion ? "share of " : "mean over ");
    if (one_number)
        txtbuf_add(t, "%u replication%s", m->reps_max, single ? "" : "s");
    else
        txtbuf_add(t, "%u to %u replications", m->reps_min, m->reps_max);
    if (p->within)
        txtbuf_add(t, " of %s", p->within);
    if (m->sweep->failed)
        txtbuf_add(t, "; %llu trial%s failed", (unsigned long long)m->sweep->failed, m->sweep->failed == 1 ? "" : "s");
}

static void write_words(struct plot_make *m)
{
    struct plot *p = &m->plot;
    char note[512];
    struct txtbuf t = txtbuf_of(note, sizeof note);
    const char *scenario = sweep_key(m->sweep, "scenario");
    p->scenario = scenario ? scenario : m->sweep->folder;
    tell_trials(m, &t);
    for (uint32_t d = 0; d < m->sweep->param_count; d++) {
        const struct plot_axis *a = &m->axis[d];
        if (a->count != 1 || m->sweep->param[d].count == 1)
            continue;
        txtbuf_add(&t, "; %s = ", a->name);
        if (a->word)
            txtbuf_cstr(&t, a->word[0]);
        else
            plot_value_text(&t, a->quantity, a->value[0]);
    }
    p->note = arena_strdup(m->arena, txtbuf_view(&t));
}

bool plot_make(struct plot_make *m, struct view_sweep *v, const struct plot_request *asked, struct err *e)
{
    *m = (struct plot_make){.sweep = v, .arena = v->arena, .asked = asked};
    if (v->point_count == 0 || v->complete == 0)
        return err_set(e, "'%s' holds no complete trial%s: there is nothing to draw", v->folder,
                       v->failed ? " (all failed)" : "");
    if (!asked->measure)
        return ask_measure(v, e);
    if (!sweep_measure(v, asked->measure, e))
        return false;
    take_measure(m, asked->measure);
    if (!choose_points(m, e))
        return false;
    take_duration(m);
    if (!plot_roles(m, e) || !plot_sum(m, e))
        return false;
    write_words(m);
    return true;
}
