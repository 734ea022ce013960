/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xml_text.c: see xml_text.h. */
#include "models/wire/xml_text.h"

/* Length of the UTF-8 character at p that XML 1.0 can hold (its production 2); 0: none. */
static size_t character(const uint8_t *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80)
        return p[0] >= ' ' || p[0] == '\t' ? 1 : 0;
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
        return 0;
    uint32_t c = p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    bool surrogate = c >= 0xd800 && c < 0xe000;
    return c < least[len] || c > 0x10ffff || surrogate || c == 0xfffe || c == 0xffff ? 0 : len;
}

static struct str escaped(char c)
{
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    default:
        return STR_NONE;
    }
}

void xml_put_text(struct wr *w, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t len = character((const uint8_t *)s.p + i, s.n - i);
        struct str markup = escaped(s.p[i]);
        if (len == 0)
            wr_u8(w, '?');
        else if (markup.p)
            wr_str(w, markup);
        else
            wr_bytes(w, s.p + i, len);
        i += len ? len : 1;
    }
}
