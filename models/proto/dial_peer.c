/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial_peer.c: see dial_peer.h. */
#include "models/proto/dial_peer.h"

#include "models/proto/ios_pattern.h"
#include "models/proto/session_timer.h"

#define TAG_MAX 1073741823 /* of IOS */
#define PREFERENCE_MAX 10

/* --- patterns --------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '*' || c == '#';
}

/* One place of a pattern: what stands there, taken off its front. */
struct place {
    struct str set; /* the digits that fit; empty with `any`: all */
    bool any, outside;
};

static bool take_set(struct str *rest, struct place *out)
{
    size_t n = 1;
    while (n < rest->n && rest->p[n] != ']')
        n++;
    if (n >= rest->n)
        return false;
    out->outside = n > 1 && rest->p[1] == '^';
    size_t from = out->outside ? 2 : 1;
    out->set = (struct str){rest->p + from, n - from};
    *rest = (struct str){rest->p + n + 1, rest->n - n - 1};
    return out->set.n > 0;
}

/* False: nothing that stands for one digit. */
static bool take_place(struct str *rest, struct place *out)
{
    *out = (struct place){.any = rest->p[0] == '.'};
    if (rest->p[0] == '[')
        return take_set(rest, out);
    if (!out->any && !is_digit(rest->p[0]))
        return false;
    out->set = (struct str){rest->p, 1};
    *rest = (struct str){rest->p + 1, rest->n - 1};
    return true;
}

static bool is_good_set(struct str set)
{
    for (size_t i = 0; i < set.n; i++) {
        bool range = i + 2 < set.n && set.p[i + 1] == '-';
        if (!is_digit(set.p[i]) || (range && (!is_digit(set.p[i + 2]) || set.p[i] > set.p[i + 2])))
            return false;
        i += range ? 2 : 0;
    }
    return true;
}

/* How far a pattern holds: how many digits it names, and how many it covers. */
struct fit {
    uint32_t exact, covered;
};

static bool fits(struct str pattern, struct str number, struct fit *out)
{
    *out = (struct fit){0};
    bool plus = pattern.n && pattern.p[0] == '+';
    if (plus != (number.n && number.p[0] == '+'))
        return false;
    struct str rest = {pattern.p + plus, pattern.n - plus}, digits = {number.p + plus, number.n - plus};
    while (rest.n && rest.p[0] != 'T' && rest.p[0] != '$') {
        struct place x;
        take_place(&rest, &x);
        if (!digits.n || !is_digit(digits.p[0]) || (!x.any && ios_set_has(x.set, digits.p[0]) == x.outside))
            return false;
        digits = (struct str){digits.p + 1, digits.n - 1};
        out->exact += !x.any;
        out->covered++;
    }
    for (size_t i = 0; i < digits.n; i++) {
        if (!is_digit(digits.p[i]))
            return false;
    }
    return !rest.n || rest.p[0] == 'T' ? number.n > 0 : digits.n == 0;
}

static bool is_good_pattern(struct str pattern)
{
    struct str rest = pattern;
    struct place x;
    if (rest.n && rest.p[0] == '+')
        rest = (struct str){rest.p + 1, rest.n - 1};
    while (rest.n && rest.p[0] != 'T' && rest.p[0] != '$') {
        if (!take_place(&rest, &x) || (!x.any && !is_good_set(x.set)))
            return false;
    }
    return pattern.n > 0 && rest.n <= 1;
}

static bool is_better(const struct fit *a, const struct dial_peer *p, const struct fit *b, const struct dial_peer *q)
{
    if (a->exact != b->exact)
        return a->exact > b->exact;
    if (a->covered != b->covered)
        return a->covered > b->covered;
    return p->preference < q->preference;
}

const struct dial_peer *dial_peer_for(const struct dial_peer *first, struct str number)
{
    const struct dial_peer *best = NULL;
    struct fit best_fit = {0}, fit;
    for (const struct dial_peer *p = first; p; p = p->next) {
        if (!fits(p->pattern, number, &fit) || (best && !is_better(&fit, p, &best_fit, best)))
            continue;
        best = p;
        best_fit = fit;
    }
    return best;
}

