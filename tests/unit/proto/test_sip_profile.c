/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP profiles: the rules of seed 003 as it prints them, which messages a rule is for, what it makes of them. */
#include "tests/unit/net/station.h"

#include "models/proto/sip_profile.h"

#define SEED_003 "request ANY sip-header Allow-Header modify \", UPDATE\" \"\xe2\x80\x9c; " \
                 "Response ANY sip-header Allow-Header modify \", UPDATE\" \"\xe2\x80\x9c"

#define INVITE "INVITE sip:5001@10.0.0.5 SIP/2.0\r\n"
#define OK "SIP/2.0 200 OK\r\n"
#define TO "To: <sip:5001@10.0.0.5>\r\n"
#define TO_TAG "To: <sip:5001@10.0.0.5>;tag=1\r\n"

/* What the profile makes of that message; headers after a first line, each with its CRLF. */
static const char *edited(const char *rules, const char *message)
{
    static char in[2048], out[2048], text[2048];
    struct world *w = world_open(NULL);
    struct sip_profile p;
    struct sip_msg m;
    struct err e = {0};
    struct txtbuf t = txtbuf_of(in, sizeof in), room = txtbuf_of(text, sizeof text);
    struct wr x = wr_of(out, sizeof out - 1);
    txtbuf_add(&t, "%s\r\n", message);
    struct rd r = rd_of(in, t.n);
    assert_true(sip_get(&r, &m));
    if (!sip_profile_read(&p, sim_arena(w->sim), rules, &e))
        fail_msg("%s", e.msg);
    sip_profile_edit(&p, &m, &room);
    sip_put(&x, &m);
    out[wr_len(&x) - 2] = 0; /* without the empty line */
    world_close(w);
    return out;
}

