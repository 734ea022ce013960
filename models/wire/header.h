/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header.h: what the text protocols share (SIP, HTTP): the characters that names and lines are made of. */
#ifndef MODELS_WIRE_HEADER_H
#define MODELS_WIRE_HEADER_H

#include <stdbool.h>

#include "sim/base/str.h"

bool header_is_token(struct str s);    /* a method or the name of a header (RFC 3261 25.1) */
bool header_has_control(struct str s); /* control characters other than tabs */

/* At most so many columns; one line of plain text comes out, whatever a peer wrote. */
void header_plain(struct txtbuf *t, struct str s, size_t columns_max);

#endif
