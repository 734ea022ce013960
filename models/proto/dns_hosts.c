/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_hosts.c: see dns_hosts.h. */
#include "models/proto/dns_hosts.h"

#define HEAD_BYTES 12

static struct dns_host *find(const struct dns_hosts *s, const struct dns_name *name)
{
    struct dns_host *h = s->first;
    while (h && !dns_name_eq(&h->name, name))
        h = h->next;
    return h;
}

/* RFC 1123 2.1: letters, digits and hyphens; the underline that some networks have, too. */
static bool is_host_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                    c == '_' || c == '.';
        if (!fine)
            return false;
    }
    return true;
}

static bool read_domain(struct dns_hosts *s, struct err *e)
{
    struct str text = str_of(s->domain_text);
    if (text.n == 0 || (is_host_name(text) && dns_name_parse(text, &s->domain)))
        return true;
    return err_set(e, "parameter 'domain': '%s' is no domain name: labels of 1 to 63 letters, digits and hyphens "
                      "with dots between them", s->domain_text);
}

static bool read_name(struct dns_hosts *s, struct str text, struct dns_name *out, struct err *e)
{
    if (!is_host_name(text) || !dns_name_parse(text, out))
        return err_set(e, "parameter 'hosts': '%.*s' is no host name: labels of 1 to 63 letters, digits and "
                          "hyphens with dots between them", STR_ARG(text));
    bool relative = dns_name_is_single(out) && text.p[text.n - 1] != '.' && s->domain.n;
    if (relative && !dns_name_append(out, &s->domain))
        return err_set(e, "parameter 'hosts': '%.*s' and the domain '%s' are more than 253 characters together",
                       STR_ARG(text), s->domain_text);
    return true;
}

static struct dns_host *add_host(struct dns_hosts *s, const struct dns_name *name)
{
    char text[DNS_TEXT_MAX + 1];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct dns_host *h = ARENA_NEW(s->arena, struct dns_host);
    dns_name_text(&t, name);
    h->text = arena_strdup(s->arena, txtbuf_view(&t));
    h->name = *name;
    *s->last = h;
    s->last = &h->next;
    return h;
}

/* Header and question, then a record for each address, all with their names in full. */
static size_t answer_bytes(const struct dns_host *h, uint32_t addresses)
{
    return HEAD_BYTES + h->name.n + 4u + addresses * (h->name.n + 14u);
}

static bool add_address(struct dns_host *h, struct ip4 a, struct str one, struct err *e)
{
    for (uint32_t i = 0; i < h->address_count; i++) {
        if (ip4_eq(h->address[i], a))
            return err_set(e, "parameter 'hosts': '%.*s' is there twice", STR_ARG(one));
    }
    if (h->address_count == DNS_HOST_ADDRESSES_MAX || answer_bytes(h, h->address_count + 1) > DNS_BYTES_MAX)
        return err_set(e, "parameter 'hosts': '%s' has more addresses than an answer holds (8, and 512 bytes in all)",
                       h->text);
    h->address[h->address_count++] = a;
    return true;
}

static bool read_host(struct dns_hosts *s, struct str one, struct err *e)
{
    struct str address = one, name = str_trim(str_cut(&address, '='));
    struct dns_name full;
    struct ip4 a;
    if (str_find(one, STR("=")) < 0)
        return err_set(e, "parameter 'hosts': '%.*s' is not name=address", STR_ARG(one));
    if (!read_name(s, name, &full, e))
        return false;
    address = str_trim(address);
    if (!ip4_parse(address, &a))
        return err_set(e, "parameter 'hosts': '%.*s': '%.*s' is not an IPv4 address a.b.c.d", STR_ARG(name),
                       STR_ARG(address));
    struct dns_host *h = find(s, &full);
    return add_address(h ? h : add_host(s, &full), a, one, e);
}

bool dns_hosts_read(struct dns_hosts *s, struct arena *a, const char *domain, const char *hosts, struct err *e)
{
    struct str rest = str_of(hosts);
    *s = (struct dns_hosts){.arena = a, .domain_text = domain};
    s->last = &s->first;
    if (!read_domain(s, e))
        return false;
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (one.n && !read_host(s, one, e))
            return false;
    }
    return true;
}

const struct dns_host *dns_hosts_find(const struct dns_hosts *s, const struct dns_name *name)
{
    return find(s, name);
}
