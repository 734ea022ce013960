/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lldp.c: see lldp.h. A TLV begins with seven bits of type and nine of length, which counts the value alone. The
 * first three are the chassis, the port and the time to live, in this order (IEEE 802.1AB 8.4). */
#include "models/wire/lldp.h"

#include "models/wire/wire_any.h"

#define LENGTH_MAX 511
#define ID_MAX 255 /* bytes of a chassis or port id */
#define OUI_MED 0x0012bbu

enum tlv {
    T_END = 0,
    T_CHASSIS = 1,
    T_PORT = 2,
    T_TTL = 3,
    T_PORT_DESCRIPTION = 4,
    T_SYSTEM_NAME = 5,
    T_SYSTEM_DESCRIPTION = 6,
    T_CAPABILITIES = 7,
    T_MANAGEMENT_ADDRESS = 8,
    T_ORGANIZATION = 127,
};

enum med { MED_CAPABILITIES = 1, MED_POLICY = 2, MED_POWER = 4 };

/* --- writing ---------------------------------------------------------------------------------- */

static void put_head(struct wr *w, enum tlv type, size_t n)
{
    ASSERT(n <= LENGTH_MAX);
    wr_u16(w, (uint32_t)type << 9 | (uint32_t)n);
}

static void put_id(struct wr *w, enum tlv type, uint8_t subtype, struct str id)
{
    ASSERT(id.n >= 1 && id.n <= ID_MAX);
    put_head(w, type, id.n + 1);
    wr_u8(w, subtype);
    wr_str(w, id);
}

static void put_text(struct wr *w, const struct lldp *m, enum lldp_has bit, enum tlv type, struct str s)
{
    if (!(m->has & bit))
        return;
    put_head(w, type, s.n);
    wr_str(w, s);
}

static void put_management(struct wr *w, const struct lldp *m)
{
    if (!(m->has & LLDP_MANAGEMENT_ADDRESS))
        return;
    put_head(w, T_MANAGEMENT_ADDRESS, 12);
    wr_u8(w, 5); /* length of type and address */
    wr_u8(w, 1); /* IPv4 */
    wr_u32(w, m->management_address.v);
    wr_u8(w, 2); /* interface number: ifIndex */
    wr_u32(w, 1);
    wr_u8(w, 0); /* no object identifier */
}

static void put_med(struct wr *w, enum med subtype, size_t n)
{
    put_head(w, T_ORGANIZATION, 4 + n);
    wr_u24(w, OUI_MED);
    wr_u8(w, subtype);
}

static uint32_t policy_bits(const struct lldp_policy *p)
{
    ASSERT(p->vlan < 4096 && p->priority < 8 && p->dscp < 64);
    return (uint32_t)p->unknown << 23 | (uint32_t)p->tagged << 22 | (uint32_t)p->vlan << 9 |
           (uint32_t)p->priority << 6 | p->dscp;
}

static void put_meds(struct wr *w, const struct lldp *m)
{
    if (m->has & LLDP_MED_CAPABILITIES) {
        put_med(w, MED_CAPABILITIES, 3);
        wr_u16(w, m->med_capabilities);
        wr_u8(w, m->med_class);
    }
    if (m->has & LLDP_MED_POLICY) {
        put_med(w, MED_POLICY, 4);
        wr_u8(w, m->policy.application);
        wr_u24(w, policy_bits(&m->policy));
    }
    if (m->has & LLDP_MED_POWER) {
        put_med(w, MED_POWER, 3);
        wr_u8(w, m->power_type);
        wr_u16(w, m->power_tenth_w);
    }
}

