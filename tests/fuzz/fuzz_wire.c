/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_wire.c: every codec of wire.def over arbitrary bytes; the first byte chooses the codec. What is
 * accepted is written, read again and written again as the same bytes, and shown in one line of at most
 * 100 printable columns. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/wire_any.h"
#include "models/wire/wire.h"

#define OUT_MAX 131072
#define COLUMNS_MAX 100

static size_t put(const struct wire_type *t, const struct wire_any *m, uint8_t *out)
{
    struct wr w = wr_of(out, OUT_MAX);
    t->put(&w, m);
    ASSERT(wr_ok(&w));
    return wr_len(&w);
}

static void show(const struct wire_type *t, const struct wire_any *m)
{
    char text[256];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    t->line(&b, m);
    ASSERT(!b.full && b.n > 0 && b.n <= COLUMNS_MAX);
    for (size_t i = 0; i < b.n; i++)
        ASSERT(text[i] >= ' ' && text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static uint8_t once[OUT_MAX], twice[OUT_MAX];
    struct wire_any m, again;
    if (n == 0)
        return 0;
    const struct wire_type *t = wire_types[data[0] % wire_type_count];
    uint8_t *block = fuzz_exact(data + 1, n - 1);
    struct rd r = rd_of(block, n - 1);
    bool got = t->get(&r, &m);
    ASSERT(got == rd_ok(&r));
    if (got) {
        show(t, &m);
        size_t a = put(t, &m, once);
        uint8_t *second = fuzz_exact(once, a);
        struct rd q = rd_of(second, a);
        bool same = t->get(&q, &again);
        ASSERT(same && rd_done(&q));
        size_t b = put(t, &again, twice);
        ASSERT(a == b && memcmp(once, twice, a) == 0);
        free(second);
    }
    free(block);
    return 0;
}
