/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_bench.c: the event queue as models use it, through sim_schedule and sim_cancel, at 1e3, 1e5
 * and 1e6 pending events. hold    whoever fires schedules itself anew after an exponential span
 * (mean 1 s) churn   timers of 1 s that hardly ever fire: ten times while one lasts, each is
 * cancelled and armed anew, in no order; an operation is one such step of the driver, with the
 * driver's own event Spans and order are drawn before the clock starts. Every row is a process of
 * its own, so its memory is its own; its time is the median of the rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lua/cli/bench_boot.h"
#include "lua/cli/bench_calls.h"
#include "lua/cli/bench_phones.h"
#include "lua/cli/cli.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/sim.h"

#define SPANS (1u << 16)
#define ROUNDS 5
#define OPERATIONS 1000000
#define SECOND_NS 1000000000

enum workload { HOLD, CHURN, WORKLOADS };
static const char *const workload_names[] = {"hold", "churn"};

struct bench {
    struct sim *sim;
    struct event *events; /* the pending ones; CHURN: then the driver */
    struct sim_dur *spans;
    struct sim_dur step; /* of the driver */
    uint32_t count, next;
    uint64_t operations;
    int stop;
};

static struct bench bench; /* one a process */

struct result {
    int64_t ns_tenths; /* an operation */
    long rss_kib;
};

static int64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static uint32_t next_index(struct bench *b)
{
    uint32_t i = b->next++;
    return (i + (i >> 16) * 40503u) & (SPANS - 1); /* another phase each time round the table */
}

static void count(struct bench *b)
{
    if (--b->operations == 0)
        b->stop = 1;
}

static void on_hold(struct event *ev)
{
    struct bench *b = &bench;
    sim_schedule(b->sim, ev, time_add(sim_now(b->sim), b->spans[next_index(b)]));
    count(b);
}

static void on_timer(struct event *ev)
{
    struct bench *b = &bench;
    sim_schedule(b->sim, ev, time_add(sim_now(b->sim), dur_s(1)));
}

static void on_driver(struct event *ev)
{
    struct bench *b = &bench;
    struct sim_time now = sim_now(b->sim);
    uint32_t pick = (uint32_t)b->spans[next_index(b)].ns * 2654435761u;
    struct event *timer = &b->events[(uint64_t)pick * b->count >> 32];
    sim_cancel(b->sim, timer);
    sim_schedule(b->sim, timer, time_add(now, dur_s(1)));
    sim_schedule(b->sim, ev, time_add(now, b->step));
    count(b);
}

static void set_up(struct bench *b, enum workload w, uint32_t n)
{
    struct sim_config c = {.seed = 1, .interrupted = &b->stop};
    struct dist law;
    struct rng r;
    struct err e;
    bool parsed = dist_parse(STR("exp(1s)"), &law, &e);
    ASSERT(parsed);
    b->sim = sim_new(&c);
    struct arena *a = sim_arena(b->sim);
    b->spans = ARENA_ARRAY(a, struct sim_dur, SPANS);
    b->events = ARENA_ARRAY(a, struct event, n + 1);
    b->count = n;
    b->step = dur_ns(SECOND_NS / 10 / n);
    rng_seed(&r, 1, "bench/spans");
    for (uint32_t i = 0; i < SPANS; i++)
        b->spans[i] = dist_draw(&law, &r);
    for (uint32_t i = 0; i < n; i++) {
        struct sim_dur at =
            w == HOLD ? b->spans[next_index(b)] : dur_ns(SECOND_NS + SECOND_NS / n * i);
        b->events[i] = (struct event){.fire = w == HOLD ? on_hold : on_timer, .rank = EV_TIMER};
        sim_schedule(b->sim, &b->events[i], time_add(TIME_ZERO, at));
    }
    if (w == HOLD)
        return;
    b->events[n] = (struct event){.fire = on_driver, .rank = EV_TIMER};
    sim_schedule(b->sim, &b->events[n], TIME_ZERO);
}

static void operate(struct bench *b, uint64_t operations)
{
    struct err e;
    b->stop = 0;
    b->operations = operations;
    enum sim_end end = sim_run_until(b->sim, TIME_NEVER, &e);
    ASSERT(end == SIM_INTERRUPTED);
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct result measure(enum workload w, uint32_t n)
{
    int64_t ns[ROUNDS];
    struct rusage usage;
    set_up(&bench, w, n);
    operate(&bench, w == HOLD ? 2ull * n : 4ull * n); /* until the shape has settled */
    for (int i = 0; i < ROUNDS; i++) {
        int64_t start = wall_ns();
        operate(&bench, OPERATIONS);
        ns[i] = wall_ns() - start;
    }
    qsort(ns, ROUNDS, sizeof ns[0], by_value);
    getrusage(RUSAGE_SELF, &usage);
    sim_free(bench.sim);
    return (struct result){ns[ROUNDS / 2] / (OPERATIONS / 10), usage.ru_maxrss};
}

/* In a process of its own. False: it could not be started, or failed. */
static bool measure_apart(enum workload w, uint32_t n, struct result *out)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct result r = measure(w, n);
        _exit(write(ends[1], &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1);
    }
    close(ends[1]);
    bool ok = child > 0 && read(ends[0], out, sizeof *out) == (ssize_t)sizeof *out;
    close(ends[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 && ok;
}

static void print_row(bool json, bool first, const char *name, uint32_t n, const struct result *r)
{
    long long ns = r->ns_tenths > 0 ? r->ns_tenths : 1, per_s = 10ll * SECOND_NS / ns;
    if (json)
        printf("%s\n  {\"name\": \"%s\", \"n\": %u, \"ns\": %lld.%lld, \"per_s\": %lld, "
               "\"rss_kib\": %ld}",
               first ? "" : ",", name, n, ns / 10, ns % 10, per_s, r->rss_kib);
    else
        printf("  %-8s %9u %10lld.%lld %14lld %10ld\n", name, n, ns / 10, ns % 10, per_s,
               r->rss_kib);
    fflush(stdout);
}

static bool print_rows(bool json, struct err *e)
{
    static const uint32_t sizes[] = {1000, 100000, 1000000};
    bool first = true;
    for (int w = 0; w < WORKLOADS; w++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct result r;
            if (!measure_apart((enum workload)w, sizes[i], &r))
                return err_machine(e, "%s at %u: the measuring process failed", workload_names[w],
                                   sizes[i]);
            print_row(json, first, workload_names[w], sizes[i], &r);
            first = false;
        }
    }
    return true;
}

int cmd_bench(int argc, char **argv)
{
    struct cli_options o;
    struct err e = {0};
    if (argc > 1 && strcmp(argv[1], "phones") == 0)
        return bench_phones(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "boot") == 0)
        return bench_boot(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "calls") == 0)
        return bench_calls(argc - 1, argv + 1);
    if (!cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    if (o.json)
        printf("{\"bench\": [");
    else
        printf("  %-8s %9s %12s %14s %10s\n", "workload", "pending", "ns each", "per second",
               "RSS KiB");
    if (!print_rows(o.json, &e))
        return cli_fail(&e);
    if (o.json)
        printf("\n]}\n");
    return CMD_OK;
}
