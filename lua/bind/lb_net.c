/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_net.c: network(net, p): nodes, ports, links and captures, generic over the models' schemas.
 *
 * Scripts hold handles, which are places in the scenario's tables, never pointers; a scenario
 * builds one network, so they cannot go stale. A port is named "node:port"; "node" alone (or a
 * node's handle) means its first port. */
#include "lua/bind/lb.h"

#include <string.h>

#define NODE_TYPE "node"
#define NET_TYPE "net"

void lb_push_handle(lua_State *L, const char *type, size_t index)
{
    size_t *place = lua_newuserdatauv(L, sizeof *place, 0);
    *place = index;
    luaL_setmetatable(L, type);
}

size_t lb_check_handle(lua_State *L, int index, const char *type)
{
    const size_t *place = luaL_checkudata(L, index, type);
    return *place;
}

struct node *lb_check_node(lua_State *L, int index)
{
    return net_node_at(lb_scenario(L)->net, lb_check_handle(L, index, NODE_TYPE));
}

static struct scenario *check_building(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    lb_check_handle(L, 1, NET_TYPE);
    if (sc->phase != LB_BUILDING)
        luaL_error(L, "the network is complete: only network(net, p) adds to it");
    return sc;
}

static struct str check_str(lua_State *L, int index)
{
    size_t n;
    const char *p = luaL_checklstring(L, index, &n);
    return (struct str){p, n};
}

/* --- settings -------------------------------------------------------------------------------- */

static void insert_sorted(struct lb_settings *s, struct setting one)
{
    size_t at = s->count++;
    for (; at > s->shared && strcmp(s->item[at - 1].name.p, one.name.p) > 0; at--)
        s->item[at] = s->item[at - 1];
    s->item[at] = one;
}

/* Appends the table at `index` (may be nothing), by name, so that no hash order picks the error. */
void lb_read_settings(lua_State *L, int index, struct lb_settings *s)
{
    if (lua_isnoneornil(L, index))
        return;
    luaL_checktype(L, index, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "settings are written name = value");
        const char *name = lb_text(L, -2), *text = lb_text(L, -1);
        if (!text)
            luaL_error(L, "setting '%s' must be text, a whole number or true/false", name);
        if (s->count == LB_SETTINGS_MAX)
            luaL_error(L, "more than %d settings", LB_SETTINGS_MAX);
        insert_sorted(s, (struct setting){str_of(name), str_of(text)});
        lua_pop(L, 1);
    }
}

/* The scenario's values for a schema, then those of the table at `index`. */
static void gather(lua_State *L, const struct param_def *defs, int index, struct lb_settings *s)
{
    struct err e = {0};
    s->count = s->shared = 0;
    if (!lb_params_apply(lb_scenario(L), defs, s, &e))
        lb_raise_bare(L, &e);
    lb_read_settings(L, index, s);
}

/* --- nodes and ports ------------------------------------------------------------------------- */

/* net:add(model, name, {settings}) */
static int net_add(lua_State *L)
{
    struct scenario *sc = check_building(L);
    const struct model *m = net_model(sc->net, check_str(L, 2));
    struct lb_settings s;
    struct node *node;
    struct err e = {0};
    gather(L, m ? m->params : NULL, 4, &s);
    if (!net_add_node(sc->net, check_str(L, 2), check_str(L, 3), s.item, s.count, &node, &e))
        return lb_raise(L, &e);
    lb_params_held(sc, m->params, &s, node);
    lb_push_handle(L, NODE_TYPE, net_node_count(sc->net) - 1);
    return 1;
}

static size_t find_node(lua_State *L, struct net *n, struct str name)
{
    const char *names[512];
    size_t count = net_node_count(n), i = 0;
    for (; i < count; i++) {
        if (str_eq(name, str_of(net_node_at(n, i)->name)))
            return i;
        if (i < 512)
            names[i] = net_node_at(n, i)->name;
    }
    const char *near = str_nearest(name, names, i < 512 ? i : 512);
    struct err e;
    err_set(&e, "there is no node '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    lb_raise(L, &e);
    return 0;
}

/* net:node(name) */
static int net_node(lua_State *L)
{
    lb_check_handle(L, 1, NET_TYPE);
    lb_push_handle(L, NODE_TYPE, find_node(L, lb_scenario(L)->net, check_str(L, 2)));
    return 1;
}

static struct port *find_port(const struct node *n, struct str name)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        if (name.n == 0 || str_eq(name, str_of(n->ports[i]->name)))
            return n->ports[i];
    }
    return NULL;
}

