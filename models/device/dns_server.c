/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_server.c: a host that answers DNS queries (RFC 1035) from a list of host names with their addresses.
 *
 * There is no other server behind it: what is not in its list does not exist. Names of one label in the list are
 * those of its domain, so a client that asks for the bare label must put the domain behind it. It works on one
 * query at a time; the others wait. */
#include "models/net/frame.h"
#include "models/net/show.h"
#include "models/proto/dns_hosts.h"
#include "models/proto/host.h"
#include "sim/base/list.h"
#include "sim/base/pool.h"
#include "sim/kernel/tmr.h"

#define HEAD_BYTES 12

struct query {
    struct list_link in_server;
    const struct frame *frame;
    struct udp udp;
    uint64_t cause, flow;
};

struct dns_server {
    /* configuration */
    struct host_config host;
    struct sim_dur ttl;
    const char *domain_text, *hosts_text;
    struct dist service_time;
    int64_t queue;
    struct dns_hosts hosts;
    /* state */
    struct node *node;
    struct ip_stack *ip;
    struct pool queries;
    struct list_link waiting;
    uint32_t waiting_count;
    struct tmr work;
    struct rng *rng;
    bool running;
};

#define AT(field) offsetof(struct dns_server, field)

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct dns_server, host),
    {"domain", PARAM_TEXT, "", NULL, NULL, NULL, "domain of the hosts whose names have no dot", AT(domain_text), true},
    {"hosts", PARAM_TEXT, "", NULL, NULL, NULL, "what it knows, 'name=address' separated by commas; a name may come again with another address", AT(hosts_text), true},
    {"dns_ttl", PARAM_DUR, "1h", "0s", "24855d", NULL, "how long its answers may be kept, in whole seconds", AT(ttl), false},
    {"dns_service_time", PARAM_LAW, "1ms", "0s", "1min", NULL, "work on one query; others wait", AT(service_time), false},
    {"dns_queue", PARAM_INT, "1000", "1", "1000000", NULL, "queries that may wait; more are discarded", AT(queue), false},
    {0},
};
/* clang-format on */

/* --- answers -------------------------------------------------------------------------------------- */

static void add_records(const struct dns_server *s, const struct dns_host *h, struct dns *out)
{
    for (uint32_t i = 0; i < h->address_count; i++) {
        out->record[out->record_count++] = (struct dns_record){
            .owner = out->name, /* as it was asked for, in its own case */
            .type = DNS_A,
            .ttl_s = dur_whole_s(s->ttl),
            .address = h->address[i]};
    }
}

/* RFC 1034 4.3.2 without zones below: the name is there, or it is not. */
static void look_up(const struct dns_server *s, struct dns *out)
{
    const struct dns_host *h = dns_hosts_find(&s->hosts, &out->name);
    out->is_authoritative = true;
    if (!h)
        out->rcode = DNS_NXDOMAIN;
    else if (out->type == DNS_A || out->type == DNS_ANY)
        add_records(s, h, out);
}

static void answer(const struct dns_server *s, bool readable, const struct dns *m, struct dns *out)
{
    *out = (struct dns){.id = m->id, .is_response = true, .opcode = m->opcode,
                        .wants_recursion = m->wants_recursion};
    if (readable && m->has_question) {
        out->has_question = true;
        out->name = m->name;
        out->type = m->type;
        out->class = m->class;
    }
    if (m->opcode != 0)
        out->rcode = DNS_NOTIMP;
    else if (!out->has_question)
        out->rcode = DNS_FORMERR;
    else if (m->class != DNS_IN)
        out->rcode = DNS_REFUSED;
    else
        look_up(s, out);
}

