/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_show.c: see call_show.h. Of what IOS prints only that which means something here: what is not modelled (jitter
 * buffers, QoS, flags) is left out rather than made up. */
#include "models/proto/call_show.h"

#include "sim/base/civil.h"

enum { ROLE, LEG, CALL_ID, FROM, TO, STATE, LOCAL, PEER, DIAL_PEER, BEGAN, CONNECT, SESSION, REFRESHER, EXPIRES, MEDIA, CODEC };

static const char *const columns[] = {"role",    "leg",       "call_id",   "from",         "to",    "state",
                                      "local",   "peer",      "dial_peer", "began_s",      "connect_s", "session_s",
                                      "refresher", "expires_in_s", "media",  "codec",        NULL};

/* --- rows ---------------------------------------------------------------------------------------- */

static void word(struct table *t, const char *text)
{
    if (text)
        table_text(t, text);
    else
        table_none(t);
}

static void place(struct table *t, struct ip4 addr, uint16_t port)
{
    char text[32];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    ip4_text(&b, addr);
    txtbuf_add(&b, ":%u", port);
    word(t, addr.v ? text : NULL);
}

static void span(struct table *t, bool known, struct sim_dur d)
{
    if (known)
        table_dur(t, d);
    else
        table_none(t);
}

void call_row_add(struct table *t, const struct call_row *r)
{
    char media[64];
    struct txtbuf m = txtbuf_of(media, sizeof media);
    bool answered = time_before(r->answered, TIME_NEVER);
    table_text(t, r->outgoing ? "uac" : "uas");
    table_int(t, r->leg);
    word(t, r->call_id);
    word(t, r->from);
    word(t, r->to);
    word(t, r->state);
    table_ip4(t, r->local);
    place(t, r->peer, r->peer_port);
    table_int(t, r->dial_peer);
    table_dur(t, time_sub(r->began, TIME_ZERO));
    span(t, answered, answered ? time_sub(r->answered, r->began) : (struct sim_dur){0});
    span(t, r->session_s > 0, dur_s(r->session_s));
    word(t, r->session_s ? r->refresher : NULL);
    span(t, r->session_s > 0, r->expires_in);
    ip4_text(&m, r->media_local);
    txtbuf_add(&m, ":%u ", r->media_local_port);
    ip4_text(&m, r->media);
    txtbuf_add(&m, ":%u", r->media_port);
    word(t, r->media.v ? media : NULL);
    word(t, r->codec);
}

static bool is_uac(const struct table *t, size_t row)
{
    return str_eq(str_of(table_plain(t, row, ROLE, "")), STR("uac"));
}

static size_t count_uac(const struct table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->row_count; i++)
        n += is_uac(t, i);
    return n;
}

static bool state_is(const struct table *t, size_t row, const char *state)
{
    return str_eq(str_of(table_plain(t, row, STATE, "")), str_of(state));
}

/* "10.1.1.1:16384 10.1.1.2:16386": where we hear, or where the other side does. */
static struct str media_place(const struct table *t, size_t row, bool local)
{
    struct str rest = str_of(table_plain(t, row, MEDIA, "")), first = str_cut(&rest, ' ');
    return local ? first : rest;
}

static int64_t connect_ns(const struct table *t, size_t row)
{
    const struct cell *c = table_cell(t, row, CONNECT);
    return c->kind == CELL_DUR ? c->i : 0;
}

/* --- show call active voice brief ------------------------------------------------------------------ */

static void totals(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out,
               "Telephony call-legs: 0\nSIP call-legs: %zu\nH323 call-legs: 0\nCall agent controlled call-legs: 0\n"
               "SCCP call-legs: 0\nMulticast call-legs: 0\nTotal call-legs: %zu\n",
               t->row_count, t->row_count);
}

static void wall(const struct table *t, int64_t at_ns, struct txtbuf *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of(sim_epoch_ns(t->node->sim) + at_ns);
    txtbuf_add(out, "*%02d:%02d:%02d.%03d UTC %s %s %d %lld", c.hour, c.minute, c.second, c.ms, days[c.weekday],
               months[c.month - 1], c.day, (long long)c.year);
}

static void brief_line(const struct table *t, size_t row, struct txtbuf *out)
{
    int64_t began = table_cell(t, row, BEGAN)->i, connect = connect_ns(t, row), ms = dur_ms(1).ns;
    bool answered = table_cell(t, row, CONNECT)->kind == CELL_DUR;
    struct str media = media_place(t, row, false);
    txtbuf_add(out, "0    : %s %lldms.%d (", table_plain(t, row, LEG, ""), (long long)(began / ms), is_uac(t, row) ? 2 : 1);
    wall(t, began, out);
    txtbuf_add(out, ") +%lld pid:%s %s %s %s\n", (long long)(connect / ms), table_plain(t, row, DIAL_PEER, ""),
               is_uac(t, row) ? "Originate" : "Answer", table_plain(t, row, is_uac(t, row) ? TO : FROM, ""),
               state_is(t, row, "confirmed") ? "active" : "connecting");
    int64_t up = answered ? (sim_now(t->node->sim).ns - began - connect) / dur_s(1).ns : 0;
    txtbuf_add(out, " dur %02lld:%02lld:%02lld\n", (long long)(up / 3600), (long long)(up / 60 % 60), (long long)(up % 60));
    if (media.n)
        txtbuf_add(out, " IP %.*s SRTP: off %s\n", STR_ARG(media), table_plain(t, row, CODEC, ""));
    txtbuf_char(out, '\n');
}

