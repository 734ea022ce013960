/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_addr.c: MAC and IPv4 addresses as text and as numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/addr.h"

#define PHONE 0xf40f1b1e26a9u

static void test_mac_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {"f4:0f:1b:1e:26:a9", "F4-0F-1B-1E-26-A9", "f40f.1b1e.26a9",
                                        "F40F1B1E26A9"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct mac m = {{0}};
        assert_true(mac_parse(str_of(forms[i]), &m));
        assert_int_equal(mac_u64(m), PHONE);
    }
}

static void test_mac_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "f4:0f:1b:1e:26",
                                      "f4:0f:1b:1e:26:a",
                                      "f4:0f:1b:1e:26:a9:",
                                      "f4:0f-1b:1e:26:a9",
                                      "f40f:1b1e:26a9",
                                      "f4:0f:1b:1e:26:g9",
                                      "f40f1b1e26a",
                                      "f40f1b1e26a99",
                                      "f4::f:1b:1e:26:a9",
                                      "f4.0f.1b.1e.26.a9",
                                      "f40f1b1e26a9aabb0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mac m = mac_of_u64(7);
        if (mac_parse(str_of(bad[i]), &m))
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(mac_u64(m), 7);
    }
}

static void test_mac_bytes(void **state)
{
    (void)state;
    struct mac m = mac_of_u64(PHONE);
    static const uint8_t want[6] = {0xf4, 0x0f, 0x1b, 0x1e, 0x26, 0xa9};
    assert_memory_equal(m.b, want, 6);
    char text[20];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    mac_text(&t, m);
    assert_string_equal(text, "f4:0f:1b:1e:26:a9");
    assert_true(mac_eq(m, mac_of_u64(PHONE)));
    assert_false(mac_eq(m, mac_of_u64(PHONE + 1)));
}

static void test_mac_groups(void **state)
{
    (void)state;
    assert_true(mac_is_broadcast(MAC_BROADCAST) && mac_is_group(MAC_BROADCAST));
    assert_false(mac_is_group(mac_of_u64(PHONE)));
    assert_false(mac_is_broadcast(mac_of_u64(0xfffffffffffe)));
    assert_true(mac_is_group(mac_of_u64(0x01005e000001)));
    /* 802.1D 7.12.6: sixteen addresses that no bridge forwards; CDP's beside them */
    assert_true(mac_is_link_local(mac_of_u64(0x0180c2000000)));
    assert_true(mac_is_link_local(mac_of_u64(0x0180c200000f)));
    assert_false(mac_is_link_local(mac_of_u64(0x0180c2000010)));
    assert_true(mac_is_link_local(mac_of_u64(0x01000ccccccc)));
    assert_false(mac_is_link_local(mac_of_u64(0x01000ccccccd)));
}

static void test_ip4_text(void **state)
{
    (void)state;
    struct ip4 a = {0};
    assert_true(ip4_parse(STR("10.147.230.189"), &a));
    assert_int_equal(a.v, 0x0a93e6bd);
    char text[20];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    ip4_text(&t, a);
    assert_string_equal(text, "10.147.230.189");
    assert_true(ip4_parse(STR("0.0.0.0"), &a) && a.v == 0);
    assert_true(ip4_parse(STR("255.255.255.255"), &a) && ip4_is_broadcast(a));
}

static void test_ip4_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "10",         "10.1.2",    "10.1.2.3.4",
                                      "10.1.2.256", "10.1.2.",    ".1.2.3",    "10..2.3",
                                      "10.1.2.3 ",  "010.1.2.3",  "10.1.2.-3", "10.1.2.3/24",
                                      "0x0a.1.2.3", "10.1.2.1000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ip4 a;
        if (ip4_parse(str_of(bad[i]), &a))
            fail_msg("accepted: %s", bad[i]);
    }
}

static void test_ip4_prefix(void **state)
{
    (void)state;
    struct ip4 a;
    uint8_t len;
    assert_true(ip4_parse_prefix(STR("10.1.2.3/24"), &a, &len));
    assert_true(a.v == 0x0a010203 && len == 24);
    assert_false(ip4_parse_prefix(STR("10.1.2.3"), &a, &len));
    assert_false(ip4_parse_prefix(STR("10.1.2.3/33"), &a, &len));
    assert_false(ip4_parse_prefix(STR("10.1.2.3/"), &a, &len));
    struct ip4 net = {0x0a010200};
    assert_true(ip4_in((struct ip4){0x0a0102ff}, net, 24));
    assert_false(ip4_in((struct ip4){0x0a010300}, net, 24));
    assert_true(ip4_in((struct ip4){0xffffffff}, net, 0));
    assert_true(ip4_in(net, net, 32));
    assert_false(ip4_in((struct ip4){0x0a010201}, net, 32));
}

static void test_ip4_multicast(void **state)
{
    (void)state;
    assert_true(ip4_is_multicast((struct ip4){0xe0000001}));
    assert_true(ip4_is_multicast((struct ip4){0xefffffff}));
    assert_false(ip4_is_multicast((struct ip4){0xdfffffff}));
    assert_false(ip4_is_multicast((struct ip4){0xf0000000}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac_forms),  cmocka_unit_test(test_mac_refused),
        cmocka_unit_test(test_mac_bytes),  cmocka_unit_test(test_mac_groups),
        cmocka_unit_test(test_ip4_text),   cmocka_unit_test(test_ip4_refused),
        cmocka_unit_test(test_ip4_prefix), cmocka_unit_test(test_ip4_multicast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
