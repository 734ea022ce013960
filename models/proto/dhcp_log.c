/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_log.c: see dhcp_log.h. */
#include "models/proto/dhcp_log.h"

#include "models/proto/ios_log.h"

#define DEBUGGING 7
#define ETHERNET 0x01 /* hardware type, RFC 2132 9.14 */

/* Groups of four digits: "0024.142d.df24". */
static const char *dotted(char to[24], const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    struct txtbuf t = txtbuf_of(to, 24);
    for (size_t i = 0; i < n; i++) {
        if (i && i % 2 == 0)
            txtbuf_char(&t, '.');
        txtbuf_char(&t, digits[bytes[i] >> 4]);
        txtbuf_char(&t, digits[bytes[i] & 15]);
    }
    return to;
}

static const char *client_text(char to[24], struct mac m)
{
    uint8_t id[7] = {ETHERNET};
    for (size_t i = 0; i < 6; i++)
        id[i + 1] = m.b[i];
    return dotted(to, id, sizeof id);
}

static const char *type_text(enum dhcp_type type)
{
    switch (type) {
    case DHCP_DISCOVER:
        return "DHCPDISCOVER";
    case DHCP_OFFER:
        return "DHCPOFFER";
    case DHCP_REQUEST:
        return "DHCPREQUEST";
    case DHCP_DECLINE:
        return "DHCPDECLINE";
    case DHCP_ACK:
        return "DHCPACK";
    case DHCP_NAK:
        return "DHCPNAK";
    case DHCP_RELEASE:
        return "DHCPRELEASE";
    case DHCP_INFORM:
        return "DHCPINFORM";
    default:
        UNREACHABLE(); /* the server takes and makes no others */
    }
}

void dhcp_log_received(struct node *n, const struct dhcp *m, const char *iface)
{
    char c[24];
    const char *client = client_text(c, m->chaddr);
    enum dhcp_type type = dhcp_type(m);
    if (type != DHCP_DISCOVER)
        IOS_LOG(n, DEBUGGING, "DHCPD: {} received from client {}.", V_TEXT(type_text(type)),
                V_TEXT(client));
    else if (m->giaddr.v)
        IOS_LOG(n, DEBUGGING, "DHCPD: DHCPDISCOVER received from client {} through relay {}.",
                V_TEXT(client), V_IP4(m->giaddr.v));
    else
        IOS_LOG(n, DEBUGGING, "DHCPD: DHCPDISCOVER received from client {} on interface {}.",
                V_TEXT(client), V_TEXT(iface));
}

void dhcp_log_sending(struct node *n, const struct dhcp *out, struct ip4 to, bool relayed)
{
    char c[24], h[24];
    const char *client = client_text(c, out->chaddr),
               *mac = dotted(h, out->chaddr.b, sizeof out->chaddr.b);
    const char *type = type_text(dhcp_type(out));
    if (out->yiaddr.v)
        IOS_LOG(n, DEBUGGING, "DHCPD: Sending {} to client {} ({}).", V_TEXT(type), V_TEXT(client),
                V_IP4(out->yiaddr.v));
    else
        IOS_LOG(n, DEBUGGING, "DHCPD: Sending {} to client {}.", V_TEXT(type), V_TEXT(client));
    if (relayed)
        IOS_LOG(n, DEBUGGING, "DHCPD: unicasting BOOTREPLY for client {} to relay {}.", V_TEXT(mac),
                V_IP4(to.v));
    else if (ip4_eq(to, IP4_BROADCAST))
        IOS_LOG(n, DEBUGGING, "DHCPD: broadcasting BOOTREPLY to client {}.", V_TEXT(mac));
    else
        IOS_LOG(n, DEBUGGING, "DHCPD: unicasting BOOTREPLY to client {} ({}).", V_TEXT(mac),
                V_IP4(to.v));
}

void dhcp_log_no_pool(struct node *n, struct ip4 net)
{
    IOS_LOG(n, DEBUGGING, "DHCPD: there is no address pool for {}.", V_IP4(net.v));
}

void dhcp_log_empty_pool(struct node *n, const char *pool, struct ip4 first, struct ip4 last)
{
    IOS_LOG(n, DEBUGGING, "DHCPD: subnet [{},{}] in address pool {} is empty.", V_IP4(first.v),
            V_IP4(last.v), V_TEXT(pool));
}

void dhcp_log_declined(struct node *n, struct mac client, struct ip4 address)
{
    char c[24];
    IOS_LOG(n, 4, "%DHCPD-4-DECLINE_CONFLICT: DHCP address conflict:  client {} declined {}.",
            V_TEXT(client_text(c, client)), V_IP4(address.v));
}
