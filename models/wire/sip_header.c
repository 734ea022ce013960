/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_header.c: the headers of a message, their names (RFC 3261 7.3.3) and where the first of each kind stands; and the
 * phrases of statuses. */
#include "models/wire/sip.h"

#include <string.h>

#define NAME_MAX_BYTES 16 /* of those known here */
#define NAME(literal)                                                                              \
    {                                                                                              \
        literal, sizeof literal - 1                                                                \
    }

static const struct {
    struct str name;
    char compact; /* RFC 3261 7.3.3; 0: none */
} header_names[SIP_HEADER_COUNT] = {
    [SIP_VIA] = {NAME("Via"), 'v'},
    [SIP_FROM] = {NAME("From"), 'f'},
    [SIP_TO] = {NAME("To"), 't'},
    [SIP_CALL_ID] = {NAME("Call-ID"), 'i'},
    [SIP_CSEQ] = {NAME("CSeq"), 0},
    [SIP_CONTACT] = {NAME("Contact"), 'm'},
    [SIP_EXPIRES] = {NAME("Expires"), 0},
    [SIP_CONTENT_LENGTH] = {NAME("Content-Length"), 'l'},
    [SIP_DATE] = {NAME("Date"), 0},
    [SIP_REASON] = {NAME("Reason"), 0},
    [SIP_MAX_FORWARDS] = {NAME("Max-Forwards"), 0},
    [SIP_SERVER] = {NAME("Server"), 0},
    [SIP_USER_AGENT] = {NAME("User-Agent"), 0},
    [SIP_SUPPORTED] = {NAME("Supported"), 'k'},
    [SIP_ROUTE] = {NAME("Route"), 0},
    [SIP_RECORD_ROUTE] = {NAME("Record-Route"), 0},
    [SIP_REQUIRE] = {NAME("Require"), 0},
    [SIP_PROXY_REQUIRE] = {NAME("Proxy-Require"), 0},
    [SIP_UNSUPPORTED] = {NAME("Unsupported"), 0},
    [SIP_ALLOW] = {NAME("Allow"), 0},
    [SIP_ALLOW_EVENTS] = {NAME("Allow-Events"), 'u'}, /* RFC 6665 8.2.2 */
    [SIP_CONTENT_TYPE] = {NAME("Content-Type"), 'c'},
    [SIP_CONTENT_ENCODING] = {NAME("Content-Encoding"), 'e'},
    [SIP_RETRY_AFTER] = {NAME("Retry-After"), 0},
    [SIP_SESSION_EXPIRES] = {NAME("Session-Expires"), 'x'}, /* RFC 4028 4 */
    [SIP_MIN_SE] = {NAME("Min-SE"), 0},
};

bool sip_header_is(struct str name, enum sip_header_id id)
{
    char c = header_names[id].compact;
    if (c && name.n == 1)
        return (name.p[0] | 0x20) == c;
    struct str full = header_names[id].name;
    return name.n == full.n && ((name.p[0] ^ full.p[0]) & 0xdf) == 0 &&
           (str_eq(name, full) || str_eq_nocase(name, full));
}

/* SIP_HEADER_COUNT: none of those known here. */
static enum sip_header_id kind_of(struct str name)
{
    static const uint8_t of_length[NAME_MAX_BYTES + 1][4] = {
        /* what is left out is SIP_VIA, the only one of three letters */
        [2] = {SIP_TO},
        [4] = {SIP_FROM, SIP_CSEQ, SIP_DATE},
        [5] = {SIP_ALLOW, SIP_ROUTE},
        [6] = {SIP_REASON, SIP_SERVER, SIP_MIN_SE},
        [7] = {SIP_CALL_ID, SIP_CONTACT, SIP_EXPIRES, SIP_REQUIRE},
        [9] = {SIP_SUPPORTED},
        [10] = {SIP_USER_AGENT},
        [11] = {SIP_RETRY_AFTER, SIP_UNSUPPORTED},
        [12] = {SIP_MAX_FORWARDS, SIP_CONTENT_TYPE, SIP_ALLOW_EVENTS, SIP_RECORD_ROUTE},
        [13] = {SIP_PROXY_REQUIRE},
        [14] = {SIP_CONTENT_LENGTH},
        [15] = {SIP_SESSION_EXPIRES},
        [16] = {SIP_CONTENT_ENCODING},
    };
    if (name.n == 1) {
        int id = 0;
        while (id < SIP_HEADER_COUNT && !sip_header_is(name, (enum sip_header_id)id))
            id++;
        return (enum sip_header_id)id;
    }
    for (int i = 0; name.n <= NAME_MAX_BYTES && i < 4; i++) {
        if (sip_header_is(name, of_length[name.n][i]))
            return of_length[name.n][i];
    }
    return SIP_HEADER_COUNT;
}

