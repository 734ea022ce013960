/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net_watch.c: telling those who count what would pass a link, without sending it, that it passes no more, or again. */
#include "models/net/net_state.h"

void net_watch_start(struct net *n, struct net_watch *w)
{
    ASSERT(w->on_change != NULL && w->on_end != NULL);
    list_append(&n->watches, &w->in_net);
    list_init(&w->at_port);
}

void net_watch_stop(struct net_watch *w)
{
    if (!w->in_net.next)
        return;
    list_remove(&w->in_net);
    list_remove(&w->at_port);
}

static uint64_t port_key(const struct node *n, uint16_t port)
{
    return (uint64_t)n->id << 16 | port;
}

void net_watch_port(struct net_watch *w, const struct node *n, uint16_t port)
{
    struct map *ports = &n->net->watched_ports;
    struct list_link *head = map_get(ports, port_key(n, port));
    if (!head) {
        head = ARENA_NEW(sim_arena(n->sim), struct list_link);
        list_init(head);
        map_put(ports, port_key(n, port), head);
    }
    list_remove(&w->at_port);
    list_append(head, &w->at_port);
}

/* One that is told may stop watching. */
void net_changed(struct net *n)
{
    for (struct list_link *it = n->watches.next, *next; it != &n->watches; it = next) {
        struct net_watch *w = LIST_ENTRY(it, struct net_watch, in_net);
        next = it->next;
        w->on_change(w);
    }
}

void net_ended(struct net *n)
{
    LIST_EACH(it, &n->watches) {
        struct net_watch *w = LIST_ENTRY(it, struct net_watch, in_net);
        w->on_end(w);
    }
}

void net_port_changed(const struct node *n, uint16_t udp_port)
{
    struct list_link *head = map_get(&n->net->watched_ports, port_key(n, udp_port));
    for (struct list_link *it = head ? head->next : NULL, *next; it && it != head; it = next) {
        struct net_watch *w = LIST_ENTRY(it, struct net_watch, at_port);
        next = it->next;
        w->on_change(w);
    }
}

uint32_t net_layout(const struct net *n)
{
    return n->layout;
}

void net_layout_changed(struct net *n)
{
    n->layout++;
    net_changed(n);
}
