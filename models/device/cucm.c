/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm.c: one node of a Cisco Unified Communications Manager cluster, as far as SIP phones see it: its TFTP
 * service gives them their files (cucm_files.h), it answers REGISTER with 100 Trying and 200 OK (seed 002), keeps the bindings (sip_registrar.h), and
 * closes the connection of a device whose line timer fired.
 *
 * Requests of one connection are handled in order of arrival: a job waits for the time that the 100
 * takes, then for the time that the 200 takes (RFC 3261 10.3: one at a time). */
#include <string.h>

#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/cucm_files.h"
#include "models/proto/cucm_group.h"
#include "models/proto/device_db.h"
#include "models/proto/host.h"
#include "models/proto/ris_show.h"
#include "models/proto/sip_digest.h"
#include "models/proto/sip_registrar.h"
#include "models/proto/sip_stream.h"
#include "models/proto/standing.h"
#include "sim/base/hash.h"
#include "sim/base/list.h"
#include "sim/base/pool.h"

#define DSCP_CS3 24
#define SIP_PORT 5060
#define REQUEST_MAX 4096
#define ANSWER_MAX 4096
#define JOBS_MAX 1000000
#define TAG_DIGITS_MAX 64

struct cucm {
    /* configuration */
    struct host_config host;
    int64_t isn;
    struct sim_dur keepalive_interval, grace;
    struct dist trying_time, answer_time;
    bool close_on_timeout, digest;
    struct sim_dur min_expires, initializing_time;
    int64_t registrations_max;
    const char *denied, *digest_password;
    const char *server_header, *supported, *to_tag_digits, *cluster_id, *devices, *devices_later, *standing_text;
    struct tcp_config tcp_config;
    struct cucm_files_config files_config;
    uint8_t tag_digits[TAG_DIGITS_MAX];
    uint32_t tag_digit_count;
    /* parts */
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct registrar registrar;
    struct device_db db;
    struct cucm_files files;
    struct rng *tags, *times, *nonces;
    struct pool jobs, lines;
    struct list_link up; /* the lines that are in use */
    bool tag_given;    /* of the next registration's 200 OK */
    uint32_t tag;
    bool running; /* the CallManager service */
    struct sim_time initialized; /* when it begins to take registrations */
    uint64_t down; /* the record that tells of the crash; 0: the host is up */
    uint32_t own_files; /* that the scenario brought */
    uint64_t own_hash;
    uint32_t answered; /* registrations answered with 200, for to_tag_digits */
};

/* One phone's connection. */
struct line {
    struct cucm *cucm;
    struct list_link in_cucm;
    struct tcp_conn *conn;
    struct sip_stream stream;
    struct list_link jobs;
    struct tmr timer; /* of the first job */
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
    bool tried; /* 100 is out */
    struct request request; /* its views point into text */
    struct frame *text;     /* a buffer of the frames' pools */
};

