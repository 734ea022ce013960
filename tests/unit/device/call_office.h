/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_office.h: a CUCM node (10.1.1.2), a SIP provider (10.1.1.5, 0302000) at the end of its trunk, and two SIP phones,
 * phone (10.1.1.10, 1001) and other (10.1.1.11, 1002), in one subnet. What passes is read from the frames as they
 * leave: "provider>cucm INVITE 101", "cucm>phone 200 BYE 103". */
#ifndef TESTS_UNIT_DEVICE_CALL_OFFICE_H
#define TESTS_UNIT_DEVICE_CALL_OFFICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/registry.h"
#include "models/wire/eth.h"
#include "models/wire/ip4.h"
#include "models/wire/sip.h"
#include "models/wire/tcp.h"
#include "models/wire/udp.h"

#define S 1000000000ll
#define SEEN_MAX 1000
#define NOTES_MAX 2000

enum { CUCM, PROVIDER, PHONE, OTHER, NODES };

struct seen {
    int64_t ns;
    uint16_t src_port, dst_port;
    bool over_tcp;
    char line[64];
    char bytes[1600];
};

struct office {
    struct sim *sim;
    struct net *net;
    struct node *node[NODES], *lan;
    struct link *link[NODES];
    struct sink sink;
    uint32_t seen_count, note_count;
    struct seen seen[SEEN_MAX];
    char note[NOTES_MAX][700]; /* notes, and lines of the CCM trace */
};

static const struct {
    const char *model, *name, *settings;
    uint32_t address;
} parts[NODES] = {
    {"cucm", "cucm", "mac=020000000002 address=10.1.1.2 tftp=off sip_trunk=10.1.1.5", 0x0a010102},
    {"sip-provider", "provider", "mac=020000000005 address=10.1.1.5 number=0302000 sip_peer=10.1.1.2 calls_to=1001",
     0x0a010105},
    {"sip-phone", "phone",
     "mac=02000000000a starts=configured address=10.1.1.10 cucm_group=10.1.1.2 dn=1001 calls_to=0302000", 0x0a01010a},
    {"sip-phone", "other",
     "mac=02000000000b starts=configured address=10.1.1.11 cucm_group=10.1.1.2 dn=1002 calls_to=1001", 0x0a01010b},
};

/* --- what is seen ------------------------------------------------------------------------------------------- */

static inline const char *name_at(struct ip4 a)
{
    for (int i = 0; i < NODES; i++) {
        if (parts[i].address == a.v)
            return parts[i].name;
    }
    return "?";
}

static inline void see_message(struct office *o, const struct rec *r, const struct ip4_hdr *h, struct str bytes,
                               const uint16_t port[2])
{
    struct rd m = rd_of(bytes.p, bytes.n);
    struct sip_cseq cseq = {0};
    struct sip_msg msg;
    if (!sip_get(&m, &msg) || !sip_cseq(&msg, &cseq) || str_eq(cseq.method, STR("REGISTER")))
        return;
    assert_true(o->seen_count < SEEN_MAX);
    struct seen *s = &o->seen[o->seen_count++];
    struct txtbuf t = txtbuf_of(s->line, sizeof s->line);
    *s = (struct seen){.ns = r->at.ns, .src_port = port[0], .dst_port = port[1], .over_tcp = h->proto == IP4_TCP};
    txtbuf_add(&t, "%s>%s ", sim_node_name(o->sim, r->node), name_at(h->dst));
    if (msg.is_response)
        txtbuf_add(&t, "%u ", msg.status);
    txtbuf_add(&t, "%.*s %u", STR_ARG(cseq.method), cseq.number);
    str_keep(s->bytes, sizeof s->bytes, bytes);
}

static inline void see_frame(struct office *o, const struct rec *r)
{
    struct rd f = rd_of(r->bytes.p, r->bytes.n), body;
    struct eth e;
    struct ip4_hdr h;
    struct tcp_seg seg;
    struct udp u;
    if (!eth_get(&f, &e) || e.type != ETH_IP4 || !ip4_get(&f, &h, &body))
        return;
    if (h.proto == IP4_UDP && udp_get(&body, h.src, h.dst, &u)) {
        see_message(o, r, &h, u.payload, (uint16_t[]){u.src_port, u.dst_port});
        return;
    }
    if (h.proto != IP4_TCP || !tcp_seg_get(&body, h.src, h.dst, &seg))
        return;
    for (size_t len; seg.payload.n && sip_frame(seg.payload, &len) == SIP_FRAME_WHOLE;) {
        see_message(o, r, &h, (struct str){seg.payload.p, len}, (uint16_t[]){seg.src_port, seg.dst_port});
        seg.payload = (struct str){seg.payload.p + len, seg.payload.n - len};
    }
}

