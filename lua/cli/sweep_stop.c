/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_stop.c: --stop MEASURE=WIDTH, replications in rounds until the interval of the mean is narrow enough.
 * It is looked at after whole rounds only: who looks after each trial stops at the lucky moments. */
#include <string.h>

#include "lua/cli/sweep.h"
#include "sim/study/stats.h"

#define FIRST_LOOK 30 /* replications: fewer say too little of a spread */
#define ROUND 10

static bool find(struct str name, enum measure_id *out, struct err *e)
{
    const char *names[MEASURE_COUNT];
    for (int m = 0; m < MEASURE_COUNT; m++) {
        names[m] = measure_defs[m].name;
        *out = (enum measure_id)m;
        if (str_eq(name, str_of(names[m])))
            return true;
    }
    const char *near = str_nearest(name, names, MEASURE_COUNT);
    return err_set(e, "there is no measure '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

bool sweep_stop_parse(struct sweep *s, struct err *e)
{
    struct sweep_stop *stop = &s->stop;
    struct str width = str_of(s->stop_at ? s->stop_at : "");
    stop->so_far = (uint32_t)s->reps;
    if (!s->stop_at)
        return true;
    struct str name = str_trim(str_cut(&width, '='));
    if (!find(name, &stop->measure, e))
        return err_wrap(e, "--stop %s", s->stop_at);
    struct quantity q = quantity_of(width);
    bool time = strcmp(measure_defs[stop->measure].unit, "s") == 0;
    if (!q.number || q.v <= 0 || (q.kind == UNIT_TIME) != time || q.kind == UNIT_RATE || q.kind == UNIT_BYTES)
        return err_set(e, "--stop %s: the width is not %s above zero", s->stop_at,
                       time ? "a duration" : "a number");
    stop->width = (double)q.v;
    for (int i = quantity_digits(q.kind); i > 0; i--)
        stop->width /= 10;
    stop->asked = true;
    stop->so_far = FIRST_LOOK < s->reps ? FIRST_LOOK : (uint32_t)s->reps;
    return true;
}

/* A mean that some trials do not have is none, and no interval is narrow. */
static bool is_narrow(struct sweep *s, uint32_t point, double *room, bool *narrow, struct err *e)
{
    uint32_t n, censored;
    if (!study_db_values(s->db, point, s->stop.measure, room, &n, &censored, e))
        return false;
    *narrow = false;
    if (n < 2 || censored)
        return true;
    struct interval t = stats_t_interval(room, n, SWEEP_CONFIDENCE);
    *narrow = t.high - t.low <= s->stop.width;
    return true;
}

bool sweep_stop_judge(struct sweep *s, bool *more, struct err *e)
{
    struct sweep_stop *stop = &s->stop;
    double *room = ARENA_ARRAY(s->arena, double, s->plan.reps);
    *more = false;
    if (!stop->asked)
        return true;
    for (uint32_t p = 0; p < s->grid.point_count; p++) {
        if (!stop->enough[p] && !is_narrow(s, p + 1, room, &stop->enough[p], e))
            return false;
    }
    if (stop->so_far == s->plan.reps || sweep_stop_left(s) == 0)
        return true;
    stop->so_far = s->plan.reps - stop->so_far > ROUND ? stop->so_far + ROUND : s->plan.reps;
    *more = true;
    return true;
}

uint32_t sweep_stop_left(const struct sweep *s)
{
    uint32_t left = 0;
    for (uint32_t p = 0; p < s->grid.point_count; p++)
        left += !s->stop.enough[p];
    return left;
}
