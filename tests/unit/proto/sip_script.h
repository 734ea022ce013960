/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_script.h: rules of SIP as rows of a table, each a short play between what is under test and peers led by hand.
 * A row's steps are lines:
 *   > INVITE | Min-SE: 90 | sdp      the peer says so: a request, or a status ("200", "200 to INVITE"); headers;
 *                                    "sdp v2 sendonly 0+18": version of o=, direction, payloads; ">b": the second peer
 *   < 200 @900s | Require: timer | no Min-SE | Allow has UPDATE | sdp same
 *                                    the next thing it hears, within a millisecond from now, or so long after the
 *                                    last "mark" (a 2xx of either side that it said or read sets one)
 *   none 3h                          it hears nothing for so long
 *   mark, copies (those of the same bytes count from now on)
 * and whatever else the side under test knows by its own verbs. */
#ifndef TESTS_UNIT_PROTO_SIP_SCRIPT_H
#define TESTS_UNIT_PROTO_SIP_SCRIPT_H

#include <stdlib.h>

#include "tests/unit/proto/hand_peer.h"

struct row {
    const char *rule;     /* section and rule, the name of the test */
    const char *settings; /* parameters of what is under test: "min_se=90s session_added=off" */
    const char *steps;
};

struct play {
    struct world *w;
    const struct row *row;
    struct hand hand[2];
    int64_t mark_ns;
    bool copies;
    char step[400]; /* under way */
    void *arg;
    bool (*verb)(struct play *p, const char *verb, char *rest); /* of the side under test; false: none of its own */
};

#define flunk(p, ...) \
    do { \
        char why_[700]; \
        struct txtbuf t_ = txtbuf_of(why_, sizeof why_); \
        txtbuf_add(&t_, __VA_ARGS__); \
        fail_msg("RFC %s\n  at: %s\n  %s", (p)->row->rule, (p)->step, why_); \
    } while (0)

/* --- words ------------------------------------------------------------------------------------------ */

/* "900s", "1.5s", "32min", "24h", "500ms" */
static inline int64_t span_ns(struct play *p, const char *text)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ms", MS}, {"s", 1000 * MS}, {"min", 60000 * MS}, {"h", 3600000 * MS}};
    char *end;
    int64_t ms = (int64_t)strtoul(text, &end, 10) * 1000, digit = 100;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9'; end++, digit /= 10)
            ms += (*end - '0') * digit;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0)
            return ms * (units[i].ns / 1000);
    }
    flunk(p, "'%s' is no span", text);
    return 0;
}

static inline char *trimmed(char *s)
{
    while (*s == ' ')
        s++;
    for (size_t n = strlen(s); n && s[n - 1] == ' ';)
        s[--n] = 0;
    return s;
}

/* Cuts at the first separator; NULL when nothing is left. */
static inline char *cut(char **s, const char *separator)
{
    if (!*s)
        return NULL;
    char *head = *s, *at = strstr(head, separator);
    *s = at ? at + strlen(separator) : NULL;
    if (at)
        *at = 0;
    return trimmed(head);
}

static inline void payloads_read(struct sdp_words *s, const char *word)
{
    str_keep(s->payloads, sizeof s->payloads, str_of(word));
    for (char *c = s->payloads; *c; c++)
        *c = *c == '+' ? ' ' : *c;
}

/* "sdp v2 sendonly 0+18 video", as far as it goes */
static inline bool sdp_read(struct sdp_words *s, const char *item)
{
    if (strncmp(item, "sdp", 3) != 0)
        return false;
    *s = (struct sdp_words){.any = true, .version = 1, .direction = "sendrecv", .payloads = "0 18"};
    char copy[80], *rest = copy, *word;
    str_keep(copy, sizeof copy, str_of(item + 3));
    rest = trimmed(copy);
    while (rest && *rest && (word = cut(&rest, " ")) != NULL) {
        if (strncmp(word, "send", 4) == 0 || strncmp(word, "recv", 4) == 0 || strcmp(word, "inactive") == 0)
            str_keep(s->direction, sizeof s->direction, str_of(word));
        else if (strcmp(word, "video") == 0)
            s->video = true;
        else if (word[0] == 'v')
            s->version = (uint32_t)strtoul(word + 1, NULL, 10);
        else
            payloads_read(s, word);
    }
    return true;
}

/* --- the peer says ------------------------------------------------------------------------------------ */

