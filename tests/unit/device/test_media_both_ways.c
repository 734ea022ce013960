/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_both_ways.c: a call played as a flow and packet by packet: the same when links are sound or cut, whatever
 * is on the line at that instant; the same law when they lose at random. And what the packets are. */
#include "models/net/frame.h"
#include "models/wire/rtp.h"
#include "models/wire/wire_frame.h"
#include "tests/unit/device/media_kit.h"

struct outcome {
    int64_t sent, lost;
};

struct trial {
    uint64_t seed;
    int link;
    enum link_fault_kind kind;
    const char *fault; /* NULL: none */
    int64_t stop_ms;
    bool spurts;
};

static struct outcome play(const struct trial *t, int rtp)
{
    struct call *c = call_open(rtp, t->seed);
    struct err e = {0};
    for (int i = 0; i < 2; i++) {
        assert_true(dist_parse(t->spurts ? STR("exp(1s)") : STR("0s"), &party(c, i)->config.talk_spurt, &e));
        assert_true(dist_parse(t->spurts ? STR("exp(1s)") : STR("0s"), &party(c, i)->config.silence, &e));
    }
    if (t->fault)
        call_fault(c, t->link, t->kind, t->fault);
    if (t->spurts)
        c->sink.on = NULL, c->sink.mask = 0;
    call_begin(c, 3);
    call_run(c, t->stop_ms * MS);
    for (int i = 0; i < 2; i++) { /* both are silent first, so that what is under way arrives */
        c->said[i].direction = SDP_INACTIVE;
        call_say(c, i);
    }
    call_run(c, (t->stop_ms + 50) * MS);
    for (int i = 0; i < 2; i++)
        media_flow_close(&party(c, i)->flow);
    struct outcome o = {sent(c), lost(c)};
    call_close(c);
    return o;
}

static void sound_paths_agree(void **state)
{
    const struct trial t = {.seed = 3, .stop_ms = 31007};
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct outcome o = play(&t, rtp);
        assert_int_equal(o.sent, 2 * 1501);
        assert_int_equal(o.lost, 0);
    }
}

/* Cuts of any length at any time, on each of the three links, one way or both: also shorter than a packet's gap. */
static void cut_paths_agree(void **state)
{
    int64_t most = 0;
    int partly = 0;
    (void)state;
    for (int i = 0; i < 90; i++) {
        char text[64];
        struct txtbuf x = txtbuf_of(text, sizeof text);
        int us = 2000000 + i * 77331, lasts = i % 3 ? 300 + i * 97 : 400000 + i * 51713;
        txtbuf_add(&x, "at=%dus lasts=%dus%s", us, lasts, i % 5 == 4 ? (i % 3 == 0 ? " from=a" : i % 3 == 1 ? " from=r" : " from=b") : "");
        struct trial t = {.seed = 3, .link = i % 3, .kind = LINK_FAULT_CUT, .fault = text, .stop_ms = 20007};
        struct outcome flow = play(&t, MEDIA_AS_FLOW), packets = play(&t, MEDIA_AS_PACKETS);
        if (flow.sent != packets.sent || flow.lost != packets.lost)
            fail_msg("link %d %s: flow %lld of %lld, packets %lld of %lld", i % 3, text, (long long)flow.lost,
                     (long long)flow.sent, (long long)packets.lost, (long long)packets.sent);
        most = flow.lost > most ? flow.lost : most;
        partly += flow.lost > 0 && lasts < 20000;
    }
    assert_true(most > 100);
    assert_true(partly > 3); /* some were lost that were only on the line */
}

/* A flapping link cuts again and again; silence in between shifts the packets' instants. */
static void flaps_and_spurts_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct trial t = {.seed = seed, .link = (int)(seed % 3), .kind = LINK_FAULT_FLAP, .spurts = seed > 6,
                          .fault = "at=2s period=333ms duty=37% lasts=15s", .stop_ms = 25007};
        struct outcome flow = play(&t, MEDIA_AS_FLOW), packets = play(&t, MEDIA_AS_PACKETS);
        assert_int_equal(flow.sent, packets.sent);
        assert_true(flow.lost > 100);
        assert_int_equal(flow.lost, packets.lost);
    }
}

/* Who hears a gap can say why: by the drop of a packet of this stream, whatever else is dropped meanwhile. */
static void gaps_are_explained(void **state)
{
    struct call *c = call_open(MEDIA_AS_PACKETS, 3);
    uint32_t explained = 0;
    (void)state;
    call_begin(c, 1);
    call_fault(c, 2, LINK_FAULT_CUT, "at=2s lasts=1s");
    call_run(c, 5000 * MS);
    for (int i = 0; i < 2; i++)
        media_flow_close(&party(c, i)->flow);
    for (uint32_t i = 0; i < c->note_count; i++) {
        bool gap = strstr(c->note[i].text, "50 missing") != NULL;
        assert_int_equal(c->note[i].because != 0, gap);
        explained += gap && c->note[i].because == c->last_drop;
    }
    assert_int_equal(explained, 1);
    call_close(c);
}

/* Four standard deviations; seeds are fixed. */
static void close_to(int64_t lost, int64_t sent, double p)
{
    double sd = 1, mean = p * (double)sent, var = mean * (1 - p);
    while (sd * sd < var)
        sd += 1;
    assert_true((double)lost > mean - 4 * sd && (double)lost < mean + 4 * sd);
}