const struct table_look show_call_active_voice_brief = {.columns = columns, .before = totals, .head = "\n", .line = brief_line};

/* --- show sip-ua calls ---------------------------------------------------------------------------- */

static void end_of_uac(size_t count, struct txtbuf *out)
{
    txtbuf_add(out, "   Number of SIP User Agent Client(UAC) calls: %zu\n\nSIP UAS CALL INFO\n", count);
}

static void ua_before(const struct table *t, struct txtbuf *out)
{
    size_t uac = count_uac(t);
    txtbuf_add(out, "Total SIP call legs:%zu, User Agent Client:%zu, User Agent Server:%zu\nSIP UAC CALL INFO\n",
               t->row_count, uac, t->row_count - uac);
}

static const char *ua_state(const struct table *t, size_t row)
{
    bool client = is_uac(t, row);
    if (state_is(t, row, "confirmed"))
        return "STATE_ACTIVE";
    if (state_is(t, row, "calling"))
        return "STATE_SENT_INVITE";
    if (state_is(t, row, "proceeding"))
        return client ? "STATE_RECD_PROCEEDING" : "STATE_RECD_INVITE";
    if (state_is(t, row, "early"))
        return client ? "STATE_RECD_PROCEEDING" : "STATE_SENT_ALERTING";
    return state_is(t, row, "ended") ? "STATE_DEAD" : "STATE_IDLE";
}

static void field(struct txtbuf *out, const char *name, const char *value)
{
    txtbuf_add(out, "   %-24s: %s\n", name, value);
}

/* "10.1.1.2:5060" as "[10.1.1.2]:5060". */
static void bracketed(struct txtbuf *out, const char *lead, struct str place)
{
    struct str port = place, addr = str_cut(&port, ':');
    txtbuf_add(out, "%s: [%.*s]:%.*s\n", lead, STR_ARG(addr), STR_ARG(port));
}

static void session_field(const struct table *t, size_t row, struct txtbuf *out)
{
    const struct cell *interval = table_cell(t, row, SESSION), *left = table_cell(t, row, EXPIRES);
    char text[96];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    if (interval->kind == CELL_DUR)
        txtbuf_add(&b, "%lld s, refresher %s, expires in %lld s", (long long)(interval->i / dur_s(1).ns),
                   table_plain(t, row, REFRESHER, "unknown"), (long long)(left->i / dur_s(1).ns));
    else
        txtbuf_cstr(&b, "none");
    field(out, "Session Timer", text);
}

static void media_fields(const struct table *t, size_t row, struct txtbuf *out)
{
    struct str local = media_place(t, row, true), media = media_place(t, row, false);
    field(out, "Number of Media Streams", media.n ? "1" : "0");
    if (!media.n)
        return;
    txtbuf_add(out, "   Media Stream 1\n     Negotiated Codec         : %s\n", table_plain(t, row, CODEC, "No Codec"));
    bracketed(out, "     Media Source IP Addr:Port", local);
    bracketed(out, "     Media Dest IP Addr:Port  ", media);
}

static void ua_line(const struct table *t, size_t row, struct txtbuf *out)
{
    size_t uac = count_uac(t), number = is_uac(t, row) ? row + 1 : row + 1 - uac;
    if (row == uac)
        end_of_uac(uac, out);
    txtbuf_add(out, "Call %zu\nSIP Call ID                : %s\n", number, table_plain(t, row, CALL_ID, ""));
    field(out, "State of the call", ua_state(t, row));
    field(out, "Calling Number", table_plain(t, row, FROM, ""));
    field(out, "Called Number", table_plain(t, row, TO, ""));
    field(out, "CC Call ID", table_plain(t, row, LEG, ""));
    field(out, "Source IP Address (Sig )", table_plain(t, row, LOCAL, ""));
    bracketed(out, "   Destn SIP Req Addr:Port ", str_of(table_plain(t, row, PEER, ":")));
    session_field(t, row, out);
    media_fields(t, row, out);
    txtbuf_char(out, '\n');
}

static void ua_after(const struct table *t, struct txtbuf *out)
{
    size_t uac = count_uac(t);
    if (uac == t->row_count)
        end_of_uac(uac, out);
    txtbuf_add(out, "   Number of SIP User Agent Server(UAS) calls: %zu\n", t->row_count - uac);
}

const struct table_look show_sip_ua_calls = {.columns = columns, .before = ua_before, .line = ua_line, .after = ua_after};