static inline const struct letter *asked_for(struct play *p, struct hand *h, const char *method)
{
    if (!method)
        return h->asked;
    for (uint32_t i = h->next; i-- > 0;) {
        if (!h->in[i].m.is_response && str_eq(h->in[i].m.method, str_of(method)))
            return &h->in[i];
    }
    flunk(p, "it was never asked to %s", method);
    return NULL;
}

static inline void sets_mark(struct play *p, uint32_t status, const struct sip_msg *m, int64_t at_ns)
{
    struct sip_cseq c;
    if (status / 100 == 2 && sip_cseq(m, &c) && (str_eq(c.method, STR("INVITE")) || str_eq(c.method, STR("UPDATE"))))
        p->mark_ns = at_ns;
}

/* It arrives before the next step. */
static inline void play_say(struct play *p, struct hand *h, char *rest)
{
    struct words w = {0};
    char *what = cut(&rest, "|"), *item;
    while ((item = cut(&rest, "|")) != NULL) {
        if (!sdp_read(&w.sdp, item))
            w.line[w.count++] = item;
    }
    uint32_t status = (uint32_t)strtoul(what, NULL, 10);
    if (status == 0) {
        hand_request(h, what, &w);
        run_for(p->w, (struct sim_dur){MS / 10});
        return;
    }
    char *to = strstr(what, " to ");
    const struct letter *l = asked_for(p, h, to ? to + 4 : NULL);
    if (!l)
        flunk(p, "nothing was asked");
    hand_answer(h, l, status, &w);
    sets_mark(p, status, &l->m, sim_now(p->w->sim).ns);
    run_for(p->w, (struct sim_dur){MS / 10});
}

/* --- the peer hears ------------------------------------------------------------------------------------ */

static inline struct str o_line(const struct sip_msg *m)
{
    ptrdiff_t at = str_find(m->body, STR("o="));
    if (at < 0)
        return STR_NONE;
    struct str rest = {m->body.p + at, m->body.n - (size_t)at};
    return str_cut(&rest, '\r');
}

/* User name, session and version of an o= line. */
static inline void o_numbers(struct str o, uint64_t *session, uint64_t *version)
{
    str_cut(&o, ' ');
    assert_true(str_u64(str_cut(&o, ' '), UINT64_MAX, session));
    assert_true(str_u64(str_cut(&o, ' '), UINT64_MAX, version));
}

/* "same", "newer": the o= line against the one before; else what must stand in the body, or after a "!" must not. */
static inline void check_sdp(struct play *p, struct hand *h, const struct letter *l, const char *what)
{
    struct str o = o_line(&l->m);
    uint64_t s0, v0, s1, v1;
    if (o.n == 0)
        flunk(p, "has no session description");
    if (strcmp(what, "same") == 0 && !str_eq(o, str_of(h->o_line)))
        flunk(p, "o= is not the same: %.*s, was %s", STR_ARG(o), h->o_line);
    if (strcmp(what, "newer") == 0) {
        o_numbers(o, &s1, &v1);
        o_numbers(str_of(h->o_line), &s0, &v0);
        if (s0 != s1 || v1 != v0 + 1)
            flunk(p, "o= is not one version later: %.*s, was %s", STR_ARG(o), h->o_line);
    } else if (what[0] == '!') {
        if (str_find(l->m.body, str_of(what + 1)) >= 0)
            flunk(p, "says '%s':\n%.*s", what + 1, STR_ARG(l->m.body));
    } else if (what[0] && strcmp(what, "same") != 0 && str_find(l->m.body, str_of(what)) < 0) {
        flunk(p, "does not say '%s':\n%.*s", what, STR_ARG(l->m.body));
    }
}

static inline struct str value_of(const struct letter *l, const char *name, uint32_t *count)
{
    struct str value = STR_NONE;
    *count = 0;
    for (uint32_t i = 0; i < l->m.header_count; i++) {
        if (!str_eq_nocase(l->m.headers[i].name, str_of(name)))
            continue;
        if ((*count)++ == 0)
            value = l->m.headers[i].value;
    }
    return value;
}

/* Over all lines of that name (RFC 3261 7.3.1). */
static inline bool has_word(const struct letter *l, const char *name, const char *word)
{
    for (uint32_t i = 0; i < l->m.header_count; i++) {
        struct str list = l->m.headers[i].value;
        while (str_eq_nocase(l->m.headers[i].name, str_of(name)) && list.n) {
            if (str_eq(str_trim(str_cut(&list, ',')), str_of(word)))
                return true;
        }
    }
    return false;
}

