/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_reader.c: see run_reader.h. A view is read once, into one arena; rows pass one at a time. */
#include "sim/view/run_reader.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)8 << 30)
#define NEAR_BEFORE 16384 /* facts that stand before and behind the record in a view near to it */
#define NEAR_BEHIND 4096
#define PINNED_MAX 4096

struct reading {
    struct view_run *run;
    sqlite3 *db;
    struct err *e;
    int64_t near, oldest, newest; /* of a view near to a record: its number, and the window's ends */
    struct view_record *pinned;
};

static bool failed(struct reading *r)
{
    return err_set(r->e, "'%s/run.db' cannot be read: %s", r->run->folder, sqlite3_errmsg(r->db));
}

static const char *keep(struct reading *r, sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return arena_strdup(r->run->arena, str_of(text ? (const char *)text : ""));
}

/* Runs a query and hands each row to `row`. */
static bool each(struct reading *r, const char *sql, void (*row)(struct reading *r, sqlite3_stmt *q))
{
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(r->db, sql, -1, &q, NULL) != SQLITE_OK)
        return failed(r);
    sqlite3_bind_int64(q, 1, r->near); /* refused by a query that has no such place */
    sqlite3_bind_int64(q, 2, r->oldest);
    sqlite3_bind_int64(q, 3, r->newest);
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        row(r, q);
    sqlite3_finalize(q);
    return step == SQLITE_DONE || failed(r);
}

static void take_sizes(struct reading *r, sqlite3_stmt *q)
{
    r->oldest = 1;
    r->newest = sqlite3_column_int64(q, 0);
    if (r->near) {
        r->newest = r->newest - r->near > NEAR_BEHIND ? r->near + NEAR_BEHIND : r->newest;
        r->oldest = r->near > NEAR_BEFORE ? r->near - NEAR_BEFORE : 1;
        r->pinned = ARENA_ARRAY(r->run->arena, struct view_record, PINNED_MAX);
        r->run->pinned = r->pinned;
    }
    r->run->count = (size_t)r->newest;
    r->run->capacity = r->newest < r->oldest ? 1 : (size_t)(r->newest - r->oldest) + 1;
    r->run->because_capacity = (size_t)sqlite3_column_int64(q, 1) + 1;
    r->run->node_count = sqlite3_column_int(q, 2) + 1;
    r->run->records = ARENA_ARRAY(r->run->arena, struct view_record, r->run->capacity);
    r->run->because = ARENA_ARRAY(r->run->arena, struct view_because, r->run->because_capacity);
    r->run->nodes = ARENA_ARRAY(r->run->arena, struct view_node, r->run->node_count);
    r->run->measures = ARENA_ARRAY(r->run->arena, struct view_measure, sqlite3_column_int64(q, 3) + 1);
    r->run->observables =
        ARENA_ARRAY(r->run->arena, struct view_observable, sqlite3_column_int64(q, 4) + 1);
    r->run->params = ARENA_ARRAY(r->run->arena, struct view_param, sqlite3_column_int64(q, 5) + 1);
}

static void take_node(struct reading *r, sqlite3_stmt *q)
{
    int id = sqlite3_column_int(q, 0);
    if (id >= 0 && id < r->run->node_count)
        r->run->nodes[id] = (struct view_node){keep(r, q, 1), keep(r, q, 2)};
}

static void take_measure(struct reading *r, sqlite3_stmt *q)
{
    r->run->measures[r->run->measure_count++] = (struct view_measure){
        keep(r, q, 0), keep(r, q, 1), keep(r, q, 2), keep(r, q, 4), sqlite3_column_int64(q, 3)};
}

static void take_observable(struct reading *r, sqlite3_stmt *q)
{
    r->run->observables[r->run->observable_count++] = (struct view_observable){
        keep(r, q, 0), keep(r, q, 1), keep(r, q, 2), keep(r, q, 3), keep(r, q, 4)};
}

static void take_param(struct reading *r, sqlite3_stmt *q)
{
    r->run->params[r->run->param_count++] = (struct view_param){keep(r, q, 0), keep(r, q, 1), keep(r, q, 2)};
}

static struct view_record record_of(struct reading *r, sqlite3_stmt *q)
{
    return (struct view_record){
        .id = sqlite3_column_int64(q, 0),
        .t_ns = sqlite3_column_int64(q, 1),
        .cause = sqlite3_column_int64(q, 2),
        .flow = sqlite3_column_int64(q, 3),
        .kind = keep(r, q, 4),
        .node = sqlite3_column_int(q, 5),
        .text = keep(r, q, 6),
        .fields = keep(r, q, 7),
    };
}

