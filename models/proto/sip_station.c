/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_station.c: see sip_station.h. Top to bottom: answers, REGISTER by the rules, the jobs of a connection,
 * connections, life. */
#include "models/proto/sip_station.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/sip_digest.h"
#include "models/proto/sip_stream.h"

#define REQUEST_MAX 4096
#define ANSWER_MAX 4096
#define JOBS_MAX 1000000

/* One phone's connection. */
struct line {
    struct sip_station *station;
    struct list_link in_station;
    struct tcp_conn *conn;
    struct msg_stream stream;
    struct list_link jobs;
    struct tmr timer; /* of the first job */
    struct binding *binding; /* that its last REGISTER made; NULL: none did */
    uint32_t index;   /* in the trace */
    bool peer_closed;
    bool traced;      /* what is under way stands in the trace */
    char nonce[33];   /* of the challenge that stands; empty: none */
};

/* What a REGISTER says; views into the message. */
struct request {
    struct cisco_request mirror; /* of the answers */
    struct str authorization;
    struct sip_contact contact;
    struct sip_cseq cseq;
    uint32_t expires;
    bool sound; /* contact and cseq are there and well-formed */
};

struct job {
    struct list_link in_line;
    uint64_t flow, cause;
    bool tried;  /* 100 is out */
    bool traced; /* its answers stand in the trace */
    struct request request; /* its views point into text */
    struct frame *text;     /* a buffer of the frames' pools */
};

static struct sim *sim_of(const struct line *l)
{
    return l->station->manager->node->sim;
}

/* --- the trace ---------------------------------------------------------------------------------------- */

/* A message as CCM's trace prints it (seed 004). */
static void trace(const struct line *l, const char *fmt, struct str message)
{
    char text[REQUEST_MAX + 1];
    str_keep(text, sizeof text, message);
    CCM_TRACE(l->station->manager, fmt, V_IP4(tcp_peer(l->conn).v), V_U64(tcp_peer_port(l->conn)), V_U64(l->index),
              V_U64(message.n), V_TEXT(text));
}

/* --- answers ---------------------------------------------------------------------------------------- */

static int64_t wall_ns(const struct line *l)
{
    return sim_epoch_ns(sim_of(l)) + sim_now(sim_of(l)).ns;
}

static struct cisco_request mirror_of(const struct sip_msg *m)
{
    return (struct cisco_request){
        .via = sip_header(m, SIP_VIA),
        .from = sip_header(m, SIP_FROM),
        .to = sip_header(m, SIP_TO),
        .call_id = sip_header(m, SIP_CALL_ID),
        .cseq = sip_header(m, SIP_CSEQ),
        .contact = sip_header(m, SIP_CONTACT),
    };
}

/* A To-tag is a random 32-bit number in decimal; the first ones may be asked to have so many digits. */
static uint32_t draw_tag(struct sip_station *c, bool registration)
{
    uint32_t digits = 0;
    if (registration && c->tag_given) {
        c->tag_given = false;
        return c->tag;
    }
    if (registration && c->answered < c->tag_digit_count)
        digits = c->tag_digits[c->answered];
    c->answered += registration;
    if (digits == 0)
        return rng_u32(c->tags);
    int64_t low = 1;
    for (uint32_t i = 1; i < digits; i++)
        low *= 10;
    int64_t high = low * 10 - 1;
    return (uint32_t)rng_between(c->tags, low, high < UINT32_MAX ? high : UINT32_MAX);
}

static void send_text(struct line *l, const struct wr *w, uint64_t flow)
{
    ASSERT(wr_ok(w));
    if (l->traced)
        trace(l, CCM_SIP_TCP_OUT, str_of_bytes(w->base, wr_len(w)));
    tcp_send(l->conn, str_of_bytes(w->base, wr_len(w)), flow);
}

static void reject(struct line *l, const struct cisco_request *q, uint32_t status, const char *phrase,
                   const char *extra, uint64_t flow)
{
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    cisco_reject_put(&w, q, status, phrase, draw_tag(l->station, false), wall_ns(l), extra);
    send_text(l, &w, flow);
}

static void send_trying(struct line *l, const struct cisco_request *q, uint64_t flow)
{
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    cisco_trying_put(&w, q, wall_ns(l));
    send_text(l, &w, flow);
}