/* "same To", "new To": against the request that was read before */
static inline void check_against(struct play *p, struct hand *h, const struct letter *l, char *item)
{
    uint32_t count;
    const char *name = strchr(item, ' ') + 1;
    struct str was = h->asked ? value_of(h->asked, name, &count) : STR_NONE, is = value_of(l, name, &count);
    if (str_eq(was, is) != (item[0] == 's'))
        flunk(p, "%s is '%.*s', was '%.*s'", name, STR_ARG(is), STR_ARG(was));
}

static inline void check_tag(struct play *p, const struct letter *l, const char *name, bool tagged)
{
    uint32_t count;
    if (sip_has_param(value_of(l, name, &count), STR("tag")) != tagged)
        flunk(p, "%s is %.*s", name, STR_ARG(value_of(l, name, &count)));
}

/* "tagged To", "untagged To", "Name: value", "no Name", "Name has word", "Name", "phrase ...", "uri ...", "sdp ...", "no sdp", "same Name", "new Name" */
static inline void check(struct play *p, struct hand *h, const struct letter *l, char *item)
{
    uint32_t count;
    char *value = strstr(item, ": "), *has = strstr(item, " has ");
    if (strncmp(item, "sdp", 3) == 0) {
        check_sdp(p, h, l, trimmed(item + 3));
    } else if (strcmp(item, "no sdp") == 0) {
        if (l->m.body.n)
            flunk(p, "has a body");
    } else if (strncmp(item, "tagged ", 7) == 0 || strncmp(item, "untagged ", 9) == 0) {
        check_tag(p, l, strchr(item, ' ') + 1, item[0] == 't');
    } else if (strncmp(item, "phrase ", 7) == 0) {
        if (!str_eq(l->m.phrase, str_of(item + 7)))
            flunk(p, "says '%.*s'", STR_ARG(l->m.phrase));
    } else if (strncmp(item, "uri ", 4) == 0) {
        if (!str_eq(l->m.uri, str_of(item + 4)))
            flunk(p, "is sent to %.*s", STR_ARG(l->m.uri));
    } else if (strncmp(item, "same ", 5) == 0 || strncmp(item, "new ", 4) == 0) {
        check_against(p, h, l, item);
    } else if (strncmp(item, "no ", 3) == 0) {
        struct str v = value_of(l, item + 3, &count);
        if (count)
            flunk(p, "has %s: %.*s", item + 3, STR_ARG(v));
    } else if (has) {
        *has = 0;
        if (!has_word(l, item, has + 5))
            flunk(p, "%s has no '%s'", item, has + 5);
    } else if (value) {
        *value = 0;
        struct str v = value_of(l, item, &count);
        if (count != 1 || !str_eq(v, str_of(value + 2)))
            flunk(p, "%u of %s: '%.*s'", count, item, STR_ARG(v));
    } else {
        value_of(l, item, &count);
        if (count != 1)
            flunk(p, "%u of %s", count, item);
    }
}

/* The next letter, if one has come. */
static inline const struct letter *unread(struct play *p, struct hand *h)
{
    while (h->next < h->count && h->in[h->next].is_copy && !p->copies)
        h->next++;
    return h->next < h->count ? &h->in[h->next] : NULL;
}

static inline void what_text(const struct letter *l, char text[24])
{
    struct txtbuf t = txtbuf_of(text, 24);
    if (l->m.is_response)
        txtbuf_add(&t, "%u", l->m.status);
    else
        txtbuf_add(&t, "%.*s", STR_ARG(l->m.method));
}

/* When something is to come: "@900s"; "@2.1s-4s", then in steps of 10 ms. */
struct window {
    int64_t first_ns, last_ns;
};

static inline struct window window_of(struct play *p, char *at)
{
    int64_t now = sim_now(p->w->sim).ns;
    if (!at)
        return (struct window){now, now};
    *at = 0;
    char *dash = strchr(at + 2, '-');
    if (dash)
        *dash = 0;
    int64_t first = p->mark_ns + span_ns(p, at + 2);
    return (struct window){first, dash ? p->mark_ns + span_ns(p, dash + 1) : first};
}

/* The next letter that comes until then, read as soon as it is there. */
static inline const struct letter *await(struct play *p, struct hand *h, const struct window *due)
{
    const struct letter *l;
    if (!unread(p, h) && due->first_ns - MS > sim_now(p->w->sim).ns)
        run_to(p->w, due->first_ns - MS);
    while ((l = unread(p, h)) == NULL && sim_now(p->w->sim).ns < due->last_ns + MS)
        run_for(p->w, (struct sim_dur){MS / 50});
    return l;
}

