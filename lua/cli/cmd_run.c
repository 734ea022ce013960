/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_run.c: dialtone run. Order: read and build everything a user can get wrong; only then make the run
 * folder, beside its final name; run; judge; write; rename. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lua/cli/cli.h"
#include "lua/cli/decode.h"
#include "lua/cli/run_doc.h"
#include "lua/cli/run_folder.h"
#include "models/net/frame.h"
#include "models/registry.h"
#include "models/wire/wire_frame.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

struct play {
    struct cli_options o;
    struct scenario *scenario;
    struct sim *sim;
    struct net *net;
    struct story *story;
    struct sink *rundb, *registration;
    struct arena *arena; /* of the sinks */
    struct run_folder folder;
    struct run_doc doc;
    int64_t started_ns;
};

static int64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- before the run ------------------------------------------------------------------------------------------- */

static bool load(struct play *p, struct err *e)
{
    const char *path = cli_find_scenario(p->o.subject, e);
    if (!path)
        return false;
    p->scenario = scenario_load(path, cli_lib_dir(), e);
    if (!p->scenario)
        return false;
    for (size_t i = 0; i < p->o.set_count; i++) {
        if (!scenario_set(p->scenario, p->o.sets[i].name, p->o.sets[i].value, "command", e))
            return err_wrap(e, "--set %.*s=%.*s", STR_ARG(p->o.sets[i].name), STR_ARG(p->o.sets[i].value));
    }
    if (p->o.until && !scenario_set(p->scenario, STR("duration"), str_of(p->o.until), "command", e))
        return err_wrap(e, "--until %s", p->o.until);
    return true;
}

/* A parameter of a model is checked when the network is built: say which option gave it. */
static bool name_the_option(const struct cli_options *o, struct err *e)
{
    for (size_t i = 0; i < o->set_count; i++) {
        char quoted[128];
        struct txtbuf t = txtbuf_of(quoted, sizeof quoted);
        txtbuf_add(&t, "parameter '%.*s'", STR_ARG(o->sets[i].name));
        if (strstr(e->msg, quoted))
            return err_wrap(e, "--set %.*s=%.*s", STR_ARG(o->sets[i].name), STR_ARG(o->sets[i].value));
    }
    return false;
}

static bool build(struct play *p, struct err *e)
{
    struct scenario_param duration;
    struct sim_config c = {
        .seed = p->o.seed,
        .shake_seed = p->o.shake,
        .epoch_ns = scenario_info(p->scenario)->epoch_ns,
        .record_timers = p->o.record == RECORD_FULL,
        .interrupted = &interrupted,
    };
    p->sim = sim_new(&c);
    p->net = net_new(p->sim, registry_models, registry_model_count);
    if (!scenario_build(p->scenario, p->net, e))
        return name_the_option(&p->o, e);
    ASSERT(scenario_has_param(p->scenario, "duration", &duration));
    p->doc.until = time_add(TIME_ZERO, dur_ns(duration.value.i));
    return true;
}

static bool attach_captures(struct play *p, struct err *e)
{
    const struct scenario_capture *c;
    size_t n = scenario_captures(p->scenario, &c);
    for (size_t i = 0; i < n; i++) {
        struct capture_port port = {
            .node = c[i].port->node->id,
            .port = c[i].port->index,
            .node_name = c[i].port->node->name,
            .port_name = c[i].port->name,
            .description = c[i].description,
            .clock_offset_ns = c[i].clock_offset.ns,
        };
        char path[RUN_PATH_MAX];
        if (!run_folder_capture(&p->folder, port.node_name, port.port_name, path, e))
            return false;
        struct sink *k = pcapng_open(p->arena, path, &port, sim_epoch_ns(p->sim), e);
        if (!k)
            return false;
        bus_attach(p->sim, k);
    }
    return true;
}

static bool attach_files(struct play *p, struct err *e)
{
    char path[RUN_PATH_MAX];
    if (p->o.record == RECORD_NONE)
        return true;
    if (!run_folder_path(&p->folder, "run.db", path, e))
        return false;
    p->rundb = rundb_open(p->arena, path, p->sim, wire_frame_line, e);
    if (!p->rundb)
        return false;
    bus_attach(p->sim, p->rundb);
    if (!run_folder_sub(&p->folder, "log", path, e))
        return false;
    struct sink *log = product_log_open(p->arena, path, p->sim, e);
    if (!log)
        return false;
    bus_attach(p->sim, log);
    return p->o.record != RECORD_FULL || attach_captures(p, e);
}

static bool attach(struct play *p, struct err *e)
{
    bool wants_folder = p->o.record != RECORD_NONE || p->o.out;
    if (wants_folder &&
        !run_folder_open(&p->folder, scenario_info(p->scenario)->name, p->o.out, p->o.force, e))
        return false;
    p->arena = arena_new("observers", 4ull << 30);
    p->registration = registration_new(p->arena, p->sim);
    bus_attach(p->sim, p->registration);
    p->story = story_new(p->sim);
    bus_attach(p->sim, story_sink(p->story));
    struct sink *trace = scenario_trace(p->scenario, decode_segment);
    if (trace)
        bus_attach(p->sim, trace);
    return attach_files(p, e);
}

