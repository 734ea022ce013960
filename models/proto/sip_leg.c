/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_leg.c: classify (bytes to answer) and send; no policy. */
#include "models/proto/sip_leg.h"

#include <string.h>

#include "models/proto/sip_digest.h"
#include "sim/kernel/measure.h"

#define MESSAGE_MAX 2048

static const struct {
    const char *note; /* how a student reads it */
    bool binds;
    enum measure_id sent;
} kinds[LEG_REQUEST_COUNT] = {
    [LEG_REGISTER] = {"REGISTER CSeq {} to {}", true, MEASURE_COUNT},
    [LEG_REFRESH] = {"keepalive REGISTER CSeq {} to {}", true, MEASURE_KEEPALIVES_SENT},
    [LEG_STANDBY] = {"standby keepalive CSeq {} to {}", false, MEASURE_STANDBY_KEEPALIVES_SENT},
    [LEG_PROBE] = {"probe CSeq {} to {}", false, MEASURE_PROBES_SENT},
    [LEG_LINE] = {"REGISTER of another line, CSeq {} to {}", true, MEASURE_COUNT},
};

static const struct cucm_member *member(const struct sip_leg *l)
{
    return &l->id->config->group[l->index];
}

/* Shapes of seeds 000 and 002: tag = MAC + 12 hex + "-" + 8 hex; the Call-ID's counter differs by leg
 * (0003 on the primary's, 0002 on the secondary's). */
static void draw_dialog(struct sip_leg *l)
{
    static const char *const streams[CUCM_GROUP_MAX] = {"sip/dialog/0", "sip/dialog/1", "sip/dialog/2",
                                                        "sip/dialog/3"};
    char name[32];
    struct txtbuf n = txtbuf_of(name, sizeof name);
    txtbuf_cstr(&n, streams[l->index]);
    if (l->boots)
        txtbuf_add(&n, "/%u", l->boots);
    struct rng r = node_dice(l->node, name); /* a leg has one dialog from power-on to power-off */
    uint64_t a = rng_u64(&r), b = rng_u64(&r);
    uint32_t tail = rng_u32(&r);
    char ip[16];
    struct txtbuf t = txtbuf_of(l->from_tag, sizeof l->from_tag);
    if (!l->from_tag[0])
        txtbuf_add(&t, "%012llx%012llx-%08x", (unsigned long long)l->id->mac,
                   (unsigned long long)(a & 0xffffffffffffu), tail);
    if (l->call_id[0])
        return;
    struct txtbuf at = txtbuf_of(ip, sizeof ip);
    ip4_text(&at, tcp_local(l->conn));
    t = txtbuf_of(l->call_id, sizeof l->call_id);
    txtbuf_add(&t, "%08llx-%04llx%04x-%08x-%08x@%s", (unsigned long long)(l->id->mac >> 16),
               (unsigned long long)(l->id->mac & 0xffff), 3u - l->index, (unsigned)(b >> 32),
               (unsigned)b, ip);
}

static void drop_requests(struct sip_leg *l)
{
    tmr_disarm(&l->timer_f);
    l->pending = l->deferred = false;
    l->reason = l->deferred_reason = NULL;
}

static uint32_t next_branch(struct sip_leg *l)
{
    bool given = l->branch_given;
    l->branch_given = false;
    if (given)
        return l->branch;
    l->branches = l->branches ? l->branches : node_stream(l->node, "sip/branch");
    return rng_u32(l->branches);
}

static bool knows_time(const struct sip_leg *l)
{
    return !l->id->knows_time || *l->id->knows_time;
}

static struct leg_line *line_of(const struct sip_leg *l)
{
    return l->kind == LEG_LINE ? &l->lines[l->line] : NULL;
}

static const char *call_id_of(const struct sip_leg *l)
{
    return line_of(l) ? line_of(l)->call_id : l->call_id;
}

