/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_route.c: see proxy_route.h. Sections and steps are those of RFC 3261. */
#include "models/proto/proxy_route.h"

#include "sim/base/hash.h"

#define HASH_CHARS 8

/* --- routes -------------------------------------------------------------------------------------- */

static bool read_hop(struct str s, struct sip_hop *hop, struct err *e)
{
    struct str over = s, place = str_trim(str_cut(&over, '/')), port = place, addr = str_cut(&port, ':');
    uint64_t n = SIP_PORT;
    over = str_trim(over);
    if (!ip4_parse(addr, &hop->addr))
        return err_set(e, "'%.*s' is no address", STR_ARG(addr));
    if (port.n && (!str_u64(port, UINT16_MAX, &n) || n == 0))
        return err_set(e, "'%.*s' is no port 1..65535", STR_ARG(port));
    if (over.n && !str_eq(over, STR("udp")) && !str_eq(over, STR("tcp")))
        return err_set(e, "'%.*s' is no transport, but udp or tcp", STR_ARG(over));
    hop->port = (uint16_t)n;
    hop->over = str_eq(over, STR("tcp")) ? SIP_OVER_TCP : SIP_OVER_UDP;
    return true;
}

static void keep_route(struct proxy_route **first, struct proxy_route *r)
{
    while (*first && (*first)->prefix.n >= r->prefix.n)
        first = &(*first)->next;
    r->next = *first;
    *first = r;
}

bool proxy_routes_read(struct proxy_route **first, struct arena *a, const char *text, struct err *e)
{
    *first = NULL;
    for (struct str rest = str_of(text); rest.n;) {
        struct str place = str_cut(&rest, ','), one = str_trim(place), prefix = str_trim(str_cut(&place, '='));
        struct proxy_route *r = ARENA_NEW(a, struct proxy_route);
        if (prefix.n == 0)
            return err_set(e, "'%.*s' has no prefix; * takes all numbers", STR_ARG(one));
        if (!read_hop(str_trim(place), &r->hop, e))
            return err_wrap(e, "route '%.*s'", STR_ARG(one));
        r->prefix = str_eq(prefix, STR("*")) ? (struct str){prefix.p, 0} : prefix;
        keep_route(first, r);
    }
    return true;
}

const struct proxy_route *proxy_route_for(const struct proxy_route *first, struct str user)
{
    while (first && !str_starts(user, first->prefix))
        first = first->next;
    return first;
}

/* --- 16.3: validation ------------------------------------------------------------------------------ */

static bool is_self(const struct proxy_self *self, struct str uri)
{
    struct ip4 addr;
    uint16_t port;
    return sip_uri_addr(uri, &addr, &port) && ip4_eq(addr, self->addr) && (port ? port : SIP_PORT) == self->port;
}

bool proxy_is_meant(const struct proxy_self *self, const struct sip_msg *m)
{
    return is_self(self, m->uri) && sip_uri_user(m->uri).n == 0 && !sip_uri_has_param(m->uri, STR("lr")) &&
           !m->first[SIP_ROUTE];
}

static uint64_t fold(uint64_t h, struct str s)
{
    return hash_fold(h, hash_bytes(s.n, s.p, s.n));
}

uint32_t proxy_loop_hash(const struct sip_msg *m)
{
    static const enum sip_header_id lists[] = {SIP_ROUTE, SIP_PROXY_REQUIRE};
    struct sip_cseq cseq = {0};
    struct str one;
    uint64_t h = fold(0, m->uri);
    h = fold(h, sip_param(sip_header(m, SIP_TO), STR("tag")));
    h = fold(h, sip_param(sip_header(m, SIP_FROM), STR("tag")));
    h = fold(h, sip_header(m, SIP_CALL_ID));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (struct sip_list l = sip_list_of(m, lists[i]); sip_list_next(&l, &one);)
            h = fold(h, one);
    }
    h = hash_fold(h, sip_cseq(m, &cseq) ? cseq.number : 0);
    return (uint32_t)(h ^ h >> 32);
}

void proxy_branch(const struct sip_msg *m, char branch[SIP_BRANCH_MAX + 1])
{
    size_t n = str_of(branch).n;
    ASSERT(n + HASH_CHARS <= SIP_BRANCH_MAX);
    struct txtbuf t = txtbuf_of(branch + n, HASH_CHARS + 1);
    txtbuf_add(&t, "%08x", proxy_loop_hash(m));
}

