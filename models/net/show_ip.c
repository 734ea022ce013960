/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_ip.c: what an IPv4 stack knows: neighbours, routes, interfaces. Ageing is compared when an entry
 * is used (ip_arp.c), so an entry that would not be used any more is not shown. */
#include <string.h>

#include "models/net/ip_state.h"
#include "models/net/link.h"
#include "models/net/show.h"

/* IOS prints interface names in full: "Gi0/0" is GigabitEthernet0/0. */
static void long_name(struct txtbuf *out, const char *name)
{
    static const struct {
        const char *brief, *full;
    } kinds[] = {{"Fa", "FastEthernet"}, {"Gi", "GigabitEthernet"}, {"Te", "TenGigabitEthernet"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(name, kinds[i].brief, 2) == 0 && name[2] >= '0' && name[2] <= '9') {
            txtbuf_add(out, "%s%s", kinds[i].full, name + 2);
            return;
        }
    }
    txtbuf_cstr(out, name);
}

/* A tagged interface is a subinterface: "Gi0/0.147". */
static void iface_cell(struct table *t, const struct ip_iface *i)
{
    char text[80];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&b, i->port->name);
    if (i->vlan)
        txtbuf_add(&b, ".%u", i->vlan);
    table_text(t, text);
}

/* --- neighbours --------------------------------------------------------------------------------- */

enum { ARP_ADDRESS, ARP_MAC, ARP_STATE, ARP_AGE, ARP_INTERFACE };
static const char *const arp_columns[] = {"address", "mac", "state", "age_s", "interface", NULL};

static bool is_shown(const struct neighbour *nb, struct sim_dur age)
{
    bool fresh = dur_cmp(age, nb->stack->options.arp_timeout) < 0;
    return nb->state == NEIGHBOUR_RESOLVING || (nb->state == NEIGHBOUR_RESOLVED && fresh);
}

static void own_rows(const struct ip_stack *s, struct table *t)
{
    for (uint32_t i = 0; i < s->iface_count; i++) {
        table_ip4(t, s->ifaces[i]->addr);
        table_mac(t, s->ifaces[i]->mac);
        table_text(t, "own");
        table_none(t);
        iface_cell(t, s->ifaces[i]);
    }
}

static void neighbour_rows(const struct ip_stack *s, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&s->neighbours, &i, &slot);) {
        const struct neighbour *nb = slot->value;
        struct sim_dur age = time_sub(sim_now(s->node->sim), nb->confirmed);
        if (!is_shown(nb, age))
            continue;
        table_ip4(t, nb->addr);
        if (nb->state == NEIGHBOUR_RESOLVED) {
            table_mac(t, nb->mac);
            table_text(t, "resolved");
            table_dur(t, age);
        } else {
            table_none(t);
            table_text(t, "incomplete");
            table_none(t);
        }
        iface_cell(t, nb->iface);
    }
}

void show_arp_rows(const struct node *n, struct table *t)
{
    if (n->ip)
        neighbour_rows(n->ip, t);
    table_sort(t);
}

void show_arp_all_rows(const struct node *n, struct table *t)
{
    if (n->ip)
        own_rows(n->ip, t);
    show_arp_rows(n, t);
}

static void arp_ios_line(const struct table *t, size_t row, struct txtbuf *out)
{
    const struct cell *age = table_cell(t, row, ARP_AGE), *mac = table_cell(t, row, ARP_MAC);
    char dotted[20] = "Incomplete", minutes[24] = "-";
    struct txtbuf m = txtbuf_of(dotted, sizeof dotted), a = txtbuf_of(minutes, sizeof minutes);
    if (mac->kind == CELL_MAC)
        show_mac_dotted(&m, mac);
    else
        txtbuf_cstr(&m, "Incomplete");
    if (age->kind == CELL_DUR)
        txtbuf_add(&a, "%lld", (long long)(age->i / dur_s(60).ns));
    else
        txtbuf_cstr(&a, mac->kind == CELL_MAC ? "-" : "0");
    txtbuf_add(out, "Internet  %-15s%10s   %-14s  ARPA", table_plain(t, row, ARP_ADDRESS, ""), minutes,
               dotted);
    if (mac->kind == CELL_MAC) {
        txtbuf_cstr(out, "   ");
        long_name(out, table_plain(t, row, ARP_INTERFACE, ""));
    }
    txtbuf_char(out, '\n');
}

