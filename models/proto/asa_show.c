/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_show.c: show arp, show route and show conn in an ASA's own look. The rows of the first two are those of any
 * stack (show_ip.c). */
#include "models/net/show.h"
#include "models/proto/asa_conns.h"

enum { ARP_ADDRESS, ARP_MAC, ARP_STATE, ARP_AGE, ARP_INTERFACE };
static const char *const arp_columns[] = {"address", "mac", "state", "age_s", "interface", NULL};

/* Only what is resolved, with its age in seconds. */
static void arp_line(const struct table *t, size_t row, struct txtbuf *out)
{
    const struct cell *mac = table_cell(t, row, ARP_MAC), *age = table_cell(t, row, ARP_AGE);
    if (mac->kind != CELL_MAC || age->kind != CELL_DUR)
        return;
    txtbuf_add(out, "\t%s %s ", table_plain(t, row, ARP_INTERFACE, ""), table_plain(t, row, ARP_ADDRESS, ""));
    show_mac_dotted(out, mac);
    txtbuf_add(out, " %lld\n", (long long)(age->i / dur_s(1).ns));
}

const struct table_look asa_show_arp = {.columns = arp_columns, .line = arp_line};

/* --- routes ---------------------------------------------------------------------------------------- */

enum { ROUTE_NETWORK, ROUTE_LENGTH, ROUTE_CODE, ROUTE_VIA, ROUTE_INTERFACE };
static const char *const route_columns[] = {"network", "prefix_len", "code", "via", "interface", NULL};

static void route_before(const struct table *t, struct txtbuf *out)
{
    bool has_default = t->row_count > 0 && table_cell(t, 0, ROUTE_LENGTH)->i == 0;
    txtbuf_cstr(out, "Codes: L - local, C - connected, S - static, * - candidate default\n\n");
    if (has_default)
        txtbuf_add(out, "Gateway of last resort is %s to network 0.0.0.0\n\n", table_plain(t, 0, ROUTE_VIA, ""));
    else
        txtbuf_cstr(out, "Gateway of last resort is not set\n\n");
}

/* An ASA writes masks where IOS writes lengths. */
static void route_line(const struct table *t, size_t row, struct txtbuf *out)
{
    int64_t len = table_cell(t, row, ROUTE_LENGTH)->i;
    struct ip4 mask = {len ? ~0u << (32 - len) : 0};
    txtbuf_add(out, "%s%s %s ", table_plain(t, row, ROUTE_CODE, ""), len ? "       " : "*      ",
               table_plain(t, row, ROUTE_NETWORK, ""));
    ip4_text(out, mask);
    if (table_cell(t, row, ROUTE_VIA)->kind == CELL_IP4)
        txtbuf_add(out, " [1/0] via %s\n", table_plain(t, row, ROUTE_VIA, ""));
    else
        txtbuf_add(out, " is directly connected, %s\n", table_plain(t, row, ROUTE_INTERFACE, ""));
}

const struct table_look asa_show_route = {.columns = route_columns, .before = route_before, .line = route_line};

/* --- connections ------------------------------------------------------------------------------------ */

enum { CONN_PROTO, CONN_OUT, CONN_TO, CONN_TO_PORT, CONN_IN, CONN_FROM, CONN_FROM_PORT, CONN_IDLE, CONN_BYTES, CONN_FLAGS };
static const char *const conn_columns[] = {"protocol", "to_interface", "to", "to_port", "from_interface", "from",
                                           "from_port", "idle_s", "bytes", "flags", NULL};

/* U: up; a, A: an ACK is awaited from outside, from inside; I, O: data was seen inward, outward; B: begun from
 * outside; f, F: the inside's FIN, the outside's. */
static const char *conn_flags(const struct asa_conn *k, char text[16])
{
    struct txtbuf t = txtbuf_of(text, 16);
    int inside = k->outward ? 0 : 1;
    if (k->proto != IP4_TCP)
        return "-";
    txtbuf_cstr(&t, k->up ? "U" : k->answered ? "A" : "aA");
    txtbuf_cstr(&t, k->fin[inside] ? "f" : "");
    txtbuf_cstr(&t, k->fin[1 - inside] ? "F" : "");
    txtbuf_cstr(&t, k->data[1 - inside] ? "I" : "");
    txtbuf_cstr(&t, k->data[inside] ? "O" : "");
    txtbuf_cstr(&t, k->outward ? "" : "B");
    return text;
}

void asa_conn_rows(const struct asa_conns *c, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&c->by_key, &i, &slot);) {
        for (const struct asa_conn *k = slot->value; k; k = k->next) {
            struct sim_dur idle = time_sub(sim_now(c->node->sim), k->used);
            char flags[16];
            if (dur_cmp(idle, asa_conn_limit(c, k)) >= 0)
                continue;
            table_text(t, k->proto == IP4_TCP ? "TCP" : k->proto == IP4_UDP ? "UDP" : "ICMP");
            table_text(t, k->out);
            table_ip4(t, k->to.addr);
            table_int(t, k->to.port);
            table_text(t, k->in);
            table_ip4(t, k->from.addr);
            table_int(t, k->from.port);
            table_dur(t, idle);
            table_int(t, (int64_t)k->bytes);
            table_text(t, conn_flags(k, flags));
        }
    }
}

static void conn_before(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "%zu in use\n\n", t->row_count);
}

static void conn_line(const struct table *t, size_t row, struct txtbuf *out)
{
    long long idle = table_cell(t, row, CONN_IDLE)->i / dur_s(1).ns;
    txtbuf_add(out, "%s %s  %s:%s %s  %s:%s, idle %lld:%02lld:%02lld, bytes %s, flags %s\n",
               table_plain(t, row, CONN_PROTO, ""), table_plain(t, row, CONN_OUT, ""), table_plain(t, row, CONN_TO, ""),
               table_plain(t, row, CONN_TO_PORT, "0"), table_plain(t, row, CONN_IN, ""),
               table_plain(t, row, CONN_FROM, ""), table_plain(t, row, CONN_FROM_PORT, "0"), idle / 3600,
               idle / 60 % 60, idle % 60, table_plain(t, row, CONN_BYTES, "0"), table_plain(t, row, CONN_FLAGS, "-"));
}

const struct table_look asa_show_conn = {.columns = conn_columns, .before = conn_before, .line = conn_line};
