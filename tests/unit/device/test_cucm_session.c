/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUCM's session timers, one a leg and each by itself (RFC 4028 7, 9, 10; seed 003), its delayed offer (RFC 3261
 * 13.2.1), and what becomes of calls when its service stands still, stops or dies. */
#include "tests/unit/device/call_office.h"

/* From the 200 that made the call on that leg to the first re-INVITE of that kind, in s. */
static double refreshed_after(const struct office *o, const char *ok, const char *refresh)
{
    return (double)(must_see(o, refresh, 0)->ns - must_see(o, ok, 0)->ns) / 1e9;
}

static void near_s(double is, double should)
{
    if (is < should - 0.1 || is > should + 0.1)
        fail_msg("%.3f s, should be %.0f s", is, should);
}

/* 1800 s and 86400 s at CUCM, refreshed at half of it or, as the seed's sentence has it, at the whole. */
static void cucm_refreshes_at_half(void **state)
{
    static const struct {
        const char *expires, *at, *says;
        double after_s;
    } cases[] = {{"cucm.session_expires=1800s", "cucm.session_refresh_at=half", "Session-Expires: 1800", 900},
                 {"cucm.session_expires=86400s", "cucm.session_refresh_at=half", "Session-Expires: 86400", 43200},
                 {"cucm.session_expires=86400s", "cucm.session_refresh_at=full", "Session-Expires: 86400", 86400}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct office *o = office_open((const char *const[]){cases[i].expires, cases[i].at, "provider.session_expires=86400s",
                                       "provider.session_enforced=off", NULL});
        talk(o, PHONE);
        assert_true(says(o, "cucm>provider INVITE 101", cases[i].says));
        wait(o, (int64_t)cases[i].after_s * S);
        near_s(refreshed_after(o, "provider>cucm 200 INVITE 101", "cucm>provider INVITE 102"), cases[i].after_s);
        assert_true(says(o, "cucm>provider INVITE 102", ";refresher=uac"));
        office_close(o);
    }
}

/* RFC 4028 10: the other side ends the call 32 s before the whole interval has passed. */
static void the_whole_interval_is_too_long(void **state)
{
    struct office *o = office_open((const char *const[]){"cucm.session_refresh_at=full", NULL});
    (void)state;
    talk(o, PHONE);
    wait(o, 1800 * S);
    near_s(refreshed_after(o, "provider>cucm 200 INVITE 101", "provider>cucm BYE"), 1768);
    assert_int_equal(count(o, "cucm>provider INVITE"), 1);
    assert_int_equal(count(o, "cucm>phone BYE"), 1);
    office_close(o);
}

/* The phone refreshes its leg each 900 s, CUCM the trunk's each 43200 s: neither leg sees the other's. */
static void each_leg_has_its_own(void **state)
{
    struct office *o = office_open((const char *const[]){"cucm.session_expires=86400s", "provider.session_expires=86400s", NULL});
    (void)state;
    talk(o, PHONE);
    wait(o, 43200 * S);
    assert_int_equal(count(o, "phone>cucm INVITE"), 49);
    assert_int_equal(count(o, "cucm>phone 200 INVITE"), 49);
    assert_int_equal(count(o, "cucm>provider INVITE"), 2);
    assert_int_equal(count(o, "provider>cucm INVITE"), 0);
    assert_true(noted(o, "consumed") >= 48);
    assert_int_equal(noted(o, "passed on"), 0);
    operate(o, PHONE, "hang-up");
    wait(o, S);
    assert_int_equal(count(o, "cucm>provider BYE"), 1); /* it was up all the time */
    office_close(o);
}

static void a_refresh_may_be_an_update(void **state)
{
    struct office *o = office_open((const char *const[]){"cucm.session_refresh_method=update", NULL});
    (void)state;
    talk(o, PHONE);
    wait(o, 900 * S);
    near_s(refreshed_after(o, "provider>cucm 200 INVITE 101", "cucm>provider UPDATE 102"), 900);
    assert_int_equal(count(o, "cucm>provider INVITE"), 1);
    office_close(o);
}

/* A shorter interval than its Min-SE is answered 422, and the caller asks for more (RFC 4028 6, 7.3). */
static void min_se_holds(void **state)
{
    struct office *o = office_open((const char *const[]){"provider.session_expires=900s", "provider.min_se=90s", NULL});
    (void)state;
    talk(o, PROVIDER);
    assert_true(says(o, "cucm>provider 422 INVITE 101", "Min-SE: 1800"));
    assert_true(says(o, "provider>cucm INVITE 102", "Session-Expires: 1800"));
    must_see(o, "provider>cucm ACK 102", 0);
    office_close(o);
}

/* Nobody refreshes: CUCM ends the call at 1800 - 32 s, on both legs. */
static void a_dead_provider_ends_the_call(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PROVIDER);
    operate(o, PROVIDER, "crash");
    wait(o, 1800 * S);
    assert_int_equal(noted(o, "cucm: BYE sent, CSeq 101, to 10.1.1.5"), 1); /* ARP finds nobody to send it to */
    near_s(refreshed_after(o, "cucm>provider 200 INVITE 101", "cucm>phone BYE"), 1768);
    office_close(o);
}

/* --- offers ---------------------------------------------------------------------------------------------------- */

