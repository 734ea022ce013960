/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sdp.h: session descriptions (RFC 4566): their lines in order, as views, and what an offer or an answer of audio
 * is made of (RFC 3264): who says it, in which version, where it hears, with which codecs, in which direction. */
#ifndef MODELS_WIRE_SDP_H
#define MODELS_WIRE_SDP_H

#include "models/wire/wire.h"

#define SDP_LINES_MAX 128
#define SDP_LINE_MAX 1024 /* characters of one, without its end */
#define SDP_MEDIA_MAX 8
#define SDP_FORMATS_MAX 16

/* RFC 4566 6, RFC 3264 5.1; nothing said means sendrecv. */
enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

struct sdp_line {
    char type;
    struct str value;
};

/* One m= line, and what holds for it: its own lines' word, else the session's. */
struct sdp_media {
    struct str kind, proto; /* "audio", "RTP/AVP" */
    uint16_t port;          /* 0: refused, or not used any more (RFC 3264 6, 8.2) */
    uint32_t port_count;    /* of "16384/2"; else 1 */
    uint32_t format_count;
    struct str format[SDP_FORMATS_MAX]; /* payload types, as text */
    struct ip4 addr;
    bool has_addr; /* false: it is no IPv4 address */
    enum sdp_direction direction;
    uint32_t ptime_ms; /* 0: not said */
    uint32_t first, line_count; /* its m= line and those that follow it */
};

struct sdp {
    struct str username, origin; /* of o=: "-" when there is none; the address as text */
    uint64_t session, version;
    uint32_t line_count, session_lines; /* the latter: those in front of the first m= */
    struct sdp_line lines[SDP_LINES_MAX];
    uint32_t media_count;
    struct sdp_media media[SDP_MEDIA_MAX];
};

/* One description, all of *r. False for what RFC 4566 does not allow: an unknown type, lines out of order, none of
 * those that must be there; and for what is beyond the limits above. */
bool sdp_get(struct rd *r, struct sdp *m);

/* Its lines; nothing else of it is looked at. */
void sdp_put(struct wr *w, const struct sdp *m);

/* "audio 10.0.0.1:16384 PCMU+1 sendrecv o=2000/2": its first stream. */
void sdp_line(struct txtbuf *t, const struct sdp *m);

/* "SDP v2 sendrecv 10.0.0.1:16384": the version of o=, and its first stream; where there is less room, less of it. */
enum sdp_detail { SDP_WITH_ADDRESS, SDP_WITH_DIRECTION, SDP_NAMED };
void sdp_brief(struct txtbuf *t, const struct sdp *m, enum sdp_detail detail);

/* The value of a=name:value in the lines of that stream; media NULL: in the session's. False: there is none. The value
 * of a flag (a=name) is empty. */
bool sdp_attribute(const struct sdp *m, const struct sdp_media *media, struct str name, struct str *value);

/* "PCMU/8000" of a=rtpmap:0 PCMU/8000; without one what RFC 3551 says of that payload type; empty: unknown. */
struct str sdp_encoding(const struct sdp *m, const struct sdp_media *media, struct str format);

struct str sdp_direction_name(enum sdp_direction d); /* "sendrecv" */

extern const struct wire_type wire_sdp;

#endif
