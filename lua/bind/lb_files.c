/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_files.c: the folder tftp/ beside a scenario: its files, and those of its folders ("Locale/tones.xml"), are
 * offered to every node that serves files, in the order of their names. */
#include "lua/bind/lb.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_MAX_BYTES 255
#define DEPTH_MAX 4

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* no locale */
}

static int is_shown(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static bool offer(struct scenario *sc, const char *path, const char *name, struct err *e)
{
    struct str bytes;
    if (strlen(name) > NAME_MAX_BYTES)
        return err_set(e, "'%s': a file's name has at most %d characters", path, NAME_MAX_BYTES);
    if (!lb_read_file(sc, path, &bytes, e))
        return false;
    for (size_t i = 0; i < net_node_count(sc->net); i++) {
        struct node *n = net_node_at(sc->net, i);
        if (n->model->add_file && !n->model->add_file(n, str_of(name), bytes, e))
            return err_wrap(e, "%s", path);
    }
    return true;
}

static bool offer_folder(struct scenario *sc, const char *path, const char *prefix, int depth, struct err *e);

static bool offer_entry(struct scenario *sc, const char *folder, const char *prefix, const char *entry, int depth,
                        struct err *e)
{
    struct stat st;
    const char *path = arena_printf(sc->arena, "%s/%s", folder, entry);
    const char *name = arena_printf(sc->arena, "%s%s", prefix, entry);
    if (stat(path, &st) != 0)
        return err_set(e, "cannot read '%s': %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return offer(sc, path, name, e);
    if (depth == DEPTH_MAX)
        return err_set(e, "'%s': folders may be %d deep", path, DEPTH_MAX);
    return offer_folder(sc, path, arena_printf(sc->arena, "%s/", name), depth + 1, e);
}

static bool offer_folder(struct scenario *sc, const char *path, const char *prefix, int depth, struct err *e)
{
    struct dirent **list;
    int n = scandir(path, &list, is_shown, by_name);
    bool ok = true;
    if (n < 0)
        return err_set(e, "cannot read folder '%s': %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        ok = ok && offer_entry(sc, path, prefix, list[i]->d_name, depth, e);
        free(list[i]);
    }
    free(list);
    return ok;
}

bool lb_offer_files(struct scenario *sc, struct err *e)
{
    const char *slash = strrchr(sc->info.path, '/');
    int dir = slash ? (int)(slash - sc->info.path) + 1 : 0;
    const char *path = arena_printf(sc->arena, "%.*stftp", dir, sc->info.path);
    struct stat st;
    return stat(path, &st) != 0 || !S_ISDIR(st.st_mode) || offer_folder(sc, path, "", 1, e);
}
