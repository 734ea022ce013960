/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_timer.h: session timers in SIP (RFC 4028) for one side of one dialog. It says what a request and an answer
 * must carry, reads what the other side carries, and has two timers: one to refresh at half the interval, one to end
 * the call shortly before it expires (7.2, 9, 10). Whoever owns the dialog writes and sends. "uac" and "uas" belong to
 * the transaction that carries them: whoever sends a refresh is its UAC, whoever made the call. */
#ifndef MODELS_PROTO_SESSION_TIMER_H
#define MODELS_PROTO_SESSION_TIMER_H

#include "models/net/fsm.h"
#include "models/wire/sip.h"
#include "sim/kernel/tmr.h"

enum session_refresher { REFRESHER_NONE, REFRESHER_UAC, REFRESHER_UAS };

#define SESSION_MIN_SE_S 90       /* RFC 4028 5: least value, and what holds when nobody says another */
#define SESSION_MARGIN_S 32       /* RFC 4028 10 */
#define SESSION_EXPIRES_MAX_S 86400 /* the longest interval that any of these products has */

/* clang-format off */
#define SESSION_INTERVAL_PARAMS(state, field) \
    {"session_expires", PARAM_DUR, "1800s", "90s", "86400s", NULL, "session interval that is asked for, in whole seconds", offsetof(state, field.expires), false}, \
    {"min_se", PARAM_DUR, "1800s", "90s", "86400s", NULL, "least session interval that is taken, in whole seconds; a shorter one is answered 422", offsetof(state, field.min_se), false}
/* clang-format on */

/* False: one of the two is no whole number of seconds. */
MUST_USE bool session_interval_check(struct sim_dur expires, struct sim_dur min_se, struct err *e);

/* What one message says of the session's timer. */
struct session_headers {
    bool supported, required; /* "timer" in Supported, in Require */
    bool has_expires, has_min_se;
    uint32_t expires_s, min_se_s;
    enum session_refresher refresher;
};

/* False: Session-Expires or Min-SE is malformed, twice there, or Min-SE below 90 s, which section 5 forbids (answer:
 * 400). A Session-Expires below 90 s is read as it is: section 13 has it answered with 422. Where table 1 does not
 * have these headers (other methods, 1xx, Min-SE outside of requests and 422) they are not looked at. */
bool session_read(const struct sip_msg *m, struct session_headers *out);

enum session_method { SESSION_BY_INVITE, SESSION_BY_UPDATE };
#define SESSION_METHOD_CHOICES "invite|update"
#define SESSION_REFRESHER_CHOICES "uac|uas"

/* What its owner is configured to. */
struct session_config {
    bool supported;         /* knows the extension: off, it neither writes nor reads any of it */
    bool asks;              /* writes Session-Expires into its first INVITE (else only what the rules demand) */
    bool adds;              /* as UAS: writes Session-Expires into a 2xx though the request had none */
    bool states_min_se;     /* writes Min-SE into its first INVITE */
    bool names_refresher;   /* writes ;refresher= into its first INVITE */
    bool refreshes;         /* off: experiment, a refresher that forgets its duty */
    bool expires_calls;     /* off: experiment, it never ends a call whose session expired */
    bool full_interval;     /* refreshes at the whole interval instead of its half, as seed 003 prints for CUCM */
    enum session_refresher refresher; /* that it asks for as UAC, and chooses as UAS when it may; NONE: uac */
    enum session_method method;       /* of a refresh; UPDATE only when the other side's Allow has it */
    struct sim_dur expires, min_se;   /* whole seconds, at least 90 */
};

struct session_user {
    void (*on_refresh)(void *arg); /* now: send one; session_request says what it carries */
    void (*on_expire)(void *arg);  /* now: end the call; its first fact is tied to what did not come */
};

struct session_timer {
    struct node *node; /* its model has a parameter session_expires: the limit that an expiry cites */
    const struct session_config *config;
    const struct session_user *user;
    void *arg;
    /* state */
    struct fsm fsm;      /* "session": off, refresher, watching */
    uint32_t min_se_s;   /* the greatest that was told on this dialog (7.4); 0: none was */
    uint32_t interval_s; /* of the session; 0: it does not expire */
    bool we_refresh;
    bool agreed;         /* a 2xx was sent or received */
    bool peer_supports;  /* it said so: Supported: timer in a message of its own */
    struct sim_time expires_at; /* when interval_s */
    struct tmr refresh, expiry;
};

/* `call_id` names it in STATE records and lives as long as it does. */
void session_init(struct session_timer *t, struct node *n, const char *call_id, const struct session_config *c,
                  const struct session_user *u, void *arg);
void session_stop(struct session_timer *t); /* the dialog has ended */

/* UAC: what an INVITE or UPDATE of ours carries: the first, one after a 422, a refresh, or any other in the dialog
 * (7.1, 7.3, 7.4). For other methods only `supported` counts. */
struct session_headers session_request(const struct session_timer *t);

/* UAC: the 2xx to `sent` has come; timers start, change sides or stop (7.2). False: it is not allowed (refresher
 * missing or not the one that was asked for, more than was asked for, ...): treated as well as can be, and noted. */
bool session_answered(struct session_timer *t, const struct session_headers *sent,
                      const struct session_headers *answer);

/* UAC: a 422 has come. False: it must not be tried again (no Min-SE, or no greater one than was sent) (7.3). */
bool session_too_small(struct session_timer *t, const struct session_headers *sent,
                       const struct session_headers *answer);

/* UAS: a request has come, INVITE or UPDATE. What its answer carries: of a 2xx, or when *too_small of a 422 (9). */
struct session_headers session_requested(struct session_timer *t, const struct session_headers *request,
                                         bool *too_small);

/* UAS: that 2xx is sent now, for the first time; timers start, change sides or stop (9, 10). */
void session_accepted(struct session_timer *t, const struct session_headers *answer);

/* A refresh of ours failed with 408 or 481, or nobody answered: the timers stop, and the caller ends the call (10);
 * on_expire is not called. */
void session_refresh_failed(struct session_timer *t);

/* A refresh of ours was refused with anything else (and is not repeated at once, as after 401, 422 or 491): the session
 * stays as it is, and on_refresh comes again when half of what remains has passed, as long as an answer could still
 * come in time (10). */
void session_refresh_refused(struct session_timer *t);

/* Does a refresh take UPDATE, and not INVITE? Only when the other side's Allow has it (7.4). */
bool session_by_update(const struct session_timer *t, bool peer_allows);

/* When it is the other side's turn: the exchange that a refresh of theirs would be (kernel: awaited). To be said after
 * each session_answered and session_accepted, which arm the timer anew. */
void session_await(struct session_timer *t, uint64_t flow, uint16_t node);

#endif
