/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xml_text.h: text as XML 1.0 in UTF-8, for those who write or read files of it. */
#ifndef MODELS_WIRE_XML_TEXT_H
#define MODELS_WIRE_XML_TEXT_H

#include "sim/base/cur.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* White space as XML has it. */
static inline bool xml_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Escapes what would be markup, in an element or an attribute. What XML cannot hold, bytes that are no UTF-8 and
 * control characters, comes out as '?', a byte each, so that the file is always well-formed. */
void xml_put_text(struct wr *w, struct str s);

#endif
