/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny_table.c: the messages of SCCP that registration needs, as rows. Offsets and sizes: chan-sccp,
 * src/sccp_protocol.h, and Wireshark's packet-skinny.c. Those of protocol versions from 17 on, where an
 * address has 20 bytes and a number 25, are not here: no phone of this house speaks them. What may be missing
 * is what older clients leave out, and what a receiver can do without. */
#include "models/wire/skinny_table.h"

#include "models/wire/header.h"

/* clang-format off */
#define FIELD(kind, times, wire, size, type, member) {kind, times, wire, size, offsetof(type, member)}
#define U32(wire, member) FIELD(SKINNY_U32, 1, wire, 4, struct skinny, member)
#define IP4(wire, member) FIELD(SKINNY_IP4, 1, wire, 4, struct skinny, member)
#define TEXT(wire, size, member) FIELD(SKINNY_TEXT, 1, wire, size, struct skinny, member)
#define BYTES(wire, size, member) FIELD(SKINNY_BYTES, 1, wire, size, struct skinny, member)

static const struct skinny_field number[] = {U32(0, number)};
static const struct skinny_field text_16[] = {TEXT(0, 16, text)};
static const struct skinny_field text_32[] = {TEXT(0, 32, text)};

static const struct skinny_field reg[] = {
    TEXT(0, 16, reg.device), U32(16, reg.user_id), U32(20, reg.instance), IP4(24, reg.addr),
    U32(28, reg.device_type), U32(32, reg.max_streams), U32(36, reg.active_streams), U32(40, reg.protocol),
    U32(44, reg.max_conferences), U32(48, reg.active_conferences), TEXT(52, 12, reg.mac), U32(64, reg.ip4_scope),
    U32(68, reg.max_lines), BYTES(72, 16, reg.ip6), U32(88, reg.ip6_scope), TEXT(92, 32, reg.load),
};

static const struct skinny_field register_ack[] = {
    U32(0, register_ack.keepalive_s), TEXT(4, 6, register_ack.date_template),
    U32(12, register_ack.backup_keepalive_s), U32(16, register_ack.protocol),
};

static const struct skinny_field config_stat[] = {
    TEXT(0, 16, config_stat.device), U32(16, config_stat.user_id), U32(20, config_stat.instance),
    TEXT(24, 40, config_stat.user), TEXT(64, 40, config_stat.server), U32(104, config_stat.lines),
    U32(108, config_stat.speed_dials),
};

static const struct skinny_field line_stat[] = {
    U32(0, line_stat.line), TEXT(4, 24, line_stat.number), TEXT(28, 40, line_stat.name),
    TEXT(68, 40, line_stat.display), U32(108, line_stat.options),
};

static const struct skinny_field speed_dial[] = {
    U32(0, speed_dial.number), TEXT(4, 24, speed_dial.dn), TEXT(28, 40, speed_dial.name),
};

static const struct skinny_field forward_stat[] = {
    U32(0, forward_stat.active), U32(4, forward_stat.line),
    U32(8, forward_stat.all.active), TEXT(12, 24, forward_stat.all.number),
    U32(36, forward_stat.busy.active), TEXT(40, 24, forward_stat.busy.number),
    U32(64, forward_stat.no_answer.active), TEXT(68, 24, forward_stat.no_answer.number),
};

static const struct skinny_field time_date[] = {
    U32(0, time_date.year), U32(4, time_date.month), U32(8, time_date.weekday), U32(12, time_date.day),
    U32(16, time_date.hour), U32(20, time_date.minute), U32(24, time_date.second), U32(28, time_date.ms),
    U32(32, time_date.system_time_s),
};

static const struct skinny_field servers[] = {
    FIELD(SKINNY_TEXT, SKINNY_SERVERS_MAX, 0, 48, struct skinny, servers.name),
    FIELD(SKINNY_U32, SKINNY_SERVERS_MAX, 240, 4, struct skinny, servers.port),
    FIELD(SKINNY_IP4, SKINNY_SERVERS_MAX, 260, 4, struct skinny, servers.addr),
};

static const struct skinny_field alarm[] = {
    U32(0, alarm.severity), TEXT(4, 80, alarm.text), U32(84, alarm.parm1), U32(88, alarm.parm2),
};

static const struct skinny_field token[] = {
    TEXT(0, 16, token.device), U32(16, token.user_id), U32(20, token.instance), IP4(24, token.addr),
    U32(28, token.device_type), BYTES(32, 16, token.ip6), U32(48, token.flags),
};

