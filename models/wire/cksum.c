/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cksum.c: see cksum.h. Four bytes a step; the 64-bit sum cannot overflow below 16 GiB. */
#include "models/wire/cksum.h"

#include <string.h>

uint64_t cksum_add(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (; n >= 4; n -= 4, p += 4)
        sum += (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
    if (n >= 2) {
        sum += (uint64_t)p[0] << 8 | p[1];
        n -= 2;
        p += 2;
    }
    if (n)
        sum += (uint64_t)p[0] << 8;
    return sum;
}

uint16_t cksum_fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint64_t cksum_pseudo(struct ip4 src, struct ip4 dst, uint8_t proto, size_t len)
{
    return (uint64_t)(src.v >> 16) + (src.v & 0xffff) + (dst.v >> 16) + (dst.v & 0xffff) + proto +
           len;
}
