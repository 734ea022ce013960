/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.c: life of a simulation and its run loop. */
#include "sim/kernel/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/hash.h"
#include "sim/kernel/sim_state.h"

static const struct sim_limits default_limits = {
    .events = 20000000000u,
    .events_per_instant = 1000000,
    .memory_bytes = 16ull << 30,
    .flows = 65536,
};

struct sim *sim_new(const struct sim_config *c)
{
    struct sim *s = calloc(1, sizeof *s);
    ASSERT(s != NULL);
    s->config = *c;
    struct sim_limits *l = &s->config.limits;
    l->events = l->events ? l->events : default_limits.events;
    l->events_per_instant =
        l->events_per_instant ? l->events_per_instant : default_limits.events_per_instant;
    l->memory_bytes = l->memory_bytes ? l->memory_bytes : default_limits.memory_bytes;
    l->flows = l->flows ? l->flows : default_limits.flows;
    s->arena = arena_new("simulation", l->memory_bytes);
    s->queue = queue_new(c->shake_seed);
    map_init(&s->streams, s->arena);
    flows_init(&s->flows, l->flows);
    s->digest = hash_mix(c->seed);
    s->firing_published = true; /* nothing is being handled: what is published now is a root */
    sim_node_add(s, "scenario", "scenario");
    return s;
}

void sim_free(struct sim *s)
{
    if (!s)
        return;
    queue_free(s->queue);
    arena_free(s->arena);
    flows_free(&s->flows);
    free(s);
}

struct sim_time sim_now(const struct sim *s)
{
    return s->now;
}

struct arena *sim_arena(struct sim *s)
{
    return s->arena;
}

uint64_t sim_seed(const struct sim *s)
{
    return s->config.seed;
}

int64_t sim_epoch_ns(const struct sim *s)
{
    return s->config.epoch_ns;
}

void sim_stop(struct sim *s)
{
    s->stopped = true;
}

uint64_t sim_digest(const struct sim *s)
{
    return hash_mix(s->digest);
}

uint64_t sim_events(const struct sim *s)
{
    return s->events;
}

void sim_fold(struct sim *s, uint64_t word)
{
    s->digest = hash_fold(s->digest, word);
}

struct rng *sim_stream(struct sim *s, const char *name)
{
    uint64_t key = hash_cstr(0, name);
    struct rng *r = map_get(&s->streams, key);
    if (!r) {
        r = ARENA_NEW(s->arena, struct rng);
        rng_seed(r, s->config.seed, arena_strdup(s->arena, str_of(name)));
        map_put(&s->streams, key, r);
    }
    ASSERT(strcmp(r->name, name) == 0);
    return r;
}

void sim_schedule(struct sim *s, struct event *ev, struct sim_time at)
{
    ASSERT(!time_before(at, s->now));
    ev->at = at;
    ev->id = ++s->event_ids;
    ev->cause = s->cause;
    ev->flow = s->flow;
    if (event_pending(ev))
        queue_move(s->queue, ev);
    else
        queue_push(s->queue, ev);
}

void sim_cancel(struct sim *s, struct event *ev)
{
    if (event_pending(ev))
        queue_remove(s->queue, ev);
}

static void describe(void *arg)
{
    const struct sim *s = arg;
    fprintf(stderr, "dialtone: at %lld ns, event %llu, cause #%llu, seed %llu\n",
            (long long)s->now.ns, (unsigned long long)s->events, (unsigned long long)s->cause,
            (unsigned long long)s->config.seed);
}

static bool within_limits(struct sim *s, struct sim_time at, struct err *e)
{
    s->at_this_instant = at.ns == s->now.ns ? s->at_this_instant + 1 : 1;
    if (s->at_this_instant > s->config.limits.events_per_instant)
        return err_set(e, "more than %llu events at one instant (%lld ns): a loop without delay?",
                       (unsigned long long)s->config.limits.events_per_instant, (long long)at.ns);
    if (s->events >= s->config.limits.events)
        return err_set(e, "the run passed its limit of %llu events; shorten the duration",
                       (unsigned long long)s->config.limits.events);
    return true;
}

static void fire(struct sim *s, struct event *ev)
{
    queue_take_first(s->queue);
    s->now = ev->at;
    s->events++;
    sim_fold(s, (uint64_t)ev->at.ns << 2 | ev->rank);
    s->cause = ev->cause;
    s->flow = ev->flow;
    s->firing_published = false;
    s->awaited = 0;
    ev->fire(ev);
}

enum sim_end sim_run_until(struct sim *s, struct sim_time until, struct err *e)
{
    enum sim_end end = SIM_COMPLETE;
    ASSERT(!time_before(until, s->now));
    fault_set_context(describe, s);
    for (struct event *ev; (ev = queue_first(s->queue)) != NULL && !time_before(until, ev->at);) {
        if (s->stopped || (s->config.interrupted && *s->config.interrupted)) {
            end = SIM_INTERRUPTED;
            break;
        }
        if (!within_limits(s, ev->at, e)) {
            end = SIM_FAILED;
            break;
        }
        fire(s, ev);
    }
    if (end == SIM_COMPLETE)
        s->now = until;
    s->cause = s->flow = s->awaited = 0;
    s->firing_published = true;
    fault_set_context(NULL, NULL);
    return end;
}

uint16_t sim_node_add(struct sim *s, const char *name, const char *model)
{
    ASSERT(s->node_count < UINT16_MAX);
    if (s->node_count == s->node_cap) {
        struct node_info *old = s->nodes;
        s->node_cap = s->node_cap ? (uint16_t)(s->node_cap < 32768 ? s->node_cap * 2 : UINT16_MAX) : 8;
        s->nodes = ARENA_ARRAY(s->arena, struct node_info, s->node_cap);
        if (old)
            memcpy(s->nodes, old, s->node_count * sizeof *old);
    }
    s->nodes[s->node_count] = (struct node_info){.name = arena_strdup(s->arena, str_of(name)),
                                                 .model = arena_strdup(s->arena, str_of(model))};
    return s->node_count++;
}

uint16_t sim_node_count(const struct sim *s)
{
    return s->node_count;
}

void sim_node_set_drift(struct sim *s, uint16_t node, int64_t ppm)
{
    ASSERT(node < s->node_count && ppm > -1000000);
    s->nodes[node].drift_ppm = ppm;
}

struct sim_dur sim_node_ahead(const struct sim *s, uint16_t node)
{
    ASSERT(node < s->node_count);
    return dur_ratio(time_sub(s->now, TIME_ZERO), s->nodes[node].drift_ppm, 1000000);
}

const char *sim_node_name(const struct sim *s, uint16_t node)
{
    ASSERT(node < s->node_count);
    return s->nodes[node].name;
}

const char *sim_node_model(const struct sim *s, uint16_t node)
{
    ASSERT(node < s->node_count);
    return s->nodes[node].model;
}
