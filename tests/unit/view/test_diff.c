/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_diff.c: two run.db files made by hand: what counts as the same fact, where they part, what of the
 * tables differs and by how much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/str.h"
#include "sim/view/diff.h"

static const char schema[] =
    "CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT);"
    "CREATE TABLE param(name TEXT PRIMARY KEY, value, unit TEXT, set_by TEXT);"
    "CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT, model TEXT);"
    "CREATE TABLE record(id INTEGER PRIMARY KEY, t_ns INTEGER, cause INTEGER, flow INTEGER,"
    " kind TEXT, node INTEGER, text TEXT, fields TEXT);"
    "CREATE TABLE because(record INTEGER, of INTEGER, role TEXT);"
    "CREATE TABLE observable(name TEXT, documented, simulated, tolerance, unit TEXT, source TEXT,"
    " verdict TEXT, note TEXT);"
    "CREATE TABLE measure(name TEXT PRIMARY KEY, value NUMERIC, unit TEXT, record INTEGER, doc TEXT);"
    "CREATE INDEX record_kind ON record(kind, node);"
    "CREATE INDEX because_record ON because(record);"
    "INSERT INTO node VALUES(0,'scenario','scenario'),(1,'phone','phone'),(2,'switch','switch');";

struct pair {
    char folder[2][32];
    struct diff *d;
};

