/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_plot.c: dialtone plot: a picture of a sweep, by gnuplot. The picture is drawn in memory and written
 * when it is whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lua/cli/plot_make.h"
#include "lua/cli/run_folder.h"
#include "sim/observe/out_file.h"
#include "sim/view/plot_gnuplot.h"

#define PATH_BYTES 4096
#define BUFFER_BYTES 65536

struct plotting {
    struct cli_options o;
    struct plot_request asked;
    bool keep_script;
    char picture[PATH_BYTES], script[PATH_BYTES]; /* where they go */
};

static bool parse(int argc, char **argv, struct plotting *p, struct err *e)
{
    struct plot_request *q = &p->asked;
    const struct cli_own own[] = {
        {.name = "--measure", .value = &q->measure},
        {.name = "--x", .value = &q->x},
        {.name = "--y", .value = &q->y},
        {.name = "--by", .value = &q->by},
        {.name = "--kind", .value = &q->kind},
        {.name = "--over", .value = &q->over},
        {.name = "--log", .value = &q->log},
        {.name = "--script", .given = &p->keep_script},
    };
    if (!cli_parse_own(argc, argv, CLI_SET | CLI_OUT | CLI_FORCE | CLI_QUIET, "SWEEP", own,
                       sizeof own / sizeof own[0], &p->o, e))
        return false;
    q->sets = p->o.sets;
    q->set_count = p->o.set_count;
    return true;
}

/* FILE.svg and FILE.gp. A script that was polished by hand is not lost. */
static bool name_files(struct plotting *p, const char *folder, struct err *e)
{
    struct txtbuf t = txtbuf_of(p->picture, sizeof p->picture);
    if (p->o.out)
        txtbuf_cstr(&t, p->o.out);
    else
        txtbuf_add(&t, "%s/%s.svg", folder, p->asked.measure);
    size_t stem = t.n > 4 ? t.n - 4 : 0;
    if (!stem || strcmp(p->picture + stem, ".svg") != 0 || p->picture[stem - 1] == '/')
        return err_set(e, "--out '%s' is not the name of an SVG file, such as picture.svg", p->o.out);
    t = txtbuf_of(p->script, sizeof p->script);
    txtbuf_add(&t, "%.*s.gp", (int)stem, p->picture);
    if (t.full)
        return err_set(e, "the path '%.60s...' is too long", p->picture);
    if (p->keep_script && !p->o.force && access(p->script, F_OK) == 0)
        return err_set(e, "'%s' is there already; --force replaces it", p->script);
    return true;
}

static FILE *memory_file(struct err *e)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!f)
        err_machine(e, "the picture cannot be written: %s", strerror(errno));
    return f;
}

/* What was written to `from`, as the file `path`: beside it first, then renamed. */
static bool save(struct arena *a, FILE *from, const char *path, struct err *e)
{
    char piece[BUFFER_BYTES];
    struct out_file *f = out_file_open(a, path, BUFFER_BYTES, e);
    if (!f)
        return false;
    rewind(from);
    for (size_t n; (n = fread(piece, 1, sizeof piece, from)) > 0;)
        out_file_write(f, piece, n);
    return out_file_close(f, e);
}

static void tell(const struct plotting *p, const struct plot_make *m)
{
    if (p->o.quiet)
        return;
    printf("%s%s%s: %u point%s, %s\n", p->picture, p->keep_script ? " and " : "", p->keep_script ? p->script : "",
           m->kept_count, m->kept_count == 1 ? "" : "s", m->plot.note);
}

static bool draw(struct plotting *p, struct view_sweep *v, struct err *e)
{
    struct plot_make m;
    if (!plot_make(&m, v, &p->asked, e) || !name_files(p, v->folder, e))
        return false;
    FILE *script = memory_file(e), *picture = script ? memory_file(e) : NULL;
    bool ok = picture && plot_write(script, v->arena, &m.plot, e) && plot_gnuplot(script, picture, e) &&
              run_folder_make_above(p->picture, e) && save(v->arena, picture, p->picture, e) &&
              (!p->keep_script || save(v->arena, script, p->script, e));
    if (script)
        fclose(script);
    if (picture)
        fclose(picture);
    if (ok)
        tell(p, &m);
    return ok;
}

int cmd_plot(int argc, char **argv)
{
    struct plotting p = {0};
    struct err e = {0};
    if (!parse(argc, argv, &p, &e))
        return cli_fail(&e);
    if (p.o.help)
        return cmd_print_help(argv[0]);
    const char *folder = cli_find_sweep(p.o.subject, &e);
    struct view_sweep *v = folder ? sweep_open(folder, &e) : NULL;
    int status = v && draw(&p, v, &e) ? CMD_OK : cli_fail(&e);
    sweep_close(v);
    return status;
}
