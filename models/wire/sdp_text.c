/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sdp_text.c: attributes and encodings by name, and a description in one line. */
#include "models/wire/header.h"
#include "models/wire/sdp.h"

#define KIND_COLUMNS 8
#define CODEC_COLUMNS 10

struct str sdp_direction_name(enum sdp_direction d)
{
    switch (d) {
    case SDP_SENDRECV:
        return STR("sendrecv");
    case SDP_SENDONLY:
        return STR("sendonly");
    case SDP_RECVONLY:
        return STR("recvonly");
    case SDP_INACTIVE:
        return STR("inactive");
    }
    UNREACHABLE();
}

/* From line *at on: the next attribute of that name. */
static bool next_attribute(const struct sdp *m, uint32_t *at, uint32_t end, struct str name, struct str *value)
{
    while (*at < end) {
        const struct sdp_line *l = &m->lines[(*at)++];
        struct str v = l->value;
        if (l->type != 'a' || !str_eq(str_cut(&v, ':'), name))
            continue;
        *value = v;
        return true;
    }
    return false;
}

bool sdp_attribute(const struct sdp *m, const struct sdp_media *media, struct str name, struct str *value)
{
    uint32_t at = media ? media->first : 0;
    return next_attribute(m, &at, media ? media->first + media->line_count : m->session_lines, name, value);
}

/* RFC 3551 6, table 4: those that phones use. */
static struct str static_encoding(struct str format)
{
    static const struct {
        uint8_t type;
        const char *name;
    } known[] = {{0, "PCMU/8000"}, {3, "GSM/8000"},   {4, "G723/8000"}, {8, "PCMA/8000"}, {9, "G722/8000"},
                 {13, "CN/8000"},  {15, "G728/8000"}, {18, "G729/8000"}};
    uint64_t type;
    if (!str_u64(format, 127, &type))
        return STR_NONE;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].type == type)
            return str_of(known[i].name);
    }
    return STR_NONE;
}

struct str sdp_encoding(const struct sdp *m, const struct sdp_media *media, struct str format)
{
    struct str v;
    for (uint32_t at = media->first; next_attribute(m, &at, media->first + media->line_count, STR("rtpmap"), &v);) {
        if (str_eq(str_cut(&v, ' '), format))
            return v;
    }
    return static_encoding(format);
}

/* The first codec, and how many more there are: "PCMU+1". */
static void add_codecs(struct txtbuf *t, const struct sdp *m, const struct sdp_media *x)
{
    struct str encoding = sdp_encoding(m, x, x->format[0]), name = str_cut(&encoding, '/');
    header_plain(t, name.n ? name : x->format[0], CODEC_COLUMNS);
    if (x->format_count > 1)
        txtbuf_add(t, "+%u", x->format_count - 1);
}

static void add_address(struct txtbuf *t, const struct sdp_media *x)
{
    if (x->has_addr)
        ip4_text(t, x->addr);
    else
        txtbuf_cstr(t, "elsewhere");
    txtbuf_add(t, ":%u", x->port);
}

void sdp_line(struct txtbuf *t, const struct sdp *m)
{
    const struct sdp_media *x = &m->media[0];
    if (m->media_count == 0) {
        txtbuf_cstr(t, "no media");
    } else {
        header_plain(t, x->kind, KIND_COLUMNS);
        txtbuf_char(t, ' ');
        add_address(t, x);
        txtbuf_char(t, ' ');
        add_codecs(t, m, x);
        txtbuf_char(t, ' ');
        txtbuf_str(t, sdp_direction_name(x->direction));
        if (m->media_count > 1)
            txtbuf_add(t, " +%u", m->media_count - 1);
    }
    txtbuf_add(t, " o=%llu/%llu", (unsigned long long)m->session, (unsigned long long)m->version);
}

void sdp_brief(struct txtbuf *t, const struct sdp *m, enum sdp_detail detail)
{
    const struct sdp_media *x = &m->media[0];
    txtbuf_cstr(t, "SDP");
    if (detail == SDP_NAMED)
        return;
    txtbuf_add(t, " v%llu ", (unsigned long long)m->version);
    if (m->media_count == 0) {
        txtbuf_cstr(t, "no media");
        return;
    }
    txtbuf_str(t, sdp_direction_name(x->direction));
    if (detail == SDP_WITH_DIRECTION)
        return;
    txtbuf_char(t, ' ');
    add_address(t, x);
}
