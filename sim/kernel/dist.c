/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist.c: see dist.h. */
#include "sim/kernel/dist.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/kernel/param.h"

static const struct {
    const char *name;
    enum dist_kind kind;
    uint32_t least, most; /* number of arguments */
} laws[] = {
    {"uniform", DIST_UNIFORM, 2, 2},
    {"exp", DIST_EXP, 1, 1},
    {"normal", DIST_NORMAL, 2, 2},
    {"choice", DIST_CHOICE, 1, DIST_CHOICES},
};

struct dist dist_const(struct sim_dur d)
{
    return (struct dist){.kind = DIST_CONST, .n = 1, .v = {d}};
}

bool dist_is_law(struct str text)
{
    return text.n > 0 && str_find(text, STR("(")) > 0;
}

bool dur_parse(struct str text, struct sim_dur *out, struct err *e)
{
    return unit_parse(UNIT_TIME, text, &out->ns, e);
}

/* "1ms, 2ms": `out->n` counts past DIST_CHOICES, so that too many are noticed. */
static bool parse_values(struct str rest, struct dist *out, struct err *e)
{
    bool more = str_trim(rest).n > 0;
    while (more) {
        more = str_find(rest, STR(",")) >= 0; /* a comma at the end promises one more value */
        struct str arg = str_trim(str_cut(&rest, ','));
        struct sim_dur ignored;
        struct sim_dur *v = out->n < DIST_CHOICES ? &out->v[out->n] : &ignored;
        if (!dur_parse(arg, v, e))
            return false;
        out->n++;
    }
    return true;
}

static bool wrong_count(struct str text, size_t law, struct err *e)
{
    char range[24];
    struct txtbuf t = txtbuf_of(range, sizeof range);
    txtbuf_add(&t, "%u", laws[law].least);
    if (laws[law].most > laws[law].least)
        txtbuf_add(&t, " to %u", laws[law].most);
    return err_set(e, "'%.*s' has the wrong number of values (%s takes %s)", STR_ARG(text),
                   laws[law].name, range);
}

bool dist_parse(struct str text, struct dist *out, struct err *e)
{
    struct str rest = str_trim(text);
    *out = (struct dist){0};
    if (!dist_is_law(rest)) {
        *out = dist_const(DUR_ZERO);
        return dur_parse(rest, &out->v[0], e);
    }
    struct str name = str_trim(str_cut(&rest, '('));
    const char *names[sizeof laws / sizeof laws[0]];
    size_t law = 0, n = sizeof laws / sizeof laws[0];
    for (size_t i = 0; i < n; i++)
        names[i] = laws[i].name;
    while (law < n && !str_eq(name, str_of(laws[law].name)))
        law++;
    if (law == n) {
        const char *near = str_nearest(name, names, n);
        return err_set(e, "unknown law '%.*s'%s%s (there are uniform, exp, normal, choice)", STR_ARG(name),
                       near ? "; did you mean " : "", near ? near : "");
    }
    if (rest.n == 0 || rest.p[rest.n - 1] != ')')
        return err_set(e, "'%.*s' lacks its closing parenthesis", STR_ARG(text));
    rest.n--;
    out->kind = laws[law].kind;
    if (!parse_values(rest, out, e))
        return err_wrap(e, "'%.*s'", STR_ARG(text));
    if (out->n < laws[law].least || out->n > laws[law].most)
        return wrong_count(text, law, e);
    if (out->kind == DIST_UNIFORM && out->v[0].ns > out->v[1].ns)
        return err_set(e, "'%.*s' has its low end above its high end", STR_ARG(text));
    return true;
}

static struct sim_dur of_double(double ns)
{
    if (!(ns > 0))
        return DUR_ZERO;
    return ns >= 9.2e18 ? DUR_MAX : dur_ns((int64_t)nearbyint(ns)); /* default mode: half to even */
}

struct sim_dur dist_draw(const struct dist *d, struct rng *r)
{
    switch (d->kind) {
    case DIST_CONST:
        return d->v[0];
    case DIST_UNIFORM:
        return dur_ns(rng_between(r, d->v[0].ns, d->v[1].ns));
    case DIST_EXP:
        return of_double(gsl_ran_exponential(rng_gsl(r), (double)d->v[0].ns));
    case DIST_NORMAL:
        return of_double((double)d->v[0].ns +
                         gsl_ran_gaussian_ziggurat(rng_gsl(r), (double)d->v[1].ns));
    case DIST_CHOICE:
        return d->v[rng_below(r, d->n)];
    }
    UNREACHABLE();
}

struct sim_dur dist_low(const struct dist *d)
{
    struct sim_dur low = d->v[0];
    if (d->kind == DIST_EXP || d->kind == DIST_NORMAL)
        return DUR_ZERO;
    for (uint32_t i = 1; i < d->n; i++)
        low = dur_min(low, d->v[i]);
    return low;
}

uint64_t dist_binomial(uint64_t n, int64_t ppb, struct rng *r)
{
    const uint64_t at_once = 1u << 30; /* GSL counts in unsigned int */
    uint64_t met = 0;
    if (ppb <= 0 || ppb >= 1000000000)
        return ppb <= 0 ? 0 : n;
    for (uint64_t left = n; left;) {
        uint64_t part = left < at_once ? left : at_once;
        met += gsl_ran_binomial(rng_gsl(r), (double)ppb / 1e9, (unsigned)part);
        left -= part;
    }
    return met;
}

void dist_text(struct txtbuf *t, const struct dist *d)
{
    if (d->kind == DIST_CONST) {
        txtbuf_dur(t, d->v[0].ns);
        return;
    }
    txtbuf_add(t, "%s(", laws[d->kind - DIST_UNIFORM].name);
    for (uint32_t i = 0; i < d->n; i++) {
        txtbuf_cstr(t, i ? "," : "");
        txtbuf_dur(t, d->v[i].ns);
    }
    txtbuf_char(t, ')');
}
