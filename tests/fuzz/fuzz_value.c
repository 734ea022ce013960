/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_value.c: values as users write them: what is accepted is written exactly and read again as the same. */
#include "tests/fuzz/fuzz.h"

#include "sim/kernel/param.h"

static void check(enum param_type type, struct str text)
{
    static const char choices[] = "linux|rfc6298";
    const struct param_def d = {.name = "x", .type = type, .choices = type == PARAM_ENUM ? choices : NULL};
    struct param_value v, again;
    struct err e = {0};
    char shown[512];
    struct txtbuf t = txtbuf_of(shown, sizeof shown);
    if (!param_parse(&d, text, &v, &e)) {
        ASSERT(e.kind == ERR_USER && e.msg[0]);
        return;
    }
    param_text(&t, &d, &v);
    ASSERT(!t.full);
    bool same = param_parse(&d, txtbuf_view(&t), &again, &e);
    ASSERT(same && again.i == v.i && again.law.kind == v.law.kind && again.law.n == v.law.n);
    for (uint32_t i = 0; i < v.law.n; i++)
        ASSERT(again.law.v[i].ns == v.law.v[i].ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const enum param_type types[] = {PARAM_DUR,  PARAM_LAW,  PARAM_RATE, PARAM_BYTES, PARAM_FRACTION,
                                            PARAM_INT,  PARAM_BOOL, PARAM_ENUM, PARAM_IP4,   PARAM_MAC};
    if (n == 0 || n > 200 || memchr(data, 0, n)) /* text of a command line holds no NUL */
        return 0;
    char *text = malloc(n);
    ASSERT(text);
    memcpy(text, data + 1, n - 1);
    text[n - 1] = 0;
    check(types[data[0] % (sizeof types / sizeof types[0])], str_of(text));
    free(text);
    return 0;
}
