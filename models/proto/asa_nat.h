/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_nat.h: the NAT rules of an ASA as far as they decide for whom it answers ARP requests: for every mapped
 * address on the mapped interface (seed 002, case study 1). The rules translate nothing here: identity rules have
 * nothing to translate, and a packet for a mapped address of another rule is dropped. */
#ifndef MODELS_PROTO_ASA_NAT_H
#define MODELS_PROTO_ASA_NAT_H

#include "models/net/net.h"
#include "models/wire/addr.h"

struct asa_range {
    bool any;
    struct ip4 first, last;
};

struct asa_rule {
    struct asa_rule *next;
    uint32_t number;               /* from 1 */
    struct str real_if, mapped_if; /* "any": all */
    struct asa_range real, mapped;
    bool identity, no_proxy_arp;
};

/* Rules as the configuration has them, separated by semicolons:
 *   (REAL_IF,MAPPED_IF) source static REAL MAPPED [destination static A B] [no-proxy-arp] [route-lookup]
 * with any, an address, ADDRESS/LENGTH or FIRST-LAST for an address. `text` must outlive the rules. */
MUST_USE bool asa_nat_parse(struct arena *a, struct str text, struct asa_rule **first, struct err *e);

/* Is `addr` a mapped address on this interface, by a rule that lets the ASA answer for it? The decision looks at
 * the source part of a rule alone. NULL: no. */
const struct asa_rule *asa_nat_answers(const struct asa_rule *first, struct str nameif, struct ip4 addr);

/* The rule that would translate a packet for `addr` which came in by this interface; NULL: none. */
const struct asa_rule *asa_nat_translates(const struct asa_rule *first, struct str nameif, struct ip4 addr);

#endif
