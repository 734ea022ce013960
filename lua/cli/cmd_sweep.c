/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sweep.c: dialtone sweep. First everything a user can get wrong (sweep_plan.c). Only then is the folder
 * made. Replication r has the seed N + r - 1 at every point, so that points differ in their parameters alone,
 * and any trial can be played again by `dialtone run --seed`. Replications are the outer loop: a sweep that is
 * interrupted knows something of every point. */
#include <string.h>
#include <unistd.h>

#include "lua/cli/interrupt.h"
#include "lua/cli/sweep.h"
#include "sim/study/workers.h"

#define SWEEP_BYTES_MAX (4ull << 30)
#define COMMIT_EVERY_NS 200000000
#define NOT_GIVEN UINT64_MAX
#define STOP_REPS_MAX 1000 /* replications under --stop, unless --reps says otherwise */

/* --- the folder and what is in it ------------------------------------------------------------------ */

static bool open_db(struct sweep *s, struct err *e)
{
    char path[SWEEP_PATH_MAX];
    const char *name = s->plan.keys[0].value;
    if (!(s->resume ? sweep_folder_find(s, e) : sweep_folder_make(s, name, e)) ||
        !sweep_folder_path(s, "sweep.db", path, e))
        return false;
    s->db = s->resume ? study_db_resume(s->arena, path, &s->plan, e)
                        : study_db_create(s->arena, path, &s->plan, e);
    if (!s->db)
        return false;
    s->done = s->resumed = study_db_count(s->db);
    s->tally = ARENA_ARRAY(s->arena, struct sweep_tally, s->grid.point_count);
    s->stop.enough = ARENA_ARRAY(s->arena, bool, s->grid.point_count);
    s->next_point = s->next_rep = 1;
    return true;
}

/* --- work ---------------------------------------------------------------------------------------- */

static bool next(void *arg, struct trial *out)
{
    struct sweep *s = arg;
    while (s->next_rep <= s->stop.so_far) {
        *out = (struct trial){s->next_point, s->next_rep, s->o.seed + s->next_rep - 1};
        if (++s->next_point > s->grid.point_count) {
            s->next_point = 1;
            s->next_rep++;
        }
        if (!s->stop.enough[out->point - 1] && !study_db_has(s->db, out->point, out->rep))
            return true;
    }
    return false;
}

static bool done(void *arg, const struct trial_result *r, struct err *e)
{
    struct sweep *s = arg;
    struct sweep_tally *t = &s->tally[r->trial.point - 1];
    s->done++;
    t->trials++;
    t->failed += !r->complete;
    t->unregistered += r->complete && r->measure[MEASURE_UNREGISTER_COUNT].v > 0;
    return study_db_add(s->db, r, e);
}

static struct err tick_error;

static void tick(void *arg)
{
    struct sweep *s = arg;
    int64_t now = sweep_clock_ns();
    if (now - s->committed_ns > COMMIT_EVERY_NS) { /* what a kill costs at most */
        s->committed_ns = now;
        if (!study_db_commit(s->db, &tick_error))
            cli_interrupted = 1;
    }
    sweep_progress(s, false);
}

static int work(struct sweep *s, struct err *e)
{
    struct trial_plan plan = {.options = &s->o, .grid = &s->grid};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = s->o.jobs ? s->o.jobs : cores > 0 ? (uint64_t)cores : 1;
    struct workers_job job = {.count = (uint32_t)(jobs > WORKERS_MAX ? WORKERS_MAX : jobs),
                              .play = trial_play,
                              .play_arg = &plan,
                              .next = next,
                              .done = done,
                              .tick = tick,
                              .arg = s,
                              .interrupted = &cli_interrupted};
    fflush(stdout);
    s->started_ns = s->committed_ns = sweep_clock_ns();
    enum workers_end end = WORKERS_DONE;
    for (bool more = true; more && end == WORKERS_DONE;) {
        end = workers_run(&job, e);
        if (tick_error.kind != ERR_NONE)
            *e = tick_error;
        if (end == WORKERS_FAILED || tick_error.kind != ERR_NONE || !study_db_commit(s->db, e) ||
            !sweep_stop_judge(s, &more, e))
            return CMD_FAULT;
    }
    sweep_progress(s, true);
    if (end == WORKERS_INTERRUPTED)
        return CMD_INTERRUPTED;
    s->trials = s->done; /* --stop may have made do with fewer */
    return study_db_failed(s->db) ? CMD_FAILED : CMD_OK;
}

/* --- the end --------------------------------------------------------------------------------------- */

