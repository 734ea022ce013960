/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_kit.h: a run made by hand, record by record, for the readers: no file, no simulation. */
#ifndef TESTS_UNIT_VIEW_KIT_H
#define TESTS_UNIT_VIEW_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/view/why.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

struct kit {
    struct view_run run;
    int64_t now_ns, flow; /* of the next records */
};

static inline void kit_init(struct kit *k, size_t capacity)
{
    static struct view_node nodes[] = {{"scenario", "scenario"}, {"phone", "phone"}, {"access", "switch"},
                                       {"cucm", "cucm"}};
    struct arena *a = arena_new("kit", (size_t)1 << 24);
    *k = (struct kit){.run = {.arena = a,
                              .folder = "here",
                              .records = ARENA_ARRAY(a, struct view_record, capacity),
                              .capacity = capacity,
                              .because = ARENA_ARRAY(a, struct view_because, capacity),
                              .because_capacity = capacity,
                              .nodes = nodes,
                              .node_count = 4}};
}

static inline void kit_free(struct kit *k)
{
    arena_free(k->run.arena);
}

static inline struct view_record *kit_at(struct kit *k, int64_t id)
{
    return &k->run.records[(size_t)(id - 1) % k->run.capacity];
}

static inline int64_t kit_add(struct kit *k, const char *kind, int node, int64_t cause, const char *text,
                              const char *fields)
{
    int64_t id = (int64_t)++k->run.count;
    *kit_at(k, id) = (struct view_record){.id = id, .t_ns = k->now_ns, .cause = cause, .flow = k->flow,
                                          .node = node, .kind = kind, .text = text, .fields = fields};
    return id;
}

static inline void kit_because(struct kit *k, int64_t record, int64_t of, enum view_role role)
{
    view_add_because(&k->run, kit_at(k, record), of, role);
}

/* A keepalive: its NOTE, the frame, and the switch that receives it. Returns the frame's last record. */
static inline int64_t kit_keepalive(struct kit *k, int64_t flow, int64_t cause, const char *note,
                                    const char *frame)
{
    k->flow = flow;
    int64_t said = kit_add(k, "NOTE", 1, cause, note, "{\"topic\":\"sip\"}");
    int64_t sent = kit_add(k, "FRAME_TX", 1, said, frame, "{\"frame\":1,\"port\":\"net\",\"copy\":0}");
    return kit_add(k, "FRAME_RX", 2, sent, frame, "{\"frame\":1,\"port\":\"1\"}");
}

static inline int64_t kit_drop(struct kit *k, int64_t cause, const char *text)
{
    return kit_add(k, "DROP", 2, cause, text, "{\"frame\":1,\"port\":\"1\",\"reason\":\"gone\"}");
}

static inline bool kit_says(const struct why *w, const char *words)
{
    for (int i = 0; i < w->step_count; i++) {
        if (strstr(w->steps[i].text, words))
            return true;
    }
    return false;
}

#endif
