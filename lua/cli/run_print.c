/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_print.c: what `run` says to people, at 79 columns: the observables, then the story. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"

#define LINES 24 /* that must suffice */
#define NAME_COLUMNS 32
#define CELL_COLUMNS 13
#define FOLD_FROM 6 /* so many observables of one source are a table of the document */

/* --- observables ------------------------------------------------------------------------------ */

static const char *colour(FILE *f, enum verdict v)
{
    static const char *const codes[] = {"\033[32m", "\033[31m", "\033[33m", "\033[2m"};
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    bool plain = (no && no[0]) || !term || strcmp(term, "dumb") == 0 || !isatty(fileno(f));
    return plain ? NULL : codes[v];
}

static void print_verdict(FILE *f, enum verdict v)
{
    const char *c = colour(f, v);
    fprintf(f, "%s%s%s\n", c ? c : "", verdict_names[v], c ? "\033[0m" : "");
}

/* A number with at most four places and its unit, or the text as it is; "-": it did not occur. */
static void cell_text(struct txtbuf *t, const struct observable *o, const char *v)
{
    const char *dot = strchr(v, '.');
    size_t n = strlen(v);
    if (n == 0) {
        txtbuf_char(t, '-');
        return;
    }
    if (o->numeric && dot && n > (size_t)(dot - v) + 5)
        n = (size_t)(dot - v) + 5;
    txtbuf_str(t, (struct str){v, n});
    if (o->numeric && o->unit[0] && strcmp(o->unit, "1") != 0)
        txtbuf_add(t, " %s", o->unit);
}

static void print_text(FILE *f, const char *what, const char *text)
{
    char lead[32];
    struct txtbuf t = txtbuf_of(lead, sizeof lead);
    txtbuf_add(&t, "      %s", what);
    cli_print_wrapped(f, lead, "        ", text);
}

static void print_observable(FILE *f, const struct observable *o)
{
    char documented[256], simulated[256];
    struct txtbuf d = txtbuf_of(documented, sizeof documented),
                  s = txtbuf_of(simulated, sizeof simulated);
    if (o->tolerance[0] == 'a') /* at_most, at_least */
        txtbuf_cstr(&d, strcmp(o->tolerance, "at_most") == 0 ? "<= " : ">= ");
    cell_text(&d, o, o->documented);
    cell_text(&s, o, o->simulated);
    bool wide = d.n > CELL_COLUMNS || s.n > CELL_COLUMNS,
         equal = strcmp(documented, simulated) == 0;
    fprintf(f, "  %-*.*s %-*s %-*s ", NAME_COLUMNS, NAME_COLUMNS, o->name, CELL_COLUMNS,
            wide ? "" : documented, CELL_COLUMNS, wide ? "" : simulated);
    print_verdict(f, o->verdict);
    if (wide)
        print_text(f, equal ? "both:" : "documented:", documented);
    if (wide && !equal)
        print_text(f, "simulated: ", simulated);
    if (o->note[0] && o->verdict != VERDICT_MATCH)
        print_text(f, "note:", o->note);
}

static size_t same_source(const struct run_doc *d, size_t from)
{
    size_t n = 1;
    while (from + n < d->observable_count &&
           strcmp(d->observables[from].source, d->observables[from + n].source) == 0)
        n++;
    return n;
}

/* "34 rows: 31 match, 3 documented-slip" */
static void count_text(struct txtbuf *t, const struct observable *o, size_t n)
{
    const char *comma = "";
    for (int v = VERDICT_MATCH; v <= VERDICT_NOT_REACHED; v++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += (int)o[i].verdict == v;
        if (count)
            txtbuf_add(t, "%s%zu %s", comma, count, verdict_names[v]);
        comma = count ? ", " : comma;
    }
}

/* A table of the document: what matches or was not reached is counted, the rest shown. */
static void print_folded(FILE *f, const struct observable *o, size_t n)
{
    char counts[160];
    struct txtbuf t = txtbuf_of(counts, sizeof counts);
    count_text(&t, o, n);
    fprintf(f, "  %s, %zu rows: %s\n", o->source, n, counts);
    for (size_t i = 0; i < n; i++) {
        if (o[i].verdict == VERDICT_DEVIATES || o[i].verdict == VERDICT_SLIP)
            print_observable(f, &o[i]);
    }
}

