/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phone's side of TFTP, with a server that is played by hand. Independent truth: RFC 1350, RFC 2347, RFC 5859
 * 3 (four tries of four seconds, then the next server), and the sizes of seed 004's requests. */
#include "tests/unit/proto/udp_peer.h"

#include "models/net/tcp.h"
#include "models/proto/file_fetch.h"

#define S 1000000000ll

/* A station that can have a TCP engine. */
struct host {
    struct station station;
    struct tcp_config tcp;
};

static const struct param_def host_params[] = {TCP_PARAMS(struct host, tcp, "", "22s", "0s"), {0}};
static const struct model host_model = {
    .name = "host",
    .doc = "a station with TCP",
    .state_size = sizeof(struct host),
    .params = host_params,
    .init = station_init,
    .on_frame = station_hear,
};

static struct node *host(struct world *w, const char *name)
{
    struct node *n;
    struct err e = {0};
    assert_true(net_add_node(w->net, STR("host"), str_of(name), NULL, 0, &n, &e));
    return n;
}

static struct tcp *host_tcp(struct node *n, struct ip_stack *ip)
{
    struct host *h = n->state;
    return tcp_new(n, ip, &h->tcp);
}

struct bench {
    struct world *w;
    struct udp_peer server;
    struct node *phone;
    struct fetch_config config;
    struct file_fetch fetch;
    int done;
    enum fetch_result result;
    size_t bytes;
    struct sim_time at;
};

static void on_done(void *arg, enum fetch_result result, struct str bytes)
{
    struct bench *b = arg;
    b->done++;
    b->result = result;
    b->bytes = bytes.n;
    b->at = sim_now(b->w->sim);
}

static struct bench *open_bench(bool http, uint32_t servers)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct ip4 list[] = {ip4_n(1), ip4_n(3)};
    b->w = world_open(&host_model);
    b->phone = host(b->w, "phone");
    b->server.node = host(b->w, "server");
    cable(b->phone, b->server.node->ports[0]);
    struct err e = {0};
    assert_true(net_start(b->w->net, &e));
    struct ip_stack *ip = peer_stack(b->phone, 2), *far = peer_stack(b->server.node, 1);
    struct tcp *tcp = host_tcp(b->phone, ip);
    host_tcp(b->server.node, far); /* nobody listens there: a SYN is answered RST */
    b->config = (struct fetch_config){.http = http, .patience = dur_s(4), .tries = 4, .size_max = 100000};
    ip_bind(far, TFTP_PORT, peer_hear, &b->server);
    fetch_init(&b->fetch, b->phone, ip, tcp, &b->config);
    fetch_set_servers(&b->fetch, list, servers);
    run_to(b->w, S);
    return b;
}

static void close_bench(struct bench *b)
{
    fetch_stop(&b->fetch);
    world_close(b->w);
    test_free(b);
}

static void get(struct bench *b, const char *name)
{
    fetch_get(&b->fetch, str_of(name), true, on_done, b);
    run_for(b->w, dur_ms(5));
}

/* From the port of the transfer, 7000, unless another is given. */
static void answer(struct bench *b, uint16_t from, const struct tftp *m)
{
    uint8_t bytes[600];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, m);
    struct udp u = {.dst = ip4_n(2), .src_port = from, .dst_port = b->server.heard[0].src_port,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    assert_true(ip_send_udp(at(b->server.node)->ip, &u, 0));
    run_for(b->w, dur_ms(5));
}

static void give(struct bench *b, uint16_t from, uint16_t block, size_t n)
{
    static char zeros[512];
    struct tftp m = {.op = TFTP_DATA, .number = block, .data = {zeros, n}};
    answer(b, from, &m);
}

static struct tftp heard(struct bench *b, uint32_t i)
{
    assert_true(i < b->server.count);
    struct rd r = rd_of(b->server.heard[i].bytes, b->server.heard[i].n);
    struct tftp m;
    assert_true(tftp_get(&r, &m));
    return m;
}

static void listen(struct bench *b, uint16_t port)
{
    ip_bind(at(b->server.node)->ip, port, peer_hear, &b->server);
}

static void requests_have_the_sizes_of_seed_004(void **state)
{
    static const struct {
        const char *name;
        size_t bytes;
    } requests[] = {{"SEP005056A1033D.cnf.xml", 32}, {"English_United_States/ipc-sip.jar", 42}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(false, 1);
        get(b, requests[i].name);
        assert_int_equal(b->server.count, 1);
        assert_int_equal(b->server.heard[0].n, requests[i].bytes);
        assert_int_equal(heard(b, 0).option_count, 0);
        close_bench(b);
    }
}

