/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call.h: a SIP user agent and its calls. A call is one INVITE session: dialog (RFC 3261 12), offer and answer
 * (13, 14, RFC 3264), UPDATE (RFC 3311), session timer (RFC 4028), and its end. Who answers, refuses or joins two of
 * them is its user's business: a phone, a provider, CUCM, a CUBE. */
#ifndef MODELS_PROTO_SIP_CALL_H
#define MODELS_PROTO_SIP_CALL_H

#include "models/proto/offer_answer.h"
#include "models/proto/session_timer.h"
#include "models/proto/sip_txn.h"

#define CALL_TEXT_MAX 95 /* Call-ID, tags, users, URIs */
#define CALL_ROUTES_MAX 255
#define CALL_CSEQ_FIRST 101 /* as Cisco's agents count */

struct sip_call;
struct sip_ua;

enum call_end {
    CALL_ENDED_BY_US,       /* call_hang_up */
    CALL_ENDED_BY_PEER,     /* BYE or CANCEL */
    CALL_REFUSED,           /* a final answer other than 2xx; call->status */
    CALL_SESSION_EXPIRED,   /* nobody refreshed it: we sent BYE (RFC 4028 10) */
    CALL_REFRESH_FAILED,    /* nobody answered our refresh, or 408 or 481: we sent BYE */
    CALL_UNREACHABLE,       /* no answer to INVITE, or no ACK to our 200 (RFC 3261 13.3.1.4) */
};

struct call_user {
    void (*on_invite)(void *arg, struct sip_call *c);  /* a call has come in; 100 is sent; user sets c->user_arg */
    void (*on_progress)(void *arg, struct sip_call *c, uint32_t status); /* 1xx above 100 */
    void (*on_answer)(void *arg, struct sip_call *c);    /* 200: c->remote is the answer; ACK is sent */
    void (*on_confirm)(void *arg, struct sip_call *c);   /* ACK to our 200 */
    /* A re-INVITE or UPDATE within the call. `offer`: what it offers, NULL: it offers nothing; `changed`: it says
     * another thing than before. call_accept or call_refuse answers it, at once or later. */
    void (*on_modify)(void *arg, struct sip_call *c, bool by_update, const struct media *offer, bool changed);
    void (*on_modified)(void *arg, struct sip_call *c, uint32_t status); /* ours was answered; 0: nobody did; refreshes are not told */
    void (*on_end)(void *arg, struct sip_call *c, enum call_end why); /* the handle is dead after this */
};

/* What a user agent is and does; must outlive it. The SIP_UA_PARAMS of a device are stored here. */
struct sip_ua_config {
    struct sip_timers timers;
    struct sim_dur invite_expires; /* 0: it rings as long as it likes */
    struct session_config session; /* completed by sip_ua_configure */
    int session_refresher, session_method, session_at;
    const char *product;  /* User-Agent and Server; "" none */
    const char *sdp_user; /* of o= in SDP: "CiscoSystemsSIP-GW-UserAgent" */
    const char *methods;  /* Allow: "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE" */
};

#define SIP_METHODS "INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE"

/* clang-format off */
#define INVITE_EXPIRES_PARAM(state, field) \
    {"sip_invite_expires", PARAM_DUR, "180s", "1s", "1d", NULL, "a call of its own, or a change of one, that has no answer after this is cancelled (RFC 3261 13.2.1)", offsetof(state, field), false}

/* What all agents have. */
#define SIP_AGENT_PARAMS(state, field) \
    SIP_TIMER_PARAMS(state, field.timers), \
    INVITE_EXPIRES_PARAM(state, field.invite_expires), \
    {"session_timers", PARAM_BOOL, "on", NULL, NULL, NULL, "supports session timers (RFC 4028)", offsetof(state, field.session.supported), false}, \
    SESSION_INTERVAL_PARAMS(state, field.session), \
    {"session_refresh_method", PARAM_ENUM, "invite", NULL, NULL, SESSION_METHOD_CHOICES, "how it refreshes: re-INVITE, or UPDATE where the other side's Allow has it", offsetof(state, field.session_method), false}, \
    {"session_refresher", PARAM_ENUM, "uac", NULL, NULL, SESSION_REFRESHER_CHOICES, "who it wants to refresh: the side whose request carries the timer, or the other", offsetof(state, field.session_refresher), false}, \
    {"session_names_refresher", PARAM_BOOL, "off", NULL, NULL, NULL, "its first INVITE says who shall refresh; off: the side that answers chooses (RFC 4028 7.1)", offsetof(state, field.session.names_refresher), false}, \
    {"session_refreshes", PARAM_BOOL, "on", NULL, NULL, NULL, "does its duty as refresher; off is an experiment", offsetof(state, field.session.refreshes), false}, \
    {"session_enforced", PARAM_BOOL, "on", NULL, NULL, NULL, "ends a call whose session expires; off is an experiment", offsetof(state, field.session.expires_calls), false}

