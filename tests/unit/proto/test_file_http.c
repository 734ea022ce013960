/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A phone fetches by HTTP: from CUCM's server, from none, and from one that says what a test wants. Independent truth:
 * RFC 9112 6.3 (where a body ends), seed 001 (404 is an answer), and the rule that TFTP is asked when no HTTP
 * connection comes about. */
#include "tests/unit/proto/file_kit.h"

static struct office *open_http(bool serve)
{
    struct office *o = office_open(NULL, 0);
    end_of(o->phone)->fetch_config.http = true;
    if (serve)
        start_serving(o->server[0]);
    return o;
}

static void files_of_each_size(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 1024, 8192, 70000, 300000};
    (void)state;
    struct office *o = open_http(true);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        put_file(o->server[0], "f", sizes[i]);
        fetch_file(o, "f", FETCH_OK);
        got_pattern(o, sizes[i]);
    }
    assert_int_equal(lines(o, "HTTP GET /f"), sizeof sizes / sizeof sizes[0]); /* a connection each */
    assert_int_equal(lines(o, "TFTP"), 0);
    assert_int_equal(said(o, "[f] [HTTP/1.1 200 OK] Bytes[70000]"), 1);
    office_close(o);
}

/* Segments of a file larger than any window, lost here and there. */
static void lost_segments(void **state)
{
    (void)state;
    struct office *o = open_http(true);
    put_file(o->server[0], "f", 70000);
    lose(o, "Len=1460", 9, 1);
    get(o, "f");
    wait_for(o, FETCH_OK);
    got_pattern(o, 70000);
    assert_int_equal(lines(o, "TFTP"), 0);
    office_close(o);
}

/* That a file is not there is an answer: neither TFTP nor another server is asked. */
static void not_found_is_an_answer(void **state)
{
    (void)state;
    struct office *o = open_http(true);
    struct ip4 both[] = {end_of(o->server[0])->address, end_of(o->server[1])->address};
    start_serving(o->server[1]);
    put_file(o->server[1], "f", 10);
    fetch_set_servers(&end_of(o->phone)->fetch, both, 2);
    fetch_file(o, "f", FETCH_NOT_FOUND);
    run_for(o, dur_s(60));
    assert_int_equal(lines(o, "HTTP 404 Not Found"), 1);
    assert_int_equal(lines(o, "TFTP"), 0);
    assert_int_equal(lines(o, "10.1.1.3"), 0);
    office_close(o);
}

static void a_refused_connection_leads_to_tftp(void **state)
{
    (void)state;
    struct office *o = open_http(false);
    tftp_server_start(&end_of(o->server[0])->tftp);
    put_file(o->server[0], "f", 600);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 0, 3 * MS);
    got_pattern(o, 600);
    assert_int_equal(lines(o, "TFTP RRQ f"), 1);
    office_close(o);
}

/* No answer to the SYN for 4 s, then TFTP at the same server; then all of that at the next one. */
static void a_dead_server_leads_to_the_next(void **state)
{
    (void)state;
    struct office *o = open_http(false);
    struct ip4 both[] = {end_of(o->server[0])->address, end_of(o->server[1])->address};
    fetch_set_servers(&end_of(o->phone)->fetch, both, 2);
    start_serving(o->server[1]);
    put_file(o->server[1], "f", 600);
    link_cut(o->server[0]->ports[0]->link);
    assert_in_range(fetch_file(o, "f", FETCH_OK), 20 * S, 20 * S + 3 * MS);
    got_pattern(o, 600);
    assert_int_equal(lines(o, "TFTP RRQ f"), 4);
    assert_int_equal(lines(o, "HTTP GET /f"), 1);
    office_close(o);
}

