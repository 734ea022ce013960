/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines look as the products print them. The syslog shape is that of seed 002: "31 uc-ucm-01
 * local7 3 : 41679: uc-ucm-01.pcce.local Jul 02 2015 06:22:31 UTC :
 * %UC_CALLMANAGER-3-EndPointUnregistered: …" */
#include "tests/unit/observe/observe_kit.h"

#include <sys/stat.h>

#define EPOCH INT64_C(1435818151000000000) /* 2015-07-02 06:22:31 UTC */

struct bench {
    struct sim *sim;
    struct arena *arena;
    char dir[32], logs[48];
};

static void set_up(struct bench *b, int64_t epoch_ns)
{
    struct err e = {0};
    memset(b, 0, sizeof *b);
    kit_folder(b->dir, sizeof b->dir);
    snprintf(b->logs, sizeof b->logs, "%s/log", b->dir);
    b->sim = kit_sim(epoch_ns);
    b->arena = arena_new("test", 1 << 24);
    sim_node_add(b->sim, "uc-ucm-01", "cucm");
    sim_node_add(b->sim, "a/b", "switch");
    sim_node_add(b->sim, "a-b", "switch");
    struct sink *k = product_log_open(b->arena, b->logs, b->sim, &e);
    assert_non_null(k);
    bus_attach(b->sim, k);
}

static void tear_down(struct bench *b)
{
    kit_remove(b->logs);
    kit_remove(b->dir);
    sim_free(b->sim);
    arena_free(b->arena);
}

static void expect_file(const struct bench *b, const char *name, const char *text)
{
    char path[128], got[8192];
    snprintf(path, sizeof path, "%s/%s", b->logs, name);
    kit_read(path, got, sizeof got);
    assert_string_equal(got, text);
}

static void call_managers_syslog(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, EPOCH);
    kit_log(b.sim, 1, "EventViewer", "%UC_CALLMANAGER-3-EndPointUnregistered: one");
    kit_at(b.sim, 3600 * S);
    kit_log(b.sim, 1, "EventViewer", "%UC_CALLMANAGER-3-EndPointUnregistered: two");
    kit_close(b.sim);
    expect_file(&b, "uc-ucm-01-EventViewer.log",
                "1 uc-ucm-01 local7 3 : 1: uc-ucm-01 Jul 02 2015 06:22:31 UTC : "
                "%UC_CALLMANAGER-3-EndPointUnregistered: one\n"
                "2 uc-ucm-01 local7 3 : 2: uc-ucm-01 Jul 02 2015 07:22:31 UTC : "
                "%UC_CALLMANAGER-3-EndPointUnregistered: two\n");
    tear_down(&b);
}

static void styles_by_facility(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, EPOCH);
    kit_at(b.sim, 200 * MS);
    kit_log(b.sim, 2, "console", "%PORT_SECURITY-2-PSECURE_VIOLATION: x");
    kit_log(b.sim, 2, "phone", "TFTP timeout : SEP1.cnf.xml");
    kit_log(b.sim, 2, "TFTP", "read request");
    kit_at(b.sim, (5 * 3600 + 37 * 60 + 29) * S); /* noon is 12:…p */
    kit_log(b.sim, 2, "phone", "noon");
    kit_at(b.sim, (17 * 3600 + 37 * 60 + 29) * S); /* midnight is 12:…a */
    kit_log(b.sim, 2, "phone", "midnight");
    kit_close(b.sim);
    expect_file(&b, "a-b-console.log",
                "*Jul  2 06:22:31.200: %PORT_SECURITY-2-PSECURE_VIOLATION: x\n");
    expect_file(&b, "a-b-phone.log",
                "06:22:31a TFTP timeout : SEP1.cnf.xml\n12:00:00p noon\n12:00:00a midnight\n");
    expect_file(&b, "a-b-TFTP.log", "07/02/2015 06:22:31.200 TFTP|read request\n");
    tear_down(&b);
}

