/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ios_log.h: a line on the console of a device that runs Cisco IOS. The model writes what follows
 * the time, from "%FACILITY-SEVERITY-MNEMONIC:" on, or a line of a debug command. */
#ifndef MODELS_PROTO_IOS_LOG_H
#define MODELS_PROTO_IOS_LOG_H

#include "models/net/net.h"

/* `severity` is the number in the line; 7 for debugging. `fmt` is a constant; the values live for
 * the call. */
static inline void ios_log(struct node *n, uint32_t severity, const char *fmt, const struct val *v,
                           uint32_t count)
{
    struct rec log = {.kind = REC_LOG, .node = n->id};
    log.log = (struct rec_log){"console", severity, {fmt, v, count}};
    bus_publish(n->sim, &log);
}

#define IOS_LOG(n, severity, fmt, ...)                                                             \
    ios_log((n), (severity), (fmt), (struct val[]){__VA_ARGS__},                                   \
            sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

#endif
