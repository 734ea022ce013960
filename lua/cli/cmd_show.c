/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_show.c: a scenario's story and every parameter it takes. The network is built, not played: only it
 * knows which models' parameters there are. */
#include <stdio.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
#include "models/registry.h"

static void value_text(char *text, size_t cap, const struct scenario_param *p)
{
    struct txtbuf t = txtbuf_of(text, cap);
    if (!p->value.given)
        txtbuf_cstr(&t, "-");
    else
        param_text(&t, p->def, &p->value);
}

static void range_text(char *text, size_t cap, const struct param_def *d)
{
    struct txtbuf t = txtbuf_of(text, cap);
    if (d->type == PARAM_BOOL)
        txtbuf_cstr(&t, "on|off");
    else if (d->choices)
        txtbuf_cstr(&t, d->choices);
    else if (d->min || d->max)
        txtbuf_add(&t, "%s .. %s", d->min ? d->min : "", d->max ? d->max : "");
}

static void show_text(const struct scenario *sc)
{
    const struct scenario_info *info = scenario_info(sc);
    const struct scenario_param *p;
    size_t n = scenario_params(sc, &p);
    printf("%s: %s\n\nsource  %s\n\n%s\n\n", info->name, info->title, info->source, info->story);
    printf("  %-32s %-24s %s\n", "parameter", "value here", "range");
    for (size_t i = 0; i < n; i++) {
        char value[256], range[128];
        value_text(value, sizeof value, &p[i]);
        range_text(range, sizeof range, p[i].def);
        printf("  %-32s %-24s %s\n      %s%s\n", p[i].name, value, range, p[i].def->doc ? p[i].def->doc : "",
               str_eq(str_of(p[i].set_by), STR("scenario")) ? " [set by the scenario]" : "");
    }
    printf("\nchange one:  %s run %s --set NAME=VALUE\n", cli_command(), info->name);
}

static void show_json(const struct scenario *sc)
{
    const struct scenario_info *info = scenario_info(sc);
    const struct scenario_param *p;
    size_t n = scenario_params(sc, &p);
    const char *const keys[] = {"scenario", "title", "source", "story"};
    const char *const texts[] = {info->name, info->title, info->source, info->story};
    printf("{");
    for (int i = 0; i < 4; i++) {
        json_string(stdout, keys[i]);
        printf(": ");
        json_string(stdout, texts[i]);
        printf(",\n ");
    }
    printf("\"params\": [");
    for (size_t i = 0; i < n; i++) {
        char value[256], range[128];
        value_text(value, sizeof value, &p[i]);
        range_text(range, sizeof range, p[i].def);
        const char *const names[] = {"name", "value", "range", "unit", "set_by", "doc"};
        const char *const cells[] = {p[i].name, value, range, param_unit(p[i].def->type), p[i].set_by,
                                     p[i].def->doc ? p[i].def->doc : ""};
        printf("%s\n  {", i ? "," : "");
        for (int k = 0; k < 6; k++) {
            printf("%s", k ? ", " : "");
            json_string(stdout, names[k]);
            printf(": ");
            json_string(stdout, cells[k]);
        }
        printf("}");
    }
    printf("\n]}\n");
}

int cmd_show(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    if (!cli_parse(argc, argv, CLI_JSON, "SCENARIO", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    const char *path = cli_find_scenario(o.subject, &e);
    struct scenario *sc = path ? scenario_load(path, cli_lib_dir(), &e) : NULL;
    if (!sc)
        return cli_fail(&e);
    struct sim_config c = {.seed = 1, .epoch_ns = scenario_info(sc)->epoch_ns};
    struct sim *s = sim_new(&c);
    bool ok = scenario_build(sc, net_new(s, registry_models, registry_model_count), &e);
    int status = ok ? CMD_OK : cli_fail(&e);
    if (ok && o.json)
        show_json(sc);
    else if (ok)
        show_text(sc);
    scenario_free(sc);
    sim_free(s);
    return status;
}
