/* SPDX-License-Identifier: GPL-3.0-or-later */
/* study_export.c: everything in a sweep.db in long form, a value a line, in the order of points, replications
 * and measures. */
#include <stdio.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/study/study_db_state.h"

static const char long_form[] =
    "SELECT point.*, trial.rep, trial.seed, result.measure, result.value FROM trial"
    " JOIN point ON point.id=trial.point JOIN result USING(point, rep)"
    " WHERE trial.status='complete' ORDER BY trial.point, trial.rep, result.measure";

/* RFC 4180: quotes around what holds a comma, a quote or a line's end. */
static void csv_cell(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static const char *unit_of(const char *measure)
{
    for (int i = 0; i < MEASURE_COUNT; i++) {
        if (strcmp(measure_defs[i].name, measure) == 0)
            return measure_defs[i].unit;
    }
    return "";
}

static const char *name_of(sqlite3_stmt *s, int column)
{
    return column == 0 ? "point" : sqlite3_column_name(s, column);
}

static void csv_row(FILE *out, sqlite3_stmt *s, int columns)
{
    for (int i = 0; i < columns; i++) {
        const char *text = (const char *)sqlite3_column_text(s, i);
        csv_cell(out, text ? text : "");
        fputc(',', out);
    }
    fprintf(out, "%s\n", unit_of((const char *)sqlite3_column_text(s, columns - 2)));
}

static void jsonl_row(FILE *out, sqlite3_stmt *s, int columns)
{
    for (int i = 0; i < columns; i++) {
        char text[1024];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        const char *value = (const char *)sqlite3_column_text(s, i);
        int type = sqlite3_column_type(s, i);
        json_text(&t, str_of(name_of(s, i)));
        txtbuf_cstr(&t, ":");
        if (type == SQLITE_TEXT)
            json_text(&t, str_of(value));
        else
            txtbuf_cstr(&t, type == SQLITE_NULL ? "null" : value);
        fprintf(out, "%s%s", i ? "," : "{", text);
    }
    fprintf(out, ",\"unit\":\"%s\"}\n", unit_of((const char *)sqlite3_column_text(s, columns - 2)));
}

bool study_db_export(struct study_db *d, enum study_format f, FILE *out, struct err *e)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(d->db, long_form, -1, &s, NULL) != SQLITE_OK)
        return err_machine(e, "cannot read '%s': %s", d->path, sqlite3_errmsg(d->db));
    int columns = sqlite3_column_count(s), rc;
    for (int i = 0; f == STUDY_CSV && i < columns; i++) {
        csv_cell(out, name_of(s, i));
        fputs(i + 1 < columns ? "," : ",unit\n", out);
    }
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (f == STUDY_CSV)
            csv_row(out, s, columns);
        else
            jsonl_row(out, s, columns);
    }
    sqlite3_finalize(s);
    return rc == SQLITE_DONE || err_machine(e, "cannot read '%s': %s", d->path, sqlite3_errmsg(d->db));
}
