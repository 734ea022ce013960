/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep_progress.c: how far a sweep has come, on stderr: a bar when somebody watches a terminal, else a
 * line every ten seconds. The widest interval is that of the share of trials with an unregister, over all
 * points: it shows whether more replications are worth while. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lua/cli/sweep.h"
#include "sim/study/stats.h"

#define SECOND_NS 1000000000
#define BAR_EVERY_NS (SECOND_NS / 5)
#define LINE_EVERY_NS (10ll * SECOND_NS)
#define BAR_CELLS 20

int64_t sweep_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

/* Half the width, in whole percent; points that have no trial yet are not counted. */
static int widest_percent(const struct sweep *s)
{
    double widest = 0;
    for (uint32_t p = 0; p < s->grid.point_count; p++) {
        const struct sweep_tally *t = &s->tally[p];
        uint32_t complete = t->trials - t->failed;
        if (complete == 0)
            continue;
        struct interval w = stats_wilson(t->unregistered, complete, SWEEP_CONFIDENCE);
        widest = w.high - w.low > widest ? w.high - w.low : widest;
    }
    return (int)(widest * 50 + 0.5);
}

static void time_left(struct txtbuf *t, int64_t left_s)
{
    if (left_s >= 3600)
        txtbuf_add(t, "%lldh", (long long)(left_s / 3600));
    if (left_s >= 60)
        txtbuf_add(t, "%lldmin", (long long)(left_s / 60 % 60));
    if (left_s < 3600)
        txtbuf_add(t, "%llds", (long long)(left_s % 60));
}

static void status_text(const struct sweep *s, struct txtbuf *t, int64_t now)
{
    int64_t took_ns = now - s->started_ns > 0 ? now - s->started_ns : 1;
    uint64_t played = s->done - s->resumed, left = s->trials - s->done;
    double per_s = (double)played * SECOND_NS / (double)took_ns;
    txtbuf_add(t, "%llu/%llu trials", (unsigned long long)s->done, (unsigned long long)s->trials);
    if (played) {
        txtbuf_add(t, "  %lld/s  ETA ", (long long)(per_s + 0.5));
        time_left(t, (int64_t)((double)left / per_s + 0.5));
        if (s->plan.reps > 1)
            txtbuf_add(t, "  widest interval +-%d %%", widest_percent(s));
    }
}

void sweep_progress(struct sweep *s, bool last)
{
    int64_t now = sweep_clock_ns();
    bool watched = isatty(STDERR_FILENO);
    int64_t every = watched ? BAR_EVERY_NS : LINE_EVERY_NS;
    int64_t since = s->printed_ns ? s->printed_ns : s->started_ns;
    if (s->o.quiet || s->trials == 0 || (!last && now - since < every) || (last && !s->printed_ns))
        return;
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    s->printed_ns = now;
    status_text(s, &t, now);
    if (watched) {
        int filled = (int)(s->done * BAR_CELLS / s->trials);
        fprintf(stderr, "\r[%.*s%.*s] %s\033[K%s", filled, "####################", BAR_CELLS - filled,
                "....................", text, last ? "\n" : "");
    } else {
        fprintf(stderr, "dialtone: %s\n", text);
    }
    fflush(stderr);
}
