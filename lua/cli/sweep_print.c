/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_print.c: what came of a sweep, a row a point: how many trials had an unregister, with Wilson's
 * interval, and each measure with its 95 % interval. Where some trials never saw the event there is no
 * mean: the median is shown, or that it lies beyond the end. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/cli/sweep.h"
#include "sim/base/json.h"
#include "sim/study/stats.h"

#define ROWS_MAX 60 /* on a terminal nobody reads more */
#define CELL_BYTES 96

struct summary { /* of one measure at one point */
    uint32_t n, censored;
    double *value; /* ascending */
    double middle;
    struct interval bounds;
    bool median, beyond;
};

static bool summarise(struct sweep *s, uint32_t point, enum measure_id m, double *room, struct summary *out,
                      struct err *e)
{
    *out = (struct summary){.value = room};
    if (!study_db_values(s->db, point, m, room, &out->n, &out->censored, e))
        return false;
    stats_sort(room, out->n);
    out->median = out->censored > 0;
    if (out->n + out->censored == 0)
        return true;
    if (out->median) {
        out->beyond = !stats_censored_quantile(room, out->n, out->censored, 0.5, &out->middle);
        out->bounds = stats_quantile_interval(room, out->n, out->censored, 0.5, SWEEP_CONFIDENCE);
    } else {
        out->middle = stats_mean(room, out->n);
        out->bounds = stats_t_interval(room, out->n, SWEEP_CONFIDENCE);
    }
    return true;
}

/* --- a table for people ----------------------------------------------------------------------- */

/* Four places at most, without trailing zeros: 961.7811, 0.5, 8. */
static void number_text(struct txtbuf *t, double v)
{
    char text[40];
    int n = snprintf(text, sizeof text, "%.4f", v);
    while (n > 1 && text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    txtbuf_str(t, (struct str){text, (size_t)n});
}

static void bound_text(struct txtbuf *t, double v)
{
    if (isinf(v))
        txtbuf_cstr(t, v > 0 ? "beyond" : "-");
    else
        number_text(t, v);
}

static void measure_cell(struct txtbuf *t, const struct summary *y)
{
    if (y->n == 0) {
        txtbuf_cstr(t, y->censored ? "none" : "-");
        return;
    }
    if (y->beyond)
        txtbuf_add(t, "%u of %u", y->n, y->n + y->censored);
    else
        number_text(t, y->middle);
    if (y->n + y->censored < 2 || y->beyond)
        return;
    if (!y->median && !(y->bounds.high > y->bounds.low))
        return; /* all the same */
    txtbuf_cstr(t, " [");
    bound_text(t, y->bounds.low);
    txtbuf_cstr(t, ", ");
    bound_text(t, y->bounds.high);
    txtbuf_cstr(t, y->median ? "] median" : "]");
}

static void share_cell(struct txtbuf *t, uint64_t hits, uint64_t n)
{
    if (n == 0) {
        txtbuf_char(t, '-');
        return;
    }
    txtbuf_add(t, "%llu of %llu", (unsigned long long)hits, (unsigned long long)n);
    if (n < 2)
        return;
    struct interval w = stats_wilson(hits, n, SWEEP_CONFIDENCE);
    char text[32];
    (void)snprintf(text, sizeof text, " (%.0f..%.0f %%)", w.low * 100, w.high * 100);
    txtbuf_cstr(t, text);
}

static uint64_t unregistered(const struct summary *counts)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < counts->n; i++)
        n += counts->value[i] > 0;
    return n;
}

struct table {
    struct sweep *s;
    double *room;
    size_t columns;
    int *width;
};

static size_t columns_of(const struct sweep *s)
{
    return s->grid.dim_count + 1 + s->shown_count;
}

static bool cell(struct table *k, uint32_t point, size_t column, char text[CELL_BYTES], struct err *e)
{
    struct sweep *s = k->s;
    struct txtbuf t = txtbuf_of(text, CELL_BYTES);
    struct summary y;
    size_t dims = s->grid.dim_count;
    if (column < dims) {
        quantity_text(&t, grid_value(&s->grid, point, (uint32_t)column));
        return true;
    }
    enum measure_id m = column == dims ? MEASURE_UNREGISTER_COUNT : s->shown[column - dims - 1];
    if (!summarise(s, point, m, k->room, &y, e))
        return false;
    if (column == dims)
        share_cell(&t, unregistered(&y), y.n);
    else
        measure_cell(&t, &y);
    return true;
}