/* --- after the run ---------------------------------------------------------------------------------------------- */

static void measure_books(struct play *p)
{
    struct net_books b = net_books(p->net);
    ASSERT(b.sent == b.delivered + b.dropped + b.in_flight);
    measure_set(p->sim, MEASURE_FRAMES_SENT, (int64_t)b.sent);
    measure_set(p->sim, MEASURE_FRAMES_DELIVERED, (int64_t)b.delivered);
    measure_set(p->sim, MEASURE_FRAMES_DROPPED, (int64_t)b.dropped);
    measure_set(p->sim, MEASURE_FRAMES_IN_FLIGHT, (int64_t)b.in_flight);
}

static bool play(struct play *p, struct err *e)
{
    struct run_doc *d = &p->doc;
    d->scenario = p->scenario;
    d->sim = p->sim;
    d->story = p->story;
    if (!net_start(p->net, e) || !scenario_start(p->scenario, e))
        return false;
    enum sim_end end = sim_run_until(p->sim, d->until, e);
    if (end == SIM_FAILED || scenario_failed(p->scenario, e))
        return false;
    d->status = end == SIM_COMPLETE ? "complete" : "interrupted";
    d->reached = sim_now(p->sim);
    registration_finish(p->registration, p->sim);
    measure_books(p);
    if (!scenario_judge(p->scenario, p->sim, d->reached, &d->observables, &d->observable_count, e))
        return false;
    struct sim_time documented = time_add(TIME_ZERO, scenario_info(p->scenario)->duration);
    d->judged = p->o.check ||
                (scenario_is_documented(p->scenario) && !time_before(d->reached, documented));
    return true;
}

static bool write_summary(struct play *p, struct err *e)
{
    char path[RUN_PATH_MAX];
    if (!run_folder_path(&p->folder, "summary.json", path, e))
        return false;
    FILE *f = fopen(path, "w");
    if (f)
        run_doc_json(f, &p->doc, false);
    if (!f || ferror(f) || fclose(f) != 0)
        return err_machine(e, "'%s' cannot be written: %s", path, strerror(errno));
    return true;
}

/* What belongs to this machine and this moment goes here, and nowhere else. */
static bool write_meta(struct play *p, struct err *e)
{
    char path[RUN_PATH_MAX], now[32];
    struct utsname host = {0};
    time_t at = time(NULL);
    struct tm tm;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
    uname(&host);
    if (!run_folder_path(&p->folder, "meta.json", path, e))
        return false;
    FILE *f = fopen(path, "w");
    if (f)
        fprintf(f, "{\"written\": \"%s\", \"system\": \"%s %s\", \"wall_ms\": %lld}\n", now, host.sysname,
                host.machine, (long long)((wall_ns() - p->started_ns) / 1000000));
    if (!f || ferror(f) || fclose(f) != 0)
        return err_machine(e, "'%s' cannot be written: %s", path, strerror(errno));
    return true;
}

static bool finish(struct play *p, struct err *e)
{
    if (p->rundb)
        run_doc_tables(p->rundb, &p->doc);
    if (!bus_close(p->sim, e))
        return false;
    if (!run_folder_is_open(&p->folder))
        return true;
    if (!write_summary(p, e) || !write_meta(p, e) || !run_folder_commit(&p->folder, e))
        return false;
    p->doc.out = run_folder_name(&p->folder);
    return true;
}

static int status_of(const struct play *p)
{
    if (strcmp(p->doc.status, "interrupted") == 0)
        return CMD_INTERRUPTED;
    return p->doc.judged && run_doc_count(&p->doc, VERDICT_DEVIATES) ? CMD_FAILED : CMD_OK;
}

static void release(struct play *p)
{
    struct err ignored = {0};
    if (p->sim)
        (void)!bus_close(p->sim, &ignored);
    run_folder_abandon(&p->folder);
    story_free(p->story);
    scenario_free(p->scenario);
    sim_free(p->sim);
    arena_free(p->arena);
}

int cmd_run(int argc, char **argv)
{
    struct play p = {.started_ns = wall_ns()};
    struct err e = {0};
    unsigned allowed = CLI_SET | CLI_SEED | CLI_UNTIL | CLI_OUT | CLI_JSON | CLI_CHECK | CLI_FORCE |
                       CLI_QUIET | CLI_RECORD | CLI_SHAKE;
    if (!cli_parse(argc, argv, allowed, "SCENARIO", &p.o, &e))
        return cli_fail(&e);
    if (p.o.help)
        return cmd_print_help(argv[0]);
    struct sigaction sa = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &sa, NULL);
    int status;
    if (load(&p, &e) && build(&p, &e) && attach(&p, &e) && play(&p, &e) && finish(&p, &e)) {
        if (p.o.json)
            run_doc_json(stdout, &p.doc, true);
        else if (!p.o.quiet)
            run_doc_print(stdout, &p.doc);
        status = status_of(&p);
    } else {
        status = cli_fail(&e);
    }
    release(&p);
    return status;
}
