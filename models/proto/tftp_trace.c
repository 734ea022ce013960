/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp_trace.c: see tftp_trace.h. */
#include "models/proto/tftp_trace.h"

#define FIRST_HANDLE 0x93f8700u /* seed 004: 0x944cfe0 is number 137, 0x9463360 is 173 */
#define HANDLE_STEP 0x9e0u
#define CONTEXTS 5000u  /* of the array; then the first one again */
#define FIRST_SOCKET 19 /* seed 004, when nothing else is served */

#define CONTEXT "[{}~{}~{}~{}]"
#define CONTEXT_OF(c)                                                                              \
    V_TEXT((c)->handle), V_U64((c)->number), V_IP4((c)->client.v), V_U64((c)->port)

static void say(const struct tftp_context *c, const char *fmt, const struct val *v, uint32_t n)
{
    struct rec log = {.kind = REC_LOG, .node = c->node->id};
    log.log = (struct rec_log){"TFTP", 7, {fmt, v, n}};
    bus_publish(c->node->sim, &log);
}

#define SAY(c, fmt, ...)                                                                           \
    say((c), (fmt), (struct val[]){__VA_ARGS__},                                                   \
        sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

void tftp_context_init(struct tftp_context *c, struct node *n, uint64_t number, const char *name,
                       uint32_t serving)
{
    uint32_t at = FIRST_HANDLE + (uint32_t)(number % CONTEXTS) * HANDLE_STEP;
    struct txtbuf t = txtbuf_of(c->handle, sizeof c->handle);
    txtbuf_add(&t, "0x%x", at);
    c->node = n;
    c->number = number;
    c->name = name;
    c->socket = FIRST_SOCKET + serving;
}

/* The listening thread's words. */
void tftp_trace_request(const struct tftp_context *c, size_t request_bytes, uint32_t serving)
{
    char padded[12];
    struct txtbuf t = txtbuf_of(padded, sizeof padded);
    txtbuf_add(&t, "%05u", serving);
    SAY(c,
        "   TID[a58eaba0] TFTPServer::recvMessage[0x8a5afb8]() sockets:33 CReqContext[{}] "
        "Requested File[{}]",
        V_TEXT(c->handle), V_TEXT(c->name));
    SAY(c, "TFTPEngine::isReadRequest" CONTEXT ", [{}] opcode(1), Mode(octet), Serving Count({})",
        CONTEXT_OF(c), V_TEXT(c->name), V_U64(serving));
    SAY(c,
        "   TID[a58eaba0] TFTPServer::recvMessage[0x8a5afb8]() sockets:33 count({}), connect({}), "
        "nbytes({})",
        V_TEXT(padded), V_TEXT(c->handle), V_U64(request_bytes));
}

/* --- what is looked for ----------------------------------------------------------------------- */

static const char *recase(char *to, size_t cap, struct str s, char first, char last, int by)
{
    str_keep(to, cap, s);
    for (char *p = to; *p; p++) {
        if (*p >= first && *p <= last)
            *p = (char)(*p + by);
    }
    return to;
}

static bool ends_with(struct str s, struct str end)
{
    return s.n >= end.n && str_eq((struct str){s.p + s.n - end.n, end.n}, end);
}

/* Files that the service writes itself from the database; all others lie in its folder. */
static bool is_built(struct str name)
{
    return ends_with(name, STR(".tlv")) || ends_with(name, STR(".cnf.xml")) ||
           ends_with(name, STR(".cnf.xml.sgn"));
}

/* Seed 004: a device's trust list is the cluster's; the device is looked for in the cache, by its
 * MAC address or, of a soft phone, by its name. */
static void say_trust_list(const struct tftp_context *c, const struct file_store *s,
                           struct str name, struct str alias)
{
    char device[FILE_NAME_MAX + 1], searched[FILE_NAME_MAX + 1], upper[FILE_NAME_MAX + 1];
    char file[FILE_NAME_MAX + 1], served[16], kind[4];
    struct str d = {name.p + 3, name.n - 3 - STR(".tlv").n}, bytes;
    struct txtbuf t = txtbuf_of(file, sizeof file);
    str_keep(kind, sizeof kind, name);
    str_keep(served, sizeof served, alias);
    str_keep(device, sizeof device, d);
    txtbuf_add(&t, "%s.cnf.xml", device);
    if (str_starts(d, STR("SEP")))
        d = (struct str){d.p + 3, d.n - 3};
    str_keep(searched, sizeof searched, d);
    recase(upper, sizeof upper, d, 'a', 'z', 'A' - 'a');
    SAY(c, "   CReqContext::tftp" CONTEXT " Handle{}: [{}] is {}SEPMac.tlv file, Searching[{}]",
        CONTEXT_OF(c), V_TEXT(kind), V_TEXT(c->name), V_TEXT(kind), V_TEXT(searched));
    if (file_store_get(s, txtbuf_view(&t), &bytes)) {
        SAY(c, "TFTPCache::FindMatching({}), Found[{}]", V_TEXT(upper), V_TEXT(file));
        SAY(c,
            "   CReqContext::tftp" CONTEXT " Handle{}: Match[{}] Found, looking for [{}] to serve",
            CONTEXT_OF(c), V_TEXT(kind), V_TEXT(searched), V_TEXT(served));
        return;
    }
    SAY(c, "TFTPCache::FindMatching({}), Not Found", V_TEXT(upper));
    SAY(c,
        "   CReqContext::tftp" CONTEXT " Handle{}: No Match[{}] Found, looking for [{}] to serve",
        CONTEXT_OF(c), V_TEXT(kind), V_TEXT(searched), V_TEXT(served));
}

void tftp_trace_search(const struct tftp_context *c, const struct file_store *s)
{
    char lower[FILE_NAME_MAX + 1];
    struct str name = str_of(c->name), alias = file_store_alias(name), bytes;
    recase(lower, sizeof lower, name, 'A', 'Z', 'a' - 'A');
    SAY(c, "-->CReqContext::tftp" CONTEXT, CONTEXT_OF(c));
    SAY(c, "CReqContext::CheckAndSetIsStatic({}) is ({}) File", V_TEXT(lower),
        V_TEXT(is_built(name) ? "Not a Static" : "Static"));
    SAY(c, "CReqContext::isCTLCAPFRequest[{}] Not a CTLCAPF File", V_TEXT(c->name));
    if (!str_eq(name, alias) && !file_store_get(s, name, &bytes))
        say_trust_list(c, s, name, alias);
}

/* --- how it ends ------------------------------------------------------------------------------ */

void tftp_trace_nak(const struct tftp_context *c, struct str missing, uint32_t error)
{
    char file[FILE_NAME_MAX + 1];
    str_keep(file, sizeof file, missing);
    SAY(c, "TFTPEngine::sendNAK" CONTEXT ", File[{}], Error({})", CONTEXT_OF(c), V_TEXT(file),
        V_U64(error));
}

#define WORKER "TID[ad0f6ba0] TFTPEngine::processMessage" CONTEXT

void tftp_trace_transferred(const struct tftp_context *c)
{
    SAY(c, WORKER ", Transferred[{}] Socket[{}]", CONTEXT_OF(c), V_TEXT(c->name), V_U64(c->socket));
}

void tftp_trace_no_ack(const struct tftp_context *c, uint64_t block)
{
    SAY(c, WORKER ", No ACK[{}] Block[{}]", CONTEXT_OF(c), V_TEXT(c->name), V_U64(block));
}

void tftp_trace_client_error(const struct tftp_context *c, uint32_t error)
{
    SAY(c, WORKER ", Client Error[{}] Error({})", CONTEXT_OF(c), V_TEXT(c->name), V_U64(error));
}
