/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.c: see measure.h; the names are those of the outside contract. */
#include "sim/kernel/measure.h"

#include "sim/kernel/sim_state.h"

/* clang-format off */
const struct measure_def measure_defs[MEASURE_COUNT] = {
    [MEASURE_FIRST_UNREGISTER] = {"first_unregister_s", "s", 9, false, "from a phone's first 200 OK to its first counted unregister, smallest over phones"},
    [MEASURE_UNREGISTER_COUNT] = {"unregister_count", "1", 0, true, "EndPointUnregistered alarms, without reasons 8, 9, 10, 28 and those of a phone bound elsewhere"},
    [MEASURE_UNREGISTER_ALARMS] = {"unregister_alarms", "1", 0, true, "all EndPointUnregistered alarms"},
    [MEASURE_UNREGISTERED_TIME] = {"unregistered_time_s", "s", 9, true, "summed over phones, from the first registration on, without a binding anywhere"},
    [MEASURE_REGISTERED_FRACTION] = {"registered_fraction", "1", 9, false, "1 - unregistered time / time looked at"},
    [MEASURE_FAILOVER_COUNT] = {"failover_count", "1", 0, true, "registrations at a lower node of the group than the one before"},
    [MEASURE_FALLBACK_COUNT] = {"fallback_count", "1", 0, true, "registrations at a higher node of the group than the one before"},
    [MEASURE_SECONDARY_TIME] = {"secondary_time_s", "s", 9, true, "time whose newest binding is not at the group's first node"},
    [MEASURE_KEEPALIVES_SENT] = {"keepalives_sent", "1", 0, true, "refreshes to the node of registration, first copies"},
    [MEASURE_STANDBY_KEEPALIVES_SENT] = {"standby_keepalives_sent", "1", 0, true, "keepalives to a lower node of the group"},
    [MEASURE_PROBES_SENT] = {"probes_sent", "1", 0, true, "keepalives to a higher node of the group"},
    [MEASURE_KEEPALIVES_RETRANSMITTED] = {"keepalives_retransmitted", "1", 0, true, "of keepalives_sent, those that needed a TCP retransmission"},
    [MEASURE_MAX_RTO] = {"max_rto_s", "s", 9, false, "largest RTO ever armed"},
    [MEASURE_REGISTRATION_TIME] = {"registration_time_s", "s", 9, false, "power to registered, mean over phones"},
    [MEASURE_REGISTRATION_TIME_P50] = {"registration_time_p50_s", "s", 9, false, "median of the same"},
    [MEASURE_REGISTRATION_TIME_P95] = {"registration_time_p95_s", "s", 9, false, "95 % of phones were faster"},
    [MEASURE_REGISTRATION_TIME_MAX] = {"registration_time_max_s", "s", 9, false, "slowest phone"},
    [MEASURE_CALL_COUNT] = {"call_count", "1", 0, true, "answered calls, one a Call-ID: a back-to-back agent joins two"},
    [MEASURE_CALL_DROP_COUNT] = {"call_drop_count", "1", 0, true, "answered calls whose end nobody wished for: session expired, refresh failed, other side out of reach"},
    [MEASURE_CALL_TIME] = {"call_time_s", "s", 9, false, "answer to end, mean over the calls that ended"},
    [MEASURE_REFRESH_COUNT] = {"refresh_count", "1", 0, true, "session refreshes that were answered with 2xx"},
    [MEASURE_BYE_COUNT] = {"bye_count", "1", 0, true, "BYE requests, first copies"},
    [MEASURE_SEGMENTS_DISCARDED] = {"segments_discarded", "1", 0, true, "discards above layer 2"},
    [MEASURE_FRAMES_SENT] = {"frames_sent", "1", 0, true, "transmissions on a link"},
    [MEASURE_FRAMES_DELIVERED] = {"frames_delivered", "1", 0, true, "accepted by the receiving node at layer 2"},
    [MEASURE_FRAMES_DROPPED] = {"frames_dropped", "1", 0, true, "lost on a link or discarded by the receiving node"},
    [MEASURE_FRAMES_IN_FLIGHT] = {"frames_in_flight", "1", 0, true, "still on a link at the end"},
    [MEASURE_RTP_PACKETS_SENT] = {"rtp_packets_sent", "1", 0, true, "packets of voice that calls sent, all streams together"},
    [MEASURE_RTP_PACKETS_LOST] = {"rtp_packets_lost", "1", 0, true, "of rtp_packets_sent, those that no call received"},
    [MEASURE_RTP_SILENCE] = {"rtp_silence_s", "s", 9, true, "summed over the ends of calls that are up and not on hold: time without the other side's voice, in silences of 5 s and more"},
};
/* clang-format on */

void measure_set(struct sim *s, enum measure_id m, int64_t v)
{
    s->measures[m].v = v;
    s->measures[m].given = true;
}

void measure_from(struct sim *s, enum measure_id m, uint64_t record)
{
    s->measures[m].record = record;
}

void measure_add(struct sim *s, enum measure_id m, int64_t n)
{
    if (!s->measures[m].record)
        measure_from(s, m, bus_cause(s));
    measure_set(s, m, s->measures[m].v + n);
}

void measure_max(struct sim *s, enum measure_id m, int64_t v, uint64_t record)
{
    if (s->measures[m].given && v <= s->measures[m].v)
        return;
    measure_set(s, m, v);
    measure_from(s, m, record);
}

struct measure measure_get(const struct sim *s, enum measure_id m)
{
    struct measure v = s->measures[m];
    v.given = v.given || measure_defs[m].starts_at_zero;
    return v;
}
