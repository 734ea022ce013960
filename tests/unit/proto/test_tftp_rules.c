/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of TFTP that bad or unusual peers try, each side by hand from the other. Independent truth: RFC 1350 (2: an
 * error ends the transfer; 4: but for a wrong port; 7: errors are not answered), RFC 2347 to 2349, seed 004 (one port of
 * a client for file after file). */
#include "tests/unit/proto/file_kit.h"

#define MESSAGES_MAX 32

static struct {
    uint16_t from[MESSAGES_MAX];
    uint8_t bytes[MESSAGES_MAX][1500];
    size_t n[MESSAGES_MAX];
    uint32_t count;
} box;

static void hear(void *arg, const struct udp *u, const struct frame *f)
{
    (void)arg;
    (void)f;
    assert_true(box.count < MESSAGES_MAX && u->payload.n <= sizeof box.bytes[0]);
    box.from[box.count] = u->src_port;
    box.n[box.count] = u->payload.n;
    memcpy(box.bytes[box.count++], u->payload.p, u->payload.n);
}

static struct tftp last(void)
{
    struct tftp m;
    assert_true(box.count > 0);
    struct rd r = rd_of(box.bytes[box.count - 1], box.n[box.count - 1]);
    assert_true(tftp_get(&r, &m));
    return m;
}

static uint16_t last_from(void)
{
    return box.from[box.count - 1];
}

static void tell(struct office *o, struct node *who, struct node *whom, uint16_t from, uint16_t to, const struct tftp *m)
{
    uint8_t bytes[1500];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, m);
    struct udp u = {.dst = end_of(whom)->address, .src_port = from, .dst_port = to,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    assert_true(ip_send_udp(end_of(who)->ip, &u, 0));
    run_for(o, dur_ms(5));
}

/* --- the server, by hand from the phone --------------------------------------------------------- */

static struct office *open_server(void)
{
    struct office *o = office_open(NULL, 0);
    start_serving(o->server[0]);
    put_file(o->server[0], "f", 3000);
    put_file(o->server[0], "g", 10);
    box.count = 0;
    ip_bind(end_of(o->phone)->ip, 3309, hear, NULL);
    ip_bind(end_of(o->phone)->ip, 3310, hear, NULL);
    return o;
}

static uint32_t transfers(struct office *o)
{
    return end_of(o->server[0])->tftp.count;
}

static void ask(struct office *o, const char *name)
{
    struct tftp m = {.op = TFTP_RRQ, .file = str_of(name), .mode = STR("octet")};
    tell(o, o->phone, o->server[0], 3309, TFTP_PORT, &m);
}

static void say(struct office *o, uint16_t from, uint16_t to, enum tftp_op op, uint16_t number)
{
    struct tftp m = {.op = op, .number = number};
    tell(o, o->phone, o->server[0], from, to, &m);
}

static void an_error_is_never_answered(void **state)
{
    (void)state;
    struct office *o = open_server();
    ask(o, "f");
    say(o, 3310, last_from(), TFTP_ERROR, 5); /* from a stranger: ends nothing */
    say(o, 3310, TFTP_PORT, TFTP_ERROR, 4);
    assert_int_equal(box.count, 1);
    assert_int_equal(transfers(o), 1);
    say(o, 3309, last_from(), TFTP_ERROR, 3); /* from the client: ends it */
    assert_int_equal(box.count, 1);
    assert_int_equal(transfers(o), 0);
    office_close(o);
}

static void an_illegal_operation_ends_it(void **state)
{
    static const enum tftp_op ops[] = {TFTP_DATA, TFTP_OACK, TFTP_RRQ};
    (void)state;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        struct office *o = open_server();
        ask(o, "f");
        say(o, 3309, last_from(), ops[i], 1);
        assert_int_equal(last().op, TFTP_ERROR);
        assert_int_equal(last().number, TFTP_ILLEGAL_OPERATION);
        assert_int_equal(transfers(o), 0);
        office_close(o);
    }
}

/* The request again, before its first block is acknowledged, is one transfer; nothing is sent for it. */
static void a_request_that_comes_twice(void **state)
{
    (void)state;
    struct office *o = open_server();
    ask(o, "f");
    ask(o, "f");
    assert_int_equal(box.count, 1);
    assert_int_equal(transfers(o), 1);
    office_close(o);
}

/* The phone is done with one file; its last ACK is lost. It asks for the next from the same port, and is served at
 * once, from another port. What still comes of the old transfer it answers with error 5, and that ends it. */
static void the_next_file_from_the_same_port(void **state)
{
    (void)state;
    struct office *o = open_server();
    ask(o, "g");
    uint16_t old = last_from();
    ask(o, "f");
    assert_int_equal(box.count, 2);
    assert_int_equal(last().op, TFTP_DATA);
    assert_int_equal(last().data.n, 512);
    assert_int_not_equal(last_from(), old);
    assert_int_equal(transfers(o), 2);
    say(o, 3309, old, TFTP_ERROR, TFTP_UNKNOWN_TID);
    assert_int_equal(transfers(o), 1);
    say(o, 3309, last_from(), TFTP_ACK, 1);
    assert_int_equal(last().number, 2);
    ask(o, "f"); /* block 1 was acknowledged: from the beginning, then */
    assert_int_equal(last().number, 1);
    assert_int_equal(transfers(o), 2);
    tftp_server_stop(&end_of(o->server[0])->tftp);
    assert_int_equal(transfers(o), 0);
    office_close(o);
}