static void make(char folder[32], const char *sql)
{
    char path[64];
    sqlite3 *db;
    struct txtbuf p = txtbuf_of(path, sizeof path), f = txtbuf_of(folder, 32);
    txtbuf_cstr(&f, "/tmp/dt-diff-XXXXXX");
    assert_non_null(mkdtemp(folder));
    txtbuf_add(&p, "%s/run.db", folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, schema, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void end(struct pair *p)
{
    diff_free(p->d);
    for (int i = 0; i < 2; i++) {
        char path[64];
        struct txtbuf t = txtbuf_of(path, sizeof path);
        txtbuf_add(&t, "%s/run.db", p->folder[i]);
        unlink(path);
        rmdir(p->folder[i]);
    }
}

static void diff_of(struct pair *p, const char *a, const char *b)
{
    struct err e = {0};
    make(p->folder[0], a);
    make(p->folder[1], b);
    p->d = diff_runs(p->folder[0], p->folder[1], &e);
    if (!p->d)
        fail_msg("%s", e.msg);
}

/* Frames, flows, causes, nodes and record numbers may be numbered otherwise; timers are no facts. */
static void numbers_do_not_count(void **state)
{
    struct pair p;
    (void)state;
    diff_of(&p,
            "INSERT INTO record VALUES(1,5,0,7,'FRAME_TX',1,'x','{\"frame\":9,\"port\":\"net\",\"len\":60}'),"
            "(-1,6,0,0,'TMR',1,'t: arm','{}'),(2,8,1,7,'NOTE',2,'n: m','{}');",
            "UPDATE node SET id = id + 10 WHERE id > 0;"
            "INSERT INTO record VALUES(3,5,0,4,'FRAME_TX',11,'x','{\"frame\":10,\"port\":\"net\",\"len\":60}'),"
            "(4,8,2,4,'NOTE',12,'n: m','{}');");
    assert_false(p.d->parts);
    assert_int_equal(p.d->first.common, 2);
    assert_int_equal(p.d->run[0].facts, 2);
    assert_false(diff_same(p.d)); /* for there are no digests that say so */
    end(&p);
}

#define FACT_1 "(1,5,0,0,'FRAME_TX',1,'x','{\"frame\":1,\"port\":\"a\"}'),"

/* Each of what makes a fact tells two apart. */
static void all_else_counts(void **state)
{
    static const char *const second[] = {
        "(2,8,0,0,'STATE',1,'s','{\"frame\":1,\"port\":\"a\"}');",
        "(2,9,0,0,'STATE',1,'s','{\"frame\":1,\"port\":\"a\"}');",
        "(2,8,0,0,'ALARM',1,'s','{\"frame\":1,\"port\":\"a\"}');",
        "(2,8,0,0,'STATE',2,'s','{\"frame\":1,\"port\":\"a\"}');",
        "(2,8,0,0,'STATE',1,'z','{\"frame\":1,\"port\":\"a\"}');",
        "(2,8,0,0,'STATE',1,'s','{\"frame\":1,\"port\":\"b\"}');",
    };
    (void)state;
    for (size_t i = 1; i < sizeof second / sizeof second[0]; i++) {
        struct pair p;
        char a[512], b[512];
        struct txtbuf ta = txtbuf_of(a, sizeof a), tb = txtbuf_of(b, sizeof b);
        txtbuf_add(&ta, "INSERT INTO record VALUES" FACT_1 "%s", second[0]);
        txtbuf_add(&tb, "INSERT INTO record VALUES" FACT_1 "%s", second[i]);
        diff_of(&p, a, b);
        assert_true(p.d->parts && p.d->happens);
        assert_int_equal(p.d->first.common, 1);
        assert_int_equal(p.d->first.common_t_ns, 5);
        assert_int_equal(p.d->first.end[0].record, 2);
        assert_int_equal(p.d->first.end[1].record, 2);
        end(&p);
    }
}

/* One that ends while the other goes on, from whichever side; and none at all. */
static void a_beginning(void **state)
{
    static const char one[] = "INSERT INTO record VALUES(1,5,0,0,'STATE',1,'s','{}');";
    static const char two[] = "INSERT INTO record VALUES(1,5,0,0,'STATE',1,'s','{}'),(2,6,1,0,'NOTE',1,'n','{}');";
    struct pair p;
    (void)state;
    diff_of(&p, two, one);
    assert_true(p.d->parts);
    assert_int_equal(p.d->first.end[0].record, 2);
    assert_int_equal(p.d->first.end[1].record, 0);
    assert_false(p.d->happens); /* a remark is all that is left */
    assert_int_equal(p.d->event.common, 1);
    end(&p);
    diff_of(&p, "", two);
    assert_int_equal(p.d->first.common, 0);
    assert_int_equal(p.d->first.end[1].record, 1);
    assert_true(p.d->happens);
    end(&p);
}

/* They part in a remark that only one makes; what happens goes on alike, until it does not. */
static void remarks_first(void **state)
{
    struct pair p;
    (void)state;
    diff_of(&p,
            "INSERT INTO record VALUES(1,1,0,0,'STATE',1,'on','{}'),(2,2,1,0,'NOTE',1,'r: 1s','{}'),"
            "(3,3,1,0,'STATE',1,'up','{}'),(4,9,3,0,'STATE',2,'aged','{}'),(5,9,0,0,'NOTE',2,'parameter: a = 1s','{}');"
            "INSERT INTO because VALUES(4,3,'state'),(4,5,'limit');",
            "INSERT INTO record VALUES(1,1,0,0,'STATE',1,'on','{}'),(2,3,1,0,'STATE',1,'up','{}'),"
            "(3,12,2,0,'STATE',2,'aged','{}');");
    assert_int_equal(p.d->first.common, 1);
    assert_string_equal(p.d->first.end[0].text, "r: 1s");
    assert_string_equal(p.d->first.end[1].text, "up");
    assert_int_equal(p.d->first.end[1].like, 3);
    assert_true(p.d->happens);
    assert_int_equal(p.d->event.common, 2);
    assert_int_equal(p.d->event.common_t_ns, 3);
    assert_int_equal(p.d->event.end[0].record, 4);
    assert_int_equal(p.d->event.end[1].record, 3);
    assert_int_equal(p.d->event.end[0].like_t_ns, 12);
    assert_int_equal(p.d->event.end[1].like_t_ns, 9);
    assert_non_null(strstr(p.d->event.end[0].why.steps[0].text, "a = 1s")); /* the limit, though it stands behind */
    end(&p);
}

/* The like of a frame is one of the same port. */
static void like_of_a_port(void **state)
{
    struct pair p;
    (void)state;
    diff_of(&p,
            "INSERT INTO record VALUES(1,1,0,0,'FRAME_TX',1,'x','{\"frame\":1,\"port\":\"p1\",\"len\":60}');",
            "INSERT INTO record VALUES(1,2,0,0,'FRAME_TX',1,'x','{\"frame\":1,\"port\":\"p2\",\"len\":60}'),"
            "(2,2,0,0,'FRAME_TX',1,'x','{\"frame\":1,\"port\":\"p1\",\"len\":60}');");
    assert_int_equal(p.d->first.end[0].like, 2);
    assert_int_equal(p.d->first.end[1].like, 0);
    end(&p);
}

static const struct diff_row *row(const struct diff_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->rows[i].name, name) == 0)
            return &t->rows[i];
    }
    fail_msg("no row %s", name);
    return NULL;
}

