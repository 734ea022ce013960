/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_scale.c: see plot_scale.h. */
#include "sim/view/plot_scale.h"

#include <math.h>
#include <string.h>

#include "sim/base/fault.h"

struct rung {
    double factor, from; /* `from` this size on the unit reads well */
    const char *unit;
};

/* clang-format off */
static const struct rung time_rungs[] = {
    {1e-9, 0, "ns"}, {1e-6, 1e-6, "µs"}, {1e-3, 1e-3, "ms"}, {1, 1, "s"},
    {60, 300, "min"}, {3600, 18000, "h"}, {86400, 432000, "d"}};
static const struct rung rate_rungs[] = {
    {1, 0, "bit/s"}, {1e3, 1e3, "kbit/s"}, {1e6, 1e6, "Mbit/s"}, {1e9, 1e9, "Gbit/s"}};
static const struct rung byte_rungs[] = {
    {1, 0, "B"}, {1024, 10240, "KiB"}, {1048576, 10485760, "MiB"}};
static const struct rung fraction_rungs[] = {{0.01, 0, "%"}};
static const struct rung number_rungs[] = {{1, 0, ""}};

static const struct { const struct rung *rung; size_t n; size_t base; } ladders[] = {
    [PLOT_NUMBER]   = {number_rungs, 1, 0},
    [PLOT_TIME]     = {time_rungs, 7, 3},
    [PLOT_RATE]     = {rate_rungs, 4, 0},
    [PLOT_BYTES]    = {byte_rungs, 3, 0},
    [PLOT_FRACTION] = {fraction_rungs, 1, 0},
};
/* clang-format on */

enum plot_quantity plot_quantity_of(const char *unit)
{
    if (strcmp(unit, "s") == 0)
        return PLOT_TIME;
    if (strcmp(unit, "bit/s") == 0)
        return PLOT_RATE;
    return strcmp(unit, "B") == 0 ? PLOT_BYTES : PLOT_NUMBER;
}

static bool all_whole(double factor, const double *value, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        double x = value[i] / factor;
        if (fabs(x - nearbyint(x)) > 1e-9 * fabs(x))
            return false;
        any = any || x != 0;
    }
    return any;
}

struct plot_scale plot_scale_of(enum plot_quantity q, double high, const double *value, size_t n)
{
    const struct rung *r = ladders[q].rung;
    size_t best = ladders[q].base;
    high = fabs(high);
    for (size_t i = 0; high > 0 && i < ladders[q].n; i++) {
        if (high >= r[i].from)
            best = i;
    }
    for (size_t i = ladders[q].n; n && high > 0 && i-- > best + 1;) {
        if (high >= r[i].factor && all_whole(r[i].factor, value, n)) {
            best = i;
            break;
        }
    }
    return (struct plot_scale){r[best].factor, r[best].unit};
}

void plot_value_text(struct txtbuf *t, enum plot_quantity q, double v)
{
    struct plot_scale s = plot_scale_of(q, v, &v, 1);
    txtbuf_add(t, "%.6g%s%s", v / s.factor, s.unit[0] ? " " : "", s.unit);
}

double plot_step(double span, int most, const char *unit)
{
    static const double tens[] = {1, 2, 5, 10};
    static const double sixties[] = {15, 30, 60, 120};
    ASSERT(most > 0);
    if (!(span > 0))
        return 1;
    double want = span / most, power = pow(10, floor(log10(want)));
    bool clock = (strcmp(unit, "s") == 0 || strcmp(unit, "min") == 0) && want > 10;
    for (size_t i = 0; clock && i < 4; i++) {
        if (sixties[i] >= want * (1 - 1e-9))
            return sixties[i];
    }
    for (size_t i = 0; i < 4; i++) {
        if (tens[i] * power >= want * (1 - 1e-9))
            return tens[i] * power;
    }
    return 10 * power;
}
