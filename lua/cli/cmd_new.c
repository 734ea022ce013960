/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_new.c: dialtone new: writes NAME.lua, a commented scenario that runs as it is. The text is
 * lua/dialtone/template.lua, where $NAME, $PATH and $COMMAND are filled in. It is written beside
 * its place and then given its name, so a half of it never stands there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/cli/cli.h"

#define PATH_BYTES 4096
#define TEMPLATE_BYTES 65536

/* A NAME, taken apart. */
struct place {
    char path[PATH_BYTES];  /* with .lua: where the file goes */
    char shown[PATH_BYTES]; /* the same as a SCENARIO: with a slash in it */
    char name[256];
    const char *dir; /* for messages */
    char dir_bytes[PATH_BYTES];
};

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool good_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && (i == 0 || (c != '-' && c != '_')))
            return false;
    }
    return s.n > 0 && s.n < 64;
}

static bool take_name(const char *word, struct str base, struct place *p, struct err *e)
{
    struct str ending = base, name = str_cut(&ending, '.');
    if (base.n == 0)
        return err_set(e,
                       word[0] ? "'%s' is a folder: a name for the scenario must follow"
                               : "the name is empty%s",
                       word);
    if (name.n < base.n && !str_eq(ending, STR("lua")))
        return err_set(
            e, "'%.80s' does not end in .lua, as scenario files do: leave the ending out", word);
    if (!good_name(name))
        return err_set(
            e,
            "'%.80s' is no name for a scenario (letters, digits, '-' and '_', a letter or "
            "digit first, at most 63)",
            word);
    struct txtbuf t = txtbuf_of(p->name, sizeof p->name);
    txtbuf_str(&t, name);
    return true;
}

static bool find_place(const char *word, struct place *p, struct err *e)
{
    const char *slash = strrchr(word, '/');
    struct str base = str_of(slash ? slash + 1 : word);
    struct str dir = {word, slash ? (size_t)(slash - word) + 1 : 0};
    struct txtbuf path = txtbuf_of(p->path, sizeof p->path),
                  shown = txtbuf_of(p->shown, sizeof p->shown);
    if (!take_name(word, base, p, e))
        return false;
    txtbuf_add(&path, "%.*s%s.lua", STR_ARG(dir), p->name);
    txtbuf_add(&shown, "%s%s", dir.n ? "" : "./", p->path);
    if (path.full || shown.full || path.n + 16 > sizeof p->path)
        return err_set(e, "the path '%.60s...' is too long", word);
    struct txtbuf d = txtbuf_of(p->dir_bytes, sizeof p->dir_bytes);
    txtbuf_str(&d, dir.n ? dir : STR("."));
    p->dir = p->dir_bytes;
    if (!is_dir(p->dir))
        return err_set(e, "there is no folder '%s' for '%s.lua': make it first", p->dir, p->name);
    return true;
}

/* --- the text -------------------------------------------------------------------------------- */

static bool read_template(char *text, size_t cap, size_t *n, struct err *e)
{
    char path[PATH_BYTES];
    struct txtbuf t = txtbuf_of(path, sizeof path);
    txtbuf_add(&t, "%s/template.lua", cli_lib_dir());
    FILE *f = fopen(path, "rb");
    *n = f ? fread(text, 1, cap, f) : 0;
    bool ok = f && *n > 0 && *n < cap && !ferror(f);
    if (f)
        fclose(f);
    return ok || err_machine(e, "the template '%s' cannot be read", path);
}

static void put_filled(FILE *f, struct str text, const struct place *p)
{
    const struct {
        struct str mark;
        const char *value;
    } marks[] = {{STR("NAME"), p->name}, {STR("PATH"), p->shown}, {STR("COMMAND"), cli_command()}};
    while (text.n) {
        struct str plain = str_cut(&text, '$');
        fwrite(plain.p, 1, plain.n, f);
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            if (!str_starts(text, marks[i].mark))
                continue;
            fputs(marks[i].value, f);
            text.p += marks[i].mark.n;
            text.n -= marks[i].mark.n;
            break;
        }
    }
}

/* --- the file -------------------------------------------------------------------------------- */

static bool refuse(const char *path, struct err *e)
{
    bool machine = errno == ENOSPC || errno == EDQUOT || errno == EIO;
    return machine ? err_machine(e, "'%s' cannot be written: %s", path, strerror(errno))
                   : err_set(e, "'%s' cannot be written: %s", path, strerror(errno));
}

/* With `force` the name is taken over; without, link() decides between two who want it. */
static bool give_name(const char *part, const char *path, bool force, struct err *e)
{
    bool ok = force ? rename(part, path) == 0 : link(part, path) == 0;
    if (!ok && !force && (errno == EPERM || errno == EOPNOTSUPP))
        ok = rename(part, path) == 0; /* a file system without hard links */
    if (!ok && errno == EEXIST)
        err_set(e, "'%s' is there already; --force replaces it", path);
    else if (!ok)
        refuse(path, e);
    if (!ok || !force)
        unlink(part);
    return ok;
}

static bool write_scenario(const struct place *p, bool force, struct err *e)
{
    static char text[TEMPLATE_BYTES];
    char part[PATH_BYTES + 16];
    size_t n;
    struct stat st;
    if (lstat(p->path, &st) == 0 && (!force || !S_ISREG(st.st_mode)))
        return err_set(e,
                       S_ISREG(st.st_mode) ? "'%s' is there already; --force replaces it"
                                           : "'%s' is there and is no plain file",
                       p->path);
    if (!read_template(text, sizeof text, &n, e))
        return false;
    snprintf(part, sizeof part, "%s.XXXXXX", p->path);
    int fd = mkstemp(part);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f)
        return refuse(p->path, e);
    mode_t mask = umask(0);
    umask(mask);
    bool ok = fchmod(fd, 0666 & ~mask) == 0; /* mkstemp's own mode is for secrets */
    put_filled(f, (struct str){text, n}, p);
    ok = ok && fflush(f) == 0 && !ferror(f);
    int error = errno;
    ok = fclose(f) == 0 && ok;
    if (ok)
        return give_name(part, p->path, force, e);
    unlink(part);
    errno = error ? error : errno;
    return refuse(p->path, e);
}

int cmd_new(int argc, char **argv)
{
    struct cli_options o;
    struct place p;
    struct err e = {0};
    if (!cli_parse(argc, argv, CLI_FORCE | CLI_QUIET, "NAME", &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    if (!find_place(o.subject, &p, &e) || !write_scenario(&p, o.force, &e))
        return cli_fail(&e);
    if (o.quiet)
        return CMD_OK;
    printf("%s: a phone, two CUCM nodes, and a cable that is pulled\n", p.path);
    printf("next   %s run %s      plays it\n", cli_command(), p.shown);
    printf("       %s check %s    looks for mistakes without playing\n", cli_command(), p.shown);
    return CMD_OK;
}
