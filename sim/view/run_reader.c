/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_reader.c: see run_reader.h. Everything is read once, into one arena. */
#include "sim/view/run_reader.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)8 << 30)

struct reading {
    struct view_run *run;
    sqlite3 *db;
    struct err *e;
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
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        row(r, q);
    sqlite3_finalize(q);
    return step == SQLITE_DONE || failed(r);
}

static void take_sizes(struct reading *r, sqlite3_stmt *q)
{
    r->run->count = (size_t)sqlite3_column_int64(q, 0);
    r->run->capacity = r->run->count + 1;
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

static void take_record(struct reading *r, sqlite3_stmt *q)
{
    int64_t id = sqlite3_column_int64(q, 0);
    if (id < 1 || (size_t)id > r->run->count)
        return;
    r->run->records[id - 1] = (struct view_record){
        .id = id,
        .t_ns = sqlite3_column_int64(q, 1),
        .cause = sqlite3_column_int64(q, 2),
        .flow = sqlite3_column_int64(q, 3),
        .kind = keep(r, q, 4),
        .node = sqlite3_column_int(q, 5),
        .text = keep(r, q, 6),
        .fields = keep(r, q, 7),
    };
}

static void take_because(struct reading *r, sqlite3_stmt *q)
{
    static const char *const roles[] = {"awaited", "state", "limit"};
    int64_t record = sqlite3_column_int64(q, 0);
    const char *role = (const char *)sqlite3_column_text(q, 2);
    if (record < 1 || (size_t)record > r->run->count || !role)
        return;
    struct view_record *x = &r->run->records[record - 1];
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
}

static bool read_all(struct reading *r)
{
    if (!each(r, "SELECT (SELECT coalesce(max(id),0) FROM record), (SELECT count(*) FROM because),"
                 " (SELECT coalesce(max(id),0) FROM node), (SELECT count(*) FROM measure),"
                 " (SELECT count(*) FROM observable), (SELECT count(*) FROM param)", take_sizes))
        return false;
    return each(r, "SELECT id, name, model FROM node", take_node) &&
           each(r, "SELECT id, t_ns, cause, flow, kind, node, text, fields FROM record WHERE id > 0 ORDER BY id",
                take_record) &&
           each(r, "SELECT record, of, role FROM because ORDER BY record, rowid", take_because) &&
           each(r, "SELECT name, value, unit, record, doc FROM measure ORDER BY rowid", take_measure) &&
           each(r, "SELECT name, documented, simulated, verdict, note FROM observable ORDER BY rowid",
                take_observable) &&
           each(r, "SELECT name, value, unit FROM param WHERE set_by IN ('command', 'file', 'sweep')"
                " ORDER BY rowid", take_param) &&
           each(r, "SELECT key, value FROM run", take_key);
}

static void find_origin(struct view_run *r)
{
    for (size_t i = 0; i < r->count && r->origin_ns == 0; i++) {
        const struct view_record *x = &r->records[i];
        if (view_is(x, "STATE") && view_field_is(x, "machine", "registration") &&
            view_field_is(x, "to", "registered"))
            r->origin_ns = x->t_ns;
    }
}

struct view_run *view_open(const char *folder, struct err *e)
{
    struct arena *a = arena_new("run reader", BYTES_MAX);
    struct view_run *run = ARENA_NEW(a, struct view_run);
    *run = (struct view_run){.arena = a, .folder = arena_strdup(a, str_of(folder)), .scenario = "",
                             .status = ""};
    struct reading r = {.run = run, .e = e};
    char *path = arena_printf(a, "%s/run.db", folder);
    bool ok = sqlite3_open_v2(path, &r.db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK || failed(&r);
    ok = ok && read_all(&r);
    sqlite3_close(r.db);
    if (!ok) {
        arena_free(a);
        return NULL;
    }
    find_origin(run);
    return run;
}

void view_close(struct view_run *r)
{
    if (r)
        arena_free(r->arena);
}
