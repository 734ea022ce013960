/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_skinny.c: SCCP messages byte by byte, and where they end in a stream. Numbers: seed 004 ("Msg Size(received,
 * defined) = 68, 128" of a Register, mac=005056A1033D, protocolVer=0x8570000F). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "models/wire/skinny.h"

#define HEAD 12

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

static bool get(const struct bytes *b, struct skinny *m, const char **why)
{
    struct rd r = rd_of(b->b, b->n);
    bool got = skinny_get(&r, m);
    *why = r.why;
    return got;
}

static const struct skinny soft_phone = {
    .id = SKINNY_REGISTER,
    .body_n = 64,
    .reg = {.device = {"ipctest2", 8},
            .instance = 1,
            .addr = {0x0a0ad2c8},
            .device_type = 30016,
            .max_streams = 5,
            .protocol = 0x8570000f,
            .mac = {"005056A1033D", 12},
            .load = {"7.0.1.0", 7}},
};

static void test_keepalive(void **state)
{
    (void)state;
    static const uint8_t want[12] = {4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ack[12] = {4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0};
    struct skinny m = {.id = SKINNY_KEEPALIVE};
    struct bytes b = written(&m);
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.b, want, sizeof want);
    m.id = SKINNY_KEEPALIVE_ACK;
    b = written(&m);
    assert_int_equal(b.n, sizeof ack);
    assert_memory_equal(b.b, ack, sizeof ack);
}

static void test_register(void **state)
{
    (void)state;
    static const uint8_t want[HEAD + 64] = {
        68,  0,   0,   0,   0,   0,   0,   0,   1,    0, 0, 0, /* length, version, id */
        'i', 'p', 'c', 't', 'e', 's', 't', '2', 0,    0, 0, 0, 0, 0, 0, 0,
        0,   0,   0,   0,   1,   0,   0,   0,   10,   10, 210, 200, 0x40, 0x75, 0, 0,
        5,   0,   0,   0,   0,   0,   0,   0,   0x0f, 0x00, 0x70, 0x85, 0, 0, 0, 0,
        0,   0,   0,   0,   '0', '0', '5', '0', '5',  '6', 'A', '1', '0', '3', '3', 'D'};
    struct bytes b = written(&soft_phone);
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.b, want, sizeof want);
    assert_int_equal(skinny_defined_length(SKINNY_REGISTER), 128);
    struct skinny m;
    const char *why;
    assert_true(get(&b, &m, &why));
    assert_true(m.body_n == 64 && m.body.n == 64 && m.version == 0 && m.id == SKINNY_REGISTER);
    assert_true(str_eq(m.reg.device, STR("ipctest2")) && str_eq(m.reg.mac, STR("005056A1033D")));
    assert_true(m.reg.addr.v == 0x0a0ad2c8 && m.reg.protocol == 0x8570000f && m.reg.device_type == 30016);
    assert_true(m.reg.max_lines == 0 && m.reg.load.n == 0); /* lay beyond the body, and was not written */
    struct bytes again = written(&m);
    assert_int_equal(again.n, b.n);
    assert_memory_equal(again.b, b.b, b.n);
}

static void test_register_ack(void **state)
{
    (void)state;
    static const uint8_t want[HEAD + 20] = {24, 0, 0, 0, 17, 0, 0, 0, 0x81, 0, 0, 0, 30, 0, 0, 0, 'M', '/', 'D', '/', 'Y',
                                            'A', 0, 0, 60, 0, 0, 0, 0x0f, 0, 0x70, 0x85};
    const struct skinny m = {.version = 17, .id = SKINNY_REGISTER_ACK,
                             .register_ack = {30, {"M/D/YA", 6}, 60, 0x8570000f}};
    struct bytes b = written(&m);
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.b, want, sizeof want);
}

/* Bytes of the id's four, the least that there can be; and what nobody sends. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t length, id;
        size_t n;
        const char *why;
    } cases[] = {
        {4, 0, 11, "truncated"},     {3, 0, 12, "bad length"},          {0, 0, 12, "bad length"},
        {2049, 2, 2057, "bad length"}, {UINT32_MAX, 0, 12, "bad length"}, {5, 0, 12, "truncated"},
        {4, 0, 13, "bytes after the end"}, {39, 1, 47, "body too short"}, {4, 2, 12, "body too short"},
        {19, 0x81, 27, "body too short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b = {.n = cases[i].n};
        struct skinny m;
        const char *why;
        for (int k = 0; k < 4; k++) {
            b.b[k] = (uint8_t)(cases[i].length >> 8 * k);
            b.b[8 + k] = (uint8_t)(cases[i].id >> 8 * k);
        }
        assert_false(get(&b, &m, &why));
        assert_string_equal(why, cases[i].why);
    }
}

/* The longest message that is one, of an id that nobody knows. */
static void test_unknown(void **state)
{
    (void)state;
    static char body[2044];
    memset(body, 0x5a, sizeof body);
    const struct skinny m = {.id = 0x12345678, .body = {body, sizeof body}};
    struct bytes b = written(&m);
    struct skinny back;
    const char *why;
    assert_int_equal(b.n, SKINNY_LENGTH_MAX + 8);
    assert_true(get(&b, &back, &why));
    assert_true(back.id == 0x12345678 && back.body_n == sizeof body && str_eq(back.body, m.body));
    assert_null(skinny_name(back.id));
}

