/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where messages go and what they say of where they came from. Independent truth: RFC 3261 18, RFC 3581. */
#include "tests/unit/proto/sip_hand.h"

/* --- Via ------------------------------------------------------------------------------------------ */

/* What its user sees of the topmost Via, and where its answer goes. */
static void where_a_request_came_from(void **state)
{
    static const struct {
        const char *via, *seen;
        uint32_t addr;
        uint16_t port;
    } cases[] = {
        /* 18.2.1: the source address is sent-by's */
        {"SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx", "SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx", 0x0a010102, 5061},
        {"SIP/2.0/UDP 10.1.1.2;branch=z9hG4bKx", "SIP/2.0/UDP 10.1.1.2;branch=z9hG4bKx", 0x0a010102, 5060},
        /* it is not, or is a name */
        {"SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bKx", "SIP/2.0/UDP 192.0.2.9:5062;received=10.1.1.2;branch=z9hG4bKx",
         0x0a010102, 5062},
        {"SIP/2.0/UDP b.example;branch=z9hG4bKx", "SIP/2.0/UDP b.example;received=10.1.1.2;branch=z9hG4bKx", 0x0a010102,
         5060},
        {"SIP / 2.0 / UDP b.example ;branch=z9hG4bKx", "SIP / 2.0 / UDP b.example;received=10.1.1.2 ;branch=z9hG4bKx",
         0x0a010102, 5060},
        {"SIP/2.0/UDP b.example : 5070 ;branch=z9hG4bKx", "SIP/2.0/UDP b.example : 5070;received=10.1.1.2 ;branch=z9hG4bKx",
         0x0a010102, 5070},
        /* RFC 3581 4: rport gets its value, and received stands there in any case */
        {"SIP/2.0/UDP 10.1.1.2:5070;rport;branch=z9hG4bKx",
         "SIP/2.0/UDP 10.1.1.2:5070;received=10.1.1.2;rport=5061;branch=z9hG4bKx", 0x0a010102, 5061},
        {"SIP/2.0/UDP 10.1.1.2:5070;branch=z9hG4bKx;rport",
         "SIP/2.0/UDP 10.1.1.2:5070;received=10.1.1.2;branch=z9hG4bKx;rport=5061", 0x0a010102, 5061},
        {"SIP/2.0/UDP 10.1.1.2:5070;rport=9;branch=z9hG4bKx", /* whatever it claims */
         "SIP/2.0/UDP 10.1.1.2:5070;received=10.1.1.2;rport=5061;branch=z9hG4bKx", 0x0a010102, 5061},
        /* 18.2.2 */
        {"SIP/2.0/UDP 10.1.1.2:5070;maddr=10.1.1.7;branch=z9hG4bKx",
         "SIP/2.0/UDP 10.1.1.2:5070;maddr=10.1.1.7;branch=z9hG4bKx", 0x0a010107, 5070},
        /* of a list the first alone */
        {"SIP/2.0/UDP b.example;branch=z9hG4bKx, SIP/2.0/UDP c.example;branch=z9hG4bKy",
         "SIP/2.0/UDP b.example;received=10.1.1.2;branch=z9hG4bKx, SIP/2.0/UDP c.example;branch=z9hG4bKy", 0x0a010102,
         5060},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hand *h = hand_of(open_bench());
        char room[1024];
        h->b->a->bare = true;
        hand_say(h, SIP_OVER_UDP, hand_write(room, sizeof room, "OPTIONS sip:10.1.1.1 SIP/2.0", cases[i].via, ""));
        const struct told *t = told(h->b->a, TOLD_REQUEST, 0);
        struct sip_msg m;
        assert_non_null(t);
        struct rd r = rd_of(t->text, t->n);
        assert_true(sip_get(&r, &m));
        struct str via = sip_header(&m, SIP_VIA);
        assert_int_equal(via.n, strlen(cases[i].seen));
        assert_memory_equal(via.p, cases[i].seen, via.n);
        struct sip_hop to = sip_response_hop(&m, &t->from);
        assert_int_equal(t->from.port, HAND_PORT);
        assert_int_equal(to.addr.v, cases[i].addr);
        assert_int_equal(to.port, cases[i].port);
        hand_close(h);
    }
}

