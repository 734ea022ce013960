/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_draft.h: a SIP message being written: headers one after another, changed by whoever may, and then put into
 * bytes with its Content-Length. What its headers say stands in the draft, which must not be copied. */
#ifndef MODELS_PROTO_SIP_DRAFT_H
#define MODELS_PROTO_SIP_DRAFT_H

#include "models/proto/sip_transport.h"

struct sip_draft {
    struct sip_msg m;
    struct txtbuf room;
    char bytes[SIP_MESSAGE_MAX];
};

void draft_request(struct sip_draft *d, const char *method, struct str uri);

/* The headers that every answer mirrors (RFC 3261 8.2.6.2), with our tag in To ("": none yet). Its phrase is the
 * RFC's. */
void draft_response(struct sip_draft *d, const struct sip_msg *request, uint32_t status, const char *to_tag);

void draft_header(struct sip_draft *d, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
void draft_mirror(struct sip_draft *d, const struct sip_msg *request, enum sip_header_id id); /* all of them */
void draft_body(struct sip_draft *d, const char *type, struct str body); /* the last thing; "" none */

/* The bytes, at most SIP_MESSAGE_MAX at `to`. */
struct str draft_write(struct sip_draft *d, char *to);

#endif
