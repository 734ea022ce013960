/* SPDX-License-Identifier: GPL-3.0-or-later */
/* offer_answer.c: see offer_answer.h. */
#include "models/proto/offer_answer.h"

#include <string.h>

static const struct codec {
    const char *name, *fmtp; /* fmtp NULL: none */
    uint8_t payload;         /* RFC 3551 6 */
    uint16_t bytes;          /* of 20 ms */
} codecs[] = {
    {"PCMU", NULL, 0, 160},
    {"PCMA", NULL, 8, 160},
    {"G722", NULL, 9, 160},
    {"G729", "annexb=no", 18, 20},
    {"telephone-event", "0-15", MEDIA_EVENT, 0}, /* the keys 0-9, *, #, A-D (RFC 4733 3.2) */
};

#define CODECS (sizeof codecs / sizeof codecs[0])

static const struct codec *codec_of(uint8_t payload)
{
    for (size_t i = 0; i < CODECS; i++) {
        if (codecs[i].payload == payload)
            return &codecs[i];
    }
    return NULL;
}

const char *media_codec_name(uint8_t payload)
{
    const struct codec *c = codec_of(payload);
    return c ? c->name : "";
}

uint16_t media_codec_bytes(uint8_t payload)
{
    const struct codec *c = codec_of(payload);
    return c ? c->bytes : 0;
}

static bool has_codec(const struct media *m, uint8_t payload)
{
    return memchr(m->codec, payload, m->codec_count) != NULL;
}

static void add_codec(struct media *m, uint8_t payload)
{
    if (!has_codec(m, payload) && m->codec_count < MEDIA_CODECS_MAX)
        m->codec[m->codec_count++] = payload;
}

/* RFC 4733 carries no voice: alone it is no stream. */
static bool has_voice(const struct media *m)
{
    return m->codec_count > (has_codec(m, MEDIA_EVENT) ? 1 : 0);
}

bool media_codecs_parse(const char *text, struct media *out, struct err *e)
{
    const char *names[CODECS];
    for (size_t i = 0; i < CODECS; i++)
        names[i] = codecs[i].name;
    out->codec_count = 0;
    for (struct str rest = str_of(text); rest.n;) {
        struct str one = str_trim(str_cut(&rest, ','));
        size_t i = 0;
        while (i < CODECS && !str_eq_nocase(one, str_of(names[i])))
            i++;
        if (i == CODECS)
            return err_set(e, "there is no codec '%.*s' (there are pcmu, pcma, g722, g729, telephone-event)",
                           STR_ARG(one));
        if (has_codec(out, codecs[i].payload))
            return err_set(e, "codec '%.*s' is named twice", STR_ARG(one));
        add_codec(out, codecs[i].payload);
    }
    return has_voice(out) || err_set(e, "'%s' names no codec for voice", text);
}

/* --- reading -------------------------------------------------------------------------------------------- */

/* "PCMU/8000", "PCMU/8000/1": one channel is what nothing said means (RFC 4566 6). */
static const struct codec *codec_named(struct str encoding)
{
    struct str name = str_cut(&encoding, '/'), clock = str_cut(&encoding, '/');
    if (!str_eq(clock, STR("8000")) || (encoding.n && !str_eq(encoding, STR("1"))))
        return NULL;
    for (size_t i = 0; i < CODECS; i++) {
        if (str_eq_nocase(name, str_of(codecs[i].name)))
            return &codecs[i];
    }
    return NULL;
}

static void read_formats(const struct sdp *s, const struct sdp_media *line, struct media *out)
{
    for (uint32_t i = 0; i < line->format_count; i++) {
        const struct codec *c = codec_named(sdp_encoding(s, line, line->format[i]));
        uint64_t payload;
        if (!c || !str_u64(line->format[i], 127, &payload))
            continue;
        if (c->payload == MEDIA_EVENT && !has_codec(out, MEDIA_EVENT))
            out->event_payload = (uint8_t)payload;
        if (c->payload == MEDIA_EVENT || c->payload == payload)
            add_codec(out, c->payload);
    }
}

