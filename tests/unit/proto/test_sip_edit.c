/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers put in, taken out and changed while a message passes. Independent truth: what was edited, written out and read
 * anew, must say the same of itself; and lists by hand (RFC 3261 7.3.1). */
#include "models/proto/sip_edit.h"
#include "tests/unit/net/station.h"

#define HEAD "INVITE sip:5@h SIP/2.0\r\n"

static char room[4096];

static void take(struct sip_edit *e, const char *headers)
{
    struct txtbuf t = txtbuf_of(room, sizeof room);
    struct sip_msg m;
    txtbuf_add(&t, HEAD "%s\r\n", headers);
    struct rd r = rd_of(room, t.n);
    assert_true(sip_get(&r, &m));
    sip_edit_begin(e, &m);
}

static const char *headers_of(struct sip_edit *e)
{
    static char text[4096];
    struct wr w = wr_of(text, sizeof text - 1);
    sip_put(&w, &e->m);
    assert_true(wr_ok(&w));
    text[wr_len(&w) - 2] = 0;
    return text + sizeof HEAD - 1;
}

struct row {
    const char *what, *before;
    enum { FIRST, LAST } from;
    const char *element; /* NULL: there is none */
    const char *after;
};

/* clang-format off */
static const struct row rows[] = {
    {"the only one",         "To: x\r\nRoute: <sip:a>\r\nFrom: y\r\n",   FIRST, "<sip:a>", "To: x\r\nFrom: y\r\n"},
    {"first of a line",      "Route: <sip:a>,<sip:b>, <sip:c>\r\n",      FIRST, "<sip:a>", "Route: <sip:b>, <sip:c>\r\n"},
    {"first of two lines",   "Route: <sip:a>\r\nTo: x\r\nRoute: <sip:b>\r\n", FIRST, "<sip:a>", "To: x\r\nRoute: <sip:b>\r\n"},
    {"a comma inside",       "Route: \"a, b\" <sip:a,b>, <sip:c>\r\n",   FIRST, "\"a, b\" <sip:a,b>", "Route: <sip:c>\r\n"},
    {"none",                 "To: x\r\n",                                FIRST, NULL, "To: x\r\n"},
    {"last, the only one",   "To: x\r\nRoute: <sip:a>\r\n",              LAST,  "<sip:a>", "To: x\r\n"},
    {"last of a line",       "Route: <sip:a> , <sip:b>\r\n",             LAST,  "<sip:b>", "Route: <sip:a>\r\n"},
    {"last of two lines",    "Route: <sip:a>\r\nRoute: <sip:b>\r\nTo: x\r\n", LAST, "<sip:b>", "Route: <sip:a>\r\nTo: x\r\n"},
    {"last, commas inside",  "Route: <sip:a>, \"x, y\" <sip:b>\r\n",     LAST,  "\"x, y\" <sip:b>", "Route: <sip:a>\r\n"},
    {"last of none",         "To: x\r\n",                                LAST,  NULL, "To: x\r\n"},
};
/* clang-format on */

static void elements_taken_away(void **state)
{
    (void)state;
    static struct sip_edit e;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct str one = STR_NONE;
        take(&e, r->before);
        bool found = r->from == FIRST ? sip_edit_pop_first(&e, SIP_ROUTE, &one) : sip_edit_pop_last(&e, SIP_ROUTE, &one);
        if (found != (r->element != NULL) || (found && !str_eq(one, str_of(r->element))))
            fail_msg("%s: took '%.*s'", r->what, STR_ARG(one));
        if (strcmp(headers_of(&e), r->after) != 0)
            fail_msg("%s: left '%s'", r->what, headers_of(&e));
    }
}

static void lines_put_in(void **state)
{
    (void)state;
    static struct sip_edit e;
    take(&e, "To: x\r\nVia: a\r\nRequire: m\r\nVia: b\r\n");
    sip_edit_push(&e, SIP_VIA, "Via", STR("c"));
    sip_edit_push(&e, SIP_ROUTE, "Route", STR("<sip:r>"));
    sip_edit_append(&e, SIP_REQUIRE, "Require", STR("n"));
    sip_edit_append(&e, SIP_ALLOW, "Allow", STR("BYE"));
    sip_edit_set(&e, SIP_TO, "To", STR("z"));
    sip_edit_set(&e, SIP_MIN_SE, "Min-SE", STR("90"));
    assert_string_equal(headers_of(&e), "Route: <sip:r>\r\nTo: z\r\nVia: c\r\nVia: a\r\nRequire: m\r\nRequire: n\r\n"
                                        "Via: b\r\nAllow: BYE\r\nMin-SE: 90\r\n");
}

/* Whatever is done in whatever order: it reads as it is written. */
static void what_is_written_reads_the_same(void **state)
{
    (void)state;
    static const enum sip_header_id ids[] = {SIP_VIA, SIP_ROUTE, SIP_RECORD_ROUTE, SIP_REQUIRE, SIP_MIN_SE, SIP_TO};
    static const char *const names[] = {"v", "Route", "Record-Route", "Require", "Min-SE", "t"};
    static struct sip_edit e;
    struct rng dice;
    rng_seed(&dice, 7, "edit");
    for (int round = 0; round < 200; round++) {
        take(&e, "v: a, b\r\nTo: x\r\nRequire: p,q\r\nRoute: <sip:a>\r\nRoute: <sip:b>,<sip:c>\r\nVia: c\r\nSubject: s\r\n");
        for (int i = 0; i < 30; i++) {
            uint32_t k = rng_u32(&dice) % 6;
            struct str one;
            switch (rng_u32(&dice) % 5) {
            case 0:
                sip_edit_push(&e, ids[k], names[k], STR("1"));
                break;
            case 1:
                sip_edit_append(&e, ids[k], names[k], STR("2"));
                break;
            case 2:
                sip_edit_set(&e, ids[k], names[k], STR("3, 4"));
                break;
            case 3:
                sip_edit_pop_first(&e, ids[k], &one);
                break;
            default:
                sip_edit_pop_last(&e, ids[k], &one);
            }
            char text[4096];
            struct wr w = wr_of(text, sizeof text);
            sip_put(&w, &e.m);
            struct rd r = rd_of(text, wr_len(&w));
            struct sip_msg again;
            assert_true(!e.full && wr_ok(&w) && sip_get(&r, &again));
            assert_memory_equal(again.first, e.m.first, sizeof again.first);
        }
    }
}

static void no_room(void **state)
{
    (void)state;
    static struct sip_edit e;
    char text[600];
    struct wr w = wr_of(text, sizeof text);
    take(&e, "To: x\r\n");
    for (int i = 0; i < SIP_HEADERS_MAX - 2; i++)
        sip_edit_push(&e, SIP_VIA, "v", STR("a"));
    assert_true(sip_edit_put(&w, &e)); /* with Content-Length that makes 64 */
    sip_edit_push(&e, SIP_VIA, "v", STR("a"));
    w = wr_of(text, sizeof text);
    assert_false(sip_edit_put(&w, &e));

    take(&e, "To: x\r\n");
    for (int i = 0; i < 30; i++) {
        struct txtbuf t = sip_edit_write(&e);
        txtbuf_add(&t, "%0100d", i);
        sip_edit_set(&e, SIP_TO, "To", sip_edit_keep(&e, &t));
        assert_int_equal(e.full, i >= SIP_EDIT_TEXT_MAX / 101);
    }
    w = wr_of(text, sizeof text);
    assert_false(sip_edit_put(&w, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_taken_away),
        cmocka_unit_test(lines_put_in),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
