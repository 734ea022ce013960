/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which way a proxy at 10.0.0.1 sends a request, and with what changes: RFC 3261 16.3 to 16.6, rule by rule, with the
 * examples of 16.12.1 in addresses. */
#include "models/proto/proxy_route.h"
#include "tests/unit/net/station.h"

#define HEAD(uri) "INVITE " uri " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKup\r\nFrom: <sip:1@h>;tag=f\r\n" \
                  "To: <sip:2@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
#define HOPS "Max-Forwards: 70\r\n"
#define SELF "sip:10.0.0.1;lr"

struct bench {
    struct arena *arena;
    struct proxy_route *routes;
    struct proxy_self self;
    char text[1200];
    struct sip_msg m;
    struct sip_edit e;
    struct sip_hop to;
};

static const struct sip_hop over_udp = {{0x0a000009}, 5060, SIP_OVER_UDP}, over_tcp = {{0x0a000009}, 5060, SIP_OVER_TCP};

static void open(struct bench *b, const char *routes, bool record_route)
{
    struct err e = {0};
    b->arena = arena_new("test", 1 << 20);
    if (!proxy_routes_read(&b->routes, b->arena, routes, &e))
        fail_msg("%s", e.msg);
    b->self = (struct proxy_self){{0x0a000001}, SIP_PORT, record_route, b->routes};
}

static void take(struct bench *b, const char *head)
{
    struct txtbuf t = txtbuf_of(b->text, sizeof b->text);
    txtbuf_cstr(&t, head);
    txtbuf_cstr(&t, "\r\n");
    struct rd r = rd_of(b->text, t.n);
    assert_true(sip_get(&r, &b->m));
}

/* The Request-URI, every Route and Record-Route, and the hop, as one line. */
static const char *way(struct bench *b, char *text, size_t cap)
{
    static const enum sip_header_id ids[] = {SIP_ROUTE, SIP_RECORD_ROUTE};
    static const char *const marks[] = {" R", " RR"};
    struct txtbuf t = txtbuf_of(text, cap);
    struct str one;
    txtbuf_str(&t, b->e.m.uri);
    for (size_t i = 0; i < 2; i++) {
        for (struct sip_list l = sip_list_of(&b->e.m, ids[i]); sip_list_next(&l, &one);)
            txtbuf_add(&t, "%s%.*s", marks[i], STR_ARG(one));
    }
    txtbuf_cstr(&t, " -> ");
    ip4_text(&t, b->to.addr);
    txtbuf_add(&t, ":%u/%s", b->to.port, b->to.over == SIP_OVER_TCP ? "tcp" : "udp");
    return text;
}

struct row {
    const char *rule, *head;
    uint32_t status; /* 0: forwarded */
    const char *expected;
};

