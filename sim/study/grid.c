/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid.c: see grid.h. Values are integers, so a range of steps ends where it says. */
#include "sim/study/grid.h"

#include <gsl/gsl_qrng.h>

#include "sim/study/where.h"

void grid_init(struct grid *g, struct arena *a)
{
    *g = (struct grid){.arena = a};
}

void grid_sobol(struct grid *g, uint32_t n)
{
    ASSERT(n >= 1 && n <= GRID_POINTS_MAX);
    g->sobol = n;
}

/* --- one dimension ---------------------------------------------------------------------------- */

/* The next of "a,uniform(0s,1s),b": a comma inside parentheses belongs to its law. */
static struct str cut_value(struct str *rest)
{
    struct str one = {rest->p, 0};
    for (int depth = 0; one.n < rest->n; one.n++) {
        char c = rest->p[one.n];
        depth += (c == '(') - (c == ')');
        if (c == ',' && depth <= 0)
            break;
    }
    size_t used = one.n < rest->n ? one.n + 1 : one.n;
    rest->p += used;
    rest->n -= used;
    return str_trim(one);
}

static bool add_value(struct grid *g, struct grid_dim *d, struct quantity q, struct err *e)
{
    if (d->count == GRID_VALUES_MAX)
        return err_set(e, "has more than %d values", GRID_VALUES_MAX);
    for (uint32_t i = 0; i < d->count; i++) {
        struct quantity *other = &d->value[i];
        if (!quantity_agree(&q, other))
            return err_set(e, "'%.*s' and '%.*s' are not of the same kind", STR_ARG(other->word),
                           STR_ARG(q.word));
        if (q.number ? q.v == other->v : str_eq(q.word, other->word))
            return err_set(e, "has the value '%.*s' twice", STR_ARG(q.word));
    }
    d->value[d->count++] = q;
    (void)g;
    return true;
}

static bool take_list(struct grid *g, struct grid_dim *d, struct str list, struct err *e)
{
    uint32_t commas = 1;
    for (size_t i = 0; i < list.n; i++)
        commas += list.p[i] == ',';
    d->value = ARENA_ARRAY(g->arena, struct quantity, commas);
    bool more = true;
    while (more) {
        size_t before = list.n;
        struct str one = cut_value(&list);
        more = list.n || (before && one.n < before && list.p[-1] == ',');
        if (one.n == 0)
            return err_set(e, "has an empty value");
        if (!add_value(g, d, quantity_of(one), e))
            return false;
    }
    return true;
}

static bool take_range(struct grid *g, struct grid_dim *d, struct str text, struct err *e)
{
    struct str rest = text, step_text;
    int64_t dots = str_find(rest, STR(".."));
    struct str low_text = {rest.p, (size_t)dots};
    rest.p += dots + 2;
    rest.n -= (size_t)dots + 2;
    bool stepped = str_find(rest, STR(":")) >= 0;
    struct str high_text = str_cut(&rest, ':');
    step_text = rest;
    if (!stepped && !g->sobol)
        return err_set(e, "the range '%.*s' lacks its step, as in 3s..63s:5s", STR_ARG(text));
    if (stepped && g->sobol)
        return err_set(e, "the range '%.*s' has a step, which --sobol does not take", STR_ARG(text));
    struct quantity low = quantity_of(low_text), high = quantity_of(high_text);
    struct quantity step = stepped ? quantity_of(step_text) : high;
    if (!low.number || !high.number || !step.number)
        return err_set(e, "'%.*s' is no number with a unit, as in 3s..63s:5s",
                       STR_ARG(!low.number ? low_text : !high.number ? high_text : step_text));
    if (!quantity_agree(&low, &high) || !quantity_agree(&low, &step) || !quantity_agree(&high, &step))
        return err_set(e, "the ends and the step of '%.*s' are not of the same kind", STR_ARG(text));
    if (stepped && step.v <= 0)
        return err_set(e, "the step '%.*s' is not above zero", STR_ARG(step_text));
    if (low.v > high.v)
        return err_set(e, "the range '%.*s' has its low end above its high end", STR_ARG(text));
    if (g->sobol) {
        d->value = ARENA_ARRAY(g->arena, struct quantity, 2);
        d->value[d->count++] = low;
        d->value[d->count++] = high;
        return true;
    }
    uint64_t steps = ((uint64_t)high.v - (uint64_t)low.v) / (uint64_t)step.v;
    if (steps >= GRID_VALUES_MAX)
        return err_set(e, "the range '%.*s' has more than %d values", STR_ARG(text), GRID_VALUES_MAX);
    d->value = ARENA_ARRAY(g->arena, struct quantity, steps + 1);
    for (uint64_t i = 0; i <= steps; i++) {
        low.word = text;
        d->value[d->count++] = low;
        low.v += i < steps ? step.v : 0;
    }
    return true;
}

