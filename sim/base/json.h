/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h: text as JSON. Numbers are written by whoever has them: all are exact decimals. */
#ifndef SIM_BASE_JSON_H
#define SIM_BASE_JSON_H

#include "sim/base/str.h"

/* A quoted JSON string. Bytes that are no UTF-8 come out as U+FFFD, so the document is always valid. */
void json_text(struct txtbuf *t, struct str s);

#endif
