/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A byte stream cut into messages, of a protocol made for this test: a letter, a digit that says how many bytes
 * follow, and those. 'x' is no protocol, 'm' is malformed. Independent truth: the same text in one piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "models/proto/msg_stream.h"

static enum msg_frame frame(struct str s, size_t *len)
{
    if (s.p[0] == 'x')
        return MSG_FRAME_BAD;
    if (s.n < 2 || s.n < 2u + (size_t)(s.p[1] - '0'))
        return MSG_FRAME_MORE;
    *len = 2u + (size_t)(s.p[1] - '0');
    return MSG_FRAME_WHOLE;
}

static const struct msg_protocol digits = {.frame = frame, .rest_max = 8, .bad_framing = "bad", .malformed = "malformed",
                                           .too_long = "long"};

struct bench {
    struct arena *arena;
    struct msg_stream stream;
    char got[256];
    int count;
    char resets_at; /* the connection ends inside a message with this letter */
};

static bool on_message(void *arg, struct str m)
{
    struct bench *b = arg;
    if (m.p[0] == 'm')
        return false;
    snprintf(b->got + strlen(b->got), sizeof b->got - strlen(b->got), "%.*s ", (int)m.n, m.p);
    b->count++;
    if (m.p[0] == b->resets_at)
        msg_stream_reset(&b->stream);
    return true;
}

static void on_bad(void *arg, const char *why)
{
    struct bench *b = arg;
    snprintf(b->got + strlen(b->got), sizeof b->got - strlen(b->got), "!%s ", why);
}

static const struct msg_user user_table = {on_message, on_bad, NULL};

static void feed(struct bench *b, const char *text, size_t n)
{
    struct msg_user u = user_table;
    char *copy = test_malloc(n + 1); /* exactly as long as it is, and gone afterwards */
    memcpy(copy, text, n);
    u.arg = b;
    msg_stream_feed(&b->stream, (struct str){copy, n}, &u);
    test_free(copy);
}

static struct bench *bench(void)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->arena = arena_new("test", 1 << 20);
    msg_stream_init(&b->stream, &digits, b->arena);
    return b;
}

static void leave(struct bench *b)
{
    arena_free(b->arena);
    test_free(b);
}

/* In one piece, nothing is copied. */
static void whole_messages_are_not_kept(void **state)
{
    (void)state;
    struct bench *b = bench();
    feed(b, "a3xyzb0c5hello", 14);
    assert_string_equal(b->got, "a3xyz b0 c5hello ");
    assert_null(b->stream.rest);
    leave(b);
}

/* In any three pieces, and byte by byte. */
static void however_it_is_cut(void **state)
{
    (void)state;
    static const char text[] = "a3xyzb0c5hellod1me6foobar";
    size_t n = sizeof text - 1;
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = i; k <= n; k++) {
            struct bench *b = bench();
            feed(b, text, i);
            feed(b, text + i, k - i);
            feed(b, text + k, n - k);
            assert_string_equal(b->got, "a3xyz b0 c5hello d1m e6foobar ");
            leave(b);
        }
    }
    struct bench *b = bench();
    for (size_t i = 0; i < n; i++)
        feed(b, text + i, 1);
    assert_string_equal(b->got, "a3xyz b0 c5hello d1m e6foobar ");
    leave(b);
}

/* The limit is one of an unfinished message: a rest and all that follows it may be longer together. */
static void the_limit_is_of_a_rest(void **state)
{
    (void)state;
    struct bench *b = bench();
    feed(b, "a6foo", 5);
    feed(b, "barb6foobarc3abcd6foob", 22);
    assert_string_equal(b->got, "a6foobar b6foobar c3abc ");
    feed(b, "ar", 2);
    assert_string_equal(b->got, "a6foobar b6foobar c3abc d6foobar ");
    feed(b, "e9123456", 8); /* as much as may be kept */
    feed(b, "7", 1);
    assert_string_equal(b->got, "a6foobar b6foobar c3abc d6foobar !long ");
    feed(b, "f0", 2); /* nothing of it is left */
    assert_string_equal(b->got, "a6foobar b6foobar c3abc d6foobar !long f0 ");
    leave(b);
}

static void what_is_none_is_said_once(void **state)
{
    (void)state;
    struct bench *b = bench();
    feed(b, "a0xb0", 5);
    feed(b, "c0", 2);
    assert_string_equal(b->got, "a0 !bad c0 ");
    feed(b, "d0m0e0", 6);
    assert_string_equal(b->got, "a0 !bad c0 d0 !malformed ");
    feed(b, "m2", 2);
    feed(b, "aaf0", 4);
    assert_string_equal(b->got, "a0 !bad c0 d0 !malformed !malformed ");
    leave(b);
}

/* The connection ends inside: what follows in the same segment is of no connection, nor is a rest kept of it. */
static void it_ends_inside_a_message(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < 7; cut++) {
        struct bench *b = bench();
        b->resets_at = 'b';
        feed(b, "a1zb1zc1zd", cut);
        feed(b, &"a1zb1zc1zd"[cut], 10 - cut);
        assert_string_equal(b->got, cut > 5 ? "a1z b1z c1z " : "a1z b1z ");
        if (cut <= 5)
            assert_int_equal(b->stream.n, 0);
        leave(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_messages_are_not_kept), cmocka_unit_test(however_it_is_cut),
        cmocka_unit_test(the_limit_is_of_a_rest),      cmocka_unit_test(what_is_none_is_said_once),
        cmocka_unit_test(it_ends_inside_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
