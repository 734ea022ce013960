/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUCM's TFTP service, by hand from the other end. Independent truth: RFC 1350 (blocks, TIDs, errors), RFC 1123
 * 4.2.3.1 (duplicate ACK), RFC 2347 to 2349 (options). */
#include "tests/unit/proto/udp_peer.h"

#include "models/wire/tftp.h"

#define S 1000000000ll

extern const struct model model_cucm;

struct bench {
    struct world *w;
    struct udp_peer peer;
    struct node *server;
};

static char content[4096];

static void add(struct node *n, const char *name, size_t bytes)
{
    struct err e = {0};
    assert_true(n->model->add_file(n, str_of(name), (struct str){content, bytes}, &e));
}

static struct bench *open_bench(void)
{
    static const struct setting s[] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                                       {STR("tftp_service_time"), STR("2ms")}};
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    b->w = world_open(&model_cucm);
    assert_true(net_add_node(b->w->net, STR("cucm"), STR("server"), s, 3, &b->server, &e));
    b->peer.node = station(b->w, "peer");
    cable(b->peer.node, b->server->ports[0]);
    add(b->server, "empty", 0);
    add(b->server, "short", 511);
    add(b->server, "block", 512);
    add(b->server, "longer", 513);
    add(b->server, "two", 1024);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->peer.node, 2), 5000, peer_hear, &b->peer);
    ip_bind(at(b->peer.node)->ip, 5001, peer_hear, &b->peer);
    run_to(b->w, S);
    return b;
}

static void close_bench(struct bench *b)
{
    run_for(b->w, dur_s(60)); /* whatever is not acknowledged ends */
    world_close(b->w);
    test_free(b);
}

static void tell(struct bench *b, uint16_t from, uint16_t to, const struct tftp *m)
{
    uint8_t bytes[512];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, m);
    struct udp u = {.dst = ip4_n(1), .src_port = from, .dst_port = to, .payload = str_of_bytes(bytes, wr_len(&w))};
    assert_true(ip_send_udp(at(b->peer.node)->ip, &u, 0));
    run_for(b->w, dur_ms(10));
}

static void ask(struct bench *b, const char *name)
{
    struct tftp m = {.op = TFTP_RRQ, .file = str_of(name), .mode = STR("octet")};
    tell(b, 5000, TFTP_PORT, &m);
}

static void acknowledge(struct bench *b, uint16_t from, uint16_t block)
{
    struct tftp m = {.op = TFTP_ACK, .number = block};
    tell(b, from, peer_last(&b->peer)->src_port, &m);
}

static struct tftp last_message(struct bench *b)
{
    const struct heard *h = peer_last(&b->peer);
    struct rd r = rd_of(h->bytes, h->n < HEARD_BYTES ? h->n : HEARD_BYTES);
    struct tftp m;
    assert_true(tftp_get(&r, &m));
    return m;
}

/* floor(n / 512) + 1 blocks, the last one shorter than 512, perhaps empty; from one port that is not 69. */
static void blocks_of_each_size(void **state)
{
    static const struct {
        const char *name;
        size_t bytes;
    } files[] = {{"empty", 0}, {"short", 511}, {"block", 512}, {"longer", 513}, {"two", 1024}};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct bench *b = open_bench();
        size_t blocks = files[i].bytes / 512 + 1, got = 0;
        ask(b, files[i].name);
        uint16_t tid = peer_last(&b->peer)->src_port;
        assert_int_not_equal(tid, TFTP_PORT);
        for (size_t k = 1; k <= blocks; k++) {
            struct tftp m = last_message(b);
            assert_int_equal(m.op, TFTP_DATA);
            assert_int_equal(m.number, k);
            assert_int_equal(m.data.n, k < blocks ? 512 : files[i].bytes % 512);
            assert_int_equal(peer_last(&b->peer)->src_port, tid);
            got += m.data.n;
            acknowledge(b, 5000, (uint16_t)k);
        }
        assert_int_equal(got, files[i].bytes);
        assert_int_equal(b->peer.count, blocks);
        close_bench(b);
    }
}

/* Every 3 s, five times; then it gives up. */
static void a_block_without_ack_is_sent_again(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "two");
    run_for(b->w, dur_s(60));
    assert_int_equal(b->peer.count, 6);
    for (uint32_t k = 1; k < 6; k++)
        assert_int_equal(time_sub(b->peer.heard[k].at, b->peer.heard[k - 1].at).ns, 3 * S);
    close_bench(b);
}

/* The Sorcerer's Apprentice: an old ACK must not double what follows. */
static void a_duplicate_ack_is_passed_over(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "two");
    acknowledge(b, 5000, 1);
    uint32_t before = b->peer.count;
    acknowledge(b, 5000, 1);
    acknowledge(b, 5000, 1);
    assert_int_equal(b->peer.count, before);
    acknowledge(b, 5000, 2);
    assert_int_equal(b->peer.count, before + 1);
    acknowledge(b, 5000, 3);
    close_bench(b);
}

