/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_offer.c: whatever is offered: an answer has as many streams (RFC 3264 6), of codecs that were offered, and is a
 * description that is read as what it was written from; and so is whatever was read. */
#include "tests/fuzz/fuzz.h"

#include "models/proto/offer_answer.h"

static char out[MEDIA_SDP_MAX];

/* Writes and reads it again. A refused stream names any format (6). */
static void check_written(const struct media *m, const struct media *offer, struct sdp *d)
{
    struct media again;
    struct wr w = wr_of(out, sizeof out);
    media_write(&w, m, MEDIA_USER_CUBE, offer);
    ASSERT(wr_ok(&w));
    uint8_t *block = fuzz_exact((const uint8_t *)out, wr_len(&w));
    struct str text = {(const char *)block, wr_len(&w)};
    struct rd r = rd_of(text.p, text.n);
    bool got = sdp_get(&r, d), read = media_read(text, &again);
    ASSERT(got && read && again.port == m->port && (m->port == 0 || media_same(m, &again)));
    ASSERT(again.session == m->session && again.version == m->version);
    free(block); /* of *d nothing but numbers is looked at */
}

static bool has_codec(const struct media *m, uint8_t codec)
{
    return m->codec_count && memchr(m->codec, codec, m->codec_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct sdp asked, answered;
    struct media offer, answer, next, able = {.addr = {0x0a000002}, .port = 20000, .session = 7, .version = 1};
    struct err e = {0};
    bool known = media_codecs_parse("pcma,pcmu,g729,telephone-event", &able, &e);
    ASSERT(known);
    uint8_t *block = fuzz_exact(data, n);
    struct rd r = rd_of(block, n);
    bool whole = sdp_get(&r, &asked);
    if (media_read((struct str){(const char *)block, n}, &offer)) {
        ASSERT(whole && offer.codec_count <= MEDIA_CODECS_MAX);
        memset(&answer, 0, sizeof answer);
        if (media_answer(&offer, &able, &answer)) {
            for (uint32_t i = 0; i < answer.codec_count; i++)
                ASSERT(answer.port == 0 || (has_codec(&offer, answer.codec[i]) && has_codec(&able, answer.codec[i])));
            check_written(&answer, &offer, &answered);
            ASSERT(answered.media_count == asked.media_count);
            next = able;
            media_next(&next, &answer);
            ASSERT(next.session == answer.session && next.version - answer.version <= 1);
        }
    }
    free(block);
    return 0;
}
