/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_param.c: the parameters of a scenario: its own, and those of every model, port and link that
 * it puts into its network.
 *
 * A name the scenario declares itself is its own: it reaches a model only where network() passes it
 * on, even if a model uses the same name. Any other name belongs to whatever in the network has it;
 * a value from the file or the command line then holds for all of them, save where network() gives
 * a node its own. Values are checked against the schema as soon as it is known. */
#include "lua/bind/lb.h"

#include <stdlib.h>
#include <string.h>

static const char default_clock[] = "2016-01-01 00:00:00";

static struct lb_param *find(const struct scenario *sc, struct str name)
{
    for (size_t i = 0; i < sc->param_count; i++) {
        if (str_eq(name, str_of(sc->params[i]->name)))
            return sc->params[i];
    }
    return NULL;
}

static struct lb_param *add(struct scenario *sc, struct str name)
{
    if (sc->param_count == sc->param_cap) {
        struct lb_param **old = sc->params;
        sc->param_cap = sc->param_cap ? sc->param_cap * 2 : 32;
        sc->params = ARENA_ARRAY(sc->arena, struct lb_param *, sc->param_cap);
        if (old)
            memcpy(sc->params, old, sc->param_count * sizeof(struct lb_param *));
    }
    struct lb_param *p = ARENA_NEW(sc->arena, struct lb_param);
    *p = (struct lb_param){.name = arena_strdup(sc->arena, name), .set_by = "default"};
    sc->params[sc->param_count++] = p;
    return p;
}

/* An empty text means "none" where the schema allows it. */
static bool parse(const struct param_def *d, const char *text, struct param_value *out,
                  struct err *e)
{
    bool none = text[0] == 0 && d->def && d->def[0] == 0 && d->type != PARAM_TEXT;
    *out = (struct param_value){.type = d->type};
    return none || param_parse(d, str_of(text), out, e);
}

static bool same_value(const struct param_value *a, const struct param_value *b)
{
    if (a->given != b->given || a->i != b->i || a->law.kind != b->law.kind || a->law.n != b->law.n)
        return false;
    for (uint32_t i = 0; i < a->law.n; i++) {
        if (dur_cmp(a->law.v[i], b->law.v[i]) != 0)
            return false;
    }
    return a->type != PARAM_TEXT || strcmp(a->text, b->text) == 0;
}

/* --- own parameters -------------------------------------------------------------------------- */

/* Checks a text against an own declaration; takes over the value. */
static bool take_own(struct scenario *sc, struct lb_param *p, const char *text, struct err *e)
{
    struct param_value v;
    int64_t epoch = 0, zone = 0;
    bool clock = strcmp(p->name, "wall_clock") == 0;
    if (!parse(p->def, text, &v, e))
        return false;
    if (clock && !lb_epoch_parse(text, &epoch, &zone, e))
        return err_wrap(e, "parameter 'wall_clock'");
    if (strcmp(p->name, "duration") == 0 && v.law.kind != DIST_CONST)
        return err_set(e, "parameter 'duration': '%s' is a law; the run needs one value", text);
    if (clock) {
        sc->info.epoch_ns = epoch;
        sc->info.zone_ns = zone;
    }
    p->value = v;
    p->given = text;
    return true;
}

static bool declare(struct scenario *sc, const struct param_def *d, struct err *e)
{
    if (find(sc, str_of(d->name)))
        return err_set(e, "parameter '%s' is there already", d->name);
    struct lb_param *p = add(sc, str_of(d->name));
    p->own = p->open = true;
    p->def = d;
    p->documented = d->def;
    return take_own(sc, p, d->def, e);
}

bool lb_set_base_params(struct scenario *sc, const char *duration, const char *wall_clock,
                        struct err *e)
{
    struct param_def *d = ARENA_ARRAY(sc->arena, struct param_def, 2);
    d[0] = (struct param_def){.name = "duration",
                              .type = PARAM_DUR,
                              .def = duration,
                              .min = "1ms",
                              .max = "3660d",
                              .doc = "simulated time"};
    d[1] =
        (struct param_def){.name = "wall_clock",
                           .type = PARAM_TEXT,
                           .def = wall_clock ? wall_clock : default_clock,
                           .doc = "date and time at the start, in UTC or with a zone (+05:30), as logs and captures show it"};
    if (!declare(sc, &d[0], e) || !declare(sc, &d[1], e))
        return false;
    sc->info.duration = sc->params[sc->param_count - 2]->value.law.v[0];
    sc->documented_epoch_ns = sc->info.epoch_ns;
    return true;
}