/* The phone's 200 offers, CUCM's ACK answers with what the provider had said. */
static void a_delayed_offer(void **state)
{
    struct office *o = office_open((const char *const[]){"cucm.delayed_offer=on", "phone.codecs=g729,pcmu", NULL});
    (void)state;
    talk(o, PROVIDER);
    assert_true(says(o, "provider>cucm INVITE 101", "m=audio 16384 RTP/AVP 0 18 101"));
    assert_false(says(o, "cucm>phone INVITE 101", "m=audio"));
    assert_true(says(o, "phone>cucm 200 INVITE 101", "m=audio 16384 RTP/AVP 18 0\r\n"));
    assert_true(says(o, "cucm>phone ACK 101", "c=IN IP4 10.1.1.5\r\n"));
    assert_true(says(o, "cucm>phone ACK 101", "m=audio 16384 RTP/AVP 18 0\r\n"));
    assert_true(says(o, "cucm>provider 200 INVITE 101", "c=IN IP4 10.1.1.10\r\n"));
    operate(o, PROVIDER, "hang-up");
    wait(o, S);
    assert_int_equal(noted(o, "phone: sent 500 packets"), 1);
    assert_int_equal(noted(o, "provider: sent 500 packets"), 1);
    office_close(o);
}

/* --- the service ------------------------------------------------------------------------------------------------ */

/* It answers nothing and no timer of it fires, over TCP and UDP, until it goes on. */
static void a_hung_service_answers_later(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PHONE);
    wait(o, 885 * S);
    operate(o, CUCM, "hang");
    uint32_t said = count(o, "cucm>");
    wait(o, 6 * S); /* the phone's refresh is due on one leg, CUCM's own on the other */
    assert_int_equal(count(o, "phone>cucm INVITE"), 2);
    operate(o, PROVIDER, "call"); /* by UDP: it asks again and again */
    wait(o, 20 * S);
    assert_true(count(o, "provider>cucm INVITE 101") > 4);
    assert_int_equal(count(o, "cucm>"), said);
    operate(o, CUCM, "resume");
    wait(o, S);
    must_see(o, "cucm>phone 200 INVITE 102", 0);     /* the refresh that waited */
    must_see(o, "cucm>provider INVITE 102", 0);      /* its own, late */
    must_see(o, "cucm>provider 100 INVITE 101", 0);  /* the call that waited */
    assert_int_equal(count(o, "cucm>phone INVITE"), 1);
    struct err e;
    operate(o, CUCM, "hang");
    assert_false(tries(o, CUCM, "hang-up", &e));
    office_close(o);
}

/* In time it hears of its calls' end as late as it can. */
static void a_hung_service_hears_of_the_end_late(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PHONE);
    operate(o, CUCM, "hang");
    operate(o, PHONE, "hang-up");
    wait(o, 10 * S);
    assert_int_equal(count(o, "cucm>phone 200 BYE"), 0);
    assert_int_equal(count(o, "cucm>provider BYE"), 0);
    operate(o, CUCM, "resume");
    wait(o, S);
    assert_int_equal(count(o, "cucm>phone 200 BYE"), 1);
    assert_int_equal(count(o, "cucm>provider BYE"), 1);
    office_close(o);
}

static void the_service_stops(void **state)
{
    struct office *o = office_open(NULL);
    struct err e;
    (void)state;
    talk(o, PROVIDER);
    operate(o, CUCM, "stop");
    wait(o, S);
    assert_int_equal(count(o, "cucm>phone BYE"), 1);
    assert_int_equal(count(o, "cucm>provider BYE"), 1);
    operate(o, CUCM, "start");
    wait(o, 100 * S);
    talk(o, PROVIDER); /* as before */
    assert_int_equal(count(o, "provider>cucm ACK"), 2);
    operate(o, CUCM, "hang-up");
    wait(o, S);
    assert_int_equal(count(o, "cucm>phone BYE"), 2);
    assert_int_equal(count(o, "cucm>provider BYE"), 2);
    assert_false(tries(o, CUCM, "hang-up", &e));
    /* one that hangs cannot say a word */
    talk(o, PROVIDER);
    operate(o, CUCM, "hang");
    operate(o, CUCM, "stop");
    wait(o, S);
    assert_int_equal(count(o, "cucm>phone BYE"), 2);
    operate(o, CUCM, "start");
    office_close(o);
}

static void the_host_dies(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PROVIDER);
    operate(o, CUCM, "crash");
    uint32_t said = count(o, "cucm>");
    wait(o, 100 * S);
    assert_int_equal(count(o, "cucm>"), said);
    operate(o, CUCM, "start");
    wait(o, 100 * S);
    operate(o, PROVIDER, "hang-up"); /* of a call that CUCM knows nothing of */
    wait(o, S);
    must_see(o, "cucm>provider 481 BYE", 0);
    talk(o, PROVIDER);
    must_see(o, "phone>cucm 200 INVITE 101", 1);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cucm_refreshes_at_half),       cmocka_unit_test(the_whole_interval_is_too_long),
        cmocka_unit_test(each_leg_has_its_own),
        cmocka_unit_test(a_refresh_may_be_an_update),   cmocka_unit_test(min_se_holds),
        cmocka_unit_test(a_dead_provider_ends_the_call), cmocka_unit_test(a_delayed_offer),
        cmocka_unit_test(a_hung_service_answers_later), cmocka_unit_test(a_hung_service_hears_of_the_end_late),
        cmocka_unit_test(the_service_stops),            cmocka_unit_test(the_host_dies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
