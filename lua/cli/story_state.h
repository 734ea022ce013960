/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_state.h: the inside of struct story, shared by story.c (collects) and story_text.c (tells).
 */
#ifndef LUA_CLI_STORY_STATE_H
#define LUA_CLI_STORY_STATE_H

#include "lua/cli/recent.h"
#include "lua/cli/story.h"
#include "sim/base/map.h"

/* An exchange that some note gave a name, such as "keepalive REGISTER". */
struct story_flow {
    uint64_t number;
    const char *label;
    bool lost; /* a copy of it */
};

struct story_device {
    const char *name;
    uint16_t registrar[10]; /* by place in its group: where its newest binding was made */
    uint16_t bound_at;      /* where one was made since it was last told that it is registered; 0: nowhere */
    uint32_t bindings;  /* that stand */
    int place;          /* in its group; -1: never registered */
};

enum story_what {
    BEAT_REGISTERED,
    BEAT_AGAIN,
    BEAT_FAILOVER,
    BEAT_FALLBACK,
    BEAT_UNREGISTERED,
    BEAT_LOST,
    BEAT_FAULT,
    BEAT_ANSWERED, /* from here on: of calls, and equal ones are one wherever they stand */
    BEAT_RETRIED,
    BEAT_REFRESHED,
    BEAT_DROPPED,
    BEAT_HUNG_UP,
    BEAT_FRUITLESS,
    BEAT_COUNT
};

/* A call, or one leg of a call that a back-to-back agent passes on. */
struct story_call {
    struct story_call *parent; /* the leg that this one was made for; NULL: made of its own accord */
    uint16_t from, to;         /* who made it, who received it; 0: not known */
    uint32_t legs;             /* of a whole call, with its own */
    int64_t answer_ns;         /* of a whole call; 0: it was not answered */
    bool over, dropped;        /* of a whole call */
    uint16_t refused_by;       /* of a whole call: who first said that it comes to nothing */
};

/* Of whole calls: as those who speak see them. */
struct story_tally {
    uint32_t made, legs, answered, dropped, hung_up, refreshes;
};

/* One line of the timeline. Equal ones in a row are one. */
struct story_beat {
    int64_t t_ns, last_ns;
    uint32_t count;
    uint8_t what;
    uint16_t node;
    uint64_t reason;
    const char *subject; /* device, label of the exchange, or fault */
    const char *place;   /* LOST: port; FAULT: target and line */
    const char *detail;  /* LOST: reason; FAULT: what; of calls: see story_calls.c */
    uint16_t peer;       /* of calls: the other end; 0: none */
    int64_t span_ns;     /* of calls: since the answer */
    bool merged;         /* of calls: all of its kind, and this is the first */
};

/* All beats of one kind. */
struct story_kind {
    uint32_t beats, count;
    int64_t last_ns;
};

struct story_losses {
    uint16_t node;
    const char *port, *reason;
    uint64_t count;
};

struct story {
    struct sink sink;
    struct arena *arena;
    const struct sim *sim;
    struct recent *recent;
    struct map texts, devices, losses;
    struct map calls, received, call_beats, owners; /* by Call-ID; by node and cause; by looks; by MAC address */
    struct story_tally tally;
    struct story_kind kinds[BEAT_COUNT]; /* of calls */
    struct story_flow *flows; /* newest, by number */
    int64_t origin_ns;        /* of the first registration; 0 before */
    struct story_beat *beats;
    size_t beat_count;
    struct story_beat *newest; /* not of calls: what it may be equal to; NULL: none yet */
    uint64_t beats_left_out;
    int64_t unregister, failover, dropped; /* records of the first that counts; 0: none */
};

/* The parts of the timeline; story.c. */
const char *story_keep(struct story *st, const char *text);
struct story_flow *story_flow(struct story *st, uint64_t number); /* NULL: nobody has named it */
struct story_beat *story_beat(struct story *st, const struct rec *r, const struct story_beat *b); /* NULL: full */

/* What the records of calls tell; story_calls.c. */
void story_on_call(struct story *st, const struct rec *r);    /* STATE "call" */
void story_on_session(struct story *st, const struct rec *r); /* STATE "session" */
void story_on_sip(struct story *st, const struct rec *r);     /* NOTE "sip" */

/* story_call_text.c. What is told of a beat: it, all of its kind when they are many and it is the first, or nothing (count 0). */
struct story_beat story_call_told(const struct story *st, const struct story_beat *b);
void story_call_text(const struct story *st, struct txtbuf *t, const struct story_beat *b);
void story_calls_end(const struct story *st, struct txtbuf *t); /* "2 calls answered: 1 dropped, 1 still up" */
void story_calls_calm(const struct story *st, struct txtbuf *t); /* the sentence about calls when none was dropped */

#endif
