/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ladder.c: dialtone ladder, on the terminal. */
#include <stdio.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "sim/kernel/dist.h"
#include "sim/view/ladder.h"

#define WIDTH_DEFAULT 100
#define WIDTH_LEAST 60
#define WIDTH_MOST 500

static bool time_option(const char *option, const char *text, int64_t *out, struct err *e)
{
    struct sim_dur d;
    if (!text)
        return true;
    if (!dur_parse(str_of(text), &d, e))
        return err_wrap(e, "%s", option);
    *out = d.ns;
    return true;
}

static bool fold_option(const char *text, enum ladder_fold *out, struct err *e)
{
    if (!text)
        return true;
    *out = strcmp(text, "on") == 0 ? LADDER_FOLD_ON : LADDER_FOLD_OFF;
    return *out == LADDER_FOLD_ON || strcmp(text, "off") == 0 ||
           err_set(e, "--fold '%s' is neither on nor off", text);
}

static bool options_of(const struct cli_options *o, struct ladder_options *l, struct err *e)
{
    *l = (struct ladder_options){.nodes = o->nodes, .protocol = o->protocol, .ascii = o->ascii,
                                 .columns = o->width ? (int)o->width : WIDTH_DEFAULT};
    if (o->width && (o->width < WIDTH_LEAST || o->width > WIDTH_MOST))
        return err_set(e, "--width %llu is not within %d to %d", (unsigned long long)o->width, WIDTH_LEAST,
                       WIDTH_MOST);
    if (!time_option("--from", o->from, &l->from_ns, e) || !time_option("--to", o->to, &l->to_ns, e))
        return false;
    return !o->to || l->to_ns >= l->from_ns ||
           err_set(e, "--to %s lies before --from %s", o->to, o->from);
}

int cmd_ladder(int argc, char **argv)
{
    struct cli_options o;
    struct ladder_options l;
    struct err e = {0};
    const char *fold = NULL;
    const struct cli_own own[] = {{.name = "--fold", .value = &fold}};
    unsigned allowed = CLI_NODES | CLI_PROTOCOL | CLI_FROM | CLI_TO | CLI_WIDTH | CLI_ASCII;
    if (!cli_parse_own(argc, argv, allowed, "RUN", own, 1, &o, &e) || !options_of(&o, &l, &e) ||
        (!o.help && !fold_option(fold, &l.fold, &e)))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    const char *folder = cli_find_run(o.subject, &e);
    struct view_run *r = folder ? view_open(folder, &e) : NULL;
    if (!r)
        return cli_fail(&e);
    int status = ladder_print(r, &l, stdout, &e) ? CMD_OK : cli_fail(&e);
    view_close(r);
    return status;
}
