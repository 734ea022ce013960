/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a CUBE shows at its console, cell by cell, and which configurations it refuses. */
#include "tests/unit/device/cube_kit.h"
#include "tests/unit/net/show_kit.h"

#define PEERS                                                                                              \
    "dial_peers=100 destination-pattern 5..." TO_B " transport tcp preference 1;200 destination-pattern .T " \
    "session-target 10.0.1.2:5070"

/* A row a leg, from the INVITE to the end; each side's own address, timer and media. */
static void calls(void **state)
{
    static const char *const settings[] = {PEERS, NULL};
    struct bench *k = bench_open(settings);
    (void)state;
    assert_int_equal(shown_rows(k->cube, "calls"), 0);
    agent_times(k->a, 3600, 90);
    k->b->answer = 0;
    k->b->rings = true;
    dial(k, "5001");
    assert_cell(k->cube, "calls", 0, "state", "early");
    assert_cell(k->cube, "calls", 1, "connect_s", "");
    assert_cell(k->cube, "calls", 1, "media", "");
    call_answer(k->b->call);
    run_to(k, 101 * S);
    static const struct {
        size_t row;
        const char *column, *text;
    } cells[] = {
        {0, "role", "uas"},          {0, "leg", "1"},
        {0, "from", "1001"},         {0, "to", "5001"},
        {0, "state", "confirmed"},   {0, "local", "10.0.1.1"},
        {0, "peer", "10.0.1.2:5060"}, {0, "dial_peer", "200"},
        {0, "session_s", "3600s"},   {0, "refresher", "remote"},
        {0, "media", "10.0.1.1:16384 10.0.1.2:20000"}, {0, "codec", "g711ulaw"},
        {1, "role", "uac"},          {1, "leg", "2"},
        {1, "from", "1001"},         {1, "to", "5001"},
        {1, "local", "10.0.2.1"},    {1, "peer", "10.0.2.2:5060"},
        {1, "dial_peer", "100"},     {1, "session_s", "1800s"},
        {1, "refresher", "local"},   {1, "media", "10.0.2.1:16386 10.0.2.2:20000"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        assert_cell(k->cube, "calls", cells[i].row, cells[i].column, cells[i].text);
    int64_t left = cell_number(k->cube, "calls", 0, "expires_in_s");
    assert_true(left > 3499 * S && left < 3501 * S); /* of 3600 s, 100 s after the answer */
    assert_int_equal(cell_number(k->cube, "calls", 0, "connect_s") / S, 0);
    assert_cell(k->cube, "sip-calls", 0, "role", "uac"); /* as IOS lists them */
    call_hang_up(k->a->call);
    run_to(k, 102 * S);
    assert_int_equal(shown_rows(k->cube, "calls"), 0);
    bench_close(k);
}

static void dial_peers(void **state)
{
    static const char *const settings[] = {PEERS, NULL};
    struct bench *k = bench_open(settings);
    (void)state;
    assert_shows(k->cube, "dial-peers",
                 "dial-peer hunt 0\n"
                 "             AD                                    PRE PASS\n"
                 "TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN        FER THRU SESS-TARGET\n"
                 "100    voip  up   up             5...                1   syst ipv4:10.0.2.2\n"
                 "200    voip  up   up             .T                  0   syst ipv4:10.0.1.2:5070\n");
    assert_cell(k->cube, "dial-peers", 0, "transport", "tcp");
    bench_close(k);
}

static void mistakes(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } bad[] = {
        {"dial_peers", "100 destination-pattern 5...", "parameter 'dial_peers': '100 destination-pattern 5...': "
                                                       "session-target is missing"},
        {"sip_profile", "request ANY sip-header", "parameter 'sip_profile': 'request ANY sip-header': the name"},
        {"session_expires", "1800.5s", "must be whole seconds"},
        {"session_expires", "89s", "session_expires"},
        {"min_se", "90.1s", "must be whole seconds"},
        {"midcall_signaling", "pass", "midcall_signaling"},
    };
    static const struct model *models[] = {&model_cube};
    struct sim_config c = {.seed = 7};
    struct sim *sim = sim_new(&c);
    struct net *net = net_new(sim, models, 1);
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct setting s = {str_of(bad[i].name), str_of(bad[i].text)};
        char name[] = "cube0";
        struct node *n;
        struct err e = {0};
        name[4] = (char)('0' + i);
        assert_false(net_add_node(net, STR("cube"), str_of(name), &s, 1, &n, &e));
        if (!strstr(e.msg, bad[i].want))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i].want);
    }
    sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(dial_peers),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
