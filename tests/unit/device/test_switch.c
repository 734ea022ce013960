/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch as a bridge: learning, flooding, ageing, VLANs and their tags. Independent truth: the
 * rules of IEEE 802.1D and 802.1Q. Port security has its own test. */
#include "tests/unit/device/lan.h"

#define S 1000000000ll
#define A 1u /* bits of lan_heard */
#define B 2u
#define C 4u
#define D 8u

static struct lan open(void)
{
    static const struct lan_config plain = {.node = {NULL}};
    return lan_open(&plain);
}

static void unknown_is_flooded_known_is_not(void **state)
{
    (void)state;
    struct lan l = open();
    lan_say(&l, 0, 2, 1, 0); /* nobody knows 2 */
    assert_int_equal(lan_heard(&l), B | C | D);
    lan_say(&l, 1, 1, 2, 0); /* 1 is behind the first port */
    assert_int_equal(lan_heard(&l), A);
    lan_say(&l, 0, 2, 1, 0);
    assert_int_equal(lan_heard(&l), B);
    lan_say(&l, 0, 255, 1, 0);
    assert_int_equal(lan_heard(&l), B | C | D);
    lan_say(&l, 2, 255, 1, 0); /* it has moved */
    lan_heard(&l);
    lan_say(&l, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), C);
    world_close(l.w);
}

static void learned_address_ages_exactly(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        struct lan l = open();
        lan_say_at(&l, 1 * S, 0, 9, 1, 0);
        lan_say_at(&l, 200 * S, 0, 9, 1, 0); /* speaking refreshes */
        lan_say_at(&l, 400 * S, 1, 1, 2, 0); /* being spoken to does not */
        lan_heard(&l);
        lan_say_at(&l, 500 * S + late, 1, 1, 2, 0);
        assert_int_equal(lan_heard(&l), late < 0 ? A : A | C | D);
        world_close(l.w);
    }
    struct lan_config never = {.node = {"mac_aging_time=0s"}};
    struct lan l = lan_open(&never);
    lan_say_at(&l, 1 * S, 0, 9, 1, 0);
    lan_heard(&l);
    lan_say_at(&l, 1000000 * S, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), A);
    world_close(l.w);
}

static void what_is_not_forwarded(void **state)
{
    (void)state;
    static const struct mac group = {{1, 0, 0x5e, 0, 0, 1}};
    static const struct mac own[] = {{{1, 0, 0x0c, 0xcc, 0xcc, 0xcc}},
                                     {{1, 0x80, 0xc2, 0, 0, 0}},
                                     {{1, 0x80, 0xc2, 0, 0, 0x0e}}};
    struct lan l = open();
    for (int i = 0; i < 3; i++)
        say(l.on[0], own[i], mac_n(1), 0, 100, "", 0);
    run_for(l.w, dur_us(10));
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(net_books(l.w->net).dropped, 0); /* consumed is delivered */
    say(l.on[0], mac_n(2), group, 0, 0x88b5, "", 0);
    say(l.on[0], mac_n(2), mac_n(1), 0, ETH_VLAN, "\x0f\xff", 2);
    run_for(l.w, dur_us(10));
    lan_say(&l, 0, 1, 3, 0);
    lan_heard(&l);
    lan_say(&l, 0, 3, 1, 0); /* both behind one port */
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(facts(l.w, "drop source-multicast"), 1);
    assert_int_equal(facts(l.w, "drop malformed"), 1);
    assert_int_equal(facts(l.w, "drop same-port"), 1);
    world_close(l.w);
}

static void multicast_is_flooded(void **state)
{
    (void)state;
    struct lan l = open();
    say(l.on[2], (struct mac){{1, 0, 0x5e, 0, 0, 1}}, mac_n(3), 0, 0x88b5, "", 0);
    run_for(l.w, dur_us(10));
    assert_int_equal(lan_heard(&l), A | B | D);
    world_close(l.w);
}

static void vlans_are_apart(void **state)
{
    (void)state;
    struct lan_config c = {
        .port = {{"vlan=10"}, {"vlan=20"}, {"vlan=10"}, {"mode=trunk", "vlan=99"}}};
    struct lan l = lan_open(&c);
    lan_say(&l, 0, 255, 1, 0);
    assert_int_equal(lan_heard(&l), C | D);
    lan_say(&l, 1, 1, 2, 0); /* 1 is known in VLAN 10, not in 20 */
    assert_int_equal(lan_heard(&l), D);
    lan_say(&l, 3, 255, 5, 20);
    assert_int_equal(lan_heard(&l), B);
    lan_say(&l, 3, 255, 5, 0); /* the native VLAN has no other port */
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(facts(l.w, "drop no-member-port"), 1);
    lan_say(&l, 0, 255, 1, 20); /* an access port takes no other VLAN */
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(facts(l.w, "drop vlan-not-allowed"), 1);
    world_close(l.w);
}

/* VLAN of the frame that the station on `port` heard last; 0: untagged. */
static uint16_t tag_heard(const struct lan *l, int port)
{
    const uint8_t *p = last(l->on[port])->bytes + 12;
    return p[0] == 0x81 && p[1] == 0 ? (uint16_t)((p[2] & 15) << 8 | p[3]) : 0;
}

