/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.c: life of a scenario: load, build, free. One load serves one run: a second run loads
 * the file again, so nothing a script remembers can reach it. */
#include "lua/bind/scenario.h"

#include <string.h>

#include "lua/bind/lb.h"

#define ARENA_BYTES_MAX (4ull << 30)

static void name_files(struct scenario *sc, const char *path, const char *lib_dir)
{
    struct arena *a = sc->arena;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t n = strlen(base);
    sc->base = arena_strdup(a, str_of(base));
    sc->info.path = arena_strdup(a, str_of(path));
    sc->info.name =
        arena_strdup(a, (struct str){base, n > 4 && strcmp(base + n - 4, ".lua") == 0 ? n - 4 : n});
    sc->lib_dir = arena_strdup(a, str_of(lib_dir));
}

/* check(result of the file): declares the parameters, refuses what is unknown */
static int call_check(lua_State *L)
{
    lua_pushcfunction(L, lb_require);
    lua_pushstring(L, "dialtone.check");
    lua_call(L, 1, 1);
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static const char *take(struct scenario *sc, const char *key)
{
    lua_getfield(sc->lua, -1, key);
    const char *text = lb_text(sc->lua, -1);
    lua_pop(sc->lua, 1);
    return text;
}

static bool run_file(struct scenario *sc, struct err *e)
{
    if (!lb_read_file(sc, sc->info.path, &sc->text, e))
        return false;
    if (sc->text.n && sc->text.p[0] == LUA_SIGNATURE[0])
        return err_set(e, "'%s' is binary: a scenario is a Lua text", sc->info.path);
    int status = luaL_loadbufferx(sc->lua, sc->text.p, sc->text.n,
                                  arena_printf(sc->arena, "@%s", sc->base), "t");
    if (status != LUA_OK)
        return lb_error(sc, sc->lua, status, e);
    return lb_call(sc, 0, 1, e);
}

/* The checked table stays in the registry; its texts move to the arena. */
static bool take_table(struct scenario *sc, struct err *e)
{
    const char *duration = take(sc, "duration"), *source = take(sc, "source"),
               *story = take(sc, "story");
    sc->info.title = take(sc, "title");
    sc->info.source = source ? source : "";
    sc->info.story = story ? story : "";
    const char *clock = take(sc, "wall_clock");
    sc->root = luaL_ref(sc->lua, LUA_REGISTRYINDEX);
    if (lb_set_base_params(sc, duration, clock, e))
        return true;
    return lb_wrap_at(sc, strstr(e->msg, "'wall_clock'") ? "wall_clock" : "duration", e);
}

static bool load(struct scenario *sc, struct err *e)
{
    if (!lb_open(sc, e) || !run_file(sc, e))
        return false;
    lua_pushcfunction(sc->lua, call_check);
    lua_insert(sc->lua, -2);
    return lb_call(sc, 1, 1, e) && take_table(sc, e);
}

struct scenario *scenario_load(const char *path, const char *lib_dir, struct err *e)
{
    struct arena *a = arena_new("scenario", ARENA_BYTES_MAX);
    struct scenario *sc = ARENA_NEW(a, struct scenario);
    sc->arena = a;
    name_files(sc, path, lib_dir);
    if (load(sc, e))
        return sc;
    scenario_free(sc);
    return NULL;
}

void scenario_free(struct scenario *sc)
{
    if (!sc)
        return;
    if (sc->lua)
        lua_close(sc->lua);
    arena_free(sc->arena);
}

const struct scenario_info *scenario_info(const struct scenario *sc)
{
    return &sc->info;
}

size_t scenario_captures(const struct scenario *sc, const struct scenario_capture **out)
{
    *out = sc->captures;
    return sc->capture_count;
}

/* network(net, p) */
static int call_network(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, sc->root);
    lua_getfield(L, -1, "network");
    lb_push_net(L);
    lb_push_params(L, net_sim(sc->net));
    lua_pushvalue(L, -1); /* script(sim, p) sees the same draws */
    lua_setfield(L, LUA_REGISTRYINDEX, LB_PARAMS);
    lua_call(L, 2, 0);
    if (net_node_count(sc->net) == 0)
        return luaL_error(L, "%s: network() adds no node", sc->base);
    return 0;
}

bool scenario_build(struct scenario *sc, struct net *n, struct err *e)
{
    ASSERT(sc->phase == LB_LOADING);
    sc->net = n;
    sc->phase = LB_BUILDING;
    lua_pushcfunction(sc->lua, call_network);
    if (!lb_call(sc, 0, 0, e) || !lb_params_settle(sc, e) || !lb_offer_files(sc, e) || !lb_take_ladder(sc, e))
        return false;
    sc->phase = LB_BUILT;
    return true;
}