const struct table_look show_arp_ios = {
    .columns = arp_columns,
    .head = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n",
    .line = arp_ios_line,
};

static void arp_linux_line(const struct table *t, size_t row, struct txtbuf *out)
{
    bool known = table_cell(t, row, ARP_MAC)->kind == CELL_MAC;
    txtbuf_add(out, "%-24s %-7s %-19s %-21s %s\n", table_plain(t, row, ARP_ADDRESS, ""),
               known ? "ether" : "", table_plain(t, row, ARP_MAC, "(incomplete)"), known ? "C" : "",
               table_plain(t, row, ARP_INTERFACE, ""));
}

const struct table_look show_arp_linux = {
    .columns = arp_columns,
    .head = "Address                  HWtype  HWaddress           Flags Mask            Iface\n",
    .line = arp_linux_line,
};

/* --- routes ------------------------------------------------------------------------------------- */

enum { ROUTE_NETWORK, ROUTE_LENGTH, ROUTE_CODE, ROUTE_VIA, ROUTE_INTERFACE };
static const char *const route_columns[] = {"network", "prefix_len", "code", "via", "interface", NULL};

static struct ip4 net_of(struct ip4 a, uint8_t len)
{
    return (struct ip4){len ? a.v & ~0u << (32 - len) : 0};
}

void show_route_rows(const struct node *n, struct table *t)
{
    const struct ip_stack *s = n->ip;
    if (!s)
        return;
    for (uint32_t i = 0; i < s->iface_count; i++) {
        const struct ip_iface *f = s->ifaces[i];
        for (int local = 0; local < 2; local++) { /* the net, and the router's own address in it */
            table_ip4(t, local ? f->addr : net_of(f->addr, f->prefix_len));
            table_int(t, local ? 32 : f->prefix_len);
            table_text(t, local ? "L" : "C");
            table_none(t);
            iface_cell(t, f);
        }
    }
    for (uint32_t i = 0; i < s->route_count; i++) {
        table_ip4(t, net_of(s->routes[i].net, s->routes[i].prefix_len));
        table_int(t, s->routes[i].prefix_len);
        table_text(t, "S");
        table_ip4(t, s->routes[i].via);
        table_none(t);
    }
    table_sort(t);
}

/* IOS gathers routes under the classful network that they are part of: RFC 791's classes. */
static uint8_t class_len(struct ip4 a)
{
    return a.v >> 31 == 0 ? 8 : a.v >> 30 == 2 ? 16 : 24;
}

static struct ip4 row_net(const struct table *t, size_t row)
{
    return (struct ip4){(uint32_t)table_cell(t, row, ROUTE_NETWORK)->i};
}

/* A route that is a whole classful network, or more than one, stands alone. */
static bool is_subnet(const struct table *t, size_t row)
{
    return table_cell(t, row, ROUTE_LENGTH)->i > class_len(row_net(t, row));
}

static bool same_class_net(const struct table *t, size_t a, size_t b)
{
    struct ip4 x = row_net(t, a), y = row_net(t, b);
    uint8_t len = class_len(x);
    bool both = table_cell(t, a, ROUTE_LENGTH)->i >= len && table_cell(t, b, ROUTE_LENGTH)->i >= len;
    return both && ip4_eq(net_of(x, len), net_of(y, len));
}

/* Rows are sorted: those of one classful network stand together. */
static void class_group(const struct table *t, size_t row, size_t *first, size_t *end)
{
    *first = row;
    *end = row + 1;
    while (*first > 0 && same_class_net(t, row, *first - 1))
        (*first)--;
    while (*end < t->row_count && same_class_net(t, row, *end))
        (*end)++;
}