const struct dial_peer *dial_peer_from(const struct dial_peer *first, struct ip4 addr)
{
    const struct dial_peer *p = first;
    while (p && !ip4_eq(p->target.addr, addr))
        p = p->next;
    return p;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

struct reader {
    struct str whole, rest; /* of one dial-peer */
    struct dial_peer *peer;
    struct err *e;
};

static struct str word(struct reader *r)
{
    r->rest = str_trim(r->rest);
    return str_cut(&r->rest, ' ');
}

static bool wrong(struct reader *r, struct str value, const char *what)
{
    return err_set(r->e, "parameter 'dial_peers': '%.*s': '%.*s' is not %s", STR_ARG(r->whole), STR_ARG(value), what);
}

/* Index in the list; -1: an error that says what it could have been. */
static int choose(struct reader *r, struct str w, const char *const *names, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(w, str_of(names[i])))
            return (int)i;
    }
    const char *near = str_nearest(w, names, n);
    err_set(r->e, "parameter 'dial_peers': '%.*s': '%.*s' is not %s%s%s%s", STR_ARG(r->whole), STR_ARG(w), what,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

static bool take_number(struct reader *r, uint32_t min, uint32_t max, const char *what, uint32_t *out)
{
    struct str w = word(r);
    uint64_t v;
    if (!str_u64(w, max, &v) || v < min)
        return wrong(r, w, what);
    *out = (uint32_t)v;
    return true;
}

static bool take_pattern(struct reader *r)
{
    r->peer->pattern = word(r);
    return is_good_pattern(r->peer->pattern) ||
           wrong(r, r->peer->pattern, "a pattern of digits, * and #, '.', [1-3], a + in front, T or $ at the end");
}

static bool take_target(struct reader *r)
{
    struct str w = word(r), port = w;
    uint64_t v = SIP_PORT;
    if (str_starts(port, STR("ipv4:")))
        port = (struct str){port.p + 5, port.n - 5};
    bool told = str_find(port, STR(":")) >= 0;
    struct str addr = str_cut(&port, ':');
    if (!ip4_parse(addr, &r->peer->target.addr) || (told && (!str_u64(port, 65535, &v) || v == 0)))
        return wrong(r, w, "an address a.b.c.d or a.b.c.d:PORT");
    r->peer->target.port = (uint16_t)v;
    return true;
}

static bool take_transport(struct reader *r)
{
    static const char *const names[] = {"udp", "tcp"};
    int i = choose(r, word(r), names, 2, "a transport (udp or tcp)");
    r->peer->target.over = i == 1 ? SIP_OVER_TCP : SIP_OVER_UDP;
    return i >= 0;
}

static bool take_preference(struct reader *r)
{
    return take_number(r, 0, PREFERENCE_MAX, "a preference of 0..10", &r->peer->preference);
}

/* RFC 4028 5: at least 90 s. */
static bool take_min_se(struct reader *r)
{
    return take_number(r, SESSION_MIN_SE_S, SESSION_EXPIRES_MAX_S, "a min-se of 90..86400 seconds", &r->peer->min_se_s);
}

static const char *const switches[] = {"on", "off"};

/* As in IOS the word alone switches it on. */
static bool take_refresh(struct reader *r)
{
    struct str rest = str_trim(r->rest), w = str_cut(&rest, ' ');
    bool off = str_eq(w, STR("off"));
    if (off || str_eq(w, STR("on")))
        r->rest = rest;
    r->peer->session_refresh = off ? PEER_OFF : PEER_ON;
    return true;
}

static bool take_profile(struct reader *r)
{
    int i = choose(r, word(r), switches, 2, "on or off");
    r->peer->sip_profile = i == 0 ? PEER_ON : PEER_OFF;
    return i >= 0;
}

static bool take_midcall(struct reader *r)
{
    static const char *const names[] = {"passthru", "passthru-media-change", "block", "media-change"};
    static const enum midcall values[] = {MIDCALL_PASSTHRU, MIDCALL_MEDIA_CHANGE, MIDCALL_BLOCK, MIDCALL_MEDIA_CHANGE};
    int i = choose(r, word(r), names, 4, "passthru, passthru-media-change or block");
    if (i < 0)
        return false;
    r->peer->has_midcall = true;
    r->peer->midcall = values[i];
    return true;
}

#define WORD_COUNT 8
static const char *const words[WORD_COUNT] = {"destination-pattern", "session-target", "transport",
                                              "preference",          "session-refresh", "min-se",
                                              "midcall-signaling",   "sip-profile"};
static bool (*const takes[WORD_COUNT])(struct reader *) = {take_pattern, take_target, take_transport, take_preference,
                                                           take_refresh, take_min_se, take_midcall,   take_profile};

static bool read_words(struct reader *r)
{
    uint32_t seen = 0;
    for (r->rest = str_trim(r->rest); r->rest.n; r->rest = str_trim(r->rest)) {
        struct str w = word(r);
        int i = choose(r, w, words, WORD_COUNT, "a setting of a dial-peer");
        if (i < 0)
            return false;
        if (seen & 1u << i)
            return err_set(r->e, "parameter 'dial_peers': '%.*s': '%s' is there twice", STR_ARG(r->whole), words[i]);
        seen |= 1u << i;
        if (!takes[i](r))
            return false;
    }
    for (int i = 0; i < 2; i++) {
        if (!(seen & 1u << i))
            return err_set(r->e, "parameter 'dial_peers': '%.*s': %s is missing", STR_ARG(r->whole), words[i]);
    }
    return true;
}

static const struct dial_peer *find(const struct dial_peer *first, uint32_t tag)
{
    while (first && first->tag != tag)
        first = first->next;
    return first;
}

bool dial_peers_read(struct dial_peer **first, struct arena *a, const char *text, struct err *e)
{
    struct dial_peer **last = first;
    *first = NULL;
    uint32_t count = 0;
    for (struct str rest = str_of(text); rest.n;) {
        struct str whole = str_trim(str_cut(&rest, ';'));
        if (!whole.n)
            continue;
        struct dial_peer *p = ARENA_NEW(a, struct dial_peer);
        struct reader r = {whole, whole, p, e};
        if (!take_number(&r, 1, TAG_MAX, "a dial-peer's tag of 1..1073741823", &p->tag))
            return false;
        if (find(*first, p->tag))
            return err_set(e, "parameter 'dial_peers': dial-peer %u is there twice", (unsigned)p->tag);
        if (!read_words(&r))
            return false;
        p->index = count++;
        *last = p;
        last = &p->next;
    }
    return true;
}
