/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Port security of a switch port: which frames teach, refresh, pass and are lost, to the
 * nanosecond, and what explains the loss. Independent truth: the closed forms "idle >= ageing time"
 * and, for a sweep, the first multiple of its period; the Catalyst guides' rules on what counts as
 * traffic. */
#include "tests/unit/device/lan.h"

#define S 1000000000ll
#define VOICE 147
#define PHONE 1
#define LOST "drop port-security-learning"
#define VIOLATION "drop port-security-violation"

enum { SECURE, UPLINK, OTHER_SECURE }; /* ports a, b, c */

static struct lan open(const char *setting, const char *more)
{
    struct lan_config c = {
        .node = {setting, setting ? more : NULL},
        .port = {{"vlan=10", "voice_vlan=147", "port_security=on"},
                 {"mode=trunk"},
                 {"vlan=10", "voice_vlan=147", "port_security=on"},
                 {"vlan=10"}},
    };
    return lan_open(&c);
}

/* The phone speaks at that instant; does the uplink hear it? */
static bool passes(struct lan *l, int64_t ns)
{
    lan_heard(l);
    lan_say_at(l, ns, SECURE, 9, PHONE, VOICE);
    return lan_heard(l) & 1u << UPLINK;
}

static void first_copy_is_lost_second_passes(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    assert_false(passes(&l, 1 * S));
    assert_int_equal(facts(l.w, LOST), 1);
    assert_non_null(
        fact(l.w, "secure-address vlan 147 02:00:00:00:00:01: unknown frame secured", 0));
    assert_true(passes(&l, 1 * S + 210000000)); /* the retransmission */
    assert_int_equal(facts(l.w, LOST), 1);
    assert_int_equal(net_books(l.w->net).dropped, 1);
    world_close(l.w);
}

static void address_ages_after_the_limit_of_silence_exactly(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    assert_false(passes(&l, 1 * S));
    assert_true(passes(&l, 61 * S - 1));          /* 59.999999999 s of silence; refreshes */
    assert_true(passes(&l, 121 * S - 2));         /* again, since the last frame */
    assert_false(passes(&l, 181 * S - 2));        /* 60 s: ageing acts before the frame */
    assert_true(passes(&l, 181 * S + 420000000)); /* taught again by the one that was lost */
    assert_int_equal(facts(l.w, LOST), 2);
    world_close(l.w);
    l = open("port_security_aging_time=2min", NULL);
    assert_false(passes(&l, 1 * S));
    assert_true(passes(&l, 121 * S - 1));
    assert_false(passes(&l, 241 * S - 1));
    world_close(l.w);
}

static void absolute_counts_from_learning(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        struct lan l = open("port_security_aging_type=absolute", NULL);
        assert_false(passes(&l, 1 * S));
        for (int64_t t = 11; t < 61; t += 10)
            assert_true(passes(&l, t * S));
        assert_int_equal(passes(&l, 61 * S + late), late < 0); /* traffic has not helped */
        assert_int_equal(facts(l.w,
                               "secure-address 02:00:00:00:00:01 was learned 60s ago, the ageing"
                               " time is 60s"),
                         late < 0 ? 0 : 1);
        world_close(l.w);
    }
}

static void off_and_zero_never_age(void **state)
{
    (void)state;
    static const char *const never[] = {"port_security_aging_type=off",
                                        "port_security_aging_time=0s"};
    for (int i = 0; i < 2; i++) {
        struct lan l = open(never[i], NULL);
        assert_false(passes(&l, 1 * S));
        assert_true(passes(&l, 1000000 * S));
        world_close(l.w);
    }
}

static void forward_mode_loses_nothing(void **state)
{
    (void)state;
    struct lan l = open("port_security_first_frame=forward", NULL);
    assert_true(passes(&l, 1 * S));
    assert_true(passes(&l, 100 * S));
    assert_int_equal(net_books(l.w->net).dropped, 0);
    assert_non_null(
        fact(l.w, "secure-address vlan 147 02:00:00:00:00:01: forgotten frame secured", 0));
    world_close(l.w);
}

