/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str.h: string views (struct str: not owned, not terminated) and bounded text building (txtbuf). */
#ifndef SIM_BASE_STR_H
#define SIM_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/fault.h"

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){0})
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

struct str str_of(const char *cstr);
struct str str_of_bytes(const void *p, size_t n);
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only: no locale reaches a result */
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
struct str str_trim(struct str s); /* blanks and tabs at both ends */

/* Splits at the first `c`: what stands before it is returned, *s keeps what follows. Without `c`
 * all of *s is returned and *s becomes empty. */
struct str str_cut(struct str *s, char c);

/* First place of `needle` in `hay`, or -1. */
ptrdiff_t str_find(struct str hay, struct str needle);

/* Strict unsigned decimal (digits only, no sign, no blank). False on overflow of `max` too. */
bool str_u64(struct str s, uint64_t max, uint64_t *out);

/* Bounded text: writes never pass `cap`, the result is always terminated, `full` tells of a cut. */
struct txtbuf {
    char *p;
    size_t n, cap;
    bool full;
};

struct txtbuf txtbuf_of(char *p, size_t cap);
void txtbuf_add(struct txtbuf *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void txtbuf_vadd(struct txtbuf *t, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void txtbuf_str(struct txtbuf *t, struct str s);
void txtbuf_cstr(struct txtbuf *t, const char *s);
void txtbuf_char(struct txtbuf *t, char c);
/* Copies `s` as a C string into `cap` bytes, cut to fit. */
void str_keep(char *to, size_t cap, struct str s);
struct str txtbuf_view(const struct txtbuf *t);

/* A span as people write it, exact: "115s", "210ms", "7.3ms", "1min" is written "60s". */
void txtbuf_dur(struct txtbuf *t, int64_t ns);

/* Edit distance with swaps of neighbours (Damerau), capped at 32 characters a word. */
unsigned str_distance(struct str a, struct str b);

/* Of `n` names the one nearest to `word`, or NULL when none is near enough to be a likely typo. */
const char *str_nearest(struct str word, const char *const *names, size_t n);

#endif