static void send_ok(struct line *l, const struct cisco_request *q, bool bound, uint64_t flow)
{
    struct sip_station *c = l->station;
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct cisco_ok ok = {
        .date_ns = wall_ns(l),
        .to_tag = draw_tag(c, bound),
        .expires = bound ? dur_whole_s(c->config->keepalive_interval) : 0,
        .server = str_of(c->config->server_header),
        .supported = str_of(c->config->supported),
        .bound = bound,
    };
    cisco_ok_put(&w, q, &ok);
    send_text(l, &w, flow);
}

/* --- REGISTER --------------------------------------------------------------------------------------- */

/* 503: it cannot now, but later. False: it can. */
static bool is_unavailable(struct line *l, const struct request *r, uint64_t flow)
{
    struct sim_dur wait = ccm_wait(l->station->manager, r->expires ? r->contact.device : STR_NONE);
    char extra[32];
    struct txtbuf t = txtbuf_of(extra, sizeof extra);
    if (wait.ns <= 0)
        return false;
    txtbuf_add(&t, "Retry-After: %lld", (long long)((wait.ns + 999999999) / 1000000000));
    reject(l, &r->mirror, 503, "Service Unavailable", extra, flow);
    return true;
}

/* 401, or 403 to a wrong answer. False: who he says he is he is. */
static bool is_challenged(struct line *l, const struct request *r, uint64_t flow)
{
    struct sip_station *c = l->station;
    if (!c->config->digest || r->expires == 0)
        return false;
    if (l->nonce[0] && r->authorization.n) {
        if (digest_holds(r->authorization, str_of(l->nonce), str_of(c->config->digest_password), STR("REGISTER")))
            return false;
        if (str_eq(digest_param(r->authorization, STR("nonce")), str_of(l->nonce))) {
            reject(l, &r->mirror, 403, "Forbidden", NULL, flow);
            return true;
        }
    }
    char extra[160];
    struct txtbuf n = txtbuf_of(l->nonce, sizeof l->nonce), t = txtbuf_of(extra, sizeof extra);
    txtbuf_add(&n, "%016llx%016llx", (unsigned long long)rng_u64(c->nonces), (unsigned long long)rng_u64(c->nonces));
    txtbuf_add(&t, "WWW-Authenticate: Digest realm=\"" SIP_REALM "\",nonce=\"%s\",algorithm=MD5", l->nonce);
    reject(l, &r->mirror, 401, "Unauthorized", extra, flow);
    return true;
}

static bool is_too_brief(struct line *l, const struct request *r, uint64_t flow)
{
    int64_t min_s = l->station->config->min_expires.ns / 1000000000;
    char extra[32];
    struct txtbuf t = txtbuf_of(extra, sizeof extra);
    if (r->expires == 0 || r->expires >= 3600 || r->expires >= min_s) /* 10.3 (7) */
        return false;
    txtbuf_add(&t, "Min-Expires: %lld", (long long)min_s);
    reject(l, &r->mirror, 423, "Interval Too Brief", extra, flow);
    return true;
}

/* For the granted time and the grace, unless the next REGISTER of this dialog comes. */
static void bind(struct line *l, const struct registration *q)
{
    const struct sip_station_config *c = l->station->config;
    const struct station_calls *calls = l->binding ? NULL : l->station->calls; /* its first here */
    l->binding = registrar_bind(&l->station->manager->registrar, q, dur_add(c->keepalive_interval, c->grace),
                                bus_flow(sim_of(l), "sip", q->call_id, (uint64_t)q->cseq + 1));
    if (calls)
        calls->on_bound(calls->arg, l->conn);
}

