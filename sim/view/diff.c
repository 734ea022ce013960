/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff.c: see diff.h. Tables are compared by name. A number is compared and subtracted as a whole number of
 * its billionths, which SQLite makes of it; what is too large for that is compared as text. */
#include "sim/view/diff.h"

#include <string.h>

#include "sim/view/diff_state.h"

#define BYTES_MAX ((size_t)1 << 30)
#define SCALE INT64_C(1000000000)

/* clang-format off */
#define BILLIONTHS(column)                                                                          \
    "CASE WHEN typeof(" column ") = 'integer' AND abs(" column ") < 9e9 THEN " column " * 1000000000"  \
    " WHEN typeof(" column ") = 'real' AND abs(" column ") < 9e9"                                      \
    " THEN CAST(round(" column " * 1e9) AS INTEGER) END"

/* name, value, its billionths, unit, note, source, documented */
static const char params_sql[] =
    "SELECT name, value, " BILLIONTHS("value") ", unit, set_by, '', '' FROM param ORDER BY rowid";
static const char measures_sql[] =
    "SELECT name, value, " BILLIONTHS("value") ", unit, '', '', '' FROM measure ORDER BY rowid";
static const char observables_sql[] =
    "SELECT name, simulated, " BILLIONTHS("simulated") ", unit, verdict, source, documented"
    " FROM observable ORDER BY rowid";
/* clang-format on */

/* One row of one run. */
struct cell {
    const char *name, *unit, *source, *documented;
    struct diff_value value;
    int64_t billionths; /* if value.number */
    bool used;
};

struct cells {
    struct cell *cell;
    size_t count;
};

/* --- reading ------------------------------------------------------------------------------------------ */

static const char *keep(struct comparing *c, const struct run_rows *r, int column)
{
    return arena_strdup(c->d->arena, str_of(rows_text(r, column)));
}

/* 961780604506 is "961.780604506", -500000000 is "-0.5". */
static const char *decimal(struct arena *a, int64_t billionths)
{
    char text[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    uint64_t n = billionths < 0 ? -(uint64_t)billionths : (uint64_t)billionths;
    txtbuf_add(&t, "%s%llu.%09llu", billionths < 0 ? "-" : "", (unsigned long long)(n / SCALE),
               (unsigned long long)(n % SCALE));
    while (text[t.n - 1] == '0')
        t.n--;
    t.n -= text[t.n - 1] == '.';
    return arena_strdup(a, txtbuf_view(&t));
}

static struct cell cell_of(struct comparing *c, const struct run_rows *r)
{
    bool number = !rows_null(r, 2);
    int64_t n = rows_int(r, 2);
    return (struct cell){
        .name = keep(c, r, 0),
        .unit = keep(c, r, 3),
        .source = keep(c, r, 5),
        .documented = keep(c, r, 6),
        .value = {.text = number ? decimal(c->d->arena, n) : keep(c, r, 1),
                  .note = keep(c, r, 4),
                  .there = true,
                  .number = number},
        .billionths = n,
    };
}

static int64_t count(struct run_db *db, const char *sql)
{
    struct run_rows r = rows_of(db, sql);
    int64_t n = rows_next(&r) ? rows_int(&r, 0) : 0;
    rows_end(&r);
    return n;
}

static struct cells read_cells(struct comparing *c, int side, const char *sql)
{
    char counting[1024];
    struct txtbuf t = txtbuf_of(counting, sizeof counting);
    txtbuf_add(&t, "SELECT count(*) FROM (%s)", sql);
    struct cells all = {.count = (size_t)count(c->db[side], counting)};
    all.cell = ARENA_ARRAY(c->d->arena, struct cell, all.count + 1);
    struct run_rows r = rows_of(c->db[side], sql);
    for (size_t i = 0; i < all.count && rows_next(&r); i++)
        all.cell[i] = cell_of(c, &r);
    rows_end(&r);
    return all;
}

/* --- comparing ---------------------------------------------------------------------------------------- */

static const struct cell *take(struct cells *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        struct cell *x = &all->cell[i];
        if (!x->used && strcmp(x->name, name) == 0) {
            x->used = true;
            return x;
        }
    }
    return NULL;
}

static bool same_value(const struct cell *a, const struct cell *b)
{
    return strcmp(a->value.text, b->value.text) == 0 && strcmp(a->unit, b->unit) == 0;
}

