/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rundb.c: the run as an SQLite file: what happened, why, under which parameters, with which
 * result.
 *
 * The whole run is one transaction into PATH.part, renamed by the close; a run that fails to be
 * written leaves nothing. Rows stand in the order in which they came, and nothing of the machine
 * goes in, so two equal runs are equal by their dump. Numbers arrive as exact decimal text and
 * become SQL numbers. A callback never fails: the first error is kept and told at the close. */
#include "sim/observe/sink.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/kernel/param.h"
#include "sim/observe/rec_text.h"

/* clang-format off */
static const char schema[] =
    "PRAGMA page_size=4096;"
    "PRAGMA journal_mode=OFF;" /* the file has its final name only when it is whole */
    "PRAGMA synchronous=OFF;"
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA user_version=1;"
    "BEGIN;"
    "CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE param(name TEXT PRIMARY KEY, value, unit TEXT, set_by TEXT);"
    "CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT, model TEXT);"
    "CREATE TABLE record(id INTEGER PRIMARY KEY, t_ns INTEGER, cause INTEGER, flow INTEGER,"
    " kind TEXT, node INTEGER REFERENCES node(id), text TEXT, fields TEXT);"
    "CREATE TABLE because(record INTEGER, of INTEGER, role TEXT);"
    "CREATE TABLE observable(name TEXT, documented, simulated, tolerance, unit TEXT, source TEXT,"
    " verdict TEXT, note TEXT);"
    "CREATE TABLE measure(name TEXT PRIMARY KEY, value NUMERIC, unit TEXT,"
    " record INTEGER, doc TEXT);";

static const char finish[] =
    "CREATE INDEX record_kind ON record(kind, node);"
    "CREATE INDEX because_record ON because(record);"
    "COMMIT;";

enum statement {
    ADD_KEY, ADD_PARAM, ADD_NODE, ADD_RECORD, ADD_BECAUSE, ADD_OBSERVABLE, ADD_MEASURE, STATEMENTS
};

static const char *const statements[STATEMENTS] = {
    [ADD_KEY]        = "INSERT INTO run VALUES(?1,?2) ON CONFLICT(key) DO UPDATE SET value=?2",
    [ADD_PARAM]      = "INSERT INTO param VALUES(?1,"
                       "CASE WHEN ?5 THEN CAST(?2 AS NUMERIC) ELSE ?2 END,?3,?4)",
    [ADD_NODE]       = "INSERT INTO node VALUES(?1,?2,?3)",
    [ADD_RECORD]     = "INSERT INTO record VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
    [ADD_BECAUSE]    = "INSERT INTO because VALUES(?1,?2,?3)",
    [ADD_OBSERVABLE] = "INSERT INTO observable VALUES(?1,"
                       "CASE WHEN ?9 THEN CAST(?2 AS NUMERIC) ELSE ?2 END,"
                       "CASE WHEN ?10 THEN CAST(?3 AS NUMERIC) ELSE ?3 END,"
                       "CASE WHEN ?11 THEN CAST(?4 AS NUMERIC) ELSE ?4 END,?5,?6,?7,?8)",
    [ADD_MEASURE]    = "INSERT INTO measure VALUES(?1,CAST(?2 AS NUMERIC),?3,nullif(?4,0),?5)",
};
/* clang-format on */

#define TEXT_BYTES 1024 /* at first; doubled when a record needs more */

struct rundb {
    struct sink sink;
    /* configuration */
    struct arena *arena;
    const char *path, *part;
    const struct sim *sim;
    summarize_fn *summarize;
    /* state */
    sqlite3 *db;
    sqlite3_stmt *stmt[STATEMENTS];
    struct txtbuf text, fields;
    struct err failure; /* the first */
};

static struct rundb *of(struct sink *k)
{
    return (struct rundb *)(void *)k;
}

/* --- SQLite --------------------------------------------------------------------------------- */

static void check(struct rundb *d, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || d->failure.kind != ERR_NONE)
        return;
    err_machine(&d->failure, "cannot write '%s': %s", d->part,
                d->db ? sqlite3_errmsg(d->db) : sqlite3_errstr(rc));
}

