/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cisco_sip.c: every line stands in the order of the seeds' messages; tests hold it to their bytes. */
#include "models/proto/cisco_sip.h"

#include <string.h>

#define CRLF "\r\n"

#define DEVICE_PARAM "+u.sip!devicename.ccm.cisco.com"
#define DESK_FEATURES                                                                               \
    "replaces,join,sdp-anat,norefersub,resource-priority,extended-refer,X-cisco-callinfo,"          \
    "X-cisco-serviceuri,X-cisco-escapecodes,X-cisco-service-control,X-cisco-srtp-fallback,"         \
    "X-cisco-monrec,X-cisco-config,"

#define DESK(model, agent, type, sis, load, jar, class, by_http)                                    \
    {.name = model, .user_agent = agent, .number = type, .supported = DESK_FEATURES sis,            \
     .product = "Cisco IP Phone " model, .load_prefix = load, .locale_jar = jar, .poe_class = class, \
     .http = by_http, .device_param = DEVICE_PARAM}

/* 7975: seed 002; 8861: seed 000; CIPC: seed 004. The 8961 is printed nowhere: its packet sizes in seed 002 follow
 * from the 7975's text with its own name and a ten-digit number. Numbers 437, 685 and 30016 are the seeds'; 540 is
 * an assumption, as are 622, the desk phones' locale archives, and which of them fetch by HTTP beside the 8861. */
/* clang-format off */
static const struct cisco_phone_model models[] = {
    DESK("7975", "Cisco-CP7975G", "437", "X-cisco-sis-6.0.0,X-cisco-xsi-8.5.1", "SIP75",   "mk-sip.jar",  3, false),
    DESK("8861", "Cisco-CP8861",  "685", "X-cisco-sis-7.0.0",                   "sip88xx", "rtl-sip.jar", 4, true),
    DESK("8961", "Cisco-CP8961",  "540", "X-cisco-sis-6.0.0,X-cisco-xsi-8.5.1", "sip8961", "gd-sip.jar",  4, true),
    DESK("7841", "Cisco-CP7841",  "622", "X-cisco-sis-7.0.0",                   "sip78xx", "rtl-sip.jar", 1, true),
    {.name = "CIPC", .user_agent = "Cisco-SIPIPCommunicator", .version = "8.3.0", .number = "30016",
     .supported = "replaces,join,norefersub,extended-refer,X-cisco-callinfo,X-cisco-serviceuri,"
                  "X-cisco-escapecodes,X-cisco-service-control,X-cisco-srtp-fallback,X-cisco-monrec,"
                  "X-cisco-config,X-cisco-sis-2.0.0,X-cisco-xsi-6.0.2",
     .product = "Cisco IP Communicator", .load_prefix = "CIPC", .locale_jar = "ipc-sip.jar", .soft = true,
     .device_param = "+u.sip!devicename.ccm.features.cisco.com", .model_first = true},
};
/* clang-format on */

const struct cisco_phone_model *cisco_phone_model(int index)
{
    ASSERT(index >= 0 && (size_t)index < sizeof models / sizeof models[0]);
    return &models[index];
}

int cisco_phone_model_count(void)
{
    return (int)(sizeof models / sizeof models[0]);
}

void cisco_load_version(struct txtbuf *t, struct str load)
{
    struct str rest = load;
    str_cut(&rest, '.');
    if (rest.n == 0 || str_find(rest, STR("-")) < 0) {
        txtbuf_str(t, load);
        return;
    }
    for (int i = 0; i < 3 && rest.n; i++) {
        struct str part = str_cut(&rest, '-');
        size_t digits = 0;
        while (digits < part.n && part.p[digits] >= '0' && part.p[digits] <= '9')
            digits++;
        txtbuf_add(t, i ? ".%.*s" : "%.*s", (int)digits, part.p);
    }
}

/* --- small writers: a 900-byte message is written in about thirty calls, none of them formatted ---- */

static void put(struct wr *w, const char *s)
{
    wr_str(w, str_of(s));
}

