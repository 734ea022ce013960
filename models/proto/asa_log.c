/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_log.c: see asa_log.h. The texts are those of the ASA's syslog messages guide. */
#include "models/proto/asa_log.h"

enum { CRITICAL = 2, ERROR = 3, INFORMATIONAL = 6 };

static void publish(struct node *n, uint64_t severity, const char *fmt, const struct val *v, uint32_t count)
{
    struct rec log = {.kind = REC_LOG, .node = n->id};
    log.log = (struct rec_log){"asa", severity, {fmt, v, count}};
    bus_publish(n->sim, &log);
}

#define ASA_LOG(n, severity, fmt, ...)                                                                 \
    publish((n), (severity), (fmt), (struct val[]){__VA_ARGS__}, sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

/* "inside:10.1.1.1/1024 (10.1.1.1/1024)" has four values: nothing is translated, both are the same. */
#define END(name, e) V_TEXT(name), V_IP4((e).addr.v), V_U64((e).port), V_IP4((e).addr.v), V_U64((e).port)
#define PLAIN(name, e) V_TEXT(name), V_IP4((e).addr.v), V_U64((e).port)

void asa_log_built(struct node *n, const struct asa_conn *k)
{
    const char *way = k->outward ? "outbound" : "inbound";
    if (k->proto == IP4_TCP)
        ASA_LOG(n, INFORMATIONAL, "%ASA-6-302013: Built {} TCP connection {} for {}:{}/{} ({}/{}) to {}:{}/{} ({}/{})",
                V_TEXT(way), V_U64(k->number), END(k->out, k->to), END(k->in, k->from));
    else if (k->proto == IP4_UDP)
        ASA_LOG(n, INFORMATIONAL, "%ASA-6-302015: Built {} UDP connection {} for {}:{}/{} ({}/{}) to {}:{}/{} ({}/{})",
                V_TEXT(way), V_U64(k->number), END(k->out, k->to), END(k->in, k->from));
}

/* "0:01:30" */
static const char *duration(char to[24], struct sim_dur d)
{
    struct txtbuf t = txtbuf_of(to, 24);
    long long s = d.ns / dur_s(1).ns;
    txtbuf_add(&t, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    return to;
}

void asa_log_teardown(struct node *n, const struct asa_conn *k, const char *why)
{
    char text[24];
    const char *lasted = duration(text, time_sub(sim_now(n->sim), k->built));
    if (k->proto == IP4_TCP)
        ASA_LOG(n, INFORMATIONAL, "%ASA-6-302014: Teardown TCP connection {} for {}:{}/{} to {}:{}/{} duration {} bytes {} {}",
                V_U64(k->number), PLAIN(k->out, k->to), PLAIN(k->in, k->from), V_TEXT(lasted), V_U64(k->bytes), V_TEXT(why));
    else if (k->proto == IP4_UDP)
        ASA_LOG(n, INFORMATIONAL, "%ASA-6-302016: Teardown UDP connection {} for {}:{}/{} to {}:{}/{} duration {} bytes {}",
                V_U64(k->number), PLAIN(k->out, k->to), PLAIN(k->in, k->from), V_TEXT(lasted), V_U64(k->bytes));
}

/* "PSH ACK" */
static const char *flags(char to[40], uint8_t f)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
    struct txtbuf t = txtbuf_of(to, 40);
    for (int i = 0; i < 6; i++) {
        if (f & 1 << i)
            txtbuf_add(&t, "%s%s", t.n ? " " : "", names[i]);
    }
    return to;
}

void asa_log_no_connection(struct node *n, const struct asa_packet *p)
{
    char text[40];
    ASA_LOG(n, INFORMATIONAL, "%ASA-6-106015: Deny TCP (no connection) from {}/{} to {}/{} flags {} on interface {}",
            V_IP4(p->src.addr.v), V_U64(p->src.port), V_IP4(p->dst.addr.v), V_U64(p->dst.port),
            V_TEXT(flags(text, p->tcp.flags)), V_TEXT(p->in));
}

void asa_log_denied(struct node *n, const struct asa_packet *p)
{
    char text[40];
    if (p->proto == IP4_TCP)
        ASA_LOG(n, CRITICAL, "%ASA-2-106001: Inbound TCP connection denied from {}/{} to {}/{} flags {} on interface {}",
                V_IP4(p->src.addr.v), V_U64(p->src.port), V_IP4(p->dst.addr.v), V_U64(p->dst.port),
                V_TEXT(flags(text, p->tcp.flags)), V_TEXT(p->in));
    else if (p->proto == IP4_UDP)
        ASA_LOG(n, CRITICAL, "%ASA-2-106006: Deny inbound UDP from {}/{} to {}/{} on interface {}", V_IP4(p->src.addr.v),
                V_U64(p->src.port), V_IP4(p->dst.addr.v), V_U64(p->dst.port), V_TEXT(p->in));
    else
        ASA_LOG(n, ERROR, "%ASA-3-106010: Deny inbound protocol {} src {}:{} dst {}:{}", V_U64(p->proto), V_TEXT(p->in),
                V_IP4(p->src.addr.v), V_TEXT(p->out), V_IP4(p->dst.addr.v));
}
