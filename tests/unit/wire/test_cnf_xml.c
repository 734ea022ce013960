/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cnf_xml.c: configuration files that a phone reads and CUCM writes: a file as full as real ones, one in odd
 * order and form, encodings, XMLDefault; what is written is read as the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/wire/cnf_xml.h"
#include "models/wire/xml_text.h"
#include "tests/unit/wire/cnf_sample.h"

#define OUT_MAX 65536

static struct arena *arena;

static void assert_num(struct cnf_num n, uint32_t want, int line)
{
    if (!n.known || n.value != want)
        fail_msg("line %d: got %u (%s), want %u", line, n.value, n.known ? "known" : "absent", want);
}

static void assert_text(struct str s, const char *want, int line)
{
    if (!s.p || !str_eq(s, str_of(want)) || s.p[s.n])
        fail_msg("line %d: got '%.*s', want '%s'", line, STR_ARG(s), want);
}

#define NUM(field, want) assert_num(field, want, __LINE__)
#define TEXT(field, want) assert_text(field, want, __LINE__)

static struct cnf read_cnf(struct str xml)
{
    struct err e = {0};
    struct cnf c;
    if (!cnf_read(xml, arena, &c, &e))
        fail_msg("refused: %s", e.msg);
    return c;
}

static struct cnf read_sample(const char *name)
{
    struct str xml = sample_read(name);
    struct cnf c = read_cnf(xml);
    sample_free(xml);
    return c;
}

static struct str write_cnf(const struct cnf *c)
{
    uint8_t *out = arena_alloc(arena, OUT_MAX);
    struct wr w = wr_of(out, OUT_MAX);
    cnf_write(&w, c);
    assert_true(wr_ok(&w));
    return str_of_bytes(out, wr_len(&w));
}

/* --- the full file ------------------------------------------------------------------------------- */

static void assert_pool(const struct cnf *c)
{
    TEXT(c->pool_name, "Campus");
    TEXT(c->date_template, "D.M.YA");
    TEXT(c->time_zone, "W. Europe Standard/Daylight Time");
    assert_int_equal(c->ntp_count, 2);
    TEXT(c->ntp[0].name, "10.60.1.5");
    TEXT(c->ntp[0].mode, "Unicast");
    TEXT(c->ntp[1].name, "10.60.1.6");
    TEXT(c->ntp[1].mode, "directedbroadcast");
    TEXT(c->group_name, "Sub first");
    TEXT(c->member[0].name, "CM_sub");
    TEXT(c->member[0].process_node, "cucm-sub.example.org");
    NUM(c->member[0].sip_port, 5070);
    assert_null(c->member[0].description.p);
    assert_false(c->member[0].ethernet_phone_port.known);
    TEXT(c->member[1].name, "CM_pub");
    TEXT(c->member[1].description, "Publisher & TFTP");
    TEXT(c->member[1].process_node, "10.60.1.11");
    NUM(c->member[1].ethernet_phone_port, 2000);
    NUM(c->member[1].sip_port, 5060);
    NUM(c->member[1].secured_sip_port, 5061);
    NUM(c->member[1].mgcp_listen_port, 2427);
    NUM(c->member[1].mgcp_keepalive_port, 2428);
    assert_true(c->member[0].known && c->member[1].known && !c->member[2].known && !c->member[3].known);
    TEXT(c->srst_option, "Enable");
    TEXT(c->srst[0].ip, "10.60.2.1");
    TEXT(c->srst[0].sip_ip, "10.60.2.1");
    TEXT(c->srst[2].ip, "");
    NUM(c->srst[0].port, 2000);
    NUM(c->srst[1].sip_port, 5060);
    assert_false(c->srst[2].sip_port.known); /* an empty number is absent */
    NUM(c->connection_monitor_duration_s, 90);
}