#define PUT(w, literal) wr_bytes((w), (literal), sizeof(literal) - 1)

static void put_u64(struct wr *w, uint64_t v)
{
    char digits[20];
    size_t n = sizeof digits;
    do
        digits[--n] = (char)('0' + v % 10);
    while (v /= 10);
    wr_bytes(w, digits + n, sizeof digits - n);
}

static void put_hex(struct wr *w, uint64_t v, int digits, char ten)
{
    char text[16];
    for (int i = digits - 1; i >= 0; i--, v >>= 4) {
        int d = (int)(v & 15);
        text[i] = (char)(d < 10 ? '0' + d : ten + d - 10);
    }
    wr_bytes(w, text, (size_t)digits);
}

static void put_header(struct wr *w, const char *name, struct str value)
{
    put(w, name);
    wr_str(w, value);
    PUT(w, CRLF);
}

static void put_number(struct wr *w, const char *name, uint64_t v)
{
    put(w, name);
    put_u64(w, v);
    PUT(w, CRLF);
}

static void put_two(char *at, int64_t v)
{
    at[0] = (char)('0' + v / 10 % 10);
    at[1] = (char)('0' + v % 10);
}

/* Of a day since 1970: years begin in March, so that a leap day is the last of its year; 400 of them are
 * 146097 days, five of their months from March on 153. */
