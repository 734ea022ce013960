/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_profile.c: see sip_profile.h. */
#include "models/proto/sip_profile.h"

#include "models/wire/header.h"

/* --- reading ---------------------------------------------------------------------------------------------- */

#define QUOTE_OPEN STR("\xe2\x80\x9c") /* typographic ones, as documents print them */
#define QUOTE_CLOSE STR("\xe2\x80\x9d")

static size_t quote_bytes(struct str s)
{
    if (s.n && s.p[0] == '"')
        return 1;
    return str_starts(s, QUOTE_OPEN) || str_starts(s, QUOTE_CLOSE) ? 3 : 0;
}

static struct str from(struct str s, size_t n)
{
    return (struct str){s.p + n, s.n - n};
}

/* Up to the next semicolon outside quotes; *rest keeps what follows it. */
static struct str cut_rule(struct str *rest)
{
    size_t n = 0;
    bool quoted = false;
    while (n < rest->n && (quoted || rest->p[n] != ';')) {
        size_t q = quote_bytes(from(*rest, n));
        quoted ^= q > 0;
        n += q ? q : 1;
    }
    struct str rule = str_trim((struct str){rest->p, n});
    *rest = n < rest->n ? from(*rest, n + 1) : STR_NONE;
    return rule;
}

struct reader {
    struct str rule, rest;
    struct err *e;
};

static bool wrong(const struct reader *r, const char *what)
{
    return err_set(r->e, "parameter 'sip_profile': '%.*s': %s", STR_ARG(r->rule), what);
}

static struct str word(struct reader *r)
{
    r->rest = str_trim(r->rest);
    size_t n = 0;
    while (n < r->rest.n && r->rest.p[n] != ' ' && r->rest.p[n] != '\t' && !quote_bytes(from(r->rest, n)))
        n++;
    struct str w = {r->rest.p, n};
    r->rest = from(r->rest, n);
    return w;
}

static bool quoted(struct reader *r, struct str *out)
{
    r->rest = str_trim(r->rest);
    size_t open = quote_bytes(r->rest), n = open;
    while (open && n < r->rest.n && !quote_bytes(from(r->rest, n)))
        n++;
    if (!open || n >= r->rest.n)
        return false;
    *out = (struct str){r->rest.p + open, n - open};
    r->rest = from(r->rest, n + quote_bytes(from(r->rest, n)));
    return true;
}