/* RFC 3261 10.3, in its order; the device stands in Contact (seed 002), the number in To. */
static void answer_register(struct line *l, const struct request *r, uint64_t flow)
{
    struct sip_station *c = l->station;
    const struct cisco_request *m = &r->mirror;
    if (!r->sound || r->contact.device.n == 0) {
        reject(l, m, 400, "Bad Request", NULL, flow);
        return;
    }
    if (is_unavailable(l, r, flow) || is_challenged(l, r, flow))
        return;
    struct registrar *registrar = &c->manager->registrar;
    struct registration q = {
        .protocol = DEVICE_SIP,
        .device = r->contact.device,
        .model = r->contact.model,
        .dn = sip_uri_user(m->to),
        .call_id = m->call_id,
        .cseq = r->cseq.number,
        .addr = tcp_peer(l->conn),
        .conn = l->conn,
    };
    enum ccm_verdict v = ccm_verdict(c->manager, q.device);
    if (v != CCM_ADMITTED) {
        reject(l, m, v == CCM_DENIED ? 403 : 404, v == CCM_DENIED ? "Forbidden" : "Not Found", NULL, flow);
    } else if (is_too_brief(l, r, flow)) {
        return;
    } else if (!registrar_accepts(registrar, &q)) {
        reject(l, m, 500, "Server Internal Error", NULL, flow);
    } else if (r->expires == 0) {
        registrar_unbind(registrar, &q, REASON_DEVICE_UNREGISTERED);
        send_ok(l, m, false, flow);
    } else if (registrar_is_other_line(registrar, &q)) {
        registrar_bind_line(registrar, &q);
        send_ok(l, m, true, flow);
    } else {
        bind(l, &q);
        send_ok(l, m, true, flow);
    }
}

/* --- jobs of a connection ----------------------------------------------------------------------------- */

static struct job *first_job(struct line *l)
{
    return list_empty(&l->jobs) ? NULL : LIST_ENTRY(l->jobs.next, struct job, in_line);
}

static void arm_job(struct line *l)
{
    struct job *j = first_job(l);
    if (!j)
        return;
    struct sip_station *c = l->station;
    uint64_t was = bus_swap_cause(sim_of(l), j->cause);
    bus_set_flow(sim_of(l), j->flow);
    tmr_arm(&l->timer, ccm_takes(c->manager, j->tried ? &c->config->answer_time : &c->config->trying_time, c->times));
    bus_swap_cause(sim_of(l), was);
}

static void end_job(struct line *l, struct job *j)
{
    list_remove(&j->in_line);
    frame_unref(l->station->manager->node->net, j->text);
    pool_put(&l->station->jobs, j);
}

static void on_job(void *owner)
{
    struct line *l = owner;
    struct job *j = first_job(l);
    if (l->station->manager->hung)
        return; /* begun again when it goes on */
    l->traced = j->traced;
    if (!j->tried) {
        j->tried = true;
        send_trying(l, &j->request.mirror, j->flow);
    } else {
        answer_register(l, &j->request, j->flow);
        end_job(l, j);
    }
    arm_job(l);
}

static void rebase(struct str *view, const char *from, const char *to)
{
    if (view->n)
        view->p = to + (view->p - from);
}

/* Keeps a request beyond the frame it came in: its text is copied, its views moved to the copy. */
static void keep_request(struct line *l, struct job *j, const struct sip_msg *m)
{
    struct request *r = &j->request;
    struct str *views[] = {&r->mirror.via, &r->mirror.from, &r->mirror.to, &r->mirror.call_id,
                           &r->mirror.cseq, &r->mirror.contact, &r->authorization, &r->contact.uri, &r->contact.instance,
                           &r->contact.device, &r->contact.model, &r->cseq.method};
    j->text = frame_new(l->station->manager->node->net, m->whole.n);
    memcpy(j->text->bytes, m->whole.p, m->whole.n);
    *r = (struct request){.mirror = mirror_of(m), .expires = 3600};
    r->authorization = sip_header_named(m, STR("Authorization"));
    r->sound = sip_contact(m, &r->contact) && sip_cseq(m, &r->cseq);
    sip_expires(m, &r->expires);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        rebase(views[i], m->whole.p, (const char *)j->text->bytes);
}

/* As the trace's settings have it: a REGISTER of a device that is bound, or that does not bind, is a keepalive. */
static bool is_traced(const struct line *l, const struct sip_msg *m)
{
    const struct call_manager *c = l->station->manager;
    struct sip_contact contact;
    uint32_t expires = 3600;
    if (c->config->keepalive_trace)
        return true;
    if (l->binding && registrar_is_bound(l->binding))
        return false;
    if (!sip_contact(m, &contact))
        return true;
    sip_expires(m, &expires);
    return expires && !registrar_has(&c->registrar, contact.device);
}

