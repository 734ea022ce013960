/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny.c: see skinny.h. One walk over a row's fields reads, another writes; both know where the body ends.
 * Beyond its end a body reads as zeros and takes nothing, so a short one is read and written by the same rows:
 * what was cut off is zero, and is not written again. */
#include "models/wire/skinny.h"

#include <string.h>

#include "models/wire/skinny_table.h"
#include "models/wire/wire_any.h"

/* Of one field's value in a struct; that of bytes is their number. */
static const uint8_t strides[] = {
    [SKINNY_U16] = sizeof(uint16_t), [SKINNY_U32] = sizeof(uint32_t), [SKINNY_IP4] = sizeof(struct ip4),
    [SKINNY_TEXT] = sizeof(struct str), [SKINNY_BYTES] = 0,
};

/* --- reading ------------------------------------------------------------------------------------ */

static uint8_t byte_at(struct str s, size_t at)
{
    return at < s.n ? (uint8_t)s.p[at] : 0;
}

uint32_t skinny_number(struct str s, size_t at)
{
    return (uint32_t)byte_at(s, at) | (uint32_t)byte_at(s, at + 1) << 8 | (uint32_t)byte_at(s, at + 2) << 16 |
           (uint32_t)byte_at(s, at + 3) << 24;
}

static struct str slice(struct str s, size_t at, size_t n)
{
    if (at >= s.n)
        return STR_NONE;
    return (struct str){s.p + at, n < s.n - at ? n : s.n - at};
}

static void get_one(struct str body, size_t at, const struct skinny_field *f, char *to)
{
    struct str bytes = slice(body, at, f->size);
    uint32_t v = skinny_number(bytes, 0);
    uint16_t half = (uint16_t)v;
    struct ip4 addr = {__builtin_bswap32(v)}; /* the same four bytes, the first one highest */
    switch ((enum skinny_kind)f->kind) {
    case SKINNY_U16:
        memcpy(to, &half, sizeof half);
        return;
    case SKINNY_U32:
        memcpy(to, &v, sizeof v);
        return;
    case SKINNY_IP4:
        memcpy(to, &addr, sizeof addr);
        return;
    case SKINNY_TEXT:
        bytes = str_cut(&bytes, 0);
        memcpy(to, &bytes, sizeof bytes);
        return;
    case SKINNY_BYTES:
        if (bytes.n)
            memcpy(to, bytes.p, bytes.n);
        return;
    }
    UNREACHABLE();
}

static void get_fields(struct str body, size_t base, const struct skinny_field *f, size_t n, char *to)
{
    for (; n; f++, n--) {
        for (size_t i = 0; i < f->times; i++)
            get_one(body, base + f->wire + i * f->size, f, to + f->at + i * strides[f->kind]);
    }
}

static const char *get_list(struct str body, const struct skinny_list *l, struct skinny *m)
{
    uint32_t count = skinny_number(body, l->count_wire);
    if (count > l->max)
        return "more entries than there can be";
    if (l->wire + (size_t)count * l->size > body.n)
        return "more entries than the body has";
    memcpy((char *)m + l->count_at, &count, sizeof count);
    for (size_t i = 0; i < count; i++)
        get_fields(body, l->wire + i * l->size, l->field, l->field_count, (char *)m + l->at + i * l->stride);
    return NULL;
}

static bool is_length(uint32_t length)
{
    return length >= SKINNY_ID_BYTES && length <= SKINNY_LENGTH_MAX;
}

static const char *get_body(struct skinny *m)
{
    const struct skinny_row *row = skinny_row(m->id);
    if (!row)
        return NULL;
    if (m->body.n < row->shortest)
        return "body too short";
    get_fields(m->body, 0, row->field, row->field_count, (char *)m);
    return row->list ? get_list(m->body, row->list, m) : NULL;
}

bool skinny_get(struct rd *r, struct skinny *m)
{
    *m = (struct skinny){0};
    struct str head = rd_bytes(r, SKINNY_HEAD_BYTES);
    uint32_t length = skinny_number(head, 0);
    if (rd_ok(r) && !is_length(length))
        rd_fail(r, "bad length");
    m->body = rd_bytes(r, rd_ok(r) ? length - SKINNY_ID_BYTES : 0);
    if (rd_ok(r) && rd_left(r))
        rd_fail(r, "bytes after the end");
    if (!rd_ok(r))
        return false;
    m->version = skinny_number(head, 4);
    m->id = skinny_number(head, 8);
    m->body_n = (uint32_t)m->body.n;
    const char *why = get_body(m);
    if (why)
        rd_fail(r, why);
    return rd_ok(r);
}

