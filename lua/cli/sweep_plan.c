/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_plan.c: what a sweep is to play, checked against the scenario before anything is made: every value
 * varied suits its parameter, and the constraints leave a point. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/prepare.h"
#include "lua/cli/sweep.h"
#include "models/registry.h"
#include "sim/base/hash.h"

/* --- the grid, checked against the scenario ------------------------------------------------------ */

static bool no_such_parameter(const struct scenario *sc, const char *name, struct err *e)
{
    const struct scenario_param *all;
    const char *names[512];
    size_t n = scenario_params(sc, &all), used = 0;
    for (size_t i = 0; i < n && used < sizeof names / sizeof names[0]; i++)
        names[used++] = all[i].name;
    const char *near = str_nearest(str_of(name), names, used);
    return err_set(e, "scenario '%s' has no parameter '%s'%s%s%s", scenario_info(sc)->name, name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool check_values(const struct scenario *sc, const struct grid_dim *d, struct err *e)
{
    struct scenario_param p;
    if (strcmp(d->name, "duration") == 0)
        return err_set(e, "'duration' cannot be varied: times that did not occur are censored at it");
    if (!scenario_has_param(sc, d->name, &p))
        return no_such_parameter(sc, d->name, e);
    for (uint32_t i = 0; i < d->count; i++) {
        char text[256];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct param_value v;
        quantity_text(&t, &d->value[i]);
        if (t.full)
            return err_set(e, "a value of '%s' is longer than %zu characters", d->name, sizeof text);
        if (!param_parse(p.def, txtbuf_view(&t), &v, e))
            return false;
    }
    return true;
}

static bool check_not_set(const struct sweep *s, const char *name, struct err *e)
{
    for (size_t i = 0; i < s->o.set_count; i++) {
        if (str_eq(s->o.sets[i].name, str_of(name)))
            return err_set(e, "'%s' is given by --set, too", name);
    }
    return true;
}

struct lookup {
    const struct scenario *scenario;
    struct arena *arena;
    const char *missing; /* the last name that was not found */
};

static bool value_of(void *arg, struct str name, struct quantity *out)
{
    struct lookup *l = arg;
    struct scenario_param p;
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const char *asked = arena_strdup(l->arena, name);
    if (!scenario_has_param(l->scenario, asked, &p) || !p.value.given) {
        l->missing = asked;
        return false;
    }
    param_text(&t, p.def, &p.value);
    *out = quantity_of(str_of(arena_strdup(l->arena, txtbuf_view(&t))));
    return true;
}

static bool make_grid(struct sweep *s, const struct scenario *sc, struct err *e)
{
    struct lookup l = {sc, s->arena, NULL};
    grid_init(&s->grid, s->arena);
    if (s->sobol)
        grid_sobol(&s->grid, (uint32_t)s->sobol);
    for (size_t i = 0; i < s->vary.count; i++) {
        if (!grid_vary(&s->grid, s->vary.item[i], e) || !check_values(sc, &s->grid.dim[i], e) ||
            !check_not_set(s, s->grid.dim[i].name, e))
            return err_wrap(e, "--vary %.*s", STR_ARG(s->vary.item[i]));
    }
    if (!grid_close(&s->grid, s->where.item, s->where.count, value_of, &l, e)) {
        bool typo = l.missing && strstr(e->msg, "cannot be");
        return typo ? no_such_parameter(sc, l.missing, e) || err_wrap(e, "--where") : false;
    }
    s->trials = (uint64_t)s->grid.point_count * s->reps;
    return s->trials <= SWEEP_TRIALS_MAX ||
           err_set(e, "%u points with %llu replications each are more than %d trials", s->grid.point_count,
                   (unsigned long long)s->reps, SWEEP_TRIALS_MAX);
}

/* --- what identifies it ---------------------------------------------------------------------------- */

static const char *joined(struct sweep *s, const struct str *list, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(s->arena, "%s%s%.*s", text, i ? " " : "", STR_ARG(list[i]));
    return text;
}

static const char *sets_text(struct sweep *s)
{
    const char *text = s->o.until ? arena_printf(s->arena, "duration=%s", s->o.until) : "";
    for (size_t i = 0; i < s->o.set_count; i++)
        text = arena_printf(s->arena, "%s%s%.*s=%.*s", text, text[0] ? " " : "",
                            STR_ARG(s->o.sets[i].name), STR_ARG(s->o.sets[i].value));
    return text;
}

static uint64_t file_hash(const char *path)
{
    uint64_t h = 0;
    char block[4096];
    FILE *f = fopen(path, "rb");
    for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
        h = hash_bytes(h, block, n);
    if (f)
        fclose(f);
    return h;
}

static const char *duration_text(struct sweep *s)
{
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_dur(&t, s->duration.ns);
    return arena_strdup(s->arena, txtbuf_view(&t));
}

static void make_plan(struct sweep *s, const struct scenario_info *info)
{
    struct study_key keys[] = {
        {"scenario", arena_strdup(s->arena, str_of(info->name))},
        {"script", arena_printf(s->arena, "%016llx", (unsigned long long)file_hash(info->path))},
        {"version", DT_VERSION},
        {"seed", arena_printf(s->arena, "%llu", (unsigned long long)s->o.seed)},
        {"set", sets_text(s)},
        {"vary", joined(s, s->vary.item, s->vary.count)},
        {"where", joined(s, s->where.item, s->where.count)},
        {"duration", duration_text(s)},
        {"stop", s->stop_at ? s->stop_at : ""},
        {"sobol", arena_printf(s->arena, "%llu", (unsigned long long)s->sobol)},
    };
    struct study_key *kept = ARENA_ARRAY(s->arena, struct study_key, sizeof keys / sizeof keys[0]);
    memcpy(kept, keys, sizeof keys);
    s->plan = (struct study_plan){.grid = &s->grid,
                                  .reps = (uint32_t)s->reps,
                                  .keys = kept,
                                  .key_count = sizeof keys / sizeof keys[0]};
}

bool sweep_plan(struct sweep *s, struct err *e)
{
    struct scenario *sc = prepare_load(&s->o, e);
    if (!sc)
        return false;
    struct sim_config c = {.seed = s->o.seed, .epoch_ns = scenario_info(sc)->epoch_ns};
    struct sim *sim = sim_new(&c);
    struct net *net = net_new(sim, registry_models, registry_model_count);
    bool ok = prepare_build(sc, net, &s->o, e) && make_grid(s, sc, e);
    if (ok) {
        s->duration = time_sub(prepare_end(sc), TIME_ZERO);
        make_plan(s, scenario_info(sc));
    }
    scenario_free(sc);
    sim_free(sim);
    return ok;
}
