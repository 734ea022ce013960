/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_lint.c: shows the built network to lua/dialtone/lint.lua, takes its findings over into C.
 *
 * The rules see every node with its model, its parameters and its ports; values are read where the
 * model keeps them, so a law is seen as drawn and a default that a model filled in as filled in.
 * Durations are integers in ns, addresses and other numbers integers, nothing where nothing is set.
 */
#include "lua/bind/lint.h"

#include <string.h>

#include "lua/bind/lb.h"

static void push_choice(lua_State *L, const char *choices, int index)
{
    struct str rest = str_of(choices), one = str_cut(&rest, '|');
    for (; index > 0; index--)
        one = str_cut(&rest, '|');
    lua_pushlstring(L, one.p, one.n);
}

/* 0 is what an address that was not given looks like. */
static void push_address(lua_State *L, const struct param_def *d, const unsigned char *field)
{
    uint32_t ip4 = 0;
    int64_t v = 0;
    if (d->type == PARAM_IP4) {
        memcpy(&ip4, field, sizeof ip4);
        v = ip4;
    } else {
        for (int i = 0; i < 6; i++)
            v = v << 8 | field[i];
    }
    if (v)
        lua_pushinteger(L, v);
    else
        lua_pushnil(L);
}

static void push_text(lua_State *L, const unsigned char *field)
{
    const char *text;
    memcpy(&text, field, sizeof text);
    lua_pushstring(L, text);
}

/* The value of a parameter as the model has it. Laws are drawn at each use: they have none. */
static void push_value(lua_State *L, const struct param_def *d, const void *state)
{
    const unsigned char *field = (const unsigned char *)state + d->offset;
    int64_t v;
    switch (d->type) {
    case PARAM_DUR: /* struct sim_dur is one int64_t */
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_FRACTION:
    case PARAM_INT:
        memcpy(&v, field, sizeof v);
        lua_pushinteger(L, v);
        return;
    case PARAM_BOOL:
        lua_pushboolean(L, *(const bool *)field);
        return;
    case PARAM_ENUM:
        push_choice(L, d->choices, *(const int *)(const void *)field);
        return;
    case PARAM_TEXT:
        push_text(L, field);
        return;
    case PARAM_IP4:
    case PARAM_MAC:
        push_address(L, d, field);
        return;
    case PARAM_LAW:
        lua_pushnil(L);
        return;
    }
    UNREACHABLE();
}

static void set_params(lua_State *L, const struct param_def *defs, const void *state)
{
    lua_newtable(L);
    for (const struct param_def *d = defs; state && d && d->name; d++) {
        push_value(L, d, state);
        lua_setfield(L, -2, d->name);
    }
    lua_setfield(L, -2, "params");
}

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

/* {name =, params =, peer = {node's place, port's place}} */
static void push_port(lua_State *L, const struct port *p)
{
    const struct port *peer = port_peer(p);
    lua_createtable(L, 0, 3);
    set_text(L, "name", p->name);
    set_params(L, p->node->model->port_params, p->config);
    if (!peer)
        return;
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, peer->node->id);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, peer->index + 1);
    lua_rawseti(L, -2, 2);
    lua_setfield(L, -2, "peer");
}

static void push_node(lua_State *L, const struct node *n)
{
    lua_createtable(L, 0, 5);
    set_text(L, "name", n->name);
    set_text(L, "model", n->model->name);
    lua_pushinteger(L, n->id);
    lua_setfield(L, -2, "id");
    set_params(L, n->model->params, n->state);
    lua_createtable(L, n->port_count, 0);
    for (uint16_t i = 0; i < n->port_count; i++) {
        push_port(L, n->ports[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "ports");
}

/* lint({duration =, nodes = {…}}) */
static int call_lint(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    struct scenario_param duration;
    bool found = scenario_has_param(sc, "duration", &duration);
    ASSERT(found);
    lua_pushcfunction(L, lb_require);
    lua_pushstring(L, "dialtone.lint");
    lua_call(L, 1, 1);
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, duration.value.i);
    lua_setfield(L, -2, "duration");
    size_t n = net_node_count(sc->net);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        push_node(L, net_node_at(sc->net, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "nodes");
    lua_call(L, 1, 1);
    return 1;
}

static const char *take(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    const char *text = lb_text(L, -1);
    ASSERT(text != NULL);
    lua_pop(L, 1);
    return text;
}

static void take_finding(lua_State *L, struct finding *f)
{
    struct arena *a = lb_scenario(L)->arena;
    *f = (struct finding){.name = take(L, "name"), .text = take(L, "text")};
    f->is_error = strcmp(take(L, "is_error"), "on") == 0;
    lua_getfield(L, -1, "params");
    f->param_count = lua_rawlen(L, -1);
    const char **params = ARENA_ARRAY(a, const char *, f->param_count + 1);
    for (size_t i = 0; i < f->param_count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        params[i] = lb_text(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    f->params = params;
}

bool scenario_lint(struct scenario *sc, const struct finding **out, size_t *count, struct err *e)
{
    ASSERT(sc->phase == LB_BUILT);
    lua_State *L = sc->lua;
    *out = NULL;
    *count = 0;
    lua_pushcfunction(L, call_lint);
    if (!lb_call(sc, 0, 1, e))
        return false;
    *count = lua_rawlen(L, -1);
    struct finding *all = ARENA_ARRAY(sc->arena, struct finding, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        take_finding(L, &all[i]);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    *out = all;
    return true;
}