static void handle(struct dns_server *s, const struct query *q)
{
    uint8_t bytes[DNS_BYTES_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct rd r = rd_of(q->udp.payload.p, q->udp.payload.n);
    struct dns m, out;
    bool readable = dns_get(&r, &m);
    answer(s, readable, &m, &out);
    dns_put(&w, &out);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = q->udp.src, .src_port = DNS_PORT, .dst_port = q->udp.src_port,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    if (!ip_send_udp(s->ip, &u, 0))
        ip_discard(s->node, "no-route");
}

/* --- the queue ------------------------------------------------------------------------------------ */

static struct query *first_query(struct dns_server *s)
{
    return list_empty(&s->waiting) ? NULL : LIST_ENTRY(s->waiting.next, struct query, in_server);
}

static void end_query(struct dns_server *s, struct query *q)
{
    list_remove(&q->in_server);
    frame_unref(s->node->net, q->frame);
    pool_put(&s->queries, q);
    s->waiting_count--;
}

static void arm_work(struct dns_server *s)
{
    struct query *q = first_query(s);
    if (!q)
        return;
    uint64_t was = bus_swap_cause(s->node->sim, q->cause);
    bus_set_flow(s->node->sim, q->flow);
    tmr_arm(&s->work, dist_draw(&s->service_time, s->rng));
    bus_swap_cause(s->node->sim, was);
}

static void on_work(void *owner)
{
    struct dns_server *s = owner;
    struct query *q = first_query(s);
    handle(s, q);
    end_query(s, q);
    arm_work(s);
}

/* Without its 12 bytes there is nobody to answer to; an answer is never answered. */
static bool is_query(struct str payload)
{
    return payload.n >= HEAD_BYTES && ((unsigned char)payload.p[2] & 0x80) == 0;
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dns_server *s = arg;
    if (!is_query(u->payload)) {
        ip_discard(s->node, "bad-dns");
        return;
    }
    if (s->waiting_count == (uint32_t)s->queue) {
        ip_discard(s->node, "dns-queue-full");
        return;
    }
    struct query *q = pool_get(&s->queries);
    *q = (struct query){.frame = frame_ref(f), .udp = *u, .cause = bus_cause(s->node->sim),
                        .flow = bus_current_flow(s->node->sim)};
    list_append(&s->waiting, &q->in_server);
    if (s->waiting_count++ == 0)
        arm_work(s);
}

/* --- life ----------------------------------------------------------------------------------------- */

static bool init(struct node *n, struct err *e)
{
    struct dns_server *s = n->state;
    if (s->ttl.ns % 1000000000)
        return err_set(e, "parameter 'dns_ttl': must be whole seconds");
    s->node = n;
    s->rng = node_stream(n, "dns");
    pool_init(&s->queries, sim_arena(n->sim), "DNS queries in work", sizeof(struct query), (uint32_t)s->queue);
    list_init(&s->waiting);
    tmr_init(&s->work, n->sim, n->id, "dns.work", s, on_work);
    return host_init(n, &s->host, &s->ip, e) &&
           dns_hosts_read(&s->hosts, sim_arena(n->sim), s->domain_text, s->hosts_text, e);
}

static bool start_service(struct node *n, struct err *e)
{
    struct dns_server *s = n->state;
    if (s->running)
        return err_set(e, "the service on '%s' runs already", n->name);
    s->running = true;
    ip_bind(s->ip, DNS_PORT, on_udp, s);
    return true;
}

static bool stop_service(struct node *n, struct err *e)
{
    struct dns_server *s = n->state;
    if (!s->running)
        return err_set(e, "the service on '%s' does not run", n->name);
    s->running = false;
    ip_unbind(s->ip, DNS_PORT);
    tmr_disarm(&s->work);
    while (first_query(s)) {
        ip_discard(n, "service-stopped");
        end_query(s, first_query(s));
    }
    return true;
}

static void start(struct node *n)
{
    struct dns_server *s = n->state;
    struct err e = {0};
    bool started = start_service(n, &e);
    ASSERT(started);
    host_start(&s->host, s->ip);
}

static const struct model_op ops[] = {
    {"stop", "stops the service: queries are answered by ICMP port unreachable", stop_service},
    {"start", "starts it again, with the same hosts", start_service},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct dns_server *s = n->state;
    ip_on_frame(s->ip, in, f);
}

/* --- show hosts ----------------------------------------------------------------------------------- */

enum { HO_HOST, HO_PORT, HO_FLAGS, HO_AGE, HO_TYPE, HO_ADDRESS };
static const char *const host_columns[] = {"host", "port", "flags", "age_h", "type", "address", NULL};

static void host_rows(const struct node *n, struct table *t)
{
    const struct dns_server *s = n->state;
    for (const struct dns_host *h = s->hosts.first; h; h = h->next) {
        for (uint32_t i = 0; i < h->address_count; i++) {
            table_text(t, h->text);
            table_none(t); /* of Telnet */
            table_text(t, "(perm, OK)");
            table_int(t, 0);
            table_text(t, "IP");
            table_ip4(t, h->address[i]);
        }
    }
}

static void before_hosts(const struct table *t, struct txtbuf *out)
{
    const struct dns_server *s = t->node->state;
    if (s->hosts.domain.n)
        txtbuf_add(out, "Default domain is %s\n", s->domain_text);
    else
        txtbuf_cstr(out, "Default domain is not set\n");
}

/* Further addresses of a host stand under the first. */
static void host_line(const struct table *t, size_t row, struct txtbuf *out)
{
    const char *host = table_plain(t, row, HO_HOST, "");
    bool again = row > 0 && str_eq(str_of(host), str_of(table_plain(t, row - 1, HO_HOST, "")));
    if (again)
        txtbuf_add(out, "%56s%s\n", "", table_plain(t, row, HO_ADDRESS, ""));
    else
        txtbuf_add(out, "%-25s %-5s %-11s %-3s %-7s %s\n", host, table_plain(t, row, HO_PORT, "None"),
                   table_plain(t, row, HO_FLAGS, ""), table_plain(t, row, HO_AGE, ""),
                   table_plain(t, row, HO_TYPE, ""), table_plain(t, row, HO_ADDRESS, ""));
}

static const struct table_look show_hosts = {
    .columns = host_columns,
    .before = before_hosts,
    .head = "Name/address lookup uses static mappings\n"
            "\n"
            "Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n"
            "       temp - temporary, perm - permanent\n"
            "       NA - Not Applicable None - Not defined\n"
            "\n"
            "Host                      Port  Flags      Age Type   Address(es)\n",
    .line = host_line,
};

static const struct model_table tables[] = {
    {"hosts", "show hosts", &show_hosts, host_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_rows},
    {0},
};

const struct model model_dns_server = {
    .name = "dns-server",
    .doc = "DNS server: host names and their addresses.",
    .state_size = sizeof(struct dns_server),
    .params = params,
    .ops = ops,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