static bool is_voice(const struct sdp_media *line)
{
    return str_eq(line->kind, STR("audio")) && str_eq(line->proto, STR("RTP/AVP")) && line->has_addr;
}

/* The m= line of the stream: the first of voice that is in use, else the first; media_count: there is none. */
static uint32_t pick(const struct sdp *s)
{
    uint32_t first = s->media_count;
    for (uint32_t i = s->media_count; i-- > 0;) {
        if (is_voice(&s->media[i]) && (s->media[i].port || first == s->media_count || !s->media[first].port))
            first = i;
    }
    return first;
}

/* False: there is no room to remember it. */
static bool keep_other(struct media *out, const struct sdp_media *line)
{
    if (out->other_count == MEDIA_OTHERS_MAX || line->format_count == 0)
        return false;
    struct txtbuf t = txtbuf_of(out->other[out->other_count++], MEDIA_OTHER_BYTES);
    txtbuf_add(&t, "%.*s 0 %.*s %.*s", STR_ARG(line->kind), STR_ARG(line->proto), STR_ARG(line->format[0]));
    return !t.full;
}

static void read_stream(const struct sdp *s, const struct sdp_media *line, struct media *out)
{
    out->addr = line->addr;
    out->port = line->port;
    out->direction = line->direction;
    if (line->addr.v == 0) /* nothing may be sent to it (8.4) */
        out->direction = line->direction == SDP_SENDRECV   ? SDP_SENDONLY
                         : line->direction == SDP_RECVONLY ? SDP_INACTIVE
                                                           : line->direction;
    read_formats(s, line, out);
}

bool media_read(struct str body, struct media *out)
{
    struct rd r = rd_of(body.p, body.n);
    struct sdp s;
    *out = (struct media){0};
    if (body.n == 0 || !sdp_get(&r, &s))
        return false;
    uint32_t stream = pick(&s);
    out->session = s.session;
    out->version = s.version;
    out->without_audio = stream == s.media_count;
    for (uint32_t i = 0; i < s.media_count; i++) {
        if (i == stream)
            out->others_before = out->other_count;
        else if (!keep_other(out, &s.media[i]))
            return false;
    }
    if (!out->without_audio)
        read_stream(&s, &s.media[stream], out);
    return true;
}

/* --- writing -------------------------------------------------------------------------------------------- */

static uint8_t on_the_wire(const struct media *m, uint8_t codec)
{
    return codec == MEDIA_EVENT && m->event_payload ? m->event_payload : codec;
}

static void write_others(struct txtbuf *t, const struct media *from, uint8_t first, uint8_t end)
{
    for (uint8_t i = first; i < end; i++)
        txtbuf_add(t, "m=%s\r\n", from->other[i]);
}

static void write_stream(struct txtbuf *t, const struct media *m, const struct media *offer)
{
    const struct media *named = m->codec_count || !offer ? m : offer; /* a refusal names a format, too (6) */
    txtbuf_add(t, "m=audio %u RTP/AVP", (unsigned)m->port);
    for (uint8_t i = 0; i < named->codec_count; i++)
        txtbuf_add(t, " %u", (unsigned)on_the_wire(named, named->codec[i]));
    txtbuf_cstr(t, named->codec_count ? "\r\n" : " 0\r\n");
    if (m->port == 0)
        return;
    for (uint8_t i = 0; i < m->codec_count; i++) {
        const struct codec *c = codec_of(m->codec[i]);
        unsigned payload = on_the_wire(m, m->codec[i]);
        ASSERT(c != NULL);
        txtbuf_add(t, "a=rtpmap:%u %s/%d\r\n", payload, c->name, MEDIA_CLOCK_HZ);
        if (c->fmtp)
            txtbuf_add(t, "a=fmtp:%u %s\r\n", payload, c->fmtp);
    }
    txtbuf_cstr(t, "a=ptime:20\r\n");
    if (m->direction != SDP_SENDRECV)
        txtbuf_add(t, "a=%.*s\r\n", STR_ARG(sdp_direction_name(m->direction)));
}

