/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.db: tables and columns of the outside contract, exact numbers, equal dumps of equal runs, and
 * no half-written file under a final name, whatever fails. */
#include "tests/unit/observe/observe_kit.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "sim/kernel/tmr.h"

static void tell(struct txtbuf *t, const void *bytes, size_t n)
{
    txtbuf_add(t, "frame of %zu starting %02x", n, n ? ((const unsigned char *)bytes)[0] : 0u);
}

static const struct kit_frame frame = {42, "\xab\xcd\xef", 3};

struct bench {
    struct sim *sim;
    struct arena *arena;
    struct sink *db;
    struct tmr timer;
    char dir[32], path[64];
};

static void ring(void *owner)
{
    struct bench *b = owner;
    uint64_t tx = kit_tx(b->sim, 1, 0, &frame, 2);
    uint64_t drop = kit_drop(b->sim, 1, 0, &frame, "link-loss");
    uint64_t aged = kit_state(b->sim, 2, "secure-address", "vlan 147 f0:29", "aged", "forgotten");
    bus_because(b->sim, aged, tx, BECAUSE_STATE);
    bus_because(b->sim, drop, aged, BECAUSE_LIMIT);
    kit_alarm(b->sim, 2, 13, "SEP\"1\"");
    BUS_NOTE(b->sim, 1, "tcp.rto", "was {}, is {}", V_DUR(dur_ms(210)), V_DUR(dur_ms(420)));
}

static void set_up(struct bench *b)
{
    memset(b, 0, sizeof *b);
    struct err e = {0};
    kit_folder(b->dir, sizeof b->dir);
    snprintf(b->path, sizeof b->path, "%s/run.db", b->dir);
    b->sim = kit_sim(INT64_C(1437000862180000000)); /* 2015-07-15 22:54:22.18 */
    b->arena = arena_new("test", 1 << 24);
    sim_node_add(b->sim, "phone", "sip-phone");
    sim_node_add(b->sim, "access", "switch");
    b->db = rundb_open(b->arena, b->path, b->sim, tell, &e);
    assert_non_null(b->db);
    bus_attach(b->sim, b->db);
    tmr_init(&b->timer, b->sim, 1, "sip.keepalive", b, ring);
    tmr_arm(&b->timer, dur_ms(115250));
}

static void tear_down(struct bench *b)
{
    kit_remove(b->dir);
    sim_free(b->sim);
    arena_free(b->arena);
}

static void play(struct bench *b)
{
    kit_at(b->sim, 200 * S);
    rundb_key(b->db, "status", "started");
    rundb_key(b->db, "status", "complete");
    rundb_param(b->db, "tcp_rto_min", "0.2", "s", "default");
    rundb_param(b->db, "offset", "uniform(0s,120s)", "s", "command");
    rundb_param(b->db, "dn", "0042", "", "scenario");
    rundb_measure(b->db, "first_unregister_s", (struct measure){961800000000, true, 7}, 9, "s",
                  "when");
    rundb_measure(b->db, "max_rto_s", (struct measure){0, false, 0}, 9, "s", "how long");
    struct rundb_observable o = {"first unregister", "961.8", "961.79", "0.5", "s",
                                 "seed 002",         "match", NULL,     true};
    rundb_observable(b->db, &o);
    o = (struct rundb_observable){"alarm",    "13",          "",      "",   "",
                                  "seed 002", "not-reached", "early", false};
    rundb_observable(b->db, &o);
}

/* All rows of a query: columns with '|', rows with newlines, quoted as SQL literals. */
static void rows(const char *path, const char *sql, struct txtbuf *t)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            const char *v = (const char *)sqlite3_column_text(st, i);
            txtbuf_add(t, "%s%s", i ? "|" : "", v ? v : "NULL");
        }
        txtbuf_char(t, '\n');
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
}