static void take_record(struct reading *r, sqlite3_stmt *q)
{
    int64_t id = sqlite3_column_int64(q, 0);
    if (id >= r->oldest && (size_t)id <= r->run->count)
        r->run->records[(size_t)(id - 1) % r->run->capacity] = record_of(r, q);
}

static void take_pinned(struct reading *r, sqlite3_stmt *q)
{
    if (r->run->pinned_count < PINNED_MAX)
        r->pinned[r->run->pinned_count++] = record_of(r, q);
}

/* Where a record is kept; NULL: it is not. */
static struct view_record *place_of(struct reading *r, int64_t id)
{
    const struct view_record *x = view_record(r->run, id);
    for (size_t i = 0; x && i < r->run->pinned_count; i++) {
        if (x == &r->pinned[i])
            return &r->pinned[i];
    }
    return x ? &r->run->records[(size_t)(id - 1) % r->run->capacity] : NULL;
}

static void take_because(struct reading *r, sqlite3_stmt *q)
{
    static const char *const roles[] = {"awaited", "state", "limit"};
    const char *role = (const char *)sqlite3_column_text(q, 2);
    struct view_record *x = place_of(r, sqlite3_column_int64(q, 0));
    if (!x || !role)
        return;
    for (int i = 0; i < 3; i++) {
        if (strcmp(role, roles[i]) == 0)
            view_add_because(r->run, x, sqlite3_column_int64(q, 1), (enum view_role)i);
    }
}

static void take_key(struct reading *r, sqlite3_stmt *q)
{
    const char *key = (const char *)sqlite3_column_text(q, 0);
    if (key && strcmp(key, "scenario") == 0)
        r->run->scenario = keep(r, q, 1);
    if (key && strcmp(key, "status") == 0)
        r->run->status = keep(r, q, 1);
    if (key && strcmp(key, "ladder") == 0)
        r->run->ladder = keep(r, q, 1);
}

static void take_origin(struct reading *r, sqlite3_stmt *q)
{
    r->run->origin_ns = sqlite3_column_int64(q, 0);
}

/* All but the records and their causes. */
static bool read_tables(struct reading *r)
{
    return each(r, "SELECT (SELECT coalesce(max(id),0) FROM record), (SELECT count(*) FROM because),"
                   " (SELECT coalesce(max(id),0) FROM node), (SELECT count(*) FROM measure),"
                   " (SELECT count(*) FROM observable), (SELECT count(*) FROM param)", take_sizes) &&
           each(r, "SELECT id, name, model FROM node", take_node) &&
           each(r, "SELECT name, value, unit, record, doc FROM measure ORDER BY rowid", take_measure) &&
           each(r, "SELECT name, documented, simulated, verdict, note FROM observable ORDER BY rowid",
                take_observable) &&
           each(r, "SELECT name, value, unit FROM param WHERE set_by IN ('command', 'file', 'sweep')"
                " ORDER BY rowid", take_param) &&
           each(r, "SELECT key, value FROM run", take_key) &&
           each(r, "SELECT t_ns FROM record WHERE +kind = 'STATE' AND id > 0 AND fields LIKE"
                " '{\"machine\":\"registration\",%\"to\":\"registered\"}' ORDER BY id LIMIT 1", take_origin);
}

static bool read_whole(struct reading *r)
{
    return each(r, "SELECT id, t_ns, cause, flow, kind, node, text, fields FROM record WHERE id > 0 ORDER BY id",
                take_record) &&
           each(r, "SELECT record, of, role FROM because ORDER BY record, rowid", take_because);
}

/* ?1: the record; ?2, ?3: the ends of the window. What it goes back to is found from the newest to the oldest. */
#define BACK \
    "WITH RECURSIVE back(id) AS (VALUES(?1) UNION" \
    " SELECT r.cause FROM back JOIN record r ON r.id = back.id WHERE r.cause > 0 UNION" \
    " SELECT b.of FROM back JOIN because b ON b.record = back.id ORDER BY 1 DESC LIMIT 4096) "

