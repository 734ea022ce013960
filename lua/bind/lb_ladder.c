/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_ladder.c: the scenario's field `ladder`: which nodes a message ladder of its runs draws. A text, or a function of
 * the parameters that returns one. */
#include "lua/bind/lb.h"

#include <lauxlib.h>

static bool no_such_node(const struct scenario *sc, struct str name, struct err *e)
{
    size_t n = net_node_count(sc->net);
    const char **names = ARENA_ARRAY(sc->arena, const char *, n);
    for (size_t i = 0; i < n; i++)
        names[i] = net_node_at(sc->net, i)->name;
    const char *near = str_nearest(name, names, n);
    return err_set(e, "ladder: there is no node '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static bool check_nodes(const struct scenario *sc, struct str rest, struct err *e)
{
    int n = 0;
    for (; rest.n; n++) {
        struct str name = str_trim(str_cut(&rest, ','));
        if (!net_find_node(sc->net, name))
            return no_such_node(sc, name, e);
    }
    if (n >= 2 && n <= SCENARIO_LADDER_MAX)
        return true;
    return err_set(e, "ladder: %d node%s; a ladder has 2 to %d lifelines", n, n == 1 ? "" : "s", SCENARIO_LADDER_MAX);
}

/* The text, or nil. */
static int call_ladder(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    struct err e = {0};
    lua_rawgeti(L, LUA_REGISTRYINDEX, sc->root);
    lua_getfield(L, -1, "ladder");
    if (lua_isfunction(L, -1)) {
        lua_getfield(L, LUA_REGISTRYINDEX, LB_PARAMS);
        lua_call(L, 1, 1);
    }
    if (lua_isnil(L, -1))
        return 0;
    if (lua_type(L, -1) != LUA_TSTRING) {
        err_set(&e, "ladder: a function of it must return a text, not a %s", luaL_typename(L, -1));
        return lb_raise_at_key(L, "ladder", &e);
    }
    if (!check_nodes(sc, str_of(lua_tostring(L, -1)), &e))
        return lb_raise_at_key(L, "ladder", &e);
    sc->info.ladder = arena_strdup(sc->arena, str_of(lua_tostring(L, -1)));
    return 0;
}

bool lb_take_ladder(struct scenario *sc, struct err *e)
{
    lua_pushcfunction(sc->lua, call_ladder);
    return lb_call(sc, 0, 0, e);
}
