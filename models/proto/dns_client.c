/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_client.c: see dns_client.h. Top to bottom: names, the cache, asking, reading answers, the table, one lookup
 * after another, life. */
#include "models/proto/dns_client.h"

#define EPHEMERAL_FIRST 49152
#define TTL_MAX_S INT32_MAX /* RFC 2181 8: a larger one counts as 0 */

enum { IDLE, ASKED, ENDING, STATE_COUNT };

enum { E_ASK, E_KNOWN, E_ANSWER, E_ALIAS, E_NO_NAME, E_REFUSED, E_SILENCE, E_TELL, E_STOP, EVENT_COUNT };

static const char *const event_names[EVENT_COUNT] = {
    "ask", "known", "answer", "alias", "no-such-name", "refused", "no-answer", "tell", "stop",
};

/* --- names ---------------------------------------------------------------------------------------- */

/* RFC 1034 3.1: a dot at its end makes a name absolute; others of one label are relative to the domain. */
static bool full_name(const struct dns_client *c, struct str text, struct dns_name *out)
{
    if (!dns_name_parse(text, out))
        return false;
    bool relative = text.p[text.n - 1] != '.' && dns_name_is_single(out) && c->domain.n;
    return !relative || dns_name_append(out, &c->domain);
}

/* --- the cache ------------------------------------------------------------------------------------ */

static bool is_fresh(const struct dns_client *c, const struct dns_entry *e)
{
    return e->name.n && time_before(sim_now(c->node->sim), e->until);
}

static const struct dns_entry *find(const struct dns_client *c, const struct dns_name *name)
{
    for (size_t i = 0; i < DNS_CACHE_MAX; i++) {
        if (is_fresh(c, &c->cache[i]) && dns_name_eq(&c->cache[i].name, name))
            return &c->cache[i];
    }
    return NULL;
}

/* A free place, or that of the answer that ends first; one that has ended ends before all others. */
static struct dns_entry *place(struct dns_client *c)
{
    struct dns_entry *best = &c->cache[0];
    for (size_t i = 0; i < DNS_CACHE_MAX && best->name.n; i++) {
        struct dns_entry *e = &c->cache[i];
        if (!e->name.n || time_before(e->until, best->until))
            best = e;
    }
    return best;
}

static void keep(struct dns_client *c)
{
    if (c->ttl_s == 0)
        return; /* RFC 1035 3.2.1: for this transaction only */
    *place(c) = (struct dns_entry){.name = c->name,
                                   .until = time_add(sim_now(c->node->sim), dur_s(c->ttl_s)),
                                   .addresses = c->addresses};
}

/* --- asking --------------------------------------------------------------------------------------- */

static void on_udp(void *arg, const struct udp *u, const struct frame *f);

static void close_port(struct dns_client *c)
{
    if (c->port)
        ip_unbind(c->ip, c->port);
    c->port = 0;
}

