/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_row.c: see cnf_row.h. Order and names are those of the files that CUCM's TFTP service writes and of the
 * public templates made after them. */
#include "models/wire/cnf_row.h"

#include <stddef.h>

#include "models/wire/cnf_xml.h"

#define SECONDS_MAX 2147483647u
#define PORT_MAX 65535u

#define GROUP(depth, tag) {depth, tag, CNF_GROUP, 0, 0, 0}
#define AT(depth, tag, kind, type, field) {depth, tag, kind, offsetof(struct type, field), 0, 0}
#define TEXT(depth, tag, type, field) {depth, tag, CNF_TEXT, offsetof(struct type, field), 0, 0}
#define FLAG(depth, tag, type, field) {depth, tag, CNF_FLAG, offsetof(struct type, field), 0, 1}
#define NUM(depth, tag, type, field, min, max) {depth, tag, CNF_NUM, offsetof(struct type, field), min, max}

/* <members> and all below it; `d` is the depth of <member>. */
#define MEMBER_ROWS(d, type)                                                                       \
    AT(d, "member", CNF_MEMBER, type, member),                                                     \
    GROUP(d + 1, "callManager"),                                                                   \
    TEXT(d + 2, "name", cnf_member, name),                                                         \
    TEXT(d + 2, "description", cnf_member, description),                                           \
    GROUP(d + 2, "ports"),                                                                         \
    NUM(d + 3, "ethernetPhonePort", cnf_member, ethernet_phone_port, 1, PORT_MAX),                 \
    NUM(d + 3, "sipPort", cnf_member, sip_port, 1, PORT_MAX),                                      \
    NUM(d + 3, "securedSipPort", cnf_member, secured_sip_port, 1, PORT_MAX),                       \
    GROUP(d + 3, "mgcpPorts"),                                                                     \
    NUM(d + 4, "listen", cnf_member, mgcp_listen_port, 1, PORT_MAX),                               \
    NUM(d + 4, "keepAlive", cnf_member, mgcp_keepalive_port, 1, PORT_MAX),                         \
    TEXT(d + 2, "processNodeName", cnf_member, process_node)

