/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP side of CUCM's TFTP service, asked by hand. Independent truth: RFC 9112 (3.2 Host, 6.3 bodies, 9.3.2
 * pipelining, 9.6 close), RFC 9110 15.5.6 (Allow), seed 004 (which trust list is looked for). */
#include "tests/unit/proto/file_kit.h"

#define GET(name) "GET /" name " HTTP/1.1\r\nHost: h\r\n\r\n"
#define LAST(name) "GET /" name " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define OK_TEXT(length, body) \
    "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\nContent-Type: application/octet-stream\r\n\r\n" body
#define NO_TEXT(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n"

static void put_text(struct office *o, const char *name, const char *text)
{
    file_store_put(&end_of(o->server[0])->store, str_of(name), str_of(text));
}

static struct office *open_served(void)
{
    struct office *o = office_open(NULL, 0);
    start_serving(o->server[0]);
    put_text(o, "a", "aaa");
    put_text(o, "b", "bb");
    put_text(o, "a b", "blank");
    put_text(o, "empty", "");
    return o;
}

static void expect(struct office *o, const char *text)
{
    struct end *d = end_of(o->phone);
    if (d->heard_n != strlen(text) || memcmp(d->heard, text, d->heard_n) != 0)
        fail_msg("instead of '%s' came '%.*s'", text, (int)d->heard_n, d->heard);
    d->heard_n = 0;
}

static void leave(struct office *o)
{
    struct end *d = end_of(o->phone);
    if (d->conn)
        tcp_close(d->conn);
    office_close(o);
}

static void several_files_on_one_connection(void **state)
{
    (void)state;
    struct office *o = open_served();
    visit_http(o);
    say_http(o, GET("a"));
    expect(o, OK_TEXT("3", "aaa"));
    say_http(o, GET("nothing"));
    expect(o, NO_TEXT("404 Not Found"));
    say_http(o, GET("empty"));
    expect(o, OK_TEXT("0", ""));
    say_http(o, GET("a%20b"));
    expect(o, OK_TEXT("5", "blank"));
    say_http(o, GET("b"));
    expect(o, OK_TEXT("2", "bb"));
    assert_int_equal(end_of(o->phone)->peer_closes, 0);
    leave(o);
}

/* Asked at once, answered in order; each waits for the one before, 2 ms a request. */
static void requests_one_behind_the_other(void **state)
{
    (void)state;
    struct office *o = open_served();
    visit_http(o);
    say_http(o, GET("a") GET("nothing") GET("b"));
    expect(o, OK_TEXT("3", "aaa") NO_TEXT("404 Not Found") OK_TEXT("2", "bb"));
    const struct told *first = line_of(o, "HTTP 200 OK", 0), *last = line_of(o, "HTTP 200 OK", 1);
    assert_in_range(time_sub(last->at, first->at).ns, 4 * MS - MS / 10, 4 * MS + MS / 10);
    leave(o);
}

static void a_request_in_pieces(void **state)
{
    const char *text = GET("a");
    (void)state;
    struct office *o = open_served();
    struct end *d = visit_http(o);
    for (const char *p = text; *p; p++) {
        char one[2] = {*p, 0};
        assert_int_equal(d->heard_n, 0);
        say_http(o, one);
    }
    expect(o, OK_TEXT("3", "aaa"));
    leave(o);
}

/* A large file, and behind it what was asked meanwhile: no byte of one in the other. */
static void a_large_file_and_one_behind_it(void **state)
{
    (void)state;
    struct office *o = open_served();
    struct end *d = visit_http(o);
    put_file(o->server[0], "large", 200000);
    say_http(o, GET("large") GET("b"));
    run_for(o, dur_s(1));
    const char *head = OK_TEXT("200000", ""), *tail = OK_TEXT("2", "bb");
    assert_int_equal(d->heard_n, strlen(head) + 200000 + strlen(tail));
    assert_memory_equal(d->heard, head, strlen(head));
    for (size_t i = 0; i < 200000; i++)
        assert_int_equal(d->heard[strlen(head) + i], pattern(i));
    assert_memory_equal(d->heard + strlen(head) + 200000, tail, strlen(tail));
    leave(o);
}

static void what_is_refused(void **state)
{
    static const char *const bad[] = {
        "GET /a HTTP/1.1\r\n\r\n",                       /* no Host */
        "GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", /* two */
        "GET a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a%2 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a%00 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a HTTP/1.0\r\nHost: h\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nHost: h\r\n\r\n",
        "rubbish\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct office *o = open_served();
        visit_http(o);
        say_http(o, bad[i]);
        expect(o, NO_TEXT("400 Bad Request"));
        assert_int_equal(end_of(o->phone)->peer_closes, 1);
        leave(o);
    }
}

static void only_get_is_allowed(void **state)
{
    (void)state;
    struct office *o = open_served();
    visit_http(o);
    say_http(o, "POST /a HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(o, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nContent-Type: text/plain\r\nAllow: GET\r\n\r\n");
    say_http(o, GET("b"));
    expect(o, OK_TEXT("2", "bb"));
    leave(o);
}

