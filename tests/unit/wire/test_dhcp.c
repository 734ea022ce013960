/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dhcp.c: what is asked of a message's options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/dhcp.h"

static void types(void **state)
{
    (void)state;
    struct dhcp m = {0};
    assert_int_equal(dhcp_type(&m), 0);
    m.option[DHCP_MESSAGE_TYPE] = STR("\6");
    assert_int_equal(dhcp_type(&m), DHCP_NAK);
    m.option[DHCP_MESSAGE_TYPE] = STR("\11");
    assert_int_equal(dhcp_type(&m), 0);
    m.option[DHCP_MESSAGE_TYPE] = STR("\1\1");
    assert_int_equal(dhcp_type(&m), 0);
}

/* RFC 5859 3: an option 150 whose length is no multiple of 4 is ignored. */
static void addresses(void **state)
{
    (void)state;
    struct dhcp m = {0};
    struct ip4 a;
    assert_false(dhcp_address(&m, DHCP_TFTP_SERVERS, 0, &a));
    m.option[DHCP_TFTP_SERVERS] = STR("\x0a\x01\x00\x02\x0a\x01\x00\x03");
    assert_true(dhcp_address(&m, DHCP_TFTP_SERVERS, 1, &a));
    assert_int_equal(a.v, 0x0a010003);
    assert_false(dhcp_address(&m, DHCP_TFTP_SERVERS, 2, &a));
    m.option[DHCP_TFTP_SERVERS].n = 7;
    assert_false(dhcp_address(&m, DHCP_TFTP_SERVERS, 0, &a));
}

static void numbers(void **state)
{
    (void)state;
    struct dhcp m = {0};
    uint32_t v;
    assert_false(dhcp_u32(&m, DHCP_LEASE_TIME, &v));
    m.option[DHCP_LEASE_TIME] = STR("\0\1\x51\x80");
    assert_true(dhcp_u32(&m, DHCP_LEASE_TIME, &v));
    assert_int_equal(v, 86400);
    m.option[DHCP_LEASE_TIME].n = 2;
    assert_false(dhcp_u32(&m, DHCP_LEASE_TIME, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(addresses),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
