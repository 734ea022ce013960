/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h: conversations in the manner of packetdrill: one SIP phone against two scripted CUCM nodes, a and b.
 * A script is lines; times count from the line before, > is said by the phone, < by the script:
 *
 *   a +0.0 > REGISTER 101 expires 3600       within 5 ms of that time, or +115~0.05 > for another tolerance
 *   a +0.001 < 100                           an answer to the last request there
 *   a +0.001 < 200 expires 120
 *   a +0 < cut 200 expires 120               the same in two segments, 20 ms apart
 *   a +0 < both 120                          100 and 200 in one segment
 *   a +0 < close      a +0 < reset           of the connection
 *   - +60 quiet                              nobody says anything for so long
 *
 * What the phone says is compared with the line that is due; when they differ, the test fails and shows the
 * script with what came instead under the line. */
#ifndef TESTS_UNIT_DEVICE_TALK_H
#define TESTS_UNIT_DEVICE_TALK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/net/ip.h"
#include "models/net/tcp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/sip_stream.h"
#include "sim/kernel/tmr.h"
#include "tests/unit/device/office.h"

#define TALK_LINES_MAX 64

struct talker {
    struct mac mac;
    struct ip4 address;
    struct tcp_config tcp_config;
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct tcp_conn *conn;
    struct msg_stream stream;
    char last[4096]; /* the request to answer */
    size_t last_n;
};

struct talk_line {
    const char *text;
    char who, direction; /* 'a' 'b' '-'; '>' '<' or 'q' */
    double after, tolerance;
    char what[80];
};

struct talk {
    struct office o;
    struct talk_line line[TALK_LINES_MAX];
    int count, next;
    double base_s;
    struct tmr turn;
    struct node *server[2];
};

static struct talk *talk; /* one a test */

static const struct param_def talker_params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC", offsetof(struct talker, mac), true},
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4", offsetof(struct talker, address), true},
    TCP_PARAMS(struct talker, tcp_config, "", "0s", "0s"),
    {0},
};

static double talk_now(void)
{
    return (double)sim_now(talk->o.sim).ns / 1e9;
}

static void talk_differs(const char *came)
{
    fprintf(stderr, "the script, and what came instead:\n");
    for (int i = 0; i < talk->count; i++) {
        fprintf(stderr, "  %s%s\n", i == talk->next ? "> " : "  ", talk->line[i].text);
        if (i == talk->next)
            fprintf(stderr, "    at %.6f, %.6f after the line before: %s\n", talk_now(),
                    talk_now() - talk->base_s, came);
    }
    if (talk->next >= talk->count)
        fprintf(stderr, "    (after its end) at %.6f: %s\n", talk_now(), came);
    fail();
}

/* Arms the turn of the next line when it is the script's, or the silence that it asks for. */
static void talk_go_on(void)
{
    talk->next++;
    talk->base_s = talk_now();
    if (talk->next >= talk->count || talk->line[talk->next].direction == '>')
        return;
    tmr_arm(&talk->turn, dur_us((int64_t)(talk->line[talk->next].after * 1e6)));
}

static void talk_heard(char who, const char *what)
{
    char text[128];
    snprintf(text, sizeof text, "%c > %s", who, what);
    if (talk->next >= talk->count)
        return;
    const struct talk_line *l = &talk->line[talk->next];
    bool same = l->direction == '>' && l->who == who && strcmp(l->what, what) == 0 &&
                fabs(talk_now() - talk->base_s - l->after) <= l->tolerance;
    if (!same)
        talk_differs(text);
    else
        talk_go_on();
}

/* --- the scripted nodes ------------------------------------------------------------------------- */

static char talker_name(const struct talker *t)
{
    return t->node->name[0];
}

