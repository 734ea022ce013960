/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_phone_files.c: dial rules, ring list, softkeys, tones: what is written is usable and what it should be; and
 * xmllint, which is not ours, finds every file that CUCM writes well-formed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/cnf_xml.h"
#include "models/wire/phone_files.h"
#include "models/wire/xml_text.h"
#include "tests/unit/wire/cnf_sample.h"

static uint8_t out[16384];

static struct str written(const struct wr *w)
{
    assert_true(wr_ok(w));
    return str_of_bytes(out, wr_len(w));
}

static struct str write_kind(enum phone_file kind)
{
    struct wr w = wr_of(out, sizeof out);
    if (kind == PHONE_FILE_DIAL_RULES)
        dial_rules_write(&w, NULL, 0);
    else if (kind == PHONE_FILE_RING_LIST)
        ring_list_write(&w, NULL, 0);
    else if (kind == PHONE_FILE_SOFTKEYS)
        softkeys_write(&w, STR("{1434368581}"));
    else
        tones_write(&w, STR("Austria & \"more\""));
    return written(&w);
}

static void test_usable(void **state)
{
    (void)state;
    for (enum phone_file k = 0; k < PHONE_FILE_COUNT; k++) {
        struct str xml = write_kind(k);
        for (enum phone_file as = 0; as < PHONE_FILE_COUNT; as++) {
            struct err e = {0};
            bool usable = phone_file_usable(as, xml, &e);
            if (usable != (as == k || as == PHONE_FILE_TONES))
                fail_msg("file %d as %d: %s", (int)k, (int)as, usable ? "usable" : e.msg);
        }
        struct err e = {0};
        assert_false(phone_file_usable(k, (struct str){xml.p, xml.n - 3}, &e));
        assert_true(str_starts(str_of(e.msg), STR("line ")));
    }
}

/* Newer guides spell the root CiscoIPPhoneRinglist. */
static void test_spelling(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(phone_file_usable(PHONE_FILE_RING_LIST, STR("<CiscoIPPhoneRinglist></CiscoIPPhoneRinglist>"), &e));
    assert_false(phone_file_usable(PHONE_FILE_SOFTKEYS, STR("<html/>"), &e));
    assert_string_equal(e.msg, "line 1: the root is <html>, must be <softKeyCfg>");
}

static void test_dial_rules(void **state)
{
    (void)state;
    static const struct dial_rule rules[] = {
        {{"7...", 4}, 0, {NULL, 0}},
        {{"9,1..........", 13}, 15, {"91%s\"", 5}},
    };
    static const char want[] = XML_DECLARATION
        "<DIALTEMPLATE>\n"
        "  <TEMPLATE MATCH=\"7...\" Timeout=\"0\" User=\"Phone\"/>\n"
        "  <TEMPLATE MATCH=\"9,1..........\" Timeout=\"15\" User=\"Phone\" Rewrite=\"91%s&quot;\"/>\n"
        "</DIALTEMPLATE>\n";
    struct wr w = wr_of(out, sizeof out);
    dial_rules_write(&w, rules, 2);
    struct str got = written(&w);
    assert_int_equal(got.n, sizeof want - 1);
    assert_memory_equal(got.p, want, got.n);
}

static void test_ring_list(void **state)
{
    (void)state;
    static const struct ring rings[] = {
        {{"Analog <1>", 10}, {"Analog1.raw", 11}},
        {{"123456789012345678901234\xc3\xa4", 26}, {"x", 1}}, /* 25 bytes end within a character */
    };
    static const char want[] = XML_DECLARATION
        "<CiscoIPPhoneRingList>\n"
        "  <Ring>\n    <DisplayName>Analog &lt;1&gt;</DisplayName>\n    <FileName>Analog1.raw</FileName>\n  </Ring>\n"
        "  <Ring>\n    <DisplayName>123456789012345678901234</DisplayName>\n    <FileName>x</FileName>\n  </Ring>\n"
        "</CiscoIPPhoneRingList>\n";
    struct wr w = wr_of(out, sizeof out);
    ring_list_write(&w, rings, 2);
    struct str got = written(&w);
    assert_int_equal(got.n, sizeof want - 1);
    assert_memory_equal(got.p, want, got.n);
}

static void assert_xmllint(struct str xml, bool well_formed)
{
    FILE *p = popen("xmllint --nonet --noout - 2>/dev/null", "w");
    assert_non_null(p);
    assert_int_equal(fwrite(xml.p, 1, xml.n, p), xml.n);
    int status = pclose(p);
    if ((status == 0) != well_formed)
        fail_msg("xmllint: status %d for %.*s", status, STR_ARG(xml));
}

static void test_xmllint(void **state)
{
    (void)state;
    static struct cnf_line line = {.button = {true, 1}, .name = STR("<&\">'\x01")};
    const struct cnf c = {.pool_name = STR("a & b\xff"), .line = &line, .line_count = 1};
    struct xml_default_load load = {7, STR("\"7960\" & <7940>"), STR("P0S3-8-12-00")};
    const struct xml_default d = {.load = &load, .load_count = 1, .member[2] = {.known = true}};
    for (enum phone_file k = 0; k < PHONE_FILE_COUNT; k++)
        assert_xmllint(write_kind(k), true);
    struct wr w = wr_of(out, sizeof out);
    cnf_write(&w, &c);
    assert_xmllint(written(&w), true);
    w = wr_of(out, sizeof out);
    xml_default_write(&w, &d);
    assert_xmllint(written(&w), true);
    assert_xmllint(STR("<device>"), false); /* the witness sees */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable),     cmocka_unit_test(test_spelling), cmocka_unit_test(test_dial_rules),
        cmocka_unit_test(test_ring_list), cmocka_unit_test(test_xmllint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
