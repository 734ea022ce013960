/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_fault_act.c: what each kind of fault does with one frame. Integer all through, laws apart. */
#include <string.h>

#include "models/net/link_fault_state.h"
#include "models/net/link_state.h"

#define WHOLE_PPB 1000000000
#define RANGES_MAX 64

/* --- masks ------------------------------------------------------------------------------------------- */

/* "7", "5-6" or "9-" */
static bool parse_range(struct str text, struct frame_range *out)
{
    struct str last = str_trim(text);
    bool open = str_find(last, STR("-")) >= 0;
    struct str first = str_trim(str_cut(&last, '-'));
    last = str_trim(last);
    if (!str_u64(first, INT64_MAX, &out->first) || out->first == 0)
        return false;
    out->last = open && last.n == 0 ? UINT64_MAX : out->first;
    return !open || last.n == 0 || (str_u64(last, INT64_MAX, &out->last) && out->last >= out->first);
}

bool link_fault_parse_mask(struct link_fault *f, struct arena *a, struct err *e)
{
    if (f->kind != LINK_FAULT_MASK)
        return true;
    struct frame_range *all = ARENA_ARRAY(a, struct frame_range, RANGES_MAX);
    struct str rest = str_of(f->config.frames);
    for (bool more = true; more;) {
        more = str_find(rest, STR(",")) >= 0;
        struct str one = str_trim(str_cut(&rest, ','));
        if (f->range_count == RANGES_MAX)
            return err_set(e, "'frames' names more than %d numbers or ranges", RANGES_MAX);
        if (!parse_range(one, &all[f->range_count++]))
            return err_set(e, "'frames' has '%.*s', must be numbers from 1 on or ranges, such as '3,5-6' or '9-'",
                           STR_ARG(one));
    }
    f->ranges = all;
    return true;
}

static bool is_masked(const struct link_fault *f, uint64_t number)
{
    for (uint32_t i = 0; i < f->range_count; i++) {
        if (number >= f->ranges[i].first && number <= f->ranges[i].last)
            return true;
    }
    return false;
}

/* --- laws -------------------------------------------------------------------------------------------- */

/* The state decides, then it may turn: so a burst is as long as the state is bad. */
static bool gilbert_loses(const struct link_fault_config *c, struct fault_side *s)
{
    bool lost = rng_chance_ppb(s->rng, c->loss_ppb[s->bad]);
    if (rng_chance_ppb(s->rng, s->bad ? c->r_ppb : c->p_ppb))
        s->bad = !s->bad;
    return lost;
}

/* 1 - (1 - rate)^bits, by squaring in units of 2^-62. */
static int64_t chance_of_bits(int64_t rate_ppb, uint64_t bits)
{
    const uint64_t one = (uint64_t)1 << 62;
    uint64_t base = (uint64_t)((unsigned __int128)one * (uint64_t)(WHOLE_PPB - rate_ppb) / WHOLE_PPB), sound = one;
    for (; bits; bits >>= 1) {
        if (bits & 1)
            sound = (uint64_t)((unsigned __int128)sound * base >> 62);
        base = (uint64_t)((unsigned __int128)base * base >> 62);
    }
    return WHOLE_PPB - (int64_t)((unsigned __int128)sound * WHOLE_PPB >> 62);
}

/* A flip anywhere counts, the four bytes of the frame check sequence among them. */
static bool corrupts(const struct link_fault_config *c, struct fault_side *s, const struct frame *f)
{
    int64_t ppb = c->per == PER_BIT ? chance_of_bits(c->rate_ppb, 8 * ((uint64_t)f->len + 4)) : c->rate_ppb;
    return rng_chance_ppb(s->rng, ppb);
}

/* --- one frame --------------------------------------------------------------------------------------- */

