/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls at CUCM on the wire: two dialogs joined, voice past it, from the first INVITE to the last BYE; and calls that
 * do not come about (RFC 3261 9, 13, 15, 21). */
#include "tests/unit/device/call_office.h"

/* Each passed once, in this order. */
static void in_order(const struct office *o, const char *const *lines)
{
    uint32_t last = 0;
    for (; *lines; lines++) {
        const struct seen *s = must_see(o, *lines, 0);
        uint32_t place = (uint32_t)(s - o->seen);
        if (count(o, *lines) != 1 || (last && place < last - 1))
            fail_msg("'%s': %u of them, out of its order", *lines, count(o, *lines));
        last = place + 1;
    }
}

static void the_provider_calls_a_phone(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PROVIDER);
    static const char *const once[] = {"provider>cucm INVITE 101", "cucm>provider 100 INVITE 101", "cucm>phone INVITE 101",
                                       "phone>cucm 180 INVITE 101", "cucm>provider 180 INVITE 101",
                                       "phone>cucm 200 INVITE 101", "cucm>phone ACK 101", "cucm>provider 200 INVITE 101",
                                       "provider>cucm ACK 101", NULL};
    in_order(o, once);
    assert_false(must_see(o, "provider>cucm INVITE", 0)->over_tcp);
    assert_true(must_see(o, "cucm>phone INVITE", 0)->over_tcp); /* over the connection of its registration */
    assert_true(says(o, "cucm>phone INVITE", "From: <sip:0302000@10.1.1.2>"));
    assert_true(says(o, "cucm>phone INVITE", "Via: SIP/2.0/TCP 10.1.1.2:5060;"));
    assert_true(says(o, "cucm>phone INVITE", "c=IN IP4 10.1.1.5\r\n"));
    assert_true(says(o, "cucm>provider 200", "c=IN IP4 10.1.1.10\r\n")); /* voice goes past CUCM */
    operate(o, PROVIDER, "hang-up");
    wait(o, S);
    assert_int_equal(noted(o, "provider: sent 500 packets PCMU to 10.1.1.10:16384, lost 0"), 1); /* 10 s, 20 ms each */
    assert_int_equal(noted(o, "phone: sent 500 packets PCMU to 10.1.1.5:16384, lost 0"), 1);
    static const char *const end[] = {"provider>cucm BYE 102", "cucm>provider 200 BYE 102", "cucm>phone BYE 102",
                                      "phone>cucm 200 BYE 102", NULL};
    in_order(o, end);
    office_close(o);
}

static void a_phone_calls_the_provider(void **state)
{
    struct office *o = office_open(NULL);
    char at[64];
    (void)state;
    talk(o, PHONE);
    static const char *const once[] = {"phone>cucm INVITE 101", "cucm>phone 100 INVITE 101", "cucm>provider INVITE 101",
                                       "provider>cucm 180 INVITE 101", "cucm>phone 180 INVITE 101",
                                       "provider>cucm 200 INVITE 101", "cucm>provider ACK 101",
                                       "cucm>phone 200 INVITE 101", "phone>cucm ACK 101", NULL};
    in_order(o, once);
    const struct seen *invite = must_see(o, "phone>cucm INVITE", 0);
    assert_true(must_see(o, "cucm>provider INVITE", 0)->over_tcp);
    assert_int_equal(invite->dst_port, 5060);
    snprintf(at, sizeof at, "Via: SIP/2.0/TCP 10.1.1.10:%u;", invite->src_port);
    assert_non_null(strstr(invite->bytes, at));
    snprintf(at, sizeof at, "@10.1.1.10:%u;transport=tcp>\r\n", invite->src_port);
    const char *contact = strstr(invite->bytes, "Contact: <sip:");
    assert_non_null(contact);
    assert_non_null(strstr(contact, at));
    assert_int_equal(strcspn(contact + 14, "@"), 36); /* the UUID of its line, as in its REGISTER */
    assert_non_null(strstr(invite->bytes, "User-Agent: Cisco-CP8961/9.3.1\r\n"));
    assert_true(says(o, "cucm>phone 200", "c=IN IP4 10.1.1.5\r\n"));
    assert_true(says(o, "cucm>provider INVITE", "o=CiscoSystemsCCM-SIP "));
    operate(o, PHONE, "hang-up");
    wait(o, S);
    static const char *const end[] = {"phone>cucm BYE 102", "cucm>phone 200 BYE 102", "cucm>provider BYE 102",
                                      "provider>cucm 200 BYE 102", NULL};
    in_order(o, end);
    assert_int_equal(noted(o, "phone: sent 500 packets PCMU to 10.1.1.5:"), 1);
    assert_int_equal(noted(o, "provider: sent 500 packets PCMU to 10.1.1.10:"), 1);
    office_close(o);
}

