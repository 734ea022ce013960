/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_skinny_lists.c: lists in SCCP messages: what they take, what they pad, and counts that are not true. Seed 004:
 * "Msg Size(received, defined) = 168, 296", "capCount=10 caps= 4(60) 2(60) 86(60) 7(20) ...". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/skinny.h"

#define HEAD 12

static const uint32_t caps[10][2] = {{4, 60},  {2, 60},  {86, 60}, {7, 20},  {6, 20},
                                     {11, 60}, {12, 60}, {15, 60}, {16, 60}, {257, 1}};

struct bytes {
    uint8_t b[2200];
    size_t n;
};

static struct bytes written(const struct skinny *m)
{
    struct bytes out;
    struct wr w = wr_of(out.b, sizeof out.b);
    skinny_put(&w, m);
    assert_true(wr_ok(&w));
    out.n = wr_len(&w);
    return out;
}

static struct skinny ten(void)
{
    struct skinny m = {.id = SKINNY_CAPABILITIES_RES, .capabilities = {.count = 10}};
    for (size_t i = 0; i < 10; i++)
        m.capabilities.one[i] = (struct skinny_capability){.codec = caps[i][0], .ms_per_packet = caps[i][1]};
    return m;
}

static void expect(const struct bytes *b, const char *why)
{
    struct skinny m;
    struct rd r = rd_of(b->b, b->n);
    bool got = skinny_get(&r, &m);
    assert_int_equal(got, why == NULL);
    if (why)
        assert_string_equal(r.why, why);
}

static void test_capabilities(void **state)
{
    (void)state;
    struct skinny m = ten(), back;
    m.capabilities.one[1].payload[0] = 0x77;
    m.capabilities.one[1].payload[7] = 0x78;
    struct bytes b = written(&m);
    assert_int_equal(b.n, 176);
    assert_int_equal(b.b[0], 168);
    assert_int_equal(skinny_defined_length(SKINNY_CAPABILITIES_RES), 296);
    for (size_t i = 0; i < 10; i++) {
        const uint8_t *p = b.b + HEAD + 4 + 16 * i;
        assert_int_equal(p[0] | p[1] << 8, caps[i][0]);
        assert_int_equal(p[4], caps[i][1]);
    }
    assert_true(b.b[HEAD] == 10 && b.b[HEAD + 4 + 16 + 8] == 0x77 && b.b[HEAD + 4 + 16 + 15] == 0x78);
    struct rd r = rd_of(b.b, b.n);
    assert_true(skinny_get(&r, &back));
    assert_int_equal(back.body_n, 164);
    assert_memory_equal(&back.capabilities, &m.capabilities, sizeof m.capabilities);
}

/* Real phones also send all eighteen places, ten of them used; what lies behind is nobody's. */
static void test_padded(void **state)
{
    (void)state;
    struct skinny m = ten(), back;
    m.body_n = 292;
    struct bytes b = written(&m);
    assert_int_equal(b.n, 304);
    assert_true(b.b[0] == 0x28 && b.b[1] == 1); /* 296 */
    b.b[303] = 0x5a;
    struct rd r = rd_of(b.b, b.n);
    assert_true(skinny_get(&r, &back));
    assert_int_equal(back.capabilities.count, 10);
    assert_memory_equal(&back.capabilities, &m.capabilities, sizeof m.capabilities);
    struct bytes again = written(&back);
    assert_int_equal(again.n, b.n);
    assert_memory_equal(again.b, b.b, b.n);
}

