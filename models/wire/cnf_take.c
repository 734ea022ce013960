/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_take.c: see cnf_take.h. */
#include "models/wire/cnf_take.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/wire/xml_text.h"

#define BUTTON_MAX 65535u

const char *cnf_take_shown(char *to, size_t cap, struct str s)
{
    struct txtbuf t = txtbuf_of(to, cap);
    for (size_t i = 0; i < s.n && t.n + 4 < cap; i++)
        txtbuf_char(&t, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?');
    if (t.n < s.n)
        txtbuf_cstr(&t, "...");
    return to;
}

void cnf_take_refuse(struct cnf_take *r, int line, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    if (r->failed)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(r->e, "line %d: %s", line, text);
    r->failed = true;
}

/* --- values -------------------------------------------------------------------------------------- */

/* Without blanks at the beginning; those at the end may be more than fits. */
static void collect(struct cnf_take *r, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (xml_blank(p[i]) && r->len == 0)
            continue;
        if (r->len < CNF_TEXT_MAX)
            r->text[r->len++] = xml_blank(p[i]) ? ' ' : p[i];
        else
            r->over = r->over || !xml_blank(p[i]);
    }
}

static bool number(struct cnf_take *r, const char *name, struct str text, uint32_t min, uint32_t max, uint32_t *out)
{
    char value[48];
    uint64_t v;
    if (str_u64(text, max, &v) && v >= min) {
        *out = (uint32_t)v;
        return true;
    }
    cnf_take_refuse(r, r->line, "%s is '%s', must be %u..%u", name, cnf_take_shown(value, sizeof value, text),
                    (unsigned)min, (unsigned)max);
    return false;
}

static void set_number(struct cnf_take *r, const struct cnf_row *row, struct str text, struct cnf_num *field)
{
    bool word = row->kind == CNF_FLAG || row->kind == CNF_BOOL;
    *field = (struct cnf_num){0};
    if (text.n == 0)
        return;
    if (word && (str_eq(text, STR("true")) || str_eq(text, STR("false"))))
        *field = cnf_num_of(text.n == 4);
    else
        field->known = number(r, row->tag, text, row->min, row->max, &field->value);
}

static void set_protocol(struct cnf_take *r, struct str text, enum cnf_protocol *field)
{
    char value[48];
    *field = str_eq(text, STR("SIP")) ? CNF_SIP : str_eq(text, STR("SCCP")) ? CNF_SCCP : CNF_PROTOCOL_NONE;
    if (*field == CNF_PROTOCOL_NONE && text.n)
        cnf_take_refuse(r, r->line, "deviceProtocol is '%s', must be SIP or SCCP",
                        cnf_take_shown(value, sizeof value, text));
}

static void add_load(struct cnf_take *r, struct str text)
{
    uint32_t i = 0;
    r->load.load = text;
    while (i < r->count && r->many.load[i].model != r->load.model)
        i++;
    if (i == CNF_LOADS_MAX)
        cnf_take_refuse(r, r->line, "more than %d loads", CNF_LOADS_MAX);
    else
        r->many.load[i] = r->load;
    r->count += i == r->count;
}

static struct str kept(struct cnf_take *r, struct str text)
{
    return (struct str){arena_strdup(r->arena, text), text.n};
}

/* The element has ended, what it says is in r->text. */
static void set_value(struct cnf_take *r, const struct cnf_row *row)
{
    struct str text = str_trim((struct str){r->text, r->len});
    void *field = (char *)r->base + row->offset;
    if (r->over) {
        cnf_take_refuse(r, r->line, "%s is longer than %d bytes", row->tag, CNF_TEXT_MAX);
        return;
    }
    switch (row->kind) {
    case CNF_TEXT:
        *(struct str *)field = kept(r, text);
        return;
    case CNF_NUM:
    case CNF_FLAG:
    case CNF_BOOL:
        set_number(r, row, text, field);
        return;
    case CNF_PROTOCOL:
        set_protocol(r, text, field);
        return;
    case CNF_LOAD:
        add_load(r, kept(r, text));
        return;
    case CNF_GROUP:
    case CNF_MEMBER:
    case CNF_NTP:
    case CNF_LINE:
        return;
    }
    UNREACHABLE();
}

/* --- elements ------------------------------------------------------------------------------------ */

struct attributes {
    const struct cnf_attribute *v;
    size_t n;
};

/* p NULL: not there. */
static struct str attribute(struct attributes a, const char *name)
{
    for (size_t i = 0; i < a.n; i++) {
        if (str_eq(a.v[i].name, str_of(name)))
            return str_trim(a.v[i].value);
    }
    return STR_NONE;
}

/* Told to replace no entities, libxml2 hands a '&' in an attribute on as &#38;, and only that. */
static void collect_attribute(struct cnf_take *r, struct str s)
{
    static const struct str ampersand = {"&#38;", 5};
    while (s.n) {
        ptrdiff_t at = str_find(s, ampersand);
        size_t plain = at < 0 ? s.n : (size_t)at;
        collect(r, s.p, plain);
        if (at >= 0)
            collect(r, "&", 1);
        plain += at < 0 ? 0 : ampersand.n;
        s = (struct str){s.p + plain, s.n - plain};
    }
}

static void begin_member(struct cnf_take *r, const struct cnf_row *row, struct attributes a)
{
    struct cnf_member *m = (void *)((char *)r->file + row->offset);
    struct str given = attribute(a, "priority");
    uint32_t i = 0;
    while (!given.n && i < CNF_MEMBERS_MAX && m[i].known)
        i++;
    if (given.n && !number(r, "member priority", given, 0, CNF_MEMBERS_MAX - 1, &i))
        return;
    if (i == CNF_MEMBERS_MAX) {
        cnf_take_refuse(r, r->line, "more than %d members in the callManagerGroup", CNF_MEMBERS_MAX);
        return;
    }
    m[i] = (struct cnf_member){.known = true};
    r->base = &m[i];
}

