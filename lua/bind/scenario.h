/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.h: one scenario file: loaded behind the fence, given its parameters, built into a network,
 * played, and finally set beside what is documented. */
#ifndef LUA_BIND_SCENARIO_H
#define LUA_BIND_SCENARIO_H

#include "models/net/net.h"
#include "sim/base/host_clock.h"
#include "sim/kernel/measure.h"

struct scenario;

#define SCENARIO_LADDER_MAX 8 /* nodes in its field `ladder`: as many as a ladder draws */

struct scenario_info {
    const char *name;   /* file name without .lua */
    const char *path, *title, *source, *story;
    struct sim_dur duration;      /* documented */
    int64_t epoch_ns;             /* of wall_clock, after the sets were applied */
    int64_t zone_ns;              /* its zone, east of UTC */
    const char *ladder;           /* nodes that a ladder draws, after the build; NULL: it does not say */
};

/* One parameter as the run has it. */
struct scenario_param {
    const char *name;
    const struct param_def *def;
    struct param_value value;
    const char *set_by; /* "default", "scenario", "command", "file", "sweep" */
};

/* A port the scenario wants captured. */
struct scenario_capture {
    struct port *port;
    const char *description;
    struct host_clock clock;
};

enum verdict { VERDICT_MATCH, VERDICT_DEVIATES, VERDICT_SLIP, VERDICT_NOT_REACHED };
extern const char *const verdict_names[]; /* "match" "deviates" "documented-slip" "not-reached" */

struct observable {
    const char *name;
    bool numeric;
    const char *documented, *simulated; /* text; decimal SI numbers when numeric; simulated "" = none */
    const char *tolerance, *unit, *source, *note;
    enum verdict verdict;
};

/* Reads and runs the file's top level, then checks what it returned. `lib_dir` holds lua/dialtone. */
struct scenario *scenario_load(const char *path, const char *lib_dir, struct err *e);
void scenario_free(struct scenario *sc);
const struct scenario_info *scenario_info(const struct scenario *sc);

/* Gives a parameter a value; set_by is "command" or "sweep". `where` names the option for the error.
 * A name the scenario does not declare itself may belong to a model: that is settled by the build. */
MUST_USE bool scenario_set(struct scenario *sc, struct str name, struct str text, const char *set_by,
                           struct err *e);

/* Runs network(net, p). Unknown parameter names are found here, with a near name. */
MUST_USE bool scenario_build(struct scenario *sc, struct net *n, struct err *e);

/* Schedules script(), the coroutine of what happens when; fine when the scenario has none. Errors
 * inside it end the run: scenario_failed tells. */
MUST_USE bool scenario_start(struct scenario *sc, struct err *e);
bool scenario_failed(const struct scenario *sc, struct err *e);

size_t scenario_params(const struct scenario *sc, const struct scenario_param **out); /* sorted by name */
bool scenario_is_documented(const struct scenario *sc); /* no parameter differs (duration, seed apart) */
size_t scenario_captures(const struct scenario *sc, const struct scenario_capture **out);
bool scenario_has_param(const struct scenario *sc, const char *name, struct scenario_param *out);

/* What documented checks need to see of the run: attach before running. NULL when nothing is
 * documented. `decode` turns a frame's bytes into a row, see below. */
struct segment_row {
    struct sim_time at;
    bool datagram;        /* UDP: no sequence numbers, flags and window */
    bool arp;             /* ARP: src and dst are the sender's and the target's protocol addresses */
    bool arp_reply;
    uint64_t from_mac, to_mac; /* of the frame */
    uint64_t sender_mac;       /* of an ARP packet */
    bool sent;            /* by the node of this port */
    uint32_t src, dst;    /* IPv4, host order */
    uint16_t src_port, dst_port;
    uint32_t seq, ack, len, window;
    char flags[12];       /* "PSH,ACK" */
    uint32_t copy;        /* k-th retransmission as the sender knows it */
    char info[96];        /* first line of the payload */
    struct str payload;   /* valid while it is decoded */
};
typedef bool decode_fn(const void *bytes, size_t n, struct segment_row *out); /* false: none of them */
struct sink *scenario_trace(struct scenario *sc, decode_fn *decode);

/* Evaluates everything documented. `reached` is how far the run got. */
MUST_USE bool scenario_judge(struct scenario *sc, struct sim *s, struct sim_time reached,
                             const struct observable **out, size_t *count, struct err *e);

#endif
