/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.h: what a device would show at its console. A model lists its tables; each is made of rows once,
 * from the live state, and a look prints the rows as the product does. Rows are values (numbers, spans,
 * addresses), so that other readers need not parse the look. Reading changes nothing: rows are made from
 * a const node and live in the reader's own arena. */
#ifndef MODELS_NET_TABLE_H
#define MODELS_NET_TABLE_H

#include "models/net/net.h"
#include "models/wire/addr.h"

#define TABLE_COLUMNS_MAX 16

struct table;

/* How one product prints one kind of table. Columns are named by their number in every callback. */
struct table_look {
    const char *const *columns; /* names, "remaining_s"; end with NULL */
    const char *head;           /* as it is, before the rows; may be NULL */
    void (*before)(const struct table *t, struct txtbuf *out); /* before the head; may be NULL */
    void (*line)(const struct table *t, size_t row, struct txtbuf *out); /* with its line end */
    void (*after)(const struct table *t, struct txtbuf *out);  /* may be NULL */
};

/* One row of a model's list; the list ends with a nameless one. */
struct model_table {
    const char *name;  /* "port-security-address" */
    const char *title; /* the product's command or page: "show port-security address" */
    const struct table_look *look;
    void (*rows)(const struct node *n, struct table *t);
};

enum cell_kind { CELL_NONE, CELL_TEXT, CELL_INT, CELL_DUR, CELL_MAC, CELL_IP4 };

struct cell {
    enum cell_kind kind;
    int64_t i;        /* INT; DUR: ns; MAC: 48 bits; IP4: host order */
    const char *text; /* of every kind but NONE: as plain text ("7.3ms", "10.1.1.2") */
};

struct table {
    const struct model_table *of;
    const struct node *node;
    struct arena *arena;
    struct cell *cells; /* row after row */
    size_t cell_count, cell_cap;
    size_t column_count, row_count;
};

/* The rows as they are now. `a` keeps them. */
struct table *table_new(const struct node *n, const struct model_table *m, struct arena *a);

/* The next cell of the row being written; a row is whole after as many as there are columns. */
void table_none(struct table *t);
void table_text(struct table *t, const char *text); /* copied */
void table_int(struct table *t, int64_t v);
void table_dur(struct table *t, struct sim_dur d);
void table_mac(struct table *t, struct mac m);
void table_ip4(struct table *t, struct ip4 a);

/* Rows by their first column, then the second, and so on; numbers by value. */
void table_sort(struct table *t);

const struct cell *table_cell(const struct table *t, size_t row, size_t column);
/* The cell's plain text; `none` for an empty one. */
const char *table_plain(const struct table *t, size_t row, size_t column, const char *none);

/* Hands the text to `put`, a piece a call. */
void table_print(const struct table *t, void (*put)(void *arg, struct str text), void *arg);

/* The model's tables and how many there are. */
size_t table_count(const struct model *m);

#endif
