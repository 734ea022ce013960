/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_rig.c: see bench_rig.h. */
#include "lua/cli/bench_rig.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/net/link.h"

struct node *rig_node(struct net *n, const char *model, const char *name, const struct setting *settings,
                      size_t count)
{
    struct node *node;
    struct err e;
    bool ok = net_add_node(n, str_of(model), str_of(name), settings, count, &node, &e);
    ASSERT(ok);
    return node;
}

struct port *rig_port(struct node *n, const char *name, const struct setting *settings, size_t count)
{
    struct port *p;
    struct err e;
    bool ok = node_port(n, str_of(name), settings, count, &p, &e);
    ASSERT(ok);
    return p;
}

void rig_cable(struct port *a, struct port *b, const char *rate, const char *delay)
{
    struct setting s[] = {{STR("link_rate"), str_of(rate)}, {STR("link_delay"), str_of(delay)}};
    struct link *l;
    struct err e;
    bool ok = link_connect(a, b, s, 2, &l, &e);
    ASSERT(ok);
}

int64_t rig_wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t rig_own_bytes(void)
{
    long long pages, resident = 0, shared = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lld %lld %lld", &pages, &resident, &shared) != 3)
        resident = shared = 0;
    if (f)
        fclose(f);
    return (resident - shared) * sysconf(_SC_PAGESIZE);
}

long rig_rss_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

bool rig_measure_apart(void (*measure)(uint32_t n, void *out), uint32_t n, void *out, size_t size)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        measure(n, out);
        _exit(write(ends[1], out, size) == (ssize_t)size ? 0 : 1);
    }
    close(ends[1]);
    bool ok = child > 0 && read(ends[0], out, size) == (ssize_t)size;
    close(ends[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 && ok;
}

bool rig_take_sizes(int *argc, char **argv, const char *what, uint32_t max, uint32_t *sizes, size_t *count,
                    struct err *e)
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        uint64_t n;
        if (argv[i][0] == '-') {
            argv[kept++] = argv[i];
            continue;
        }
        if (!str_u64(str_of(argv[i]), max, &n) || n == 0)
            return err_set(e, "'%s' is not a number of %s from 1 to %u", argv[i], what, max);
        if (*count == RIG_SIZES_MAX)
            return err_set(e, "more than %d numbers of %s", RIG_SIZES_MAX, what);
        sizes[(*count)++] = (uint32_t)n;
    }
    *argc = kept;
    return true;
}
