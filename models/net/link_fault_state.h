/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_fault_state.h: the inside of struct link_fault, shared by link_fault.c and link_fault_act.c only. */
#ifndef MODELS_NET_LINK_FAULT_STATE_H
#define MODELS_NET_LINK_FAULT_STATE_H

#include "models/net/frame_filter.h"
#include "models/net/link_fault.h"
#include "sim/base/list.h"

enum { PER_FRAME, PER_BIT }; /* "frame|bit" */

struct link_fault_config {
    struct sim_dur at, lasts; /* -1: not given */
    const char *from, *frames;
    struct frame_filter filter;
    int per;
    int64_t rate_ppb, p_ppb, r_ppb, loss_ppb[2], duty_ppb;
    struct sim_dur by, period;
    struct dist law;
};

struct frame_range {
    uint64_t first, last;
};

/* One direction of it. */
struct fault_side {
    struct rng *rng;
    uint64_t seen; /* mask: frames that matched */
    bool bad;      /* gilbert: its state */
    bool copies;   /* duplicate: the frame being sent is to be sent again */
};

struct link_fault {
    /* identity */
    struct link *link;
    enum link_fault_kind kind;
    const char *target, *place, *detail;
    /* configuration */
    struct link_fault_config config;
    uint8_t sides; /* bit i: what end i sends */
    struct sim_dur down; /* flap: of each period */
    const struct frame_range *ranges;
    uint32_t range_count;
    /* state */
    struct list_link in_force; /* unlinked: not begun, or over */
    struct event begin, end, turn;
    bool over, cutting;
    uint64_t record; /* FAULT: its beginning */
    struct fault_side side[2];
};

struct link_faults {
    struct list_link in_force;
    unsigned count[LINK_FAULT_KINDS]; /* ever ordered */
};

MUST_USE bool link_fault_parse_mask(struct link_fault *f, struct arena *a, struct err *e); /* config.frames */

#endif
