/* SPDX-License-Identifier: GPL-3.0-or-later */
/* study_open.c: a sweep.db, new or taken up again. A file of another sweep is not touched. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/study/study_db_state.h"

#define APPLICATION_ID 1685353325 /* "dtsm": tells a sweep.db from any other SQLite file */
#define FORMAT 1

/* clang-format off */
static const char schema[] =
    "CREATE TABLE sweep(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE trial(point INTEGER, rep INTEGER, seed INTEGER, digest TEXT, status TEXT, message TEXT,"
    " PRIMARY KEY(point, rep)) WITHOUT ROWID;"
    "CREATE TABLE result(point INTEGER, rep INTEGER, measure TEXT, value NUMERIC,"
    " PRIMARY KEY(point, rep, measure)) WITHOUT ROWID;";

static const char *const statements[STATEMENTS] = {
    [ADD_TRIAL]  = "INSERT INTO trial VALUES(?1,?2,?3,?4,?5,?6)",
    [ADD_RESULT] = "INSERT INTO result VALUES(?1,?2,?3,CAST(?4 AS NUMERIC))",
    [VALUES]     = "SELECT value FROM result WHERE point=?1 AND measure=?2 ORDER BY rep",
};
/* clang-format on */

/* One value; the text lives until the next query of the statement. False: no row. */
static bool query_text(struct study_db *d, const char *sql, const char *key, char *out, size_t n)
{
    sqlite3_stmt *s;
    bool found = false;
    if (sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) != SQLITE_OK)
        return false;
    if (key)
        sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0)) {
        struct txtbuf t = txtbuf_of(out, n);
        txtbuf_cstr(&t, (const char *)sqlite3_column_text(s, 0));
        found = true;
    }
    sqlite3_finalize(s);
    return found;
}

static bool prepare(struct study_db *d, struct err *e)
{
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(d->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &d->stmt[i], NULL) !=
            SQLITE_OK)
            return study_db_wrong(d, e);
    }
    return true;
}

/* --- a new one -------------------------------------------------------------------------------- */

static struct study_db *make(struct arena *a, const char *path, const struct study_plan *p)
{
    struct study_db *d = ARENA_NEW(a, struct study_db);
    d->arena = a;
    d->path = arena_strdup(a, str_of(path));
    d->plan = p;
    d->has = ARENA_ARRAY(a, uint8_t, ((uint64_t)p->grid->point_count * p->reps + 7) / 8);
    return d;
}

