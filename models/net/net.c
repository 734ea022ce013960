/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.c: making nodes and ports from schemas, and starting them. */
#include "models/net/net.h"

#include <string.h>

#include "models/net/net_state.h"
#include "models/wire/addr.h"
#include "sim/base/hash.h"
#include "sim/kernel/measure.h"

struct net *net_new(struct sim *s, const struct model *const *models, size_t model_count)
{
    struct net *n = ARENA_NEW(sim_arena(s), struct net);
    n->sim = s;
    n->models = models;
    n->model_count = model_count;
    map_init(&n->by_name, sim_arena(s));
    map_init(&n->by_mac, sim_arena(s));
    map_init(&n->by_address, sim_arena(s));
    map_init(&n->values, sim_arena(s));
    list_init(&n->watches);
    map_init(&n->watched_ports, sim_arena(s));
    net_init_frames(n);
    net_init_flights(n);
    return n;
}

struct sim *net_sim(struct net *n)
{
    return n->sim;
}

struct net_books net_books(const struct net *n)
{
    return n->books;
}

void net_balance(struct net *n)
{
    net_ended(n);
    struct net_books b = net_books(n);
    ASSERT(b.sent == b.delivered + b.dropped + b.in_flight);
    measure_set(n->sim, MEASURE_FRAMES_SENT, (int64_t)b.sent);
    measure_set(n->sim, MEASURE_FRAMES_DELIVERED, (int64_t)b.delivered);
    measure_set(n->sim, MEASURE_FRAMES_DROPPED, (int64_t)b.dropped);
    measure_from(n->sim, MEASURE_FRAMES_DROPPED, n->first_drop);
    measure_set(n->sim, MEASURE_FRAMES_IN_FLIGHT, (int64_t)b.in_flight);
}

const struct model *net_model(const struct net *n, struct str name)
{
    for (size_t i = 0; i < n->model_count; i++) {
        if (str_eq(name, str_of(n->models[i]->name)))
            return n->models[i];
    }
    return NULL;
}

/* --- nodes --------------------------------------------------------------------------------------- */

static bool good_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && c != '-' && c != '_' && c != '.')
            return false;
    }
    return name.n > 0 && name.n <= 64;
}