/* Does the fault change the way of this frame? What it does to it is written to *fate. */
static bool touch(struct link_fault *x, struct fault_side *s, const struct frame *f, bool original,
                  struct link_fate *fate)
{
    const struct link_fault_config *c = &x->config;
    switch (x->kind) {
    case LINK_FAULT_CUT:
    case LINK_FAULT_FLAP:
        return false; /* link.c sees to them, before anything else */
    case LINK_FAULT_LOSS:
        fate->lost = rng_chance_ppb(s->rng, c->rate_ppb) ? DROP_LINK_LOSS : DROP_COUNT;
        return fate->lost != DROP_COUNT;
    case LINK_FAULT_GILBERT:
        fate->lost = gilbert_loses(c, s) ? DROP_LINK_LOSS : DROP_COUNT;
        return fate->lost != DROP_COUNT;
    case LINK_FAULT_MASK:
        fate->lost = is_masked(x, ++s->seen) ? DROP_LINK_MASK : DROP_COUNT;
        return fate->lost != DROP_COUNT;
    case LINK_FAULT_DELAY:
        fate->late = dur_add(fate->late, c->by);
        return true;
    case LINK_FAULT_JITTER:
        fate->late = dur_add(fate->late, dist_draw(&c->law, s->rng));
        return true;
    case LINK_FAULT_REORDER:
        if (!rng_chance_ppb(s->rng, c->rate_ppb))
            return false;
        fate->held_back = dur_add(fate->held_back, dist_draw(&c->law, s->rng));
        return true;
    case LINK_FAULT_DUPLICATE:
        if (original) /* copies are not copied */
            s->copies = rng_chance_ppb(s->rng, c->rate_ppb);
        return false;
    case LINK_FAULT_CORRUPT:
        return corrupts(c, s, f);
    case LINK_FAULT_KINDS:
        break;
    }
    UNREACHABLE();
}

struct link_fate link_faults_act(struct link *l, uint8_t side, const struct frame *f, uint64_t tx,
                                 struct link_fault *after)
{
    struct link_fate fate = {.lost = DROP_COUNT};
    struct list_link *head = &l->faults->in_force;
    for (struct list_link *it = after ? after->in_force.next : head->next; it != head; it = it->next) {
        struct link_fault *x = LIST_ENTRY(it, struct link_fault, in_force);
        if (!(x->sides & 1u << side) || !frame_filter_takes(&x->config.filter, f))
            continue;
        if (!touch(x, &x->side[side], f, !after, &fate))
            continue;
        if (fate.lost != DROP_COUNT) {
            fate.lost_by = x->record;
            break;
        }
        bus_because(l->end[side]->node->sim, tx, x->record, BECAUSE_STATE);
        if (x->kind == LINK_FAULT_CORRUPT && !fate.corrupted_by)
            fate.corrupted_by = x->record;
    }
    return fate;
}

static int64_t ratio_ppb(int64_t part, int64_t whole)
{
    return (int64_t)((__int128)part * WHOLE_PPB / whole);
}

/* In the long run: bad for p / (p + r) of the frames. One that never turns stays as it is. */
static int64_t gilbert_share(const struct link_fault_config *c, const struct fault_side *s)
{
    int64_t turns = c->p_ppb + c->r_ppb, bad = turns ? ratio_ppb(c->p_ppb, turns) : s->bad ? WHOLE_PPB : 0;
    return (int64_t)(((__int128)c->loss_ppb[0] * (WHOLE_PPB - bad) + (__int128)c->loss_ppb[1] * bad) / WHOLE_PPB);
}

static int64_t share_lost(const struct link_fault *x, uint8_t side, const struct link_traffic *t)
{
    const struct link_fault_config *c = &x->config;
    if (x->kind == LINK_FAULT_LOSS)
        return c->rate_ppb;
    if (x->kind == LINK_FAULT_GILBERT)
        return gilbert_share(c, &x->side[side]);
    if (x->kind == LINK_FAULT_CORRUPT)
        return c->per == PER_BIT ? chance_of_bits(c->rate_ppb, 8 * ((uint64_t)t->frame_bytes + 4)) : c->rate_ppb;
    return 0;
}

struct link_outlook link_faults_outlook(const struct link *l, uint8_t side, const struct link_traffic *t)
{
    struct link_outlook o = {0};
    int64_t pass = WHOLE_PPB;
    LIST_EACH(it, &l->faults->in_force) {
        const struct link_fault *x = LIST_ENTRY(it, struct link_fault, in_force);
        bool takes = x->sides & 1u << side && frame_filter_takes_rtp(&x->config.filter, t->src_port, t->dst_port);
        int64_t lost = takes ? share_lost(x, side, t) : 0;
        pass = pass - (int64_t)((__int128)pass * lost / WHOLE_PPB);
        if (lost && !o.record)
            o.record = x->record;
    }
    o.loss_ppb = WHOLE_PPB - pass;
    return o;
}

struct link_fault *link_faults_take_copy(struct link *l, uint8_t side, uint64_t *record)
{
    LIST_EACH(it, &l->faults->in_force) {
        struct link_fault *x = LIST_ENTRY(it, struct link_fault, in_force);
        if (!x->side[side].copies)
            continue;
        x->side[side].copies = false;
        *record = x->record;
        return x;
    }
    return NULL;
}