/* 18.1.2: an answer is ours when its only Via is. */
static void whose_response_it_is(void **state)
{
    static const struct {
        const char *via;
        const char *why; /* NULL: it is taken */
    } cases[] = {
        {"SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKx", NULL},
        {"SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKx", NULL},
        {"SIP/2.0/UDP 10.1.1.1;received=10.9.9.9;rport=77;branch=\"a,b\"", NULL},
        {"SIP/2.0/UDP 10.1.1.1:5070;branch=z9hG4bKx", "segment-discarded sip-not-ours"},
        {"SIP/2.0/UDP 10.1.1.2:5060;branch=z9hG4bKx", "segment-discarded sip-not-ours"},
        {"SIP/2.0/UDP a.example:5060;branch=z9hG4bKx", "segment-discarded sip-not-ours"},
        {"SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKx, SIP/2.0/UDP 10.1.1.9", "segment-discarded sip-many-vias"},
        {"SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKx\r\nv: SIP/2.0/UDP 10.1.1.9", "segment-discarded sip-many-vias"},
        {"SIP/2.0/UDP 10.1.1.1:0;branch=z9hG4bKx", "segment-discarded sip-no-via"},
    };
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char room[1024];
        uint32_t before = h->b->a->told_count, facts_before = cases[i].why ? facts(h->b->w, cases[i].why) : 0;
        hand_say(h, SIP_OVER_UDP, hand_write(room, sizeof room, "SIP/2.0 200 OK", cases[i].via, ""));
        assert_int_equal(h->b->a->told_count - before, cases[i].why == NULL);
        if (cases[i].why)
            assert_int_equal(facts(h->b->w, cases[i].why), facts_before + 1);
        assert_int_equal(h->datagrams, 0); /* never answered */
    }
    hand_close(h);
}

/* --- connections ---------------------------------------------------------------------------------- */

static void send_text(struct host *h, struct sip_hop to, const char *method, const char *branch)
{
    char text[SIP_MESSAGE_MAX];
    size_t n = write_request(text, method, branch, 101, to.over, "");
    assert_true(sip_transport_send(&h->transport, &to, (struct str){text, n}, 0));
}

/* One connection, both ways: opened by the first message, which waits for it. */
static void one_connection_a_peer(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->a->bare = b->b->bare = true;
    assert_false(sip_transport_reaches(&b->a->transport, &(struct sip_hop){b->b->address, 5060, SIP_OVER_TCP}));
    for (int i = 0; i < 3; i++)
        send_text(b->a, to_b(b, SIP_OVER_TCP), "OPTIONS", "z9hG4bKx"); /* no handshake has been made yet */
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 3);
    assert_int_equal(b->a->transport.channel_pool.live, 1);
    struct sip_hop back = told(b->b, TOLD_REQUEST, 0)->from;
    assert_int_equal(back.over, SIP_OVER_TCP);
    assert_int_not_equal(back.port, 5060);
    assert_true(sip_transport_reaches(&b->b->transport, &back));
    send_text(b->b, back, "BYE", "z9hG4bKy"); /* against the direction in which it was opened */
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->a, TOLD_REQUEST), 1);
    assert_int_equal(b->b->transport.channel_pool.live, 1);
    struct ip4 addr;
    uint16_t port;
    struct sip_hop to = to_b(b, SIP_OVER_TCP);
    sip_transport_local(&b->a->transport, &to, &addr, &port);
    assert_int_equal(addr.v, b->a->address.v);
    assert_int_equal(port, 5060); /* who wants to speak to us first must find us there */
    close_bench(b);
}

/* Its peer closes: both forget it, and the next message opens another. */
static void a_connection_that_ends(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->a->bare = b->b->bare = true;
    send_text(b->a, to_b(b, SIP_OVER_TCP), "OPTIONS", "z9hG4bKx");
    run_for(b->w, dur_ms(10));
    sip_transport_close(&b->b->transport);
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->a, TOLD_LOST), 1);
    assert_true(sip_hop_eq(&told(b->a, TOLD_LOST, 0)->from, &(struct sip_hop){b->b->address, 5060, SIP_OVER_TCP}));
    assert_int_equal(told_count(b->b, TOLD_LOST), 0); /* it was its own doing */
    assert_int_equal(b->a->transport.channel_pool.live + b->b->transport.channel_pool.live, 0);
    assert_true(sip_transport_open(&b->b->transport));
    send_text(b->a, to_b(b, SIP_OVER_TCP), "OPTIONS", "z9hG4bKx");
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 2);
    close_bench(b);
}

