/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_flow.c: packets that are counted and packets that are sent. Truth: 50 packets a second, what is on a link
 * when it is cut is lost, and that both ways must say the same. */
#include "tests/unit/device/media_kit.h"

static const char *last_note(const struct call *c, int side)
{
    for (uint32_t i = c->note_count; i-- > 0;) {
        if (c->note[i].node == c->node[side]->id)
            return c->note[i].text;
    }
    return "";
}

/* --- as a flow ------------------------------------------------------------------------------------------- */

static void a_packet_leaves_every_20_ms(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    (void)state;
    call_begin(c, 3);
    uint64_t events = sim_events(c->sim);
    call_run(c, 901000 * MS - 1);
    assert_int_equal(sim_events(c->sim), events); /* 15 minutes of voice cost nothing */
    media_flow_close(&party(c, 0)->flow);
    assert_string_equal(last_note(c, 0), "sent 45000 packets PCMU to 10.0.2.2:16384, lost 0");
    media_flow_close(&party(c, 1)->flow);
    assert_string_equal(last_note(c, 1), "sent 45000 packets PCMU to 10.0.1.2:16384, lost 0");
    assert_int_equal(sent(c), 90000);
    call_close(c);
}

/* A call that lasts to the end of the run is counted, too: the packet of its last instant is out. */
static void the_end_of_the_run_counts(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    (void)state;
    call_begin(c, 1);
    call_run(c, 61000 * MS);
    assert_int_equal(sent(c), 0);
    net_balance(c->net);
    assert_int_equal(sent(c), 3001);
    assert_int_equal(lost(c), 0);
    sim_free(c->sim);
}

static void a_cut_takes_all_and_names_its_reason(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    (void)state;
    call_begin(c, 1);
    call_fault(c, 1, LINK_FAULT_CUT, "at=11s lasts=32s");
    call_run(c, 61001 * MS);
    call_close(c);
    assert_int_equal(sent(c), 3001);
    assert_int_equal(lost(c), 1600); /* those of 11 s to 42.98 s: that of 43 s comes to the link 2 ms later */
    assert_int_equal(c->faults, 2);
    for (uint32_t i = 0; i < c->note_count; i++) {
        bool explained = strstr(c->note[i].text, "sent") && !strstr(c->note[i].text, "lost 0");
        assert_int_equal(c->note[i].because, explained ? c->fault[0] : 0);
    }
}

static void one_way_cuts_are_one_way(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    (void)state;
    call_fault(c, 2, LINK_FAULT_CUT, "at=2s from=b");
    call_begin(c, 3);
    call_run(c, 11010 * MS);
    media_flow_close(&party(c, 0)->flow);
    assert_string_equal(last_note(c, 0), "sent 501 packets PCMU to 10.0.2.2:16384, lost 0");
    media_flow_close(&party(c, 1)->flow);
    assert_string_equal(last_note(c, 1), "sent 451 packets PCMU to 10.0.1.2:16384, lost 451");
    call_close(c);
}

/* A switch that reloads is dark to both sides of it. */
static void a_switch_that_reloads_takes_all(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    struct err e = {0};
    (void)state;
    call_begin(c, 1);
    call_run(c, 2010 * MS);
    for (const struct model_op *o = model_switch.ops; o->name; o++) {
        if (strcmp(o->name, "reload") == 0)
            assert_true(o->run(c->sw, &e));
    }
    call_run(c, 301010 * MS);
    call_close(c);
    assert_int_equal(sent(c), 15001);
    assert_int_equal(lost(c), 9000); /* reload_time: 3 min */
}

/* --- the far port ------------------------------------------------------------------------------------------ */

static void a_port_that_nobody_has_open_hears_nothing(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct call *c = call_open(rtp, 1);
        call_begin(c, 1);
        call_run(c, 2010 * MS);
        media_flow_close(&party(c, 1)->flow); /* its call is over, and it never said so */
        call_run(c, 12015 * MS); /* there and back it is 12 ms */
        call_close(c);
        assert_int_equal(sent(c), 551);
        assert_int_equal(lost(c), 500);
        if (rtp == MEDIA_AS_PACKETS)
            assert_string_equal(c->note[1].text, "10.0.2.2:16384 is closed, says ICMP");
    }
}

