/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_doc.c: see run_doc.h. Every number is written from an integer; nothing here knows a clock, a path or
 * a locale. */
#include "lua/cli/run_doc.h"

#include <string.h>

#include "lua/cli/cli.h"

void json_string(FILE *f, const char *text)
{
    fputc('"', f);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            fprintf(f, "\\%c", *p);
        else if (*p < 32)
            fprintf(f, "\\u%04x", *p);
        else
            fputc(*p, f);
    }
    fputc('"', f);
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

/* --- JSON ------------------------------------------------------------------------------------------------------ */

/* The number as text, or the value in quotes; an empty optional value is null. */
static void json_param(FILE *f, const struct scenario_param *p)
{
    char text[512];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    fputs("    ", f);
    json_string(f, p->name);
    fputs(": {\"value\": ", f);
    if (!p->value.given) {
        fputs("null", f);
    } else if (param_number(&t, &p->value)) {
        fputs(text, f);
    } else {
        param_text(&t, p->def, &p->value);
        json_string(f, text);
    }
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

static void measure_text(struct txtbuf *t, const struct measure_def *def, struct measure m)
{
    if (m.given)
        txtbuf_scaled(t, m.v, def->digits);
}

static void json_measures(FILE *f, const struct run_doc *d)
{
    fputs("  \"measures\": {\n", f);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        char text[64];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct measure m = measure_get(d->sim, (enum measure_id)i);
        measure_text(&t, &measure_defs[i], m);
        fputs("    ", f);
        json_string(f, measure_defs[i].name);
        fprintf(f, ": {\"value\": %s, ", m.given ? text : "null");
        json_pair(f, "unit", measure_defs[i].unit);
        fputs(i + 1 < MEASURE_COUNT ? "},\n" : "}\n", f);
    }
    fputs("  },\n", f);
}

static void json_value(FILE *f, const char *key, const char *text, bool numeric)
{
    json_string(f, key);
    fputs(": ", f);
    if (!text || !text[0])
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
        json_value(f, "name", o->name, false);
        json_value(f, "documented", o->documented, o->numeric);
        json_value(f, "simulated", o->simulated, o->numeric);
        json_value(f, "tolerance", o->tolerance, o->numeric);
        json_value(f, "unit", o->unit, false);
        json_value(f, "source", o->source, false);
        json_value(f, "verdict", verdict_names[o->verdict], false);
        json_string(f, "note");
        fputs(": ", f);
        json_string(f, o->note ? o->note : "");
        fputs(i + 1 < d->observable_count ? "},\n" : "}\n", f);
    }
    fputs("  ]", f);
}

void run_doc_json(FILE *f, const struct run_doc *d, bool with_out)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char text[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_scaled(&t, d->until.ns, 9);
    fputs("{\n  ", f);
    json_pair(f, "scenario", info->name);
    fputs(",\n  ", f);
    json_pair(f, "title", info->title);
    fprintf(f, ",\n  \"seed\": %llu,\n  ", (unsigned long long)sim_seed(d->sim));
    json_pair(f, "version", DT_VERSION);
    fputs(",\n  ", f);
    json_pair(f, "status", d->status);
    fprintf(f, ",\n  \"until_s\": %s,\n  \"digest\": \"%016llx\",\n  \"events\": %llu,\n", text,
            (unsigned long long)sim_digest(d->sim), (unsigned long long)sim_events(d->sim));
    json_params(f, d);
    json_measures(f, d);
    json_observables(f, d);
    if (with_out) {
        fputs(",\n  \"out\": ", f);
        if (d->out)
            json_string(f, d->out);
        else
            fputs("null", f);
    }
    fputs("\n}\n", f);
}

/* --- run.db ---------------------------------------------------------------------------------------------------- */

static void table_of_params(struct sink *k, const struct run_doc *d)
{
    const struct scenario_param *p;
    size_t n = scenario_params(d->scenario, &p);
    for (size_t i = 0; i < n; i++) {
        char text[512];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        if (p[i].value.given && !param_number(&t, &p[i].value))
            param_text(&t, p[i].def, &p[i].value);
        rundb_param(k, p[i].name, text, param_unit(p[i].def->type), p[i].set_by);
    }
}

void run_doc_tables(struct sink *k, const struct run_doc *d)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char text[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    rundb_key(k, "scenario", info->name);
    rundb_key(k, "title", info->title);
    rundb_key(k, "version", DT_VERSION);
    rundb_key(k, "status", d->status);
    txtbuf_add(&t, "%llu", (unsigned long long)sim_seed(d->sim));
    rundb_key(k, "seed", text);
    t = txtbuf_of(text, sizeof text);
    txtbuf_scaled(&t, d->until.ns, 9);
    rundb_key(k, "until_s", text);
    t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%016llx", (unsigned long long)sim_digest(d->sim));
    rundb_key(k, "digest", text);
    t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%llu", (unsigned long long)sim_events(d->sim));
    rundb_key(k, "events", text);
    table_of_params(k, d);
    for (int i = 0; i < MEASURE_COUNT; i++)
        rundb_measure(k, measure_defs[i].name, measure_get(d->sim, (enum measure_id)i),
                      measure_defs[i].digits, measure_defs[i].unit);
    for (size_t i = 0; i < d->observable_count; i++) {
        const struct observable *o = &d->observables[i];
        struct rundb_observable row = {o->name, o->documented, o->simulated, o->tolerance, o->unit,
                                       o->source, verdict_names[o->verdict], o->note, o->numeric};
        rundb_observable(k, &row);
    }
}

