/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_client.c: see dhcp_client.h. Top to bottom: states, messages out, reading a lease, actions,
 * the table, what comes in. Sections are RFC 2131's. */
#include "models/proto/dhcp_client.h"

#include <string.h>

#define TRIES_MAX 4         /* of a REQUEST, some 60 s in all (3.1 (5)) */
#define BACKOFF_FIRST_S 4   /* 4.1 */
#define BACKOFF_LAST_S 64
#define RENEWAL_RETRY_MIN_S 60 /* 4.4.5 */
#define MESSAGE_MAX 576

enum {
    STOPPED,
    INIT,
    SELECTING,
    REQUESTING,
    REBOOTING,
    CHECKING,
    BOUND,
    RENEWING,
    REBINDING,
    DECLINING,
    STATE_COUNT
};

enum {
    E_START,
    E_BEGIN,
    E_OFFER,
    E_ACK,
    E_NAK,
    E_SILENCE,
    E_UNCLAIMED,
    E_CONFLICT,
    E_T1,
    E_T2,
    E_EXPIRY,
    E_STOP,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "start",    "begin", "offer", "ack",    "nak",  "no-answer",
    "unclaimed", "conflict", "t1", "t2", "expiry", "stop",
};

/* --- messages out --------------------------------------------------------------------------------- */

static const uint8_t parameter_list[] = {DHCP_SUBNET_MASK, DHCP_ROUTERS,     DHCP_DNS_SERVERS,
                                         DHCP_DOMAIN_NAME, DHCP_ARP_TIMEOUT, DHCP_TFTP_NAME,
                                         DHCP_TFTP_SERVERS};

/* The values of options, where the message points to them. */
struct option_bytes {
    uint8_t type, requested[4], server[4], client_id[7];
};

static struct str four(uint8_t *at, struct ip4 a)
{
    struct wr w = wr_of(at, 4);
    wr_u32(&w, a.v);
    return str_of_bytes(at, 4);
}

static void new_message(const struct dhcp_client *c, enum dhcp_type type, struct dhcp *m,
                        struct option_bytes *o)
{
    memset(m, 0, sizeof *m);
    o->type = (uint8_t)type;
    o->client_id[0] = 1;
    memcpy(o->client_id + 1, c->config->mac.b, 6);
    m->xid = c->xid;
    m->chaddr = c->config->mac;
    m->option[DHCP_MESSAGE_TYPE] = str_of_bytes(&o->type, 1);
    m->option[DHCP_CLIENT_ID] = str_of_bytes(o->client_id, sizeof o->client_id);
    if (type == DHCP_DECLINE)
        return; /* table 5: no parameters, no class, 0 seconds */
    m->secs = c->secs;
    m->option[DHCP_HOST_NAME] = str_of(c->config->host_name);
    m->option[DHCP_VENDOR_CLASS] = str_of(c->config->vendor_class);
    m->option[DHCP_PARAMETER_LIST] = str_of_bytes(parameter_list, sizeof parameter_list);
}

