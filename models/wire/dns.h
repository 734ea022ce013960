/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns.h: DNS messages over UDP (RFC 1035 4) as far as hosts need them: at most one question (RFC 9619),
 * answers of type A and CNAME. Other records are checked and passed over. Names are read with or without
 * compression and written without: a name is kept as its labels, so any bytes in it survive. */
#ifndef MODELS_WIRE_DNS_H
#define MODELS_WIRE_DNS_H

#include "models/wire/wire.h"

#define DNS_PORT 53
#define DNS_BYTES_MAX 512  /* a message over UDP (RFC 1035 2.3.4) */
#define DNS_NAME_BYTES 255 /* labels with their lengths and the root's 0 (RFC 1035 2.3.4) */
#define DNS_LABEL_BYTES 63
#define DNS_TEXT_MAX 253 /* the longest name of plain labels as text: "a.example.com" */
#define DNS_JUMPS_MAX 16 /* pointers in one name */
#define DNS_RECORDS_MAX 8 /* kept of the answers; later ones are passed over */

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28, DNS_ANY = 255 };
enum dns_class { DNS_IN = 1 };
enum dns_rcode { DNS_NOERROR, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };

struct dns_name {
    uint8_t n; /* 1: the root; 0: no name at all */
    uint8_t bytes[DNS_NAME_BYTES];
};

struct dns_record {
    struct dns_name owner;
    uint16_t type; /* DNS_A or DNS_CNAME, of class IN */
    uint32_t ttl_s;
    struct ip4 address;     /* A */
    struct dns_name target; /* CNAME */
};

struct dns {
    uint16_t id;
    bool is_response, is_authoritative, is_truncated, wants_recursion, has_recursion;
    uint8_t opcode, rcode; /* four bits each */
    bool has_question;
    struct dns_name name; /* the question's */
    uint16_t type, class;
    uint32_t record_count;
    struct dns_record record[DNS_RECORDS_MAX];
};

void dns_put(struct wr *w, const struct dns *m);
bool dns_get(struct rd *r, struct dns *m); /* all of *r; the head of *m is set whenever 12 bytes are there */
void dns_line(struct txtbuf *t, const struct dns *m);

/* "cucm105p.example.com", with a dot at its end or without. False: an empty label or one of more than 63
 * bytes, more than 255 in all, or a blank, a backslash or what is no ASCII. */
MUST_USE bool dns_name_parse(struct str text, struct dns_name *out);
void dns_name_text(struct txtbuf *t, const struct dns_name *n); /* odd bytes as \046 (RFC 1035 5.1) */
bool dns_name_eq(const struct dns_name *a, const struct dns_name *b); /* in any case (RFC 1035 2.3.3) */
bool dns_name_is_single(const struct dns_name *n); /* of one label */
/* Puts the labels of `suffix` behind those of *n; false: too long. */
MUST_USE bool dns_name_append(struct dns_name *n, const struct dns_name *suffix);

extern const struct wire_type wire_dns;

#endif
