/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recent.c: see recent.h. Of frames only the numbers are kept, and the text of those that a node sent of
 * its own accord, for they name a message; everything else has text and fields as run.db would have. */
#include "lua/cli/recent.h"

#include <string.h>

#include "models/wire/wire_frame.h"
#include "sim/observe/rec_text.h"

#define FACTS_KEPT ((size_t)1 << 15)
#define BECAUSE_KEPT ((size_t)1 << 15)
#define AFTER_STOP 1024
#define WORDS_BYTES 512

struct words {
    char text[WORDS_BYTES / 2], fields[WORDS_BYTES / 2];
};

struct recent {
    struct sink sink;
    struct arena *arena;
    const struct sim *sim;
    struct view_run run;
    struct words *words; /* of the records, place by place */
    struct view_record *pinned;
    size_t pinned_room;
    size_t last; /* no later record is taken */
};

static struct recent *of(struct sink *k)
{
    return (struct recent *)(void *)k;
}

static void pin(struct recent *k, const struct view_record *x)
{
    if (k->run.pinned_count == k->pinned_room) {
        size_t room = k->pinned_room ? 2 * k->pinned_room : 16;
        struct view_record *more = ARENA_ARRAY(k->arena, struct view_record, room);
        if (k->pinned_room)
            memcpy(more, k->pinned, k->pinned_room * sizeof *more);
        k->run.pinned = k->pinned = more;
        k->pinned_room = room;
    }
    struct view_record *kept = &k->pinned[k->run.pinned_count++];
    *kept = *x;
    kept->text = arena_strdup(k->arena, str_of(x->text));
    kept->fields = arena_strdup(k->arena, str_of(x->fields));
}

/* A sending that no frame caused: a node's own. */
static bool is_own(const struct recent *k, const struct rec *r)
{
    return r->kind == REC_FRAME_TX && !view_is_frame(view_record(&k->run, (int64_t)r->cause));
}

static void add_words(struct recent *k, const struct rec *r, struct view_record *x, struct words *w)
{
    int64_t epoch_ns = sim_epoch_ns(k->sim);
    bool frame = r->kind == REC_FRAME_TX || r->kind == REC_FRAME_RX;
    x->text = "";
    x->fields = r->kind == REC_FRAME_TX && r->frame_tx.copy == 0 ? "{\"copy\":0}" : "{}";
    if (r->kind == REC_LOG || (frame && !is_own(k, r)))
        return;
    struct txtbuf t = txtbuf_of(w->text, sizeof w->text);
    rec_sentence(&t, r, wire_frame_line, epoch_ns);
    x->text = w->text;
    if (frame)
        return;
    t = txtbuf_of(w->fields, sizeof w->fields);
    rec_fields_json(&t, r, epoch_ns);
    x->fields = w->fields;
}

static void on_record(struct sink *s, const struct rec *r)
{
    struct recent *k = of(s);
    if ((size_t)r->id > k->last)
        return;
    size_t place = (size_t)(r->id - 1) % FACTS_KEPT;
    struct view_record *x = &k->run.records[place];
    k->run.count = (size_t)r->id;
    *x = (struct view_record){.id = r->id,
                              .t_ns = r->at.ns,
                              .cause = (int64_t)r->cause,
                              .flow = (int64_t)r->flow,
                              .node = r->node,
                              .kind = rec_infos[r->kind].name};
    add_words(k, r, x, &k->words[place]);
    if (r->kind == REC_NOTE && strcmp(r->note.topic, "parameter") == 0)
        pin(k, x);
}

static void on_because(struct sink *s, uint64_t record, uint64_t of_record, enum because_role role)
{
    static const enum view_role roles[] = {[BECAUSE_AWAITED] = VIEW_AWAITED,
                                           [BECAUSE_STATE] = VIEW_STATE,
                                           [BECAUSE_LIMIT] = VIEW_LIMIT};
    struct recent *k = of(s);
    struct view_record *x = &k->run.records[(size_t)(record - 1) % FACTS_KEPT];
    if (x->id == (int64_t)record)
        view_add_because(&k->run, x, (int64_t)of_record, roles[role]);
}

struct recent *recent_new(struct arena *a, const struct sim *s)
{
    struct recent *k = ARENA_NEW(a, struct recent);
    *k = (struct recent){
        .sink = {.name = "recent", .on = on_record, .because = on_because},
        .arena = a,
        .sim = s,
        .words = ARENA_ARRAY(a, struct words, FACTS_KEPT),
        .last = SIZE_MAX,
        .run = {.arena = a,
                .folder = "",
                .scenario = "",
                .status = "",
                .records = ARENA_ARRAY(a, struct view_record, FACTS_KEPT),
                .capacity = FACTS_KEPT,
                .because = ARENA_ARRAY(a, struct view_because, BECAUSE_KEPT),
                .because_capacity = BECAUSE_KEPT},
    };
    for (int kind = 0; kind < REC_COUNT; kind++)
        k->sink.mask |= rec_infos[kind].fact ? REC_BIT(kind) : 0;
    return k;
}

struct sink *recent_sink(struct recent *k)
{
    return &k->sink;
}

void recent_stop(struct recent *k)
{
    if (k->last == SIZE_MAX)
        k->last = k->run.count + AFTER_STOP;
}

const struct view_run *recent_run(struct recent *k, int64_t origin_ns)
{
    k->run.origin_ns = origin_ns;
    if (k->run.node_count)
        return &k->run;
    k->run.node_count = sim_node_count(k->sim);
    k->run.nodes = ARENA_ARRAY(k->arena, struct view_node, (size_t)k->run.node_count + 1);
    for (uint16_t i = 0; i < k->run.node_count; i++)
        k->run.nodes[i] = (struct view_node){sim_node_name(k->sim, i), sim_node_model(k->sim, i)};
    return &k->run;
}
