/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_table.c: the tables that `diff` shows to people. Values stand beside each other where they fit a line,
 * else under each other. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/diff_doc.h"

#define NAME_COLUMNS 32
#define CELL_COLUMNS 20       /* two of them beside a name, */
#define NARROW_CELL_COLUMNS 17 /* and with a difference behind them */
#define CELL_BYTES 1024
#define FOLD_FROM 6 /* so many observables of one source are a table of the document */

static const char *const letters[2] = {"A", "B"};

/* --- tables ------------------------------------------------------------------------------------------- */

static void with_unit(struct txtbuf *t, const char *number, const char *unit)
{
    txtbuf_cstr(t, number);
    if (unit[0] && strcmp(unit, "1") != 0)
        txtbuf_add(t, " %s", unit);
}

/* One of the tables: what it is called, what an empty value means, what stands behind the two. */
struct look {
    const char *title, *lacking, *behind;
    int cell_columns;
};

static const struct look params_look = {"parameters (and who set them)", "not given", "", CELL_COLUMNS};
static const struct look measures_look = {"measures", "did not occur", "  B - A", NARROW_CELL_COLUMNS};

static struct str cell(char buf[CELL_BYTES], const struct diff_row *r, int side, const struct look *k)
{
    const struct diff_value *v = &r->value[side];
    struct txtbuf t = txtbuf_of(buf, CELL_BYTES);
    if (!v->there)
        txtbuf_cstr(&t, "-");
    else if (!v->text[0])
        txtbuf_cstr(&t, k->lacking);
    else if (v->number)
        with_unit(&t, v->text, r->unit);
    else
        txtbuf_cstr(&t, v->text);
    if (v->there && v->note[0])
        txtbuf_add(&t, " (%s)", v->note);
    return txtbuf_view(&t);
}

struct widths {
    int name, cell[2];
};

static void widen(int *width, size_t n, int most)
{
    if ((int)n > *width && (int)n <= most)
        *width = (int)n;
}

static struct widths widths_of(const struct diff_table *t, const struct look *k)
{
    struct widths w = {.name = 8, .cell = {1, 1}};
    char buf[CELL_BYTES];
    for (size_t i = 0; i < t->count; i++) {
        widen(&w.name, strlen(t->rows[i].name), NAME_COLUMNS);
        for (int side = 0; side < 2; side++)
            widen(&w.cell[side], cell(buf, &t->rows[i], side, k).n, k->cell_columns);
    }
    return w;
}

static void print_stacked(const struct diff_row *r, const struct look *k)
{
    printf("  %s\n", r->name);
    for (int side = 0; side < 2; side++) {
        char lead[16], buf[CELL_BYTES];
        struct txtbuf t = txtbuf_of(lead, sizeof lead);
        txtbuf_add(&t, "    %s:", letters[side]);
        cell(buf, r, side, k);
        cli_print_wrapped(stdout, lead, "      ", buf);
    }
}

static void print_row(const struct diff_row *r, const struct widths *w, const struct look *k)
{
    char a[CELL_BYTES], b[CELL_BYTES], by[64] = "";
    struct txtbuf t = txtbuf_of(by, sizeof by);
    size_t most = (size_t)k->cell_columns;
    if (cell(a, r, 0, k).n > most || cell(b, r, 1, k).n > most) {
        print_stacked(r, k);
        return;
    }
    if (r->difference[0] && k->behind[0]) {
        txtbuf_cstr(&t, r->difference[0] == '-' ? "" : "+");
        with_unit(&t, r->difference, r->unit);
    }
    printf("  %-*s  %-*s  %-*s%s%s\n", w->name, r->name, w->cell[0], a, by[0] ? w->cell[1] : 0, b,
           by[0] ? "  " : "", by);
}

static bool of_both(const struct diff_row *r)
{
    return r->value[0].there && r->value[1].there;
}

/* Names that one run alone has: they come with another scenario or version. */
static void print_only(const struct diff *d, const struct diff_table *t, int side)
{
    char lead[24];
    struct txtbuf l = txtbuf_of(lead, sizeof lead);
    size_t bytes = 1;
    for (size_t i = 0; i < t->count; i++)
        bytes += strlen(t->rows[i].name) + 2;
    struct txtbuf names = txtbuf_of(arena_alloc(d->arena, bytes), bytes);
    for (size_t i = 0; i < t->count; i++) {
        if (!of_both(&t->rows[i]) && t->rows[i].value[side].there)
            txtbuf_add(&names, "%s%s", names.n ? ", " : "", t->rows[i].name);
    }
    txtbuf_add(&l, "  %s alone:", letters[side]);
    if (names.n)
        cli_print_wrapped(stdout, lead, "   ", names.p);
}

