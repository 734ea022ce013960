/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_xml.h: SEP<MAC>.cnf.xml and XMLDefault.cnf.xml, what a phone takes from them and what CUCM's TFTP
 * service writes. Read with libxml2, whose only door is cnf_xml.c.
 *
 * A file comes over the network, so the reader trusts nothing: at most CNF_BYTES_MAX bytes, CNF_DEPTH_MAX
 * levels, CNF_ATTRIBUTES_MAX attributes an element; UTF-8, US-ASCII or ISO-8859-1; no document type, hence no
 * entity but the five of XML. It opens no file and no connection. Elements it does not know, those with a
 * namespace prefix, comments and processing instructions are passed over, in any order; of an element given
 * twice the later holds. A value it knows but cannot use refuses the file: the phone keeps what it has.
 *
 * Each value knows whether it was there: a number by `known`, a text by p != NULL. An empty number is absent,
 * an empty text is there. Texts are UTF-8 in the arena, trimmed, tabs and line ends as blanks, and end with a
 * NUL that n does not count, so that p serves as a C string. `{0}` is a file without any value. */
#ifndef MODELS_WIRE_CNF_XML_H
#define MODELS_WIRE_CNF_XML_H

#include "sim/base/arena.h"
#include "sim/base/cur.h"
#include "sim/base/err.h"

#define CNF_BYTES_MAX (1u << 20)
#define CNF_DEPTH_MAX 32
#define CNF_ATTRIBUTES_MAX 64
#define CNF_TEXT_MAX 255  /* bytes of one value, as UTF-8 */
#define CNF_MEMBERS_MAX 4 /* three CUCM nodes; some files list the SRST router as the fourth */
#define CNF_SRST_MAX 3
#define CNF_NTP_MAX 8
#define CNF_LINES_MAX 128
#define CNF_LOADS_MAX 512

struct cnf_num {
    bool known;
    uint32_t value;
};

/* What a value is when its element is not there. */
static inline uint32_t cnf_num_or(struct cnf_num n, uint32_t otherwise)
{
    return n.known ? n.value : otherwise;
}

static inline struct cnf_num cnf_num_of(uint32_t value)
{
    return (struct cnf_num){true, value};
}

enum cnf_protocol { CNF_PROTOCOL_NONE, CNF_SIP, CNF_SCCP }; /* NONE: the element is not there */

/* transportLayerProtocol; 4 stands in files of newer CUCM versions, where the profile says "TCP+UDP": TCP serves. */
enum cnf_transport { CNF_TCP = 1, CNF_UDP, CNF_TLS, CNF_TCP_OR_UDP };

enum cnf_security { CNF_NONSECURE = 1, CNF_AUTHENTICATED, CNF_ENCRYPTED }; /* deviceSecurityMode */

/* One <member> of <callManagerGroup>; its place in the array is its priority. */
struct cnf_member {
    bool known;
    struct str name, description, process_node; /* process_node: host name or address, where the phone goes */
    struct cnf_num ethernet_phone_port;         /* SCCP, 2000 */
    struct cnf_num sip_port, secured_sip_port;  /* 5060, 5061 */
    struct cnf_num mgcp_listen_port, mgcp_keepalive_port;
};

/* The routers of <srstInfo>: ipAddr1 to sipPort3. */
struct cnf_srst {
    struct str ip, sip_ip;
    struct cnf_num port, sip_port;
};

struct cnf_ntp {
    struct str name, mode;
};

/* One <line> of <sipLines>. */
struct cnf_line {
    struct cnf_num button, line_index; /* attributes; a line that names no button gets the next free one */
    struct cnf_num feature_id;         /* 9: a line; 2: a speed dial; … */
    struct str feature_label, proxy;   /* proxy: "USECALLMANAGER" or a host */
    struct cnf_num port;
    struct str name, display_name, auth_name, auth_password, contact; /* name: the directory number */
};

/* <sipStack>: seconds, milliseconds or a count, as the name says. */
struct cnf_sip_stack {
    struct cnf_num invite_retx, retx;
    struct cnf_num timer_invite_expires_s;
    struct cnf_num timer_register_expires_s, timer_register_delta_s;
    struct cnf_num timer_keepalive_expires_s;
    struct cnf_num timer_subscribe_expires_s, timer_subscribe_delta_s;
    struct cnf_num timer_t1_ms, timer_t2_ms;
    struct cnf_num max_redirects;
};

