/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls in IOS's looks: a bridged call with a session timer on one leg, one that rings, and none at all. The looks are
 * those of samples in Cisco's CUBE guides, without what is not modelled. */
#include "tests/unit/net/show_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/proto/call_show.h"

#define EPOCH_S 1495285222 /* 2017-05-20 13:00:22 UTC: date -ud @1495285222 */

static const struct call_row answered = {
    .leg = 21, .call_id = "a@prov", .from = "5655", .to = "7961", .state = "confirmed", .local = {0x0a010101},
    .peer = {0x0a090901}, .peer_port = 5060, .dial_peer = 123, .began = {857000000}, .answered = {4937000000},
    .session_s = 1800, .refresher = "remote", .expires_in = {1523000000000}, .media_local = {0x0a010101}, .media_local_port = 16384,
    .media = {0x0a6a6c48}, .media_port = 16568, .codec = "g711ulaw"};
static const struct call_row sent_on = {
    .leg = 22, .outgoing = true, .call_id = "b@cube", .from = "5655", .to = "7961", .state = "confirmed", .local = {0x0a010101},
    .peer = {0x0a010102}, .peer_port = 5060, .dial_peer = 124, .began = {860000000}, .answered = {4930000000},
    .media_local = {0x0a010101}, .media_local_port = 16386, .media = {0x0a010107}, .media_port = 24602, .codec = "g711ulaw"};
static const struct call_row ringing = {
    .leg = 23, .call_id = "c@prov", .from = "5655", .state = "early", .local = {0x0a010101}, .peer = {0x0a090901},
    .peer_port = 5060, .began = {900000000}, .answered = {INT64_MAX}};

static void rows(const struct node *n, struct table *t)
{
    (void)n;
    call_row_add(t, &answered);
    call_row_add(t, &sent_on);
    call_row_add(t, &ringing);
}

static void sorted(const struct node *n, struct table *t)
{
    rows(n, t);
    table_sort(t);
}

static void incoming(const struct node *n, struct table *t)
{
    (void)n;
    call_row_add(t, &ringing);
}

static void outgoing(const struct node *n, struct table *t)
{
    (void)n;
    call_row_add(t, &sent_on);
}

static void none(const struct node *n, struct table *t)
{
    (void)n;
    table_sort(t);
}

static const struct model_table tables[] = {
    {"brief", "show call active voice brief", &show_call_active_voice_brief, rows},
    {"calls", "show sip-ua calls", &show_sip_ua_calls, sorted},
    {"incoming", "show sip-ua calls", &show_sip_ua_calls, incoming},
    {"outgoing", "show sip-ua calls", &show_sip_ua_calls, outgoing},
    {"no-brief", "show call active voice brief", &show_call_active_voice_brief, none},
    {"no-calls", "show sip-ua calls", &show_sip_ua_calls, none},
    {0}};
static const struct param_def params[] = {{0}};
static const struct model box = {.name = "box", .state_size = 8, .params = params, .tables = tables};

/* 24 min 17 s after the answer of the first. */
static struct node *open(void)
{
    static const struct model *const models[] = {&box};
    struct sim_config c = {.seed = 1, .epoch_ns = EPOCH_S * INT64_C(1000000000)};
    struct node *n;
    struct err e = {0};
    assert_true(net_add_node(net_new(sim_new(&c), models, 1), STR("box"), STR("cube"), NULL, 0, &n, &e));
    assert_int_equal(sim_run_until(n->sim, (struct sim_time){answered.answered.ns + 1457000000000}, &e), SIM_COMPLETE);
    return n;
}

#define TOTALS(n)                                                                                                       \
    "Telephony call-legs: 0\nSIP call-legs: " n "\nH323 call-legs: 0\nCall agent controlled call-legs: 0\n"             \
    "SCCP call-legs: 0\nMulticast call-legs: 0\nTotal call-legs: " n "\n\n"

static void a_leg_a_paragraph(void **state)
{
    (void)state;
    struct node *n = open();
    assert_shows(n, "brief",
                 TOTALS("3")
                 "0    : 21 857ms.1 (*13:00:22.857 UTC Sat May 20 2017) +4080 pid:123 Answer 5655 active\n"
                 " dur 00:24:17\n"
                 " IP 10.106.108.72:16568 SRTP: off g711ulaw\n"
                 "\n"
                 "0    : 22 860ms.2 (*13:00:22.860 UTC Sat May 20 2017) +4070 pid:124 Originate 7961 active\n"
                 " dur 00:24:17\n"
                 " IP 10.1.1.7:24602 SRTP: off g711ulaw\n"
                 "\n"
                 "0    : 23 900ms.1 (*13:00:22.900 UTC Sat May 20 2017) +0 pid:0 Answer 5655 connecting\n"
                 " dur 00:00:00\n"
                 "\n");
    assert_shows(n, "no-brief", TOTALS("0"));
    sim_free(n->sim);
}

