/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb_trace.c: what documented checks see of the run, kept in memory: alarms, states, drops, log
 * lines, faults, and the TCP segments, UDP datagrams and ARP packets at the captured ports. Generic over the field table of
 * records.def; texts are kept once. Lua tables are made only when a check asks for them. */
#include "lua/bind/lb.h"

#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/map.h"

#define FIELDS_MAX 6
#define ROWS_A_BLOCK 256
#define LINE_BYTES 6144 /* a SIP message of 4096 bytes and what a trace puts around it */
#define TRACED                                                                                     \
    (REC_BIT(REC_ALARM) | REC_BIT(REC_STATE) | REC_BIT(REC_DROP) | REC_BIT(REC_LOG) |              \
     REC_BIT(REC_NOTE) | REC_BIT(REC_FAULT) | REC_BIT(REC_UNEXPECTED))
#define FRAMES (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX))

union traced_field {
    uint64_t u;
    const char *text;
};

struct traced {
    int64_t id, at_ns;
    uint64_t cause, flow;
    uint16_t kind, node;
    union traced_field field[FIELDS_MAX];
};

struct traced_segment {
    const struct port *port;
    int64_t id; /* of its record */
    struct segment_row row;
    struct str text; /* the payload */
};

/* Items of one size in blocks, for the arena cannot give back. */
struct blocks {
    size_t item, count;
    void **block;
    size_t cap;
};

struct lb_trace {
    struct sink sink;
    struct scenario *sc;
    decode_fn *decode;
    struct map texts, payloads;
    struct blocks rows, segments;
};

static void *block_at(const struct blocks *b, size_t i)
{
    return (char *)b->block[i / ROWS_A_BLOCK] + i % ROWS_A_BLOCK * b->item;
}

static void *block_add(struct blocks *b, struct arena *a)
{
    size_t at = b->count++ / ROWS_A_BLOCK;
    if (at == b->cap) {
        void **old = b->block;
        b->cap = b->cap ? b->cap * 2 : 16;
        b->block = ARENA_ARRAY(a, void *, b->cap);
        if (old)
            memcpy(b->block, old, at * sizeof *old);
    }
    if (!b->block[at])
        b->block[at] = arena_alloc(a, b->item * ROWS_A_BLOCK);
    return block_at(b, b->count - 1);
}

static const char *keep_text(struct lb_trace *t, struct str text)
{
    uint64_t key = hash_bytes(0, text.p, text.n);
    const char *kept = map_get(&t->texts, key);
    if (kept && str_eq(text, str_of(kept)))
        return kept;
    char *copy = arena_strdup(t->sc->arena, text);
    map_put(&t->texts, key, copy);
    return copy;
}

/* What is sent again and again is kept once. */
static struct str keep_bytes(struct lb_trace *t, struct str bytes)
{
    uint64_t key = hash_bytes(0, bytes.p, bytes.n);
    struct str *kept = map_get(&t->payloads, key);
    if (!bytes.n)
        return STR_NONE;
    if (kept && str_eq(bytes, *kept))
        return *kept;
    kept = ARENA_NEW(t->sc->arena, struct str);
    *kept = (struct str){arena_strdup(t->sc->arena, bytes), bytes.n};
    map_put(&t->payloads, key, kept);
    return *kept;
}

static union traced_field keep_field(struct lb_trace *t, const struct rec *r,
                                     const struct rec_field *f)
{
    const void *at = (const char *)r + f->offset;
    char line[LINE_BYTES];
    struct txtbuf text = txtbuf_of(line, sizeof line);
    switch (f->type) {
    case REC_FIELD_u64:
        return (union traced_field){.u = *(const uint64_t *)at};
    case REC_FIELD_dur:
        return (union traced_field){.u = (uint64_t)((const struct sim_dur *)at)->ns};
    case REC_FIELD_text:
        return (union traced_field){.text = keep_text(t, str_of(*(const char *const *)at))};
    case REC_FIELD_args:
        rec_args_text(&text, at, t->sc->info.epoch_ns);
        return (union traced_field){.text = keep_text(t, txtbuf_view(&text))};
    }
    UNREACHABLE();
}

static const struct port *captured(const struct lb_trace *t, const struct rec *r)
{
    for (size_t i = 0; i < t->sc->capture_count; i++) {
        const struct port *p = t->sc->captures[i].port;
        if (p->node->id == r->node && p->index == r->port)
            return p;
    }
    return NULL;
}