/* clang-format off */
const struct cnf_row cnf_rows[] = {
    GROUP(0, "device"),
    AT(1, "deviceProtocol", CNF_PROTOCOL, cnf, protocol),
    GROUP(1, "devicePool"),
    TEXT(2, "name", cnf, pool_name),
    GROUP(2, "dateTimeSetting"),
    TEXT(3, "dateTemplate", cnf, date_template),
    TEXT(3, "timeZone", cnf, time_zone),
    GROUP(3, "ntps"),
    AT(4, "ntp", CNF_NTP, cnf, ntp),
    TEXT(5, "name", cnf_ntp, name),
    TEXT(5, "ntpMode", cnf_ntp, mode),
    GROUP(2, "callManagerGroup"),
    TEXT(3, "name", cnf, group_name),
    GROUP(3, "members"),
    MEMBER_ROWS(4, cnf),
    GROUP(2, "srstInfo"),
    TEXT(3, "srstOption", cnf, srst_option),
    TEXT(3, "ipAddr1", cnf, srst[0].ip),
    NUM(3, "port1", cnf, srst[0].port, 0, PORT_MAX),
    TEXT(3, "ipAddr2", cnf, srst[1].ip),
    NUM(3, "port2", cnf, srst[1].port, 0, PORT_MAX),
    TEXT(3, "ipAddr3", cnf, srst[2].ip),
    NUM(3, "port3", cnf, srst[2].port, 0, PORT_MAX),
    TEXT(3, "sipIpAddr1", cnf, srst[0].sip_ip),
    NUM(3, "sipPort1", cnf, srst[0].sip_port, 0, PORT_MAX),
    TEXT(3, "sipIpAddr2", cnf, srst[1].sip_ip),
    NUM(3, "sipPort2", cnf, srst[1].sip_port, 0, PORT_MAX),
    TEXT(3, "sipIpAddr3", cnf, srst[2].sip_ip),
    NUM(3, "sipPort3", cnf, srst[2].sip_port, 0, PORT_MAX),
    NUM(2, "connectionMonitorDuration", cnf, connection_monitor_duration_s, 0, SECONDS_MAX),
    GROUP(1, "sipProfile"),
    GROUP(2, "sipProxies"),
    {3, "registerWithProxy", CNF_BOOL, offsetof(struct cnf, register_with_proxy), 0, 1},
    GROUP(2, "sipStack"),
    NUM(3, "sipInviteRetx", cnf, stack.invite_retx, 0, 255),
    NUM(3, "sipRetx", cnf, stack.retx, 0, 255),
    NUM(3, "timerInviteExpires", cnf, stack.timer_invite_expires_s, 1, SECONDS_MAX),
    NUM(3, "timerRegisterExpires", cnf, stack.timer_register_expires_s, 1, SECONDS_MAX),
    NUM(3, "timerRegisterDelta", cnf, stack.timer_register_delta_s, 0, SECONDS_MAX),
    NUM(3, "timerKeepAliveExpires", cnf, stack.timer_keepalive_expires_s, 1, SECONDS_MAX),
    NUM(3, "timerSubscribeExpires", cnf, stack.timer_subscribe_expires_s, 1, SECONDS_MAX),
    NUM(3, "timerSubscribeDelta", cnf, stack.timer_subscribe_delta_s, 0, SECONDS_MAX),
    NUM(3, "timerT1", cnf, stack.timer_t1_ms, 1, 60000),
    NUM(3, "timerT2", cnf, stack.timer_t2_ms, 1, 600000),
    NUM(3, "maxRedirects", cnf, stack.max_redirects, 0, 255),
    TEXT(2, "phoneLabel", cnf, phone_label),
    NUM(2, "startMediaPort", cnf, start_media_port, 0, PORT_MAX),
    NUM(2, "stopMediaPort", cnf, stop_media_port, 0, PORT_MAX),
    GROUP(2, "sipLines"),
    AT(3, "line", CNF_LINE, cnf, line),
    NUM(4, "featureID", cnf_line, feature_id, 0, PORT_MAX),
    TEXT(4, "featureLabel", cnf_line, feature_label),
    TEXT(4, "proxy", cnf_line, proxy),
    NUM(4, "port", cnf_line, port, 0, PORT_MAX),
    TEXT(4, "name", cnf_line, name),
    TEXT(4, "displayName", cnf_line, display_name),
    TEXT(4, "authName", cnf_line, auth_name),
    TEXT(4, "authPassword", cnf_line, auth_password),
    TEXT(4, "contact", cnf_line, contact),
    NUM(2, "voipControlPort", cnf, voip_control_port, 1, PORT_MAX),
    TEXT(2, "dialTemplate", cnf, dial_template),
    TEXT(2, "softKeyFile", cnf, soft_key_file),
    TEXT(1, "loadInformation", cnf, load_information),
    GROUP(1, "vendorConfig"),
    FLAG(2, "pcPort", cnf, vendor.pc_port),
    NUM(2, "settingsAccess", cnf, vendor.settings_access, 0, 2),
    FLAG(2, "garp", cnf, vendor.garp),
    NUM(2, "voiceVlanAccess", cnf, vendor.voice_vlan_access, 0, 4095),
    NUM(2, "webAccess", cnf, vendor.web_access, 0, 2),
    FLAG(2, "spanToPCPort", cnf, vendor.span_to_pc_port),
    TEXT(2, "loadServer", cnf, vendor.load_server),
    FLAG(2, "enableCdpSwPort", cnf, vendor.enable_cdp_sw_port),
    FLAG(2, "enableCdpPcPort", cnf, vendor.enable_cdp_pc_port),
    FLAG(2, "enableLldpSwPort", cnf, vendor.enable_lldp_sw_port),
    FLAG(2, "enableLldpPcPort", cnf, vendor.enable_lldp_pc_port),
    FLAG(2, "detectCMConnectionFailure", cnf, vendor.detect_cm_connection_failure),
    TEXT(1, "versionStamp", cnf, version_stamp),
    GROUP(1, "userLocale"),
    TEXT(2, "name", cnf, user_locale),
    TEXT(2, "uid", cnf, user_locale_uid),
    TEXT(2, "langCode", cnf, user_locale_lang),
    TEXT(2, "winCharSet", cnf, user_locale_charset),
    TEXT(1, "networkLocale", cnf, network_locale),
    GROUP(1, "networkLocaleInfo"),
    TEXT(2, "name", cnf, network_locale_info),
    TEXT(2, "version", cnf, network_locale_version),
    NUM(1, "deviceSecurityMode", cnf, security_mode, 1, 3),
    NUM(1, "transportLayerProtocol", cnf, transport, 1, 4),
    {0, NULL, CNF_GROUP, 0, 0, 0},
};

const struct cnf_row xml_default_rows[] = {
    GROUP(0, "Default"),
    GROUP(1, "callManagerGroup"),
    TEXT(2, "name", xml_default, group_name),
    GROUP(2, "members"),
    MEMBER_ROWS(3, xml_default),
    AT(1, "loadInformation", CNF_LOAD, xml_default, load),
    {0, NULL, CNF_GROUP, 0, 0, 0},
};
/* clang-format on */