/* Learned at 3 s and silent: old enough at 63 s, dies at the first sweep from then on. */
static void sweep_forgets_at_its_next_multiple(void **state)
{
    (void)state;
    static const struct {
        const char *tick;
        int64_t dies;
    } sweeps[] = {{"1s", 63}, {"5s", 65}, {"10s", 70}, {"60s", 120}};
    for (int i = 0; i < 4; i++) {
        char setting[48];
        struct txtbuf t = txtbuf_of(setting, sizeof setting);
        txtbuf_add(&t, "port_security_aging_tick=%s", sweeps[i].tick);
        struct lan l = open(setting, NULL);
        assert_false(passes(&l, 3 * S));
        assert_true(passes(&l, sweeps[i].dies * S - 1));
        world_close(l.w);
        l = open(setting, NULL);
        assert_false(passes(&l, 3 * S));
        assert_false(passes(&l, sweeps[i].dies * S));
        world_close(l.w);
    }
}

/* Neither CDP or other frames for the switch itself, nor traffic towards the phone. */
static void only_its_own_traffic_refreshes(void **state)
{
    (void)state;
    static const struct mac cdp = {{1, 0, 0x0c, 0xcc, 0xcc, 0xcc}},
                            stp = {{1, 0x80, 0xc2, 0, 0, 0}};
    struct lan l = open(NULL, NULL);
    assert_false(passes(&l, 1 * S));
    run_to(l.w, 31 * S);
    say(l.on[SECURE], cdp, mac_n(PHONE), 0, 100, "", 0);
    say(l.on[SECURE], cdp, mac_n(PHONE), VOICE, 100, "", 0);
    say(l.on[SECURE], stp, mac_n(PHONE), VOICE, 100, "", 0);
    run_for(l.w, dur_us(10));
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(facts(l.w, LOST), 1); /* they teach nothing either */
    lan_say(&l, UPLINK, PHONE, 9, VOICE);
    assert_int_equal(lan_heard(&l), 1u << SECURE);
    assert_false(passes(&l, 61 * S));
    world_close(l.w);
}

/* What comes for a forgotten phone is flooded and so still reaches it (case study 2). */
static void forgotten_address_is_flooded_to(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    assert_false(passes(&l, 1 * S));
    assert_true(passes(&l, 2 * S));
    lan_say_at(&l, 62 * S - 1, UPLINK, PHONE, 9, VOICE);
    assert_int_equal(lan_heard(&l), 1u << SECURE);
    lan_say_at(&l, 63 * S, UPLINK, PHONE, 9, VOICE);
    assert_int_equal(lan_heard(&l), 1u << SECURE | 1u << OTHER_SECURE);
    world_close(l.w);
}

static void full_port_protects(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    lan_say_at(&l, 31 * S, SECURE, 9, 1,
               0); /* the same station in the access VLAN counts for itself */
    assert_int_equal(facts(l.w, LOST), 2);
    lan_say_at(&l, 32 * S, SECURE, 9, 2, VOICE);
    lan_say_at(&l, 33 * S, SECURE, 9, 2, VOICE);
    assert_int_equal(facts(l.w, VIOLATION), 2);
    assert_int_equal(lan_heard(&l), 0);
    lan_say_at(&l, 61 * S, SECURE, 9, 2, VOICE); /* the first has aged: there is room */
    assert_int_equal(facts(l.w, LOST), 3);
    assert_int_equal(facts(l.w, VIOLATION), 2);
    lan_say_at(&l, 62 * S, SECURE, 9, 1, VOICE); /* too late for the first one */
    assert_int_equal(facts(l.w, VIOLATION), 3);
    world_close(l.w);
}