/* Every list: the fewest bytes that an entry less than told leaves, and one entry more than there may be. */
static void test_counts(void **state)
{
    (void)state;
    static const struct {
        uint32_t id, max;
        size_t count_at, head, entry;
    } lists[] = {
        {0x10, 18, 0, 4, 16},
        {0x97, 56, 4, 12, 2},
        {0x108, 32, 4, 12, 20},
        {0x109, 16, 4, 12, 48},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (uint32_t n = 0; n <= lists[i].max + 1; n++) {
            size_t body = lists[i].head + n * lists[i].entry;
            struct bytes b = {.b = {(uint8_t)(body + 4), (uint8_t)((body + 4) >> 8), [8] = (uint8_t)lists[i].id,
                                    [9] = (uint8_t)(lists[i].id >> 8)},
                              .n = HEAD + body};
            uint8_t *count = b.b + HEAD + lists[i].count_at;
            *count = (uint8_t)n;
            expect(&b, n > lists[i].max ? "more entries than there can be" : NULL);
            *count = (uint8_t)(n + 1);
            expect(&b, n + 1 > lists[i].max ? "more entries than there can be" : "more entries than the body has");
            *count = (uint8_t)n;
            b.n--; /* the last entry without its last byte */
            b.b[0] = (uint8_t)(body + 3);
            b.b[1] = (uint8_t)((body + 3) >> 8);
            expect(&b, n > lists[i].max ? "more entries than there can be"
                       : n > 0          ? "more entries than the body has"
                                        : "body too short");
            if (n == 0)
                continue;
            count[3] = 0x80; /* and one that overflows when multiplied */
            expect(&b, "more entries than there can be");
        }
        assert_int_equal(skinny_defined_length(lists[i].id), 4 + lists[i].head + lists[i].max * lists[i].entry);
    }
}

static void test_buttons(void **state)
{
    (void)state;
    static const uint8_t want[HEAD + 12 + 6] = {22, 0, 0, 0, 0, 0, 0, 0, 0x97, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0,
                                                4,  0, 0, 0, 1, 9, 1, 2, 0,    255};
    const struct skinny m = {.id = SKINNY_BUTTON_TEMPLATE,
                             .buttons = {.offset = 1, .count = 3, .total = 4, .one = {{1, 9}, {1, 2}, {0, 255}}}};
    struct skinny back;
    struct bytes b = written(&m);
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.b, want, sizeof want);
    struct rd r = rd_of(b.b, b.n);
    assert_true(skinny_get(&r, &back));
    assert_memory_equal(&back.buttons, &m.buttons, sizeof m.buttons);
}

static void test_softkeys(void **state)
{
    (void)state;
    struct skinny m = {.id = SKINNY_SOFTKEY_TEMPLATE_RES, .softkeys = {.offset = 5, .count = 2, .total = 7}}, back;
    m.softkeys.one[0] = (struct skinny_softkey){STR("Redial"), 1};
    m.softkeys.one[1] = (struct skinny_softkey){STR("a label of 16 ch"), 0x01020304};
    struct bytes b = written(&m);
    assert_int_equal(b.n, HEAD + 12 + 40);
    assert_true(b.b[HEAD] == 5 && b.b[HEAD + 4] == 2 && b.b[HEAD + 8] == 7);
    assert_memory_equal(b.b + HEAD + 12, "Redial\0\0\0\0\0\0\0\0\0\0\1\0\0\0a label of 16 ch\4\3\2\1", 40);
    struct rd r = rd_of(b.b, b.n);
    assert_true(skinny_get(&r, &back));
    assert_true(back.softkeys.count == 2 && back.softkeys.offset == 5 && back.softkeys.total == 7);
    assert_true(str_eq(back.softkeys.one[0].label, STR("Redial")) && back.softkeys.one[1].event == 0x01020304);
    assert_true(str_eq(back.softkeys.one[1].label, STR("a label of 16 ch")));
}

static void test_softkey_sets(void **state)
{
    (void)state;
    struct skinny m = {.id = SKINNY_SOFTKEY_SET_RES, .softkey_sets = {.count = 2, .total = 2}}, back;
    m.softkey_sets.one[0].key[15] = 0xc1;
    m.softkey_sets.one[1].key[0] = 0xc2;
    m.softkey_sets.one[1].info[0] = 0x0102;
    m.softkey_sets.one[1].info[15] = 0x0304;
    struct bytes b = written(&m);
    const uint8_t *set = b.b + HEAD + 12 + 48;
    assert_int_equal(b.n, HEAD + 12 + 96);
    assert_true(b.b[HEAD + 12 + 15] == 0xc1 && set[0] == 0xc2);
    assert_true(set[16] == 2 && set[17] == 1 && set[46] == 4 && set[47] == 3);
    struct rd r = rd_of(b.b, b.n);
    assert_true(skinny_get(&r, &back));
    assert_memory_equal(&back.softkey_sets, &m.softkey_sets, sizeof m.softkey_sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capabilities), cmocka_unit_test(test_padded),   cmocka_unit_test(test_counts),
        cmocka_unit_test(test_buttons),      cmocka_unit_test(test_softkeys), cmocka_unit_test(test_softkey_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
