/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_net_path.c: the way of a datagram through boxes and routers, what its links do with it, and who is told of a
 * change. The network is drawn in `plan`; expected ways are read off it. */
#include "models/net/link_fault.h"
#include "models/net/net_path.h"
#include "tests/unit/net/station.h"

struct seat {
    struct ip_stack *ip;
};

static void nothing_heard(struct node *n, struct port *in, const struct frame *f)
{
    struct seat *s = n->state;
    if (s->ip)
        ip_on_frame(s->ip, in, f);
}

static const struct model seat_model = {
    .name = "seat", .doc = "a box, or with a stack a host or a router", .state_size = sizeof(struct seat),
    .params = station_params, .on_frame = nothing_heard,
};

/*   a -- s1 -- s2 -- b            s1 and s2 are boxes with blind ends, r and q routers;
 *        |     |                  a 10.0.0.2, b 10.0.0.3, r 10.0.0.1 and 10.1.0.1, q 10.1.0.2 and 10.2.0.1,
 *        c     r -- q -- s3 -- d  c 10.0.0.4, d 10.2.0.2 */
static const struct {
    const char *a, *b;
} plan[] = {{"a", "s1"}, {"s1", "c"}, {"s1", "s2"}, {"s2", "b"}, {"s2", "r"}, {"r", "q"}, {"q", "s3"}, {"s3", "d"}};

#define LINKS (sizeof plan / sizeof plan[0])

struct paths {
    struct world *w;
    struct link *link[LINKS];
    uint32_t told;
    struct net_watch watch;
};

static struct paths *at_hand;
static const struct link_traffic voice = {16384, 16386, 214};

static void on_change(struct net_watch *w)
{
    ((struct paths *)(void *)((char *)w - offsetof(struct paths, watch)))->told++;
}

static struct node *node(const char *name)
{
    return net_find_node(at_hand->w->net, str_of(name));
}

static struct port *new_port(const char *of, const char *to)
{
    char name[16];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    struct port *p;
    struct err e = {0};
    txtbuf_add(&t, "to-%s", to);
    assert_true(node_port(node(of), str_of(name), NULL, 0, &p, &e));
    return p;
}

static void address(const char *name, int port, uint32_t addr, uint32_t via, bool forward)
{
    struct seat *s = node(name)->state;
    struct ip_options o = {.forward = forward, .arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!s->ip)
        s->ip = ip_new(node(name), &o);
    struct ip_iface i = {.port = node(name)->ports[port], .mac = mac_n((uint8_t)addr), .addr = {addr}, .prefix_len = 24};
    ip_add_iface(s->ip, &i);
    if (via)
        ip_add_route(s->ip, (struct ip4){0}, 0, (struct ip4){via});
}

static int set_up(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "r", "q", "s1", "s2", "s3"};
    static struct paths p;
    struct err e = {0};
    struct setting slow = {STR("link_delay"), STR("1ms")};
    p = (struct paths){.w = world_open(&seat_model), .watch = {.on_change = on_change, .on_end = on_change}};
    at_hand = &p;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct node *n;
        assert_true(net_add_node(p.w->net, STR("seat"), str_of(names[i]), NULL, 0, &n, &e));
    }
    new_port("s1", "nowhere"); /* a port without a cable */
    for (size_t i = 0; i < LINKS; i++)
        assert_true(link_connect(new_port(plan[i].a, plan[i].b), new_port(plan[i].b, plan[i].a), &slow, 1, &p.link[i], &e));
    address("a", 0, 0x0a000002, 0x0a000001, false);
    address("b", 0, 0x0a000003, 0x0a000001, false);
    address("c", 0, 0x0a000004, 0, false);
    ip_add_route(node("c")->ip, (struct ip4){0x0a010000}, 24, (struct ip4){0x0a000003}); /* b does not forward */
    address("r", 0, 0x0a000001, 0x0a010002, true);
    address("r", 1, 0x0a010001, 0, true);
    address("q", 0, 0x0a010002, 0x0a010001, true);
    address("q", 1, 0x0a020001, 0, true);
    address("d", 0, 0x0a020002, 0x0a020001, false);
    *state = &p;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(at_hand->w);
    return 0;
}

