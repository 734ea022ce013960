/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_list.c: the scenarios there are, each with its title; one that cannot be read says why. */
#include <stdio.h>

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"

struct listing {
    bool json;
    size_t n;
};

static void list_one(void *arg, const char *name, const char *path)
{
    struct listing *l = arg;
    struct err e = {0};
    struct scenario *sc = scenario_load(path, cli_lib_dir(), &e);
    const char *title = sc ? scenario_info(sc)->title : e.msg;
    if (l->json) {
        printf("%s\n  {\"name\": ", l->n ? "," : "");
        json_string(stdout, name);
        printf(", \"title\": ");
        json_string(stdout, title);
        printf(", \"ok\": %s}", sc ? "true" : "false");
    } else {
        printf("  %-20s %s%s\n", name, sc ? "" : "unreadable: ", title);
    }
    l->n++;
    scenario_free(sc);
}

int cmd_list(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    if (!cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    struct listing l = {.json = o.json};
    if (o.json)
        printf("{\"scenarios\": [");
    cli_each_scenario(list_one, &l);
    if (o.json)
        printf("\n]}\n");
    else if (l.n == 0)
        printf("no scenarios were found\n");
    return CMD_OK;
}
