/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cube.c: a Cisco Unified Border Element: an IOS router whose calls end and begin in it (RFC 3261 6).
 *
 * Each call has two legs, each with its own dialog, session timer and media (call_bridge.h); dial-peers say where it
 * goes (dial_peer.h), SIP profiles change the headers of what is sent (sip_profile.h). A call that comes from a
 * dial-peer's session target belongs to that dial-peer, one that goes out to the dial-peer that its number chose: the
 * settings of a leg are the box's, unless its dial-peer has others (seed 003). */
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/bridge_show.h"
#include "models/proto/call_show.h"
#include "models/proto/ccsip_log.h"
#include "models/proto/dial_peer_show.h"
#include "models/proto/host_power.h"
#include "models/proto/routed_ports.h"
#include "models/proto/sip_profile.h"

/* What a leg of one dial-peer has for its session timer; `asks`: it writes Session-Expires into its first INVITE. */
struct peer_sessions {
    struct session_config plain, asks;
};

struct cube {
    /* configuration */
    struct sim_dur arp_timeout;
    const char *routes, *dial_peers, *profile_text;
    bool session_refresh, debug_ccsip;
    int midcall;
    int64_t ignored_ppb;
    struct tcp_config tcp_config;
    struct media_config media_config;
    struct sip_ua_config ua_config;
    struct bridge_policy policy;
    struct sip_profile profile;
    struct dial_peer *peers;
    struct peer_sessions *sessions; /* by the dial-peer's index */
    /* parts */
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct media_host media;
    struct sip_ua ua;
    struct sip_watch watch;
    struct call_bridge bridge;
    struct rng *ignoring; /* NULL until it is needed */
    struct host_power power;
};

struct cube_port {
    const char *address;
    int64_t vlan;
    struct mac mac;
};

#define AT(field) offsetof(struct cube, field)
#define PORT(field) offsetof(struct cube_port, field)

/* clang-format off */
static const struct param_def params[] = {
    {"router_arp_timeout", PARAM_DUR, "4h", "1s", "30d", NULL, "ARP entries live this long since they were last confirmed", AT(arp_timeout), false},
    {"routes", PARAM_TEXT, "", NULL, NULL, NULL, "static routes: '10.2.0.0/16 via 10.1.0.2', separated by commas", AT(routes), true},
    {"dial_peers", PARAM_TEXT, "", NULL, NULL, NULL, "where calls go: '100 destination-pattern 5... session-target 10.0.0.5:5060 transport tcp', separated by semicolons; further words: preference 0..10, session-refresh, min-se SECONDS, midcall-signaling passthru|passthru-media-change|block, sip-profile on|off", AT(dial_peers), true},
    {"sip_profile", PARAM_TEXT, "", NULL, NULL, NULL, "rules for the headers of what it sends: 'request ANY sip-header Allow-Header modify \", UPDATE\" \"\"', separated by semicolons (voice class sip-profiles)", AT(profile_text), false},
    {"session_refresh", PARAM_BOOL, "off", NULL, NULL, NULL, "a CUBE writes Session-Expires into its outgoing INVITE though the incoming one had none (session refresh)", AT(session_refresh), false},
    {"midcall_signaling", PARAM_ENUM, "passthru", NULL, NULL, MIDCALL_CHOICES, "what a CUBE does with a re-INVITE or UPDATE within a call: passes it on, only with a changed SDP, or never", AT(midcall), false},
    {"refreshes_ignored", PARAM_FRACTION, "0%", "0%", "100%", NULL, "share of session refreshes that a CUBE does not answer (the defect CSCun31375)", AT(ignored_ppb), false},
    {"debug_ccsip", PARAM_BOOL, "off", NULL, NULL, NULL, "a CUBE prints each SIP message at its console (debug ccsip messages)", AT(debug_ccsip), false},
    SIP_AGENT_PARAMS(struct cube, ua_config),
    MEDIA_PARAMS(struct cube, media_config),
    SIP_TIMER_PARAMS(struct cube, ua_config.timers),
    INVITE_EXPIRES_PARAM(struct cube, ua_config.invite_expires),
    MEDIA_PORT_PARAM(struct cube, media_config),
    TCP_PARAMS(struct cube, tcp_config, "cube_", "0s", "0s"),
    {0},
};

