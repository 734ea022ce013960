/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame.c: frames come from pools of four sizes; a sealed frame goes back when its last reference ends. */
#include "models/net/frame.h"

#include "models/net/net_state.h"
#include "sim/base/hash.h"

#define FRAMES_ALIVE_MAX 4000000

static const uint16_t class_bytes[FRAME_CLASSES] = {128, 512, 2048, FRAME_BYTES_MAX};

const char *const drop_names[DROP_COUNT] = {
#define DROP(NAME, text, doc) text,
#include "models/net/drop.def"
#undef DROP
};

const char *const drop_docs[DROP_COUNT] = {
#define DROP(NAME, text, doc) doc,
#include "models/net/drop.def"
#undef DROP
};

void net_init_frames(struct net *n)
{
    static const char *const names[FRAME_CLASSES] = {"frames of 128 B", "frames of 512 B",
                                                     "frames of 2048 B", "frames of 9216 B"};
    for (int i = 0; i < FRAME_CLASSES; i++)
        pool_init(&n->frames[i], sim_arena(n->sim), names[i], sizeof(struct frame) + class_bytes[i],
                  FRAMES_ALIVE_MAX);
}

struct frame *frame_new(struct net *n, size_t cap_bytes)
{
    uint8_t c = 0;
    while (c < FRAME_CLASSES && class_bytes[c] < cap_bytes)
        c++;
    ASSERT(c < FRAME_CLASSES);
    struct frame *f = pool_get_raw(&n->frames[c]);
    *f = (struct frame){.refs = 1, .cap = class_bytes[c], .size_class = c};
    return f;
}

const struct frame *frame_seal(struct net *n, struct frame *f, size_t len)
{
    ASSERT(f->id == 0 && len <= f->cap);
    f->len = (uint16_t)len;
    f->id = ++n->frame_ids;
    if (f->flow == 0)
        f->flow = bus_current_flow(n->sim);
    sim_fold(n->sim, hash_bytes(f->id, f->bytes, len));
    return f;
}

const struct frame *frame_ref(const struct frame *f)
{
    ((struct frame *)(uintptr_t)f)->refs++; /* the count is the one thing a sealed frame changes */
    return f;
}

void frame_unref(struct net *n, const struct frame *sealed)
{
    struct frame *f = (struct frame *)(uintptr_t)sealed;
    ASSERT(f->refs > 0);
    if (--f->refs == 0)
        pool_put(&n->frames[f->size_class], f);
}

uint64_t frame_drop(struct port *in, const struct frame *f, enum drop_reason why)
{
    struct net *n = in->node->net;
    ASSERT(!n->arrival_dropped);
    n->arrival_dropped = true;
    struct rec r = {.kind = REC_DROP, .node = in->node->id, .port = in->index, .flow = f->flow};
    r.bytes = str_of_bytes(f->bytes, f->len);
    r.drop = (struct rec_drop){f->id, in->name, drop_names[why], f->len};
    uint64_t record = bus_publish(n->sim, &r);
    n->first_drop = n->first_drop ? n->first_drop : record;
    return record;
}
