/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_trace.c: see sccp_line.h. The templates are the lines of seed 004, its spelling ("IPAdress",
 * "mPrecence") included. */
#include "models/proto/sccp_line.h"

#include "sim/base/hash.h"

#define CALL_LIMIT 200     /* as the seed's devices have it */
#define CONTROLS_BEFORE 29 /* processes that CallManager itself has started before the first line's */

static const struct call_manager *manager(const struct sccp_line *l)
{
    return l->station->manager;
}

/* "0000385"; all zeros before the Register was looked at. */
struct handle {
    char text[12];
};

static struct handle handle(const struct sccp_line *l)
{
    struct handle h;
    struct txtbuf t = txtbuf_of(h.text, sizeof h.text);
    txtbuf_add(&t, "%07u", l->handle);
    return h;
}

static void trace_alarm(const struct sccp_line *l, const struct skinny_alarm *a)
{
    char text[88], parms[64];
    struct txtbuf p = txtbuf_of(parms, sizeof parms);
    str_keep(text, sizeof text, a->text);
    txtbuf_add(&p, "parm1=%u(%x) parm2=%u(%x).", a->parm1, a->parm1, a->parm2, a->parm2);
    CCM_TRACE(manager(l), "StationInit: ({}) alarmSeverity={} text=\"{}\" {}", V_TEXT(handle(l).text),
              V_U64(a->severity), V_TEXT(text), V_TEXT(parms));
}

/* What is logged is the length field of the header, and what it would be if every field were there. */
static void trace_size(const struct sccp_line *l, const struct skinny *m, const char *name)
{
    CCM_TRACE(manager(l), "StationInit: ({}) InboundStim - {}: Msg Size(received, defined) = {}, {}",
              V_TEXT(handle(l).text), V_TEXT(name), V_U64(4u + m->body_n), V_U64(skinny_defined_length(m->id)));
}

static void trace_register(const struct sccp_line *l, const struct skinny *m)
{
    trace_size(l, m, "StationRegisterMessageID");
    CCM_TRACE(manager(l), "StationInit: ({}) InboundStim - StationRegisterMessageId [Normal Device priority]:",
              V_TEXT(handle(l).text));
}

static void trace_capabilities(const struct sccp_line *l, const struct skinny *m)
{
    char caps[SKINNY_CAPABILITIES_MAX * 24] = "";
    struct txtbuf t = txtbuf_of(caps, sizeof caps);
    for (uint32_t i = 0; i < m->capabilities.count; i++)
        txtbuf_add(&t, " %u(%u)", m->capabilities.one[i].codec, m->capabilities.one[i].ms_per_packet);
    trace_size(l, m, "StationCapabilitiesResMessageID");
    CCM_TRACE(manager(l), "StationInit: ({}) CapabilitiesRes capCount={} caps={}", V_TEXT(handle(l).text),
              V_U64(m->capabilities.count), V_TEXT(caps));
}

static void trace_unknown(const struct sccp_line *l, const struct skinny *m)
{
    char id[16];
    struct txtbuf t = txtbuf_of(id, sizeof id);
    txtbuf_add(&t, "0x%x", m->id);
    CCM_TRACE(manager(l), "StationInit: ({}) InboundStim - Undefined Stimulus Device Message - MessageID: {}",
              V_TEXT(handle(l).text), V_TEXT(id));
}

/* Requests by their names alone, "ButtonTemplateReq."; the one of the RTP port is no stimulus to it. */
void sccp_trace_message(const struct sccp_line *l, const struct skinny *m)
{
    const char *name = skinny_name(m->id);
    if (m->id == SKINNY_ALARM)
        trace_alarm(l, &m->alarm);
    else if (m->id == SKINNY_REGISTER)
        trace_register(l, m);
    else if (m->id == SKINNY_CAPABILITIES_RES)
        trace_capabilities(l, m);
    else if (m->id == SKINNY_IP_PORT || !name)
        trace_unknown(l, m);
    else if (m->id != SKINNY_KEEPALIVE || manager(l)->config->keepalive_trace)
        CCM_TRACE(manager(l), "StationInit: ({}) {}.", V_TEXT(handle(l).text), V_TEXT(name));
}

void sccp_trace_check(const struct sccp_line *l)
{
    char protocol[16];
    struct txtbuf t = txtbuf_of(protocol, sizeof protocol);
    txtbuf_add(&t, "0x%08X", l->protocol);
    CCM_TRACE(manager(l),
              "StationD:    ({}) wait_register_StationRegister - Check MAC address & protocolVer & Call Limit "
              "(mac={}, protocolVer={}, limit={})",
              V_TEXT(handle(l).text), V_TEXT(l->mac), V_TEXT(protocol), V_U64(CALL_LIMIT));
}