static void a_name_that_is_too_long(void **state)
{
    char name[400] = "", kept[FILE_NAME_MAX + 1] = "";
    (void)state;
    struct office *o = open_server();
    memset(name, 'x', 300);
    memset(kept, 'x', FILE_NAME_MAX);
    put_file(o->server[0], kept, 5); /* not the one that was asked for */
    ask(o, name);
    assert_int_equal(last().op, TFTP_ERROR);
    assert_int_equal(last().number, TFTP_NOT_FOUND);
    ask(o, kept);
    assert_int_equal(last().op, TFTP_DATA);
    office_close(o);
}

static void ask_for(struct office *o, const char *option, const char *value)
{
    struct tftp m = {.op = TFTP_RRQ, .file = STR("f"), .mode = STR("octet"), .option_count = 1};
    m.option[0] = (struct tftp_option){str_of(option), str_of(value)};
    tell(o, o->phone, o->server[0], 3309, TFTP_PORT, &m);
}

/* What the server answers to one option; NULL: the plain DATA of a server that took none. */
static void options_of_all_kinds(void **state)
{
    static const struct {
        const char *option, *asked, *answer;
    } cases[] = {
        {"blksize", "8", "8"},      {"BlkSize", "512", "512"}, {"blksize", "65464", "1428"}, {"blksize", "7", NULL},
        {"blksize", "65465", NULL}, {"blksize", "big", NULL},  {"timeout", "1", "1"},        {"timeout", "255", "255"},
        {"timeout", "0", NULL},     {"timeout", "256", NULL},  {"tsize", "0", "3000"},       {"multicast", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct office *o = open_server();
        ask_for(o, cases[i].option, cases[i].asked);
        struct tftp m = last();
        if (cases[i].answer) {
            assert_int_equal(m.op, TFTP_OACK);
            assert_int_equal(m.option_count, 1);
            assert_true(str_eq(tftp_option(&m, str_of(cases[i].option)), str_of(cases[i].answer)));
        } else {
            assert_int_equal(m.op, TFTP_DATA);
            assert_int_equal(m.data.n, 512);
        }
        say(o, 3309, last_from(), TFTP_ERROR, 0);
        office_close(o);
    }
}

/* Asked for one second, the server repeats after one; a client that refuses its answer hears no more (RFC 2347). */
static void the_time_that_was_asked_for(void **state)
{
    (void)state;
    struct office *o = open_server();
    ask_for(o, "timeout", "1");
    run_for(o, dur_ms(3100));
    assert_int_equal(box.count, 1 + 3);
    say(o, 3309, last_from(), TFTP_ERROR, TFTP_OPTION_REFUSED);
    assert_int_equal(transfers(o), 0);
    office_close(o);
}

/* --- the phone, by hand from the server ------------------------------------------------------------ */

static struct office *open_phone(void)
{
    struct office *o = office_open(NULL, 0);
    box.count = 0;
    ip_bind(end_of(o->server[0])->ip, TFTP_PORT, hear, NULL);
    ip_bind(end_of(o->server[0])->ip, 7000, hear, NULL);
    ip_bind(end_of(o->server[0])->ip, 7001, hear, NULL);
    get(o, "f");
    run_for(o, dur_ms(5));
    assert_int_equal(box.count, 1);
    return o;
}

static void answer(struct office *o, uint16_t from, enum tftp_op op, uint16_t number, size_t n)
{
    static const char zeros[600];
    struct tftp m = {.op = op, .number = number, .data = {zeros, op == TFTP_DATA ? n : 0}};
    tell(o, o->server[0], o->phone, from, box.from[0], &m);
}

static void a_block_that_is_too_long(void **state)
{
    (void)state;
    struct office *o = open_phone();
    answer(o, 7000, TFTP_DATA, 1, 513);
    assert_int_equal(o->result, FETCH_REFUSED);
    assert_int_equal(last().number, TFTP_ILLEGAL_OPERATION);
    assert_int_equal(said(o, "f is not taken: a TFTP block is too long"), 1);
    office_close(o);
}

static void what_no_server_says(void **state)
{
    static const enum tftp_op ops[] = {TFTP_ACK, TFTP_RRQ, TFTP_WRQ};
    (void)state;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        struct office *o = open_phone();
        answer(o, 7000, ops[i], 0, 0);
        assert_int_equal(o->result, FETCH_REFUSED);
        assert_int_equal(last().op, TFTP_ERROR);
        assert_int_equal(last().number, TFTP_ILLEGAL_OPERATION);
        office_close(o);
    }
}

/* A block whose turn has not come is passed over; so is a stranger's error, and it is not answered. */
static void a_strangers_error_ends_nothing(void **state)
{
    (void)state;
    struct office *o = open_phone();
    answer(o, 7000, TFTP_DATA, 2, 512);
    assert_int_equal(box.count, 1);
    answer(o, 7000, TFTP_DATA, 1, 512);
    uint32_t before = box.count;
    answer(o, 7001, TFTP_ERROR, TFTP_NOT_FOUND, 0);
    assert_int_equal(box.count, before);
    assert_int_equal(o->done, 0);
    answer(o, 7000, TFTP_DATA, 2, 9);
    assert_int_equal(o->result, FETCH_OK);
    assert_int_equal(o->n, 521);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_never_answered),
        cmocka_unit_test(an_illegal_operation_ends_it),
        cmocka_unit_test(a_request_that_comes_twice),
        cmocka_unit_test(the_next_file_from_the_same_port),
        cmocka_unit_test(a_name_that_is_too_long),
        cmocka_unit_test(options_of_all_kinds),
        cmocka_unit_test(the_time_that_was_asked_for),
        cmocka_unit_test(a_block_that_is_too_long),
        cmocka_unit_test(what_no_server_says),
        cmocka_unit_test(a_strangers_error_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
