/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters: each type from text to its field and back, units exactly, ranges, and errors that
 * help. */
#include "tests/unit/base/base_kit.h"

#include "sim/kernel/param.h"

struct config {
    struct sim_dur span;
    struct dist law;
    int64_t rate, bytes, share, number;
    bool flag;
    int choice;
    const char *text;
    uint32_t ip4;
    uint8_t mac[6];
};

#define AT(field) offsetof(struct config, field)

static const struct param_def defs[] = {
    {"span", PARAM_DUR, "1s", "10ms", "1h", NULL, "a span", AT(span), false},
    {"law", PARAM_LAW, "0s", "0s", "10s", NULL, "a law", AT(law), false},
    {"rate", PARAM_RATE, "1Gbps", "1bps", "400Gbps", NULL, "a rate", AT(rate), false},
    {"bytes", PARAM_BYTES, "1460B", "1B", "1MiB", NULL, "a size", AT(bytes), false},
    {"share", PARAM_FRACTION, "0%", "0%", "100%", NULL, "a share", AT(share), false},
    {"number", PARAM_INT, "1", "1", "30", NULL, "a number", AT(number), false},
    {"flag", PARAM_BOOL, "off", NULL, NULL, NULL, "a switch", AT(flag), false},
    {"choice", PARAM_ENUM, "linux", NULL, NULL, "linux|rfc6298|none", "a choice", AT(choice),
     false},
    {"text", PARAM_TEXT, "", NULL, NULL, NULL, "a text", AT(text), false},
    {"ip4", PARAM_IP4, NULL, NULL, NULL, NULL, "an address", AT(ip4), false},
    {"offset", PARAM_DUR, "0s", "-2s", "1d", NULL, "of a clock", AT(span), false},
    {"drift", PARAM_INT, "0", "-5", "-1", NULL, "of a clock", AT(number), false},
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "an address", AT(mac), false},
};

static const struct param_def *def(const char *name)
{
    const struct param_def *d = defs;
    while (strcmp(d->name, name) != 0)
        d++;
    return d;
}

static struct param_value value(const char *name, const char *text)
{
    struct param_value v;
    struct err e = {0};
    if (!param_parse(def(name), str_of(text), &v, &e))
        fail_msg("%s", e.msg);
    return v;
}

static void every_type_reaches_its_field(void **state)
{
    (void)state;
    struct config c = {0};
    static const char *const given[][2] = {{"span", "115s"},         {"law", "uniform(0s,10s)"},
                                           {"rate", "100Mbps"},      {"bytes", "2KiB"},
                                           {"share", "2.5%"},        {"number", "24"},
                                           {"flag", "on"},           {"choice", "rfc6298"},
                                           {"text", "SEP001"},       {"ip4", "178.215.139.22"},
                                           {"mac", "f029.290A-3c71"}};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        struct param_value v = value(given[i][0], given[i][1]);
        param_store(def(given[i][0]), &v, &c, NULL);
    }
    assert_int_equal(c.span.ns, dur_s(115).ns);
    assert_int_equal(c.law.kind, DIST_UNIFORM);
    assert_int_equal(c.rate, 100000000);
    assert_int_equal(c.bytes, 2048);
    assert_int_equal(c.share, 25000000);
    assert_int_equal(c.number, 24);
    assert_true(c.flag);
    assert_int_equal(c.choice, 1);
    assert_string_equal(c.text, "SEP001");
    assert_int_equal(c.ip4, 0xb2d78b16);
    assert_memory_equal(c.mac, "\xf0\x29\x29\x0a\x3c\x71", 6);
}

static void a_law_of_a_span_is_drawn_once(void **state)
{
    (void)state;
    struct config c = {0};
    struct rng r;
    rng_seed(&r, 1, "span");
    struct param_value v = value("span", "uniform(20ms,30ms)");
    param_store(def("span"), &v, &c, &r);
    assert_in_range(c.span.ns, 20000000, 30000000);
    char p[32];
    struct txtbuf t = txtbuf_of(p, sizeof p);
    assert_false(param_number(&t, &v)); /* a law has no number */
}

