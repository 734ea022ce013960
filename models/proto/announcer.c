/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcer.c: see announcer.h. */
#include "models/proto/announcer.h"

static void say_and_wait(struct announcer *a)
{
    tmr_arm(&a->next, a->quick_left ? a->quick : a->period);
    if (a->quick_left)
        a->quick_left--;
    a->say(a->arg);
}

/* What is said of itself belongs to no exchange. */
static void on_next(void *owner)
{
    struct announcer *a = owner;
    bus_set_flow(a->next.sim, 0);
    say_and_wait(a);
}

void announcer_init(struct announcer *a, struct node *n, const char *label, void (*say)(void *arg),
                    void *arg)
{
    a->say = say;
    a->arg = arg;
    tmr_init(&a->next, n->sim, n->id, label, a, on_next);
}

void announcer_start(struct announcer *a, uint8_t quick_count)
{
    a->quick_left = quick_count ? (uint8_t)(quick_count - 1) : 0;
    say_and_wait(a);
}

void announcer_stop(struct announcer *a)
{
    tmr_disarm(&a->next);
}