static void the_trunk_may_be_udp(void **state)
{
    struct office *o = office_open((const char *const[]){"cucm.sip_trunk_transport=udp", "cucm.sip_trunk=10.1.1.5:5060", NULL});
    (void)state;
    talk(o, PHONE);
    assert_false(must_see(o, "cucm>provider INVITE 101", 0)->over_tcp);
    assert_true(says(o, "cucm>provider INVITE 101", "Via: SIP/2.0/UDP 10.1.1.2:5060;"));
    must_see(o, "cucm>provider ACK 101", 0);
    office_close(o);
}

/* Its trunk is not asked for a number that a phone has; and the called side, too, may hang up. */
static void a_phone_calls_another(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, OTHER);
    assert_true(says(o, "cucm>phone INVITE", "From: <sip:1002@10.1.1.2>"));
    assert_true(says(o, "cucm>other 200", "c=IN IP4 10.1.1.10\r\n"));
    operate(o, PHONE, "hang-up");
    wait(o, S);
    assert_int_equal(count(o, "cucm>other BYE"), 1);
    assert_int_equal(count(o, "other>cucm 200 BYE"), 1);
    assert_int_equal(noted(o, "other: sent 500 packets PCMU to 10.1.1.10:"), 1);
    assert_int_equal(count(o, "cucm>provider"), 0);
    office_close(o);
}

/* What one says of the media the other hears, and its answer comes back; each side keeps its own versions. */
static void either_side_holds(void **state)
{
    static const struct {
        int who;
        const char *asked, *passed_on, *answered;
    } cases[] = {{PHONE, "phone>cucm INVITE 101", "cucm>provider INVITE 101", "cucm>phone 200 INVITE 101"},
                 {PROVIDER, "provider>cucm INVITE 102", "cucm>phone INVITE 102", "cucm>provider 200 INVITE 102"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct office *o = office_open(NULL);
        talk(o, PROVIDER);
        operate(o, cases[i].who, "hold");
        wait(o, 10 * S);
        assert_true(says(o, cases[i].asked, "a=sendonly\r\n"));
        assert_true(says(o, cases[i].passed_on, "a=sendonly\r\n"));
        assert_true(says(o, cases[i].answered, "a=recvonly\r\n"));
        operate(o, cases[i].who, "retrieve");
        wait(o, 10 * S);
        operate(o, PHONE, "hang-up");
        wait(o, S);
        /* 10 s, and after the hold 10 more; who holds goes on sending */
        assert_int_equal(noted(o, i ? "phone: sent 500 packets" : "provider: sent 500 packets"), 2);
        assert_int_equal(noted(o, i ? "provider: sent 1500 packets" : "phone: sent 1500 packets"), 1);
        office_close(o);
    }
}

static void a_codec_is_changed(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PROVIDER);
    operate(o, PHONE, "change-codec");
    wait(o, 10 * S);
    assert_true(says(o, "cucm>provider INVITE 101", "m=audio 16384 RTP/AVP 18 101\r\n"));
    operate(o, PHONE, "hang-up");
    wait(o, S);
    assert_int_equal(noted(o, "provider: sent 500 packets G729 to 10.1.1.10:16384"), 1);
    assert_int_equal(noted(o, "phone: sent 500 packets G729 to 10.1.1.5:16384"), 1);
    office_close(o);
}

/* CCM's trace has each message once, as it has REGISTER; connections are numbered as they come, the trunk's after those
 * of the phones. */
static void the_trace_has_the_messages(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PROVIDER);
    assert_int_equal(noted(o, "Incoming SIP UDP message size "), 2); /* INVITE, ACK */
    assert_int_equal(noted(o, " from 10.1.1.5:[5060]:\nINVITE sip:1001@"), 1);
    assert_int_equal(noted(o, "Outgoing SIP UDP message to 10.1.1.5:[5060]:\nSIP/2.0 180 Ringing"), 1);
    assert_int_equal(noted(o, "wait_SdlSPISignal: Outgoing SIP TCP message to 10.1.1.10 on port "), 2); /* INVITE, ACK */
    assert_int_equal(noted(o, "wait_SdlReadRsp: Incoming SIP TCP message from 10.1.1.10 on port "), 3); /* 100, 180, 200 */
    assert_int_equal(noted(o, " index 3 "), 0);
    operate(o, PHONE, "call");
    wait(o, 5 * S);
    assert_int_equal(noted(o, " to 10.1.1.5 on port 5060 index 3 with "), 2);   /* INVITE, ACK */
    assert_int_equal(noted(o, " from 10.1.1.5 on port 5060 index 3 with "), 3); /* 100, 180, 200 */
    office_close(o);
}

