/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What CUCM answers on a connection to its port 5060 that says other things than REGISTER (RFC 3261 8.2.1, 8.2.6, 11.2,
 * 12.2.2, 18.3), byte by byte. */
#include "tests/unit/device/call_office.h"

#include "models/net/ip.h"
#include "models/net/tcp.h"

/* A host with a connection to CUCM, and what came on it. */
struct hand {
    struct tcp_config tcp_config;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct tcp_conn *conn;
    bool ended;
    size_t n;
    char came[20000];
};

static bool hand_init(struct node *n, struct err *e)
{
    struct hand *h = n->state;
    struct port *p;
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e))
        return false;
    struct ip_iface i = {.port = p, .mac = {{2, 0, 0, 0, 0, 0x77}}, .addr = {0x0a010163}, .prefix_len = 24};
    h->ip = ip_new(n, &o);
    ip_add_iface(h->ip, &i);
    h->tcp = tcp_new(n, h->ip, &h->tcp_config);
    return true;
}

static void hand_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(((struct hand *)n->state)->ip, in, f);
}

static const struct param_def hand_params[] = {TCP_PARAMS(struct hand, tcp_config, "", "0s", "0s"), {0}};
static const struct model hand_model = {.name = "hand", .doc = "", .state_size = sizeof(struct hand),
                                        .params = hand_params, .init = hand_init, .on_frame = hand_frame};

static void on_data(void *arg, struct str data)
{
    struct hand *h = arg;
    assert_true(h->n + data.n < sizeof h->came);
    memcpy(h->came + h->n, data.p, data.n);
    h->n += data.n;
}

static void on_end(void *arg, enum tcp_end why)
{
    (void)why;
    ((struct hand *)arg)->ended = true;
}

static const struct tcp_events events = {.on_data = on_data, .on_end = on_end};

struct desk {
    struct sim *sim;
    struct net *net;
    struct node *cucm, *hand;
    struct hand *h;
};

static struct desk *desk_open(void)
{
    static const struct model *models[2] = {&hand_model};
    struct desk *d = test_calloc(1, sizeof *d);
    struct sim_config c = {.seed = 3};
    struct err e = {0};
    struct setting s[] = {{STR("mac"), STR("020000000002")}, {STR("address"), STR("10.1.1.2")}, {STR("tftp"), STR("off")}};
    for (size_t i = 0; i < registry_model_count; i++) {
        if (strcmp(registry_models[i]->name, "cucm") == 0)
            models[1] = registry_models[i];
    }
    d->sim = sim_new(&c);
    d->net = net_new(d->sim, models, 2);
    struct link *l;
    assert_true(net_add_node(d->net, STR("cucm"), STR("cucm"), s, 3, &d->cucm, &e));
    assert_true(net_add_node(d->net, STR("hand"), STR("hand"), NULL, 0, &d->hand, &e));
    assert_true(link_connect(d->cucm->ports[0], d->hand->ports[0], NULL, 0, &l, &e));
    assert_true(net_start(d->net, &e));
    d->h = d->hand->state;
    struct tcp_open o = {.dst = {0x0a010102}, .dst_port = 5060};
    d->h->conn = tcp_connect(d->h->tcp, &o, &events, d->h);
    assert_non_null(d->h->conn);
    return d;
}

/* What comes within ten seconds. */
static const char *say(struct desk *d, const char *text)
{
    struct err e = {0};
    d->h->n = 0;
    tcp_send(d->h->conn, str_of(text), 0);
    struct sim_time to = time_add(sim_now(d->sim), dur_s(10));
    assert_int_equal(sim_run_until(d->sim, to, &e), SIM_COMPLETE);
    d->h->came[d->h->n] = 0;
    return d->h->came;
}

static void desk_close(struct desk *d)
{
    sim_free(d->sim);
    test_free(d);
}

#define HEAD(method, uri, branch)                                                                             \
    method " sip:" uri " SIP/2.0\r\nVia: SIP/2.0/TCP 10.1.1.99:5060;branch=z9hG4bK" branch "\r\n"             \
    "From: <sip:99@10.1.1.99>;tag=f1\r\nTo: <sip:1001@10.1.1.2>\r\nCall-ID: " branch "@10.1.1.99\r\n"          \
    "Max-Forwards: 70\r\nCSeq: 7 " method "\r\nContact: <sip:99@10.1.1.99:5060;transport=tcp>\r\n"
#define NO_BODY "Content-Length: 0\r\n\r\n"

static uint32_t answers(const char *came, const char *line)
{
    uint32_t n = 0;
    for (const char *at = came; (at = strstr(at, line)) != NULL; at++)
        n++;
    return n;
}