/* Error 5 to the stranger, and the transfer goes on. */
static void another_tid_ends_nothing(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "two");
    acknowledge(b, 5001, 1);
    assert_int_equal(last_message(b).op, TFTP_ERROR);
    assert_int_equal(last_message(b).number, TFTP_UNKNOWN_TID);
    assert_int_equal(peer_last(&b->peer)->dst_port, 5001);
    acknowledge(b, 5000, 1);
    assert_int_equal(last_message(b).op, TFTP_DATA);
    assert_int_equal(last_message(b).number, 2);
    acknowledge(b, 5000, 2);
    acknowledge(b, 5000, 3);
    close_bench(b);
}

static void what_is_not_there_and_what_is_not_done(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "nothing");
    assert_int_equal(last_message(b).op, TFTP_ERROR);
    assert_int_equal(last_message(b).number, TFTP_NOT_FOUND);
    struct tftp write = {.op = TFTP_WRQ, .file = STR("x"), .mode = STR("octet")};
    tell(b, 5000, TFTP_PORT, &write);
    assert_int_equal(last_message(b).number, TFTP_ACCESS_VIOLATION);
    struct tftp mail = {.op = TFTP_RRQ, .file = STR("two"), .mode = STR("mail")};
    tell(b, 5000, TFTP_PORT, &mail);
    assert_int_equal(last_message(b).number, TFTP_ILLEGAL_OPERATION);
    struct tftp loud = {.op = TFTP_RRQ, .file = STR("short"), .mode = STR("OCTET")};
    tell(b, 5000, TFTP_PORT, &loud);
    assert_int_equal(last_message(b).op, TFTP_DATA);
    acknowledge(b, 5000, 1);
    close_bench(b);
}

/* Seed 004: one trust list for all phones; what is missing is named by that. */
static void a_trust_list_goes_by_another_name(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "CTLSEP005056A1033D.tlv");
    assert_int_equal(last_message(b).number, TFTP_NOT_FOUND);
    add(b->server, "CTLFile.tlv", 77);
    ask(b, "CTLSEP005056A1033D.tlv");
    assert_int_equal(last_message(b).op, TFTP_DATA);
    assert_int_equal(last_message(b).data.n, 77);
    acknowledge(b, 5000, 1);
    close_bench(b);
}

/* An OACK with what was accepted, unknown options left out; then ACK 0, and blocks of the new size. */
static void options(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct tftp m = {.op = TFTP_RRQ, .file = STR("two"), .mode = STR("octet"), .option_count = 3};
    m.option[0] = (struct tftp_option){STR("BLKSIZE"), STR("1000")};
    m.option[1] = (struct tftp_option){STR("tsize"), STR("0")};
    m.option[2] = (struct tftp_option){STR("windowsize"), STR("4")};
    tell(b, 5000, TFTP_PORT, &m);
    struct tftp oack = last_message(b);
    assert_int_equal(oack.op, TFTP_OACK);
    assert_int_equal(oack.option_count, 2);
    assert_true(str_eq(tftp_option(&oack, STR("blksize")), STR("1000")));
    assert_true(str_eq(tftp_option(&oack, STR("tsize")), STR("1024")));
    acknowledge(b, 5000, 0);
    assert_int_equal(peer_last(&b->peer)->n, 4 + 1000);
    acknowledge(b, 5000, 1);
    assert_int_equal(peer_last(&b->peer)->n, 4 + 24);
    acknowledge(b, 5000, 2);
    close_bench(b);
}

/* One request at a time, 2 ms each. */
static void requests_wait_for_each_other(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct tftp m = {.op = TFTP_RRQ, .file = STR("nothing"), .mode = STR("octet")};
    uint8_t bytes[64];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, &m);
    for (uint16_t k = 0; k < 2; k++) {
        struct udp u = {.dst = ip4_n(1), .src_port = (uint16_t)(5000 + k), .dst_port = TFTP_PORT,
                        .payload = str_of_bytes(bytes, wr_len(&w))};
        assert_true(ip_send_udp(at(b->peer.node)->ip, &u, 0));
    }
    run_for(b->w, dur_s(1));
    assert_int_equal(b->peer.count, 2);
    assert_in_range(time_sub(b->peer.heard[1].at, b->peer.heard[0].at).ns, 1990000, 2010000);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_each_size),
        cmocka_unit_test(a_block_without_ack_is_sent_again),
        cmocka_unit_test(a_duplicate_ack_is_passed_over),
        cmocka_unit_test(another_tid_ends_nothing),
        cmocka_unit_test(what_is_not_there_and_what_is_not_done),
        cmocka_unit_test(a_trust_list_goes_by_another_name),
        cmocka_unit_test(options),
        cmocka_unit_test(requests_wait_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
