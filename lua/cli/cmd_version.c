/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_version.c: version, git revision and the libraries in use. */
#include <gsl/gsl_version.h>
#include <lua.h>
#include <sqlite3.h>
#include <stdio.h>

#include "lua/cli/cli.h"

const char *cmd_revision(void)
{
    return DT_REVISION;
}

int cmd_version(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    if (!cli_parse(argc, argv, 0, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    printf("dialtone %s (%s)\n", DT_VERSION, DT_REVISION);
    printf("%s, GSL %s, SQLite %s\n", LUA_RELEASE, gsl_version, sqlite3_libversion());
    return CMD_OK;
}