/* The port of that name, made when new, with the settings at `index` (0: none). */
static struct port *make_port(lua_State *L, struct node *n, struct str name, int index)
{
    struct scenario *sc = lb_scenario(L);
    struct port *p = find_port(n, name);
    struct lb_settings s = {.count = 0};
    struct err e = {0};
    if (p && (index == 0 || lua_isnoneornil(L, index)))
        return p;
    if (p)
        lb_read_settings(L, index, &s); /* refused below: configured twice */
    else
        gather(L, n->model->port_params, index ? index : lua_gettop(L) + 1, &s);
    if (!node_port(n, name, s.item, s.count, &p, &e))
        lb_raise(L, &e);
    lb_params_held(sc, n->model->port_params, &s, NULL);
    return p;
}

/* node:port(name, {settings}); gives "node:name", as net:link wants it */
static int node_make_port(lua_State *L)
{
    struct node *n = lb_check_node(L, 1);
    if (lb_scenario(L)->phase != LB_BUILDING)
        return luaL_error(L, "the network is complete: only network(net, p) adds to it");
    struct port *p = make_port(L, n, check_str(L, 2), 3);
    lua_pushfstring(L, "%s:%s", n->name, p->name);
    return 1;
}

struct port *lb_check_port(lua_State *L, int index)
{
    struct net *net = lb_scenario(L)->net;
    struct str port = STR_NONE;
    struct node *n;
    if (lua_type(L, index) == LUA_TUSERDATA) {
        n = lb_check_node(L, index);
    } else {
        port = check_str(L, index);
        struct str name = str_cut(&port, ':');
        n = net_node_at(net, find_node(L, net, name));
    }
    struct port *p = find_port(n, port);
    if (!p && port.n == 0)
        luaL_error(L, "node '%s' has no port yet: name one, as in '%s:Gi0/1'", n->name, n->name);
    if (!p && lb_scenario(L)->phase != LB_BUILDING)
        luaL_error(L, "node '%s' has no port '%s'", n->name, port.p);
    return p ? p : make_port(L, n, port, 0);
}

/* --- links and captures ---------------------------------------------------------------------- */

void *lb_grown(struct scenario *sc, void *old, size_t count, size_t *cap, size_t item)
{
    if (count < *cap)
        return old;
    *cap = *cap ? *cap * 2 : 16;
    void *all = arena_alloc(sc->arena, *cap * item);
    if (old)
        memcpy(all, old, count * item);
    return all;
}

/* net:link(port, port, {settings}) */
static int net_link(lua_State *L)
{
    struct scenario *sc = check_building(L);
    struct port *a = lb_check_port(L, 2), *b = lb_check_port(L, 3);
    struct lb_settings s;
    struct link *l;
    struct err e = {0};
    gather(L, link_params, 4, &s);
    if (!link_connect(a, b, s.item, s.count, &l, &e))
        return lb_raise(L, &e);
    lb_params_held(sc, link_params, &s, NULL);
    sc->links = lb_grown(sc, sc->links, sc->link_count, &sc->link_cap, sizeof *sc->links);
    sc->links[sc->link_count] =
        (struct lb_link){l, arena_printf(sc->arena, "%s:%s - %s:%s", a->node->name, a->name,
                                         b->node->name, b->name)};
    lb_push_handle(L, LB_LINK_TYPE, sc->link_count++);
    return 1;
}

/* net:link_at(port): the link plugged into it */
static int net_link_at(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    lb_check_handle(L, 1, NET_TYPE);
    struct port *p = lb_check_port(L, 2);
    for (size_t i = 0; i < sc->link_count; i++) {
        if (sc->links[i].link != p->link)
            continue;
        lb_push_handle(L, LB_LINK_TYPE, i);
        return 1;
    }
    return luaL_error(L, "nothing is plugged into '%s:%s'", p->node->name, p->name);
}