static const char *heading(const struct sweep *s, size_t column)
{
    size_t dims = s->grid.dim_count;
    return column < dims    ? s->grid.dim[column].name
           : column == dims ? "unregistered"
                            : measure_defs[s->shown[column - dims - 1]].name;
}

static uint32_t rows_of(const struct sweep *s)
{
    return s->grid.point_count > ROWS_MAX ? ROWS_MAX : s->grid.point_count;
}

static bool print_rows(struct table *k, FILE *out, struct err *e)
{
    uint32_t rows = rows_of(k->s);
    char(*cells)[CELL_BYTES] = arena_alloc(k->s->arena, (size_t)rows * k->columns * CELL_BYTES);
    for (size_t c = 0; c < k->columns; c++) {
        k->width[c] = (int)strlen(heading(k->s, c));
        for (uint32_t p = 0; p < rows; p++) {
            char *text = cells[p * k->columns + c];
            if (!cell(k, p + 1, c, text, e))
                return false;
            k->width[c] = (int)strlen(text) > k->width[c] ? (int)strlen(text) : k->width[c];
        }
    }
    for (size_t c = 0; c < k->columns; c++)
        fprintf(out, "%s%-*s", c ? "  " : "", c + 1 < k->columns ? k->width[c] : 0, heading(k->s, c));
    fprintf(out, "\n");
    for (uint32_t p = 0; p < rows; p++) {
        for (size_t c = 0; c < k->columns; c++)
            fprintf(out, "%s%-*s", c ? "  " : "", c + 1 < k->columns ? k->width[c] : 0,
                    cells[p * k->columns + c]);
        fprintf(out, "\n");
    }
    return true;
}

static void print_head(const struct sweep *s, FILE *out)
{
    char until[40];
    struct txtbuf t = txtbuf_of(until, sizeof until);
    txtbuf_dur(&t, s->duration.ns);
    double took = (double)(sweep_clock_ns() - s->started_ns) / 1e9;
    fprintf(out, "%s: %u point%s, %s%u replication%s each, seeds from %llu, %s simulated\n",
            s->plan.keys[0].value, s->grid.point_count, s->grid.point_count == 1 ? "" : "s", s->stop.asked ? "at most " : "", s->plan.reps,
            s->plan.reps == 1 ? "" : "s", (unsigned long long)s->o.seed, until);
    if (!s->o.quiet)
        fprintf(out, "%llu trials played in %.1f s", (unsigned long long)(s->done - s->resumed), took);
    if (s->resumed)
        fprintf(out, ", %llu were there", (unsigned long long)s->resumed);
    if (s->done < s->trials)
        fprintf(out, ", %llu are missing", (unsigned long long)(s->trials - s->done));
    fprintf(out, "\n\n");
}

static bool print_failures(struct sweep *s, FILE *out, struct err *e)
{
    uint64_t failed = study_db_failed(s->db);
    struct trial_result first;
    if (failed == 0)
        return true;
    if (!study_db_first_failure(s->db, &first, e))
        return false;
    fprintf(out, "%llu trial%s failed; the first at point %u, seed %llu:\n  %s\n", (unsigned long long)failed,
            failed == 1 ? "" : "s", first.trial.point, (unsigned long long)first.trial.seed, first.message);
    return true;
}

bool sweep_print(struct sweep *s, FILE *out, struct err *e)
{
    struct table k = {.s = s, .columns = columns_of(s)};
    k.room = ARENA_ARRAY(s->arena, double, s->plan.reps);
    k.width = ARENA_ARRAY(s->arena, int, k.columns);
    print_head(s, out);
    if (!print_rows(&k, out, e))
        return false;
    if (s->grid.point_count > ROWS_MAX)
        fprintf(out, "... and %u points more: --json, --export csv, or '%s plot'\n",
                s->grid.point_count - ROWS_MAX, cli_command());
    fprintf(out, "\n");
    if (s->stop.asked && sweep_stop_left(s))
        fprintf(out, "at %u point%s the interval is still wider than --stop %s; --reps may be more than %u\n",
                sweep_stop_left(s), sweep_stop_left(s) == 1 ? "" : "s", s->stop_at, s->plan.reps);
    if (!print_failures(s, out, e))
        return false;
    fprintf(out, "files  %s: sweep.db%s%s\n", s->dir, s->export_as ? ", sweep." : "",
            s->export_as ? s->export_as : "");
    fprintf(out, "next   %s plot %s --measure %s\n", cli_command(), s->dir, measure_defs[s->shown[0]].name);
    return true;
}

/* --- JSON --------------------------------------------------------------------------------------- */