static const char *way(const char *from, uint32_t to, struct net_path *p)
{
    static char text[200];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool found = net_path_find(p, node(from), (struct ip4){to}, &voice);
    assert_int_equal(found, p->to != NULL);
    if (!found)
        return "none";
    for (uint32_t i = 0; i < p->count; i++)
        txtbuf_add(&t, "%s ", p->hop[i].out->node->name);
    txtbuf_cstr(&t, p->to->name);
    return text;
}

static void ways_are_found(void **state)
{
    struct net_path p;
    (void)state;
    assert_string_equal(way("a", 0x0a000003, &p), "a s1 s2 b");
    assert_string_equal(way("a", 0x0a000004, &p), "a s1 c");
    assert_string_equal(way("a", 0x0a020002, &p), "a s1 s2 r q s3 d");
    assert_string_equal(way("d", 0x0a000002, &p), "d s3 q r s2 s1 a");
    assert_string_equal(way("a", 0x0a010001, &p), "a s1 s2 r"); /* a router's far interface is itself */
    assert_string_equal(way("a", 0x0a000002, &p), "a");
    assert_string_equal(way("a", 0x0a000009, &p), "none"); /* on the net, but nobody's */
    assert_string_equal(way("a", 0x0b000001, &p), "none"); /* r and q send it to each other */
    assert_string_equal(way("c", 0x0a020002, &p), "none"); /* no route */
    assert_string_equal(way("c", 0x0a010001, &p), "none"); /* by a host that is no router */
    assert_string_equal(way("s1", 0x0a000002, &p), "none"); /* no stack */
}

/* 214 bytes and 24 more are 1904 ns on a line of 1 Gbit/s; then it is 1 ms on its way. */
static void transit_is_that_of_frames(void **state)
{
    struct net_path p;
    (void)state;
    way("a", 0x0a000003, &p);
    for (uint32_t i = 0; i <= p.count; i++)
        assert_int_equal(net_path_enters(&p, i).ns, i * (1000000 + 1904));
    assert_int_equal(net_path_transit(&p).ns, 3 * 1001904);
}

/* "rate=10% from=a" */
static struct link_fault *fault(int link, enum link_fault_kind kind, const char *text)
{
    struct setting s[4];
    size_t n = 0;
    for (struct str rest = str_of(text); rest.n; n++) {
        s[n].text = str_cut(&rest, ' ');
        s[n].name = str_cut(&s[n].text, '=');
    }
    struct link_fault_order o = {kind, s, n, "link", "case.lua:1"};
    struct link_fault *f;
    struct err e = {0};
    if (!link_fault_add(at_hand->link[link], &o, &f, &e))
        fail_msg("%s", e.msg);
    return f;
}

static void links_say_what_they_do(void **state)
{
    struct net_path p;
    struct net_path_state s;
    (void)state;
    way("a", 0x0a020002, &p);
    s = net_path_look(&p, &voice);
    assert_int_equal(s.cut, 0);
    assert_int_equal(s.loss_ppb, 0);
    assert_int_equal(s.record, 0);
    fault(0, LINK_FAULT_LOSS, "rate=10%");
    fault(5, LINK_FAULT_LOSS, "rate=20% from=r");
    fault(5, LINK_FAULT_LOSS, "rate=50% from=q"); /* the other way */
    fault(5, LINK_FAULT_LOSS, "rate=25% from=r");
    s = net_path_look(&p, &voice);
    assert_int_equal(s.loss_ppb, 460000000); /* 1 - 0.9 * 0.8 * 0.75 */
    assert_int_not_equal(s.record, 0);
    port_offer((struct port *)(uintptr_t)p.hop[2].out, (struct line){.dark = true}); /* s2 to r */
    assert_int_equal(net_path_look(&p, &voice).cut, 1u << 2);
    link_cut(at_hand->link[7]);
    assert_int_equal(net_path_look(&p, &voice).cut, 1u << 2 | 1u << 5);
    link_heal(at_hand->link[7]);
    port_offer((struct port *)(uintptr_t)p.hop[2].out, (struct line){0});
    link_heal(at_hand->link[5]);
    s = net_path_look(&p, &voice);
    assert_int_equal(s.cut, 0);
    assert_int_equal(s.loss_ppb, 100000000);
}

