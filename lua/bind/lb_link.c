/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_link.c: what a script does to links: link:loss{ rate = "10%", from = "phone", lasts = "30s" }, a verb for
 * each kind of fault (models/net/link_fault.h), or link:fault{ kind = "loss", … }. Each gives a handle that
 * heals this fault alone; link:heal() ends all that are in force. */
#include "lua/bind/lb.h"

#include "models/net/link_fault.h"

#define FAULT_TYPE "fault"

static struct lb_link *check_link(lua_State *L, int index)
{
    return &lb_scenario(L)->links[lb_check_handle(L, index, LB_LINK_TYPE)];
}

/* Orders a fault with the settings of the table at index 2 (may be nothing); gives its handle. */
static int order(lua_State *L, enum link_fault_kind kind)
{
    struct lb_link *l = check_link(L, 1);
    struct scenario *sc = lb_check_script(L);
    struct lb_settings s = {.count = 0};
    struct link_fault *f;
    struct err e = {0};
    char place[128];
    lb_read_settings(L, 2, &s);
    struct link_fault_order o = {kind, s.item, s.count, l->name, lb_script_place(L, place, sizeof place)};
    if (!link_fault_add(l->link, &o, &f, &e))
        return lb_raise(L, &e);
    sc->faults = lb_grown(sc, sc->faults, sc->fault_count, &sc->fault_cap, sizeof *sc->faults);
    sc->faults[sc->fault_count] = f;
    lb_push_handle(L, FAULT_TYPE, sc->fault_count++);
    return 1;
}

static int link_verb(lua_State *L)
{
    return order(L, (enum link_fault_kind)lua_tointeger(L, lua_upvalueindex(1)));
}

/* link:fault{ kind = "loss", … } */
static int link_fault(lua_State *L)
{
    enum link_fault_kind kind;
    struct err e = {0};
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    if (lua_getfield(L, 2, "kind") != LUA_TSTRING)
        return luaL_error(L, "link:fault needs a kind, as in { kind = \"loss\", rate = \"10%%\" }");
    if (!link_fault_find(str_of(lua_tostring(L, -1)), &kind, &e))
        return lb_raise(L, &e);
    lua_newtable(L); /* the same without it */
    for (lua_pushnil(L); lua_next(L, 2);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 4);
    }
    lua_pushnil(L);
    lua_setfield(L, 4, "kind");
    lua_replace(L, 2);
    return order(L, kind);
}

/* link:heal() */
static int link_heal_all(lua_State *L)
{
    struct lb_link *l = check_link(L, 1);
    lb_check_script(L);
    uint64_t before = lb_begin_action(L, "link-heal", l->name);
    link_heal(l->link);
    lb_end_action(L, before);
    return 0;
}

/* fault:heal() */
static int fault_heal(lua_State *L)
{
    struct scenario *sc = lb_check_script(L);
    char place[128];
    link_fault_heal(sc->faults[lb_check_handle(L, 1, FAULT_TYPE)], lb_script_place(L, place, sizeof place));
    return 0;
}

static int link_tostring(lua_State *L)
{
    lua_pushfstring(L, "link %s", check_link(L, 1)->name);
    return 1;
}

static int fault_tostring(lua_State *L)
{
    lua_pushstring(L, FAULT_TYPE);
    return 1;
}

void lb_link_open(lua_State *L)
{
    static const luaL_Reg link[] = {{"heal", link_heal_all}, {"fault", link_fault}, {NULL, NULL}};
    static const luaL_Reg fault[] = {{"heal", fault_heal}, {NULL, NULL}};
    lb_new_type(L, LB_LINK_TYPE, link, link_tostring);
    lb_new_type(L, FAULT_TYPE, fault, fault_tostring);
    luaL_getmetatable(L, LB_LINK_TYPE);
    lua_getfield(L, -1, "__index");
    for (int k = 0; k < LINK_FAULT_KINDS; k++) {
        lua_pushinteger(L, k);
        lua_pushcclosure(L, link_verb, 1);
        lua_setfield(L, -2, link_fault_types[k].name);
    }
    lua_pop(L, 2);
}
