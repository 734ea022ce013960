/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil.h: days, months and years of an instant, in UTC. Pure arithmetic: no clock and no time zone is read. */
#ifndef SIM_BASE_CIVIL_H
#define SIM_BASE_CIVIL_H

#include <stdint.h>

struct civil {
    int64_t year;
    int month, day;  /* 1..12, 1..31 */
    int weekday;     /* 0: Sunday */
    int hour, minute, second, ms;
};

struct civil civil_of(int64_t ns); /* since 1970-01-01 00:00; may be negative */

#endif