static bool alive(const struct rundb *d)
{
    return d->failure.kind == ERR_NONE;
}

static void execute(struct rundb *d, const char *sql)
{
    if (alive(d))
        check(d, sqlite3_exec(d->db, sql, NULL, NULL, NULL));
}

static void bind_int(struct rundb *d, enum statement s, int place, int64_t v)
{
    check(d, sqlite3_bind_int64(d->stmt[s], place, v));
}

/* The text must live until the statement has run. NULL becomes SQL NULL. */
static void bind_text(struct rundb *d, enum statement s, int place, const char *v)
{
    check(d, v ? sqlite3_bind_text(d->stmt[s], place, v, -1, SQLITE_STATIC)
               : sqlite3_bind_null(d->stmt[s], place));
}

static void insert(struct rundb *d, enum statement s)
{
    check(d, sqlite3_step(d->stmt[s]));
    sqlite3_reset(d->stmt[s]); /* repeats the error of the step */
}

/* -12.5, 0.21, 3: what CAST AS NUMERIC takes over whole. */
static bool is_decimal(const char *v)
{
    const char *p = v ? v : "";
    size_t digits = 0, points = 0;
    for (p += *p == '-'; *p; p++) {
        digits += *p >= '0' && *p <= '9';
        points += *p == '.';
        if ((*p < '0' || *p > '9') && *p != '.')
            return false;
    }
    return digits > 0 && points <= 1;
}

/* --- records -------------------------------------------------------------------------------- */

static bool grow(struct rundb *d, struct txtbuf *t)
{
    if (!t->full)
        return false;
    size_t cap = t->cap * 2;
    *t = txtbuf_of(arena_alloc(d->arena, cap), cap);
    return true;
}

static void render(struct rundb *d, const struct rec *r)
{
    int64_t epoch_ns = sim_epoch_ns(d->sim);
    do {
        d->text = txtbuf_of(d->text.p, d->text.cap);
        rec_sentence(&d->text, r, d->summarize, epoch_ns);
    } while (grow(d, &d->text));
    do {
        d->fields = txtbuf_of(d->fields.p, d->fields.cap);
        rec_fields_json(&d->fields, r, epoch_ns);
    } while (grow(d, &d->fields));
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    render(d, r);
    bind_int(d, ADD_RECORD, 1, r->id);
    bind_int(d, ADD_RECORD, 2, r->at.ns);
    bind_int(d, ADD_RECORD, 3, (int64_t)r->cause);
    bind_int(d, ADD_RECORD, 4, (int64_t)r->flow);
    bind_text(d, ADD_RECORD, 5, rec_infos[r->kind].name);
    bind_int(d, ADD_RECORD, 6, r->node);
    bind_text(d, ADD_RECORD, 7, d->text.p);
    bind_text(d, ADD_RECORD, 8, d->fields.p);
    insert(d, ADD_RECORD);
}

static void on_because(struct sink *k, uint64_t record, uint64_t of_record, enum because_role role)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    bind_int(d, ADD_BECAUSE, 1, (int64_t)record);
    bind_int(d, ADD_BECAUSE, 2, (int64_t)of_record);
    bind_text(d, ADD_BECAUSE, 3, because_names[role]);
    insert(d, ADD_BECAUSE);
}

/* --- the other tables ----------------------------------------------------------------------- */

void rundb_key(struct sink *k, const char *key, const char *value)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    bind_text(d, ADD_KEY, 1, key);
    bind_text(d, ADD_KEY, 2, value);
    insert(d, ADD_KEY);
}

void rundb_param(struct sink *k, const char *name, const char *value, const char *unit,
                 const char *set_by)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    bind_text(d, ADD_PARAM, 1, name);
    bind_text(d, ADD_PARAM, 2, value);
    bind_text(d, ADD_PARAM, 3, unit);
    bind_text(d, ADD_PARAM, 4, set_by);
    bind_int(d, ADD_PARAM, 5,
             unit && unit[0] && is_decimal(value)); /* else a name, a switch, a law */
    insert(d, ADD_PARAM);
}

