/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a soft phone, as the traces of seed 004 show them: CTL and its refusal, configuration, locale, each a
 * while after the one before, all from one port, RRQs of 32 and 42 bytes. */
#include "tests/unit/proto/file_kit.h"

#include "models/proto/provision.h"

#define CTL_NAME "CTLSEP005056A1033D.tlv"
#define CNF_NAME "SEP005056A1033D.cnf.xml"
#define JAR_NAME "English_United_States/ipc-sip.jar"

static const char cnf[] = "<device><deviceProtocol>SIP</deviceProtocol><sipProfile>"
                          "<dialTemplate>dialplan.xml</dialTemplate><softKeyFile>SK.xml</softKeyFile></sipProfile>"
                          "<loadInformation>CIPC-8-6-6-0</loadInformation>"
                          "<userLocale><name>English_United_States</name></userLocale>"
                          "<networkLocale>United_States</networkLocale></device>";

struct desk {
    struct office *o;
    struct provision_config config;
    struct phone_flash flash;
    struct provision provision;
    int ready, upgrades;
    bool was_default;
    struct sim_time ready_at;
};

static void on_config(void *arg, const struct cnf *c, bool is_default)
{
    struct desk *d = arg;
    assert_ptr_equal(c, &d->flash.config);
    d->was_default = is_default;
    d->ready++;
    d->ready_at = sim_now(d->o->sim);
}

static void on_upgrade(void *arg)
{
    ((struct desk *)arg)->upgrades++;
}

static const struct provision_user user = {on_config, on_upgrade};

/* Waits are the defaults of the parameters. */
static struct desk *open_desk(const char *device, const char *jar)
{
    struct desk *d = test_calloc(1, sizeof *d);
    d->o = office_open(NULL, 0);
    start_serving(d->o->server[0]);
    struct end *phone = end_of(d->o->phone);
    d->flash.load = "CIPC-7-0-1-0";
    d->config = (struct provision_config){.profile = PROVISION_SOFT, .retry = dur_s(20), .soft_cnf_wait = dur_ms(51),
                                          .soft_jar_wait = dur_ms(380), .soft_register_wait = dur_ms(6380),
                                          .fetch = phone->fetch_config, .device = device, .model_number = 30016,
                                          .locale_jar = jar};
    d->config.fetch.http = false;
    provision_init(&d->provision, d->o->phone, phone->ip, phone->tcp, &d->flash, &d->config, &user, d);
    return d;
}

static void put_text(struct desk *d, const char *name, const char *text)
{
    file_store_put(&end_of(d->o->server[0])->store, str_of(name), str_of(text));
}

static void begin(struct desk *d)
{
    struct ip4 server = end_of(d->o->server[0])->address;
    provision_start(&d->provision, &server, 1);
}

static void close_desk(struct desk *d)
{
    provision_stop(&d->provision);
    office_close(d->o);
    test_free(d);
}

/* When the RRQ for `name` went by. */
static double asked_at(struct desk *d, const char *name)
{
    char text[120];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "RRQ %s", name);
    assert_int_equal(lines(d->o, text), 1);
    return (double)line_of(d->o, text, 0)->at.ns / 1e9;
}

static double ready_at(const struct desk *d)
{
    assert_int_equal(d->ready, 1);
    return (double)d->ready_at.ns / 1e9;
}

static void near(double got, double want, double tolerance)
{
    if (got < want - tolerance || got > want + tolerance)
        fail_msg("%f is not %f within %f", got, want, tolerance);
}

