/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What messages say of session timers: RFC 4028 4 and 5, table 1, RFC 3261 7.3. Independent truth: the grammar of these
 * sections, and the messages of section 13. */
#include "tests/unit/proto/session_kit.h"

#define INVITE "INVITE sip:b@h SIP/2.0\r\nCSeq: 1 INVITE\r\n"
#define UPDATE "UPDATE sip:b@h SIP/2.0\r\nCSeq: 1 UPDATE\r\n"
#define ANSWER(code, method) "SIP/2.0 " code " X\r\nCSeq: 1 " method "\r\n"

struct row {
    const char *rule, *message;
    bool bad;
    const char *expected;
};

/* clang-format off */
static const struct row rows[] = {
    {"4: delta-seconds", INVITE "Session-Expires: 1800\r\n", false, "SE 1800 "},
    {"4: compact form", INVITE "x: 4000\r\n", false, "SE 4000 "},
    {"4: compact form in capitals", INVITE "X:4000\r\n", false, "SE 4000 "},
    {"4: refresher uac", INVITE "Session-Expires: 4000;refresher=uac\r\n", false, "SE 4000;uac "},
    {"4: refresher uas", UPDATE "Session-Expires: 4000;refresher=uas\r\n", false, "SE 4000;uas "},
    {"4: case does not matter (RFC 3261 7.3.1)", INVITE "SESSION-EXPIRES: 90 ; Refresher = UAS\r\n", false, "SE 90;uas "},
    {"4: generic-param around it", INVITE "Session-Expires: 90;a=b;refresher=uac;c\r\n", false, "SE 90;uac "},
    {"4: another refresher is a generic-param", INVITE "Session-Expires: 90;refresher=both\r\n", false, "SE 90 "},
    {"4: a folded value", INVITE "Session-Expires: 1800\r\n ;refresher=uas\r\n", false, "SE 1800;uas "},
    {"13: 50 s is read, and answered with 422", INVITE "Session-Expires: 50\r\n", false, "SE 50 "},
    {"4: the greatest number", INVITE "Session-Expires: 4294967295\r\n", false, "SE 4294967295 "},
    {"4: a number too great", INVITE "Session-Expires: 4294967296\r\n", true, ""},
    {"4: no number", INVITE "Session-Expires: soon\r\n", true, ""},
    {"4: a sign", INVITE "Session-Expires: -1800\r\n", true, ""},
    {"4: empty", INVITE "Session-Expires:\r\n", true, ""},
    {"4: a parameter alone", INVITE "Session-Expires: ;refresher=uac\r\n", true, ""},
    {"4: no list", INVITE "Session-Expires: 1800, 900\r\n", true, ""},
    {"4: not twice", INVITE "Session-Expires: 1800\r\nx: 1800\r\n", true, ""},
    {"5: Min-SE", INVITE "Min-SE: 3600\r\n", false, "Min-SE 3600 "},
    {"5: generic-param", INVITE "min-se: 90;a=b\r\n", false, "Min-SE 90 "},
    {"5: MUST NOT be less than 90", INVITE "Min-SE: 89\r\n", true, ""},
    {"5: no number", INVITE "Min-SE: 1.5\r\n", true, ""},
    {"5: not twice", INVITE "Min-SE: 90\r\nMin-SE: 90\r\n", true, ""},
    {"5: has no compact form", INVITE "m: 3600\r\n", false, ""},
    {"table 1: Session-Expires in 2xx to INVITE", ANSWER("200", "INVITE") "x: 90;refresher=uac\r\n", false, "SE 90;uac "},
    {"table 1: Session-Expires in 2xx to UPDATE", ANSWER("200", "UPDATE") "x: 90;refresher=uac\r\n", false, "SE 90;uac "},
    {"table 1: not in 1xx", ANSWER("180", "INVITE") "x: 90;refresher=uac\r\n", false, ""},
    {"table 1: not in other final answers", ANSWER("500", "INVITE") "x: 90\r\n", false, ""},
    {"table 1: not in BYE", "BYE sip:b@h SIP/2.0\r\nCSeq: 1 BYE\r\nx: 90\r\nMin-SE: 90\r\n", false, ""},
    {"table 1: not in ACK", "ACK sip:b@h SIP/2.0\r\nCSeq: 1 ACK\r\nx: nonsense\r\n", false, ""},
    {"table 1: not in 2xx to BYE", ANSWER("200", "BYE") "x: 90\r\n", false, ""},
    {"table 1: Min-SE in 422", ANSWER("422", "INVITE") "Min-SE: 4000\r\n", false, "Min-SE 4000 "},
    {"5: Min-SE MUST NOT be used in other answers", ANSWER("200", "INVITE") "Min-SE: 4000\r\n", false, ""},
    {"12.3: Supported", INVITE "Supported: timer\r\n", false, "k"},
    {"12.3: in BYE, too", "BYE sip:b@h SIP/2.0\r\nCSeq: 1 BYE\r\nSupported: timer\r\n", false, "k"},
    {"12.3: compact form", INVITE "k: timer\r\n", false, "k"},
    {"12.3: in a list", INVITE "Supported: 100rel ,TIMER,replaces\r\n", false, "k"},
    {"12.3: on a second line", INVITE "Supported: 100rel\r\nk: replaces, timer\r\n", false, "k"},
    {"12.3: part of another name", INVITE "Supported: timers, x-timer\r\n", false, ""},
    {"12.3: empty", INVITE "Supported:\r\n", false, ""},
    {"12.3: Require", ANSWER("200", "INVITE") "Require: 100rel\r\nRequire: timer\r\n", false, "r"},
    {"13: message 15", ANSWER("200", "INVITE") "Require: timer\r\nSupported: timer\r\n"
     "Session-Expires: 4000;refresher=uac\r\n", false, "SE 4000;uac kr"},
};
/* clang-format on */

static struct sip_msg message(const char *head, char *text, size_t cap)
{
    struct sip_msg m;
    struct txtbuf t = txtbuf_of(text, cap);
    txtbuf_cstr(&t, head);
    txtbuf_cstr(&t, "\r\n");
    struct rd r = rd_of(text, t.n);
    assert_true(sip_get(&r, &m));
    return m;
}

static void sections_4_and_5_and_table_1(void **state)
{
    (void)state;
    char text[400];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sip_msg m = message(rows[i].message, text, sizeof text);
        struct session_headers h;
        if (session_read(&m, &h) == rows[i].bad)
            fail_msg("%s: %s", rows[i].rule, rows[i].bad ? "was accepted" : "was refused");
        if (!rows[i].bad)
            assert_says(rows[i].rule, &h, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_4_and_5_and_table_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
