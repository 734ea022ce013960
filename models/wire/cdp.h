/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cdp.h: the Cisco Discovery Protocol, version 2, with the LLC and SNAP header it travels behind: what a switch
 * and a phone tell each other of themselves, and how the phone learns its voice VLAN and its power. Layouts of the
 * TLVs as Wireshark's dissector reads them. */
#ifndef MODELS_WIRE_CDP_H
#define MODELS_WIRE_CDP_H

#include "models/wire/wire.h"

#define CDP_MAC ((struct mac){{0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc}})
#define CDP_LLC_BYTES 8 /* AA AA 03, OUI 00 00 0C, PID 2000 */

/* Which TLVs there are: bits of cdp.has. */
enum cdp_has {
    CDP_DEVICE_ID = 1 << 0,
    CDP_ADDRESS = 1 << 1,
    CDP_PORT_ID = 1 << 2,
    CDP_CAPABILITIES = 1 << 3,
    CDP_VERSION = 1 << 4,
    CDP_PLATFORM = 1 << 5,
    CDP_VTP_DOMAIN = 1 << 6,
    CDP_NATIVE_VLAN = 1 << 7,
    CDP_DUPLEX = 1 << 8,
    CDP_VOICE_VLAN = 1 << 9,   /* the switch's answer */
    CDP_VOICE_QUERY = 1 << 10, /* the phone's question */
    CDP_POWER = 1 << 11,
    CDP_TRUST = 1 << 12,
    CDP_COS = 1 << 13,
    CDP_POWER_REQUEST = 1 << 14,
    CDP_POWER_AVAILABLE = 1 << 15,
};

/* Capabilities. */
#define CDP_CAP_ROUTER 0x01
#define CDP_CAP_SWITCH 0x08
#define CDP_CAP_HOST 0x10
#define CDP_CAP_IGMP 0x20
#define CDP_CAP_PHONE 0x80
#define CDP_CAP_TWO_PORT 0x400 /* relays frames between its two ports, as a phone with a PC port */

struct cdp_power {
    uint16_t request, management; /* identify request and answer */
    struct str levels;            /* mW, four bytes each */
};

struct cdp {
    uint8_t ttl_s; /* hold time */
    uint32_t has;
    struct str device_id, port_id, version, platform, vtp_domain;
    struct ip4 address; /* the first IPv4 address; others are passed over */
    uint32_t capabilities;
    uint16_t native_vlan;
    bool full_duplex;
    uint16_t voice_vlan;    /* 0: the switch answers that there is none */
    struct str voice_query; /* its value, as the phone sends it */
    uint16_t power_mw;
    uint8_t trust, cos; /* of frames from behind the phone */
    struct cdp_power power_request, power_available;
};

void cdp_put(struct wr *w, const struct cdp *m);

/* All of *r from the LLC header on: the checksum covers it. Unknown TLVs are passed over. */
bool cdp_get(struct rd *r, struct cdp *m);
void cdp_line(struct txtbuf *t, const struct cdp *m);

/* Level `i` (from 0) of a power TLV in mW; there are levels.n / 4. */
uint32_t cdp_power_level(const struct cdp_power *p, size_t i);

extern const struct wire_type wire_cdp;

#endif