static void what_is_no_register(void **state)
{
    static const struct {
        const char *text, *status, *has;
    } rows[] = {
        {HEAD("OPTIONS", "10.1.1.2", "a1") NO_BODY, "SIP/2.0 200 OK\r\n", "Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE\r\n"},
        {HEAD("NOTIFY", "10.1.1.2", "a2") NO_BODY, "SIP/2.0 405 Method Not Allowed\r\n", "Allow: INVITE, "},
        {HEAD("BYE", "10.1.1.2", "a3") NO_BODY, "SIP/2.0 481 ", "CSeq: 7 BYE\r\n"},
        {HEAD("CANCEL", "10.1.1.2", "a4") NO_BODY, "SIP/2.0 481 ", "CSeq: 7 CANCEL\r\n"},
        {HEAD("INVITE", "1001@10.1.1.2", "a5") NO_BODY, "SIP/2.0 503 ", "CSeq: 7 INVITE\r\n"}, /* whose device is it? */
        {HEAD("INVITE", "1001@10.1.1.2", "a6") "Require: 100rel\r\n" NO_BODY, "SIP/2.0 420 ", "Unsupported: 100rel\r\n"},
        {"OPTIONS sip:10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.1.1.99:5060;branch=z9hG4bKa7\r\n" NO_BODY, "SIP/2.0 400 ", "Via: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_open();
        const char *came = say(d, rows[i].text);
        if (answers(came, rows[i].status) != 1 || !strstr(came, rows[i].has))
            fail_msg("row %zu: %s", i, came);
        desk_close(d);
    }
}

/* RFC 3261 21.4.11: more than a request may have; what follows it is read as ever. */
static void a_request_too_large(void **state)
{
    static char text[40000];
    struct desk *d = desk_open();
    (void)state;
    size_t n = (size_t)snprintf(text, sizeof text, "%s", HEAD("INVITE", "1001@10.1.1.2", "c1"));
    for (int i = 0; i < 10; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "X-%d: %03000d\r\n", i, 0);
    snprintf(text + n, sizeof text - n, "%s%s", NO_BODY, HEAD("OPTIONS", "10.1.1.2", "c2") NO_BODY);
    const char *came = say(d, text);
    assert_int_equal(answers(came, "SIP/2.0 513 "), 1);
    assert_int_equal(answers(came, "SIP/2.0 200 OK\r\n"), 1);
    assert_false(d->h->ended);
    desk_close(d);
}

/* Who registers on it goes on as before, whatever else is said in between; answers that nobody waits for are not
 * answered. */
static void registers_in_between(void **state)
{
    static const char *const contact =
        "Contact: <sip:x@10.1.1.99:5060;transport=tcp>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-020000000077>\";"
        "+u.sip!devicename.ccm.cisco.com=\"SEP020000000077\";+u.sip!model.ccm.cisco.com=\"540\"\r\nExpires: 3600\r\n" NO_BODY;
    struct desk *d = desk_open();
    char text[2000];
    (void)state;
    snprintf(text, sizeof text, "%s%s%s",
             "REGISTER sip:10.1.1.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.1.1.99:5060;branch=z9hG4bKr1\r\n"
             "From: <sip:99@10.1.1.2>;tag=f1\r\nTo: <sip:99@10.1.1.2>\r\nCall-ID: r@10.1.1.99\r\nMax-Forwards: 70\r\n"
             "CSeq: 101 REGISTER\r\n", contact, HEAD("OPTIONS", "10.1.1.2", "b1") NO_BODY);
    const char *came = say(d, text);
    assert_int_equal(answers(came, "CSeq: 101 REGISTER\r\n"), 2); /* 100 and 200 */
    assert_int_equal(answers(came, "CSeq: 7 OPTIONS\r\n"), 1);
    came = say(d, "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 10.1.1.2:5060;branch=z9hG4bKx\r\nFrom: <sip:1@10.1.1.2>;tag=1\r\n"
                  "To: <sip:99@10.1.1.99>;tag=2\r\nCall-ID: nobody\r\nCSeq: 1 INVITE\r\n" NO_BODY);
    assert_string_equal(came, "");
    came = say(d, HEAD("INVITE", "4711@10.1.1.2", "b2") NO_BODY); /* its device is known now; the number is not */
    assert_int_equal(answers(came, "SIP/2.0 404 Not Found\r\n"), 1);
    assert_false(d->h->ended);
    desk_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_register),
        cmocka_unit_test(a_request_too_large),
        cmocka_unit_test(registers_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