static void seed_003_takes_update_out_of_allow(void **state)
{
    static const struct {
        const char *message, *after;
    } rows[] = {
        {INVITE TO "Allow: INVITE, ACK, UPDATE, BYE\r\n", INVITE TO "Allow: INVITE, ACK, BYE\r\n"},
        {INVITE TO_TAG "Allow: INVITE, UPDATE\r\n", INVITE TO_TAG "Allow: INVITE\r\n"},
        {OK TO_TAG "Allow: INVITE, UPDATE\r\n", OK TO_TAG "Allow: INVITE\r\n"},
        {OK TO "allow: INVITE, BYE\r\n", OK TO "allow: INVITE, BYE\r\n"},
        {OK TO "Supported: a, UPDATE\r\n", OK TO "Supported: a, UPDATE\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(edited(SEED_003, rows[i].message), rows[i].after);
}

/* A rule that adds says whether it was for the message. */
static void which_messages_a_rule_is_for(void **state)
{
    static const struct {
        const char *rule, *message;
        bool hits;
    } rows[] = {
        {"request ANY", INVITE TO, true},
        {"REQUEST any", INVITE TO_TAG, true},
        {"request ANY", OK TO, false},
        {"response ANY", OK TO, true},
        {"response ANY", INVITE TO, false},
        {"request INVITE", INVITE TO, true},
        {"request INVITE", INVITE TO_TAG, false},
        {"request REINVITE", INVITE TO_TAG, true},
        {"request REINVITE", INVITE TO, false},
        {"request REINVITE", "BYE sip:a SIP/2.0\r\n" TO_TAG, false},
        {"request BYE", "BYE sip:a SIP/2.0\r\n" TO_TAG, true},
        {"request UPDATE", "BYE sip:a SIP/2.0\r\n" TO_TAG, false},
        {"response 200", OK TO, true},
        {"response 180", OK TO, false},
        {"response 200 method INVITE", OK TO_TAG "CSeq: 1 INVITE\r\n", true},
        {"response 200 method INVITE", OK TO "CSeq: 1 BYE\r\n", false},
        {"response ANY method ANY", OK TO "CSeq: 1 BYE\r\n", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char rule[128];
        struct txtbuf t = txtbuf_of(rule, sizeof rule);
        txtbuf_add(&t, "%s sip-header X-Mark add \"x-mark: yes\"", rows[i].rule);
        if ((strstr(edited(rule, rows[i].message), "X-Mark: yes\r\n") != NULL) != rows[i].hits)
            fail_msg("'%s' on %s", rows[i].rule, rows[i].message);
    }
}

static void what_rules_do(void **state)
{
    static const struct {
        const char *rules, *before, *after;
    } rows[] = {
        {"request ANY sip-header X remove", "A: 1\r\nX: 2\r\nB: 3\r\nx: 4\r\n", "A: 1\r\nB: 3\r\n"},
        {"request ANY sip-header X modify \"1\" \"2\"", "X: 1, 1\r\nX: 1\r\n", "X: 2, 1\r\nX: 2\r\n"},
        {"request ANY sip-header X modify \"(.*)\" \"\\1;a=b\"", "X: 1\r\n", "X: 1;a=b\r\n"},
        {"request ANY sip-header X modify \"^X: *\" \"Y: \"", "X: 1\r\n", "Y: 1\r\n"},
        {"request ANY sip-header X modify \".*\" \"\"", "A: 1\r\nX: 1\r\n", "A: 1\r\n"},
        {"request ANY sip-header X modify \"1\" \"2\";request ANY sip-header X modify \"2\" \"3\"; ", "X: 1\r\n",
         "X: 3\r\n"},
        {"request ANY sip-header Min-SE add \"Min-SE: 1800\"", "", "Min-SE: 1800\r\n"},
        {"request ANY sip-header Allow-Header add \"Allow-Header: BYE\"", "", "Allow: BYE\r\n"},
        {"", "X: 1\r\n", "X: 1\r\n"},
    };
    char before[512], after[512];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct txtbuf b = txtbuf_of(before, sizeof before), a = txtbuf_of(after, sizeof after);
        txtbuf_add(&b, "%s%s", INVITE, rows[i].before);
        txtbuf_add(&a, "%s%s", INVITE, rows[i].after);
        assert_string_equal(edited(rows[i].rules, before), after);
    }
}

/* What is known of a message's headers stays true when one in front of them goes. */
static void headers_are_found_afterwards(void **state)
{
    static const char message[] = "BYE sip:a SIP/2.0\r\nContact: <sip:b>\r\nX: 1\r\nCSeq: 7 BYE\r\nB: 2\r\n\r\n";
    static char text[1024];
    struct world *w = world_open(NULL);
    struct sip_profile p;
    struct sip_msg m;
    struct err e = {0};
    struct rd r = rd_of(message, sizeof message - 1);
    struct txtbuf room = txtbuf_of(text, sizeof text);
    (void)state;
    assert_true(sip_get(&r, &m));
    assert_true(sip_profile_read(&p, sim_arena(w->sim),
                                 "request ANY sip-header Contact remove;request BYE sip-header X modify \"1\" \"22\"",
                                 &e));
    assert_int_equal(sip_profile_edit(&p, &m, &room), 1); /* no room for "X: 22" */
    assert_int_equal(m.header_count, 3);
    assert_int_equal(sip_header(&m, SIP_CONTACT).n, 0);
    assert_true(str_eq(sip_header(&m, SIP_CSEQ), STR("7 BYE")));
    assert_true(str_eq(sip_header_named(&m, STR("X")), STR("1")));
    world_close(w);
}

static void mistakes(void **state)
{
    static const struct {
        const char *rules, *want;
    } bad[] = {
        {"reqest ANY sip-header X remove", "'reqest' is not request or response; did you mean 'request'?"},
        {"request INVIET sip-header X remove", "did you mean 'INVITE'?"},
        {"request 200 sip-header X remove", "'200' is not a method"},
        {"response 20 sip-header X remove", "'20' is not a status of 100..699, nor ANY"},
        {"response 700 sip-header X remove", "'700' is not a status"},
        {"response 200 method REINVITE sip-header X remove", "are both 'method INVITE'"},
        {"request ANY sip-heder X remove", "'sip-heder' is not sip-header; did you mean 'sip-header'?"},
        {"request ANY method INVITE sip-header X remove", "'method' is not sip-header"},
        {"request ANY sip-header", "the name of a header is missing"},
        {"request ANY sip-header SIP-Req-URI modify \"a\" \"b\"", "start lines are not changed"},
        {"request ANY sip-header X modfy \"a\" \"b\"", "did you mean 'modify'?"},
        {"request ANY sip-header X modify a b", "modify needs \"PATTERN\" \"REPLACEMENT\""},
        {"request ANY sip-header X modify \"a\" \"b", "modify needs"},
        {"request ANY sip-header X modify \"(a\" \"b\"", "pattern \"(a\" has a ( without its )"},
        {"request ANY sip-header X modify \"a\" \"\\1\"", "names group 1, but the pattern has 0"},
        {"request ANY sip-header X add \"Y: 1\"", "what is added must begin with 'X: '"},
        {"request ANY sip-header X add \"X 1\"", "what is added must begin with 'X: '"},
        {"request ANY sip-header CSeq remove", "a message cannot do without this header"},
        {"request ANY sip-header X remove it", "'it' is too much"},
        {"request ANY sip-header Y remove; request", "'request': '' is not a method"},
    };
    struct world *w = world_open(NULL);
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sip_profile p;
        struct err e = {0};
        assert_false(sip_profile_read(&p, sim_arena(w->sim), bad[i].rules, &e));
        if (!strstr(e.msg, bad[i].want) || !strstr(e.msg, "parameter 'sip_profile': '"))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i].want);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_003_takes_update_out_of_allow),
        cmocka_unit_test(which_messages_a_rule_is_for),
        cmocka_unit_test(what_rules_do),
        cmocka_unit_test(headers_are_found_afterwards),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
