/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_write.c: the files of cnf_xml.h as CUCM's TFTP service writes them, from the tables of cnf_row.h. A group is
 * opened when something in it is to be written, so that no empty one stands in the file. */
#include "models/wire/cnf_xml.h"


#include "models/wire/cnf_row.h"
#include "models/wire/xml_text.h"

struct writer {
    struct wr *w;
    const struct cnf_row *open[CNF_DEPTH_MAX]; /* by depth: the groups around the row at hand */
    uint32_t depth;                            /* how many */
    uint32_t written;                          /* how many of them have their start tag in the file */
};

static void put_cstr(struct wr *w, const char *s)
{
    wr_str(w, str_of(s));
}

static void put_indent(struct wr *w, uint32_t depth)
{
    for (uint32_t i = 0; i < depth; i++)
        put_cstr(w, "  ");
}

static void put_number(struct wr *w, uint32_t v)
{
    char text[12];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%u", (unsigned)v);
    wr_str(w, txtbuf_view(&t));
}

static void put_attribute(struct wr *w, const char *name, struct cnf_num n)
{
    if (!n.known)
        return;
    put_cstr(w, " ");
    put_cstr(w, name);
    put_cstr(w, "=\"");
    put_number(w, n.value);
    put_cstr(w, "\"");
}

static void put_start(struct wr *w, const struct cnf_row *row)
{
    put_indent(w, row->depth);
    put_cstr(w, "<");
    put_cstr(w, row->tag);
}

static void open_pending(struct writer *o)
{
    for (; o->written < o->depth; o->written++) {
        put_start(o->w, o->open[o->written]);
        put_cstr(o->w, ">\n");
    }
}

static void close_to(struct writer *o, uint32_t depth)
{
    for (; o->depth > depth; o->depth--) {
        if (o->written < o->depth)
            continue;
        put_indent(o->w, o->depth - 1);
        put_cstr(o->w, "</");
        put_cstr(o->w, o->open[o->depth - 1]->tag);
        put_cstr(o->w, ">\n");
        o->written--;
    }
}

static void push(struct writer *o, const struct cnf_row *row)
{
    ASSERT(o->depth == row->depth && o->depth < CNF_DEPTH_MAX);
    o->open[o->depth++] = row;
}

/* --- values ------------------------------------------------------------------------------------- */

static bool present(const struct cnf_row *row, const void *field)
{
    switch (row->kind) {
    case CNF_TEXT:
        return ((const struct str *)field)->p != NULL;
    case CNF_NUM:
    case CNF_FLAG:
    case CNF_BOOL:
        return ((const struct cnf_num *)field)->known;
    case CNF_PROTOCOL:
        return *(const enum cnf_protocol *)field != CNF_PROTOCOL_NONE;
    case CNF_GROUP:
    case CNF_MEMBER:
    case CNF_NTP:
    case CNF_LINE:
    case CNF_LOAD:
        break;
    }
    UNREACHABLE();
}

static void put_value(struct wr *w, const struct cnf_row *row, const void *field)
{
    if (row->kind == CNF_TEXT)
        xml_put_text(w, *(const struct str *)field);
    else if (row->kind == CNF_PROTOCOL)
        put_cstr(w, *(const enum cnf_protocol *)field == CNF_SIP ? "SIP" : "SCCP");
    else if (row->kind == CNF_BOOL)
        put_cstr(w, ((const struct cnf_num *)field)->value ? "true" : "false");
    else
        put_number(w, ((const struct cnf_num *)field)->value);
}

static void put_row(struct writer *o, const struct cnf_row *row, const void *base)
{
    close_to(o, row->depth);
    if (row->kind == CNF_GROUP) {
        push(o, row);
        return;
    }
    const void *field = (const char *)base + row->offset;
    if (!present(row, field))
        return;
    open_pending(o);
    put_start(o->w, row);
    put_cstr(o->w, ">");
    put_value(o->w, row, field);
    put_cstr(o->w, "</");
    put_cstr(o->w, row->tag);
    put_cstr(o->w, ">\n");
}

