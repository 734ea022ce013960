/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quantity.c: see quantity.h. */
#include "sim/study/quantity.h"

#define PARTS INT64_C(1000000000)

struct quantity quantity_of(struct str text)
{
    static const enum unit_kind kinds[] = {UNIT_NONE, UNIT_TIME, UNIT_RATE, UNIT_BYTES, UNIT_FRACTION};
    struct quantity q = {.word = str_trim(text)};
    struct err ignored;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!unit_parse_signed(kinds[i], q.word, &q.v, &ignored))
            continue;
        q.number = true;
        q.kind = kinds[i];
        return q;
    }
    q.v = 0;
    return q;
}

static bool as_fraction(struct quantity *q)
{
    if (q->kind != UNIT_NONE || q->v < -PARTS || q->v > PARTS)
        return false;
    q->kind = UNIT_FRACTION;
    q->v *= PARTS;
    return true;
}

bool quantity_agree(struct quantity *a, struct quantity *b)
{
    if (a->number != b->number)
        return false;
    if (!a->number || a->kind == b->kind)
        return true;
    return (b->kind == UNIT_FRACTION && as_fraction(a)) || (a->kind == UNIT_FRACTION && as_fraction(b));
}

int quantity_digits(enum unit_kind kind)
{
    return kind == UNIT_TIME || kind == UNIT_FRACTION ? 9 : 0;
}

void quantity_text(struct txtbuf *t, const struct quantity *q)
{
    if (!q->number) {
        txtbuf_str(t, q->word);
        return;
    }
    switch (q->kind) {
    case UNIT_TIME:
        txtbuf_dur(t, q->v);
        return;
    case UNIT_RATE:
        txtbuf_add(t, "%lldbps", (long long)q->v);
        return;
    case UNIT_BYTES:
        txtbuf_add(t, "%lldB", (long long)q->v);
        return;
    case UNIT_FRACTION:
        txtbuf_scaled(t, q->v, 7);
        txtbuf_char(t, '%');
        return;
    case UNIT_NONE:
        txtbuf_add(t, "%lld", (long long)q->v);
        return;
    }
    UNREACHABLE();
}