/* Exact decimals; what did not occur; what one run alone has; the setter is no difference. */
static void tables(void **state)
{
    struct pair p;
    (void)state;
    diff_of(&p,
            "INSERT INTO param VALUES('a',60,'s','default'),('b','on','','file'),('c','0.0072','s','default');"
            "INSERT INTO measure VALUES('m',0.1,'s',0,''),('n',3,'1',0,''),('o',NULL,'s',0,''),('q',1e12,'1',0,'');"
            "INSERT INTO observable VALUES('v',1,1,0,'s','doc','match',''),('w',1,1,0,'s','doc','match','');",
            "INSERT INTO param VALUES('a',60.0,'s','command'),('b','off','','file'),('d',1,'s','default');"
            "INSERT INTO measure VALUES('m',0.000010001,'s',0,''),('n',3,'1',0,''),('o',2,'s',0,''),('q',2e12,'1',0,'');"
            "INSERT INTO observable VALUES('v',1,1.2,0,'s','doc','match',''),('w',1,NULL,0,'s','doc','deviates','');");
    const struct diff *d = p.d;
    assert_int_equal(d->params.same, 1);
    assert_int_equal(d->params.count, 3);
    assert_string_equal(row(&d->params, "b")->value[1].text, "off");
    assert_false(row(&d->params, "c")->value[1].there);
    assert_false(row(&d->params, "d")->value[0].there);
    assert_int_equal(d->measures.same, 1);
    assert_string_equal(row(&d->measures, "m")->value[1].text, "0.000010001");
    assert_string_equal(row(&d->measures, "m")->difference, "-0.099989999");
    assert_string_equal(row(&d->measures, "o")->difference, "");
    assert_string_equal(row(&d->measures, "o")->value[0].text, "");
    assert_string_equal(row(&d->measures, "q")->difference, ""); /* too large to be told exactly */
    assert_int_equal(d->observables.same, 1);
    assert_string_equal(row(&d->observables, "w")->value[1].note, "deviates");
    end(&p);
}

/* 50,000 facts in common, caused by nothing or each by the one before; then one more in A. */
static void diff_of_many(struct pair *p, const char *cause)
{
    char a[1024], b[1024];
    struct txtbuf ta = txtbuf_of(a, sizeof a), tb = txtbuf_of(b, sizeof b);
    txtbuf_add(&tb, "INSERT INTO record VALUES(1,1,0,0,'FAULT',0,'cut: l','{\"what\":\"cut\"}'),"
                    "(2,1,0,0,'NOTE',2,'parameter: a = 1s','{}');"
                    "WITH RECURSIVE n(i) AS (VALUES(3) UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
                    " INSERT INTO record SELECT i, i, %s, 0, 'STATE', 1, 's', '{}' FROM n;"
                    "INSERT INTO because VALUES(50001,1,'state'),(50001,2,'limit');", cause);
    txtbuf_add(&ta, "%sINSERT INTO record SELECT 50001,50001,%s,0,'STATE',2,'aged','{\"machine\":\"m\"}'"
                    " FROM (SELECT 50001 AS i);", b, cause);
    diff_of(p, a, b);
    assert_int_equal(p->d->first.common, 50000);
}

/* A view near to a record: a window, what it goes back to however long ago, and its limits. */
static void far_back(void **state)
{
    struct pair p;
    (void)state;
    diff_of_many(&p, "0");
    const struct diff_end *x = &p.d->first.end[0];
    assert_true(x->run->capacity < 30000);
    assert_null(view_record(x->run, 3));
    assert_string_equal(view_record(x->run, 1)->kind, "FAULT");
    assert_int_equal(view_because(x->run, view_record(x->run, 50001), VIEW_LIMIT)->id, 2);
    assert_true(x->why.root_count == 2 && x->why.roots[0] == 1);
    end(&p);
}

/* Where causes are too many to be followed, limits are still known: they are said once, at the beginning. */
static void limits_of_long_chains(void **state)
{
    struct pair p;
    (void)state;
    diff_of_many(&p, "i - 1");
    const struct diff_end *x = &p.d->first.end[0];
    assert_int_equal(view_because(x->run, view_record(x->run, 50001), VIEW_LIMIT)->id, 2);
    assert_null(view_because(x->run, view_record(x->run, 50001), VIEW_STATE));
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_do_not_count), cmocka_unit_test(all_else_counts),
        cmocka_unit_test(a_beginning),          cmocka_unit_test(remarks_first),
        cmocka_unit_test(like_of_a_port),       cmocka_unit_test(tables),
        cmocka_unit_test(far_back),             cmocka_unit_test(limits_of_long_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
