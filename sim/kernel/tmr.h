/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmr.h: named one-shot timers embedded in model state. A timer is disarmed before on_fire runs, so
 * re-arming inside is normal. A timer that waits for a message says so with tmr_await: when it fires,
 * the first fact published is tied to that exchange's last drop, else its last transmission, else the
 * last state of the node that should have spoken. */
#ifndef SIM_KERNEL_TMR_H
#define SIM_KERNEL_TMR_H

#include "sim/kernel/sim.h"

struct tmr {
    struct event ev;
    struct sim *sim;
    void *owner;
    void (*on_fire)(void *owner);
    uint64_t await_flow;
    uint16_t await_node;
    uint16_t node;
    bool held;
};

/* label: "sip.keepalive". `node` is whose timer it is. */
void tmr_init(struct tmr *t, struct sim *s, uint16_t node, const char *label, void *owner,
              void (*on_fire)(void *owner));
void tmr_arm(struct tmr *t, struct sim_dur in); /* by the node's clock; replaces any earlier arming, forgets what it awaited */
void tmr_arm_at(struct tmr *t, struct sim_time at);
void tmr_await(struct tmr *t, uint64_t flow, uint16_t node); /* after arming; 0: nothing */
void tmr_disarm(struct tmr *t);

/* Who would hear it stands still, and goes on: one that was armed fires when it is due, but not before that. Arming or
 * disarming it meanwhile counts as ever. */
void tmr_hold(struct tmr *t);
void tmr_go_on(struct tmr *t);

bool tmr_armed(const struct tmr *t);
struct sim_dur tmr_left(const struct tmr *t); /* 0 when not armed */

#endif
