/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_profile.h: SIP profiles (Cisco IOS, voice class sip-profiles): rules that change, add or remove headers of the
 * messages that a box sends. Text as the configuration has it, rules separated by semicolons:
 *   request ANY|INVITE|REINVITE|METHOD sip-header NAME modify "PATTERN" "REPLACEMENT"
 *   response ANY|STATUS [method ANY|METHOD] sip-header NAME add "NAME: VALUE"
 *   ... sip-header NAME remove
 * INVITE is the one that makes a call, REINVITE one within it; of responses both are INVITE. NAME is a header's name;
 * Allow may be written Allow-Header, as IOS does. A pattern (ios_pattern.h) is looked for in the whole line,
 * "Allow: INVITE, ACK", of each header of that name. */
#ifndef MODELS_PROTO_SIP_PROFILE_H
#define MODELS_PROTO_SIP_PROFILE_H

#include "models/proto/ios_pattern.h"
#include "models/wire/sip.h"
#include "sim/base/arena.h"

enum profile_action { PROFILE_MODIFY, PROFILE_ADD, PROFILE_REMOVE };

struct profile_rule {
    struct profile_rule *next;
    bool of_responses;
    uint32_t status;    /* of responses; 0: any */
    struct str method;  /* empty: any */
    bool within_dialog; /* REINVITE */
    enum profile_action action;
    struct str header; /* its name */
    struct ios_pattern pattern;
    struct str text; /* the replacement, or the value that is added */
};

struct sip_profile {
    struct profile_rule *first;
    uint32_t count;
};

/* `text` must outlive the profile; empty: no rules. */
MUST_USE bool sip_profile_read(struct sip_profile *p, struct arena *a, const char *text, struct err *e);

/* Changes *m, whose texts then point into `room`. How many headers were changed, added or removed. What does not fit
 * stays as it was. */
uint32_t sip_profile_edit(const struct sip_profile *p, struct sip_msg *m, struct txtbuf *room);

#endif
