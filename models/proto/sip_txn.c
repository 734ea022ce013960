/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_txn.c: see sip_txn.h: what both sides share. The client's machines: sip_txn_client.c, the server's:
 * sip_txn_server.c. */
#include "models/proto/sip_txn.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/proto/sip_txn_state.h"
#include "sim/base/hash.h"

#define TXNS_MAX 1000000

/* --- for both sides ------------------------------------------------------------------------------- */

uint64_t sip_txn_hash(uint64_t seed, struct str s)
{
    uint64_t h = seed;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 0x100000001b3u; /* FNV-1a */
    }
    return hash_mix(h + s.n);
}

struct frame *sip_txn_keep(struct sip_txns *x, struct str bytes)
{
    ASSERT(bytes.n <= FRAME_BYTES_MAX);
    struct frame *f = frame_new(x->node->net, bytes.n);
    memcpy(f->bytes, bytes.p, bytes.n);
    f->len = (uint16_t)bytes.n;
    return f;
}

struct str sip_txn_text(const struct frame *f)
{
    return str_of_bytes(f->bytes, f->len);
}

void sip_txn_free(struct sip_txns *x, struct frame **f)
{
    if (*f)
        frame_unref(x->node->net, *f);
    *f = NULL;
}

bool sip_txn_decode(const struct frame *f, struct sip_msg *m, uint32_t *cseq)
{
    struct rd r = rd_of(f->bytes, f->len);
    struct sip_cseq q = {0};
    bool ok = sip_get(&r, m) && sip_cseq(m, &q);
    *cseq = q.number;
    return ok;
}

void sip_txn_arm(struct tmr *t, const char *label, struct sim_dur in, uint64_t flow)
{
    tmr_disarm(t);
    t->ev.label = label;
    tmr_arm(t, in);
    tmr_await(t, flow, 0);
}

struct sim_dur sip_txn_life(const struct sip_txns *x)
{
    return (struct sim_dur){SIP_TXN_LIVES * x->timers->t1.ns};
}

void sip_txn_give_up(struct sip_txns *x, const char *fmt, const struct val *v, uint32_t n)
{
    uint64_t record = bus_note(x->node->sim, x->node->id, "sip", fmt, v, n);
    bus_because(x->node->sim, record, node_limit(x->node, "sip_t1"), BECAUSE_LIMIT);
}

/* --- which request it is ---------------------------------------------------------------------------- */

struct sip_request_id sip_txn_id(const struct sip_msg *m, struct str method)
{
    struct sip_request_id id = {.method = method};
    struct sip_via via = {0};
    struct sip_cseq cseq = {0};
    if (!sip_via(m, &via) || !sip_cseq(m, &cseq) || !sip_sent_by(&via, &id.host, &id.port))
        return id;
    id.branch = via.branch;
    id.cookie = str_starts_nocase(via.branch, STR("z9hG4bK"));
    id.via = sip_header(m, SIP_VIA);
    id.uri = m->uri;
    id.call_id = sip_header(m, SIP_CALL_ID);
    id.from_tag = sip_param(sip_header(m, SIP_FROM), STR("tag"));
    id.cseq = cseq.number;
    return id;
}

uint64_t sip_txn_id_key(const struct sip_request_id *id)
{
    uint64_t h = sip_txn_hash(2, id->method);
    return id->cookie ? sip_txn_hash(sip_txn_hash(h, id->branch), id->host) : sip_txn_hash(h + id->cseq, id->call_id);
}

/* Without the cookie it is RFC 2543's: then everything counts that a copy and its ACK have in common. */
bool sip_txn_id_eq(const struct sip_request_id *a, const struct sip_request_id *b)
{
    if (a->cookie != b->cookie || !str_eq(a->method, b->method))
        return false;
    if (a->cookie)
        return str_eq_nocase(a->branch, b->branch) && str_eq_nocase(a->host, b->host) && a->port == b->port;
    return a->cseq == b->cseq && str_eq(a->call_id, b->call_id) && str_eq(a->from_tag, b->from_tag) &&
           str_eq(a->uri, b->uri) && str_eq(a->via, b->via);
}

/* --- its user's ----------------------------------------------------------------------------------- */

void sip_txns_init(struct sip_txns *x, struct sip_transport *t, const struct sip_timers *timers,
                   const struct sip_txns_user *u, void *arg)
{
    struct node *n = t->node;
    struct arena *a = sim_arena(n->sim);
    *x = (struct sip_txns){.node = n, .transport = t, .timers = timers, .user = u, .arg = arg};
    x->branches = node_stream(n, "sip/txn-branch");
    map_init(&x->clients, a);
    map_init(&x->servers, a);
    pool_init(&x->client_pool, a, "SIP client transactions", sizeof(struct sip_client), TXNS_MAX);
    pool_init(&x->server_pool, a, "SIP server transactions", sizeof(struct sip_server), TXNS_MAX);
}

static void each_timer(struct sip_txns *x, void (*use)(struct tmr *t))
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&x->clients, &i, &slot);) {
        for (struct sip_client *c = slot->value; c; c = c->next_same) {
            use(&c->copy);
            use(&c->end);
        }
    }
    for (uint32_t i = 0; map_next(&x->servers, &i, &slot);) {
        for (struct sip_server *t = slot->value; t; t = t->next_same) {
            use(&t->copy);
            use(&t->end);
        }
    }
}

void sip_txns_hang(struct sip_txns *x)
{
    each_timer(x, tmr_hold);
}

void sip_txns_go_on(struct sip_txns *x)
{
    each_timer(x, tmr_go_on);
}

void sip_txns_power_off(struct sip_txns *x)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&x->clients, &i, &slot);) {
        for (struct sip_client *c = slot->value, *next; c; c = next) {
            next = c->next_same;
            sip_client_drop(c);
        }
    }
    for (uint32_t i = 0; map_next(&x->servers, &i, &slot);) {
        for (struct sip_server *t = slot->value, *next; t; t = next) {
            next = t->next_same;
            sip_server_drop(t);
        }
    }
}

void sip_txns_input(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    if (m->is_response)
        sip_client_hear(x, m, from);
    else
        sip_server_hear(x, m, from);
}

/* Answers of ours find another way (18.2.2) when it is time to send them. */
void sip_txns_lost(struct sip_txns *x, const struct sip_hop *peer)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&x->clients, &i, &slot);) {
        for (struct sip_client *c = slot->value; c; c = c->next_same) {
            if (sip_hop_eq(&c->hop, peer))
                sip_client_lose(c);
        }
    }
}

void sip_branch_draw(struct sip_txns *x, char out[SIP_BRANCH_MAX + 1])
{
    struct txtbuf t = txtbuf_of(out, SIP_BRANCH_MAX + 1);
    txtbuf_add(&t, "z9hG4bK%016llx", (unsigned long long)rng_u64(x->branches));
}
