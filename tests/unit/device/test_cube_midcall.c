/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a CUBE does with changes within a call: it consumes what changes nothing, passes on the rest, and says why (seed
 * 003, midcall-signaling); what it makes of glare and of refusals (RFC 3261 14, RFC 3311 5.2). */
#include "tests/unit/device/cube_kit.h"

#include "models/proto/sip_call_state.h"

#define BY_B "dial_peers=100 destination-pattern 5..." TO_B
#define MIDCALL_A "; 200 destination-pattern 1... session-target 10.0.1.2 midcall-signaling "

static struct bench *call(const char *dial_peers, const char *midcall)
{
    const char *const settings[] = {dial_peers, midcall, "min_se=90s", NULL};
    struct bench *k = bench_open(settings);
    agent_times(k->a, 600, 90); /* a refreshes at 300 s; b, asked for 1800 s, at 900 s */
    agent_times(k->b, 1800, 90);
    k->b->config.session.refresher = REFRESHER_UAS;
    dial(k, "5001");
    assert_true(call_is_up(k->a->call) && call_is_up(k->b->call));
    return k;
}

static void hold(struct agent *a, enum sdp_direction d, bool by_update)
{
    a->able.direction = d;
    a->call->able = a->able;
    call_modify(a->call, by_update, true);
}

static unsigned version(const struct bench *k, const char *line)
{
    const struct seen *s = seen(k, line, 0);
    const char *o = s ? strstr(s->bytes, "\no=") : NULL;
    unsigned session, number = 0;
    if (!o || sscanf(o, "\no=%*s %u %u", &session, &number) != 2)
        fail_msg("no SDP in '%s'", line);
    return number;
}

static void a_refresh_is_consumed(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=media-change");
    (void)state;
    run_to(k, 910 * S);
    assert_int_equal(count(k, "a>INVITE"), 4); /* 300, 600, 900 s */
    assert_int_equal(seen(k, "a>INVITE", 1)->ns / S, 300);
    assert_int_equal(count(k, "a<200 INVITE"), 4);
    assert_int_equal(count(k, "b<INVITE"), 1); /* the first alone */
    assert_true(noted(k, "cube: re-INVITE CSeq 102 of 10.0.1.2 consumed: media unchanged, midcall-signaling passthru "
                         "media-change"));
    assert_int_equal(count(k, "b>INVITE"), 1); /* b's own, for its leg */
    assert_int_equal(seen(k, "b>INVITE", 0)->ns / S, 900);
    assert_int_equal(count(k, "a<INVITE"), 0);
    assert_int_equal(k->a->changes + k->b->changes, 0);
    bench_close(k);
}

static void a_refresh_is_passed_on(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=passthru");
    (void)state;
    run_to(k, 310 * S);
    assert_int_equal(count(k, "a>INVITE 102"), 1);
    assert_int_equal(count(k, "b<INVITE 102"), 1);
    assert_int_equal(version(k, "b<INVITE 102"), version(k, "b<INVITE 101")); /* nothing is new (RFC 3264 8) */
    assert_true(seen(k, "a<200 INVITE 102", 0)->ns > seen(k, "b>200 INVITE 102", 0)->ns);
    assert_int_equal(k->b->changes, 1);
    assert_false(k->b->changed);
    assert_true(noted(k, "cube: re-INVITE CSeq 102 of 10.0.1.2 passed on: midcall-signaling passthru"));
    bench_close(k);
}

static void a_change_is_passed_on(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=media-change");
    (void)state;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 2 * S);
    assert_true(says(k, "b<INVITE 102", "a=sendonly"));
    assert_true(says(k, "b<INVITE 102", "c=IN IP4 10.0.2.1\r\n"));
    assert_int_equal(version(k, "b<INVITE 102"), version(k, "b<INVITE 101") + 1);
    assert_true(says(k, "b>200 INVITE 102", "a=recvonly"));
    assert_true(says(k, "a<200 INVITE 102", "a=recvonly"));
    assert_int_equal(k->a->changed_status, 200);
    assert_true(noted(k, "cube: re-INVITE CSeq 102 of 10.0.1.2 passed on: media changed, midcall-signaling"));
    run_to(k, 310 * S); /* the refresh says the same as the hold did */
    assert_int_equal(count(k, "a>INVITE 103"), 1);
    assert_int_equal(count(k, "b<INVITE"), 2);
    hold(k->b, SDP_RECVONLY, false); /* and from the other side */
    run_to(k, 312 * S);
    assert_int_equal(count(k, "a<INVITE"), 0); /* it is what b answered */
    hold(k->b, SDP_INACTIVE, false);
    run_to(k, 314 * S);
    assert_true(says(k, "a<INVITE", "a=inactive"));
    bench_close(k);
}

static void block_consumes_all(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=block");
    (void)state;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 310 * S);
    assert_int_equal(count(k, "a<200 INVITE"), 3);
    assert_int_equal(count(k, "b<INVITE"), 1);
    assert_true(noted(k, "cube: re-INVITE CSeq 102 of 10.0.1.2 consumed: midcall-signaling block"));
    bench_close(k);
}

/* What came in from a dial-peer's target is judged by that dial-peer. */
static void a_dial_peer_has_its_own(void **state)
{
    struct bench *k = call(BY_B MIDCALL_A "block", "midcall_signaling=passthru");
    (void)state;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 2 * S);
    assert_int_equal(count(k, "b<INVITE"), 1);
    hold(k->b, SDP_SENDONLY, false);
    run_to(k, 4 * S);
    assert_int_equal(count(k, "a<INVITE"), 1);
    bench_close(k);
}