/* More than there is room for: what was understood is answered, in full and in order, then the refusal. */
static void too_much_at_once(void **state)
{
    static char text[4000];
    (void)state;
    struct office *o = open_served();
    struct end *d = visit_http(o);
    put_file(o->server[0], "large", 100000);
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&t, GET("large"));
    while (t.n < 3900)
        txtbuf_add(&t, "%c", 'x');
    assert_true(tcp_send(d->conn, str_of(GET("large")), 0));
    run_for(o, dur_ms(1));
    assert_true(tcp_send(d->conn, txtbuf_view(&t), 0));
    run_for(o, dur_s(2)); /* an x is no head, and its end will not be read */
    const char *head = OK_TEXT("100000", ""), *end = NO_TEXT("400 Bad Request");
    size_t one = strlen(head) + 100000;
    assert_int_equal(d->heard_n, 2 * one + strlen(end));
    assert_memory_equal(d->heard + one, head, strlen(head));
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(d->heard[one + strlen(head) + i], pattern(i));
    assert_memory_equal(d->heard + 2 * one, end, strlen(end));
    assert_int_equal(d->peer_closes, 1);
    leave(o);
}

/* Whoever says that this is his last request gets his answer, and the end of the connection. */
static void the_last_request(void **state)
{
    (void)state;
    struct office *o = open_served();
    struct end *d = visit_http(o);
    say_http(o, LAST("a") GET("b"));
    expect(o, OK_TEXT("3", "aaa"));
    assert_int_equal(d->peer_closes, 1);
    leave(o);
}

/* Peers that leave while their request waits, while their file is on its way, and after it: nothing of them stays. */
static void peers_that_leave(void **state)
{
    static const int64_t after_us[] = {500, 2500, 20000};
    (void)state;
    for (size_t i = 0; i < sizeof after_us / sizeof after_us[0]; i++) {
        struct office *o = open_served();
        struct end *d = visit_http(o), *server = end_of(o->server[0]);
        put_file(o->server[0], "large", 50000);
        assert_true(tcp_send(d->conn, str_of(GET("large") GET("b")), 0));
        run_for(o, dur_us(after_us[i]));
        assert_false(list_empty(&server->http.up));
        if (i < 2)
            tcp_abort(d->conn);
        else
            tcp_close(d->conn);
        run_for(o, dur_s(200));
        assert_true(list_empty(&server->http.up));
        assert_int_equal(server->store.job_count, 0);
        fetch_file(o, "b", FETCH_OK);
        office_close(o);
    }
}

/* A stop resets what stands and refuses what comes; after a power cut nothing is said at all. */
static void the_service_stops(void **state)
{
    (void)state;
    struct office *o = open_served();
    struct end *d = visit_http(o), *server = end_of(o->server[0]);
    http_server_stop(&server->http);
    run_for(o, dur_ms(10));
    assert_int_equal(d->why, TCP_END_RESET);
    assert_true(list_empty(&server->http.up));
    visit_http(o);
    assert_int_equal(d->why, TCP_END_REFUSED);
    http_server_start(&server->http);
    visit_http(o);
    say_http(o, GET("a"));
    expect(o, OK_TEXT("3", "aaa"));
    uint32_t before = hub_of(o)->count;
    http_server_power_off(&server->http);
    tcp_power_off(server->tcp);
    run_for(o, dur_ms(10));
    assert_int_equal(hub_of(o)->count, before);
    assert_true(list_empty(&server->http.up));
    leave(o);
}

static void a_trust_list_goes_by_another_name(void **state)
{
    (void)state;
    struct office *o = open_served();
    visit_http(o);
    say_http(o, GET("CTLSEP005056A1033D.tlv"));
    expect(o, NO_TEXT("404 Not Found"));
    assert_int_equal(said(o, "[CTLFile.tlv] [HTTP/1.1 404 Not Found]"), 1);
    put_text(o, "CTLFile.tlv", "list");
    say_http(o, GET("CTLSEP005056A1033D.tlv"));
    expect(o, OK_TEXT("4", "list"));
    put_text(o, "CTLSEP005056A1033D.tlv", "own"); /* one that a scenario brought */
    say_http(o, GET("CTLSEP005056A1033D.tlv"));
    expect(o, OK_TEXT("3", "own"));
    leave(o);
}

/* 503 when no more may wait; the connection goes on. */
static void a_full_queue(void **state)
{
    static const struct setting s[] = {{STR("tftp_queue"), STR("1")}, {STR("tftp_service_time"), STR("50ms")}};
    (void)state;
    struct office *o = office_open(s, 2);
    start_serving(o->server[0]);
    put_file(o->server[0], "f", 10);
    get(o, "f"); /* by TFTP: one queue for both */
    run_for(o, dur_ms(1));
    struct end *d = visit_http(o);
    assert_true(tcp_send(d->conn, str_of(GET("f")), 0));
    run_for(o, dur_ms(10));
    expect(o, NO_TEXT("503 Service Unavailable"));
    wait_for(o, FETCH_OK);
    say_http(o, GET("x"));
    expect(o, NO_TEXT("404 Not Found"));
    leave(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_files_on_one_connection),
        cmocka_unit_test(requests_one_behind_the_other),
        cmocka_unit_test(a_request_in_pieces),
        cmocka_unit_test(a_large_file_and_one_behind_it),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(only_get_is_allowed),
        cmocka_unit_test(too_much_at_once),
        cmocka_unit_test(the_last_request),
        cmocka_unit_test(peers_that_leave),
        cmocka_unit_test(the_service_stops),
        cmocka_unit_test(a_trust_list_goes_by_another_name),
        cmocka_unit_test(a_full_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