static int masks_of(const struct table *t, size_t first, size_t end)
{
    uint64_t seen = 0;
    for (size_t i = first; i < end; i++)
        seen |= 1ull << table_cell(t, i, ROUTE_LENGTH)->i;
    return __builtin_popcountll(seen);
}

static void group_head(const struct table *t, size_t first, size_t end, struct txtbuf *out)
{
    struct ip4 net = row_net(t, first);
    int masks = masks_of(t, first, end);
    txtbuf_cstr(out, "      ");
    ip4_text(out, net_of(net, class_len(net)));
    if (masks > 1)
        txtbuf_add(out, "/%u is variably subnetted, %zu subnets, %d masks\n", class_len(net), end - first,
                   masks);
    else
        txtbuf_add(out, "/%s is subnetted, %zu subnets\n", table_plain(t, first, ROUTE_LENGTH, ""),
                   end - first);
}

static void route_line(const struct table *t, size_t row, struct txtbuf *out)
{
    size_t first, end;
    class_group(t, row, &first, &end);
    bool grouped = end - first > 1 || is_subnet(t, row), all_one = masks_of(t, first, end) == 1;
    if (grouped && row == first)
        group_head(t, first, end, out);
    bool last_resort = table_cell(t, row, ROUTE_LENGTH)->i == 0;
    txtbuf_add(out, "%s%s%s%s", table_plain(t, row, ROUTE_CODE, ""), last_resort ? "*    " : "     ",
               grouped ? "   " : "", table_plain(t, row, ROUTE_NETWORK, ""));
    if (!grouped || !all_one)
        txtbuf_add(out, "/%s", table_plain(t, row, ROUTE_LENGTH, ""));
    if (table_cell(t, row, ROUTE_VIA)->kind == CELL_IP4) {
        txtbuf_add(out, " [1/0] via %s\n", table_plain(t, row, ROUTE_VIA, ""));
        return;
    }
    txtbuf_cstr(out, " is directly connected, ");
    long_name(out, table_plain(t, row, ROUTE_INTERFACE, ""));
    txtbuf_char(out, '\n');
}

static void route_before(const struct table *t, struct txtbuf *out)
{
    txtbuf_cstr(out, "Codes: L - local, C - connected, S - static, * - candidate default\n\n");
    bool has_default = t->row_count > 0 && table_cell(t, 0, ROUTE_LENGTH)->i == 0;
    if (has_default)
        txtbuf_add(out, "Gateway of last resort is %s to network 0.0.0.0\n\n",
                   table_plain(t, 0, ROUTE_VIA, ""));
    else
        txtbuf_cstr(out, "Gateway of last resort is not set\n\n");
}

const struct table_look show_route_ios = {
    .columns = route_columns, .before = route_before, .line = route_line};

/* --- interfaces --------------------------------------------------------------------------------- */

enum { IFACE_NAME, IFACE_ADDRESS, IFACE_LENGTH, IFACE_MAC, IFACE_STATUS };
static const char *const iface_columns[] = {"interface", "address", "prefix_len", "mac", "status", NULL};

void show_iface_rows(const struct node *n, struct table *t)
{
    const struct ip_stack *s = n->ip;
    for (uint32_t i = 0; s && i < s->iface_count; i++) {
        const struct ip_iface *f = s->ifaces[i];
        iface_cell(t, f);
        table_ip4(t, f->addr);
        table_int(t, f->prefix_len);
        table_mac(t, f->mac);
        table_text(t, port_is_up(f->port) ? "up" : "down");
    }
}

static void iface_line(const struct table *t, size_t row, struct txtbuf *out)
{
    char name[80];
    struct txtbuf b = txtbuf_of(name, sizeof name);
    const char *status = table_plain(t, row, IFACE_STATUS, "");
    long_name(&b, table_plain(t, row, IFACE_NAME, ""));
    txtbuf_add(out, "%-26s %-15s YES manual %-21s %s\n", name, table_plain(t, row, IFACE_ADDRESS, ""), status,
               status);
}

const struct table_look show_iface_ios = {
    .columns = iface_columns,
    .head = "Interface                  IP-Address      OK? Method Status                Protocol\n",
    .line = iface_line,
};
