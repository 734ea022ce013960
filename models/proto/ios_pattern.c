/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ios_pattern.c: a pattern is a row of atoms, matched from left to right. Each atom that may be repeated keeps how
 * far it went; when the rest does not fit, the last of them gives one character back. */
#include "models/proto/ios_pattern.h"

/* --- reading ---------------------------------------------------------------------------------------------- */

struct reader {
    struct ios_pattern *p;
    struct str text, rest;
    uint8_t open[PATTERN_GROUPS_MAX];
    uint32_t open_count;
};

static struct pattern_atom *add(struct reader *r, enum pattern_what what, uint8_t c)
{
    struct pattern_atom *a = &r->p->atoms[r->p->count++];
    *a = (struct pattern_atom){.what = what, .c = c, .least = 1};
    return a;
}

static char take(struct reader *r)
{
    char c = r->rest.p[0];
    r->rest.p++;
    r->rest.n--;
    return c;
}

static bool open_group(struct reader *r, struct err *e)
{
    if (r->p->groups == PATTERN_GROUPS_MAX)
        return err_set(e, "pattern \"%.*s\" has more than %d groups", STR_ARG(r->text), PATTERN_GROUPS_MAX);
    uint8_t group = (uint8_t)++r->p->groups;
    r->open[r->open_count++] = group;
    add(r, PATTERN_OPEN, group);
    return true;
}

static bool close_group(struct reader *r, struct err *e)
{
    if (!r->open_count)
        return err_set(e, "pattern \"%.*s\" closes a group that is not open", STR_ARG(r->text));
    add(r, PATTERN_CLOSE, r->open[--r->open_count]);
    return true;
}

static bool read_set(struct reader *r, struct err *e)
{
    struct pattern_atom *a = add(r, PATTERN_SET, 0);
    a->outside = r->rest.n && r->rest.p[0] == '^';
    if (a->outside)
        take(r);
    size_t n = r->rest.n > 0; /* a bracket in front stands for itself */
    while (n < r->rest.n && r->rest.p[n] != ']')
        n++;
    if (n >= r->rest.n)
        return err_set(e, "pattern \"%.*s\" has a [ without its ]", STR_ARG(r->text));
    a->set = (struct str){r->rest.p, n};
    r->rest.p += n + 1;
    r->rest.n -= n + 1;
    return true;
}

static bool read_escaped(struct reader *r, struct err *e)
{
    if (!r->rest.n)
        return err_set(e, "pattern \"%.*s\" ends with a \\", STR_ARG(r->text));
    char c = take(r);
    if (c == '(')
        return open_group(r, e);
    if (c == ')')
        return close_group(r, e);
    if (c >= '0' && c <= '9')
        return err_set(e, "pattern \"%.*s\" refers back with \\%c; only a replacement can", STR_ARG(r->text), c);
    add(r, PATTERN_CHAR, (uint8_t)c);
    return true;
}

static bool repeat(struct reader *r, char how, struct err *e)
{
    struct pattern_atom *a = r->p->count ? &r->p->atoms[r->p->count - 1] : NULL;
    if (!a || a->what > PATTERN_SET || a->least == 0 || a->many)
        return err_set(e, "pattern \"%.*s\" has a %c with nothing that it could repeat in front of it",
                       STR_ARG(r->text), how);
    a->least = how == '+';
    a->many = how != '?';
    return true;
}

static bool read_atom(struct reader *r, struct err *e)
{
    bool first = r->rest.p == r->text.p;
    char c = take(r);
    switch (c) {
    case '.':
        add(r, PATTERN_ANY, 0);
        return true;
    case '^':
        add(r, first ? PATTERN_FRONT : PATTERN_CHAR, '^');
        return true;
    case '$':
        add(r, r->rest.n == 0 ? PATTERN_BACK : PATTERN_CHAR, '$');
        return true;
    case '[':
        return read_set(r, e);
    case '\\':
        return read_escaped(r, e);
    case '(':
        return open_group(r, e);
    case ')':
        return close_group(r, e);
    case '*':
    case '+':
    case '?':
        return repeat(r, c, e);
    case '|':
        return err_set(e, "pattern \"%.*s\" has a |, which is not known here; [|] is the character", STR_ARG(r->text));
    default:
        add(r, PATTERN_CHAR, (uint8_t)c);
        return true;
    }
}

bool ios_pattern_read(struct ios_pattern *p, struct str text, struct err *e)
{
    struct reader r = {.p = p, .text = text, .rest = text};
    p->count = p->groups = 0;
    if (!text.n)
        return err_set(e, "an empty pattern matches nothing");
    while (r.rest.n) {
        if (p->count == PATTERN_ATOMS_MAX)
            return err_set(e, "pattern \"%.*s\" has more than %d parts", STR_ARG(text), PATTERN_ATOMS_MAX);
        if (!read_atom(&r, e))
            return false;
    }
    if (r.open_count)
        return err_set(e, "pattern \"%.*s\" has a ( without its )", STR_ARG(text));
    return true;
}

