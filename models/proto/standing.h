/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standing.h: a registration that stood before the run began, as text: what a capture that starts
 * mid-life says of the connection and the dialog (seed 002, the captures of a 7975). Each side is told
 * its own half:
 *   phone  "port=53006, seq=2991995217, ack=1953872619, call_id=…, from_tag=…, refresh_in=1s"
 *   CUCM   "device=SEP0024142DDF24, peer=10.106.114.185:53006, seq=…, ack=…, call_id=…, cseq=11434, …"
 * seq and ack are the numbers of the next segment that this side sends. */
#ifndef MODELS_PROTO_STANDING_H
#define MODELS_PROTO_STANDING_H

#include "models/wire/addr.h"
#include "sim/base/err.h"
#include "sim/base/simtime.h"
#include "sim/base/str.h"

#define STANDING_TAG_MAX 33 /* characters, as in all seeds */
#define STANDING_CALL_ID_MAX 63

enum standing_side { STANDING_PHONE, STANDING_CUCM, STANDING_DIALOG };

struct standing {
    /* the connection */
    struct ip4 peer; /* CUCM's half: the phone; the phone's own is its group's first node */
    uint16_t port;   /* the phone's */
    uint32_t seq, ack;
    /* the registration */
    struct str device, model, dn; /* CUCM */
    struct str call_id;
    uint32_t cseq;                /* CUCM: of the last REGISTER */
    struct sim_dur expires_in;    /* CUCM: until the line timer fires */
    struct str from_tag;          /* phone */
    struct sim_dur refresh_in;    /* phone: until the next REGISTER */
    /* drawn values of the next exchange, when known */
    bool branch_given, to_tag_given;
    uint32_t branch, to_tag;
};

#define STANDING_PHONE_DOC                                                                            \
    "start mid-life, registered at the first node over a standing connection: 'port=, seq=, ack=, "   \
    "call_id=, from_tag=, refresh_in=' and, for the next REGISTER, 'branch='"
#define STANDING_DIALOG_DOC                                                                           \
    "identifiers of the dialog with the first node, drawn unless given: 'from_tag=, call_id=' and, of the "  \
    "first REGISTER, 'branch='"
#define STANDING_CUCM_DOC                                                                             \
    "phones registered before the run began, separated by ';', each 'device=, peer=, seq=, ack=, "   \
    "call_id=, cseq=, expires_in=' and, if known, 'model=, dn=' and 'to_tag=' of the next 200 OK"

/* One entry. Views keep pointing at `text`. Every key that its side needs must be there, once. */
MUST_USE bool standing_parse(enum standing_side side, struct str text, struct standing *out,
                             struct err *e);

#endif