/* <vendorConfig>; true and false are taken as 1 and 0. */
struct cnf_vendor {
    struct cnf_num pc_port;           /* 0: on, 1: off */
    struct cnf_num settings_access;
    struct cnf_num garp;              /* gratuitous ARP accepted: 0: yes, 1: no */
    struct cnf_num voice_vlan_access; /* of the PC port to the voice VLAN: 0: yes, 1: no; some put a VLAN here */
    struct cnf_num web_access;        /* 0: yes, 1: no, 2: read only */
    struct cnf_num span_to_pc_port;   /* 0: yes, 1: no */
    struct str load_server;           /* where firmware is fetched from; empty: the TFTP server */
    struct cnf_num enable_cdp_sw_port, enable_cdp_pc_port, enable_lldp_sw_port, enable_lldp_pc_port; /* 1: yes */
    struct cnf_num detect_cm_connection_failure; /* 0: normal, 1: delayed */
};

/* What a phone reads of its SEP<MAC>.cnf.xml. */
struct cnf {
    enum cnf_protocol protocol;

    /* devicePool */
    struct str pool_name;
    struct str date_template, time_zone; /* dateTimeSetting */
    struct cnf_ntp ntp[CNF_NTP_MAX];
    uint32_t ntp_count;
    struct str group_name;
    struct cnf_member member[CNF_MEMBERS_MAX]; /* by priority; not all need be known */
    struct str srst_option;
    struct cnf_srst srst[CNF_SRST_MAX];
    struct cnf_num connection_monitor_duration_s;

    /* sipProfile */
    struct cnf_num register_with_proxy; /* sipProxies: 0 or 1 */
    struct cnf_sip_stack stack;
    struct str phone_label;
    struct cnf_line *line; /* in the file's order, in the arena */
    uint32_t line_count;
    struct cnf_num voip_control_port; /* where the phone listens, 5060 */
    struct cnf_num start_media_port, stop_media_port;
    struct str dial_template, soft_key_file; /* file names; empty: none */

    /* the rest of <device> */
    struct str version_stamp, load_information; /* load_information: the name of the firmware; empty: keep */
    struct cnf_vendor vendor;
    struct str user_locale, user_locale_uid, user_locale_lang, user_locale_charset;
    struct str network_locale, network_locale_info, network_locale_version;
    struct cnf_num security_mode; /* enum cnf_security */
    struct cnf_num transport;     /* enum cnf_transport */
};

/* Reads a phone's file into *out, its texts into `a`. False: refused; *e says at which line and why, and *out
 * is {0}. The sentence lacks the file's name: err_wrap it. */
MUST_USE bool cnf_read(struct str xml, struct arena *a, struct cnf *out, struct err *e);

/* The file that says *c, in the manner of CUCM: fixed order, two blanks a level, values that are not known left
 * out. The same struct gives the same bytes; a struct that was read is read from them again. A byte that XML
 * cannot hold comes out as '?'. Too little room latches in *w. */
void cnf_write(struct wr *w, const struct cnf *c);

/* One <loadInformationN model="product">load</loadInformationN>; newer CUCM versions write loadinformationN. */
struct xml_default_load {
    uint32_t model;          /* N: 437 a 7975, 685 an 8861, as in +u.sip!model.ccm.cisco.com */
    struct str product, load; /* product: the attribute, may be absent */
};

/* XMLDefault.cnf.xml: what a phone that CUCM does not know is told. */
struct xml_default {
    struct str group_name;
    struct cnf_member member[CNF_MEMBERS_MAX];
    struct xml_default_load *load; /* in the file's order, in the arena */
    uint32_t load_count;
};

/* As cnf_read. */
MUST_USE bool xml_default_read(struct str xml, struct arena *a, struct xml_default *out, struct err *e);

/* As cnf_write. */
void xml_default_write(struct wr *w, const struct xml_default *d);

/* The load for phones of this model number; p NULL: the file names none. */
struct str xml_default_load(const struct xml_default *d, uint32_t model);

/* Whether a file would be read at all: well-formed, within the limits above, and its root named `root`, in any
 * case of letters; NULL: whatever its root is. */
MUST_USE bool xml_usable(struct str xml, const char *root, struct err *e);

/* The version of libxml2 that runs, "2.9.14". */
void xml_library_version(struct txtbuf *t);

#endif