void lldp_put(struct wr *w, const struct lldp *m)
{
    put_id(w, T_CHASSIS, m->chassis_type, m->chassis_id);
    put_id(w, T_PORT, m->port_type, m->port_id);
    put_head(w, T_TTL, 2);
    wr_u16(w, m->ttl_s);
    put_text(w, m, LLDP_PORT_DESCRIPTION, T_PORT_DESCRIPTION, m->port_description);
    put_text(w, m, LLDP_SYSTEM_NAME, T_SYSTEM_NAME, m->system_name);
    put_text(w, m, LLDP_SYSTEM_DESCRIPTION, T_SYSTEM_DESCRIPTION, m->system_description);
    if (m->has & LLDP_CAPABILITIES) {
        put_head(w, T_CAPABILITIES, 4);
        wr_u16(w, m->capabilities);
        wr_u16(w, m->enabled);
    }
    put_management(w, m);
    put_meds(w, m);
    put_head(w, T_END, 0);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool get_head(struct rd *r, enum tlv *type, struct rd *value)
{
    uint16_t head = rd_u16(r);
    *type = (enum tlv)(head >> 9);
    *value = rd_sub(r, head & LENGTH_MAX);
    return rd_ok(r);
}

static void get_id(struct rd *r, enum tlv want, uint8_t *subtype, struct str *id)
{
    enum tlv type;
    struct rd value;
    if (!get_head(r, &type, &value))
        return;
    *subtype = rd_u8(&value);
    *id = rd_bytes(&value, rd_left(&value));
    if (type != want)
        rd_fail(r, "does not begin with chassis, port and time to live");
    else if (id->n == 0 || id->n > ID_MAX)
        rd_fail(r, "an id of no length, or too long");
}

static void get_ttl(struct rd *r, struct lldp *m)
{
    enum tlv type;
    struct rd value;
    if (!get_head(r, &type, &value))
        return;
    m->ttl_s = rd_u16(&value);
    if (type != T_TTL)
        rd_fail(r, "does not begin with chassis, port and time to live");
    else if (!rd_ok(&value))
        rd_fail(r, "TLV too short for its value");
}

static void get_text(struct rd *r, struct lldp *m, enum lldp_has bit, struct str *out)
{
    if (m->has & bit)
        return;
    *out = rd_bytes(r, rd_left(r));
    m->has |= bit;
}

static void get_management(struct rd *r, struct lldp *m)
{
    struct rd address = rd_sub(r, rd_u8(r));
    uint8_t family = rd_u8(&address);
    if (family != 1 || rd_left(&address) != 4 || m->has & LLDP_MANAGEMENT_ADDRESS)
        return;
    m->management_address.v = rd_u32(&address);
    m->has |= LLDP_MANAGEMENT_ADDRESS;
}

static void get_policy(struct rd *r, struct lldp *m)
{
    if (m->has & LLDP_MED_POLICY)
        return;
    m->policy.application = rd_u8(r);
    uint32_t bits = rd_u24(r);
    m->policy.unknown = bits >> 23 & 1;
    m->policy.tagged = bits >> 22 & 1;
    m->policy.vlan = bits >> 9 & 0xfff;
    m->policy.priority = bits >> 6 & 7;
    m->policy.dscp = bits & 63;
    m->has |= LLDP_MED_POLICY;
}

static void get_med(struct rd *r, struct lldp *m)
{
    uint32_t oui = rd_u24(r);
    uint8_t subtype = rd_u8(r);
    if (!rd_ok(r) || oui != OUI_MED)
        return;
    if (subtype == MED_CAPABILITIES) {
        m->med_capabilities = rd_u16(r);
        m->med_class = rd_u8(r);
        m->has |= LLDP_MED_CAPABILITIES;
    } else if (subtype == MED_POLICY) {
        get_policy(r, m);
    } else if (subtype == MED_POWER) {
        m->power_type = rd_u8(r);
        m->power_tenth_w = rd_u16(r);
        m->has |= LLDP_MED_POWER;
    }
}

static void get_value(struct rd *r, enum tlv type, struct lldp *m)
{
    switch (type) {
    case T_PORT_DESCRIPTION:
        get_text(r, m, LLDP_PORT_DESCRIPTION, &m->port_description);
        return;
    case T_SYSTEM_NAME:
        get_text(r, m, LLDP_SYSTEM_NAME, &m->system_name);
        return;
    case T_SYSTEM_DESCRIPTION:
        get_text(r, m, LLDP_SYSTEM_DESCRIPTION, &m->system_description);
        return;
    case T_CAPABILITIES:
        m->capabilities = rd_u16(r);
        m->enabled = rd_u16(r);
        m->has |= LLDP_CAPABILITIES;
        return;
    case T_MANAGEMENT_ADDRESS:
        get_management(r, m);
        return;
    case T_ORGANIZATION:
        get_med(r, m);
        return;
    case T_CHASSIS:
    case T_PORT:
    case T_TTL:
        rd_fail(r, "chassis, port or time to live twice");
        return;
    case T_END:
        return;
    }
}

bool lldp_get(struct rd *r, struct lldp *m)
{
    *m = (struct lldp){0};
    get_id(r, T_CHASSIS, &m->chassis_type, &m->chassis_id);
    get_id(r, T_PORT, &m->port_type, &m->port_id);
    get_ttl(r, m);
    for (enum tlv type = T_TTL; rd_ok(r) && type != T_END;) {
        struct rd value;
        if (!get_head(r, &type, &value))
            break;
        get_value(&value, type, m);
        if (!rd_ok(&value))
            rd_fail(r, value.why);
    }
    return rd_ok(r);
}

/* --- a line ------------------------------------------------------------------------------------- */

static void name_text(struct txtbuf *t, struct str s)
{
    for (size_t i = 0; i < s.n && i < 24; i++)
        txtbuf_char(t, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '.');
}

void lldp_line(struct txtbuf *t, const struct lldp *m)
{
    txtbuf_cstr(t, "LLDP");
    if (m->has & LLDP_SYSTEM_NAME) {
        txtbuf_char(t, ' ');
        name_text(t, m->system_name);
    }
    txtbuf_add(t, " ttl %u", m->ttl_s);
    if (!(m->has & LLDP_MED_POLICY))
        return;
    if (m->policy.unknown)
        txtbuf_cstr(t, " asks for a policy");
    else
        txtbuf_add(t, " policy %u: VLAN %u%s prio %u DSCP %u", m->policy.application, m->policy.vlan,
                   m->policy.tagged ? " tagged" : "", m->policy.priority, m->policy.dscp);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return lldp_get(r, &m->lldp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    lldp_put(w, &m->lldp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    lldp_line(t, &m->lldp);
}

const struct wire_type wire_lldp = {"lldp", get_any, put_any, line_any};