static bool begin_work(struct study_db *d, struct err *e)
{
    return study_db_execute(d, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", e) && prepare(d, e) &&
           study_db_execute(d, "BEGIN", e);
}

/* A column's name may hold anything: quotes inside are doubled. */
static void quoted(struct txtbuf *t, const char *name)
{
    txtbuf_char(t, '"');
    for (; *name; name++) {
        if (*name == '"')
            txtbuf_char(t, '"');
        txtbuf_char(t, *name);
    }
    txtbuf_char(t, '"');
}

static bool bind_quantity(sqlite3_stmt *s, int place, const struct quantity *q)
{
    char text[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (!q->number)
        return sqlite3_bind_text(s, place, q->word.p, (int)q->word.n, SQLITE_TRANSIENT) == SQLITE_OK;
    txtbuf_scaled(&t, q->v, quantity_digits(q->kind));
    return sqlite3_bind_text(s, place, text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

static bool write_points(struct study_db *d, struct err *e)
{
    char sql[4096];
    struct txtbuf t = txtbuf_of(sql, sizeof sql);
    const struct grid *g = d->plan->grid;
    txtbuf_cstr(&t, "CREATE TABLE point(id INTEGER PRIMARY KEY");
    for (uint32_t i = 0; i < g->dim_count; i++) {
        txtbuf_cstr(&t, ", ");
        quoted(&t, g->dim[i].name);
        txtbuf_cstr(&t, g->dim[i].value[0].number ? " NUMERIC" : " TEXT");
    }
    txtbuf_cstr(&t, ");");
    if (t.full)
        return err_set(e, "the names of the varied parameters are too long");
    if (!study_db_execute(d, sql, e))
        return false;
    t = txtbuf_of(sql, sizeof sql);
    txtbuf_cstr(&t, "INSERT INTO point VALUES(?1");
    for (uint32_t i = 0; i < g->dim_count; i++)
        txtbuf_add(&t, ",?%u", i + 2);
    txtbuf_cstr(&t, ")");
    sqlite3_stmt *s;
    bool ok = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK;
    for (uint32_t p = 1; ok && p <= g->point_count; p++) {
        sqlite3_bind_int64(s, 1, p);
        for (uint32_t i = 0; ok && i < g->dim_count; i++)
            ok = bind_quantity(s, (int)i + 2, grid_value(g, p, i));
        ok = ok && sqlite3_step(s) == SQLITE_DONE;
        sqlite3_reset(s);
    }
    if (!ok)
        study_db_wrong(d, e);
    sqlite3_finalize(s);
    return ok;
}

static bool write_keys(struct study_db *d, struct err *e)
{
    sqlite3_stmt *s;
    bool ok = sqlite3_prepare_v2(d->db, "INSERT INTO sweep VALUES(?1,?2)", -1, &s, NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < d->plan->key_count; i++) {
        sqlite3_bind_text(s, 1, d->plan->keys[i].key, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, d->plan->keys[i].value, -1, SQLITE_STATIC);
        ok = sqlite3_step(s) == SQLITE_DONE;
        sqlite3_reset(s);
    }
    if (!ok)
        study_db_wrong(d, e);
    sqlite3_finalize(s);
    return ok;
}

/* In one transaction: a sweep.db is whole or empty. */
static bool create(struct study_db *d, struct err *e)
{
    char head[128];
    struct txtbuf t = txtbuf_of(head, sizeof head);
    txtbuf_add(&t, "BEGIN; PRAGMA application_id=%d; PRAGMA user_version=%d;", APPLICATION_ID, FORMAT);
    return study_db_execute(d, head, e) && study_db_execute(d, schema, e) && write_points(d, e) && write_keys(d, e) &&
           study_db_execute(d, "COMMIT", e);
}

struct study_db *study_db_create(struct arena *a, const char *path, const struct study_plan *p,
                                 struct err *e)
{
    struct study_db *d = make(a, path, p);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    bool ok = sqlite3_open_v2(path, &d->db, flags, NULL) == SQLITE_OK || study_db_wrong(d, e);
    if (ok && create(d, e) && begin_work(d, e))
        return d;
    study_db_let_go(d);
    return NULL;
}

/* --- resuming --------------------------------------------------------------------------------- */

static bool is_ours(struct study_db *d, struct err *e)
{
    char id[32] = "", format[32] = "";
    if (!query_text(d, "PRAGMA application_id", NULL, id, sizeof id) ||
        strtoll(id, NULL, 10) != APPLICATION_ID)
        return err_set(e, "'%s' is not a sweep.db of dialtone", d->path);
    query_text(d, "PRAGMA user_version", NULL, format, sizeof format);
    if (strtoll(format, NULL, 10) != FORMAT)
        return err_set(e, "'%s' is a sweep.db of format %s; this program writes format %d", d->path,
                       format, FORMAT);
    return true;
}

static bool same_plan(struct study_db *d, struct err *e)
{
    static char was[65536];
    for (size_t i = 0; i < d->plan->key_count; i++) {
        const struct study_key *k = &d->plan->keys[i];
        if (!query_text(d, "SELECT value FROM sweep WHERE key=?1", k->key, was, sizeof was))
            return err_set(e, "'%s' does not say its %s", d->path, k->key);
        if (strcmp(was, k->value) != 0)
            return err_set(e, "'%s' is of another sweep: its %s is '%.200s', not '%.200s'", d->path, k->key,
                           was, k->value);
    }
    return true;
}

static bool read_trials(struct study_db *d, struct err *e)
{
    sqlite3_stmt *s;
    bool ok = sqlite3_prepare_v2(d->db, "SELECT point, rep, status FROM trial", -1, &s, NULL) == SQLITE_OK;
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t point = sqlite3_column_int64(s, 0), rep = sqlite3_column_int64(s, 1);
        if (point < 1 || point > d->plan->grid->point_count || rep < 1 || rep > d->plan->reps) {
            err_set(e, "'%s' holds replication %lld; --reps is %u", d->path, (long long)rep, d->plan->reps);
            sqlite3_finalize(s);
            return false;
        }
        study_db_mark(d, (uint32_t)point, (uint32_t)rep,
             strcmp((const char *)sqlite3_column_text(s, 2), "complete") == 0);
    }
    ok = ok && rc == SQLITE_DONE;
    if (!ok)
        err_set(e, "'%s' cannot be read: %s", d->path, sqlite3_errmsg(d->db));
    sqlite3_finalize(s);
    return ok;
}

/* Made, and killed before anything was in it. */
static bool is_empty(struct study_db *d)
{
    char tables[32] = "";
    return query_text(d, "SELECT count(*) FROM sqlite_master", NULL, tables, sizeof tables) &&
           strcmp(tables, "0") == 0;
}

static bool take_up(struct study_db *d, struct err *e)
{
    return is_empty(d) ? create(d, e) : is_ours(d, e) && same_plan(d, e) && read_trials(d, e);
}

struct study_db *study_db_resume(struct arena *a, const char *path, const struct study_plan *p,
                                 struct err *e)
{
    struct study_db *d = make(a, path, p);
    if (access(path, F_OK) != 0)
        return study_db_create(a, path, p, e);
    if (access(path, R_OK | W_OK) != 0) {
        err_set(e, "'%s' cannot be read and written: %s", path, strerror(errno));
        return NULL;
    }
    bool ok = sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK || study_db_wrong(d, e);
    /* What turns out to be another's must not even be tidied up. */
    ok = ok && sqlite3_db_config(d->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK;
    ok = ok && take_up(d, e);
    ok = ok && sqlite3_db_config(d->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL) == SQLITE_OK;
    if (ok && begin_work(d, e))
        return d;
    study_db_let_go(d);
    return NULL;
}