static void maximum_without_voice_vlan_is_one(void **state)
{
    (void)state;
    struct lan_config c = {
        .port = {{"port_security=on"}, {NULL}, {"port_security=on", "port_security_maximum=3"}}};
    struct lan l = lan_open(&c);
    for (uint8_t src = 1; src <= 4; src++) {
        lan_say(&l, 0, 9, src, 0);
        lan_say(&l, 2, 9, (uint8_t)(src + 10), 0);
    }
    assert_int_equal(facts(l.w, LOST), 1 + 3);
    assert_int_equal(facts(l.w, VIOLATION), 3 + 1);
    world_close(l.w);
}

static void address_secured_elsewhere_is_a_violation(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    assert_false(passes(&l, 1 * S));
    lan_say_at(&l, 2 * S, OTHER_SECURE, 9, PHONE, VOICE);
    assert_int_equal(facts(l.w, VIOLATION), 1);
    lan_say_at(&l, 61 * S, OTHER_SECURE, 9, PHONE, VOICE); /* forgotten there, learned here */
    assert_int_equal(facts(l.w, LOST), 2);
    lan_say_at(&l, 62 * S, UPLINK, PHONE, 9, VOICE);
    assert_int_equal(lan_heard(&l), 1u << OTHER_SECURE);
    world_close(l.w);
}

/* From the loss back: the address was forgotten, since the frame that last refreshed it was too
 * long ago for the ageing time. */
static void loss_is_explained(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    passes(&l, 1 * S);
    uint64_t first_loss = fact(l.w, LOST, 0)->id;
    assert_int_equal(tie(l.w, first_loss, BECAUSE_STATE), 0); /* never known: nothing to blame */
    passes(&l, 2 * S);
    uint64_t refresh = 0;
    for (uint32_t i = 0; i < l.w->fact_count; i++) {
        if (l.w->facts[i].at.ns == 2 * S && strcmp(l.w->facts[i].text, "rx") == 0)
            refresh = l.w->facts[i].id;
    }
    passes(&l, 115 * S);
    uint64_t aged = tie(l.w, fact(l.w, LOST, 1)->id, BECAUSE_STATE);
    assert_string_equal(fact_of(l.w, aged)->text,
                        "secure-address vlan 147 02:00:00:00:00:01: secured aged forgotten");
    assert_int_equal(tie(l.w, aged, BECAUSE_STATE), refresh);
    assert_string_equal(fact_of(l.w, tie(l.w, aged, BECAUSE_LIMIT))->text,
                        "parameter port_security_aging_time = 60s");
    assert_non_null(fact(l.w,
                         "secure-address 02:00:00:00:00:01 was last seen 113s ago, the ageing time"
                         " is 60s",
                         0));
    world_close(l.w);
}

/* Room was made by another station's arrival: the loss is still tied to the forgetting. */
static void loss_after_anothers_arrival_is_explained(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    lan_say_at(&l, 2 * S, SECURE, 9, 2, 0);
    lan_say_at(&l, 70 * S, SECURE, 9, 3, VOICE); /* a full port: both are found aged */
    lan_say_at(&l, 71 * S, SECURE, 9, 1, VOICE);
    uint64_t aged = tie(l.w, fact(l.w, LOST, 3)->id, BECAUSE_STATE);
    assert_int_equal(fact_of(l.w, aged)->at.ns, 70 * S);
    world_close(l.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_copy_is_lost_second_passes),
        cmocka_unit_test(address_ages_after_the_limit_of_silence_exactly),
        cmocka_unit_test(absolute_counts_from_learning),
        cmocka_unit_test(off_and_zero_never_age),
        cmocka_unit_test(forward_mode_loses_nothing),
        cmocka_unit_test(sweep_forgets_at_its_next_multiple),
        cmocka_unit_test(only_its_own_traffic_refreshes),
        cmocka_unit_test(forgotten_address_is_flooded_to),
        cmocka_unit_test(full_port_protects),
        cmocka_unit_test(maximum_without_voice_vlan_is_one),
        cmocka_unit_test(address_secured_elsewhere_is_a_violation),
        cmocka_unit_test(loss_is_explained),
        cmocka_unit_test(loss_after_anothers_arrival_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
