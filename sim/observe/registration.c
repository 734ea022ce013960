/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registration.c: from facts to the measures of registration.
 *
 * Bindings are what the CUCM nodes say (STATE machine "registrar", key = device, node = the CUCM);
 * where a phone thinks it is registered is what the phone says (STATE machine "registration", key =
 * device, event "registered-at-N", N = place in its group). A phone is registered while some CUCM
 * holds a binding of it; its newest binding is the one it was last told of. All is counted in
 * integer ns, phone by phone in the order in which they first appear, so no hash order can reach a
 * result. A phone that is powered anew before it ever registered counts from the last time it was
 * powered. */
#include "sim/observe/sink.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/map.h"

#define NEVER INT64_MIN
#define NOWHERE (-1)

/* What is remembered of a kind of event is the record of the first. */
enum first { FIRST_COUNTED, FIRST_ALARM, FIRST_FAILOVER, FIRST_FALLBACK, FIRST_UNBOUND, FIRST_COUNT };

struct binding {
    struct binding *next;
    uint16_t node;
    bool held;
};

struct device {
    const char *name;
    struct binding *bindings;                        /* one for each CUCM node that ever held one */
    uint32_t held;                                   /* of them */
    int64_t power_ns, first_ns, first_unregister_ns; /* NEVER */
    uint64_t first_record, first_unregister_record;
    int64_t since_ns;                                /* counted so far */
    int64_t newest;                                  /* place in the group, or NOWHERE */
};

struct registration {
    struct sink sink;
    /* configuration */
    struct arena *arena;
    int64_t begin_ns;
    /* state */
    struct map devices;
    /* counters */
    uint32_t device_count;
    int64_t unregister_count, unregister_alarms, failovers, fallbacks;
    int64_t unregistered_ns, secondary_ns;
    uint64_t first[FIRST_COUNT]; /* records */
};

static void note_first(struct registration *g, enum first which, const struct rec *r)
{
    if (!g->first[which])
        g->first[which] = (uint64_t)r->id;
}

static struct registration *of(struct sink *k)
{
    return (struct registration *)(void *)k;
}

static struct device *device_of(struct registration *g, const char *name)
{
    uint64_t key = hash_cstr(0, name);
    struct device *d = map_get(&g->devices, key);
    if (d)
        return d;
    d = ARENA_NEW(g->arena, struct device);
    *d = (struct device){.name = arena_strdup(g->arena, str_of(name)),
                         .power_ns = g->begin_ns,
                         .first_ns = NEVER,
                         .first_unregister_ns = NEVER,
                         .since_ns = g->begin_ns,
                         .newest = NOWHERE};
    map_put(&g->devices, key, d);
    g->device_count++;
    return d;
}

/* Settles the time up to now under what held until now; to be called before anything changes. */
static void settle(struct registration *g, struct device *d, int64_t now_ns)
{
    int64_t span = now_ns - d->since_ns;
    d->since_ns = now_ns;
    if (d->first_ns == NEVER)
        return;
    if (d->held == 0)
        g->unregistered_ns += span;
    else if (d->newest > 0)
        g->secondary_ns += span;
}

/* --- what CUCM says ------------------------------------------------------------------------- */

static struct binding *binding_at(struct registration *g, struct device *d, uint16_t node)
{
    for (struct binding *b = d->bindings; b; b = b->next) {
        if (b->node == node)
            return b;
    }
    struct binding *b = ARENA_NEW(g->arena, struct binding);
    *b = (struct binding){.next = d->bindings, .node = node};
    d->bindings = b;
    return b;
}

static void on_registrar(struct registration *g, const struct rec *r)
{
    struct device *d = device_of(g, r->state.key);
    struct binding *b = binding_at(g, d, r->node);
    bool held = strcmp(r->state.to, "registered") == 0;
    if (held == b->held)
        return;
    settle(g, d, r->at.ns);
    b->held = held;
    d->held += held ? 1u : -1u;
    if (d->held == 0)
        note_first(g, FIRST_UNBOUND, r);
}

