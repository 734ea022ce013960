/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_attach.h: how a phone gets onto the network (seeds 000 and 001, steps 1 to 4): power by its cable or
 * from an adapter, its firmware, the voice VLAN by CDP or else by LLDP-MED, its address by DHCP. Nobody
 * tells it a voice VLAN: it stays in the native one. From then on its frames are tagged. What it loses
 * later (power, address, VLAN) takes it back to that step.
 *
 * CDP and LLDP frames themselves are never tagged. */
#ifndef MODELS_PROTO_PHONE_ATTACH_H
#define MODELS_PROTO_PHONE_ATTACH_H

#include "models/net/fsm.h"
#include "models/net/ip.h"
#include "models/proto/cdp_speaker.h"
#include "models/proto/dhcp_client.h"
#include "models/proto/lldp_speaker.h"

enum { POWER_INLINE, POWER_ADAPTER }; /* "inline|adapter" */

/* The ATTACH_PARAMS of a phone are stored here. */
struct attach_config {
    int power;
    int64_t poe_class, power_mw, admin_vlan;
    struct sim_dur boot_time, cdp_wait, lldp_wait;
    struct cdp_config cdp;
    bool lldp, announce;
    struct dhcp_client_config dhcp;
    struct ip4 address, gateway; /* manual, when given: no DHCP */
    int64_t prefix_len;
    /* filled by the owner */
    struct mac mac;
    const char *device, *product; /* "SEP0024142DDF24", "Cisco IP Phone 8961" */
};

#define ATTACH_PARAMS(state, field)                                                                  \
    {"power", PARAM_ENUM, "inline", NULL, NULL, "inline|adapter", "from the switch (PoE) or an adapter", \
     offsetof(state, field.power), true},                                                            \
    {"poe_class", PARAM_INT, "", "0", "4", NULL,                                                       \
     "class of the powered device (IEEE 802.3af/at); as the phone model has it unless given",          \
     offsetof(state, field.poe_class), true},                                                        \
    {"power_mw", PARAM_INT, "9800", "1000", "30000", NULL, "power it asks for by CDP, mW",              \
     offsetof(state, field.power_mw), true},                                                         \
    {"firmware_boot_time", PARAM_DUR, "30s", "0s", "1h", NULL,                                          \
     "from power to the firmware's first frame", offsetof(state, field.boot_time), false},           \
    {"cdp_wait", PARAM_DUR, "5s", "0s", "10min", NULL, "how long it waits for a CDP answer",            \
     offsetof(state, field.cdp_wait), false},                                                        \
    {"lldp_wait", PARAM_DUR, "5s", "0s", "10min", NULL, "and then for a network policy by LLDP-MED",    \
     offsetof(state, field.lldp_wait), false},                                                       \
    {"phone_lldp", PARAM_BOOL, "on", NULL, NULL, NULL, "ask by LLDP-MED when CDP has no answer",        \
     offsetof(state, field.lldp), false}

struct attach_user {
    void (*on_attached)(void *arg, const struct dhcp_lease *l); /* it has an address; l NULL: a manual one */
    /* It lost its address or its power, or starts anew: connections are void. Called before what they stood
     * on is gone. */
    void (*on_detached)(void *arg, const char *why);
    void (*on_off)(void *arg); /* all that is not in flash is gone, its clock among it */
    const char *(*load)(void *arg); /* the firmware that runs: "sip8961.9-3-1" */
};

struct phone_attach {
    struct node *node;
    struct port *port;
    struct ip_stack *ip;
    const struct attach_config *config;
    const struct attach_user *user;
    void *arg;
    /* parts */
    struct cdp_speaker cdp;
    struct lldp_speaker lldp;
    struct dhcp_client dhcp;
    /* state */
    struct fsm fsm;
    struct tmr wait;
    uint16_t vlan;     /* 0: the native one */
    bool vlan_known;   /* told by the switch, or by hand */
    bool told;         /* the owner knows that it is attached */
    uint32_t boots;
    char port_id[32];
    uint8_t power_level[4];
};

/* The stack has its one interface already, without VLAN and address. */
void attach_init(struct phone_attach *a, struct port *p, struct ip_stack *ip, const struct attach_config *c,
                 const struct attach_user *user, void *arg);
void attach_ready(struct phone_attach *a);   /* once the cables are there, before the run */
void attach_plug_in(struct phone_attach *a);    /* to its cable, or its adapter to the mains */
void attach_unplug(struct phone_attach *a);     /* the end of all power */
void attach_restart(struct phone_attach *a, const char *why); /* boots its firmware anew */
void attach_renew(struct phone_attach *a); /* asks for its address, and what comes with it, anew */
void attach_on_line(struct phone_attach *a);    /* as in struct model */
bool attach_is_plugged(const struct phone_attach *a);
bool attach_is_on(const struct phone_attach *a); /* its firmware runs: it takes frames */

/* A frame has arrived. True: it was for CDP or LLDP. */
bool attach_hear(struct phone_attach *a, const struct frame *f);

#endif
