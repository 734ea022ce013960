/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_leg.h: an SCCP phone's connection to one CUCM node. It carries messages both ways and knows to which
 * exchange each belongs; which messages are sent when is the phone's business (sccp_group.h). */
#ifndef MODELS_PROTO_SCCP_LEG_H
#define MODELS_PROTO_SCCP_LEG_H

#include "models/proto/out_of_service.h"
#include "models/proto/phone_config.h"
#include "models/proto/skinny_stream.h"
#include "sim/kernel/measure.h"

struct sccp_leg;

struct sccp_leg_user {
    void (*on_open)(void *arg, struct sccp_leg *l);
    void (*on_message)(void *arg, struct sccp_leg *l, const struct skinny *m);
    void (*on_down)(void *arg, struct sccp_leg *l, enum leg_down why); /* only what we did not ask for */
};

struct sccp_leg {
    /* identity */
    struct node *node;
    struct tcp *tcp;
    const struct phone_config *config;
    const char *device;
    const struct sccp_leg_user *user;
    void *arg;
    uint8_t index, dscp;
    /* state */
    struct tcp_conn *conn;
    bool open, was_open; /* was_open: the connection that just ended had stood */
    struct msg_stream stream;
    uint32_t sent, keepalives; /* messages on this connection; KeepAlives among them */
    uint64_t flow;       /* of the last message */
    uint64_t keepalive;  /* flow of the last KeepAlive to the node of registration, until it was sent twice */
};

void sccp_leg_init(struct sccp_leg *l, uint8_t index, const struct sccp_leg_user *user, void *arg);
void sccp_leg_open(struct sccp_leg *l);  /* starts to connect; fine when connecting or open */
void sccp_leg_abort(struct sccp_leg *l); /* resets it quietly: the user is not told */

/* The phone is off or has lost its address: the connection is let go without a word (tcp_power_off ends it). */
void sccp_leg_forget(struct sccp_leg *l);

/* Only on an open leg. Returns the exchange that an answer belongs to. */
uint64_t sccp_leg_send(struct sccp_leg *l, const struct skinny *m);

/* A KeepAlive; `what`: as what it is counted. */
uint64_t sccp_leg_keepalive(struct sccp_leg *l, enum measure_id what);

#endif