bool grid_vary(struct grid *g, struct str spec, struct err *e)
{
    struct str values = spec;
    if (str_find(spec, STR("=")) <= 0)
        return err_set(e, "'%.*s' is not NAME=A..B:STEP or NAME=a,b,c", STR_ARG(spec));
    struct str name = str_trim(str_cut(&values, '='));
    if (g->dim_count == GRID_DIMS_MAX)
        return err_set(e, "more than %d parameters are varied", GRID_DIMS_MAX);
    for (uint32_t i = 0; i < g->dim_count; i++) {
        if (str_eq(name, str_of(g->dim[i].name)))
            return err_set(e, "'%.*s' is varied twice", STR_ARG(name));
    }
    struct grid_dim *d = &g->dim[g->dim_count];
    *d = (struct grid_dim){.name = arena_strdup(g->arena, name)};
    values = str_of(arena_strdup(g->arena, str_trim(values)));
    bool range = str_find(values, STR("..")) >= 0;
    if (g->sobol && !range)
        return err_set(e, "'%s' is given as a list; --sobol takes ranges, as in 3s..63s", d->name);
    if (!(range ? take_range(g, d, values, e) : take_list(g, d, values, e)))
        return err_wrap(e, "'%s'", d->name);
    g->dim_count++;
    return true;
}

/* --- points ----------------------------------------------------------------------------------- */

/* The value index of a dimension in a combination; the last dimension is the fastest. */
static uint32_t digit(const struct grid *g, uint32_t combination, uint32_t dim)
{
    if (g->sobol)
        return combination;
    for (uint32_t i = g->dim_count; i-- > dim + 1;)
        combination /= g->dim[i].count;
    return combination % g->dim[dim].count;
}

const struct quantity *grid_value(const struct grid *g, uint32_t p, uint32_t dim)
{
    ASSERT(p >= 1 && p <= g->point_count && dim < g->dim_count);
    return &g->dim[dim].value[digit(g, g->kept[p - 1], dim)];
}

struct at {
    const struct grid *grid;
    uint32_t combination;
    grid_lookup_fn *lookup;
    void *arg;
};

static bool value_at(void *arg, struct str name, struct quantity *out)
{
    const struct at *a = arg;
    for (uint32_t i = 0; i < a->grid->dim_count; i++) {
        if (str_eq(name, str_of(a->grid->dim[i].name))) {
            *out = a->grid->dim[i].value[digit(a->grid, a->combination, i)];
            return true;
        }
    }
    return a->lookup(a->arg, name, out);
}

/* Point i has value i of every dimension. The sequence is in binary fractions, so it is the same everywhere. */
static void spread(struct grid *g)
{
    double u[GRID_DIMS_MAX];
    gsl_qrng *sobol = gsl_qrng_alloc(gsl_qrng_sobol, g->dim_count);
    ASSERT(sobol != NULL);
    struct quantity ends[GRID_DIMS_MAX][2];
    for (uint32_t d = 0; d < g->dim_count; d++) {
        ends[d][0] = g->dim[d].value[0];
        ends[d][1] = g->dim[d].value[1];
        g->dim[d].value = ARENA_ARRAY(g->arena, struct quantity, g->sobol);
        g->dim[d].count = g->sobol;
    }
    for (uint32_t i = 0; i < g->sobol; i++) {
        gsl_qrng_get(sobol, u);
        for (uint32_t d = 0; d < g->dim_count; d++) {
            g->dim[d].value[i] = ends[d][0];
            g->dim[d].value[i].v += (int64_t)(u[d] * (double)(ends[d][1].v - ends[d][0].v));
        }
    }
    gsl_qrng_free(sobol);
}

static bool combine(struct grid *g, uint64_t *all, struct err *e)
{
    *all = 1;
    if (g->sobol) {
        if (g->dim_count == 0)
            return err_set(e, "--sobol has nothing to vary: it needs --vary NAME=A..B");
        spread(g);
        *all = g->sobol;
        return true;
    }
    for (uint32_t i = 0; i < g->dim_count; i++) {
        *all *= g->dim[i].count;
        if (*all > GRID_POINTS_MAX)
            return err_set(e, "the values make more than %d points", GRID_POINTS_MAX);
    }
    return true;
}

bool grid_close(struct grid *g, const struct str *where, size_t where_count, grid_lookup_fn *lookup,
                void *arg, struct err *e)
{
    uint64_t all;
    if (!combine(g, &all, e))
        return false;
    g->kept = ARENA_ARRAY(g->arena, uint32_t, all);
    struct at at = {.grid = g, .lookup = lookup, .arg = arg};
    for (uint32_t c = 0; c < all; c++) {
        bool holds = true;
        at.combination = c;
        for (size_t i = 0; i < where_count && holds; i++) {
            if (!where_holds(where[i], value_at, &at, &holds, e))
                return err_wrap(e, "--where '%.*s'", STR_ARG(where[i]));
        }
        if (holds)
            g->kept[g->point_count++] = c;
    }
    return g->point_count > 0 ||
           err_set(e, "no point is left: the --where constraints exclude all %llu", (unsigned long long)all);
}
