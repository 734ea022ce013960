/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files by TFTP, with frames lost in between. Independent truth: RFC 1350 (floor(n / 512) + 1 blocks; who repeats
 * what), RFC 1123 4.2.3.1 (nothing is sent twice because something else was), RFC 5859 3, RFC 2348. */
#include "tests/unit/proto/file_kit.h"

static struct office *open_tftp(void)
{
    struct office *o = office_open(NULL, 0);
    start_serving(o->server[0]);
    return o;
}

/* What one request takes without loss: the service time, and microseconds on the wire. */
#define AT_ONCE_NS (3 * MS)

static void files_of_each_size(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 1024, 70000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct office *o = open_tftp();
        uint32_t blocks = (uint32_t)(sizes[i] / 512 + 1);
        put_file(o->server[0], "f", sizes[i]);
        fetch_file(o, "f", FETCH_OK);
        got_pattern(o, sizes[i]);
        run_for(o, dur_ms(10)); /* the last ACK */
        assert_int_equal(lines(o, "TFTP DATA"), blocks);
        assert_int_equal(lines(o, "TFTP ACK"), blocks);
        assert_int_equal(lines(o, "TFTP RRQ f"), 1);
        assert_int_equal(said(o, "Transferred[f]"), 1);
        office_close(o);
    }
}

static void a_lost_block_comes_again(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 3000);
    lose(o, "TFTP DATA block 3", 0, 1);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 3 * S, 3 * S + AT_ONCE_NS);
    got_pattern(o, 3000);
    run_for(o, dur_ms(10));
    assert_int_equal(lines(o, "TFTP DATA"), 6 + 1);
    assert_int_equal(lines(o, "TFTP ACK"), 6);
    office_close(o);
}

/* The server says block 3 again, the phone its ACK; from there on everything goes once (the Sorcerer's Apprentice). */
static void a_lost_ack_doubles_nothing(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 3000);
    lose(o, "TFTP ACK block 3", 0, 1);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 3 * S, 3 * S + AT_ONCE_NS);
    got_pattern(o, 3000);
    run_for(o, dur_s(30));
    assert_int_equal(lines(o, "TFTP DATA"), 6 + 1);
    assert_int_equal(lines(o, "TFTP DATA block 3"), 2);
    assert_int_equal(lines(o, "TFTP ACK"), 6 + 1);
    office_close(o);
}

/* The phone is done; it still answers, so the server need not give up (RFC 1350 6). */
static void a_lost_last_ack_is_said_again(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 600);
    lose(o, "TFTP ACK block 2", 0, 1);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 0, AT_ONCE_NS);
    run_for(o, dur_s(30));
    assert_int_equal(lines(o, "TFTP DATA block 2"), 2);
    assert_int_equal(lines(o, "TFTP ACK block 2"), 2);
    assert_int_equal(said(o, "Transferred[f]"), 1);
    assert_int_equal(said(o, "No ACK[f]"), 0);
    office_close(o);
}

static void a_lost_request_is_asked_again(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 600);
    lose(o, "TFTP RRQ", 0, 2);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 8 * S, 8 * S + AT_ONCE_NS);
    assert_int_equal(lines(o, "TFTP RRQ"), 3);
    office_close(o);
}

/* Both ends are patient: the server repeats DATA after 3 s, before the phone repeats its ACK after 4 s. When the
 * server is gone for good, the phone says its ACK four times in all, then it asks the next one from the beginning. */
static void a_server_that_dies_in_between(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    struct ip4 both[] = {end_of(o->server[0])->address, end_of(o->server[1])->address};
    fetch_set_servers(&end_of(o->phone)->fetch, both, 2);
    start_serving(o->server[1]);
    put_file(o->server[0], "f", 3000);
    put_file(o->server[1], "f", 2000);
    lose(o, "TFTP DATA", 2, 1000);
    get(o, "f");
    run_for(o, dur_s(15));
    tftp_server_stop(&end_of(o->server[0])->tftp);
    lose(o, NULL, 0, 0);
    assert_in_range(wait_for(o, FETCH_OK), S, S + 2 * AT_ONCE_NS);
    got_pattern(o, 2000);
    assert_int_equal(lines(o, "TFTP ACK block 2"), 4 + 1);
    assert_int_equal(said(o, "10.1.1.1 does not answer for f: 4 tries, 1024 bytes had come"), 1);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 0, AT_ONCE_NS); /* who answered last is asked first */
    got_pattern(o, 2000);
    office_close(o);
}

/* RFC 1350 says nothing of more than 65535 blocks; by common practice the number goes on with 0. */
static void block_numbers_wrap(void **state)
{
    static const struct setting s[] = {{STR("tftp_blksize"), STR("8")}};
    const size_t bytes = 65540 * 8 + 3;
    (void)state;
    struct office *o = office_open(s, 1);
    start_serving(o->server[0]);
    put_file(o->server[0], "f", bytes);
    hub_of(o)->silent = true;
    fetch_file(o, "f", FETCH_OK);
    got_pattern(o, bytes);
    run_for(o, dur_ms(10));
    assert_int_equal(said(o, "Transferred[f]"), 1);
    office_close(o);
}

/* The OACK is acknowledged as block 0 and, when that is lost, comes again. */
static void a_block_size_is_agreed_on(void **state)
{
    static const struct setting s[] = {{STR("tftp_blksize"), STR("1428")}};
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct office *o = office_open(s, 1);
        start_serving(o->server[0]);
        put_file(o->server[0], "f", 2 * 1428);
        if (lost)
            lose(o, "TFTP ACK block 0", 0, 1);
        int64_t took = fetch_file(o, "f", FETCH_OK);
        assert_in_range(took, lost * 3 * S, lost * 3 * S + AT_ONCE_NS);
        got_pattern(o, 2 * 1428);
        run_for(o, dur_ms(10));
        assert_int_equal(lines(o, "TFTP OACK"), 1 + lost);
        assert_int_equal(lines(o, "TFTP DATA"), 3);
        assert_int_equal(lines(o, "Len=1428"), 2);
        office_close(o);
    }
}

