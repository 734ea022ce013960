/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_judge.c: hands the run to lua/dialtone/judge.lua, takes the verdicts over into C. */
#include "lua/bind/lb.h"

#include <string.h>

const char *const verdict_names[] = {"match", "deviates", "documented-slip", "not-reached"};

/* host.measure(name): integer, digits, unit (SI value = integer / 10^digits); nothing: did not
 * occur */
int lb_measure(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        if (strcmp(measure_defs[i].name, name) != 0)
            continue;
        struct measure m = measure_get(net_sim(lb_scenario(L)->net), (enum measure_id)i);
        if (!m.given)
            return 0;
        lua_pushinteger(L, m.v);
        lua_pushinteger(L, measure_defs[i].digits);
        lua_pushstring(L, measure_defs[i].unit);
        return 3;
    }
    return luaL_error(L, "there is no measure '%s'", name);
}

static const char *take(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    const char *text = lb_text(L, -1);
    lua_pop(L, 1);
    return text ? text : "";
}

static void take_observable(lua_State *L, struct observable *o)
{
    *o = (struct observable){.name = take(L, "name"),
                             .documented = take(L, "documented"),
                             .simulated = take(L, "simulated"),
                             .tolerance = take(L, "tolerance"),
                             .unit = take(L, "unit"),
                             .source = take(L, "source"),
                             .note = take(L, "note")};
    o->numeric = strcmp(take(L, "numeric"), "on") == 0;
    const char *verdict = take(L, "verdict");
    while (strcmp(verdict, verdict_names[o->verdict]) != 0) {
        ASSERT(o->verdict < VERDICT_NOT_REACHED);
        o->verdict++;
    }
}

static void set(lua_State *L, const char *key, int64_t v)
{
    lua_pushinteger(L, v);
    lua_setfield(L, -2, key);
}

/* judge(documented, {reached_ns =, duration_ns =, epoch_ns =, zone_ns =, documented_epoch_ns =}) */
static int call_judge(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    const struct sim_time *reached = lua_touserdata(L, 1);
    lua_pushcfunction(L, lb_require);
    lua_pushstring(L, "dialtone.judge");
    lua_call(L, 1, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, sc->root);
    lua_getfield(L, -1, "documented");
    lua_remove(L, -2);
    lua_createtable(L, 0, 5);
    set(L, "reached_ns", reached->ns);
    set(L, "duration_ns", sc->info.duration.ns);
    set(L, "epoch_ns", sc->info.epoch_ns);
    set(L, "zone_ns", sc->info.zone_ns);
    set(L, "documented_epoch_ns", sc->documented_epoch_ns);
    lua_call(L, 2, 1);
    return 1;
}

bool scenario_judge(struct scenario *sc, struct sim *s, struct sim_time reached,
                    const struct observable **out, size_t *count, struct err *e)
{
    ASSERT(sc->phase == LB_BUILT && s == net_sim(sc->net));
    *out = NULL;
    *count = 0;
    if (!sc->trace)
        return true;
    lua_State *L = sc->lua;
    sc->phase = LB_JUDGING;
    lua_pushcfunction(L, call_judge);
    lua_pushlightuserdata(L, &reached);
    bool ok = lb_call(sc, 1, 1, e);
    sc->phase = LB_BUILT;
    if (!ok)
        return false;
    *count = lua_rawlen(L, -1);
    struct observable *all = ARENA_ARRAY(sc->arena, struct observable, *count);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        take_observable(L, &all[i]);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    *out = all;
    return true;
}
