/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sip_stream.c: SIP over a byte stream. TCP may cut it anywhere: what comes out must be the same
 * messages, and the same refusal, as when all comes at once. The first byte seeds the cuts. */
#include "tests/fuzz/fuzz.h"

#include "models/proto/sip_stream.h"
#include "sim/base/arena.h"
#include "sim/base/hash.h"

struct heard {
    uint64_t messages; /* a fold over their bytes */
    uint32_t count;
    bool bad;
};

static void on_message(void *arg, const struct sip_msg *m)
{
    struct heard *h = arg;
    h->messages = hash_bytes(h->messages, m->whole.p, m->whole.n);
    h->count++;
}

static void on_bad(void *arg, const char *why)
{
    struct heard *h = arg;
    (void)why;
    h->bad = true;
}

/* Pieces of 1 to 64 bytes by a small generator; seed 0: all at once. */
static struct heard hear(const uint8_t *data, size_t n, uint32_t seed)
{
    struct arena *a = arena_new("fuzz", 64u << 20);
    struct msg_stream s;
    struct heard h = {0};
    sip_stream_init(&s, a);
    for (size_t at = 0, len; at < n && !h.bad; at += len) {
        seed = seed * 1664525u + 1013904223u * (seed != 0);
        len = seed ? 1 + (seed >> 16) % 64 : n;
        len = len < n - at ? len : n - at;
        uint8_t *piece = fuzz_exact(data + at, len);
        sip_stream_feed(&s, str_of_bytes(piece, len), on_message, on_bad, &h);
        free(piece);
    }
    arena_free(a);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 8192)
        return 0;
    struct heard whole = hear(data + 1, n - 1, 0), cut = hear(data + 1, n - 1, 1u + data[0]);
    ASSERT(whole.count == cut.count && whole.messages == cut.messages && whole.bad == cut.bad);
    return 0;
}