static inline void see(struct sink *sink, const struct rec *r)
{
    struct office *o = (struct office *)(void *)((char *)sink - offsetof(struct office, sink));
    const char *who = sim_node_name(o->sim, r->node);
    if (r->kind == REC_FRAME_TX) {
        if (strcmp(who, "lan") != 0)
            see_frame(o, r);
        return;
    }
    assert_true(o->note_count < NOTES_MAX);
    struct txtbuf t = txtbuf_of(o->note[o->note_count], sizeof o->note[0]);
    txtbuf_add(&t, "%s: ", who);
    rec_args_text(&t, r->kind == REC_NOTE ? &r->note.line : &r->log.line, 0);
    if (!strstr(o->note[o->note_count], "REGISTER"))
        o->note_count++;
}

/* The i-th message (from 0) whose line begins so; NULL: there is none. */
static inline const struct seen *seen(const struct office *o, const char *line, uint32_t i)
{
    for (uint32_t n = 0; n < o->seen_count; n++) {
        if (strncmp(o->seen[n].line, line, strlen(line)) == 0 && i-- == 0)
            return &o->seen[n];
    }
    return NULL;
}

static inline uint32_t count(const struct office *o, const char *line)
{
    uint32_t n = 0;
    while (seen(o, line, n))
        n++;
    return n;
}

static inline const struct seen *must_see(const struct office *o, const char *line, uint32_t i)
{
    const struct seen *s = seen(o, line, i);
    if (!s) {
        for (uint32_t n = 0; n < o->seen_count; n++)
            fprintf(stderr, "%.6f %s\n", (double)o->seen[n].ns / 1e9, o->seen[n].line);
        fail_msg("there is no '%s' (%u)", line, i);
    }
    return s;
}

/* Does the first such message have that text? */
static inline bool says(const struct office *o, const char *line, const char *text)
{
    return strstr(must_see(o, line, 0)->bytes, text) != NULL;
}

static inline uint32_t noted(const struct office *o, const char *text)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->note_count; i++)
        n += strstr(o->note[i], text) != NULL;
    return n;
}

/* --- the office --------------------------------------------------------------------------------------------- */

/* "cucm.delayed_offer=on" and the like, the last of a name wins; ends with NULL. */
static inline void add_part(struct office *o, int i, const char *const *more)
{
    struct setting s[40];
    struct err e = {0};
    size_t n = 0;
    for (struct str rest = str_of(parts[i].settings); rest.n; n++) {
        s[n].text = str_cut(&rest, ' ');
        s[n].name = str_cut(&s[n].text, '=');
    }
    for (; more && *more; more++) {
        struct str text = str_of(*more), who = str_cut(&text, '.');
        if (!str_eq(who, str_of(parts[i].name)))
            continue;
        s[n].text = text;
        s[n].name = str_cut(&s[n].text, '=');
        n++;
    }
    struct port *p;
    if (!net_add_node(o->net, str_of(parts[i].model), str_of(parts[i].name), s, n, &o->node[i], &e) ||
        !node_port(o->lan, str_of(parts[i].name), NULL, 0, &p, &e) ||
        !link_connect(o->node[i]->ports[0], p, NULL, 0, &o->link[i], &e))
        fail_msg("%s", e.msg);
}

static inline void run_to(struct office *o, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(o->sim, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

static inline void wait(struct office *o, int64_t ns)
{
    run_to(o, sim_now(o->sim).ns + ns);
}

/* Ten seconds after the phones have registered. */
static inline struct office *office_open(const char *const *more)
{
    struct office *o = test_calloc(1, sizeof *o);
    struct sim_config c = {.seed = 3};
    struct err e = {0};
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, registry_models, registry_model_count);
    assert_true(net_add_node(o->net, STR("switch"), STR("lan"), NULL, 0, &o->lan, &e));
    o->sink = (struct sink){.name = "test", .on = see};
    o->sink.mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_NOTE) | REC_BIT(REC_LOG);
    bus_attach(o->sim, &o->sink);
    for (int i = 0; i < NODES; i++)
        add_part(o, i, more);
    if (!net_start(o->net, &e))
        fail_msg("%s", e.msg);
    run_to(o, 10 * S);
    return o;
}

/* In the end everything is said and the books balance. */
static inline void office_close(struct office *o)
{
    wait(o, 100 * S);
    struct net_books b = net_books(o->net);
    assert_int_equal(b.sent, b.delivered + b.dropped + b.in_flight);
    sim_free(o->sim);
    test_free(o);
}

static inline bool tries(struct office *o, int who, const char *op, struct err *e)
{
    for (const struct model_op *m = o->node[who]->model->ops; m->name; m++) {
        if (strcmp(m->name, op) == 0)
            return m->run(o->node[who], e);
    }
    fail_msg("no operation '%s'", op);
    return false;
}

static inline void operate(struct office *o, int who, const char *op)
{
    struct err e = {0};
    if (!tries(o, who, op, &e))
        fail_msg("'%s': %s", op, e.msg);
}

/* A call that is answered after two seconds, and ten more. */
static inline void talk(struct office *o, int who)
{
    operate(o, who, "call");
    wait(o, 12 * S);
}

#endif
