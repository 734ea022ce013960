/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_client.h: a stub resolver (RFC 1035, RFC 1123 6.1) on a node's stack: from a host name to its IPv4
 * addresses. Names are looked up one after another. A server is asked `tries` times, each time with twice the
 * patience of the time before, then the next one; that a name does not exist is an answer: no other server is
 * asked. Answers are kept as long as their TTL says (RFC 1035 3.2.1); that a name does not exist is not kept
 * (RFC 2308 5: without the zone's SOA it should not be). */
#ifndef MODELS_PROTO_DNS_CLIENT_H
#define MODELS_PROTO_DNS_CLIENT_H

#include "models/net/fsm.h"
#include "models/net/ip.h"
#include "models/wire/dns.h"
#include "sim/kernel/tmr.h"

#define DNS_SERVERS_MAX 4
#define DNS_ADDRESSES_MAX DNS_RECORDS_MAX /* of one name */
#define DNS_ASKS_MAX 8                    /* names that wait or are being looked up */
#define DNS_CACHE_MAX 8
#define DNS_ALIASES_MAX 8 /* aliases whose target has to be asked for, in one lookup */

enum dns_result {
    DNS_OK,
    DNS_NOT_FOUND, /* it does not exist, has no address, or is no name */
    DNS_FAILED,    /* no server answered, none could, or none is known */
};

/* The DNS_PARAMS of a device are stored here. */
struct dns_config {
    struct sim_dur patience; /* of the first try of a server */
    int64_t tries;
    uint8_t dscp; /* filled by the owner */
};

#define DNS_PARAMS(state, field)                                                                     \
    {"dns_timeout", PARAM_DUR, "2s", "100ms", "1min", NULL,                                           \
     "a DNS server has this long to answer, then twice as long (RFC 1035 4.2.1 advises 2 to 5 s)",    \
     offsetof(state, field.patience), false},                                                        \
    {"dns_tries", PARAM_INT, "2", "1", "8", NULL, "times that a DNS server is asked, then the next one", \
     offsetof(state, field.tries), false}

/* Addresses in the order of the answer; they are valid during the call. */
typedef void dns_done_fn(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count);

struct dns_ask {
    char name[DNS_TEXT_MAX + 3]; /* room to see that it is too long */
    dns_done_fn *done;
    void *arg;
};

struct dns_addresses {
    struct ip4 at[DNS_ADDRESSES_MAX];
    size_t count;
};

/* What was answered of one name. */
struct dns_entry {
    struct dns_name name; /* n 0: free */
    struct sim_time until;
    struct dns_addresses addresses;
};

struct dns_client {
    struct node *node;
    struct ip_stack *ip;
    const struct dns_config *config;
    struct rng *rng;
    struct ip4 server[DNS_SERVERS_MAX];
    size_t server_count;
    struct dns_name domain; /* n 0: none */
    struct dns_entry cache[DNS_CACHE_MAX];
    struct dns_ask ask[DNS_ASKS_MAX]; /* a ring */
    size_t ask_first, ask_count;
    /* the lookup */
    struct fsm fsm;
    struct tmr patience;
    struct dns_name name, target; /* the full name; the alias that it has led to, at first the same */
    char text[DNS_TEXT_MAX + 3];  /* of the full name, without the dot at its end */
    uint32_t ttl_s;               /* the least of what led here */
    uint32_t aliases;
    enum dns_result result;
    struct dns_addresses addresses;
    /* the exchange with one server */
    struct ip4 asked;
    size_t server_next; /* the place of the one after it */
    uint64_t flow;
    int64_t tries;
    uint16_t id, port; /* port 0: none bound */
};

void dns_init(struct dns_client *c, struct node *n, struct ip_stack *ip, const struct dns_config *config);

/* Servers in order (DHCP option 6), the first 4; `domain` (option 15; may be empty) is put behind names of one
 * label that do not end in a dot. Says so, and uses none, when `domain` is no name. */
void dns_set_servers(struct dns_client *c, const struct ip4 *servers, size_t count, struct str domain);

/* Without asking anybody: an address as text is its own, a name may be in the cache. */
bool dns_known(const struct dns_client *c, struct str name, struct ip4 *out);

/* `done` is called once, never before this returns, unless dns_stop comes first; in the same instant when
 * dns_known. At most 8 names at a time; they are done in the order of asking. */
void dns_resolve(struct dns_client *c, struct str name, dns_done_fn *done, void *arg);

/* Ends every lookup without a word, and forgets what was learned: the host lost its power or its address. */
void dns_stop(struct dns_client *c);

#endif