#define EXPECT_ROWS(b, sql, text)                                                                  \
    do {                                                                                           \
        char buf_[8192];                                                                           \
        struct txtbuf t_ = txtbuf_of(buf_, sizeof buf_);                                           \
        rows((b)->path, (sql), &t_);                                                               \
        assert_string_equal(buf_, (text));                                                         \
    } while (0)

static void every_record_stands_in_its_row(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    play(&b);
    kit_close(b.sim);
    EXPECT_ROWS(
        &b, "SELECT id,t_ns,cause,flow,kind,node,text FROM record WHERE id>0 ORDER BY id",
        "1|115250000000|0|0|FRAME_TX|1|frame of 3 starting ab\n"
        "2|115250000000|1|0|DROP|1|link-loss: frame of 3 starting ab\n"
        "3|115250000000|1|0|STATE|2|secure-address vlan 147 f0:29: before -> forgotten (aged)\n"
        "4|115250000000|1|0|ALARM|2|EndPointUnregistered: SEP\"1\", reason 13 (TheLastSignal)\n"
        "5|115250000000|1|0|NOTE|1|tcp.rto: was 210ms, is 420ms\n");
    EXPECT_ROWS(&b, "SELECT fields FROM record WHERE id>0 ORDER BY id",
                "{\"frame\":42,\"port\":\"net\",\"len\":3,\"copy\":2}\n"
                "{\"frame\":42,\"port\":\"net\",\"reason\":\"link-loss\",\"len\":3}\n"
                "{\"machine\":\"secure-address\",\"key\":\"vlan 147 f0:29\",\"from\":\"before\","
                "\"event\":\"aged\",\"to\":\"forgotten\"}\n"
                "{\"name\":\"EndPointUnregistered\",\"reason\":13,\"device\":\"SEP\\\"1\\\"\","
                "\"detail\":\"TheLastSignal\"}\n"
                "{\"topic\":\"tcp.rto\",\"line\":\"was 210ms, is 420ms\"}\n");
    EXPECT_ROWS(&b, "SELECT * FROM because", "3|1|state\n2|3|limit\n");
    EXPECT_ROWS(&b, "SELECT * FROM node",
                "0|scenario|scenario\n1|phone|sip-phone\n2|access|switch\n");
    EXPECT_ROWS(&b, "SELECT id,kind,fields FROM record WHERE id<0 ORDER BY id DESC",
                "-1|TMR|{\"timer\":\"sip.keepalive\",\"what\":\"arm\",\"at_s\":115.25}\n"
                "-2|TMR|{\"timer\":\"sip.keepalive\",\"what\":\"fire\",\"at_s\":115.25}\n");
    EXPECT_ROWS(&b, "SELECT count(*) FROM record WHERE NOT json_valid(fields)", "0\n");
    tear_down(&b);
}

static void results_are_numbers_or_null(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    play(&b);
    kit_close(b.sim);
    EXPECT_ROWS(&b, "SELECT * FROM run", "status|complete\n");
    EXPECT_ROWS(&b, "SELECT name,value,typeof(value),unit,set_by FROM param ORDER BY name",
                "dn|0042|text||scenario\noffset|uniform(0s,120s)|text|s|command\n"
                "tcp_rto_min|0.2|real|s|default\n");
    EXPECT_ROWS(&b, "SELECT name,value,typeof(value),unit,record,doc FROM measure ORDER BY name",
                "first_unregister_s|961.8|real|s|7|when\nmax_rto_s|NULL|null|s|NULL|how long\n");
    EXPECT_ROWS(&b,
                "SELECT name,documented,typeof(documented),simulated,typeof(simulated),tolerance,"
                "typeof(tolerance),unit,source,verdict,note FROM observable ORDER BY name DESC",
                "first unregister|961.8|real|961.79|real|0.5|real|s|seed 002|match|NULL\n"
                "alarm|13|text|NULL|null||text||seed 002|not-reached|early\n");
    tear_down(&b);
}