static const struct param_def port_params[] = {
    {"address", PARAM_TEXT, NULL, NULL, NULL, NULL, "interface address with prefix length: 10.1.1.1/24", PORT(address), true},
    {"vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN of a tagged subinterface; 0: untagged", PORT(vlan), true},
    {"mac", PARAM_MAC, "", NULL, NULL, NULL, "MAC address; made from the node's and port's names when empty", PORT(mac), true},
    {0},
};
/* clang-format on */

/* --- which way a call goes ---------------------------------------------------------------------------- */

static bool is_on(enum peer_choice choice, bool box)
{
    return choice == PEER_AS_BOX ? box : choice == PEER_ON;
}

static enum midcall midcall_of(const struct cube *c, const struct dial_peer *p)
{
    return p && p->has_midcall ? p->midcall : (enum midcall)c->midcall;
}

static const char *midcall_limit(const struct dial_peer *p)
{
    return p && p->has_midcall ? "dial_peers" : "midcall_signaling";
}

static const struct session_config *session_out(const struct cube *c, const struct dial_peer *p, const struct sip_call *in)
{
    const struct peer_sessions *s = &c->sessions[p->index];
    return in->invited.has_expires || is_on(p->session_refresh, c->session_refresh) ? &s->asks : &s->plain;
}

static void on_invite(void *owner, struct sip_call *in)
{
    struct cube *c = owner;
    struct node *n = c->node;
    char from[CALL_TEXT_MAX + 1], to[CALL_TEXT_MAX + 1];
    struct str caller = call_remote_number(in);
    str_keep(from, sizeof from, caller.n ? caller : STR("anonymous"));
    str_keep(to, sizeof to, call_local_number(in));
    const struct dial_peer *out = dial_peer_for(c->peers, str_of(to)), *in_peer = dial_peer_from(c->peers, in->hop.addr);
    if (!out) {
        uint64_t note = BUS_NOTE(n->sim, n->id, "sip", "no dial-peer for {}", V_TEXT(to));
        bus_because(n->sim, note, node_limit(n, "dial_peers"), BECAUSE_LIMIT);
        call_reject(in, 404);
        return;
    }
    BUS_NOTE(n->sim, n->id, "sip", "call {} for {} goes by dial-peer {} to {}", V_TEXT(in->call_id), V_TEXT(to),
             V_U64(out->tag), V_IP4(out->target.addr.v));
    struct bridge_route r = {.hop = out->target,
                             .from = from,
                             .to = to,
                             .session = session_out(c, out, in),
                             .midcall = {midcall_of(c, in_peer), midcall_of(c, out)},
                             .midcall_limit = {midcall_limit(in_peer), midcall_limit(out)},
                             .tag = {in_peer ? in_peer->tag : 0, out->tag}};
    bridge_connect(&c->bridge, in, &r);
}

/* --- hooks of the agent ------------------------------------------------------------------------------- */

static struct cube *cube_of(void *arg)
{
    return ((struct call_bridge *)arg)->owner;
}

/* The dial-peer that a message goes to: by its Request-URI, or by the Via that it answers (RFC 3261 18.2.2). */
static const struct dial_peer *peer_of(const struct cube *c, const struct sip_msg *m)
{
    struct str via = sip_header(m, SIP_VIA), at = sip_param(via, STR("received"));
    struct sip_via v;
    struct ip4 addr;
    uint16_t port;
    if (!m->is_response)
        return sip_uri_addr(m->uri, &addr, &port) ? dial_peer_from(c->peers, addr) : NULL;
    if (!at.n && sip_via_get(via, &v)) {
        struct str rest = v.sent_by;
        at = str_cut(&rest, ':');
    }
    return ip4_parse(at, &addr) ? dial_peer_from(c->peers, addr) : NULL;
}

static void edit(void *arg, struct sip_msg *m, struct txtbuf *room)
{
    const struct cube *c = cube_of(arg);
    const struct dial_peer *p = c->profile.first ? peer_of(c, m) : NULL;
    if (c->profile.first && is_on(p ? p->sip_profile : PEER_AS_BOX, true))
        sip_profile_edit(&c->profile, m, room);
}

