/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_conns.c: see asa_conns.h. */
#include "models/proto/asa_conns.h"

#include "models/proto/asa_log.h"
#include "sim/base/hash.h"

#define CONNS_MAX 1000000
#define SWEEP_LEAST 64

void asa_conns_init(struct asa_conns *c, struct node *n, const struct asa_conns_config *config)
{
    *c = (struct asa_conns){.node = n, .config = config, .sweep_at = SWEEP_LEAST};
    map_init(&c->by_key, sim_arena(n->sim));
    pool_init(&c->pool, sim_arena(n->sim), "ASA connections", sizeof(struct asa_conn), CONNS_MAX);
}

/* --- finding -------------------------------------------------------------------------------------- */

static bool same_end(struct asa_end a, struct asa_end b)
{
    return ip4_eq(a.addr, b.addr) && a.port == b.port;
}

static uint64_t end_word(struct asa_end e)
{
    return (uint64_t)e.addr.v << 16 | e.port;
}

/* The same for both directions. */
static uint64_t key_of(const struct asa_packet *p)
{
    uint64_t a = end_word(p->src), b = end_word(p->dst);
    return hash_fold(hash_fold(hash_mix(p->proto), a < b ? a : b), a < b ? b : a);
}

static bool is_of(const struct asa_conn *k, const struct asa_packet *p)
{
    bool forth = same_end(k->from, p->src) && same_end(k->to, p->dst);
    bool back = same_end(k->from, p->dst) && same_end(k->to, p->src);
    return k->proto == p->proto && (forth || back);
}

struct sim_dur asa_conn_limit(const struct asa_conns *c, const struct asa_conn *k)
{
    if (k->proto != IP4_TCP)
        return c->config->udp;
    if (!k->up)
        return c->config->embryonic;
    return k->fin[0] || k->fin[1] ? c->config->half_closed : c->config->idle;
}

static bool is_aged(const struct asa_conns *c, const struct asa_conn *k)
{
    struct sim_dur idle = time_sub(sim_now(c->node->sim), k->used);
    return dur_cmp(idle, asa_conn_limit(c, k)) >= 0;
}

static void unchain(struct asa_conns *c, struct asa_conn *k)
{
    struct asa_conn *head = map_get(&c->by_key, k->key), **at = &head;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    if (head)
        map_put(&c->by_key, k->key, head);
    else
        map_remove(&c->by_key, k->key);
}

static void end(struct asa_conns *c, struct asa_conn *k, const char *why)
{
    asa_log_teardown(c->node, k, why);
    unchain(c, k);
    c->live--;
    pool_put(&c->pool, k);
}

static const char *timeout_name(const struct asa_conn *k)
{
    return k->proto == IP4_TCP && !k->up ? "SYN Timeout" : "Connection timeout";
}

struct asa_conn *asa_conns_find(struct asa_conns *c, const struct asa_packet *p)
{
    struct asa_conn *k = map_get(&c->by_key, key_of(p));
    while (k && !is_of(k, p))
        k = k->next;
    if (!k || !is_aged(c, k))
        return k;
    end(c, k, timeout_name(k));
    return NULL;
}

/* --- life ----------------------------------------------------------------------------------------- */

/* So many that it is time to look for those that nobody will look for: amortized, one look a new entry. */
static void sweep(struct asa_conns *c)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&c->by_key, &i, &slot);) {
        struct asa_conn *k = slot->value;
        while (k) {
            struct asa_conn *next = k->next;
            if (is_aged(c, k))
                end(c, k, timeout_name(k));
            k = next;
        }
    }
    c->sweep_at = c->live * 2 > SWEEP_LEAST ? c->live * 2 : SWEEP_LEAST;
}

struct asa_conn *asa_conns_build(struct asa_conns *c, const struct asa_packet *p)
{
    if (c->live >= c->sweep_at)
        sweep(c);
    struct asa_conn *k = pool_get(&c->pool);
    *k = (struct asa_conn){.key = key_of(p),
                           .number = ++c->built,
                           .proto = p->proto,
                           .from = p->src,
                           .to = p->dst,
                           .in = p->in,
                           .out = p->out,
                           .outward = p->outward,
                           .built = sim_now(c->node->sim)};
    k->next = map_get(&c->by_key, k->key);
    k->used = k->built;
    map_put(&c->by_key, k->key, k);
    c->live++;
    c->most = c->live > c->most ? c->live : c->most;
    asa_log_built(c->node, k);
    return k;
}

static void take_fin(struct asa_conn *k, int side, const struct tcp_seg *s)
{
    int other = 1 - side;
    if (s->flags & TCP_FIN) {
        k->fin[side] = true;
        k->fin_end[side] = s->seq + tcp_seg_len(s);
    }
    if (k->fin[other] && (s->flags & TCP_ACK) && (int32_t)(s->ack - k->fin_end[other]) >= 0)
        k->fin_acked[other] = true;
}

static void pass_segment(struct asa_conns *c, struct asa_conn *k, int side, const struct tcp_seg *s)
{
    uint8_t both = TCP_SYN | TCP_ACK;
    if (side == 1 && (s->flags & both) == both)
        k->answered = true;
    else if (side == 0 && k->answered && (s->flags & TCP_ACK))
        k->up = true;
    k->data[side] |= s->payload.n > 0;
    take_fin(k, side, s);
    if (s->flags & TCP_RST)
        end(c, k, (side == 0) == k->outward ? "TCP Reset-I" : "TCP Reset-O"); /* from inside, or outside */
    else if (k->fin_acked[0] && k->fin_acked[1])
        end(c, k, "TCP FINs");
}

void asa_conns_pass(struct asa_conns *c, struct asa_conn *k, const struct asa_packet *p)
{
    int side = same_end(k->from, p->src) && same_end(k->to, p->dst) ? 0 : 1;
    k->used = sim_now(c->node->sim);
    k->bytes += p->bytes;
    if (p->proto == IP4_TCP)
        pass_segment(c, k, side, &p->tcp);
}
