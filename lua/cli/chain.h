/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.h: dialtone chain: its rows, what is counted of each in the simulation, and what the Markov chain
 * of sim/study/keepalive_chain.h says of the same (docs/chain.md). */
#ifndef LUA_CLI_CHAIN_H
#define LUA_CLI_CHAIN_H

#include <stdio.h>

#include "sim/kernel/sim.h"
#include "sim/study/fit.h"

#define CHAIN_EXPONENTS 24
#define CHAIN_COPIES 24
#define CHAIN_EVERY 8    /* keepalives from one that is taken for its RTO to the next: then they are as good as independent */
#define CHAIN_TAKEN 64   /* of one registration; later ones count as the last */
#define CHAIN_SETS_MAX 12
#define CHAIN_ROWS_MAX 64

/* What is compared: the shapes of all keepalives, or the ends of registrations. */
enum chain_kind { CHAIN_SHAPES, CHAIN_ENDS };

struct chain_row {
    enum chain_kind kind;
    const char *protocol, *profile; /* "sip", "sccp"; "linux", "rfc6298" */
    uint32_t loss_percent;
    int64_t delta_ms, grace_ms; /* SIP: CUCM waits for their sum */
    int64_t floor_ms, factor;   /* SCCP: the phone waits max(floor, factor x mean answer) */
    int64_t good_s, burst_ms;   /* mean times to a burst in which all is lost, and of it; 0: no bursts */
};

extern const struct chain_row chain_rows[];
size_t chain_row_count(void);

/* Times that follow from a row. */
struct sim_dur chain_base(const struct chain_row *r);     /* the RTO after a valid sample */
struct sim_dur chain_wait(const struct chain_row *r);      /* SIP: CUCM's; SCCP: the floor */
struct sim_dur chain_answer(void);                         /* from a copy to its answer */
struct sim_dur chain_cycle_max(const struct chain_row *r); /* no keepalive is later after the one before */
uint32_t chain_horizon(const struct chain_row *r);         /* keepalives */
uint32_t chain_phones(const struct chain_row *r, uint32_t usual); /* with bursts few, so that they share none */
struct sim_dur chain_pause(const struct chain_row *r);     /* from an answer to the next keepalive (SIP) */
struct sim_time chain_until(const struct chain_row *r);    /* the end of the run */

/* Counted in one run. Only what a phone does from a keepalive on that begins with the RTO at its base. */
struct chain_counts {
    bool played;
    uint32_t answered[CHAIN_EXPONENTS][CHAIN_COPIES]; /* at copy j, by the exponent it began with */
    uint32_t given_up[CHAIN_EXPONENTS];
    uint32_t taken[CHAIN_TAKEN];                      /* of these, the 8th, 16th, ... of a registration */
    uint32_t taken_rto[CHAIN_EXPONENTS];
    uint32_t strange;      /* keepalives whose RTO is no power of two times the base */
    uint32_t trials, ended; /* registrations watched for the horizon; those that ended within it */
    uint32_t left;         /* registrations that ended, all */
    int64_t unregistered;  /* the measure unregister_count */
};

/* Fills *out from the facts of a run. */
struct sink *chain_watch_new(struct arena *a, const struct chain_row *r, struct chain_counts *out);

/* What the chain says, and how likely the counts are. */
struct chain_verdict {
    double copies_expected[CHAIN_COPIES + 1], copies_counted[CHAIN_COPIES + 1]; /* the last: none in time */
    double rto_expected[CHAIN_EXPONENTS + 1], rto_counted[CHAIN_EXPONENTS + 1]; /* the last: strange */
    uint32_t copies, exponents; /* so many of each may occur */
    double keepalives, taken;
    double lasts; /* keepalives of a registration on average, says the chain; INFINITY: beyond reckoning */
    double ends_expected, ends_counted; /* shares of the trials */
    double ends_p;
    struct fit copies_fit, rto_fit;
};
void chain_judge(const struct chain_row *r, const struct chain_counts *c, struct chain_verdict *out);
uint32_t chain_tests(const struct chain_row *r);                                    /* made of it */
uint32_t chain_failed(const struct chain_row *r, const struct chain_verdict *v); /* of these, below 1 % */

/* A line of a table; the first of its kind with the head above it. */
void chain_print_row(FILE *out, bool first, const struct chain_row *r, const struct chain_verdict *v,
                     const struct chain_counts *c);
void chain_json_row(FILE *out, bool first, const struct chain_row *r, const struct chain_verdict *v,
                    const struct chain_counts *c);

#endif
