/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c: see json.h. */
#include "sim/base/json.h"

/* Length of the UTF-8 sequence at the start of `s`, 0 when there is none (RFC 3629: shortest form
 * only, no surrogates, nothing above U+10FFFF). */
static size_t utf8_len(struct str s)
{
    /* clang-format off */
    static const struct {
        uint8_t first_lo, first_hi, second_lo, second_hi;
        size_t n;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    /* clang-format on */
    const uint8_t *b = (const uint8_t *)s.p;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (b[0] < forms[i].first_lo || b[0] > forms[i].first_hi)
            continue;
        size_t n = forms[i].n;
        if (s.n < n || (n > 1 && (b[1] < forms[i].second_lo || b[1] > forms[i].second_hi)))
            return 0;
        for (size_t k = 2; k < n; k++) {
            if ((b[k] & 0xc0) != 0x80)
                return 0;
        }
        return n;
    }
    return 0;
}

static void escape(struct txtbuf *t, char c)
{
    switch (c) {
    case '"':
    case '\\':
        txtbuf_char(t, '\\');
        txtbuf_char(t, c);
        return;
    case '\n':
        txtbuf_cstr(t, "\\n");
        return;
    case '\r':
        txtbuf_cstr(t, "\\r");
        return;
    case '\t':
        txtbuf_cstr(t, "\\t");
        return;
    default:
        txtbuf_add(t, "\\u%04x", (unsigned)(uint8_t)c);
        return;
    }
}

void json_text(struct txtbuf *t, struct str s)
{
    txtbuf_char(t, '"');
    while (s.n) {
        size_t n = utf8_len(s);
        bool plain = n > 1 || (n == 1 && (uint8_t)*s.p >= 0x20 && *s.p != '"' && *s.p != '\\' &&
                               *s.p != 0x7f);
        if (n == 0)
            txtbuf_cstr(t, "\\ufffd");
        else if (plain)
            txtbuf_str(t, (struct str){s.p, n});
        else
            escape(t, *s.p);
        n = n ? n : 1;
        s.p += n;
        s.n -= n;
    }
    txtbuf_char(t, '"');
}
