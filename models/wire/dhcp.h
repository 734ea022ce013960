/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp.h: DHCP messages (RFC 2131) with their options (RFC 2132, RFC 5859 for 150, RFC 3046 for 82) by number, known
 * or not. */
#ifndef MODELS_WIRE_DHCP_H
#define MODELS_WIRE_DHCP_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_BYTES_MIN 300 /* of a message, as BOOTP's were; relays drop shorter ones */

enum dhcp_type { DHCP_DISCOVER = 1, DHCP_OFFER, DHCP_REQUEST, DHCP_DECLINE, DHCP_ACK, DHCP_NAK, DHCP_RELEASE, DHCP_INFORM };

enum dhcp_option {
    DHCP_PAD = 0,
    DHCP_SUBNET_MASK = 1,
    DHCP_ROUTERS = 3,
    DHCP_DNS_SERVERS = 6,
    DHCP_HOST_NAME = 12,
    DHCP_DOMAIN_NAME = 15,
    DHCP_ARP_TIMEOUT = 35,
    DHCP_REQUESTED_ADDRESS = 50,
    DHCP_LEASE_TIME = 51,
    DHCP_OVERLOAD = 52,
    DHCP_MESSAGE_TYPE = 53,
    DHCP_SERVER_ID = 54,
    DHCP_PARAMETER_LIST = 55,
    DHCP_MESSAGE = 56,
    DHCP_MAX_SIZE = 57,
    DHCP_RENEWAL_TIME = 58,   /* T1 */
    DHCP_REBINDING_TIME = 59, /* T2 */
    DHCP_VENDOR_CLASS = 60,
    DHCP_CLIENT_ID = 61,
    DHCP_TFTP_NAME = 66,
    DHCP_BOOT_FILE = 67,
    DHCP_RELAY_INFO = 82,
    DHCP_TFTP_SERVERS = 150,
    DHCP_END = 255,
};

struct dhcp {
    bool reply; /* op: BOOTREPLY, else BOOTREQUEST */
    uint8_t hops;
    uint32_t xid;
    uint16_t secs;
    bool broadcast;
    struct ip4 ciaddr, yiaddr, siaddr, giaddr;
    struct mac chaddr;
    struct str sname, file;       /* "" also when they hold options (option 52) */
    struct str option[DHCP_END]; /* by number: its value; p NULL: not there */
};

/* Options go by number, but the message type is the first and relay information the last (RFC 3046 2.1). No
 * overloading. dhcp_pad fills up to the least length. */
void dhcp_put(struct wr *w, const struct dhcp *m);
void dhcp_pad(struct wr *w);

/* Up to the end option; padding is left in *r. Of an option that stands there twice the first one counts. */
bool dhcp_get(struct rd *r, struct dhcp *m);
void dhcp_line(struct txtbuf *t, const struct dhcp *m);

/* 0: the message has no such type, or an unknown one. */
enum dhcp_type dhcp_type(const struct dhcp *m);

/* A number of four bytes. False: the option is not there, or has another length. */
bool dhcp_u32(const struct dhcp *m, enum dhcp_option o, uint32_t *out);

/* The i-th address (from 0) of an option that lists some. False: there are fewer, or its length is no multiple
 * of 4, for which the whole option is ignored (RFC 5859 3). */
bool dhcp_address(const struct dhcp *m, enum dhcp_option o, size_t i, struct ip4 *out);

extern const struct wire_type wire_dhcp;

#endif
