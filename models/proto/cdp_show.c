/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cdp_show.c: show cdp neighbors, column for column as IOS prints it. */
#include <string.h>

#include "models/proto/cdp_speaker.h"

enum { NB_DEVICE, NB_INTERFACE, NB_HOLDTIME, NB_CAPABILITY, NB_PLATFORM, NB_PORT, NB_ADDRESS };
static const char *const columns[] = {"device_id", "interface", "holdtime_s", "capability",
                                      "platform",  "port_id",   "address",    NULL};

/* The letters of IOS's own legend, in its order. */
static void capability_letters(struct txtbuf *t, uint32_t bits)
{
    static const struct {
        uint32_t bit;
        char letter;
    } legend[] = {{CDP_CAP_ROUTER, 'R'}, {0x02, 'T'}, {0x04, 'B'}, {CDP_CAP_SWITCH, 'S'},
                  {CDP_CAP_HOST, 'H'},   {CDP_CAP_IGMP, 'I'}, {0x40, 'r'}, {CDP_CAP_PHONE, 'P'},
                  {0x100, 'D'},          {0x200, 'C'}, {CDP_CAP_TWO_PORT, 'M'}};
    bool first = true;
    for (size_t i = 0; i < sizeof legend / sizeof legend[0]; i++) {
        if (bits & legend[i].bit) {
            txtbuf_add(t, first ? "%c" : " %c", legend[i].letter);
            first = false;
        }
    }
}

void cdp_row(const struct cdp_speaker *c, struct table *t)
{
    const struct cdp_neighbour *nb = cdp_neighbour(c);
    char letters[32] = "";
    struct txtbuf b = txtbuf_of(letters, sizeof letters);
    if (!nb)
        return;
    capability_letters(&b, nb->capabilities);
    table_text(t, nb->device_id);
    table_text(t, c->port->name);
    table_dur(t, time_sub(nb->until, sim_now(c->port->node->sim)));
    table_text(t, letters);
    table_text(t, nb->platform);
    table_text(t, nb->port_id);
    if (nb->address.v)
        table_ip4(t, nb->address);
    else
        table_text(t, "");
}

/* IOS writes three letters of the kind, then the number: "Fas 0/7"; and of a port's id the same. */
static void local_interface(struct txtbuf *t, const char *name)
{
    char full[CDP_NAME_MAX];
    struct txtbuf b = txtbuf_of(full, sizeof full);
    cdp_port_id(&b, name);
    size_t letters = strspn(full, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (letters > 3 && full[letters] >= '0' && full[letters] <= '9')
        txtbuf_add(t, "%.3s %s", full, full + letters);
    else
        txtbuf_cstr(t, full);
}

/* Of "Cisco IP Phone 8961" and "cisco WS-C3560" IOS prints the second part, cut to its column. */
static const char *platform_brief(const char *platform)
{
    if (strncmp(platform, "Cisco ", 6) == 0 || strncmp(platform, "cisco ", 6) == 0)
        return platform + 6;
    return platform;
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    char local[32], port[CDP_NAME_MAX];
    struct txtbuf l = txtbuf_of(local, sizeof local), p = txtbuf_of(port, sizeof port);
    local_interface(&l, table_plain(t, row, NB_INTERFACE, ""));
    local_interface(&p, table_plain(t, row, NB_PORT, ""));
    txtbuf_add(out, "%-16s %-17s %-9lld %11s  %-9.9s %s\n", table_plain(t, row, NB_DEVICE, ""), local,
               (long long)(table_cell(t, row, NB_HOLDTIME)->i / 1000000000),
               table_plain(t, row, NB_CAPABILITY, ""), platform_brief(table_plain(t, row, NB_PLATFORM, "")),
               port);
}

static void after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "\nTotal cdp entries displayed : %zu\n", t->row_count);
}

const struct table_look show_cdp_neighbors = {
    .columns = columns,
    .head = "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge\n"
            "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone,\n"
            "                  D - Remote, C - CVTA, M - Two-port Mac Relay\n"
            "\n"
            "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n",
    .line = line,
    .after = after,
};
