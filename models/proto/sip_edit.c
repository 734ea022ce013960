/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_edit.c: see sip_edit.h. A line in or out shifts the places that the message remembers of its headers. */
#include "models/proto/sip_edit.h"

#include <string.h>

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

static void insert(struct sip_edit *e, uint32_t at, enum sip_header_id id, const char *name, struct str value)
{
    struct sip_msg *m = &e->m;
    if (m->header_count == SIP_HEADERS_MAX) {
        e->full = true;
        return;
    }
    memmove(&m->headers[at + 1], &m->headers[at], (m->header_count - at) * sizeof m->headers[0]);
    m->headers[at] = (struct sip_header){str_of(name), value};
    m->header_count++;
    for (int i = 0; i < SIP_HEADER_COUNT; i++)
        m->first[i] = (uint8_t)(m->first[i] + (m->first[i] > at));
    if (!m->first[id] || m->first[id] > at)
        m->first[id] = (uint8_t)(at + 1);
}

static void find_first(struct sip_msg *m, enum sip_header_id id)
{
    m->first[id] = 0;
    for (uint32_t i = 0; i < m->header_count && !m->first[id]; i++)
        m->first[id] = (uint8_t)(sip_header_is(m->headers[i].name, id) ? i + 1 : 0);
}

static void remove_line(struct sip_edit *e, uint32_t at, enum sip_header_id id)
{
    struct sip_msg *m = &e->m;
    m->header_count--;
    memmove(&m->headers[at], &m->headers[at + 1], (m->header_count - at) * sizeof m->headers[0]);
    for (int i = 0; i < SIP_HEADER_COUNT; i++)
        m->first[i] = (uint8_t)(m->first[i] - (m->first[i] > at + 1));
    if (m->first[id] == at + 1)
        find_first(m, id);
}

void sip_edit_push(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    insert(e, e->m.first[id] ? e->m.first[id] - 1u : 0, id, name, value);
}

void sip_edit_set(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    if (e->m.first[id])
        e->m.headers[e->m.first[id] - 1].value = value;
    else
        insert(e, e->m.header_count, id, name, value);
}

void sip_edit_append(struct sip_edit *e, enum sip_header_id id, const char *name, struct str value)
{
    uint32_t at = e->m.header_count;
    while (at > 0 && !sip_header_is(e->m.headers[at - 1].name, id))
        at--;
    insert(e, at ? at : e->m.header_count, id, name, value);
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
        remove_line(e, l.next - 1, id);
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
        remove_line(e, at - 1, id);
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