static void write_request(struct sip_leg *l, struct wr *w)
{
    const struct leg_line *line = line_of(l);
    char ip[16];
    struct txtbuf at = txtbuf_of(ip, sizeof ip);
    ip4_text(&at, tcp_local(l->conn));
    struct sim *s = l->node->sim;
    const struct phone_config *c = l->id->config;
    bool binds = kinds[l->kind].binds;
    struct cisco_register r = {
        .model = l->id->model,
        .host = member(l)->name,
        .dn = line ? c->other_dn[l->line] : str_of(c->dn),
        .local_ip = txtbuf_view(&at),
        .local_port = tcp_local_port(l->conn),
        .branch = next_branch(l),
        .from_tag = str_of(line ? line->from_tag : l->from_tag),
        .call_id = str_of(call_id_of(l)),
        .load = str_of(c->load),
        .device = str_of(l->id->device),
        .contact_uuid = str_of(l->id->contact_uuid),
        .mac = l->id->mac,
        .cseq = l->pending_cseq,
        .expires = binds ? dur_whole_s(dur_max(c->timer_register_expires, l->expires_min)) : 0,
        .authorization = l->authorization ? str_of(l->authorization) : STR_NONE,
        .standby = !binds,
        .date_ns = knows_time(l) ? sim_epoch_ns(s) + sim_now(s).ns + l->id->clock_offset.ns +
                                       sim_node_ahead(s, l->node->id).ns : -1,
        .reason = str_of(l->reason),
    };
    cisco_register_put(w, &r);
    ASSERT(wr_ok(w));
}

static void send_request(struct sip_leg *l)
{
    struct sim *s = l->node->sim;
    char text[MESSAGE_MAX];
    struct wr w = wr_of(text, sizeof text);
    l->pending_cseq = line_of(l) ? ++line_of(l)->cseq : ++l->cseq;
    l->pending = true;
    l->retransmitted = false;
    write_request(l, &w);
    l->flow = bus_flow(s, "sip", str_of(call_id_of(l)), l->pending_cseq);
    bus_set_flow(s, l->flow);
    BUS_NOTE(s, l->node->id, "sip", kinds[l->kind].note, V_U64(l->pending_cseq), V_IP4(member(l)->addr.v));
    if (kinds[l->kind].sent != MEASURE_COUNT)
        measure_add(s, kinds[l->kind].sent, 1);
    tmr_arm(&l->timer_f, l->id->timer_f);
    tmr_await(&l->timer_f, l->flow, 0);
    tcp_send(l->conn, str_of_bytes(text, wr_len(&w)), l->flow);
}

void leg_request(struct sip_leg *l, enum leg_request kind, const char *reason)
{
    ASSERT(l->open);
    if (l->pending) {
        if (l->deferred && kinds[l->deferred_kind].binds && !kinds[kind].binds)
            return;
        l->deferred = true;
        l->deferred_kind = kind;
        l->deferred_reason = reason;
        return;
    }
    l->kind = kind;
    l->reason = reason;
    l->authorized = false;
    send_request(l);
}

static void draw_lines(struct sip_leg *l)
{
    const struct phone_config *c = l->id->config;
    if (c->other_count > l->line_room) {
        l->lines = ARENA_ARRAY(sim_arena(l->node->sim), struct leg_line, (size_t)c->other_count);
        l->line_room = c->other_count;
    }
    for (int64_t i = 0; i < c->other_count; i++) {
        struct leg_line *x = &l->lines[i];
        if (x->call_id[0])
            continue; /* one dialog from power-on to power-off, as the first line's */
        char name[48];
        struct txtbuf n = txtbuf_of(name, sizeof name);
        txtbuf_add(&n, "sip/dialog/%u/%u/line/%lld", l->index, l->boots, (long long)i);
        struct rng r = node_dice(l->node, name);
        uint64_t a = rng_u64(&r), b = rng_u64(&r);
        struct str at = str_of(l->call_id);
        str_cut(&at, '@');
        struct txtbuf t = txtbuf_of(x->from_tag, sizeof x->from_tag), d = txtbuf_of(x->call_id, sizeof x->call_id);
        txtbuf_add(&t, "%012llx%012llx-%08x", (unsigned long long)l->id->mac, (unsigned long long)(a >> 16), rng_u32(&r));
        txtbuf_add(&d, "%08llx-%04llx%04x-%08x-%08x@%.*s", (unsigned long long)(l->id->mac >> 16),
                   (unsigned long long)(l->id->mac & 0xffff), (unsigned)(4 + i), (unsigned)(b >> 32), (unsigned)b,
                   STR_ARG(at));
        x->cseq = l->id->cseq_first - 1;
    }
}

void leg_register_lines(struct sip_leg *l)
{
    if (l->id->config->other_count == 0)
        return;
    draw_lines(l);
    l->line = 0;
    leg_request(l, LEG_LINE, NULL);
}

/* The request is over: tell the user, then send what waited (unless the user acted otherwise). */
static void finish(struct sip_leg *l, uint32_t status, struct sim_dur granted)
{
    tmr_disarm(&l->timer_f);
    l->pending = false;
    if (l->kind == LEG_LINE) {
        if (++l->line < l->id->config->other_count)
            leg_request(l, LEG_LINE, NULL);
    } else {
        l->user->on_answer(l->arg, l, l->kind, status, granted);
    }
    if (!l->open || l->pending || !l->deferred)
        return;
    l->deferred = false;
    leg_request(l, l->deferred_kind, l->deferred_reason);
}

