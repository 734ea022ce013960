/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session timers of a CUBE, one for each leg (RFC 4028, seed 003): what it asks for, accepts and refuses, when it ends
 * both legs, and seed 003's remedies: UPDATE taken out of Allow, session refresh. And the defect CSCun31375. */
#include "tests/unit/device/cube_kit.h"

#define BY_B "dial_peers=100 destination-pattern 5..." TO_B
#define FROM_A "; 200 destination-pattern 1... session-target 10.0.1.2"
#define NO_UPDATE                                                                                         \
    "sip_profile=request ANY sip-header Allow-Header modify \", UPDATE\" \"\"; response ANY sip-header " \
    "Allow-Header modify \", UPDATE\" \"\""

static struct bench *open(const char *a, const char *b, const char *c)
{
    const char *const settings[] = {a, b, c, NULL};
    return bench_open(settings);
}

static void session_expires_goes_out(void **state)
{
    static const struct {
        const char *peers, *refresh;
        bool incoming, outgoing;
    } rows[] = {
        {BY_B, "session_refresh=off", true, true},
        {BY_B, "session_refresh=off", false, false},
        {BY_B, "session_refresh=on", false, true}, /* seed 003's second remedy */
        {BY_B " session-refresh", "session_refresh=off", false, true},
        {BY_B " session-refresh off", "session_refresh=on", false, false},
        {BY_B " session-refresh off", "session_refresh=on", true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *k = open(rows[i].peers, rows[i].refresh, NULL);
        if (rows[i].incoming)
            agent_times(k->a, 3600, 90);
        dial(k, "5001");
        assert_true(says(k, "b<INVITE", "Supported: timer\r\n"));
        assert_true(says(k, "b<INVITE", "Min-SE: 1800\r\n"));
        assert_int_equal(says(k, "b<INVITE", "Session-Expires: 1800\r\n"), rows[i].outgoing);
        if (rows[i].incoming)
            assert_true(says(k, "a<200", "Session-Expires: 3600;refresher=uac\r\n"));
        else
            assert_false(says(k, "a<200", "Session-Expires"));
        bench_close(k);
    }
}

static void what_the_first_invite_says(void **state)
{
    struct bench *k = open(BY_B, "session_refresher=uas", "session_names_refresher=on");
    (void)state;
    agent_times(k->a, 1800, 90);
    dial(k, "5001");
    assert_true(says(k, "b<INVITE", "Session-Expires: 1800;refresher=uas\r\n"));
    bench_close(k);
    k = open(BY_B, "session_timers=off", NULL);
    agent_times(k->a, 1800, 90);
    dial(k, "5001");
    assert_false(says(k, "b<INVITE", "Supported"));
    assert_false(says(k, "b<INVITE", "Session-Expires"));
    assert_false(says(k, "a<200", "Session-Expires"));
    bench_close(k);
}

/* RFC 4028 6, 7.3, 9: below Min-SE: 422, and once more with what it says. A dial-peer may accept less. */
static void too_small(void **state)
{
    struct bench *k = open(BY_B, NULL, NULL);
    (void)state;
    agent_times(k->a, 900, 90);
    dial(k, "5001");
    assert_true(says(k, "a<422 INVITE 101", "Min-SE: 1800\r\n"));
    assert_true(says(k, "a>INVITE 102", "Session-Expires: 1800;refresher=uac\r\n"));
    assert_true(says(k, "a>INVITE 102", "Min-SE: 1800\r\n"));
    assert_int_equal(count(k, "b<INVITE"), 1);
    assert_true(says(k, "a<200 INVITE 102", "Session-Expires: 1800;refresher=uac\r\n"));
    bench_close(k);
    k = open(BY_B FROM_A " min-se 90", NULL, NULL);
    agent_times(k->a, 900, 90);
    dial(k, "5001");
    assert_true(says(k, "a<200 INVITE 101", "Session-Expires: 900;refresher=uac\r\n"));
    bench_close(k);
}

/* Seed 003: the provider refreshes 15 minutes after the 200, and again. Dead, it is missed 32 s before the end (RFC 4028
 * 10): the CUBE ends both legs. */
static void the_provider_dies(void **state)
{
    struct bench *k = open(BY_B, "midcall_signaling=media-change", NULL);
    (void)state;
    agent_times(k->a, 1800, 90);
    agent_times(k->b, 1800, 90);
    k->b->config.session.refresher = REFRESHER_UAS;
    dial(k, "5001");
    run_to(k, 1801 * S);
    assert_int_equal(seen(k, "a>INVITE 102", 0)->ns / S, 900);
    assert_int_equal(seen(k, "a>INVITE 103", 0)->ns / S, 1800);
    int64_t last = seen(k, "a<200 INVITE 103", 0)->ns;
    link_cut(k->a_link);
    run_to(k, 1801 * S + 1766 * S);
    assert_int_equal(count(k, "b<BYE"), 0);
    run_to(k, 1801 * S + 1770 * S);
    assert_int_equal(count(k, "b<BYE"), 1);
    int64_t late = seen(k, "b<BYE", 0)->ns - last - 1768 * S;
    assert_true(late >= 0 && late < S / 10);
    assert_true(noted(k, "ends with its other leg"));
    assert_int_equal(k->b->ends, 1);
    bench_close(k);
}

/* The same on the other leg: who promised to refresh there forgets it. The call of a, which has no timer, ends, too. */
static void each_leg_has_its_own(void **state)
{
    struct bench *k = open(BY_B, "session_refresh=on", NULL);
    (void)state;
    agent_times(k->b, 1800, 90);
    k->b->config.session.refresher = REFRESHER_UAS;
    k->b->config.session.refreshes = false;
    k->b->config.session.expires_calls = false;
    dial(k, "5001");
    run_to(k, 1767 * S);
    assert_int_equal(count(k, "a<"), 2); /* 100, 200 */
    assert_int_equal(count(k, "b<"), 2); /* INVITE, ACK */
    run_to(k, 1770 * S);
    assert_int_equal(count(k, "b<BYE"), 1);
    assert_int_equal(count(k, "a<BYE"), 1);
    bench_close(k);
}

/* The CUBE refreshes a leg whose other side leaves it to it, or knows nothing of timers (RFC 4028 7.2). */
static void it_refreshes_by_itself(void **state)
{
    (void)state;
    for (int knows = 0; knows < 2; knows++) {
        struct bench *k = open(BY_B, "session_refresh=on", NULL);
        if (knows)
            agent_times(k->b, 1800, 90);
        dial(k, "5001");
        run_to(k, 1801 * S);
        assert_int_equal(count(k, "b<INVITE"), 3);
        assert_int_equal(seen(k, "b<INVITE 102", 0)->ns / S, 900);
        assert_true(says(k, "b<INVITE 102", "Session-Expires: 1800;refresher=uac\r\n"));
        assert_int_equal(count(k, "a<INVITE"), 0);
        bench_close(k);
    }
}

static void by_update(void **state)
{
    struct bench *k = open(BY_B, "session_refresh=on", "session_refresh_method=update");
    (void)state;
    agent_times(k->b, 1800, 90);
    dial(k, "5001");
    run_to(k, 901 * S);
    assert_int_equal(count(k, "b<UPDATE 102"), 1);
    bench_close(k);
}

/* Seed 003's first remedy: with UPDATE out of every Allow that the CUBE sends the other side refreshes by re-INVITE.
 * A dial-peer may do without the profile. */
static void update_is_taken_out_of_allow(void **state)
{
    static const struct {
        const char *peers, *profile, *method;
    } rows[] = {
        {BY_B, "sip_profile=", "a>UPDATE 102"},
        {BY_B, NO_UPDATE, "a>INVITE 102"},
        {BY_B FROM_A, NO_UPDATE, "a>INVITE 102"},
        {BY_B FROM_A " sip-profile off", NO_UPDATE, "a>UPDATE 102"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *k = open(rows[i].peers, rows[i].profile, "midcall_signaling=media-change");
        agent_times(k->a, 1800, 90);
        k->a->config.session.method = SESSION_BY_UPDATE;
        dial(k, "5001");
        run_to(k, 901 * S);
        assert_int_equal(count(k, rows[i].method), 1);
        assert_int_equal(says(k, "a<200 INVITE 101", "UPDATE"), rows[i].method[2] == 'U');
        assert_int_equal(says(k, "b<INVITE 101", "UPDATE"), rows[i].profile[12] == 0);
        bench_close(k);
    }
}

/* CSCun31375: a refresh that is not answered; the refresher gives up after 64 T1 and ends the call, 15 minutes on. */
static void a_refresh_is_ignored(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        struct bench *k = open(BY_B, "midcall_signaling=media-change", ignored ? "refreshes_ignored=100%" : NULL);
        agent_times(k->a, 1800, 90);
        dial(k, "5001");
        run_to(k, 940 * S);
        assert_int_equal(count(k, "a>BYE"), ignored);
        assert_int_equal(noted(k, "refresh CSeq 102 of 10.0.1.2 ignored"), ignored);
        assert_int_equal(count(k, "b<BYE"), ignored);
        if (ignored) {
            assert_int_equal(seen(k, "a>BYE", 0)->ns / S, 932);
            assert_int_equal(count(k, "a<200 INVITE 102") + count(k, "a<100 INVITE 102"), 0);
            assert_int_equal(k->a->why, CALL_REFRESH_FAILED);
        }
        bench_close(k);
    }
}

/* All refreshes are ignored: a change of the media never is. */
static void a_change_is_not_ignored(void **state)
{
    struct bench *k = open(BY_B, "refreshes_ignored=100%", NULL);
    (void)state;
    dial(k, "5001");
    k->a->call->able.direction = SDP_SENDONLY;
    call_modify(k->a->call, false, true);
    run_to(k, 3 * S);
    assert_int_equal(k->a->changed_status, 200);
    bench_close(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_expires_goes_out),
        cmocka_unit_test(what_the_first_invite_says),
        cmocka_unit_test(too_small),
        cmocka_unit_test(the_provider_dies),
        cmocka_unit_test(each_leg_has_its_own),
        cmocka_unit_test(it_refreshes_by_itself),
        cmocka_unit_test(by_update),
        cmocka_unit_test(update_is_taken_out_of_allow),
        cmocka_unit_test(a_refresh_is_ignored),
        cmocka_unit_test(a_change_is_not_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
