/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_boot.h: a phone from power to the moment it may register: onto the network (phone_attach.h), then its
 * files (provision.h). Whichever protocol it registers with begins when told, and stops when told. */
#ifndef MODELS_PROTO_PHONE_BOOT_H
#define MODELS_PROTO_PHONE_BOOT_H

#include "models/net/table.h"
#include "models/proto/dns_client.h"
#include "models/proto/phone_attach.h"
#include "models/proto/phone_config.h"
#include "models/proto/provision.h"

/* The BOOT_PARAMS of a phone are stored here. */
struct boot_config {
    struct attach_config attach;
    struct provision_config provision;
    struct dns_config dns;
    const char *tftp_servers; /* "alternate TFTP": before all that DHCP says */
};

/* clang-format off */
#define BOOT_PARAMS(state, field) \
    ATTACH_PARAMS(state, field.attach), \
    CDP_PARAMS(state, field.attach.cdp), \
    DHCP_CLIENT_PARAMS(state, field.attach.dhcp), \
    PROVISION_PARAMS(state, field.provision), \
    FETCH_PARAMS(state, field.provision.fetch), \
    DNS_PARAMS(state, field.dns), \
    {"tftp_servers", PARAM_TEXT, "", NULL, NULL, NULL, "alternate TFTP servers, in order, separated by commas; empty: those that DHCP names", offsetof(state, field.tftp_servers), true}
/* clang-format on */

struct boot_user {
    void (*on_ready)(void *arg, const struct cnf *c, bool is_default); /* time to register */
    void (*on_down)(void *arg, const char *why); /* stop at once: not a word can be sent any more */
};

struct phone_boot {
    struct node *node;
    const struct boot_config *config;
    const struct boot_user *user;
    void *arg;
    struct tcp *tcp;
    struct phone_attach attach;
    struct provision provision;
    struct phone_flash flash;
    struct dns_client *dns; /* NULL until a name had to be resolved */
    struct tmr retry; /* no TFTP server is known: DHCP is asked again */
    struct ip4 manual[FETCH_SERVERS_MAX];
    size_t manual_count;
    bool knows_time;
};

/* `load`: the name of the firmware in flash. The stack has its one interface, without VLAN and address. */
MUST_USE bool boot_init(struct phone_boot *b, struct port *p, struct ip_stack *ip, struct tcp *t,
                        const struct boot_config *c, const char *load, const struct boot_user *user, void *arg,
                        struct err *e);
/* A name by the DNS servers of its lease; see dns_resolve. Silent when the phone goes down first. */
void boot_resolve(struct phone_boot *b, struct str name, dns_done_fn *done, void *arg);
void boot_registered(struct phone_boot *b); /* it has registered: late files may be fetched */
void boot_fetch_again(struct phone_boot *b); /* what it was given led nowhere: after a pause, its files again */
void boot_reload(struct phone_boot *b); /* its files again, from the start and at once */
void boot_restart(struct phone_boot *b, const char *why);

/* The phone's own address and VLAN, and its servers, for its pages. */
struct ip4 boot_tftp_server(const struct phone_boot *b, size_t i); /* 0.0.0.0: there are fewer */

/* What stands in the file, as far as a phone of the protocol `own` acts on it, over `out`'s factory values.
 * False: it asks for what this phone cannot do; *why says what. Names are resolved by the caller: addr is
 * 0.0.0.0 for a host name. */
MUST_USE bool boot_phone_config(struct arena *a, const struct cnf *c, enum cnf_protocol own, struct phone_config *out,
                                const char **why);

#endif