static void keep_segment(struct lb_trace *t, const struct rec *r)
{
    const struct port *p = captured(t, r);
    struct segment_row row = {0};
    if (!p || !t->decode(r->bytes.p, r->bytes.n, &row))
        return;
    row.at = r->at;
    row.sent = r->kind == REC_FRAME_TX;
    row.copy = row.sent ? (uint32_t)r->frame_tx.copy : 0;
    struct traced_segment *s = block_add(&t->segments, t->sc->arena);
    *s = (struct traced_segment){p, r->id, row, keep_bytes(t, row.payload)};
}

static void on_record(struct sink *sink, const struct rec *r)
{
    struct lb_trace *t =
        (struct lb_trace *)(void *)((char *)sink - offsetof(struct lb_trace, sink));
    if (REC_BIT(r->kind) & FRAMES) {
        keep_segment(t, r);
        return;
    }
    const struct rec_info *info = &rec_infos[r->kind];
    struct traced *row = block_add(&t->rows, t->sc->arena);
    *row = (struct traced){r->id, r->at.ns, r->cause, r->flow, r->kind, r->node, {{0}}};
    ASSERT(info->field_count <= FIELDS_MAX);
    for (uint32_t i = 0; i < info->field_count; i++)
        row->field[i] = keep_field(t, r, &info->fields[i]);
}

struct sink *scenario_trace(struct scenario *sc, decode_fn *decode)
{
    ASSERT(sc->phase == LB_BUILT && !sc->trace);
    lua_rawgeti(sc->lua, LUA_REGISTRYINDEX, sc->root);
    bool any = lua_getfield(sc->lua, -1, "documented") == LUA_TTABLE && lua_rawlen(sc->lua, -1) > 0;
    lua_pop(sc->lua, 2);
    if (!any)
        return NULL;
    struct lb_trace *t = sc->trace = ARENA_NEW(sc->arena, struct lb_trace);
    *t = (struct lb_trace){.sc = sc, .decode = decode};
    t->sink = (struct sink){
        .name = "trace", .mask = TRACED | (sc->capture_count ? FRAMES : 0), .on = on_record};
    t->rows.item = sizeof(struct traced);
    t->segments.item = sizeof(struct traced_segment);
    map_init(&t->texts, sc->arena);
    map_init(&t->payloads, sc->arena);
    return &t->sink;
}

/* --- as Lua sees them ------------------------------------------------------------------------ */

static void set_int(lua_State *L, const char *key, uint64_t v)
{
    lua_pushinteger(L, (lua_Integer)v);
    lua_setfield(L, -2, key);
}

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void set_time(lua_State *L, int64_t ns)
{
    lua_pushnumber(L, (lua_Number)ns / 1e9);
    lua_setfield(L, -2, "t");
    set_int(L, "t_ns", (uint64_t)ns);
}

static void push_row(lua_State *L, const struct traced *r)
{
    const struct rec_info *info = &rec_infos[r->kind];
    lua_createtable(L, 0, 12);
    set_time(L, r->at_ns);
    set_int(L, "id", (uint64_t)r->id);
    set_int(L, "cause", r->cause);
    set_int(L, "flow", r->flow);
    set_text(L, "kind", info->name);
    set_text(L, "node", sim_node_name(net_sim(lb_scenario(L)->net), r->node));
    for (uint32_t i = 0; i < info->field_count; i++) {
        bool text =
            info->fields[i].type == REC_FIELD_text || info->fields[i].type == REC_FIELD_args;
        if (text)
            set_text(L, info->fields[i].name, r->field[i].text);
        else
            set_int(L, info->fields[i].name, r->field[i].u);
    }
}