#define AT(field) offsetof(struct cucm, field)

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct cucm, host),
    {"cluster_id", PARAM_TEXT, "StandAloneCluster", NULL, NULL, NULL, "cluster, as in alarms", AT(cluster_id), true},
    {"devices", PARAM_TEXT, "", NULL, NULL, NULL, DEVICES_DOC "; empty: every device may register", AT(devices), true},
    {"devices_later", PARAM_TEXT, "", NULL, NULL, NULL, "devices that the operation 'provision' adds, written as in 'devices'", AT(devices_later), true},
    {"denied_devices", PARAM_TEXT, "", NULL, NULL, NULL, "devices that are answered 403 Forbidden, separated by commas", AT(denied), true},
    {"digest_authentication", PARAM_BOOL, "off", NULL, NULL, NULL, "challenge each REGISTER that binds (401, RFC 3261 22)", AT(digest), true},
    {"digest_password", PARAM_TEXT, "", NULL, NULL, NULL, "of every phone, beside its number as its name; in their configuration files, too", AT(digest_password), true},
    {"min_expires", PARAM_DUR, "0s", "0s", "1h", NULL, "a shorter Expires is answered 423 Interval Too Brief", AT(min_expires), true},
    {"initializing_time", PARAM_DUR, "0s", "0s", "1h", NULL, "after its start the service answers 503 for this long, with Retry-After", AT(initializing_time), true},
    {"registrations_max", PARAM_INT, "0", "0", "1000000", NULL, "devices that may register here, others are answered 503; 0: any number", AT(registrations_max), true},
    CUCM_FILES_PARAMS(struct cucm, files_config),
    {"server_header", PARAM_TEXT, "", NULL, NULL, NULL, "Server header of a registration's 200 OK; none when empty", AT(server_header), true},
    {"register_supported", PARAM_TEXT, "X-cisco-srtp-fallback,X-cisco-sis-6.0.0", NULL, NULL, NULL, "Supported header of a registration's 200 OK", AT(supported), true},
    {"to_tag_digits", PARAM_TEXT, "", NULL, NULL, NULL, "digits of the To-tags of the first registrations' 200 OK ('9,9,10'); drawn beyond", AT(to_tag_digits), true},
    {"tcp_isn_cucm", PARAM_INT, "", "0", "4294967295", NULL, "initial sequence number of the first connection accepted; drawn unless given", AT(isn), false},
    {"sip_station_keepalive_interval", PARAM_DUR, "120s", "1s", "1d", NULL, "Expires granted to SIP phones", AT(keepalive_interval), false},
    {"cucm_register_grace", PARAM_DUR, "10s", "0s", "1h", NULL, "a binding lives this much longer than was granted", AT(grace), false},
    {"cucm_close_on_timeout", PARAM_BOOL, "on", NULL, NULL, NULL, "close the connection of a device that timed out", AT(close_on_timeout), false},
    {"cucm_trying_time", PARAM_LAW, "uniform(1.06ms,1.92ms)", "0s", "1h", NULL, "from a REGISTER to its 100 Trying", AT(trying_time), false},
    {"cucm_answer_time", PARAM_LAW, "uniform(0.48ms,0.89ms)", "0s", "1h", NULL, "from the 100 Trying to the final answer", AT(answer_time), false},
    {"standing", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_CUCM_DOC, AT(standing_text), true},
    TCP_PARAMS(struct cucm, tcp_config, "cucm_", "0s", "0s"),
    {0},
};
/* clang-format on */

/* --- answers ---------------------------------------------------------------------------------------- */

static int64_t wall_ns(const struct cucm *c)
{
    return sim_epoch_ns(c->node->sim) + sim_now(c->node->sim).ns;
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
static uint32_t draw_tag(struct cucm *c, bool registration)
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
    tcp_send(l->conn, str_of_bytes(w->base, wr_len(w)), flow);
}

static void reject(struct line *l, const struct cisco_request *q, uint32_t status, const char *phrase,
                   const char *extra, uint64_t flow)
{
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    cisco_reject_put(&w, q, status, phrase, draw_tag(l->cucm, false), wall_ns(l->cucm), extra);
    send_text(l, &w, flow);
}

static void send_trying(struct line *l, const struct cisco_request *q, uint64_t flow)
{
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    cisco_trying_put(&w, q, wall_ns(l->cucm));
    send_text(l, &w, flow);
}