/* clang-format off */
static const struct row rows[] = {
    {"16.3, 2: another scheme", HEAD("tel:5551") HOPS, 416, ""},
    {"16.3, 3: Max-Forwards is used up", HEAD("sip:5@10.0.0.1") "Max-Forwards: 0\r\n", 483, ""},
    {"16.3, 3: one is left", HEAD("sip:5@10.0.0.1") "Max-Forwards: 1\r\n", 0, "sip:5@10.0.0.2 -> 10.0.0.2:5060/udp"},
    {"16.3, 1: no number", HEAD("sip:5@10.0.0.1") "Max-Forwards: many\r\n", 400, ""},
    {"20.22: above 255", HEAD("sip:5@10.0.0.1") "Max-Forwards: 256\r\n", 400, ""},
    {"16.3, 5: an unknown Proxy-Require", HEAD("sip:5@10.0.0.1") HOPS "Proxy-Require: timer, foo\r\nProxy-Require: bar\r\n", 420, "foo, bar"},
    {"RFC 4028 7.1: Proxy-Require: timer is known", HEAD("sip:5@10.0.0.1") HOPS "Proxy-Require: timer\r\n", 0, "sip:5@10.0.0.2 -> 10.0.0.2:5060/udp"},
    {"16.5: by prefix", HEAD("sip:5001@10.0.0.1") HOPS, 0, "sip:5001@10.0.0.2 -> 10.0.0.2:5060/udp"},
    {"16.5: by the longest prefix", HEAD("sip:55001@10.0.0.1:5060") HOPS, 0, "sip:55001@10.0.0.4:5070 -> 10.0.0.4:5070/tcp"},
    {"16.5: the rest", HEAD("sip:9@10.0.0.1") HOPS, 0, "sip:9@10.0.0.3 -> 10.0.0.3:5060/udp"},
    {"16.5: not our domain", HEAD("sip:5@10.0.0.7:5080;x=y") HOPS, 0, "sip:5@10.0.0.7:5080;x=y -> 10.0.0.7:5080/udp"},
    {"16.5: another port of our address is not us", HEAD("sip:5@10.0.0.1:5061") HOPS, 0, "sip:5@10.0.0.1:5061 -> 10.0.0.1:5061/udp"},
    {"19.1.1: its transport", HEAD("sip:5@10.0.0.7;transport=TCP") HOPS, 0, "sip:5@10.0.0.7;transport=TCP -> 10.0.0.7:5060/tcp"},
    {"16.5: a name that nobody resolves", HEAD("sip:5@example.com") HOPS, 404, ""},
    {"16.4: our own Route goes", HEAD("sip:5@10.0.0.7") HOPS "Route: <" SELF ">\r\n", 0, "sip:5@10.0.0.7 -> 10.0.0.7:5060/udp"},
    {"16.4: and the next one shows the way", HEAD("sip:5@10.0.0.7") HOPS "Route: <" SELF ">, <sip:10.0.0.8;lr>\r\n", 0,
     "sip:5@10.0.0.7 R<sip:10.0.0.8;lr> -> 10.0.0.8:5060/udp"},
    {"16.4: on two lines", HEAD("sip:5@10.0.0.7") HOPS "Route: <" SELF ">\r\nRoute: <sip:10.0.0.8:5062;transport=tcp;lr>\r\n", 0,
     "sip:5@10.0.0.7 R<sip:10.0.0.8:5062;transport=tcp;lr> -> 10.0.0.8:5062/tcp"},
    {"RFC 5658: both of ours go", HEAD("sip:5@10.0.0.7") HOPS "Route: <sip:10.0.0.1;transport=tcp;lr>,<" SELF ">\r\n", 0,
     "sip:5@10.0.0.7 -> 10.0.0.7:5060/udp"},
    {"16.4: only the first, a later one is another visit", HEAD("sip:5@10.0.0.7") HOPS "Route: <sip:10.0.0.8;lr>,<" SELF ">\r\n", 0,
     "sip:5@10.0.0.7 R<sip:10.0.0.8;lr> R<" SELF "> -> 10.0.0.8:5060/udp"},
    {"16.4: a strict router put ours into the Request-URI", HEAD(SELF) HOPS "Route: <sip:10.0.0.8;lr>, <sip:5@10.0.0.7>\r\n", 0,
     "sip:5@10.0.0.7 R<sip:10.0.0.8;lr> -> 10.0.0.8:5060/udp"},
    {"16.4: and there was only one", HEAD(SELF) HOPS "Route: <sip:5@10.0.0.7:5064>\r\n", 0, "sip:5@10.0.0.7:5064 -> 10.0.0.7:5064/udp"},
    {"16.6, 6: the next is a strict router", HEAD("sip:5@10.0.0.7") HOPS "Route: <" SELF ">,<sip:10.0.0.8>,<sip:10.0.0.6;lr>\r\n", 0,
     "sip:10.0.0.8 R<sip:10.0.0.6;lr> R<sip:5@10.0.0.7> -> 10.0.0.8:5060/udp"},
};
/* clang-format on */

static void section_16_validates_and_routes(void **state)
{
    (void)state;
    static struct bench b;
    char text[400];
    open(&b, "5=10.0.0.2, 55 = 10.0.0.4:5070/tcp,*=10.0.0.3/udp", false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        take(&b, rows[i].head);
        struct proxy_refusal why = proxy_prepare(&b.self, &b.m, &over_udp, &b.e, &b.to);
        if (why.status != rows[i].status)
            fail_msg("%s: %u", rows[i].rule, why.status);
        if (why.status == 420 && !str_eq(why.unsupported, str_of(rows[i].expected)))
            fail_msg("%s: %.*s", rows[i].rule, STR_ARG(why.unsupported));
        if (!why.status && strcmp(way(&b, text, sizeof text), rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].rule, text);
    }
    arena_free(b.arena);
}

static void section_16_5_no_route(void **state)
{
    (void)state;
    static struct bench b;
    open(&b, "5=10.0.0.2", false);
    take(&b, HEAD("sip:6@10.0.0.1") HOPS);
    assert_int_equal(proxy_prepare(&b.self, &b.m, &over_udp, &b.e, &b.to).status, 404);
    arena_free(b.arena);
}

/* 16.6 step 3: one less, or 70; step 4: in front of all others, two where the transport changes, none outside of
 * INVITE; step 8: in front, too. */
