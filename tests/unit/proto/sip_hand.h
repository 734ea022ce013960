/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_hand.h: b speaks to a's port 5060 byte for byte: from UDP port 5061, and over a connection. */
#ifndef TESTS_UNIT_PROTO_SIP_HAND_H
#define TESTS_UNIT_PROTO_SIP_HAND_H

#include "tests/unit/proto/sip_kit.h"

#define HAND_PORT 5061
#define HAND_HEARD_MAX 8192

struct hand {
    struct bench *b;
    struct tcp_conn *conn;
    uint16_t local_port;
    bool ended, peer_closed;
    enum tcp_end why;
    size_t n;
    uint32_t datagrams;
    char heard[HAND_HEARD_MAX + 1]; /* since hand_clear */
};

static inline void hand_hear(struct hand *h, struct str data)
{
    assert_true(h->n + data.n <= HAND_HEARD_MAX);
    memcpy(h->heard + h->n, data.p, data.n);
    h->n += data.n;
    h->heard[h->n] = 0;
}

static inline void hand_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct hand *h = arg;
    (void)f;
    h->datagrams++;
    hand_hear(h, u->payload);
}

static inline void hand_data(void *arg, struct str data)
{
    hand_hear(arg, data);
}

static inline void hand_peer_close(void *arg)
{
    ((struct hand *)arg)->peer_closed = true;
}

static inline void hand_end(void *arg, enum tcp_end why)
{
    struct hand *h = arg;
    h->ended = true;
    h->why = why;
    h->conn = NULL;
}

static const struct tcp_events hand_events = {.on_data = hand_data, .on_peer_close = hand_peer_close, .on_end = hand_end};

static inline struct hand *hand_of(struct bench *b)
{
    struct hand *h = test_calloc(1, sizeof *h);
    h->b = b;
    ip_bind(b->b->ip, HAND_PORT, hand_udp, h);
    return h;
}

static inline void hand_connect(struct hand *h)
{
    struct tcp_open o = {.dst = h->b->a->address, .dst_port = SIP_PORT};
    h->conn = tcp_connect(h->b->b->tcp, &o, &hand_events, h);
    assert_non_null(h->conn);
    h->local_port = tcp_local_port(h->conn);
    h->ended = h->peer_closed = false;
    run_for(h->b->w, dur_ms(1));
}

static inline void hand_clear(struct hand *h)
{
    h->n = 0;
    h->datagrams = 0;
    h->heard[0] = 0;
}

/* What comes back within 10 ms stands in `heard`. */
static inline void hand_say(struct hand *h, enum sip_over over, struct str bytes)
{
    struct bench *b = h->b;
    struct udp u = {.dst = b->a->address, .src_port = HAND_PORT, .dst_port = SIP_PORT, .payload = bytes};
    hand_clear(h);
    if (over == SIP_OVER_TCP)
        tcp_send(h->conn, bytes, 0);
    else
        assert_true(ip_send_udp(b->b->ip, &u, 0));
    run_for(b->w, dur_ms(10));
}

/* A request as b writes it to a: start line, top Via's value, further lines, body. */
static inline struct str hand_write(char *room, size_t cap, const char *start, const char *via, const char *more)
{
    struct txtbuf t = txtbuf_of(room, cap);
    txtbuf_add(&t,
               "%s\r\nVia: %s\r\nFrom: <sip:200@10.1.1.2>;tag=t-of-b\r\nTo: <sip:100@10.1.1.1>\r\n"
               "Call-ID: call-2@10.1.1.2\r\nCSeq: 7 OPTIONS\r\nMax-Forwards: 70\r\n%s\r\n",
               start, via, more);
    assert_false(t.full);
    return txtbuf_view(&t);
}

static inline void hand_close(struct hand *h)
{
    struct bench *b = h->b;
    if (h->conn)
        tcp_close(h->conn);
    run_for(b->w, dur_s(1));
    ip_unbind(b->b->ip, HAND_PORT);
    close_bench(b);
    test_free(h); /* its connections are told of their end until then */
}

#endif
