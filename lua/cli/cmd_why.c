/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_why.c: dialtone why: the explanation as numbered sentences, or as JSON. */
#include <stdio.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
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

static void print_text(const struct view_run *r, const struct why *w)
{
    if (w->intro[0])
        cli_print_wrapped(stdout, "", "", w->intro);
    if (!w->subject)
        return;
    printf("%s, minutes:seconds from the first registration, record numbers with #\n", r->folder);
    for (int i = 0; i < w->step_count; i++) {
        const struct why_step *s = &w->steps[i];
        char lead[64];
        int64_t rel = s->t_ns - r->origin_ns, tenths = (rel < 0 ? 50000000 - rel : rel + 50000000) / 100000000;
        snprintf(lead, sizeof lead, "%3d. %s%lld:%02lld.%lld #%lld", i + 1, rel < 0 && tenths ? "-" : "",
                 (long long)(tenths / 600), (long long)(tenths / 10 % 60), (long long)(tenths % 10),
                 (long long)s->record);
        cli_print_wrapped(stdout, lead, "    ", s->text);
    }
    printf("roots:");
    for (int i = 0; i < w->root_count; i++)
        printf(" #%lld", (long long)w->roots[i]);
    printf("\n");
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
