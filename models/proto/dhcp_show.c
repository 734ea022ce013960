/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_show.c: show ip dhcp binding, pool and conflict, as IOS prints them. */
#include "models/net/show.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/dhcp_pool.h"

/* --- show ip dhcp binding ------------------------------------------------------------------------- */

enum { BI_ADDRESS, BI_CLIENT, BI_EXPIRES_IN, BI_TYPE, BI_STATE, BI_DATE };
static const char *const binding_columns[] = {"address", "client", "expires_in_s", "type",
                                              "state", "expires_at", NULL};

/* "Jul 15 2015 12:42 PM": the parts of a Date header in another order. */
static void ios_date(struct txtbuf *t, int64_t ns)
{
    char text[40], half[3] = "AM";
    struct txtbuf b = txtbuf_of(text, sizeof text);
    cisco_date(&b, ns); /* "Wed, 15 Jul 2015 12:42:56 GMT" */
    int hour = (text[17] - '0') * 10 + text[18] - '0';
    if (hour >= 12)
        half[0] = 'P';
    txtbuf_add(t, "%.3s %.2s %.4s %02d:%.2s %s", text + 8, text + 5, text + 12,
               hour % 12 ? hour % 12 : 12, text + 20, half);
}

static void binding_row(const struct dhcp_server *s, const struct dhcp_binding *b, struct table *t)
{
    char date[40];
    struct txtbuf d = txtbuf_of(date, sizeof date);
    table_ip4(t, b->address);
    table_mac(t, b->client);
    if (b->for_ever) {
        table_none(t);
        txtbuf_cstr(&d, "Infinite");
    } else {
        table_dur(t, time_sub(b->until, sim_now(s->node->sim)));
        ios_date(&d, sim_epoch_ns(s->node->sim) + b->until.ns);
    }
    table_text(t, "Automatic");
    table_text(t, b->offered ? "Selecting" : "Active");
    table_text(t, date);
}

void dhcp_binding_rows(const struct dhcp_server *s, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&s->by_address, &i, &slot);) {
        const struct dhcp_binding *b = slot->value;
        if (dhcp_binding_in_force(s, b))
            binding_row(s, b, t);
    }
    table_sort(t);
}

static void binding_line(const struct table *t, size_t row, struct txtbuf *out)
{
    char client[24];
    struct txtbuf c = txtbuf_of(client, sizeof client);
    uint64_t id = 1ull << 48 | (uint64_t)table_cell(t, row, BI_CLIENT)->i; /* type 1: Ethernet */
    for (int i = 0; i < 7; i++)
        txtbuf_add(&c, i && i % 2 == 0 ? ".%02x" : "%02x", (unsigned)(id >> (48 - 8 * i) & 0xff));
    txtbuf_add(out, "%-19s %-23s %-23s %-10s %s\n", table_plain(t, row, BI_ADDRESS, ""), client,
               table_plain(t, row, BI_DATE, ""), table_plain(t, row, BI_TYPE, ""),
               table_plain(t, row, BI_STATE, ""));
}

const struct table_look show_dhcp_binding = {
    .columns = binding_columns,
    .head = "Bindings from all pools not associated with VRF:\n"
            "IP address          Client-ID/              Lease expiration        Type       State\n"
            "                    Hardware address/\n"
            "                    User name\n",
    .line = binding_line,
};

/* --- show ip dhcp pool ------------------------------------------------------------------------------ */

enum { PO_NAME, PO_TOTAL, PO_LEASED, PO_EXCLUDED, PO_NEXT, PO_FIRST, PO_LAST };
static const char *const pool_columns[] = {"pool", "total", "leased", "excluded",
                                           "current_index", "first", "last", NULL};

/* Neither what is only offered nor what was declined. */
static uint32_t leased(const struct dhcp_server *s, const struct dhcp_pool *p)
{
    struct map_slot *slot;
    uint32_t count = 0;
    for (uint32_t i = 0; map_next(&s->by_address, &i, &slot);) {
        const struct dhcp_binding *b = slot->value;
        count += b->pool == p && !b->offered && dhcp_binding_in_force(s, b);
    }
    return count;
}

void dhcp_pool_rows(const struct dhcp_server *s, struct table *t)
{
    for (const struct dhcp_pool *p = s->pools; p; p = p->next) {
        uint32_t size = dhcp_pool_size(p), excluded = 0;
        for (uint32_t i = 1; i <= size; i++)
            excluded += !dhcp_pool_may_give(p, (struct ip4){p->net.v + i});
        table_text(t, p->name);
        table_int(t, size);
        table_int(t, leased(s, p));
        table_int(t, excluded);
        table_ip4(t, (struct ip4){p->net.v + 1 + p->cursor});
        table_ip4(t, (struct ip4){p->net.v + 1});
        table_ip4(t, (struct ip4){p->net.v + size});
    }
}

static void pool_line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(
        out,
        "Pool %s :\n Total addresses                : %s\n Leased addresses               : %s\n"
        " Excluded addresses             : %s\n Current index        IP address range\n"
        " %-20s %s - %s\n",
        table_plain(t, row, PO_NAME, ""), table_plain(t, row, PO_TOTAL, ""),
        table_plain(t, row, PO_LEASED, ""), table_plain(t, row, PO_EXCLUDED, ""),
        table_plain(t, row, PO_NEXT, ""), table_plain(t, row, PO_FIRST, ""),
        table_plain(t, row, PO_LAST, ""));
}

const struct table_look show_dhcp_pool = {.columns = pool_columns, .line = pool_line};

/* --- show ip dhcp conflict -------------------------------------------------------------------------- */

enum { CO_ADDRESS, CO_METHOD, CO_DATE };
static const char *const conflict_columns[] = {"address", "method", "detected_at", NULL};

void dhcp_conflict_rows(const struct dhcp_server *s, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&s->by_address, &i, &slot);) {
        const struct dhcp_binding *b = slot->value;
        char date[40];
        struct txtbuf d = txtbuf_of(date, sizeof date);
        if (!b->conflict)
            continue;
        ios_date(&d, sim_epoch_ns(s->node->sim) + b->until.ns);
        table_ip4(t, b->address);
        table_text(t, "Gratuitous ARP");
        table_text(t, date);
    }
    table_sort(t);
}

static void conflict_line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%-18s %-18s %s\n", table_plain(t, row, CO_ADDRESS, ""),
               table_plain(t, row, CO_METHOD, ""), table_plain(t, row, CO_DATE, ""));
}

const struct table_look show_dhcp_conflict = {
    .columns = conflict_columns,
    .head = "IP address         Detection method   Detection time\n",
    .line = conflict_line,
};
