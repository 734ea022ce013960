/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_any.h: one message of any kind, for the table of codecs and its tests. */
#ifndef MODELS_WIRE_WIRE_ANY_H
#define MODELS_WIRE_WIRE_ANY_H

#include "models/wire/arp.h"
#include "models/wire/cdp.h"
#include "models/wire/dhcp.h"
#include "models/wire/dns.h"
#include "models/wire/eth.h"
#include "models/wire/http.h"
#include "models/wire/icmp.h"
#include "models/wire/ip4.h"
#include "models/wire/lldp.h"
#include "models/wire/rtp.h"
#include "models/wire/sdp.h"
#include "models/wire/sip.h"
#include "models/wire/skinny.h"
#include "models/wire/tcp.h"
#include "models/wire/tftp.h"
#include "models/wire/udp.h"

struct wire_any {
    struct str payload; /* of ip4 */
    union {
        struct eth eth;
        struct cdp cdp;
        struct lldp lldp;
        struct arp arp;
        struct ip4_hdr ip4;
        struct icmp icmp;
        struct udp udp;
        struct dhcp dhcp;
        struct tftp tftp;
        struct dns dns;
        struct tcp_seg tcp;
        struct sip_msg sip;
        struct sdp sdp;
        struct rtp rtp;
        struct http http;
        struct skinny skinny;
    };
};

#endif