static const char *field(lua_State *L, const char *key)
{
    lua_getfield(L, 2, key);
    const char *text = lb_text(L, -1);
    lua_pop(L, 1);
    return text;
}

static bool parse_limit(const struct param_def *d, const char *text, struct err *e)
{
    struct param_def bare = *d;
    struct param_value v;
    bare.max = NULL;
    bare.min = text && text[0] == '-' ? text : NULL; /* a limit below zero is its own least value */
    return !text || param_parse(&bare, str_of(text), &v, e);
}

/* host.declare(name, {type =, default =, min =, max =, choices =, doc =}); the library checked the
 * keys. */
int lb_declare(lua_State *L)
{
    static const char *const types[] = {"duration", "law",    "rate", "bytes", "fraction",
                                        "integer",  "switch", "enum", "text",  NULL};
    static const enum param_type of[] = {PARAM_DUR,   PARAM_LAW,      PARAM_RATE,
                                         PARAM_BYTES, PARAM_FRACTION, PARAM_INT,
                                         PARAM_BOOL,  PARAM_ENUM,     PARAM_TEXT};
    struct scenario *sc = lb_scenario(L);
    struct err e = {0};
    struct param_def *d = ARENA_NEW(sc->arena, struct param_def);
    lua_getfield(L, 2, "type");
    d->type = of[luaL_checkoption(L, -1, NULL, types)];
    d->name = arena_strdup(sc->arena, str_of(luaL_checkstring(L, 1)));
    d->def = field(L, "default");
    d->choices = field(L, "choices");
    d->doc = field(L, "doc");
    const char *min = field(L, "min"), *max = field(L, "max");
    bool ok = parse_limit(d, min, &e) && parse_limit(d, max, &e);
    d->min = min;
    d->max = max;
    return ok && declare(sc, d, &e) ? 0 : lb_raise_at_key(L, d->name, &e);
}

/* host.document(name, text): the scenario's value for a parameter that some model has. */
int lb_document(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    struct str name = str_of(luaL_checkstring(L, 1));
    struct lb_param *p = add(sc, name);
    p->documented = p->given = lb_text(L, 2);
    p->set_by = "scenario";
    return 0;
}

bool scenario_set(struct scenario *sc, struct str name, struct str text, const char *set_by,
                  struct err *e)
{
    ASSERT(sc->phase == LB_LOADING);
    struct lb_param *p = find(sc, name);
    const char *value = arena_strdup(sc->arena, text);
    if (!p)
        p = add(sc, name);
    if (p->own && !take_own(sc, p, value, e))
        return false;
    p->given = value;
    p->set_by = set_by;
    if (!p->own)
        return true;
    struct param_value documented;
    if (!parse(p->def, p->documented, &documented, e))
        UNREACHABLE();
    p->differs = !same_value(&documented, &p->value);
    return true;
}

/* --- parameters of models -------------------------------------------------------------------- */

/* Text of the file itself: its errors name the line. */
static bool parse_at_key(struct scenario *sc, const struct lb_param *p, const struct param_def *d,
                         const char *text, struct param_value *out, struct err *e)
{
    if (!text || parse(d, text, out, e))
        return true;
    if (text != p->documented)
        return false;
    const char *where = lb_where(sc, p->name);
    return err_wrap(e, "%.*s", (int)strlen(where) - 2, where);
}

/* A schema names this parameter: check what was given, and compare it with what is documented. */
static bool meet(struct scenario *sc, struct lb_param *p, const struct param_def *d, struct err *e)
{
    struct param_value v = {.type = d->type}, documented = {.type = d->type};
    const char *was = p->documented ? p->documented : d->def, *now = p->given ? p->given : d->def;
    if (!parse_at_key(sc, p, d, now, &v, e) || !parse_at_key(sc, p, d, was, &documented, e))
        return false;
    p->differs = p->differs || !same_value(&v, &documented);
    if (!p->def)
        p->value = v;
    p->def = p->def ? p->def : d;
    return true;
}

bool lb_params_apply(struct scenario *sc, const struct param_def *defs, struct lb_settings *s,
                     struct err *e)
{
    for (const struct param_def *d = defs; d && d->name; d++) {
        if (d->own)
            continue;
        struct lb_param *p = find(sc, str_of(d->name));
        p = p ? p : add(sc, str_of(d->name));
        if (p->own)
            continue;
        if (!meet(sc, p, d, e))
            return false;
        ASSERT(s->count < LB_SETTINGS_MAX);
        if (p->given)
            s->item[s->count++] = (struct setting){str_of(p->name), str_of(p->given)};
    }
    s->shared = s->count;
    return true;
}