/* --- terminal ------------------------------------------------------------------------------------------------------ */

/* A decimal as a person reads it: at most four places. */
static void short_number(struct txtbuf *t, const char *text)
{
    const char *dot = text ? strchr(text, '.') : NULL;
    size_t n = text ? strlen(text) : 0;
    if (dot && n > (size_t)(dot - text) + 5)
        n = (size_t)(dot - text) + 5;
    txtbuf_str(t, (struct str){text ? text : "", n});
}

static void print_value(FILE *f, const struct observable *o, const char *text)
{
    char value[32];
    struct txtbuf t = txtbuf_of(value, sizeof value);
    if (!text || !text[0])
        txtbuf_cstr(&t, "-");
    else if (o->numeric)
        short_number(&t, text);
    else
        txtbuf_cstr(&t, text);
    if (text && text[0] && o->numeric && o->unit && strcmp(o->unit, "1") != 0 && o->unit[0])
        txtbuf_add(&t, " %s", o->unit);
    fprintf(f, " %-14.14s", value);
}

static bool is_row(const struct observable *o)
{
    return strncmp(o->name, "row ", 4) == 0;
}

/* Rows of a documented table that match are counted, not listed; everything else is. */
static void print_observables(FILE *f, const struct run_doc *d)
{
    size_t folded = 0;
    fprintf(f, "  %-31s %-14s %-14s %s\n", "observable", "documented", "simulated", "verdict");
    for (size_t i = 0; i < d->observable_count; i++) {
        const struct observable *o = &d->observables[i];
        if (is_row(o) && (o->verdict == VERDICT_MATCH || o->verdict == VERDICT_NOT_REACHED)) {
            folded++;
            continue;
        }
        bool long_text = !o->numeric && (strlen(o->documented) > 14 || strlen(o->simulated ? o->simulated : "") > 14);
        fprintf(f, "  %-31.31s", o->name);
        if (long_text) {
            fprintf(f, " %29s %s\n", "", verdict_names[o->verdict]);
            fprintf(f, "      documented %s\n      simulated  %s\n", o->documented,
                    o->simulated && o->simulated[0] ? o->simulated : "-");
        } else {
            print_value(f, o, o->documented);
            print_value(f, o, o->simulated);
            fprintf(f, " %s\n", verdict_names[o->verdict]);
        }
        if (o->verdict == VERDICT_SLIP && o->note && o->note[0])
            cli_print_wrapped(f, "     ", "     ", o->note);
    }
    if (folded)
        fprintf(f, "  %zu rows of the document's table %s\n", folded,
                run_doc_count(d, VERDICT_NOT_REACHED) ? "match or were not reached" : "match");
}

static void print_files(FILE *f, const struct run_doc *d)
{
    char remedy[128];
    struct txtbuf t = txtbuf_of(remedy, sizeof remedy);
    const char *name = scenario_info(d->scenario)->name;
    if (d->out)
        fprintf(f, "files  %s: run.db, capture/, log/, summary.json\n", d->out);
    else
        fprintf(f, "files  none were written\n");
    if (story_remedy(d->story, &t))
        fprintf(f, "next   %s run %s --set %s\n", cli_command(), name, remedy);
    else
        fprintf(f, "next   %s show %s   lists every parameter\n", cli_command(), name);
}

static void print_counts(FILE *f, const struct run_doc *d)
{
    if (d->observable_count == 0) {
        fprintf(f, "nothing is documented for this scenario\n");
        return;
    }
    fprintf(f, "beside the document: %zu observables, %zu match, %zu documented-slip, %zu deviate",
            d->observable_count, run_doc_count(d, VERDICT_MATCH), run_doc_count(d, VERDICT_SLIP),
            run_doc_count(d, VERDICT_DEVIATES));
    size_t unreached = run_doc_count(d, VERDICT_NOT_REACHED);
    if (unreached)
        fprintf(f, ", %zu not reached", unreached);
    fprintf(f, "\n");
    if (!d->judged)
        fprintf(f, "(parameters differ from the documented ones: shown, not judged)\n");
}

void run_doc_print(FILE *f, const struct run_doc *d)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char until[32];
    struct txtbuf t = txtbuf_of(until, sizeof until);
    txtbuf_dur(&t, d->reached.ns);
    fprintf(f, "%s: %s\n", info->name, info->title);
    fprintf(f, "seed %llu, %s simulated (%s), %llu events, digest %016llx\n\n",
            (unsigned long long)sim_seed(d->sim), until, d->status,
            (unsigned long long)sim_events(d->sim), (unsigned long long)sim_digest(d->sim));
    if (d->observable_count) {
        print_observables(f, d);
        fprintf(f, "\n");
    }
    fprintf(f, "what happened (minutes:seconds from the first registration)\n");
    story_timeline(d->story, f, 8);
    fprintf(f, "why\n");
    story_why(d->story, f);
    print_counts(f, d);
    print_files(f, d);
}
