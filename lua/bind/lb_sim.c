/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_sim.c: script(sim, p): what happens when. The script is a coroutine; sim:wait() yields, an event
 * of rank EV_SCRIPT resumes it. Everything it does is a FAULT record that names its line, descends
 * from that event, and is the cause of what follows. */
#include "lua/bind/lb.h"

#include <string.h>

#define SIM_TYPE "sim"

static struct scenario *check_running(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    if (sc->phase != LB_SCRIPT)
        luaL_error(L, "only script(sim) acts on the running network");
    return sc;
}

/* --- actions --------------------------------------------------------------------------------- */

struct scenario *lb_check_script(lua_State *L)
{
    return check_running(L);
}

const char *lb_script_place(lua_State *L, char *buffer, size_t size)
{
    struct txtbuf t = txtbuf_of(buffer, size);
    luaL_where(L, 1);
    struct str where = str_of(lua_tostring(L, -1)); /* "case.lua:12: " */
    txtbuf_str(&t, (struct str){where.p, where.n > 2 ? where.n - 2 : 0});
    lua_pop(L, 1);
    return buffer;
}

static uint64_t publish_action(struct scenario *sc, const char *what, const char *target, const char *place)
{
    struct val v[] = {V_TEXT(place)};
    struct rec r = {.kind = REC_FAULT, .fault = {what, target, {"{}", v, 1}}};
    return bus_publish(net_sim(sc->net), &r);
}

uint64_t lb_begin_action(lua_State *L, const char *what, const char *target)
{
    struct scenario *sc = lb_scenario(L);
    char place[128];
    uint64_t id = publish_action(sc, what, target, lb_script_place(L, place, sizeof place));
    return bus_swap_cause(net_sim(sc->net), id);
}

void lb_end_action(lua_State *L, uint64_t before)
{
    bus_swap_cause(net_sim(lb_scenario(L)->net), before);
}

static const struct model_op *find_op(lua_State *L, const struct model *m, const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (const struct model_op *op = m->ops; op && op->name; op++) {
        if (strcmp(op->name, name) == 0)
            return op;
        if (n < 64)
            names[n++] = op->name;
    }
    const char *near = str_nearest(str_of(name), names, n);
    luaL_error(L, "model '%s' has no operation '%s'%s%s%s", m->name, name,
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

/* An operation whose time is still to come. */
struct due_op {
    struct event ev;
    struct scenario *sc;
    struct node *node;
    const struct model_op *op;
    const char *place; /* "case.lua:12" */
};

static void do_due(struct event *ev)
{
    struct due_op *d = (struct due_op *)(void *)((char *)ev - offsetof(struct due_op, ev));
    struct sim *s = net_sim(d->sc->net);
    bus_swap_cause(s, publish_action(d->sc, d->op->name, d->node->name, d->place));
    if (d->op->run(d->node, &d->sc->failure))
        return;
    d->sc->failed = !err_wrap(&d->sc->failure, "%s", d->place);
    sim_stop(s);
}

/* { at = "5min" } at index 3: the time of the run, or now where nothing is given. */
static struct sim_time check_due(lua_State *L, struct sim_time now)
{
    struct lb_settings s = {.count = 0};
    struct sim_dur at;
    struct err e = {0};
    lb_read_settings(L, 3, &s);
    if (s.count == 0)
        return now;
    for (size_t i = 0; i < s.count; i++) {
        if (!str_eq(s.item[i].name, STR("at")))
            luaL_error(L, "node:op has no setting '%s'; there is 'at'", s.item[i].name.p);
    }
    if (!dur_parse(s.item[0].text, &at, &e))
        lb_raise(L, &e);
    if (at.ns < now.ns)
        luaL_error(L, "'%s' is past already", s.item[0].text.p);
    return time_add(TIME_ZERO, at);
}

/* node:op("stop"), or node:op("stop", { at = "5min" }) */
int lb_node_op(lua_State *L)
{
    struct node *n = lb_check_node(L, 1);
    struct scenario *sc = check_running(L);
    struct err e = {0};
    char place[128];
    const struct model_op *op = find_op(L, n->model, luaL_checkstring(L, 2));
    struct sim_time now = sim_now(net_sim(sc->net)), at = check_due(L, now);
    if (time_before(now, at)) {
        struct due_op *d = ARENA_NEW(sc->arena, struct due_op);
        *d = (struct due_op){.sc = sc, .node = n, .op = op};
        d->place = arena_printf(sc->arena, "%s", lb_script_place(L, place, sizeof place));
        d->ev = (struct event){.fire = do_due, .label = "script.op", .rank = EV_SCRIPT};
        sim_schedule(net_sim(sc->net), &d->ev, at);
        return 0;
    }
    uint64_t before = lb_begin_action(L, op->name, n->name);
    bool ok = op->run(n, &e);
    lb_end_action(L, before);
    return ok ? 0 : lb_raise(L, &e);
}

/* sim:note(text) */
static int sim_note(lua_State *L)
{
    struct scenario *sc = check_running(L);
    BUS_NOTE(net_sim(sc->net), 0, "script", "{}", V_TEXT(luaL_checkstring(L, 2)));
    return 0;
}

/* --- time ------------------------------------------------------------------------------------ */

static struct sim_dur check_dur(lua_State *L, int index)
{
    struct sim_dur d;
    struct err e = {0};
    if (!dur_parse(str_of(luaL_checkstring(L, index)), &d, &e))
        lb_raise(L, &e);
    return d;
}

static int yield_until(lua_State *L, struct scenario *sc, struct sim_time at)
{
    if (L != sc->thread)
        return luaL_error(L, "only the script itself waits, not a coroutine that it made");
    sim_schedule(net_sim(sc->net), &sc->script_ev, at);
    return lua_yield(L, 0);
}

/* sim:wait("10min") */
static int sim_wait(lua_State *L)
{
    struct scenario *sc = check_running(L);
    struct sim_time now = sim_now(net_sim(sc->net));
    struct sim_dur d = check_dur(L, 2);
    if (d.ns > INT64_MAX - now.ns)
        return luaL_error(L, "'%s' is too long", lua_tostring(L, 2));
    return yield_until(L, sc, time_add(now, d));
}

/* sim:wait_until("16min"): counted from the start of the run */
static int sim_wait_until(lua_State *L)
{
    struct scenario *sc = check_running(L);
    struct sim_time at = time_add(TIME_ZERO, check_dur(L, 2));
    if (time_before(at, sim_now(net_sim(sc->net))))
        return luaL_error(L, "'%s' is past already", lua_tostring(L, 2));
    return yield_until(L, sc, at);
}

/* sim:now() in seconds, sim:now_ns() exact */
static int sim_now_s(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)sim_now(net_sim(check_running(L)->net)).ns / 1e9);
    return 1;
}

