/* SPDX-License-Identifier: GPL-3.0-or-later */
/* md5.c: see md5.h. */
#include "sim/base/md5.h"

#include <stdint.h>
#include <string.h>

#define BLOCK 64

struct md5 {
    uint32_t h[4];
    uint64_t bytes;
    uint8_t block[BLOCK];
};

/* floor(2^32 * |sin(i + 1)|), RFC 1321 3.4. */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const uint8_t turns[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void mix(struct md5 *m)
{
    uint32_t a = m->h[0], b = m->h[1], c = m->h[2], d = m->h[3];
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t f, k, round = i / 16;
        if (round == 0)
            f = (b & c) | (~b & d), k = i;
        else if (round == 1)
            f = (d & b) | (~d & c), k = (5 * i + 1) % 16;
        else if (round == 2)
            f = b ^ c ^ d, k = (3 * i + 5) % 16;
        else
            f = c ^ (b | ~d), k = 7 * i % 16;
        uint32_t sum = a + f + sines[i] + word(m->block + 4 * k), turn = turns[4 * round + i % 4];
        a = d;
        d = c;
        c = b;
        b += sum << turn | sum >> (32 - turn);
    }
    m->h[0] += a;
    m->h[1] += b;
    m->h[2] += c;
    m->h[3] += d;
}

static void add(struct md5 *m, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        m->block[m->bytes++ % BLOCK] = p[i];
        if (m->bytes % BLOCK == 0)
            mix(m);
    }
}

static void finish(struct md5 *m)
{
    static const uint8_t pad[BLOCK] = {0x80};
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(m->bytes * 8 >> 8 * i);
    add(m, pad, 1 + (BLOCK + 55 - m->bytes % BLOCK) % BLOCK);
    add(m, length, sizeof length);
}

void md5_hex(const struct str *part, size_t n, char out[MD5_HEX_BYTES])
{
    struct md5 m = {.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
    for (size_t i = 0; i < n; i++) {
        if (i)
            add(&m, ":", 1);
        add(&m, part[i].p, part[i].n);
    }
    finish(&m);
    struct txtbuf t = txtbuf_of(out, MD5_HEX_BYTES);
    for (int i = 0; i < 16; i++)
        txtbuf_add(&t, "%02x", m.h[i / 4] >> 8 * (i % 4) & 0xff);
}
