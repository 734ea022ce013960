/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4028 for who calls, on the wire: what a UAC writes, and what it makes of answers (sections 4 to 7.3). Each row
 * is a rule with its section; the numbers are the RFC's, never what the program prints. */
#include "tests/unit/proto/agent_kit.h"

#define CALLED(answer) "call\n< INVITE\n> 200 | sdp" answer "\n< ACK\n"
#define TIMER(value) " | Require: timer | Session-Expires: " value
#define BOTH_KNOW " | Supported: timer"

/* clang-format off */
static const struct row rows[] = {
    /* --- 4: Session-Expires ------------------------------------------------------------------------- */
    {"4: 1800 s is RECOMMENDED as the value to insert", "",
     "call\n< INVITE | Session-Expires: 1800"},
    {"4: an ACK has neither header (table 1)", "",
     "call\n< INVITE\n> 200 | sdp" TIMER("1800;refresher=uac") "\n< ACK | no Session-Expires | no Min-SE"},
    {"4: a BYE has neither header (table 1)", "min_se=120s",
     CALLED(TIMER("1800;refresher=uac")) "hang-up\n< BYE | no Session-Expires | no Min-SE"},
    {"4: a CANCEL has neither header (table 1)", "min_se=120s",
     "call\n< INVITE\n> 180\nhang-up\n< CANCEL | no Session-Expires | no Min-SE"},
    {"4: absence implies no expiration", "",
     CALLED(BOTH_KNOW) "none 48h"},
    {"4: the compact form is x", "",
     CALLED(" | Require: timer | x: 1800;refresher=uac") "< INVITE @900s"},
    {"4: the refresher's value has no case (RFC 3261 7.3.1)", "",
     CALLED(TIMER("1800;refresher=UAS")) "< BYE @1768s"},
    {"4: other parameters may stand beside the refresher", "",
     CALLED(TIMER("1800;why=not;refresher=uas;x")) "< BYE @1768s"},
    {"4: MUST handle any value above 90 s: 91", "",
     CALLED(TIMER("91;refresher=uac")) "< INVITE @45.5s"},
    {"4: MUST handle any value above 90 s: 86400", "session_expires=86400s",
     CALLED(TIMER("86400;refresher=uac")) "< INVITE @43200s"},
    {"4: 90 s itself is the least", "session_expires=90s",
     "call\n< INVITE | Session-Expires: 90\n> 200 | sdp" TIMER("90;refresher=uac") "\n< ACK\n< INVITE @45s"},
    {"4: a provisional answer has none, whatever it says (table 1)", "",
     "call\n< INVITE\n> 180 | Require: timer | Session-Expires: 90;refresher=uac\n> 200 | sdp" BOTH_KNOW "\n< ACK\nnone 24h"},

    /* --- 5: Min-SE ---------------------------------------------------------------------------------- */
    {"5: MUST NOT be in a 2xx: one there is not looked at", "",
     CALLED(TIMER("1800;refresher=uac") " | Min-SE: 5000") "< INVITE @900s | no Min-SE | Session-Expires: 1800;refresher=uac"},
    {"5: MUST NOT be below 90 s: a 422 that says 60 is not followed", "session_requested=off",
     "call\n< INVITE\n> 422 | Min-SE: 60\n< ACK\nnone 60s\ntold end refused 422"},

    /* --- 6, 7.3: 422 -------------------------------------------------------------------------------- */
    {"6: a 422 without Min-SE, which MUST be there, cannot be followed", "",
     "call\n< INVITE\n> 422\n< ACK\nnone 60s\ntold end refused 422"},
    {"7.3: the UAC tries again, with Call-ID, To and From as they were and CSeq one higher", "",
     "call\n< INVITE | CSeq: 101 INVITE\n> 422 | Min-SE: 3600\n< ACK | CSeq: 101 ACK\n"
     "< INVITE | CSeq: 102 INVITE | same Call-ID | same To | same From | new Via"},
    {"7.3: that is a call like any other", "",
     "call\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\n< INVITE\n> 200 | sdp" TIMER("3600;refresher=uac")
     "\n< ACK | CSeq: 102 ACK\ntold answer PCMU\n< INVITE @1800s"},
    {"7.3: the same 422 once more SHOULD NOT be followed for ever", "",
     "call\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\nnone 1h\ntold end refused 422"},
    {"7.3: over TCP too", "",
     "call tcp\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\n< INVITE | Min-SE: 3600 | Session-Expires: 3600"},

    /* --- 7.1: the first request --------------------------------------------------------------------- */
    {"7.1: Supported: timer MUST be in the INVITE", "",
     "call\n< INVITE | Supported has timer"},
    {"7.1: Supported: timer MUST be there even when no timer is wanted", "session_requested=off",
     "call\n< INVITE | Supported has timer | no Session-Expires"},
    {"7.1: Supported: timer MUST be in a BYE", "",
     CALLED(BOTH_KNOW) "hang-up\n< BYE | Supported has timer"},
    {"7.1: Supported: timer MUST be in a CANCEL", "",
     "call\n< INVITE\n> 180\nhang-up\n< CANCEL | Supported has timer"},
    {"7.1: Supported: timer MUST be in an UPDATE", "",
     CALLED(BOTH_KNOW " | Allow: INVITE, ACK, BYE, UPDATE") "modify update\n< UPDATE | Supported has timer"},
    {"7.1: Supported: timer MUST be in a re-INVITE, though no timer runs", "session_requested=off",
     CALLED("") "modify\n< INVITE | Supported has timer | no Session-Expires"},
    {"7.1: Require and Proxy-Require are NOT RECOMMENDED", "",
     "call\n< INVITE | no Require | no Proxy-Require"},
    {"7.1: who does not know the extension writes none of it", "session_timers=off min_se=120s",
     "call\n< INVITE | no Supported | no Session-Expires | no Min-SE"},
    {"7.1: MAY include Min-SE", "min_se=120s",
     "call\n< INVITE | Min-SE: 120 | Session-Expires: 1800"},
    {"7.1: Session-Expires MUST NOT be below Min-SE", "session_expires=600s min_se=900s",
     "call\n< INVITE | Min-SE: 900 | Session-Expires: 900"},
    {"7.1: the refresher is better left out", "session_refresher=uas",
     "call\n< INVITE | Session-Expires: 1800"},
    {"7.1: MAY say that it wants to refresh", "session_names_refresher=on",
     "call\n< INVITE | Session-Expires: 1800;refresher=uac"},
    {"7.1: MAY say that the other side is to (table 2 has that row)", "session_names_refresher=on session_refresher=uas",
     "call\n< INVITE | Session-Expires: 1800;refresher=uas"},

    /* --- 7.2: a 2xx --------------------------------------------------------------------------------- */
    {"7.2: refresher=uac, so the UAC refreshes, at half the interval", "",
     CALLED(TIMER("1800;refresher=uac")) "none 899s\n< INVITE @900s"},
    {"7.2: refresher=uas, so the UAC does not", "",
     CALLED(TIMER("1800;refresher=uas")) "none 1767s\n< BYE @1768s"},
    {"7.2: the refresher of the answer counts, not the one that was asked for", "session_names_refresher=on",
     CALLED(TIMER("1800;refresher=uas")) "none 1767s\n< BYE @1768s"},
    {"7.2: MUST be prepared for a Session-Expires that it did not ask for", "session_requested=off",
     CALLED(TIMER("600;refresher=uac")) "< INVITE @300s | Session-Expires: 600;refresher=uac"},
    {"7.2: a Session-Expires counts without Require: timer, too", "",
     CALLED(" | Session-Expires: 600;refresher=uas") "< BYE @568s"},
    {"7.2: nobody else knows timers: who still wants one refreshes alone", "",
     CALLED("") "< INVITE @900s | Session-Expires: 1800;refresher=uac\n> 200 | sdp\n< ACK\n< INVITE @900s"},
    {"7.2: nobody else knows timers, and it wants none: no expiration", "session_requested=off",
     CALLED("") "none 48h"},
    {"7.2: who does not know the extension looks at nothing", "session_timers=off",
     CALLED(TIMER("90;refresher=uas")) "none 24h"},
    {"7.2: a shorter interval in the answer is the session's", "",
     CALLED(TIMER("600;refresher=uac")) "< INVITE @300s | Session-Expires: 600;refresher=uac"},
    {"7.2: the most recent 2xx counts: a new interval", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 200 | sdp" TIMER("600;refresher=uac") "\n< ACK\n< INVITE @300s"},
    {"7.2: the most recent 2xx counts: another refresher", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 200 | sdp" TIMER("1800;refresher=uas") "\n< ACK\n< BYE @1768s"},
    {"7.2: a 2xx without Session-Expires turns the timer off in mid dialog", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 200 | sdp" BOTH_KNOW "\n< ACK\nnone 48h"},
    {"7.2: it is turned off for who waits for a refresh, too", "",
     CALLED(TIMER("1800;refresher=uas")) "modify\n< INVITE\n> 200 | sdp" BOTH_KNOW "\n< ACK\nnone 48h"},
    {"7.2: each 2xx sets the expiration anew", "",
     CALLED(TIMER("1800;refresher=uac"))
     "< INVITE @900s\nnone 7s\n> 200 | sdp" TIMER("1800;refresher=uac") "\n< ACK\n"
     "< INVITE @900s\n> 200 | sdp" TIMER("1800;refresher=uac") "\n< ACK\n< INVITE @900s"},
    {"7.2: only a 2xx to INVITE or UPDATE counts, not one to OPTIONS", "",
     CALLED(TIMER("1800;refresher=uas")) "none 600s\n> OPTIONS | Supported: timer\n< 200 | no Session-Expires\n< BYE @1768s"},
    {"7.2: a copy of the 2xx does not extend the session", "",
     CALLED(TIMER("1800;refresher=uas")) "none 3s\nmark\ncopies\n> 200 to INVITE | sdp" TIMER("1800;refresher=uas")
     "\n< ACK\n< BYE @1765s"},
    {"7.2: a re-INVITE for another purpose refreshes the session", "",
     CALLED(TIMER("1800;refresher=uac")) "none 600s\nhold\n< INVITE | Session-Expires: 1800;refresher=uac\n> 200 | sdp recvonly"
     TIMER("1800;refresher=uac") "\n< ACK\nnone 899s\n< INVITE @900s"},
    {"7.2: so does an UPDATE", "",
     CALLED(TIMER("1800;refresher=uac") " | Allow: INVITE, UPDATE") "none 600s\nmodify update\n< UPDATE\n> 200 | sdp"
     TIMER("1800;refresher=uac") "\nnone 899s\n< INVITE @900s"},
    {"7.2: over TCP too", "",
     "call tcp\n< INVITE\n> 200 | sdp" TIMER("1800;refresher=uac") "\n< ACK\n< INVITE @900s | Session-Expires: 1800;refresher=uac"},
};
/* clang-format on */

int main(void)
{
    return run_rows("RFC 4028, UAC", rows, sizeof rows / sizeof rows[0], run_row);
}
