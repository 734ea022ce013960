/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_relay_wire.c: what a relay makes of the packets that it hears (RFC 3550), and when it relays for a part of
 * the time only. */
#include "models/net/frame.h"
#include "models/wire/rtp.h"
#include "models/wire/wire_frame.h"
#include "tests/unit/device/relay_kit.h"

struct wiretap {
    struct sink sink; /* first */
    const struct chain *l;
    uint32_t count[2]; /* of node a, and of the box */
    struct rtp m[2][512];
    int64_t at_ns[2][512];
};

static void tap(struct sink *k, const struct rec *r)
{
    struct wiretap *w = (struct wiretap *)(void *)k;
    struct wire_frame f;
    wire_frame_get((const uint8_t *)r->bytes.p, r->bytes.n, &f);
    for (int i = 0; i < 2; i++) {
        if (r->node != w->l->node[i]->id || f.top != WIRE_UDP || w->count[i] == 512)
            continue;
        struct rd rd = rd_of(f.udp.payload.p, f.udp.payload.n);
        w->at_ns[i][w->count[i]] = r->at.ns;
        assert_true(rtp_get(&rd, &w->m[i][w->count[i]++]));
    }
}

static struct wiretap *tap_line(struct chain *l)
{
    static struct wiretap w;
    w = (struct wiretap){.sink = {.name = "tap", .mask = REC_BIT(REC_FRAME_TX), .on = tap}, .l = l};
    bus_attach(l->sim, &w.sink);
    return &w;
}

/* Each packet at once, as a source of its own; number, time and marker follow those that came in. */
static void packets_are_sent_on(void **state)
{
    struct chain *l = line_open(3, MEDIA_AS_PACKETS, 1);
    struct wiretap *w = tap_line(l);
    (void)state;
    stop_at(l, 0)->config.talk_spurt = dist_const(dur_ms(100));
    stop_at(l, 0)->config.silence = dist_const(dur_ms(250));
    agree_all(l, true, false);
    line_run(l, 5890 * MS);
    assert_int_equal(w->count[0], 14 * 5);
    assert_int_equal(w->count[1], 14 * 5);
    for (uint32_t i = 0; i < w->count[1]; i++) {
        const struct rtp *in = &w->m[0][i], *out = &w->m[1][i];
        assert_int_equal(out->ssrc, w->m[1][0].ssrc);
        assert_int_not_equal(out->ssrc, in->ssrc);
        assert_int_equal((uint16_t)(out->sequence - w->m[1][0].sequence), i);
        assert_int_equal(out->timestamp - w->m[1][0].timestamp, in->timestamp - w->m[0][0].timestamp);
        assert_int_equal(out->marker, i % 5 == 0);
        assert_int_equal(w->at_ns[1][i] - w->at_ns[0][i], 5 * MS + 2 * 1904); /* 2 ms, 3 ms, 238 bytes */
    }
    line_close(l);
}

/* What is missing is missing behind the relay as well, and is said there with its reason, but counts once. */
static void gaps_stay(void **state)
{
    struct chain *l = line_open(3, MEDIA_AS_PACKETS, 1);
    struct wiretap *w = tap_line(l);
    uint32_t gaps = 0;
    (void)state;
    fault(l, 0, LINK_FAULT_CUT, "at=2010ms lasts=1s");
    agree_all(l, true, false);
    line_run(l, 5010 * MS);
    for (uint32_t i = 1; i < w->count[1]; i++) {
        uint16_t step = (uint16_t)(w->m[1][i].sequence - w->m[1][i - 1].sequence);
        gaps += step == 51;
        assert_true(step == 1 || step == 51);
    }
    assert_int_equal(gaps, 1);
    hang_up(l);
    uint32_t said = 0;
    for (uint32_t i = 0; i < l->note_count; i++) {
        said += strstr(l->note[i].text, "50 missing") != NULL;
        assert_int_equal(l->note[i].because != 0, strstr(l->note[i].text, "50 missing") != NULL);
    }
    assert_int_equal(said, 2);
    assert_int_equal(value_of(l, MEASURE_RTP_PACKETS_LOST), 50);
    line_close(l);
}

/* The box does not send on for a while, in which a second of packets is lost on their way to it. The numbers go on: what
 * it did not send is not missing. */
static void a_relay_pauses(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(3, rtp, 1);
        struct wiretap *w = tap_line(l);
        fault(l, 0, LINK_FAULT_CUT, "at=4010ms lasts=1s");
        agree_all(l, true, false);
        line_run(l, 3010 * MS);
        agree(l, 1, false, false);
        line_run(l, 7010 * MS);
        agree(l, 1, true, false);
        line_run(l, 9010 * MS);
        struct media off = {.direction = SDP_INACTIVE};
        media_flow_talk(facing(l, 0, 1), &off, &off);
        line_run(l, 9110 * MS);
        hang_up(l);
        for (uint32_t i = 1; i < w->count[1]; i++)
            assert_int_equal((uint16_t)(w->m[1][i].sequence - w->m[1][i - 1].sequence), 1);
        /* from a all of 1 s to 9 s; from the box those that come before 3.01 s, and from 7.01 s on */
        assert_int_equal(value_of(l, MEASURE_RTP_PACKETS_SENT), 401 + 101 + 100);
        assert_int_equal(value_of(l, MEASURE_RTP_PACKETS_LOST), 50);
        line_close(l);
    }
}