/* A key of the table at `index`: text or a whole number; 0 when it is not there. */
static int64_t clock_field(lua_State *L, int index, const char *key, enum unit_kind kind)
{
    int64_t v = 0;
    struct err e = {0};
    lua_getfield(L, index, key);
    const char *text = lb_text(L, -1);
    if (text && !unit_parse_signed(kind, str_of(text), &v, &e))
        lb_raise_at_key(L, key, &e);
    lua_pop(L, 1);
    return v;
}

static void check_clock_keys(lua_State *L, int index)
{
    static const char *const keys[] = {"clock_offset", "clock_offset_at", "clock_drift_ppm"};
    lua_pushnil(L);
    while (lua_next(L, index)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        bool known = false;
        for (size_t i = 0; i < 3; i++)
            known = known || strcmp(key, keys[i]) == 0;
        const char *near = str_nearest(str_of(key), keys, 3);
        if (!known)
            luaL_error(L, "net:capture has no setting '%s'%s%s%s", key, near ? "; did you mean '" : "",
                       near ? near : "", near ? "'?" : "");
        lua_pop(L, 1);
    }
}

/* The clock of the capturing host: "-5.3s", or {clock_offset =, clock_offset_at =, clock_drift_ppm =} */
static struct host_clock check_clock(lua_State *L, int index)
{
    struct host_clock c = {0};
    if (lua_isnoneornil(L, index))
        return c;
    if (!lua_istable(L, index)) {
        struct err e = {0};
        if (!unit_parse_signed(UNIT_TIME, check_str(L, index), &c.offset_ns, &e))
            lb_raise(L, &e);
        return c;
    }
    check_clock_keys(L, index);
    c.offset_ns = clock_field(L, index, "clock_offset", UNIT_TIME);
    c.at_ns = clock_field(L, index, "clock_offset_at", UNIT_TIME);
    c.drift_ppm = clock_field(L, index, "clock_drift_ppm", UNIT_NONE);
    if (c.drift_ppm < -100000 || c.drift_ppm > 100000)
        luaL_error(L, "'clock_drift_ppm' is %I, must be -100000 .. 100000", (LUAI_UACINT)c.drift_ppm);
    return c;
}

#define CAPTURES_MAX 200 /* each is a subscriber of the bus and an open file */

/* net:capture(port, description, clock): see check_clock */
static int net_capture(lua_State *L)
{
    struct scenario *sc = check_building(L);
    struct port *p = lb_check_port(L, 2);
    const char *text = arena_strdup(sc->arena, check_str(L, 3));
    struct host_clock clock = check_clock(L, 4);
    for (size_t i = 0; i < sc->capture_count; i++) {
        if (sc->captures[i].port == p)
            return luaL_error(L, "port '%s:%s' is captured twice", p->node->name, p->name);
    }
    if (sc->capture_count == CAPTURES_MAX)
        return luaL_error(L, "more than %d ports are captured", CAPTURES_MAX);
    sc->captures =
        lb_grown(sc, sc->captures, sc->capture_count, &sc->capture_cap, sizeof *sc->captures);
    sc->captures[sc->capture_count++] = (struct scenario_capture){p, text, clock};
    return 0;
}

/* --- types ----------------------------------------------------------------------------------- */

static int node_name(lua_State *L)
{
    lua_pushstring(L, lb_check_node(L, 1)->name);
    return 1;
}

static int node_tostring(lua_State *L)
{
    lua_pushfstring(L, "node '%s'", lb_check_node(L, 1)->name);
    return 1;
}

static int net_tostring(lua_State *L)
{
    lb_check_handle(L, 1, NET_TYPE);
    lua_pushstring(L, NET_TYPE);
    return 1;
}

void lb_new_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction to_string)
{
    luaL_newmetatable(L, type);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lb_make_strict(L, type);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, to_string);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
}

void lb_push_net(lua_State *L)
{
    lb_push_handle(L, NET_TYPE, 0);
}

void lb_net_open(lua_State *L)
{
    static const luaL_Reg net[] = {{"add", net_add},         {"link", net_link},
                                   {"capture", net_capture}, {"node", net_node},
                                   {"link_at", net_link_at}, {NULL, NULL}};
    static const luaL_Reg node[] = {
        {"port", node_make_port}, {"op", lb_node_op}, {"name", node_name}, {NULL, NULL}};
    lb_new_type(L, NET_TYPE, net, net_tostring);
    lb_new_type(L, NODE_TYPE, node, node_tostring);
}
