/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_station.h: CallManager towards its SIP phones: it answers REGISTER with 100 Trying and 200 OK (seed 002)
 * by the rules of RFC 3261 10.3, and keeps the bindings.
 *
 * Requests of one connection are handled in order of arrival: a job waits for the time that the 100
 * takes, then for the time that the 200 takes (RFC 3261 10.3: one at a time). */
#ifndef MODELS_PROTO_SIP_STATION_H
#define MODELS_PROTO_SIP_STATION_H

#include "models/net/ip.h"
#include "models/proto/call_manager.h"
#include "models/proto/standing.h"
#include "models/wire/sip.h"
#include "sim/base/list.h"
#include "sim/base/pool.h"
#include "sim/kernel/param.h"

#define SIP_PORT 5060
#define TAG_DIGITS_MAX 64

/* The SIP_STATION_PARAMS of a device are stored here. */
struct sip_station_config {
    int64_t isn;
    struct sim_dur keepalive_interval, grace, min_expires;
    struct dist trying_time, answer_time;
    bool digest;
    const char *digest_password, *server_header, *supported, *to_tag_digits, *standing_text;
};

/* clang-format off */
#define SIP_STATION_PARAMS(state, field) \
    {"digest_authentication", PARAM_BOOL, "off", NULL, NULL, NULL, "challenge each REGISTER that binds (401, RFC 3261 22)", offsetof(state, field.digest), true}, \
    {"digest_password", PARAM_TEXT, "", NULL, NULL, NULL, "of every phone, beside its number as its name; in their configuration files, too", offsetof(state, field.digest_password), true}, \
    {"min_expires", PARAM_DUR, "0s", "0s", "1h", NULL, "a shorter Expires is answered 423 Interval Too Brief", offsetof(state, field.min_expires), true}, \
    {"server_header", PARAM_TEXT, "", NULL, NULL, NULL, "Server header of a registration's 200 OK; none when empty", offsetof(state, field.server_header), true}, \
    {"register_supported", PARAM_TEXT, "X-cisco-srtp-fallback,X-cisco-sis-6.0.0", NULL, NULL, NULL, "Supported header of a registration's 200 OK", offsetof(state, field.supported), true}, \
    {"to_tag_digits", PARAM_TEXT, "", NULL, NULL, NULL, "digits of the To-tags of the first registrations' 200 OK ('9,9,10'); drawn beyond", offsetof(state, field.to_tag_digits), true}, \
    {"tcp_isn_cucm", PARAM_INT, "", "0", "4294967295", NULL, "initial sequence number of the first SIP connection accepted; drawn unless given", offsetof(state, field.isn), false}, \
    {"sip_station_keepalive_interval", PARAM_DUR, "120s", "1s", "1d", NULL, "Expires granted to SIP phones", offsetof(state, field.keepalive_interval), false}, \
    {"cucm_register_grace", PARAM_DUR, "10s", "0s", "1h", NULL, "a binding lives this much longer than was granted", offsetof(state, field.grace), false}, \
    {"cucm_trying_time", PARAM_LAW, "uniform(1.06ms,1.92ms)", "0s", "1h", NULL, "from a REGISTER to its 100 Trying", offsetof(state, field.trying_time), false}, \
    {"cucm_answer_time", PARAM_LAW, "uniform(0.48ms,0.89ms)", "0s", "1h", NULL, "from the 100 Trying to the final answer", offsetof(state, field.answer_time), false}, \
    {"standing", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_CUCM_DOC, offsetof(state, field.standing_text), true}
/* clang-format on */

/* SIP messages as CCM's trace prints them: seed 004's words for TCP, and those that go with them for UDP. */
#define CCM_SIP_TCP_IN  "//SIP/SIPTcp/wait_SdlReadRsp: Incoming SIP TCP message from {} on port {} index {} with {} bytes:\n{}"
#define CCM_SIP_TCP_OUT "//SIP/SIPTcp/wait_SdlSPISignal: Outgoing SIP TCP message to {} on port {} index {} with {} bytes:\n{}"
#define CCM_SIP_UDP_IN  "//SIP/SIPUdp/wait_UdpDataInd: Incoming SIP UDP message size {} from {}:[{}]:\n{}"
#define CCM_SIP_UDP_OUT "//SIP/SIPUdp/wait_SdlSPISignal: Outgoing SIP UDP message to {}:[{}]:\n{}"

/* Who takes what is no REGISTER and no answer to one. */
struct station_calls {
    void (*on_message)(void *arg, struct tcp_conn *c, const struct sip_msg *m);
    void (*on_bound)(void *arg, struct tcp_conn *c); /* a phone has registered on it, for the first time */
    void (*on_end)(void *arg, struct tcp_conn *c);   /* nothing can be sent on it any more; perhaps told twice */
    void *arg;
};

struct sip_station {
    const struct sip_station_config *config;
    const struct station_calls *calls; /* NULL: nobody; what is no REGISTER is answered 501 */
    struct call_manager *manager;
    struct ip_stack *ip;
    struct rng *tags, *times, *nonces;
    struct pool jobs, lines;
    struct list_link up; /* the connections */
    uint8_t tag_digits[TAG_DIGITS_MAX];
    uint32_t tag_digit_count;
    bool tag_given; /* of the next registration's 200 OK */
    uint32_t tag;
    uint32_t answered;  /* registrations answered with 200, for to_tag_digits */
    uint32_t accepted;  /* connections, for the trace's index */
};

MUST_USE bool sip_station_init(struct sip_station *s, struct call_manager *m, struct ip_stack *ip,
                               const struct sip_station_config *c, struct err *e);
void sip_station_resume(struct sip_station *s); /* the phones that registered before the run began */

/* Takes connections; `first`: at the start of the run. False: the port is taken. */
MUST_USE bool sip_station_open(struct sip_station *s, bool first);
void sip_station_go_on(struct sip_station *s);     /* after it was hung: what came meanwhile is read */
void sip_station_close(struct sip_station *s);     /* the service stops: connections are closed */
void sip_station_power_off(struct sip_station *s); /* with the host: the owner ends the connections */

/* Its number in the trace; one that the station did not accept gets the next. */
uint32_t sip_station_index(struct sip_station *s, const struct tcp_conn *c);

#endif
