/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone.h: what is the same for a Cisco phone whichever protocol it registers with: it boots (phone_boot.h),
 * and when it has its files, or from the beginning with starts=configured, its protocol begins with the nodes
 * of its CallManager group. `struct phone` stands first in the state of every phone device; the functions below
 * that take a node are theirs to put into struct model. */
#ifndef MODELS_PROTO_PHONE_H
#define MODELS_PROTO_PHONE_H

#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/cucm_group.h"
#include "models/proto/out_of_service.h"
#include "models/proto/phone_boot.h"


enum { STARTS_COLD, STARTS_CONFIGURED }; /* "cold|configured" */

/* What a phone is beside its protocol; filled by the device from its own list of phone models. */
struct phone_kind {
    const char *name;    /* "8961" */
    const char *product; /* as CDP has it, "Cisco IP Phone 8961" */
    const char *number;  /* device type, "540" */
    const char *load_prefix; /* of the names of its loads; NULL: they have none */
    const char *locale_jar;  /* in the folder of its locale */
    uint8_t poe_class;
    bool http;
    bool soft; /* a program on a computer: no PoE, CDP, LLDP or voice VLAN */
};

struct phone;

/* What a protocol does, told when it may and must. `arg` is the device's state. */
struct phone_protocol {
    enum cnf_protocol protocol;          /* that a configuration file must ask for */
    void (*start)(void *arg);            /* the configuration is complete: register */
    bool (*resume)(void *arg);           /* starts=configured: true when it is registered already; may be NULL */
    void (*stop)(void *arg, enum out_of_service why); /* not a word can be sent any more; `why` is told later */
    void (*leave)(void *arg);            /* its user resets it: a last word to the node of registration */
    const struct fsm *(*state)(const void *arg);    /* its machine of registration */
    int (*at)(const void *arg);                     /* the node of registration, or GROUP_NOWHERE */
    const char *(*role)(const void *arg, int node); /* "Active", "Standby", "" */
};

struct phone {
    /* configuration; the PHONE_PARAMS are stored here */
    int starts;
    const char *cucm_group, *load, *device_name;
    struct boot_config boot_config;
    struct sim_dur power_on_at, arp_timeout, arp_locktime;
    int64_t clock_drift_ppm;
    int arp_policy;
    bool arp_tcp_confirm, arp_tcp_advice;
    struct phone_config config;
    struct tcp_config tcp_config;
    /* parts */
    struct node *node;
    const struct phone_kind *kind;
    const struct phone_protocol *protocol;
    char device[17], version[32]; /* version: of the firmware */
    struct ip_stack *ip;
    struct tcp *tcp;
    struct tmr power;
    struct phone_boot *boot;      /* NULL: it starts configured */
    struct phone_config *factory; /* of one that boots: what holds where its configuration file is silent */
    bool leaving;                 /* its user resets it */
    bool powered;                 /* of one that starts configured */
    int64_t resolving;            /* the member of the group whose name is being resolved */
};