/* Error 3 ends the server's transfer at once; without it the server would go on for 18 s. */
static void too_large_is_said_to_the_server(void **state)
{
    static const struct setting s[] = {{STR("file_size_max"), STR("1KiB")}};
    (void)state;
    struct office *o = office_open(s, 1);
    start_serving(o->server[0]);
    put_file(o->server[0], "fits", 1024);
    put_file(o->server[0], "f", 1025);
    fetch_file(o, "fits", FETCH_OK);
    got_pattern(o, 1024);
    fetch_file(o, "f", FETCH_REFUSED);
    assert_int_equal(said(o, "f is not taken: it is larger than file_size_max"), 1);
    run_for(o, dur_ms(10));
    assert_int_equal(lines(o, "TFTP ERROR 3"), 1);
    assert_int_equal(end_of(o->server[0])->tftp.count, 0);
    office_close(o);
}

/* Firmware is counted, not kept. */
static void bytes_that_are_not_kept(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 50000);
    fetch_get(&end_of(o->phone)->fetch, STR("f"), false, on_done, o);
    wait_for(o, FETCH_OK);
    assert_int_equal(o->n, 0);
    assert_int_equal(lines(o, "TFTP DATA"), 98);
    assert_null(end_of(o->phone)->fetch.bytes.large);
    office_close(o);
}

/* Two phones fetch a file of one name; each awaits its own exchange. */
static void two_phones_do_not_share_a_flow(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    struct file_fetch *other = &end_of(o->server[1])->fetch;
    put_file(o->server[0], "f", 10);
    fetch_set_servers(other, &end_of(o->server[0])->address, 1);
    fetch_get(other, STR("f"), true, on_done, o);
    fetch_get(&end_of(o->phone)->fetch, STR("f"), true, on_done, o);
    assert_int_not_equal(other->flow, end_of(o->phone)->fetch.flow);
    run_for(o, dur_s(1));
    assert_int_equal(o->done, 2);
    office_close(o);
}

/* With no server at all the answer is there at once; a stop silences a fetch on its way. */
static void nobody_to_ask(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    fetch_set_servers(&end_of(o->phone)->fetch, NULL, 0);
    assert_int_equal(fetch_file(o, "f", FETCH_FAILED), 0);
    fetch_set_servers(&end_of(o->phone)->fetch, &end_of(o->server[0])->address, 1);
    put_file(o->server[0], "f", 100000);
    get(o, "f");
    run_for(o, dur_ms(3));
    fetch_stop(&end_of(o->phone)->fetch);
    run_for(o, dur_s(60));
    assert_int_equal(o->done, 0);
    fetch_file(o, "f", FETCH_OK);
    got_pattern(o, 100000);
    office_close(o);
}

/* --- one port for all files: the server by hand ---------------------------------------------------- */

static void answer(struct office *o, uint16_t from, uint16_t to, const char *text)
{
    struct tftp m = {.op = TFTP_DATA, .number = 1, .data = str_of(text)};
    uint8_t bytes[64];
    struct wr w = wr_of(bytes, sizeof bytes);
    tftp_put(&w, &m);
    struct udp u = {.dst = end_of(o->phone)->address, .src_port = from, .dst_port = to,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    assert_true(ip_send_udp(end_of(o->server[0])->ip, &u, 0));
    run_for(o, dur_ms(5));
}

static uint16_t heard_from;

static void hear(void *arg, const struct udp *u, const struct frame *f)
{
    (void)arg;
    (void)f;
    heard_from = u->src_port;
}

/* Seed 004; RFC 1350 4 asks for another port each time, and this is why: the last block of one file
 * comes again when the next was asked for from the same port. It is not its first. */
static void the_file_before_is_not_the_next(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    end_of(o->phone)->fetch.one_port = true;
    ip_bind(end_of(o->server[0])->ip, TFTP_PORT, hear, NULL);
    get(o, "a");
    run_for(o, dur_ms(5));
    uint16_t port = heard_from;
    answer(o, 2000, port, "first");
    assert_int_equal(o->done, 1);
    get(o, "b");
    run_for(o, dur_ms(5));
    assert_int_equal(heard_from, port);
    answer(o, 2000, port, "first");
    assert_int_equal(o->done, 0);
    assert_int_equal(lines(o, "ERROR 5"), 1);
    answer(o, 2001, port, "other");
    assert_int_equal(o->done, 1);
    assert_int_equal(o->n, 5);
    assert_memory_equal(o->bytes, "other", 5);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_each_size),
        cmocka_unit_test(a_lost_block_comes_again),
        cmocka_unit_test(a_lost_ack_doubles_nothing),
        cmocka_unit_test(a_lost_last_ack_is_said_again),
        cmocka_unit_test(a_lost_request_is_asked_again),
        cmocka_unit_test(a_server_that_dies_in_between),
        cmocka_unit_test(block_numbers_wrap),
        cmocka_unit_test(a_block_size_is_agreed_on),
        cmocka_unit_test(too_large_is_said_to_the_server),
        cmocka_unit_test(bytes_that_are_not_kept),
        cmocka_unit_test(two_phones_do_not_share_a_flow),
        cmocka_unit_test(nobody_to_ask),
        cmocka_unit_test(the_file_before_is_not_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
