/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_skinny.c: SCCP over a byte stream that grows byte by byte: what was said of a prefix holds for all that follows
 * it. A message that is framed is read or refused as one, and written back as long as it came; what is told of the
 * stream is one plain line. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/skinny.h"

#define INPUT_MAX 4096

/* A whole message: read, written, read again, and written as the same bytes. */
static void check_message(const uint8_t *p, size_t n)
{
    static uint8_t once[INPUT_MAX], twice[INPUT_MAX];
    struct skinny m, again;
    struct rd r = rd_of(p, n);
    if (!skinny_get(&r, &m)) {
        ASSERT(r.why);
        return;
    }
    struct wr w = wr_of(once, sizeof once);
    skinny_put(&w, &m);
    ASSERT(wr_ok(&w) && (wr_len(&w) == n || m.body_n == 0));
    struct rd q = rd_of(once, wr_len(&w));
    bool same = skinny_get(&q, &again);
    ASSERT(same && again.id == m.id);
    struct wr v = wr_of(twice, sizeof twice);
    skinny_put(&v, &again);
    ASSERT(wr_len(&v) == wr_len(&w) && memcmp(once, twice, wr_len(&w)) == 0);
}

static void check_text(const uint8_t *p, size_t n)
{
    char text[200];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    skinny_stream_text(&t, (struct str){(const char *)p, n});
    ASSERT((n == 0) == (t.n == 0));
    for (size_t i = 0; i < t.n; i++)
        ASSERT(text[i] >= ' ' && text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > INPUT_MAX)
        return 0;
    uint8_t *block = fuzz_exact(data, n);
    check_text(block, n);
    for (size_t at = 0, len = 0; at < n; at += len) {
        struct str rest = {(const char *)block + at, n - at};
        enum skinny_frame whole = skinny_frame(rest, &len), early = SKINNY_FRAME_MORE;
        size_t first = whole == SKINNY_FRAME_WHOLE ? len : rest.n, early_len = 0;
        for (size_t k = 0; k < first && k < 16; k++) { /* the head decides */
            early = skinny_frame((struct str){rest.p, k}, &early_len);
            ASSERT(early == SKINNY_FRAME_MORE || (early == SKINNY_FRAME_BAD && whole == SKINNY_FRAME_BAD));
        }
        if (whole != SKINNY_FRAME_WHOLE)
            break;
        ASSERT(len >= 12 && len <= rest.n && len <= SKINNY_LENGTH_MAX + 8);
        early = skinny_frame((struct str){rest.p, len - 1}, &early_len);
        ASSERT(early == SKINNY_FRAME_MORE);
        check_message(block + at, len);
    }
    free(block);
    return 0;
}
