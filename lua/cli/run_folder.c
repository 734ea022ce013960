/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_folder.c: see run_folder.h. */
#include "lua/cli/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_dirs(const char *path, struct err *e)
{
    char p[RUN_PATH_MAX];
    snprintf(p, sizeof p, "%s", path);
    for (char *at = p + 1;; at++) {
        char was = *at;
        if (was != '/' && was != 0)
            continue;
        *at = 0;
        if (mkdir(p, 0777) != 0 && errno != EEXIST)
            return errno == ENOSPC || errno == EDQUOT || errno == EIO
                       ? err_machine(e, "folder '%s' cannot be made: %s", p, strerror(errno))
                       : err_set(e, "folder '%s' cannot be made: %s", p, strerror(errno));
        *at = was;
        if (was == 0)
            return true;
    }
}

static bool has_entries(const char *path)
{
    DIR *d = opendir(path);
    bool any = false;
    for (struct dirent *x; d && !any && (x = readdir(d)) != NULL;)
        any = strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0;
    if (d)
        closedir(d);
    return any;
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

static void next_free(struct run_folder *f, const char *scenario)
{
    struct stat st;
    for (int n = 1;; n++) {
        snprintf(f->final, sizeof f->final, "results/runs/%s/%03d", scenario, n);
        if (lstat(f->final, &st) != 0)
            return;
    }
}

bool run_folder_open(struct run_folder *f, const char *scenario, const char *out, bool force,
                     struct err *e)
{
    struct stat st;
    f->force = force;
    if (out) {
        if (strlen(out) == 0 || strlen(out) >= sizeof f->final)
            return err_set(e, "-o '%.60s': the path is empty or too long", out);
        snprintf(f->final, sizeof f->final, "%s", out);
        for (size_t n = strlen(f->final); n > 1 && f->final[n - 1] == '/'; n--)
            f->final[n - 1] = 0;
        if (stat(f->final, &st) == 0 && !S_ISDIR(st.st_mode))
            return err_set(e, "-o '%s' is there and is no folder", out);
        if (!force && has_entries(f->final))
            return err_set(e, "-o '%s' is there and not empty; --force overwrites it", out);
    } else {
        next_free(f, scenario);
    }
    snprintf(f->part, sizeof f->part, "%s.part%ld", f->final, (long)getpid());
    if (!make_dirs(f->part, e))
        return out ? err_wrap(e, "-o '%s'", out) : false;
    f->open = true;
    return true;
}

bool run_folder_is_open(const struct run_folder *f)
{
    return f->open;
}

bool run_folder_path(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX], struct err *e)
{
    int n = snprintf(path, RUN_PATH_MAX, "%s/%s", f->part, name);
    return n < RUN_PATH_MAX || err_set(e, "the path '%s/%s' is too long", f->part, name);
}

bool run_folder_sub(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX], struct err *e)
{
    return run_folder_path(f, name, path, e) && make_dirs(path, e);
}

bool run_folder_capture(const struct run_folder *f, const char *node, const char *port,
                        char path[RUN_PATH_MAX], struct err *e)
{
    char dir[RUN_PATH_MAX], name[160];
    int n = snprintf(name, sizeof name, "capture/%s-%s.pcapng", node, port);
    if (n >= (int)sizeof name || !run_folder_sub(f, "capture", dir, e))
        return n < (int)sizeof name ? false : err_set(e, "the port name '%s' is too long", port);
    for (char *c = name + strlen("capture/"); *c; c++) {
        if (*c == '/')
            *c = '-';
    }
    return run_folder_path(f, name, path, e);
}

bool run_folder_commit(struct run_folder *f, struct err *e)
{
    if (f->force)
        remove_tree(f->final);
    else
        rmdir(f->final); /* an empty one is in the way of rename on some systems */
    if (rename(f->part, f->final) != 0)
        return err_machine(e, "folder '%s' cannot be given its name: %s", f->final, strerror(errno));
    f->open = false;
    return true;
}

const char *run_folder_name(const struct run_folder *f)
{
    return f->final;
}

void run_folder_abandon(struct run_folder *f)
{
    if (f->open)
        remove_tree(f->part);
    f->open = false;
}
