/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers that are put in and taken out: what a message remembers of their places is what it would after it was written
 * and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "models/wire/sip.h"

static const char *const names[] = {"Via", "v", "To", "t", "Route", "X-Own", "Session-Expires", "x"};

static void assert_places(const struct sip_msg *m)
{
    char text[4096];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg again;
    sip_put(&w, m);
    assert_true(wr_ok(&w));
    struct rd r = rd_of(text, wr_len(&w));
    assert_true(sip_get(&r, &again));
    assert_int_equal(again.header_count, m->header_count);
    for (int id = 0; id < SIP_HEADER_COUNT; id++)
        assert_int_equal(again.first[id], m->first[id]);
}

static void places_follow(void **state)
{
    struct sip_msg m = {.method = STR("OPTIONS"), .uri = STR("sip:a@10.0.0.1")};
    uint32_t dice = 1;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        dice = dice * 1664525u + 1013904223u;
        struct str name = str_of(names[dice >> 24 & 7]), value = STR("1");
        uint32_t what = dice >> 16 & 3, at = m.header_count ? (dice >> 8) % m.header_count : 0;
        if (m.header_count && (what == 0 || m.header_count == SIP_HEADERS_MAX))
            sip_header_remove(&m, at);
        else if (what == 1)
            sip_header_add(&m, name, value);
        else
            sip_header_insert(&m, at, name, value);
        assert_places(&m);
    }
}

static void counts_and_words(void **state)
{
    struct sip_msg m = {.method = STR("INVITE"), .uri = STR("sip:a@10.0.0.1")};
    (void)state;
    sip_header_add(&m, STR("v"), STR("1"));
    sip_header_add(&m, STR("VIA"), STR("2"));
    sip_header_insert(&m, 0, STR("Via"), STR("0"));
    assert_int_equal(sip_header_count(&m, SIP_VIA), 3);
    assert_int_equal(sip_header_count(&m, SIP_TO), 0);
    assert_true(str_eq(sip_header(&m, SIP_VIA), STR("0")));
    assert_true(sip_is(&m, STR("INVITE")) && !sip_is(&m, STR("invite")));
    assert_string_equal(sip_phrase(422), "Session Interval Too Small"); /* RFC 4028 6 */
    assert_int_equal(sip_skip_crlfs(STR("\r\n\r\n\rx")).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_follow),
        cmocka_unit_test(counts_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
