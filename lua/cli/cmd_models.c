/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_models.c: the devices there are, and what each can be told. Everything is read from the model's own
 * tables, so a new device is here without a line. */
#include <stdio.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
#include "models/registry.h"

static const struct model *find_model(const char *name, struct err *e)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < registry_model_count && n < 64; i++) {
        names[n++] = registry_models[i]->name;
        if (str_eq(str_of(name), str_of(registry_models[i]->name)))
            return registry_models[i];
    }
    const char *near = str_nearest(str_of(name), names, n);
    err_set(e, "there is no model '%s'%s%s%s ('%s models' lists them)", name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", cli_command());
    return NULL;
}

static void print_params(const char *title, const struct param_def *defs)
{
    if (!defs || !defs[0].name)
        return;
    printf("\n  %-32s %-22s %s\n", title, "default", "range");
    for (const struct param_def *d = defs; d->name; d++) {
        char range[128];
        struct txtbuf t = txtbuf_of(range, sizeof range);
        param_range_text(&t, d);
        printf("  %-32s %-22s %s\n", d->name, !d->def ? "(must be given)" : d->def[0] ? d->def : "-", range);
        cli_print_wrapped(stdout, "     ", "     ", d->doc);
    }
}

static void print_ops(const struct model_op *ops)
{
    if (!ops || !ops[0].name)
        return;
    printf("\n  what a script can do to it: node:op(name)\n");
    for (const struct model_op *o = ops; o->name; o++) {
        char lead[40];
        snprintf(lead, sizeof lead, "  %-12s", o->name);
        cli_print_wrapped(stdout, lead, "               ", o->doc);
    }
}

static void json_ops(const struct model_op *ops)
{
    printf(", \"ops\": [");
    for (const struct model_op *o = ops; o && o->name; o++) {
        printf("%s{\"name\": ", o == ops ? "" : ", ");
        json_string(stdout, o->name);
        printf(", \"doc\": ");
        json_string(stdout, o->doc);
        printf("}");
    }
    printf("]");
}

static void json_params(const char *key, const struct param_def *defs)
{
    printf(", \"%s\": [", key);
    for (const struct param_def *d = defs; d && d->name; d++) {
        char range[128];
        struct txtbuf t = txtbuf_of(range, sizeof range);
        param_range_text(&t, d);
        const char *const names[] = {"name", "default", "range", "unit", "doc"};
        const char *const cells[] = {d->name, d->def ? d->def : "", range, param_unit(d->type), d->doc};
        printf("%s\n    {", d == defs ? "" : ",");
        for (int i = 0; i < 5; i++) {
            printf("%s\"%s\": ", i ? ", " : "", names[i]);
            json_string(stdout, cells[i]);
        }
        printf("}");
    }
    printf("]");
}

static void print_json(const struct model *only)
{
    printf("{\"models\": [");
    bool first = true;
    for (size_t i = 0; i < registry_model_count; i++) {
        const struct model *m = registry_models[i];
        if (only && m != only)
            continue;
        printf("%s\n  {\"name\": ", first ? "" : ",");
        json_string(stdout, m->name);
        printf(", \"doc\": ");
        json_string(stdout, m->doc);
        json_params("params", m->params);
        json_params("port_params", m->port_params);
        json_ops(m->ops);
        printf("}");
        first = false;
    }
    printf("\n]}\n");
}

int cmd_models(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    if (!cli_parse(argc, argv, CLI_JSON | CLI_SUBJECT_MAY_LACK, "NAME", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    const struct model *m = o.subject ? find_model(o.subject, &e) : NULL;
    if (o.subject && !m)
        return cli_fail(&e);
    if (o.json) {
        print_json(m);
    } else if (m) {
        printf("%s: %s\n", m->name, m->doc);
        print_params("parameter", m->params);
        print_params("of each port", m->port_params);
        print_ops(m->ops);
    } else {
        for (size_t i = 0; i < registry_model_count; i++)
            printf("  %-12s %s\n", registry_models[i]->name, registry_models[i]->doc);
        printf("\n'%s models NAME' lists what a model can be told\n", cli_command());
    }
    return CMD_OK;
}
