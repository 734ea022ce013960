/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernel_kit.h: a sink that keeps what it hears, and events that run a function. */
#ifndef TESTS_UNIT_KERNEL_KIT_H
#define TESTS_UNIT_KERNEL_KIT_H

#include "tests/unit/base/base_kit.h"

#include "sim/kernel/tmr.h"

#define EARS_MAX 256

struct heard {
    int64_t id, at_ns;
    uint64_t cause, flow;
    uint16_t kind, node;
};

struct ear {
    struct sink sink;
    struct heard rec[EARS_MAX];
    struct {
        uint64_t record, of;
        enum because_role role;
    } because[EARS_MAX];
    uint32_t n, because_n;
};

static inline void ear_on(struct sink *k, const struct rec *r)
{
    struct ear *e = (struct ear *)(void *)k;
    assert_true(e->n < EARS_MAX);
    e->rec[e->n++] = (struct heard){r->id, r->at.ns, r->cause, r->flow, r->kind, r->node};
}

static inline void ear_because(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct ear *e = (struct ear *)(void *)k;
    assert_true(e->because_n < EARS_MAX);
    e->because[e->because_n].record = record;
    e->because[e->because_n].of = of;
    e->because[e->because_n++].role = role;
}

static inline void ear_attach(struct ear *e, struct sim *s, uint64_t mask)
{
    *e = (struct ear){.sink = {.name = "ear", .mask = mask, .on = ear_on, .because = ear_because}};
    bus_attach(s, &e->sink);
}

/* An event that calls act(arg) once. */
struct call {
    struct event ev;
    void (*act)(void *arg);
    void *arg;
};

static inline void call_fire(struct event *ev)
{
    struct call *c = (struct call *)(void *)((char *)ev - offsetof(struct call, ev));
    c->act(c->arg);
}

static inline void call_at(struct call *c, struct sim *s, int64_t ns, void (*act)(void *),
                           void *arg)
{
    *c = (struct call){
        .ev = {.fire = call_fire, .label = "call", .rank = EV_SCRIPT}, .act = act, .arg = arg};
    sim_schedule(s, &c->ev, (struct sim_time){ns});
}

static inline void kit_run(struct sim *s, int64_t until_ns)
{
    struct err e = {0};
    if (sim_run_until(s, (struct sim_time){until_ns}, &e) != SIM_COMPLETE)
        fail_msg("%s", e.msg);
}

static inline uint64_t kit_state(struct sim *s, uint16_t node, const char *to)
{
    struct rec r = {.kind = REC_STATE, .node = node};
    r.state = (struct rec_state){"m", "k", "from", "e", to};
    return bus_publish(s, &r);
}

#endif
