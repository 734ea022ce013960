/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_run.c: see view_run.h. */
#include "sim/view/view_run.h"

#include <string.h>

const struct view_record *view_record(const struct view_run *r, int64_t id)
{
    if (id < 1 || (size_t)id > r->count)
        return NULL;
    const struct view_record *x = &r->records[(size_t)(id - 1) % r->capacity];
    if (x->id == id)
        return x;
    for (size_t i = 0; i < r->pinned_count; i++) {
        if (r->pinned[i].id == id)
            return &r->pinned[i];
    }
    return NULL;
}

int64_t view_oldest(const struct view_run *r)
{
    return r->count > r->capacity ? (int64_t)(r->count - r->capacity) + 1 : 1;
}

/* --- further causes ----------------------------------------------------------------------------------- */

/* A place may have been taken over by a later record, when the ring of causes is the shorter one. */
static struct view_because *at(const struct view_run *r, uint32_t place, int64_t record)
{
    struct view_because *b = place ? &r->because[place - 1] : NULL;
    return b && b->record == record ? b : NULL;
}

void view_add_because(struct view_run *r, struct view_record *x, int64_t of, enum view_role role)
{
    uint32_t place = (uint32_t)(r->because_count++ % r->because_capacity);
    struct view_because *last = at(r, x->because, x->id);
    while (last && at(r, last->next, x->id))
        last = at(r, last->next, x->id);
    if (last)
        last->next = place + 1;
    else
        x->because = place + 1;
    r->because[place] = (struct view_because){x->id, of, role, 0};
}

const struct view_because *view_becauses(const struct view_run *r, const struct view_record *x)
{
    return x ? at(r, x->because, x->id) : NULL;
}

const struct view_because *view_next_because(const struct view_run *r, const struct view_because *b)
{
    return at(r, b->next, b->record);
}

const struct view_record *view_because(const struct view_run *r, const struct view_record *x,
                                       enum view_role role)
{
    for (const struct view_because *b = view_becauses(r, x); b; b = view_next_because(r, b)) {
        if (b->role == role)
            return view_record(r, b->of);
    }
    return NULL;
}

/* --- one record --------------------------------------------------------------------------------------- */

bool view_is(const struct view_record *x, const char *kind)
{
    return x && x->kind && strcmp(x->kind, kind) == 0;
}

bool view_is_frame(const struct view_record *x)
{
    return x && x->kind && strncmp(x->kind, "FRAME_", 6) == 0;
}

/* `fields` is one flat JSON object that the recorder wrote: strings and numbers only. */
struct str view_field(const struct view_record *x, const char *name, char *buf, size_t cap)
{
    char key[64];
    struct txtbuf k = txtbuf_of(key, sizeof key), out = txtbuf_of(buf, cap);
    txtbuf_add(&k, "\"%s\":", name);
    ptrdiff_t found = x ? str_find(str_of(x->fields), txtbuf_view(&k)) : -1;
    if (found < 0)
        return STR_NONE;
    const char *p = x->fields + found + k.n;
    bool quoted = *p == '"';
    for (p += quoted; *p; p++) {
        if (quoted ? *p == '"' : (*p == ',' || *p == '}'))
            break;
        if (quoted && *p == '\\' && p[1])
            p++;
        txtbuf_char(&out, *p);
    }
    return txtbuf_view(&out);
}

bool view_field_is(const struct view_record *x, const char *name, const char *value)
{
    char buf[128];
    return str_eq(view_field(x, name, buf, sizeof buf), str_of(value));
}

const char *view_node_name(const struct view_run *r, int node)
{
    bool known = node > 0 && node < r->node_count && r->nodes[node].name;
    return known ? r->nodes[node].name : "the scenario";
}
