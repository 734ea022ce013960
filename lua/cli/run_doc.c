/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_doc.c: see run_doc.h. Every number is written from an integer; nothing here knows a clock, a
 * path or a locale. */
#include "lua/cli/run_doc.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/json.h"

#define TEXT_BYTES 1024

void json_string(FILE *f, const char *text)
{
    struct str s = str_of(text);
    size_t cap = 6 * s.n + 3; /* "\u001f" for each byte, quotes, the end */
    char *p = malloc(cap);
    ASSERT(p != NULL);
    struct txtbuf t = txtbuf_of(p, cap);
    json_text(&t, s);
    fputs(p, f);
    free(p);
}

static void json_pair(FILE *f, const char *key, const char *text)
{
    json_string(f, key);
    fputs(": ", f);
    json_string(f, text);
}

size_t run_doc_count(const struct run_doc *d, enum verdict v)
{
    size_t n = 0;
    for (size_t i = 0; i < d->observable_count; i++)
        n += d->observables[i].verdict == v;
    return n;
}

/* --- JSON
 * -----------------------------------------------------------------------------------------------------
 */

void json_value(FILE *f, const struct scenario_param *p)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (!p->value.given) {
        fputs("null", f);
    } else if (param_number(&t, &p->value)) {
        fputs(text, f);
    } else {
        param_text(&t, p->def, &p->value);
        json_string(f, text);
    }
}

static void json_param(FILE *f, const struct scenario_param *p)
{
    fputs("    ", f);
    json_string(f, p->name);
    fputs(": {\"value\": ", f);
    json_value(f, p);
    fputs(", ", f);
    json_pair(f, "unit", param_unit(p->def->type));
    fputs(", ", f);
    json_pair(f, "set_by", p->set_by);
    fputc('}', f);
}

static void json_params(FILE *f, const struct run_doc *d)
{
    const struct scenario_param *p;
    size_t n = scenario_params(d->scenario, &p);
    fputs("  \"params\": {\n", f);
    for (size_t i = 0; i < n; i++) {
        json_param(f, &p[i]);
        fputs(i + 1 < n ? ",\n" : "\n", f);
    }
    fputs("  },\n", f);
}

static void json_measures(FILE *f, const struct run_doc *d)
{
    fputs("  \"measures\": {\n", f);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        char text[64];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct measure m = measure_get(d->sim, (enum measure_id)i);
        txtbuf_scaled(&t, m.v, measure_defs[i].digits);
        fputs("    ", f);
        json_string(f, measure_defs[i].name);
        fprintf(f, ": {\"value\": %s, ", m.given ? text : "null");
        json_pair(f, "unit", measure_defs[i].unit);
        fputs(i + 1 < MEASURE_COUNT ? "},\n" : "}\n", f);
    }
    fputs("  },\n", f);
}

static void json_cell(FILE *f, const char *key, const char *text, bool numeric)
{
    json_string(f, key);
    fputs(": ", f);
    if (!text[0])
        fputs("null", f);
    else if (numeric)
        fputs(text, f);
    else
        json_string(f, text);
    fputs(", ", f);
}

static void json_observables(FILE *f, const struct run_doc *d)
{
    fputs("  \"observables\": [\n", f);
    for (size_t i = 0; i < d->observable_count; i++) {
        const struct observable *o = &d->observables[i];
        fputs("    {", f);
        json_cell(f, "name", o->name, false);
        json_cell(f, "documented", o->documented, o->numeric);
        json_cell(f, "simulated", o->simulated, o->numeric);
        json_cell(f, "tolerance", o->tolerance, o->numeric && o->tolerance[0] != 'a'); /* at_most */
        json_pair(f, "unit", o->unit);
        fputs(", ", f);
        json_cell(f, "source", o->source, false);
        json_cell(f, "verdict", verdict_names[o->verdict], false);
        json_pair(f, "note", o->note);
        fputs(i + 1 < d->observable_count ? "},\n" : "}\n", f);
    }
    fputs("  ]", f);
}

static void json_head(FILE *f, const struct run_doc *d)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char until[40];
    struct txtbuf t = txtbuf_of(until, sizeof until);
    txtbuf_scaled(&t, d->reached.ns, 9);
    fputs("{\n  ", f);
    json_pair(f, "scenario", info->name);
    fputs(",\n  ", f);
    json_pair(f, "title", info->title);
    fprintf(f, ",\n  \"seed\": %llu,\n  ", (unsigned long long)sim_seed(d->sim));
    json_pair(f, "version", DT_VERSION);
    fputs(",\n  ", f);
    json_pair(f, "status", d->status);
    fprintf(f, ",\n  \"until_s\": %s,\n  \"digest\": \"%016llx\",\n  \"events\": %llu,\n", until,
            (unsigned long long)sim_digest(d->sim), (unsigned long long)sim_events(d->sim));
}

void run_doc_json(FILE *f, const struct run_doc *d, bool with_out)
{
    json_head(f, d);
    json_params(f, d);
    json_measures(f, d);
    json_observables(f, d);
    if (with_out && d->out) {
        fputs(",\n  ", f);
        json_pair(f, "out", d->out);
    } else if (with_out) {
        fputs(",\n  \"out\": null", f);
    }
    fputs("\n}\n", f);
}

/* --- run.db
 * ---------------------------------------------------------------------------------------------------
 */

static void table_of_params(struct sink *k, const struct run_doc *d)
{
    const struct scenario_param *p;
    size_t n = scenario_params(d->scenario, &p);
    for (size_t i = 0; i < n; i++) {
        char text[TEXT_BYTES];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        if (p[i].value.given && !param_number(&t, &p[i].value))
            param_text(&t, p[i].def, &p[i].value);
        rundb_param(k, p[i].name, text, param_unit(p[i].def->type), p[i].set_by);
    }
}

static void table_of_keys(struct sink *k, const struct run_doc *d)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char seed[24], until[40], digest[24], events[24];
    struct txtbuf t = txtbuf_of(seed, sizeof seed);
    txtbuf_add(&t, "%llu", (unsigned long long)sim_seed(d->sim));
    t = txtbuf_of(until, sizeof until);
    txtbuf_scaled(&t, d->reached.ns, 9);
    t = txtbuf_of(digest, sizeof digest);
    txtbuf_add(&t, "%016llx", (unsigned long long)sim_digest(d->sim));
    t = txtbuf_of(events, sizeof events);
    txtbuf_add(&t, "%llu", (unsigned long long)sim_events(d->sim));
    const char *const rows[][2] = {
        {"scenario", info->name}, {"title", info->title},  {"source", info->source},
        {"seed", seed},           {"version", DT_VERSION}, {"status", d->status},
        {"until_s", until},       {"digest", digest},      {"events", events}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        rundb_key(k, rows[i][0], rows[i][1]);
    if (info->ladder)
        rundb_key(k, "ladder", info->ladder);
}

void run_doc_tables(struct sink *k, const struct run_doc *d)
{
    table_of_keys(k, d);
    table_of_params(k, d);
    for (int i = 0; i < MEASURE_COUNT; i++)
        rundb_measure(k, measure_defs[i].name, measure_get(d->sim, (enum measure_id)i),
                      measure_defs[i].digits, measure_defs[i].unit, measure_defs[i].doc);
    for (size_t i = 0; i < d->observable_count; i++) {
        const struct observable *o = &d->observables[i];
        struct rundb_observable row = {o->name,
                                       o->documented,
                                       o->simulated,
                                       o->tolerance,
                                       o->unit,
                                       o->source,
                                       verdict_names[o->verdict],
                                       o->note,
                                       o->numeric};
        rundb_observable(k, &row);
    }
}