static void talker_message(void *arg, const struct sip_msg *m)
{
    struct talker *t = arg;
    struct sip_cseq cseq;
    uint32_t expires = 99999;
    char what[80];
    assert_true(!m->is_response && sip_cseq(m, &cseq) && m->whole.n < sizeof t->last);
    sip_expires(m, &expires);
    memcpy(t->last, m->whole.p, m->whole.n);
    t->last_n = m->whole.n;
    bool standby = str_find(sip_header(m, SIP_CONTACT), STR("cisco-keep-alive")) >= 0;
    snprintf(what, sizeof what, "%.*s %u expires %u%s", STR_ARG(m->method), cseq.number, expires,
             standby ? " keep-alive" : "");
    talk_heard(talker_name(t), what);
}

static void talker_bad(void *arg, const char *why)
{
    (void)arg;
    fail_msg("the phone's bytes are no SIP: %s", why);
}

static void talker_data(void *arg, struct str data)
{
    struct talker *t = arg;
    sip_stream_feed(&t->stream, data, talker_message, talker_bad, t);
}

static void talker_peer_close(void *arg)
{
    tcp_close(((struct talker *)arg)->conn);
}

static void talker_end(void *arg, enum tcp_end why)
{
    struct talker *t = arg;
    (void)why;
    t->conn = NULL;
    msg_stream_reset(&t->stream);
}

static const struct tcp_events talker_events = {
    .on_data = talker_data, .on_peer_close = talker_peer_close, .on_end = talker_end};

static void talker_accept(void *arg, struct tcp_conn *c)
{
    struct talker *t = arg;
    t->conn = c;
    tcp_use(c, &talker_events, t);
}

static bool talker_init(struct node *n, struct err *e)
{
    struct talker *t = n->state;
    struct port *port;
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e))
        return false;
    struct ip_iface i = {.port = port, .mac = t->mac, .addr = t->address, .prefix_len = 24};
    t->node = n;
    t->ip = ip_new(n, &o);
    ip_add_iface(t->ip, &i);
    t->tcp = tcp_new(n, t->ip, &t->tcp_config);
    sip_stream_init(&t->stream, sim_arena(n->sim));
    return tcp_listen(t->tcp, 5060, false, 0, 24, talker_accept, t);
}

static void talker_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(((struct talker *)n->state)->ip, in, f);
}

static const struct model talker_model = {.name = "talker", .doc = "says what a script says",
                                          .state_size = sizeof(struct talker), .params = talker_params,
                                          .init = talker_init, .on_frame = talker_frame};

/* --- answers ------------------------------------------------------------------------------------ */

static struct str talk_answer(struct talker *t, unsigned status, unsigned expires, char *out, size_t cap)
{
    struct sip_msg m;
    struct rd r = rd_of(t->last, t->last_n);
    struct wr w = wr_of(out, cap);
    assert_true(sip_get(&r, &m));
    struct cisco_request q = {.via = sip_header(&m, SIP_VIA), .from = sip_header(&m, SIP_FROM),
                              .to = sip_header(&m, SIP_TO), .call_id = sip_header(&m, SIP_CALL_ID),
                              .cseq = sip_header(&m, SIP_CSEQ), .contact = sip_header(&m, SIP_CONTACT)};
    struct cisco_ok ok = {.to_tag = 1, .expires = expires, .supported = STR("x"), .bound = expires > 0};
    if (status == 100)
        cisco_trying_put(&w, &q, 0);
    else if (status == 200)
        cisco_ok_put(&w, &q, &ok);
    else
        cisco_reject_put(&w, &q, status, "No", 1, 0, NULL);
    assert_true(wr_ok(&w));
    return str_of_bytes(out, wr_len(&w));
}

