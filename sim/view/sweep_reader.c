/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_reader.c: see sweep_reader.h. Points and keys are read when the file is opened, values when a
 * measure is asked for; SQLite puts both in order. */
#include "sim/view/sweep_reader.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#define BYTES_MAX ((size_t)8 << 30)
#define APPLICATION_ID 1685353325 /* "dtsm": see sim/study/study_db.c */
#define MEASURES_MAX 1024

struct sweep_reading {
    struct view_sweep *v;
    sqlite3 *db;
    struct err *e;
    uint32_t row; /* the point in hand */
    bool bad;     /* *e says why */
};

static bool failed(struct sweep_reading *r)
{
    return err_set(r->e, "'%s/sweep.db' cannot be read: %s", r->v->folder, sqlite3_errmsg(r->db));
}

static const char *keep(struct sweep_reading *r, sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return arena_strdup(r->v->arena, str_of(text ? (const char *)text : ""));
}

/* Runs a query and hands each row to `row`. */
static bool each(struct sweep_reading *r, const char *sql, const char *bound,
                 void (*row)(struct sweep_reading *r, sqlite3_stmt *q))
{
    sqlite3_stmt *q;
    int step = SQLITE_ROW;
    if (sqlite3_prepare_v2(r->db, sql, -1, &q, NULL) != SQLITE_OK)
        return failed(r);
    if (bound)
        sqlite3_bind_text(q, 1, bound, -1, SQLITE_STATIC);
    while (!r->bad && (step = sqlite3_step(q)) == SQLITE_ROW)
        row(r, q);
    sqlite3_finalize(q);
    return !r->bad && (step == SQLITE_DONE || failed(r));
}

static bool is_ours(struct sweep_reading *r)
{
    sqlite3_stmt *q;
    int64_t id = 0;
    if (sqlite3_prepare_v2(r->db, "PRAGMA application_id", -1, &q, NULL) != SQLITE_OK)
        return failed(r);
    int step = sqlite3_step(q);
    if (step == SQLITE_ROW)
        id = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    if (step != SQLITE_ROW)
        return failed(r);
    return id == APPLICATION_ID || err_set(r->e, "'%s/sweep.db' is not a sweep.db of dialtone", r->v->folder);
}

/* --- keys and measures ------------------------------------------------------------------------ */

static void take_sizes(struct sweep_reading *r, sqlite3_stmt *q)
{
    struct view_sweep *v = r->v;
    v->key = ARENA_ARRAY(v->arena, struct sweep_key, sqlite3_column_int64(q, 0) + 1);
    v->point_count = (uint32_t)sqlite3_column_int64(q, 1);
    v->complete = (uint64_t)sqlite3_column_int64(q, 2);
    v->failed = (uint64_t)sqlite3_column_int64(q, 3);
    v->sample = ARENA_ARRAY(v->arena, struct sweep_sample, v->point_count + 1);
    v->measure = ARENA_ARRAY(v->arena, const char *, MEASURES_MAX);
}

static void take_key(struct sweep_reading *r, sqlite3_stmt *q)
{
    r->v->key[r->v->key_count++] = (struct sweep_key){keep(r, q, 0), keep(r, q, 1)};
}

static void take_measure(struct sweep_reading *r, sqlite3_stmt *q)
{
    if (r->v->measure_count < MEASURES_MAX)
        r->v->measure[r->v->measure_count++] = keep(r, q, 0);
}

static void take_reps(struct sweep_reading *r, sqlite3_stmt *q)
{
    r->v->reps_min = (uint32_t)sqlite3_column_int64(q, 0);
    r->v->reps_max = (uint32_t)sqlite3_column_int64(q, 1);
}

/* --- points ----------------------------------------------------------------------------------- */

