/* SPDX-License-Identifier: GPL-3.0-or-later */
/* txt.c: see txt.h. */
#include "sim/base/txt.h"

#include <string.h>

struct txt txt_of(struct str s)
{
    const char *p = s.p ? s.p : "";
    return (struct txt){.p = p, .end = p + s.n};
}

static struct str upto(struct txt *t, const char *stop, size_t skip)
{
    struct str s = {t->p, (size_t)(stop - t->p)};
    t->p = stop + skip;
    return s;
}

struct str txt_line(struct txt *t, size_t max)
{
    if (t->why)
        return STR_NONE;
    size_t left = (size_t)(t->end - t->p);
    const char *lf = memchr(t->p, '\n', left);
    size_t n = lf ? (size_t)(lf - t->p) : left;
    if (n > max + 1) {
        txt_fail(t, "line too long");
        return STR_NONE;
    }
    if (!lf) {
        txt_fail(t, "truncated");
        return STR_NONE;
    }
    if (lf == t->p || lf[-1] != '\r') {
        txt_fail(t, "line does not end in CRLF");
        return STR_NONE;
    }
    return upto(t, lf - 1, 2);
}

struct str txt_until(struct txt *t, char c)
{
    const char *at = t->why ? NULL : memchr(t->p, c, (size_t)(t->end - t->p));
    if (!at) {
        txt_fail(t, "separator missing");
        return STR_NONE;
    }
    return upto(t, at, 1);
}

struct str txt_token(struct txt *t)
{
    if (t->why)
        return STR_NONE;
    const char *at = memchr(t->p, ' ', (size_t)(t->end - t->p));
    struct str s = at ? upto(t, at, 1) : upto(t, t->end, 0);
    if (s.n == 0)
        txt_fail(t, "empty token");
    return s;
}

struct str txt_rest(struct txt *t)
{
    return t->why ? STR_NONE : upto(t, t->end, 0);
}

void txt_skip_blanks(struct txt *t)
{
    while (!t->why && t->p < t->end && (*t->p == ' ' || *t->p == '\t'))
        t->p++;
}

bool txt_ok(const struct txt *t)
{
    return t->why == NULL;
}

bool txt_done(const struct txt *t)
{
    return t->why == NULL && t->p == t->end;
}

void txt_fail(struct txt *t, const char *why)
{
    if (!t->why)
        t->why = why;
}
