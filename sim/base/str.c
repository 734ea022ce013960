/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str.c: views, bounded text, and the near-name search that error sentences use. */
#include "sim/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct str str_of(const char *cstr)
{
    return cstr ? (struct str){cstr, strlen(cstr)} : STR_NONE;
}

struct str str_of_bytes(const void *p, size_t n)
{
    return (struct str){p, n};
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    }
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_starts_nocase(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq_nocase((struct str){s.p, prefix.n}, prefix);
}

struct str str_trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

struct str str_cut(struct str *s, char c)
{
    const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
    if (!at) {
        struct str all = *s;
        *s = (struct str){s->n ? s->p + s->n : s->p, 0};
        return all;
    }
    struct str head = {s->p, (size_t)(at - s->p)};
    s->n -= head.n + 1;
    s->p = at + 1;
    return head;
}

ptrdiff_t str_find(struct str hay, struct str needle)
{
    if (needle.n == 0)
        return 0;
    const void *at = hay.n >= needle.n ? memmem(hay.p, hay.n, needle.p, needle.n) : NULL;
    return at ? (const char *)at - hay.p : -1;
}

bool str_u64(struct str s, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    }
    if (v > max)
        return false;
    *out = v;
    return true;
}

struct txtbuf txtbuf_of(char *p, size_t cap)
{
    ASSERT(cap > 0);
    p[0] = 0;
    return (struct txtbuf){.p = p, .cap = cap};
}

void txtbuf_str(struct txtbuf *t, struct str s)
{
    size_t room = t->cap - 1 - t->n;
    size_t n = s.n < room ? s.n : room;
    if (n)
        memcpy(t->p + t->n, s.p, n);
    t->n += n;
    t->p[t->n] = 0;
    t->full = t->full || n < s.n;
}

void txtbuf_cstr(struct txtbuf *t, const char *s)
{
    txtbuf_str(t, str_of(s));
}

void str_keep(char *to, size_t cap, struct str s)
{
    struct txtbuf t = txtbuf_of(to, cap);
    txtbuf_str(&t, s);
}

void txtbuf_char(struct txtbuf *t, char c)
{
    txtbuf_str(t, (struct str){&c, 1});
}

void txtbuf_add(struct txtbuf *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    txtbuf_vadd(t, fmt, ap);
    va_end(ap);
}

void txtbuf_vadd(struct txtbuf *t, const char *fmt, va_list ap)
{
    size_t room = t->cap - t->n;
    int n = vsnprintf(t->p + t->n, room, fmt, ap);
    ASSERT(n >= 0);
    if ((size_t)n >= room) {
        t->full = true;
        t->n = t->cap - 1;
    } else {
        t->n += (size_t)n;
    }
}

struct str txtbuf_view(const struct txtbuf *t)
{
    return (struct str){t->p, t->n};
}

void txtbuf_dur(struct txtbuf *t, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *unit;
        int digits;
    } units[] = {{1000000000, "s", 9}, {1000000, "ms", 6}, {1000, "us", 3}, {1, "ns", 0}};
    uint64_t v = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if (ns < 0)
        txtbuf_char(t, '-');
    if (v == 0) {
        txtbuf_cstr(t, "0s");
        return;
    }
    size_t u = 0;
    while (v < (uint64_t)units[u].ns)
        u++;
    uint64_t whole = v / (uint64_t)units[u].ns, part = v % (uint64_t)units[u].ns;
    txtbuf_add(t, "%llu", (unsigned long long)whole);
    if (part) {
        char frac[12];
        int n = snprintf(frac, sizeof frac, "%0*llu", units[u].digits, (unsigned long long)part);
        while (n > 0 && frac[n - 1] == '0')
            frac[--n] = 0;
        txtbuf_add(t, ".%s", frac);
    }
    txtbuf_cstr(t, units[u].unit);
}

#define WORD_MAX 32

unsigned str_distance(struct str a, struct str b)
{
    size_t n = a.n < WORD_MAX ? a.n : WORD_MAX, m = b.n < WORD_MAX ? b.n : WORD_MAX;
    unsigned d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = lower(a.p[i - 1]) != lower(b.p[j - 1]);
            unsigned best = d[i - 1][j - 1] + cost;
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            bool swapped = i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) &&
                           lower(a.p[i - 2]) == lower(b.p[j - 1]);
            if (swapped && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *str_nearest(struct str word, const char *const *names, size_t n)
{
    const char *best = NULL;
    unsigned best_d = word.n < 5 ? 2 : (unsigned)(word.n / 3) + 1; /* further away is no typo */
    for (size_t i = 0; i < n; i++) {
        unsigned d = str_distance(word, str_of(names[i]));
        bool first = !best && d < word.n;
        /* Of two equally near the one that starts alike: "MB" means MiB rather than B. */
        bool alike = best && word.n && lower(word.p[0]) == lower(names[i][0]) &&
                     lower(word.p[0]) != lower(best[0]);
        if (d < best_d || (d == best_d && (first || alike))) {
            best = names[i];
            best_d = d;
        }
    }
    return best;
}