#define SIP_UA_PARAMS(state, field) \
    SIP_AGENT_PARAMS(state, field), \
    {"session_requested", PARAM_BOOL, "on", NULL, NULL, NULL, "its first INVITE has a Session-Expires", offsetof(state, field.session.asks), false}, \
    {"session_added", PARAM_BOOL, "on", NULL, NULL, NULL, "its 200 OK has a Session-Expires though the INVITE had none", offsetof(state, field.session.adds), false}, \
    {"session_refresh_at", PARAM_ENUM, "half", NULL, NULL, "half|full", "when it refreshes: at half the interval (RFC 4028), or at the whole of it (seed 003's sentence on CUCM)", offsetof(state, field.session_at), false}
/* clang-format on */

/* Fills in what parameters do not say by themselves. Spans that are no whole seconds are an error. */
MUST_USE bool sip_ua_configure(struct sip_ua_config *c, struct err *e);

/* Hooks of a back-to-back agent and of faults; any may be NULL. */
struct ua_hooks {
    /* Each message of ours before it is written: headers may be changed, taken out or added (views into `room`). */
    void (*edit)(void *arg, struct sip_msg *m, struct txtbuf *room);
    bool (*ignores)(void *arg, struct sip_call *c, const struct sip_msg *m); /* a request within a call is not answered at all */
    /* Which settings a new incoming call gets; NULL: those of the user agent. Before its first answer. */
    const struct session_config *(*session_of)(void *arg, const struct sip_msg *invite, const struct sip_hop *from);
};

struct sip_ua {
    struct node *node;
    const struct sip_ua_config *config;
    const struct call_user *user;
    const struct ua_hooks *hooks; /* may be NULL */
    void *arg; /* of both */
    struct sip_transport transport;
    struct sip_txns txns;
    struct map calls; /* by Call-ID and our tag */
    struct list_link up; /* the same in order of birth */
    struct pool call_pool;
    struct rng *dice;
    uint32_t live;
};

void sip_ua_init(struct sip_ua *ua, struct node *n, struct ip_stack *ip, struct tcp *tcp, uint16_t port,
                 const struct sip_ua_config *c, const struct call_user *u, const struct ua_hooks *h, void *arg);
MUST_USE bool sip_ua_open(struct sip_ua *ua); /* false: the port is taken */
void sip_ua_close(struct sip_ua *ua);         /* the service stops: calls are ended with BYE, connections closed */
void sip_ua_power_off(struct sip_ua *ua);     /* with the host: everything is gone, nobody is told */
void sip_ua_kill(struct sip_ua *ua);          /* its process alone: the same, but the host closes its connections */
void sip_ua_hang(struct sip_ua *ua);          /* its process stands still: nothing is read, no timer fires */
void sip_ua_go_on(struct sip_ua *ua);         /* what came and ran out meanwhile follows */

enum call_state { CALL_IDLE, CALL_CALLING, CALL_PROCEEDING, CALL_EARLY, CALL_CONFIRMED, CALL_ENDED };

enum call_errand { CALL_FIRST, CALL_REFRESH, CALL_CHANGE }; /* what a request of ours within its dialog is for */

/* A request of the other side's, INVITE or UPDATE, that waits for our answer. */
struct call_asked {
    struct sip_server *server; /* NULL: none waits */
    bool by_update, offers;
    uint32_t cseq;
    struct media offer;
    struct session_headers due; /* of the 2xx */
};

