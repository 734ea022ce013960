/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host_clock.h: the clock of some host as against simulated time: off by so much, and drifting. */
#ifndef SIM_BASE_HOST_CLOCK_H
#define SIM_BASE_HOST_CLOCK_H

#include <stdint.h>

struct host_clock {
    int64_t offset_ns; /* at the instant `at_ns` of the run */
    int64_t at_ns;
    int64_t drift_ppm; /* it gains so much; negative: it loses */
};

/* What that clock shows at an instant; both count from the start of the run by true time. */
static inline int64_t host_clock_ns(const struct host_clock *c, int64_t t_ns)
{
    int64_t since = t_ns - c->at_ns;
    return t_ns + c->offset_ns + since / 1000000 * c->drift_ppm +
           since % 1000000 * c->drift_ppm / 1000000;
}

#endif
