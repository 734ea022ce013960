/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_folder.c: see run_folder.h. A new folder is filled as FOLDER.part; one that is there already
 * (it may be the current one) as FOLDER/.dialtone.part, whose entries are then moved up. mkdir
 * decides between two runs that want the same name. */
#include "lua/cli/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUNS_MAX 1000000

/* All that a run ever writes: --force removes these and nothing else. */
static const char *const own_entries[] = {"run.db",     "summary.json", "meta.json",
                                          "ladder.txt", "capture",      "log"};

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool refuse(const char *path, struct err *e)
{
    bool machine = errno == ENOSPC || errno == EDQUOT || errno == EIO;
    return machine ? err_machine(e, "folder '%s' cannot be made: %s", path, strerror(errno))
                   : err_set(e, "folder '%s' cannot be made: %s", path, strerror(errno));
}

static bool path_fits(int n, const char *path, struct err *e)
{
    return n < RUN_PATH_MAX || err_set(e, "the path '%.60s...' is too long", path);
}

/* Makes the folders above `path`, remembering the first one that was missing. */
static bool make_parents(struct run_folder *f, const char *path, struct err *e)
{
    char p[RUN_PATH_MAX];
    snprintf(p, sizeof p, "%s", path);
    for (char *slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bool made = mkdir(p, 0777) == 0;
        if (!made && errno == EEXIST && !is_dir(p))
            return err_set(e, "'%s' is there and is no folder", p);
        if (!made && errno != EEXIST)
            return refuse(p, e);
        if (made && f->made_from == 0)
            f->made_from = strlen(p);
        *slash = '/';
    }
    return true;
}

bool run_folder_make_above(const char *path, struct err *e)
{
    struct run_folder f = {0};
    return make_parents(&f, path, e);
}

static bool is_empty(const char *path)
{
    DIR *d = opendir(path);
    bool any = false;
    for (struct dirent *x; d && !any && (x = readdir(d)) != NULL;)
        any = strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
    if (d)
        closedir(d);
    return !any;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool open_numbered(struct run_folder *f, const char *scenario, struct err *e)
{
    for (int n = 1; n < RUNS_MAX; n++) {
        int len = snprintf(f->final, sizeof f->final, "results/runs/%s/%03d", scenario, n);
        snprintf(f->part, sizeof f->part, "%.*s.part", RUN_PATH_MAX - 8, f->final);
        if (!path_fits(len + 8, f->final, e) || (n == 1 && !make_parents(f, f->final, e)))
            return false;
        if (is_there(f->final))
            continue;
        if (mkdir(f->part, 0777) == 0)
            return true;
        if (errno != EEXIST)
            return refuse(f->part, e);
    }
    return err_set(e, "results/runs/%s holds %d runs; remove some", scenario, RUNS_MAX);
}

static bool open_given(struct run_folder *f, const char *out, bool force, struct err *e)
{
    int len = snprintf(f->final, sizeof f->final, "%s", out);
    if (len == 0 || !path_fits(len + 16, out, e))
        return len > 0 ? false : err_set(e, "the name of the folder is empty");
    while (len > 1 && f->final[len - 1] == '/')
        f->final[--len] = 0;
    f->exists = is_dir(f->final);
    if (!f->exists && is_there(f->final))
        return err_set(e, "'%s' is there and is no folder", f->final);
    if (f->exists && !force && !is_empty(f->final))
        return err_set(e, "folder '%s' is not empty; --force replaces the run in it", f->final);
    snprintf(f->part, sizeof f->part, "%.*s%s", RUN_PATH_MAX - 20, f->final,
             f->exists ? "/.dialtone.part" : ".part");
    if (force)
        remove_tree(f->part);
    if (!f->exists && !make_parents(f, f->final, e))
        return false;
    if (mkdir(f->part, 0777) == 0)
        return true;
    return errno == EEXIST ? err_set(e,
                                     "'%s' is there: another run is writing it, or one was killed; "
                                     "--force replaces it",
                                     f->part)
                           : refuse(f->part, e);
}

static void remove_made(const struct run_folder *f)
{
    char p[RUN_PATH_MAX];
    snprintf(p, sizeof p, "%s", f->final);
    for (char *slash = strrchr(p, '/'); f->made_from && slash; slash = strrchr(p, '/')) {
        *slash = 0;
        if (strlen(p) < f->made_from || rmdir(p) != 0)
            return;
    }
}

bool run_folder_open(struct run_folder *f, const char *scenario, const char *out, bool force,
                     struct err *e)
{
    *f = (struct run_folder){0};
    f->open = out ? open_given(f, out, force, e) : open_numbered(f, scenario, e);
    if (!f->open)
        remove_made(f);
    return f->open;
}

bool run_folder_path(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX],
                     struct err *e)
{
    return path_fits(snprintf(path, RUN_PATH_MAX, "%s/%s", f->part, name), f->part, e);
}

bool run_folder_sub(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX],
                    struct err *e)
{
    if (!run_folder_path(f, name, path, e))
        return false;
    return mkdir(path, 0777) == 0 || errno == EEXIST || refuse(path, e);
}

/* --- the end ---------------------------------------------------------------------------------- */

static bool failed(const char *path, struct err *e)
{
    return err_machine(e, "'%s' cannot be given its name: %s", path, strerror(errno));
}

/* Moves every own entry up; what was there of an earlier run goes first. */
static bool move_up(const struct run_folder *f, struct err *e)
{
    for (size_t i = 0; i < sizeof own_entries / sizeof own_entries[0]; i++) {
        char from[RUN_PATH_MAX], to[RUN_PATH_MAX];
        int a = snprintf(from, sizeof from, "%s/%s", f->part, own_entries[i]);
        int b = snprintf(to, sizeof to, "%s/%s", f->final, own_entries[i]);
        if (!path_fits(a, from, e) || !path_fits(b, to, e))
            return false;
        remove_tree(to);
        if (is_there(from) && rename(from, to) != 0)
            return failed(to, e);
    }
    return rmdir(f->part) == 0 || failed(f->part, e);
}

bool run_folder_commit(struct run_folder *f, struct err *e)
{
    char log[RUN_PATH_MAX];
    if (path_fits(snprintf(log, sizeof log, "%s/log", f->part), log, e))
        rmdir(log); /* when nobody logged */
    if (f->exists ? !move_up(f, e) : rename(f->part, f->final) != 0 && !failed(f->final, e))
        return false;
    f->open = false;
    return true;
}

void run_folder_abandon(struct run_folder *f)
{
    if (!f->open)
        return;
    remove_tree(f->part);
    remove_made(f);
    f->open = false;
}