static bool same_verdict(const struct cell *a, const struct cell *b)
{
    return strcmp(a->value.note, b->value.note) == 0;
}

static void add(struct comparing *c, struct diff_table *t, const struct cell *a, const struct cell *b)
{
    static const struct diff_value none = {.text = "", .note = ""};
    const struct cell *x = a ? a : b;
    int64_t difference = 0;
    bool told = a && b && a->value.number && b->value.number &&
                !__builtin_sub_overflow(b->billionths, a->billionths, &difference);
    t->rows[t->count++] = (struct diff_row){
        .name = x->name,
        .unit = x->unit,
        .source = x->source,
        .documented = x->documented,
        .value = {a ? a->value : none, b ? b->value : none},
        .difference = told ? decimal(c->d->arena, difference) : "",
    };
}

static void compare(struct comparing *c, const char *sql, bool (*same)(const struct cell *, const struct cell *),
                    struct diff_table *t)
{
    struct cells a = read_cells(c, 0, sql), b = read_cells(c, 1, sql);
    t->rows = ARENA_ARRAY(c->d->arena, struct diff_row, a.count + b.count + 1);
    for (size_t i = 0; i < a.count; i++) {
        const struct cell *other = take(&b, a.cell[i].name);
        if (other && same(&a.cell[i], other))
            t->same++;
        else
            add(c, t, &a.cell[i], other);
    }
    for (size_t i = 0; i < b.count; i++) {
        if (!b.cell[i].used)
            add(c, t, NULL, &b.cell[i]);
    }
}

/* --- the runs as a whole ------------------------------------------------------------------------------ */

static const char *key(struct comparing *c, int side, const char *name)
{
    struct run_rows r = rows_of(c->db[side], "SELECT value FROM run WHERE key = ?1");
    rows_bind_text(&r, 1, name);
    const char *value = rows_next(&r) ? keep(c, &r, 0) : "";
    rows_end(&r);
    return value;
}

static void describe(struct comparing *c, int side, const char *folder)
{
    c->d->run[side] = (struct diff_run){
        .folder = arena_strdup(c->d->arena, str_of(folder)),
        .scenario = key(c, side, "scenario"),
        .seed = key(c, side, "seed"),
        .version = key(c, side, "version"),
        .status = key(c, side, "status"),
        .until_s = key(c, side, "until_s"),
        .digest = key(c, side, "digest"),
        .facts = count(c->db[side], "SELECT count(*) FROM record WHERE id > 0"),
    };
}

static bool compare_all(struct comparing *c, const char *a, const char *b)
{
    struct diff *d = c->d;
    describe(c, 0, a);
    describe(c, 1, b);
    compare(c, params_sql, same_value, &d->params);
    compare(c, measures_sql, same_value, &d->measures);
    compare(c, observables_sql, same_verdict, &d->observables);
    d->same_digest = d->run[0].digest[0] && strcmp(d->run[0].digest, d->run[1].digest) == 0;
    if (!run_db_ok(c->db[0]) || !run_db_ok(c->db[1]))
        return false;
    return d->same_digest || diff_part(c);
}

struct diff *diff_runs(const char *a, const char *b, struct err *e)
{
    struct arena *arena = arena_new("diff", BYTES_MAX);
    struct comparing c = {.d = ARENA_NEW(arena, struct diff), .e = e};
    c.d->arena = arena;
    c.db[0] = run_db_open(a, e);
    c.db[1] = c.db[0] ? run_db_open(b, e) : NULL;
    bool ok = c.db[1] && compare_all(&c, a, b);
    run_db_close(c.db[0]);
    run_db_close(c.db[1]);
    if (ok)
        return c.d;
    diff_free(c.d);
    return NULL;
}

void diff_free(struct diff *d)
{
    if (!d)
        return;
    for (int i = 0; i < 2; i++) {
        view_close(d->first.end[i].run);
        view_close(d->event.end[i].run);
    }
    arena_free(d->arena);
}

bool diff_same(const struct diff *d)
{
    return d->same_digest && d->measures.count == 0 && d->observables.count == 0;
}

bool diff_only_remarked(const struct diff_parting *p)
{
    return strcmp(p->end[0].kind, "NOTE") == 0 || strcmp(p->end[1].kind, "NOTE") == 0;
}
