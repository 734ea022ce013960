/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_boot.c: see phone_boot.h. */
#include "models/proto/phone_boot.h"

static void set_dns(struct phone_boot *b)
{
    const struct dhcp_lease *l = dhcp_client_lease(&b->attach.dhcp);
    dns_set_servers(b->dns, l ? l->dns : NULL, l ? l->dns_count : 0, l ? str_of(l->domain) : STR_NONE);
}

/* Few phones have names to resolve; those that have get a resolver then. */
void boot_resolve(struct phone_boot *b, struct str name, dns_done_fn *done, void *arg)
{
    if (!b->dns) {
        b->dns = ARENA_NEW(sim_arena(b->node->sim), struct dns_client);
        dns_init(b->dns, b->node, b->attach.ip, &b->config->dns);
        set_dns(b);
    }
    dns_resolve(b->dns, name, done, arg);
}

static void fetch_from(struct phone_boot *b, const struct ip4 *servers, size_t count)
{
    if (count == 0) {
        struct rec log = {.kind = REC_LOG, .node = b->node->id};
        log.log = (struct rec_log){"phone", 4, {"TFTP Error : no TFTP server is known", NULL, 0}};
        bus_publish(b->node->sim, &log);
    }
    if (count == 0 && !b->flash.has_config) {
        bus_set_flow(b->node->sim, 0);
        tmr_arm(&b->retry, b->config->provision.retry);
        return;
    }
    provision_start(&b->provision, servers, count);
}

/* The one server of option 66, which was given by its name. */
static void on_tftp_name(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count)
{
    fetch_from(arg, addresses, result == DNS_OK && count ? 1 : 0);
}

static void on_attached(void *arg, const struct dhcp_lease *l)
{
    struct phone_boot *b = arg;
    if (b->dns)
        set_dns(b);
    if (b->manual_count)
        fetch_from(b, b->manual, b->manual_count);
    else if (l && l->tftp_count == 0 && l->tftp_name[0])
        boot_resolve(b, str_of(l->tftp_name), on_tftp_name, b);
    else
        fetch_from(b, l ? l->tftp : NULL, l ? l->tftp_count : 0);
}

/* Nothing may be sent any more, so every part is silenced before the connections are ended. */
static void on_detached(void *arg, const char *why)
{
    struct phone_boot *b = arg;
    tmr_disarm(&b->retry);
    if (b->dns)
        dns_stop(b->dns);
    b->user->on_down(b->arg, why);
    fetch_power_off(&b->provision.fetch);
    provision_stop(&b->provision);
    tcp_power_off(b->tcp);
}

static void on_off(void *arg)
{
    struct phone_boot *b = arg;
    b->knows_time = false;
}

static const char *load_of(void *arg)
{
    const struct phone_boot *b = arg;
    return b->flash.load;
}

static const struct attach_user attach_user = {on_attached, on_detached, on_off, load_of};

static void on_config(void *arg, const struct cnf *c, bool is_default)
{
    struct phone_boot *b = arg;
    b->user->on_ready(b->arg, c, is_default);
}

static void on_upgrade(void *arg)
{
    boot_restart(arg, "its firmware was upgraded");
}

static const struct provision_user provision_user = {on_config, on_upgrade};

static void on_retry(void *owner)
{
    struct phone_boot *b = owner;
    attach_renew(&b->attach);
}

static bool parse_servers(struct phone_boot *b, struct err *e)
{
    struct str rest = str_of(b->config->tftp_servers);
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (b->manual_count == FETCH_SERVERS_MAX)
            return err_set(e, "parameter 'tftp_servers': more than %d addresses", FETCH_SERVERS_MAX);
        if (!ip4_parse(one, &b->manual[b->manual_count++]))
            return err_set(e, "parameter 'tftp_servers': '%.*s' is not an IPv4 address", STR_ARG(one));
    }
    return true;
}

bool boot_init(struct phone_boot *b, struct port *p, struct ip_stack *ip, struct tcp *t,
               const struct boot_config *c, const char *load, const struct boot_user *user, void *arg,
               struct err *e)
{
    struct node *n = p->node;
    *b = (struct phone_boot){.node = n, .config = c, .user = user, .arg = arg, .tcp = t};
    b->flash.load = load;
    tmr_init(&b->retry, n->sim, n->id, "boot.retry", b, on_retry);
    attach_init(&b->attach, p, ip, &c->attach, &attach_user, b);
    provision_init(&b->provision, n, ip, t, &b->flash, &c->provision, &provision_user, b);
    return parse_servers(b, e);
}

void boot_registered(struct phone_boot *b)
{
    provision_registered(&b->provision);
}

void boot_fetch_again(struct phone_boot *b)
{
    provision_again(&b->provision);
}

