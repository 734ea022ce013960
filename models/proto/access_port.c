/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_port.c: see access_port.h. */
#include "models/proto/access_port.h"

#include "models/net/link.h"
#include "models/proto/ios_log.h"
#include "models/wire/ip4.h"

#define PLATFORM "cisco WS-C2960X-48FPS-L"
#define SOFTWARE "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(2)E"
#define COS_VOICE 5
#define MED_NETWORK_DEVICE 4
#define MED_CAN_POLICY 0x0003 /* capabilities and network policy */

/* --- CDP -------------------------------------------------------------------------------------------- */

static void cdp_fill(void *arg, struct cdp *m)
{
    const struct access_port *a = arg;
    m->has = CDP_DEVICE_ID | CDP_PORT_ID | CDP_CAPABILITIES | CDP_VERSION | CDP_PLATFORM | CDP_NATIVE_VLAN |
             CDP_DUPLEX;
    m->device_id = str_of(a->port->node->name);
    m->port_id = str_of(a->port_id);
    m->capabilities = CDP_CAP_SWITCH | CDP_CAP_IGMP;
    m->version = STR(SOFTWARE);
    m->platform = STR(PLATFORM);
    m->native_vlan = a->vlans.native;
    m->full_duplex = true;
    if (a->vlans.voice) {
        m->has |= CDP_VOICE_VLAN;
        m->voice_vlan = a->vlans.voice;
    }
    if (a->power_request) {
        m->has |= CDP_POWER_AVAILABLE;
        m->power_available = (struct cdp_power){a->power_request, a->power_management,
                                                str_of_bytes(a->levels, sizeof a->levels)};
    }
}

static void answer_power(struct access_port *a, const struct cdp_power *asked)
{
    struct wr w = wr_of(a->levels, sizeof a->levels);
    a->power_request = asked->request;
    a->power_management = asked->management ? asked->management : 1;
    wr_u32(&w, power_port_negotiate(&a->power, cdp_power_level(asked, 0)));
    wr_u32(&w, power_of_class(a->power.pd_class));
}

/* IOS says so with every message that it hears. Phones tell no native VLAN, other switches do. */
static void log_mismatch(const struct access_port *a, const struct cdp *m)
{
    char device[CDP_NAME_MAX], port[CDP_NAME_MAX];
    str_keep(device, sizeof device, m->device_id);
    str_keep(port, sizeof port, m->port_id);
    IOS_LOG(a->port->node, 4,
            "%CDP-4-NATIVE_VLAN_MISMATCH: Native VLAN mismatch discovered on {} ({}), with {} {} "
            "({}).",
            V_TEXT(a->port_id), V_U64(a->vlans.native), V_TEXT(device), V_TEXT(port),
            V_U64(m->native_vlan));
}

static void cdp_heard(void *arg, const struct cdp *m)
{
    struct access_port *a = arg;
    if (m->has & CDP_NATIVE_VLAN && m->native_vlan != a->vlans.native)
        log_mismatch(a, m);
    bool asks_power = m->has & CDP_POWER_REQUEST && m->power_request.levels.n >= 4 &&
                      m->power_request.request != a->power_request;
    if (asks_power)
        answer_power(a, &m->power_request);
    if (asks_power || m->has & CDP_VOICE_QUERY)
        cdp_say(&a->cdp);
}

static const struct cdp_user cdp_user = {cdp_fill, cdp_heard};

/* --- LLDP-MED --------------------------------------------------------------------------------------- */

static void lldp_fill(void *arg, struct lldp *m)
{
    const struct access_port *a = arg;
    m->chassis_type = LLDP_ID_MAC;
    m->chassis_id = str_of_bytes(a->lldp.mac.b, sizeof a->lldp.mac.b);
    m->port_type = 5; /* interface name */
    m->port_id = str_of(a->port->name);
    m->has = LLDP_PORT_DESCRIPTION | LLDP_SYSTEM_NAME | LLDP_CAPABILITIES | LLDP_MED_CAPABILITIES;
    m->port_description = str_of(a->port_id);
    m->system_name = str_of(a->port->node->name);
    m->capabilities = m->enabled = LLDP_CAP_BRIDGE;
    m->med_capabilities = MED_CAN_POLICY;
    m->med_class = MED_NETWORK_DEVICE;
    if (a->vlans.voice) {
        m->has |= LLDP_MED_POLICY;
        m->policy = (struct lldp_policy){.application = LLDP_MED_VOICE,
                                         .tagged = true,
                                         .vlan = a->vlans.voice,
                                         .priority = COS_VOICE,
                                         .dscp = DSCP_EF};
    }
}

static const struct lldp_user lldp_user = {lldp_fill, NULL};

/* --- life ------------------------------------------------------------------------------------------- */

void access_port_init(struct access_port *a, struct access_config *shared, struct port *p,
                      struct access_vlans v, bool never)
{
    *a = (struct access_port){.port = p, .config = shared, .vlans = v};
    struct txtbuf t = txtbuf_of(a->port_id, sizeof a->port_id);
    cdp_port_id(&t, p->name);
    cdp_speaker_init(&a->cdp, p, port_made_up_mac(p), &shared->cdp, &cdp_user, a);
    lldp_speaker_init(&a->lldp, p, port_made_up_mac(p), &lldp_user, a);
    power_port_init(&a->power, &shared->power, p, never);
}

static void speak(struct access_port *a)
{
    if (a->config->cdp.on)
        cdp_speaker_start(&a->cdp);
    if (a->config->lldp)
        lldp_speaker_start(&a->lldp);
}

void access_port_start(struct access_port *a)
{
    if (port_is_up(a->port))
        speak(a);
}

static void fall_silent(struct access_port *a)
{
    cdp_speaker_stop(&a->cdp);
    lldp_speaker_stop(&a->lldp);
    a->power_request = 0;
}

void access_port_on_line(struct access_port *a)
{
    power_port_on_line(&a->power);
    bool up = port_is_up(a->port), spoke = tmr_armed(&a->cdp.announcer.next) || tmr_armed(&a->lldp.announcer.next);
    if (up && !spoke)
        speak(a);
    else if (!up)
        fall_silent(a);
}

void access_port_stop(struct access_port *a)
{
    fall_silent(a);
    power_port_fail(&a->power);
}

void access_port_hear(struct access_port *a, struct mac dst, const struct frame *f)
{
    if (a->config->cdp.on && mac_eq(dst, CDP_MAC))
        cdp_hear(&a->cdp, f);
    else if (a->config->lldp && mac_eq(dst, LLDP_MAC))
        lldp_hear(&a->lldp, f);
}

void access_power_row(const struct access_port *a, struct table *t)
{
    const struct cdp_neighbour *nb = cdp_neighbour(&a->cdp);
    const char *platform = nb ? nb->platform : NULL;
    if (platform && str_starts(str_of(platform), STR("Cisco ")))
        platform += 6;
    power_row(&a->power, platform, t);
}