/* --- calls that do not come about ---------------------------------------------------------------------------- */

static void the_caller_gives_up(void **state)
{
    struct office *o = office_open((const char *const[]){"phone.answer_after=30s", "provider.answer_after=30s", NULL});
    (void)state;
    operate(o, PROVIDER, "call");
    wait(o, 5 * S);
    operate(o, PROVIDER, "hang-up");
    wait(o, 5 * S);
    static const char *const lines[] = {"provider>cucm CANCEL 101", "cucm>provider 200 CANCEL 101",
                                        "cucm>provider 487 INVITE 101", "cucm>phone CANCEL 101", "phone>cucm 200 CANCEL",
                                        "phone>cucm 487 INVITE 101", "cucm>phone ACK 101", NULL};
    for (int i = 0; lines[i]; i++)
        assert_int_equal(count(o, lines[i]), 1);
    operate(o, PHONE, "call"); /* and the other way round */
    wait(o, 5 * S);
    operate(o, PHONE, "hang-up");
    wait(o, 5 * S);
    assert_int_equal(count(o, "phone>cucm CANCEL 101"), 1);
    assert_int_equal(count(o, "cucm>phone 487 INVITE 101"), 1);
    assert_int_equal(count(o, "provider>cucm 487 INVITE 101"), 1);
    office_close(o);
}

/* What the provider is answered, and whether a phone heard of it. */
static void refused(const char *const *settings, int who, const char *answer, const char *heard, uint32_t times)
{
    struct office *o = office_open(settings);
    operate(o, who, "call");
    wait(o, 5 * S);
    must_see(o, answer, 0);
    assert_int_equal(count(o, heard), times);
    assert_int_equal(count(o, who == PROVIDER ? "provider>cucm ACK 101" : "phone>cucm ACK 101"), 1);
    office_close(o);
}

static void calls_are_refused(void **state)
{
    (void)state;
    refused((const char *const[]){"phone.calls_at_once=0", NULL}, PROVIDER, "cucm>provider 486 INVITE 101",
            "phone>cucm 486 INVITE 101", 1);
    refused((const char *const[]){"provider.calls_to=4711", NULL}, PROVIDER, "cucm>provider 404 INVITE 101", "cucm>phone", 0);
    refused((const char *const[]){"cucm.sip_trunk=", NULL}, PHONE, "cucm>phone 404 INVITE 101", "cucm>provider", 0);
    refused((const char *const[]){"provider.calls_at_once=0", NULL}, PHONE, "cucm>phone 486 INVITE 101",
            "cucm>provider INVITE", 1);
    /* longer than a number can be */
    refused((const char *const[]){"phone.calls_to=1234567890123456789012345678901234567890123456789012345678901234567890",
                                  NULL}, PHONE, "cucm>phone 404 INVITE 101", "cucm>provider", 0);
    /* no device of CUCM's: it says 503 to whoever it does not know */
    refused((const char *const[]){"cucm.sip_trunk=", "provider.calls_to=4711", NULL}, PROVIDER,
            "cucm>provider 503 INVITE 101", "cucm>phone", 0);
}

/* RFC 3261 21.4.18: its number is known, but nobody is there: 480, not 404. */
static void a_phone_is_not_there(void **state)
{
    struct office *o = office_open((const char *const[]){"provider.calls_to=1003", "cucm.devices=SEP02000000000A dn=1001,"
                                   "SEP02000000000B dn=1002,SEP02000000000C dn=1003", NULL});
    (void)state;
    operate(o, PROVIDER, "call");
    wait(o, 5 * S);
    must_see(o, "cucm>provider 480 INVITE 101", 0);
    office_close(o);

    o = office_open(NULL); /* it was there before */
    link_cut(o->link[PHONE]);
    wait(o, 300 * S);
    operate(o, PROVIDER, "call");
    wait(o, 5 * S);
    must_see(o, "cucm>provider 480 INVITE 101", 0);
    assert_int_equal(count(o, "cucm>phone INVITE"), 0);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_provider_calls_a_phone), cmocka_unit_test(a_phone_calls_the_provider),
        cmocka_unit_test(a_phone_calls_another),      cmocka_unit_test(either_side_holds),
        cmocka_unit_test(a_codec_is_changed),         cmocka_unit_test(the_caller_gives_up),
        cmocka_unit_test(calls_are_refused),          cmocka_unit_test(a_phone_is_not_there),
        cmocka_unit_test(the_trace_has_the_messages), cmocka_unit_test(the_trunk_may_be_udp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
