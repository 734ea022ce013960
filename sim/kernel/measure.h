/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.h: the numbers a run is judged by. Models count what only they can see; observers fill in
 * the rest at the end. A measure that never got a value did not occur (JSON null). Values are integers:
 * ns for spans, plain counts otherwise, parts per billion for fractions. */
#ifndef SIM_KERNEL_MEASURE_H
#define SIM_KERNEL_MEASURE_H

#include "sim/kernel/sim.h"

enum measure_id {
    MEASURE_FIRST_UNREGISTER,
    MEASURE_UNREGISTER_COUNT,
    MEASURE_UNREGISTER_ALARMS,
    MEASURE_UNREGISTERED_TIME,
    MEASURE_REGISTERED_FRACTION,
    MEASURE_FAILOVER_COUNT,
    MEASURE_FALLBACK_COUNT,
    MEASURE_SECONDARY_TIME,
    MEASURE_KEEPALIVES_SENT,
    MEASURE_STANDBY_KEEPALIVES_SENT,
    MEASURE_PROBES_SENT,
    MEASURE_KEEPALIVES_RETRANSMITTED,
    MEASURE_MAX_RTO,
    MEASURE_REGISTRATION_TIME,
    MEASURE_REGISTRATION_TIME_P50,
    MEASURE_REGISTRATION_TIME_P95,
    MEASURE_REGISTRATION_TIME_MAX,
    MEASURE_CALL_COUNT,
    MEASURE_CALL_DROP_COUNT,
    MEASURE_CALL_TIME,
    MEASURE_REFRESH_COUNT,
    MEASURE_BYE_COUNT,
    MEASURE_SEGMENTS_DISCARDED,
    MEASURE_FRAMES_SENT,
    MEASURE_FRAMES_DELIVERED,
    MEASURE_FRAMES_DROPPED,
    MEASURE_FRAMES_IN_FLIGHT,
    MEASURE_RTP_PACKETS_SENT,
    MEASURE_RTP_PACKETS_LOST,
    MEASURE_RTP_SILENCE,
    MEASURE_COUNT
};

struct measure_def {
    const char *name, *unit; /* "s", "1" */
    int digits;              /* SI value = integer / 10^digits */
    bool starts_at_zero;     /* a count: 0 when nothing happened */
    const char *doc;
};

struct measure {
    int64_t v;
    bool given;
    uint64_t record; /* the first that counted, or the one that made it the largest; 0: none to name */
};

extern const struct measure_def measure_defs[MEASURE_COUNT];

void measure_add(struct sim *s, enum measure_id m, int64_t n);
void measure_max(struct sim *s, enum measure_id m, int64_t v, uint64_t record); /* keeps the largest */
void measure_set(struct sim *s, enum measure_id m, int64_t v);
void measure_from(struct sim *s, enum measure_id m, uint64_t record); /* what it began with */
struct measure measure_get(const struct sim *s, enum measure_id m);

#endif
