/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates of instants. Independent truth: dates known by heart, and the calendar's own rule applied day by day over
 * 1200 years, in both directions from 1970. */
#include "sim/base/civil.h"

#include "tests/unit/base/base_kit.h"

#define S 1000000000ll

static void assert_date(int64_t s, int year, int month, int day, int weekday)
{
    struct civil c = civil_of(s * S);
    assert_int_equal(c.year, year);
    assert_int_equal(c.month, month);
    assert_int_equal(c.day, day);
    assert_int_equal(c.weekday, weekday);
}

static void assert_clock(int64_t ns, int hour, int minute, int second, int ms)
{
    struct civil c = civil_of(ns);
    assert_int_equal(c.hour, hour);
    assert_int_equal(c.minute, minute);
    assert_int_equal(c.second, second);
    assert_int_equal(c.ms, ms);
}

static void known_dates(void **state)
{
    (void)state;
    assert_date(0, 1970, 1, 1, 4);
    assert_date(1000000000, 2001, 9, 9, 0); /* 01:46:40, a Sunday */
    assert_clock(1000000000 * S, 1, 46, 40, 0);
    assert_date(1234567890, 2009, 2, 13, 5); /* 23:31:30, Friday the 13th */
    assert_clock(1234567890 * S, 23, 31, 30, 0);
    assert_date(2147483647, 2038, 1, 19, 2); /* the last second of 31 bits: 03:14:07 */
    assert_clock(2147483647 * S, 3, 14, 7, 0);
    assert_date(1295021836, 2011, 1, 14, 5); /* seed 004's day */
}

static void leap_days(void **state)
{
    (void)state;
    assert_date(951782400, 2000, 2, 29, 2); /* divisible by 400: a leap year */
    assert_date(951782400 + 86400, 2000, 3, 1, 3);
    assert_date(1330473600, 2012, 2, 29, 3);
    assert_date(4107456000, 2100, 2, 28, 0); /* divisible by 100 alone: none */
    assert_date(4107456000 + 86400, 2100, 3, 1, 1);
    assert_date(1325289600, 2011, 12, 31, 6);
    assert_date(1325376000, 2012, 1, 1, 0);
}

static void before_1970(void **state)
{
    (void)state;
    assert_date(-1, 1969, 12, 31, 3);
    assert_clock(-1 * S, 23, 59, 59, 0);
    assert_clock(-1, 23, 59, 59, 999); /* rounded down, as everywhere */
    assert_date(-2208988800, 1900, 1, 1, 1); /* where NTP counts from: a Monday */
    assert_date(-58 * 86400ll * 365, 1912, 1, 16, 2);
}

static bool is_leap(int64_t y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int month_days(int64_t y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[m - 1] + (m == 2 && is_leap(y));
}

/* As far as 64 bits of nanoseconds reach: 1678 to 2261. */
static void every_day_by_the_rule(void **state)
{
    (void)state;
    int64_t y = 1970;
    int m = 1, d = 1, w = 4;
    for (int64_t day = 0; y < 2262; day++) {
        struct civil c = civil_of(day * 86400 * S + 86399 * S);
        assert_true(c.year == y && c.month == m && c.day == d && c.weekday == w && c.hour == 23);
        w = (w + 1) % 7;
        if (++d > month_days(y, m)) {
            d = 1;
            y += m == 12;
            m = m % 12 + 1;
        }
    }
    y = 1970, m = 1, d = 1, w = 4;
    for (int64_t day = 0; y > 1678; day--) {
        struct civil c = civil_of(day * 86400 * S);
        assert_true(c.year == y && c.month == m && c.day == d && c.weekday == w && c.hour == 0);
        w = (w + 6) % 7;
        if (--d == 0) {
            y -= m == 1;
            m = (m + 10) % 12 + 1;
            d = month_days(y, m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates),
        cmocka_unit_test(leap_days),
        cmocka_unit_test(before_1970),
        cmocka_unit_test(every_day_by_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