/* A re-INVITE or UPDATE that says nothing new of the media. */
static bool is_refresh(const struct sip_call *call, const struct sip_msg *m)
{
    struct media said;
    bool changes = sip_is(m, STR("INVITE")) || sip_is(m, STR("UPDATE"));
    return changes && call_is_up(call) &&
           (m->body.n == 0 || (media_read(m->body, &said) && media_same(&said, &call->remote)));
}

static bool ignores(void *arg, struct sip_call *call, const struct sip_msg *m)
{
    struct cube *c = cube_of(arg);
    struct node *n = c->node;
    if (c->ignored_ppb == 0 || !is_refresh(call, m))
        return false;
    c->ignoring = c->ignoring ? c->ignoring : node_stream(n, "cube/ignored");
    if (!rng_chance_ppb(c->ignoring, c->ignored_ppb))
        return false;
    struct sip_cseq cseq = {0};
    sip_cseq(m, &cseq);
    uint64_t note = BUS_NOTE(n->sim, n->id, "sip", "refresh CSeq {} of {} ignored, as the defect CSCun31375 has it",
                             V_U64(cseq.number), V_IP4(call->hop.addr.v));
    bus_because(n->sim, note, node_limit(n, "refreshes_ignored"), BECAUSE_LIMIT);
    bus_dismiss(n->sim, bus_current_flow(n->sim), note);
    return true;
}

static const struct session_config *session_of(void *arg, const struct sip_msg *invite, const struct sip_hop *from)
{
    const struct cube *c = cube_of(arg);
    const struct dial_peer *p = dial_peer_from(c->peers, from->addr);
    (void)invite;
    return p ? &c->sessions[p->index].plain : NULL;
}

static const struct ua_hooks hooks = {.edit = edit, .ignores = ignores, .session_of = session_of};

/* --- making ------------------------------------------------------------------------------------------- */

/* RFC 4028 7.1: nothing is asked for that is below what is accepted. On a leg that does not ask, what the other side
 * asks for is copied (seed 003). */
static struct session_config session_config(const struct session_config *box, struct sim_dur min_se, bool asks)
{
    struct session_config s = *box;
    s.states_min_se = true; /* seed 003: whatever it is, it goes into each first INVITE */
    s.asks = asks;
    s.min_se = min_se;
    s.expires = asks ? dur_max(s.expires, min_se) : dur_s(SESSION_EXPIRES_MAX_S);
    return s;
}

static void make_sessions(struct cube *c, uint32_t count)
{
    const struct session_config box = c->ua_config.session;
    c->ua_config.session = session_config(&box, box.min_se, false);
    c->sessions = ARENA_ARRAY(sim_arena(c->node->sim), struct peer_sessions, count);
    for (const struct dial_peer *p = c->peers; p; p = p->next) {
        struct peer_sessions *s = &c->sessions[p->index];
        struct sim_dur min_se = p->min_se_s ? dur_s(p->min_se_s) : box.min_se;
        s->plain = session_config(&box, min_se, false);
        s->asks = session_config(&box, min_se, true);
    }
}

static bool read_config(struct cube *c, struct err *e)
{
    struct arena *a = sim_arena(c->node->sim);
    uint32_t count = 0;
    if (!sip_ua_configure(&c->ua_config, e) || !dial_peers_read(&c->peers, a, c->dial_peers, e) ||
        !sip_profile_read(&c->profile, a, c->profile_text, e))
        return false;
    for (const struct dial_peer *p = c->peers; p; p = p->next)
        count++;
    make_sessions(c, count);
    return true;
}