/* The same once more, CSeq + 1 (RFC 3261 8.1.3.5, 10.2.8). */
static void repeat(struct sip_leg *l)
{
    tmr_disarm(&l->timer_f);
    l->pending = false;
    leg_request(l, l->kind, l->reason);
}

/* 401: answered once; who is challenged again for his answer has no better one. */
static bool answer_challenge(struct sip_leg *l, const struct sip_msg *m)
{
    const struct phone_config *c = l->id->config;
    char uri[128];
    struct txtbuf u = txtbuf_of(uri, sizeof uri);
    if (l->authorized || c->auth_name.n == 0)
        return false;
    if (!l->authorization)
        l->authorization = arena_alloc(sim_arena(l->node->sim), SIP_CREDENTIALS_MAX);
    struct txtbuf t = txtbuf_of(l->authorization, SIP_CREDENTIALS_MAX);
    txtbuf_add(&u, "sip:%.*s", STR_ARG(member(l)->name));
    if (!digest_answer(&t, sip_header_named(m, STR("WWW-Authenticate")), c->auth_name, c->auth_password, STR("REGISTER"),
                       txtbuf_view(&u))) {
        l->authorization[0] = 0;
        return false;
    }
    repeat(l);
    l->authorized = true;
    return true;
}

/* 423: at least Min-Expires, once (RFC 3261 10.2.8). */
static bool ask_for_more(struct sip_leg *l, const struct sip_msg *m)
{
    uint64_t s;
    if (!str_u64(sip_header_named(m, STR("Min-Expires")), UINT32_MAX, &s) || dur_s((int64_t)s).ns <= l->expires_min.ns ||
        !kinds[l->kind].binds)
        return false;
    l->expires_min = dur_s((int64_t)s);
    repeat(l);
    return true;
}

static void note_retry_after(struct sip_leg *l, const struct sip_msg *m)
{
    struct str value = sip_header_named(m, STR("Retry-After"));
    uint64_t s = 0;
    struct str digits = str_cut(&value, ' ');
    bool told = m->status == 503 && str_u64(digits, 86400, &s);
    l->retry_after = told ? dur_s((int64_t)s) : DUR_ZERO;
}

static void on_timer_f(void *owner)
{
    struct sip_leg *l = owner;
    BUS_NOTE(l->node->sim, l->node->id, "sip", "timer F: no final answer to CSeq {} from {}",
             V_U64(l->pending_cseq), V_IP4(member(l)->addr.v));
    finish(l, 0, DUR_ZERO);
}

static bool is_for_registration(const struct sip_msg *m)
{
    struct sip_cseq cseq;
    return m->is_response && (!sip_cseq(m, &cseq) || str_eq(cseq.method, STR("REGISTER")));
}

static void on_message(void *arg, const struct sip_msg *m)
{
    struct sip_leg *l = arg;
    struct sip_cseq cseq;
    if (!is_for_registration(m)) {
        if (l->id->calls)
            l->id->calls->on_message(l->id->arg, l, m);
        return;
    }
    if (l->id->knows_time && sip_header(m, SIP_DATE).n)
        *l->id->knows_time = true;
    if (!sip_cseq(m, &cseq) || !l->pending || cseq.number != l->pending_cseq || m->status < 200)
        return; /* 100 Trying does not stop timer F (RFC 3261 17.1.2.2); an old answer says nothing */
    if ((m->status == 401 && answer_challenge(l, m)) || (m->status == 423 && ask_for_more(l, m)))
        return;
    uint32_t expires = 0;
    sip_expires(m, &expires);
    note_retry_after(l, m);
    finish(l, m->status, dur_s(expires));
}

static void on_bad_stream(void *arg, const char *why)
{
    struct sip_leg *l = arg;
    ip_discard(l->node, why);
    tcp_abort(l->conn);
}

/* Calls let go of its connection. */
static void free_conn(const struct sip_leg *l)
{
    if (l->id->calls)
        l->id->calls->on_end(l->id->arg, l);
}

static void on_open(void *arg)
{
    struct sip_leg *l = arg;
    l->open = true;
    if (!l->call_id[0] || !l->from_tag[0])
        draw_dialog(l);
    if (l->id->calls)
        l->id->calls->on_open(l->id->arg, l);
    l->user->on_open(l->arg, l);
}

