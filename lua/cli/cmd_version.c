/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_version.c: version, git revision and the libraries in use. */
#include <gsl/gsl_version.h>
#include <lua.h>
#include <sqlite3.h>
#include <stdio.h>

#include "lua/cli/cli.h"
#include "models/wire/cnf_xml.h"

const char *cmd_revision(void)
{
    return DT_REVISION;
}

int cmd_version(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    char xml[32];
    struct txtbuf t = txtbuf_of(xml, sizeof xml);
    if (!cli_parse(argc, argv, 0, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    printf("dialtone %s (%s)\n", DT_VERSION, DT_REVISION);
    xml_library_version(&t);
    printf("%s, GSL %s, SQLite %s, libxml2 %s\n", LUA_RELEASE, gsl_version, sqlite3_libversion(), xml);
    return CMD_OK;
}