void sip_header_insert(struct sip_msg *m, uint32_t at, struct str name, struct str value)
{
    enum sip_header_id id = kind_of(name);
    ASSERT(m->header_count < SIP_HEADERS_MAX && at <= m->header_count);
    memmove(&m->headers[at + 1], &m->headers[at], (m->header_count - at) * sizeof m->headers[0]);
    m->headers[at] = (struct sip_header){name, value};
    m->header_count++;
    for (int i = 0; i < SIP_HEADER_COUNT; i++)
        m->first[i] = (uint8_t)(m->first[i] + (m->first[i] > at));
    if (id < SIP_HEADER_COUNT && (!m->first[id] || m->first[id] > at))
        m->first[id] = (uint8_t)(at + 1);
}

void sip_header_add(struct sip_msg *m, struct str name, struct str value)
{
    enum sip_header_id id = kind_of(name);
    ASSERT(m->header_count < SIP_HEADERS_MAX);
    m->headers[m->header_count++] = (struct sip_header){name, value};
    if (id < SIP_HEADER_COUNT && !m->first[id])
        m->first[id] = (uint8_t)m->header_count;
}

void sip_header_remove(struct sip_msg *m, uint32_t at)
{
    ASSERT(at < m->header_count);
    enum sip_header_id id = kind_of(m->headers[at].name);
    m->header_count--;
    memmove(&m->headers[at], &m->headers[at + 1], (m->header_count - at) * sizeof m->headers[0]);
    for (int i = 0; i < SIP_HEADER_COUNT; i++)
        m->first[i] = (uint8_t)(m->first[i] - (m->first[i] > at + 1));
    if (id == SIP_HEADER_COUNT || m->first[id] != at + 1)
        return;
    m->first[id] = 0; /* the next of its kind, if there is one */
    for (uint32_t i = at; i < m->header_count && !m->first[id]; i++)
        m->first[id] = (uint8_t)(sip_header_is(m->headers[i].name, id) ? i + 1 : 0);
}

struct str sip_header(const struct sip_msg *m, enum sip_header_id id)
{
    return m->first[id] ? m->headers[m->first[id] - 1].value : STR_NONE;
}

struct str sip_header_named(const struct sip_msg *m, struct str name)
{
    for (uint32_t i = 0; i < m->header_count; i++) {
        if (str_eq_nocase(m->headers[i].name, name))
            return m->headers[i].value;
    }
    return STR_NONE;
}

uint32_t sip_header_count(const struct sip_msg *m, enum sip_header_id id)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->header_count; i++)
        n += sip_header_is(m->headers[i].name, id);
    return n;
}

bool sip_is(const struct sip_msg *m, struct str method)
{
    return str_eq(m->method, method);
}

/* --- writing ------------------------------------------------------------------------------------------ */

void sip_header_put(struct wr *w, struct str name, struct str value)
{
    wr_str(w, name);
    wr_str(w, STR(": "));
    wr_str(w, value);
    wr_str(w, STR("\r\n"));
}

static const struct {
    uint32_t status;
    const char *phrase;
} phrases[] = {
    {100, "Trying"}, {180, "Ringing"}, {181, "Call Is Being Forwarded"}, {183, "Session Progress"},
    {200, "OK"}, {202, "Accepted"}, {302, "Moved Temporarily"},
    {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
    {405, "Method Not Allowed"}, {407, "Proxy Authentication Required"}, {408, "Request Timeout"},
    {415, "Unsupported Media Type"}, {416, "Unsupported URI Scheme"}, {420, "Bad Extension"},
    {422, "Session Interval Too Small"}, {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"}, {482, "Loop Detected"}, {483, "Too Many Hops"},
    {484, "Address Incomplete"}, {486, "Busy Here"}, {487, "Request Terminated"},
    {488, "Not Acceptable Here"}, {491, "Request Pending"}, {500, "Server Internal Error"},
    {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Server Time-out"},
    {505, "Version Not Supported"}, {513, "Message Too Large"}, {600, "Busy Everywhere"}, {603, "Decline"},
};

const char *sip_phrase(uint32_t status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "Unknown";
}
