/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.c: see table.h. */
#include "models/net/table.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 4096

struct table *table_new(const struct node *n, const struct model_table *m, struct arena *a)
{
    struct table *t = ARENA_NEW(a, struct table);
    *t = (struct table){.of = m, .node = n, .arena = a};
    while (m->look->columns[t->column_count])
        t->column_count++;
    ASSERT(t->column_count > 0 && t->column_count <= TABLE_COLUMNS_MAX);
    m->rows(n, t);
    ASSERT(t->cell_count % t->column_count == 0); /* the last row is whole */
    t->row_count = t->cell_count / t->column_count;
    return t;
}

/* --- writing ------------------------------------------------------------------------------------ */

static void add(struct table *t, enum cell_kind kind, int64_t i, const char *text)
{
    if (t->cell_count == t->cell_cap) {
        size_t cap = t->cell_cap ? 2 * t->cell_cap : 16 * t->column_count;
        struct cell *cells = ARENA_ARRAY(t->arena, struct cell, cap);
        if (t->cell_count)
            memcpy(cells, t->cells, t->cell_count * sizeof *cells);
        t->cells = cells;
        t->cell_cap = cap;
    }
    t->cells[t->cell_count++] = (struct cell){kind, i, text};
}

void table_none(struct table *t)
{
    add(t, CELL_NONE, 0, NULL);
}

void table_text(struct table *t, const char *text)
{
    add(t, CELL_TEXT, 0, arena_strdup(t->arena, str_of(text)));
}

void table_int(struct table *t, int64_t v)
{
    add(t, CELL_INT, v, arena_printf(t->arena, "%lld", (long long)v));
}

void table_dur(struct table *t, struct sim_dur d)
{
    char text[40];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    txtbuf_dur(&b, d.ns);
    add(t, CELL_DUR, d.ns, arena_strdup(t->arena, txtbuf_view(&b)));
}

void table_mac(struct table *t, struct mac m)
{
    char text[20];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    mac_text(&b, m);
    add(t, CELL_MAC, (int64_t)mac_u64(m), arena_strdup(t->arena, txtbuf_view(&b)));
}

void table_ip4(struct table *t, struct ip4 a)
{
    char text[20];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    ip4_text(&b, a);
    add(t, CELL_IP4, a.v, arena_strdup(t->arena, txtbuf_view(&b)));
}

/* qsort gives its comparison no context, so each element says how long its row is. */
struct sorted {
    size_t columns;
    const struct cell *cells;
};

static int compare_cells(const struct cell *a, const struct cell *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == CELL_TEXT)
        return strcmp(a->text, b->text);
    return (a->i > b->i) - (a->i < b->i);
}

static int compare_rows(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    for (size_t i = 0; i < x->columns; i++) {
        int order = compare_cells(&x->cells[i], &y->cells[i]);
        if (order)
            return order;
    }
    return 0;
}

void table_sort(struct table *t)
{
    size_t n = t->cell_count / t->column_count, row_bytes = t->column_count * sizeof *t->cells;
    if (n < 2)
        return;
    struct sorted *order = ARENA_ARRAY(t->arena, struct sorted, n);
    struct cell *cells = ARENA_ARRAY(t->arena, struct cell, t->cell_count);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct sorted){t->column_count, t->cells + i * t->column_count};
    qsort(order, n, sizeof *order, compare_rows);
    for (size_t i = 0; i < n; i++)
        memcpy(cells + i * t->column_count, order[i].cells, row_bytes);
    t->cells = cells;
    t->cell_cap = t->cell_count;
}

/* --- reading ------------------------------------------------------------------------------------ */

const struct cell *table_cell(const struct table *t, size_t row, size_t column)
{
    ASSERT(row < t->row_count && column < t->column_count);
    return &t->cells[row * t->column_count + column];
}

const char *table_plain(const struct table *t, size_t row, size_t column, const char *none)
{
    const struct cell *c = table_cell(t, row, column);
    return c->kind == CELL_NONE ? none : c->text;
}

static void hand_over(struct txtbuf *b, void (*put)(void *arg, struct str text), void *arg)
{
    ASSERT(!b->full);
    if (b->n)
        put(arg, txtbuf_view(b));
    *b = txtbuf_of(b->p, b->cap);
}

void table_print(const struct table *t, void (*put)(void *arg, struct str text), void *arg)
{
    const struct table_look *look = t->of->look;
    char piece[PIECE_BYTES];
    struct txtbuf b = txtbuf_of(piece, sizeof piece);
    if (look->before)
        look->before(t, &b);
    if (look->head)
        txtbuf_cstr(&b, look->head);
    hand_over(&b, put, arg);
    for (size_t i = 0; i < t->row_count; i++) {
        look->line(t, i, &b);
        hand_over(&b, put, arg);
    }
    if (look->after)
        look->after(t, &b);
    hand_over(&b, put, arg);
}

size_t table_count(const struct model *m)
{
    size_t n = 0;
    while (m->tables && m->tables[n].name)
        n++;
    return n;
}