/* What each kind of fault loses of a stream, in parts per billion: closed forms. */
static void faults_lose_their_share(void **state)
{
    static const struct {
        enum link_fault_kind kind;
        const char *text;
        int64_t ppb;
    } rows[] = {
        {LINK_FAULT_GILBERT, "p=1% r=20%", 47619047},                             /* p / (p + r) */
        {LINK_FAULT_GILBERT, "p=1% r=20% loss_good=2% loss_bad=50%", 42857142},   /* 2 % + 48 % of that */
        {LINK_FAULT_GILBERT, "p=0% r=0% loss_good=3%", 30000000},                 /* it stays good */
        {LINK_FAULT_CORRUPT, "rate=3%", 30000000},
        {LINK_FAULT_CORRUPT, "rate=0.001 per=bit", 825332757}, /* 1 - 0.999 ^ (8 * 218) */
        {LINK_FAULT_LOSS, "rate=3% protocol=rtp", 30000000},
        {LINK_FAULT_LOSS, "rate=3% protocol=tftp", 0},
        {LINK_FAULT_MASK, "frames=1-", 0}, /* no frame is counted */
        {LINK_FAULT_DELAY, "by=1s", 0},
        {LINK_FAULT_DUPLICATE, "rate=50%", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct net_path p;
        way("a", 0x0a000003, &p);
        struct link_fault *f = fault(2, rows[i].kind, rows[i].text);
        int64_t off = net_path_look(&p, &voice).loss_ppb - rows[i].ppb;
        if (off < -1 || off > 1)
            fail_msg("%s: off by %lld", rows[i].text, (long long)off);
        link_fault_heal(f, "case.lua:2");
        assert_int_equal(net_path_look(&p, &voice).loss_ppb, 0);
    }
}

static void hear_nothing(void *arg, const struct udp *u, const struct frame *f)
{
    (void)arg, (void)u, (void)f;
}

/* Each kind of change is told, once or more, and nothing else is. */
static void changes_are_told(void **state)
{
    struct paths *p = *state;
    struct ip_stack *b = node("b")->ip;
    uint32_t layout = net_layout(p->w->net), before;
    net_watch_start(p->w->net, &p->watch);
    net_watch_port(&p->watch, node("b"), 16386);
#define TOLD(what) before = p->told, what, assert_true(p->told > before)
#define NOT_TOLD(what) before = p->told, what, assert_int_equal(p->told, before)
    TOLD(link_cut(p->link[0]));
    NOT_TOLD(link_cut(p->link[0]));
    TOLD(link_heal(p->link[0]));
    struct link_fault *loss = NULL;
    TOLD(loss = fault(1, LINK_FAULT_LOSS, "rate=10%"));
    TOLD(link_fault_heal(loss, "case.lua:2"));
    TOLD(fault(1, LINK_FAULT_LOSS, "rate=10% lasts=1s"));
    TOLD(run_for(p->w, dur_s(2)));
    TOLD(fault(1, LINK_FAULT_CUT, "lasts=1s from=c"));
    TOLD(run_for(p->w, dur_s(2)));
    TOLD(fault(1, LINK_FAULT_FLAP, "period=1s"));
    TOLD(run_for(p->w, dur_ms(600)));
    TOLD(link_heal(p->link[1]));
    TOLD(port_offer(node("a")->ports[0], (struct line){.dark = true}));
    NOT_TOLD(port_offer(node("a")->ports[0], (struct line){.dark = true, .supply_mw = 5}));
    NOT_TOLD(ip_bind(b, 16388, hear_nothing, NULL));
    TOLD(ip_bind(b, 16386, hear_nothing, NULL));
    TOLD(ip_unbind(b, 16386));
    assert_int_equal(net_layout(p->w->net), layout);
    TOLD(ip_add_route(b, (struct ip4){0x0c000000}, 8, (struct ip4){0x0a000001}));
    assert_int_not_equal(net_layout(p->w->net), layout);
    TOLD(net_balance(p->w->net)); /* the run is over */
    net_watch_stop(&p->watch);
    NOT_TOLD(ip_bind(b, 16386, hear_nothing, NULL));
    NOT_TOLD(link_cut(p->link[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ways_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(transit_is_that_of_frames, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_say_what_they_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_lose_their_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_are_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