static const struct skinny_field softkey_choice[] = {
    U32(0, softkey_choice.line), U32(4, softkey_choice.call), U32(8, softkey_choice.set), U32(12, softkey_choice.mask),
};

static const struct skinny_field prompt[] = {
    U32(0, prompt.timeout_s), TEXT(4, 32, prompt.text), U32(36, prompt.line), U32(40, prompt.call),
};

/* --- lists --- */

#define LIST(member, entry_type, count_wire_, wire_, size_, max_, fields_)                                            \
    {.count_wire = count_wire_, .count_at = offsetof(struct skinny, member.count), .max = max_, .wire = wire_,      \
     .size = size_, .at = offsetof(struct skinny, member.one), .stride = sizeof(struct entry_type),                \
     .field = fields_, .field_count = sizeof fields_ / sizeof fields_[0]}

static const struct skinny_field capability[] = {
    FIELD(SKINNY_U32, 1, 0, 4, struct skinny_capability, codec),
    FIELD(SKINNY_U32, 1, 4, 4, struct skinny_capability, ms_per_packet),
    FIELD(SKINNY_BYTES, 1, 8, 8, struct skinny_capability, payload),
};
static const struct skinny_list capabilities = LIST(capabilities, skinny_capability, 0, 4, 16,
                                                    SKINNY_CAPABILITIES_MAX, capability);

static const struct skinny_field button[] = {
    FIELD(SKINNY_BYTES, 1, 0, 1, struct skinny_button, instance),
    FIELD(SKINNY_BYTES, 1, 1, 1, struct skinny_button, type),
};
static const struct skinny_list button_list = LIST(buttons, skinny_button, 4, 12, 2, SKINNY_BUTTONS_MAX, button);
static const struct skinny_field buttons[] = {U32(0, buttons.offset), U32(8, buttons.total)};

static const struct skinny_field softkey[] = {
    FIELD(SKINNY_TEXT, 1, 0, 16, struct skinny_softkey, label),
    FIELD(SKINNY_U32, 1, 16, 4, struct skinny_softkey, event),
};
static const struct skinny_list softkey_list = LIST(softkeys, skinny_softkey, 4, 12, 20, SKINNY_SOFTKEYS_MAX, softkey);
static const struct skinny_field softkeys[] = {U32(0, softkeys.offset), U32(8, softkeys.total)};

static const struct skinny_field softkey_set[] = {
    FIELD(SKINNY_BYTES, 1, 0, 16, struct skinny_softkey_set, key),
    FIELD(SKINNY_U16, 16, 16, 2, struct skinny_softkey_set, info),
};
static const struct skinny_list set_list = LIST(softkey_sets, skinny_softkey_set, 4, 12, 48, SKINNY_SOFTKEY_SETS_MAX,
                                                softkey_set);
static const struct skinny_field softkey_sets[] = {U32(0, softkey_sets.offset), U32(8, softkey_sets.total)};
/* clang-format on */

/* --- what a line says besides the name --- */

static void tell_register(struct txtbuf *t, const struct skinny *m)
{
    txtbuf_char(t, ' ');
    ip4_text(t, m->reg.addr);
    txtbuf_add(t, " type %u protocol %u", m->reg.device_type, m->reg.protocol & 0xff);
    txtbuf_cstr(t, m->reg.mac.n ? " mac " : "");
    header_plain(t, m->reg.mac, 12);
}

static void tell_ack(struct txtbuf *t, const struct skinny *m)
{
    txtbuf_add(t, " keepalive %us, backup %us, protocol %u", m->register_ack.keepalive_s,
               m->register_ack.backup_keepalive_s, m->register_ack.protocol & 0xff);
}

static void tell_alarm(struct txtbuf *t, const struct skinny *m)
{
    txtbuf_add(t, " severity %u ", m->alarm.severity);
    header_plain(t, m->alarm.text, 64);
}

static void tell_prompt(struct txtbuf *t, const struct skinny *m)
{
    txtbuf_char(t, ' ');
    header_plain(t, m->prompt.text, 32);
}

/* --- the messages --- */

/* clang-format off */
#define HAS(array) .field = array, .field_count = sizeof array / sizeof array[0]