static void units_are_exact(void **state)
{
    (void)state;
    static const struct {
        enum unit_kind kind;
        const char *text;
        int64_t v;
    } good[] = {
        {UNIT_TIME, "0.1s", 100000000},
        {UNIT_TIME, "7.3ms", 7300000},
        {UNIT_TIME, "1ns", 1},
        {UNIT_TIME, "0.000000001s", 1},
        {UNIT_TIME, "1.50min", 90000000000},
        {UNIT_TIME, "2h", 7200000000000},
        {UNIT_TIME, "8d", 691200000000000},
        {UNIT_TIME, ".5s", 500000000},
        {UNIT_TIME, "5 s", 5000000000},
        {UNIT_TIME, "0s", 0},
        {UNIT_TIME, "9223372036854775807ns", INT64_MAX},
        {UNIT_RATE, "1.5Mbps", 1500000},
        {UNIT_BYTES, "1.5KiB", 1536},
        {UNIT_FRACTION, "5%", 50000000},
        {UNIT_FRACTION, "0.05", 50000000},
        {UNIT_FRACTION, "0.0000001%", 1},
        {UNIT_NONE, "42", 42},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct err e = {0};
        int64_t v = -1;
        if (!unit_parse(good[i].kind, str_of(good[i].text), &v, &e) || v != good[i].v)
            fail_msg("'%s' gives %lld %s", good[i].text, (long long)v, e.msg);
    }
}

static void what_is_no_quantity_says_why(void **state)
{
    (void)state;
    static const struct {
        enum unit_kind kind;
        const char *text, *says;
    } bad[] = {
        {UNIT_TIME, "5", "lacks its unit (one of ns us ms s min h d)"},
        {UNIT_TIME, "", "not a number"},
        {UNIT_TIME, "s", "not a number"},
        {UNIT_TIME, "-1s", "negative"},
        {UNIT_TIME, "1.2.3s", "not a number"},
        {UNIT_TIME, ".s", "not a number"},
        {UNIT_TIME, "0.5ns", "too fine"},
        {UNIT_TIME, "9223372036854775808ns", "too large"},
        {UNIT_TIME, "300000000d", "too large"},
        {UNIT_TIME, "115S", "did you mean 's'"},
        {UNIT_TIME, "115sec", "did you mean 's'"},
        {UNIT_TIME, "2mins", "did you mean 'min'"},
        {UNIT_TIME, "2msec", "did you mean 'ms'"},
        {UNIT_TIME, "1e3s", "unknown unit 'e3s'"},
        {UNIT_RATE, "10mbps", "did you mean 'Mbps'"},
        {UNIT_RATE, "10Mbit/s", "did you mean 'Mbps'"},
        {UNIT_BYTES, "1kib", "did you mean 'KiB'"},
        {UNIT_BYTES, "1MB", "did you mean 'MiB'"},
        {UNIT_FRACTION, "5pct", "unknown unit 'pct'"},
        {UNIT_NONE, "0.5", "too fine"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        int64_t v;
        assert_false(unit_parse(bad[i].kind, str_of(bad[i].text), &v, &e));
        if (!strstr(e.msg, bad[i].says))
            fail_msg("'%s' says: %s", bad[i].text, e.msg);
    }
}

/* The last of many is one of them; a scenario may have a case for each letter. */
static void many_choices(void **state)
{
    (void)state;
    static const struct param_def d = {"case", PARAM_ENUM, "a", NULL, NULL, "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t",
                                       "a case", 0, true};
    struct param_value v;
    struct err e = {0};
    assert_true(param_parse(&d, STR("t"), &v, &e));
    assert_int_equal(v.i, 19);
    assert_false(param_parse(&d, STR("u"), &v, &e));
}

static void ranges_and_choices_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *says; /* NULL: accepted */
    } cases[] = {
        {"span", "10ms", NULL},
        {"span", "9.999999ms", "parameter 'span': '9.999999ms' is below its least value 10ms"},
        {"span", "1h", NULL},
        {"span", "3600.000000001s", "above its greatest value 1h"},
        {"law", "uniform(0s,11s)", "above its greatest value 10s"},
        {"law", "normal(5s,20s)", NULL}, /* a spread is no value */
        {"rate", "0bps", "below its least value 1bps"},
        {"bytes", "1MiB", NULL},
        {"bytes", "1048577B", "above its greatest value 1MiB"},
        {"share", "100%", NULL},
        {"share", "1.1", "above its greatest value 100%"},
        {"number", "31", "above its greatest value 30"},
        {"number", "x", "not a number"},
        {"flag", "true", "'true' is none of on|off"},
        {"flag", "of", "did you mean 'off'"},
        {"choice", "rfc6289", "did you mean 'rfc6298'"},
        {"choice", "", "none of linux|rfc6298|none"},
        {"mac", "f0:29:29:0a:3c", "not a MAC address"},
        {"mac", "f0:29:29:0a:3c:7g", "not a MAC address"},
        {"mac", "f0:29:29:0a:3c:71:00", "not a MAC address"},
        {"ip4", "10.0.0.256", "parameter 'ip4'"},
        {"ip4", "10.0.0", "parameter 'ip4'"},
        {"ip4", "10.0.0.1.2", "parameter 'ip4'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct param_value v;
        struct err e = {0};
        bool ok = param_parse(def(cases[i].name), str_of(cases[i].text), &v, &e);
        if (ok != !cases[i].says || (!ok && !strstr(e.msg, cases[i].says)))
            fail_msg("%s='%s' says: %s", cases[i].name, cases[i].text, ok ? "fine" : e.msg);
    }
}

