/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_client.h: a DHCP client (RFC 2131) on one interface: DISCOVER to ACK with random back-off, a
 * check by ARP before the address is used (DECLINE on conflict), renewal and rebinding, and
 * INIT-REBOOT with the lease it remembers. It configures nothing itself: the owner sets the
 * interface when told. */
#ifndef MODELS_PROTO_DHCP_CLIENT_H
#define MODELS_PROTO_DHCP_CLIENT_H

#include "models/net/fsm.h"
#include "models/net/ip.h"
#include "models/wire/dhcp.h"
#include "sim/kernel/tmr.h"

#define DHCP_TFTP_MAX 8
#define DHCP_DNS_MAX 4

/* What a server granted. Times count from the sending of the REQUEST, of its first copy (RFC
 * 2131 4.4.1). */
struct dhcp_lease {
    struct ip4 address, server, router;
    uint8_t prefix_len;
    struct ip4 tftp[DHCP_TFTP_MAX]; /* option 150, in order; else the one of option 66, or siaddr */
    size_t tftp_count;
    char tftp_name[64]; /* option 66 or sname: a host name, and nothing better is there; else "" */
    struct ip4 dns[DHCP_DNS_MAX];
    size_t dns_count;
    char domain[64];
    struct sim_dur arp_timeout; /* option 35; 0: not sent */
    struct sim_dur t1, t2, lease;
    bool for_ever;
    struct sim_time since;
};

/* The DHCP_CLIENT_PARAMS of a device are stored here. */
struct dhcp_client_config {
    struct sim_dur start_jitter, conflict_wait, decline_wait;
    struct sim_dur t_fuzz; /* taken off T1 and T2 */
    /* filled by the owner */
    struct mac mac;
    const char *host_name;    /* "SEP0024142DDF24" */
    const char *vendor_class; /* "Cisco Systems, Inc. IP Phone CP-8861" */
    uint8_t dscp;
};

#define DHCP_CLIENT_PARAMS(state, field)                                                           \
    {"dhcp_start_jitter", PARAM_DUR, "uniform(0s,200ms)", "0s", "10s", NULL,                       \
     "before the first message of a start, or of a new one (RFC 2131 4.4.1 advises 1 to 10 s, "    \
     "many clients shorten it)",                                                                   \
     offsetof(state, field.start_jitter), false},                                                  \
    {"dhcp_conflict_wait", PARAM_DUR, "1s", "0s", "10s", NULL,                                     \
     "how long it waits for an answer to its ARP probe of a new address; 0s: no probe",            \
     offsetof(state, field.conflict_wait), false},                                                 \
    {"dhcp_decline_wait", PARAM_DUR, "10s", "1s", "1h", NULL,                                      \
     "after a DECLINE, before it starts anew (RFC 2131 3.1: at least 10 s)",                       \
     offsetof(state, field.decline_wait), false},                                                  \
    {"dhcp_renewal_fuzz", PARAM_DUR, "0s", "0s", "1h", NULL,                                       \
     "taken off the times of renewal and rebinding, up to half of the former (RFC 2131 4.4.5)",    \
     offsetof(state, field.t_fuzz), false}

struct dhcp_client_user {
    /* a new address, or an old one confirmed at start */
    void (*on_bound)(void *arg, const struct dhcp_lease *l);
    void (*on_lost)(void *arg, const char *why); /* the address may not be used any more */
};

struct dhcp_client {
    struct node *node;
    struct ip_stack *ip;
    uint32_t iface;
    const struct dhcp_client_config *config;
    const struct dhcp_client_user *user;
    void *arg;
    /* state */
    struct fsm fsm;
    struct tmr retry; /* of what was sent last; also the waits before a start */
    struct tmr clock; /* T1, T2 and the end of the lease */
    struct rng *rng;
    uint32_t xid, tries;
    uint16_t secs;
    struct sim_time started, asked;
    uint64_t flow;
    bool has_lease;          /* remembered over a restart */
    struct dhcp_lease lease; /* the one in force, or remembered */
    struct dhcp_lease offer; /* the one on its way */
    bool listening, in_use;  /* in_use: the owner uses the address */
};

/* Not started. Nothing of it is allocated; it lives in its owner. */
void dhcp_client_init(struct dhcp_client *c, struct node *n, struct ip_stack *ip, uint32_t iface,
                      const struct dhcp_client_config *config, const struct dhcp_client_user *user,
                      void *arg);

/* From the start, with the remembered lease while it lasts (RFC 2131 3.2). Only when stopped. */
void dhcp_client_start(struct dhcp_client *c);

/* Silent from now on; the lease is remembered. The owner is not told. */
void dhcp_client_stop(struct dhcp_client *c);

/* The lease in force; NULL: none. */
const struct dhcp_lease *dhcp_client_lease(const struct dhcp_client *c);

#endif
