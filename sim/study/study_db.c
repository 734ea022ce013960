/* SPDX-License-Identifier: GPL-3.0-or-later */
/* study_db.c: see study_db.h. Rows come in the order in which trials end, which differs from one sweep to
 * the next; whoever reads asks for them in order. Keys are unique, so no trial can stand there twice. */
#include <string.h>

#include "sim/study/study_db_state.h"

#define BATCH 64

/* --- SQLite ----------------------------------------------------------------------------------- */

bool study_db_wrong(struct study_db *d, struct err *e)
{
    return err_machine(e, "cannot write '%s': %s", d->path, sqlite3_errmsg(d->db));
}

bool study_db_execute(struct study_db *d, const char *sql, struct err *e)
{
    return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || study_db_wrong(d, e);
}

void study_db_let_go(struct study_db *d)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(d->stmt[i]);
    sqlite3_close(d->db);
    d->db = NULL;
}

static bool step(struct study_db *d, enum statement s, struct err *e)
{
    int rc = sqlite3_step(d->stmt[s]);
    if (rc != SQLITE_DONE)
        study_db_wrong(d, e);
    sqlite3_reset(d->stmt[s]);
    return rc == SQLITE_DONE;
}

static uint64_t bit_of(const struct study_db *d, uint32_t point, uint32_t rep)
{
    return (uint64_t)(point - 1) * d->plan->reps + rep - 1;
}

void study_db_mark(struct study_db *d, uint32_t point, uint32_t rep, bool complete)
{
    uint64_t bit = bit_of(d, point, rep);
    d->has[bit / 8] |= (uint8_t)(1u << bit % 8);
    d->count++;
    d->failed += !complete;
}

/* --- trials ----------------------------------------------------------------------------------- */

bool study_db_has(const struct study_db *d, uint32_t point, uint32_t rep)
{
    uint64_t bit = bit_of(d, point, rep);
    return d->has[bit / 8] & 1u << bit % 8;
}

uint64_t study_db_count(const struct study_db *d)
{
    return d->count;
}

uint64_t study_db_failed(const struct study_db *d)
{
    return d->failed;
}

static bool add_results(struct study_db *d, const struct trial_result *r, struct err *e)
{
    sqlite3_stmt *s = d->stmt[ADD_RESULT];
    for (int m = 0; m < MEASURE_COUNT; m++) {
        char text[48];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        sqlite3_bind_int64(s, 1, r->trial.point);
        sqlite3_bind_int64(s, 2, r->trial.rep);
        sqlite3_bind_text(s, 3, measure_defs[m].name, -1, SQLITE_STATIC);
        txtbuf_scaled(&t, r->measure[m].v, measure_defs[m].digits);
        if (r->measure[m].given)
            sqlite3_bind_text(s, 4, text, -1, SQLITE_TRANSIENT);
        else
            sqlite3_bind_null(s, 4);
        if (!step(d, ADD_RESULT, e))
            return false;
    }
    return true;
}

bool study_db_add(struct study_db *d, const struct trial_result *r, struct err *e)
{
    sqlite3_stmt *s = d->stmt[ADD_TRIAL];
    char digest[24];
    struct txtbuf t = txtbuf_of(digest, sizeof digest);
    txtbuf_add(&t, "%016llx", (unsigned long long)r->digest);
    sqlite3_bind_int64(s, 1, r->trial.point);
    sqlite3_bind_int64(s, 2, r->trial.rep);
    sqlite3_bind_int64(s, 3, (int64_t)r->trial.seed);
    if (r->complete)
        sqlite3_bind_text(s, 4, digest, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(s, 4);
    sqlite3_bind_text(s, 5, r->complete ? "complete" : "failed", -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 6, r->message, -1, SQLITE_STATIC);
    if (!step(d, ADD_TRIAL, e) || (r->complete && !add_results(d, r, e)))
        return false;
    study_db_mark(d, r->trial.point, r->trial.rep, r->complete);
    return ++d->batch < BATCH || study_db_commit(d, e);
}

bool study_db_commit(struct study_db *d, struct err *e)
{
    if (d->batch == 0)
        return true;
    d->batch = 0;
    return study_db_execute(d, "COMMIT", e) && study_db_execute(d, "BEGIN", e);
}

bool study_db_values(struct study_db *d, uint32_t point, enum measure_id m, double *out,
                     uint32_t *count, uint32_t *censored, struct err *e)
{
    sqlite3_stmt *s = d->stmt[VALUES];
    int rc;
    *count = *censored = 0;
    sqlite3_bind_int64(s, 1, point);
    sqlite3_bind_text(s, 2, measure_defs[m].name, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (sqlite3_column_type(s, 0) == SQLITE_NULL)
            (*censored)++;
        else
            out[(*count)++] = sqlite3_column_double(s, 0);
    }
    sqlite3_reset(s);
    return rc == SQLITE_DONE || err_machine(e, "cannot read '%s': %s", d->path, sqlite3_errmsg(d->db));
}

bool study_db_first_failure(struct study_db *d, struct trial_result *out, struct err *e)
{
    sqlite3_stmt *s;
    static const char sql[] = "SELECT point, rep, seed, message FROM trial WHERE status='failed'"
                              " ORDER BY point, rep LIMIT 1";
    bool found = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
    if (found) {
        struct txtbuf t = txtbuf_of(out->message, sizeof out->message);
        out->trial = (struct trial){(uint32_t)sqlite3_column_int64(s, 0), (uint32_t)sqlite3_column_int64(s, 1),
                                    (uint64_t)sqlite3_column_int64(s, 2)};
        txtbuf_cstr(&t, (const char *)sqlite3_column_text(s, 3));
    }
    sqlite3_finalize(s);
    return found || err_machine(e, "cannot read '%s': %s", d->path, sqlite3_errmsg(d->db));
}

bool study_db_close(struct study_db *d, struct err *e)
{
    bool ok = study_db_execute(d, "COMMIT", e);
    study_db_let_go(d);
    return ok;
}