static bool is_bound_elsewhere(const struct device *d, uint16_t node)
{
    for (const struct binding *b = d->bindings; b; b = b->next) {
        if (b->held && b->node != node)
            return true;
    }
    return false;
}

/* Ends that somebody wanted: DeviceInitiatedReset, CallManagerReset, DeviceUnregistered,
 * FallbackInitiated. */
static bool is_wanted(uint64_t reason)
{
    return reason == 8 || reason == 9 || reason == 10 || reason == 28;
}

static void on_alarm(struct registration *g, const struct rec *r)
{
    if (strcmp(r->alarm.name, "EndPointUnregistered") != 0)
        return;
    struct device *d = device_of(g, r->alarm.device);
    g->unregister_alarms++;
    note_first(g, FIRST_ALARM, r);
    if (is_wanted(r->alarm.reason) || is_bound_elsewhere(d, r->node))
        return;
    g->unregister_count++;
    note_first(g, FIRST_COUNTED, r);
    if (d->first_ns == NEVER || d->first_unregister_ns != NEVER)
        return;
    d->first_unregister_ns = r->at.ns - d->first_ns;
    d->first_unregister_record = (uint64_t)r->id;
}

/* --- what the phone says -------------------------------------------------------------------- */

static bool parse_place(const char *event, int64_t *out)
{
    struct str s = str_of(event), prefix = STR("registered-at-");
    uint64_t n;
    if (!str_starts(s, prefix) ||
        !str_u64((struct str){s.p + prefix.n, s.n - prefix.n}, INT64_MAX, &n))
        return false;
    *out = (int64_t)n;
    return true;
}

static void on_registration(struct registration *g, const struct rec *r)
{
    int64_t place;
    if (strcmp(r->state.to, "registered") != 0 || !parse_place(r->state.event, &place))
        return; /* on its way, or still where it was after a fallback that failed */
    struct device *d = device_of(g, r->state.key);
    settle(g, d, r->at.ns);
    if (d->first_ns == NEVER) {
        d->first_ns = r->at.ns;
        d->first_record = (uint64_t)r->id;
    }
    bool over = d->newest != NOWHERE && place > d->newest, back = place < d->newest;
    g->failovers += over;
    g->fallbacks += back;
    if (over || back)
        note_first(g, over ? FIRST_FAILOVER : FIRST_FALLBACK, r);
    d->newest = place;
}

static void on_power(struct registration *g, const struct rec *r)
{
    struct device *d = device_of(g, r->state.key);
    if (strcmp(r->state.to, "on") == 0 && d->first_ns == NEVER)
        d->power_ns = r->at.ns;
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct registration *g = of(k);
    if (r->kind == REC_ALARM)
        on_alarm(g, r);
    else if (strcmp(r->state.machine, "registrar") == 0)
        on_registrar(g, r);
    else if (strcmp(r->state.machine, "registration") == 0)
        on_registration(g, r);
    else if (strcmp(r->state.machine, "power") == 0)
        on_power(g, r);
}

/* --- measures ------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Nearest rank: the smallest of the sorted values that at least `percent` of them do not exceed. */
static int64_t percentile(const int64_t *sorted, uint32_t n, uint32_t percent)
{
    uint64_t rank = ((uint64_t)n * percent + 99) / 100;
    return sorted[rank ? rank - 1 : 0];
}

