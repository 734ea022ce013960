/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmr.c: see tmr.h. */
#include "sim/kernel/tmr.h"

#include "sim/kernel/sim_state.h"

static void report(struct tmr *t, const char *what)
{
    if (!t->sim->config.record_timers)
        return;
    struct rec r = {.kind = REC_TMR, .node = t->node};
    r.tmr = (struct rec_tmr){t->ev.label, what, time_sub(t->ev.at, TIME_ZERO)};
    bus_publish(t->sim, &r);
}

static void fire(struct event *ev)
{
    struct tmr *t = (struct tmr *)(void *)((char *)ev - offsetof(struct tmr, ev));
    struct sim *s = t->sim;
    if (t->await_flow || t->await_node) {
        s->awaited = bus_resolve_awaited(s, t->await_flow, t->await_node);
        s->flow = t->await_flow ? t->await_flow : s->flow;
    }
    report(t, "fire");
    t->on_fire(t->owner);
}

void tmr_init(struct tmr *t, struct sim *s, uint16_t node, const char *label, void *owner,
              void (*on_fire)(void *owner))
{
    *t = (struct tmr){.sim = s, .owner = owner, .on_fire = on_fire, .node = node};
    t->ev = (struct event){.fire = fire, .label = label, .rank = EV_TIMER};
}

void tmr_arm_at(struct tmr *t, struct sim_time at)
{
    t->await_flow = 0;
    t->await_node = 0;
    t->held = false;
    sim_schedule(t->sim, &t->ev, at);
    report(t, "arm");
}

void tmr_arm(struct tmr *t, struct sim_dur in)
{
    int64_t ppm = t->sim->nodes[t->node].drift_ppm;
    if (ppm) /* the node counts the span by its own clock */
        in = dur_ratio(in, 1000000, 1000000 + ppm);
    tmr_arm_at(t, time_add(sim_now(t->sim), in));
}

void tmr_await(struct tmr *t, uint64_t flow, uint16_t node)
{
    t->await_flow = flow;
    t->await_node = node;
}

void tmr_disarm(struct tmr *t)
{
    t->held = false;
    if (!tmr_armed(t))
        return;
    sim_cancel(t->sim, &t->ev);
    report(t, "disarm");
}

void tmr_hold(struct tmr *t)
{
    bool armed = tmr_armed(t);
    tmr_disarm(t);
    t->held = armed;
}

void tmr_go_on(struct tmr *t)
{
    struct sim_time now = sim_now(t->sim);
    if (!t->held)
        return;
    t->held = false;
    sim_schedule(t->sim, &t->ev, time_before(t->ev.at, now) ? now : t->ev.at);
    report(t, "arm");
}

bool tmr_armed(const struct tmr *t)
{
    return event_pending(&t->ev);
}

struct sim_dur tmr_left(const struct tmr *t)
{
    return tmr_armed(t) ? time_sub(t->ev.at, sim_now(t->sim)) : DUR_ZERO;
}
