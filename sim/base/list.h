/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: intrusive doubly linked list. The head is a link of its own; an unlinked link points at
 * itself, so list_remove may be called twice. */
#ifndef SIM_BASE_LIST_H
#define SIM_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_link {
    struct list_link *prev, *next;
};

#define LIST_ENTRY(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#define LIST_EACH(it, head) for (struct list_link *it = (head)->next; it != (head); it = it->next)

static inline void list_init(struct list_link *l)
{
    l->prev = l->next = l;
}

static inline bool list_empty(const struct list_link *head)
{
    return head->next == head;
}

static inline void list_append(struct list_link *head, struct list_link *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}

static inline void list_remove(struct list_link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    list_init(l);
}

#endif
