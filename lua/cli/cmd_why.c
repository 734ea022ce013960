/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_why.c: dialtone why: the explanation as numbered sentences, or as JSON. */
#include <stdio.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
#include "sim/view/run_reader.h"
#include "sim/view/why.h"

static void print_json(const struct view_run *r, const struct why *w)
{
    printf("{\"run\": ");
    json_string(stdout, r->folder);
    printf(", \"subject\": ");
    printf(w->subject ? "%lld" : "null", (long long)w->subject);
    printf(", \"intro\": ");
    json_string(stdout, w->intro);
    printf(", \"steps\": [");
    for (int i = 0; i < w->step_count; i++) {
        const struct why_step *s = &w->steps[i];
        char t[32];
        struct txtbuf b = txtbuf_of(t, sizeof t);
        txtbuf_scaled(&b, s->t_ns, 9);
        printf("%s\n  {\"n\": %d, \"t_s\": %s, \"record\": %lld, \"node\": ", i ? "," : "", i + 1, t,
               (long long)s->record);
        json_string(stdout, s->node);
        printf(", \"role\": ");
        json_string(stdout, s->role);
        printf(", \"text\": ");
        json_string(stdout, s->text);
        printf("}");
    }
    printf("\n], \"roots\": [");
    for (int i = 0; i < w->root_count; i++)
        printf("%s%lld", i ? ", " : "", (long long)w->roots[i]);
    printf("]}\n");
}

/* What stands at the end of all walks, in its own words: one line each. */
static void print_roots(const struct view_run *r, const struct why *w)
{
    for (int i = 0; i < w->root_count; i++) {
        char lead[48];
        const struct view_record *x = view_record(r, w->roots[i]);
        snprintf(lead, sizeof lead, "%s #%lld", i ? "     " : "roots:", (long long)w->roots[i]);
        char *text = arena_printf(r->arena, "%s (%s)", x->text, view_node_name(r, x->node));
        cli_print_wrapped(stdout, lead, "        ", text);
    }
}

static void print_text(const struct view_run *r, const struct why *w)
{
    if (w->intro[0])
        cli_print_wrapped(stdout, "asked:", "      ", w->intro);
    if (!w->subject)
        return;
    printf("%s: time from the first registration, #record, what happened and why\n", r->folder);
    for (int i = 0; i < w->step_count; i++) {
        char lead[64];
        const struct why_step *s = &w->steps[i];
        struct txtbuf t = txtbuf_of(lead, sizeof lead);
        txtbuf_add(&t, "%3d. ", i + 1);
        why_clock(&t, r, s->t_ns);
        txtbuf_add(&t, " #%lld", (long long)s->record);
        cli_print_wrapped(stdout, lead, "    ", s->text);
    }
    print_roots(r, w);
}

int cmd_why(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    struct why w;
    if (!cli_parse(argc, argv, CLI_JSON | CLI_SECOND, "RUN", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    const char *folder = cli_find_run(o.subject, &e);
    struct view_run *r = folder ? view_open(folder, &e) : NULL;
    if (!r)
        return cli_fail(&e);
    bool ok = why_explain(r, o.second, &w, &e);
    if (ok && o.json)
        print_json(r, &w);
    else if (ok)
        print_text(r, &w);
    int status = ok ? CMD_OK : cli_fail(&e);
    view_close(r);
    return status;
}