static void values_are_told_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *name, *given, *text, *number, *unit;
    } cases[] = {
        {"span", "1.5min", "90s", "90", "s"},
        {"span", "0.21s", "210ms", "0.21", "s"},
        {"law", "7.3ms", "7.3ms", "0.0073", "s"},
        {"law", "exp(20ms)", "exp(20ms)", NULL, "s"},
        {"rate", "1500kbps", "1500kbps", "1500000", "bit/s"},
        {"rate", "1000Mbps", "1Gbps", "1000000000", "bit/s"},
        {"bytes", "2KiB", "2048B", "2048", "B"},
        {"share", "0.025", "2.5%", "0.025", "1"},
        {"number", "7", "7", "7", "1"},
        {"flag", "on", "on", NULL, ""},
        {"choice", "rfc6298", "rfc6298", NULL, ""},
        {"text", "abc", "abc", NULL, ""},
        {"ip4", "10.147.230.189", "10.147.230.189", NULL, ""},
        {"mac", "F0-29-29-0A-3C-71", "f0:29:29:0a:3c:71", NULL, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64], number[64];
        struct txtbuf t = txtbuf_of(text, sizeof text), n = txtbuf_of(number, sizeof number);
        struct param_value v = value(cases[i].name, cases[i].given);
        param_text(&t, def(cases[i].name), &v);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(param_number(&n, &v), cases[i].number != NULL);
        assert_string_equal(number, cases[i].number ? cases[i].number : "");
        assert_string_equal(param_unit(def(cases[i].name)->type), cases[i].unit);
    }
}

static void decimals_are_exact(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        int digits;
        const char *text;
    } cases[] = {
        {210000000, 9, "0.21"},
        {1, 9, "0.000000001"},
        {-1500000000, 9, "-1.5"},
        {0, 9, "0"},
        {42, 0, "42"},
        {INT64_MAX, 9, "9223372036.854775807"},
        {INT64_MIN, 9, "-9223372036.854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char p[40];
        struct txtbuf t = txtbuf_of(p, sizeof p);
        txtbuf_scaled(&t, cases[i].n, cases[i].digits);
        assert_string_equal(p, cases[i].text);
    }
}

static void below_zero_only_where_the_range_begins_there(void **state)
{
    (void)state;
    struct config c = {0};
    struct param_value v = value("offset", "-1.5s");
    param_store(def("offset"), &v, &c, NULL);
    assert_int_equal(c.span.ns, -1500000000);
    char text[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    param_text(&t, def("offset"), &v);
    assert_string_equal(text, "-1.5s");
    t = txtbuf_of(text, sizeof text);
    assert_true(param_number(&t, &v));
    assert_string_equal(text, "-1.5");
    assert_int_equal(value("drift", "-5").i, -5);
    assert_int_equal(value("offset", "3s").i, 3000000000);
    static const char *const bad[][3] = {{"offset", "-2.1s", "below its least value -2s"},
                                         {"offset", "--1s", "negative"},
                                         {"offset", "-", "negative"},
                                         {"offset", "-1", "lacks its unit"},
                                         {"drift", "-6", "below its least value -5"},
                                         {"drift", "0", "above its greatest value -1"},
                                         {"span", "-1s", "negative"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        assert_false(param_parse(def(bad[i][0]), str_of(bad[i][1]), &v, &e));
        if (!strstr(e.msg, bad[i][2]))
            fail_msg("%s", e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_zero_only_where_the_range_begins_there),
        cmocka_unit_test(every_type_reaches_its_field),
        cmocka_unit_test(a_law_of_a_span_is_drawn_once),
        cmocka_unit_test(units_are_exact),
        cmocka_unit_test(what_is_no_quantity_says_why),
        cmocka_unit_test(ranges_and_choices_are_kept),
        cmocka_unit_test(many_choices),
        cmocka_unit_test(values_are_told_both_ways),
        cmocka_unit_test(decimals_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
