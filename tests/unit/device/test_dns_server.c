/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DNS server, by hand from the other end, and from a resolver. Independent truth: RFC 1035 4.1, RFC 1034 4.3.2,
 * RFC 2308 2, the look of IOS. */
#include "tests/unit/proto/udp_peer.h"

#include "models/net/table.h"
#include "models/proto/dns_client.h"

#define S 1000000000ll
#define PORT 50000

extern const struct model model_dns_server;

struct bench {
    struct world *w;
    struct udp_peer peer;
    struct node *server;
};

/* "name=value" each. */
static bool make(struct world *w, const char *const more[], struct node **out, struct err *e)
{
    struct setting s[8] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")}};
    size_t n = 2;
    for (; *more; more++, n++) {
        s[n].text = str_of(*more);
        s[n].name = str_cut(&s[n].text, '=');
    }
    return net_add_node(w->net, STR("dns-server"), STR("server"), s, n, out, e);
}

static struct bench *open_bench(const char *const more[])
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    b->w = world_open(&model_dns_server);
    if (!make(b->w, more, &b->server, &e))
        fail_msg("%s", e.msg);
    b->peer.node = station(b->w, "peer");
    cable(b->peer.node, b->server->ports[0]);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->peer.node, 2), PORT, peer_hear, &b->peer);
    ip_resolve(at(b->peer.node)->ip, ip4_n(1));
    run_to(b->w, S);
    return b;
}

#define OPEN(...) open_bench((const char *const[]){__VA_ARGS__, NULL})
#define LAB "domain=example.com", "hosts=cucm105p=10.1.1.2, cucm105s = 10.1.1.3,gw.lab=10.9.9.9,cucm105p=10.1.1.4"