void sccp_trace_acknowledge(const struct sccp_line *l)
{
    if (l->dn[0])
        CCM_TRACE(manager(l),
                  "StationD:    ({}) Device {}, --INFO-- line_register_LineRegisterRes registering line=1 and maxline=1",
                  V_TEXT(handle(l).text), V_TEXT(l->device));
    CCM_TRACE(manager(l), "StationD:({}) sendCapabilitiesReq Send StationOutputRegisterAck", V_TEXT(handle(l).text));
}

void sccp_trace_registered(const struct sccp_line *l)
{
    const struct call_manager *m = manager(l);
    const uint32_t *count = m->registrar.count;
    CCM_TRACE(m,
              "Device Register deviceName : {}, IPAdress : {}, IPv6Address : not shown, IPv4Attribute : 0, "
              "IPv6Attribute : 0, LoadID : , ActiveLoadID : , InactiveLoadID : , DeviceType : {}, Protocol : 1",
              V_TEXT(l->device), V_IP4(tcp_peer(l->conn).v), V_U64(l->device_type));
    CCM_TRACE(m, "DebugMsg deviceName : {}, DeviceType : {}, risClass: 1", V_TEXT(l->device), V_U64(l->device_type));
    CCM_TRACE(m,
              "SCCP Device Register from Unregister: deviceName({}), Protocol(1), RegisteredSCCP({}), "
              "RegisteredSIP({}), Registered({})",
              V_TEXT(l->device), V_U64(count[DEVICE_SCCP]), V_U64(count[DEVICE_SIP]),
              V_U64(count[DEVICE_SCCP] + count[DEVICE_SIP]));
}

/* The key of a database's row: as the scenario gives it, else made from the name. */
struct key {
    char text[40];
};

static struct key key_of(struct str given, const char *what, const char *name)
{
    struct key k;
    struct txtbuf t = txtbuf_of(k.text, sizeof k.text);
    uint64_t a = hash_cstr(hash_cstr(0, what), name), b = hash_mix(a);
    if (given.n)
        txtbuf_str(&t, given);
    else
        txtbuf_add(&t, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
                   (unsigned)(a & 0xffff), (unsigned)(b >> 48), (unsigned long long)(b & 0xffffffffffffu));
    return k;
}

static void trace_line(struct sccp_line *l)
{
    struct call_manager *m = l->station->manager;
    char tags[200];
    struct txtbuf t = txtbuf_of(tags, sizeof tags);
    struct key line = key_of(l->entry ? l->entry->line_pkid : STR_NONE, "line", l->device),
               device = key_of(l->entry ? l->entry->pkid : STR_NONE, "device", l->device);
    ccm_tags(m, &t, tcp_peer(l->conn), l->device, "Detailed", "0800");
    CCM_TRACE(m, "LineControl({}) - {} registered, CEPN={}, deviceType=1{}",
              V_U64(CONTROLS_BEFORE + ++l->station->controls), V_TEXT(l->device), V_TEXT(line.text), V_TEXT(tags));
    ccm_trace(m, "No associated device or user.", NULL, 0);
    ccm_trace(m,
              "LineControl::sendSNFNotifyIndForPresenceWithAlerting mPrecenceWithAlertingChangeNotifySubscribed=0, "
              "calllist#=0", NULL, 0);
    if (!l->controlled)
        CCM_TRACE(m, "DeviceManager:star_DeviceStart Name={}: Key={} RegisterDevice=3 DualModeFlag=0", V_TEXT(l->dn),
                  V_TEXT(device.text));
}

void sccp_trace_prompt(struct sccp_line *l)
{
    char tags[200], version[12];
    struct txtbuf t = txtbuf_of(tags, sizeof tags), v = txtbuf_of(version, sizeof version);
    txtbuf_add(&v, "%08x", l->protocol);
    ccm_tags(l->station->manager, &t, tcp_peer(l->conn), l->device, "State Transition", "0020");
    CCM_TRACE(manager(l),
              "StationD:    ({}) DisplayPromptStatus timeOut=0 Status='\xe2\x82\xac ' content='Your current options' "
              "line=0 CI=0 ver={}.{}",
              V_TEXT(handle(l).text), V_TEXT(version), V_TEXT(tags));
    if (l->dn[0])
        trace_line(l);
}
