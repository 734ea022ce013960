/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_state.h: the inside of struct story, shared by story.c (collects) and story_text.c (tells).
 */
#ifndef LUA_CLI_STORY_STATE_H
#define LUA_CLI_STORY_STATE_H

#include "lua/cli/story.h"
#include "sim/base/map.h"

#define STORY_LIMITS 2

/* What explains a later record. Only the newest are kept, and every parameter ever cited. */
struct story_fact {
    uint64_t id, cause, flow;
    uint64_t awaited, state, limit[STORY_LIMITS]; /* its becauses */
    int64_t t_ns;
    uint16_t node;
    uint8_t kind;
    const char *what;  /* STATE: machine; DROP: reason; FAULT: what and to what */
    const char *where; /* DROP: port; FAULT: place in the script */
    int64_t span_ns;   /* STATE: the first span of the note below */
    char said[96];     /* STATE: the note of the same name that came with it; NOTE: its text */
};

/* Requests of one kind from one node to one peer, such as the keepalives to the primary: which of
 * them lost a copy, and what that did to the RTO. */
struct story_talk {
    struct story_talk *next; /* of the same node */
    const char *label;       /* "keepalive REGISTER" */
    uint32_t streak;         /* the newest so many all lost a copy */
    bool lost;               /* the newest did */
    bool karn;               /* some ACK gave no valid RTT sample */
    uint32_t doublings;
    int64_t rto_first_ns, rto_last_ns;
};

/* An exchange that some note gave a name. */
struct story_flow {
    uint64_t number;
    struct story_talk *talk;
    uint64_t n; /* the first number in the name: a CSeq */
};

struct story_device {
    const char *name;
    uint16_t registrar; /* where its newest binding was made */
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
};

/* One line of the timeline. Equal ones in a row are one. */
struct story_beat {
    int64_t t_ns, last_ns;
    uint32_t count;
    uint8_t what;
    uint16_t node;
    uint64_t reason;
    const char *subject; /* device, label of the talk, or fault */
    const char *place;   /* LOST: port; FAULT: target and line */
    const char *detail;  /* LOST: reason */
};

/* Why the first unregister came, as far as it was known when it did. */
struct story_why {
    struct story_fact alarm, timeout, drop, state;
    struct story_fact limit, waited[STORY_LIMITS];
    struct story_fact fault; /* the last one before it */
    struct story_talk talk;
    uint64_t reason, n;
    const char *device, *signal;
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
    struct map texts, limits, talks, talks_of_node, devices, losses;
    struct story_fact *facts; /* newest, by number */
    struct story_flow *flows; /* newest, by number */
    uint64_t last_state;      /* the STATE just published */
    struct story_fact last_fault;
    int64_t origin_ns; /* of the first registration; 0 before */
    struct story_beat *beats;
    size_t beat_count;
    uint64_t beats_left_out, unregisters;
    bool has_why;
    struct story_why why;
};

bool story_is(const struct story_fact *f, enum rec_kind kind);

#endif
