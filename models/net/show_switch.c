/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_switch.c: the looks of a Catalyst switch's tables, column for column as IOS prints them. */
#include "models/net/show.h"

#define ADDRESSES_MAX_OF_SYSTEM 4096 /* as a Catalyst 2960 or 3560 says */

/* --- show interfaces status ----------------------------------------------------------------------- */

enum { IF_PORT, IF_NAME, IF_STATUS, IF_VLAN, IF_RATE };
static const char *const if_columns[] = {"port", "name", "status", "vlan", "rate_bps", NULL};

static void if_line(const struct table *t, size_t row, struct txtbuf *out)
{
    char speed[24];
    struct txtbuf b = txtbuf_of(speed, sizeof speed);
    const struct cell *rate = table_cell(t, row, IF_RATE);
    bool up = rate->kind == CELL_INT;
    if (up && rate->i < 1000000)
        txtbuf_add(&b, "a-%lldk", (long long)(rate->i / 1000));
    else if (up)
        txtbuf_add(&b, "a-%lld", (long long)(rate->i / 1000000));
    else
        txtbuf_cstr(&b, "auto");
    txtbuf_add(out, "%-9s %-18s %-12s %-10s %6s %6s\n", table_plain(t, row, IF_PORT, ""),
               table_plain(t, row, IF_NAME, ""), table_plain(t, row, IF_STATUS, ""),
               table_plain(t, row, IF_VLAN, ""), up ? "a-full" : "auto", speed);
}

const struct table_look show_interfaces_status = {
    .columns = if_columns,
    .head = "Port      Name               Status       Vlan       Duplex  Speed\n",
    .line = if_line,
};

/* --- show mac address-table ----------------------------------------------------------------------- */

enum { MAC_VLAN, MAC_ADDRESS, MAC_TYPE, MAC_PORT };
static const char *const mac_columns[] = {"vlan", "mac", "type", "port", NULL};

static void mac_line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%4s    ", table_plain(t, row, MAC_VLAN, ""));
    show_mac_dotted(out, table_cell(t, row, MAC_ADDRESS));
    txtbuf_add(out, "    %-8s    %s\n", table_plain(t, row, MAC_TYPE, ""), table_plain(t, row, MAC_PORT, ""));
}

static void mac_after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "Total Mac Addresses for this criterion: %zu\n", t->row_count);
}

const struct table_look show_mac_address_table = {
    .columns = mac_columns,
    .head = "          Mac Address Table\n"
            "-------------------------------------------\n"
            "\n"
            "Vlan    Mac Address       Type        Ports\n"
            "----    -----------       --------    -----\n",
    .line = mac_line,
    .after = mac_after,
};

/* --- show port-security --------------------------------------------------------------------------- */

enum { PS_PORT, PS_MAXIMUM, PS_CURRENT, PS_VIOLATIONS, PS_ACTION };
static const char *const ps_columns[] = {"port", "maximum", "current", "violations", "action", NULL};

static void system_total(int64_t excess, struct txtbuf *out)
{
    txtbuf_add(out, "Total Addresses in System (excluding one mac per port)     : %lld\n",
               (long long)excess);
    txtbuf_add(out, "Max Addresses limit in System (excluding one mac per port) : %d\n",
               ADDRESSES_MAX_OF_SYSTEM);
}

static void ps_line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%11s %14s %12s %18s %16s\n", table_plain(t, row, PS_PORT, ""),
               table_plain(t, row, PS_MAXIMUM, ""), table_plain(t, row, PS_CURRENT, ""),
               table_plain(t, row, PS_VIOLATIONS, ""), table_plain(t, row, PS_ACTION, ""));
}

static void ps_after(const struct table *t, struct txtbuf *out)
{
    int64_t excess = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        int64_t n = table_cell(t, i, PS_CURRENT)->i;
        excess += n > 1 ? n - 1 : 0;
    }
    txtbuf_cstr(out, "---------------------------------------------------------------------------\n");
    system_total(excess, out);
}

const struct table_look show_port_security = {
    .columns = ps_columns,
    .head = "Secure Port  MaxSecureAddr  CurrentAddr  SecurityViolation  Security Action\n"
            "                (Count)       (Count)          (Count)\n"
            "---------------------------------------------------------------------------\n",
    .line = ps_line,
    .after = ps_after,
};

/* --- show port-security address ------------------------------------------------------------------- */

enum { SA_VLAN, SA_MAC, SA_TYPE, SA_PORT, SA_AGING, SA_REMAINING };
static const char *const sa_columns[] = {"vlan", "mac", "type", "port", "aging_type", "remaining_s", NULL};

/* Whole minutes. */
static void remaining_age(const struct cell *left, struct txtbuf *out)
{
    if (left->kind == CELL_NONE)
        txtbuf_char(out, '-');
    else if (left->i < dur_s(60).ns)
        txtbuf_cstr(out, "< 1");
    else
        txtbuf_add(out, "%lld", (long long)(left->i / dur_s(60).ns));
}

static void sa_line(const struct table *t, size_t row, struct txtbuf *out)
{
    char age[32];
    struct txtbuf b = txtbuf_of(age, sizeof age);
    const struct cell *left = table_cell(t, row, SA_REMAINING);
    bool inactivity = left->kind == CELL_DUR && table_plain(t, row, SA_AGING, "")[0] == 'i';
    remaining_age(left, &b);
    txtbuf_add(out, "%4s    ", table_plain(t, row, SA_VLAN, ""));
    show_mac_dotted(out, table_cell(t, row, SA_MAC));
    txtbuf_add(out, "    %-30s%-8s%6s%s\n", table_plain(t, row, SA_TYPE, ""),
               table_plain(t, row, SA_PORT, ""), age, inactivity ? " (I)" : "");
}

/* Each port's first address is not counted. */
static void sa_after(const struct table *t, struct txtbuf *out)
{
    int64_t excess = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (str_eq(str_of(table_plain(t, i, SA_PORT, "")), str_of(table_plain(t, k, SA_PORT, "")))) {
                excess++;
                break;
            }
        }
    }
    txtbuf_cstr(out, "-----------------------------------------------------------------------------\n");
    system_total(excess, out);
}

const struct table_look show_port_security_address = {
    .columns = sa_columns,
    .head = "               Secure Mac Address Table\n"
            "-----------------------------------------------------------------------------\n"
            "Vlan    Mac Address       Type                          Ports   Remaining Age\n"
            "                                                                   (mins)\n"
            "----    -----------       ----                          -----   -------------\n",
    .line = sa_line,
    .after = sa_after,
};