static bool report(struct sweep *s, struct err *e)
{
    bool exported = !s->export_as ||
                    sweep_export(s, strcmp(s->export_as, "csv") == 0 ? STUDY_CSV : STUDY_JSONL, e);
    if (!exported)
        return false;
    if (s->o.json)
        return sweep_json(s, stdout, e);
    return s->o.quiet || sweep_print(s, stdout, e);
}

static bool find_measure(struct sweep *s, struct str name, struct err *e)
{
    const char *names[MEASURE_COUNT];
    for (int m = 0; m < MEASURE_COUNT; m++) {
        names[m] = measure_defs[m].name;
        if (!str_eq(name, str_of(names[m])))
            continue;
        if (s->shown_count < MEASURE_COUNT)
            s->shown[s->shown_count++] = (enum measure_id)m;
        return true;
    }
    const char *near = str_nearest(name, names, MEASURE_COUNT);
    return err_set(e, "--measure '%.*s': there is no such measure%s%s%s", STR_ARG(name),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool check_options(struct sweep *s, struct err *e)
{
    static const char *const formats[] = {"csv", "jsonl"};
    for (size_t i = 0; i < s->measures.count; i++) {
        if (!find_measure(s, s->measures.item[i], e))
            return false;
    }
    if (s->shown_count == 0)
        s->shown[s->shown_count++] = MEASURE_FIRST_UNREGISTER;
    if (s->reps == NOT_GIVEN)
        s->reps = s->stop_at ? STOP_REPS_MAX : 1;
    if (s->reps == 0 || s->reps > SWEEP_TRIALS_MAX)
        return err_set(e, "--reps %llu: a point is played 1 to %d times", (unsigned long long)s->reps,
                       SWEEP_TRIALS_MAX);
    if (s->o.seed > (uint64_t)INT64_MAX - s->reps)
        return err_set(e, "--seed %llu: the last replication's seed would be beyond %lld",
                       (unsigned long long)s->o.seed, (long long)INT64_MAX);
    if (s->sobol == NOT_GIVEN)
        s->sobol = 0;
    else if (s->sobol == 0 || s->sobol > GRID_POINTS_MAX)
        return err_set(e, "--sobol %llu: a sweep has 1 to %d points", (unsigned long long)s->sobol,
                       GRID_POINTS_MAX);
    if (s->resume && s->o.force)
        return err_set(e, "--resume and --force contradict each other");
    if (s->export_as && strcmp(s->export_as, "csv") != 0 && strcmp(s->export_as, "jsonl") != 0) {
        const char *near = str_nearest(str_of(s->export_as), formats, 2);
        return err_set(e, "--export '%s' is neither csv nor jsonl%s%s%s", s->export_as,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    return sweep_stop_parse(s, e);
}

static bool parse(int argc, char **argv, struct sweep *s, struct err *e)
{
    unsigned allowed = CLI_SET | CLI_SEED | CLI_UNTIL | CLI_OUT | CLI_JSON | CLI_FORCE | CLI_QUIET | CLI_JOBS;
    struct cli_own own[] = {
        {.name = "--vary", .list = &s->vary},
        {.name = "--where", .list = &s->where},
        {.name = "--measure", .list = &s->measures},
        {.name = "--reps", .number = &s->reps},
        {.name = "--stop", .value = &s->stop_at},
        {.name = "--sobol", .number = &s->sobol},
        {.name = "--export", .value = &s->export_as},
        {.name = "--resume", .given = &s->resume},
    };
    s->reps = s->sobol = NOT_GIVEN;
    return cli_parse_own(argc, argv, allowed, "SCENARIO", own, sizeof own / sizeof own[0], &s->o, e);
}

static int play(struct sweep *s, struct err *e)
{
    struct err late = {0};
    int status = work(s, e);
    if (status != CMD_FAULT && !report(s, e))
        status = CMD_FAULT;
    if (!study_db_close(s->db, &late) && e->kind == ERR_NONE) {
        *e = late;
        status = CMD_FAULT;
    }
    if (e->kind != ERR_NONE)
        cli_fail(e);
    if (status == CMD_FAULT || status == CMD_INTERRUPTED)
        fprintf(stderr, "dialtone: what was played is kept; the same command with --resume --out %s goes on\n",
                s->dir);
    return status;
}

int cmd_sweep(int argc, char **argv)
{
    static struct sweep s; /* large */
    struct err e = {0};
    if (!parse(argc, argv, &s, &e))
        return cli_fail(&e);
    if (s.o.help)
        return cmd_print_help(argv[0]);
    s.arena = arena_new("sweep", SWEEP_BYTES_MAX);
    cli_catch_interrupts();
    bool ok = check_options(&s, &e) && sweep_plan(&s, &e) && open_db(&s, &e);
    int status = ok ? play(&s, &e) : cli_fail(&e);
    arena_free(s.arena);
    return status;
}
