/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_hosts.h: the host names that a DNS server knows, with their addresses, as a scenario writes them. A name of one
 * label stands for that label in the domain; with a dot in it or at its end it is whole. */
#ifndef MODELS_PROTO_DNS_HOSTS_H
#define MODELS_PROTO_DNS_HOSTS_H

#include "models/wire/dns.h"
#include "sim/base/arena.h"
#include "sim/base/err.h"

#define DNS_HOST_ADDRESSES_MAX DNS_RECORDS_MAX

struct dns_host {
    struct dns_host *next;
    const char *text; /* the full name */
    struct dns_name name;
    struct ip4 address[DNS_HOST_ADDRESSES_MAX];
    uint32_t address_count;
};

struct dns_hosts {
    struct arena *arena;
    const char *domain_text;
    struct dns_name domain; /* n 0: none */
    struct dns_host *first, **last; /* in the order of the text */
};

/* `hosts` is "name=address,name=address"; a name may come again with another address, as many as one answer of
 * 512 bytes holds. Both texts may be empty. A mistake in them is the user's. */
MUST_USE bool dns_hosts_read(struct dns_hosts *s, struct arena *a, const char *domain, const char *hosts,
                             struct err *e);
const struct dns_host *dns_hosts_find(const struct dns_hosts *s, const struct dns_name *name); /* NULL: unknown */

#endif