void media_write(struct wr *w, const struct media *m, const char *username, const struct media *offer)
{
    const struct media *lines = offer ? offer : m;
    char text[MEDIA_SDP_MAX], addr[16];
    struct txtbuf t = txtbuf_of(text, sizeof text), a = txtbuf_of(addr, sizeof addr);
    ip4_text(&a, m->addr);
    txtbuf_add(&t, "v=0\r\no=%s %llu %llu IN IP4 %s\r\n", username, (unsigned long long)m->session,
               (unsigned long long)m->version, addr);
    txtbuf_add(&t, "s=SIP Call\r\nc=IN IP4 %s\r\nt=0 0\r\n", addr);
    write_others(&t, lines, 0, lines->others_before);
    if (!lines->without_audio)
        write_stream(&t, m, offer);
    write_others(&t, lines, lines->others_before, lines->other_count);
    ASSERT(!t.full);
    wr_str(w, txtbuf_view(&t));
}

/* --- offer and answer ------------------------------------------------------------------------------------ */

static bool may_send(enum sdp_direction d)
{
    return d == SDP_SENDRECV || d == SDP_SENDONLY;
}

static bool may_hear(enum sdp_direction d)
{
    return d == SDP_SENDRECV || d == SDP_RECVONLY;
}

static enum sdp_direction direction_of(bool sends, bool hears)
{
    return sends ? (hears ? SDP_SENDRECV : SDP_SENDONLY) : hears ? SDP_RECVONLY : SDP_INACTIVE;
}

static void copy_lines(struct media *to, const struct media *from)
{
    to->without_audio = from->without_audio;
    to->other_count = from->other_count;
    to->others_before = from->others_before;
    memcpy(to->other, from->other, sizeof to->other);
}

bool media_answer(const struct media *offer, const struct media *able, struct media *answer)
{
    struct media a = *able;
    a.codec_count = 0;
    a.event_payload = offer->event_payload;
    for (uint8_t i = 0; i < offer->codec_count; i++) {
        if (has_codec(able, offer->codec[i]))
            add_codec(&a, offer->codec[i]);
    }
    a.direction = direction_of(may_hear(offer->direction) && may_send(able->direction),
                               may_send(offer->direction) && may_hear(able->direction));
    copy_lines(&a, offer);
    bool none = offer->without_audio || offer->port == 0;
    if (none)
        a.port = 0;
    *answer = a;
    return none ? offer->other_count == 0 || !offer->without_audio : has_voice(&a);
}

bool media_same(const struct media *a, const struct media *b)
{
    bool events = !has_codec(a, MEDIA_EVENT) || on_the_wire(a, MEDIA_EVENT) == on_the_wire(b, MEDIA_EVENT);
    return ip4_eq(a->addr, b->addr) && a->port == b->port && a->direction == b->direction &&
           a->codec_count == b->codec_count && memcmp(a->codec, b->codec, a->codec_count) == 0 && events;
}

void media_next(struct media *m, const struct media *last)
{
    bool more = m->other_count > last->other_count; /* an answer to an offer that asks for more */
    m->session = last->session;
    m->version = last->version + (more || !media_same(m, last));
    if (m->other_count < last->other_count)
        copy_lines(m, last);
}

bool media_is_hold(const struct media *m)
{
    return !may_hear(m->direction) || m->addr.v == 0;
}

bool media_sends(const struct media *local, const struct media *remote, uint8_t *codec)
{
    if (!may_send(local->direction) || media_is_hold(remote) || local->port == 0 || remote->port == 0)
        return false;
    for (uint8_t i = 0; i < remote->codec_count; i++) {
        if (remote->codec[i] != MEDIA_EVENT && has_codec(local, remote->codec[i])) {
            *codec = remote->codec[i];
            return true;
        }
    }
    return false;
}