#define CALL_B                                                                       \
    "Call 1\n"                                                                       \
    "SIP Call ID                : b@cube\n"                                          \
    "   State of the call       : STATE_ACTIVE\n"                                    \
    "   Calling Number          : 5655\n"                                            \
    "   Called Number           : 7961\n"                                            \
    "   CC Call ID              : 22\n"                                              \
    "   Source IP Address (Sig ): 10.1.1.1\n"                                        \
    "   Destn SIP Req Addr:Port : [10.1.1.2]:5060\n"                                 \
    "   Session Timer           : none\n"                                            \
    "   Number of Media Streams : 1\n"                                               \
    "   Media Stream 1\n"                                                            \
    "     Negotiated Codec         : g711ulaw\n"                                     \
    "     Media Source IP Addr:Port: [10.1.1.1]:16386\n"                             \
    "     Media Dest IP Addr:Port  : [10.1.1.7]:24602\n"                             \
    "\n"
#define CALL_A                                                                       \
    "Call 1\n"                                                                       \
    "SIP Call ID                : a@prov\n"                                          \
    "   State of the call       : STATE_ACTIVE\n"                                    \
    "   Calling Number          : 5655\n"                                            \
    "   Called Number           : 7961\n"                                            \
    "   CC Call ID              : 21\n"                                              \
    "   Source IP Address (Sig ): 10.1.1.1\n"                                        \
    "   Destn SIP Req Addr:Port : [10.9.9.1]:5060\n"                                 \
    "   Session Timer           : 1800 s, refresher remote, expires in 1523 s\n"     \
    "   Number of Media Streams : 1\n"                                               \
    "   Media Stream 1\n"                                                            \
    "     Negotiated Codec         : g711ulaw\n"                                     \
    "     Media Source IP Addr:Port: [10.1.1.1]:16384\n"                             \
    "     Media Dest IP Addr:Port  : [10.106.108.72]:16568\n"                        \
    "\n"
#define CALL_C(number)                                                               \
    "Call " number "\n"                                                              \
    "SIP Call ID                : c@prov\n"                                          \
    "   State of the call       : STATE_SENT_ALERTING\n"                             \
    "   Calling Number          : 5655\n"                                            \
    "   Called Number           : \n"                                                \
    "   CC Call ID              : 23\n"                                              \
    "   Source IP Address (Sig ): 10.1.1.1\n"                                        \
    "   Destn SIP Req Addr:Port : [10.9.9.1]:5060\n"                                 \
    "   Session Timer           : none\n"                                            \
    "   Number of Media Streams : 0\n"                                               \
    "\n"
#define CLIENTS(n) "   Number of SIP User Agent Client(UAC) calls: " n "\n\nSIP UAS CALL INFO\n"
#define SERVERS(n) "   Number of SIP User Agent Server(UAS) calls: " n "\n"

static void clients_then_servers(void **state)
{
    (void)state;
    struct node *n = open();
    assert_shows(n, "calls", "Total SIP call legs:3, User Agent Client:1, User Agent Server:2\nSIP UAC CALL INFO\n"
                 CALL_B CLIENTS("1") CALL_A CALL_C("2") SERVERS("2"));
    assert_shows(n, "incoming", "Total SIP call legs:1, User Agent Client:0, User Agent Server:1\nSIP UAC CALL INFO\n"
                 CLIENTS("0") CALL_C("1") SERVERS("1"));
    assert_shows(n, "outgoing", "Total SIP call legs:1, User Agent Client:1, User Agent Server:0\nSIP UAC CALL INFO\n"
                 CALL_B CLIENTS("1") SERVERS("0"));
    assert_shows(n, "no-calls", "Total SIP call legs:0, User Agent Client:0, User Agent Server:0\nSIP UAC CALL INFO\n"
                 CLIENTS("0") SERVERS("0"));
    sim_free(n->sim);
}

static void cells_are_values(void **state)
{
    (void)state;
    struct node *n = open();
    struct shown *s = show(n, "brief");
    assert_int_equal(shown_cell(s, 0, "session_s")->i, dur_s(1800).ns);
    assert_int_equal(shown_cell(s, 0, "expires_in_s")->i, dur_s(1523).ns);
    assert_int_equal(shown_cell(s, 0, "connect_s")->i, dur_ms(4080).ns);
    assert_int_equal(shown_cell(s, 1, "session_s")->kind, CELL_NONE);
    assert_int_equal(shown_cell(s, 1, "refresher")->kind, CELL_NONE);
    assert_int_equal(shown_cell(s, 2, "connect_s")->kind, CELL_NONE);
    assert_int_equal(shown_cell(s, 2, "media")->kind, CELL_NONE);
    assert_string_equal(shown_cell(s, 1, "role")->text, "uac");
    assert_string_equal(shown_cell(s, 1, "media")->text, "10.1.1.1:16386 10.1.1.7:24602");
    shown_close(s);
    sim_free(n->sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leg_a_paragraph),
        cmocka_unit_test(clients_then_servers),
        cmocka_unit_test(cells_are_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