static void close_bench(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

static void op(struct bench *b, const char *name, bool fine)
{
    struct err e = {0};
    const struct model_op *o = model_dns_server.ops;
    while (strcmp(o->name, name) != 0)
        o++;
    assert_int_equal(o->run(b->server, &e), fine);
}

static void say_bytes(struct bench *b, struct str payload)
{
    struct udp u = {.dst = ip4_n(1), .src_port = PORT, .dst_port = DNS_PORT, .payload = payload};
    assert_true(ip_send_udp(at(b->peer.node)->ip, &u, 0));
}

static void say_dns(struct bench *b, const struct dns *m)
{
    uint8_t bytes[DNS_BYTES_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    dns_put(&w, m);
    say_bytes(b, str_of_bytes(bytes, wr_len(&w)));
}

static struct dns query(uint16_t id, const char *name)
{
    struct dns m = {.id = id, .wants_recursion = true, .has_question = true, .type = DNS_A, .class = DNS_IN};
    assert_true(dns_name_parse(str_of(name), &m.name));
    return m;
}

/* The answer within 5 ms. */
static struct dns heard(struct bench *b)
{
    struct dns m;
    uint32_t before = b->peer.count;
    run_for(b->w, dur_ms(5));
    assert_int_equal(b->peer.count, before + 1);
    struct rd r = rd_of(peer_last(&b->peer)->bytes, peer_last(&b->peer)->n);
    assert_true(dns_get(&r, &m));
    assert_true(m.is_response && peer_last(&b->peer)->src_port == DNS_PORT);
    return m;
}

static struct dns ask(struct bench *b, const char *name)
{
    struct dns m = query(0x1a2b, name);
    say_dns(b, &m);
    return heard(b);
}

static void an_answer_byte_by_byte(void **state)
{
    static const char want[] = "\x1a\x2b\x85\x00\x00\x01\x00\x01\x00\x00\x00\x00"
                               "\x02" "Gw" "\x03" "lab" "\x00\x00\x01\x00\x01"
                               "\x02" "Gw" "\x03" "lab" "\x00\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\x0a\x09\x09\x09";
    (void)state;
    struct bench *b = OPEN(LAB);
    ask(b, "Gw.lab"); /* in the case of the question */
    assert_int_equal(peer_last(&b->peer)->n, sizeof want - 1);
    assert_memory_equal(peer_last(&b->peer)->bytes, want, sizeof want - 1);
    close_bench(b);
}

static void names_and_the_domain(void **state)
{
    (void)state;
    struct bench *b = OPEN(LAB, "dns_ttl=90s");
    struct dns m = ask(b, "cucm105p.example.com");
    assert_int_equal(m.rcode, DNS_NOERROR);
    assert_true(m.is_authoritative && m.wants_recursion && !m.has_recursion);
    assert_int_equal(m.record_count, 2);
    assert_int_equal(m.record[0].address.v, ip4_n(2).v);
    assert_int_equal(m.record[1].address.v, ip4_n(4).v);
    assert_int_equal(m.record[1].ttl_s, 90);
    assert_int_equal(ask(b, "cucm105p").rcode, DNS_NXDOMAIN); /* that is another name */
    assert_int_equal(ask(b, "gw.lab.example.com").rcode, DNS_NXDOMAIN);
    assert_int_equal(ask(b, "cucm105s.EXAMPLE.com").record[0].address.v, ip4_n(3).v);
    close_bench(b);
}

static void what_it_does_not_do(void **state)
{
    (void)state;
    struct bench *b = OPEN(LAB);
    struct dns m = query(1, "gw.lab");
    m.type = DNS_AAAA;
    say_dns(b, &m);
    m = heard(b);
    assert_int_equal(m.rcode, DNS_NOERROR); /* RFC 2308 2.2: the name exists */
    assert_int_equal(m.record_count, 0);
    m = query(2, "gw.lab");
    m.opcode = 5;
    say_dns(b, &m);
    m = heard(b);
    assert_int_equal(m.rcode, DNS_NOTIMP);
    assert_int_equal(m.opcode, 5);
    m = query(3, "gw.lab");
    m.class = 3;
    say_dns(b, &m);
    assert_int_equal(heard(b).rcode, DNS_REFUSED);
    say_bytes(b, STR("\0\x04\1\0\0\2\0\0\0\0\0\0")); /* two questions, and none there */
    m = heard(b);
    assert_int_equal(m.rcode, DNS_FORMERR);
    assert_int_equal(m.id, 4);
    assert_false(m.has_question);
    say_bytes(b, STR("\0\x04\1\0\0\1\0\0\0\0\0"));     /* less than a header */
    say_bytes(b, STR("\0\x04\x81\0\0\0\0\0\0\0\0\0")); /* an answer */
    run_for(b->w, dur_ms(5));
    assert_int_equal(b->peer.count, 4);
    assert_int_equal(facts(b->w, "segment-discarded bad-dns"), 2);
    close_bench(b);
}

static void one_query_at_a_time(void **state)
{
    (void)state;
    struct bench *b = OPEN(LAB, "dns_service_time=5ms", "dns_queue=3");
    struct dns m = query(0, "gw.lab");
    int64_t t0 = sim_now(b->w->sim).ns;
    say_dns(b, &m);
    run_for(b->w, dur_ms(3)); /* the others come while it works */
    for (m.id = 1; m.id < 4; m.id++)
        say_dns(b, &m);
    run_for(b->w, dur_s(1));
    assert_in_range(b->peer.heard[0].at.ns, t0 + 5000000, t0 + 5010000);
    assert_int_equal(b->peer.count, 3);
    for (uint32_t i = 1; i < 3; i++)
        assert_int_equal(time_sub(b->peer.heard[i].at, b->peer.heard[i - 1].at).ns, 5000000);
    assert_int_equal(b->peer.heard[2].bytes[1], 2); /* in their order */
    assert_int_equal(facts(b->w, "segment-discarded dns-queue-full"), 1);
    close_bench(b);
}

static void stopped_and_started(void **state)
{
    (void)state;
    struct bench *b = OPEN(LAB, "dns_service_time=5ms");
    struct dns m = query(1, "gw.lab");
    say_dns(b, &m);
    run_for(b->w, dur_ms(2));
    op(b, "stop", true); /* in the middle of its work */
    op(b, "stop", false);
    run_for(b->w, dur_ms(20));
    say_dns(b, &m);
    run_for(b->w, dur_ms(20));
    assert_int_equal(b->peer.count, 0);
    assert_int_equal(facts(b->w, "segment-discarded service-stopped"), 1);
    const uint8_t *icmp = last(b->peer.node)->bytes + 34; /* behind Ethernet and IPv4 */
    assert_int_equal(icmp[-11], IP4_ICMP);
    assert_true(icmp[0] == 3 && icmp[1] == 3); /* port unreachable */
    op(b, "start", true);
    op(b, "start", false);
    say_dns(b, &m);
    run_for(b->w, dur_ms(20));
    assert_int_equal(b->peer.count, 1);
    close_bench(b);
}

struct found {
    enum dns_result result;
    struct ip4 address;
};

static void on_found(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count)
{
    struct found *f = arg;
    f->result = result;
    f->address = count ? addresses[0] : (struct ip4){0};
}

/* Both ends together. */
static void a_resolver_asks(void **state)
{
    struct dns_client c;
    struct dns_config config = {.patience = dur_s(2), .tries = 8};
    struct ip4 server = ip4_n(1);
    struct found f = {.result = DNS_FAILED};
    (void)state;
    struct bench *b = OPEN(LAB);
    dns_init(&c, b->peer.node, at(b->peer.node)->ip, &config);
    dns_set_servers(&c, &server, 1, STR("example.com"));
    op(b, "stop", true);
    dns_resolve(&c, STR("cucm105s"), on_found, &f);
    run_for(b->w, dur_s(5));
    op(b, "start", true);
    run_for(b->w, dur_s(5)); /* the third query, at 6 s, is answered */
    assert_int_equal(f.result, DNS_OK);
    assert_int_equal(f.address.v, ip4_n(3).v);
    dns_resolve(&c, STR("cucm105x"), on_found, &f);
    run_for(b->w, dur_ms(5));
    assert_int_equal(f.result, DNS_NOT_FOUND);
    dns_stop(&c);
    close_bench(b);
}

static void print(void *arg, struct str text)
{
    txtbuf_str(arg, text);
}

static void show_hosts(void **state)
{
    static const char want[] = "Default domain is example.com\n"
                               "Name/address lookup uses static mappings\n"
                               "\n"
                               "Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n"
                               "       temp - temporary, perm - permanent\n"
                               "       NA - Not Applicable None - Not defined\n"
                               "\n"
                               "Host                      Port  Flags      Age Type   Address(es)\n"
                               "cucm105p.example.com      None  (perm, OK)  0   IP      10.1.1.2\n"
                               "                                                        10.1.1.4\n"
                               "cucm105s.example.com      None  (perm, OK)  0   IP      10.1.1.3\n"
                               "gw.lab                    None  (perm, OK)  0   IP      10.9.9.9\n";
    char text[2048];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    (void)state;
    struct bench *b = OPEN(LAB);
    table_print(table_new(b->server, &model_dns_server.tables[0], sim_arena(b->w->sim)), print, &t);
    assert_string_equal(text, want);
    close_bench(b);
}

static void a_ttl_is_of_whole_seconds(void **state)
{
    struct world *w = world_open(&model_dns_server);
    struct node *n;
    struct err e = {0};
    (void)state;
    assert_false(make(w, (const char *const[]){"dns_ttl=1500ms", NULL}, &n, &e));
    assert_non_null(strstr(e.msg, "'dns_ttl': must be whole seconds"));
    sim_free(w->sim);
    test_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_byte_by_byte), cmocka_unit_test(names_and_the_domain),
        cmocka_unit_test(what_it_does_not_do), cmocka_unit_test(one_query_at_a_time),
        cmocka_unit_test(stopped_and_started), cmocka_unit_test(a_resolver_asks),
        cmocka_unit_test(show_hosts), cmocka_unit_test(a_ttl_is_of_whole_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