static void send_ok(struct line *l, const struct cisco_request *q, bool bound, uint64_t flow)
{
    struct cucm *c = l->cucm;
    char text[ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct cisco_ok ok = {
        .date_ns = wall_ns(c),
        .to_tag = draw_tag(c, bound),
        .expires = bound ? (uint32_t)(c->keepalive_interval.ns / 1000000000) : 0,
        .server = str_of(c->server_header),
        .supported = str_of(c->supported),
        .bound = bound,
    };
    cisco_ok_put(&w, q, &ok);
    send_text(l, &w, flow);
}

/* --- REGISTER --------------------------------------------------------------------------------------- */

static bool in_database(const struct cucm *c, struct str device)
{
    return !c->devices[0] || device_db_find(&c->db, device);
}

static bool in_list(const char *list, struct str device)
{
    struct str rest = str_of(list);
    while (rest.n) {
        if (str_eq(str_trim(str_cut(&rest, ',')), device))
            return true;
    }
    return false;
}

/* 503: it cannot now, but later. False: it can. */
static bool is_unavailable(struct line *l, const struct request *r, uint64_t flow)
{
    struct cucm *c = l->cucm;
    struct sim_dur left = time_sub(c->initialized, sim_now(c->node->sim));
    bool full = c->registrations_max && r->expires && !registrar_has(&c->registrar, r->contact.device) &&
                registrar_count(&c->registrar) >= (uint32_t)c->registrations_max;
    char extra[32];
    struct txtbuf t = txtbuf_of(extra, sizeof extra);
    if (left.ns <= 0 && !full)
        return false;
    txtbuf_add(&t, "Retry-After: %lld", (long long)(left.ns > 0 ? (left.ns + 999999999) / 1000000000 : 30));
    reject(l, &r->mirror, 503, "Service Unavailable", extra, flow);
    return true;
}

/* 401, or 403 to a wrong answer. False: who he says he is he is. */
static bool is_challenged(struct line *l, const struct request *r, uint64_t flow)
{
    struct cucm *c = l->cucm;
    if (!c->digest || r->expires == 0)
        return false;
    if (l->nonce[0] && r->authorization.n) {
        if (digest_holds(r->authorization, str_of(l->nonce), str_of(c->digest_password), STR("REGISTER")))
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
    int64_t min_s = l->cucm->min_expires.ns / 1000000000;
    char extra[32];
    struct txtbuf t = txtbuf_of(extra, sizeof extra);
    if (r->expires == 0 || r->expires >= 3600 || r->expires >= min_s) /* 10.3 (7) */
        return false;
    txtbuf_add(&t, "Min-Expires: %lld", (long long)min_s);
    reject(l, &r->mirror, 423, "Interval Too Brief", extra, flow);
    return true;
}

/* RFC 3261 10.3, in its order; the device stands in Contact (seed 002), the number in To. */
static void answer_register(struct line *l, const struct request *r, uint64_t flow)
{
    struct cucm *c = l->cucm;
    const struct cisco_request *m = &r->mirror;
    if (!r->sound || r->contact.device.n == 0) {
        reject(l, m, 400, "Bad Request", NULL, flow);
        return;
    }
    if (is_unavailable(l, r, flow) || is_challenged(l, r, flow))
        return;
    struct registration q = {
        .device = r->contact.device,
        .model = r->contact.model,
        .dn = sip_uri_user(m->to),
        .call_id = m->call_id,
        .cseq = r->cseq.number,
        .addr = tcp_peer(l->conn),
        .conn = l->conn,
    };
    if (in_list(c->denied, q.device)) {
        reject(l, m, 403, "Forbidden", NULL, flow);
    } else if (!in_database(c, q.device)) {
        reject(l, m, 404, "Not Found", NULL, flow);
    } else if (is_too_brief(l, r, flow)) {
        return;
    } else if (!registrar_accepts(&c->registrar, &q)) {
        reject(l, m, 500, "Server Internal Error", NULL, flow);
    } else if (r->expires == 0) {
        registrar_unbind(&c->registrar, &q);
        send_ok(l, m, false, flow);
    } else {
        registrar_bind(&c->registrar, &q, c->keepalive_interval);
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
    struct cucm *c = l->cucm;
    uint64_t was = bus_swap_cause(c->node->sim, j->cause);
    bus_set_flow(c->node->sim, j->flow);
    tmr_arm(&l->timer, dist_draw(j->tried ? &c->answer_time : &c->trying_time, c->times));
    bus_swap_cause(c->node->sim, was);
}

static void end_job(struct line *l, struct job *j)
{
    list_remove(&j->in_line);
    frame_unref(l->cucm->node->net, j->text);
    pool_put(&l->cucm->jobs, j);
}

static void on_job(void *owner)
{
    struct line *l = owner;
    struct job *j = first_job(l);
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
    j->text = frame_new(l->cucm->node->net, m->whole.n);
    memcpy(j->text->bytes, m->whole.p, m->whole.n);
    *r = (struct request){.mirror = mirror_of(m), .expires = 3600};
    r->authorization = sip_header_named(m, STR("Authorization"));
    r->sound = sip_contact(m, &r->contact) && sip_cseq(m, &r->cseq);
    sip_expires(m, &r->expires);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        rebase(views[i], m->whole.p, (const char *)j->text->bytes);
}

static void on_message(void *arg, const struct sip_msg *m)
{
    struct line *l = arg;
    struct sim *s = l->cucm->node->sim;
    if (m->is_response)
        return;
    uint64_t flow = bus_current_flow(s);
    struct cisco_request mirror = mirror_of(m);
    if (!str_eq(m->method, STR("REGISTER"))) {
        reject(l, &mirror, 501, "Not Implemented", NULL, flow);
        return;
    }
    if (m->whole.n > REQUEST_MAX) {
        reject(l, &mirror, 513, "Message Too Large", NULL, flow);
        return;
    }
    struct job *j = pool_get_raw(&l->cucm->jobs);
    j->flow = flow;
    j->cause = bus_cause(s);
    j->tried = false;
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
    ip_discard(l->cucm->node, why);
    tcp_abort(l->conn);
}

static void on_data(void *arg, struct str data)
{
    struct line *l = arg;
    sip_stream_feed(&l->stream, data, on_message, on_bad_stream, l);
}

static void on_peer_close(void *arg)
{
    struct line *l = arg;
    tcp_close(l->conn);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct line *l = arg;
    (void)why;
    while (first_job(l))
        end_job(l, first_job(l));
    tmr_disarm(&l->timer);
    sip_stream_reset(&l->stream);
    registrar_connection_lost(&l->cucm->registrar, l->conn);
    l->conn = NULL;
    list_remove(&l->in_cucm);
    pool_put(&l->cucm->lines, l);
}

static struct line *new_line(struct cucm *c)
{
    struct line *l = pool_get(&c->lines);
    l->cucm = c;
    list_append(&c->up, &l->in_cucm);
    list_init(&l->jobs);
    sip_stream_init(&l->stream, sim_arena(c->node->sim));
    tmr_init(&l->timer, c->node->sim, c->node->id, "cucm.job", l, on_job);
    return l;
}

static void on_accept(void *arg, struct tcp_conn *conn)
{
    struct line *l = new_line(arg);
    l->conn = conn;
    tcp_use(conn, &line_events, l);
}

/* A phone that registered before the run began (standing.h). */
static void resume(struct cucm *c, const struct standing *s)
{
    struct line *l = new_line(c);
    struct tcp_resume o = {.peer = s->peer,
                           .peer_port = s->port,
                           .local_port = SIP_PORT,
                           .seq = s->seq,
                           .ack = s->ack,
                           .dscp = DSCP_CS3};
    l->conn = tcp_resume(c->tcp, &o, &line_events, l);
    ASSERT(l->conn);
    struct registration q = {.device = s->device,
                             .model = s->model,
                             .dn = s->dn,
                             .call_id = s->call_id,
                             .cseq = s->cseq,
                             .addr = s->peer,
                             .conn = l->conn};
    registrar_resume(&c->registrar, &q, s->expires_in);
    c->tag_given = s->to_tag_given;
    c->tag = s->to_tag;
}

/* Seed 002: the phone that timed out is told by closing its connection. */
static void on_line_timeout(void *arg, struct binding *b)
{
    struct cucm *c = arg;
    struct tcp_conn *conn = b->conn;
    if (!c->close_on_timeout || !conn)
        return;
    b->conn = NULL;
    tcp_close(conn);
}

/* --- life ----------------------------------------------------------------------------------------------- */

static bool parse_tag_digits(struct cucm *c, struct err *e)
{
    struct str rest = str_of(c->to_tag_digits);
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
static bool each_standing(struct cucm *c, void (*use)(struct cucm *, const struct standing *),
                          struct err *e)
{
    struct str rest = str_of(c->standing_text);
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

static bool init_files(struct node *n, struct cucm *c, struct err *e)
{
    c->files_config.cluster_id = c->cluster_id;
    c->files_config.own = c->host.address;
    c->files_config.password = c->digest ? c->digest_password : "";
    device_db_init(&c->db, sim_arena(n->sim));
    return device_db_add(&c->db, "devices", str_of(c->devices), e) &&
           cucm_files_init(&c->files, n, c->ip, c->tcp, &c->files_config, e);
}

/* A file of the scenario's own, before those that are written here. */
static bool add_file(struct node *n, struct str name, struct str bytes, struct err *e)
{
    struct cucm *c = n->state;
    (void)e;
    file_store_put(&c->files.store, name, bytes);
    c->own_files++;
    c->own_hash = hash_fold(hash_fold(c->own_hash, hash_bytes(0, name.p, name.n)), hash_bytes(0, bytes.p, bytes.n));
    return true;
}

static bool ready(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->files_config.on)
        return true;
    for (const struct cucm_device *d = c->db.first; d; d = d->next)
        cucm_files_write_device(&c->files, d);
    return cucm_files_write(&c->files, e);
}

static bool init(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    c->node = n;
    list_init(&c->up);
    if (!parse_tag_digits(c, e) || !host_init(n, &c->host, &c->ip, e))
        return false;
    c->tcp_config.giveup_name = "cucm_tcp_giveup";
    c->tcp = tcp_new(n, c->ip, &c->tcp_config);
    if (!each_standing(c, NULL, e) || !init_files(n, c, e))
        return false;
    c->tags = node_stream(n, "sip/to-tag");
    c->times = node_stream(n, "sip/answer-time");
    c->nonces = c->digest ? node_stream(n, "sip/nonce") : NULL;
    c->initialized = time_add(sim_now(n->sim), c->initializing_time);
    pool_init(&c->jobs, sim_arena(n->sim), "SIP requests in work", sizeof(struct job), JOBS_MAX);
    pool_init(&c->lines, sim_arena(n->sim), "phone connections", sizeof(struct line), JOBS_MAX);
    registrar_init(&c->registrar, n, c->grace);
    c->registrar.cluster_id = c->cluster_id;
    c->registrar.node_id = n->name;
    c->registrar.on_timeout = on_line_timeout;
    c->registrar.arg = c;
    c->running = true;
    return tcp_listen(c->tcp, SIP_PORT, node_param(n, "tcp_isn_cucm").given, (uint32_t)c->isn,
                      DSCP_CS3, on_accept, c) ||
           err_set(e, "TCP port %d is taken", SIP_PORT);
}

static void start(struct node *n)
{
    struct cucm *c = n->state;
    struct err e;
    host_start(&c->host, c->ip);
    bool ok = each_standing(c, resume, &e); /* they were checked by init */
    ASSERT(ok);
    if (!c->files_config.on)
        return;
    cucm_files_start(&c->files);
    if (c->own_files) /* what they hold decides what happens: it belongs to the run's fingerprint */
        BUS_NOTE(n->sim, n->id, "tftp", "{} files are the scenario's own, fingerprint {}", V_U64(c->own_files),
                 V_U64(c->own_hash));
}

/* The CallManager service is stopped or started; the host stays up, so a SYN is answered RST meanwhile. */
static bool stop_service(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->running)
        return err_set(e, "the service on '%s' does not run", n->name);
    c->running = false;
    tcp_unlisten(c->tcp, SIP_PORT);
    for (struct list_link *l = c->up.next, *next; l != &c->up; l = next) {
        next = l->next;
        tcp_close(LIST_ENTRY(l, struct line, in_cucm)->conn);
    }
    return true;
}

static uint64_t move_host(struct node *n, const char *from, const char *event, const char *to)
{
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"host", n->name, from, event, to};
    return bus_publish(n->sim, &r);
}

/* The host is gone from one instant to the next: no FIN, no RST, no ARP; frames to it are lost. */
static bool crash(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->down)
        return err_set(e, "'%s' is down already", n->name);
    c->down = move_host(n, "up", "crash", "down");
    c->running = false;
    tcp_unlisten(c->tcp, SIP_PORT);
    registrar_power_off(&c->registrar);
    cucm_files_power_off(&c->files);
    tcp_power_off(c->tcp);
    ip_power_off(c->ip);
    return true;
}

static bool start_service(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->running)
        return err_set(e, "the service on '%s' runs already", n->name);
    if (c->down) {
        move_host(n, "down", "start", "up");
        if (c->files_config.on)
            cucm_files_start(&c->files);
    }
    c->down = 0;
    c->initialized = time_add(sim_now(n->sim), c->initializing_time);
    c->running = tcp_listen(c->tcp, SIP_PORT, false, 0, DSCP_CS3, on_accept, c);
    ASSERT(c->running);
    return true;
}

