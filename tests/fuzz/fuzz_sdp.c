/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sdp.c: session descriptions: their lines are all there and in their sections, what is said of a stream lies
 * within its lines, a description with plain LFs says the same, and no byte can be taken from the end of one but whole
 * lines. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/sdp.h"

#define OUT_MAX 131072

static uint8_t out[OUT_MAX], plain[OUT_MAX];

static void check_media(const struct sdp *m, const struct sdp_media *x, uint32_t first)
{
    struct str v;
    ASSERT(x->first == first && x->line_count >= 1 && m->lines[first].type == 'm');
    for (uint32_t i = 1; i < x->line_count; i++)
        ASSERT(m->lines[first + i].type != 'm');
    ASSERT(x->format_count >= 1 && x->format_count <= SDP_FORMATS_MAX && x->port_count >= 1);
    for (uint32_t i = 0; i < x->format_count; i++) {
        struct str e = sdp_encoding(m, x, x->format[i]);
        ASSERT(x->format[i].n && (e.n == 0 || e.p));
    }
    bool own = sdp_attribute(m, x, sdp_direction_name(x->direction), &v);
    bool of_session = sdp_attribute(m, NULL, sdp_direction_name(x->direction), &v);
    ASSERT(own || of_session || x->direction == SDP_SENDRECV);
}

static void check_sections(const struct sdp *m)
{
    uint32_t at = m->session_lines;
    ASSERT(m->line_count >= 4 && m->line_count <= SDP_LINES_MAX && m->media_count <= SDP_MEDIA_MAX);
    for (uint32_t i = 0; i < at; i++)
        ASSERT(m->lines[i].type != 'm' && m->lines[i].value.n);
    for (uint32_t i = 0; i < m->media_count; i++) {
        check_media(m, &m->media[i], at);
        at += m->media[i].line_count;
    }
    ASSERT(at == m->line_count);
}

static void check_shown(const struct sdp *m)
{
    char text[300];
    for (int brief = 0; brief < 2; brief++) {
        struct txtbuf t = txtbuf_of(text, sizeof text);
        if (brief)
            sdp_brief(&t, m, SDP_WITH_ADDRESS);
        else
            sdp_line(&t, m);
        ASSERT(!t.full && t.n > 0 && t.n <= 100);
        for (size_t i = 0; i < t.n; i++)
            ASSERT(text[i] >= ' ' && text[i] <= '~');
    }
}

/* The same lines, each with an LF alone. */
static void check_plain(const struct sdp *m, size_t n)
{
    static struct sdp again;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (out[i] != '\r')
            plain[k++] = out[i];
    }
    struct rd r = rd_of(plain, k);
    bool got = sdp_get(&r, &again);
    ASSERT(got && rd_done(&r) && again.line_count == m->line_count && again.media_count == m->media_count);
    ASSERT(again.session == m->session && again.version == m->version && k + m->line_count == n);
    for (uint32_t i = 0; i < m->media_count; i++) {
        const struct sdp_media *a = &m->media[i], *b = &again.media[i];
        ASSERT(a->direction == b->direction && a->has_addr == b->has_addr && a->addr.v == b->addr.v);
        ASSERT(a->port == b->port && a->ptime_ms == b->ptime_ms && a->format_count == b->format_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct sdp m, part;
    uint8_t *block = fuzz_exact(data, n);
    struct rd r = rd_of(block, n);
    if (!sdp_get(&r, &m)) {
        ASSERT(r.why);
        free(block);
        return 0;
    }
    ASSERT(rd_done(&r));
    check_sections(&m);
    check_shown(&m);
    struct wr w = wr_of(out, sizeof out);
    sdp_put(&w, &m);
    ASSERT(wr_ok(&w));
    check_plain(&m, wr_len(&w));
    for (size_t k = 1; k < 4 && k <= n; k++) {
        struct rd q = rd_of(block, n - k);
        bool got = sdp_get(&q, &part);
        ASSERT(!got || block[n - k - 1] == '\n');
    }
    free(block);
    return 0;
}
