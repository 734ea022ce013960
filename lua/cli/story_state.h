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
    const char *detail;  /* LOST: reason */
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
    struct story_flow *flows; /* newest, by number */
    int64_t origin_ns;        /* of the first registration; 0 before */
    struct story_beat *beats;
    size_t beat_count;
    uint64_t beats_left_out;
    int64_t unregister, failover; /* records of the first that counts; 0: none */
};

#endif
