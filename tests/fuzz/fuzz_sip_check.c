/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sip_check.c: datagrams and messages that anybody may send: taken, discarded by name, or refused with a status. What
 * answers a request is itself a message, of the same call. */
#include "tests/fuzz/fuzz.h"

#include "models/proto/session_timer.h"
#include "models/proto/sip_check.h"

#define OWN_HEADERS 6 /* that an answer has besides the Vias */

static void check_answer(const struct sip_msg *q, uint32_t status)
{
    static char out[SIP_ANSWER_MAX];
    static struct sip_msg a;
    struct wr w = wr_of(out, sizeof out);
    sip_answer_put(&w, q, status, "Some Phrase", STR("our-tag"));
    if (!wr_ok(&w) || q->header_count + OWN_HEADERS > SIP_HEADERS_MAX)
        return;
    uint8_t *block = fuzz_exact((const uint8_t *)out, wr_len(&w));
    struct rd r = rd_of(block, wr_len(&w));
    bool got = sip_get(&r, &a);
    ASSERT(got && a.is_response && a.status == status && a.body.n == 0);
    ASSERT(str_eq(sip_header(&a, SIP_CALL_ID), sip_header(q, SIP_CALL_ID)));
    ASSERT(str_eq(sip_header(&a, SIP_VIA), sip_header(q, SIP_VIA)));
    ASSERT(str_eq(sip_header(&a, SIP_CSEQ), sip_header(q, SIP_CSEQ)));
    size_t len = 0;
    enum sip_frame_verdict v = sip_frame((struct str){(const char *)block, wr_len(&w)}, &len);
    ASSERT(v == SIP_FRAME_WHOLE && len == wr_len(&w));
    free(block);
}

static void check_taken(const struct sip_msg *m)
{
    struct sip_cseq cseq;
    struct sip_via via;
    struct str host;
    uint16_t port = 0;
    struct session_headers h;
    bool sound = sip_cseq(m, &cseq) && sip_via(m, &via) && sip_sent_by(&via, &host, &port);
    ASSERT(sound && port && host.n && sip_header(m, SIP_CALL_ID).n);
    if (session_read(m, &h))
        ASSERT(!h.has_min_se || h.min_se_s >= SESSION_MIN_SE_S);
}

static void try(uint8_t *block, size_t n, bool datagram)
{
    static char room[SIP_MESSAGE_MAX];
    static struct sip_msg m;
    struct sip_refusal why = {0};
    bool decoded = sip_check_decode((struct str){(const char *)block, n}, datagram, room, &m, &why);
    bool taken = decoded && sip_check_headers(&m, &why);
    ASSERT(taken || why.why);
    ASSERT(taken || why.status == 0 || (why.status >= 400 && why.status < 700 && why.phrase[0]));
    if (taken)
        check_taken(&m);
    if (!decoded && why.status == 0)
        return; /* nothing is known of *m */
    if (!m.is_response && (taken || why.status))
        check_answer(&m, taken ? 200 : why.status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 20000)
        return 0;
    uint8_t *block = fuzz_exact(data, n);
    try(block, n, true);
    try(block, n, false);
    free(block);
    return 0;
}