/* The clocks of seed 004's traces, and of an ASA with "logging timestamp". */
static void traces_and_firewall(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, INT64_C(1295021836299999999)); /* 2011-01-14 16:17:16.299 UTC, and not yet .300 */
    kit_log(b.sim, 1, "CCM", "StationInit: (0000000) x");
    kit_log(b.sim, 1, "TFTP", "   TID[a58eaba0] x");
    kit_log(b.sim, 2, "asa", "%ASA-6-302013: Built outbound TCP connection 1");
    kit_log(b.sim, 2, "radius", "a facility that nobody knows");
    kit_at(b.sim, (20 * 24 * 3600 + 7 * 3600 + 43 * 60) * S);
    kit_log(b.sim, 2, "asa", "%ASA-6-302014: Teardown");
    kit_close(b.sim);
    expect_file(&b, "uc-ucm-01-CCM.log", "01/14/2011 16:17:16.299 CCM|StationInit: (0000000) x\n");
    expect_file(&b, "uc-ucm-01-TFTP.log", "01/14/2011 16:17:16.299 TFTP|   TID[a58eaba0] x\n");
    expect_file(&b, "a-b-asa.log",
                "Jan 14 2011 16:17:16: %ASA-6-302013: Built outbound TCP connection 1\n"
                "Feb 04 2011 00:00:16: %ASA-6-302014: Teardown\n");
    expect_file(&b, "a-b-radius.log", "2011-01-14 16:17:16.299 a facility that nobody knows\n");
    tear_down(&b);
}

/* A SIP message after its head: the network's line ends become those of a file, nothing else
 * changes. */
static void messages_of_many_lines(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, 0);
    kit_log(b.sim, 1, "CCM", "with 42 bytes:\r\nREGISTER sip:a SIP/2.0\r\nExpires: 3600\r\n\r\n");
    kit_log(b.sim, 1, "CCM", "a\rb\r");
    kit_log(b.sim, 1, "CCM", "");
    kit_close(b.sim);
    expect_file(
        &b, "uc-ucm-01-CCM.log",
        "01/01/1970 00:00:00.000 CCM|with 42 bytes:\nREGISTER sip:a SIP/2.0\nExpires: 3600\n\n"
        "01/01/1970 00:00:00.000 CCM|a\rb\r\n"
        "01/01/1970 00:00:00.000 CCM|\n");
    tear_down(&b);
}

/* Two names that clean to the same file name do not share a file; a facility cannot leave the
 * folder. */
static void names_are_made_safe(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, 0);
    kit_log(b.sim, 2, "console", "slash");
    kit_log(b.sim, 3, "console", "dash");
    kit_log(b.sim, 3, "../../up", "away");
    kit_close(b.sim);
    expect_file(&b, "a-b-console.log", "*Jan  1 00:00:00.000: slash\n");
    expect_file(&b, "a-b-console-3.log", "*Jan  1 00:00:00.000: dash\n");
    expect_file(&b, "a-b--.-..-up.log", "1970-01-01 00:00:00.000 away\n");
    tear_down(&b);
}

static void long_lines_and_many_lines(void **state)
{
    (void)state;
    static char line[6001];
    struct bench b;
    set_up(&b, 0);
    memset(line, 'x', sizeof line - 1);
    for (int i = 0; i < 100; i++)
        kit_log(b.sim, 1, "console", i % 2 ? "short" : line);
    kit_close(b.sim);
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/uc-ucm-01-console.log", b.logs);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 50 * (6000 + 5) + 100 * (int)sizeof "*Jan  1 00:00:00.000: ");
    tear_down(&b);
}

static void an_unwritable_folder_is_told(void **state)
{
    (void)state;
    struct bench b;
    struct err e = {0};
    set_up(&b, 0);
    assert_null(product_log_open(b.arena, "no/such/folder", b.sim, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_int_equal(rmdir(b.logs), 0); /* gone before the first line */
    kit_log(b.sim, 1, "console", "lost");
    kit_log(b.sim, 1, "console", "lost too");
    e = (struct err){0};
    assert_false(bus_close(b.sim, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_non_null(strstr(e.msg, "uc-ucm-01-console.log"));
    assert_int_equal(mkdir(b.logs, 0777), 0);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_managers_syslog),         cmocka_unit_test(styles_by_facility),
        cmocka_unit_test(names_are_made_safe),          cmocka_unit_test(long_lines_and_many_lines),
        cmocka_unit_test(an_unwritable_folder_is_told), cmocka_unit_test(traces_and_firewall),
        cmocka_unit_test(messages_of_many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
