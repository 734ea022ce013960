/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which requests are copies, ACKs and CANCELs of another one. Independent truth: RFC 3261 9.2 and 17.2.3. */
#include "tests/unit/proto/sip_kit.h"

/* An OPTIONS, of which `what` reads otherwise. */
static void ask_changed(struct bench *b, const char *branch, const char *what, const char *with)
{
    char text[SIP_MESSAGE_MAX], changed[SIP_MESSAGE_MAX];
    size_t n = write_request(text, "OPTIONS", branch, 101, SIP_OVER_UDP, "");
    struct str s = {text, n};
    ptrdiff_t at = str_find(s, str_of(what));
    assert_true(at >= 0);
    struct txtbuf t = txtbuf_of(changed, sizeof changed);
    txtbuf_str(&t, (struct str){text, (size_t)at});
    txtbuf_cstr(&t, with);
    txtbuf_cstr(&t, text + at + strlen(what));
    struct sip_hop to = to_b(b, SIP_OVER_UDP);
    assert_true(sip_transport_send(&b->a->transport, &to, txtbuf_view(&t), 0));
    run_for(b->w, dur_ms(1));
}

/* 17.2.3: branch, sent-by and method; nothing else. */
static void what_is_the_same_request(void **state)
{
    static const struct {
        const char *what, *with;
        bool same;
    } cases[] = {
        {"z9hG4bKone", "Z9HG4BKONE", true}, {"10.1.1.1:5060;", "10.1.1.1;", true}, {"call-1@", "call-2@", true},
        {"70\r\n", "69\r\n", true},         {"z9hG4bKone", "z9hG4bKtwo", false},   {"10.1.1.1:5060;", "10.1.1.1:5070;", false},
        {"10.1.1.1:5060;", "a.example:5060;", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *b = open_bench();
        ask(b, "OPTIONS", "z9hG4bKone", 101);
        ask_changed(b, "z9hG4bKone", cases[i].what, cases[i].with);
        assert_int_equal(told_count(b->b, TOLD_REQUEST), cases[i].same ? 1 : 2);
        close_bench(b);
    }
}

/* Without the cookie: what RFC 2543 compares. */
static void requests_of_old_clients(void **state)
{
    static const struct {
        const char *what, *with;
    } cases[] = {{"101", "102"}, {"call-1@", "call-2@"}, {"t-of-a", "t-of-z"}, {"sip:200@10.1.1.2 SIP", "sip:201@10.1.1.2 SIP"}};
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "1", 101);
    ask(b, "INVITE", "1", 101);
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1);
    answer(server(b, 0), 486, "t-of-b");
    ask(b, "ACK", "1", 101);
    assert_int_equal(told_count(b->b, TOLD_ACK), 0);
    run_for(b->w, dur_s(6));
    assert_int_equal(b->b->txns.server_pool.live, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(b, "OPTIONS", "1", 101);
        ask_changed(b, "1", cases[i].what, cases[i].with);
    }
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1 + 1 + 4);
    close_bench(b);
}

/* 9.2: the branch and sent-by of the INVITE, a transaction of its own. */
static void a_cancel_finds_its_invite(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "z9hG4bKone", 101);
    ask(b, "INVITE", "z9hG4bKtwo", 102);
    ask(b, "CANCEL", "z9hG4bKtwo", 102);
    ask(b, "CANCEL", "z9hG4bKthree", 103);
    for (uint32_t i = 2; i < 4; i++) {
        struct sip_msg m;
        struct str q = sip_server_request(server(b, i));
        struct rd r = rd_of(q.p, q.n);
        assert_true(sip_get(&r, &m));
        assert_ptr_equal(sip_server_of_cancel(&b->b->txns, &m, sip_server_hop(server(b, i))), i == 2 ? server(b, 1) : NULL);
    }
    for (uint32_t i = 0; i < 4; i++)
        answer(server(b, i), i < 2 ? 487 : 200, "t-of-b");
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_the_same_request),
        cmocka_unit_test(requests_of_old_clients),
        cmocka_unit_test(a_cancel_finds_its_invite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