static void on_data(void *arg, struct str data)
{
    struct sip_leg *l = arg;
    sip_stream_feed(&l->stream, data, on_message, on_bad_stream, l);
}

/* Seed 002, case study 2: the phone acknowledges CUCM's FIN and then aborts. */
static void on_peer_close(void *arg)
{
    struct sip_leg *l = arg;
    tcp_abort(l->conn);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct sip_leg *l = arg;
    free_conn(l);
    l->conn = NULL;
    l->was_open = l->open;
    l->open = false;
    drop_requests(l);
    msg_stream_reset(&l->stream);
    l->user->on_down(l->arg, l, leg_down_of(why));
}

static void on_retransmit(void *arg, uint64_t flow, uint32_t copy)
{
    struct sip_leg *l = arg;
    (void)copy;
    if (!l->pending || l->retransmitted || flow != l->flow)
        return;
    l->retransmitted = true;
    if (l->kind == LEG_REFRESH)
        measure_add(l->node->sim, MEASURE_KEEPALIVES_RETRANSMITTED, 1);
}

static const struct tcp_events events = {
    .on_open = on_open,
    .on_data = on_data,
    .on_peer_close = on_peer_close,
    .on_end = on_end,
    .on_retransmit = on_retransmit,
};

void leg_init(struct sip_leg *l, struct node *n, struct tcp *t, const struct leg_identity *id,
              uint8_t index, const struct leg_user *user, void *arg)
{
    *l = (struct sip_leg){.node = n, .tcp = t, .id = id, .user = user, .arg = arg, .index = index};
    l->cseq = id->cseq_first - 1;
    sip_stream_init(&l->stream, sim_arena(n->sim));
    tmr_init(&l->timer_f, n->sim, n->id, "sip.timer_f", l, on_timer_f);
}

void leg_open(struct sip_leg *l)
{
    if (l->conn)
        return;
    const struct cucm_member *m = member(l);
    struct tcp_open o = {
        .dst = m->addr,
        .dst_port = m->sip_port,
        .local_port = l->local_port,
        .isn_given = l->isn_given,
        .isn = l->isn,
        .dscp = l->id->dscp,
        .flow = bus_flow(l->node->sim, "tcp", str_of(l->id->device), l->index),
    };
    l->local_port = 0; /* given for the first connection only */
    l->isn_given = false;
    l->conn = tcp_connect(l->tcp, &o, &events, l);
    if (!l->conn)
        l->user->on_down(l->arg, l, LEG_DOWN_LOCAL);
}

void leg_resume(struct sip_leg *l, const struct standing *s)
{
    const struct cucm_member *m = member(l);
    struct tcp_resume o = {.peer = m->addr,
                           .peer_port = m->sip_port,
                           .local_port = s->port,
                           .seq = s->seq,
                           .ack = s->ack,
                           .dscp = l->id->dscp};
    struct txtbuf t = txtbuf_of(l->from_tag, sizeof l->from_tag);
    txtbuf_str(&t, s->from_tag);
    t = txtbuf_of(l->call_id, sizeof l->call_id);
    txtbuf_str(&t, s->call_id);
    l->branch_given = s->branch_given;
    l->branch = s->branch;
    l->conn = tcp_resume(l->tcp, &o, &events, l);
    ASSERT(l->conn);
    l->open = true;
}

void leg_give_dialog(struct sip_leg *l, const struct standing *s)
{
    str_keep(l->from_tag, sizeof l->from_tag, s->from_tag);
    str_keep(l->call_id, sizeof l->call_id, s->call_id);
    l->branch_given = s->branch_given;
    l->branch = s->branch;
}

static const struct tcp_events no_events;

void leg_forget(struct sip_leg *l)
{
    if (l->conn) {
        free_conn(l);
        tcp_use(l->conn, &no_events, NULL);
    }
    l->conn = NULL;
    l->open = l->was_open = false;
    drop_requests(l);
    msg_stream_reset(&l->stream);
    l->boots++;
    l->call_id[0] = l->from_tag[0] = 0;
    for (int64_t i = 0; i < l->line_room; i++)
        l->lines[i].call_id[0] = 0;
    l->cseq = l->id->cseq_first - 1;
}

void leg_abort(struct sip_leg *l)
{
    if (!l->conn)
        return;
    struct tcp_conn *c = l->conn;
    free_conn(l);
    tcp_use(c, &no_events, NULL);
    l->conn = NULL;
    l->open = false;
    drop_requests(l);
    msg_stream_reset(&l->stream);
    tcp_abort(c);
}
