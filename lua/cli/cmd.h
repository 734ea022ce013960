/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd.h: the sub-commands, one file each (cmd_NAME.c), and their exit statuses. */
#ifndef LUA_CLI_CMD_H
#define LUA_CLI_CMD_H

#include <stddef.h>
#include <stdio.h>

enum cmd_status { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2, CMD_FAULT = 3, CMD_INTERRUPTED = 130 };

struct cmd {
    const char *name, *usage, *doc;
    const char *help; /* options, a line each; NULL: none */
    int (*run)(int argc, char **argv); /* argv[0] is the sub-command's name */
};

const char *cmd_usage(const char *name);
int cmd_print_help(const char *name); /* NULL: of all */
void man_print(FILE *out, const struct cmd *cmds, size_t n); /* dialtone(1) as mdoc, from the table */
void reference_print(void); /* docs/reference.md, on stdout */
const char *cmd_revision(void);       /* of the source, as git describes it */

int cmd_bench(int argc, char **argv);
int cmd_chain(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_ladder(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_models(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
