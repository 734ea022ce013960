/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_http.c: the head of an HTTP message at the front of a stream that grows byte by byte: what was said of a
 * prefix holds for all that follows it, and a whole head is the same whether more has come or not. And names of files:
 * any of them is one target, and is read back from it. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/http.h"

#define NAME_MAX_BYTES 200

static void check_name(struct str s)
{
    char target[3 * NAME_MAX_BYTES + 2], name[NAME_MAX_BYTES + 1];
    struct txtbuf t = txtbuf_of(target, sizeof target), n = txtbuf_of(name, sizeof name);
    if (http_target_name(&n, s)) /* whatever it is */
        ASSERT(n.n < sizeof name);
    n = txtbuf_of(name, sizeof name);
    if (s.n > NAME_MAX_BYTES || memchr(s.n ? s.p : "", 0, s.n))
        return;
    http_target_put(&t, s);
    ASSERT(!t.full && http_target_name(&n, txtbuf_view(&t)) && str_eq(txtbuf_view(&n), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct http m, again;
    enum http_verdict last = HTTP_MORE;
    size_t head = 0, first_head = 0;
    uint64_t body = 0, first_body = 0;
    uint8_t *block = fuzz_exact(data, n);
    size_t step = n > 2000 ? n / 200 : 1;
    for (size_t k = 0; k <= n; k += step) {
        enum http_verdict v = http_head((struct str){(const char *)block, k}, &m, &head, &body);
        ASSERT(last == HTTP_MORE || v == last);
        if (v == HTTP_WHOLE) {
            ASSERT(head <= k && head <= HTTP_HEAD_MAX && body <= HTTP_BODY_MAX && m.header_count <= HTTP_HEADERS_MAX);
            ASSERT(last == HTTP_MORE || (head == first_head && body == first_body));
            first_head = head;
            first_body = body;
        }
        last = v;
    }
    if (last == HTTP_WHOLE && first_body <= n - first_head) { /* with its body it is a message */
        struct rd r = rd_of(block, first_head + (size_t)first_body);
        ASSERT(http_get(&r, &again) && again.body.n == first_body);
    }
    check_name((struct str){(const char *)block, n});
    free(block);
    return 0;
}
