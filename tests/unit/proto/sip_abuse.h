/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_abuse.h: bytes that b's hand says to a, what must come back, and whether a is still in its senses after it. */
#ifndef TESTS_UNIT_PROTO_SIP_ABUSE_H
#define TESTS_UNIT_PROTO_SIP_ABUSE_H

#include "tests/unit/proto/sip_hand.h"

#include <stdlib.h>

#define LINE "OPTIONS sip:100@10.1.1.1 SIP/2.0\r\n"
#define V "Via: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\n"
#define F "From: <sip:200@10.1.1.2>;tag=t-of-b\r\n"
#define T "To: <sip:100@10.1.1.1>\r\n"
#define I "Call-ID: call-2@10.1.1.2\r\n"
#define C "CSeq: 7 OPTIONS\r\n"
#define M "Max-Forwards: 70\r\n"
#define L0 "Content-Length: 0\r\n"
#define END "\r\n"
#define GOOD LINE V F T I C M L0 END
#define OK "SIP/2.0 200 OK\r\n"
#define OURS "Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKx\r\n"

enum after { GOES_ON, ABORTED, WAITS }; /* the stream: in step, reset, in the midst of a message */

struct want {
    uint32_t status; /* of the answer; 0: none */
    const char *why; /* of the discard; NULL: there is none */
    bool taken;      /* its user sees it */
    enum after after;
};

#define TAKEN {.taken = true}
#define SILENT {0}
#define DISCARDED(name) {.why = name}
#define REFUSED(code, name) {.status = code, .why = name}
#define CUT(name) {.why = name, .after = ABORTED}
#define OPEN_END {.after = WAITS}
#define MALFORMED DISCARDED("sip-malformed"), CUT("sip-malformed")
#define BOTH(x) x, x

/* Of SIP: segments of a connection that was reset are discarded, too. */
static inline uint32_t discards(const struct bench *b)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->w->fact_count; i++)
        n += strncmp(b->w->facts[i].text, "segment-discarded sip-", 22) == 0;
    return n;
}

static inline uint32_t status_of(const struct hand *h)
{
    unsigned status = 0;
    if (strncmp(h->heard, "SIP/2.0 ", 8) == 0)
        status = (unsigned)atoi(h->heard + 8);
    return status;
}

/* An answer says to whom it is: Via, Call-ID and CSeq of its request, and a tag of ours. */
static inline void check_answer(const struct hand *h, const char *name)
{
    struct sip_msg m;
    struct rd r = rd_of(h->heard, h->n);
    if (!sip_get(&r, &m) || sip_header(&m, SIP_VIA).n == 0)
        fail_msg("%s: bad answer '%s'", name, h->heard);
    if (sip_header(&m, SIP_TO).n && !sip_has_param(sip_header(&m, SIP_TO), STR("tag")))
        fail_msg("%s: no tag in '%s'", name, h->heard);
}

static inline void forget_all(struct bench *b)
{
    b->w->fact_count = b->w->tie_count = 0;
    b->a->told_count = 0;
    tap_of(b)->count = 0;
}

static inline void check(struct hand *h, const char *name, struct str bytes, const struct want *want, enum sip_over over)
{
    struct bench *b = h->b;
    char why[64];
    struct txtbuf t = txtbuf_of(why, sizeof why);
    txtbuf_add(&t, "segment-discarded %s", want->why ? want->why : "");
    uint32_t told_before = b->a->told_count, before = discards(b), named = facts(b->w, why);
    hand_say(h, over, bytes);
    run_for(b->w, dur_ms(200));
    if (status_of(h) != want->status)
        fail_msg("%s (%d): answered '%.60s'", name, over, h->heard);
    if (want->status)
        check_answer(h, name);
    if (discards(b) - before != (want->why != NULL) || facts(b->w, why) - named != (want->why != NULL))
        fail_msg("%s (%d): %u discards, last fact '%s'", name, over, discards(b) - before,
                 b->w->facts[b->w->fact_count - 1].text);
    uint32_t messages = 0;
    for (uint32_t i = told_before; i < b->a->told_count; i++)
        messages += b->a->told[i].kind != TOLD_LOST;
    if (messages != want->taken)
        fail_msg("%s (%d): %u messages taken", name, over, messages);
    if (over == SIP_OVER_TCP && h->ended != (want->after == ABORTED))
        fail_msg("%s: the connection has %s", name, h->ended ? "ended" : "not ended");
    forget_all(b);
}

/* Whatever was said, what is sound is taken. */
static inline void check_good(struct hand *h, const char *name, enum sip_over over)
{
    static const struct want taken = TAKEN;
    check(h, name, STR(GOOD), &taken, over);
}

static inline void say_by_tcp(struct hand *h, const char *name, struct str bytes, const struct want *want)
{
    if (!h->conn)
        hand_connect(h);
    check(h, name, bytes, want, SIP_OVER_TCP);
    if (want->after == GOES_ON)
        check_good(h, name, SIP_OVER_TCP);
    if (want->after == WAITS) {
        tcp_abort(h->conn);
        run_for(h->b->w, dur_ms(1));
    }
    h->b->a->told_count = 0;
}

#endif