static const struct skinny_row rows[] = {
    [SKINNY_KEEPALIVE]           = {.name = "KeepAlive"},
    [SKINNY_REGISTER]            = {"Register", 124, 36, true, HAS(reg), .tell = tell_register},
    [SKINNY_IP_PORT]             = {"IpPort", 4, 4, true, HAS(number)},
    [SKINNY_FORWARD_STAT_REQ]    = {"ForwardStatReq", 4, 4, true, HAS(number)},
    [SKINNY_SPEED_DIAL_STAT_REQ] = {"SpeedDialStatReq", 4, 4, true, HAS(number)},
    [SKINNY_LINE_STAT_REQ]       = {"LineStatReq", 4, 4, true, HAS(number)},
    [SKINNY_CONFIG_STAT_REQ]     = {.name = "ConfigStatReq"},
    [SKINNY_TIME_DATE_REQ]       = {.name = "TimeDateReq"},
    [SKINNY_BUTTON_TEMPLATE_REQ] = {.name = "ButtonTemplateReq"},
    [SKINNY_VERSION_REQ]         = {.name = "VersionReq"},
    [SKINNY_CAPABILITIES_RES]    = {"CapabilitiesRes", 292, 4, .list = &capabilities},
    [SKINNY_SERVER_REQ]          = {.name = "ServerReq"},
    [SKINNY_ALARM]               = {"Alarm", 92, 84, HAS(alarm), .tell = tell_alarm},
    [SKINNY_SOFTKEY_SET_REQ]     = {.name = "SoftKeySetReq"},
    [SKINNY_UNREGISTER]          = {"Unregister", 4, 0, HAS(number)},
    [SKINNY_SOFTKEY_TEMPLATE_REQ] = {.name = "SoftKeyTemplateReq"},
    [SKINNY_TOKEN_REQ]           = {"RegisterTokenReq", 52, 32, true, HAS(token)},
    [SKINNY_REGISTER_AVAILABLE_LINES] = {"RegisterAvailableLines", 4, 4, true, HAS(number)},
    [SKINNY_REGISTER_ACK]        = {"RegisterAck", 20, 16, HAS(register_ack), .tell = tell_ack},
    [SKINNY_FORWARD_STAT]        = {"ForwardStat", 92, 8, HAS(forward_stat)},
    [SKINNY_SPEED_DIAL_STAT]     = {"SpeedDialStat", 68, 28, true, HAS(speed_dial)},
    [SKINNY_LINE_STAT]           = {"LineStat", 112, 28, true, HAS(line_stat)},
    [SKINNY_CONFIG_STAT]         = {"ConfigStat", 112, 24, true, HAS(config_stat)},
    [SKINNY_DEFINE_TIME_DATE]    = {"DefineTimeDate", 36, 28, HAS(time_date)},
    [SKINNY_BUTTON_TEMPLATE]     = {"ButtonTemplate", 12 + 2 * SKINNY_BUTTONS_MAX, 12, HAS(buttons), &button_list},
    [SKINNY_VERSION]             = {"Version", 16, 0, true, HAS(text_16)},
    [SKINNY_DISPLAY_TEXT]        = {"DisplayText", 32, 0, true, HAS(text_32)},
    [SKINNY_CLEAR_DISPLAY]       = {.name = "ClearDisplay", .defined = 4},
    [SKINNY_CAPABILITIES_REQ]    = {.name = "CapabilitiesReq"},
    [SKINNY_REGISTER_REJECT]     = {"RegisterReject", 32, 0, true, HAS(text_32)},
    [SKINNY_SERVER_RES]          = {"ServerRes", 280, 0, HAS(servers)},
    [SKINNY_RESET]               = {"Reset", 4, 4, true, HAS(number)},
    [SKINNY_KEEPALIVE_ACK]       = {.name = "KeepAliveAck"},
    [SKINNY_SOFTKEY_TEMPLATE_RES] = {"SoftKeyTemplateRes", 652, 12, HAS(softkeys), &softkey_list},
    [SKINNY_SOFTKEY_SET_RES]     = {"SoftKeySetRes", 780, 12, HAS(softkey_sets), &set_list},
    [SKINNY_SELECT_SOFTKEYS]     = {"SelectSoftKeys", 16, 12, HAS(softkey_choice)},
    [SKINNY_DISPLAY_PROMPT]      = {"DisplayPromptStatus", 44, 4, HAS(prompt), .tell = tell_prompt},
    [SKINNY_UNREGISTER_ACK]      = {"UnregisterAck", 4, 0, HAS(number)},
    [SKINNY_TOKEN_ACK]           = {.name = "RegisterTokenAck"},
    [SKINNY_TOKEN_REJECT]        = {"RegisterTokenReject", 4, 4, true, HAS(number)},
};
/* clang-format on */

const struct skinny_row *skinny_row(uint32_t id)
{
    return id < sizeof rows / sizeof rows[0] && rows[id].name ? &rows[id] : NULL;
}
