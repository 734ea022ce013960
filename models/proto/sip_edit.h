/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_edit.h: a SIP message that is passed on with some of its headers changed (RFC 3261 16.6, 16.7): the others stay
 * as they are, in their order, and so does the body. Views point into the message that came, which must outlive it. */
#ifndef MODELS_PROTO_SIP_EDIT_H
#define MODELS_PROTO_SIP_EDIT_H

#include "models/wire/sip.h"

#define SIP_EDIT_TEXT_MAX 2048

struct sip_edit {
    struct sip_msg m; /* as it is now; all of sip.h reads it, but `whole` is what came */
    char text[SIP_EDIT_TEXT_MAX]; /* what was written anew */
    size_t used;
    bool full; /* too many headers, or too much text: it is not what it should be, and must not be sent */
};

void sip_edit_begin(struct sip_edit *e, const struct sip_msg *m);

/* Room for text that lives as long as the edit, and what was written there. */
struct txtbuf sip_edit_write(struct sip_edit *e);
struct str sip_edit_keep(struct sip_edit *e, const struct txtbuf *t);

/* A line of its own in front of the first of its kind; without one at the top (Via, Route, Record-Route), so that
 * whoever routes finds it first. */
void sip_edit_push(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value);

/* The value of the first of its kind, or a new line at the end. */
void sip_edit_set(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value);

/* A further element at the end of a list, as a new line behind its last one. */
void sip_edit_append(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value);

/* Takes the first or the last element of a list away. False: it is empty. */
bool sip_edit_pop_first(struct sip_edit *e, enum sip_header_id id, struct str *element);
bool sip_edit_pop_last(struct sip_edit *e, enum sip_header_id id, struct str *element);

/* As sip_put; with a Content-Length, which a stream needs (16.6 step 9). False: it is full, or `w` is. */
MUST_USE bool sip_edit_put(struct wr *w, struct sip_edit *e);

#endif
