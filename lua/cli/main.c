/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: finds the sub-command and hands over. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/cmd.h"

static const struct cmd cmds[] = {
    {"version", "version", "version, git revision, library versions", cmd_version},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof cmds / sizeof cmds[0]; i++) {
        if (strcmp(argv[1], cmds[i].name) == 0)
            return cmds[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "dialtone: usage: dialtone version\n");
    return CMD_USAGE;
}
