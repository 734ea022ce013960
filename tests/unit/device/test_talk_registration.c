/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registration exchange as conversations: what a phone says, when, and what it does about the answers.
 * Times and numbers are those of seeds 000 and 002 and of RFC 3261: refresh at granted - delta, standby keepalive
 * every 120 s, timer F 32 s, one request at a time on a dialog. */
#include "tests/unit/device/talk.h"

#define PLAY(...)                                                                                     \
    do {                                                                                              \
        (void)state;                                                                                  \
        const char *const lines[] = {__VA_ARGS__, NULL};                                              \
        talk_play(NULL, 0, lines);                                                                    \
    } while (0)

#define PLAY_WITH(name, value, ...)                                                                   \
    do {                                                                                              \
        (void)state;                                                                                  \
        const struct setting more[] = {{STR(name), STR(value)}};                                      \
        const char *const lines[] = {__VA_ARGS__, NULL};                                              \
        talk_play(more, 1, lines);                                                                    \
    } while (0)

#define REGISTERED                                                                                    \
    "a +0 > REGISTER 101 expires 3600", "a +0.001 < 100", "a +0.001 < 200 expires 120",              \
        "b +0 > REGISTER 101 expires 0 keep-alive", "b +0.001 < 200 expires 0"

static void registers_and_keeps_alive(void **state)
{
    PLAY(REGISTERED, "a +115~0.01 > REGISTER 102 expires 3600", "a +0 < 100", "a +0 < 200 expires 120",
         "b +5~0.01 > REGISTER 102 expires 0 keep-alive", "b +0 < 200 expires 0",
         "a +110~0.02 > REGISTER 103 expires 3600");
}

static void refreshes_from_the_200_not_from_the_request(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0.001 < 100", "a +9 < 200 expires 120",
         "b +0 > REGISTER 101 expires 0 keep-alive", "b +0 < 200 expires 0",
         "a +115~0.01 > REGISTER 102 expires 3600");
}

static void obeys_what_is_granted(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0.001 < 200 expires 60",
         "b +0 > REGISTER 101 expires 0 keep-alive", "b +0 < 200 expires 0",
         "a +55~0.01 > REGISTER 102 expires 3600");
}

static void a_grant_below_the_delta_is_refreshed_at_once(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +1 < 200 expires 3", "a +0 > REGISTER 102 expires 3600");
}

static void another_delta(void **state)
{
    PLAY_WITH("timer_register_delta", "30s", REGISTERED, "a +90~0.01 > REGISTER 102 expires 3600");
}

static void the_standby_stream_may_be_offset(void **state)
{
    PLAY_WITH("secondary_keepalive_offset", "20s", "a +0 > REGISTER 101 expires 3600",
              "a +0.001 < 200 expires 120", "b +20~0.01 > REGISTER 101 expires 0 keep-alive",
              "b +0 < 200 expires 0", "a +95~0.01 > REGISTER 102 expires 3600");
}

static void a_trying_alone_ends_with_timer_f(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0.001 < 100", "b +31.999~0.01 > REGISTER 101 expires 3600");
}

static void silence_ends_with_timer_f(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "b +32~0.01 > REGISTER 101 expires 3600");
}

static void another_timer_f(void **state)
{
    PLAY_WITH("sip_timer_f", "4s", "a +0 > REGISTER 101 expires 3600", "b +4~0.01 > REGISTER 101 expires 3600");
}

static void a_200_just_before_timer_f_counts(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +31.9 < 200 expires 120",
         "b +0 > REGISTER 101 expires 0 keep-alive", "b +0 < 200 expires 0",
         "a +115~0.01 > REGISTER 102 expires 3600");
}

static void a_404_sends_it_to_the_next_node(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0.001 < 404", "b +0 > REGISTER 101 expires 3600");
}

static void a_503_to_a_refresh_sends_it_to_the_next_node(void **state)
{
    PLAY(REGISTERED, "a +115~0.01 > REGISTER 102 expires 3600", "a +0 < 503", "b +0 > REGISTER 102 expires 3600",
         "b +0 < 200 expires 120");
}

static void refused_everywhere_it_waits_and_begins_anew(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0 < 404", "b +0 > REGISTER 101 expires 3600", "b +0 < 404",
         "a +30~0.01 > REGISTER 102 expires 3600");
}

static void a_reset_in_the_exchange_sends_it_to_the_next_node(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0.001 < 100", "a +0.001 < reset", "b +0 > REGISTER 101 expires 3600");
}

static void a_close_while_registered_sends_it_to_the_next_node(void **state)
{
    PLAY(REGISTERED, "a +60 < close", "b +0 > REGISTER 102 expires 3600", "b +0 < 200 expires 120");
}

static void an_answer_in_two_segments(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0 < 100", "a +0 < cut 200 expires 120",
         "b +0 > REGISTER 101 expires 0 keep-alive", "b +0 < 200 expires 0",
         "a +115~0.01 > REGISTER 102 expires 3600");
}

static void two_answers_in_one_segment(void **state)
{
    PLAY("a +0 > REGISTER 101 expires 3600", "a +0 < both 120", "b +0 > REGISTER 101 expires 0 keep-alive",
         "b +0 < 200 expires 0", "a +115~0.01 > REGISTER 102 expires 3600");
}

static void the_same_200_twice_moves_nothing(void **state)
{
    PLAY(REGISTERED, "a +50 < 200 expires 120", "a +65~0.02 > REGISTER 102 expires 3600");
}

/* On a, CSeq 102 and 103 are probes, 120 s apart; the monitor's 120 s from the first one's 200 end just after the
 * second probe is sent, so the fallback waits for its answer (RFC 3261 10.2: no new REGISTER while one is pending). */
static void falls_back_when_the_monitor_is_done(void **state)
{
    PLAY(REGISTERED, "a +60 < close", "b +0 > REGISTER 102 expires 3600", "b +0 < 200 expires 120",
         "a +0 > REGISTER 102 expires 0 keep-alive", "a +0 < 200 expires 0",
         "b +115~0.02 > REGISTER 103 expires 3600", "b +0 < 200 expires 120",
         "a +5~0.02 > REGISTER 103 expires 0 keep-alive", "a +0 < 200 expires 0",
         "a +0 > REGISTER 104 expires 3600", "a +0 < 200 expires 120", "b +0 > REGISTER 104 expires 0 keep-alive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_and_keeps_alive),
        cmocka_unit_test(refreshes_from_the_200_not_from_the_request),
        cmocka_unit_test(obeys_what_is_granted),
        cmocka_unit_test(a_grant_below_the_delta_is_refreshed_at_once),
        cmocka_unit_test(another_delta),
        cmocka_unit_test(the_standby_stream_may_be_offset),
        cmocka_unit_test(a_trying_alone_ends_with_timer_f),
        cmocka_unit_test(silence_ends_with_timer_f),
        cmocka_unit_test(another_timer_f),
        cmocka_unit_test(a_200_just_before_timer_f_counts),
        cmocka_unit_test(a_404_sends_it_to_the_next_node),
        cmocka_unit_test(a_503_to_a_refresh_sends_it_to_the_next_node),
        cmocka_unit_test(refused_everywhere_it_waits_and_begins_anew),
        cmocka_unit_test(a_reset_in_the_exchange_sends_it_to_the_next_node),
        cmocka_unit_test(a_close_while_registered_sends_it_to_the_next_node),
        cmocka_unit_test(an_answer_in_two_segments),
        cmocka_unit_test(two_answers_in_one_segment),
        cmocka_unit_test(the_same_200_twice_moves_nothing),
        cmocka_unit_test(falls_back_when_the_monitor_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