/* The traces' times lie between requests; what the answers take is some milliseconds of each. */
static void seed_004_fetches_three_files(void **state)
{
    (void)state;
    struct desk *d = open_desk("SEP005056A1033D", "ipc-sip.jar");
    put_text(d, CNF_NAME, cnf);
    put_text(d, "dialplan.xml", "<DIALTEMPLATE/>");
    put_file(d->o->server[0], JAR_NAME, 24576);
    begin(d);
    run_for(d->o, dur_s(10));
    assert_int_equal(lines(d->o, "RRQ"), 3);
    double ctl = asked_at(d, CTL_NAME), config = asked_at(d, CNF_NAME), jar = asked_at(d, JAR_NAME);
    near(config - ctl, 0.051, 0.005);
    near(jar - config, 0.380, 0.010);
    near(ready_at(d) - jar, 6.382, 0.2);
    assert_int_equal(said(d->o, "nbytes(32)"), 1);
    assert_int_equal(said(d->o, "nbytes(42)"), 1);
    assert_int_equal(said(d->o, "sendNAK"), 1);
    assert_true(d->upgrades == 0 && !d->was_default);
    assert_string_equal(d->flash.load, "CIPC-7-0-1-0");
    provision_registered(&d->provision);
    run_for(d->o, dur_s(60));
    assert_int_equal(lines(d->o, "RRQ"), 3); /* no rings */
    close_desk(d);
}

/* "we see the phone requesting for the Tones.xml file" (seed 004, SCCP). */
static void an_sccp_phone_wants_tones(void **state)
{
    (void)state;
    struct desk *d = open_desk("ipctest2", "ipc-sccp.jar");
    d->config.soft_tones = true;
    put_text(d, "ipctest2.cnf.xml", cnf);
    put_file(d->o->server[0], "English_United_States/ipc-sccp.jar", 24576);
    begin(d);
    run_for(d->o, dur_s(10));
    assert_int_equal(lines(d->o, "RRQ"), 4);
    double jar = asked_at(d, "English_United_States/ipc-sccp.jar"), tones = asked_at(d, "United_States/g3-tones.xml");
    assert_true(tones > jar);
    near(ready_at(d) - tones, 6.38, 0.02);
    close_desk(d);
}

/* As the server's trace tells it: "isReadRequest[0x9460200~168~10.10.210.200~3309], [NAME] opcode(1)". */
static uint16_t port_of(struct desk *d, const char *name)
{
    char text[120];
    const char *at = NULL;
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "], [%s] opcode(1)", name);
    for (uint32_t i = 0; i < d->o->said_count; i++) {
        if (strstr(d->o->said[i].text, text))
            at = strstr(d->o->said[i].text, "~10.1.1.2~");
    }
    assert_non_null(at);
    return (uint16_t)strtoul(at + 10, NULL, 10);
}

static void one_port_serves_a_boot(void **state)
{
    (void)state;
    struct desk *d = open_desk("SEP005056A1033D", "ipc-sip.jar");
    put_text(d, CNF_NAME, cnf);
    put_file(d->o->server[0], JAR_NAME, 24576);
    begin(d);
    run_for(d->o, dur_s(10));
    uint16_t port = port_of(d, CTL_NAME);
    assert_int_equal(port_of(d, CNF_NAME), port);
    assert_int_equal(port_of(d, JAR_NAME), port);
    provision_stop(&d->provision);
    begin(d);
    run_for(d->o, dur_s(10));
    assert_int_equal(d->ready, 2);
    assert_int_not_equal(port_of(d, CTL_NAME), port);
    assert_int_equal(port_of(d, JAR_NAME), port_of(d, CTL_NAME));
    close_desk(d);
}

/* The SCCP phone of seed 004 has a name of its own, and other waits: jar 3.3 s after its configuration, Alarm 1.1 s
 * after the jar. It takes a CTL, and asks for plain files all the same. */
static void the_name_is_free(void **state)
{
    (void)state;
    struct desk *d = open_desk("ipctest2", "ipc-sccp.jar");
    d->config.soft_cnf_wait = dur_s(0);
    d->config.soft_jar_wait = dur_ms(3300);
    d->config.soft_register_wait = dur_ms(1100);
    put_text(d, "CTLFile.tlv", "a list");
    put_text(d, "ipctest2.cnf.xml", cnf);
    put_file(d->o->server[0], "English_United_States/ipc-sccp.jar", 24576);
    begin(d);
    run_for(d->o, dur_s(10));
    double ctl = asked_at(d, "CTLipctest2.tlv"), jar = asked_at(d, "English_United_States/ipc-sccp.jar");
    near(asked_at(d, "ipctest2.cnf.xml") - ctl, 0, 0.01);
    near(jar - ctl, 3.304, 0.02);
    near(ready_at(d) - jar, 1.189, 0.09); /* 15.110 to 16.299 */
    assert_true(d->flash.has_ctl);
    assert_int_equal(lines(d->o, ".sgn"), 0);
    close_desk(d);
}