/* The exchange that the frame brought; of a message that was held, by its name. */
static uint64_t flow_of(struct sim *s, const struct sip_msg *m)
{
    struct sip_cseq cseq;
    uint64_t flow = bus_current_flow(s);
    if (!flow && sip_cseq(m, &cseq))
        flow = bus_flow(s, "sip", sip_header(m, SIP_CALL_ID), cseq.number);
    return flow;
}

static void on_message(void *arg, const struct sip_msg *m)
{
    struct line *l = arg;
    struct sim *s = sim_of(l);
    const struct station_calls *calls = l->station->calls;
    if (calls && !str_eq(m->method, STR("REGISTER"))) {
        calls->on_message(calls->arg, l->conn, m);
        return;
    }
    if (m->is_response)
        return;
    l->traced = is_traced(l, m);
    if (l->traced)
        trace(l, CCM_SIP_TCP_IN, m->whole);
    uint64_t flow = flow_of(s, m);
    struct cisco_request mirror = mirror_of(m);
    if (!str_eq(m->method, STR("REGISTER"))) {
        reject(l, &mirror, 501, "Not Implemented", NULL, flow);
        return;
    }
    if (m->whole.n > REQUEST_MAX) {
        reject(l, &mirror, 513, "Message Too Large", NULL, flow);
        return;
    }
    struct job *j = pool_get_raw(&l->station->jobs);
    j->flow = flow;
    j->cause = bus_cause(s);
    j->tried = false;
    j->traced = l->traced;
    keep_request(l, j, m);
    bool idle = list_empty(&l->jobs);
    list_append(&l->jobs, &j->in_line);
    if (idle)
        arm_job(l);
}

/* --- connections -------------------------------------------------------------------------------------- */

static void on_data(void *arg, struct str data);
static void on_peer_close(void *arg);
static void on_end(void *arg, enum tcp_end why);

static const struct tcp_events line_events = {
    .on_data = on_data, .on_peer_close = on_peer_close, .on_end = on_end};

static void on_bad_stream(void *arg, const char *why)
{
    struct line *l = arg;
    ip_discard(l->station->manager->node, why);
    tcp_abort(l->conn);
}

static void on_data(void *arg, struct str data)
{
    struct line *l = arg;
    if (!l->station->manager->hung)
        sip_stream_feed(&l->stream, data, on_message, on_bad_stream, l);
    else if (!msg_stream_hold(&l->stream, data))
        on_bad_stream(l, "hung-window");
}

static void tell_end(const struct line *l)
{
    const struct station_calls *calls = l->station->calls;
    if (calls)
        calls->on_end(calls->arg, l->conn);
}

static void close_line(struct line *l)
{
    tell_end(l);
    tcp_close(l->conn);
}

static void on_peer_close(void *arg)
{
    struct line *l = arg;
    l->peer_closed = true;
    if (!l->station->manager->hung)
        close_line(l);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct line *l = arg;
    (void)why;
    tell_end(l);
    while (first_job(l))
        end_job(l, first_job(l));
    tmr_disarm(&l->timer);
    msg_stream_reset(&l->stream);
    registrar_connection_lost(&l->station->manager->registrar, l->conn);
    l->conn = NULL;
    list_remove(&l->in_station);
    pool_put(&l->station->lines, l);
}

static struct line *new_line(struct sip_station *c)
{
    struct node *n = c->manager->node;
    struct line *l = pool_get(&c->lines);
    l->station = c;
    l->index = ++c->accepted;
    list_append(&c->up, &l->in_station);
    list_init(&l->jobs);
    sip_stream_init(&l->stream, sim_arena(n->sim));
    tmr_init(&l->timer, n->sim, n->id, "cucm.job", l, on_job);
    return l;
}

static void on_accept(void *arg, struct tcp_conn *conn)
{
    struct line *l = new_line(arg);
    l->conn = conn;
    tcp_use(conn, &line_events, l);
}

/* A phone that registered before the run began (standing.h). */
static void resume(struct sip_station *c, const struct standing *s)
{
    struct line *l = new_line(c);
    struct tcp_resume o = {.peer = s->peer,
                           .peer_port = s->port,
                           .local_port = SIP_PORT,
                           .seq = s->seq,
                           .ack = s->ack,
                           .dscp = DSCP_CS3};
    l->conn = tcp_resume(c->manager->tcp, &o, &line_events, l);
    ASSERT(l->conn);
    struct registration q = {.protocol = DEVICE_SIP,
                             .before = true,
                             .device = s->device,
                             .model = s->model,
                             .dn = s->dn,
                             .call_id = s->call_id,
                             .cseq = s->cseq,
                             .addr = s->peer,
                             .conn = l->conn};
    l->binding = registrar_bind(&c->manager->registrar, &q, s->expires_in,
                   bus_flow(c->manager->node->sim, "sip", q.call_id, (uint64_t)q.cseq + 1));
    c->tag_given = s->to_tag_given;
    c->tag = s->to_tag;
}