static void section_16_6_what_is_added(void **state)
{
    (void)state;
    static struct bench b;
    char text[400];
    open(&b, "*=10.0.0.3/tcp", true);
    take(&b, HEAD("sip:5@10.0.0.1") HOPS "Record-Route: <sip:10.0.0.9;lr>\r\n");
    assert_int_equal(proxy_prepare(&b.self, &b.m, &over_tcp, &b.e, &b.to).status, 0);
    assert_string_equal(way(&b, text, sizeof text), "sip:5@10.0.0.3 RR<sip:10.0.0.1;transport=tcp;lr> RR<sip:10.0.0.9;lr>"
                                                    " -> 10.0.0.3:5060/tcp");
    assert_true(str_eq(sip_header(&b.e.m, SIP_MAX_FORWARDS), STR("69")));
    take(&b, HEAD("sip:5@10.0.0.1"));
    assert_int_equal(proxy_prepare(&b.self, &b.m, &over_udp, &b.e, &b.to).status, 0);
    assert_string_equal(way(&b, text, sizeof text), "sip:5@10.0.0.3 RR<sip:10.0.0.1;transport=tcp;lr> RR<sip:10.0.0.1;lr>"
                                                    " -> 10.0.0.3:5060/tcp");
    assert_true(str_eq(sip_header(&b.e.m, SIP_MAX_FORWARDS), STR("70")));
    proxy_push_via(&b.e, &b.self, &b.to, "z9hG4bKx");
    struct wr w = wr_of(text, 100);
    assert_false(sip_edit_put(&w, &b.e)); /* too little room is told */
    char room[1200];
    w = wr_of(room, sizeof room);
    assert_true(sip_edit_put(&w, &b.e));
    struct rd r = rd_of(room, wr_len(&w));
    struct sip_msg again;
    struct str via;
    assert_true(sip_get(&r, &again));
    struct sip_list l = sip_list_of(&again, SIP_VIA);
    assert_true(sip_list_next(&l, &via) && str_eq(via, STR("SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKx")));
    assert_true(sip_list_next(&l, &via) && str_eq(via, STR("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKup")));
    assert_true(str_eq(sip_header(&again, SIP_CONTENT_LENGTH), STR("0"))); /* step 9 */
    arena_free(b.arena);
}

/* 16.3 step 4: it came back as it was: a loop; with another Request-URI: a spiral, which is allowed. */
static void section_16_3_loop_or_spiral(void **state)
{
    (void)state;
    static struct bench b;
    char branch[SIP_BRANCH_MAX + 1] = "z9hG4bK0123456789abcdef", head[600];
    open(&b, "*=10.0.0.3", false);
    take(&b, HEAD("sip:5@10.0.0.1") HOPS);
    proxy_branch(&b.m, branch);
    static const char *const came[] = {"sip:5@10.0.0.1", "sip:6@10.0.0.1"};
    static const uint32_t status[] = {482, 0};
    for (int i = 0; i < 2; i++) {
        struct txtbuf t = txtbuf_of(head, sizeof head);
        txtbuf_add(&t, "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKother\r\n"
                   "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=%s, SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKup\r\n"
                   "From: <sip:1@h>;tag=f\r\nTo: <sip:2@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n", came[i], branch);
        take(&b, head);
        assert_int_equal(proxy_prepare(&b.self, &b.m, &over_udp, &b.e, &b.to).status, status[i]);
    }
    arena_free(b.arena);
}

static void routes_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"5", "=10.0.0.2", "5=here", "5=10.0.0.2:0", "5=10.0.0.2:70000", "5=10.0.0.2/sctp"};
    struct arena *a = arena_new("test", 1 << 16);
    struct proxy_route *first;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        assert_false(proxy_routes_read(&first, a, bad[i], &e));
        assert_int_equal(e.kind, ERR_USER);
    }
    struct err e = {0};
    assert_true(proxy_routes_read(&first, a, "", &e) && !first);
    arena_free(a);
}

/* 9.1: what a CANCEL has of its request. */
static void section_9_1_cancel(void **state)
{
    (void)state;
    static struct bench b;
    char text[600];
    struct wr w = wr_of(text, sizeof text);
    open(&b, "", false);
    take(&b, HEAD("sip:5@10.0.0.7") "Route: <sip:10.0.0.8;lr>\r\nSupported: timer\r\n");
    proxy_cancel_put(&w, &b.m, STR("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx"));
    assert_true(wr_ok(&w));
    str_keep(b.text, sizeof b.text, str_of_bytes(text, wr_len(&w)));
    assert_string_equal(b.text, "CANCEL sip:5@10.0.0.7 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\n"
                                "Route: <sip:10.0.0.8;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:1@h>;tag=f\r\nTo: <sip:2@h>\r\n"
                                "Call-ID: c\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n");
    arena_free(b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_16_validates_and_routes), cmocka_unit_test(section_16_5_no_route),
        cmocka_unit_test(section_16_6_what_is_added),      cmocka_unit_test(section_16_3_loop_or_spiral),
        cmocka_unit_test(routes_that_are_none),            cmocka_unit_test(section_9_1_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
