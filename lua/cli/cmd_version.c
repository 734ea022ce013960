/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_version.c: version, git revision and the libraries in use. */
#include "lua/cli/cmd.h"

#include <gsl/gsl_version.h>
#include <lua.h>
#include <sqlite3.h>
#include <stdio.h>

int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("dialtone %s (%s)\n", DT_VERSION, DT_REVISION);
    printf("%s, GSL %s, SQLite %s\n", LUA_RELEASE, gsl_version, sqlite3_libversion());
    return CMD_OK;
}