/* Twice the patience of the try before (RFC 1123 6.1.3.3). */
static void send(struct dns_client *c)
{
    uint8_t bytes[DNS_BYTES_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct dns m = {.id = c->id, .wants_recursion = true, .has_question = true,
                    .name = c->target, .type = DNS_A, .class = DNS_IN};
    dns_put(&w, &m);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = c->asked, .src_port = c->port, .dst_port = DNS_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    bus_set_flow(c->node->sim, c->flow);
    tmr_arm(&c->patience, (struct sim_dur){c->config->patience.ns << (c->tries - 1)});
    tmr_await(&c->patience, c->flow, 0);
    if (!ip_send_udp(c->ip, &u, c->config->dscp))
        ip_discard(c->node, "no-route");
}

static bool another_server(const void *self, const void *msg)
{
    const struct dns_client *c = self;
    (void)msg;
    return c->server_next < c->server_count;
}

/* An exchange of its own: with an identifier and a port that nobody can guess (RFC 5452 4.3, 4.5). */
static void ask(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    close_port(c);
    c->asked = c->server[c->server_next++];
    c->tries = 1;
    c->id = (uint16_t)rng_below(c->rng, UINT16_MAX + 1);
    do
        c->port = (uint16_t)rng_between(c->rng, EPHEMERAL_FIRST, UINT16_MAX);
    while (!ip_is_free(c->ip, c->port));
    ip_bind(c->ip, c->port, on_udp, c);
    c->flow = bus_flow(c->node->sim, "dns", str_of(c->text), c->id);
    send(c);
}

static bool may_ask_again(const void *self, const void *msg)
{
    const struct dns_client *c = self;
    (void)msg;
    return c->tries < c->config->tries;
}

static void ask_again(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    c->tries++;
    send(c);
}

/* --- reading answers ------------------------------------------------------------------------------ */

static void lower_ttl(struct dns_client *c, const struct dns_record *r)
{
    uint32_t ttl_s = r->ttl_s > TTL_MAX_S ? 0 : r->ttl_s;
    if (ttl_s < c->ttl_s)
        c->ttl_s = ttl_s;
}

static const struct dns_record *alias_of(const struct dns *m, const struct dns_name *name)
{
    for (uint32_t i = 0; i < m->record_count; i++) {
        if (m->record[i].type == DNS_CNAME && dns_name_eq(&m->record[i].owner, name))
            return &m->record[i];
    }
    return NULL;
}

static void take_addresses(struct dns_client *c, const struct dns *m)
{
    for (uint32_t i = 0; i < m->record_count; i++) {
        const struct dns_record *r = &m->record[i];
        if (r->type != DNS_A || !dns_name_eq(&r->owner, &c->target))
            continue;
        lower_ttl(c, r);
        c->addresses.at[c->addresses.count++] = r->address;
    }
}

/* From alias to alias as far as the answer goes (RFC 1034 3.6.2). More steps than records are a circle. */
static int read_records(struct dns_client *c, const struct dns *m)
{
    for (uint32_t steps = 0; steps <= m->record_count; steps++) {
        const struct dns_record *alias = alias_of(m, &c->target);
        take_addresses(c, m);
        if (c->addresses.count)
            return E_ANSWER;
        if (!alias && steps == 0)
            return E_NO_NAME; /* the name exists, but has no address */
        if (!alias)
            return c->aliases++ < DNS_ALIASES_MAX ? E_ALIAS : E_REFUSED;
        lower_ttl(c, alias);
        c->target = alias->target;
    }
    return E_REFUSED;
}

static int read_answer(struct dns_client *c, const struct dns *m)
{
    if (m->is_truncated)
        return E_REFUSED; /* the rest would have to be asked for by TCP */
    if (m->rcode == DNS_NXDOMAIN)
        return E_NO_NAME;
    return m->rcode == DNS_NOERROR ? read_records(c, m) : E_REFUSED;
}

/* RFC 5452 3: from whom was asked, to what was asked. A server that cannot read a question leaves it out. */
static bool is_ours(const struct dns_client *c, const struct udp *u, const struct dns *m)
{
    if (!ip4_eq(u->src, c->asked) || u->src_port != DNS_PORT)
        return false;
    if (!m->is_response || m->opcode != 0 || m->id != c->id)
        return false;
    if (!m->has_question)
        return m->rcode != DNS_NOERROR && m->rcode != DNS_NXDOMAIN;
    return dns_name_eq(&m->name, &c->target) && m->type == DNS_A && m->class == DNS_IN;
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dns_client *c = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct dns m;
    (void)f;
    if (!dns_get(&r, &m))
        ip_discard(c->node, "bad-dns");
    else if (!is_ours(c, u, &m))
        ip_discard(c->node, "dns-not-asked");
    else
        fsm_step(&c->fsm, read_answer(c, &m), NULL);
}

static void give_addresses(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    c->result = DNS_OK;
    keep(c);
}

static void give_not_found(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    c->result = DNS_NOT_FOUND;
}

/* --- which one next ------------------------------------------------------------------------------- */

/* A step through idle, so that the change of servers is on record. */
static void next_server(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    fsm_raise(&c->fsm, E_ASK);
}

/* RFC 1034 5.3.3, step 4c: the lookup starts anew with the alias's target. */
static void follow(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    c->server_next = 0;
    fsm_raise(&c->fsm, E_ASK);
}

/* Told from a timer of no length, so that whoever asked is not called from inside its own call. */
static void enter_ending(void *self)
{
    struct dns_client *c = self;
    close_port(c);
    tmr_arm(&c->patience, (struct sim_dur){0});
}

static void stop(void *self, const void *msg)
{
    struct dns_client *c = self;
    (void)msg;
    tmr_disarm(&c->patience);
    close_port(c);
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct fsm_state states[STATE_COUNT] = {
    [IDLE] = {"idle", NULL, "forever"},
    [ASKED] = {"asked", NULL, "dns.patience"},
    [ENDING] = {"ending", enter_ending, "dns.patience"},
};

/* clang-format off */
static const struct fsm_row rows[] = {
    {IDLE, E_ASK, another_server, ask, ASKED},
    {IDLE, E_ASK, NULL, NULL, ENDING},
    {IDLE, E_KNOWN, NULL, NULL, ENDING},
    {ASKED, E_ANSWER, NULL, give_addresses, ENDING},
    {ASKED, E_NO_NAME, NULL, give_not_found, ENDING},
    {ASKED, E_ALIAS, NULL, follow, IDLE},
    {ASKED, E_REFUSED, another_server, next_server, IDLE},
    {ASKED, E_REFUSED, NULL, NULL, ENDING},
    {ASKED, E_SILENCE, may_ask_again, ask_again, ASKED},
    {ASKED, E_SILENCE, another_server, next_server, IDLE},
    {ASKED, E_SILENCE, NULL, NULL, ENDING},
    {ASKED, E_STOP, NULL, stop, IDLE},
    {ENDING, E_TELL, NULL, NULL, IDLE},
    {ENDING, E_STOP, NULL, stop, IDLE},
};
/* clang-format on */

static const struct fsm_row ignored[] = {{IDLE, E_STOP, NULL, NULL, IDLE}};

static const struct fsm_table table = {
    .machine = "dns",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* --- one lookup after another --------------------------------------------------------------------- */

/* Finds out what the first name in the ring needs: E_KNOWN, when nobody has to be asked. */
static int prepare(struct dns_client *c, struct str name)
{
    struct txtbuf t = txtbuf_of(c->text, sizeof c->text);
    struct ip4 literal;
    c->result = DNS_FAILED;
    c->addresses.count = 0;
    c->ttl_s = TTL_MAX_S;
    c->aliases = 0;
    c->server_next = 0;
    txtbuf_str(&t, name);
    if (ip4_parse(name, &literal)) {
        c->addresses = (struct dns_addresses){.at = {literal}, .count = 1};
        c->result = DNS_OK;
        return E_KNOWN;
    }
    if (!full_name(c, name, &c->name)) {
        BUS_NOTE(c->node->sim, c->node->id, "dns", "'{}' is no host name", V_TEXT(c->text));
        c->result = DNS_NOT_FOUND;
        return E_KNOWN;
    }
    t = txtbuf_of(c->text, sizeof c->text);
    dns_name_text(&t, &c->name);
    c->target = c->name;
    const struct dns_entry *e = find(c, &c->name);
    if (!e)
        return E_ASK;
    c->addresses = e->addresses;
    c->result = DNS_OK;
    return E_KNOWN;
}

static void go_on(struct dns_client *c)
{
    if (c->fsm.state == IDLE && c->ask_count)
        fsm_step(&c->fsm, prepare(c, str_of(c->ask[c->ask_first].name)), NULL);
}

/* The next name may be asked for inside `done`, and dns_stop be called. */
static void tell(struct dns_client *c)
{
    const struct dns_ask *a = &c->ask[c->ask_first];
    dns_done_fn *done = a->done;
    void *arg = a->arg;
    struct dns_addresses given = {0};
    if (c->result == DNS_OK)
        given = c->addresses;
    c->ask_first = (c->ask_first + 1) % DNS_ASKS_MAX;
    c->ask_count--;
    fsm_step(&c->fsm, E_TELL, NULL);
    done(arg, c->result, given.at, given.count);
    go_on(c);
}

static void on_patience(void *owner)
{
    struct dns_client *c = owner;
    if (c->fsm.state == ENDING) {
        tell(c);
        return;
    }
    fsm_step(&c->fsm, E_SILENCE, NULL);
    if (c->fsm.state != ENDING)
        return;
    bus_because(c->node->sim, c->fsm.record, node_limit(c->node, "dns_timeout"), BECAUSE_LIMIT);
    bus_because(c->node->sim, c->fsm.record, node_limit(c->node, "dns_tries"), BECAUSE_LIMIT);
}

/* --- life ----------------------------------------------------------------------------------------- */

void dns_init(struct dns_client *c, struct node *n, struct ip_stack *ip, const struct dns_config *config)
{
    *c = (struct dns_client){.node = n, .ip = ip, .config = config};
    c->rng = node_stream(n, "dns/query");
    fsm_init(&c->fsm, &table, n, c->text, c, IDLE);
    tmr_init(&c->patience, n->sim, n->id, "dns.patience", c, on_patience);
}

void dns_set_servers(struct dns_client *c, const struct ip4 *servers, size_t count, struct str domain)
{
    c->server_count = count < DNS_SERVERS_MAX ? count : DNS_SERVERS_MAX;
    for (size_t i = 0; i < c->server_count; i++)
        c->server[i] = servers[i];
    if (dns_name_parse(domain, &c->domain))
        return;
    c->domain.n = 0;
    if (domain.n) {
        char text[DNS_TEXT_MAX + 1];
        str_keep(text, sizeof text, domain);
        BUS_NOTE(c->node->sim, c->node->id, "dns", "'{}' is no domain name", V_TEXT(text));
    }
}

bool dns_known(const struct dns_client *c, struct str name, struct ip4 *out)
{
    struct dns_name full;
    if (ip4_parse(name, out))
        return true;
    const struct dns_entry *e = full_name(c, name, &full) ? find(c, &full) : NULL;
    if (e)
        *out = e->addresses.at[0];
    return e != NULL;
}

void dns_resolve(struct dns_client *c, struct str name, dns_done_fn *done, void *arg)
{
    ASSERT(c->ask_count < DNS_ASKS_MAX);
    struct dns_ask *a = &c->ask[(c->ask_first + c->ask_count++) % DNS_ASKS_MAX];
    str_keep(a->name, sizeof a->name, name);
    a->done = done;
    a->arg = arg;
    go_on(c);
}

void dns_stop(struct dns_client *c)
{
    fsm_step(&c->fsm, E_STOP, NULL);
    c->ask_count = 0;
    for (size_t i = 0; i < DNS_CACHE_MAX; i++)
        c->cache[i].name.n = 0;
}
