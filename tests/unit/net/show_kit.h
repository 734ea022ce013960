/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_kit.h: a node's table by its name, as text and cell by cell. Looking must change nothing: that is
 * checked each time. */
#ifndef TESTS_UNIT_NET_SHOW_KIT_H
#define TESTS_UNIT_NET_SHOW_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/table.h"

#define SHOWN_BYTES 16384

/* One table as it was; the caller closes it. */
struct shown {
    struct arena *arena;
    struct table *t;
    char text[SHOWN_BYTES];
    size_t n;
};

static inline void shown_put(void *arg, struct str text)
{
    struct shown *s = arg;
    assert_true(s->n + text.n < SHOWN_BYTES);
    memcpy(s->text + s->n, text.p, text.n);
    s->n += text.n;
}

static inline struct shown *show_table(const struct node *n, const struct model_table *m)
{
    struct shown *s = test_calloc(1, sizeof *s);
    uint64_t digest = sim_digest(n->sim);
    size_t used = arena_used(sim_arena(n->sim));
    s->arena = arena_new("shown", 1 << 24);
    s->t = table_new(n, m, s->arena);
    table_print(s->t, shown_put, s);
    assert_int_equal(sim_digest(n->sim), digest);
    assert_int_equal(arena_used(sim_arena(n->sim)), used);
    return s;
}

static inline struct shown *show(const struct node *n, const char *table)
{
    const struct model_table *m = n->model->tables;
    while (m->name && strcmp(m->name, table) != 0)
        m++;
    if (!m->name)
        fail_msg("%s has no table '%s'", n->model->name, table);
    return show_table(n, m);
}

static inline void shown_close(struct shown *s)
{
    arena_free(s->arena);
    test_free(s);
}

static inline const struct cell *shown_cell(const struct shown *s, size_t row, const char *column)
{
    const char *const *columns = s->t->of->look->columns;
    size_t k = 0;
    while (columns[k] && strcmp(columns[k], column) != 0)
        k++;
    if (!columns[k] || row >= s->t->row_count)
        fail_msg("no row %zu, column '%s' in:\n%s", row, column, s->text);
    return table_cell(s->t, row, k);
}

/* The whole text of a table. */
static inline void assert_shows(const struct node *n, const char *table, const char *text)
{
    struct shown *s = show(n, table);
    assert_string_equal(s->text, text);
    shown_close(s);
}

static inline size_t shown_rows(const struct node *n, const char *table)
{
    struct shown *s = show(n, table);
    size_t rows = s->t->row_count;
    shown_close(s);
    return rows;
}

/* One cell, as plain text; "" for an empty one. */
static inline void assert_cell(const struct node *n, const char *table, size_t row, const char *column,
                               const char *text)
{
    struct shown *s = show(n, table);
    const struct cell *c = shown_cell(s, row, column);
    if (strcmp(c->kind == CELL_NONE ? "" : c->text, text) != 0)
        fail_msg("%s %zu.%s is '%s', not '%s'\n%s", table, row, column,
                 c->kind == CELL_NONE ? "" : c->text, text, s->text);
    shown_close(s);
}

/* One cell's number: a span in ns, a count. */
static inline int64_t cell_number(const struct node *n, const char *table, size_t row, const char *column)
{
    struct shown *s = show(n, table);
    const struct cell *c = shown_cell(s, row, column);
    assert_true(c->kind == CELL_DUR || c->kind == CELL_INT);
    int64_t v = c->i;
    shown_close(s);
    return v;
}

#endif
