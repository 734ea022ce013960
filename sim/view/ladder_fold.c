/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder_fold.c: a call that lasts a day is refreshed 96 times, and the picture of one refresh is enough. Exchanges
 * that look alike (the same messages between the same hosts; their numbers do not count) are a series. Two of a
 * series are drawn; those that follow at the same interval are left out, and one line says how many they were.
 * What comes at another time than it should, is lost, or is sent again, is drawn. */
#include "sim/view/ladder_state.h"

#include "sim/base/hash.h"

#define DRAWN_LEAST 2
#define SLACK_NS 100000000 /* of an interval, or its hundredth part when that is more */

/* "INVITE CSeq 103" looks like "INVITE CSeq 104", and "Seq=7" like "Seq=9". */
static uint64_t looks_of(uint64_t h, struct str label)
{
    char before = 0;
    bool number = false;
    for (size_t i = 0; i < label.n; i++) {
        bool digit = label.p[i] >= '0' && label.p[i] <= '9';
        number = digit && (number || before == '=' || (i >= 5 && str_eq((struct str){label.p + i - 5, 5}, STR("CSeq "))));
        before = label.p[i];
        if (!number)
            h = hash_fold(h, (uint64_t)(unsigned char)before);
    }
    return h;
}

static void add_to_exchange(const struct ladder *l, struct ladder_item *i)
{
    struct ladder_exchange *x = i->exchange;
    x->first = x->first ? x->first : i;
    x->unusual = x->unusual || i->again || l->drop_of[i->record->id];
    x->looks = hash_fold(hash_fold(x->looks, (uint64_t)i->from), (uint64_t)i->to);
    x->looks = looks_of(x->looks, ladder_label(i->record));
}

void ladder_fold_begin(struct ladder *l)
{
    struct map exchanges;
    map_init(&exchanges, l->run->arena);
    map_init(&l->series, l->run->arena);
    for (size_t n = 0; n < l->item_count; n++) {
        struct ladder_item *i = &l->items[n];
        uint64_t flow = (uint64_t)i->record->flow;
        if (i->from < 0)
            continue;
        i->exchange = flow ? map_get(&exchanges, flow) : NULL;
        if (!i->exchange) {
            i->exchange = ARENA_NEW(l->run->arena, struct ladder_exchange);
            if (flow)
                map_put(&exchanges, flow, i->exchange);
        }
        add_to_exchange(l, i);
    }
}

static struct ladder_series *series_of(struct ladder *l, const struct ladder_exchange *x)
{
    struct ladder_series *s = map_get(&l->series, x->looks);
    if (s)
        return s;
    s = ARENA_NEW(l->run->arena, struct ladder_series);
    map_put(&l->series, x->looks, s);
    return s;
}

static bool is_regular(const struct ladder_series *s, int64_t gap_ns)
{
    int64_t off = gap_ns > s->interval_ns ? gap_ns - s->interval_ns : s->interval_ns - gap_ns;
    int64_t slack = s->interval_ns / 100 > SLACK_NS ? s->interval_ns / 100 : SLACK_NS;
    return s->drawn >= DRAWN_LEAST && off <= slack;
}

/* In order of time. */
void ladder_fold_tell(struct ladder *l)
{
    struct ladder_series *next;
    do {
        struct map_slot *slot;
        next = NULL;
        for (uint32_t i = 0; map_next(&l->series, &i, &slot);) {
            struct ladder_series *s = slot->value;
            if (s->folded && (!next || s->last_ns < next->last_ns))
                next = s;
        }
        if (next) {
            ladder_draw_folded(l, next);
            next->folded = 0;
        }
    } while (next);
}

static void meet(struct ladder *l, struct ladder_exchange *x)
{
    struct ladder_series *s = series_of(l, x);
    int64_t now = x->first->record->t_ns, gap = now - s->last_ns;
    x->met = true;
    x->folded = !x->unusual && is_regular(s, gap);
    if (!x->folded) {
        ladder_fold_tell(l); /* of this series, too, before it begins anew */
        s->interval_ns = s->drawn++ ? gap : 0;
        s->like = x->first;
    } else if (s->folded++ == 0) {
        s->folded_from_ns = s->last_ns;
    }
    s->last_ns = now;
}

bool ladder_is_folded(struct ladder *l, struct ladder_item *i)
{
    if (i->exchange && !i->exchange->met)
        meet(l, i->exchange);
    return i->exchange && i->exchange->folded;
}