/* Without a locale it goes on; without a configuration it asks again, all from the start. */
static void what_is_missing_is_done_without(void **state)
{
    (void)state;
    struct desk *d = open_desk("SEP005056A1033D", "ipc-sip.jar");
    begin(d);
    run_for(d->o, dur_s(10));
    assert_int_equal(d->ready, 0);
    assert_int_equal(lines(d->o, "RRQ XMLDefault.cnf.xml"), 1);
    put_text(d, CNF_NAME, cnf);
    run_for(d->o, dur_s(30));
    assert_int_equal(lines(d->o, "RRQ " CTL_NAME), 2);
    near(ready_at(d) - asked_at(d, JAR_NAME), 6.384, 0.01);
    assert_int_equal(lines(d->o, "RRQ"), 6); /* CTL, configuration, default; CTL, configuration, locale */
    close_desk(d);
}

/* The default file is for phones of any protocol, and says none. */
static void the_default_file_serves(void **state)
{
    (void)state;
    struct desk *d = open_desk("ipctest2", "ipc-sccp.jar");
    put_text(d, "XMLDefault.cnf.xml", "<Default><loadInformation30016>CIPC-8-6-6-0</loadInformation30016></Default>");
    begin(d);
    run_for(d->o, dur_s(10));
    assert_true(d->ready == 1 && d->was_default);
    assert_int_equal(d->flash.config.protocol, CNF_PROTOCOL_NONE);
    assert_int_equal(d->upgrades, 0);
    assert_int_equal(lines(d->o, "RRQ"), 3); /* it names no locale */
    close_desk(d);
}

static void a_pause_can_be_stopped(void **state)
{
    (void)state;
    struct desk *d = open_desk("SEP005056A1033D", "ipc-sip.jar");
    put_text(d, CNF_NAME, cnf);
    begin(d);
    run_for(d->o, dur_s(3)); /* before it registers */
    assert_int_equal(lines(d->o, "RRQ"), 3);
    provision_stop(&d->provision);
    run_for(d->o, dur_s(60));
    assert_int_equal(d->ready, 0);
    begin(d);
    run_for(d->o, dur_s(10));
    assert_int_equal(d->ready, 1);
    close_desk(d);
}

/* A desk phone takes another port for each file, and has no pauses: the waits are not its. */
static void a_desk_phone_is_none(void **state)
{
    (void)state;
    struct desk *d = open_desk("SEP005056A1033D", "gd-sip.jar");
    d->config.profile = PROVISION_EARLY;
    provision_init(&d->provision, d->o->phone, end_of(d->o->phone)->ip, end_of(d->o->phone)->tcp, &d->flash, &d->config,
                   &user, d);
    d->flash.load = "CIPC-8-6-6-0"; /* what the file names */
    put_text(d, CNF_NAME, cnf);
    begin(d);
    run_for(d->o, dur_s(1));
    assert_int_equal(d->ready, 1);
    assert_int_equal(lines(d->o, "RRQ ITLSEP005056A1033D.tlv"), 1);
    assert_int_equal(lines(d->o, "RRQ dialplan.xml"), 1);
    assert_int_not_equal(port_of(d, CTL_NAME), port_of(d, CNF_NAME));
    close_desk(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_004_fetches_three_files),
        cmocka_unit_test(an_sccp_phone_wants_tones),
        cmocka_unit_test(one_port_serves_a_boot),
        cmocka_unit_test(the_name_is_free),
        cmocka_unit_test(what_is_missing_is_done_without),
        cmocka_unit_test(the_default_file_serves),
        cmocka_unit_test(a_pause_can_be_stopped),
        cmocka_unit_test(a_desk_phone_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
