/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_bench.c: the event queue through the public interface, at 1e3, 1e5 and 1e6 pending events:
 *   hold    each event that fires schedules itself again after an exponential increment;
 *   rearm   each event that fires also cancels and re-arms one timer, the pattern of every TCP.
 * Increments are drawn before the clock starts. Medians of several rounds. */
#include <gsl/gsl_randist.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "lua/cli/cli.h"
#include "sim/kernel/sim.h"

#define INCREMENTS 65536
#define ROUNDS 5
#define MEAN_NS 1000000.0

struct bench {
    struct sim *sim;
    const int64_t *increments;
    uint32_t next;
    uint64_t fired, wanted;
    bool rearm;
    struct node_ev *nodes;
    uint32_t count;
};

struct node_ev {
    struct event ev;
    struct bench *bench;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t increment(struct bench *b)
{
    return b->increments[b->next++ % INCREMENTS];
}

static void at_end(struct event *ev)
{
    (void)ev;
}

static void on_fire(struct event *ev)
{
    struct node_ev *n = (struct node_ev *)(void *)((char *)ev - offsetof(struct node_ev, ev));
    struct bench *b = n->bench;
    if (++b->fired >= b->wanted)
        return;
    sim_schedule(b->sim, ev, time_add(sim_now(b->sim), dur_ns(increment(b))));
    if (!b->rearm)
        return;
    struct node_ev *timer = &b->nodes[b->count + (uint32_t)(b->fired % b->count)];
    sim_cancel(b->sim, &timer->ev);
    sim_schedule(b->sim, &timer->ev, time_add(sim_now(b->sim), dur_ns(increment(b) + 3000000000)));
}

/* ns an event over one round. */
static double round_ns(const int64_t *increments, uint32_t n, bool rearm)
{
    struct sim_config c = {.seed = 1};
    struct bench b = {.sim = sim_new(&c), .increments = increments, .rearm = rearm, .count = n};
    struct err e = {0};
    b.nodes = calloc((size_t)n * (rearm ? 2 : 1), sizeof *b.nodes);
    ASSERT(b.nodes != NULL);
    for (uint32_t i = 0; i < n * (rearm ? 2u : 1u); i++) {
        b.nodes[i].bench = &b;
        b.nodes[i].ev = (struct event){.fire = i < n ? on_fire : at_end, .rank = EV_TIMER, .label = "bench"};
        sim_schedule(b.sim, &b.nodes[i].ev,
                     time_add(TIME_ZERO, dur_ns(increment(&b) + (i < n ? 0 : 3000000000))));
    }
    uint64_t warm = n < 200000 ? n * 2ull : n;
    b.wanted = warm + 1000000;
    struct sim_time until = TIME_ZERO;
    while (b.fired < warm) { /* in steps of the mean, until the shape has settled */
        until = time_add(until, dur_ns((int64_t)MEAN_NS / 8 + 1));
        (void)sim_run_until(b.sim, until, &e);
    }
    uint64_t before = b.fired;
    int64_t start = now_ns();
    (void)sim_run_until(b.sim, time_add(until, dur_s(100000)), &e);
    double ns = (double)(now_ns() - start) / (double)(b.fired - before);
    sim_free(b.sim);
    free(b.nodes);
    return ns;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long rss_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static int64_t *draw_increments(void)
{
    int64_t *v = calloc(INCREMENTS, sizeof *v);
    struct rng r;
    ASSERT(v != NULL);
    rng_seed(&r, 1, "bench/increments");
    for (int i = 0; i < INCREMENTS; i++)
        v[i] = (int64_t)gsl_ran_exponential(rng_gsl(&r), MEAN_NS) + 1;
    return v;
}

static void report(bool json, bool first, const char *name, uint32_t n, double ns)
{
    if (json)
        printf("%s\n  {\"name\": \"%s\", \"n\": %u, \"ns\": %.1f, \"per_s\": %.0f, \"rss_kib\": %ld}",
               first ? "" : ",", name, n, ns, 1e9 / ns, rss_kib());
    else
        printf("  %-8s %9u %10.1f %14.0f %10ld\n", name, n, ns, 1e9 / ns, rss_kib());
    fflush(stdout);
}

int cmd_bench(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 100000, 1000000};
    struct cli_options o;
    struct err e = {0};
    if (!cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help(argv[0]);
    int64_t *increments = draw_increments();
    if (o.json)
        printf("{\"bench\": [");
    else
        printf("  %-8s %9s %10s %14s %10s\n", "name", "pending", "ns/event", "events/s", "RSS KiB");
    for (int i = 0; i < 6; i++) {
        double ns[ROUNDS];
        for (int k = 0; k < ROUNDS; k++)
            ns[k] = round_ns(increments, sizes[i / 2], i % 2);
        qsort(ns, ROUNDS, sizeof ns[0], by_value);
        report(o.json, i == 0, i % 2 ? "rearm" : "hold", sizes[i / 2], ns[ROUNDS / 2]);
    }
    if (o.json)
        printf("\n]}\n");
    free(increments);
    return CMD_OK;
}