/* Index of the word in the list; -1: an error that says what it could have been. */
static int choose(struct reader *r, struct str w, const char *const *names, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(w, str_of(names[i])))
            return (int)i;
    }
    const char *near = str_nearest(w, names, n);
    err_set(r->e, "parameter 'sip_profile': '%.*s': '%.*s' is not %s%s%s%s", STR_ARG(r->rule), STR_ARG(w), what,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

static const char *const methods[] = {"ANY",     "INVITE",  "REINVITE", "ACK",   "BYE",     "CANCEL",    "COMET",
                                      "INFO",    "MESSAGE", "NOTIFY",   "OPTIONS", "PRACK", "PUBLISH",   "REFER",
                                      "REGISTER", "SUBSCRIBE", "UPDATE"};
#define METHOD_COUNT (sizeof methods / sizeof methods[0])

static bool read_method(struct reader *r, struct profile_rule *x)
{
    struct str w = word(r);
    int i = choose(r, w, methods, METHOD_COUNT, "a method (ANY, INVITE, REINVITE, ...)");
    if (i < 0)
        return false;
    x->within_dialog = i == 2;
    if (x->within_dialog && x->of_responses)
        return wrong(r, "responses to an INVITE and to a re-INVITE are both 'method INVITE'");
    x->method = i == 0 ? STR_NONE : i == 2 ? STR("INVITE") : str_of(methods[i]);
    return true;
}

static bool read_status(struct reader *r, struct profile_rule *x)
{
    struct str w = word(r);
    uint64_t status;
    if (str_eq_nocase(w, STR("ANY")))
        return true;
    if (w.n != 3 || !str_u64(w, 699, &status) || status < 100)
        return err_set(r->e, "parameter 'sip_profile': '%.*s': '%.*s' is not a status of 100..699, nor ANY",
                       STR_ARG(r->rule), STR_ARG(w));
    x->status = (uint32_t)status;
    return true;
}

/* Which messages it is for, up to the word sip-header. */
static bool read_messages(struct reader *r, struct profile_rule *x)
{
    static const char *const kinds[] = {"request", "response"};
    static const char *const places[] = {"sip-header", "method"};
    int kind = choose(r, word(r), kinds, 2, "request or response");
    if (kind < 0)
        return false;
    x->of_responses = kind == 1;
    if (!(x->of_responses ? read_status(r, x) : read_method(r, x)))
        return false;
    int place = choose(r, word(r), places, x->of_responses ? 2 : 1, "sip-header");
    if (place < 1)
        return place == 0;
    return read_method(r, x) && choose(r, word(r), places, 1, "sip-header") == 0;
}

static bool read_header(struct reader *r, struct profile_rule *x)
{
    x->header = word(r);
    if (str_eq_nocase(x->header, STR("SIP-Req-URI")) || str_eq_nocase(x->header, STR("SIP-StatusLine")))
        return wrong(r, "start lines are not changed, only headers");
    if (!header_is_token(x->header))
        return wrong(r, "the name of a header is missing behind sip-header");
    if (str_eq_nocase(x->header, STR("Allow-Header")))
        x->header = STR("Allow");
    return true;
}

static bool read_modify(struct reader *r, struct profile_rule *x)
{
    struct str pattern;
    if (!quoted(r, &pattern) || !quoted(r, &x->text))
        return wrong(r, "modify needs \"PATTERN\" \"REPLACEMENT\", both in quotes");
    if (!ios_pattern_read(&x->pattern, pattern, r->e) || !ios_replacement_check(x->text, &x->pattern, r->e))
        return err_wrap(r->e, "parameter 'sip_profile': '%.*s'", STR_ARG(r->rule));
    if (header_has_control(x->text))
        return wrong(r, "the replacement has a control character");
    return true;
}

static bool read_add(struct reader *r, struct profile_rule *x)
{
    struct str line;
    if (!quoted(r, &line))
        return wrong(r, "add needs \"NAME: VALUE\" in quotes");
    struct str value = line, name = str_trim(str_cut(&value, ':'));
    bool allow = str_eq_nocase(name, STR("Allow-Header")) && str_eq(x->header, STR("Allow"));
    if (str_find(line, STR(":")) < 0 || (!allow && !str_eq_nocase(name, x->header)))
        return err_set(r->e, "parameter 'sip_profile': '%.*s': what is added must begin with '%.*s: '",
                       STR_ARG(r->rule), STR_ARG(x->header));
    x->text = str_trim(value);
    return header_has_control(x->text) ? wrong(r, "the value has a control character") : true;
}

/* RFC 3261 8.1.1 and 20.14: without these it is no message. */
static bool read_remove(struct reader *r, const struct profile_rule *x)
{
    static const char *const needed[] = {"Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (str_eq_nocase(x->header, str_of(needed[i])))
            return wrong(r, "a message cannot do without this header");
    }
    return true;
}

static bool read_rule(struct reader *r, struct profile_rule *x)
{
    static const char *const actions[] = {"modify", "add", "remove"};
    if (!read_messages(r, x) || !read_header(r, x))
        return false;
    int action = choose(r, word(r), actions, 3, "modify, add or remove");
    if (action < 0)
        return false;
    x->action = (enum profile_action)action;
    bool fine = x->action == PROFILE_MODIFY ? read_modify(r, x)
                : x->action == PROFILE_ADD  ? read_add(r, x)
                                            : read_remove(r, x);
    if (!fine)
        return false;
    r->rest = str_trim(r->rest);
    if (r->rest.n)
        return err_set(r->e, "parameter 'sip_profile': '%.*s': '%.*s' is too much", STR_ARG(r->rule), STR_ARG(r->rest));
    return true;
}

bool sip_profile_read(struct sip_profile *p, struct arena *a, const char *text, struct err *e)
{
    struct profile_rule **last = &p->first;
    *p = (struct sip_profile){0};
    for (struct str rest = str_of(text); rest.n;) {
        struct str rule = cut_rule(&rest);
        if (!rule.n)
            continue;
        struct reader r = {.rule = rule, .rest = rule, .e = e};
        struct profile_rule *x = ARENA_NEW(a, struct profile_rule);
        if (!read_rule(&r, x))
            return false;
        *last = x;
        last = &x->next;
        p->count++;
    }
    return true;
}

/* --- editing ---------------------------------------------------------------------------------------------- */

#define ROOM_LEFT 1024 /* for what is written behind the headers, and for their names */
#define HEADERS_LEFT 4

static bool is_within_dialog(const struct sip_msg *m)
{
    return sip_has_param(sip_header(m, SIP_TO), STR("tag"));
}

static bool is_for(const struct profile_rule *x, const struct sip_msg *m)
{
    if (x->of_responses != m->is_response || (x->status && x->status != m->status))
        return false;
    if (!x->method.n)
        return true;
    struct str method = sip_header(m, SIP_CSEQ);
    str_cut(&method, ' ');
    if (!str_eq(x->method, m->is_response ? str_trim(method) : m->method))
        return false;
    return m->is_response || !str_eq(x->method, STR("INVITE")) || x->within_dialog == is_within_dialog(m);
}

/* What was written since `before`; false: there is not room enough, and it is taken back. */
static bool written(struct txtbuf *room, size_t before, struct str *out)
{
    *out = (struct str){room->p + before, room->n - before};
    if (!room->full && room->cap - room->n > ROOM_LEFT)
        return true;
    room->n = before;
    room->full = false;
    return false;
}

/* The line that comes of it. */
static bool replace(const struct profile_rule *x, struct str line, const struct pattern_match *found,
                    struct txtbuf *room, struct str *out)
{
    size_t before = room->n;
    struct str hit = found->group[0];
    txtbuf_str(room, (struct str){line.p, (size_t)(hit.p - line.p)});
    ios_replacement_write(room, x->text, found);
    txtbuf_str(room, from(line, (size_t)(hit.p - line.p) + hit.n));
    return written(room, before, out);
}

/* A line that lost its name is no header any more. */
static bool modify(const struct profile_rule *x, struct sip_msg *m, uint32_t at, struct txtbuf *room)
{
    char line[SIP_LINE_MAX];
    const struct sip_header *h = &m->headers[at];
    struct txtbuf t = txtbuf_of(line, sizeof line);
    struct pattern_match found;
    struct str out;
    txtbuf_str(&t, h->name);
    txtbuf_cstr(&t, ": ");
    txtbuf_str(&t, h->value);
    if (t.full || !ios_pattern_find(&x->pattern, txtbuf_view(&t), &found) ||
        !replace(x, txtbuf_view(&t), &found, room, &out))
        return false;
    struct str value = out, name = str_trim(str_cut(&value, ':'));
    sip_header_remove(m, at);
    if (name.n < out.n && header_is_token(name))
        sip_header_insert(m, at, name, str_trim(value));
    return true;
}

static bool add_header(const struct profile_rule *x, struct sip_msg *m, struct txtbuf *room)
{
    size_t before = room->n;
    struct str line, name = x->header, value = x->text;
    txtbuf_str(room, name); /* the room is as large as the message: each byte of it counts */
    txtbuf_str(room, value);
    if (m->header_count >= SIP_HEADERS_MAX - HEADERS_LEFT || !written(room, before, &line))
        return false;
    sip_header_add(m, (struct str){line.p, name.n}, (struct str){line.p + name.n, value.n});
    return true;
}

/* Backwards, since a header may go. */
static uint32_t apply(const struct profile_rule *x, struct sip_msg *m, struct txtbuf *room)
{
    uint32_t changes = 0;
    if (x->action == PROFILE_ADD)
        return add_header(x, m, room);
    for (uint32_t i = m->header_count; i-- > 0;) {
        if (!str_eq_nocase(m->headers[i].name, x->header))
            continue;
        if (x->action == PROFILE_MODIFY) {
            changes += modify(x, m, i, room);
        } else {
            sip_header_remove(m, i);
            changes++;
        }
    }
    return changes;
}

uint32_t sip_profile_edit(const struct sip_profile *p, struct sip_msg *m, struct txtbuf *room)
{
    uint32_t changes = 0;
    for (const struct profile_rule *x = p->first; x; x = x->next)
        changes += is_for(x, m) ? apply(x, m, room) : 0;
    return changes;
}
