/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places.c: where the scenarios, the Lua library and the recorded runs are (see cli.h). */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/cli/cli.h"

#define PATH_BYTES 4096
#define SCENARIOS_MAX 512

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder that holds scenarios/ and lua/dialtone/: beside the program where it is installed (the prefix
 * may have been moved), else the source tree, else where it was to be installed. */
static const char *home(void)
{
    static char root[PATH_BYTES];
    char exe[PATH_BYTES], lib[PATH_BYTES];
    if (root[0])
        return root;
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    for (int up = 0; up < 2; up++) { /* PREFIX/bin/dialtone */
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = 0;
    }
    struct txtbuf r = txtbuf_of(root, sizeof root), l = txtbuf_of(lib, sizeof lib);
    txtbuf_add(&r, "%s/share/dialtone", exe);
    txtbuf_add(&l, "%s/lua/dialtone", root);
    if (!r.full && !l.full && is_dir(lib))
        return root;
    r = txtbuf_of(root, sizeof root);
    txtbuf_cstr(&r, is_dir(DT_SOURCE_DIR "/lua/dialtone") ? DT_SOURCE_DIR : DT_INSTALL_DIR);
    return root;
}

const char *cli_lib_dir(void)
{
    static char path[PATH_BYTES];
    struct txtbuf t = txtbuf_of(path, sizeof path);
    txtbuf_add(&t, "%s/lua/dialtone", home());
    return path;
}

struct found {
    char *names[SCENARIOS_MAX], *paths[SCENARIOS_MAX];
    size_t n;
};

static void add_found(struct found *f, const char *file, const char *path)
{
    size_t len = strlen(file) - 4;
    for (size_t i = 0; i < f->n; i++) {
        if (strlen(f->names[i]) == len && strncmp(f->names[i], file, len) == 0)
            return; /* an earlier folder wins */
    }
    if (f->n == SCENARIOS_MAX)
        return;
    f->names[f->n] = strndup(file, len);
    f->paths[f->n] = strdup(path);
    ASSERT(f->names[f->n] && f->paths[f->n]);
    f->n++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void scan(struct found *f, const char *dir, int depth)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES];
        const char *name = list[i]->d_name;
        size_t len = strlen(name);
        snprintf(path, sizeof path, "%s/%s", dir, name);
        if (name[0] != '.' && is_dir(path) && depth < 3)
            scan(f, path, depth + 1);
        else if (len > 4 && strcmp(name + len - 4, ".lua") == 0)
            add_found(f, name, path);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

static void find_all(struct found *f)
{
    const char *env = getenv("DIALTONE_PATH");
    struct str rest = str_of(env);
    char dir[PATH_BYTES];
    struct txtbuf t;
    while (rest.n) {
        t = txtbuf_of(dir, sizeof dir);
        txtbuf_str(&t, str_cut(&rest, ':'));
        if (dir[0])
            scan(f, dir, 0);
    }
    t = txtbuf_of(dir, sizeof dir);
    txtbuf_add(&t, "%s/scenarios", home());
    scan(f, dir, 0);
}

static void free_found(struct found *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->names[i]);
        free(f->paths[i]);
    }
}

const char *cli_find_scenario(const char *name, struct err *e)
{
    static char path[PATH_BYTES];
    struct str s = str_of(name);
    bool is_path = str_find(s, STR("/")) >= 0 || (s.n > 4 && strcmp(name + s.n - 4, ".lua") == 0);
    if (is_path) {
        snprintf(path, sizeof path, "%s", name);
        if (access(path, R_OK) == 0 && !is_dir(path))
            return path;
        err_set(e, "scenario file '%s' cannot be read", name);
        return NULL;
    }
    struct found f = {0};
    find_all(&f);
    const char *result = NULL;
    for (size_t i = 0; i < f.n && !result; i++) {
        if (strcmp(f.names[i], name) == 0) {
            snprintf(path, sizeof path, "%s", f.paths[i]);
            result = path;
        }
    }
    if (!result) {
        const char *near = str_nearest(s, (const char *const *)f.names, f.n);
        err_set(e, "there is no scenario '%s'%s%s%s ('%s list' shows all)", name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", cli_command());
    }
    free_found(&f);
    return result;
}

static bool holds(const char *folder, const char *file)
{
    char path[PATH_BYTES];
    struct txtbuf t = txtbuf_of(path, sizeof path);
    txtbuf_add(&t, "%s/%s", folder, file);
    return !t.full && access(path, R_OK) == 0;
}

/* `name` itself, or the newest of results/KIND/NAME/NNN, whichever holds the file. */
static bool find_recorded(char path[PATH_BYTES], const char *name, const char *kind, const char *file)
{
    char dir[PATH_BYTES];
    struct txtbuf t = txtbuf_of(path, PATH_BYTES), d = txtbuf_of(dir, sizeof dir);
    txtbuf_cstr(&t, name);
    if (holds(name, file))
        return true;
    txtbuf_add(&d, "results/%s/%s", kind, name);
    struct dirent **list;
    bool found = false;
    int n = scandir(dir, &list, NULL, by_name); /* NNN: the last by name is the newest */
    for (int i = n - 1; i >= 0 && !found; i--) {
        t = txtbuf_of(path, PATH_BYTES);
        txtbuf_add(&t, "%s/%s", dir, list[i]->d_name);
        found = !t.full && holds(path, file);
    }
    for (int i = 0; i < n; i++)
        free(list[i]);
    if (n >= 0)
        free(list);
    return found;
}

const char *cli_find_run(const char *run, struct err *e)
{
    static char path[PATH_BYTES];
    if (find_recorded(path, run, "runs", "run.db"))
        return path;
    err_set(e, "'%s' is no run folder and no scenario that was run here ('%s run %s' makes one)", run,
            cli_command(), run);
    return NULL;
}

const char *cli_find_sweep(const char *sweep, struct err *e)
{
    static char path[PATH_BYTES];
    if (find_recorded(path, sweep, "sweeps", "sweep.db"))
        return path;
    err_set(e, "'%s' is no sweep folder and no scenario that was swept here ('%s sweep %s' makes one)", sweep,
            cli_command(), sweep);
    return NULL;
}

void cli_each_scenario(void (*each)(void *arg, const char *name, const char *path), void *arg)
{
    struct found f = {0};
    find_all(&f);
    for (;;) { /* selection by name: there are few */
        size_t least = f.n;
        for (size_t i = 0; i < f.n; i++) {
            if (f.names[i][0] && (least == f.n || strcmp(f.names[i], f.names[least]) < 0))
                least = i;
        }
        if (least == f.n)
            break;
        each(arg, f.names[least], f.paths[least]);
        f.names[least][0] = 0;
    }
    free_found(&f);
}