static void dump(const char *path, struct txtbuf *t)
{
    rows(path, "SELECT sql FROM sqlite_master ORDER BY rowid", t);
    static const char *const tables[] = {"run",     "param",      "node",   "record",
                                         "because", "observable", "measure"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT rowid,* FROM %s ORDER BY rowid", tables[i]);
        rows(path, sql, t);
    }
}

static void equal_runs_have_equal_dumps(void **state)
{
    (void)state;
    static char text[2][32768];
    for (int i = 0; i < 2; i++) {
        struct bench b;
        set_up(&b);
        play(&b);
        kit_close(b.sim);
        struct txtbuf t = txtbuf_of(text[i], sizeof text[i]);
        dump(b.path, &t);
        assert_false(t.full);
        assert_null(strstr(t.p, b.dir)); /* no path of this machine */
        tear_down(&b);
    }
    assert_string_equal(text[0], text[1]);
}

/* A line far longer than the first buffer is kept whole; what is no UTF-8 cannot break the JSON. */
static void long_and_odd_text(void **state)
{
    (void)state;
    static char line[5001];
    struct bench b;
    set_up(&b);
    memset(line, 'x', sizeof line - 1);
    struct val v[] = {V_TEXT(line)};
    struct rec r = {.kind = REC_LOG, .node = 1};
    r.log = (struct rec_log){"console", 5, {"{}", v, 1}};
    bus_publish(b.sim, &r);
    kit_log(b.sim, 1, "console", "a\"b\\c\nd\x01\xff\xc3\xa4\xed\xa0\x80");
    kit_close(b.sim);
    EXPECT_ROWS(&b,
                "SELECT length(text), length(json_extract(fields,'$.line')) FROM record WHERE id=1",
                "5000|5000\n");
    EXPECT_ROWS(&b, "SELECT text FROM record WHERE id=2", "a\"b\\c\n"); /* one line; the fields have all */
    EXPECT_ROWS(&b, "SELECT fields FROM record WHERE id=2",
                "{\"facility\":\"console\",\"severity\":3,\"line\":"
                "\"a\\\"b\\\\c\\nd\\u0001\\ufffd\xc3\xa4\\ufffd\\ufffd\\ufffd\"}\n");
    tear_down(&b);
}

static void nothing_stands_under_the_name_before_the_close(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    play(&b);
    assert_int_not_equal(access(b.path, F_OK), 0);
    kit_close(b.sim);
    assert_int_equal(access(b.path, F_OK), 0);
    char part[80];
    snprintf(part, sizeof part, "%s.part", b.path);
    assert_int_not_equal(access(part, F_OK), 0);
    tear_down(&b);
}

static void a_missing_folder_is_the_machines_fault(void **state)
{
    (void)state;
    struct err e = {0};
    struct sim *s = kit_sim(0);
    struct arena *a = arena_new("test", 1 << 24);
    assert_null(rundb_open(a, "no/such/folder/run.db", s, tell, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_non_null(strstr(e.msg, "no/such/folder/run.db"));
    sim_free(s);
    arena_free(a);
}

/* The disk is full: told once, at the close, and nothing is left behind. */
static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    struct bench b;
    struct err e = {0};
    struct rlimit before, small;
    set_up(&b);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 65536;
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 60000; i++) /* more than SQLite's cache holds */
        kit_alarm(b.sim, 1, 13, "SEP000000000001");
    bool ok = bus_close(b.sim, &e);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(ok);
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_non_null(strstr(e.msg, b.path));
    assert_int_equal(rmdir(b.dir), 0); /* an empty folder */
    sim_free(b.sim);
    arena_free(b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_stands_in_its_row),
        cmocka_unit_test(results_are_numbers_or_null),
        cmocka_unit_test(equal_runs_have_equal_dumps),
        cmocka_unit_test(long_and_odd_text),
        cmocka_unit_test(nothing_stands_under_the_name_before_the_close),
        cmocka_unit_test(a_missing_folder_is_the_machines_fault),
        cmocka_unit_test(a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
