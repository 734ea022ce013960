/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_store.c: see file_store.h. */
#include "models/proto/file_store.h"

#include <string.h>

#include "sim/base/hash.h"

struct stored {
    struct stored *next; /* of the same hash */
    struct str name, bytes;
    bool removed;
};

static uint64_t hash_of(struct str name)
{
    return hash_bytes(0, name.p, name.n);
}

static struct stored *find(const struct file_store *s, struct str name)
{
    struct stored *f = map_get(&s->files, hash_of(name));
    while (f && !str_eq(f->name, name))
        f = f->next;
    return f;
}

void file_store_put(struct file_store *s, struct str name, struct str bytes)
{
    struct stored *f = find(s, name);
    if (!f) {
        struct arena *a = sim_arena(s->node->sim);
        f = ARENA_NEW(a, struct stored);
        f->name = (struct str){arena_strdup(a, name), name.n};
        f->next = map_get(&s->files, hash_of(name));
        map_put(&s->files, hash_of(name), f);
    }
    f->bytes = bytes;
    f->removed = false;
}

void file_store_remove(struct file_store *s, struct str name)
{
    struct stored *f = find(s, name);
    if (f)
        f->removed = true;
}

bool file_store_get(const struct file_store *s, struct str name, struct str *bytes)
{
    const struct stored *f = find(s, name);
    if (!f || f->removed)
        return false;
    *bytes = f->bytes;
    return true;
}

size_t file_store_count(const struct file_store *s)
{
    struct map_slot *slot;
    size_t n = 0;
    for (uint32_t i = 0; map_next(&s->files, &i, &slot);) {
        for (const struct stored *f = slot->value; f; f = f->next)
            n += !f->removed;
    }
    return n;
}

struct str file_store_alias(struct str name)
{
    struct str tlv = STR(".tlv");
    if (name.n <= 3 + tlv.n || !str_eq((struct str){name.p + name.n - tlv.n, tlv.n}, tlv))
        return name;
    if (str_starts(name, STR("CTL")))
        return STR("CTLFile.tlv");
    return str_starts(name, STR("ITL")) ? STR("ITLFile.tlv") : name;
}

bool file_store_find(const struct file_store *s, struct str name, struct str *bytes, struct str *sought)
{
    *sought = name;
    if (file_store_get(s, name, bytes))
        return true;
    *sought = file_store_alias(name);
    return file_store_get(s, *sought, bytes);
}

/* --- the queue ------------------------------------------------------------------------------------ */

static struct file_job *first_job(struct file_store *s)
{
    return list_empty(&s->jobs) ? NULL : LIST_ENTRY(s->jobs.next, struct file_job, in_store);
}

static void arm_work(struct file_store *s)
{
    struct file_job *j = first_job(s);
    if (!j)
        return;
    uint64_t was = bus_swap_cause(s->node->sim, j->cause);
    bus_set_flow(s->node->sim, j->flow);
    tmr_arm(&s->work, dist_draw(&s->config->service_time, s->rng));
    bus_swap_cause(s->node->sim, was);
}

static void take_out(struct file_store *s, struct file_job *j)
{
    list_remove(&j->in_store);
    j->waiting = false;
    s->job_count--;
}

static void on_work(void *owner)
{
    struct file_store *s = owner;
    struct file_job *j = first_job(s);
    take_out(s, j);
    arm_work(s);
    bus_set_flow(s->node->sim, j->flow);
    j->run(j->arg);
}

bool file_store_wait(struct file_store *s, struct file_job *j, void (*run)(void *arg), void *arg)
{
    ASSERT(!j->waiting);
    if (s->job_count == (uint32_t)s->config->queue)
        return false;
    j->run = run;
    j->arg = arg;
    j->cause = bus_cause(s->node->sim);
    j->flow = bus_current_flow(s->node->sim);
    j->waiting = true;
    list_append(&s->jobs, &j->in_store);
    if (s->job_count++ == 0)
        arm_work(s);
    return true;
}

void file_store_leave(struct file_store *s, struct file_job *j)
{
    if (!j->waiting)
        return;
    bool first = first_job(s) == j;
    take_out(s, j);
    if (!first)
        return;
    tmr_disarm(&s->work);
    arm_work(s);
}

void file_store_init(struct file_store *s, struct node *n, const struct file_service_config *c)
{
    *s = (struct file_store){.node = n, .config = c};
    map_init(&s->files, sim_arena(n->sim));
    list_init(&s->jobs);
    s->rng = node_stream(n, "tftp/service-time");
    tmr_init(&s->work, n->sim, n->id, "tftp.work", s, on_work);
}
