/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header.c: see header.h. */
#include "models/wire/header.h"

#include <stdint.h>

bool header_is_token(struct str s)
{
    /* RFC 3261 25.1: letters, digits and -.!%*_+`'~, a bit each from blank on. */
    static const uint32_t allowed[8] = {[1] = 0x03ff6ca2, [2] = 0x87fffffe, [3] = 0x47ffffff};
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (!(allowed[c >> 5] >> (c & 31) & 1))
            return false;
    }
    return s.n > 0;
}

bool header_has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 127)
            return true;
    }
    return false;
}

void header_plain(struct txtbuf *t, struct str s, size_t columns_max)
{
    for (size_t i = 0; i < s.n && i < columns_max; i++)
        txtbuf_char(t, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '.');
}
