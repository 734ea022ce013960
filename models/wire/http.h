/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http.h: HTTP/1.1 messages (RFC 9112) as far as phones fetch files with them: requests and responses with
 * their headers in order, as views; a body is as long as Content-Length says, none without it. No transfer
 * codings: a message that has one is refused. */
#ifndef MODELS_WIRE_HTTP_H
#define MODELS_WIRE_HTTP_H

#include "models/wire/wire.h"

#define HTTP_PORT 80
#define HTTP_TFTP_PORT 6970 /* where CUCM's TFTP service speaks HTTP */
#define HTTP_HEADERS_MAX 32
#define HTTP_LINE_MAX 4096
#define HTTP_HEAD_MAX 16384 /* start line and headers together */
#define HTTP_BODY_MAX (1ull << 30)

struct http_header {
    struct str name, value;
};

struct http {
    bool is_response;
    struct str method, target; /* of a request */
    uint32_t status;           /* of a response */
    struct str phrase;
    uint32_t header_count;
    struct http_header header[HTTP_HEADERS_MAX];
    struct str body; /* of http_get; http_head leaves it empty */
};

enum http_verdict { HTTP_MORE, HTTP_WHOLE, HTTP_BAD };

/* Does a whole head stand at the front of `stream`? Then *m is filled from it, *head is its length and *body
 * that of the body that follows. */
enum http_verdict http_head(struct str stream, struct http *m, size_t *head, uint64_t *body);

bool http_get(struct rd *r, struct http *m); /* one message, all of *r */
void http_put(struct wr *w, const struct http *m);
void http_line(struct txtbuf *t, const struct http *m);

/* The first header of that name, in any case; p NULL: none. */
struct str http_header(const struct http *m, struct str name);

/* The name of a file as the target of a request, and back: a '/' before it, as %XX what no path may hold
 * (RFC 3986 3.3). False: no path, a bad escape, a NUL, or longer than the buffer. */
void http_target_put(struct txtbuf *t, struct str name);
MUST_USE bool http_target_name(struct txtbuf *name, struct str target);

extern const struct wire_type wire_http;

#endif
