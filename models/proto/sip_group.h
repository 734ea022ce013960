/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_group.h: registration of a phone with an ordered group of CUCM nodes (seeds 000 and 002). It
 * registers at the first node that answers; refreshes granted - delta after each 200 OK; keeps the next
 * lower node warm with Expires-0 keepalives; goes elsewhere when its connection ends or nobody answers;
 * probes the higher nodes meanwhile, and falls back once one has answered for the connection monitor's
 * duration. One table decides; the legs (sip_leg.h) only talk. */
#ifndef MODELS_PROTO_SIP_GROUP_H
#define MODELS_PROTO_SIP_GROUP_H

#include "models/net/fsm.h"
#include "models/proto/sip_leg.h"

struct sip_group;

struct group_slot {
    struct sip_group *group;
    uint8_t index;
    bool proven; /* answered a probe since its connection stands: the monitor runs */
    struct sim_time not_before; /* a 503 said so (Retry-After) */
    struct tmr probe, monitor, reconnect;
};

struct sip_group {
    /* identity and configuration */
    struct node *node;
    const struct phone_config *config;
    const struct leg_identity *id;
    struct sim_dur standby_offset;     /* from the registering 200 to the first standby keepalive */
    struct sim_dur reconnect_interval; /* of connections to nodes other than the one of registration */
    const struct dist *reconnect_jitter; /* added to that */
    struct rng *dice;                    /* for it; NULL until it was needed */
    struct tcp *tcp;
    enum out_of_service last;          /* that an earlier life left in flash; told by the first REGISTER */
    void (*on_registered)(void *arg); /* anew, at whatever node; may be NULL */
    void (*on_rejected)(void *arg);   /* by the last node that was left to ask; may be NULL */
    void *arg;
    /* state */
    struct fsm fsm;
    uint8_t leg_count;       /* that there is room for */
    struct sip_leg *leg;     /* one a node of the group */
    struct group_slot *slot; /* the same */
    int at;     /* node of registration, or GROUP_NOWHERE */
    int target; /* node that a REGISTER is on its way to */
    int left;   /* node whose binding the registration just made replaces, or GROUP_NOWHERE */
    uint8_t failed; /* nodes that failed since the last registration or pause, a bit each */
    bool fresh; /* registered just now: its other lines are not */
    bool standby_missed; /* due while its connection was not open */
    struct sim_dur granted;
    char reason[96]; /* cisco-alarm text for the REGISTER after an outage */
    struct tmr refresh, standby, retry;
};

void group_init(struct sip_group *g, struct node *n, struct tcp *t, const struct leg_identity *id);
void group_prepare(struct sip_group *g); /* makes the legs that the configuration names; before the start */
void group_start(struct sip_group *g);

/* The phone is off, starts anew or has lost its address: silent from now on. The owner ends the connections
 * (tcp_power_off); group_start begins again, with whatever the configuration says then. */
void group_stop(struct sip_group *g);

/* The same with a live network: connections are reset. From inside on_rejected, too. */
void group_quit(struct sip_group *g);

/* Its user resets the phone: a last REGISTER that ends the binding. group_stop follows. */
void group_leave(struct sip_group *g);

/* Instead of group_start: registered at the first node already; there must be a route to it. */
void group_resume(struct sip_group *g, const struct standing *s);

#endif