/* To one server, or to all: then from 0.0.0.0 unless the address may be used (4.1). */
static void send(struct dhcp_client *c, const struct dhcp *m, struct ip4 to)
{
    uint8_t bytes[MESSAGE_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    dhcp_put(&w, m);
    dhcp_pad(&w);
    ASSERT(wr_ok(&w));
    struct udp u = {.src = m->ciaddr,
                    .dst = to,
                    .src_port = DHCP_CLIENT_PORT,
                    .dst_port = DHCP_SERVER_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    bus_set_flow(c->node->sim, c->flow);
    if (ip4_is_broadcast(to))
        ip_send_udp_to(c->ip, c->iface, MAC_BROADCAST, &u, c->config->dscp);
    else if (!ip_send_udp(c->ip, &u, c->config->dscp))
        ip_discard(c->node, "no-route");
}

static void send_discover(struct dhcp_client *c)
{
    struct dhcp m;
    struct option_bytes o;
    new_message(c, DHCP_DISCOVER, &m, &o);
    send(c, &m, IP4_BROADCAST);
}

/* 4.3.2: which fields a REQUEST has says in which state its sender is. */
static void send_request(struct dhcp_client *c)
{
    struct dhcp m;
    struct option_bytes o;
    new_message(c, DHCP_REQUEST, &m, &o);
    struct ip4 to = IP4_BROADCAST;
    if (c->fsm.state == RENEWING || c->fsm.state == REBINDING) {
        m.ciaddr = c->lease.address;
        if (c->fsm.state == RENEWING)
            to = c->lease.server;
    } else if (c->fsm.state == REBOOTING) {
        m.option[DHCP_REQUESTED_ADDRESS] = four(o.requested, c->lease.address);
    } else {
        m.option[DHCP_REQUESTED_ADDRESS] = four(o.requested, c->offer.address);
        m.option[DHCP_SERVER_ID] = four(o.server, c->offer.server);
    }
    send(c, &m, to);
}

/* 4.4.4 */
static void send_decline(struct dhcp_client *c)
{
    struct dhcp m;
    struct option_bytes o;
    new_message(c, DHCP_DECLINE, &m, &o);
    m.option[DHCP_REQUESTED_ADDRESS] = four(o.requested, c->offer.address);
    m.option[DHCP_SERVER_ID] = four(o.server, c->offer.server);
    send(c, &m, IP4_BROADCAST);
}

/* --- reading a lease ------------------------------------------------------------------------------ */

static uint8_t prefix_of(const struct dhcp *m, struct ip4 address)
{
    uint32_t mask;
    uint8_t len = 0;
    if (!dhcp_u32(m, DHCP_SUBNET_MASK, &mask)) /* the class of the address, as of old */
        return (uint8_t)(address.v >> 31 == 0 ? 8 : address.v >> 30 == 2 ? 16 : 24);
    for (; mask & 0x80000000u; mask <<= 1)
        len++;
    return len;
}

/* RFC 2132 2: "MUST be prepared to delete trailing nulls". */
static struct str text_option(const struct dhcp *m, enum dhcp_option o)
{
    struct str v = m->option[o];
    while (v.n && v.p[v.n - 1] == 0)
        v.n--;
    return v;
}

/* Option 150, else 66, else siaddr, else sname; 66 is one server, by address or name (RFC 5859 3,
 * seed 001). */
static void read_tftp(const struct dhcp *m, struct dhcp_lease *l)
{
    while (l->tftp_count < DHCP_TFTP_MAX &&
           dhcp_address(m, DHCP_TFTP_SERVERS, l->tftp_count, &l->tftp[l->tftp_count]))
        l->tftp_count++;
    struct str name = text_option(m, DHCP_TFTP_NAME);
    if (l->tftp_count)
        return;
    if (!name.n && m->siaddr.v) {
        l->tftp[l->tftp_count++] = m->siaddr;
        return;
    }
    name = name.n ? name : m->sname;
    if (ip4_parse(name, &l->tftp[0]))
        l->tftp_count = 1;
    else
        str_keep(l->tftp_name, sizeof l->tftp_name, name);
}

/* 4.4.5: T1 MUST be earlier than T2, and T2 than the end of the lease. Where the server says
 * otherwise the usual times count: else it would renew without a pause. */
static void read_times(struct dhcp_client *c, const struct dhcp *m, uint32_t lease_s,
                       struct dhcp_lease *l)
{
    uint32_t t1_s, t2_s;
    l->for_ever = lease_s == UINT32_MAX;
    l->lease = dur_s(lease_s);
    const struct sim_dur half = {l->lease.ns / 2}, most = {l->lease.ns / 8 * 7};
    l->t1 = dhcp_u32(m, DHCP_RENEWAL_TIME, &t1_s) ? dur_s(t1_s) : half;
    l->t2 = dhcp_u32(m, DHCP_REBINDING_TIME, &t2_s) ? dur_s(t2_s) : most;
    if (l->t1.ns == 0 || l->t1.ns >= l->t2.ns || l->t2.ns >= l->lease.ns) {
        l->t1 = half;
        l->t2 = most;
    }
    int64_t fuzz = c->config->t_fuzz.ns < l->t1.ns / 2 ? c->config->t_fuzz.ns : l->t1.ns / 2;
    l->t1.ns -= fuzz; /* so that clients do not come together */
    l->t2.ns -= fuzz;
}

/* False: without an address, a server or a time it is none. */
static bool read_lease(struct dhcp_client *c, const struct dhcp *m, struct dhcp_lease *l)
{
    uint32_t arp_s, lease_s;
    *l = (struct dhcp_lease){.address = m->yiaddr};
    if (!m->yiaddr.v || !dhcp_address(m, DHCP_SERVER_ID, 0, &l->server))
        return false;
    if (!dhcp_u32(m, DHCP_LEASE_TIME, &lease_s) || lease_s == 0)
        return false; /* table 3: it MUST be there */
    l->prefix_len = prefix_of(m, m->yiaddr);
    dhcp_address(m, DHCP_ROUTERS, 0, &l->router);
    while (l->dns_count < DHCP_DNS_MAX &&
           dhcp_address(m, DHCP_DNS_SERVERS, l->dns_count, &l->dns[l->dns_count]))
        l->dns_count++;
    str_keep(l->domain, sizeof l->domain, text_option(m, DHCP_DOMAIN_NAME));
    if (dhcp_u32(m, DHCP_ARP_TIMEOUT, &arp_s))
        l->arp_timeout = dur_s(arp_s);
    read_tftp(m, l);
    read_times(c, m, lease_s, l);
    return l->prefix_len > 0 && l->prefix_len < 32;
}

/* --- times ---------------------------------------------------------------------------------------- */

/* 4.1: 4, 8, 16, 32, 64 s, each with up to a second more or less. */
static struct sim_dur backoff(struct dhcp_client *c)
{
    int64_t s = (int64_t)BACKOFF_FIRST_S << (c->tries < 5 ? c->tries : 5);
    if (s > BACKOFF_LAST_S)
        s = BACKOFF_LAST_S;
    return (struct sim_dur){s * 1000000000 + rng_between(c->rng, -1000000000, 1000000000)};
}

static struct sim_time end_of(const struct dhcp_client *c, struct sim_dur d)
{
    return time_add(c->lease.since, d);
}

/* 4.4.5: half of what is left, but at least a minute. */
static struct sim_dur renewal_retry(struct dhcp_client *c)
{
    struct sim_dur limit = c->fsm.state == RENEWING ? c->lease.t2 : c->lease.lease;
    int64_t half = time_sub(end_of(c, limit), sim_now(c->node->sim)).ns / 2;
    return dur_max((struct sim_dur){half}, dur_s(RENEWAL_RETRY_MIN_S));
}

static void arm_retry(struct dhcp_client *c, struct sim_dur in)
{
    tmr_arm(&c->retry, in);
    tmr_await(&c->retry, c->flow, 0);
}

static void open_exchange(struct dhcp_client *c)
{
    char name[24];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    mac_text(&t, c->config->mac);
    c->xid = rng_u32(c->rng);
    c->tries = 0;
    c->flow = bus_flow(c->node->sim, "dhcp", txtbuf_view(&t), c->xid);
}

/* --- actions -------------------------------------------------------------------------------------- */

static void on_udp(void *arg, const struct udp *u, const struct frame *f);

static void listen(struct dhcp_client *c, bool on)
{
    if (on && !c->listening)
        ip_bind(c->ip, DHCP_CLIENT_PORT, on_udp, c);
    else if (!on && c->listening)
        ip_unbind(c->ip, DHCP_CLIENT_PORT);
    c->listening = on;
}

static bool remembers(const void *self, const void *msg)
{
    const struct dhcp_client *c = self;
    (void)msg;
    return c->has_lease &&
           (c->lease.for_ever || time_before(sim_now(c->node->sim), end_of(c, c->lease.lease)));
}

static bool remembers_none(const void *self, const void *msg)
{
    return !remembers(self, msg);
}

/* 4.4.1: it SHOULD wait a random time, so that clients do not begin together; also after a NAK. */
static void enter_init(void *self)
{
    struct dhcp_client *c = self;
    listen(c, true);
    bus_set_flow(c->node->sim, 0);
    tmr_arm(&c->retry, c->config->start_jitter);
}

/* What led to the start, a CDP message perhaps, is none of its exchanges. */
static void start(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    bus_set_flow(c->node->sim, 0);
}

static void begin(struct dhcp_client *c)
{
    open_exchange(c);
    c->started = c->asked = sim_now(c->node->sim);
    c->secs = 0;
}

static void enter_selecting(void *self)
{
    struct dhcp_client *c = self;
    begin(c);
    send_discover(c);
    arm_retry(c, backoff(c));
}

static void enter_rebooting(void *self)
{
    struct dhcp_client *c = self;
    begin(c);
    send_request(c);
    arm_retry(c, backoff(c));
}

static uint16_t seconds_since(struct sim *s, struct sim_time t)
{
    int64_t n = time_sub(sim_now(s), t).ns / 1000000000;
    return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

static void discover_again(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    c->tries++;
    c->secs = seconds_since(c->node->sim, c->started);
    send_discover(c);
    arm_retry(c, backoff(c));
}

/* 3.1 (3): with the xid of the OFFER and the secs of the DISCOVER. */
static void enter_requesting(void *self)
{
    struct dhcp_client *c = self;
    c->tries = 0;
    c->asked = sim_now(c->node->sim);
    send_request(c);
    arm_retry(c, backoff(c));
}

static bool may_try_again(const void *self, const void *msg)
{
    const struct dhcp_client *c = self;
    (void)msg;
    return c->tries + 1 < TRIES_MAX;
}

static void request_again(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    c->tries++; /* the lease counts from the first copy (4.4.1): the answer may be to that one */
    send_request(c);
    arm_retry(c, backoff(c));
}

static bool wants_check(const void *self, const void *msg)
{
    const struct dhcp_client *c = self;
    (void)msg;
    return c->config->conflict_wait.ns > 0;
}

static void on_claim(void *arg, struct mac who);

/* 4.4.1: SHOULD check by ARP that nobody has the address. */
static void enter_checking(void *self)
{
    struct dhcp_client *c = self;
    ip_watch(c->ip, c->offer.address, on_claim, c);
    ip_probe(c->ip, c->iface, c->offer.address);
    bus_set_flow(c->node->sim, c->flow);
    tmr_arm(&c->retry, c->config->conflict_wait);
}

static void end_check(struct dhcp_client *c)
{
    ip_watch(c->ip, (struct ip4){0}, NULL, NULL);
    tmr_disarm(&c->retry);
}

static void arm_clock(struct dhcp_client *c, struct sim_dur at)
{
    struct sim_time due = end_of(c, at), now = sim_now(c->node->sim);
    if (!c->lease.for_ever)
        tmr_arm_at(&c->clock, time_before(due, now) ? now : due); /* a remembered one may be late */
}

/* The lease of the last ACK is in force. */
static void enter_bound(void *self)
{
    struct dhcp_client *c = self;
    end_check(c);
    arm_clock(c, c->lease.t1);
    if (c->in_use)
        return;
    c->in_use = true;
    c->user->on_bound(c->arg, &c->lease);
}

static void take_offer(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    c->lease = c->offer;
    c->lease.since = c->asked;
    c->has_lease = true;
}

/* 3.2: nobody answers; the remembered address is used for the rest of its lease. */
static void keep_lease(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    c->offer = c->lease;
    c->asked = c->lease.since;
}

/* The lease of the offer ended while the address was checked: a remembered one may have been near
 * its end. */
static bool came_too_late(const void *self, const void *msg)
{
    const struct dhcp_client *c = self;
    struct sim_time end = time_add(c->asked, c->offer.lease);
    (void)msg;
    return !c->offer.for_ever && !time_before(sim_now(c->node->sim), end);
}

static bool still_same(const void *self, const void *msg)
{
    const struct dhcp_client *c = self;
    (void)msg;
    return ip4_eq(c->offer.address, c->lease.address);
}

static void give_up(struct dhcp_client *c, const char *why)
{
    end_check(c);
    tmr_disarm(&c->clock);
    c->has_lease = false;
    if (!c->in_use)
        return;
    c->in_use = false;
    c->user->on_lost(c->arg, why);
}

static void refused(void *self, const void *msg)
{
    (void)msg;
    give_up(self, "nak");
}

static void expired(void *self, const void *msg)
{
    (void)msg;
    give_up(self, "lease-expired");
}

static void another_address(void *self, const void *msg)
{
    (void)msg;
    give_up(self, "another-address");
}

/* 3.1 (5): MUST decline, SHOULD wait at least ten seconds. */
static void decline(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    end_check(c);
    send_decline(c);
    c->has_lease = false;
    bus_set_flow(c->node->sim, 0);
    tmr_arm(&c->retry, c->config->decline_wait);
}

static void enter_renewing(void *self)
{
    struct dhcp_client *c = self;
    open_exchange(c);
    c->secs = 0;
    c->asked = sim_now(c->node->sim);
    arm_clock(c, c->fsm.state == RENEWING ? c->lease.t2 : c->lease.lease);
    send_request(c);
    arm_retry(c, renewal_retry(c));
}

static void renew_again(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    c->asked = sim_now(c->node->sim);
    send_request(c);
    arm_retry(c, renewal_retry(c));
}

static void stop(void *self, const void *msg)
{
    struct dhcp_client *c = self;
    (void)msg;
    end_check(c);
    tmr_disarm(&c->clock);
    c->in_use = false;
    listen(c, false);
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct fsm_state states[STATE_COUNT] = {
    [STOPPED] = {"stopped", NULL, "forever"},
    [INIT] = {"init", enter_init, "dhcp.retry"},
    [SELECTING] = {"selecting", enter_selecting, "dhcp.retry"},
    [REQUESTING] = {"requesting", enter_requesting, "dhcp.retry"},
    [REBOOTING] = {"rebooting", enter_rebooting, "dhcp.retry"},
    [CHECKING] = {"checking", enter_checking, "dhcp.retry"},
    [BOUND] = {"bound", enter_bound, "dhcp.clock"},
    [RENEWING] = {"renewing", enter_renewing, "dhcp.clock"},
    [REBINDING] = {"rebinding", enter_renewing, "dhcp.clock"},
    [DECLINING] = {"declining", NULL, "dhcp.retry"},
};

static const struct fsm_row rows[] = {
    {STOPPED, E_START, NULL, start, INIT},
    {INIT, E_BEGIN, remembers, NULL, REBOOTING},
    {INIT, E_BEGIN, NULL, NULL, SELECTING},
    {SELECTING, E_OFFER, NULL, NULL, REQUESTING},
    {SELECTING, E_SILENCE, NULL, discover_again, SELECTING},
    {REQUESTING, E_ACK, wants_check, NULL, CHECKING},
    {REQUESTING, E_ACK, NULL, take_offer, BOUND},
    {REQUESTING, E_NAK, NULL, refused, INIT},
    {REQUESTING, E_SILENCE, may_try_again, request_again, REQUESTING},
    {REQUESTING, E_SILENCE, NULL, NULL, INIT},
    {REBOOTING, E_ACK, wants_check, NULL, CHECKING},
    {REBOOTING, E_ACK, NULL, take_offer, BOUND},
    {REBOOTING, E_NAK, NULL, refused, INIT},
    {REBOOTING, E_SILENCE, may_try_again, request_again, REBOOTING},
    {REBOOTING, E_SILENCE, remembers_none, expired, INIT},
    {REBOOTING, E_SILENCE, wants_check, keep_lease, CHECKING},
    {REBOOTING, E_SILENCE, NULL, keep_lease, BOUND},
    {CHECKING, E_UNCLAIMED, came_too_late, expired, INIT},
    {CHECKING, E_UNCLAIMED, NULL, take_offer, BOUND},
    {CHECKING, E_CONFLICT, NULL, decline, DECLINING},
    {DECLINING, E_BEGIN, NULL, NULL, SELECTING},
    {BOUND, E_T1, NULL, NULL, RENEWING},
    {RENEWING, E_ACK, still_same, take_offer, BOUND},
    {RENEWING, E_ACK, NULL, another_address, INIT},
    {RENEWING, E_NAK, NULL, refused, INIT},
    {RENEWING, E_SILENCE, NULL, renew_again, RENEWING},
    {RENEWING, E_T2, NULL, NULL, REBINDING},
    {REBINDING, E_ACK, still_same, take_offer, BOUND},
    {REBINDING, E_ACK, NULL, another_address, INIT},
    {REBINDING, E_NAK, NULL, refused, INIT},
    {REBINDING, E_SILENCE, NULL, renew_again, REBINDING},
    {REBINDING, E_EXPIRY, NULL, expired, INIT},
    {INIT, E_STOP, NULL, stop, STOPPED},
    {SELECTING, E_STOP, NULL, stop, STOPPED},
    {REQUESTING, E_STOP, NULL, stop, STOPPED},
    {REBOOTING, E_STOP, NULL, stop, STOPPED},
    {CHECKING, E_STOP, NULL, stop, STOPPED},
    {DECLINING, E_STOP, NULL, stop, STOPPED},
    {BOUND, E_STOP, NULL, stop, STOPPED},
    {RENEWING, E_STOP, NULL, stop, STOPPED},
    {REBINDING, E_STOP, NULL, stop, STOPPED},
};

/* Further offers, answers to copies, and late ones of another server. */
static const struct fsm_row ignored[] = {
    {STOPPED, E_STOP, NULL, NULL, STOPPED},     {REQUESTING, E_OFFER, NULL, NULL, REQUESTING},
    {INIT, E_OFFER, NULL, NULL, INIT},          {INIT, E_ACK, NULL, NULL, INIT},
    {INIT, E_NAK, NULL, NULL, INIT},
    {SELECTING, E_ACK, NULL, NULL, SELECTING},  {SELECTING, E_NAK, NULL, NULL, SELECTING},
    {CHECKING, E_ACK, NULL, NULL, CHECKING},    {CHECKING, E_OFFER, NULL, NULL, CHECKING},
    {CHECKING, E_NAK, NULL, NULL, CHECKING},    {BOUND, E_ACK, NULL, NULL, BOUND},
    {BOUND, E_OFFER, NULL, NULL, BOUND},        {BOUND, E_NAK, NULL, NULL, BOUND},
    {DECLINING, E_OFFER, NULL, NULL, DECLINING}, {DECLINING, E_ACK, NULL, NULL, DECLINING},
    {DECLINING, E_NAK, NULL, NULL, DECLINING},  {REBOOTING, E_OFFER, NULL, NULL, REBOOTING},
    {RENEWING, E_OFFER, NULL, NULL, RENEWING},  {REBINDING, E_OFFER, NULL, NULL, REBINDING},
};

static const struct fsm_table table = {
    .machine = "dhcp-client",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* --- what comes in -------------------------------------------------------------------------------- */

static void on_answer(struct dhcp_client *c, const struct dhcp *m)
{
    struct dhcp_lease l;
    enum dhcp_type type = dhcp_type(m);
    bool lease = (type == DHCP_OFFER || type == DHCP_ACK) && read_lease(c, m, &l);
    if (type == DHCP_NAK) {
        fsm_step(&c->fsm, E_NAK, NULL);
        return;
    }
    if (!lease) {
        ip_discard(c->node, "dhcp-without-lease");
        return;
    }
    bool wanted = type == DHCP_OFFER ? c->fsm.state == SELECTING
                                     : c->fsm.state == REQUESTING || c->fsm.state == REBOOTING ||
                                           c->fsm.state == RENEWING || c->fsm.state == REBINDING;
    if (wanted)
        c->offer = l;
    fsm_step(&c->fsm, type == DHCP_OFFER ? E_OFFER : E_ACK, NULL);
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dhcp_client *c = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct dhcp m;
    (void)f;
    if (ip_arrival(c->ip) != c->iface)
        return;
    if (!dhcp_get(&r, &m)) {
        ip_discard(c->node, "bad-dhcp");
        return;
    }
    if (m.reply && m.xid == c->xid && mac_eq(m.chaddr, c->config->mac))
        on_answer(c, &m); /* others' answers are broadcast too (4.1) */
}

static void on_claim(void *arg, struct mac who)
{
    struct dhcp_client *c = arg;
    BUS_NOTE(c->node->sim, c->node->id, "dhcp", "{} is in use by {}", V_IP4(c->offer.address.v),
             V_MAC(mac_u64(who)));
    if (c->fsm.state == CHECKING)
        fsm_step(&c->fsm, E_CONFLICT, NULL);
}

static void on_retry(void *owner)
{
    struct dhcp_client *c = owner;
    bool begins = c->fsm.state == INIT || c->fsm.state == DECLINING;
    fsm_step(&c->fsm, begins ? E_BEGIN : c->fsm.state == CHECKING ? E_UNCLAIMED : E_SILENCE, NULL);
}

static void on_clock(void *owner)
{
    struct dhcp_client *c = owner;
    int event = c->fsm.state == BOUND ? E_T1 : c->fsm.state == RENEWING ? E_T2 : E_EXPIRY;
    fsm_step(&c->fsm, event, NULL);
}

/* --- life ----------------------------------------------------------------------------------------- */

void dhcp_client_init(struct dhcp_client *c, struct node *n, struct ip_stack *ip, uint32_t iface,
                      const struct dhcp_client_config *config, const struct dhcp_client_user *user,
                      void *arg)
{
    *c = (struct dhcp_client){
        .node = n, .ip = ip, .iface = iface, .config = config, .user = user, .arg = arg};
    c->rng = node_stream(n, "dhcp");
    fsm_init(&c->fsm, &table, n, config->host_name, c, STOPPED);
    tmr_init(&c->retry, n->sim, n->id, "dhcp.retry", c, on_retry);
    tmr_init(&c->clock, n->sim, n->id, "dhcp.clock", c, on_clock);
}

/* The owner may call from inside on_bound and on_lost. */
static void feed(struct dhcp_client *c, int event)
{
    if (c->fsm.stepping)
        fsm_raise(&c->fsm, event);
    else
        fsm_step(&c->fsm, event, NULL);
}

void dhcp_client_start(struct dhcp_client *c)
{
    feed(c, E_START);
}

void dhcp_client_stop(struct dhcp_client *c)
{
    feed(c, E_STOP);
}

const struct dhcp_lease *dhcp_client_lease(const struct dhcp_client *c)
{
    return c->in_use ? &c->lease : NULL;
}
