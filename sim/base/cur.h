/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cur.h: sticky-failure byte cursors. The first overrun (or rd_fail) latches; later reads give 0 and
 * move nothing, so a decoder reads all its fields in a row and asks rd_ok() once. Network order unless
 * the name says `le`. Writers latch `full` the same way; a value too large for its field is a fault. */
#ifndef SIM_BASE_CUR_H
#define SIM_BASE_CUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/str.h"

struct rd {
    const uint8_t *p, *end, *base;
    const char *why; /* NULL while all is well */
};

struct rd rd_of(const void *p, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u24(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
struct str rd_bytes(struct rd *r, size_t n); /* a view, no copy; empty after failure */
struct rd rd_sub(struct rd *r, size_t n);    /* bounded child; a short parent fails both */
void rd_copy(struct rd *r, void *to, size_t n); /* zeros after failure */
size_t rd_left(const struct rd *r);
size_t rd_at(const struct rd *r); /* bytes consumed */
bool rd_ok(const struct rd *r);
bool rd_done(const struct rd *r);                /* ok and nothing left */
void rd_fail(struct rd *r, const char *why); /* semantic failure; `why` must outlive the cursor */

struct wr {
    uint8_t *p, *end, *base;
    bool full;
};

/* Place of a 16-bit field to be filled once what it counts has been written. */
struct wr_hole {
    uint8_t *at;
};

struct wr wr_of(void *p, size_t n);
void wr_u8(struct wr *w, uint32_t v);
void wr_u16(struct wr *w, uint32_t v);
void wr_u24(struct wr *w, uint32_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_str(struct wr *w, struct str s);
void wr_zeros(struct wr *w, size_t n);
size_t wr_len(const struct wr *w);
bool wr_ok(const struct wr *w);

struct wr_hole wr_hole16(struct wr *w);
void wr_fill16(struct wr *w, struct wr_hole h, uint32_t v);
void wr_fill_len(struct wr *w, struct wr_hole h); /* bytes written since just after the hole */

#endif