void boot_reload(struct phone_boot *b)
{
    struct ip4 servers[FETCH_SERVERS_MAX];
    size_t n = 0;
    for (; n < FETCH_SERVERS_MAX && boot_tftp_server(b, n).v; n++)
        servers[n] = boot_tftp_server(b, n);
    provision_stop(&b->provision);
    fetch_from(b, servers, n);
}

void boot_restart(struct phone_boot *b, const char *why)
{
    attach_restart(&b->attach, why);
}

struct ip4 boot_tftp_server(const struct phone_boot *b, size_t i)
{
    const struct file_fetch *f = &b->provision.fetch;
    return i < f->server_count ? f->server[i] : (struct ip4){0};
}

/* --- the configuration, as a phone acts on it -------------------------------------------------------- */

static void take_members(const struct cnf *c, struct phone_config *out)
{
    out->member_count = 0;
    for (int i = 0; i < CUCM_NODES_MAX; i++) {
        const struct cnf_member *m = &c->member[i];
        if (!m->known || !m->process_node.n)
            continue;
        struct cucm_member *to = &out->group[out->member_count++];
        *to = (struct cucm_member){.name = m->process_node,
                                   .sip_port = (uint16_t)cnf_num_or(m->sip_port, 5060),
                                   .sccp_port = (uint16_t)cnf_num_or(m->ethernet_phone_port, 2000)};
        if (!ip4_parse(m->process_node, &to->addr))
            to->addr = (struct ip4){0};
    }
}

/* The first router of <srstInfo>, after the nodes: an address, or nothing. */
static void take_srst(const struct cnf *c, enum cnf_protocol own, struct phone_config *out)
{
    const struct cnf_srst *s = &c->srst[0];
    struct cucm_member m = {.name = STR("srst"),
                            .sip_port = (uint16_t)cnf_num_or(s->sip_port, 5060),
                            .sccp_port = (uint16_t)cnf_num_or(s->port, 2000)};
    struct str ip = own == CNF_SIP && s->sip_ip.n ? s->sip_ip : s->ip;
    if (out->member_count && ip4_parse(ip, &m.addr) && m.addr.v)
        out->group[out->member_count++] = m;
}

static void take_seconds(struct sim_dur *out, struct cnf_num n)
{
    if (n.known)
        *out = dur_s(n.value);
}

/* The first line's number, and those of the others. */
static void take_line(struct arena *a, const struct cnf *c, struct phone_config *out)
{
    const struct cnf_line *first = NULL;
    for (uint32_t i = 0; i < c->line_count; i++) {
        const struct cnf_line *l = &c->line[i];
        if (cnf_num_or(l->feature_id, 9) == 9 && l->name.n && (!first || l->button.value < first->button.value))
            first = l;
    }
    if (!first)
        return;
    out->dn = first->name.p;
    out->auth_name = first->auth_name;
    out->auth_password = first->auth_password;
    struct str *others = ARENA_ARRAY(a, struct str, c->line_count);
    out->other_dn = others;
    out->other_count = 0;
    for (uint32_t i = 0; i < c->line_count; i++) {
        const struct cnf_line *l = &c->line[i];
        if (l != first && cnf_num_or(l->feature_id, 9) == 9 && l->name.n)
            others[out->other_count++] = l->name;
    }
}

bool boot_phone_config(struct arena *a, const struct cnf *c, enum cnf_protocol own, struct phone_config *out,
                       const char **why)
{
    uint32_t transport = own == CNF_SIP ? cnf_num_or(c->transport, CNF_TCP) : CNF_TCP;
    *why = NULL;
    if (c->protocol != CNF_PROTOCOL_NONE && c->protocol != own)
        *why = own == CNF_SIP ? "deviceProtocol is SCCP" : "deviceProtocol is SIP";
    else if (transport == CNF_TLS || cnf_num_or(c->security_mode, CNF_NONSECURE) != CNF_NONSECURE)
        *why = "it asks for TLS (transportLayerProtocol, deviceSecurityMode)";
    else if (transport == CNF_UDP)
        *why = "it asks for UDP (transportLayerProtocol)";
    take_members(c, out);
    take_srst(c, own, out);
    take_line(a, c, out);
    take_seconds(&out->timer_register_expires, c->stack.timer_register_expires_s);
    take_seconds(&out->timer_register_delta, c->stack.timer_register_delta_s);
    take_seconds(&out->timer_keepalive_expires, c->stack.timer_keepalive_expires_s);
    take_seconds(&out->connection_monitor_duration, c->connection_monitor_duration_s);
    if (c->vendor.detect_cm_connection_failure.known)
        out->failover_detection = c->vendor.detect_cm_connection_failure.value ? DETECT_DELAYED : DETECT_NORMAL;
    if (!*why && out->member_count == 0)
        *why = "callManagerGroup names no node";
    return *why == NULL;
}
