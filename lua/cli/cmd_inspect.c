/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_inspect.c: dialtone inspect. The scenario is played, unrecorded, up to a moment; then the node's
 * model makes its tables (models/net/table.h) and they are printed in the product's look, or as JSON.
 * Nothing here knows a device. The digest in the JSON is that of a run that ends there: looking at a
 * device changes nothing. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lua/cli/prepare.h"
#include "lua/cli/run_doc.h"
#include "models/net/table.h"
#include "models/registry.h"
#include "sim/kernel/dist.h"

#define TABLES_BYTES_MAX (1024u * 1024 * 1024)
#define NAMES_MAX 4096 /* among which a near one is looked for */

struct inspection {
    struct cli_options o;
    struct scenario *scenario;
    struct sim *sim;
    struct net *net;
    struct node *node; /* NULL: list them */
    struct sim_time at;
    struct arena *arena; /* of the tables */
    struct table **tables;
    size_t table_count;
};

/* --- what is asked for ---------------------------------------------------------------------------- */

static bool find_node(struct inspection *i, struct err *e)
{
    static const char *names[NAMES_MAX];
    if (!i->o.second)
        return true;
    i->node = net_find_node(i->net, str_of(i->o.second));
    if (i->node)
        return true;
    size_t n = 0;
    for (; n < net_node_count(i->net) && n < NAMES_MAX; n++)
        names[n] = net_node_at(i->net, n)->name;
    const char *near = str_nearest(str_of(i->o.second), names, n), *scenario = scenario_info(i->scenario)->name;
    return err_set(e, "%s has no node '%s'%s%s%s ('%s inspect %s' lists them)", scenario, i->o.second,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", cli_command(), scenario);
}

static bool find_time(struct inspection *i, struct err *e)
{
    struct sim_time end = prepare_end(i->scenario);
    struct sim_dur at;
    i->at = end;
    if (!i->o.at)
        return true;
    if (!i->o.second)
        return err_set(e, "--at %s wants a NODE to look at ('%s inspect %s' lists them)", i->o.at,
                       cli_command(), i->o.subject);
    if (!dur_parse(str_of(i->o.at), &at, e))
        return err_wrap(e, "--at");
    i->at = time_add(TIME_ZERO, at);
    if (!time_before(end, i->at))
        return true;
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_dur(&t, end.ns);
    return err_set(e, "--at %s lies after the end of %s at %s (--until makes it play longer)", i->o.at,
                   scenario_info(i->scenario)->name, text);
}

static bool build(struct inspection *i, struct err *e)
{
    i->scenario = prepare_load(&i->o, e);
    if (!i->scenario)
        return false;
    struct sim_config c = {.seed = i->o.seed, .epoch_ns = scenario_info(i->scenario)->epoch_ns};
    i->sim = sim_new(&c);
    i->net = net_new(i->sim, registry_models, registry_model_count);
    return prepare_build(i->scenario, i->net, &i->o, e) && find_node(i, e) && find_time(i, e);
}

static bool play(struct inspection *i, struct err *e)
{
    if (!i->node)
        return true;
    return net_start(i->net, e) && scenario_start(i->scenario, e) &&
           sim_run_until(i->sim, i->at, e) == SIM_COMPLETE && !scenario_failed(i->scenario, e);
}

static void look(struct inspection *i)
{
    const struct model *m = i->node->model;
    i->table_count = table_count(m);
    i->arena = arena_new("tables", TABLES_BYTES_MAX);
    i->tables = ARENA_ARRAY(i->arena, struct table *, i->table_count + 1);
    for (size_t k = 0; k < i->table_count; k++)
        i->tables[k] = table_new(i->node, &m->tables[k], i->arena);
}

/* --- as text -------------------------------------------------------------------------------------- */

static void put_text(void *arg, struct str text)
{
    (void)arg;
    fwrite(text.p, 1, text.n, stdout);
}

/* The scenario's wall clock, in its own zone: what the device's clock would say. */
static void print_moment(const struct inspection *i)
{
    char text[40], clock[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    int64_t ns = sim_epoch_ns(i->sim) + scenario_info(i->scenario)->zone_ns + i->at.ns;
    time_t seconds = (time_t)(ns / dur_s(1).ns);
    struct tm tm;
    txtbuf_dur(&t, i->at.ns);
    printf("%s (%s) at %s of %s", i->node->name, i->node->model->name, text,
           scenario_info(i->scenario)->name);
    if (sim_epoch_ns(i->sim) > 0 && gmtime_r(&seconds, &tm) &&
        strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S", &tm))
        printf(", %s", clock);
    printf("\n");
}

/* "access#show mac address-table", or the title of a page. */
static void print_title(const struct inspection *i, const struct model_table *m)
{
    const char *prompt = i->node->model->prompt;
    printf("\n");
    for (const char *p = prompt; p && *p; p++)
        printf(*p == '*' ? "%s" : "%.1s", *p == '*' ? i->node->name : p);
    printf("%s\n", m->title);
    for (size_t k = 0; !prompt && m->title[k]; k++)
        printf("=");
    printf("%s", prompt ? "" : "\n");
}

static void print_tables(const struct inspection *i)
{
    print_moment(i);
    for (size_t k = 0; k < i->table_count; k++) {
        print_title(i, i->tables[k]->of);
        table_print(i->tables[k], put_text, NULL);
    }
    if (i->table_count == 0)
        printf("a node of model '%s' has no tables\n", i->node->model->name);
}

static void print_nodes(const struct inspection *i)
{
    const char *name = scenario_info(i->scenario)->name;
    for (size_t k = 0; k < net_node_count(i->net); k++) {
        const struct node *n = net_node_at(i->net, k);
        printf(table_count(n->model) ? "  %-16s %-10s" : "  %-16s %s", n->name, n->model->name);
        for (size_t t = 0; t < table_count(n->model); t++)
            printf("%s%s", t ? ", " : " ", n->model->tables[t].name);
        printf("\n");
    }
    printf("\n'%s inspect %s NODE --at TIME' prints a node's tables\n", cli_command(), name);
}

/* --- as JSON -------------------------------------------------------------------------------------- */

static void json_seconds(int64_t ns)
{
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_scaled(&t, ns, 9);
    printf("%s", text);
}

static void json_cell(const struct cell *c)
{
    switch (c->kind) {
    case CELL_NONE:
        printf("null");
        return;
    case CELL_DUR:
        json_seconds(c->i);
        return;
    case CELL_INT:
        printf("%lld", (long long)c->i);
        return;
    case CELL_TEXT:
    case CELL_MAC:
    case CELL_IP4:
        json_string(stdout, c->text);
        return;
    }
    UNREACHABLE();
}

static void json_pair(const char *before, const char *key, const char *text)
{
    printf("%s\"%s\": ", before, key);
    json_string(stdout, text);
}

static void json_table(const struct table *t)
{
    json_pair("{", "name", t->of->name);
    json_pair(", ", "title", t->of->title);
    printf(", \"columns\": [");
    for (size_t k = 0; k < t->column_count; k++) {
        printf("%s", k ? ", " : "");
        json_string(stdout, t->of->look->columns[k]);
    }
    printf("],\n     \"rows\": [");
    for (size_t r = 0; r < t->row_count; r++) {
        printf("%s\n       [", r ? "," : "");
        for (size_t k = 0; k < t->column_count; k++) {
            printf("%s", k ? ", " : "");
            json_cell(table_cell(t, r, k));
        }
        printf("]");
    }
    printf("]}");
}

static void json_tables(const struct inspection *i)
{
    json_pair("{", "scenario", scenario_info(i->scenario)->name);
    json_pair(", ", "node", i->node->name);
    json_pair(", ", "model", i->node->model->name);
    printf(", \"at_s\": ");
    json_seconds(i->at.ns);
    printf(", \"seed\": %llu, \"digest\": \"%016llx\",\n \"tables\": [",
           (unsigned long long)sim_seed(i->sim), (unsigned long long)sim_digest(i->sim));
    for (size_t k = 0; k < i->table_count; k++) {
        printf("%s\n    ", k ? "," : "");
        json_table(i->tables[k]);
    }
    printf("\n ]}\n");
}

static void json_nodes(const struct inspection *i)
{
    json_pair("{", "scenario", scenario_info(i->scenario)->name);
    printf(", \"nodes\": [");
    for (size_t k = 0; k < net_node_count(i->net); k++) {
        const struct node *n = net_node_at(i->net, k);
        json_pair(k ? ",\n  {" : "\n  {", "name", n->name);
        json_pair(", ", "model", n->model->name);
        printf(", \"tables\": [");
        for (size_t t = 0; t < table_count(n->model); t++) {
            json_pair(t ? ", {" : "{", "name", n->model->tables[t].name);
            json_pair(", ", "title", n->model->tables[t].title);
            printf("}");
        }
        printf("]}");
    }
    printf("\n]}\n");
}

static void report(const struct inspection *i)
{
    if (i->node && i->o.json)
        json_tables(i);
    else if (i->node)
        print_tables(i);
    else if (i->o.json)
        json_nodes(i);
    else
        print_nodes(i);
}

int cmd_inspect(int argc, char **argv)
{
    static struct inspection i; /* large */
    struct err e = {0};
    unsigned allowed = CLI_SET | CLI_SEED | CLI_UNTIL | CLI_JSON | CLI_SECOND | CLI_AT;
    if (!cli_parse(argc, argv, allowed, "SCENARIO", &i.o, &e))
        return cli_fail(&e);
    if (i.o.help)
        return cmd_print_help(argv[0]);
    bool ok = build(&i, &e) && play(&i, &e);
    if (ok && i.node)
        look(&i);
    if (ok)
        report(&i);
    arena_free(i.arena);
    scenario_free(i.scenario);
    sim_free(i.sim);
    return ok ? CMD_OK : cli_fail(&e);
}
