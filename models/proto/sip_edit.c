/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_edit.c: see sip_edit.h. */
#include "models/proto/sip_edit.h"

void sip_edit_begin(struct sip_edit *e, const struct sip_msg *m)
{
    e->m = *m;
    e->used = 0;
    e->full = false;
}

struct txtbuf sip_edit_write(struct sip_edit *e)
{
    return txtbuf_of(e->text + e->used, sizeof e->text - e->used);
}

struct str sip_edit_keep(struct sip_edit *e, const struct txtbuf *t)
{
    e->full |= t->full;
    e->used += t->n + (e->used + t->n + 1 < sizeof e->text); /* with the end that txtbuf writes, while there is room */
    return txtbuf_view(t);
}

static void insert(struct sip_edit *e, uint32_t at, const char *name, struct str value)
{
    if (e->m.header_count < SIP_HEADERS_MAX)
        sip_header_insert(&e->m, at, str_of(name), value);
    else
        e->full = true;
}

void sip_edit_push(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    insert(e, e->m.first[id] ? e->m.first[id] - 1u : 0, name, value);
}

void sip_edit_set(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    if (e->m.first[id])
        e->m.headers[e->m.first[id] - 1].value = value;
    else
        insert(e, e->m.header_count, name, value);
}

void sip_edit_append(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    uint32_t at = e->m.header_count;
    while (at > 0 && !sip_header_is(e->m.headers[at - 1].name, id))
        at--;
    insert(e, at ? at : e->m.header_count, name, value);
}

bool sip_edit_pop_first(struct sip_edit *e, enum sip_header_id id, struct str *element)
{
    struct sip_list l = sip_list_of(&e->m, id);
    if (!sip_list_next(&l, element))
        return false;
    struct str rest = str_trim(l.rest);
    if (rest.n)
        e->m.headers[l.next - 1].value = rest;
    else
        sip_header_remove(&e->m, l.next - 1);
    return true;
}

bool sip_edit_pop_last(struct sip_edit *e, enum sip_header_id id, struct str *element)
{
    struct str one;
    uint32_t at = 0;
    for (struct sip_list l = sip_list_of(&e->m, id); sip_list_next(&l, &one); at = l.next)
        *element = one;
    if (at == 0)
        return false;
    struct str *value = &e->m.headers[at - 1].value;
    size_t before = (size_t)(element->p - value->p);
    while (before && value->p[before - 1] != ',')
        before--;
    if (before > 1)
        *value = str_trim((struct str){value->p, before - 1});
    else
        sip_header_remove(&e->m, at - 1);
    return true;
}

bool sip_edit_put(struct wr *w, struct sip_edit *e)
{
    if (!e->m.first[SIP_CONTENT_LENGTH]) {
        struct txtbuf t = sip_edit_write(e);
        txtbuf_add(&t, "%zu", e->m.body.n);
        sip_edit_set(e, SIP_CONTENT_LENGTH, "Content-Length", sip_edit_keep(e, &t));
    }
    sip_put(w, &e->m);
    return !e->full && wr_ok(w);
}