static void print_same(const struct diff_table *t, const char *what)
{
    if (t->same)
        printf("  %zu %s%s\n", t->same, t->count ? "more " : "", what);
}

static void print_table(const struct diff *d, const struct diff_table *t, const struct look *k)
{
    struct widths w = widths_of(t, k);
    size_t both = 0;
    for (size_t i = 0; i < t->count; i++)
        both += of_both(&t->rows[i]);
    printf("\n%s%s\n", k->title, t->count ? "" : ": none differs");
    if (both)
        printf("  %-*s  %-*s  %-*s%s\n", w.name, "", w.cell[0], "A", k->behind[0] ? w.cell[1] : 0, "B",
               k->behind);
    for (size_t i = 0; i < t->count; i++) {
        if (of_both(&t->rows[i]))
            print_row(&t->rows[i], &w, k);
    }
    print_only(d, t, 0);
    print_only(d, t, 1);
    print_same(t, "are the same");
}

/* --- observables -------------------------------------------------------------------------------------- */

static const char *verdict(const struct diff_row *r, int side)
{
    return r->value[side].there ? r->value[side].note : "-";
}

static void print_observable(const struct diff_row *r)
{
    char lead[256], text[2 * CELL_BYTES], buf[CELL_BYTES];
    struct txtbuf l = txtbuf_of(lead, sizeof lead), t = txtbuf_of(text, sizeof text);
    txtbuf_add(&l, "  %s:", r->name);
    txtbuf_cstr(&t, "documented ");
    with_unit(&t, r->documented, r->unit);
    for (int side = 0; side < 2; side++)
        txtbuf_add(&t, "; %s %.*s", letters[side], STR_ARG(cell(buf, r, side, &measures_look)));
    cli_print_wrapped(stdout, lead, "     ", text);
}

static bool same_turn(const struct diff_row *a, const struct diff_row *b)
{
    return strcmp(verdict(a, 0), verdict(b, 0)) == 0 && strcmp(verdict(a, 1), verdict(b, 1)) == 0;
}

/* A table of the document: how many rows went from which verdict to which. */
static void print_folded(const struct diff_row *r, size_t n)
{
    char lead[256], text[CELL_BYTES];
    struct txtbuf l = txtbuf_of(lead, sizeof lead), t = txtbuf_of(text, sizeof text);
    txtbuf_add(&l, "  %s, %zu rows:", r->source, n);
    for (size_t i = 0; i < n; i++) {
        size_t before = 0, like = 0;
        for (size_t k = 0; k < n; k++) {
            like += same_turn(&r[k], &r[i]);
            before += k < i && same_turn(&r[k], &r[i]);
        }
        if (before == 0)
            txtbuf_add(&t, "%s%zu: A %s, B %s", t.n ? "; " : "", like, verdict(&r[i], 0), verdict(&r[i], 1));
    }
    cli_print_wrapped(stdout, lead, "     ", text);
}

/* Rows of one source that both runs have, from a row on; 0: this one is of one run alone. */
static size_t same_source(const struct diff_table *t, size_t from)
{
    size_t n = 0;
    while (from + n < t->count && of_both(&t->rows[from + n]) &&
           strcmp(t->rows[from].source, t->rows[from + n].source) == 0)
        n++;
    return n;
}

static void print_observables(const struct diff_table *t)
{
    size_t alone[2] = {0, 0};
    if (t->count + t->same == 0)
        return;
    printf("\nverdicts%s\n", t->count ? "" : ": none differs");
    for (size_t i = 0, n; i < t->count; i += n ? n : 1) {
        n = same_source(t, i);
        if (n >= FOLD_FROM)
            print_folded(&t->rows[i], n);
        for (size_t k = 0; k < n && n < FOLD_FROM; k++)
            print_observable(&t->rows[i + k]);
        alone[!t->rows[i].value[0].there] += n == 0;
    }
    for (int side = 0; side < 2; side++) {
        if (alone[side])
            printf("  %zu are of %s alone\n", alone[side], letters[side]);
    }
    print_same(t, "are the same");
}

/* --- all of them -------------------------------------------------------------------------------------- */

void diff_print_params(const struct diff *d)
{
    print_table(d, &d->params, &params_look);
}

void diff_print_results(const struct diff *d)
{
    print_table(d, &d->measures, &measures_look);
    print_observables(&d->observables);
}