static void put_day(char *day, char *month, char *year, int64_t days)
{
    static const char names[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
    int64_t d = days + 719468, era = d / 146097; /* from 1 March of the year 0 */
    int64_t of_era = d % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    put_two(day, of_year - (153 * m + 2) / 5 + 1);
    memcpy(month, names + 3 * m, 3);
    y += 400 * era + (m >= 10);
    put_two(year, y / 100);
    put_two(year + 2, y % 100);
}

void cisco_date(struct txtbuf *t, int64_t ns)
{
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */
    char text[] = "Thu, 01 Jan 1970 00:00:00 GMT";
    if (ns < 0) { /* seed 004: before the clock is set */
        txtbuf_cstr(t, "Sun, 00 Jan 1900 00:00:00 GMT");
        return;
    }
    int64_t s = ns / 1000000000, day = s / 86400;
    memcpy(text, days + 3 * (day % 7), 3);
    put_day(text + 5, text + 8, text + 12, day);
    put_two(text + 17, s / 3600 % 24);
    put_two(text + 20, s / 60 % 60);
    put_two(text + 23, s % 60);
    txtbuf_str(t, (struct str){text, sizeof text - 1});
}

static void put_date(struct wr *w, int64_t ns)
{
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    cisco_date(&t, ns);
    put_header(w, "Date: ", txtbuf_view(&t));
}

void cisco_device_name(struct txtbuf *t, uint64_t mac)
{
    txtbuf_add(t, "SEP%012llX", (unsigned long long)mac);
}

static void put_uri(struct wr *w, const struct cisco_register *r)
{
    PUT(w, "<sip:");
    wr_str(w, r->dn);
    PUT(w, "@");
    wr_str(w, r->host);
    PUT(w, ">");
}

static void put_device(struct wr *w, const struct cisco_register *r)
{
    PUT(w, ";");
    put(w, r->model->device_param);
    PUT(w, "=\"");
    wr_str(w, r->device.n ? r->device : STR("SEP"));
    if (!r->device.n)
        put_hex(w, r->mac, 12, 'A');
    PUT(w, "\"");
}

static void put_model(struct wr *w, const struct cisco_register *r)
{
    PUT(w, ";+u.sip!model.ccm.cisco.com=\"");
    put(w, r->model->number);
    PUT(w, "\"");
}

static void put_contact(struct wr *w, const struct cisco_register *r)
{
    bool model_first = r->model->model_first;
    PUT(w, "Contact: <sip:");
    wr_str(w, r->contact_uuid);
    PUT(w, "@");
    wr_str(w, r->local_ip);
    PUT(w, ":");
    put_u64(w, r->local_port);
    PUT(w, ";transport=tcp>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-");
    put_hex(w, r->mac, 12, 'a');
    PUT(w, ">\"");
    (model_first ? put_model : put_device)(w, r);
    (model_first ? put_device : put_model)(w, r);
    put(w, r->standby ? ";expires=0;cisco-keep-alive" CRLF : CRLF);
}

void cisco_register_put(struct wr *w, const struct cisco_register *r)
{
    PUT(w, "REGISTER sip:");
    wr_str(w, r->host);
    PUT(w, " SIP/2.0" CRLF "Via: SIP/2.0/TCP ");
    wr_str(w, r->local_ip);
    PUT(w, ":");
    put_u64(w, r->local_port);
    PUT(w, ";branch=z9hG4bK");
    put_hex(w, r->branch, 8, 'a');
    PUT(w, CRLF "From: ");
    put_uri(w, r);
    put_header(w, ";tag=", r->from_tag);
    PUT(w, "To: ");
    put_uri(w, r);
    put_header(w, CRLF "Call-ID: ", r->call_id);
    PUT(w, "Max-Forwards: 70" CRLF);
    put_date(w, r->date_ns);
    PUT(w, "CSeq: ");
    put_u64(w, r->cseq);
    PUT(w, " REGISTER" CRLF "User-Agent: ");
    put(w, r->model->user_agent);
    put_header(w, "/", r->model->version ? str_of(r->model->version) : r->load);
    put_contact(w, r);
    put_header(w, "Supported: ", str_of(r->model->supported));
    PUT(w, "Content-Length: 0" CRLF);
    if (r->authorization.n)
        put_header(w, "Authorization: ", r->authorization);
    if (r->reason.n) {
        PUT(w, "Reason: SIP;cause=200;text=\"");
        wr_str(w, r->reason);
        PUT(w, "\"" CRLF);
    }
    put_number(w, "Expires: ", r->expires);
    PUT(w, CRLF);
}

static void put_head(struct wr *w, uint32_t status, const char *phrase, const struct cisco_request *q)
{
    PUT(w, "SIP/2.0 ");
    put_u64(w, status);
    PUT(w, " ");
    put(w, phrase);
    PUT(w, CRLF);
    put_header(w, "Via: ", q->via);
    put_header(w, "From: ", q->from);
    PUT(w, "To: ");
    wr_str(w, q->to);
}

void cisco_trying_put(struct wr *w, const struct cisco_request *q, int64_t date_ns)
{
    put_head(w, 100, "Trying", q);
    PUT(w, CRLF);
    put_date(w, date_ns);
    put_header(w, "Call-ID: ", q->call_id);
    put_header(w, "CSeq: ", q->cseq);
    PUT(w, "Content-Length: 0" CRLF CRLF);
}

void cisco_ok_put(struct wr *w, const struct cisco_request *q, const struct cisco_ok *ok)
{
    put_head(w, 200, "OK", q);
    put_number(w, ";tag=", ok->to_tag);
    put_date(w, ok->date_ns);
    put_header(w, "Call-ID: ", q->call_id);
    if (ok->bound && ok->server.n)
        put_header(w, "Server: ", ok->server);
    put_header(w, "CSeq: ", q->cseq);
    put_number(w, "Expires: ", ok->expires);
    if (ok->bound) {
        put_header(w, "Contact: ", q->contact);
        put_header(w, "Supported: ", ok->supported);
    }
    PUT(w, "Content-Length: 0" CRLF CRLF);
}

void cisco_reject_put(struct wr *w, const struct cisco_request *q, uint32_t status, const char *phrase,
                      uint32_t to_tag, int64_t date_ns, const char *extra)
{
    put_head(w, status, phrase, q);
    put_number(w, ";tag=", to_tag);
    put_date(w, date_ns);
    put_header(w, "Call-ID: ", q->call_id);
    put_header(w, "CSeq: ", q->cseq);
    if (extra)
        put_header(w, "", str_of(extra));
    PUT(w, "Content-Length: 0" CRLF CRLF);
}
