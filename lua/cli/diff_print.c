/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_print.c: what `diff` says to people: the two runs, which are A and B throughout, their tables
 * (diff_table.c), and the records where they part, with the first steps of `why` from each. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/diff_doc.h"
#include "sim/kernel/param.h"

#define TEXT_BYTES 1024

static const char *const letters[2] = {"A", "B"};

static void seconds(struct txtbuf *t, int64_t ns)
{
    txtbuf_scaled(t, ns, 9);
    txtbuf_cstr(t, " s");
}

/* --- the two runs ------------------------------------------------------------------------------------- */

static void print_runs(const struct diff *d)
{
    for (int i = 0; i < 2; i++) {
        char lead[8], text[4096];
        const struct diff_run *r = &d->run[i];
        struct txtbuf l = txtbuf_of(lead, sizeof lead), t = txtbuf_of(text, sizeof text);
        txtbuf_add(&l, "%s ", letters[i]);
        txtbuf_add(&t, "%s: %s, seed %s, %s s simulated (%s), %lld facts, digest %s", r->folder, r->scenario,
                   r->seed, r->until_s, r->status, (long long)r->facts, r->digest);
        cli_print_wrapped(stdout, lead, "    ", text);
    }
    if (strcmp(d->run[0].scenario, d->run[1].scenario) != 0)
        printf("These are two scenarios: what has the same name is compared.\n");
    if (strcmp(d->run[0].version, d->run[1].version) != 0)
        printf("Two versions of dialtone played them: %s and %s.\n", d->run[0].version, d->run[1].version);
}

/* --- where they part ---------------------------------------------------------------------------------- */

/* A step that says of the record itself what its own text says. */
static bool is_echo(const struct diff_end *end, const struct why_step *s)
{
    const struct view_record *x = view_record(end->run, end->record);
    return s->record == end->record && strcmp(s->role, "subject") == 0 && !view_is_frame(x) &&
           !view_becauses(end->run, x);
}

static void print_steps(const struct diff_end *end)
{
    int skip = end->why.step_count > 0 && is_echo(end, &end->why.steps[0]);
    for (int i = skip; i < end->why.step_count && i < DIFF_STEPS_MAX + skip; i++) {
        char lead[64], text[TEXT_BYTES];
        const struct why_step *s = &end->why.steps[i];
        struct txtbuf l = txtbuf_of(lead, sizeof lead), t = txtbuf_of(text, sizeof text);
        txtbuf_add(&l, "     %d. ", i + 1 - skip);
        why_clock(&l, end->run, s->t_ns);
        txtbuf_add(&l, " #%lld", (long long)s->record);
        txtbuf_str(&t, (struct str){s->text, s->brief});
        cli_print_wrapped(stdout, lead, "       ", text);
    }
    for (int i = 0; i < end->why.root_count; i++) {
        const struct view_record *x = view_record(end->run, end->why.roots[i]);
        bool limit = view_is(x, "NOTE") && view_field_is(x, "topic", "parameter");
        if ((limit || view_is(x, "FAULT")) && x->id != end->record)
            printf("     root: #%lld %s (%s)\n", (long long)x->id, x->text, view_node_name(end->run, x->node));
    }
}

static void print_like(const struct diff_parting *p, int side)
{
    const struct diff_end *mine = &p->end[side];
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool remarks = strcmp(mine->kind, "NOTE") == 0 && strcmp(p->end[!side].kind, "NOTE") == 0;
    if (mine->record == 0 || p->end[!side].record == 0 || remarks)
        return;
    txtbuf_add(&t, "%s ", letters[!side]);
    if (mine->like == 0) {
        txtbuf_cstr(&t, "never has the like from there on");
    } else if (mine->like_t_ns == mine->t_ns) {
        txtbuf_add(&t, "has the like in the same instant (#%lld)", (long long)mine->like);
    } else {
        int64_t later = mine->like_t_ns - mine->t_ns;
        txtbuf_cstr(&t, "has the like ");
        txtbuf_dur(&t, later < 0 ? -later : later);
        txtbuf_add(&t, " %s (#%lld)", later < 0 ? "earlier" : "later", (long long)mine->like);
    }
    cli_print_wrapped(stdout, "    ", "      ", text);
}

/* Whether only the fields tell the two records apart. */
static bool hidden(const struct diff_parting *p)
{
    const struct diff_end *a = &p->end[0], *b = &p->end[1];
    return a->record && b->record && a->t_ns == b->t_ns && strcmp(a->node, b->node) == 0 &&
           strcmp(a->kind, b->kind) == 0 && strcmp(a->text, b->text) == 0;
}

