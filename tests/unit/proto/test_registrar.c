/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one CUCM node knows of its devices: SIP and SCCP side by side. Independent truth: seed 002's alarm, the
 * reasons of CUCM's system error messages, spans added by hand. */
#include "models/proto/registrar.h"
#include "tests/unit/net/station.h"

#define S 1000000000ll

struct bench {
    struct world *w;
    struct registrar r;
    struct sink ear;
    int alarms, reason, timeouts;
    char device[32], signal[40];
    const struct binding *timed_out;
};

static void on_alarm(struct sink *k, const struct rec *r)
{
    struct bench *b = (struct bench *)(void *)((char *)k - offsetof(struct bench, ear));
    b->alarms++;
    b->reason = (int)r->alarm.reason;
    str_keep(b->device, sizeof b->device, str_of(r->alarm.device));
    str_keep(b->signal, sizeof b->signal, str_of(r->alarm.detail));
}

static void on_timeout(void *arg, struct binding *of)
{
    struct bench *b = arg;
    b->timeouts++;
    b->timed_out = of;
}

static struct tcp_conn *conn(int i)
{
    static char some[4]; /* they are only compared */
    return (struct tcp_conn *)(void *)&some[i];
}

/* A node with the parameters that a timeout is explained by; no more is asked of it. */
static const struct param_def params[] = {
    {"sip_station_keepalive_interval", PARAM_DUR, "120s", "1s", "1h", NULL, "", 0, true},
    {"cucm_register_grace", PARAM_DUR, "10s", "0s", "1h", NULL, "", 0, true},
    {"sccp_keepalive_primary", PARAM_DUR, "30s", "1s", "1h", NULL, "", 0, true},
    {"sccp_keepalives_missed", PARAM_INT, "3", "1", "100", NULL, "", 0, true},
    {0},
};
static bool no_init(struct node *n, struct err *e)
{
    (void)n;
    (void)e;
    return true;
}
static const struct model desk = {.name = "desk", .doc = "", .state_size = 16, .params = params, .init = no_init};

static struct bench *bench(void)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    struct node *n;
    b->w = world_open(&desk);
    b->ear = (struct sink){.name = "alarms", .on = on_alarm, .mask = REC_BIT(REC_ALARM)};
    bus_attach(b->w->sim, &b->ear);
    assert_true(net_add_node(b->w->net, STR("desk"), STR("cucm"), NULL, 0, &n, &e));
    registrar_init(&b->r, n);
    b->r.cluster_id = "cluster";
    b->r.node_id = "node";
    b->r.on_timeout = on_timeout;
    b->r.arg = b;
    assert_true(net_start(b->w->net, &e));
    return b;
}