/* Beyond the definition the bytes stay as they came, whatever was changed in front of them. */
static void test_longer(void **state)
{
    (void)state;
    struct bytes b = {.b = {12, 0, 0, 0, 0, 0, 0, 0, 0x0b, 0, 0, 0, 7, 0, 0, 0, 'a', 'b', 'c', 'd'}, .n = 20};
    struct skinny m;
    const char *why;
    assert_true(get(&b, &m, &why));
    assert_int_equal(m.number, 7);
    assert_true(str_eq((struct str){m.body.p + 4, m.body.n - 4}, STR("abcd")));
    m.number = 9;
    struct bytes again = written(&m);
    b.b[12] = 9;
    assert_int_equal(again.n, b.n);
    assert_memory_equal(again.b, b.b, b.n);
}

/* A text ends at its NUL, or with its field. */
static void test_texts(void **state)
{
    (void)state;
    struct skinny m = {.id = SKINNY_VERSION, .text = {"0123456789abcdef", 16}}, back;
    const char *why;
    struct bytes b = written(&m);
    assert_true(get(&b, &back, &why) && str_eq(back.text, m.text));
    b.b[HEAD + 3] = 0;
    assert_true(get(&b, &back, &why) && str_eq(back.text, STR("012")));
    b.b[HEAD] = 0;
    assert_true(get(&b, &back, &why) && back.text.n == 0);
}

static enum skinny_frame frame(const uint8_t *p, size_t n, size_t *len)
{
    uint8_t *exact = malloc(n ? n : 1); /* AddressSanitizer sees the first byte too many */
    memcpy(exact, p, n);
    enum skinny_frame v = skinny_frame((struct str){(char *)exact, n}, len);
    free(exact);
    return v;
}

/* Split anywhere it is not yet a message; what follows waits. */
static void test_stream(void **state)
{
    (void)state;
    const struct skinny ack = {.id = SKINNY_KEEPALIVE_ACK};
    struct bytes a = written(&soft_phone), b = written(&ack), all = a;
    memcpy(all.b + a.n, b.b, b.n);
    all.n += b.n;
    size_t len = 77;
    for (size_t n = 0; n < a.n; n++) {
        assert_int_equal(frame(all.b, n, &len), SKINNY_FRAME_MORE);
        assert_int_equal(len, 77);
    }
    for (size_t n = a.n; n <= all.n; n++) {
        assert_int_equal(frame(all.b, n, &len), SKINNY_FRAME_WHOLE);
        assert_int_equal(len, a.n);
    }
    assert_int_equal(frame(all.b + len, all.n - len, &len), SKINNY_FRAME_WHOLE);
    assert_int_equal(len, 12);
}

/* Four bytes are enough to see that it is none. */
static void test_no_stream(void **state)
{
    (void)state;
    static const struct {
        uint8_t b[4];
        enum skinny_frame want;
    } cases[] = {
        {{4, 0, 0, 0}, SKINNY_FRAME_MORE}, {{0, 8, 0, 0}, SKINNY_FRAME_MORE}, {{3, 0, 0, 0}, SKINNY_FRAME_BAD},
        {{0, 0, 0, 0}, SKINNY_FRAME_BAD},  {{1, 8, 0, 0}, SKINNY_FRAME_BAD},  {{4, 0, 0, 1}, SKINNY_FRAME_BAD},
        {"REGI", SKINNY_FRAME_BAD},
    };
    size_t len;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(frame(cases[i].b, 4, &len), cases[i].want);
        assert_int_equal(frame(cases[i].b, 3, &len), SKINNY_FRAME_MORE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keepalive), cmocka_unit_test(test_register), cmocka_unit_test(test_register_ack),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_unknown),  cmocka_unit_test(test_longer),
        cmocka_unit_test(test_texts),     cmocka_unit_test(test_stream),   cmocka_unit_test(test_no_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
