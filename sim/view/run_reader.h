/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_reader.h: a recorded run read back from its run.db: facts in order of their numbers, their further
 * causes, nodes, keys. Read only; the file may be of today or of last year. */
#ifndef SIM_VIEW_RUN_READER_H
#define SIM_VIEW_RUN_READER_H

#include "sim/base/err.h"
#include "sim/view/view_run.h"

/* `folder` holds run.db; records[i].id == i + 1. NULL: *e says why. */
struct view_run *view_open(const char *folder, struct err *e);

/* The same, of a run of any length, for a walk from one record (a number from 1): the facts around it, and those
 * before them that it goes back to. */
struct view_run *view_open_near(const char *folder, int64_t record, struct err *e);
void view_close(struct view_run *r);

/* A run.db for readers that keep little of it: queries of their own, row by row. A failure latches: *e is
 * set, no query has rows any more, and run_db_ok says false. */
struct run_db;

struct run_rows {
    struct run_db *db;
    void *query; /* the reader's own */
};

struct run_db *run_db_open(const char *folder, struct err *e); /* NULL: *e says why; e lives as long as it */
void run_db_close(struct run_db *d); /* after the end of its rows */
bool run_db_ok(const struct run_db *d);

struct run_rows rows_of(struct run_db *d, const char *sql);
void rows_bind(struct run_rows *r, int place, int64_t value); /* ?1 is place 1; before the first row */
void rows_bind_text(struct run_rows *r, int place, const char *value);
bool rows_next(struct run_rows *r); /* false: no more, or a failure */
void rows_end(struct run_rows *r);

/* Columns of the row in hand, from 0. Text lives until the next row; of NULL it is "". */
int64_t rows_int(const struct run_rows *r, int column);
const char *rows_text(const struct run_rows *r, int column);
bool rows_null(const struct run_rows *r, int column);

#endif
