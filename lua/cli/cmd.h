/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd.h: the sub-commands, one file each (cmd_NAME.c), and their exit statuses. */
#ifndef LUA_CLI_CMD_H
#define LUA_CLI_CMD_H

enum cmd_status { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2, CMD_FAULT = 3, CMD_INTERRUPTED = 130 };

struct cmd {
    const char *name, *usage, *doc;
    int (*run)(int argc, char **argv); /* argv[0] is the sub-command's name */
};

int cmd_version(int argc, char **argv);

#endif
