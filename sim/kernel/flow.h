/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.h: the exchanges that are remembered by name: what was last sent and last dropped of each, to
 * explain what did not arrive. They are numbered from 1 as they come; only the youngest `limit` are
 * kept, in a ring that grows up to there, so that a number is found without a search. */
#ifndef SIM_KERNEL_FLOW_H
#define SIM_KERNEL_FLOW_H

#include <stdint.h>

struct flow {
    uint64_t key; /* hash of its name */
    uint64_t last_drop, last_tx; /* records; 0: none */
};

struct flows {
    uint32_t limit;
    struct flow *ring;
    uint32_t cap;       /* of the ring */
    uint32_t *index;    /* by key, open addressing: place in the ring + 1; 0: empty */
    uint32_t index_cap; /* a power of 2; a quarter is always empty */
    uint64_t numbers;   /* handed out */
};

void flows_init(struct flows *f, uint32_t limit);
void flows_free(struct flows *f);

/* The number of the flow of this key: opened when new, in the place of the oldest when all are taken. */
uint64_t flows_open(struct flows *f, uint64_t key);

/* NULL: never opened, or forgotten. Good until the next flows_open. */
struct flow *flows_find(const struct flows *f, uint64_t number);

#endif