static bool check_new_node(struct net *n, struct str model, struct str name, struct err *e)
{
    if (!good_name(name))
        return err_set(e, "'%.*s' is no node name (letters, digits, '-', '_', '.', at most 64)",
                       (int)(name.n < 80 ? name.n : 80), name.p);
    if (net_find_node(n, name))
        return err_set(e, "node '%.*s' is there twice", STR_ARG(name));
    if (net_model(n, model))
        return true;
    const char *names[64];
    size_t count = 0;
    for (; count < n->model_count && count < 64; count++)
        names[count] = n->models[count]->name;
    const char *near = str_nearest(model, names, count);
    return err_set(e, "node '%.*s': there is no model '%.*s'%s%s%s", STR_ARG(name), STR_ARG(model),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void start_node(struct event *ev)
{
    struct node *node = (struct node *)(void *)((char *)ev - offsetof(struct node, start_ev));
    node->model->start(node);
}

static void keep_node(struct net *n, struct node *node)
{
    if (n->node_count == n->node_cap) {
        struct node **old = n->nodes;
        n->node_cap = n->node_cap ? n->node_cap * 2 : 8;
        n->nodes = ARENA_ARRAY(sim_arena(n->sim), struct node *, n->node_cap);
        if (old)
            memcpy(n->nodes, old, n->node_count * sizeof *old);
    }
    n->nodes[n->node_count++] = node;
    map_put(&n->by_name, hash_cstr(0, node->name), node);
}

static bool take_address(struct net *n, struct node *node, const struct param_def *d,
                         struct param_value v, struct err *e)
{
    bool mac = d->type == PARAM_MAC && strcmp(d->name, "mac") == 0;
    bool address = d->type == PARAM_IP4 && strcmp(d->name, "address") == 0;
    if ((!mac && !address) || !v.given || v.i == 0)
        return true;
    struct map *taken = mac ? &n->by_mac : &n->by_address;
    const struct node *other = map_get(taken, (uint64_t)v.i);
    char text[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    param_text(&t, d, &v);
    if (other)
        return err_set(e, "%s: %s %s is that of '%s' already", node->name, mac ? "MAC address" : "address", text,
                       other->name);
    map_put(taken, (uint64_t)v.i, node);
    return true;
}

/* Two hosts with one address answer each other's ARP: never what a configuration means. */
static bool take_addresses(struct net *n, struct node *node, struct err *e)
{
    for (size_t i = 0; node->model->params && node->model->params[i].name; i++) {
        if (!take_address(n, node, &node->model->params[i], node_value(node, i), e))
            return false;
    }
    return true;
}

bool net_add_node(struct net *n, struct str model_name, struct str name, const struct setting *settings,
                  size_t count, struct node **out, struct err *e)
{
    if (!check_new_node(n, model_name, name, e))
        return false;
    struct arena *a = sim_arena(n->sim);
    const struct model *m = net_model(n, model_name);
    struct node *node = ARENA_NEW(a, struct node);
    *node = (struct node){.net = n, .sim = n->sim, .model = m, .name = arena_strdup(a, name)};
    node->start_ev = (struct event){.fire = start_node, .label = "node.start", .rank = EV_TIMER};
    node->state = arena_alloc(a, m->state_size);
    node->values = ARENA_ARRAY(a, uint32_t, param_count(m->params) + 1);
    node->id = sim_node_add(n->sim, node->name, m->name);
    if (!settings_store(m->params, settings, count, node->state, node->values, n, node->name, e))
        return false;
    if (!take_addresses(n, node, e))
        return false;
    keep_node(n, node);
    *out = node;
    return !m->init || m->init(node, e) || err_wrap(e, "%s", node->name);
}

struct node *net_find_node(struct net *n, struct str name)
{
    struct node *node = map_get(&n->by_name, hash_bytes(0, name.p, name.n));
    return node && str_eq(name, str_of(node->name)) ? node : NULL;
}

size_t net_node_count(const struct net *n)
{
    return n->node_count;
}

struct node *net_node_at(const struct net *n, size_t index)
{
    ASSERT(index < n->node_count);
    return n->nodes[index];
}

bool net_start(struct net *n, struct err *e)
{
    for (size_t i = 0; i < n->node_count; i++) {
        struct node *node = n->nodes[i];
        if (node->model->ready && !node->model->ready(node, e))
            return err_wrap(e, "%s", node->name);
        if (node->model->start)
            sim_schedule(n->sim, &node->start_ev, TIME_ZERO);
    }
    return true;
}

static struct port *find_port(const struct node *n, struct str name)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        if (str_eq(name, str_of(n->ports[i]->name)))
            return n->ports[i];
    }
    return NULL;
}

static struct port *new_port(struct node *n, struct str name)
{
    struct arena *a = sim_arena(n->sim);
    if ((n->port_count & (n->port_count + 1)) == 0) { /* 0, 1, 3, 7 …: grow to 1, 3, 7, 15 … */
        struct port **old = n->ports;
        n->ports = ARENA_ARRAY(a, struct port *, n->port_count * 2 + 1);
        if (old)
            memcpy(n->ports, old, n->port_count * sizeof *old);
    }
    struct port *p = ARENA_NEW(a, struct port);
    *p = (struct port){.node = n, .name = arena_strdup(a, name), .index = n->port_count};
    if (n->model->port_config_size)
        p->config = arena_alloc(a, n->model->port_config_size);
    n->ports[n->port_count++] = p;
    return p;
}

bool node_port(struct node *n, struct str name, const struct setting *settings, size_t count,
               struct port **out, struct err *e)
{
    struct port *p = find_port(n, name);
    if (p && count)
        return err_set(e, "port '%s:%s' is configured twice", n->name, p->name);
    *out = p;
    if (p)
        return true;
    if (name.n == 0 || name.n > 64)
        return err_set(e, "node '%s': a port needs a name of 1 to 64 characters", n->name);
    p = new_port(n, name);
    char owner[192];
    struct txtbuf t = txtbuf_of(owner, sizeof owner);
    txtbuf_add(&t, "%s:%s", n->name, p->name);
    *out = p;
    return settings_store(n->model->port_params, settings, count, p->config, NULL, n->net, owner, e);
}

/* --- what models ask about themselves ------------------------------------------------------------- */

static size_t param_index(const struct node *n, const char *param)
{
    size_t i = 0;
    while (n->model->params[i].name && strcmp(n->model->params[i].name, param) != 0)
        i++;
    ASSERT(n->model->params[i].name != NULL);
    return i;
}

struct param_value node_value(const struct node *n, size_t index)
{
    return kept_value(n->net, n->values[index]);
}

struct param_value node_param(const struct node *n, const char *param)
{
    return node_value(n, param_index(n, param));
}

uint64_t node_limit(struct node *n, const char *param)
{
    size_t i = param_index(n, param);
    if (!n->limit_records)
        n->limit_records = ARENA_ARRAY(sim_arena(n->sim), uint64_t, param_count(n->model->params));
    if (n->limit_records[i])
        return n->limit_records[i];
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct param_value value = node_value(n, i);
    param_text(&t, &n->model->params[i], &value);
    struct val v[] = {V_TEXT(param), V_TEXT(text)};
    struct rec r = {.kind = REC_NOTE, .node = n->id, .note = {"parameter", {"{} = {}", v, 2}}};
    n->limit_records[i] = bus_publish_root(n->sim, &r);
    return n->limit_records[i];
}

void node_fill_default(struct node *n, const char *param, struct sim_dur d, struct sim_dur *field)
{
    size_t i = param_index(n, param);
    if (node_value(n, i).given)
        return;
    struct param_value v = {.type = PARAM_DUR, .i = d.ns, .law = dist_const(d), .given = true};
    n->values[i] = keep_value(n->net, &n->model->params[i], &v);
    *field = d;
}

static const char *stream_name(const struct node *n, const char *what, struct txtbuf *t)
{
    txtbuf_add(t, "%s/%s", n->name, what);
    return t->p;
}

struct rng *node_stream(struct node *n, const char *what)
{
    char name[256];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    return sim_stream(n->sim, stream_name(n, what, &t));
}

struct rng node_dice(struct node *n, const char *what)
{
    char name[256];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    struct rng r;
    rng_seed(&r, sim_seed(n->sim), stream_name(n, what, &t));
    r.name = what; /* the whole name goes with this call */
    return r;
}

struct mac port_made_up_mac(const struct port *p)
{
    uint64_t h = hash_cstr(hash_cstr(0, p->node->name), p->name);
    return mac_of_u64((h & 0xffffffffff) | 0x020000000000);
}