static void an_address_that_nobody_has_hears_nothing(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    (void)state;
    c->said[1].addr.v = 0x0a000209;
    call_begin(c, 1);
    call_run(c, 2010 * MS);
    call_close(c);
    assert_int_equal(sent(c), 51);
    assert_int_equal(lost(c), 51);
}

/* The far end gets another address: the way is looked for anew, and found when it is the right one again. */
static void a_change_of_address_is_a_change_of_the_way(void **state)
{
    struct call *c = call_open(MEDIA_AS_FLOW, 1);
    struct ip_iface own = *ip_iface_at(party(c, 1)->ip, 0), other = own;
    (void)state;
    call_begin(c, 1);
    call_run(c, 2010 * MS);
    other.addr.v = 0x0a000209;
    ip_set_iface(party(c, 1)->ip, 0, &other);
    call_run(c, 3010 * MS);
    ip_set_iface(party(c, 1)->ip, 0, &own);
    call_run(c, 4010 * MS);
    uint32_t notes = c->note_count;
    ip_add_route(party(c, 1)->ip, (struct ip4){0x0b000000}, 8, (struct ip4){0x0a000201});
    call_run(c, 4050 * MS);
    assert_int_equal(c->note_count, notes); /* nothing that this stream would have to do with */
    call_close(c);
    assert_int_equal(sent(c), 153);
    assert_int_equal(lost(c), 50);
}

/* --- hold, codecs, spurts ----------------------------------------------------------------------------------- */

static void on_hold_nothing_is_sent(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct call *c = call_open(rtp, 1);
        call_begin(c, 1);
        call_run(c, 2010 * MS);
        c->said[1].direction = SDP_SENDONLY; /* RFC 3264 8.4 */
        call_say(c, 0);
        call_run(c, 7010 * MS);
        c->said[1].direction = SDP_RECVONLY;
        c->said[0].codec[0] = c->said[1].codec[0] = 18;
        call_say(c, 0);
        call_say(c, 0); /* said again: nothing changes */
        call_run(c, 8005 * MS);
        call_close(c);
        assert_int_equal(sent(c), 51 + 50);
        assert_int_equal(lost(c), 0);
        bool said = false;
        for (uint32_t i = 0; i < c->note_count; i++)
            said |= strstr(c->note[i].text, "sent 50 packets G729") != NULL;
        assert_true(said);
    }
}

/* RFC 3264 8.3.2: without a pause; each NOTE names the codec it counts. */
static void a_change_of_codec_is_heard_at_once(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct call *c = call_open(rtp, 1);
        call_begin(c, 1);
        call_run(c, 2010 * MS);
        c->said[0].codec[0] = c->said[1].codec[0] = 18;
        call_say(c, 0);
        call_run(c, 3015 * MS);
        call_close(c);
        assert_string_equal(c->note[0].text, "sent 51 packets PCMU to 10.0.2.2:16384, lost 0");
        assert_string_equal(c->note[1].text, "sent 51 packets G729 to 10.0.2.2:16384, lost 0");
    }
}

/* 400 ms of talk are 20 packets, 600 ms of silence none; a spurt that is cut short counts what was sent. */
static void silence_is_suppressed(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct call *c = call_open(rtp, 1);
        party(c, 0)->config.talk_spurt = dist_const(dur_ms(400));
        party(c, 0)->config.silence = dist_const(dur_ms(600));
        call_begin(c, 1);
        call_run(c, 11050 * MS);
        call_close(c);
        assert_int_equal(sent(c), 10 * 20 + 3);
        assert_int_equal(lost(c), 0);
        assert_string_equal(c->note[0].text, "sent 20 packets PCMU to 10.0.2.2:16384, lost 0");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_leaves_every_20_ms),
        cmocka_unit_test(the_end_of_the_run_counts),
        cmocka_unit_test(a_cut_takes_all_and_names_its_reason),
        cmocka_unit_test(one_way_cuts_are_one_way),
        cmocka_unit_test(a_switch_that_reloads_takes_all),
        cmocka_unit_test(a_port_that_nobody_has_open_hears_nothing),
        cmocka_unit_test(an_address_that_nobody_has_hears_nothing),
        cmocka_unit_test(a_change_of_address_is_a_change_of_the_way),
        cmocka_unit_test(on_hold_nothing_is_sent),
        cmocka_unit_test(a_change_of_codec_is_heard_at_once),
        cmocka_unit_test(silence_is_suppressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