static bool stop_tftp(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->files.tftp.running)
        return err_set(e, "the TFTP service on '%s' does not run", n->name);
    cucm_files_stop(&c->files);
    return true;
}

static bool start_tftp(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->files.tftp.running || c->down)
        return err_set(e, c->down ? "'%s' is down" : "the TFTP service on '%s' runs already", n->name);
    cucm_files_start(&c->files);
    return true;
}

/* What an administrator does who has forgotten a phone: he adds it, and its file is written. */
static bool provision(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    struct cucm_device **last = c->db.last;
    if (!c->devices_later[0])
        return err_set(e, "'%s' has no 'devices_later' to add", n->name);
    if (!device_db_add(&c->db, "devices_later", str_of(c->devices_later), e))
        return false;
    for (const struct cucm_device *d = *last; c->files_config.on && d; d = d->next)
        cucm_files_write_device(&c->files, d);
    return true;
}

static const struct model_op ops[] = {
    {"stop", "stops the CallManager service: connections are closed, new ones refused", stop_service},
    {"crash", "the host dies at once: connections and bindings are gone, nobody is told", crash},
    {"start", "starts it again, after a crash with the host", start_service},
    {"tftp-stop", "stops the TFTP service: no file is given, by TFTP or HTTP", stop_tftp},
    {"tftp-start", "starts the TFTP service again", start_tftp},
    {"provision", "adds the devices of 'devices_later' to the database and writes their files", provision},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct cucm *c = n->state;
    if (c->down)
        bus_because(n->sim, frame_drop(in, f, DROP_NODE_DOWN), c->down, BECAUSE_STATE);
    else
        ip_on_frame(c->ip, in, f);
}

static void phone_rows(const struct node *n, struct table *t)
{
    const struct cucm *c = n->state;
    ris_rows(&c->registrar, t);
}

static const struct model_table tables[] = {
    {"registrations", "show risdb query phone", &ris_phones, phone_rows},
    {"connections", "show network status all nodns", &show_netstat, show_tcp_rows},
    {"arp", "utils network arp list", &show_arp_linux, show_arp_rows},
    {0},
};

const struct model model_cucm = {
    .name = "cucm",
    .doc = "One node of a Cisco Unified Communications Manager cluster.",
    .state_size = sizeof(struct cucm),
    .params = params,
    .ops = ops,
    .tables = tables,
    .prompt = "admin:",
    .init = init,
    .add_file = add_file,
    .ready = ready,
    .start = start,
    .on_frame = on_frame,
};