/* Has it been here before, with all that decides its way as it is now? */
static bool has_looped(const struct proxy_self *self, const struct sip_msg *m)
{
    char hash[HASH_CHARS + 1];
    struct txtbuf t = txtbuf_of(hash, sizeof hash);
    struct str one, host;
    txtbuf_add(&t, "%08x", proxy_loop_hash(m));
    for (struct sip_list l = sip_list_of(m, SIP_VIA); sip_list_next(&l, &one);) {
        struct sip_via via;
        struct ip4 addr;
        uint16_t port;
        if (!sip_via_get(one, &via) || !sip_sent_by(&via, &host, &port) || !ip4_parse(host, &addr))
            continue;
        if (!ip4_eq(addr, self->addr) || port != self->port || via.branch.n < HASH_CHARS)
            continue;
        if (str_eq((struct str){via.branch.p + via.branch.n - HASH_CHARS, HASH_CHARS}, txtbuf_view(&t)))
            return true;
    }
    return false;
}

/* What of Proxy-Require we do not know (step 5); `timer` is no trouble (RFC 4028 7.1). */
static struct str unknown_of(const struct sip_msg *m, struct sip_edit *e)
{
    struct txtbuf t = sip_edit_write(e);
    struct str one;
    for (struct sip_list l = sip_list_of(m, SIP_PROXY_REQUIRE); sip_list_next(&l, &one);) {
        if (str_eq_nocase(one, STR("timer")))
            continue;
        txtbuf_cstr(&t, t.n ? ", " : "");
        txtbuf_str(&t, one);
    }
    return sip_edit_keep(e, &t);
}

static struct proxy_refusal validate(const struct proxy_self *self, const struct sip_msg *m, struct sip_edit *e)
{
    struct str hops = sip_header(m, SIP_MAX_FORWARDS), unknown = unknown_of(m, e);
    uint64_t n = SIP_HOPS_MAX; /* step 3 */
    if (!str_starts_nocase(m->uri, STR("sip:")))
        return (struct proxy_refusal){.status = 416};
    if (m->first[SIP_MAX_FORWARDS] && !str_u64(hops, 255, &n)) /* 20.22 */
        return (struct proxy_refusal){.status = 400, .phrase = "Bad Max-Forwards header field"};
    if (n == 0)
        return (struct proxy_refusal){.status = 483};
    if (has_looped(self, m))
        return (struct proxy_refusal){.status = 482};
    if (unknown.n)
        return (struct proxy_refusal){.status = 420, .unsupported = unknown};
    return (struct proxy_refusal){0};
}

/* --- 16.4 to 16.6 ---------------------------------------------------------------------------------- */

static bool first_of(const struct sip_edit *e, enum sip_header_id id, struct str *element)
{
    struct sip_list l = sip_list_of(&e->m, id);
    return sip_list_next(&l, element);
}

/* 16.4. A strict router before us has put what we wrote into Record-Route into the Request-URI. Two of ours in a row
 * are the two sides of a change of transport. */
static void take_own_routes(const struct proxy_self *self, struct sip_edit *e)
{
    struct str route;
    if (is_self(self, e->m.uri) && sip_uri_has_param(e->m.uri, STR("lr")) && sip_edit_pop_last(e, SIP_ROUTE, &route))
        e->m.uri = sip_uri_of(route);
    while (first_of(e, SIP_ROUTE, &route) && is_self(self, route))
        sip_edit_pop_first(e, SIP_ROUTE, &route);
}

static void write_target(struct sip_edit *e, struct str user, const struct sip_hop *to)
{
    struct txtbuf t = sip_edit_write(e);
    txtbuf_add(&t, "sip:%.*s@", STR_ARG(user));
    ip4_text(&t, to->addr);
    if (to->port != SIP_PORT)
        txtbuf_add(&t, ":%u", to->port);
    e->m.uri = sip_edit_keep(e, &t);
}

/* 16.5 and step 7: what is dialled at us goes by our routes, all else where it says, by way of its Route. */
static bool choose_hop(const struct proxy_self *self, struct sip_edit *e, struct sip_hop *to)
{
    struct str route = STR_NONE;
    bool known = true, has_route = first_of(e, SIP_ROUTE, &route);
    *to = (struct sip_hop){.over = SIP_OVER_UDP};
    if (is_self(self, e->m.uri)) {
        struct str user = sip_uri_user(e->m.uri);
        const struct proxy_route *r = proxy_route_for(self->routes, user);
        if (!r || user.n == 0)
            return false;
        *to = r->hop;
        write_target(e, user, to);
    } else {
        known = sip_hop_of_uri(e->m.uri, to);
    }
    if (!has_route)
        return known;
    to->over = SIP_OVER_UDP;
    return sip_hop_of_uri(route, to);
}

