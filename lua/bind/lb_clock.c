/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_clock.c: the scenario's wall clock, "2015-07-15 22:54:21.2" (UTC) or with a zone,
 * "2015-07-15 18:12:58.4 +05:30", as nanoseconds since 1970 UTC. The calendar is computed here: neither the machine's clock nor its zone is asked. */
#include "lua/bind/lb.h"

/* Days from 1970-01-01 to a date of the Gregorian calendar; years counted from March. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, yoe = y % 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool number(struct str *s, char stop, size_t digits, uint64_t min, uint64_t max,
                   int64_t *out)
{
    uint64_t v = 0;
    struct str part = str_cut(s, stop);
    bool ok = part.n == digits && str_u64(part, max, &v) && v >= min;
    *out = (int64_t)v;
    return ok;
}

/* " +05:30" at the end, cut off; none is UTC. */
static bool zone(struct str *s, int64_t *out_ns)
{
    int64_t h, m;
    *out_ns = 0;
    if (s->n < 7 || (s->p[s->n - 6] != '+' && s->p[s->n - 6] != '-'))
        return true;
    struct str z = {s->p + s->n - 5, 5};
    bool west = s->p[s->n - 6] == '-', apart = s->p[s->n - 7] == ' ';
    s->n -= 7;
    if (!apart || !number(&z, ':', 2, 0, 14, &h) || !number(&z, '.', 2, 0, 59, &m))
        return false;
    *out_ns = (west ? -1 : 1) * (h * 60 + m) * 60 * 1000000000;
    return true;
}

bool lb_epoch_parse(const char *text, int64_t *epoch_ns, int64_t *zone_ns, struct err *e)
{
    struct str s = str_of(text);
    int64_t y, mo, d, h, mi, sec, frac = 0;
    static const int64_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool ok = zone(&s, zone_ns) && number(&s, '-', 4, 1970, 2200, &y) && number(&s, '-', 2, 1, 12, &mo) &&
              number(&s, ' ', 2, 1, 31, &d) && number(&s, ':', 2, 0, 23, &h) &&
              number(&s, ':', 2, 0, 59, &mi) && number(&s, '.', 2, 0, 59, &sec);
    bool leap = ok && mo == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    ok = ok && d <= lengths[mo - 1] + leap;
    char fraction[32];
    struct txtbuf t = txtbuf_of(fraction, sizeof fraction);
    txtbuf_add(&t, "0.%.*ss", STR_ARG(s));
    struct err inner;
    if (!ok || t.full || (s.n && !unit_parse(UNIT_TIME, txtbuf_view(&t), &frac, &inner)))
        return err_set(e, "'%.60s' is not a time of the form '2015-07-15 22:54:21.2', with or without a "
                          "zone such as ' +05:30'", text);
    *epoch_ns = (((days_of(y, mo, d) * 24 + h) * 60 + mi) * 60 + sec) * 1000000000 + frac - *zone_ns;
    return true;
}