static const struct {
    enum link_fault_kind kind;
    const char *fault;
    double p;
} laws[] = {
    {LINK_FAULT_LOSS, "rate=5%", 0.05},
    {LINK_FAULT_LOSS, "rate=5% protocol=udp payload=on", 0.05},
    {LINK_FAULT_LOSS, "rate=5% protocol=rtp", 0.05},
    {LINK_FAULT_LOSS, "rate=5% protocol=tftp", 0},
    {LINK_FAULT_LOSS, "rate=5% protocol=tcp", 0},
    {LINK_FAULT_CORRUPT, "rate=2%", 0.02},
    {LINK_FAULT_CORRUPT, "rate=0.00001 per=bit", 0.01729}, /* 1 - (1 - 1e-5)^(8 * 218) */
};

static void random_loss_agrees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        struct trial t = {.seed = 11, .link = 1, .kind = laws[i].kind, .fault = laws[i].fault, .stop_ms = 101007};
        for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
            struct outcome o = play(&t, rtp);
            assert_int_equal(o.sent, 2 * 5001);
            if (laws[i].p > 0)
                close_to(o.lost, o.sent, laws[i].p);
            else
                assert_int_equal(o.lost, 0);
        }
    }
}

/* Gilbert: bad for 1 % / (1 % + 20 %) of the time. The flow's loss is binomial; bursts make that of packets wider by
 * (1 + r') / (1 - r') with r' = 1 - p - r = 0.79, so by a factor of 2.9 in its standard deviation. */
static void bursts_are_taken_by_their_share(void **state)
{
    const double share = 0.01 / 0.21;
    struct trial t = {.seed = 2, .link = 1, .kind = LINK_FAULT_GILBERT, .fault = "p=1% r=20%", .stop_ms = 201007};
    (void)state;
    struct outcome flow = play(&t, MEDIA_AS_FLOW), packets = play(&t, MEDIA_AS_PACKETS);
    close_to(flow.lost, flow.sent, share);
    assert_true((double)packets.lost > share * (double)packets.sent * 0.72);
    assert_true((double)packets.lost < share * (double)packets.sent * 1.28);
}

/* --- what is on the wire ------------------------------------------------------------------------------------ */

struct wiretap {
    struct sink sink; /* first */
    uint32_t count;
    struct rtp first, last;
    int64_t at_ns[64];
    uint32_t step[64];
    uint16_t gap[64];
    bool marker[64];
    uint16_t len;
    uint8_t dscp, sound;
};

static void tap(struct sink *k, const struct rec *r)
{
    struct wiretap *w = (struct wiretap *)(void *)k;
    struct wire_frame f;
    struct rtp m;
    wire_frame_get((const uint8_t *)r->bytes.p, r->bytes.n, &f);
    if (strcmp(r->frame_tx.port, "eth0") != 0 || f.top != WIRE_UDP || w->count == 64)
        return;
    struct rd rd = rd_of(f.udp.payload.p, f.udp.payload.n);
    assert_true(rtp_get(&rd, &m));
    w->first = w->count ? w->first : m;
    w->step[w->count] = m.timestamp - (w->count ? w->last.timestamp : m.timestamp);
    w->gap[w->count] = (uint16_t)(m.sequence - (w->count ? w->last.sequence : m.sequence));
    w->marker[w->count] = m.marker;
    w->at_ns[w->count++] = r->at.ns;
    w->len = (uint16_t)r->bytes.n;
    w->dscp = f.ip4.dscp;
    w->sound = (uint8_t)m.payload.p[m.payload.n - 1];
    w->last = m;
    w->last.payload = m.payload;
}

/* RFC 3550 5.1, RFC 3551 4.1: numbers rise by one, time goes on in silence, a spurt begins with the marker. */
static void packets_are_rtp(void **state)
{
    struct wiretap w = {.sink = {.name = "tap", .mask = REC_BIT(REC_FRAME_TX), .on = tap}};
    struct call *c = call_open(MEDIA_AS_PACKETS, 1);
    (void)state;
    bus_attach(c->sim, &w.sink);
    party(c, 0)->config.talk_spurt = dist_const(dur_ms(100));
    party(c, 0)->config.silence = dist_const(dur_ms(250));
    call_begin(c, 1);
    call_run(c, 2000 * MS);
    assert_int_equal(w.count, 15); /* spurts at 1.0 s, 1.35 s and 1.7 s */
    for (uint32_t i = 0; i < w.count; i++) {
        assert_int_equal(w.at_ns[i], 1000 * MS + i / 5 * 350 * MS + i % 5 * 20 * MS);
        assert_int_equal(w.marker[i], i % 5 == 0);
        assert_int_equal(w.gap[i], i > 0);
        assert_int_equal(w.step[i], i == 0 ? 0 : i % 5 ? 160 : 270 * 8); /* 80 ms of talk back, 350 ms on */
    }
    assert_int_equal(w.len, 214); /* 14 + 20 + 8 + 12 + 160 */
    assert_int_equal(w.dscp, 46);
    assert_int_equal(w.sound, 0xff);
    assert_int_equal(w.first.payload_type, 0);
    assert_int_equal(w.first.ssrc, w.last.ssrc);
    uint32_t before = w.last.ssrc;
    for (int i = 0; i < 2; i++)
        media_flow_close(&party(c, i)->flow);
    call_begin(c, 1); /* another call in the same place: another source (RFC 3550 8.1) */
    assert_int_equal(w.count, 16);
    assert_int_not_equal(w.last.ssrc, before);
    assert_true(w.marker[15]);
    call_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_paths_agree),
        cmocka_unit_test(cut_paths_agree),
        cmocka_unit_test(flaps_and_spurts_agree),
        cmocka_unit_test(gaps_are_explained),
        cmocka_unit_test(random_loss_agrees),
        cmocka_unit_test(bursts_are_taken_by_their_share),
        cmocka_unit_test(packets_are_rtp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