static void assert_sip(const struct cnf *c)
{
    NUM(c->register_with_proxy, 1);
    NUM(c->stack.invite_retx, 6);
    NUM(c->stack.retx, 10);
    NUM(c->stack.timer_invite_expires_s, 180);
    NUM(c->stack.timer_register_expires_s, 3600);
    NUM(c->stack.timer_register_delta_s, 5);
    NUM(c->stack.timer_keepalive_expires_s, 120);
    NUM(c->stack.timer_subscribe_expires_s, 120);
    NUM(c->stack.timer_subscribe_delta_s, 5);
    NUM(c->stack.timer_t1_ms, 500);
    NUM(c->stack.timer_t2_ms, 4000);
    NUM(c->stack.max_redirects, 70);
    TEXT(c->phone_label, "Gr\xc3\xbcn 1");
    NUM(c->start_media_port, 16384);
    NUM(c->stop_media_port, 32766);
    NUM(c->voip_control_port, 5060);
    TEXT(c->dial_template, "DRdialplan.xml");
    TEXT(c->soft_key_file, "SKf2b2b3a8-0000-4c7e-9d3f-4d6c1c0a4f11.xml");
    assert_int_equal(c->line_count, 4);
    NUM(c->line[0].button, 1);
    NUM(c->line[0].line_index, 1);
    NUM(c->line[0].feature_id, 9);
    TEXT(c->line[0].feature_label, "K\xc3\xbc" "che");
    TEXT(c->line[0].proxy, "USECALLMANAGER");
    NUM(c->line[0].port, 5060);
    TEXT(c->line[0].name, "7102");
    TEXT(c->line[0].display_name, "K\xc3\xa4the O'Hara \"7102\" <x>");
    TEXT(c->line[0].auth_name, "digest user");
    TEXT(c->line[0].auth_password, "");
    TEXT(c->line[0].contact, "b2c7f5a0-9d6e-4a52-a44f-6f9c1d7a2233");
    NUM(c->line[1].button, 4);
    NUM(c->line[1].feature_id, 2);
    assert_false(c->line[1].line_index.known);
    NUM(c->line[2].button, 2);
    NUM(c->line[3].button, 5); /* after the highest, for it names none */
}

static void assert_rest(const struct cnf *c)
{
    assert_int_equal(c->protocol, CNF_SIP);
    TEXT(c->load_information, "sip88xx.10-3-1-20");
    TEXT(c->version_stamp, "{1434368581-9b3b0c9c-6f1e-4f0a-9a05-0c6a36d6b5f1}");
    NUM(c->vendor.pc_port, 0);
    NUM(c->vendor.settings_access, 1);
    NUM(c->vendor.garp, 1); /* and not the 0 of enterpriseConfig */
    NUM(c->vendor.voice_vlan_access, 0);
    NUM(c->vendor.web_access, 0);
    NUM(c->vendor.span_to_pc_port, 1);
    TEXT(c->vendor.load_server, "");
    NUM(c->vendor.enable_cdp_sw_port, 1);
    NUM(c->vendor.enable_cdp_pc_port, 1);
    NUM(c->vendor.enable_lldp_sw_port, 1);
    NUM(c->vendor.enable_lldp_pc_port, 0);
    NUM(c->vendor.detect_cm_connection_failure, 1);
    TEXT(c->user_locale, "German_Germany");
    TEXT(c->user_locale_uid, "3");
    TEXT(c->user_locale_lang, "de_DE");
    TEXT(c->user_locale_charset, "utf-8");
    TEXT(c->network_locale, "Austria");
    TEXT(c->network_locale_info, "Austria");
    TEXT(c->network_locale_version, "10.5.2.1000-1");
    NUM(c->security_mode, CNF_NONSECURE);
    NUM(c->transport, CNF_TCP_OR_UDP);
}

/* Read; written, read again: the same values; written again: the same bytes. */
static void test_full(void **state)
{
    (void)state;
    struct cnf c = read_sample("full");
    assert_pool(&c);
    assert_sip(&c);
    assert_rest(&c);
    struct str once = write_cnf(&c);
    struct cnf again = read_cnf(once);
    assert_pool(&again);
    assert_sip(&again);
    assert_rest(&again);
    struct str twice = write_cnf(&again);
    assert_int_equal(once.n, twice.n);
    assert_memory_equal(once.p, twice.p, once.n);
}

