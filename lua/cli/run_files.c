/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_files.c: see run_files.h. Nothing of this machine or this moment goes into a file but
 * meta.json. */
#include "lua/cli/run_files.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "models/wire/wire_frame.h"
#include "sim/view/ladder.h"

#define LADDER_COLUMNS 100

static int64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- before the run --------------------------------------------------------------------------- */

static bool attach(struct sim *s, struct sink *k)
{
    if (k)
        bus_attach(s, k);
    return k != NULL;
}

/* capture/access-Fa0_7.pcapng: a slash in a port's name is no folder. */
static bool capture_path(const struct run_files *r, const struct port *p, char path[RUN_PATH_MAX],
                         struct err *e)
{
    char name[256];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    size_t dir = strlen("capture/");
    txtbuf_add(&t, "capture/%s-%s.pcapng", p->node->name, p->name);
    if (t.full)
        return err_set(e, "port '%s:%s': its name is too long for a file", p->node->name, p->name);
    for (char *c = name + dir; *c; c++) {
        if (*c == '/')
            *c = '_';
    }
    return run_folder_path(&r->folder, name, path, e);
}

static bool attach_captures(struct run_files *r, struct arena *a, const struct scenario *sc,
                            struct err *e)
{
    const struct scenario_capture *c;
    char path[RUN_PATH_MAX];
    size_t n = scenario_captures(sc, &c);
    if (n && !run_folder_sub(&r->folder, "capture", path, e))
        return false;
    r->captured = n > 0;
    for (size_t i = 0; i < n; i++) {
        const struct port *p = c[i].port;
        struct capture_port port = {
            .node = p->node->id,
            .port = p->index,
            .node_name = p->node->name,
            .port_name = p->name,
            .description = c[i].description,
            .clock = c[i].clock,
        };
        if (!capture_path(r, p, path, e) ||
            !attach(r->sim, pcapng_open(a, path, &port, sim_epoch_ns(r->sim), e)))
            return false;
    }
    return true;
}

static bool attach_records(struct run_files *r, struct arena *a, struct err *e)
{
    char path[RUN_PATH_MAX];
    if (!run_folder_path(&r->folder, "run.db", path, e))
        return false;
    r->rundb = rundb_open(a, path, r->sim, wire_frame_line, e);
    if (!attach(r->sim, r->rundb))
        return false;
    return run_folder_sub(&r->folder, "log", path, e) &&
           attach(r->sim, product_log_open(a, path, r->sim, e));
}

bool run_files_open(struct run_files *r, struct arena *a, const struct scenario *sc, struct sim *s,
                    const struct cli_options *o, struct err *e)
{
    *r = (struct run_files){.sim = s, .started_ns = wall_ns(), .meta = o->record != RECORD_NONE};
    if (o->record == RECORD_NONE && !o->out)
        return true;
    if (!run_folder_open(&r->folder, scenario_info(sc)->name, o->out, o->force, e))
        return o->out ? err_wrap(e, "--out %s", o->out) : false;
    if (o->record == RECORD_NONE)
        return true;
    return attach_records(r, a, e) && (o->record != RECORD_FULL || attach_captures(r, a, sc, e));
}

/* --- after the run ---------------------------------------------------------------------------- */

static FILE *create(const struct run_files *r, const char *name, struct err *e)
{
    char path[RUN_PATH_MAX];
    if (!run_folder_path(&r->folder, name, path, e))
        return NULL;
    FILE *f = fopen(path, "w");
    if (!f)
        err_machine(e, "'%s' cannot be written: %s", path, strerror(errno));
    return f;
}

static bool finish(FILE *f, const char *name, struct err *e)
{
    bool bad = ferror(f) != 0;
    bad = fclose(f) != 0 || bad;
    return !bad || err_machine(e, "'%s' cannot be written: %s", name, strerror(errno));
}

static bool write_summary(const struct run_files *r, const struct run_doc *d, struct err *e)
{
    FILE *f = create(r, "summary.json", e);
    if (!f)
        return false;
    run_doc_json(f, d, false);
    return finish(f, "summary.json", e);
}

static bool write_meta(const struct run_files *r, struct err *e)
{
    char written[32], directory[RUN_PATH_MAX];
    struct utsname host = {0};
    time_t now = time(NULL);
    struct tm tm;
    FILE *f = create(r, "meta.json", e);
    if (!f)
        return false;
    strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    uname(&host);
    const char *const rows[][2] = {
        {"written", written},
        {"revision", cmd_revision()},
        {"host", host.nodename},
        {"system", host.sysname},
        {"machine", host.machine},
        {"directory", getcwd(directory, sizeof directory) ? directory : ""}};
    fputs("{\n", f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fprintf(f, "  \"%s\": ", rows[i][0]);
        json_string(f, rows[i][1]);
        fputs(",\n", f);
    }
    fprintf(f, "  \"wall_ms\": %lld\n}\n", (long long)((wall_ns() - r->started_ns) / 1000000));
    return finish(f, "meta.json", e);
}

_Static_assert(SCENARIO_LADDER_MAX == LADDER_NODES_MAX, "a scenario names no more nodes than a ladder draws");

/* From the run.db just closed: what `dialtone ladder` draws. A run without two hosts has none. */
static bool write_ladder(const struct run_files *r, struct err *e)
{
    char folder[RUN_PATH_MAX];
    struct err no_ladder = {0};
    struct ladder_options o = {.columns = LADDER_COLUMNS};
    if (!run_folder_path(&r->folder, ".", folder, e))
        return false;
    struct view_run *run = view_open(folder, e);
    FILE *f = run ? create(r, "ladder.txt", e) : NULL;
    if (f && !ladder_print(run, &o, f, &no_ladder))
        fprintf(f, "%s\n", no_ladder.msg);
    view_close(run);
    return f && finish(f, "ladder.txt", e);
}

bool run_files_close(struct run_files *r, struct run_doc *d, struct err *e)
{
    if (r->rundb)
        run_doc_tables(r->rundb, d);
    r->rundb = NULL;
    if (!bus_close(r->sim, e))
        return false;
    if (!r->folder.open)
        return true;
    if (!write_summary(r, d, e) || (r->meta && (!write_ladder(r, e) || !write_meta(r, e))) ||
        !run_folder_commit(&r->folder, e))
        return false;
    d->out = r->folder.final;
    d->files = !r->meta      ? "summary.json"
               : r->captured ? "run.db, capture/, log/, ladder.txt"
                             : "run.db, log/, ladder.txt";
    return true;
}

void run_files_abandon(struct run_files *r)
{
    run_folder_abandon(&r->folder);
}