/* What a server says, and what comes of it. T: TFTP gives the file, 600 bytes. */
static const struct {
    const char *answer;
    enum fetch_result want;
    size_t bytes;
    bool shuts;
    const char *note;
} answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", FETCH_OK, 3, false, NULL},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", FETCH_OK, 3, false, NULL}, /* what follows is no part of it */
    {"HTTP/1.1 200 OK\r\ncontent-length:3\r\nX: y\r\n\r\nabc", FETCH_OK, 3, true, NULL},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry", FETCH_NOT_FOUND, 0, false, NULL},
    {"HTTP/1.1 404 Not Found\r\n\r\n", FETCH_NOT_FOUND, 0, true, NULL},
    {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", FETCH_REFUSED, 0, false, "the HTTP server refuses"},
    {"HTTP/1.1 200 OK\r\n\r\nabc", FETCH_REFUSED, 0, true, "has no Content-Length"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", FETCH_REFUSED, 0, false, "is malformed"},
    {"GET / HTTP/1.1\r\n\r\n", FETCH_REFUSED, 0, false, "is malformed"},
    {"200 OK\r\n\r\n", FETCH_REFUSED, 0, false, "is malformed"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", FETCH_REFUSED, 0, false, "larger than file_size_max"},
    {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", FETCH_OK, 600, false, NULL}, /* T */
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", FETCH_OK, 600, true, NULL},               /* T: cut short */
    {"HTTP/1.1 200 OK\r\nCont", FETCH_OK, 600, true, NULL},                                       /* T */
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", FETCH_OK, 600, false, NULL},              /* T: silence */
};

static void answers_of_all_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct office *o = open_http(false);
        tftp_server_start(&end_of(o->server[0])->tftp);
        put_file(o->server[0], "f", 600);
        play_http(o->server[0], answers[i].answer, answers[i].shuts);
        fetch_file(o, "f", answers[i].want);
        if (o->n != answers[i].bytes)
            fail_msg("answer %zu: %zu bytes", i, o->n);
        if (answers[i].bytes == 3)
            assert_memory_equal(o->bytes, "abc", 3);
        if (answers[i].note && said(o, answers[i].note) != 1)
            fail_msg("answer %zu: no word of it", i);
        assert_int_equal(lines(o, "TFTP RRQ"), answers[i].bytes == 600);
        office_close(o);
    }
}

/* A head that is longer than a large buffer, then a body: the body alone is the file. */
static void a_long_head(void **state)
{
    static char text[20000];
    (void)state;
    struct office *o = open_http(false);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&t, "HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n");
    for (int i = 0; i < 5; i++)
        txtbuf_add(&t, "X-%d: %02500d\r\n", i, i);
    txtbuf_cstr(&t, "\r\n");
    for (size_t i = 0; i < 6000; i++)
        txtbuf_char(&t, pattern(i));
    end_of(o->server[0])->script = STR_NONE;
    play_http(o->server[0], "", false);
    end_of(o->server[0])->script = txtbuf_view(&t);
    fetch_file(o, "f", FETCH_OK);
    got_pattern(o, 6000);
    office_close(o);
}

/* The limit counts the file, not the head before it. */
static void a_file_of_just_the_size(void **state)
{
    static const struct setting s[] = {{STR("file_size_max"), STR("1KiB")}};
    (void)state;
    struct office *o = office_open(s, 1);
    end_of(o->phone)->fetch_config.http = true;
    start_serving(o->server[0]);
    put_file(o->server[0], "f", 1024);
    put_file(o->server[0], "g", 1025);
    fetch_file(o, "f", FETCH_OK);
    got_pattern(o, 1024);
    fetch_file(o, "g", FETCH_REFUSED);
    assert_int_equal(said(o, "g is not taken: it is larger than file_size_max"), 1);
    office_close(o);
}

/* Names that no request line may hold as they are. */
static void names_with_blanks(void **state)
{
    static const char *const names[] = {"a b/c.xml", "100%.xml", "M\303\274nchen.jar", "a?b#c", "x\r\ny"};
    (void)state;
    struct office *o = open_http(true);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put_file(o->server[0], names[i], 100 + i);
        fetch_file(o, names[i], FETCH_OK);
        got_pattern(o, 100 + i);
    }
    assert_int_equal(lines(o, "HTTP GET /a%20b/c.xml"), 1);
    office_close(o);
}

/* The service stops in the middle of a file: its connection is reset, TFTP is not there either. */
static void a_service_that_stops(void **state)
{
    (void)state;
    struct office *o = open_http(true);
    put_file(o->server[0], "f", 300000);
    get(o, "f");
    run_for(o, dur_ms(4));
    assert_int_equal(lines(o, "HTTP 200"), 1);
    http_server_stop(&end_of(o->server[0])->http);
    tftp_server_stop(&end_of(o->server[0])->tftp);
    assert_in_range(wait_for(o, FETCH_FAILED), 16 * S, 16 * S + 3 * MS);
    assert_int_equal(said(o, "10.1.1.1 does not answer for f: 4 tries, 0 bytes had come"), 1);
    assert_int_equal(o->n, 0);
    start_serving(o->server[0]);
    fetch_file(o, "f", FETCH_OK);
    got_pattern(o, 300000);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_each_size),
        cmocka_unit_test(lost_segments),
        cmocka_unit_test(not_found_is_an_answer),
        cmocka_unit_test(a_refused_connection_leads_to_tftp),
        cmocka_unit_test(a_dead_server_leads_to_the_next),
        cmocka_unit_test(answers_of_all_kinds),
        cmocka_unit_test(a_long_head),
        cmocka_unit_test(a_file_of_just_the_size),
        cmocka_unit_test(names_with_blanks),
        cmocka_unit_test(a_service_that_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
