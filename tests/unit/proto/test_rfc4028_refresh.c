/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4028 for who refreshes, and who waits for it, on the wire (sections 7.4 and 10). Each row is a rule with its
 * section; the numbers are the RFC's. */
#include "tests/unit/proto/agent_kit.h"

#define CALLED(answer) "call\n< INVITE\n> 200 | sdp" answer "\n< ACK\n"
#define TIMER(value) " | Require: timer | Session-Expires: " value
#define UPDATES " | Allow: INVITE, ACK, BYE, UPDATE"

/* clang-format off */
static const struct row rows[] = {
    /* --- 7.4: what a refresh carries ---------------------------------------------------------------- */
    {"7.4: Supported as in the first request MUST be used", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s | Supported has timer | no Require | no Proxy-Require"},
    {"7.4: refresher=uac, when the sender refreshes already", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s | Session-Expires: 1800;refresher=uac"},
    {"7.4: refresher=uas, when the other side does", "",
     CALLED(TIMER("1800;refresher=uas")) "modify\n< INVITE | Session-Expires: 1800;refresher=uas"},
    {"7.4: uac and uas change places with the direction of the request", "",
     CALLED(TIMER("1800;refresher=uac")) "> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uas\n"
     "< 200 | Session-Expires: 1800;refresher=uas\n< INVITE @900s | Session-Expires: 1800;refresher=uac"},
    {"7.4: no Min-SE as long as none was told", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s | no Min-SE"},
    {"7.4: Min-SE of a 422 MUST be in the next INVITE of that Call-ID", "session_expires=900s",
     "call\n< INVITE | Session-Expires: 900 | no Min-SE\n> 422 | Min-SE: 1200\n< ACK\n< INVITE | Min-SE: 1200 | Session-Expires: 1200"},
    {"7.4: the largest of all 422s (the flow of section 13)", "session_expires=90s",
     "call\n< INVITE | Session-Expires: 90\n> 422 | Min-SE: 3600\n< ACK\n< INVITE | Session-Expires: 3600 | Min-SE: 3600\n"
     "> 422 | Min-SE: 4000\n< ACK\n< INVITE | Session-Expires: 4000 | Min-SE: 4000\n> 200 | sdp" UPDATES
     TIMER("4000;refresher=uac") "\n< ACK\n< INVITE @2000s | Session-Expires: 4000;refresher=uac | no Min-SE"},
    {"7.4: the wish stays when it is greater than the 422's", "session_expires=7200s",
     "call\n< INVITE\n> 422 | Min-SE: 7201\n< ACK\n< INVITE | Min-SE: 7201 | Session-Expires: 7201"},
    {"7.4: MAY raise it to its own opinion", "session_expires=1000s min_se=2000s",
     "call\n< INVITE | Min-SE: 2000 | Session-Expires: 2000\n> 422 | Min-SE: 2500\n< ACK\n< INVITE | Min-SE: 2500 | Session-Expires: 2500"},
    {"7.4: what was told before the dialog is cleared with it", "",
     "call\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\n< INVITE\n> 200 | sdp" TIMER("3600;refresher=uac")
     "\n< ACK\n< INVITE @1800s | no Min-SE | Session-Expires: 3600;refresher=uac"},
    {"7.4: Min-SE of a 422 to a refresh, and Session-Expires raised to it", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 422 | Min-SE: 2400\n< ACK\n"
     "< INVITE @900s | Min-SE: 2400 | Session-Expires: 2400;refresher=uac | same To | same Call-ID"},
    {"7.4: it stays in every later refresh of the dialog", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 422 | Min-SE: 2400\n< ACK\n< INVITE\n> 200 | sdp"
     TIMER("2400;refresher=uac") "\n< ACK\n< INVITE @1200s | Min-SE: 2400 | Session-Expires: 2400;refresher=uac"},
    {"7.4: Min-SE of a refresh that was received MUST be in one's own", "",
     CALLED(TIMER("1800;refresher=uac")) "> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uas | Min-SE: 300\n< 200\n"
     "< INVITE @900s | Min-SE: 300 | Session-Expires: 1800;refresher=uac"},
    {"7.4: the largest of those received", "",
     CALLED(TIMER("1800;refresher=uac")) "> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uas | Min-SE: 300\n< 200\n"
     "> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uas | Min-SE: 200\n< 200\n< INVITE @900s | Min-SE: 300"},
    {"7.4: the largest of those received and of 422s", "",
     CALLED(TIMER("1800;refresher=uac")) "> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uas | Min-SE: 1000\n< 200\n"
     "< INVITE @900s\n> 422 | Min-SE: 2400\n< ACK\n< INVITE | Min-SE: 2400"},
    {"7.4: Session-Expires is the current interval, whatever was wished for", "session_expires=3600s",
     CALLED(TIMER("600;refresher=uac")) "< INVITE @300s | Session-Expires: 600;refresher=uac"},
    {"7.4: it is not below 90 s, Min-SE's default (against hostile answers, 11.1)", "",
     CALLED(TIMER("20;refresher=uac")) "none 1s\nmodify\n< INVITE | Session-Expires: 90;refresher=uac"},
    {"7.4: UPDATE is RECOMMENDED when the other side's Allow has it, without an offer", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s | no sdp | Session-Expires: 1800;refresher=uac | Contact"},
    {"7.4: a refresh by UPDATE is one like any other", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s\n> 200" TIMER("1800;refresher=uac") "\n< UPDATE @900s\n> 200"
     TIMER("1800;refresher=uas") "\n< BYE @1768s"},
    {"7.4: a re-INVITE when its Allow has no UPDATE", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") " | Allow: INVITE, ACK, BYE") "< INVITE @900s"},
    {"7.4: a re-INVITE when there was no Allow", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s"},
    {"7.4: methods have a case: 'update' is none", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") " | Allow: INVITE, update") "< INVITE @900s"},
    {"7.4: an Allow in a provisional answer is known", "session_refresh_method=update",
     "call\n< INVITE\n> 180" UPDATES "\n> 200 | sdp" TIMER("1800;refresher=uac") "\n< ACK\n< UPDATE @900s"},
    {"7.4: an Allow that comes later is known", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 200 | sdp" TIMER("1800;refresher=uac") UPDATES "\n< ACK\n< UPDATE @900s"},
    {"7.4: an Allow in a request of the other side is known", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac")) "> INVITE | sdp | Supported: timer | Session-Expires: 1800;refresher=uas" UPDATES
     "\n< 200\n> ACK\n< UPDATE @900s"},
    {"7.4: an Allow in a mid-dialog OPTIONS of the other side is known", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac")) "> OPTIONS" UPDATES "\n< 200\n< UPDATE @900s"},
    {"7.4: a re-INVITE has an offer with the same o= line", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s | sdp same\n> 200 | sdp" TIMER("1800;refresher=uac")
     "\n< ACK\n< INVITE @900s | sdp same"},
    {"7.4: the answer to a refresh has the same o= line, if nothing changed", "",
     CALLED(TIMER("1800;refresher=uas")) "> INVITE | sdp | Supported: timer | Session-Expires: 1800;refresher=uac\n< 200 | sdp same"},

    /* --- 10: performing refreshes -------------------------------------------------------------------- */
    {"10: a re-INVITE that nobody answers: BYE after 64 T1", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\nnone 31s\n< BYE @932s\ntold end refresh-failed"},
    {"10: an UPDATE that nobody answers: BYE after 64 T1", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s\nnone 31s\n< BYE @932s\ntold end refresh-failed"},
    {"10: a re-INVITE that gets 100 and no more: at the expiration it is over", "sip_invite_expires=1d",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\nmark\n> 100\nnone 899s\n< BYE @900s\ntold end expired"},
    {"10: an UPDATE that gets 100 and no more: BYE after 64 T1", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s\n> 100\nnone 31s\n< BYE @932s\ntold end refresh-failed"},
    {"10: 408: BYE", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 408\n< ACK\n< BYE @900s\ntold end refresh-failed"},
    {"10: 481: BYE", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 481\n< ACK\n< BYE @900s\ntold end refresh-failed"},
    {"10: 481 to an UPDATE: BYE", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s\n> 481\n< BYE @900s\ntold end refresh-failed"},
    {"10: another refusal is no end, nor is it asked again continuously", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 488\n< ACK\nnone 60s"},
    {"10: 422 with nothing new is not asked again continuously", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\n> 422 | Min-SE: 90\n< ACK\nnone 60s"},
    {"10: whose refreshes are all refused asks a few times until the session expires", "",
     CALLED(TIMER("1800;refresher=uac")) "refuses 488\nnone 1799s\nrefused-below 10\n< BYE @1800s\ntold end expired"},
    {"10: with 422, too", "",
     CALLED(TIMER("1800;refresher=uac")) "refuses 422\nnone 1799s\nrefused-below 10\n< BYE @1800s\ntold end expired"},
    {"10: 500 with Retry-After: the rules of that answer", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\nmark\n> 500 | Retry-After: 7\n< ACK\n< INVITE @7s | CSeq: 103 INVITE"},
    {"10: 491: once more, 2.1 to 4 s later for the owner of the Call-ID (RFC 3261 14.1)", "",
     CALLED(TIMER("1800;refresher=uac")) "< INVITE @900s\nmark\n> 491\n< ACK\n< INVITE @2.1s-4s"},
    {"10: 491 to an UPDATE: 2.1 to 4 s for the owner of the Call-ID (RFC 3311 5.3)", "session_refresh_method=update",
     CALLED(TIMER("1800;refresher=uac") UPDATES) "< UPDATE @900s\nmark\n> 491\n< UPDATE @2.1s-4s"},
    {"10: 491: 0 to 2 s for the other (RFC 3261 14.1)", "",
     "> INVITE | sdp | Supported: timer | Session-Expires: 1800;refresher=uas\n< 100\n< 200\n> ACK\n"
     "< INVITE @900s\nmark\n> 491\n< ACK\n< INVITE @0s-2s"},
    {"10: only a 2xx extends the session, no 422: it ends when it would have", "session_refreshes=off",
     CALLED(TIMER("1800;refresher=uac")) "none 900s\nmodify\n< INVITE\n> 422 | Min-SE: 7200\n< ACK\n< INVITE | Session-Expires: 7200;refresher=uac\n"
     "> 488\n< ACK\n< BYE @1800s\ntold end expired"},
    {"10: only a 2xx extends the session, no other refusal", "session_refreshes=off",
     CALLED(TIMER("1800;refresher=uas")) "none 900s\nhold\n< INVITE\n> 488\n< ACK\n< BYE @1768s\ntold end expired"},
    {"10: who waits sends BYE 32 s before the expiration", "session_expires=3600s",
     CALLED(TIMER("3600;refresher=uas")) "< BYE @3568s\ntold end expired"},
    {"10: or a third of the interval before it, if that is less: 90 s", "",
     CALLED(TIMER("90;refresher=uas")) "< BYE @60s"},
    {"10: a third of 95 s is less than 32 s", "",
     CALLED(TIMER("95;refresher=uas")) "< BYE @63.333s"},
    {"10: a third of 96 s is 32 s", "",
     CALLED(TIMER("96;refresher=uas")) "< BYE @64s"},
    {"10: a third of 99 s is more", "",
     CALLED(TIMER("99;refresher=uas")) "< BYE @67s"},
    {"10: a refresh by re-INVITE in time puts the BYE off", "",
     CALLED(TIMER("1800;refresher=uas")) "none 1700s\n> INVITE | sdp | Supported: timer | Session-Expires: 1800;refresher=uac\n"
     "< 200 | Session-Expires: 1800;refresher=uac\n> ACK\n< BYE @1768s"},
    {"10: a refresh by UPDATE in time puts the BYE off", "",
     CALLED(TIMER("1800;refresher=uas")) "none 1700s\n> UPDATE | Supported: timer | Session-Expires: 1800;refresher=uac\n"
     "< 200 | Session-Expires: 1800;refresher=uac\n< BYE @1768s"},
    {"10: a refresh that waits for its answer does not", "",
     CALLED(TIMER("1800;refresher=uas")) "manual\nnone 1760s\n> INVITE | sdp | Supported: timer | Session-Expires: 1800;refresher=uac\n"
     "< 100 @1760.2s\n< BYE @1768s\n< 487\n> ACK\ntold end expired"},
    {"10: a refresh that is refused does not", "min_se=300s",
     CALLED(TIMER("1800;refresher=uas")) "none 1700s\n> UPDATE | Supported: timer | Session-Expires: 200;refresher=uac\n< 422\n< BYE @1768s"},
};
/* clang-format on */

int main(void)
{
    return run_rows("RFC 4028, refreshes", rows, sizeof rows / sizeof rows[0], run_row);
}
