/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sweep.c: dialtone sweep. First everything a user can get wrong: the scenario builds, every value
 * varied suits its parameter, the constraints leave a point. Only then is the folder made. Replication r
 * has the seed N + r - 1 at every point, so that points differ in their parameters alone, and any trial
 * can be played again by `dialtone run --seed`. Replications are the outer loop: a sweep that is
 * interrupted knows something of every point. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lua/cli/prepare.h"
#include "lua/cli/sweep.h"
#include "models/registry.h"
#include "sim/base/hash.h"
#include "sim/study/workers.h"

#define SWEEP_BYTES_MAX (4ull << 30)
#define TRIALS_MAX 100000000
#define COMMIT_EVERY_NS 200000000

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = interrupted + 1;
    if (interrupted > 2)
        _exit(CMD_INTERRUPTED);
}

static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

/* --- the grid, checked against the scenario ------------------------------------------------------ */

static bool no_such_parameter(const struct scenario *sc, const char *name, struct err *e)
{
    const struct scenario_param *all;
    const char *names[512];
    size_t n = scenario_params(sc, &all), used = 0;
    for (size_t i = 0; i < n && used < sizeof names / sizeof names[0]; i++)
        names[used++] = all[i].name;
    const char *near = str_nearest(str_of(name), names, used);
    return err_set(e, "scenario '%s' has no parameter '%s'%s%s%s", scenario_info(sc)->name, name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool check_values(const struct scenario *sc, const struct grid_dim *d, struct err *e)
{
    struct scenario_param p;
    if (strcmp(d->name, "duration") == 0)
        return err_set(e, "'duration' cannot be varied: times that did not occur are censored at it");
    if (!scenario_has_param(sc, d->name, &p))
        return no_such_parameter(sc, d->name, e);
    for (uint32_t i = 0; i < d->count; i++) {
        char text[256];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct param_value v;
        quantity_text(&t, &d->value[i]);
        if (t.full)
            return err_set(e, "a value of '%s' is longer than %zu characters", d->name, sizeof text);
        if (!param_parse(p.def, txtbuf_view(&t), &v, e))
            return false;
    }
    return true;
}

static bool check_not_set(const struct sweep *s, const char *name, struct err *e)
{
    for (size_t i = 0; i < s->o.set_count; i++) {
        if (str_eq(s->o.sets[i].name, str_of(name)))
            return err_set(e, "'%s' is given by --set, too", name);
    }
    return true;
}

struct lookup {
    const struct scenario *scenario;
    struct arena *arena;
    const char *missing; /* the last name that was not found */
};

static bool value_of(void *arg, struct str name, struct quantity *out)
{
    struct lookup *l = arg;
    struct scenario_param p;
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const char *asked = arena_strdup(l->arena, name);
    if (!scenario_has_param(l->scenario, asked, &p) || !p.value.given) {
        l->missing = asked;
        return false;
    }
    param_text(&t, p.def, &p.value);
    *out = quantity_of(str_of(arena_strdup(l->arena, txtbuf_view(&t))));
    return true;
}

static bool make_grid(struct sweep *s, const struct scenario *sc, struct err *e)
{
    struct lookup l = {sc, s->arena, NULL};
    grid_init(&s->grid, s->arena);
    for (size_t i = 0; i < s->vary.count; i++) {
        if (!grid_vary(&s->grid, s->vary.item[i], e) || !check_values(sc, &s->grid.dim[i], e) ||
            !check_not_set(s, s->grid.dim[i].name, e))
            return err_wrap(e, "--vary %.*s", STR_ARG(s->vary.item[i]));
    }
    if (!grid_close(&s->grid, s->where.item, s->where.count, value_of, &l, e)) {
        bool typo = l.missing && strstr(e->msg, "cannot be");
        return typo ? no_such_parameter(sc, l.missing, e) || err_wrap(e, "--where") : false;
    }
    s->trials = (uint64_t)s->grid.point_count * s->reps;
    return s->trials <= TRIALS_MAX ||
           err_set(e, "%u points with %llu replications each are more than %d trials", s->grid.point_count,
                   (unsigned long long)s->reps, TRIALS_MAX);
}

/* --- what identifies it ---------------------------------------------------------------------------- */

static const char *joined(struct sweep *s, const struct str *list, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(s->arena, "%s%s%.*s", text, i ? " " : "", STR_ARG(list[i]));
    return text;
}

static const char *sets_text(struct sweep *s)
{
    const char *text = s->o.until ? arena_printf(s->arena, "duration=%s", s->o.until) : "";
    for (size_t i = 0; i < s->o.set_count; i++)
        text = arena_printf(s->arena, "%s%s%.*s=%.*s", text, text[0] ? " " : "",
                            STR_ARG(s->o.sets[i].name), STR_ARG(s->o.sets[i].value));
    return text;
}

static uint64_t file_hash(const char *path)
{
    uint64_t h = 0;
    char block[4096];
    FILE *f = fopen(path, "rb");
    for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
        h = hash_bytes(h, block, n);
    if (f)
        fclose(f);
    return h;
}

static const char *duration_text(struct sweep *s)
{
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_dur(&t, s->duration.ns);
    return arena_strdup(s->arena, txtbuf_view(&t));
}

static void make_plan(struct sweep *s, const struct scenario_info *info)
{
    struct study_key keys[] = {
        {"scenario", arena_strdup(s->arena, str_of(info->name))},
        {"script", arena_printf(s->arena, "%016llx", (unsigned long long)file_hash(info->path))},
        {"version", DT_VERSION},
        {"seed", arena_printf(s->arena, "%llu", (unsigned long long)s->o.seed)},
        {"set", sets_text(s)},
        {"vary", joined(s, s->vary.item, s->vary.count)},
        {"where", joined(s, s->where.item, s->where.count)},
        {"duration", duration_text(s)},
    };
    struct study_key *kept = ARENA_ARRAY(s->arena, struct study_key, sizeof keys / sizeof keys[0]);
    memcpy(kept, keys, sizeof keys);
    s->plan = (struct study_plan){.grid = &s->grid,
                                  .reps = (uint32_t)s->reps,
                                  .keys = kept,
                                  .key_count = sizeof keys / sizeof keys[0]};
}

/* Builds the scenario once as it is, to check what is asked of it. */
static bool prepare(struct sweep *s, struct err *e)
{
    struct scenario *sc = prepare_load(&s->o, e);
    if (!sc)
        return false;
    struct sim_config c = {.seed = s->o.seed, .epoch_ns = scenario_info(sc)->epoch_ns};
    struct sim *sim = sim_new(&c);
    struct net *net = net_new(sim, registry_models, registry_model_count);
    bool ok = prepare_build(sc, net, &s->o, e) && make_grid(s, sc, e);
    if (ok) {
        s->duration = time_sub(prepare_end(sc), TIME_ZERO);
        make_plan(s, scenario_info(sc));
    }
    scenario_free(sc);
    sim_free(sim);
    return ok;
}

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
    s->next_point = s->next_rep = 1;
    return true;
}

/* --- work ---------------------------------------------------------------------------------------- */

static bool next(void *arg, struct trial *out)
{
    struct sweep *s = arg;
    while (s->next_rep <= s->plan.reps) {
        *out = (struct trial){s->next_point, s->next_rep, s->o.seed + s->next_rep - 1};
        if (++s->next_point > s->grid.point_count) {
            s->next_point = 1;
            s->next_rep++;
        }
        if (!study_db_has(s->db, out->point, out->rep))
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
            interrupted = 1;
    }
    sweep_progress(s, false);
}

static int work(struct sweep *s, struct err *e)
{
    struct trial_plan plan = {&s->o, &s->grid};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = s->o.jobs ? s->o.jobs : cores > 0 ? (uint64_t)cores : 1;
    struct workers_job job = {.count = (uint32_t)(jobs > WORKERS_MAX ? WORKERS_MAX : jobs),
                              .play = trial_play,
                              .play_arg = &plan,
                              .next = next,
                              .done = done,
                              .tick = tick,
                              .arg = s,
                              .interrupted = &interrupted};
    fflush(stdout);
    s->started_ns = s->committed_ns = sweep_clock_ns();
    enum workers_end end = workers_run(&job, e);
    if (tick_error.kind != ERR_NONE) {
        *e = tick_error;
        return CMD_FAULT;
    }
    if (end == WORKERS_FAILED)
        return CMD_FAULT;
    if (!study_db_commit(s->db, e))
        return CMD_FAULT;
    sweep_progress(s, true);
    if (end == WORKERS_INTERRUPTED)
        return CMD_INTERRUPTED;
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
    if (s->reps == 0 || s->reps > TRIALS_MAX)
        return err_set(e, "--reps %llu: a point is played 1 to %d times", (unsigned long long)s->reps,
                       TRIALS_MAX);
    if (s->o.seed > (uint64_t)INT64_MAX - s->reps)
        return err_set(e, "--seed %llu: the last replication's seed would be beyond %lld",
                       (unsigned long long)s->o.seed, (long long)INT64_MAX);
    if (s->resume && s->o.force)
        return err_set(e, "--resume and --force contradict each other");
    if (s->export_as && strcmp(s->export_as, "csv") != 0 && strcmp(s->export_as, "jsonl") != 0) {
        const char *near = str_nearest(str_of(s->export_as), formats, 2);
        return err_set(e, "--export '%s' is neither csv nor jsonl%s%s%s", s->export_as,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    return true;
}

static bool parse(int argc, char **argv, struct sweep *s, struct err *e)
{
    unsigned allowed = CLI_SET | CLI_SEED | CLI_UNTIL | CLI_OUT | CLI_JSON | CLI_FORCE | CLI_QUIET | CLI_JOBS;
    struct cli_own own[] = {
        {.name = "--vary", .list = &s->vary},
        {.name = "--where", .list = &s->where},
        {.name = "--measure", .list = &s->measures},
        {.name = "--reps", .number = &s->reps},
        {.name = "--export", .value = &s->export_as},
        {.name = "--resume", .given = &s->resume},
    };
    s->reps = 1;
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
    catch_signals();
    bool ok = check_options(&s, &e) && prepare(&s, &e) && open_db(&s, &e);
    int status = ok ? play(&s, &e) : cli_fail(&e);
    arena_free(s.arena);
    return status;
}