/* Names a parameter and lists its values, each once. */
static bool list_values(struct sweep_reading *r, uint32_t d, const char *name)
{
    struct view_sweep *v = r->v;
    struct sweep_param *p = &v->param[d];
    sqlite3_stmt *q;
    char *order = sqlite3_mprintf("SELECT \"%w\", max(typeof(\"%w\") IN ('integer','real')),"
                                  " count(*) OVER () FROM point GROUP BY 1 ORDER BY"
                                  " CASE WHEN typeof(\"%w\") IN ('integer','real') THEN \"%w\" ELSE min(id) END",
                                  name, name, name, name);
    ASSERT(order);
    int step = sqlite3_prepare_v2(r->db, order, -1, &q, NULL);
    sqlite3_free(order);
    if (step != SQLITE_OK)
        return failed(r);
    p->name = arena_strdup(v->arena, str_of(name));
    p->number = true;
    while ((step = sqlite3_step(q)) == SQLITE_ROW) {
        if (!p->value) {
            p->value = ARENA_ARRAY(v->arena, double, sqlite3_column_int64(q, 2));
            p->text = ARENA_ARRAY(v->arena, const char *, sqlite3_column_int64(q, 2));
        }
        p->number = p->number && sqlite3_column_int(q, 1);
        p->value[p->count] = sqlite3_column_double(q, 0);
        p->text[p->count++] = keep(r, q, 0);
    }
    for (uint32_t i = 0; !p->number && i < p->count; i++)
        p->value[i] = i;
    sqlite3_finalize(q);
    return step == SQLITE_DONE || failed(r);
}

static bool find_number(const struct sweep_param *p, double value, uint32_t *out)
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (p->value[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return low < p->count && !(value < p->value[low]);
}

static bool find_word(const struct sweep_param *p, const char *word, uint32_t *out)
{
    for (uint32_t i = 0; i < p->count; i++) {
        *out = i;
        if (strcmp(p->text[i], word) == 0)
            return true;
    }
    return false;
}

static void take_point(struct sweep_reading *r, sqlite3_stmt *q)
{
    struct view_sweep *v = r->v;
    for (uint32_t d = 0; d < v->param_count; d++) {
        const struct sweep_param *p = &v->param[d];
        const char *text = (const char *)sqlite3_column_text(q, (int)d + 1);
        uint32_t *at = &v->at[r->row * v->param_count + d];
        bool found = p->number ? find_number(p, sqlite3_column_double(q, (int)d + 1), at)
                               : find_word(p, text ? text : "", at);
        if (!found || r->row == v->point_count) {
            r->bad = true;
            err_set(r->e, "'%s/sweep.db' changed while it was read", v->folder);
            return;
        }
    }
    r->row++;
}

static bool read_points(struct sweep_reading *r)
{
    struct view_sweep *v = r->v;
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(r->db, "SELECT * FROM point LIMIT 0", -1, &q, NULL) != SQLITE_OK)
        return failed(r);
    int columns = sqlite3_column_count(q);
    bool ok = columns - 1 <= SWEEP_PARAMS_MAX ||
              err_set(r->e, "'%s/sweep.db' varies more than %d parameters", v->folder, SWEEP_PARAMS_MAX);
    for (int i = 1; i < columns && ok; i++)
        ok = list_values(r, v->param_count++, sqlite3_column_name(q, i));
    sqlite3_finalize(q);
    v->at = ARENA_ARRAY(v->arena, uint32_t, (uint64_t)v->point_count * v->param_count + 1);
    return ok && each(r, "SELECT * FROM point ORDER BY id", NULL, take_point);
}

static bool read_all(struct sweep_reading *r)
{
    return each(r, "SELECT (SELECT count(*) FROM sweep), (SELECT count(*) FROM point),"
                   " (SELECT count(*) FROM trial WHERE status='complete'),"
                   " (SELECT count(*) FROM trial WHERE status<>'complete')", NULL, take_sizes) &&
           each(r, "SELECT key, value FROM sweep ORDER BY key", NULL, take_key) &&
           each(r, "SELECT DISTINCT measure FROM result ORDER BY 1", NULL, take_measure) &&
           each(r, "SELECT min(n), max(n) FROM (SELECT count(trial.rep) n FROM point LEFT JOIN trial"
                   " ON trial.point=point.id AND trial.status='complete' GROUP BY point.id)", NULL, take_reps) &&
           read_points(r);
}

/* A sweep that is over is read as the one file it is: opened as usual, a database with a write-ahead log
 * leaves files beside it. With a log there, its trials count, and it stays where it is. */