static inline bool in_window(const struct play *p, const struct window *w, int64_t at_ns)
{
    bool wide = w->last_ns > w->first_ns;
    return at_ns >= w->first_ns - MS / 10 && at_ns < w->last_ns + MS && (!wide || (at_ns - p->mark_ns) % (10 * MS) < MS);
}

static inline void play_hear(struct play *p, struct hand *h, char *rest)
{
    char *what = cut(&rest, "|"), *at = strstr(what, " @"), *item, heard[24];
    struct window due = window_of(p, at);
    const struct letter *l = await(p, h, &due);
    if (!l)
        flunk(p, "nothing came");
    what_text(l, heard);
    if (strcmp(heard, what) != 0)
        flunk(p, "%s came, %.6f s after the mark", heard, (double)(l->at_ns - p->mark_ns) / 1e9);
    if (at && !in_window(p, &due, l->at_ns))
        flunk(p, "came %.6f s after the mark", (double)(l->at_ns - p->mark_ns) / 1e9);
    h->next++;
    while ((item = cut(&rest, "|")) != NULL)
        check(p, h, l, item);
    hand_learn(h, l);
    if (o_line(&l->m).n)
        keep_text(h->o_line, sizeof h->o_line, o_line(&l->m));
    if (l->m.is_response && !l->is_copy)
        sets_mark(p, l->m.status, &l->m, l->at_ns);
}

static inline void play_none(struct play *p, const char *span)
{
    char heard[24];
    run_for(p->w, (struct sim_dur){span_ns(p, span)});
    for (int i = 0; i < 2; i++) {
        const struct letter *l = unread(p, &p->hand[i]);
        if (l) {
            what_text(l, heard);
            flunk(p, "%s came, %.6f s after the mark", heard, (double)(l->at_ns - p->mark_ns) / 1e9);
        }
    }
}

/* --- the play ------------------------------------------------------------------------------------------- */

static inline void play_step(struct play *p, char *line)
{
    str_keep(p->step, sizeof p->step, str_of(line));
    char *rest = line, *verb = cut(&rest, " ");
    if (!rest)
        rest = verb + strlen(verb);
    struct hand *h = &p->hand[verb[0] && verb[1] == 'b'];
    if (verb[0] == '>')
        play_say(p, h, rest);
    else if (verb[0] == '<')
        play_hear(p, h, rest);
    else if (strcmp(verb, "none") == 0)
        play_none(p, rest);
    else if (strcmp(verb, "mark") == 0)
        p->mark_ns = sim_now(p->w->sim).ns;
    else if (strcmp(verb, "copies") == 0)
        p->copies = true;
    else if (!p->verb(p, verb, rest))
        flunk(p, "no such step");
}

/* All steps; then nothing that nobody asked for may be left. */
static inline void play_all(struct play *p)
{
    char text[4000], *rest = text, *line;
    assert_true(strlen(p->row->steps) < sizeof text);
    str_keep(text, sizeof text, str_of(p->row->steps));
    while ((line = cut(&rest, "\n")) != NULL) {
        if (line[0])
            play_step(p, line);
    }
    str_keep(p->step, sizeof p->step, STR("the end"));
    play_none(p, "1ms");
}

/* --- a row as a test ------------------------------------------------------------------------------------- */

/* "min_se=90s session_added=off" behind the `count` that are there; returns how many there are then. They live as long
 * as the test's settings do. */
static inline size_t settings_read(const char *text, struct setting *s, size_t count)
{
    struct str rest = str_of(text);
    while (rest.n) {
        struct str value = str_cut(&rest, ' '), key = str_cut(&value, '=');
        if (key.n)
            s[count++] = (struct setting){key, value};
    }
    return count;
}

static inline struct world *script_world(const struct model *model)
{
    static const struct model *models[1];
    struct world *w = test_calloc(1, sizeof *w);
    struct sim_config c = {.seed = 7};
    models[0] = model;
    w->sim = sim_new(&c);
    w->net = net_new(w->sim, models, 1);
    w->sink = (struct sink){.name = "test", .on = world_fact, .because = world_tie, .mask = REC_BIT(REC_UNEXPECTED)};
    bus_attach(w->sim, &w->sink);
    return w;
}

#define ROWS_MAX 80

/* Every row is a test of its own, named by its rule. */
static inline int run_rows(const char *group, const struct row *rows, size_t count, void (*run)(void **state))
{
    static struct CMUnitTest tests[ROWS_MAX];
    assert_true(count <= ROWS_MAX);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].rule, .test_func = run, .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests(group, tests, count, NULL, NULL);
}

#endif