static int sim_now_ns(lua_State *L)
{
    lua_pushinteger(L, sim_now(net_sim(check_running(L)->net)).ns);
    return 1;
}

/* sim:draw("outage", "uniform(1s,10s)"): a span as text, from the stream of that name */
static int sim_draw(lua_State *L)
{
    struct scenario *sc = check_running(L);
    struct dist law;
    struct err e = {0};
    char text[48];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const char *name = arena_printf(sc->arena, "scenario/draw/%s", luaL_checkstring(L, 2));
    if (!dist_parse(str_of(luaL_checkstring(L, 3)), &law, &e))
        return lb_raise(L, &e);
    txtbuf_dur(&t, dist_draw(&law, sim_stream(net_sim(sc->net), name)).ns);
    lua_pushstring(L, text);
    return 1;
}

/* --- life of the script ---------------------------------------------------------------------- */

static void resume(struct event *ev)
{
    struct scenario *sc =
        (struct scenario *)(void *)((char *)ev - offsetof(struct scenario, script_ev));
    int results = 0;
    enum lb_phase before = sc->phase;
    sc->phase = LB_SCRIPT;
    lb_arm(sc, sc->thread);
    int first = lua_status(sc->thread) == LUA_OK;
    int status = lua_resume(sc->thread, sc->lua, first ? 2 : 0, &results);
    lb_disarm(sc);
    sc->phase = before;
    if (status == LUA_YIELD) {
        lua_pop(sc->thread, results);
        return;
    }
    if (status != LUA_OK) {
        sc->failed = !lb_error(sc, sc->thread, status, &sc->failure);
        sim_stop(net_sim(sc->net));
    }
    sc->thread = NULL;
}

static int sim_tostring(lua_State *L)
{
    lua_pushstring(L, SIM_TYPE);
    return 1;
}

bool scenario_start(struct scenario *sc, struct err *e)
{
    (void)e;
    ASSERT(sc->phase == LB_BUILT);
    lua_State *L = sc->lua;
    lua_rawgeti(L, LUA_REGISTRYINDEX, sc->root);
    if (lua_getfield(L, -1, "script") != LUA_TFUNCTION) {
        lua_pop(L, 2);
        return true;
    }
    sc->thread = lua_newthread(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "dialtone.script");
    lua_xmove(L, sc->thread, 1);
    lua_newuserdatauv(sc->thread, 0, 0);
    luaL_setmetatable(sc->thread, SIM_TYPE);
    lua_getfield(sc->thread, LUA_REGISTRYINDEX, LB_PARAMS);
    lua_pop(L, 1);
    sc->limits.steps = 0;
    sc->script_ev = (struct event){.fire = resume, .label = "script", .rank = EV_SCRIPT};
    sim_schedule(net_sim(sc->net), &sc->script_ev, sim_now(net_sim(sc->net)));
    return true;
}

bool scenario_failed(const struct scenario *sc, struct err *e)
{
    if (sc->failed)
        *e = sc->failure;
    return sc->failed;
}

void lb_sim_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"wait", sim_wait}, {"wait_until", sim_wait_until},
        {"now", sim_now_s}, {"now_ns", sim_now_ns},
        {"note", sim_note}, {"draw", sim_draw},
        {NULL, NULL},
    };
    lb_new_type(L, SIM_TYPE, methods, sim_tostring);
    luaL_getmetatable(L, SIM_TYPE);
    lua_getfield(L, -1, "__index");
    lb_push_net(L);
    lua_setfield(L, -2, "net");
    lua_pop(L, 2);
}
