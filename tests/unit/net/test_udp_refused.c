/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_udp_refused.c: ICMP destination unreachable reaches the user of the UDP port whose datagram it is about
 * (RFC 1122 4.1.3.3), and nobody else: not for another protocol, another host's datagram, or half a quotation. */
#include "models/wire/icmp.h"
#include "tests/unit/net/station.h"

#define OWN 0x0a000002u
#define PEER 0x0a000003u

struct refusal {
    uint32_t count;
    struct udp last;
};

static void hear(void *arg, const struct udp *u, const struct frame *f)
{
    (void)arg, (void)u, (void)f;
}

static void refused(void *arg, const struct udp *u)
{
    struct refusal *r = arg;
    r->count++;
    r->last = *u;
}

static struct node *host(struct world *w, const char *name, uint32_t addr)
{
    struct node *n = station(w, name);
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {.port = n->ports[0], .mac = mac_n((uint8_t)addr), .addr = {addr}, .prefix_len = 24};
    at(n)->ip = ip_new(n, &o);
    ip_add_iface(at(n)->ip, &i);
    return n;
}

/* The whole way: a datagram to a port that nobody has bound comes back. */
static void a_closed_port_is_told(void **state)
{
    struct world *w = world_open(NULL);
    struct node *a = host(w, "a", OWN), *b = host(w, "b", PEER);
    struct refusal r = {0}, other = {0};
    struct udp u = {.dst = {PEER}, .src_port = 16384, .dst_port = 5060, .payload = STR("hello")};
    (void)state;
    cable(a, b->ports[0]);
    ip_bind(at(a)->ip, 16384, hear, &r);
    ip_bind(at(a)->ip, 16386, hear, &other);
    ip_on_refused(at(a)->ip, 16384, refused);
    ip_on_refused(at(a)->ip, 16386, refused);
    assert_true(ip_send_udp(at(a)->ip, &u, 0));
    run_for(w, dur_ms(10));
    assert_int_equal(r.count, 1);
    assert_int_equal(other.count, 0);
    assert_int_equal(r.last.dst.v, PEER);
    assert_int_equal(r.last.dst_port, 5060);
    ip_unbind(at(a)->ip, 16384);
    ip_bind(at(a)->ip, 16384, hear, &r); /* another user, who did not ask */
    assert_true(ip_send_udp(at(a)->ip, &u, 0));
    run_for(w, dur_ms(10));
    assert_int_equal(r.count, 1);
    world_close(w);
}

struct quotation {
    const char *what;
    uint8_t ihl, proto;
    uint32_t src;
    uint16_t port;
    size_t len;
    bool told;
};

static const struct quotation quotations[] = {
    {"as it was", 5, IP4_UDP, OWN, 16384, 28, true},
    {"with options", 7, IP4_UDP, OWN, 16384, 36, true},
    {"more of it", 5, IP4_UDP, OWN, 16384, 60, true},
    {"only the ports", 5, IP4_UDP, OWN, 16384, 24, true},
    {"half a port", 5, IP4_UDP, OWN, 16384, 23, false},
    {"no header", 5, IP4_UDP, OWN, 16384, 12, false},
    {"nothing", 5, IP4_UDP, OWN, 16384, 0, false},
    {"a header shorter than there is", 4, IP4_UDP, OWN, 16384, 28, false},
    {"options that are not there", 15, IP4_UDP, OWN, 16384, 28, false},
    {"TCP", 5, 6, OWN, 16384, 28, false},
    {"of somebody else", 5, IP4_UDP, PEER, 16384, 28, false},
    {"of a port that nobody has", 5, IP4_UDP, OWN, 9, 28, false},
};

static void quote(struct node *from, const struct quotation *q, uint8_t type)
{
    uint8_t quoted[64] = {(uint8_t)(0x40 | q->ihl), 0, 0, 214}, bytes[128];
    struct wr w = wr_of(quoted + 9, 1);
    wr_u8(&w, q->proto);
    w = wr_of(quoted + 12, sizeof quoted - 12);
    wr_u32(&w, q->src);
    wr_u32(&w, PEER);
    wr_zeros(&w, (size_t)(q->ihl > 5 ? q->ihl - 5 : 0) * 4);
    if (wr_len(&w) + 16 < sizeof quoted - 12) {
        wr_u16(&w, q->port);
        wr_u16(&w, 5060);
    }
    struct icmp m = {.type = type, .code = ICMP_PORT_UNREACHABLE, .payload = str_of_bytes(quoted, q->len)};
    struct ip4_hdr h = {.payload_len = (uint16_t)(ICMP_HEADER_BYTES + q->len), .ttl = 64, .proto = IP4_ICMP,
                        .src = {PEER}, .dst = {OWN}};
    w = wr_of(bytes, sizeof bytes);
    ip4_put(&w, &h);
    icmp_put(&w, &m);
    assert_true(wr_ok(&w));
    say(from, mac_n((uint8_t)OWN), mac_n((uint8_t)PEER), 0, ETH_IP4, bytes, wr_len(&w));
}

static void quotations_are_read_with_care(void **state)
{
    struct world *w = world_open(NULL);
    struct node *a = host(w, "a", OWN), *raw = station(w, "raw");
    struct refusal r = {0};
    (void)state;
    cable(a, raw->ports[0]);
    ip_bind(at(a)->ip, 16384, hear, &r);
    ip_on_refused(at(a)->ip, 16384, refused);
    for (size_t i = 0; i < sizeof quotations / sizeof quotations[0]; i++) {
        uint32_t before = r.count;
        quote(raw, &quotations[i], ICMP_UNREACHABLE);
        run_for(w, dur_ms(1));
        if (r.count - before != quotations[i].told)
            fail_msg("%s", quotations[i].what);
        quote(raw, &quotations[i], ICMP_TIME_EXCEEDED); /* it may get there yet */
        run_for(w, dur_ms(1));
        assert_int_equal(r.count - before, quotations[i].told);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_port_is_told),
        cmocka_unit_test(quotations_are_read_with_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
