/* SPDX-License-Identifier: GPL-3.0-or-later */
/* echo_server.c: answers each UDP datagram with its own payload (RFC 862). */
#include "models/net/ip.h"
#include "sim/kernel/tmr.h"

struct echo_server {
    /* configuration */
    struct mac mac;
    struct ip4 address;
    int64_t udp_port;
    struct sim_dur thinking;
    /* parts and state */
    struct node *node;
    struct ip_stack *ip;
    struct tmr answer;
    struct udp asked; /* the datagram being thought about */
    char text[512];
    bool busy;
};

#define AT(field) offsetof(struct echo_server, field)

static const struct param_def params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC address", AT(mac), true},
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4 address", AT(address), true},
    {"echo_port", PARAM_INT, "7", "1", "65535", NULL, "UDP port that is answered", AT(udp_port), false},
    {"echo_thinking", PARAM_DUR, "1ms", "0s", "1h", NULL, "before the answer", AT(thinking), false},
    {0},
};

static void on_answer(void *owner)
{
    struct echo_server *s = owner;
    struct udp u = {.src_port = s->asked.dst_port, .dst = s->asked.src, .dst_port = s->asked.src_port,
                    .payload = s->asked.payload};
    s->busy = false;
    BUS_NOTE(s->node->sim, s->node->id, "echo", "echoes {} bytes to {}", V_U64(u.payload.n), V_IP4(u.dst.v));
    if (!ip_send_udp(s->ip, &u, 0))
        ip_discard(s->node, "no-route");
}

static void on_datagram(void *arg, const struct udp *u, const struct frame *f)
{
    struct echo_server *s = arg;
    (void)f;
    if (s->busy || u->payload.n > sizeof s->text) {
        ip_discard(s->node, s->busy ? "echo-busy" : "echo-too-long"); /* every discard is a fact */
        return;
    }
    s->busy = true;
    s->asked = *u;
    __builtin_memcpy(s->text, u->payload.p, u->payload.n); /* the frame is gone when we answer */
    s->asked.payload = (struct str){s->text, u->payload.n};
    tmr_arm(&s->answer, s->thinking); /* what it sends has the question as its cause */
}

static bool init(struct node *n, struct err *e)
{
    struct echo_server *s = n->state;
    struct port *port;
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e))
        return false;
    struct ip_iface i = {.port = port, .mac = s->mac, .addr = s->address, .prefix_len = 24};
    s->node = n;
    s->ip = ip_new(n, &o);
    ip_add_iface(s->ip, &i);
    ip_bind(s->ip, (uint16_t)s->udp_port, on_datagram, s);
    tmr_init(&s->answer, n->sim, n->id, "echo.answer", s, on_answer);
    return true;
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct echo_server *s = n->state;
    ip_on_frame(s->ip, in, f);
}

extern const struct model model_echo_server;
const struct model model_echo_server = {
    .name = "echo-server",
    .doc = "Answers each UDP datagram with its own payload.",
    .state_size = sizeof(struct echo_server),
    .params = params,
    .init = init,
    .on_frame = on_frame,
};