static void json_string(FILE *out, const char *text)
{
    char quoted[2 * SWEEP_PATH_MAX];
    struct txtbuf t = txtbuf_of(quoted, sizeof quoted);
    json_text(&t, str_of(text));
    fprintf(out, "%.*s", STR_ARG(txtbuf_view(&t)));
}

static void json_number(FILE *out, double v)
{
    if (isfinite(v))
        fprintf(out, "%.12g", v);
    else
        fprintf(out, "null");
}

static void json_summary(FILE *out, enum measure_id m, const struct summary *y)
{
    fprintf(out, "\"%s\": {\"unit\": \"%s\", \"n\": %u, \"censored\": %u", measure_defs[m].name,
            measure_defs[m].unit, y->n, y->censored);
    if (y->n) {
        fprintf(out, ", \"min\": ");
        json_number(out, y->value[0]);
        fprintf(out, ", \"max\": ");
        json_number(out, y->value[y->n - 1]);
    }
    if (y->n + y->censored) {
        fprintf(out, ", \"%s\": ", y->median ? "median" : "mean");
        json_number(out, y->beyond ? INFINITY : y->middle);
        fprintf(out, ", \"low\": ");
        json_number(out, y->bounds.low);
        fprintf(out, ", \"high\": ");
        json_number(out, y->bounds.high);
    }
    fprintf(out, "}");
}

static void json_params(const struct sweep *s, FILE *out, uint32_t point)
{
    for (uint32_t i = 0; i < s->grid.dim_count; i++) {
        const struct quantity *q = grid_value(&s->grid, point, i);
        char text[64];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        fprintf(out, "%s", i ? ", " : "");
        json_string(out, s->grid.dim[i].name);
        fprintf(out, ": ");
        if (q->number) {
            txtbuf_scaled(&t, q->v, quantity_digits(q->kind));
            fprintf(out, "%.*s", STR_ARG(txtbuf_view(&t)));
        } else {
            json_string(out, s->grid.dim[i].value[0].number ? "" : arena_strdup(s->arena, q->word));
        }
    }
}

static bool json_point(struct sweep *s, FILE *out, uint32_t point, double *room, struct err *e)
{
    struct summary y;
    fprintf(out, "%s\n  {\"point\": %u, \"params\": {", point > 1 ? "," : "", point);
    json_params(s, out, point);
    if (!summarise(s, point, MEASURE_UNREGISTER_COUNT, room, &y, e))
        return false;
    uint64_t hits = unregistered(&y);
    fprintf(out, "}, \"trials\": %u, \"unregistered\": {\"n\": %llu", y.n, (unsigned long long)hits);
    if (y.n) {
        struct interval w = stats_wilson(hits, y.n, SWEEP_CONFIDENCE);
        fprintf(out, ", \"low\": %.12g, \"high\": %.12g", w.low, w.high);
    }
    fprintf(out, "}, \"measures\": {");
    for (int m = 0; m < MEASURE_COUNT; m++) {
        if (!summarise(s, point, (enum measure_id)m, room, &y, e))
            return false;
        fprintf(out, "%s", m ? ", " : "");
        json_summary(out, (enum measure_id)m, &y);
    }
    fprintf(out, "}}");
    return true;
}

bool sweep_json(struct sweep *s, FILE *out, struct err *e)
{
    double *room = ARENA_ARRAY(s->arena, double, s->plan.reps);
    fprintf(out, "{");
    for (size_t i = 0; i < s->plan.key_count; i++) {
        fprintf(out, "\"%s\": ", s->plan.keys[i].key);
        if (strcmp(s->plan.keys[i].key, "seed") == 0)
            fprintf(out, "%s", s->plan.keys[i].value);
        else
            json_string(out, s->plan.keys[i].value);
        fprintf(out, ", ");
    }
    fprintf(out, "\"until_s\": %.12g, \"reps\": %u, \"trials\": %llu, \"done\": %llu, \"failed\": %llu,\n",
            (double)s->duration.ns / 1e9, s->plan.reps, (unsigned long long)s->trials, (unsigned long long)s->done,
            (unsigned long long)study_db_failed(s->db));
    fprintf(out, " \"status\": \"%s\", \"confidence\": %g, \"points\": [",
            s->done == s->trials ? "complete" : "interrupted", SWEEP_CONFIDENCE);
    for (uint32_t p = 1; p <= s->grid.point_count; p++) {
        if (!json_point(s, out, p, room, e))
            return false;
    }
    fprintf(out, "],\n \"out\": ");
    json_string(out, s->dir);
    fprintf(out, "}\n");
    return true;
}