/* host.records(kind or nil, node or nil): a list, in order of time */
int lb_records(lua_State *L)
{
    struct scenario *sc = lb_scenario(L);
    struct str kind = str_of(luaL_optstring(L, 1, NULL)), node = str_of(luaL_optstring(L, 2, NULL));
    lua_Integer n = 0;
    lua_newtable(L);
    for (size_t i = 0; i < sc->trace->rows.count; i++) {
        const struct traced *r = block_at(&sc->trace->rows, i);
        const char *name = sim_node_name(net_sim(sc->net), r->node);
        if ((kind.n && !str_eq(kind, str_of(rec_infos[r->kind].name))) ||
            (node.n && !str_eq(node, str_of(name))))
            continue;
        push_row(L, r);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

static void set_ip4(lua_State *L, const char *key, uint32_t a)
{
    char text[24];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
    set_text(L, key, text);
}

static void set_mac(lua_State *L, const char *key, uint64_t mac)
{
    char text[24];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    for (int i = 40; i >= 0; i -= 8)
        txtbuf_add(&t, i ? "%02x:" : "%02x", (unsigned)(mac >> i & 255));
    set_text(L, key, text);
}

static void set_peer(lua_State *L, const struct segment_row *s)
{
    set_ip4(L, "peer", s->sent ? s->dst : s->src);
    set_int(L, "peer_port", s->sent ? s->dst_port : s->src_port);
    set_int(L, "local_port", s->sent ? s->src_port : s->dst_port);
}

static void push_packet(lua_State *L, const struct traced_segment *t, const struct host_clock *clock)
{
    const struct segment_row *s = &t->row;
    lua_createtable(L, 0, 20);
    set_time(L, s->at.ns);
    set_int(L, "id", (uint64_t)t->id);
    set_int(L, "clock_ns", (uint64_t)host_clock_ns(clock, s->at.ns));
    lua_pushboolean(L, s->sent);
    lua_setfield(L, -2, "sent");
    set_peer(L, s);
    set_int(L, "len", s->len);
    set_text(L, "info", s->info);
    lua_pushlstring(L, t->text.n ? t->text.p : "", t->text.n);
    lua_setfield(L, -2, "text");
    if (s->datagram)
        return;
    set_text(L, "flags", s->flags);
    set_int(L, "seq", s->seq);
    set_int(L, "ack", s->ack);
    set_int(L, "window", s->window);
    set_int(L, "copy", s->copy);
}

static void push_arp(lua_State *L, const struct traced_segment *t, const struct host_clock *clock)
{
    const struct segment_row *s = &t->row;
    lua_createtable(L, 0, 10);
    set_time(L, s->at.ns);
    set_int(L, "clock_ns", (uint64_t)host_clock_ns(clock, s->at.ns));
    lua_pushboolean(L, s->sent);
    lua_setfield(L, -2, "sent");
    set_text(L, "op", s->arp_reply ? "reply" : "request");
    set_ip4(L, "sender", s->src);
    set_ip4(L, "target", s->dst);
    set_mac(L, "sender_mac", s->sender_mac);
}

enum packets { SEGMENTS, DATAGRAMS, ARPS };

static enum packets kind_of(const struct segment_row *s)
{
    return s->arp ? ARPS : s->datagram ? DATAGRAMS : SEGMENTS;
}

static int push_packets(lua_State *L, enum packets kind)
{
    struct scenario *sc = lb_scenario(L);
    const struct port *p = lb_check_port(L, 1);
    lua_Integer n = 0;
    const struct host_clock *clock = NULL;
    for (size_t i = 0; i < sc->capture_count && !clock; i++)
        clock = sc->captures[i].port == p ? &sc->captures[i].clock : NULL;
    if (!clock)
        return luaL_error(L, "port '%s' is not captured: net:capture() names the ports that are",
                          lua_tostring(L, 1));
    lua_newtable(L);
    for (size_t i = 0; i < sc->trace->segments.count; i++) {
        const struct traced_segment *s = block_at(&sc->trace->segments, i);
        if (s->port != p || kind_of(&s->row) != kind)
            continue;
        if (kind == ARPS)
            push_arp(L, s, clock);
        else
            push_packet(L, s, clock);
        set_mac(L, "from_mac", s->row.from_mac);
        set_mac(L, "to_mac", s->row.to_mac);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

/* host.segments(port), host.datagrams(port), host.arps(port): those of one captured port, in order of time */
int lb_segments(lua_State *L)
{
    return push_packets(L, SEGMENTS);
}

int lb_datagrams(lua_State *L)
{
    return push_packets(L, DATAGRAMS);
}

int lb_arps(lua_State *L)
{
    return push_packets(L, ARPS);
}

/* host.captures(): the captured ports, as "node:port" */
int lb_captures(lua_State *L)
{
    const struct scenario *sc = lb_scenario(L);
    lua_createtable(L, (int)sc->capture_count, 0);
    for (size_t i = 0; i < sc->capture_count; i++) {
        const struct port *p = sc->captures[i].port;
        lua_pushfstring(L, "%s:%s", p->node->name, p->name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}
