/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_diff.c: dialtone diff: two recorded runs beside each other. As diff(1) does, it ends with 0 when they
 * are the same and with 1 when they differ, so that a script can ask; parameters that changed nothing are no
 * difference. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/cli/cli.h"
#include "lua/cli/diff_doc.h"

#define PATH_BYTES 4096

/* A folder that was played with --record none has a summary and nothing to compare by. */
static bool is_unrecorded(const char *run)
{
    char path[PATH_BYTES], db[PATH_BYTES];
    struct txtbuf p = txtbuf_of(path, sizeof path), d = txtbuf_of(db, sizeof db);
    txtbuf_add(&p, "%s/summary.json", run);
    txtbuf_add(&d, "%s/run.db", run);
    return !p.full && !d.full && access(path, F_OK) == 0 && access(db, F_OK) != 0;
}

static bool find_run(const char *run, char folder[PATH_BYTES], struct err *e)
{
    if (is_unrecorded(run))
        return err_set(e, "'%s' holds no run.db, only a summary: it was played with --record none; play it with "
                          "--record facts to compare it", run);
    const char *found = cli_find_run(run, e);
    if (!found)
        return false;
    struct txtbuf t = txtbuf_of(folder, PATH_BYTES);
    txtbuf_cstr(&t, found);
    return !t.full || err_set(e, "'%s' is too long a path", run);
}

static bool is_one_folder(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int compare(const struct cli_options *o, const char *a, const char *b, struct err *e)
{
    struct diff *d = diff_runs(a, b, e);
    if (!d)
        return cli_fail(e);
    if (o->json)
        diff_print_json(d);
    else if (!o->quiet && is_one_folder(a, b))
        printf("the same: both are the run in %s\n", a);
    else if (!o->quiet)
        diff_print(d);
    int status = diff_same(d) ? CMD_OK : CMD_FAILED;
    diff_free(d);
    return status;
}

int cmd_diff(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    char a[PATH_BYTES], b[PATH_BYTES];
    if (!cli_parse(argc, argv, CLI_JSON | CLI_QUIET | CLI_SECOND, "RUN", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    if (!o.second) {
        err_set(&e, "the second RUN is missing; usage: %s", cmd_usage(argv[0]));
        return cli_fail(&e);
    }
    if (!find_run(o.subject, a, &e) || !find_run(o.second, b, &e))
        return cli_fail(&e);
    return compare(&o, a, b, &e);
}
