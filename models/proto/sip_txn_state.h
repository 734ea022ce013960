/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_txn_state.h: what the files of sip_txn share: a transaction of either side, and how they find, keep and send.
 * Actions of their machines only send and set timers; their user is told after the step, so that he may do anything. */
#ifndef MODELS_PROTO_SIP_TXN_STATE_H
#define MODELS_PROTO_SIP_TXN_STATE_H

#include "models/proto/sip_txn.h"

#define SIP_TXN_LIVES 64 /* of T1: timers B, F, H, J, L and M */

struct sip_client {
    struct sip_client *next_same; /* with that key */
    struct sip_txns *txns;
    struct fsm fsm;
    const struct sip_client_user *user; /* NULL: nobody listens any more */
    void *arg;
    struct sip_hop hop;
    uint64_t key, flow;
    struct str method;           /* a view into text */
    struct frame *text, *ack;    /* buffers of the frames' pools; ack NULL: none was sent */
    uint32_t copies;
    struct sim_dur pause;        /* until the next copy */
    struct tmr copy, end;        /* A or E; B or F, then D, K or M */
    enum { CLIENT_SILENT, CLIENT_ANSWERED, CLIENT_OVER, CLIENT_STRAY, CLIENT_FAILED } deed; /* of the step */
    enum sip_failure why;
    char branch[SIP_BRANCH_MAX + 1];
};

/* What identifies a request (RFC 3261 17.2.3); views into it. */
struct sip_request_id {
    struct str method; /* of an ACK: INVITE */
    struct str branch, host, via, uri, call_id, from_tag;
    uint32_t cseq;
    uint16_t port;
    bool cookie; /* the branch is unique (8.1.1.7): it alone counts, with sent-by */
};

struct sip_server {
    struct sip_server *next_same;
    struct sip_txns *txns;
    struct fsm fsm;
    void *arg;
    struct sip_hop hop, anew; /* anew: when the connection of hop is gone */
    uint64_t key, flow;
    struct sip_request_id id; /* views into text */
    struct frame *text, *answer;
    uint32_t status;          /* of the last answer; 0: none */
    uint32_t copies;
    struct sim_dur pause;
    struct tmr copy, end; /* 100 Trying, then G; H, I, J or L */
    bool unsent, for_user; /* for_user: the step found that the message is the user's */
};

uint64_t sip_txn_hash(uint64_t seed, struct str s); /* whatever the case of its letters */
struct frame *sip_txn_keep(struct sip_txns *x, struct str bytes);
struct str sip_txn_text(const struct frame *f);
void sip_txn_free(struct sip_txns *x, struct frame **f);
bool sip_txn_decode(const struct frame *f, struct sip_msg *m, uint32_t *cseq);

/* Of a request that came in; `method` as above. */
struct sip_request_id sip_txn_id(const struct sip_msg *m, struct str method);
uint64_t sip_txn_id_key(const struct sip_request_id *id);
bool sip_txn_id_eq(const struct sip_request_id *a, const struct sip_request_id *b);

/* Arms one of its timers, which waits for the exchange `flow`. */
void sip_txn_arm(struct tmr *t, const char *label, struct sim_dur in, uint64_t flow);
struct sim_dur sip_txn_life(const struct sip_txns *x);

/* A timeout's NOTE, tied to T1. */
void sip_txn_give_up(struct sip_txns *x, const char *fmt, const struct val *v, uint32_t n);

void sip_client_hear(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from);
void sip_client_lose(struct sip_client *c); /* its connection is gone */
void sip_client_drop(struct sip_client *c); /* without a word */
void sip_server_hear(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from);
void sip_server_drop(struct sip_server *t);

#endif
