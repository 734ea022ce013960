/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny.h: SCCP ("Skinny") messages, as a phone and CUCM exchange them on TCP port 2000. Every number is
 * little-endian; an address stands in network order. A message is a length (of what follows the eighth byte),
 * a header version, an id, and a body of fixed fields. Older clients send shorter bodies than the definition
 * has: fields that did not come are zero. Ids, sizes and offsets: chan-sccp, src/sccp_protocol.h, and
 * Wireshark's packet-skinny.c; the length in a trace of CUCM ("received, defined") is the length field. */
#ifndef MODELS_WIRE_SKINNY_H
#define MODELS_WIRE_SKINNY_H

#include "models/wire/wire.h"

#define SKINNY_PORT 2000
#define SKINNY_LENGTH_MAX 2048 /* of a message that is not mistaken for one: beyond, the stream is no SCCP */
#define SKINNY_CAPABILITIES_MAX 18
#define SKINNY_BUTTONS_MAX 56 /* older ones: 42 */
#define SKINNY_SOFTKEYS_MAX 32
#define SKINNY_SOFTKEY_SETS_MAX 16
#define SKINNY_SERVERS_MAX 5

enum skinny_id {
    SKINNY_KEEPALIVE = 0x0000,
    SKINNY_REGISTER = 0x0001,
    SKINNY_IP_PORT = 0x0002,
    SKINNY_FORWARD_STAT_REQ = 0x0009,
    SKINNY_SPEED_DIAL_STAT_REQ = 0x000a,
    SKINNY_LINE_STAT_REQ = 0x000b,
    SKINNY_CONFIG_STAT_REQ = 0x000c,
    SKINNY_TIME_DATE_REQ = 0x000d,
    SKINNY_BUTTON_TEMPLATE_REQ = 0x000e,
    SKINNY_VERSION_REQ = 0x000f,
    SKINNY_CAPABILITIES_RES = 0x0010,
    SKINNY_SERVER_REQ = 0x0012,
    SKINNY_ALARM = 0x0020,
    SKINNY_SOFTKEY_SET_REQ = 0x0025,
    SKINNY_UNREGISTER = 0x0027,
    SKINNY_SOFTKEY_TEMPLATE_REQ = 0x0028,
    SKINNY_TOKEN_REQ = 0x0029,
    SKINNY_REGISTER_AVAILABLE_LINES = 0x002d,
    SKINNY_REGISTER_ACK = 0x0081,
    SKINNY_FORWARD_STAT = 0x0090,
    SKINNY_SPEED_DIAL_STAT = 0x0091,
    SKINNY_LINE_STAT = 0x0092,
    SKINNY_CONFIG_STAT = 0x0093,
    SKINNY_DEFINE_TIME_DATE = 0x0094,
    SKINNY_BUTTON_TEMPLATE = 0x0097,
    SKINNY_VERSION = 0x0098,
    SKINNY_DISPLAY_TEXT = 0x0099,
    SKINNY_CLEAR_DISPLAY = 0x009a,
    SKINNY_CAPABILITIES_REQ = 0x009b,
    SKINNY_REGISTER_REJECT = 0x009d,
    SKINNY_SERVER_RES = 0x009e,
    SKINNY_RESET = 0x009f,
    SKINNY_KEEPALIVE_ACK = 0x0100,
    SKINNY_SOFTKEY_TEMPLATE_RES = 0x0108,
    SKINNY_SOFTKEY_SET_RES = 0x0109,
    SKINNY_SELECT_SOFTKEYS = 0x0110,
    SKINNY_DISPLAY_PROMPT = 0x0112,
    SKINNY_UNREGISTER_ACK = 0x0118,
    SKINNY_TOKEN_ACK = 0x011a,
    SKINNY_TOKEN_REJECT = 0x011b,
};

enum skinny_severity { SKINNY_CRITICAL, SKINNY_WARNING, SKINNY_INFORMATIONAL, SKINNY_UNKNOWN, SKINNY_MAJOR = 7,
                       SKINNY_MINOR = 8, SKINNY_MARGINAL = 10, SKINNY_TRACE = 20 };

enum { SKINNY_UNREGISTER_RESET = 1 }; /* reason of Unregister: its user resets the phone (our number) */
enum skinny_reset { SKINNY_RESET_FULL = 1, SKINNY_RESTART = 2, SKINNY_APPLY_CONFIG = 3 };

/* Texts are views without their padding; written, they are padded with zeros and must fit. */
struct skinny_register {
    struct str device;          /* 16 */
    uint32_t user_id, instance;
    struct ip4 addr;
    uint32_t device_type, max_streams, active_streams;
    uint32_t protocol;          /* version in the lowest byte, features above */
    uint32_t max_conferences, active_conferences;
    struct str mac;             /* 12: "005056A1033D" */
    uint32_t ip4_scope, max_lines;
    uint8_t ip6[16];
    uint32_t ip6_scope;
    struct str load;            /* 32 */
};

struct skinny_register_ack {
    uint32_t keepalive_s;       /* to the node of registration */
    struct str date_template;   /* 6: "M/D/YA" */
    uint32_t backup_keepalive_s;
    uint32_t protocol;
};

