/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls of a SIP phone: they live on the connection of its registration, outlive it, and end without a word with the
 * phone. */
#include "tests/unit/device/call_office.h"

/* The phone boots: it can be reset and unplugged. */
#define BOOTS                                                                                                        \
    "phone.starts=cold", "phone.cucm_group=", "phone.dn=", "phone.tftp_servers=10.1.1.2", "cucm.tftp=on",          \
        "cucm.cucm_group=10.1.1.2", "cucm.devices=SEP02000000000A dn=1001,SEP02000000000B dn=1002"

static struct office *open_booting(void)
{
    struct office *o = office_open((const char *const[]){BOOTS, NULL});
    wait(o, 300 * S);
    return o;
}

static void one_that_boots_calls(void **state)
{
    struct office *o = open_booting();
    (void)state;
    talk(o, PHONE);
    assert_true(says(o, "phone>cucm INVITE 101", "From: <sip:1001@10.1.1.10>"));
    operate(o, PROVIDER, "hang-up");
    wait(o, S);
    assert_int_equal(count(o, "phone>cucm 200 BYE"), 1);
    office_close(o);
}

/* Reset, or without power: its peers are told by nobody, and it knows nothing of the call afterwards. */
static void it_is_lost_with_the_phone(void **state)
{
    static const char *const ops[] = {"reset", "unplug"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct office *o = open_booting();
        talk(o, PHONE);
        operate(o, PHONE, ops[i]);
        if (i)
            wait(o, 10 * S);
        if (i)
            operate(o, PHONE, "plug-in");
        wait(o, 300 * S);
        assert_int_equal(count(o, "phone>cucm BYE"), 0);
        assert_int_equal(noted(o, "phone: BYE sent"), 0);
        assert_int_equal(noted(o, "phone: sent 500 packets"), 1); /* its voice ends at once */
        operate(o, PROVIDER, "hang-up");
        wait(o, S);
        must_see(o, "phone>cucm 481 BYE", 0); /* over the connection of its new registration */
        talk(o, PHONE);
        assert_int_equal(count(o, "phone>cucm ACK"), 2);
        office_close(o);
    }
}

/* Its cable is out for longer than TCP waits: it registers anew, and both ends of the call go on over the new
 * connection. */
static void it_outlives_its_connection(void **state)
{
    (void)state;
    for (int who = PROVIDER; who <= PHONE; who++) {
        struct office *o = office_open(NULL);
        talk(o, PHONE);
        uint16_t port = must_see(o, "phone>cucm INVITE", 0)->src_port;
        link_cut(o->link[PHONE]);
        wait(o, 200 * S);
        link_heal(o->link[PHONE]);
        wait(o, 60 * S);
        operate(o, who, "hang-up");
        wait(o, S);
        const struct seen *bye = must_see(o, who == PHONE ? "phone>cucm BYE" : "cucm>phone BYE", 0);
        assert_int_not_equal(who == PHONE ? bye->src_port : bye->dst_port, port);
        must_see(o, who == PHONE ? "cucm>phone 200 BYE" : "phone>cucm 200 BYE", 0);
        must_see(o, who == PHONE ? "provider>cucm 200 BYE" : "cucm>provider 200 BYE", 0);
        office_close(o);
    }
}

/* Without a connection nothing can be said, and none is opened for it: the call is over here alone. */
static void nobody_hears_its_bye(void **state)
{
    struct office *o = office_open(NULL);
    (void)state;
    talk(o, PHONE);
    operate(o, CUCM, "crash");
    wait(o, 400 * S);
    operate(o, CUCM, "start"); /* it would take a connection, but not yet one with a REGISTER */
    operate(o, PHONE, "hang-up");
    wait(o, S);
    assert_int_equal(count(o, "phone>cucm BYE"), 0);
    operate(o, CUCM, "crash");
    assert_int_equal(noted(o, "phone: sent "), 1);
    struct err e;
    assert_false(tries(o, PHONE, "hold", &e));
    assert_false(tries(o, PHONE, "call", &e));
    assert_string_equal(e.msg, "'phone' is not registered");
    office_close(o);
}

/* RFC 3261 17.1.4: a request whose connection has ended has failed. */
static void its_invite_ends_with_the_connection(void **state)
{
    struct office *o = office_open((const char *const[]){"provider.answer_after=10min", NULL});
    struct err e;
    (void)state;
    operate(o, PHONE, "call");
    wait(o, 5 * S);
    must_see(o, "cucm>phone 180 INVITE", 0);
    link_cut(o->link[PHONE]);
    wait(o, 300 * S);
    assert_false(tries(o, PHONE, "hold", &e));
    assert_string_equal(e.msg, "'phone' has no call");
    office_close(o);
}

static void people_ask_too_much(void **state)
{
    struct office *o = office_open(NULL);
    static const char *const ops[] = {"hold", "retrieve", "change-codec"};
    struct err e;
    (void)state;
    operate(o, PHONE, "hang-up"); /* nothing */
    for (int i = 0; i < 3; i++) {
        assert_false(tries(o, PHONE, ops[i], &e));
        assert_string_equal(e.msg, "'phone' has no call");
    }
    operate(o, PROVIDER, "call");
    wait(o, 12 * S);
    operate(o, PHONE, "hang-up");
    wait(o, S);
    for (int i = 0; i < 3; i++)
        assert_false(tries(o, PHONE, ops[i], &e));
    office_close(o);
}

/* Wrong settings are told when the phone is made, whether it ever calls or not. */
static void settings_are_checked(void **state)
{
    static const struct {
        const char *name, *value, *said;
    } cases[] = {{"codecs", "opus", "parameter 'codecs'"},
                 {"codecs_later", "", "parameter 'codecs_later'"},
                 {"session_expires", "1800500ms", "must be whole seconds"},
                 {"calls_too", "1", "did you mean 'calls_to'?"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct setting s[] = {{STR("mac"), STR("02000000000a")}, {str_of(cases[i].name), str_of(cases[i].value)}};
        struct sim_config c = {.seed = 3};
        struct sim *sim = sim_new(&c);
        struct net *net = net_new(sim, registry_models, registry_model_count);
        struct node *n;
        struct err e = {0};
        assert_false(net_add_node(net, STR("sip-phone"), STR("phone"), s, 2, &n, &e));
        if (!strstr(e.msg, cases[i].said))
            fail_msg("%s", e.msg);
        sim_free(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_boots_calls),       cmocka_unit_test(it_is_lost_with_the_phone),
        cmocka_unit_test(it_outlives_its_connection), cmocka_unit_test(nobody_hears_its_bye),
        cmocka_unit_test(its_invite_ends_with_the_connection),
        cmocka_unit_test(people_ask_too_much),        cmocka_unit_test(settings_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
