/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_tally.c: see media_tally.h. */
#include "models/proto/media_tally.h"

#include <string.h>

#include "sim/kernel/dist.h"

#define PACKET_NS (MEDIA_PACKET_MS * 1000000ll)
#define WHOLE_PPB 1000000000

void media_tally_begin(struct media_tally *t, struct sim_time at, uint32_t shut, int64_t loss_ppb, uint64_t record)
{
    *t = (struct media_tally){.begins = at, .count = 1};
    t->stretch[0] = (struct media_stretch){0, shut, loss_ppb, record};
}

uint64_t media_tally_sent(const struct media_tally *t, struct sim_time at)
{
    int64_t ns = at.ns - t->begins.ns;
    return ns <= 0 ? 0 : (uint64_t)((ns + PACKET_NS - 1) / PACKET_NS);
}

/* The number of the first packet that is so far on its way only after `now`. */
static uint64_t first_after(const struct media_tally *t, struct sim_time now, struct sim_dur on_its_way)
{
    int64_t ns = now.ns - t->begins.ns - on_its_way.ns;
    return ns < 0 ? 0 : (uint64_t)(ns / PACKET_NS) + 1;
}

uint64_t media_tally_through(const struct media_tally *t, struct sim_time now, struct sim_dur transit)
{
    return first_after(t, now, transit);
}

static void drop_oldest(struct media_tally *t)
{
    t->count--;
    memmove(&t->stretch[0], &t->stretch[1], t->count * sizeof t->stretch[0]);
}

/* The index of the stretch that begins with packet `first`; made by division of the one that holds it. */
static uint32_t divide(struct media_tally *t, uint64_t first)
{
    uint32_t i = t->count;
    first = first > t->counted ? first : t->counted; /* of those before, nothing changes any more */
    while (i > 1 && t->stretch[i - 1].first > first)
        i--;
    if (t->stretch[i - 1].first >= first)
        return i - 1;
    /* More changes than there is room for while one packet is under way: the newest stretch is changed as a whole. */
    if (t->count == MEDIA_STRETCHES)
        return t->count - 1;
    memmove(&t->stretch[i + 1], &t->stretch[i], (t->count - i) * sizeof t->stretch[0]);
    t->stretch[i] = t->stretch[i - 1];
    t->stretch[i].first = first;
    t->count++;
    return i;
}

void media_tally_shut(struct media_tally *t, struct sim_time now, uint32_t bit, struct sim_dur leaves, uint64_t record)
{
    for (uint32_t i = divide(t, first_after(t, now, leaves)); i < t->count; i++) {
        t->stretch[i].record = t->stretch[i].shut ? t->stretch[i].record : record;
        t->stretch[i].shut |= 1u << bit;
    }
}

void media_tally_open(struct media_tally *t, struct sim_time now, uint32_t bit, struct sim_dur enters)
{
    for (uint32_t i = divide(t, first_after(t, now, enters)); i < t->count; i++)
        t->stretch[i].shut &= ~(1u << bit);
}

void media_tally_loss(struct media_tally *t, struct sim_time now, int64_t loss_ppb, uint64_t record)
{
    for (uint32_t i = divide(t, first_after(t, now, DUR_ZERO)); i < t->count; i++) {
        t->stretch[i].loss_ppb = loss_ppb;
        t->stretch[i].record = t->stretch[i].shut ? t->stretch[i].record : record;
    }
}

static bool takes_all(const struct media_stretch *s)
{
    return s->shut || s->loss_ppb >= WHOLE_PPB;
}

bool media_tally_is_shut(const struct media_tally *t)
{
    return takes_all(&t->stretch[t->count - 1]);
}

uint64_t media_tally_turn(const struct media_tally *t)
{
    uint32_t i = t->count - 1;
    bool shut = takes_all(&t->stretch[i]);
    while (i > 0 && takes_all(&t->stretch[i - 1]) == shut)
        i--;
    return t->stretch[i].first;
}

uint64_t media_tally_next(const struct media_tally *t)
{
    return t->count > 1 ? t->stretch[1].first : UINT64_MAX;
}

struct media_count media_tally_take(struct media_tally *t, uint64_t end, uint64_t n, struct rng *r)
{
    const struct media_stretch *s = &t->stretch[0];
    struct media_count c = {.sent = n};
    ASSERT(end >= t->counted && end <= media_tally_next(t));
    c.lost = s->shut ? n : dist_binomial(n, s->loss_ppb, r);
    c.record = c.lost ? s->record : 0;
    t->counted = end;
    if (media_tally_next(t) <= end)
        drop_oldest(t);
    return c;
}

void media_count_add(struct media_count *c, const struct media_count *more)
{
    c->sent += more->sent;
    c->lost += more->lost;
    c->record = c->record ? c->record : more->record;
}

struct media_count media_tally_count(struct media_tally *t, uint64_t end, struct rng *r)
{
    struct media_count c = {0};
    while (t->counted < end) {
        uint64_t next = media_tally_next(t), stop = next < end ? next : end;
        struct media_count more = media_tally_take(t, stop, stop - t->counted, r);
        media_count_add(&c, &more);
    }
    return c;
}
