/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_rows.c: what dialtone chain compares. The waits lie well between the moments at which copies may be
 * sent, so that the few milliseconds of an answer decide nothing.
 *
 * Shapes: the documented keepalive with a grace of 15 s, so that CUCM waits 20 s, less than tcp_giveup.
 * Ends: waits for which the chain says that 0.5 to 50 % of the phones leave within the horizon. They are
 * short, for one loss in a hundred very short; the phone then refreshes as late as it may (delta 0). SCCP phones
 * wait for an answer: the first row is what the document complains of, the third is the default.
 *
 * Bursts: a single phone, for two weeks. Two that shared the line would share its bursts, with the same lag each time. */
#include "lua/cli/chain.h"

#define GRANTED_S 120
#define ANSWER_MS 5 /* of SIP and SCCP here: 4.1 ms and less, from a copy to its answer */
#define START_S 600 /* enough for most phones to have begun */
#define BURST_PHONES 1
#define BURST_UNTIL_S 1200000 /* less than the 30 days of an ARP entry */

/* clang-format off */
const struct chain_row chain_rows[] = {
    {CHAIN_SHAPES, "sip", "linux",    1, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "linux",    5, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "linux",   10, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "linux",   20, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "linux",   30, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "rfc6298",  1, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "rfc6298",  5, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "rfc6298", 10, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "rfc6298", 20, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "rfc6298", 30, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_SHAPES, "sip", "linux",    1, 5000, 15000, 0, 0, 60, 1000},
    {CHAIN_SHAPES, "sip", "rfc6298",  0, 5000, 15000, 0, 0, 30, 2000},
    {CHAIN_ENDS,   "sip", "linux",    1, 0,   300, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "linux",    5, 0,   500, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "linux",   10, 0,  1000, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "linux",   20, 0,  4500, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "linux",   30, 5000, 5700, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "rfc6298",  1, 0,  1500, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "rfc6298",  5, 0,  2500, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "rfc6298", 10, 0,  4500, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "rfc6298", 20, 5000, 5000, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "rfc6298", 30, 5000, 15000, 0, 0, 0, 0},
    {CHAIN_ENDS,   "sip", "linux",    1, 0,  2000, 0, 0, 60, 1000},
    {CHAIN_ENDS,   "sip", "rfc6298",  0, 0,  4500, 0, 0, 30, 2000},
    {CHAIN_ENDS,   "sccp", "linux",   1, 0, 0, 200, 2, 0, 0},
    {CHAIN_ENDS,   "sccp", "linux",  10, 0, 0, 1000, 1, 0, 0},
    {CHAIN_ENDS,   "sccp", "linux",  20, 0, 0, 4000, 8, 0, 0},
    {CHAIN_ENDS,   "sccp", "linux",  30, 0, 0, 8000, 1, 0, 0},
};
/* clang-format on */

size_t chain_row_count(void)
{
    return sizeof chain_rows / sizeof chain_rows[0];
}

static bool is_sccp(const struct chain_row *r)
{
    return r->protocol[1] == 'c';
}

/* Linux: one tick of RTT and the floor of the variance; RFC 6298: its floor of 1 s (section 2.4). The round trip
 * is shorter than a tick. */
struct sim_dur chain_base(const struct chain_row *r)
{
    return r->profile[0] == 'l' ? dur_ms(10 + 200) : dur_s(1);
}

struct sim_dur chain_wait(const struct chain_row *r)
{
    return dur_ms(is_sccp(r) ? r->floor_ms : r->delta_ms + r->grace_ms);
}

struct sim_dur chain_answer(void)
{
    return dur_ms(ANSWER_MS);
}

struct sim_dur chain_cycle_max(const struct chain_row *r)
{
    return dur_ms(is_sccp(r) ? 30000 : GRANTED_S * 1000 + r->grace_ms + ANSWER_MS);
}

uint32_t chain_horizon(const struct chain_row *r)
{
    return is_sccp(r) ? 50 : 30;
}

uint32_t chain_phones(const struct chain_row *r, uint32_t usual)
{
    return r->good_s && usual > BURST_PHONES ? BURST_PHONES : usual;
}

struct sim_dur chain_pause(const struct chain_row *r)
{
    return dur_ms(GRANTED_S * 1000 - r->delta_ms + ANSWER_MS);
}

struct sim_time chain_until(const struct chain_row *r)
{
    if (r->good_s)
        return time_add(TIME_ZERO, dur_s(BURST_UNTIL_S));
    struct sim_dur all = dur_scaled(chain_horizon(r), chain_cycle_max(r).ns);
    return time_add(TIME_ZERO, dur_add(dur_s(START_S), all));
}
