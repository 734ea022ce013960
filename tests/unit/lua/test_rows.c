/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The documented packet table of case study 2 against runs made by hand. Truth: the arithmetic of
 * the outage (each REGISTER 115 s after the 200 OK before it, its first copy lost, sent again after
 * 0.21 s times a power of two; 901 bytes there, 337 and about 648 back), not the table itself. */
#include "tests/unit/lua/lua_bench.h"

#define MS 1000000ll

struct seg {
    bool sent;
    uint32_t seq, ack, len, copy;
    const char *flags;
};

/* What a case changes in the ideal run. */
struct change {
    int64_t send_ns, resend_ns, ack_ns; /* added to the third exchange's times */
    uint32_t seq, ack, len;             /* added to the third exchange's 200 OK */
    const char *flags;                  /* of the third exchange's 100 */
    bool one_ack;                       /* the phone acknowledges both answers at once */
    int exchanges;                      /* the run stops after so many; 0: all six */
};

static bool decode(const void *bytes, size_t n, struct segment_row *out)
{
    struct seg s;
    assert_int_equal(n, sizeof s);
    memcpy(&s, bytes, sizeof s);
    *out = (struct segment_row){.src = s.sent ? 1 : 2,
                                .dst = s.sent ? 2 : 1,
                                .src_port = s.sent ? 50708 : 5060,
                                .dst_port = s.sent ? 5060 : 50708,
                                .seq = s.seq,
                                .ack = s.ack,
                                .len = s.len};
    snprintf(out->flags, sizeof out->flags, "%s", s.flags);
    return true;
}

static void put(struct bench *b, int64_t at_ns, struct seg s)
{
    struct node *phone = net_find_node(b->net, STR("a"));
    assert_int_equal(sim_run_until(b->sim, (struct sim_time){at_ns}, &b->e), SIM_COMPLETE);
    struct rec r = {.kind = s.sent ? REC_FRAME_TX : REC_FRAME_RX, .node = phone->id};
    r.bytes = str_of_bytes(&s, sizeof s);
    if (s.sent)
        r.frame_tx = (struct rec_frame_tx){1, "eth0", s.len, s.copy};
    else
        r.frame_rx = (struct rec_frame_rx){1, "eth0", s.len};
    bus_publish(b->sim, &r);
}

/* Keepalives 0 to 5 of the arithmetic, t = 0 being the registration; row 1932 is keepalive 0's
 * copy. */
static void play(struct bench *b, const struct change *c)
{
    static const uint32_t ok_len[] = {648, 649, 648, 649, 647, 648};
    int64_t t = 115000 * MS, rto = 210 * MS;
    uint32_t seq = 6722, ack = 4563;
    for (int k = 0; k < (c->exchanges ? c->exchanges : 6); k++) {
        bool changed = k == 2;
        struct change z = changed ? *c : (struct change){0};
        t += z.send_ns;
        put(b, t, (struct seg){true, seq, ack, 901, 0, "PSH,ACK"});
        t += rto + z.resend_ns;
        put(b, t, (struct seg){true, seq, ack, 901, 1, "PSH,ACK"});
        seq += 901;
        put(b, t + 14600000, (struct seg){false, ack, seq, 0, 0, "ACK"});
        put(b, t + 16000000, (struct seg){false, ack, seq, 337, 0, z.flags ? z.flags : "PSH,ACK"});
        if (!c->one_ack)
            put(b, t + 16300000, (struct seg){true, seq, ack + 337, 0, 0, "ACK"});
        t += 16600000;
        put(b, t,
            (struct seg){false, ack + 337 + z.seq, seq + z.ack, ok_len[k] + z.len, 0, "PSH,ACK"});
        ack += 337 + ok_len[k];
        put(b, t + 300000 + z.ack_ns, (struct seg){true, seq, ack, 0, 0, "ACK"});
        t += 115000 * MS;
        rto *= 2;
    }
}

static struct bench bench_rows(const char *table, const char *by)
{
    char text[1024], more[256], name[64], path[256];
    static char csv[8192];
    snprintf(name, sizeof name, "rows_%ld.csv", (long)getpid());
    snprintf(path, sizeof path, "%s/scenarios/data/case-study-2.csv", DT_SOURCE_DIR);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    csv[fread(csv, 1, sizeof csv - 1, f)] = 0;
    fclose(f);
    write_text(name, table ? table : csv);
    snprintf(more, sizeof more,
             "wall_clock = '2015-07-15 22:54:22.18',\n"
             "documented = { rows { file = '%s', port = 'a', by = '%s', source = 'table' } }",
             name, by);
    struct bench b = load_text(two_probes(text, sizeof text, "net:capture('a', 'x')", more));
    unlink(name);
    return b;
}

static struct bench judged(const struct change *c, const struct observable **all, size_t *n)
{
    struct bench b = bench_rows(NULL, "13min");
    if (!b.sc || !build(&b))
        fail_msg("%s", b.e.msg);
    bus_attach(b.sim, scenario_trace(b.sc, decode));
    play(&b, c);
    if (!scenario_judge(b.sc, b.sim, sim_now(b.sim), all, n, &b.e))
        fail_msg("%s", b.e.msg);
    return b;
}

