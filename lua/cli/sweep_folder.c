/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_folder.c: where a sweep is kept. Unlike a run's, the folder has its final name from the start: a
 * sweep that is killed is resumed in it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/cli/sweep.h"

#define SWEEPS_MAX 1000000

static const char *const own_files[] = {"sweep.db", "sweep.db-wal", "sweep.db-shm", "sweep.csv",
                                        "sweep.jsonl", "sweep.csv.part", "sweep.jsonl.part"};

static bool refuse(const char *path, struct err *e)
{
    bool machine = errno == ENOSPC || errno == EDQUOT || errno == EIO;
    return machine ? err_machine(e, "folder '%s' cannot be made: %s", path, strerror(errno))
                   : err_set(e, "folder '%s' cannot be made: %s", path, strerror(errno));
}

bool sweep_folder_path(const struct sweep *s, const char *name, char path[SWEEP_PATH_MAX], struct err *e)
{
    int n = snprintf(path, SWEEP_PATH_MAX, "%s/%s", s->dir, name);
    return n < SWEEP_PATH_MAX || err_set(e, "the path '%.60s...' is too long", s->dir);
}

static bool make_parents(const char *path, struct err *e)
{
    char p[SWEEP_PATH_MAX];
    snprintf(p, sizeof p, "%s", path);
    for (char *slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(p, 0777) != 0 && errno != EEXIST)
            return refuse(p, e);
        *slash = '/';
    }
    return true;
}

static bool make_numbered(struct sweep *s, const char *scenario, struct err *e)
{
    for (int n = 1; n < SWEEPS_MAX; n++) {
        int len = snprintf(s->dir, sizeof s->dir, "results/sweeps/%s/%03d", scenario, n);
        if (len >= SWEEP_PATH_MAX)
            return err_set(e, "the name '%.60s...' is too long", scenario);
        if (n == 1 && !make_parents(s->dir, e))
            return false;
        if (mkdir(s->dir, 0777) == 0)
            return true;
        if (errno != EEXIST)
            return refuse(s->dir, e);
    }
    return err_set(e, "results/sweeps/%s holds %d sweeps; remove some", scenario, SWEEPS_MAX);
}

static bool remove_file(struct sweep *s, const char *name, struct err *e)
{
    char path[SWEEP_PATH_MAX];
    if (!sweep_folder_path(s, name, path, e))
        return false;
    return unlink(path) == 0 || errno == ENOENT ||
           err_machine(e, "'%s' cannot be replaced: %s", path, strerror(errno));
}

/* What a sweep writes, and the pictures that were made of it; nothing else. */
static bool clear(struct sweep *s, struct err *e)
{
    char picture[128];
    for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++) {
        if (!remove_file(s, own_files[i], e))
            return false;
    }
    for (int m = 0; m < MEASURE_COUNT; m++) {
        (void)snprintf(picture, sizeof picture, "%s.svg", measure_defs[m].name);
        if (!remove_file(s, picture, e))
            return false;
    }
    return true;
}

bool sweep_folder_make(struct sweep *s, const char *scenario, struct err *e)
{
    const char *out = s->o.out;
    if (!out)
        return make_numbered(s, scenario, e);
    if (!out[0] || strlen(out) + 32 > SWEEP_PATH_MAX)
        return err_set(e, "the name of the folder is %s", out[0] ? "too long" : "empty");
    snprintf(s->dir, sizeof s->dir, "%s", out);
    if (!make_parents(s->dir, e))
        return false;
    if (mkdir(s->dir, 0777) == 0)
        return true;
    if (errno != EEXIST)
        return refuse(s->dir, e);
    if (rmdir(s->dir) == 0 && mkdir(s->dir, 0777) == 0) /* it was empty */
        return true;
    if (errno == ENOTDIR)
        return err_set(e, "'%s' is there and is no folder", s->dir);
    if (!s->o.force)
        return err_set(e, "folder '%s' is not empty; --resume goes on with the sweep in it, --force "
                          "replaces it", s->dir);
    return clear(s, e);
}

bool sweep_folder_find(struct sweep *s, struct err *e)
{
    struct stat st;
    if (!s->o.out)
        return err_set(e, "--resume needs --out: the folder of the sweep to go on with");
    if (strlen(s->o.out) + 32 > SWEEP_PATH_MAX)
        return err_set(e, "the name of the folder is too long");
    if (stat(s->o.out, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(e, "--resume: there is no folder '%s'", s->o.out);
    snprintf(s->dir, sizeof s->dir, "%s", s->o.out);
    return true;
}

bool sweep_export(struct sweep *s, enum study_format f, struct err *e)
{
    char path[SWEEP_PATH_MAX], part[SWEEP_PATH_MAX];
    const char *name = f == STUDY_CSV ? "sweep.csv" : "sweep.jsonl";
    if (!sweep_folder_path(s, name, path, e) ||
        !sweep_folder_path(s, f == STUDY_CSV ? "sweep.csv.part" : "sweep.jsonl.part", part, e))
        return false;
    FILE *out = fopen(part, "wb");
    if (!out)
        return err_machine(e, "cannot write '%s': %s", part, strerror(errno));
    bool ok = study_db_export(s->db, f, out, e);
    bool written = !ferror(out) && fflush(out) == 0;
    written = fclose(out) == 0 && written;
    if (ok && !written)
        ok = err_machine(e, "cannot write '%s': %s", part, strerror(errno));
    if (ok && rename(part, path) != 0)
        ok = err_machine(e, "cannot write '%s': %s", path, strerror(errno));
    if (!ok)
        unlink(part);
    return ok;
}
