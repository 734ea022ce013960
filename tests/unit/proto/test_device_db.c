/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an administrator may write of a device, and what he is told when it is wrong. Keys and names are seed 004's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/proto/device_db.h"

#define CEPN "c3d23d4b-944f-3657-d70e-ff5c2830a0e9"
#define KEY "7ba1df48-456d-f1a8-4834-a797fc957cb3"

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new("test", 1 << 20);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void takes(struct device_db *d, const char *text)
{
    struct err e = {0};
    device_db_init(d, arena);
    if (!device_db_add(d, "devices", str_of(text), &e))
        fail_msg("%s", e.msg);
}

static void refuses(const char *text, const char *why)
{
    struct device_db d;
    struct err e = {0};
    device_db_init(&d, arena);
    assert_false(device_db_add(&d, "devices", str_of(text), &e));
    assert_string_equal(e.msg, why);
}

static void is(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("'%.*s' is not '%s'", STR_ARG(got), want);
}

static void every_field_is_kept(void **state)
{
    (void)state;
    struct device_db d;
    takes(&d, "ipctest2 protocol=SCCP model=CIPC dn=5002 pkid=" KEY " line_pkid=" CEPN
              ", SEP005056A1033D dn=5005 model=CIPC load=CIPC-7-0-1-0, SEP000000000001");
    const struct cucm_device *a = device_db_find(&d, STR("ipctest2"));
    assert_true(a && a == d.first && a->protocol == DEVICE_SCCP);
    is(a->dn, "5002");
    is(a->model, "CIPC");
    is(a->pkid, KEY);
    is(a->line_pkid, CEPN);
    is(a->load, "");
    const struct cucm_device *b = device_db_find(&d, STR("SEP005056A1033D"));
    assert_true(b && b == a->next && b->protocol == DEVICE_SIP);
    is(b->load, "CIPC-7-0-1-0");
    is(b->pkid, "");
    const struct cucm_device *c = device_db_find(&d, STR("SEP000000000001"));
    assert_true(c && c->protocol == DEVICE_SIP && c->model.n == 0 && c->dn.n == 0);
    assert_null(device_db_find(&d, STR("IPCTEST2")));
}

/* The order of fields means nothing: a model is judged by the protocol that follows it. */
static void a_model_belongs_to_a_protocol(void **state)
{
    (void)state;
    struct device_db d;
    takes(&d, "a model=7960 protocol=SCCP, b model=8861, c model=7975, d model=7975 protocol=sccp, e protocol=sip model=CIPC");
    assert_int_equal(device_db_find(&d, STR("a"))->protocol, DEVICE_SCCP);
    assert_int_equal(device_db_find(&d, STR("e"))->protocol, DEVICE_SIP);
    refuses("a model=7960", "parameter 'devices': device 'a': a 7960 is a phone with protocol=SCCP");
    refuses("a model=8861 protocol=SCCP", "parameter 'devices': device 'a': a 8861 is a phone with protocol=SIP");
    refuses("a model=CPIC", "parameter 'devices': device 'a': 'CPIC' is no model of a SIP phone; did you mean 'CIPC'?");
    refuses("a model=softphone", "parameter 'devices': device 'a': 'softphone' is no model of a SIP phone");
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
#define FORMS "dn=NUMBER, load=FIRMWARE, protocol=SIP|SCCP, model=MODEL, pkid=UUID or line_pkid=UUID"
    refuses("a protcol=SCCP", "parameter 'devices': device 'a': 'protcol=SCCP' is not " FORMS "; did you mean 'protocol'?");
    refuses("a line_pikd=x", "parameter 'devices': device 'a': 'line_pikd=x' is not " FORMS "; did you mean 'line_pkid'?");
    refuses("a colour=red", "parameter 'devices': device 'a': 'colour=red' is not " FORMS);
    refuses("a protocol=H323", "parameter 'devices': device 'a': 'protocol=H323' is not " FORMS);
    refuses("a dn=", "parameter 'devices': device 'a': 'dn=' is not " FORMS);
    refuses("a pkid=1234", "parameter 'devices': device 'a': '1234' is not a UUID, as in pkid=" CEPN);
    refuses("a pkid=c3d23d4b-944f-3657-d70e-ff5c2830a0eg",
            "parameter 'devices': device 'a': 'c3d23d4b-944f-3657-d70e-ff5c2830a0eg' is not a UUID, as in pkid=" CEPN);
    refuses("a line_pkid=c3d23d4b0944f-3657-d70e-ff5c2830a0e9",
            "parameter 'devices': device 'a': 'c3d23d4b0944f-3657-d70e-ff5c2830a0e9' is not a UUID, as in line_pkid=" CEPN);
    refuses("a, a dn=1", "parameter 'devices': device 'a' is there twice");
    refuses("x23456789012345678901234567890123", "parameter 'devices': 'x23456789012345678901234567890123' is longer "
                                                 "than a device name can be (31)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_field_is_kept, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_model_belongs_to_a_protocol, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