/* Its user reads the first group, and writes user_arg and able alone; the rest is the agent's. */
struct sip_call {
    /* identity */
    struct sip_ua *ua;
    void *user_arg; /* its user's own */
    bool outgoing;
    char call_id[CALL_TEXT_MAX + 1], local_tag[CALL_TEXT_MAX + 1], remote_tag[CALL_TEXT_MAX + 1];
    char local_uri[CALL_TEXT_MAX + 1], remote_uri[CALL_TEXT_MAX + 1]; /* "sip:1001@10.0.0.1" */
    /* state */
    struct fsm fsm;             /* enum call_state */
    struct sip_hop hop;         /* of requests within the dialog */
    struct media able;          /* what we can hear and where; its direction is our wish */
    struct media local, remote; /* as last agreed; port 0: none yet */
    struct call_asked asked;    /* what the other side wants answered */
    uint32_t remote_cseq;       /* of its last request; 0: there was none */
    bool hangs_up;              /* as soon as the INVITE can be cancelled (9.1), or our 2xx has its ACK (15) */
    uint32_t status;            /* that the first INVITE was refused with */
    struct session_headers invited; /* what the first INVITE said */
    struct session_timer session;

    /* --- the agent's own: being found --- */
    struct list_link in_ua;
    uint64_t key; /* in ua->calls */
    /* dialog (RFC 3261 12) */
    char target[CALL_TEXT_MAX + 1];   /* Contact of the other side */
    char routes[CALL_ROUTES_MAX + 1]; /* as a Route header has them; "" none */
    uint16_t peer;                    /* the node there, to explain what did not come; 0: unknown */
    uint32_t cseq;                    /* of our last request */
    bool peer_updates;                /* the other side's Allow has UPDATE */
    const struct session_config *session_config;
    /* our request, INVITE or UPDATE */
    struct sip_client *request; /* NULL: none is under way */
    enum call_errand errand;
    bool by_update, offers;
    bool cancelled;             /* our INVITE is: CANCEL was sent */
    struct media offered; /* by it */
    struct media said;    /* our last description, agreed or not; session 0: none yet */
    struct session_headers sent;
    char branch[SIP_BRANCH_MAX + 1];
    bool wants_refresh, wants_change, change_by_update, change_offers; /* once nothing else is under way */
    struct tmr retry; /* of one that was answered 491 or 500 */
    /* the ACK to a 2xx of the other side's */
    char ack_branch[SIP_BRANCH_MAX + 1];
    uint32_t ack_cseq; /* of that INVITE; 0: there is no ACK to repeat */
    bool ack_answers;  /* the ACK carries our SDP */
    /* our 2xx to an INVITE, until its ACK comes (13.3.1.4) */
    struct frame *ok; /* a buffer of the frames' pools; NULL: none waits */
    struct sip_hop ok_hop;
    uint32_t ok_cseq;
    bool ok_offers, ok_first; /* it offers: the ACK answers; it is the one that made the call */
    uint32_t copies;
    struct sim_dur copy_after;
    struct tmr copy, patience; /* patience: of our first INVITE and its CANCEL, too (9.1) */
};

struct call_start {
    struct sip_hop hop;
    const char *from, *to; /* user parts */
    struct media able;
    bool delayed_offer;    /* INVITE without SDP: the answer offers, the ACK answers */
    const struct session_config *session; /* NULL: the agent's; must outlive the call */
    void *user_arg;
};

struct sip_call *call_start(struct sip_ua *ua, const struct call_start *o); /* NULL: no route */
void call_ring(struct sip_call *c);                          /* 180 */
void call_answer(struct sip_call *c);                        /* 200, with what `able` makes of the offer; 488 when nothing */
void call_reject(struct sip_call *c, uint32_t status);       /* "486" … */
/* CANCEL, BYE or 603, whatever its state asks for. on_end follows from inside, or once that is allowed and answered:
 * c->hangs_up says that it was asked to. */
void call_hang_up(struct sip_call *c);

/* Changes the call: a re-INVITE or UPDATE with `able` as it stands now; `offers` false: an UPDATE without a word on the
 * media. While another one is under way it waits. */
void call_modify(struct sip_call *c, bool by_update, bool offers);
void call_accept(struct sip_call *c);                        /* answers on_modify with 200 and what `able` makes of the offer */
void call_refuse(struct sip_call *c, uint32_t status);       /* or not; the session stays as it was (RFC 3261 14.2) */

bool call_is_up(const struct sip_call *c); /* confirmed */
struct str call_remote_number(const struct sip_call *c); /* user part of the other side's URI */
struct str call_local_number(const struct sip_call *c);  /* of ours: of an incoming call the number that was called */

#endif
