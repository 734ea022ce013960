/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of ours over UDP and TCP. Independent truth: the timers of RFC 3261 17.1 (table 4) with T1 500 ms, T2 4 s,
 * T4 5 s in closed form; RFC 6026. */
#include "tests/unit/proto/sip_kit.h"

/* 17.1.1.2: at 500 ms, then after 1 s, 2 s, 4 s, 8 s, 16 s: seven in all, and timer B at 32 s. */
static void an_invite_that_nobody_answers(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1500, 3500, 7500, 15500, 31500};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    struct sip_client *c = request(b, "INVITE", SIP_OVER_UDP);
    lose(b, "INVITE", 0, 99);
    run_for(b->w, dur_s(40));
    seen_at(b, "INVITE", t0, at_ms, 7);
    assert_int_equal(b->a->told_count, 1);
    assert_ptr_equal(told(b->a, TOLD_FAILURE, 0)->client, c);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->status, SIP_TIMED_OUT);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->at_ns, t0 + 32 * S);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_that_nobody_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
