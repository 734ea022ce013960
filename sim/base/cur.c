/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cur.c: every read and write passes one of two gates, take() and room(); nothing else moves p. */
#include "sim/base/cur.h"

#include <string.h>

static const uint8_t nothing[8];

struct rd rd_of(const void *p, size_t n)
{
    const uint8_t *b = n ? p : nothing;
    return (struct rd){.p = b, .end = b + n, .base = b};
}

static const uint8_t *take(struct rd *r, size_t n)
{
    if (r->why || (size_t)(r->end - r->p) < n) {
        if (!r->why)
            r->why = "truncated";
        return NULL;
    }
    const uint8_t *at = r->p;
    r->p += n;
    return at;
}

static uint64_t take_be(struct rd *r, size_t n)
{
    const uint8_t *at = take(r, n);
    uint64_t v = 0;
    for (size_t i = 0; at && i < n; i++)
        v = v << 8 | at[i];
    return v;
}

/* Those of the sizes that headers are made of are spelled out. */
uint8_t rd_u8(struct rd *r)
{
    const uint8_t *at = take(r, 1);
    return at ? at[0] : 0;
}

uint16_t rd_u16(struct rd *r)
{
    const uint8_t *at = take(r, 2);
    uint32_t v = at ? (uint32_t)at[0] << 8 | at[1] : 0;
    return (uint16_t)v;
}

uint32_t rd_u24(struct rd *r)
{
    return (uint32_t)take_be(r, 3);
}

uint32_t rd_u32(struct rd *r)
{
    const uint8_t *at = take(r, 4);
    return at ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3] : 0;
}

uint64_t rd_u64(struct rd *r)
{
    return take_be(r, 8);
}

struct str rd_bytes(struct rd *r, size_t n)
{
    const uint8_t *at = take(r, n);
    return at ? str_of_bytes(at, n) : STR_NONE;
}

struct rd rd_sub(struct rd *r, size_t n)
{
    const uint8_t *at = take(r, n);
    if (at)
        return rd_of(at, n);
    struct rd dead = rd_of(NULL, 0);
    dead.why = r->why;
    return dead;
}

void rd_copy(struct rd *r, void *to, size_t n)
{
    const uint8_t *at = take(r, n);
    if (n == 0)
        return;
    if (at)
        memcpy(to, at, n);
    else
        memset(to, 0, n);
}

size_t rd_left(const struct rd *r)
{
    return r->why ? 0 : (size_t)(r->end - r->p);
}

size_t rd_at(const struct rd *r)
{
    return (size_t)(r->p - r->base);
}

bool rd_ok(const struct rd *r)
{
    return r->why == NULL;
}

bool rd_done(const struct rd *r)
{
    return r->why == NULL && r->p == r->end;
}

void rd_fail(struct rd *r, const char *why)
{
    if (!r->why)
        r->why = why;
}

struct wr wr_of(void *p, size_t n)
{
    return (struct wr){.p = p, .end = (uint8_t *)p + n, .base = p};
}

static uint8_t *room(struct wr *w, size_t n)
{
    if (w->full || (size_t)(w->end - w->p) < n) {
        w->full = true;
        return NULL;
    }
    uint8_t *at = w->p;
    w->p += n;
    return at;
}

static void put_be(uint8_t *at, uint64_t v, size_t n)
{
    for (size_t i = n; at && i-- > 0; v >>= 8)
        at[i] = (uint8_t)v;
}

void wr_u8(struct wr *w, uint32_t v)
{
    uint8_t *at = room(w, 1);
    ASSERT(v <= 0xff);
    if (at)
        at[0] = (uint8_t)v;
}

void wr_u16(struct wr *w, uint32_t v)
{
    uint8_t *at = room(w, 2);
    ASSERT(v <= 0xffff);
    if (at) {
        at[0] = (uint8_t)(v >> 8);
        at[1] = (uint8_t)v;
    }
}

void wr_u24(struct wr *w, uint32_t v)
{
    ASSERT(v <= 0xffffff);
    put_be(room(w, 3), v, 3);
}

void wr_u32(struct wr *w, uint32_t v)
{
    put_be(room(w, 4), v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
    put_be(room(w, 8), v, 8);
}

void wr_bytes(struct wr *w, const void *p, size_t n)
{
    uint8_t *at = room(w, n);
    if (at && n)
        memcpy(at, p, n);
}

void wr_str(struct wr *w, struct str s)
{
    wr_bytes(w, s.p, s.n);
}

void wr_zeros(struct wr *w, size_t n)
{
    uint8_t *at = room(w, n);
    if (at && n)
        memset(at, 0, n);
}

size_t wr_len(const struct wr *w)
{
    return (size_t)(w->p - w->base);
}

bool wr_ok(const struct wr *w)
{
    return !w->full;
}

struct wr_hole wr_hole16(struct wr *w)
{
    struct wr_hole h = {room(w, 2)};
    return h;
}

void wr_fill16(struct wr *w, struct wr_hole h, uint32_t v)
{
    ASSERT(v <= 0xffff);
    (void)w;
    put_be(h.at, v, 2);
}

void wr_fill_len(struct wr *w, struct wr_hole h)
{
    if (!w->full && h.at)
        wr_fill16(w, h, (uint32_t)(w->p - (h.at + 2)));
}
