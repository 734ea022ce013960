/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_check.c: dialtone check: reads, builds and looks over a scenario without playing it.
 *
 * An error is what `run` would refuse, or what cannot be meant; the exit status is then 2. A
 * warning will play; it only rarely plays what was meant, so it changes no status. What only
 * happens while playing (an error inside script()) is not seen. */
#include <stdio.h>
#include <string.h>

#include "lua/bind/lint.h"
#include "lua/cli/prepare.h"
#include "lua/cli/run_doc.h"
#include "models/registry.h"

#define ALLOWED (CLI_SET | CLI_UNTIL | CLI_JSON | CLI_QUIET)

struct report {
    const char *scenario;
    const struct finding *all;
    size_t count, errors;
    const struct err *refused; /* NULL: it was built */
};

/* --- as JSON --------------------------------------------------------------------------------- */

static void json_finding(const struct finding *f, bool first)
{
    printf("%s\n    {\"name\": ", first ? "" : ",");
    json_string(stdout, f->name);
    printf(", \"text\": ");
    json_string(stdout, f->text);
    printf(", \"params\": [");
    for (size_t i = 0; i < f->param_count; i++) {
        printf("%s", i ? ", " : "");
        json_string(stdout, f->params[i]);
    }
    printf("]}");
}

static void json_findings(const struct report *r, bool errors)
{
    size_t printed = 0;
    if (errors && r->refused) {
        struct finding f = {.name = "refused", .text = r->refused->msg};
        json_finding(&f, printed++ == 0);
    }
    for (size_t i = 0; i < r->count; i++) {
        if (r->all[i].is_error == errors)
            json_finding(&r->all[i], printed++ == 0);
    }
    printf("%s]", printed ? "\n  " : "");
}

static void print_json(const struct report *r)
{
    printf("{\n  \"scenario\": ");
    json_string(stdout, r->scenario);
    printf(",\n  \"errors\": [");
    json_findings(r, true);
    printf(",\n  \"warnings\": [");
    json_findings(r, false);
    printf("\n}\n");
}

/* --- as text --------------------------------------------------------------------------------- */

static void print_count(const char *lead, size_t n, const char *what)
{
    printf("%s%zu %s%s", lead, n, what, n == 1 ? "" : "s");
}

static void print_text(const struct report *r, const struct cli_options *o)
{
    size_t warnings = r->count - r->errors;
    char lead[24];
    printf("%s: ", r->scenario);
    if (r->count == 0) {
        printf("nothing to complain about\nnext   %s run %s\n", cli_command(), o->subject);
        return;
    }
    if (r->errors)
        print_count("", r->errors, "error");
    if (warnings)
        print_count(r->errors ? ", " : "", warnings, "warning");
    printf("\n");
    for (size_t i = 0, n = 0; i < r->count; i++) {
        if (r->all[i].is_error)
            continue; /* those go to stderr */
        snprintf(lead, sizeof lead, "%3zu.", ++n);
        cli_print_wrapped(stdout, lead, "    ", r->all[i].text);
    }
}

static int finish(const struct report *r, const struct cli_options *o)
{
    if (o->json)
        print_json(r);
    else if (!o->quiet && !r->refused)
        print_text(r, o);
    if (r->refused)
        return cli_fail(r->refused);
    for (size_t i = 0; i < r->count; i++) {
        struct err e = {0};
        err_set(&e, "%s: %s", r->scenario, r->all[i].text);
        if (r->all[i].is_error)
            cli_fail(&e);
    }
    return r->errors ? CMD_USAGE : CMD_OK;
}

/* --- looking it over ------------------------------------------------------------------------- */

static bool look(struct scenario *sc, struct net *n, const struct cli_options *o, struct report *r,
                 struct err *e)
{
    if (!prepare_build(sc, n, o, e) || !net_start(n, e) ||
        !scenario_lint(sc, &r->all, &r->count, e))
        return false;
    for (size_t i = 0; i < r->count; i++)
        r->errors += r->all[i].is_error;
    return true;
}

static int check(struct scenario *sc, const struct cli_options *o, struct report *r)
{
    struct err e = {0};
    struct sim_config c = {.seed = 1, .epoch_ns = scenario_info(sc)->epoch_ns};
    struct sim *s = sim_new(&c);
    if (!look(sc, net_new(s, registry_models, registry_model_count), o, r, &e))
        r->refused = &e;
    int status = finish(r, o);
    sim_free(s);
    return status;
}

/* A file that cannot be read as a scenario has no name but its own. */
static const char *name_of(const char *path, char *name, size_t cap)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    struct str s = str_of(base);
    struct txtbuf t = txtbuf_of(name, cap);
    if (s.n > 4 && str_eq((struct str){s.p + s.n - 4, 4}, STR(".lua")))
        s.n -= 4;
    txtbuf_str(&t, s);
    return name;
}

int cmd_check(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    char name[256];
    struct report r = {0};
    if (!cli_parse(argc, argv, ALLOWED, "SCENARIO", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    if (!cli_find_scenario(o.subject, &e))
        return cli_fail(&e);
    r.scenario = name_of(o.subject, name, sizeof name);
    struct scenario *sc = prepare_load(&o, &e);
    if (!sc) {
        r.refused = &e;
        return finish(&r, &o);
    }
    int status = check(sc, &o, &r);
    scenario_free(sc);
    return status;
}