static bool read_near(struct reading *r)
{
    return each(r, "SELECT id, t_ns, cause, flow, kind, node, text, fields FROM record"
                   " WHERE id BETWEEN ?2 AND ?3 ORDER BY id", take_record) &&
           each(r, BACK "SELECT id, t_ns, cause, flow, kind, node, text, fields FROM record"
                        " WHERE id IN back AND id < ?2 ORDER BY id DESC LIMIT 512", take_pinned) &&
           each(r, BACK "SELECT id, t_ns, cause, flow, kind, node, text, fields FROM record"
                        " WHERE id < ?2 AND id NOT IN back AND id IN (SELECT of FROM because"
                        " WHERE role = 'limit' AND (record BETWEEN ?2 AND ?3 OR record IN back))",
                take_pinned) &&
           each(r, BACK "SELECT record, of, role FROM because WHERE record IN back AND record < ?2"
                        " ORDER BY record, rowid", take_because) &&
           each(r, "SELECT record, of, role FROM because WHERE record BETWEEN ?2 AND ?3"
                   " ORDER BY record, rowid", take_because);
}

static struct view_run *read_run(const char *folder, int64_t near, struct err *e)
{
    struct arena *a = arena_new("run reader", BYTES_MAX);
    struct view_run *run = ARENA_NEW(a, struct view_run);
    *run = (struct view_run){.arena = a, .folder = arena_strdup(a, str_of(folder)), .scenario = "",
                             .status = ""};
    struct reading r = {.run = run, .e = e, .near = near};
    char *path = arena_printf(a, "%s/run.db", folder);
    bool ok = sqlite3_open_v2(path, &r.db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK || failed(&r);
    ok = ok && read_tables(&r) && (near ? read_near(&r) : read_whole(&r));
    sqlite3_close(r.db);
    if (ok)
        return run;
    arena_free(a);
    return NULL;
}

struct view_run *view_open(const char *folder, struct err *e)
{
    return read_run(folder, 0, e);
}

struct view_run *view_open_near(const char *folder, int64_t record, struct err *e)
{
    ASSERT(record > 0);
    return read_run(folder, record, e);
}

void view_close(struct view_run *r)
{
    if (r)
        arena_free(r->arena);
}

/* --- rows ----------------------------------------------------------------------------------------------- */

struct run_db {
    struct arena *arena;
    const char *folder;
    sqlite3 *db;
    struct err *e;
    bool failed; /* *e says why */
};

static void fail(struct run_db *d)
{
    if (!d->failed)
        err_set(d->e, "'%s/run.db' cannot be read: %s", d->folder, sqlite3_errmsg(d->db));
    d->failed = true;
}

struct run_db *run_db_open(const char *folder, struct err *e)
{
    struct arena *a = arena_new("run rows", BYTES_MAX);
    struct run_db *d = ARENA_NEW(a, struct run_db);
    *d = (struct run_db){.arena = a, .folder = arena_strdup(a, str_of(folder)), .e = e};
    char *path = arena_printf(a, "%s/run.db", folder);
    if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
        return d;
    fail(d);
    run_db_close(d);
    return NULL;
}

void run_db_close(struct run_db *d)
{
    if (!d)
        return;
    sqlite3_close(d->db);
    arena_free(d->arena);
}

bool run_db_ok(const struct run_db *d)
{
    return !d->failed;
}

struct run_rows rows_of(struct run_db *d, const char *sql)
{
    struct run_rows r = {.db = d};
    sqlite3_stmt *q = NULL;
    if (!d->failed && sqlite3_prepare_v2(d->db, sql, -1, &q, NULL) != SQLITE_OK)
        fail(d);
    r.query = q;
    return r;
}

void rows_bind(struct run_rows *r, int place, int64_t value)
{
    sqlite3_bind_int64(r->query, place, value); /* without a query: refused, and of no consequence */
}

void rows_bind_text(struct run_rows *r, int place, const char *value)
{
    sqlite3_bind_text(r->query, place, value, -1, SQLITE_TRANSIENT);
}

bool rows_next(struct run_rows *r)
{
    int step = r->db->failed ? SQLITE_DONE : sqlite3_step(r->query);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        fail(r->db);
    return step == SQLITE_ROW;
}

void rows_end(struct run_rows *r)
{
    sqlite3_finalize(r->query);
    r->query = NULL;
}

int64_t rows_int(const struct run_rows *r, int column)
{
    return sqlite3_column_int64(r->query, column);
}

const char *rows_text(const struct run_rows *r, int column)
{
    const unsigned char *text = sqlite3_column_text(r->query, column);
    return text ? (const char *)text : "";
}

bool rows_null(const struct run_rows *r, int column)
{
    return sqlite3_column_type(r->query, column) == SQLITE_NULL;
}
