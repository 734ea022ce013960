/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.c: see addr.h. */
#include "models/wire/addr.h"

#include <string.h>

uint64_t mac_u64(struct mac m)
{
    uint64_t v = 0;
    for (int i = 0; i < 6; i++)
        v = v << 8 | m.b[i];
    return v;
}

struct mac mac_of_u64(uint64_t v)
{
    struct mac m;
    for (int i = 5; i >= 0; i--, v >>= 8)
        m.b[i] = (uint8_t)v;
    return m;
}

bool mac_eq(struct mac a, struct mac b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool mac_is_group(struct mac m)
{
    return m.b[0] & 1;
}

bool mac_is_broadcast(struct mac m)
{
    return mac_eq(m, MAC_BROADCAST);
}

bool mac_is_link_local(struct mac m)
{
    uint64_t v = mac_u64(m);
    return (v & ~0xfull) == 0x0180c2000000ull || v == 0x01000ccccccc;
}

void mac_text(struct txtbuf *t, struct mac m)
{
    txtbuf_add(t, "%02x:%02x:%02x:%02x:%02x:%02x", m.b[0], m.b[1], m.b[2], m.b[3], m.b[4], m.b[5]);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* Where the separators stand decides how the digits are grouped: by two, by four, or not at all. */
static size_t digits_a_group(struct str s)
{
    switch (s.n) {
    case 12:
        return 12;
    case 14:
        return 4;
    case 17:
        return 2;
    default:
        return 0;
    }
}

bool mac_parse(struct str s, struct mac *out)
{
    size_t group = digits_a_group(s);
    char separator = group == 4 ? '.' : group == 2 && s.p[2] == '-' ? '-' : ':';
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        int h = hex_digit(s.p[i]);
        bool between = group && i % (group + 1) == group;
        if (between ? s.p[i] != separator : h < 0)
            return false;
        if (!between)
            v = v << 4 | (uint64_t)h;
    }
    if (group)
        *out = mac_of_u64(v);
    return group != 0;
}

bool ip4_eq(struct ip4 a, struct ip4 b)
{
    return a.v == b.v;
}

bool ip4_in(struct ip4 a, struct ip4 net, uint8_t prefix_len)
{
    ASSERT(prefix_len <= 32);
    uint32_t mask = prefix_len ? ~0u << (32 - prefix_len) : 0;
    return (a.v & mask) == (net.v & mask);
}

bool ip4_is_broadcast(struct ip4 a)
{
    return a.v == 0xffffffffu;
}

bool ip4_is_multicast(struct ip4 a)
{
    return a.v >> 28 == 0xe;
}

void ip4_text(struct txtbuf *t, struct ip4 a)
{
    char text[15];
    size_t n = 0;
    for (int shift = 24; shift >= 0; shift -= 8) { /* by hand: it stands in every SIP message */
        unsigned octet = a.v >> shift & 255;
        if (octet >= 100)
            text[n++] = (char)('0' + octet / 100);
        if (octet >= 10)
            text[n++] = (char)('0' + octet / 10 % 10);
        text[n++] = (char)('0' + octet % 10);
        if (shift)
            text[n++] = '.';
    }
    txtbuf_str(t, (struct str){text, n});
}

bool ip4_parse(struct str s, struct ip4 *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t part;
        bool dot = str_find(s, STR(".")) >= 0;
        struct str octet = str_cut(&s, '.');
        bool padded = octet.n > 1 && octet.p[0] == '0'; /* octal to some, decimal to others */
        if (dot != (i < 3) || padded || !str_u64(octet, 255, &part))
            return false;
        v = v << 8 | (uint32_t)part;
    }
    out->v = v;
    return true;
}

bool ip4_parse_prefix(struct str s, struct ip4 *out, uint8_t *prefix_len)
{
    uint64_t len;
    struct str addr = str_cut(&s, '/');
    if (!ip4_parse(addr, out) || !str_u64(s, 32, &len))
        return false;
    *prefix_len = (uint8_t)len;
    return true;
}
