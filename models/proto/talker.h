/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talker.h: people at a user agent: they call, answer after a while, talk, hold, and hang up. */
#ifndef MODELS_PROTO_TALKER_H
#define MODELS_PROTO_TALKER_H

#include "models/net/table.h"
#include "models/proto/media_flow.h"
#include "models/proto/sip_call.h"

/* The TALKER_PARAMS of a device are stored here. */
struct talker_config {
    struct media_config media;
    struct sim_dur answer_after, talk_time, call_spread;
    int64_t calls, calls_at_once;
    bool update_refused;
    const char *calls_to, *codecs, *codecs_later;
};

/* clang-format off */
#define TALKER_PARAMS(state, field) \
    MEDIA_PARAMS(state, field.media), \
    {"calls_to", PARAM_TEXT, "", NULL, NULL, NULL, "number that its operation 'call' dials", offsetof(state, field.calls_to), true}, \
    {"calls", PARAM_INT, "1", "1", "100000", NULL, "how many calls 'call' begins", offsetof(state, field.calls), true}, \
    {"call_spread", PARAM_DUR, "0s", "0s", "1d", NULL, "they begin one after another over so long a time", offsetof(state, field.call_spread), false}, \
    {"talk_time", PARAM_DUR, "0s", "0s", "30d", NULL, "the caller hangs up so long after the answer; 0s: only when told to", offsetof(state, field.talk_time), false}, \
    {"answer_after", PARAM_DUR, "2s", "0s", "10min", NULL, "the called side rings so long before it answers", offsetof(state, field.answer_after), false}, \
    {"calls_at_once", PARAM_INT, "4", "0", "100000", NULL, "calls that it takes; a further one is answered 486 Busy Here", offsetof(state, field.calls_at_once), false}, \
    {"codecs", PARAM_TEXT, "pcmu,g729,telephone-event", NULL, NULL, NULL, "what it can hear, in order of preference", offsetof(state, field.codecs), true}, \
    {"update_refused", PARAM_BOOL, "off", NULL, NULL, NULL, "it answers 501 to UPDATE though its Allow has it: an agent that does not interoperate", offsetof(state, field.update_refused), false}, \
    {"codecs_later", PARAM_TEXT, "g729,telephone-event", NULL, NULL, NULL, "the same after its operation 'change-codec'", offsetof(state, field.codecs_later), true}
/* clang-format on */

/* What people are told to do; each is a function of the device (talker_call and so on). */
#define TALKER_OPS(call, hang_up, hold, retrieve, change_codec) \
    {"call", "begins its calls", call}, \
    {"hang-up", "ends its calls", hang_up}, \
    {"hold", "puts its calls on hold (re-INVITE with sendonly)", hold}, \
    {"retrieve", "takes them back", retrieve}, \
    {"change-codec", "offers 'codecs_later' in its calls (re-INVITE)", change_codec}

struct talker {
    struct node *node;
    const struct talker_config *config;
    struct sip_ua *ua;
    const char *number;
    void *owner; /* whoever made it may note himself here */
    struct sip_hop hop; /* where its calls go; port 0: nowhere */
    struct media_host host;
    struct media media, media_later; /* codecs */
    struct pool talks;
    struct list_link talking;
    uint32_t talked; /* calls so far */
    struct tmr next; /* of the calls that 'call' begins */
    int64_t due;
};

MUST_USE bool talker_init(struct talker *t, struct node *n, struct sip_ua *ua, const char *number,
                          const struct talker_config *c, struct err *e);
void talker_power_off(struct talker *t); /* before the agent's */

extern const struct call_user talker_user; /* of the agent; its arg is the talker */

void talker_call_rows(const struct talker *t, struct table *to); /* of call_show.h */

/* What people do; each is an operation of a device. False: there is no call, or nowhere to call. */
bool talker_call(struct talker *t, struct err *e);
bool talker_hang_up(struct talker *t, struct err *e);
bool talker_hold(struct talker *t, struct err *e);
bool talker_retrieve(struct talker *t, struct err *e);
bool talker_change_codec(struct talker *t, struct err *e);

#endif