static void test_odd_order_and_form(void **state)
{
    (void)state;
    struct cnf c = read_sample("shuffled");
    assert_int_equal(c.protocol, CNF_SCCP);
    NUM(c.transport, CNF_UDP);
    TEXT(c.load_information, ""); /* the one with a prefix is another element */
    NUM(c.voip_control_port, 5061);
    NUM(c.stack.timer_register_expires_s, 600); /* the later of two */
    NUM(c.stack.timer_t1_ms, 500);
    assert_false(c.stack.timer_keepalive_expires_s.known);
    assert_false(c.stack.timer_t2_ms.known); /* not where it belongs */
    assert_null(c.member[0].name.p);         /* the whole member is replaced */
    TEXT(c.member[0].process_node, "10.0.0.2");
    TEXT(c.member[1].process_node, "10.0.0.3");
    assert_false(c.member[0].sip_port.known);
}

static void test_encodings(void **state)
{
    (void)state;
    TEXT(read_sample("latin-1").phone_label, "Gr\xc3\xbcn \xc3\x9f");
    TEXT(read_sample("bom").phone_label, "Gr\xc3\xbcn \xe2\x82\xac");
}

static void test_nothing_in_it(void **state)
{
    (void)state;
    struct cnf c = read_cnf(STR("<device/>"));
    struct str out = write_cnf(&c);
    struct str want = STR(XML_DECLARATION "<device>\n</device>\n");
    assert_true(str_eq(out, want));
    assert_int_equal(c.line_count, 0);
    assert_int_equal(cnf_num_or(c.stack.timer_t1_ms, 500), 500);
}

/* Bytes that no XML can hold. The offset of each value is checked by the full file, not here. */
static void test_unwritable_bytes(void **state)
{
    (void)state;
    struct cnf c = {.pool_name = STR("a\x01" "b\xff" "c\xed\xa0\x80" "d\xc0\x80" "e\xef\xbf\xbf" "f\xf4\x90\x80\x80"),
                    .phone_label = STR("\xe2\x82")};
    struct cnf again = read_cnf(write_cnf(&c));
    TEXT(again.pool_name, "a?b?c???d??e???f????");
    TEXT(again.phone_label, "??");
}

static void test_too_little_room(void **state)
{
    (void)state;
    struct cnf c = read_sample("full");
    size_t whole = write_cnf(&c).n;
    for (size_t room = 0; room < whole; room += 7) {
        char *out = malloc(room + 1);
        struct wr w = wr_of(out, room);
        cnf_write(&w, &c);
        assert_false(wr_ok(&w));
        free(out);
    }
}

static void assert_default(const struct xml_default *d)
{
    TEXT(d->group_name, "Default");
    TEXT(d->member[0].process_node, "10.60.1.11");
    NUM(d->member[0].sip_port, 5060);
    assert_int_equal(d->load_count, 3);
    TEXT(xml_default_load(d, 437), "SIP75.9-4-2SR1-1S"); /* the later of two */
    TEXT(xml_default_load(d, 685), "sip88xx.10-3-1-20");
    TEXT(d->load[1].product, "Cisco 8861 & friends");
    TEXT(xml_default_load(d, 8), "");
    assert_null(xml_default_load(d, 7).p);
    assert_null(d->load[0].product.p);
}

static void test_default(void **state)
{
    (void)state;
    struct str xml = sample_read("default");
    struct xml_default d, again;
    struct err e = {0};
    uint8_t out[4096];
    struct wr w = wr_of(out, sizeof out);
    assert_true(xml_default_read(xml, arena, &d, &e));
    assert_default(&d);
    xml_default_write(&w, &d);
    assert_true(wr_ok(&w));
    assert_true(xml_default_read(str_of_bytes(out, wr_len(&w)), arena, &again, &e));
    assert_default(&again);
    sample_free(xml);
}

static void test_library_version(void **state)
{
    (void)state;
    char text[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    xml_library_version(&t);
    assert_true(str_starts(txtbuf_view(&t), STR("2.")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_odd_order_and_form),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_nothing_in_it),
        cmocka_unit_test(test_unwritable_bytes),
        cmocka_unit_test(test_too_little_room),
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_library_version),
    };
    arena = arena_new("test", 8u << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
