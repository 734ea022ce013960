/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.h: MAC and IPv4 addresses as value types. */
#ifndef MODELS_WIRE_ADDR_H
#define MODELS_WIRE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/str.h"

struct mac {
    uint8_t b[6];
};

struct ip4 {
    uint32_t v; /* host order */
};

#define MAC_BROADCAST ((struct mac){{255, 255, 255, 255, 255, 255}})
#define IP4_BROADCAST ((struct ip4){UINT32_MAX})
#define MAC_ZERO ((struct mac){{0}})

uint64_t mac_u64(struct mac m); /* in the low 48 bits, first byte highest */
struct mac mac_of_u64(uint64_t v);
bool mac_eq(struct mac a, struct mac b);
bool mac_is_group(struct mac m); /* multicast or broadcast */
bool mac_is_broadcast(struct mac m);

/* 01:80:C2:00:00:0x and 01:00:0C:CC:CC:CC: for the bridge itself, never forwarded. */
bool mac_is_link_local(struct mac m);
void mac_text(struct txtbuf *t, struct mac m);

/* Twelve digits: "f4:0f:1b:1e:26:a9", "f4-0f-1b-1e-26-a9", "f40f.1b1e.26a9" or "F40F1B1E26A9". */
bool mac_parse(struct str s, struct mac *out);

bool ip4_eq(struct ip4 a, struct ip4 b);
bool ip4_is_broadcast(struct ip4 a); /* the limited one, 255.255.255.255 */
bool ip4_is_multicast(struct ip4 a); /* 224.0.0.0/4 */
bool ip4_in(struct ip4 a, struct ip4 net, uint8_t prefix_len);
void ip4_text(struct txtbuf *t, struct ip4 a);
bool ip4_parse(struct str s, struct ip4 *out); /* four decimal octets, no leading 0 */

/* "10.1.2.3/24"; without a length false. */
bool ip4_parse_prefix(struct str s, struct ip4 *out, uint8_t *prefix_len);

#endif