struct skinny_capability {
    uint32_t codec, ms_per_packet;
    uint8_t payload[8];
};

struct skinny_capabilities {
    uint32_t count; /* that the message says and has: at most SKINNY_CAPABILITIES_MAX */
    struct skinny_capability one[SKINNY_CAPABILITIES_MAX];
};

struct skinny_button {
    uint8_t instance, type; /* type 9: a line, 2: a speed dial, 255: none */
};

struct skinny_buttons {
    uint32_t offset, count, total;
    struct skinny_button one[SKINNY_BUTTONS_MAX];
};

struct skinny_softkey {
    struct str label; /* 16 */
    uint32_t event;
};

struct skinny_softkeys {
    uint32_t offset, count, total;
    struct skinny_softkey one[SKINNY_SOFTKEYS_MAX];
};

struct skinny_softkey_set {
    uint8_t key[16];
    uint16_t info[16];
};

struct skinny_softkey_sets {
    uint32_t offset, count, total;
    struct skinny_softkey_set one[SKINNY_SOFTKEY_SETS_MAX];
};

struct skinny_config_stat {
    struct str device; /* 16 */
    uint32_t user_id, instance;
    struct str user, server; /* 40 each */
    uint32_t lines, speed_dials;
};

struct skinny_line_stat {
    uint32_t line;
    struct str number, name, display; /* 24, 40, 40 */
    uint32_t options;                 /* may be left out */
};

struct skinny_speed_dial {
    uint32_t number;
    struct str dn, name; /* 24, 40 */
};

struct skinny_forward {
    uint32_t active;
    struct str number; /* 24 */
};

struct skinny_forward_stat {
    uint32_t active, line;
    struct skinny_forward all, busy, no_answer;
};

struct skinny_time_date {
    uint32_t year, month, weekday, day, hour, minute, second, ms, system_time_s;
};

struct skinny_servers {
    struct str name[SKINNY_SERVERS_MAX]; /* 48 */
    uint32_t port[SKINNY_SERVERS_MAX];
    struct ip4 addr[SKINNY_SERVERS_MAX];
};

struct skinny_alarm {
    uint32_t severity;
    struct str text; /* 80 */
    uint32_t parm1, parm2;
};

struct skinny_token {
    struct str device; /* 16 */
    uint32_t user_id, instance;
    struct ip4 addr;
    uint32_t device_type;
    uint8_t ip6[16];
    uint32_t flags;
};

struct skinny_softkey_choice {
    uint32_t line, call, set, mask;
};

struct skinny_prompt {
    uint32_t timeout_s;
    struct str text; /* 32; a byte 0x80 begins a code of the phone's own dictionary */
    uint32_t line, call;
};

struct skinny {
    uint32_t version; /* of the header */
    uint32_t id;
    uint32_t body_n;  /* bytes of body; 0 when written: as many as are defined */
    struct str body;  /* as it came: of an unknown id all there is; what lies beyond the fields is written, too */
    union {
        struct skinny_register reg;
        struct skinny_register_ack register_ack;
        struct skinny_capabilities capabilities;
        struct skinny_buttons buttons;
        struct skinny_softkeys softkeys;
        struct skinny_softkey_sets softkey_sets;
        struct skinny_config_stat config_stat;
        struct skinny_line_stat line_stat;
        struct skinny_speed_dial speed_dial;
        struct skinny_forward_stat forward_stat;
        struct skinny_time_date time_date;
        struct skinny_servers servers;
        struct skinny_alarm alarm;
        struct skinny_token token;
        struct skinny_softkey_choice softkey_choice;
        struct skinny_prompt prompt;
        struct str text;   /* RegisterReject 32, DisplayText 32, Version 16 */
        uint32_t number;   /* IpPort: the port; ...StatReq: the line; RegisterAvailableLines; Unregister: the
                              reason; UnregisterAck: the status; Reset: enum skinny_reset; TokenReject: seconds */
    };
};

enum skinny_frame { SKINNY_FRAME_MORE, SKINNY_FRAME_WHOLE, SKINNY_FRAME_BAD };

/* Where the first message of a stream ends; *len of a whole one. BAD: its length is none of a message. */
enum skinny_frame skinny_frame(struct str stream, size_t *len);

bool skinny_get(struct rd *r, struct skinny *m); /* exactly one message; an unknown id is no error */
void skinny_put(struct wr *w, const struct skinny *m); /* of fields beyond body_n nothing */
void skinny_line(struct txtbuf *t, const struct skinny *m);

const char *skinny_name(uint32_t id);       /* "KeepAlive", "RegisterAck"; NULL: unknown */
uint32_t skinny_defined_length(uint32_t id); /* its length field at the full definition; 0: unknown */
void skinny_brief(struct txtbuf *t, const struct skinny *m); /* "Register ipctest2": for ladders */

/* The messages of a TCP segment, with a blank in front: " RegisterAck + CapabilitiesReq", " KeepAlive + part
 * of Register"; a segment that begins within a message: " part of a message". */
void skinny_stream_text(struct txtbuf *t, struct str payload);

extern const struct wire_type wire_skinny;

#endif