static bool open_file(struct sweep_reading *r)
{
    const char *path = arena_printf(r->v->arena, "%s/sweep.db", r->v->folder);
    struct stat log;
    if (stat(arena_printf(r->v->arena, "%s-wal", path), &log) == 0 && log.st_size > 0)
        return sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK || failed(r);
    size_t n = 3 * strlen(path) + 32;
    char *uri = arena_alloc(r->v->arena, n);
    struct txtbuf t = txtbuf_of(uri, n);
    txtbuf_cstr(&t, "file:");
    for (const char *p = path; *p; p++) {
        if (strchr("%?#", *p))
            txtbuf_add(&t, "%%%02X", (unsigned)*p);
        else
            txtbuf_char(&t, *p);
    }
    txtbuf_cstr(&t, "?immutable=1");
    return sqlite3_open_v2(uri, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK || failed(r);
}

struct view_sweep *sweep_open(const char *folder, struct err *e)
{
    struct arena *a = arena_new("sweep reader", BYTES_MAX);
    struct view_sweep *v = ARENA_NEW(a, struct view_sweep);
    struct sweep_reading *r = ARENA_NEW(a, struct sweep_reading);
    *v = (struct view_sweep){.arena = a, .folder = arena_strdup(a, str_of(folder)), .reading = r};
    *r = (struct sweep_reading){.v = v, .e = e};
    bool ok = open_file(r);
    /* One snapshot: a sweep that goes on meanwhile adds nothing to what is read. */
    ok = ok && is_ours(r) && (sqlite3_exec(r->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK || failed(r)) &&
         read_all(r);
    if (ok)
        return v;
    sweep_close(v);
    return NULL;
}

void sweep_close(struct view_sweep *v)
{
    if (!v)
        return;
    sqlite3_close(v->reading->db);
    arena_free(v->arena);
}

/* --- values ----------------------------------------------------------------------------------- */

/* Rows come by point: the first of each says how many there are. */
static void take_value(struct sweep_reading *r, sqlite3_stmt *q)
{
    int64_t p = sqlite3_column_int64(q, 0);
    if (p < 1 || (uint64_t)p > r->v->point_count)
        return;
    struct sweep_sample *s = &r->v->sample[p - 1];
    if (sqlite3_column_type(q, 1) == SQLITE_NULL) {
        s->censored++;
        return;
    }
    if (!s->value)
        s->value = ARENA_ARRAY(r->v->arena, double, sqlite3_column_int64(q, 2));
    s->value[s->count++] = sqlite3_column_double(q, 1);
}

bool sweep_measure(struct view_sweep *v, const char *measure, struct err *e)
{
    bool there = false;
    for (uint32_t i = 0; i < v->measure_count && !there; i++)
        there = strcmp(v->measure[i], measure) == 0;
    if (!there) {
        const char *near = str_nearest(str_of(measure), v->measure, v->measure_count);
        return err_set(e, "there is no measure '%s' in '%s'%s%s%s", measure, v->folder,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    memset(v->sample, 0, sizeof *v->sample * v->point_count);
    v->reading->e = e;
    return each(v->reading,
                "SELECT n.at, value, count(value) OVER (PARTITION BY point) FROM result"
                " JOIN trial USING(point, rep)"
                " JOIN (SELECT id, row_number() OVER (ORDER BY id) at FROM point) n ON n.id=result.point"
                " WHERE measure=?1 AND trial.status='complete' ORDER BY point, rep",
                measure, take_value);
}

/* --- looking up ------------------------------------------------------------------------------- */

const char *sweep_key(const struct view_sweep *v, const char *key)
{
    for (uint32_t i = 0; i < v->key_count; i++) {
        if (strcmp(v->key[i].key, key) == 0)
            return v->key[i].value;
    }
    return NULL;
}

struct sweep_param *sweep_find_param(struct view_sweep *v, struct str name)
{
    for (uint32_t d = 0; d < v->param_count; d++) {
        if (str_eq(name, str_of(v->param[d].name)))
            return &v->param[d];
    }
    return NULL;
}
