/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cisco_sip.h: REGISTER and its answers, byte for byte as Cisco phones and CUCM write them (seeds 000,
 * 002, 004): which headers, in which order, and what they say. */
#ifndef MODELS_PROTO_CISCO_SIP_H
#define MODELS_PROTO_CISCO_SIP_H

#include "sim/base/cur.h"
#include "sim/base/str.h"

/* What a phone model says of itself. */
struct cisco_phone_model {
    const char *name;       /* "8961" */
    const char *user_agent; /* without the version: "Cisco-CP8961" */
    const char *version;    /* in the User-Agent; NULL: that of the load */
    const char *number;     /* device type, "540" */
    const char *supported;
    const char *product;     /* as CDP has it, "Cisco IP Phone 8961" */
    const char *load_prefix; /* of its firmware, "sip8961" */
    const char *locale_jar;  /* in the folder of its locale */
    uint8_t poe_class;       /* IEEE 802.3af/at */
    bool http;               /* fetches its files by HTTP first (seed 000: an 8861) */
    bool soft;               /* a program on a computer */
    const char *device_param; /* of the Contact: "+u.sip!devicename.ccm.cisco.com" */
    bool model_first;         /* the Contact says its number before that parameter */
};

#define CISCO_PHONE_MODELS "7975|8861|8961|7841|CIPC" /* choices of a parameter; its value is the index below */

const struct cisco_phone_model *cisco_phone_model(int index);
int cisco_phone_model_count(void);

/* "12.8.1" of "sip78xx.12-8-1-0001-455", as the User-Agent has it; a text without such a form stays. */
void cisco_load_version(struct txtbuf *t, struct str load);

struct cisco_register {
    const struct cisco_phone_model *model;
    struct str host;        /* of the node, as in Request-URI, From and To */
    struct str dn;          /* directory number */
    struct str local_ip;
    uint16_t local_port;
    uint32_t branch;        /* after the magic cookie, 8 hex digits */
    struct str from_tag, call_id;
    struct str load;        /* "9.3.1" */
    struct str device;      /* its name in the Contact; empty: SEP<MAC> */
    struct str contact_uuid;
    uint64_t mac;           /* 48 bits */
    uint32_t cseq;
    uint32_t expires;
    bool standby;           /* Contact says expires=0;cisco-keep-alive */
    int64_t date_ns;        /* since 1970; negative: not known yet (Sun, 00 Jan 1900) */
    struct str authorization; /* value of the header; empty: none */
    struct str reason;      /* text of the cisco-alarm after an outage; empty: no Reason header */
};

void cisco_register_put(struct wr *w, const struct cisco_register *r);

/* An answer mirrors these headers of its request. */
struct cisco_request {
    struct str via, from, to, call_id, cseq, contact;
};

void cisco_trying_put(struct wr *w, const struct cisco_request *q, int64_t date_ns);

struct cisco_ok {
    int64_t date_ns;
    uint32_t to_tag, expires;
    struct str server;    /* "Cisco-CUCM10.5"; empty: no Server header */
    struct str supported; /* of a registration's 200 */
    bool bound;           /* false: the 200 to a standby keepalive, without Contact */
};

void cisco_ok_put(struct wr *w, const struct cisco_request *q, const struct cisco_ok *ok);

/* Any other final answer, such as 404 Not Found; `extra` is a header line more ("Retry-After: 5"), or NULL. */
void cisco_reject_put(struct wr *w, const struct cisco_request *q, uint32_t status, const char *phrase,
                      uint32_t to_tag, int64_t date_ns, const char *extra);

/* "Wed, 15 Jul 2015 12:42:56 GMT" (RFC 3261 20.17). */
void cisco_date(struct txtbuf *t, int64_t ns);

/* "SEP0024142DDF24" */
void cisco_device_name(struct txtbuf *t, uint64_t mac);

#endif
