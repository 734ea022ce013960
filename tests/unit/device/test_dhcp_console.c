/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a DHCP server prints on its console. Independent truth: the output of IOS's "debug ip dhcp
 * server packet" and "debug ip dhcp server events" in public transcripts, and its message
 * %DHCPD-4-DECLINE_CONFLICT. */
#include "tests/unit/device/dhcp_desk.h"

#define PRINTED_MAX 64

struct console {
    struct sink sink;
    uint32_t count, read;
    uint64_t severity[PRINTED_MAX];
    char line[PRINTED_MAX][160];
};

static void hear(struct sink *k, const struct rec *r)
{
    struct console *c = (struct console *)(void *)k;
    assert_true(c->count < PRINTED_MAX);
    assert_string_equal(r->log.facility, "console");
    struct txtbuf t = txtbuf_of(c->line[c->count], sizeof c->line[0]);
    rec_args_text(&t, &r->log.line, 0);
    c->severity[c->count++] = r->log.severity;
}

static struct console *listen_to(struct bench *b)
{
    struct console *c = test_calloc(1, sizeof *c);
    c->sink = (struct sink){.name = "console", .mask = REC_BIT(REC_LOG), .on = hear};
    bus_attach(b->w->sim, &c->sink);
    return c;
}

static void printed(struct console *c, const char *line)
{
    assert_true(c->read < c->count);
    assert_string_equal(c->line[c->read], line);
    assert_int_equal(c->severity[c->read], line[0] == '%' ? 4 : 7);
    c->read++;
}

static void no_more(struct bench *b, struct console *c)
{
    assert_int_equal(c->read, c->count);
    close_bench(b);
    test_free(c);
}

static void an_address_is_given(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    struct console *c = listen_to(b);
    bind(b, 7);
    printed(c, "DHCPD: DHCPDISCOVER received from client 0102.0000.0000.07 on interface eth0.");
    printed(c, "DHCPD: Sending DHCPOFFER to client 0102.0000.0000.07 (10.1.1.10).");
    printed(c, "DHCPD: broadcasting BOOTREPLY to client 0200.0000.0007.");
    printed(c, "DHCPD: DHCPREQUEST received from client 0102.0000.0000.07.");
    printed(c, "DHCPD: Sending DHCPACK to client 0102.0000.0000.07 (10.1.1.10).");
    printed(c, "DHCPD: broadcasting BOOTREPLY to client 0200.0000.0007.");
    bind(b, OWN); /* it can take a unicast */
    c->read += 2;
    printed(c, "DHCPD: unicasting BOOTREPLY to client 0200.0000.0063 (10.1.1.11).");
    c->read += 3;
    ask(b, &(struct ask){.type = DHCP_REQUEST, .client = 7, .requested = ADDRESS(99)});
    printed(c, "DHCPD: DHCPREQUEST received from client 0102.0000.0000.07.");
    printed(c, "DHCPD: Sending DHCPNAK to client 0102.0000.0000.07.");
    printed(c, "DHCPD: broadcasting BOOTREPLY to client 0200.0000.0007.");
    no_more(b, c);
}

static void through_a_relay(void **state)
{
    (void)state;
    struct bench *b = open_bench("gateway=10.1.1.2");
    become_relay(b);
    struct console *c = listen_to(b);
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 7, .giaddr = RELAY});
    printed(c,
            "DHCPD: DHCPDISCOVER received from client 0102.0000.0000.07 through relay 10.9.0.1.");
    printed(c, "DHCPD: Sending DHCPOFFER to client 0102.0000.0000.07 (10.9.0.1).");
    printed(c, "DHCPD: unicasting BOOTREPLY for client 0200.0000.0007 to relay 10.9.0.1.");
    say_dhcp(b, &(struct ask){.type = DHCP_DISCOVER, .client = 8, .giaddr = 0x0a080001u});
    run_for(b->w, dur_ms(10));
    printed(c,
            "DHCPD: DHCPDISCOVER received from client 0102.0000.0000.08 through relay 10.8.0.1.");
    printed(c, "DHCPD: there is no address pool for 10.8.0.1.");
    no_more(b, c);
}

static void given_back_taken_and_used_up(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL);
    uint32_t mine = bind(b, 7), other = bind(b, 8);
    bind(b, 9);
    struct console *c = listen_to(b);
    ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = 10});
    printed(c, "DHCPD: DHCPDISCOVER received from client 0102.0000.0000.0a on interface eth0.");
    printed(c, "DHCPD: subnet [10.1.1.1,10.1.1.254] in address pool v is empty.");
    say_dhcp(b, &(struct ask){
                    .type = DHCP_DECLINE, .client = 7, .requested = mine, .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    printed(c, "DHCPD: DHCPDECLINE received from client 0102.0000.0000.07.");
    printed(c, "%DHCPD-4-DECLINE_CONFLICT: DHCP address conflict:  client 0102.0000.0000.07 "
               "declined 10.1.1.10.");
    say_dhcp(b, &(struct ask){
                    .type = DHCP_DECLINE, .client = 9, .requested = mine, .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    printed(c, "DHCPD: DHCPDECLINE received from client 0102.0000.0000.09."); /* not its own: no
                                                                                 conflict */
    say_dhcp(
        b, &(struct ask){.type = DHCP_RELEASE, .client = 8, .ciaddr = other, .server = ADDRESS(1)});
    run_for(b->w, dur_ms(10));
    printed(c, "DHCPD: DHCPRELEASE received from client 0102.0000.0000.08.");
    no_more(b, c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_given),
        cmocka_unit_test(through_a_relay),
        cmocka_unit_test(given_back_taken_and_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