static void an_update_is_passed_on(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=media-change");
    (void)state;
    hold(k->a, SDP_SENDONLY, true);
    run_to(k, 2 * S);
    assert_true(says(k, "b<UPDATE 102", "a=sendonly"));
    assert_true(says(k, "a<200 UPDATE 102", "a=recvonly"));
    bench_close(k);
}

static void as_a_re_invite_to_who_has_no_update(void **state)
{
    static const char *const settings[] = {BY_B, NULL};
    struct bench *k = bench_open(settings);
    (void)state;
    k->b->config.methods = "INVITE, ACK, BYE, CANCEL, OPTIONS";
    dial(k, "5001");
    hold(k->a, SDP_SENDONLY, true);
    run_to(k, 2 * S);
    assert_int_equal(count(k, "b<UPDATE"), 0);
    assert_true(says(k, "b<INVITE 102", "a=sendonly"));
    assert_true(says(k, "a<200 UPDATE 102", "a=recvonly"));
    assert_int_equal(k->a->changed_status, 200);
    bench_close(k);
}

/* A refused change leaves both legs as they were (RFC 3261 14.2): what the CUBE says of itself later is the old. */
static void a_refused_change_changes_nothing(void **state)
{
    static const char *const settings[] = {BY_B, "session_refresh=on", NULL};
    struct bench *k = bench_open(settings);
    (void)state;
    agent_times(k->b, 1800, 90); /* and leaves the refreshing to the CUBE */
    dial(k, "5001");
    k->b->change_answer = 488;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 2 * S);
    assert_int_equal(k->a->changed_status, 488);
    assert_true(call_is_up(k->a->call) && call_is_up(k->b->call));
    k->b->change_answer = 0;
    run_to(k, 901 * S);
    assert_true(says(k, "b<INVITE 102", "a=sendonly"));
    assert_false(says(k, "b<INVITE 103", "a=sendonly"));
    assert_int_equal(seen(k, "b<INVITE 103", 0)->ns / S, 900);
    assert_int_equal(version(k, "b>200 INVITE 103"), version(k, "b>200 INVITE 101"));
    bench_close(k);
}

/* Both sides want a change at once: one waits, and in the end both have theirs (14.1). */
static void glare_ends(void **state)
{
    (void)state;
    for (int by_update = 0; by_update < 2; by_update++) {
        struct bench *k = call(BY_B, "midcall_signaling=passthru");
        hold(k->a, SDP_SENDONLY, by_update);
        hold(k->b, SDP_RECVONLY, by_update);
        run_to(k, 30 * S);
        assert_int_equal(k->a->changed_status, 200);
        assert_int_equal(k->b->changed_status, 200);
        assert_true(count(k, "a<491") + count(k, "b<491") > 0);
        assert_true(call_is_up(k->a->call) && call_is_up(k->b->call));
        bench_close(k);
    }
}

/* One that is taken back (9.1) while b still thinks about it: its answer is not taken for that of the next one. */
static void a_change_is_taken_back(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=passthru");
    (void)state;
    k->b->change_waits = true;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 3 * S);
    call_cancel(k->a->call);
    run_to(k, 4 * S);
    assert_int_equal(count(k, "a<487 INVITE 102"), 1);
    k->a->call->hangs_up = false; /* it only changed its mind */
    tmr_disarm(&k->a->call->patience);
    hold(k->a, SDP_SENDRECV, false);
    run_to(k, 5 * S);
    assert_int_equal(count(k, "a<491 INVITE 103"), 1);
    k->b->change_waits = false;
    call_accept(k->b->call); /* sendonly */
    run_to(k, 30 * S);
    assert_int_equal(k->a->changed_status, 200);
    assert_int_equal(k->a->call->remote.direction, SDP_SENDRECV);
    assert_int_equal(k->b->call->remote.direction, SDP_SENDRECV);
    bench_close(k);
}

/* The far side has forgotten the call: what was asked of it ends both legs (12.2.1.2). */
static void a_change_finds_the_other_side_gone(void **state)
{
    struct bench *k = call(BY_B, "midcall_signaling=passthru");
    (void)state;
    k->b->change_answer = 481;
    hold(k->a, SDP_SENDONLY, false);
    run_to(k, 5 * S);
    assert_int_equal(count(k, "b<BYE"), 1);
    assert_int_equal(count(k, "a<BYE"), 1);
    assert_int_equal(count(k, "a<487 INVITE 102"), 1);
    assert_int_equal(k->a->ends, 1);
    assert_true(noted(k, "ends with its other leg"));
    bench_close(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refresh_is_consumed),
        cmocka_unit_test(a_refresh_is_passed_on),
        cmocka_unit_test(a_change_is_passed_on),
        cmocka_unit_test(block_consumes_all),
        cmocka_unit_test(a_dial_peer_has_its_own),
        cmocka_unit_test(an_update_is_passed_on),
        cmocka_unit_test(as_a_re_invite_to_who_has_no_update),
        cmocka_unit_test(a_refused_change_changes_nothing),
        cmocka_unit_test(glare_ends),
        cmocka_unit_test(a_change_is_taken_back),
        cmocka_unit_test(a_change_finds_the_other_side_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