/* clang-format off */
#define PHONE_PARAMS(state, field) \
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC address; also names the device SEP<MAC>", offsetof(state, field.boot_config.attach.mac), true}, \
    {"device_name", PARAM_TEXT, "", NULL, NULL, NULL, "name of the device, where it is not SEP<MAC>: a soft phone's", offsetof(state, field.device_name), true}, \
    {"starts", PARAM_ENUM, "cold", NULL, NULL, "cold|configured", "cold: it boots, with CDP, DHCP and TFTP; configured: it has all that, and registers at once", offsetof(state, field.starts), true}, \
    {"address", PARAM_IP4, "", NULL, NULL, NULL, "IPv4 address, set by hand; none: by DHCP", offsetof(state, field.boot_config.attach.address), true}, \
    {"prefix_len", PARAM_INT, "24", "1", "30", NULL, "length of the subnet's prefix", offsetof(state, field.boot_config.attach.prefix_len), true}, \
    {"gateway", PARAM_IP4, "", NULL, NULL, NULL, "default router", offsetof(state, field.boot_config.attach.gateway), true}, \
    {"voice_vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN set by hand, which its frames are tagged with; 0: by CDP or LLDP-MED, or untagged", offsetof(state, field.boot_config.attach.admin_vlan), true}, \
    {"cucm_group", PARAM_TEXT, "", NULL, NULL, NULL, CUCM_GROUP_DOC, offsetof(state, field.cucm_group), true}, \
    {"gratuitous_arp", PARAM_BOOL, "on", NULL, NULL, NULL, "announce the address when it is taken into use", offsetof(state, field.boot_config.attach.announce), false}, \
    {"power_on_at", PARAM_DUR, "0s", "0s", "30d", NULL, "when the phone is plugged in, from the start of the run", offsetof(state, field.power_on_at), false}, \
    {"clock_drift_ppm", PARAM_INT, "0", "-100000", "100000", NULL, "millionths by which the phone's clock is fast: its timers run by it, and its Date headers show it", offsetof(state, field.clock_drift_ppm), false}, \
    {"connection_monitor_duration", PARAM_DUR, "120s", "0s", "1d", NULL, "how long a higher node must answer before the phone falls back to it, where no configuration file says it", offsetof(state, field.config.connection_monitor_duration), false}, \
    {"arp_timeout", PARAM_DUR, "300s", "1s", "30d", NULL, "ARP entries live this long since they were last confirmed", offsetof(state, field.arp_timeout), false}, \
    {"arp_policy", PARAM_ENUM, "first_wins_lock", NULL, NULL, ARP_POLICIES, "which of several answers a phone's ARP entry keeps: the last; the first for arp_locktime; or the only one that it waited for", offsetof(state, field.arp_policy), false}, \
    {"arp_locktime", PARAM_DUR, "1s", "0s", "1h", NULL, "first_wins_lock: so long after an entry was written another address is ignored", offsetof(state, field.arp_locktime), false}, \
    {"arp_tcp_confirm", PARAM_BOOL, "on", NULL, NULL, NULL, "an acknowledgement of TCP confirms a phone's ARP entry; off: only ARP does", offsetof(state, field.arp_tcp_confirm), false}, \
    {"arp_tcp_advice", PARAM_BOOL, "off", NULL, NULL, NULL, "the third retransmission in a row makes a phone ask anew by ARP (RFC 1122 2.3.2.1)", offsetof(state, field.arp_tcp_advice), false}, \
    BOOT_PARAMS(state, field.boot_config), \
    TCP_PARAMS(state, field.tcp_config, "", "22s", "400us")
/* clang-format on */

/* To be called by the device's init, in this order: names and stack first; then what the protocol needs; then
 * the parts that boot. `kind` and `protocol` must outlive the phone. */
MUST_USE bool phone_init(struct node *n, const struct phone_kind *kind, const struct phone_protocol *protocol,
                         struct port **port, struct err *e);
MUST_USE bool phone_init_boot(struct phone *p, struct port *port, struct err *e);

void phone_registered(struct phone *p); /* anew, at whatever node */

/* Whoever it asked would not have it: a phone that nobody added asks again for a file of its own, it may have
 * been added since. True: it does, and the protocol falls silent until it is started anew. */
bool phone_ask_again(struct phone *p);

/* It restarts by itself: what it learned of its network is gone, its configuration stays. */
void phone_restart(struct phone *p, const char *why);

/* Of struct model. */
bool phone_ready(struct node *n, struct err *e);
void phone_start(struct node *n);
void phone_on_frame(struct node *n, struct port *in, const struct frame *f);
void phone_on_line(struct node *n, struct port *port);

/* What a phone's user does: unplug, plug-in, reset. */
bool phone_unplug(struct node *n, struct err *e);
bool phone_plug_in(struct node *n, struct err *e);
bool phone_reset(struct node *n, struct err *e);
#define PHONE_OPS                                                                                     \
    {"unplug", "takes its power away: it forgets what it does not keep in flash", phone_unplug},      \
    {"plug-in", "gives its power back: it boots", phone_plug_in},                                     \
    {"reset", "boots its firmware anew, as **#** does", phone_reset}

/* Its pages (phone_show.c). */
void phone_status_rows(const struct node *n, struct table *t);
void phone_cdp_rows(const struct node *n, struct table *t);

#endif