static bool has_own(const struct lb_settings *s, const char *name)
{
    for (size_t i = s->shared; i < s->count; i++) {
        if (str_eq(s->item[i].name, str_of(name)))
            return true;
    }
    return false;
}

void lb_params_held(struct scenario *sc, const struct param_def *defs, const struct lb_settings *s,
                    const struct node *node)
{
    for (size_t i = 0; defs && defs[i].name; i++) {
        struct lb_param *p = defs[i].own ? NULL : find(sc, str_of(defs[i].name));
        if (!p || p->own)
            continue;
        bool fixed = has_own(s, p->name);
        if (node && (!p->holder || (!p->open && !fixed))) {
            p->holder = node;
            p->holder_index = i;
        }
        p->open = p->open || !fixed;
    }
}

/* --- what network(net, p) sees --------------------------------------------------------------- */

static const char *drawn_text(struct scenario *sc, const struct lb_param *p, struct sim *s)
{
    char text[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (!p->own || p->def->type != PARAM_DUR || p->value.law.kind == DIST_CONST)
        return p->given;
    struct rng *r = sim_stream(s, arena_printf(sc->arena, "scenario/param/%s", p->name));
    txtbuf_dur(&t, dist_draw(&p->value.law, r).ns);
    return arena_strdup(sc->arena, txtbuf_view(&t));
}

void lb_push_params(lua_State *L, struct sim *s)
{
    struct scenario *sc = lb_scenario(L);
    lua_newtable(L);
    for (size_t i = 0; i < sc->param_count; i++) {
        const struct lb_param *p = sc->params[i];
        if (p->own && p->def->type == PARAM_INT)
            lua_pushinteger(L, p->value.i);
        else
            lua_pushstring(L, drawn_text(sc, p, s));
        lua_setfield(L, -2, p->name);
    }
    lb_make_strict(L, "p");
}

/* --- after the build ------------------------------------------------------------------------- */

static bool unknown(struct scenario *sc, const struct lb_param *p, struct err *e)
{
    const char **names = ARENA_ARRAY(sc->arena, const char *, sc->param_count);
    size_t n = 0;
    for (size_t i = 0; i < sc->param_count; i++) {
        if (sc->params[i]->def)
            names[n++] = sc->params[i]->name;
    }
    const char *near = str_nearest(str_of(p->name), names, n);
    bool from_file = strcmp(p->set_by, "scenario") == 0;
    err_set(e, "%s%s%s has %s parameter '%s'%s%s%s",
            from_file ? "nothing in the network" : "scenario '", from_file ? "" : sc->info.name,
            from_file ? "" : "'", from_file ? "a" : "no", p->name, near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return from_file ? lb_wrap_at(sc, p->name, e) : false;
}

static int by_name(const void *a, const void *b)
{
    struct lb_param *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

bool lb_params_settle(struct scenario *sc, struct err *e)
{
    for (size_t i = 0; i < sc->param_count; i++) {
        const struct lb_param *p = sc->params[i];
        if (!p->def)
            return unknown(sc, p, e);
        if (!p->open && p->given != p->documented)
            return err_set(
                e,
                "parameter '%s' cannot be set: the scenario gives every node that has it "
                "its own value",
                p->name);
    }
    qsort(sc->params, sc->param_count, sizeof(struct lb_param *), by_name);
    sc->listed = ARENA_ARRAY(sc->arena, struct scenario_param, sc->param_count);
    return true;
}

/* --- what the outside sees ------------------------------------------------------------------- */

/* A model may have rewritten its value when it was made (a default that depends on a profile). */
static struct scenario_param shown(const struct lb_param *p)
{
    struct param_value v = p->holder ? node_value(p->holder, p->holder_index) : p->value;
    return (struct scenario_param){p->name, p->def, v, p->open ? p->set_by : "scenario"};
}

size_t scenario_params(const struct scenario *sc, const struct scenario_param **out)
{
    ASSERT(sc->listed != NULL);
    for (size_t i = 0; i < sc->param_count; i++)
        sc->listed[i] = shown(sc->params[i]);
    *out = sc->listed;
    return sc->param_count;
}

bool scenario_has_param(const struct scenario *sc, const char *name, struct scenario_param *out)
{
    const struct lb_param *p = find(sc, str_of(name));
    if (!p || !p->def)
        return false;
    *out = shown(p);
    return true;
}

bool scenario_is_documented(const struct scenario *sc)
{
    for (size_t i = 0; i < sc->param_count; i++) {
        if (sc->params[i]->differs && strcmp(sc->params[i]->name, "duration") != 0)
            return false;
    }
    return true;
}
