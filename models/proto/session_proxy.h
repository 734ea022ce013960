/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_proxy.h: what a proxy does to session timers that pass it (RFC 4028 8): it may ask for one, lower it, refuse
 * one that is too small for it, and speak up for a UAS that knows nothing of them. Pure rules: headers in, headers out. */
#ifndef MODELS_PROTO_SESSION_PROXY_H
#define MODELS_PROTO_SESSION_PROXY_H

#include "models/proto/session_timer.h"
#include "models/proto/sip_edit.h"

struct session_proxy_config {
    bool on;      /* off: it lets all of it pass, and remembers nothing */
    bool inserts; /* Session-Expires where there is none */
    struct sim_dur expires; /* what it inserts, and the most that it lets pass */
    struct sim_dur min_se;  /* the least that it lets pass */
};

/* What it remembers of a request for the duration of the transaction (8.1). */
struct session_asked {
    bool uses;         /* the forwarded request had a Session-Expires: inserted, modified, or examined and accepted */
    bool uac_supports;
    uint32_t expires_s;
};

/* An INVITE or UPDATE with these headers has come. True: *h is what it is forwarded with, `asked` what is to be
 * remembered. False: it is answered 422, and *h says with what (8.1). */
bool session_proxy_request(const struct session_proxy_config *c, struct session_headers *h,
                           struct session_asked *asked);

/* The 2xx to it has come: *h becomes what it is forwarded with. Returns the session's interval from then on, in
 * seconds; 0: it does not expire (8.2). */
uint32_t session_proxy_answer(const struct session_asked *asked, struct session_headers *h);

/* Writes into a message what these rules made of its headers: those that differ, and nothing else of them. */
void session_proxy_write(struct sip_edit *e, const struct session_headers *was, const struct session_headers *is);

#endif
