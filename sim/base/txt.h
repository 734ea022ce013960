/* SPDX-License-Identifier: GPL-3.0-or-later */
/* txt.h: the sticky cursor for text protocols. Same law as cur.h: the first failure latches, later
 * reads give empty views and move nothing. Every line has an explicit longest length. */
#ifndef SIM_BASE_TXT_H
#define SIM_BASE_TXT_H

#include <stdbool.h>

#include "sim/base/str.h"

struct txt {
    const char *p, *end;
    const char *why;
};

struct txt txt_of(struct str s);
struct str txt_line(struct txt *t, size_t max); /* up to CRLF, which is consumed; a bare LF fails */
struct str txt_until(struct txt *t, char c);    /* up to `c`, which is consumed; without it: fails */
struct str txt_token(struct txt *t);            /* up to a blank or the end; one blank is consumed */
struct str txt_rest(struct txt *t);
void txt_skip_blanks(struct txt *t);
bool txt_ok(const struct txt *t);
bool txt_done(const struct txt *t);
void txt_fail(struct txt *t, const char *why);

#endif