static void print_end(const struct diff *d, const struct diff_parting *p, int side)
{
    const struct diff_end *end = &p->end[side];
    char lead[48], *text;
    struct txtbuf l = txtbuf_of(lead, sizeof lead);
    txtbuf_add(&l, "  %s", letters[side]);
    if (end->record == 0) {
        text = arena_printf(d->arena, "has no further fact: it ended at %s s (%s)", d->run[side].until_s,
                            d->run[side].status);
        cli_print_wrapped(stdout, lead, "    ", text);
        return;
    }
    txtbuf_add(&l, "  #%lld at ", (long long)end->record);
    seconds(&l, end->t_ns);
    txtbuf_char(&l, ',');
    text = arena_printf(d->arena, "%s, %s: %s%s%s", end->node, end->kind, end->text, hidden(p) ? " " : "",
                        hidden(p) ? end->fields : "");
    cli_print_wrapped(stdout, lead, "    ", text);
    print_steps(end);
    print_like(p, side);
}

static const struct view_record *cause(const struct diff_end *end)
{
    const struct view_record *x = end->record ? view_record(end->run, end->record) : NULL;
    return x ? view_record(end->run, x->cause) : NULL;
}

/* Two that follow from the same fact need to be told so only once. */
static void print_common_cause(const struct diff *d, const struct diff_parting *p)
{
    const struct view_record *a = cause(&p->end[0]), *b = cause(&p->end[1]);
    if (!a || !b || a->t_ns != b->t_ns || strcmp(a->kind, b->kind) != 0 || strcmp(a->text, b->text) != 0)
        return;
    char *text = arena_printf(d->arena, "both follow from #%lld, %s, %s: %s", (long long)a->id,
                              view_node_name(p->end[0].run, a->node), a->kind, a->text);
    cli_print_wrapped(stdout, " ", "   ", text);
}

static void print_parting(const struct diff *d, const struct diff_parting *p, const char *of_what)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (p->common == 0) {
        txtbuf_cstr(&t, "from the very first on");
    } else {
        txtbuf_add(&t, "the first %lld %s are the same, up to ", (long long)p->common, of_what);
        seconds(&t, p->common_t_ns);
        const struct view_run *run = p->end[0].run ? p->end[0].run : p->end[1].run;
        if (run && run->origin_ns && run->origin_ns < p->common_t_ns) {
            txtbuf_cstr(&t, " (");
            why_clock(&t, run, p->common_t_ns);
            txtbuf_cstr(&t, " from the first registration)");
        }
    }
    cli_print_wrapped(stdout, " ", "   ", text);
    print_common_cause(d, p);
    print_end(d, p, 0);
    print_end(d, p, 1);
}

static void print_next(const struct diff *d, const struct diff_parting *p)
{
    for (int i = 0; i < 2; i++) {
        if (p->end[i].record)
            printf("%s %s why %s '#%lld'\n", i == 0 || !p->end[0].record ? "next  " : "      ", cli_command(),
                   d->run[i].folder, (long long)p->end[i].record);
    }
}

static void print_facts(const struct diff *d)
{
    if (!d->parts) {
        printf("\nwhat happened\n  all %lld facts are the same, but the digests differ: events that left no"
               "\n  record, or causes, do\n", (long long)d->run[0].facts);
        return;
    }
    bool ended = d->first.end[0].record == 0 || d->first.end[1].record == 0;
    bool remarked = diff_only_remarked(&d->first) && !ended;
    printf("\nwhere they part%s\n", remarked ? ", in a remark (NOTE)" : "");
    print_parting(d, &d->first, "facts");
    if (strcmp(d->run[0].seed, d->run[1].seed) != 0)
        printf("  The seeds differ, so whatever is drawn may.\n");
    if (remarked && d->happens) {
        printf("\nwhat happened, remarks aside, parts here\n");
        print_parting(d, &d->event, "facts that are no NOTE");
    } else if (remarked) {
        printf("\nwhat happened, remarks aside, is the same to the end: %lld facts\n", (long long)d->event.common);
    }
    printf("\n");
    print_next(d, d->happens && !ended ? &d->event : &d->first);
}

void diff_print(const struct diff *d)
{
    if (diff_same(d)) {
        printf("the same: %lld facts, digest %s\n", (long long)d->run[0].facts, d->run[0].digest);
        if (d->params.count == 0)
            return;
    }
    print_runs(d);
    diff_print_params(d);
    if (diff_same(d))
        return;
    diff_print_results(d);
    if (d->same_digest)
        printf("\nwhat happened is the same: %lld facts, digest %s\n", (long long)d->run[0].facts,
               d->run[0].digest);
    else
        print_facts(d);
}