static void leave(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

static struct registration of(enum device_protocol p, const char *device, int c)
{
    return (struct registration){.protocol = p, .device = str_of(device), .model = STR("437"), .dn = STR("1"),
                                 .conn = conn(c), .call_id = STR("call"), .cseq = 101};
}

static struct binding *bind(struct bench *b, enum device_protocol p, const char *device, int c, int64_t life_s)
{
    struct registration q = of(p, device, c);
    return registrar_bind(&b->r, &q, dur_s(life_s), 0);
}

static void assert_alarm(const struct bench *b, int n, int reason, const char *device, const char *signal)
{
    assert_int_equal(b->alarms, n);
    assert_int_equal(b->reason, reason);
    assert_string_equal(b->device, device);
    assert_string_equal(b->signal, signal);
}

static void counted_by_protocol(void **state)
{
    (void)state;
    struct bench *b = bench();
    struct binding *x = bind(b, DEVICE_SIP, "SEP1", 0, 130), *y = bind(b, DEVICE_SCCP, "SEP2", 1, 90);
    bind(b, DEVICE_SCCP, "SEP3", 2, 90);
    bind(b, DEVICE_SCCP, "SEP3", 2, 90); /* again: no second one */
    assert_int_equal(b->r.count[DEVICE_SIP], 1);
    assert_int_equal(b->r.count[DEVICE_SCCP], 2);
    assert_int_equal(registrar_count(&b->r), 3);
    assert_string_equal(registrar_protocol(x), "SIP");
    assert_string_equal(registrar_protocol(y), "SCCP");
    assert_true(registrar_has(&b->r, STR("SEP3")) && !registrar_has(&b->r, STR("SEP4")));
    struct registration q = of(DEVICE_SCCP, "SEP3", 2);
    registrar_unbind(&b->r, &q, REASON_DEVICE_UNREGISTERED);
    registrar_unbind(&b->r, &q, REASON_DEVICE_UNREGISTERED); /* again: nothing to end, no alarm */
    assert_alarm(b, 1, REASON_DEVICE_UNREGISTERED, "SEP3", "StationUnregister");
    registrar_end(y, REASON_CALLMANAGER_RESET);
    assert_alarm(b, 2, REASON_CALLMANAGER_RESET, "SEP2", "StationRegister");
    registrar_end(y, REASON_CALLMANAGER_RESET);
    assert_int_equal(b->alarms, 2);
    assert_int_equal(registrar_count(&b->r), 1);
    registrar_power_off(&b->r); /* nobody raises an alarm */
    assert_int_equal(b->alarms, 2);
    assert_int_equal(registrar_count(&b->r), 0);
    leave(b);
}

static void each_timer_at_its_time(void **state)
{
    (void)state;
    struct bench *b = bench();
    bind(b, DEVICE_SIP, "SEP1", 0, 130);
    struct binding *y = bind(b, DEVICE_SCCP, "SEP2", 1, 90);
    run_to(b->w, 60 * S);
    registrar_hear(y, dur_s(90), 0);
    run_to(b->w, 130 * S - 1);
    assert_int_equal(b->alarms, 0);
    run_to(b->w, 130 * S);
    assert_alarm(b, 1, REASON_KEEPALIVE_TIMEOUT, "SEP1", "SIPStationDPrimaryLineTimeout");
    run_to(b->w, 150 * S - 1);
    assert_int_equal(b->alarms, 1);
    run_to(b->w, 150 * S);
    assert_alarm(b, 2, REASON_KEEPALIVE_TIMEOUT, "SEP2", "StationKeepAliveTimeout");
    assert_ptr_equal(b->timed_out, y);
    assert_int_equal(b->timeouts, 2);
    assert_non_null(fact(b->w, "registrar SEP1: registered SIPStationDPrimaryLineTimeout unregistered", 0));
    assert_non_null(fact(b->w, "registrar SEP2: registered StationKeepAliveTimeout unregistered", 0));
    assert_int_equal(registrar_count(&b->r), 0);
    leave(b);
}

/* Over a new connection: the old one's end is nothing to it. */
static void a_connection_takes_only_its_own_along(void **state)
{
    (void)state;
    struct bench *b = bench();
    bind(b, DEVICE_SCCP, "SEP1", 0, 90);
    bind(b, DEVICE_SCCP, "SEP2", 0, 90);
    bind(b, DEVICE_SCCP, "SEP1", 1, 90);
    registrar_connection_lost(&b->r, conn(0));
    assert_alarm(b, 1, REASON_CONNECTIVITY_ERROR, "SEP2", "TCPConnectionClosed");
    assert_true(registrar_has(&b->r, STR("SEP1")));
    registrar_connection_lost(&b->r, conn(1));
    assert_int_equal(b->alarms, 2);
    registrar_connection_lost(&b->r, conn(1));
    assert_int_equal(b->alarms, 2);
    leave(b);
}

/* An administrator gave the device the other protocol: one device, one binding, and the timer is the new one's. */
static void a_device_changes_its_protocol(void **state)
{
    (void)state;
    struct bench *b = bench();
    bind(b, DEVICE_SIP, "SEP1", 0, 130);
    struct binding *x = bind(b, DEVICE_SCCP, "SEP1", 1, 90);
    assert_int_equal(b->r.count[DEVICE_SIP], 0);
    assert_int_equal(b->r.count[DEVICE_SCCP], 1);
    assert_string_equal(registrar_protocol(x), "SCCP");
    registrar_connection_lost(&b->r, conn(0));
    run_to(b->w, 90 * S);
    assert_alarm(b, 1, REASON_KEEPALIVE_TIMEOUT, "SEP1", "StationKeepAliveTimeout");
    run_to(b->w, 200 * S);
    assert_int_equal(b->alarms, 1);
    leave(b);
}

/* RFC 3261 10.3, step 7: of the same Call-ID only a higher CSeq; another Call-ID begins anew. */
static void accepts_only_newer_requests(void **state)
{
    (void)state;
    struct bench *b = bench();
    struct registration q = of(DEVICE_SIP, "SEP1", 0);
    assert_true(registrar_accepts(&b->r, &q));
    bind(b, DEVICE_SIP, "SEP1", 0, 130);
    assert_false(registrar_accepts(&b->r, &q));
    q.cseq = 102;
    assert_true(registrar_accepts(&b->r, &q));
    q.cseq = 1;
    q.call_id = STR("another");
    assert_true(registrar_accepts(&b->r, &q));
    q.call_id = STR("call");
    registrar_power_off(&b->r);
    assert_true(registrar_accepts(&b->r, &q));
    leave(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_by_protocol),
        cmocka_unit_test(each_timer_at_its_time),
        cmocka_unit_test(a_connection_takes_only_its_own_along),
        cmocka_unit_test(a_device_changes_its_protocol),
        cmocka_unit_test(accepts_only_newer_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
