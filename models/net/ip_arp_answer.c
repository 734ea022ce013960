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

void ip_arp_init_answers(struct ip_stack *s)
{
    list_init(&s->answers);
    pool_init(&s->answer_pool, sim_arena(s->node->sim), "ARP answers", sizeof(struct answer), ANSWERS_MAX);
}

static void forget(struct answer *w)
{
    list_remove(&w->link);
    pool_put(&w->stack->answer_pool, w);
}

static void on_due(void *owner)
{
    struct answer *w = owner;
    ip_arp_send(w->iface, w->reply.tha, &w->reply);
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
        ip_arp_send(i, reply.tha, &reply);
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