enum skinny_frame skinny_frame(struct str stream, size_t *len)
{
    if (stream.n < 4)
        return SKINNY_FRAME_MORE;
    uint32_t length = skinny_number(stream, 0);
    if (!is_length(length))
        return SKINNY_FRAME_BAD;
    size_t whole = SKINNY_HEAD_BYTES - SKINNY_ID_BYTES + length;
    if (stream.n < whole)
        return SKINNY_FRAME_MORE;
    *len = whole;
    return SKINNY_FRAME_WHOLE;
}

/* --- writing ------------------------------------------------------------------------------------ */

struct out {
    uint8_t *p;
    size_t n;
};

static void put_bytes(const struct out *o, size_t at, const void *p, size_t n)
{
    if (n && at < o->n)
        memcpy(o->p + at, p, n < o->n - at ? n : o->n - at);
}

static void put_number(const struct out *o, size_t at, uint32_t v, size_t n)
{
    const uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    put_bytes(o, at, b, n);
}

static void put_one(const struct out *o, size_t at, const struct skinny_field *f, const char *from)
{
    uint32_t v;
    uint16_t half;
    struct ip4 addr;
    struct str text;
    switch ((enum skinny_kind)f->kind) {
    case SKINNY_U16:
        memcpy(&half, from, sizeof half);
        put_number(o, at, half, f->size);
        return;
    case SKINNY_U32:
        memcpy(&v, from, sizeof v);
        put_number(o, at, v, f->size);
        return;
    case SKINNY_IP4:
        memcpy(&addr, from, sizeof addr);
        put_number(o, at, __builtin_bswap32(addr.v), f->size);
        return;
    case SKINNY_TEXT:
        memcpy(&text, from, sizeof text);
        ASSERT(text.n <= f->size);
        put_bytes(o, at, text.p, text.n);
        return;
    case SKINNY_BYTES:
        put_bytes(o, at, from, f->size);
        return;
    }
    UNREACHABLE();
}

static void put_fields(const struct out *o, size_t base, const struct skinny_field *f, size_t n, const char *from)
{
    for (; n; f++, n--) {
        for (size_t i = 0; i < f->times; i++)
            put_one(o, base + f->wire + i * f->size, f, from + f->at + i * strides[f->kind]);
    }
}

uint32_t skinny_count(const struct skinny_list *l, const struct skinny *m)
{
    uint32_t count;
    memcpy(&count, (const char *)m + l->count_at, sizeof count);
    ASSERT(count <= l->max);
    return count;
}

/* Bytes of body that the fields and entries take. */
static size_t natural(const struct skinny_row *row, const struct skinny *m)
{
    if (!row)
        return 0;
    return row->list ? row->list->wire + (size_t)skinny_count(row->list, m) * row->list->size : row->defined;
}

static void put_list(const struct out *o, const struct skinny_list *l, const struct skinny *m)
{
    uint32_t count = skinny_count(l, m);
    put_number(o, l->count_wire, count, sizeof count);
    for (size_t i = 0; i < count; i++)
        put_fields(o, l->wire + i * l->size, l->field, l->field_count, (const char *)m + l->at + i * l->stride);
}

void skinny_put(struct wr *w, const struct skinny *m)
{
    const struct skinny_row *row = skinny_row(m->id);
    size_t known = natural(row, m), n = m->body_n ? m->body_n : row ? known : m->body.n;
    ASSERT(n <= SKINNY_LENGTH_MAX - SKINNY_ID_BYTES);
    ASSERT(!row || n >= (row->list ? known : row->shortest)); /* else it could not be read */
    struct out head = {w->p, SKINNY_HEAD_BYTES};
    wr_zeros(w, SKINNY_HEAD_BYTES);
    struct out body = {w->p, n};
    wr_zeros(w, n);
    if (!wr_ok(w))
        return;
    put_number(&head, 0, (uint32_t)n + SKINNY_ID_BYTES, 4);
    put_number(&head, 4, m->version, 4);
    put_number(&head, 8, m->id, 4);
    if (row)
        put_fields(&body, 0, row->field, row->field_count, (const char *)m);
    if (row && row->list)
        put_list(&body, row->list, m);
    struct str rest = slice(m->body, known, m->body.n); /* nobody knows its meaning: as it came */
    put_bytes(&body, known, rest.p, rest.n);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return skinny_get(r, &m->skinny);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    skinny_put(w, &m->skinny);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    skinny_line(t, &m->skinny);
}

const struct wire_type wire_skinny = {"skinny", get_any, put_any, line_any};
