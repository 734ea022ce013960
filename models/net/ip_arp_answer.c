/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_arp_answer.c: the replies to ARP requests. A host takes a while to answer, and it is that while
 * which decides when two answer the same question (RFC 1027 2.3). */
#include "models/net/ip_state.h"
#include "sim/kernel/dist.h"

#define ANSWERS_MAX 65536 /* that one stack has not sent yet */

struct answer {
    struct list_link link;
    struct ip_stack *stack;
    const struct ip_iface *iface;
    struct arp reply;
    struct tmr due;
};

/* What was last said of an address that is somebody else's. */
struct proxied {
    uint64_t record;
};

void ip_arp_init_answers(struct ip_stack *s)
{
    map_init(&s->proxied, sim_arena(s->node->sim));
    list_init(&s->answers);
    pool_init(&s->answer_pool, sim_arena(s->node->sim), "ARP answers", sizeof(struct answer), ANSWERS_MAX);
}

static void forget(struct answer *w)
{
    list_remove(&w->link);
    pool_put(&w->stack->answer_pool, w);
}

static void give(struct ip_stack *s, const struct ip_iface *i, const struct arp *reply)
{
    uint64_t tx = ip_arp_send(i, reply->tha, reply);
    if (ip4_eq(reply->spa, i->addr))
        return;
    struct proxied *p = map_get(&s->proxied, reply->spa.v);
    if (!p) {
        p = ARENA_NEW(sim_arena(s->node->sim), struct proxied);
        map_put(&s->proxied, reply->spa.v, p);
    }
    p->record = tx;
}

uint64_t ip_proxied(const struct ip_stack *s, struct ip4 addr)
{
    const struct proxied *p = map_get(&s->proxied, addr.v);
    return p ? p->record : 0;
}

static void on_due(void *owner)
{
    struct answer *w = owner;
    give(w->stack, w->iface, &w->reply);
    forget(w);
}

/* RFC 826: the request's fields are swapped; the address asked for gets our hardware address. */
void ip_arp_answer(struct ip_stack *s, const struct ip_iface *i, const struct arp *request)
{
    struct node *n = s->node;
    const struct dist *law = s->options.arp_reply_delay;
    struct arp reply = {.oper = ARP_REPLY,
                        .sha = i->mac,
                        .spa = request->tpa,
                        .tha = request->sha,
                        .tpa = request->spa};
    if (!law || (law->kind == DIST_CONST && law->v[0].ns == 0)) {
        give(s, i, &reply);
        return;
    }
    struct answer *w = pool_get(&s->answer_pool);
    *w = (struct answer){.stack = s, .iface = i, .reply = reply};
    list_append(&s->answers, &w->link);
    tmr_init(&w->due, n->sim, n->id, "arp.reply", w, on_due);
    tmr_arm(&w->due, dist_draw(law, node_stream(n, "arp/reply")));
}

void ip_arp_drop_answers(struct ip_stack *s)
{
    while (!list_empty(&s->answers)) {
        struct answer *w = LIST_ENTRY(s->answers.next, struct answer, link);
        tmr_disarm(&w->due);
        forget(w);
    }
}
