/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust_list.c: see trust_list.h. */
#include "models/wire/trust_list.h"

enum { TAG_VERSION = 1, TAG_SIGNER = 4, VERSION = 0x0102 };

void trust_list_put(struct wr *w, const struct str *signer, size_t n)
{
    wr_u8(w, TAG_VERSION);
    wr_u16(w, 2);
    wr_u16(w, VERSION);
    for (size_t i = 0; i < n; i++) {
        wr_u8(w, TAG_SIGNER);
        wr_u16(w, (uint32_t)signer[i].n);
        wr_str(w, signer[i]);
    }
}

/* How many entries there are (0: it is no trust list), and whether `signer` is one of them. */
static size_t walk(struct str bytes, struct str signer, bool *found)
{
    struct rd r = rd_of(bytes.p, bytes.n);
    size_t n = 0;
    *found = false;
    if (rd_u8(&r) != TAG_VERSION || rd_u16(&r) != 2 || rd_u16(&r) != VERSION)
        return 0;
    for (; rd_left(&r); n++) {
        uint8_t tag = rd_u8(&r);
        struct str name = rd_bytes(&r, rd_u16(&r));
        if (!rd_ok(&r) || tag != TAG_SIGNER || name.n == 0)
            return 0;
        *found = *found || str_eq(name, signer);
    }
    return n;
}

bool trust_list_usable(struct str bytes)
{
    bool found;
    return walk(bytes, STR_NONE, &found) > 0;
}

bool trust_list_has(struct str bytes, struct str signer)
{
    bool found;
    return walk(bytes, signer, &found) > 0 && found;
}