/* --- matching --------------------------------------------------------------------------------------------- */

bool ios_set_has(struct str set, char c)
{
    for (size_t i = 0; i < set.n; i++) {
        bool range = i + 2 < set.n && set.p[i + 1] == '-';
        if (range ? c >= set.p[i] && c <= set.p[i + 2] : c == set.p[i])
            return true;
        i += range ? 2 : 0;
    }
    return false;
}

static bool fits(const struct pattern_atom *a, char c)
{
    switch (a->what) {
    case PATTERN_ANY:
        return true;
    case PATTERN_CHAR:
        return (char)a->c == c;
    case PATTERN_SET:
        return ios_set_has(a->set, c) != a->outside;
    case PATTERN_FRONT:
    case PATTERN_BACK:
    case PATTERN_OPEN:
    case PATTERN_CLOSE:
        break;
    }
    return false;
}

/* An atom that went further than it must. */
struct choice {
    uint32_t atom;
    size_t least, at;
};

struct walk {
    const struct ios_pattern *p;
    struct str in;
    size_t at;
    uint32_t atom, choices;
    struct choice choice[PATTERN_ATOMS_MAX];
    size_t from[PATTERN_GROUPS_MAX + 1], to[PATTERN_GROUPS_MAX + 1];
};

static bool step_repeated(struct walk *w, const struct pattern_atom *a)
{
    size_t n = 0, most = a->many ? w->in.n : 1;
    while (n < most && w->at + n < w->in.n && fits(a, w->in.p[w->at + n]))
        n++;
    if (n < a->least)
        return false;
    if (n > a->least)
        w->choice[w->choices++] = (struct choice){w->atom, w->at + a->least, w->at + n};
    w->at += n;
    return true;
}

static bool step(struct walk *w)
{
    const struct pattern_atom *a = &w->p->atoms[w->atom];
    switch (a->what) {
    case PATTERN_FRONT:
        return w->at == 0;
    case PATTERN_BACK:
        return w->at == w->in.n;
    case PATTERN_OPEN:
        w->from[a->c] = w->at;
        return true;
    case PATTERN_CLOSE:
        w->to[a->c] = w->at;
        return true;
    case PATTERN_CHAR:
    case PATTERN_ANY:
    case PATTERN_SET:
        break;
    }
    return step_repeated(w, a);
}

/* The last choice gives one character back; what comes behind its atom is tried again. */
static bool step_back(struct walk *w)
{
    if (!w->choices)
        return false;
    struct choice *c = &w->choice[w->choices - 1];
    w->at = --c->at;
    w->atom = c->atom + 1;
    if (c->at == c->least)
        w->choices--;
    return true;
}

static bool match_at(struct walk *w, size_t at)
{
    w->at = w->from[0] = at;
    w->atom = w->choices = 0;
    while (w->atom < w->p->count) {
        if (step(w))
            w->atom++;
        else if (!step_back(w))
            return false;
    }
    w->to[0] = w->at;
    return true;
}

bool ios_pattern_find(const struct ios_pattern *p, struct str in, struct pattern_match *out)
{
    struct walk w = {.p = p, .in = in};
    for (size_t at = 0; at <= in.n; at++) {
        if (!match_at(&w, at))
            continue;
        for (uint32_t i = 0; i <= p->groups; i++)
            out->group[i] = (struct str){in.p + w.from[i], w.to[i] - w.from[i]};
        return true;
    }
    return false;
}

/* --- replacements ----------------------------------------------------------------------------------------- */

static bool is_reference(struct str s, size_t i)
{
    return s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] >= '1' && s.p[i + 1] <= '9';
}

bool ios_replacement_check(struct str replacement, const struct ios_pattern *p, struct err *e)
{
    for (size_t i = 0; i < replacement.n; i++) {
        if (is_reference(replacement, i) && (uint32_t)(replacement.p[i + 1] - '0') > p->groups)
            return err_set(e, "replacement \"%.*s\" names group %c, but the pattern has %u", STR_ARG(replacement),
                           replacement.p[i + 1], (unsigned)p->groups);
        i += replacement.p[i] == '\\';
    }
    return true;
}

void ios_replacement_write(struct txtbuf *t, struct str replacement, const struct pattern_match *m)
{
    for (size_t i = 0; i < replacement.n; i++) {
        if (is_reference(replacement, i)) {
            txtbuf_str(t, m->group[replacement.p[i + 1] - '0']);
            i++;
        } else {
            i += replacement.p[i] == '\\' && i + 1 < replacement.n; /* it only shields what follows */
            txtbuf_char(t, replacement.p[i]);
        }
    }
}
