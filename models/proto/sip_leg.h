/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_leg.h: a phone's connection to one CUCM and the REGISTER dialog on it: one Call-ID and From tag
 * for life, CSeq + 1 a request, one request at a time (RFC 3261 10.2: no new REGISTER while one is
 * pending; a later one waits its turn). Over TCP nothing is repeated here (RFC 3261 17); timer F ends a
 * request that nobody answers. Which requests are sent when is the phone's business. */
#ifndef MODELS_PROTO_SIP_LEG_H
#define MODELS_PROTO_SIP_LEG_H

#include "models/net/tcp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/out_of_service.h"
#include "models/proto/phone_config.h"
#include "models/proto/sip_stream.h"
#include "models/proto/standing.h"
#include "sim/kernel/tmr.h"

enum leg_request {
    LEG_REGISTER, /* binds: Expires as configured, at a new node */
    LEG_REFRESH,  /* the same, at the node of registration */
    LEG_STANDBY,  /* Expires 0 with cisco-keep-alive, to a lower node */
    LEG_PROBE,    /* the same, to a higher node */
    LEG_LINE,     /* binds one of its other lines, after the first is bound; in a dialog of its own */
    LEG_REQUEST_COUNT
};

struct sip_leg;

struct leg_user {
    void (*on_open)(void *arg, struct sip_leg *l);
    /* status 0: timer F fired. `granted` is the Expires of a 200. */
    void (*on_answer)(void *arg, struct sip_leg *l, enum leg_request kind, uint32_t status,
                      struct sim_dur granted); /* l->retry_after: of a 503, else 0 */
    void (*on_down)(void *arg, struct sip_leg *l, enum leg_down why); /* only what we did not ask for */
};

/* Told of what is no answer to a REGISTER, of a connection that stands, and of one that is about to end. */
struct leg_calls {
    void (*on_message)(void *arg, const struct sip_leg *l, const struct sip_msg *m);
    void (*on_open)(void *arg, const struct sip_leg *l);
    void (*on_end)(void *arg, const struct sip_leg *l);
};

/* What all legs of one phone share. */
struct leg_identity {
    const struct cisco_phone_model *model;
    const struct phone_config *config;
    uint64_t mac;
    const char *device; /* "SEP0024142DDF24" */
    char contact_uuid[37];
    uint32_t cseq_first;
    struct sim_dur timer_f;
    struct sim_dur clock_offset; /* of the phone's clock, as its Date header shows */
    uint8_t dscp;
    bool *knows_time; /* false until a server's Date was seen; NULL: it always did */
    const struct leg_calls *calls; /* what else is said on its connections; NULL: the phone has no calls */
    void *arg;                     /* of them */
};

/* The dialog of another line. */
struct leg_line {
    char from_tag[STANDING_TAG_MAX + 1], call_id[STANDING_CALL_ID_MAX + 1];
    uint32_t cseq;
};

struct sip_leg {
    /* identity */
    struct node *node;
    struct tcp *tcp;
    const struct leg_identity *id;
    const struct leg_user *user;
    void *arg;
    uint8_t index; /* priority in the group */
    char from_tag[STANDING_TAG_MAX + 1], call_id[STANDING_CALL_ID_MAX + 1];
    /* configuration of the next connection */
    uint16_t local_port; /* 0: any */
    bool isn_given;
    uint32_t isn;
    bool branch_given; /* of the next request, else drawn */
    uint32_t branch;
    struct rng *branches; /* NULL until the first is drawn */
    /* state */
    struct tcp_conn *conn;
    bool open, was_open; /* was_open: the connection that just ended had stood */
    struct msg_stream stream;
    struct tmr timer_f;
    uint32_t cseq; /* of the last request of the first line */
    uint32_t pending_cseq;  /* of the pending request, whichever line's */
    struct leg_line *lines; /* its other lines; NULL until they were registered */
    int64_t line, line_room; /* the one being registered; how many there is room for */
    uint32_t boots; /* of the phone; each has a dialog of its own (RFC 3261 10.2.4) */
    bool pending, deferred, retransmitted;
    enum leg_request kind, deferred_kind;
    const char *reason, *deferred_reason; /* of the alarm text; NULL: none */
    uint64_t flow;
    char *authorization;       /* SIP_CREDENTIALS_MAX bytes, once it was challenged */
    bool authorized;           /* the pending request answers a challenge already */
    struct sim_dur expires_min; /* a registrar asked for at least so much (423); 0: none did */
    struct sim_dur retry_after;
};

/* Takes over a connection and a dialog that stood before the run began; there must be a route. The user
 * is not told: the leg is open when this returns. */
void leg_resume(struct sip_leg *l, const struct standing *s);

/* The identifiers of its first dialog; what is not given is drawn. Before the connection is opened. */
void leg_give_dialog(struct sip_leg *l, const struct standing *s);

void leg_init(struct sip_leg *l, struct node *n, struct tcp *t, const struct leg_identity *id,
              uint8_t index, const struct leg_user *user, void *arg);
void leg_open(struct sip_leg *l);  /* starts to connect; fine when connecting or open */
void leg_register_lines(struct sip_leg *l); /* the other lines, one after another; on an open leg */
void leg_abort(struct sip_leg *l); /* resets it quietly: the user is not told */

/* The phone is off or has lost its address: the connection is let go without a word (tcp_power_off ends it),
 * and the next one begins another dialog. */
void leg_forget(struct sip_leg *l);

/* Sends now, or after the pending answer; a REGISTER supersedes a waiting keepalive. `reason` is the
 * cisco-alarm text (kept until sent) or NULL. Only on an open leg. */
void leg_request(struct sip_leg *l, enum leg_request kind, const char *reason);

#endif
