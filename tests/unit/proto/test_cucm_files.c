/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that CUCM's TFTP service writes, for SIP and for SCCP phones, read back as a phone reads them. Names are seed
 * 004's: ipctest2.cnf.xml, English_United_States/ipc-sip.jar and ipc-sccp.jar. */
#include "tests/unit/proto/file_kit.h"

#include "models/proto/cucm_files.h"
#include "models/wire/cnf_xml.h"

struct service {
    struct office *o;
    struct cucm_files_config config;
    struct cucm_files files;
    struct device_db db;
};

static struct service *open_service(const char *loads, const char *devices)
{
    struct service *s = test_calloc(1, sizeof *s);
    struct err e = {0};
    s->o = office_open(NULL, 0);
    struct end *server = end_of(s->o->server[0]);
    s->config = (struct cucm_files_config){
        .on = true, .service = server->service, .group = "", .loads = loads,
        .user_locale = "English_United_States", .network_locale = "United_States",
        .timer_register_expires = dur_s(3600), .timer_register_delta = dur_s(5), .timer_keepalive_expires = dur_s(120),
        .connection_monitor_duration = dur_s(120), .itl = true, .dial_rules = true, .firmware_bytes = 1024,
        .cluster_id = "StandAloneCluster", .password = "", .own = server->address};
    device_db_init(&s->db, sim_arena(s->o->sim));
    if (!device_db_add(&s->db, "devices", str_of(devices), &e) ||
        !cucm_files_init(&s->files, s->o->server[0], server->ip, server->tcp, &s->config, &e) ||
        !cucm_files_write(&s->files, &e))
        fail_msg("%s", e.msg);
    for (const struct cucm_device *d = s->db.first; d; d = d->next)
        cucm_files_write_device(&s->files, d);
    return s;
}

static void close_service(struct service *s)
{
    office_close(s->o);
    test_free(s);
}

static struct str file_of(const struct service *s, const char *name)
{
    struct str bytes;
    if (!file_store_get(&s->files.store, str_of(name), &bytes))
        fail_msg("there is no %s", name);
    return bytes;
}

static bool has(struct str xml, const char *text)
{
    return str_find(xml, str_of(text)) >= 0;
}

static int count(struct str xml, const char *text)
{
    int n = 0;
    for (ptrdiff_t at; (at = str_find(xml, str_of(text))) >= 0; n++)
        xml = (struct str){xml.p + at + 1, xml.n - (size_t)at - 1};
    return n;
}

static struct cnf read_back(const struct service *s, const char *name)
{
    struct cnf c;
    struct err e = {0};
    if (!cnf_read(file_of(s, name), sim_arena(s->o->sim), &c, &e))
        fail_msg("%s: %s", name, e.msg);
    return c;
}

static void an_sccp_phone_has_no_sip_profile(void **state)
{
    (void)state;
    struct service *s = open_service("", "ipctest2 protocol=SCCP model=CIPC dn=5002 load=P, SEP005056A1033D dn=5005");
    struct str sccp = file_of(s, "ipctest2.cnf.xml"), sip = file_of(s, "SEP005056A1033D.cnf.xml");
    assert_true(has(sccp, "<deviceProtocol>SCCP</deviceProtocol>") && has(sip, "<deviceProtocol>SIP</deviceProtocol>"));
    assert_true(has(sccp, "<ethernetPhonePort>2000</ethernetPhonePort>"));
    assert_true(!has(sccp, "sipProfile") && has(sip, "<sipProfile>"));
    assert_true(!has(sccp, "softKeyFile") && !has(sccp, "dialTemplate"));
    struct cnf c = read_back(s, "ipctest2.cnf.xml");
    assert_int_equal(c.protocol, CNF_SCCP);
    assert_int_equal(c.line_count, 0);
    assert_true(c.member[0].known && str_eq(c.member[0].process_node, STR("10.1.1.1")));
    assert_true(str_eq(c.load_information, STR("P")) && str_eq(c.user_locale, STR("English_United_States")));
    assert_int_equal(cnf_num_or(c.connection_monitor_duration_s, 0), 120);
    c = read_back(s, "SEP005056A1033D.cnf.xml");
    assert_int_equal(c.protocol, CNF_SIP);
    assert_true(c.line_count == 1 && str_eq(c.line[0].name, STR("5005")));
    assert_true(str_eq(c.dial_template, STR("dialplan.xml")) && c.soft_key_file.n > 0);
    assert_true(has(file_of(s, "ipctest2.cnf.xml.sgn"), "<deviceProtocol>SCCP"));
    close_service(s);
}

/* Each model's archive is there, of either protocol. */
static void locales_are_there_for_both(void **state)
{
    (void)state;
    static const char *const jars[] = {"ipc-sip.jar", "ipc-sccp.jar", "mk-sip.jar", "mk-sccp.jar", "rtl-sip.jar", "gd-sip.jar"};
    struct service *s = open_service("", "");
    for (size_t i = 0; i < sizeof jars / sizeof jars[0]; i++) {
        char name[64];
        struct txtbuf t = txtbuf_of(name, sizeof name);
        txtbuf_add(&t, "English_United_States/%s", jars[i]);
        assert_true(file_of(s, name).n > 0);
    }
    close_service(s);
}

/* No load is named unless it was set; a model that is in both lists is named once. */
static void the_default_names_the_loads_that_are_set(void **state)
{
    (void)state;
    struct service *s = open_service("", "");
    assert_false(has(file_of(s, "XMLDefault.cnf.xml"), "loadInformation"));
    close_service(s);
    s = open_service("8961=sip8961.9-3-1, 7960=P00308010200, CIPC=CIPC-7-0-1-0", "");
    struct xml_default d;
    struct err e = {0};
    assert_true(xml_default_read(file_of(s, "XMLDefault.cnf.xml"), sim_arena(s->o->sim), &d, &e));
    assert_int_equal(d.load_count, 3);
    assert_true(str_eq(xml_default_load(&d, 540), STR("sip8961.9-3-1")));
    assert_true(str_eq(xml_default_load(&d, 7), STR("P00308010200")));
    assert_true(str_eq(xml_default_load(&d, 30016), STR("CIPC-7-0-1-0")));
    assert_int_equal(count(file_of(s, "XMLDefault.cnf.xml"), "<loadInformation30016 model=\"Cisco IP Communicator\">"), 1);
    close_service(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sccp_phone_has_no_sip_profile),
        cmocka_unit_test(locales_are_there_for_both),
        cmocka_unit_test(the_default_names_the_loads_that_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
