/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip.h: SIP messages (RFC 3261 7): requests and responses with their headers in order, as views;
 * how a byte stream is cut into messages (18.3); and the header values that registrations and calls need. */
#ifndef MODELS_WIRE_SIP_H
#define MODELS_WIRE_SIP_H

#include "models/wire/wire.h"

#define SIP_PORT 5060
#define SIP_HEADERS_MAX 64
#define SIP_LINE_MAX 8192
#define SIP_HEAD_MAX 65536 /* start line and headers together */
#define SIP_BODY_MAX 65536
#define SIP_HOPS_MAX 70 /* Max-Forwards of a new request (RFC 3261 8.1.1.6) */

struct sip_header {
    struct str name, value; /* the value without blanks at its ends; a folded one keeps its folds */
};

enum sip_header_id {
    SIP_VIA,
    SIP_FROM,
    SIP_TO,
    SIP_CALL_ID,
    SIP_CSEQ,
    SIP_CONTACT,
    SIP_EXPIRES,
    SIP_CONTENT_LENGTH,
    SIP_DATE,
    SIP_REASON,
    SIP_MAX_FORWARDS,
    SIP_SERVER,
    SIP_USER_AGENT,
    SIP_SUPPORTED,
    SIP_ROUTE,
    SIP_RECORD_ROUTE,
    SIP_REQUIRE,
    SIP_PROXY_REQUIRE,
    SIP_UNSUPPORTED,
    SIP_ALLOW,
    SIP_ALLOW_EVENTS,
    SIP_CONTENT_TYPE,
    SIP_CONTENT_ENCODING,
    SIP_RETRY_AFTER,
    SIP_SESSION_EXPIRES,
    SIP_MIN_SE,
    SIP_HEADER_COUNT
};

struct sip_msg {
    bool is_response;
    struct str method, uri; /* of a request */
    uint32_t status;        /* of a response */
    struct str phrase;
    uint32_t header_count;
    struct sip_header headers[SIP_HEADERS_MAX];
    uint8_t first[SIP_HEADER_COUNT]; /* 1 + place of the first header of that kind; 0: none */
    struct str body;
    struct str whole; /* all its bytes, without CRLFs in front */
};

enum sip_frame_verdict { SIP_FRAME_MORE, SIP_FRAME_WHOLE, SIP_FRAME_BAD };

/* Does a whole message stand at the front of `stream`? Then *len is its length with the CRLFs in
 * front of it, which RFC 3261 7.5 has us ignore. Content-Length must be there: it is a stream. */
enum sip_frame_verdict sip_frame(struct str stream, size_t *len);

/* What follows the empty lines in front: alone they keep a path alive (RFC 5626 3.5.1). */
struct str sip_skip_crlfs(struct str s);

/* One message, all of *r. Syntax only: a missing header is for the receiver to answer. */
bool sip_get(struct rd *r, struct sip_msg *m);
void sip_put(struct wr *w, const struct sip_msg *m);
void sip_line(struct txtbuf *t, const struct sip_msg *m);
void sip_brief(struct txtbuf *t, const struct sip_msg *m); /* "200 OK CSeq 105" */

/* Start lines, with their ends. */
void sip_status_put(struct wr *w, uint32_t status, struct str phrase);
void sip_request_put(struct wr *w, struct str method, struct str uri);

/* First header of that kind, by long or compact name, whatever its case;
 * empty without one. */
struct str sip_header(const struct sip_msg *m, enum sip_header_id id);

/* The first of that name, in any case, whatever it is; p NULL: none. */
struct str sip_header_named(const struct sip_msg *m, struct str name);

/* Has a header that name, long or compact? */
bool sip_header_is(struct str name, enum sip_header_id id);

/* One header line more, at the end or as headers[at], or one less; there must be room (SIP_HEADERS_MAX). */
void sip_header_add(struct sip_msg *m, struct str name, struct str value);
void sip_header_insert(struct sip_msg *m, uint32_t at, struct str name, struct str value);
void sip_header_remove(struct sip_msg *m, uint32_t at);

