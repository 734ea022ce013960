/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_watch.c: follows each phone by what it reports: its keepalives (NOTE), how often it sent each (FRAME_TX),
 * every change of its RTO (NOTE tcp.rto), and the end of its registration (STATE).
 *
 * When to begin and what to take is decided by the past alone, never by what comes: a registration counts from
 * its first keepalive with the RTO at its base; so does a trial, whether the registration ends within the horizon, which
 * must still fit into the run, and after it the next one; a keepalive counts when it must be over before the run is. */
#include <string.h>

#include "lua/cli/chain.h"

#define NODES_MAX 65536
#define RTO_FIRST_S 1   /* before the first sample */
#define RTO_CAP_S 120

struct watched {
    int64_t rto_ns; /* 0: as at first */
    uint64_t flow;  /* of the keepalive */
    uint32_t copies, exponent;
    uint32_t nth, nth_of_trial; /* keepalives */
    bool pending; /* a keepalive that counts is out */
    bool lives;   /* from a keepalive on whose RTO was at its base */
    bool on_trial;
};

struct watch {
    struct sink sink;
    const struct chain_row *row;
    struct chain_counts *out;
    struct watched *node;
    struct sim_time last_start, last_keepalive;
};

/* CHAIN_EXPONENTS: none. */
static uint32_t exponent_of(const struct watch *k, const struct watched *w)
{
    int64_t rto = chain_base(k->row).ns, cap = dur_s(RTO_CAP_S).ns;
    int64_t now = w->rto_ns ? w->rto_ns : dur_s(RTO_FIRST_S).ns;
    for (uint32_t e = 0; e < CHAIN_EXPONENTS; e++) {
        if (rto == now)
            return e;
        rto = rto > cap / 2 ? cap : 2 * rto;
    }
    return CHAIN_EXPONENTS;
}

static void try_to_live(struct watch *k, struct watched *w, struct sim_time at)
{
    if (w->on_trial && w->nth_of_trial == chain_horizon(k->row))
        w->on_trial = false; /* it has lived through the horizon */
    if (!w->on_trial && w->exponent == 0 && !time_before(k->last_start, at)) {
        w->on_trial = true;
        w->nth_of_trial = 0;
        k->out->trials++;
    }
    w->nth_of_trial++;
}

static void answered(struct watch *k, struct watched *w)
{
    if (w->pending && w->copies < CHAIN_COPIES)
        k->out->answered[w->exponent][w->copies]++;
    w->pending = false;
}

static void take_rto(struct watch *k, const struct watched *w)
{
    uint32_t i = w->nth / CHAIN_EVERY;
    if (w->nth % CHAIN_EVERY || i == 0)
        return;
    k->out->taken[i < CHAIN_TAKEN ? i : CHAIN_TAKEN - 1]++; /* its law has settled long before */
    if (w->exponent < CHAIN_EXPONENTS)
        k->out->taken_rto[w->exponent]++;
    else
        k->out->strange++;
}

static void on_keepalive(struct watch *k, struct watched *w, const struct rec *r)
{
    answered(k, w);
    w->exponent = exponent_of(k, w);
    w->flow = r->flow;
    w->copies = 0;
    if (!w->lives && w->exponent == 0) {
        w->lives = true;
        w->nth = 0;
    }
    if (!w->lives)
        return;
    if (time_before(k->last_keepalive, r->at)) {
        w->on_trial = false; /* the horizon is behind it */
        return;
    }
    try_to_live(k, w, r->at);
    take_rto(k, w);
    w->nth++;
    w->pending = w->exponent < CHAIN_EXPONENTS;
}

static void on_left(struct watch *k, struct watched *w)
{
    if (w->pending)
        k->out->given_up[w->exponent]++;
    k->out->ended += w->on_trial;
    k->out->left++;
    w->pending = w->lives = w->on_trial = false;
    w->rto_ns = 0; /* of the next connection */
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void on(struct sink *s, const struct rec *r)
{
    struct watch *k = (struct watch *)(void *)s;
    struct watched *w = &k->node[r->node];
    if (r->kind == REC_FRAME_TX) {
        if (w->pending && r->flow == w->flow && r->frame_tx.copy > w->copies)
            w->copies = (uint32_t)r->frame_tx.copy;
    } else if (r->kind == REC_STATE) {
        if (strcmp(r->state.machine, "registration") == 0 && strcmp(r->state.from, "registered") == 0 &&
            strcmp(r->state.to, "registered") != 0)
            on_left(k, w);
    } else if (strcmp(r->note.topic, "tcp.rto") == 0) {
        if (r->note.line.n == 2)
            w->rto_ns = r->note.line.v[1].ns;
    } else if (starts(r->note.line.fmt, "keepalive REGISTER ") || starts(r->note.line.fmt, "KeepAlive ")) {
        on_keepalive(k, w, r);
    }
}

struct sink *chain_watch_new(struct arena *a, const struct chain_row *r, struct chain_counts *out)
{
    struct watch *k = ARENA_NEW(a, struct watch);
    *out = (struct chain_counts){0};
    k->sink = (struct sink){.name = "chain",
                            .mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_NOTE) | REC_BIT(REC_STATE),
                            .on = on};
    k->row = r;
    k->out = out;
    k->node = ARENA_ARRAY(a, struct watched, NODES_MAX);
    struct sim_dur cycle = chain_cycle_max(r);
    struct sim_dur horizon = dur_scaled(chain_horizon(r), cycle.ns);
    k->last_start = time_add(chain_until(r), dur_ns(-horizon.ns));
    k->last_keepalive = time_add(chain_until(r), dur_ns(-cycle.ns));
    return &k->sink;
}