/* Rows expected to deviate, as "6117 6137"; the three slips stay slips unless named. */
static void expect(struct change c, const char *deviating)
{
    const struct observable *all;
    size_t n;
    char got[512] = "";
    struct txtbuf t = txtbuf_of(got, sizeof got);
    struct bench b = judged(&c, &all, &n);
    assert_int_equal(n, 38); /* rows in the document */
    size_t slips = 0;
    for (size_t i = 0; i < n; i++) {
        slips += all[i].verdict == VERDICT_SLIP;
        if (all[i].verdict == VERDICT_DEVIATES || all[i].verdict == VERDICT_NOT_REACHED)
            txtbuf_add(&t, "%s%s", t.n ? " " : "", all[i].name + strlen("row "));
    }
    assert_string_equal(got, deviating);
    assert_true(slips == 3 || deviating[0]);
    tear_down(&b);
}

static void the_ideal_run_matches_every_row(void **state)
{
    (void)state;
    expect((struct change){0}, "");
    expect((struct change){.one_ack = true}, "");
}

static void each_cell_can_fail(void **state)
{
    (void)state;
    /* the third exchange is that of rows 4711 to 4727 */
    expect((struct change){.send_ns = 11 * MS}, "4711 send");
    expect((struct change){.send_ns = 9 * MS}, "");
    expect((struct change){.send_ns = -11 * MS}, "4711 send");
    expect((struct change){.ack_ns = 41 * MS}, "4727 ack");
    expect((struct change){.ack = 1}, "4726 200");
    expect((struct change){.seq = 7}, ""); /* its seq is damaged in print */
    expect((struct change){.flags = "ACK"}, "4724 100");
    expect((struct change){.resend_ns = 300 * MS}, ""); /* its time is damaged in print */
}

static void shown_is_what_happened(void **state)
{
    (void)state;
    const struct observable *all;
    size_t n;
    struct change c = {.flags = "ACK"};
    struct bench b = judged(&c, &all, &n);
    assert_string_equal(all[5].name, "row 3318 send");
    assert_string_equal(all[5].documented, "22:58:12.474709 > PSH,ACK seq 7623 ack 5548 len 901");
    /* 22:54:22.18 + 115 + 0.21 + 0.0166 + 115 s */
    assert_string_equal(all[5].simulated, "22:58:12.406600 > PSH,ACK seq 7623 ack 5548 len 901");
    assert_string_equal(all[5].note, "115.000894 s after the 200 OK; here 115.000000 s");
    assert_string_equal(all[5].tolerance, "10ms");
    assert_string_equal(all[6].name, "row 3322 retransmission");
    assert_int_equal(all[6].verdict, VERDICT_SLIP);
    assert_non_null(strstr(all[6].note, ".892520 fits"));
    assert_string_equal(all[15].name, "row 4724 100");
    assert_string_equal(all[15].note, "flags differ");
    tear_down(&b);
}

static void what_the_run_did_not_reach_is_not_judged(void **state)
{
    (void)state;
    const struct observable *all;
    size_t n, missing = 0;
    struct change c = {.exchanges = 5};
    struct bench b = judged(&c, &all, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i].verdict != VERDICT_DEVIATES);
        missing += all[i].verdict == VERDICT_NOT_REACHED;
    }
    assert_int_equal(missing, 5); /* rows 8947 to 9032 */
    tear_down(&b);
}

static void bad_tables_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *says;
    } bad[] = {
        {"1,22:56:17.4,out,ACK,1,1,0,ack,\n", ":1: the first row must be no,time,"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n\n1,22:56:17.4,out,ACK,1,1,0,akc,\n",
         ":3: unknown kind 'akc'"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56,out,ACK,1,1,0,ack,\n",
         ":2: '22:56' is no time"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,up,ACK,1,1,0,ack,\n",
         ":2: direction 'up'"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,out,ACK,1,1,0,200,\n",
         ":2: direction 'out' does not"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,out,ACK,x,1,0,ack,\n",
         ":2: seq is no whole number"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,out,ACK,1,1,0\n",
         ":2: a row has 9 cells, this one 7"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,out,ACK,1,1,0,ack,why: x\n",
         ":2: slip: there is no cell 'why'"},
        {"no,time,direction,flags,seq,ack,len,kind,slip\n1,22:56:17.4,out,ACK,1,1,0,ack,odd\n",
         ":2: slip 'odd' is not of the form"},
    };
    char file[64];
    snprintf(file, sizeof file, "rows_%ld.csv", (long)getpid());
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct bench b = bench_rows(bad[i].table, "1min");
        assert_null(b.sc);
        if (strncmp(b.e.msg, file, strlen(file)) != 0 || !strstr(b.e.msg, bad[i].says))
            fail_msg("says: %s\nnot:  %s%s", b.e.msg, file, bad[i].says);
    }
    struct bench b = load_text("\nlocal x = rows { file = 'no.csv', port = 'a' }");
    assert_string_equal(after_path(&b), ":2: cannot read 'no.csv': No such file or directory");
    b = load_text("local x = rows { fiel = 'no.csv', port = 'a' }");
    assert_string_equal(after_path(&b), ":1: rows: 'fiel' is unknown; did you mean 'file'?");
    b = load_text("local x = rows { file = '/etc/passwd', port = 'a' }");
    assert_string_equal(after_path(&b), ":1: '/etc/passwd' is not below the scenario's folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ideal_run_matches_every_row),
        cmocka_unit_test(each_cell_can_fail),
        cmocka_unit_test(shown_is_what_happened),
        cmocka_unit_test(what_the_run_did_not_reach_is_not_judged),
        cmocka_unit_test(bad_tables_name_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