static void trunk_tags_all_but_its_native_vlan(void **state)
{
    (void)state;
    struct lan_config c = {
        .port = {{"vlan=10"}, {"vlan=99"}, {"mode=trunk", "vlan=99"}, {"mode=trunk"}}};
    struct lan l = lan_open(&c);
    lan_say(&l, 0, 255, 1, 0);
    assert_true(tag_heard(&l, 2) == 10 && tag_heard(&l, 3) == 10);
    assert_int_equal(last(l.on[2])->len, 64);
    assert_int_equal(last(l.on[2])->id, last(l.on[3])->id); /* tagged once for both */
    lan_say(&l, 1, 255, 2, 0);
    assert_true(tag_heard(&l, 2) == 0 && tag_heard(&l, 3) == 99);
    lan_say(&l, 3, 255, 4, 10); /* tag off towards a, on towards c */
    assert_true(tag_heard(&l, 0) == 0 && tag_heard(&l, 2) == 10);
    assert_int_equal(last(l.on[0])->len, 60);
    static const uint8_t want[22] = {255, 255,  255,  255, 255, 255, 2,   0,   0,   0,   0,
                                     4,   0x88, 0xb5, 'd', 'i', 'a', 'l', 't', 'o', 'n', 'e'};
    assert_memory_equal(last(l.on[0])->bytes, want, sizeof want);
    world_close(l.w);
}

static void voice_vlan_is_tagged_access_vlan_is_not(void **state)
{
    (void)state;
    struct lan_config c = {.port = {{"vlan=10", "voice_vlan=147"}, {"vlan=10"}, {"mode=trunk"}}};
    struct lan l = lan_open(&c);
    lan_say(&l, 0, 255, 1, 147);
    assert_int_equal(lan_heard(&l), C);
    assert_int_equal(at(l.on[2])->got[0].bytes[14], 0x60); /* priority 3 is kept */
    lan_say(&l, 2, 255, 9, 147);
    assert_int_equal(tag_heard(&l, 0), 147);
    lan_say(&l, 1, 255, 2, 0);
    assert_int_equal(tag_heard(&l, 0), 0);
    lan_heard(&l);
    lan_say(&l, 0, 255, 1, 0); /* the PC behind the phone */
    assert_int_equal(lan_heard(&l), B | C);
    world_close(l.w);
}

/* VID 0 carries a priority only: the frame is of the port's VLAN, and leaves in its true form. */
static void priority_tag_is_no_vlan(void **state)
{
    (void)state;
    struct lan_config c = {.port = {{"vlan=10"}, {"vlan=10"}, {"mode=trunk"}, {"vlan=20"}}};
    struct lan l = lan_open(&c);
    uint8_t body[50] = {0xa0, 0x00, 0x88, 0xb5, 'x'};
    say(l.on[0], MAC_BROADCAST, mac_n(1), 0, ETH_VLAN, body, sizeof body);
    run_for(l.w, dur_us(10));
    assert_true(tag_heard(&l, 1) == 0 && tag_heard(&l, 2) == 10);
    assert_int_equal(last(l.on[2])->bytes[14], 0xa0);
    assert_true(last(l.on[1])->bytes[14] == 'x' && last(l.on[2])->bytes[18] == 'x');
    assert_int_equal(at(l.on[3])->count, 0);
    world_close(l.w);
}

/* What is flooded is the frame itself; a retagged one is new but of the same exchange. */
static void copies_keep_flow_and_count(void **state)
{
    (void)state;
    struct lan_config c = {.port = {{"vlan=10"}, {"vlan=10"}, {"mode=trunk"}, {"vlan=10"}}};
    struct lan l = lan_open(&c);
    struct frame *f = frame_new(l.w->net, 60);
    struct wr w = wr_of(f->bytes, 60);
    struct eth e = {.dst = MAC_BROADCAST, .src = mac_n(1), .type = 0x88b5};
    eth_put(&w, &e);
    eth_pad(&w);
    f->flow = 77;
    f->copy = 3;
    const struct frame *sealed = frame_seal(l.w->net, f, 60);
    uint64_t id = sealed->id;
    port_send(l.on[0]->ports[0], sealed);
    run_for(l.w, dur_us(10));
    assert_true(last(l.on[1])->id == id && last(l.on[3])->id == id && last(l.on[2])->id != id);
    for (int i = 1; i < 4; i++)
        assert_true(last(l.on[i])->flow == 77 && last(l.on[i])->copy == 3);
    world_close(l.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_is_flooded_known_is_not),
        cmocka_unit_test(learned_address_ages_exactly),
        cmocka_unit_test(what_is_not_forwarded),
        cmocka_unit_test(multicast_is_flooded),
        cmocka_unit_test(vlans_are_apart),
        cmocka_unit_test(trunk_tags_all_but_its_native_vlan),
        cmocka_unit_test(voice_vlan_is_tagged_access_vlan_is_not),
        cmocka_unit_test(priority_tag_is_no_vlan),
        cmocka_unit_test(copies_keep_flow_and_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
