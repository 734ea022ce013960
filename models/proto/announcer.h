/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcer.h: says something again and again: quickly a few times after it starts, then at a steady
 * period. Discovery protocols (CDP, LLDP) speak like this. */
#ifndef MODELS_PROTO_ANNOUNCER_H
#define MODELS_PROTO_ANNOUNCER_H

#include "models/net/net.h"
#include "sim/kernel/tmr.h"

struct announcer {
    struct sim_dur period, quick; /* between two sayings; between the first ones */
    uint8_t quick_left;
    struct tmr next;
    void (*say)(void *arg);
    void *arg;
};

void announcer_init(struct announcer *a, struct node *n, const char *label, void (*say)(void *arg),
                    void *arg);
void announcer_start(struct announcer *a, uint8_t quick_count); /* says it at once; starts anew when running */
void announcer_stop(struct announcer *a);

#endif
