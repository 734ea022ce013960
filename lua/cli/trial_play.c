/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial_play.c: see trial_play.h. The file is loaded anew for each trial, so that nothing a script
 * remembers reaches the next one. */
#include "lua/cli/trial_play.h"

#include "lua/cli/prepare.h"
#include "models/registry.h"
#include "sim/observe/sink.h"

#define OBSERVERS_BYTES_MAX (1ull << 30)

struct stage {
    struct scenario *scenario;
    struct sim *sim;
    struct net *net;
    struct arena *arena; /* of the observers */
    struct sink *registration, *calls;
};

static bool vary(struct scenario *sc, const struct grid *g, uint32_t point, struct err *e)
{
    for (uint32_t i = 0; i < g->dim_count; i++) {
        char text[256];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        quantity_text(&t, grid_value(g, point, i));
        if (t.full)
            return err_set(e, "a value of '%s' is longer than %zu characters", g->dim[i].name, sizeof text);
        if (!scenario_set(sc, str_of(g->dim[i].name), txtbuf_view(&t), "sweep", e))
            return err_wrap(e, "--vary %s=%s", g->dim[i].name, text);
    }
    return true;
}

static bool set_up(struct stage *s, const struct trial_plan *p, const struct trial *t, struct err *e)
{
    s->scenario = prepare_load(p->options, e);
    if (!s->scenario || !vary(s->scenario, p->grid, t->point, e))
        return false;
    struct sim_config c = {.seed = t->seed, .epoch_ns = scenario_info(s->scenario)->epoch_ns};
    s->sim = sim_new(&c);
    s->net = net_new(s->sim, registry_models, registry_model_count);
    if (!prepare_build(s->scenario, s->net, p->options, e))
        return false;
    s->arena = arena_new("observers", OBSERVERS_BYTES_MAX);
    s->registration = registration_new(s->arena, s->sim);
    bus_attach(s->sim, s->registration);
    s->calls = calls_new(s->arena);
    bus_attach(s->sim, s->calls);
    if (p->watch)
        bus_attach(s->sim, p->watch(p->watch_arg, s->arena, t));
    return net_start(s->net, e) && scenario_start(s->scenario, e);
}

static bool play(struct stage *s, struct err *e)
{
    enum sim_end end = sim_run_until(s->sim, prepare_end(s->scenario), e);
    return !scenario_failed(s->scenario, e) && end == SIM_COMPLETE; /* a script that fails ends the run */
}

static void take_down(struct stage *s, struct trial_result *out)
{
    registration_finish(s->registration, s->sim);
    calls_finish(s->calls, s->sim);
    net_balance(s->net);
    for (int m = 0; m < MEASURE_COUNT; m++)
        out->measure[m] = measure_get(s->sim, (enum measure_id)m);
    out->digest = sim_digest(s->sim);
    out->complete = true;
}

void trial_play(void *arg, const struct trial *t, struct trial_result *out)
{
    struct stage s = {0};
    struct err e = {0}, ignored;
    if (set_up(&s, arg, t, &e) && play(&s, &e)) {
        take_down(&s, out);
    } else {
        struct txtbuf m = txtbuf_of(out->message, sizeof out->message);
        txtbuf_cstr(&m, e.msg);
    }
    if (s.sim && s.registration && !bus_close(s.sim, &ignored))
        out->complete = false;
    scenario_free(s.scenario);
    sim_free(s.sim);
    arena_free(s.arena);
}
