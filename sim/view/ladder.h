/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.h: a recorded run as a message ladder: one lifeline a host, one arrow a frame sent, drops and
 * retransmissions marked, alarms, registrations and calls that dropped between them, quiet time folded. */
#ifndef SIM_VIEW_LADDER_H
#define SIM_VIEW_LADDER_H

#include <stdio.h>

#include "sim/view/run_reader.h"

#define LADDER_NODES_MAX 8

/* Whether exchanges that repeat at a regular interval are drawn twice, and then only counted. */
enum ladder_fold { LADDER_FOLD_CALLS, LADDER_FOLD_ON, LADDER_FOLD_OFF }; /* CALLS: on where an INVITE was sent */

struct ladder_options {
    const char *nodes;    /* names, separated by commas; NULL: those that the scenario names, else all that send, or
                           * when they are too many and calls are made, those of the first call */
    const char *protocol; /* text that a frame's line must contain, such as "REGISTER" or "ARP"; NULL: all */
    int64_t from_ns, to_ns; /* simulated time; to 0: the end */
    int columns;          /* 60 or more */
    bool ascii;
    enum ladder_fold fold;
};

MUST_USE bool ladder_print(const struct view_run *r, const struct ladder_options *o, FILE *out,
                           struct err *e);

#endif