/* --- what repeats ------------------------------------------------------------------------------- */

/* The i-th of a repeating group; NULL: not there. *n is how many there may be. */
static const void *instance(const struct cnf_row *row, const void *file, uint32_t i, uint32_t *n)
{
    const struct cnf *c = file;
    if (row->kind == CNF_MEMBER) {
        const struct cnf_member *m = (const void *)((const char *)file + row->offset);
        *n = CNF_MEMBERS_MAX;
        return m[i].known ? &m[i] : NULL;
    }
    *n = row->kind == CNF_NTP ? c->ntp_count : c->line_count;
    if (i >= *n)
        return NULL;
    return row->kind == CNF_NTP ? (const void *)&c->ntp[i] : (const void *)&c->line[i];
}

static void put_instance_start(struct writer *o, const struct cnf_row *row, uint32_t i, const void *base)
{
    close_to(o, row->depth);
    open_pending(o);
    put_start(o->w, row);
    if (row->kind == CNF_MEMBER)
        put_attribute(o->w, "priority", cnf_num_of(i));
    if (row->kind == CNF_LINE) {
        put_attribute(o->w, "button", ((const struct cnf_line *)base)->button);
        put_attribute(o->w, "lineIndex", ((const struct cnf_line *)base)->line_index);
    }
    put_cstr(o->w, ">\n");
    push(o, row);
    o->written++;
}

/* All of a repeating group; the row after it. */
static const struct cnf_row *put_instances(struct writer *o, const struct cnf_row *row, const void *file)
{
    const struct cnf_row *end = row + 1;
    while (end->tag && end->depth > row->depth)
        end++;
    uint32_t n = 1;
    for (uint32_t i = 0; i < n; i++) {
        const void *base = instance(row, file, i, &n);
        if (!base)
            continue;
        put_instance_start(o, row, i, base);
        for (const struct cnf_row *below = row + 1; below < end; below++)
            put_row(o, below, base);
        close_to(o, row->depth);
    }
    return end;
}

static void put_loads(struct writer *o, const struct cnf_row *row, const struct xml_default *d)
{
    close_to(o, row->depth);
    for (uint32_t i = 0; i < d->load_count; i++) {
        put_start(o->w, row);
        put_number(o->w, d->load[i].model);
        if (d->load[i].product.p) {
            put_cstr(o->w, " model=\"");
            xml_put_text(o->w, d->load[i].product);
            put_cstr(o->w, "\"");
        }
        put_cstr(o->w, ">");
        xml_put_text(o->w, d->load[i].load);
        put_cstr(o->w, "</");
        put_cstr(o->w, row->tag);
        put_number(o->w, d->load[i].model);
        put_cstr(o->w, ">\n");
    }
}

static void put_file(struct wr *w, const struct cnf_row *rows, const void *file)
{
    struct writer o = {.w = w};
    put_cstr(w, XML_DECLARATION);
    push(&o, rows);
    open_pending(&o);
    for (const struct cnf_row *row = rows + 1; row->tag;) {
        if (cnf_kind_repeats(row->kind)) {
            row = put_instances(&o, row, file);
            continue;
        }
        if (row->kind == CNF_LOAD)
            put_loads(&o, row, file);
        else
            put_row(&o, row, file);
        row++;
    }
    close_to(&o, 0);
}

void cnf_write(struct wr *w, const struct cnf *c)
{
    put_file(w, cnf_rows, c);
}

void xml_default_write(struct wr *w, const struct xml_default *d)
{
    put_file(w, xml_default_rows, d);
}

struct str xml_default_load(const struct xml_default *d, uint32_t model)
{
    for (uint32_t i = 0; i < d->load_count; i++) {
        if (d->load[i].model == model)
            return d->load[i].load;
    }
    return STR_NONE;
}