static void set_registration_times(struct registration *g, struct sim *s)
{
    int64_t *spans = ARENA_ARRAY(g->arena, int64_t, g->device_count + 1);
    struct map_slot *slot;
    uint32_t n = 0;
    __int128 sum = 0;
    const struct device *slowest = NULL;
    for (uint32_t i = 0; map_next(&g->devices, &i, &slot);) {
        const struct device *d = slot->value;
        if (d->first_ns == NEVER)
            continue;
        spans[n] = d->first_ns - d->power_ns;
        if (!slowest || spans[n] > slowest->first_ns - slowest->power_ns)
            slowest = d;
        sum += spans[n++];
    }
    if (n == 0)
        return;
    qsort(spans, n, sizeof *spans, by_size);
    measure_set(s, MEASURE_REGISTRATION_TIME, (int64_t)((sum + n / 2) / n));
    measure_set(s, MEASURE_REGISTRATION_TIME_P50, percentile(spans, n, 50));
    measure_set(s, MEASURE_REGISTRATION_TIME_P95, percentile(spans, n, 95));
    measure_set(s, MEASURE_REGISTRATION_TIME_MAX, spans[n - 1]);
    for (int m = MEASURE_REGISTRATION_TIME; m <= MEASURE_REGISTRATION_TIME_MAX; m++)
        measure_from(s, (enum measure_id)m, slowest->first_record);
}

static void set_first_unregister(const struct registration *g, struct sim *s)
{
    struct map_slot *slot;
    const struct device *least = NULL;
    for (uint32_t i = 0; map_next(&g->devices, &i, &slot);) {
        const struct device *d = slot->value;
        if (d->first_unregister_ns != NEVER &&
            (!least || d->first_unregister_ns < least->first_unregister_ns))
            least = d;
    }
    if (!least)
        return;
    measure_set(s, MEASURE_FIRST_UNREGISTER, least->first_unregister_ns);
    measure_from(s, MEASURE_FIRST_UNREGISTER, least->first_unregister_record);
}

/* The share in parts per billion of all the time looked at, over all phones. */
static void set_fraction(struct registration *g, struct sim *s)
{
    struct map_slot *slot;
    __int128 looked_at = 0;
    for (uint32_t i = 0; map_next(&g->devices, &i, &slot);) {
        struct device *d = slot->value;
        settle(g, d, sim_now(s).ns);
        if (d->first_ns != NEVER)
            looked_at += sim_now(s).ns - d->first_ns;
    }
    if (looked_at > 0)
        measure_set(s, MEASURE_REGISTERED_FRACTION,
                    (int64_t)((looked_at - g->unregistered_ns) * 1000000000 / looked_at));
}

void registration_finish(struct sink *k, struct sim *s)
{
    struct registration *g = of(k);
    set_fraction(g, s); /* settles every phone, so it comes first */
    set_first_unregister(g, s);
    set_registration_times(g, s);
    measure_set(s, MEASURE_UNREGISTER_COUNT, g->unregister_count);
    measure_set(s, MEASURE_UNREGISTER_ALARMS, g->unregister_alarms);
    measure_set(s, MEASURE_UNREGISTERED_TIME, g->unregistered_ns);
    measure_set(s, MEASURE_FAILOVER_COUNT, g->failovers);
    measure_set(s, MEASURE_FALLBACK_COUNT, g->fallbacks);
    measure_set(s, MEASURE_SECONDARY_TIME, g->secondary_ns);
    measure_from(s, MEASURE_UNREGISTER_COUNT, g->first[FIRST_COUNTED]);
    measure_from(s, MEASURE_UNREGISTER_ALARMS, g->first[FIRST_ALARM]);
    measure_from(s, MEASURE_UNREGISTERED_TIME, g->first[FIRST_UNBOUND]);
    measure_from(s, MEASURE_REGISTERED_FRACTION, g->first[FIRST_UNBOUND]);
    measure_from(s, MEASURE_FAILOVER_COUNT, g->first[FIRST_FAILOVER]);
    measure_from(s, MEASURE_FALLBACK_COUNT, g->first[FIRST_FALLBACK]);
    measure_from(s, MEASURE_SECONDARY_TIME, g->first[FIRST_FAILOVER]);
}

struct sink *registration_new(struct arena *a, struct sim *s)
{
    struct registration *g = ARENA_NEW(a, struct registration);
    g->sink = (struct sink){
        .name = "registration", .mask = REC_BIT(REC_STATE) | REC_BIT(REC_ALARM), .on = on_record};
    g->arena = a;
    g->begin_ns = sim_now(s).ns;
    map_init(&g->devices, a);
    return &g->sink;
}
