/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_show.c: a scenario's story and every parameter it takes. The network is built, not played:
 * only it knows which models' parameters there are. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
#include "models/registry.h"

#define TEXT_BYTES 1024

static void value_text(char *text, size_t cap, const struct scenario_param *p)
{
    struct txtbuf t = txtbuf_of(text, cap);
    if (!p->value.given)
        txtbuf_cstr(&t, "-");
    else
        param_text(&t, p->def, &p->value);
}

/* What the parameter means and, where the scenario chose the value, what it would be otherwise. */
static void doc_text(char *text, size_t cap, const struct scenario_param *p)
{
    struct txtbuf t = txtbuf_of(text, cap);
    const char *def = p->def->def;
    txtbuf_cstr(&t, p->def->doc ? p->def->doc : "");
    if (strcmp(p->set_by, "scenario") == 0 && def && def[0])
        txtbuf_add(&t, " (the scenario's value; default %s)", def);
    else if (strcmp(p->set_by, "scenario") == 0)
        txtbuf_cstr(&t, " (the scenario's value)");
}

/* The author's lines, broken anew; an empty one parts paragraphs. */
static void print_story(const char *story)
{
    char paragraph[4096];
    struct txtbuf t = txtbuf_of(paragraph, sizeof paragraph);
    for (struct str rest = str_of(story); rest.n;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        txtbuf_add(&t, "%s%.*s", t.n && line.n ? " " : "", STR_ARG(line));
        if (t.n && (line.n == 0 || rest.n == 0)) {
            cli_print_wrapped(stdout, "\n ", " ", paragraph);
            t = txtbuf_of(paragraph, sizeof paragraph);
        }
    }
}

static void show_text(const struct scenario *sc)
{
    const struct scenario_info *info = scenario_info(sc);
    const struct scenario_param *p;
    size_t n = scenario_params(sc, &p);
    printf("%s: %s\n", info->name, info->title);
    cli_print_wrapped(stdout, "source:", "       ", info->source);
    print_story(info->story);
    printf("\n  %-32s %-22s %s\n", "parameter", "value", "range");
    for (size_t i = 0; i < n; i++) {
        char value[TEXT_BYTES], range[256], doc[TEXT_BYTES];
        value_text(value, sizeof value, &p[i]);
        struct txtbuf r = txtbuf_of(range, sizeof range);
        param_range_text(&r, p[i].def);
        doc_text(doc, sizeof doc, &p[i]);
        printf("  %-32s %-22s %s\n", p[i].name, value, range);
        cli_print_wrapped(stdout, "     ", "     ", doc);
    }
    printf("\nchange one:  %s run %s --set NAME=VALUE\n", cli_command(), info->name);
}

static void json_pair(const char *before, const char *key, const char *text)
{
    printf("%s\"%s\": ", before, key);
    if (text)
        json_string(stdout, text);
    else
        printf("null");
}

static void show_json_param(const struct scenario_param *p)
{
    const struct param_def *d = p->def;
    json_pair("{", "name", p->name);
    printf(", \"value\": ");
    json_value(stdout, p);
    json_pair(", ", "unit", param_unit(d->type));
    json_pair(", ", "set_by", p->set_by);
    json_pair(", ", "default", d->def);
    json_pair(", ", "min", d->min);
    json_pair(", ", "max", d->max);
    json_pair(", ", "choices", d->type == PARAM_BOOL ? "off|on" : d->choices);
    json_pair(", ", "doc", d->doc ? d->doc : "");
    printf("}");
}

static void show_json(const struct scenario *sc)
{
    const struct scenario_info *info = scenario_info(sc);
    const struct scenario_param *p;
    size_t n = scenario_params(sc, &p);
    json_pair("{\n  ", "scenario", info->name);
    json_pair(",\n  ", "title", info->title);
    json_pair(",\n  ", "source", info->source);
    json_pair(",\n  ", "story", info->story);
    printf(",\n  \"params\": [");
    for (size_t i = 0; i < n; i++) {
        printf("%s\n    ", i ? "," : "");
        show_json_param(&p[i]);
    }
    printf("\n  ]\n}\n");
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