static void a_file_of_two_blocks_and_a_last_ack_that_was_lost(void **state)
{
    (void)state;
    struct bench *b = open_bench(false, 1);
    listen(b, 7000);
    get(b, "f");
    give(b, 7000, 1, 512);
    assert_int_equal(heard(b, 1).op, TFTP_ACK);
    give(b, 7000, 1, 512); /* again: acknowledged again, taken once */
    assert_int_equal(heard(b, 2).number, 1);
    assert_int_equal(b->done, 0);
    give(b, 7000, 2, 100);
    assert_int_equal(b->done, 1);
    assert_int_equal(b->result, FETCH_OK);
    assert_int_equal(b->bytes, 612);
    uint32_t before = b->server.count;
    give(b, 7000, 2, 100); /* our last ACK did not come: it is said again (RFC 1350 6) */
    assert_int_equal(b->server.count, before + 1);
    assert_int_equal(b->done, 1);
    close_bench(b);
}

static void silence_is_asked_four_times_a_server(void **state)
{
    (void)state;
    struct bench *b = open_bench(false, 2); /* nobody has 10.1.1.3 */
    get(b, "f");
    run_for(b->w, dur_s(60));
    assert_int_equal(b->server.count, 4);
    for (uint32_t k = 1; k < 4; k++) /* the first one waited for ARP */
        assert_in_range(time_sub(b->server.heard[k].at, b->server.heard[k - 1].at).ns, 4 * S - 10000, 4 * S);
    assert_int_equal(b->done, 1);
    assert_int_equal(b->result, FETCH_FAILED);
    assert_int_equal(b->at.ns, S + 2 * 4 * 4 * S);
    close_bench(b);
}

static void a_lost_block_is_asked_for_by_its_predecessors_ack(void **state)
{
    (void)state;
    struct bench *b = open_bench(false, 1);
    listen(b, 7000);
    get(b, "f");
    give(b, 7000, 1, 512);
    uint32_t before = b->server.count;
    run_for(b->w, dur_ms(4005));
    assert_int_equal(b->server.count, before + 1);
    assert_int_equal(heard(b, before).op, TFTP_ACK);
    assert_int_equal(heard(b, before).number, 1);
    close_bench(b);
}

static void a_stranger_gets_error_5_and_ends_nothing(void **state)
{
    (void)state;
    struct bench *b = open_bench(false, 1);
    listen(b, 7000);
    listen(b, 7001);
    get(b, "f");
    give(b, 7000, 1, 512);
    give(b, 7001, 2, 100);
    assert_int_equal(heard(b, b->server.count - 1).number, TFTP_UNKNOWN_TID);
    assert_int_equal(b->server.heard[b->server.count - 1].dst_port, 7001);
    assert_int_equal(b->done, 0);
    give(b, 7000, 2, 1);
    assert_int_equal(b->result, FETCH_OK);
    assert_int_equal(b->bytes, 513);
    close_bench(b);
}

static void errors_and_options_nobody_asked_for(void **state)
{
    static const struct {
        struct tftp m;
        enum fetch_result want;
    } cases[] = {{{.op = TFTP_ERROR, .number = TFTP_NOT_FOUND}, FETCH_NOT_FOUND},
                 {{.op = TFTP_ERROR, .number = TFTP_ACCESS_VIOLATION}, FETCH_REFUSED},
                 {{.op = TFTP_OACK, .option_count = 1, .option = {{STR("tsize"), STR("5")}}}, FETCH_REFUSED}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *b = open_bench(false, 1);
        listen(b, 7000);
        get(b, "f");
        answer(b, 7000, &cases[i].m);
        assert_int_equal(b->done, 1);
        assert_int_equal(b->result, cases[i].want);
        if (cases[i].m.op == TFTP_OACK)
            assert_int_equal(heard(b, b->server.count - 1).number, TFTP_OPTION_REFUSED);
        close_bench(b);
    }
}

static void a_file_that_is_too_large_is_not_taken(void **state)
{
    (void)state;
    struct bench *b = open_bench(false, 1);
    b->config.size_max = 600;
    listen(b, 7000);
    get(b, "f");
    give(b, 7000, 1, 512);
    give(b, 7000, 2, 512);
    assert_int_equal(b->result, FETCH_REFUSED);
    close_bench(b);
}

/* HTTP first; where its connection is refused, TFTP at once. */
static void refused_http_falls_back(void **state)
{
    (void)state;
    struct bench *b = open_bench(true, 1);
    get(b, "f");
    assert_int_equal(b->server.count, 1);
    assert_int_equal(heard(b, 0).op, TFTP_RRQ);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_have_the_sizes_of_seed_004),
        cmocka_unit_test(a_file_of_two_blocks_and_a_last_ack_that_was_lost),
        cmocka_unit_test(silence_is_asked_four_times_a_server),
        cmocka_unit_test(a_lost_block_is_asked_for_by_its_predecessors_ack),
        cmocka_unit_test(a_stranger_gets_error_5_and_ends_nothing),
        cmocka_unit_test(errors_and_options_nobody_asked_for),
        cmocka_unit_test(a_file_that_is_too_large_is_not_taken),
        cmocka_unit_test(refused_http_falls_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