void rundb_measure(struct sink *k, const char *name, struct measure m, int digits, const char *unit,
                   const char *doc)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    char number[40];
    struct txtbuf t = txtbuf_of(number, sizeof number);
    txtbuf_scaled(&t, m.v, digits);
    bind_text(d, ADD_MEASURE, 1, name);
    bind_text(d, ADD_MEASURE, 2, m.given ? number : NULL);
    bind_text(d, ADD_MEASURE, 3, unit);
    bind_int(d, ADD_MEASURE, 4, (int64_t)m.record);
    bind_text(d, ADD_MEASURE, 5, doc);
    insert(d, ADD_MEASURE);
}

void rundb_observable(struct sink *k, const struct rundb_observable *o)
{
    struct rundb *d = of(k);
    if (!alive(d))
        return;
    const char *columns[] = {o->name, o->documented, o->simulated, o->tolerance,
                             o->unit, o->source,     o->verdict,   o->note};
    if (o->simulated && !o->simulated[0])
        columns[2] = NULL; /* it did not occur */
    for (int i = 0; i < 8; i++)
        bind_text(d, ADD_OBSERVABLE, i + 1, columns[i]);
    bind_int(d, ADD_OBSERVABLE, 9, o->numeric && is_decimal(o->documented));
    bind_int(d, ADD_OBSERVABLE, 10, o->numeric && is_decimal(o->simulated));
    bind_int(d, ADD_OBSERVABLE, 11, o->numeric && is_decimal(o->tolerance));
    insert(d, ADD_OBSERVABLE);
}

static void add_nodes(struct rundb *d)
{
    for (uint16_t i = 0; i < sim_node_count(d->sim) && alive(d); i++) {
        bind_int(d, ADD_NODE, 1, i);
        bind_text(d, ADD_NODE, 2, sim_node_name(d->sim, i));
        bind_text(d, ADD_NODE, 3, sim_node_model(d->sim, i));
        insert(d, ADD_NODE);
    }
}

/* --- life ----------------------------------------------------------------------------------- */

static void end_database(struct rundb *d)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(d->stmt[i]);
    int rc = sqlite3_close(d->db);
    d->db = NULL;
    check(d, rc);
}

static bool discard(struct rundb *d, struct err *e)
{
    unlink(d->part);
    *e = d->failure;
    return false;
}

static bool on_close(struct sink *k, struct err *e)
{
    struct rundb *d = of(k);
    add_nodes(d);
    execute(d, finish);
    end_database(d);
    if (alive(d) && rename(d->part, d->path) != 0)
        err_machine(&d->failure, "cannot write '%s': %s", d->path, strerror(errno));
    return alive(d) || discard(d, e);
}

static void start_database(struct rundb *d)
{
    unlink(d->part); /* of a run that was killed */
    check(d,
          sqlite3_open_v2(d->part, &d->db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    execute(d, schema);
    for (int i = 0; i < STATEMENTS && alive(d); i++)
        check(d, sqlite3_prepare_v2(d->db, statements[i], -1, &d->stmt[i], NULL));
}

struct sink *rundb_open(struct arena *a, const char *path, const struct sim *s,
                        summarize_fn *summarize, struct err *e)
{
    struct rundb *d = ARENA_NEW(a, struct rundb);
    d->sink = (struct sink){.name = "rundb",
                            .mask = REC_ALL,
                            .on = on_record,
                            .because = on_because,
                            .close = on_close};
    d->arena = a;
    d->path = arena_strdup(a, str_of(path));
    d->part = arena_printf(a, "%s.part", path);
    d->sim = s;
    d->summarize = summarize;
    d->text = txtbuf_of(arena_alloc(a, TEXT_BYTES), TEXT_BYTES);
    d->fields = txtbuf_of(arena_alloc(a, TEXT_BYTES), TEXT_BYTES);
    start_database(d);
    if (alive(d))
        return &d->sink;
    end_database(d);
    discard(d, e);
    return NULL;
}
