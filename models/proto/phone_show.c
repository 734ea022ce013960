/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_show.c: a phone's own pages, in their order: Settings > Status and Network Setup. */
#include "models/proto/phone.h"

static void item(struct table *t, const char *name, const char *value)
{
    table_text(t, name);
    table_text(t, value);
}

static void item_ip4(struct table *t, const char *name, struct ip4 a)
{
    char text[20];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    ip4_text(&b, a);
    item(t, name, text);
}

static void item_server(struct table *t, const struct phone *p, int i)
{
    char name[20], value[48];
    const char *role = p->protocol->role(p, i);
    struct txtbuf b = txtbuf_of(name, sizeof name), v = txtbuf_of(value, sizeof value);
    txtbuf_add(&b, "CUCM Server%d", i + 1);
    ip4_text(&v, p->config.group[i].addr);
    if (role[0])
        txtbuf_add(&v, " (%s)", role);
    item(t, name, value);
}

/* DHCP and TFTP as the page has them, and how far it has come. */
static void boot_rows(const struct phone_boot *b, struct table *t)
{
    const struct dhcp_lease *l = dhcp_client_lease(&b->attach.dhcp);
    char name[16];
    item_ip4(t, "DHCP Server", l ? l->server : (struct ip4){0});
    for (size_t i = 0; boot_tftp_server(b, i).v; i++) {
        struct txtbuf n = txtbuf_of(name, sizeof name);
        txtbuf_add(&n, "TFTP Server %zu", i + 1);
        item_ip4(t, name, boot_tftp_server(b, i));
    }
    item(t, "Boot", fsm_state_name(&b->attach.fsm));
    item(t, "Provisioning", fsm_state_name(&b->provision.fsm));
    item(t, "Download Status", provision_is_loading(&b->provision) ? b->provision.name : "None");
}

static void name_rows(const struct phone *p, struct table *t)
{
    char mac[16], type[24];
    struct txtbuf a = txtbuf_of(mac, sizeof mac), m = txtbuf_of(type, sizeof type);
    txtbuf_add(&a, "%012llX", (unsigned long long)mac_u64(p->boot_config.attach.mac));
    txtbuf_add(&m, p->kind->soft ? "%s" : "CP-%s", p->kind->name);
    item(t, "MAC Address", mac);
    item(t, "Host Name", p->device);
    item(t, "Phone DN", p->config.dn ? p->config.dn : "");
    item(t, "Model Number", type);
    item(t, "Active Load ID", p->boot ? p->boot->flash.load : p->config.load);
    if (p->boot)
        item(t, "Inactive Load ID", p->boot->flash.inactive_load ? p->boot->flash.inactive_load : "");
}

static void network_rows(const struct phone *p, struct table *t)
{
    char vlan[16] = "";
    struct txtbuf v = txtbuf_of(vlan, sizeof vlan);
    const struct ip_iface *i = ip_iface_at(p->ip, 0);
    const struct dhcp_lease *l = p->boot ? dhcp_client_lease(&p->boot->attach.dhcp) : NULL;
    struct ip4 gateway = l ? l->router : p->boot_config.attach.gateway;
    txtbuf_add(&v, "%u", i->vlan);
    if (i->addr.v) {
        item_ip4(t, "IP Address", i->addr);
        item_ip4(t, "Subnet Mask", (struct ip4){~0u << (32 - i->prefix_len)});
    } else {
        item(t, "IP Address", "");
    }
    if (gateway.v)
        item_ip4(t, "Default Router 1", gateway);
    item(t, "Operational VLAN Id", i->vlan ? vlan : "");
}

void phone_status_rows(const struct node *n, struct table *t)
{
    const struct phone *p = n->state;
    name_rows(p, t);
    network_rows(p, t);
    if (p->boot)
        boot_rows(p->boot, t);
    for (int k = 0; k < p->config.member_count; k++)
        item_server(t, p, k);
    item(t, "Registration", fsm_state_name(p->protocol->state(p)));
    int at = p->protocol->at(p);
    if (at == GROUP_NOWHERE)
        item(t, "Registered to", "");
    else
        item_ip4(t, "Registered to", p->config.group[at].addr);
}

void phone_cdp_rows(const struct node *n, struct table *t)
{
    const struct phone *p = n->state;
    if (p->boot)
        cdp_row(&p->boot->attach.cdp, t);
}
