/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cksum.c: see cksum.h. 64-bit sums of 32-bit words cannot overflow below 16 GiB. */
#include "models/wire/cksum.h"

#include <endian.h>
#include <string.h>

/* The sum does not care for the order of bytes (RFC 1071 2.B): words are added as the machine has them,
 * and the folded sum is put into network order. */
uint64_t cksum_add(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t low = 0, high = 0, words;
    uint16_t half;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&words, p, sizeof words);
        low += words & 0xffffffff;
        high += words >> 32;
    }
    uint64_t native = low + high;
    while (n >= 2) {
        memcpy(&half, p, sizeof half);
        native += half;
        n -= 2;
        p += 2;
    }
    while (native >> 16)
        native = (native & 0xffff) + (native >> 16);
    sum += be16toh((uint16_t)native);
    return n ? sum + ((uint64_t)p[0] << 8) : sum;
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
