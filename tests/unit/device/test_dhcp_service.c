/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A DHCP server as a service: its queue, an end and a new start, an empty pool, and what it shows. Independent truth:
 * arithmetic (n messages of 5 ms), IOS for the looks. */
#include "tests/unit/device/dhcp_desk.h"

#include "tests/unit/net/show_kit.h"

/* Two may wait: the third of a burst is discarded by name. */
static void a_full_queue(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_queue=2|dhcp_service_time=5ms");
    for (uint8_t client = 50; client < 53; client++)
        say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = client});
    run_for(b->w, dur_s(1));
    assert_int_equal(b->peer.count, 2);
    assert_int_equal(facts(b->w, "segment-discarded dhcp-queue-full"), 1);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52}); /* it sends it again */
    assert_int_equal(dhcp_type(&m), DHCP_OFFER);
    close_bench(b);
}

/* What waits is lost with the service; the book is not. */
static void stopped_and_started(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_service_time=5ms");
    assert_int_equal(bind(b, 50), ADDRESS(10));
    uint32_t heard = b->peer.count;
    say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51});
    say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52});
    run_for(b->w, dur_ms(1));
    op(b, "stop");
    assert_int_equal(facts(b->w, "segment-discarded service-stopped"), 2);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(b->peer.count, heard);
    op(b, "start");
    m = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 50, .requested = ADDRESS(10)});
    assert_int_equal(dhcp_type(&m), DHCP_ACK);
    close_bench(b);
}

/* The question, its answer and what the server wrote down are of one exchange. */
static void one_flow(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    uint64_t flow = bus_flow(b->w->sim, "dhcp", STR("test"), 1);
    bus_set_flow(b->w->sim, flow);
    say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = OWN});
    bus_set_flow(b->w->sim, 0);
    run_for(b->w, dur_ms(10));
    assert_int_equal(b->peer.count, 1);
    assert_int_equal(last(b->peer.node)->flow, flow);
    close_bench(b);
}

/* Silence, and a note that says why; 4.3.1: it "may choose to report the problem". */
static void an_empty_pool(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_lease_time=1min");
    for (uint8_t client = 50; client < 53; client++)
        assert_int_equal(bind(b, client), ADDRESS(10) + client - 50);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 53});
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(facts(b->w, "dhcp pool v is exhausted: 02:00:00:00:00:35 gets no address"), 1);
    run_for(b->w, dur_s(61)); /* three leases are over */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 51});
    assert_int_equal(m.yiaddr.v, ADDRESS(11)); /* its previous one */
    m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 53});
    assert_int_equal(m.yiaddr.v, ADDRESS(10));
    close_bench(b);
}

/* No pool for the relay's net. */
static void a_net_of_nobody(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    struct dhcp m = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 50, .giaddr = 0x0a0a0001});
    assert_int_equal(dhcp_type(&m), 0);
    assert_int_equal(facts(b->w, "dhcp no pool for the net of 10.10.0.1: it gets no answer"), 1);
    close_bench(b);
}

static void what_it_shows(void **state)
{
    (void)state;
    struct bench *b = open_bench("dhcp_lease_time=1h");
    bind(b, 50);
    bind(b, 51);
    say_dhcp(b, &(struct ask){.type = DHCP_DECLINE, .client = 51, .requested = ADDRESS(11), .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 52});
    assert_shows(b->server, "bindings",
                 "Bindings from all pools not associated with VRF:\n"
                 "IP address          Client-ID/              Lease expiration        Type       State\n"
                 "                    Hardware address/\n"
                 "                    User name\n"
                 "10.1.1.10           0102.0000.0000.32       Jan 01 1970 01:00 AM    Automatic  Active\n"
                 "10.1.1.12           0102.0000.0000.34       Jan 01 1970 12:01 AM    Automatic  Selecting\n");
    assert_shows(b->server, "conflicts",
                 "IP address         Detection method   Detection time\n"
                 "10.1.1.11          Gratuitous ARP     Jan 01 1970 12:00 AM\n");
    struct shown *s = show(b->server, "pools");
    assert_int_equal(s->t->row_count, 2);
    assert_int_equal(shown_cell(s, 0, "total")->i, 254);
    assert_int_equal(shown_cell(s, 0, "excluded")->i, 251);
    assert_int_equal(shown_cell(s, 0, "leased")->i, 1); /* neither offered nor declined */
    assert_int_equal(shown_cell(s, 1, "leased")->i, 0);
    shown_close(s);
    run_for(b->w, dur_s(3600));
    s = show(b->server, "pools");
    assert_int_equal(shown_cell(s, 0, "leased")->i, 0); /* its time is over */
    shown_close(s);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue),
        cmocka_unit_test(stopped_and_started),
        cmocka_unit_test(one_flow),
        cmocka_unit_test(an_empty_pool),
        cmocka_unit_test(a_net_of_nobody),
        cmocka_unit_test(what_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
