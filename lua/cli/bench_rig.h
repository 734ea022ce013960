/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_rig.h: what the benchmarks of whole networks share: building without an error path (a mistake here is
 * ours), measuring in a process of its own, so that no row sees the memory of another, and their arguments. */
#ifndef LUA_CLI_BENCH_RIG_H
#define LUA_CLI_BENCH_RIG_H

#include "models/net/net.h"

#define RIG_SIZES_MAX 16
#define RIG_PHONES_MAX 60000 /* nodes have 16-bit numbers, switches are nodes too */

struct node *rig_node(struct net *n, const char *model, const char *name, const struct setting *settings,
                      size_t count);
struct port *rig_port(struct node *n, const char *name, const struct setting *settings, size_t count);
void rig_cable(struct port *a, struct port *b, const char *rate, const char *delay);

int64_t rig_wall_ns(void);
int64_t rig_own_bytes(void); /* of this process, without what is mapped from files */
long rig_rss_kib(void);

/* Fills *out (of `size` bytes) in a child. False: it could not be started, or failed. */
MUST_USE bool rig_measure_apart(void (*measure)(uint32_t n, void *out), uint32_t n, void *out, size_t size);

/* Takes numbers from 1 to `max` ("phones") out of argv; what is left is for cli_parse. */
MUST_USE bool rig_take_sizes(int *argc, char **argv, const char *what, uint32_t max, uint32_t *sizes, size_t *count,
                             struct err *e);

#endif
