/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_run.c: dialtone run. First everything a user can get wrong: the file is read, parameters are
 * set, the network is built. Only then is the run folder made. Play, judge, write, give it its
 * name, print. */
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/decode.h"
#include "lua/cli/interrupt.h"
#include "lua/cli/prepare.h"
#include "lua/cli/run_files.h"
#include "models/registry.h"

struct play {
    struct cli_options o;
    struct scenario *scenario;
    struct sim *sim;
    struct net *net;
    struct arena *arena; /* of the observers */
    struct sink *registration, *calls;
    struct run_files files;
    struct run_doc doc;
};

/* --- before the run --------------------------------------------------------------------------- */

static bool build(struct play *p, struct err *e)
{
    struct sim_config c = {
        .seed = p->o.seed,
        .shake_seed = p->o.shake,
        .epoch_ns = scenario_info(p->scenario)->epoch_ns,
        .record_timers = p->o.record == RECORD_FULL,
        .interrupted = &cli_interrupted,
    };
    p->sim = sim_new(&c);
    p->net = net_new(p->sim, registry_models, registry_model_count);
    if (!prepare_build(p->scenario, p->net, &p->o, e))
        return false;
    p->doc.scenario = p->scenario;
    p->doc.sim = p->sim;
    p->doc.until = prepare_end(p->scenario);
    return true;
}

static bool attach(struct play *p, struct err *e)
{
    p->arena = arena_new("observers", OBSERVERS_BYTES_MAX);
    p->registration = registration_new(p->arena, p->sim);
    bus_attach(p->sim, p->registration);
    p->calls = calls_new(p->arena);
    bus_attach(p->sim, p->calls);
    struct sink *trace = scenario_trace(p->scenario, decode_segment);
    if (trace)
        bus_attach(p->sim, trace);
    if (!p->o.json && !p->o.quiet)
        p->doc.story = story_new(p->arena, p->sim);
    return run_files_open(&p->files, p->arena, p->scenario, p->sim, &p->o, e);
}

/* --- the run ---------------------------------------------------------------------------------- */

static bool play(struct play *p, struct err *e)
{
    struct run_doc *d = &p->doc;
    if (!net_start(p->net, e) || !scenario_start(p->scenario, e))
        return false;
    enum sim_end end = sim_run_until(p->sim, d->until, e);
    if (end == SIM_FAILED || scenario_failed(p->scenario, e))
        return false;
    d->status = end == SIM_COMPLETE ? "complete" : "interrupted";
    d->reached = sim_now(p->sim);
    return true;
}

/* The observables decide when the run is the documented one, whole; or when we are told so. */
static bool judge(struct play *p, struct err *e)
{
    struct run_doc *d = &p->doc;
    struct sim_time whole = time_add(TIME_ZERO, scenario_info(p->scenario)->duration);
    registration_finish(p->registration, p->sim);
    calls_finish(p->calls, p->sim);
    net_balance(p->net);
    d->documented = scenario_is_documented(p->scenario);
    d->judged = p->o.check || (d->documented && !time_before(d->reached, whole));
    return scenario_judge(p->scenario, p->sim, d->reached, &d->observables, &d->observable_count,
                          e);
}

/* --- after the run ---------------------------------------------------------------------------- */

static int exit_status(const struct run_doc *d)
{
    if (strcmp(d->status, "complete") != 0)
        return CMD_INTERRUPTED;
    return d->judged && run_doc_count(d, VERDICT_DEVIATES) ? CMD_FAILED : CMD_OK;
}

static int report(const struct play *p)
{
    if (p->o.json)
        run_doc_json(stdout, &p->doc, true);
    else if (!p->o.quiet)
        run_print(stdout, &p->doc);
    return exit_status(&p->doc);
}

static void release(struct play *p)
{
    struct err ignored;
    if (p->sim && !bus_close(p->sim, &ignored))
        p->doc.out = NULL; /* an earlier error was told already */
    run_files_abandon(&p->files);
    scenario_free(p->scenario);
    sim_free(p->sim);
    arena_free(p->arena);
}

int cmd_run(int argc, char **argv)
{
    static struct play p; /* large */
    struct err e = {0};
    unsigned allowed = CLI_SET | CLI_SEED | CLI_UNTIL | CLI_OUT | CLI_JSON | CLI_CHECK | CLI_FORCE |
                       CLI_QUIET | CLI_RECORD | CLI_SHAKE;
    if (!cli_parse(argc, argv, allowed, "SCENARIO", &p.o, &e))
        return cli_fail(&e);
    if (p.o.help)
        return cmd_print_help(argv[0]);
    cli_catch_interrupts();
    p.scenario = prepare_load(&p.o, &e);
    bool ok = p.scenario && build(&p, &e) && attach(&p, &e) && play(&p, &e) && judge(&p, &e) &&
              run_files_close(&p.files, &p.doc, &e);
    int status = ok ? report(&p) : cli_fail(&e);
    release(&p);
    return status;
}
