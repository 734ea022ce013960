/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_talk.h: what an SCCP phone says to the node that it registers with, step by step in the order of seed 004:
 * Alarm, Register, IpPort, the requests for its templates, its capabilities; it is registered when CUCM prompts
 * it. Then it asks for what its lines are, and the time. */
#ifndef MODELS_PROTO_SCCP_TALK_H
#define MODELS_PROTO_SCCP_TALK_H

#include "models/proto/cisco_sccp.h"
#include "models/proto/sccp_leg.h"
#include "sim/kernel/param.h"

/* The SCCP_TALK_PARAMS of a device are stored here. */
struct sccp_talk_config {
    struct sim_dur answer_timeout, alarm_wait, ip_port_wait, request_wait;
    struct dist step_wait;
    /* filled by the owner */
    const struct sccp_phone_model *model;
    const struct phone_config *phone;
    const char *device;
    uint64_t mac;
};

/* clang-format off */
#define SCCP_TALK_PARAMS(state, field) \
    {"sccp_answer_timeout", PARAM_DUR, "30s", "1s", "1h", NULL, "a node that leaves a message of the registration unanswered for so long is left", offsetof(state, field.answer_timeout), false}, \
    {"sccp_alarm_wait", PARAM_DUR, "68ms", "0s", "1h", NULL, "from the Alarm to the Register that follows", offsetof(state, field.alarm_wait), false}, \
    {"sccp_ip_port_wait", PARAM_DUR, "1ms", "0s", "1h", NULL, "from RegisterAck to IpPort", offsetof(state, field.ip_port_wait), false}, \
    {"sccp_request_wait", PARAM_DUR, "39ms", "0s", "1h", NULL, "from there to the first request, ButtonTemplateReq", offsetof(state, field.request_wait), false}, \
    {"sccp_step_wait", PARAM_LAW, "uniform(50us,100us)", "0s", "1h", NULL, "from an answer to the next request", offsetof(state, field.step_wait), false}
/* clang-format on */

struct sccp_talk;

struct sccp_talk_user {
    void (*on_acknowledged)(void *arg, const struct skinny_register_ack *a);
    void (*on_registered)(void *arg);
    void (*on_failed)(void *arg, bool rejected); /* else: no answer */
    void (*on_line)(void *arg, struct str number); /* of the first line */
};

struct sccp_talk {
    struct node *node;
    const struct sccp_talk_config *config;
    const struct sccp_talk_user *user;
    void *arg;
    struct sccp_leg *leg; /* NULL: there is no conversation */
    enum out_of_service last; /* for the Alarm */
    uint8_t step;
    bool awaiting;  /* the answer of this step */
    uint32_t lines; /* that ConfigStat says */
    struct rng *times;
    struct tmr wait, answer;
};

void sccp_talk_init(struct sccp_talk *t, struct node *n, const struct sccp_talk_config *c,
                    const struct sccp_talk_user *user, void *arg);
void sccp_talk_begin(struct sccp_talk *t, struct sccp_leg *l, enum out_of_service last); /* l: open */
void sccp_talk_end(struct sccp_talk *t); /* the connection is gone, or no longer the one of registration */
void sccp_talk_hear(struct sccp_talk *t, const struct sccp_leg *l, const struct skinny *m);

#endif
