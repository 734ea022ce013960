/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.h: one simulation: arena, clock, event queue, random streams, bus, limits. No globals: any
 * number may live side by side, each on one thread. */
#ifndef SIM_KERNEL_SIM_H
#define SIM_KERNEL_SIM_H

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/base/simtime.h"
#include "sim/kernel/bus.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/rng.h"

struct sim_limits { /* 0: the default */
    uint64_t events;
    uint64_t events_per_instant; /* catches loops of zero delay */
    uint64_t memory_bytes;
    uint32_t flows; /* exchanges remembered by name; the oldest are forgotten */
};

struct sim_config {
    uint64_t seed;
    uint64_t shake_seed; /* not 0: shuffles ties, to find results that lean on an arbitrary order */
    int64_t epoch_ns;    /* the scenario's wall clock at time 0, ns since 1970 UTC */
    bool record_timers;  /* publish TMR records */
    struct sim_limits limits;
    const volatile int *interrupted; /* not NULL: the run ends when it becomes true */
};

enum sim_end { SIM_COMPLETE, SIM_INTERRUPTED, SIM_FAILED };

struct sim *sim_new(const struct sim_config *c);
void sim_free(struct sim *s);
struct sim_time sim_now(const struct sim *s);
struct arena *sim_arena(struct sim *s);
uint64_t sim_seed(const struct sim *s);
int64_t sim_epoch_ns(const struct sim *s);
struct rng *sim_stream(struct sim *s, const char *name); /* the stream of this name, opened once */

/* Runs every event up to and including `until`, then sets the clock there. SIM_FAILED: *e says which
 * limit was hit. */
enum sim_end sim_run_until(struct sim *s, struct sim_time until, struct err *e);

/* Ends the run after the event being handled; sim_run_until then says SIM_INTERRUPTED. */
void sim_stop(struct sim *s);

uint64_t sim_digest(const struct sim *s);
uint64_t sim_events(const struct sim *s);
void sim_fold(struct sim *s, uint64_t word); /* into the digest: bytes of a frame just made */

/* Schedules (or moves, when pending) an event; it inherits the current cause and flow. */
void sim_schedule(struct sim *s, struct event *ev, struct sim_time at);
void sim_cancel(struct sim *s, struct event *ev); /* fine when not pending */

/* Nodes as the bus knows them: a name and a model. Ids count from 1; 0 is the scenario itself. */
uint16_t sim_node_add(struct sim *s, const char *name, const char *model);
uint16_t sim_node_count(const struct sim *s);
const char *sim_node_name(const struct sim *s, uint16_t node);
const char *sim_node_model(const struct sim *s, uint16_t node);

/* A node whose clock runs fast by so many millionths (below 0: slow): every span that it arms a timer with is that
 * much shorter. `sim_node_ahead`: how far its clock is ahead of the simulation's by now. */
void sim_node_set_drift(struct sim *s, uint16_t node, int64_t ppm);
struct sim_dur sim_node_ahead(const struct sim *s, uint16_t node);

#endif
