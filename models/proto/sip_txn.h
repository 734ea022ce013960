/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_txn.h: SIP transactions (RFC 3261 17, with the corrections of RFC 6026): a request, its copies and its answers
 * are one thing, whatever the transport loses or doubles. Timers A to K with T1, T2 and T4; matching by branch,
 * sent-by and method (17.1.3, 17.2.3). The ACK to a final answer other than 2xx is written here; the one to a 2xx
 * is its user's, and so are copies of a 2xx (13.3.1.4). */
#ifndef MODELS_PROTO_SIP_TXN_H
#define MODELS_PROTO_SIP_TXN_H

#include "models/net/fsm.h"
#include "models/proto/sip_transport.h"
#include "sim/kernel/param.h"
#include "sim/kernel/tmr.h"

#define SIP_BRANCH_MAX 39

struct sip_timers {
    struct sim_dur t1, t2, t4; /* RFC 3261 17.1.1.1: 500 ms, 4 s, 5 s */
};

/* clang-format off */
#define SIP_TIMER_PARAMS(state, field) \
    {"sip_t1", PARAM_DUR, "500ms", "1ms", "1min", NULL, "RFC 3261's T1, an estimate of the round trip; 64 of them end a transaction", offsetof(state, field.t1), false}, \
    {"sip_t2", PARAM_DUR, "4s", "1ms", "10min", NULL, "RFC 3261's T2, the longest pause between copies of a request or a 2xx", offsetof(state, field.t2), false}, \
    {"sip_t4", PARAM_DUR, "5s", "1ms", "10min", NULL, "RFC 3261's T4, how long a message may remain in the network", offsetof(state, field.t4), false}
/* clang-format on */

enum sip_failure { SIP_TIMED_OUT, SIP_UNREACHABLE }; /* treated as 408 and 503 (8.1.3.1) */

struct sip_txns;
struct sip_client; /* a request of ours */
struct sip_server; /* a request to us */

struct sip_client_user {
    /* Provisional and final; a 2xx to INVITE may come more than once. After a final answer or a failure the handle
     * is dead for its user (a 2xx's copies come by on_stray). */
    void (*on_response)(void *arg, struct sip_client *c, const struct sip_msg *m);
    void (*on_failure)(void *arg, struct sip_client *c, enum sip_failure why);
};

struct sip_txns_user {
    /* A new request; t NULL: an ACK, which has none. A CANCEL has its own t; sip_server_of_cancel finds the other. */
    void (*on_request)(void *arg, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from);
    /* A response of no transaction: a copy of a 2xx, or nobody's. */
    void (*on_stray)(void *arg, const struct sip_msg *m, const struct sip_hop *from);
    /* Its transaction is over, answered or not: the handle is dead. `unsent`: the answer could not be sent, or nobody
     * acknowledged it (timer H). Never from inside a call on it. May be NULL. */
    void (*on_server_end)(void *arg, struct sip_server *t, bool unsent);
};

struct sip_txns {
    struct node *node; /* it has SIP_TIMER_PARAMS: they are cited as limits */
    struct sip_transport *transport;
    const struct sip_timers *timers;
    const struct sip_txns_user *user;
    void *arg;
    struct rng *branches;
    struct map clients, servers; /* by hashes of what RFC 3261 17.1.3 and 17.2.3 compare; equal keys are compared in full */
    struct pool client_pool, server_pool;
};

void sip_txns_init(struct sip_txns *x, struct sip_transport *t, const struct sip_timers *timers,
                   const struct sip_txns_user *u, void *arg);
void sip_txns_power_off(struct sip_txns *x); /* all are gone, and nobody is told */

/* Its process stands still: no timer of a transaction fires; and goes on. */
void sip_txns_hang(struct sip_txns *x);
void sip_txns_go_on(struct sip_txns *x);

/* A message from the transport: handed on, repeated, answered or swallowed. */
void sip_txns_input(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from);
void sip_txns_lost(struct sip_txns *x, const struct sip_hop *peer); /* as on_lost of the transport: 17.1.4 */

/* "z9hG4bK" and what is drawn. */
void sip_branch_draw(struct sip_txns *x, char out[SIP_BRANCH_MAX + 1]);

/* Sends a request other than ACK, written out, with that branch in its topmost Via. Its bytes are kept as long as they
 * may be repeated. `flow` names the exchange. Its failures, too, come by the callback, never before this returns. u NULL:
 * nobody wants to hear of it. */
struct sip_client *sip_client_start(struct sip_txns *x, const struct sip_hop *to, struct str method, struct str branch,
                                    struct str message, uint64_t flow, const struct sip_client_user *u, void *arg);

/* Nobody wants to hear of it any more; it runs to its end in silence. */
void sip_client_forget(struct sip_client *c);
bool sip_client_is_proceeding(const struct sip_client *c); /* a provisional answer came: it may be cancelled (9.1) */
uint64_t sip_client_flow(const struct sip_client *c);

/* Answers; the bytes of the last answer are kept as long as they may be repeated. After a final one the handle lives
 * on until on_server_end, only to repeat it; another final answer is an error of the caller, but for copies of a 2xx
 * to INVITE, which it sends until nobody acknowledges it any more (64 T1). A request other than INVITE that is not
 * answered for 64 T1 ends: nobody waits for its answer. */
void sip_server_answer(struct sip_server *t, uint32_t status, struct str message);

/* It will never be answered, not even by 100; its copies are swallowed for 64 T1, then it ends. Before a final answer. */
void sip_server_forget(struct sip_server *t);
struct str sip_server_request(const struct sip_server *t); /* the bytes of the request, kept until on_server_end */
const struct sip_hop *sip_server_hop(const struct sip_server *t);
uint64_t sip_server_flow(const struct sip_server *t);
bool sip_server_is_answered(const struct sip_server *t); /* finally */
bool sip_server_is_refused(const struct sip_server *t);  /* finally, not with 2xx; or it is forgotten */
void sip_server_set_arg(struct sip_server *t, void *arg); /* whatever its user wants to find again */
void *sip_server_arg(const struct sip_server *t);

/* The INVITE that this CANCEL means (9.2); NULL: none. */
struct sip_server *sip_server_of_cancel(struct sip_txns *x, const struct sip_msg *cancel, const struct sip_hop *from);

#endif