static void talk_say(struct talker *t, const char *what)
{
    char one[4096], two[4096];
    unsigned status = 0, expires = 0;
    if (strcmp(what, "close") == 0) {
        tcp_close(t->conn);
    } else if (strcmp(what, "reset") == 0) {
        tcp_abort(t->conn);
    } else if (sscanf(what, "both %u", &expires) == 1) {
        struct str a = talk_answer(t, 100, 0, one, sizeof one), b = talk_answer(t, 200, expires, two, sizeof two);
        memcpy(one + a.n, b.p, b.n);
        tcp_send(t->conn, (struct str){one, a.n + b.n}, 0);
    } else if (sscanf(what, "cut %u expires %u", &status, &expires) == 2) {
        struct str a = talk_answer(t, status, expires, one, sizeof one);
        tcp_send(t->conn, (struct str){a.p, a.n / 2}, 0);
        tcp_send(t->conn, (struct str){a.p + a.n / 2, a.n - a.n / 2}, 0);
    } else {
        assert_true(sscanf(what, "%u expires %u", &status, &expires) >= 1);
        tcp_send(t->conn, talk_answer(t, status, expires, one, sizeof one), 0);
    }
}

static void talk_turn(void *arg)
{
    (void)arg;
    const struct talk_line *l = &talk->line[talk->next];
    if (l->direction == '<') {
        struct talker *t = talk->server[l->who - 'a']->state;
        if (!t->conn)
            talk_differs("there is no connection to say it on");
        else
            talk_say(t, l->what);
    }
    talk_go_on();
}

/* --- a script ------------------------------------------------------------------------------------- */

static void talk_parse(const char *const *lines)
{
    for (int i = 0; lines[i]; i++) {
        struct talk_line *l = &talk->line[talk->count++];
        char time[32] = "", arrow[8] = "";
        int used = 0;
        assert_true(talk->count < TALK_LINES_MAX);
        l->text = lines[i];
        assert_int_equal(sscanf(lines[i], "%c %31s %7s %n", &l->who, time, arrow, &used), 3);
        l->direction = arrow[0];
        l->tolerance = strchr(time, '~') ? strtod(strchr(time, '~') + 1, NULL) : 0.005;
        l->after = strtod(time, NULL);
        snprintf(l->what, sizeof l->what, "%s", lines[i] + used);
    }
}

/* Plays one conversation; `more` are the phone's own settings. */
static inline void talk_play(const struct setting *more, size_t k, const char *const *lines)
{
    static const struct model *models[16];
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("dn"), STR("5678")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR("10.1.1.10")}, {STR("cucm_group"), STR("10.1.1.2,10.1.1.3")}};
    struct setting a[] = {{STR("mac"), STR("005056000002")}, {STR("address"), STR("10.1.1.2")}};
    struct setting b[] = {{STR("mac"), STR("005056000003")}, {STR("address"), STR("10.1.1.3")}};
    struct sim_config c = {.seed = 11};
    struct link *l;
    struct err e = {0};
    size_t n = 0;
    for (; n < registry_model_count; n++)
        models[n] = registry_models[n];
    models[n++] = &talker_model;
    talk = test_calloc(1, sizeof *talk);
    talk_parse(lines);
    struct office *o = &talk->o;
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, models, n);
    office_node(o, "switch", "access", NULL, 0, NULL, 0, &o->access);
    office_node(o, "sip-phone", "phone", phone, 5, more, k, &o->phone);
    office_node(o, "talker", "a", a, 2, NULL, 0, &talk->server[0]);
    office_node(o, "talker", "b", b, 2, NULL, 0, &talk->server[1]);
    office_cable(o, o->phone, "1", &l);
    office_cable(o, talk->server[0], "2", &l);
    office_cable(o, talk->server[1], "3", &l);
    tmr_init(&talk->turn, o->sim, o->phone->id, "talk", talk, talk_turn);
    assert_true(net_start(o->net, &e));
    talk->next = -1;
    talk_go_on();
    talk->base_s = 0;
    assert_int_equal(sim_run_until(o->sim, (struct sim_time){3600 * INT64_C(1000000000)}, &e), SIM_COMPLETE);
    if (talk->next < talk->count)
        talk_differs("nothing came");
    sim_free(o->sim);
    test_free(talk);
    talk = NULL;
}

#endif
