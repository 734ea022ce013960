/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The DHCP client against the server of models/device. Independent truth: RFC 2131 3.2, 4.4.1 and 4.4.5, in
 * closed forms: with a lease of an hour T1 is 30 minutes and T2 is 52.5. */
#include "tests/unit/proto/udp_peer.h"

#include "models/proto/dhcp_client.h"

#define S 1000000000ll

extern const struct model model_dhcp_server;

struct bench {
    struct world *w;
    struct node *server, *phone;
    struct dhcp_client_config config;
    struct dhcp_client client;
    int bound, lost;
    const char *why;
    struct sim_time lost_at;
    struct ip4 address;
};

static void on_bound(void *arg, const struct dhcp_lease *l)
{
    struct bench *b = arg;
    struct ip_iface i = *ip_iface_at(b->client.ip, 0);
    b->bound++;
    b->address = l->address;
    i.addr = l->address;
    i.prefix_len = l->prefix_len;
    ip_set_iface(b->client.ip, 0, &i);
}

static void on_lost(void *arg, const char *why)
{
    struct bench *b = arg;
    struct ip_iface i = *ip_iface_at(b->client.ip, 0);
    b->lost++;
    b->why = why;
    b->lost_at = sim_now(b->w->sim);
    i.addr = (struct ip4){0};
    ip_set_iface(b->client.ip, 0, &i);
}

static const struct dhcp_client_user user = {on_bound, on_lost};

static struct bench *open_bench(void)
{
    static const struct setting s[] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                                       {STR("dhcp_pools"), STR("v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9")},
                                       {STR("dhcp_lease_time"), STR("1h")}, {STR("dhcp_service_time"), STR("0s")}};
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    b->w = world_open(&model_dhcp_server);
    assert_true(net_add_node(b->w->net, STR("dhcp-server"), STR("server"), s, 5, &b->server, &e));
    b->phone = station(b->w, "phone");
    cable(b->phone, b->server->ports[0]);
    assert_true(net_start(b->w->net, &e));
    b->config = (struct dhcp_client_config){.mac = mac_n(99), .host_name = "phone", .vendor_class = "test",
                                            .decline_wait = dur_s(10)};
    dhcp_client_init(&b->client, b->phone, peer_stack(b->phone, 0), 0, &b->config, &user, b);
    at(b->phone)->count = 0;
    return b;
}

static void op(struct bench *b, const char *name)
{
    struct err e = {0};
    for (const struct model_op *o = b->server->model->ops; o->name; o++) {
        if (strcmp(o->name, name) == 0)
            assert_true(o->run(b->server, &e));
    }
}

/* Frames that the station heard are not what is asked for here. */
static void run_minutes(struct bench *b, int minutes)
{
    for (int i = 0; i < minutes * 6; i++) {
        run_for(b->w, dur_s(10));
        at(b->phone)->count = 0;
    }
}

static const char *state_of(const struct bench *b)
{
    return fsm_state_name(&b->client.fsm);
}

static void close_bench(struct bench *b)
{
    dhcp_client_stop(&b->client);
    world_close(b->w);
    test_free(b);
}

static void renewed_at_half_its_time(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    dhcp_client_start(&b->client);
    run_minutes(b, 29);
    assert_int_equal(b->bound, 1);
    assert_int_equal(b->address.v, ip4_n(10).v);
    struct sim_time since = b->client.lease.since;
    run_minutes(b, 2);
    assert_string_equal(state_of(b), "bound");
    assert_int_equal(time_sub(b->client.lease.since, since).ns, 1800 * S); /* from the sending of the REQUEST */
    assert_int_equal(b->bound, 1); /* the owner keeps what it has */
    assert_int_equal(b->lost, 0);
    close_bench(b);
}

/* The server is gone: RENEWING at 30 min, REBINDING at 52.5 min, and at 60 min all is over. */
static void rebinding_and_expiry(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    dhcp_client_start(&b->client);
    run_minutes(b, 1);
    struct sim_time since = b->client.lease.since;
    op(b, "stop");
    run_to(b->w, since.ns + 1800 * S - 1);
    assert_string_equal(state_of(b), "bound");
    at(b->phone)->count = 0;
    run_to(b->w, since.ns + 1800 * S);
    assert_string_equal(state_of(b), "renewing");
    at(b->phone)->count = 0;
    run_to(b->w, since.ns + 3150 * S);
    assert_string_equal(state_of(b), "rebinding");
    at(b->phone)->count = 0;
    run_to(b->w, since.ns + 3600 * S - 1);
    assert_int_equal(b->lost, 0);
    run_to(b->w, since.ns + 3600 * S);
    assert_int_equal(b->lost, 1);
    assert_string_equal(b->why, "lease-expired");
    assert_string_equal(state_of(b), "selecting");
    op(b, "start");
    run_minutes(b, 3);
    assert_int_equal(b->bound, 2);
    close_bench(b);
}

/* 3.2: who remembers a lease asks for it; nobody answers: it is used for the rest of its time. */
static void a_remembered_lease(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    dhcp_client_start(&b->client);
    run_minutes(b, 1);
    struct sim_time since = b->client.lease.since;
    dhcp_client_stop(&b->client);
    dhcp_client_start(&b->client);
    run_for(b->w, dur_ms(1));
    assert_int_equal(b->bound, 2);
    assert_true(facts(b->w, "dhcp-client phone: init begin rebooting") == 1);
    assert_true(time_before(since, b->client.lease.since)); /* confirmed: it counts from now */
    since = b->client.lease.since;
    op(b, "stop");
    dhcp_client_stop(&b->client);
    dhcp_client_start(&b->client);
    run_minutes(b, 3); /* 4 + 8 + 16 + 32 s, each a second more or less */
    assert_int_equal(b->bound, 3);
    assert_string_equal(state_of(b), "bound");
    assert_int_equal(b->client.lease.since.ns, since.ns);
    close_bench(b);
}

/* It has another address now: NAK, and from the start. */
static void refused_and_from_the_start(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    dhcp_client_start(&b->client);
    run_minutes(b, 1);
    dhcp_client_stop(&b->client);
    b->client.lease.address = (struct ip4){0xc0a80007}; /* it was in another net meanwhile */
    dhcp_client_start(&b->client);
    run_for(b->w, dur_ms(1));
    assert_int_equal(facts(b->w, "dhcp-client phone: rebooting nak init"), 1);
    assert_int_equal(b->bound, 2);
    assert_int_equal(b->address.v, ip4_n(10).v);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renewed_at_half_its_time),
        cmocka_unit_test(rebinding_and_expiry),
        cmocka_unit_test(a_remembered_lease),
        cmocka_unit_test(refused_and_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