/* The far side asks for another codec only at the first leg: the packets say what they are. */
static void the_codec_is_the_speakers(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(3, rtp, 1);
        agree_all(l, true, false);
        line_run(l, 2010 * MS);
        struct media a = said_by(l, 0, 0, SDP_SENDRECV), box = said_by(l, 1, 0, SDP_SENDRECV);
        a.codec[0] = box.codec[0] = 18;
        media_flow_talk(facing(l, 0, 0), &a, &box);
        line_run(l, 3005 * MS);
        hang_up(l);
        int pcmu = 0, g729 = 0;
        for (uint32_t i = 0; i < l->note_count; i++) {
            pcmu += strstr(l->note[i].text, "sent 51 packets PCMU") != NULL;
            g729 += strstr(l->note[i].text, "packets G729") != NULL;
        }
        assert_int_equal(pcmu, 2);
        assert_int_equal(g729, 2);
        line_close(l);
    }
}

/* The far side of each leg is the other leg of the box: as a hostile description may have it. */
static void voice_does_not_go_round(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(4, rtp, 1);
        agree_all(l, true, true);
        line_run(l, 2000 * MS);
        struct media own = said_by(l, 1, 1, SDP_SENDRECV), left = said_by(l, 1, 0, SDP_SENDRECV);
        media_flow_talk(facing(l, 1, 1), &own, &left);
        media_flow_talk(facing(l, 1, 0), &left, &own);
        line_run(l, 5000 * MS);
        hang_up(l);
        assert_true(value_of(l, MEASURE_RTP_PACKETS_SENT) < 6 * 210);
        line_close(l);
    }
}

/* Sound of any length that a frame of Ethernet has is sent on; more is not, and what is no RTP is not. */
static void sound_of_any_length(void **state)
{
    static const struct {
        size_t len;
        uint8_t first;
        int sent_on;
    } rows[] = {{12, 0x80, 1}, {1472, 0x80, 1}, {1473, 0x80, 0}, {9000, 0x80, 0}, {172, 0x40, 0}, {11, 0x80, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct chain *l = line_open(3, MEDIA_AS_PACKETS, 1);
        static uint8_t bytes[9000];
        agree_all(l, false, false);
        agree(l, 1, true, false);
        bytes[0] = rows[i].first;
        struct udp u = {.dst = address(1), .src_port = 16384, .dst_port = facing(l, 1, 0)->port,
                        .payload = str_of_bytes(bytes, rows[i].len)};
        assert_true(ip_send_udp(stop_at(l, 0)->ip, &u, 0));
        line_run(l, 2000 * MS);
        hang_up(l);
        assert_int_equal(value_of(l, MEASURE_RTP_PACKETS_SENT), rows[i].sent_on);
        line_close(l);
    }
}

static void add_cable(struct chain *l, int i, struct port **p)
{
    struct err e = {0};
    struct ip_iface at = {.mac = {{2, 0, 0, 0, 9, (uint8_t)i}}, .addr = {0x0a090001u + (uint32_t)i}, .prefix_len = 24};
    assert_true(node_port(l->node[i], STR("eth1"), NULL, 0, p, &e));
    at.port = *p;
    ip_add_iface(stop_at(l, i)->ip, &at);
}

/* The first leg gets another way, 40 ms instead of 5 ms: what the box sends on comes later, and is cut later. */
static void a_longer_way_delays_what_follows(void **state)
{
    (void)state;
    for (int link = 1; link < 3; link++) {
        int64_t lost[2], sent[2];
        for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
            struct chain *l = line_open(3, rtp, 1);
            struct setting delay = {STR("link_delay"), STR("40ms")};
            struct link *cable;
            struct port *p[2];
            struct err e = {0};
            add_cable(l, 0, &p[0]);
            add_cable(l, 1, &p[1]);
            assert_true(link_connect(p[0], p[1], &delay, 1, &cable, &e));
            ip_resolve(stop_at(l, 0)->ip, (struct ip4){0x0a090002});
            agree_all(l, true, false);
            line_run(l, 3010 * MS);
            ip_add_route(stop_at(l, 0)->ip, address(1), 32, (struct ip4){0x0a090002});
            fault(l, link, LINK_FAULT_CUT, "at=4045ms lasts=1s from=sw"); /* only what comes to the box, or to the end */
            line_run(l, 7010 * MS);
            struct media off = {.direction = SDP_INACTIVE};
            media_flow_talk(facing(l, 0, 1), &off, &off);
            line_run(l, 7110 * MS);
            hang_up(l);
            sent[rtp] = value_of(l, MEASURE_RTP_PACKETS_SENT);
            lost[rtp] = value_of(l, MEASURE_RTP_PACKETS_LOST);
            line_close(l);
        }
        assert_int_equal(sent[0], 2 * 301);
        assert_int_equal(sent[0], sent[1]);
        /* The first leg does not go there any more. On the second one's last cable, 43 ms to 50 ms after its sending, are
         * those of 4.00 s to 5.00 s; 8 ms to 15 ms after it, it would be one less. */
        assert_int_equal(lost[0], link == 1 ? 0 : 51);
        assert_int_equal(lost[0], lost[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_sent_on),
        cmocka_unit_test(gaps_stay),
        cmocka_unit_test(a_relay_pauses),
        cmocka_unit_test(the_codec_is_the_speakers),
        cmocka_unit_test(voice_does_not_go_round),
        cmocka_unit_test(sound_of_any_length),
        cmocka_unit_test(a_longer_way_delays_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