static void nobody_listens(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    sip_transport_close(&b->b->transport);
    send_text(b->a, to_b(b, SIP_OVER_TCP), "OPTIONS", "z9hG4bKx");
    assert_int_equal(b->a->told_count, 0);
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->a, TOLD_LOST), 1);
    struct sip_hop nowhere = {{0xc0000201}, 5060, SIP_OVER_UDP};
    assert_false(sip_transport_send(&b->a->transport, &nowhere, STR("x"), 0));
    nowhere.over = SIP_OVER_TCP;
    assert_false(sip_transport_send(&b->a->transport, &nowhere, STR("x"), 0));
    struct sip_hop to = to_b(b, SIP_OVER_UDP);
    assert_false(sip_transport_send(&b->b->transport, &to, STR("x"), 0)); /* it is closed */
    assert_true(sip_transport_open(&b->b->transport));
    static char long_text[FRAME_BYTES_MAX];
    assert_false(sip_transport_send(&b->a->transport, &to, str_of_bytes(long_text, sizeof long_text), 0));
    close_bench(b);
}

/* --- lent connections ----------------------------------------------------------------------------- */

static struct tcp_conn *lent_conn;

static void lent_data(void *arg, struct str data)
{
    struct sip_msg m;
    struct rd r = rd_of(data.p, data.n);
    struct host *a = arg;
    assert_true(sip_get(&r, &m));
    sip_transport_input(&a->transport, lent_conn, &m);
}

static const struct tcp_events lent_events = {.on_data = lent_data};

/* a has a connection of its own to b (port 5061): a phone's to its CUCM. */
static void a_lent_connection(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->a->bare = b->b->bare = true;
    struct tcp_open o = {.dst = b->b->address, .dst_port = SIP_PORT};
    lent_conn = tcp_connect(b->a->tcp, &o, &lent_events, b->a);
    run_for(b->w, dur_ms(1));
    uint16_t port_there = tcp_local_port(lent_conn), port;
    struct ip4 addr;
    struct sip_hop to = to_b(b, SIP_OVER_TCP);
    sip_transport_lend(&b->a->transport, lent_conn);
    sip_transport_local(&b->a->transport, &to, &addr, &port);
    assert_int_equal(port, port_there);
    send_text(b->a, to, "OPTIONS", "z9hG4bKx");
    run_for(b->w, dur_ms(10));
    assert_int_equal(told(b->b, TOLD_REQUEST, 0)->from.port, port_there);
    send_text(b->b, told(b->b, TOLD_REQUEST, 0)->from, "BYE", "z9hG4bKy");
    run_for(b->w, dur_ms(10));
    assert_int_equal(told(b->a, TOLD_REQUEST, 0)->from.port, 5060);
    sip_transport_take_back(&b->a->transport, lent_conn);
    assert_int_equal(told_count(b->a, TOLD_LOST), 1);
    assert_false(sip_transport_reaches(&b->a->transport, &to));
    assert_true(tcp_is_open(lent_conn));
    sip_transport_lend(&b->a->transport, lent_conn);
    sip_transport_close(&b->a->transport);
    assert_true(tcp_is_open(lent_conn)); /* it is not ours to close */
    tcp_close(lent_conn);
    assert_true(sip_transport_open(&b->a->transport));
    close_bench(b);
}

/* --- life ----------------------------------------------------------------------------------------- */

static void ignore_udp(void *arg, const struct udp *u, const struct frame *f)
{
    (void)arg;
    (void)u;
    (void)f;
}

static void a_port_that_is_taken(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    sip_transport_close(&b->a->transport);
    ip_bind(b->a->ip, SIP_PORT, ignore_udp, NULL);
    assert_false(sip_transport_open(&b->a->transport));
    ip_unbind(b->a->ip, SIP_PORT);
    assert_true(tcp_listen(b->a->tcp, SIP_PORT, false, 0, 0, NULL, NULL));
    assert_false(sip_transport_open(&b->a->transport));
    b->a->transport.lent_only = true;
    assert_true(sip_transport_open(&b->a->transport));
    sip_transport_close(&b->a->transport);
    assert_false(tcp_listen(b->a->tcp, SIP_PORT, false, 0, 0, NULL, NULL)); /* the other still does */
    close_bench(b);
}

static void the_power_goes(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->a->bare = b->b->bare = true;
    send_text(b->a, to_b(b, SIP_OVER_TCP), "OPTIONS", "z9hG4bKx");
    run_for(b->w, dur_ms(500));
    uint32_t frames = tap_of(b)->count;
    sip_transport_power_off(&b->a->transport);
    tcp_power_off(b->a->tcp);
    run_for(b->w, dur_s(1));
    assert_int_equal(tap_of(b)->count, frames);
    assert_int_equal(b->a->told_count, 0);
    assert_int_equal(b->a->transport.channel_pool.live, 0);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_a_request_came_from),
        cmocka_unit_test(whose_response_it_is),
        cmocka_unit_test(one_connection_a_peer),
        cmocka_unit_test(a_connection_that_ends),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_lent_connection),
        cmocka_unit_test(a_port_that_is_taken),
        cmocka_unit_test(the_power_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
