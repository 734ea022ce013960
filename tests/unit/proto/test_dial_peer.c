/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dial-peers: which one a number goes out by, and what their text may say. */
#include "tests/unit/net/station.h"

#include "models/proto/dial_peer.h"

#define TO " session-target 10.0.0.5;"

static struct dial_peer *read(struct world *w, const char *text)
{
    struct dial_peer *first;
    struct err e = {0};
    if (!dial_peers_read(&first, sim_arena(w->sim), text, &e))
        fail_msg("%s", e.msg);
    return first;
}

/* `peers`: pattern behind pattern, tagged 1, 2 and so on. The tag, 0 for none. */
static uint32_t goes_by(const char *patterns, const char *number)
{
    char text[512];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct world *w = world_open(NULL);
    struct str rest = str_of(patterns);
    for (uint32_t tag = 1; rest.n; tag++) {
        struct str one = str_cut(&rest, ' ');
        txtbuf_add(&t, "%u destination-pattern %.*s" TO, tag, STR_ARG(one));
    }
    const struct dial_peer *p = dial_peer_for(read(w, text), str_of(number));
    uint32_t tag = p ? p->tag : 0;
    world_close(w);
    return tag;
}

static void which_one_a_number_goes_by(void **state)
{
    static const struct {
        const char *patterns, *number;
        uint32_t tag;
    } rows[] = {
        {"5...", "5001", 1},
        {"5...", "500", 0},
        {"5...", "6001", 0},
        {"5...", "50012", 1}, /* what follows is ignored */
        {"5...$", "50012", 0},
        {"5...$", "5001", 1},
        {".T 5...", "5001", 2},
        {".T 5...", "61", 1},
        {".T", "1", 1},
        {".T", "", 0},
        {"T", "5", 1},
        {"T", "", 0},
        {"5... 50.. 5001 500.", "5001", 3}, /* most digits as they are */
        {"5 5...", "5001", 2},              /* then most at all */
        {"5... 5...", "5001", 1},           /* then the first */
        {"[1-35]00", "300", 1},
        {"[1-35]00", "500", 1},
        {"[1-35]00", "400", 0},
        {"[^1-3]00", "400", 1},
        {"[^1-3]00", "200", 0},
        {"5... [5]..1", "5001", 2},
        {"+81.T", "+8135551234", 1},
        {"+81.T", "8135551234", 0},
        {".T", "+81355", 0},
        {"*1#", "*1#", 1},
        {".T", "alice", 0},
        {"5", "5alice", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t tag = goes_by(rows[i].patterns, rows[i].number);
        if (tag != rows[i].tag)
            fail_msg("'%s' of '%s': %u", rows[i].number, rows[i].patterns, tag);
    }
}

static void the_lowest_preference_of_equals(void **state)
{
    struct world *w = world_open(NULL);
    const struct dial_peer *first = read(
        w, "1 destination-pattern 5... session-target 10.0.0.1 preference 2;"
           "2 destination-pattern 5... session-target 10.0.0.2 preference 1;"
           "3 destination-pattern .... session-target 10.0.0.3");
    (void)state;
    assert_int_equal(dial_peer_for(first, STR("5001"))->tag, 2);
    assert_int_equal(dial_peer_for(first, STR("6001"))->tag, 3);
    assert_int_equal(dial_peer_from(first, (struct ip4){0x0a000002})->tag, 2);
    assert_null(dial_peer_from(first, (struct ip4){0x0a000009}));
    world_close(w);
}

static void what_they_say(void **state)
{
    struct world *w = world_open(NULL);
    const struct dial_peer *p = read(
        w, " 100 destination-pattern 5... session-target 10.0.0.5 ; "
           "200  destination-pattern .T session-target ipv4:203.0.113.9:5070 transport tcp session-refresh "
           "midcall-signaling passthru-media-change min-se 90 sip-profile off preference 10;"
           "300 session-target 10.0.0.6:5061 session-refresh off transport udp destination-pattern 1 "
           "midcall-signaling block sip-profile on;;");
    (void)state;
    assert_int_equal(p->tag, 100);
    assert_int_equal(p->target.addr.v, 0x0a000005);
    assert_int_equal(p->target.port, 5060);
    assert_int_equal(p->target.over, SIP_OVER_UDP);
    assert_int_equal(p->session_refresh, PEER_AS_BOX);
    assert_int_equal(p->sip_profile, PEER_AS_BOX);
    assert_false(p->has_midcall);
    assert_int_equal(p->min_se_s, 0);
    p = p->next;
    assert_int_equal(p->target.addr.v, 0xcb007109);
    assert_int_equal(p->target.port, 5070);
    assert_int_equal(p->target.over, SIP_OVER_TCP);
    assert_int_equal(p->session_refresh, PEER_ON);
    assert_int_equal(p->sip_profile, PEER_OFF);
    assert_true(p->has_midcall);
    assert_int_equal(p->midcall, MIDCALL_MEDIA_CHANGE);
    assert_int_equal(p->min_se_s, 90);
    assert_int_equal(p->preference, 10);
    p = p->next;
    assert_int_equal(p->target.port, 5061);
    assert_int_equal(p->session_refresh, PEER_OFF);
    assert_int_equal(p->midcall, MIDCALL_BLOCK);
    assert_int_equal(p->sip_profile, PEER_ON);
    assert_null(p->next);
    assert_null(read(w, ""));
    world_close(w);
}

static void mistakes(void **state)
{
    static const struct {
        const char *text, *want;
    } bad[] = {
        {"destination-pattern 5 session-target 10.0.0.5", "'destination-pattern' is not a dial-peer's tag of 1.."},
        {"0 destination-pattern 5" TO, "'0' is not a dial-peer's tag"},
        {"1 destination-pattern 5" TO "1 destination-pattern 6" TO, "dial-peer 1 is there twice"},
        {"1 destination-patern 5" TO, "'destination-patern' is not a setting of a dial-peer; "
                                      "did you mean 'destination-pattern'?"},
        {"1 destination-pattern 5x" TO, "'5x' is not a pattern"},
        {"1 destination-pattern 5T5" TO, "'5T5' is not a pattern"},
        {"1 destination-pattern 5+" TO, "'5+' is not a pattern"},
        {"1 destination-pattern [1-" TO, "'[1-' is not a pattern"},
        {"1 destination-pattern [3-1]" TO, "'[3-1]' is not a pattern"},
        {"1 destination-pattern []" TO, "'[]' is not a pattern"},
        {"1 destination-pattern", "'' is not a pattern"},
        {"1 destination-pattern 5 session-target 10.0.0", "'10.0.0' is not an address a.b.c.d or a.b.c.d:PORT"},
        {"1 destination-pattern 5 session-target 10.0.0.5:0", "'10.0.0.5:0' is not an address"},
        {"1 destination-pattern 5 session-target 10.0.0.5:65536", "'10.0.0.5:65536' is not an address"},
        {"1 destination-pattern 5 session-target 10.0.0.5:", "'10.0.0.5:' is not an address"},
        {"1 destination-pattern 5 transport tpc" TO, "'tpc' is not a transport (udp or tcp); did you mean 'tcp'?"},
        {"1 destination-pattern 5 preference 11" TO, "'11' is not a preference of 0..10"},
        {"1 destination-pattern 5 min-se 89" TO, "'89' is not a min-se of 90..86400 seconds"},
        {"1 destination-pattern 5 sip-profile of" TO, "'of' is not on or off; did you mean 'o"},
        {"1 destination-pattern 5 midcall-signaling pasthru" TO, "did you mean 'passthru'?"},
        {"1 destination-pattern 5 destination-pattern 6" TO, "'destination-pattern' is there twice"},
        {"1 session-target 10.0.0.5", "destination-pattern is missing"},
        {"1 destination-pattern 5", "session-target is missing"},
    };
    struct world *w = world_open(NULL);
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct dial_peer *first;
        struct err e = {0};
        assert_false(dial_peers_read(&first, sim_arena(w->sim), bad[i].text, &e));
        if (!strstr(e.msg, bad[i].want) || !strstr(e.msg, "parameter 'dial_peers': "))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i].want);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_one_a_number_goes_by),
        cmocka_unit_test(the_lowest_preference_of_equals),
        cmocka_unit_test(what_they_say),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
