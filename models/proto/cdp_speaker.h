/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cdp_speaker.h: CDP version 2 on one port: what the device says of itself every 60 s (three times, a
 * second apart, when it starts), and the neighbour that it heard, for as long as its hold time lasts. CDP
 * frames are not tagged and end at the next device. What is said is the owner's; a question that wants its
 * answer at once (a phone's for the voice VLAN) is answered by cdp_say from the owner's `heard`. */
#ifndef MODELS_PROTO_CDP_SPEAKER_H
#define MODELS_PROTO_CDP_SPEAKER_H

#include "models/net/table.h"
#include "models/proto/announcer.h"
#include "models/wire/cdp.h"

#define CDP_NAME_MAX 64

/* The last word of the other end, and until when it holds. */
struct cdp_neighbour {
    bool known;
    char device_id[CDP_NAME_MAX], port_id[CDP_NAME_MAX], platform[CDP_NAME_MAX], version[CDP_NAME_MAX];
    struct ip4 address;
    uint32_t capabilities, power_mw;
    uint16_t native_vlan;
    struct sim_time until;
};

struct cdp_user {
    void (*fill)(void *arg, struct cdp *m); /* what to say; the hold time stands already */
    void (*heard)(void *arg, const struct cdp *m); /* may be NULL */
};

struct cdp_speaker {
    struct port *port;
    struct mac mac;
    struct sim_dur hold;
    const struct cdp_user *user;
    void *arg;
    struct announcer announcer;
    struct cdp_neighbour *neighbour; /* NULL: nothing was ever heard */
};

/* Rows of a device's parameter table; `field` is a struct cdp_config in its state. */
struct cdp_config {
    bool on;
    struct sim_dur timer, hold;
};

#define CDP_PARAMS(state, field)                                                                     \
    {"cdp", PARAM_BOOL, "on", NULL, NULL, NULL, "speak and hear CDP", offsetof(state, field.on), false}, \
    {"cdp_timer", PARAM_DUR, "60s", "5s", "254s", NULL, "between two CDP frames of a port",             \
     offsetof(state, field.timer), false},                                                              \
    {"cdp_holdtime", PARAM_DUR, "180s", "10s", "255s", NULL, "how long a neighbour may believe a CDP frame", \
     offsetof(state, field.hold), false}

void cdp_speaker_init(struct cdp_speaker *c, struct port *p, struct mac mac, const struct cdp_config *config,
                      const struct cdp_user *user, void *arg);
void cdp_speaker_start(struct cdp_speaker *c); /* speaks at once */
void cdp_speaker_stop(struct cdp_speaker *c);  /* falls silent and forgets its neighbour */
void cdp_say(struct cdp_speaker *c);           /* once more, now; the period runs on */

/* A frame to CDP_MAC has arrived. Another protocol behind that address, and what is malformed, is passed
 * over (malformed CDP: with a discard by name). */
void cdp_hear(struct cdp_speaker *c, const struct frame *f);

/* The neighbour while its hold time lasts, else NULL. */
const struct cdp_neighbour *cdp_neighbour(const struct cdp_speaker *c);

/* "FastEthernet0/7" of "Fa0/7"; other names stay as they are. */
void cdp_port_id(struct txtbuf *t, const char *name);

/* show cdp neighbors: one speaker's row. */
void cdp_row(const struct cdp_speaker *c, struct table *t);
extern const struct table_look show_cdp_neighbors;

#endif
