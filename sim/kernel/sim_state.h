/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim_state.h: the inside of struct sim, shared by sim.c, bus.c and tmr.c only. */
#ifndef SIM_KERNEL_SIM_STATE_H
#define SIM_KERNEL_SIM_STATE_H

#include "sim/base/map.h"
#include "sim/kernel/flow.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/sim.h"

#define SINKS_MAX 256

struct node_info {
    const char *name, *model;
    uint64_t last_state; /* its last STATE record */
    int64_t drift_ppm;   /* of its clock; above 0: fast */
};

struct sim {
    /* configuration */
    struct sim_config config;
    struct arena *arena;
    /* clock and queue */
    struct sim_time now;
    struct queue *queue;
    bool stopped;
    uint64_t event_ids, events, at_this_instant;
    /* streams, by hash of name */
    struct map streams;
    /* bus */
    uint64_t fact_ids;
    int64_t other_ids;
    uint64_t cause, flow;   /* what is being handled */
    bool firing_published;  /* the first fact of this firing has become the cause */
    uint64_t awaited;       /* resolved when the timer fired; tied to the firing's first fact */
    uint64_t digest;
    uint64_t wanted;
    struct sink *sinks[SINKS_MAX];
    uint32_t sink_count;
    /* nodes, 1-based */
    struct node_info *nodes;
    uint16_t node_count, node_cap;
    struct measure measures[MEASURE_COUNT];
    struct flows flows;
};

/* The record that explains why `flow` brought nothing, or what `node` last did. */
uint64_t bus_resolve_awaited(const struct sim *s, uint64_t flow, uint16_t node);

#endif
