/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.c: what nodes, ports and links are told, parsed against their schemas. Thousands of nodes are
 * told the same few things, so each value is kept once, without the law that most values do not have. */
#include <string.h>

#include "models/net/net_state.h"

#define PARAMS_MAX 192
#define BLOCK 64 /* values */

/* Named by its place: a node names as many as its model has parameters. */
struct kept_value {
    int64_t i;
    const char *text;
    const struct dist *law; /* NULL: a constant, or no span */
    enum param_type type;
    bool given;
    uint32_t place; /* from 1 */
};

size_t param_count(const struct param_def *defs)
{
    size_t n = 0;
    while (defs && defs[n].name)
        n++;
    return n;
}

static bool unknown_setting(const struct param_def *defs, struct str name, const char *owner,
                            struct err *e)
{
    const char *names[PARAMS_MAX];
    size_t n = 0;
    for (; defs && defs[n].name; n++) {
        ASSERT(n < PARAMS_MAX);
        names[n] = defs[n].name;
    }
    const char *near = str_nearest(name, names, n);
    return err_set(e, "%s has no parameter '%.*s'%s%s%s", owner, STR_ARG(name),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static const struct setting *find_setting(const struct setting *settings, size_t count,
                                          const char *name)
{
    for (size_t i = count; i-- > 0;) { /* the last one given wins */
        if (str_eq(settings[i].name, str_of(name)))
            return &settings[i];
    }
    return NULL;
}

static bool all_known(const struct param_def *defs, const struct setting *settings, size_t count,
                      const char *owner, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; defs && defs[k].name && !known; k++)
            known = str_eq(settings[i].name, str_of(defs[k].name));
        if (!known)
            return unknown_setting(defs, settings[i].name, owner, e);
    }
    return true;
}

static struct rng *param_stream(struct sim *s, const char *owner, const char *name)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%s/param/%s", owner, name);
    return sim_stream(s, text);
}

/* --- values ------------------------------------------------------------------------------------------ */

struct known_values {
    const struct kept_value *of_default, *last; /* NULL: none yet */
};

static struct known_values *known_values(struct net *n, const struct param_def *d)
{
    struct known_values *k = map_get(&n->values, (uintptr_t)d);
    if (!k) {
        k = ARENA_NEW(sim_arena(n->sim), struct known_values);
        map_put(&n->values, (uintptr_t)d, k);
    }
    return k;
}

static bool is_span(enum param_type t)
{
    return t == PARAM_DUR || t == PARAM_LAW;
}

static struct param_value value_of(const struct kept_value *k)
{
    struct param_value v = {.type = k->type, .i = k->i, .text = k->text, .given = k->given};
    if (k->law)
        v.law = *k->law;
    else if (is_span(k->type) && k->given)
        v.law = dist_const(dur_ns(k->i));
    return v;
}

static struct kept_value *at_place(const struct net *n, uint32_t place)
{
    return &n->kept[(place - 1) / BLOCK][(place - 1) % BLOCK];
}

struct param_value kept_value(const struct net *n, uint32_t place)
{
    return value_of(at_place(n, place));
}

static struct kept_value *new_place(struct net *n)
{
    struct arena *a = sim_arena(n->sim);
    uint32_t block = n->kept_count / BLOCK;
    if (block == n->kept_blocks) {
        uint32_t more = n->kept_blocks ? n->kept_blocks * 2 : 8;
        struct kept_value **blocks = ARENA_ARRAY(a, struct kept_value *, more);
        for (uint32_t i = 0; i < n->kept_blocks; i++)
            blocks[i] = n->kept[i];
        n->kept = blocks;
        n->kept_blocks = more;
    }
    if (n->kept_count % BLOCK == 0)
        n->kept[block] = ARENA_ARRAY(a, struct kept_value, BLOCK);
    return at_place(n, ++n->kept_count);
}

static const struct kept_value *new_value(struct net *n, const struct param_value *v)
{
    struct kept_value *k = new_place(n);
    *k = (struct kept_value){.type = v->type, .i = v->i, .text = v->text, .given = v->given, .place = n->kept_count};
    if (is_span(v->type) && v->given && v->law.kind != DIST_CONST) {
        struct dist *law = ARENA_NEW(sim_arena(n->sim), struct dist);
        *law = v->law;
        k->law = law;
    }
    return k;
}

static bool same_value(const struct kept_value *k, const struct param_value *v)
{
    if (k->i != v->i || k->given != v->given || k->law || v->law.kind != DIST_CONST)
        return false; /* laws proper are rare: two of them count as different */
    return k->type != PARAM_TEXT || strcmp(k->text, v->text) == 0;
}

/* What was given last for a parameter is likely to be given again. */
static const struct kept_value *keep(struct net *n, const struct param_def *d, const struct param_value *v)
{
    struct known_values *k = known_values(n, d);
    if (!k->last || !same_value(k->last, v))
        k->last = new_value(n, v);
    return k->last;
}

uint32_t keep_value(struct net *n, const struct param_def *d, const struct param_value *v)
{
    return keep(n, d, v)->place;
}

/* An empty text means "none" for an optional address or number. */
static bool parse_value(const struct param_def *d, struct str text, struct param_value *out, struct err *e)
{
    bool none = text.n == 0 && d->def && d->def[0] == 0 && d->type != PARAM_TEXT;
    *out = (struct param_value){.type = d->type};
    return none || param_parse(d, text, out, e);
}

static const struct kept_value *default_value(struct net *n, const struct param_def *d, struct err *e)
{
    struct known_values *k = known_values(n, d);
    struct param_value v;
    if (!k->of_default && parse_value(d, str_of(d->def), &v, e))
        k->of_default = new_value(n, &v);
    return k->of_default;
}

static const struct kept_value *given_value(struct net *n, const struct param_def *d, struct str text,
                                            struct err *e)
{
    struct param_value v;
    if (d->type == PARAM_TEXT) {
        const struct kept_value *last = known_values(n, d)->last;
        if (last && str_eq(str_of(last->text), text))
            return last;
        text = str_of(arena_strdup(sim_arena(n->sim), text));
    }
    return parse_value(d, text, &v, e) ? keep(n, d, &v) : NULL;
}

static void store(const struct param_def *d, const struct kept_value *k, void *state, struct sim *s,
                  const char *owner)
{
    struct param_value v = value_of(k);
    bool drawn = v.type == PARAM_DUR && v.law.kind != DIST_CONST;
    if (v.given)
        param_store(d, &v, state, drawn ? param_stream(s, owner, d->name) : NULL);
}

bool settings_store(const struct param_def *defs, const struct setting *settings, size_t count,
                    void *state, uint32_t *values, struct net *n, const char *owner,
                    struct err *e)
{
    if (!all_known(defs, settings, count, owner, e))
        return false;
    for (size_t i = 0; defs && defs[i].name; i++) {
        const struct param_def *d = &defs[i];
        const struct setting *given = find_setting(settings, count, d->name);
        if (!given && !d->def)
            return err_set(e, "%s needs a value for '%s' (%s)", owner, d->name, d->doc);
        const struct kept_value *k = given ? given_value(n, d, given->text, e) : default_value(n, d, e);
        if (!k)
            return err_wrap(e, "%s", owner);
        store(d, k, state, n->sim, owner);
        if (values)
            values[i] = k->place;
    }
    return true;
}