/* --- life ----------------------------------------------------------------------------------------------- */

static bool parse_tag_digits(struct sip_station *c, struct err *e)
{
    struct str rest = str_of(c->config->to_tag_digits);
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ','));
        uint64_t v;
        if (!str_u64(one, 10, &v) || v < 1 || c->tag_digit_count == TAG_DIGITS_MAX)
            return err_set(e, "parameter 'to_tag_digits': '%.*s' is not a number of digits 1..10",
                           STR_ARG(one));
        c->tag_digits[c->tag_digit_count++] = (uint8_t)v;
    }
    return true;
}

/* Each entry in turn to `use`, which may be NULL: then they are only checked. */
static bool each_standing(struct sip_station *c, void (*use)(struct sip_station *, const struct standing *),
                          struct err *e)
{
    struct str rest = str_of(c->config->standing_text);
    while (rest.n) {
        struct standing s;
        if (!standing_parse(STANDING_CUCM, str_cut(&rest, ';'), &s, e))
            return err_wrap(e, "parameter 'standing'");
        if (ip4_eq(ip_source(c->ip, s.peer), (struct ip4){0}))
            return err_set(e, "parameter 'standing': there is no route to the phone");
        if (use)
            use(c, &s);
    }
    return true;
}

bool sip_station_init(struct sip_station *s, struct call_manager *m, struct ip_stack *ip,
                      const struct sip_station_config *c, struct err *e)
{
    struct node *n = m->node;
    *s = (struct sip_station){.config = c, .manager = m, .ip = ip};
    list_init(&s->up);
    if (!parse_tag_digits(s, e) || !each_standing(s, NULL, e))
        return false;
    s->tags = node_stream(n, "sip/to-tag");
    s->times = node_stream(n, "sip/answer-time");
    s->nonces = c->digest ? node_stream(n, "sip/nonce") : NULL;
    pool_init(&s->jobs, sim_arena(n->sim), "SIP requests in work", sizeof(struct job), JOBS_MAX);
    pool_init(&s->lines, sim_arena(n->sim), "SIP connections", sizeof(struct line), JOBS_MAX);
    return true;
}

void sip_station_resume(struct sip_station *s)
{
    struct err e;
    bool ok = each_standing(s, resume, &e); /* they were checked by init */
    ASSERT(ok);
}

bool sip_station_open(struct sip_station *s, bool first)
{
    bool given = first && node_param(s->manager->node, "tcp_isn_cucm").given;
    return tcp_listen(s->manager->tcp, SIP_PORT, given, given ? (uint32_t)s->config->isn : 0, DSCP_CS3, on_accept, s);
}

/* The exchanges of what was held are found by their names. */
void sip_station_go_on(struct sip_station *s)
{
    for (struct list_link *i = s->up.next, *next; i != &s->up; i = next) {
        struct line *l = LIST_ENTRY(i, struct line, in_station);
        next = i->next;
        bus_set_flow(sim_of(l), 0);
        if (!tmr_armed(&l->timer))
            arm_job(l);
        if (l->peer_closed)
            close_line(l);
        else
            sip_stream_feed(&l->stream, STR_NONE, on_message, on_bad_stream, l);
    }
}

void sip_station_close(struct sip_station *s)
{
    tcp_unlisten(s->manager->tcp, SIP_PORT);
    for (struct list_link *l = s->up.next, *next; l != &s->up; l = next) {
        next = l->next;
        tcp_close(LIST_ENTRY(l, struct line, in_station)->conn);
    }
}

void sip_station_power_off(struct sip_station *s)
{
    tcp_unlisten(s->manager->tcp, SIP_PORT);
}

uint32_t sip_station_index(struct sip_station *s, const struct tcp_conn *c)
{
    const struct line *l = tcp_user(c, &line_events);
    return l ? l->index : ++s->accepted;
}