static void print_observables(FILE *f, const struct run_doc *d)
{
    if (d->observable_count == 0)
        return;
    fprintf(f, "\n  %-*s %-*s %-*s verdict\n", NAME_COLUMNS, "observable", CELL_COLUMNS,
            "documented", CELL_COLUMNS, "simulated");
    for (size_t i = 0, n; i < d->observable_count; i += n) {
        n = same_source(d, i);
        if (n >= FOLD_FROM) {
            print_folded(f, &d->observables[i], n);
            continue;
        }
        for (size_t k = 0; k < n; k++)
            print_observable(f, &d->observables[i + k]);
    }
}

/* --- the last 24 lines ------------------------------------------------------------------------ */

static void print_verdicts(FILE *f, const struct run_doc *d)
{
    if (d->observable_count == 0) {
        fprintf(f, "beside the document: nothing is documented of this scenario\n");
        return;
    }
    size_t unreached = run_doc_count(d, VERDICT_NOT_REACHED);
    fprintf(f, "beside the document: %zu observables, %zu match, %zu documented-slip, %zu deviate",
            d->observable_count, run_doc_count(d, VERDICT_MATCH), run_doc_count(d, VERDICT_SLIP),
            run_doc_count(d, VERDICT_DEVIATES));
    if (unreached)
        fprintf(f, ", %zu not-reached", unreached);
    fprintf(f, "\n");
    if (!d->judged)
        fprintf(f, "  (shown, not judged: %s)\n",
                d->documented ? "the run is shorter than the documented one"
                              : "parameters differ from the documented ones");
}

/* The scenario as the user may give it again: its name when that finds it, else its path. */
static const char *subject_of(const struct scenario_info *info)
{
    struct err e;
    const char *found = cli_find_scenario(info->name, &e);
    return found && strcmp(found, info->path) == 0 ? info->name : info->path;
}

static void print_next(FILE *f, const struct run_doc *d)
{
    char remedy[128];
    struct txtbuf t = txtbuf_of(remedy, sizeof remedy);
    const char *name = subject_of(scenario_info(d->scenario));
    if (story_remedy(d->story, &t))
        fprintf(f, "next   %s run %s --set %s\n", cli_command(), name, remedy);
    else
        fprintf(f, "next   %s show %s\n", cli_command(), name);
}

/* What stands below the timeline; so the timeline knows how much room it has. */
static void print_rest(FILE *f, const struct run_doc *d)
{
    story_why(d->story, f);
    print_verdicts(f, d);
    fprintf(f, "files  %s%s%s\n", d->out ? d->out : "none were written", d->out ? ": " : "",
            d->out ? d->files : "");
    print_next(f, d);
}

static int count_lines(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void print_head(FILE *f, const struct run_doc *d)
{
    const struct scenario_info *info = scenario_info(d->scenario);
    char reached[40];
    struct txtbuf t = txtbuf_of(reached, sizeof reached);
    txtbuf_dur(&t, d->reached.ns);
    fprintf(f, "%s: %s\n", info->name, info->title);
    fprintf(f, "seed %llu, %s simulated (%s), %llu events, digest %016llx\n",
            (unsigned long long)sim_seed(d->sim), reached, d->status,
            (unsigned long long)sim_events(d->sim), (unsigned long long)sim_digest(d->sim));
}

void run_print(FILE *f, const struct run_doc *d)
{
    char *rest = NULL;
    size_t n = 0;
    FILE *memory = open_memstream(&rest, &n);
    ASSERT(memory != NULL);
    print_rest(memory, d);
    fclose(memory);
    print_head(f, d);
    print_observables(f, d);
    fprintf(f, "\nwhat happened (minutes:seconds from %s)\n", story_origin(d->story));
    story_timeline(d->story, f, LINES - 1 - count_lines(rest));
    fputs(rest, f);
    free(rest);
}
