/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny_text.c: SCCP messages by name: one in a line, and those of a segment one after the other. */
#include <string.h>

#include "models/wire/header.h"
#include "models/wire/skinny_table.h"

const char *skinny_name(uint32_t id)
{
    const struct skinny_row *row = skinny_row(id);
    return row ? row->name : NULL;
}

uint32_t skinny_defined_length(uint32_t id)
{
    const struct skinny_row *row = skinny_row(id);
    return row ? (uint32_t)row->defined + SKINNY_ID_BYTES : 0;
}

/* The first field, be it a text or a number. */
static void first_text(struct txtbuf *t, const struct skinny_field *f, const struct skinny *m)
{
    struct str s;
    uint32_t v;
    if (f->kind == SKINNY_TEXT) {
        memcpy(&s, (const char *)m + f->at, sizeof s);
        if (s.n)
            txtbuf_char(t, ' ');
        header_plain(t, s, 32);
        return;
    }
    memcpy(&v, (const char *)m + f->at, sizeof v);
    txtbuf_add(t, " %u", v);
}

void skinny_brief(struct txtbuf *t, const struct skinny *m)
{
    const struct skinny_row *row = skinny_row(m->id);
    if (!row) {
        txtbuf_add(t, "message 0x%04x", m->id);
        return;
    }
    txtbuf_cstr(t, row->name);
    if (row->tells_first)
        first_text(t, row->field, m);
}

void skinny_line(struct txtbuf *t, const struct skinny *m)
{
    const struct skinny_row *row = skinny_row(m->id);
    txtbuf_cstr(t, "SCCP ");
    skinny_brief(t, m);
    if (!row)
        txtbuf_add(t, " of %zu bytes", m->body.n);
    else if (row->list)
        txtbuf_add(t, " with %u", skinny_count(row->list, m));
    else if (row->tell)
        row->tell(t, m);
}

/* What is no whole message: the beginning of one, whose head names it, or another piece. */
static void part_text(struct txtbuf *t, struct str piece)
{
    size_t len;
    const char *name = NULL;
    if (piece.n >= SKINNY_HEAD_BYTES && skinny_frame(piece, &len) == SKINNY_FRAME_MORE)
        name = skinny_name(skinny_number(piece, SKINNY_HEAD_BYTES - SKINNY_ID_BYTES));
    txtbuf_add(t, "part of %s", name ? name : "a message");
}

void skinny_stream_text(struct txtbuf *t, struct str payload)
{
    size_t len = 0;
    for (const char *first = payload.p; payload.n; payload.p += len, payload.n -= len) {
        struct skinny m;
        txtbuf_cstr(t, payload.p == first ? " " : " + ");
        if (skinny_frame(payload, &len) != SKINNY_FRAME_WHOLE) {
            part_text(t, payload);
            return;
        }
        struct rd r = rd_of(payload.p, len);
        if (skinny_get(&r, &m))
            skinny_brief(t, &m);
        else
            txtbuf_add(t, "a malformed message (%s)", r.why);
    }
}