static bool init(struct node *n, struct err *e)
{
    struct cube *c = n->state;
    c->node = n;
    struct ip_options o = {.forward = true,
                           .arp_timeout_name = "router_arp_timeout",
                           .arp_timeout = c->arp_timeout,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3};
    c->ip = ip_new(n, &o);
    c->tcp_config.giveup_name = "cube_tcp_giveup";
    c->tcp = tcp_new(n, c->ip, &c->tcp_config);
    if (!read_config(c, e))
        return false;
    c->ua_config.product = "Cisco-SIPGateway/IOS-15.4.3.S2";
    c->ua_config.sdp_user = MEDIA_USER_CUBE;
    c->ua_config.methods = SIP_METHODS;
    media_host_init(&c->media, n, c->ip, &c->media_config);
    c->policy = (struct bridge_policy){.media = &c->media, .on_invite = on_invite};
    sip_ua_init(&c->ua, n, c->ip, c->tcp, SIP_PORT, &c->ua_config, &bridge_calls, &hooks, &c->bridge);
    c->ua.transport.dscp = DSCP_CS3;
    if (c->debug_ccsip)
        ccsip_log(&c->ua.transport, &c->watch);
    bridge_init(&c->bridge, &c->ua, &c->policy, c);
    return true;
}

static bool ready(struct node *n, struct err *e)
{
    struct cube *c = n->state;
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct cube_port *p = n->ports[i]->config;
        struct routed_port routed = {p->address, (uint16_t)p->vlan, p->mac};
        if (!routed_port_add(c->ip, n->ports[i], &routed, e))
            return false;
    }
    return routed_routes_add(c->ip, c->routes, e);
}

static void start(struct node *n)
{
    struct cube *c = n->state;
    bool open = sip_ua_open(&c->ua);
    ASSERT(open);
}

/* --- operations --------------------------------------------------------------------------------------- */

static bool crash(struct node *n, struct err *e)
{
    struct cube *c = n->state;
    if (!host_power_is_on(&c->power, n, e))
        return false;
    sip_ua_power_off(&c->ua);
    media_host_power_off(&c->media);
    bridge_power_off(&c->bridge);
    tcp_power_off(c->tcp);
    ip_power_off(c->ip);
    host_power_cut(&c->power, n);
    return true;
}

static bool start_again(struct node *n, struct err *e)
{
    struct cube *c = n->state;
    if (!host_power_return(&c->power, n, e))
        return false;
    return sip_ua_open(&c->ua) || err_set(e, "port %d is taken", SIP_PORT);
}

static bool hang_up(struct node *n, struct err *e)
{
    struct cube *c = n->state;
    if (list_empty(&c->bridge.live))
        return err_set(e, "'%s' has no call", n->name);
    bridge_hang_up(&c->bridge);
    return true;
}

static const struct model_op ops[] = {
    {"crash", "it dies at once: calls are gone on both legs, nobody is told", crash},
    {"start", "it is switched on again, after a crash, without calls", start_again},
    {"hang-up", "ends all calls, both legs of each", hang_up},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct cube *c = n->state;
    host_power_on_frame(&c->power, c->ip, in, f);
}

static void call_rows(const struct node *n, struct table *t)
{
    const struct cube *c = n->state;
    bridge_call_rows(&c->bridge, t);
}

/* By their role, as IOS lists them. */
static void sip_call_rows(const struct node *n, struct table *t)
{
    call_rows(n, t);
    table_sort(t);
}

static void peer_rows(const struct node *n, struct table *t)
{
    const struct cube *c = n->state;
    dial_peer_rows(c->peers, t);
}

static const struct model_table tables[] = {
    {"calls", "show call active voice brief", &show_call_active_voice_brief, call_rows},
    {"sip-calls", "show sip-ua calls", &show_sip_ua_calls, sip_call_rows},
    {"interfaces", "show ip interface brief", &show_iface_ios, show_iface_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_all_rows},
    {"routes", "show ip route", &show_route_ios, show_route_rows},
    {"dial-peers", "show dial-peer voice summary", &show_dial_peers, peer_rows},
    {0},
};

const struct model model_cube = {
    .name = "cube",
    .doc = "Cisco Unified Border Element: joins calls between two sides, each with its own dialog and session timer.",
    .state_size = sizeof(struct cube),
    .params = params,
    .port_config_size = sizeof(struct cube_port),
    .port_params = port_params,
    .ops = ops,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .ready = ready,
    .start = start,
    .on_frame = on_frame,
};
