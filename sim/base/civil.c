/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil.c: see civil.h. */
#include "sim/base/civil.h"

#define DAY_S 86400

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years begin in March, so that a leap day is the last of its year; 400 of them are 146097 days, five of their
 * months from March on 153. */
static void set_day(struct civil *c, int64_t days)
{
    int64_t d = days + 719468, era = floor_div(d, 146097); /* from 1 March of the year 0 */
    int64_t of_era = d - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    c->day = (int)(of_year - (153 * m + 2) / 5 + 1);
    c->month = (int)(m < 10 ? m + 3 : m - 9);
    c->year = y + 400 * era + (m >= 10);
}

struct civil civil_of(int64_t ns)
{
    int64_t ms = floor_div(ns, 1000000), s = floor_div(ms, 1000), days = floor_div(s, DAY_S);
    int of_day = (int)(s - days * DAY_S);
    struct civil c = {.ms = (int)(ms - s * 1000),
                      .second = of_day % 60,
                      .minute = of_day / 60 % 60,
                      .hour = of_day / 3600,
                      .weekday = (int)((days + 4) - floor_div(days + 4, 7) * 7)}; /* 1970-01-01 was a Thursday */
    set_day(&c, days);
    return c;
}