uint32_t sip_header_count(const struct sip_msg *m, enum sip_header_id id); /* lines of that kind */
void sip_header_put(struct wr *w, struct str name, struct str value);      /* a line */

bool sip_is(const struct sip_msg *m, struct str method); /* a request of that method; methods have a case */

const char *sip_phrase(uint32_t status); /* "Session Interval Too Small" */

/* The elements of a header that is a list, over all its lines in order (RFC 3261 7.3.1): Via, Route, Supported, …
 * Empty ones are left out. */
struct sip_list {
    const struct sip_msg *m;
    enum sip_header_id id;
    uint32_t next; /* header to look at */
    struct str rest;
};

struct sip_list sip_list_of(const struct sip_msg *m, enum sip_header_id id);
bool sip_list_next(struct sip_list *l, struct str *element);

/* Is that word an element of the list, such as "timer" of Supported? Methods (Allow) are case-sensitive. */
bool sip_list_has(const struct sip_msg *m, enum sip_header_id id, struct str word);

struct sip_cseq {
    uint32_t number;
    struct str method;
};

struct sip_via {
    struct str transport, sent_by, branch; /* "TCP", "10.1.1.1:5060", "z9hG4bK…" */
    bool rport;
};

/* Contact of a REGISTER as Cisco phones write it; absent parts are empty. */
struct sip_contact {
    struct str uri, instance, device, model;
    bool has_expires, keep_alive; /* keep_alive: cisco-keep-alive */
    uint32_t expires;
};

/* False: absent, malformed, or (RFC 3261 8.1.1.5) of another method than the request. */
bool sip_cseq(const struct sip_msg *m, struct sip_cseq *out);

/* False and *out untouched: absent or bad. */
bool sip_expires(const struct sip_msg *m, uint32_t *out);
bool sip_seconds(const struct sip_msg *m, enum sip_header_id id, uint32_t *out); /* parameters may follow */
bool sip_via(const struct sip_msg *m, struct sip_via *out); /* the topmost */
bool sip_via_get(struct str element, struct sip_via *out);  /* any other, of sip_list_next */
bool sip_contact(const struct sip_msg *m, struct sip_contact *out);

/* Of a header value; of a list its first element. Nothing inside quotes or <> separates. */
struct str sip_uri_of(struct str value);   /* between < and >, or bare; empty when it is no URI, nor a lone * */
struct str sip_uri_user(struct str value); /* "5678" of <sip:5678@10.1.1.1> */
struct str sip_param(struct str value, struct str name); /* ;name=value, quotes removed */
bool sip_has_param(struct str value, struct str name);
struct str sip_tag(struct str value); /* of From or To; empty: there is none, or it is no token (RFC 3261 19.3) */

/* Is there a body, and is it a session description? */
bool sip_has_sdp(const struct sip_msg *m);

/* Visible characters of ASCII, without quotes and angle brackets: what it says is for its user to judge. */
bool sip_is_uri(struct str s);

/* Of a URI, or of an address with its URI in <>; without <> all parameters are the URI's. Only sip: and sips: have
 * a host. */
struct str sip_uri_host(struct str uri);  /* "10.0.0.1" of sip:4000@10.0.0.1:5062;lr */
uint16_t sip_uri_port(struct str uri);    /* 0: there is none, or no good one */
struct str sip_uri_param(struct str uri, struct str name); /* ;name=value */
bool sip_uri_has_param(struct str uri, struct str name);

/* Where a URI with an IPv4 address says that it is: *port is 0 without one. False: another host, or a port that is no
 * number from 1 to 65535. */
bool sip_uri_addr(struct str uri, struct ip4 *addr, uint16_t *port);

extern const struct wire_type wire_sip;

#endif
