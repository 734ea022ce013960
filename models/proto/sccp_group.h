/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_group.h: registration of an SCCP phone with an ordered group of CUCM nodes (seeds 002 and 004). It
 * registers at the first node that answers, in the documented order of messages; keeps a connection to the next
 * lower node open, and to the higher ones; sends keepalives on all of them, at the intervals that RegisterAck
 * gave; goes elsewhere when its connection ends or its keepalives stay unanswered for too long; and asks a higher
 * node for a token, once it has been there for the connection monitor's duration, to go back to it. */
#ifndef MODELS_PROTO_SCCP_GROUP_H
#define MODELS_PROTO_SCCP_GROUP_H

#include "models/net/fsm.h"
#include "models/proto/answer_mean.h"
#include "models/proto/sccp_talk.h"

/* The SCCP_GROUP_PARAMS of a device are stored here. */
struct sccp_group_config {
    struct sim_dur wait_floor, reconnect_interval;
    struct dist reconnect_jitter;
    int64_t wait_factor;
    bool restart;
    struct sccp_talk_config talk;
};

/* clang-format off */
#define SCCP_GROUP_PARAMS(state, field) \
    {"failover_wait_floor", PARAM_DUR, "4s", "1ms", "1h", NULL, "normal detection waits at least so long", offsetof(state, field.wait_floor), false}, \
    {"failover_wait_factor", PARAM_INT, "8", "1", "10000", NULL, "normal detection waits so many times the mean of the last 10,000 answers", offsetof(state, field.wait_factor), false}, \
    {"restart_when_lost", PARAM_BOOL, "off", NULL, NULL, NULL, "an SCCP phone that finds no node to register with restarts after reconnect_interval, and forgets its ARP entries", offsetof(state, field.restart), false}, \
    {"reconnect_interval", PARAM_DUR, "30s", "1s", "1h", NULL, "between attempts to reach a node that refuses or is silent", offsetof(state, field.reconnect_interval), false}, \
    {"reconnect_jitter", PARAM_LAW, "0s", "0s", "1h", NULL, "added to that, drawn each time: so that phones do not come together", offsetof(state, field.reconnect_jitter), false}, \
    SCCP_TALK_PARAMS(state, field.talk)
/* clang-format on */

struct sccp_group;

struct sccp_slot {
    struct sccp_group *group;
    uint8_t index;
    struct tmr keepalive, monitor, reconnect;
};

struct sccp_group {
    /* identity */
    struct node *node;
    const struct sccp_group_config *config;
    struct tcp *tcp;
    void (*on_registered)(void *arg);               /* anew, at whatever node */
    void (*on_rejected)(void *arg);                 /* by the last node that was left to ask */
    void (*on_lost)(void *arg);                     /* restart_when_lost: there was no node to register with */
    void (*on_reset)(void *arg, enum skinny_reset); /* CUCM says so; the group is quiet when it is told to be */
    void (*on_line)(void *arg, struct str number);  /* CUCM has told the number of the first line */
    void *arg;
    /* state */
    struct fsm fsm;
    uint8_t leg_count;      /* that there is room for */
    struct sccp_leg *leg;   /* one a node of the group */
    struct sccp_slot *slot; /* the same */
    int at;                 /* node of registration, or GROUP_NOWHERE */
    int target;             /* node that it registers with, or asks for a token */
    uint8_t failed;         /* nodes that failed since the last registration or pause, a bit each */
    enum out_of_service last; /* for the next Alarm */
    struct sccp_talk talk;
    struct sim_dur keepalive_every, backup_every;
    struct answer_mean mean;
    bool unanswered;        /* a keepalive is out */
    struct sim_time asked;  /* when the oldest of those was sent */
    struct rng *dice;       /* for the pauses; NULL until it was needed */
    struct tmr verdict;     /* on a node that has not answered its keepalive */
    struct tmr token;       /* for an answer to the request for a token, or to Unregister */
    struct tmr retry;
};

void sccp_group_init(struct sccp_group *g, struct node *n, struct tcp *t, const struct sccp_group_config *c);
void sccp_group_start(struct sccp_group *g);

/* The phone is off, starts anew or has lost its address: silent from now on. The owner ends the connections
 * (tcp_power_off); sccp_group_start begins again, with whatever the configuration says then. `why`: for the next
 * Alarm; of a group that is silent already the first reason stays. */
void sccp_group_stop(struct sccp_group *g, enum out_of_service why);

/* The same with a live network: connections are reset. From inside a callback, too. */
void sccp_group_quit(struct sccp_group *g, enum out_of_service why);

/* Its user resets the phone: it unregisters, and says so. sccp_group_stop follows. */
void sccp_group_leave(struct sccp_group *g);

void sccp_group_babble(struct sccp_group *g); /* a KeepAlive out of turn, if it is registered */

const char *sccp_group_role(const struct sccp_group *g, int node); /* "Active", "Standby", "Monitored", "" */

#endif