/* Step 6: the next hop is a strict router. */
static void post_process(struct sip_edit *e)
{
    struct str route;
    if (!first_of(e, SIP_ROUTE, &route) || sip_uri_has_param(route, STR("lr")))
        return;
    struct txtbuf t = sip_edit_write(e);
    txtbuf_add(&t, "<%.*s>", STR_ARG(e->m.uri));
    sip_edit_append(e, SIP_ROUTE, "Route", sip_edit_keep(e, &t));
    sip_edit_pop_first(e, SIP_ROUTE, &route);
    e->m.uri = sip_uri_of(route);
}

static void push_record_route(const struct proxy_self *self, struct sip_edit *e, enum sip_over over)
{
    struct txtbuf t = sip_edit_write(e);
    txtbuf_cstr(&t, "<sip:");
    ip4_text(&t, self->addr);
    if (self->port != SIP_PORT)
        txtbuf_add(&t, ":%u", self->port);
    txtbuf_cstr(&t, over == SIP_OVER_TCP ? ";transport=tcp;lr>" : ";lr>");
    sip_edit_push(e, SIP_RECORD_ROUTE, "Record-Route", sip_edit_keep(e, &t));
}

/* Step 4. Where the transport changes there are two, one for each side (RFC 5658 3.3). */
static void record_route(const struct proxy_self *self, struct sip_edit *e, enum sip_over in, enum sip_over out)
{
    if (!self->record_route || !str_eq(e->m.method, STR("INVITE")))
        return;
    push_record_route(self, e, in);
    if (in != out)
        push_record_route(self, e, out);
}

static void count_hop(struct sip_edit *e)
{
    uint64_t n = SIP_HOPS_MAX; /* step 3 */
    if (e->m.first[SIP_MAX_FORWARDS] && str_u64(sip_header(&e->m, SIP_MAX_FORWARDS), 255, &n))
        n--;
    struct txtbuf t = sip_edit_write(e);
    txtbuf_add(&t, "%u", (unsigned)n);
    sip_edit_set(e, SIP_MAX_FORWARDS, "Max-Forwards", sip_edit_keep(e, &t));
}

struct proxy_refusal proxy_prepare(const struct proxy_self *self, const struct sip_msg *m, const struct sip_hop *from,
                                   struct sip_edit *e, struct sip_hop *to)
{
    sip_edit_begin(e, m);
    struct proxy_refusal why = validate(self, m, e);
    if (why.status)
        return why;
    take_own_routes(self, e);
    if (!choose_hop(self, e, to))
        return (struct proxy_refusal){.status = 404};
    count_hop(e);
    record_route(self, e, from->over, to->over);
    post_process(e);
    return e->full ? (struct proxy_refusal){.status = 500} : why;
}

void proxy_push_via(struct sip_edit *e, const struct proxy_self *self, const struct sip_hop *to, const char *branch)
{
    struct txtbuf t = sip_edit_write(e);
    txtbuf_add(&t, "SIP/2.0/%s ", sip_over_name(to->over));
    ip4_text(&t, self->addr);
    txtbuf_add(&t, ":%u;branch=%s", self->port, branch);
    sip_edit_push(e, SIP_VIA, "Via", sip_edit_keep(e, &t));
}

/* --- CANCEL ---------------------------------------------------------------------------------------- */

void proxy_cancel_put(struct wr *w, const struct sip_msg *request, struct str via)
{
    char cseq_text[32];
    struct txtbuf t = txtbuf_of(cseq_text, sizeof cseq_text);
    struct sip_cseq cseq = {0};
    struct str route;
    sip_cseq(request, &cseq);
    txtbuf_add(&t, "%u CANCEL", cseq.number);
    sip_request_put(w, STR("CANCEL"), request->uri);
    sip_header_put(w, STR("Via"), via);
    for (struct sip_list l = sip_list_of(request, SIP_ROUTE); sip_list_next(&l, &route);)
        sip_header_put(w, STR("Route"), route);
    sip_header_put(w, STR("Max-Forwards"), STR("70"));
    sip_header_put(w, STR("From"), sip_header(request, SIP_FROM));
    sip_header_put(w, STR("To"), sip_header(request, SIP_TO));
    sip_header_put(w, STR("Call-ID"), sip_header(request, SIP_CALL_ID));
    sip_header_put(w, STR("CSeq"), txtbuf_view(&t));
    sip_header_put(w, STR("Content-Length"), STR("0"));
    wr_str(w, STR("\r\n"));
}