static void begin_ntp(struct cnf_take *r)
{
    struct cnf *c = r->file;
    if (c->ntp_count == CNF_NTP_MAX) {
        cnf_take_refuse(r, r->line, "more than %d ntp", CNF_NTP_MAX);
        return;
    }
    r->base = &c->ntp[c->ntp_count++];
}

/* The one after the highest that is taken. */
static uint32_t next_button(const struct cnf_take *r)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < r->count; i++)
        highest = r->many.line[i].button.value > highest ? r->many.line[i].button.value : highest;
    return highest + 1;
}

static void begin_line(struct cnf_take *r, struct attributes a)
{
    struct str button = attribute(a, "button"), index = attribute(a, "lineIndex");
    struct cnf_line l = {.button = cnf_num_of(next_button(r))};
    uint32_t i = 0;
    if (button.n && !number(r, "line button", button, 1, BUTTON_MAX, &l.button.value))
        return;
    if (l.button.value > BUTTON_MAX) {
        cnf_take_refuse(r, r->line, "a line without a button, and none is free after %u", BUTTON_MAX);
        return;
    }
    l.line_index.known = index.n && number(r, "line lineIndex", index, 0, BUTTON_MAX, &l.line_index.value);
    while (i < r->count && r->many.line[i].button.value != l.button.value)
        i++;
    if (i == CNF_LINES_MAX) {
        cnf_take_refuse(r, r->line, "more than %d lines", CNF_LINES_MAX);
        return;
    }
    r->many.line[i] = l;
    r->count += i == r->count;
    r->base = &r->many.line[i];
}

static void begin_load(struct cnf_take *r, struct str name, struct attributes a)
{
    size_t stem = strlen("loadInformation");
    struct str digits = {name.p + stem, name.n - stem}, product = attribute(a, "model");
    r->load = (struct xml_default_load){0};
    if (!number(r, "the number after loadInformation", digits, 0, UINT32_MAX, &r->load.model))
        return;
    if (product.p) {
        collect_attribute(r, product);
        r->load.product = kept(r, str_trim((struct str){r->text, r->len}));
        if (r->over)
            cnf_take_refuse(r, r->line, "model of loadInformation%u is longer than %d bytes", (unsigned)r->load.model,
                            CNF_TEXT_MAX);
    }
    r->len = 0;
}

static bool names(const struct cnf_row *row, struct str name)
{
    if (row->kind != CNF_LOAD)
        return str_eq(name, str_of(row->tag));
    size_t stem = strlen(row->tag), digits = 0;
    if (!str_starts_nocase(name, str_of(row->tag)))
        return false;
    while (stem + digits < name.n && name.p[stem + digits] >= '0' && name.p[stem + digits] <= '9')
        digits++;
    return digits > 0 && stem + digits == name.n;
}

/* The row of a child of the element we are in; NULL: not known. */
static const struct cnf_row *find(const struct cnf_take *r, struct str name)
{
    const struct cnf_row *parent = r->depth ? r->at[r->depth - 1] : NULL;
    if (r->depth == 0 && r->any_root)
        return !r->rows->tag || str_eq_nocase(name, str_of(r->rows->tag)) ? r->rows : NULL;
    if (r->depth == 0)
        return names(r->rows, name) ? r->rows : NULL;
    if (!parent || cnf_kind_leaf(parent->kind))
        return NULL;
    for (const struct cnf_row *row = parent + 1; row->tag && row->depth > parent->depth; row++) {
        if (row->depth == parent->depth + 1 && names(row, name))
            return row;
    }
    return NULL;
}

static void begin(struct cnf_take *r, const struct cnf_row *row, int line, struct str name, struct attributes a)
{
    r->line = line;
    r->len = 0;
    r->over = false;
    if (row->kind == CNF_MEMBER)
        begin_member(r, row, a);
    else if (row->kind == CNF_NTP)
        begin_ntp(r);
    else if (row->kind == CNF_LINE)
        begin_line(r, a);
    else if (row->kind == CNF_LOAD)
        begin_load(r, name, a);
}

void cnf_take_start(struct cnf_take *r, int line, struct str name, bool stranger,
                    const struct cnf_attribute *attribute, size_t n)
{
    char root[80];
    if (r->failed)
        return;
    if (r->depth == CNF_DEPTH_MAX) {
        cnf_take_refuse(r, line, "elements lie more than %d deep", CNF_DEPTH_MAX);
        return;
    }
    const struct cnf_row *row = stranger ? NULL : find(r, name);
    if (r->depth == 0 && !row) {
        cnf_take_refuse(r, line, "the root is <%s>, must be <%s>",
                        cnf_take_shown(root, sizeof root, name), r->rows->tag);
        return;
    }
    r->at[r->depth++] = row;
    if (row)
        begin(r, row, line, name, (struct attributes){attribute, n});
}

void cnf_take_text(struct cnf_take *r, struct str s)
{
    const struct cnf_row *row = r->depth ? r->at[r->depth - 1] : NULL;
    if (!r->failed && row && cnf_kind_leaf(row->kind))
        collect(r, s.p, s.n);
}

void cnf_take_end(struct cnf_take *r)
{
    if (r->failed)
        return;
    ASSERT(r->depth > 0);
    const struct cnf_row *row = r->at[--r->depth];
    if (row && cnf_kind_leaf(row->kind))
        set_value(r, row);
    else if (row && cnf_kind_repeats(row->kind))
        r->base = r->file;
}
