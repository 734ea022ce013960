/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_arp_answer.c: the replies to ARP requests. A host takes a while to answer, and it is that while
 * which decides when two answer the same question (RFC 1027 2.3). */
#include "models/net/ip_state.h"
#include "sim/base/list.h"
#include "sim/base/pool.h"
#include "sim/kernel/dist.h"

#define ANSWERS_MAX 65536 /* that one stack has not sent yet */

struct answer {
    struct list_link link;
    struct ip_stack *stack;
    const struct ip_iface *iface;
    struct arp reply;
    struct tmr due;
};

struct answers {
    struct list_link waiting;
    struct pool pool;
};

/* Most hosts answer at once: only those that do not need room for it. */
static struct answers *answers_of(struct ip_stack *s)
{
    struct arena *a = sim_arena(s->node->sim);
    if (!s->answers) {
        s->answers = ARENA_NEW(a, struct answers);
        list_init(&s->answers->waiting);
        pool_init(&s->answers->pool, a, "ARP answers", sizeof(struct answer), ANSWERS_MAX);
    }
    return s->answers;
}

static void forget(struct answer *w)
{
    list_remove(&w->link);
    pool_put(&w->stack->answers->pool, w);
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
    const struct dist *law = s->options.answering ? s->options.answering->delay : NULL;
    struct arp reply = {.oper = ARP_REPLY,
                        .sha = i->mac,
                        .spa = request->tpa,
                        .tha = request->sha,
                        .tpa = request->spa};
    if (!law || (law->kind == DIST_CONST && law->v[0].ns == 0)) {
        ip_arp_send(i, reply.tha, &reply);
        return;
    }
    struct answer *w = pool_get(&answers_of(s)->pool);
    *w = (struct answer){.stack = s, .iface = i, .reply = reply};
    list_append(&s->answers->waiting, &w->link);
    tmr_init(&w->due, n->sim, n->id, "arp.reply", w, on_due);
    tmr_arm(&w->due, dist_draw(law, node_stream(n, "arp/reply")));
}

void ip_arp_drop_answers(struct ip_stack *s)
{
    while (s->answers && !list_empty(&s->answers->waiting)) {
        struct answer *w = LIST_ENTRY(s->answers->waiting.next, struct answer, link);
        tmr_disarm(&w->due);
        forget(w);
    }
}
