/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers, answers and changes of a call, on the wire: RFC 3261 13.2.1 and 14, RFC 3264, RFC 3311. Each row is a rule with
 * its section. */
#include "tests/unit/proto/agent_kit.h"

#define CALLED "call\n< INVITE\n> 200 | sdp | Allow: INVITE, ACK, BYE, UPDATE\n< ACK\n"
#define INVITED "> INVITE | sdp\n< 100\n< 200 | sdp\n> ACK\n"
#define REFUSED_ONCE "> UPDATE\n< 500 | Retry-After\n"
#define AGAIN REFUSED_ONCE REFUSED_ONCE REFUSED_ONCE REFUSED_ONCE REFUSED_ONCE REFUSED_ONCE

/* clang-format off */
static const struct row rows[] = {
    /* --- 3261 13.2.1: who offers, who answers ------------------------------------------------------- */
    {"3261 13.2.1: an INVITE offers, its 2xx answers, its ACK is empty", "session_timers=off",
     "call\n< INVITE | sdp m=audio 16384 RTP/AVP 0 18 | Content-Type: application/sdp\n> 200 | sdp 18\n< ACK | no sdp\ntold answer G729"},
    {"3264 6.1: the answer has the codecs of both, in the order of the offer", "session_timers=off",
     "> INVITE | sdp 8+18+0\n< 100\n< 200 | sdp m=audio 16384 RTP/AVP 18 0\n> ACK\ntold confirm PCMA"},
    {"3264 6: nothing in common: 488", "",
     "> INVITE | sdp 3\n< 100\n< 488\n> ACK"},
    {"3264 6: a stream that is not wanted gets port 0, and keeps its place", "session_timers=off",
     "> INVITE | sdp video\n< 100\n< 200 | sdp m=video 0 RTP/AVP 96\n> ACK"},
    {"3261 13.2.1: an INVITE without an offer: the 2xx offers, the ACK answers", "session_timers=off",
     "call delayed\n< INVITE | no sdp\n> 200 | sdp 18\n< ACK | sdp m=audio 16384 RTP/AVP 18\ntold answer G729"},
    {"3261 13.2.1: the ACK that answers comes again with its answer", "session_timers=off",
     "call delayed\n< INVITE\n> 200 | sdp 18\n< ACK | sdp\ncopies\n> 200 to INVITE | sdp 18\n< ACK | sdp same"},
    {"3261 13.2.1: an INVITE without an offer, and a 2xx without one: ACK, BYE", "session_timers=off",
     "call delayed\n< INVITE\n> 200\n< ACK\n< BYE\ntold end by us"},
    {"3261 13.3.1.4: who is called without an offer offers in the 2xx", "session_timers=off",
     "> INVITE\n< 100\n< 200 | sdp m=audio 16384 RTP/AVP 0 18\n> ACK | sdp 18\ntold confirm G729"},
    {"3261 14.1: a re-INVITE without an offer is answered by one that says the same", "session_timers=off",
     INVITED "> INVITE\n< 200 | sdp same\n> ACK | sdp"},

    /* --- 3264 8: versions ----------------------------------------------------------------------------- */
    {"3264 8: an unchanged offer has the same o= line", "session_timers=off",
     CALLED "modify\n< INVITE | sdp same\n> 200 | sdp\n< ACK\nmodify\n< INVITE | sdp same"},
    {"3264 8: a changed offer has the next version", "session_timers=off",
     CALLED "g729\n< INVITE | sdp newer\n> 200 | sdp 18\n< ACK\nmodify\n< INVITE | sdp same"},
    {"3264 8: an unchanged answer has the same o= line", "session_timers=off",
     INVITED "> INVITE | sdp\n< 200 | sdp same\n> ACK\ntold re-invite unchanged"},
    {"3264 8: a changed answer has the next version", "session_timers=off",
     INVITED "> INVITE | sdp v2 18\n< 200 | sdp newer\n> ACK\ntold re-invite changed"},
    {"3264 8: offers and answers of one side share one line of versions", "session_timers=off",
     CALLED "> INVITE | sdp v2\n< 200 | sdp same\n> ACK\nhold\n< INVITE | sdp newer\n> 200 | sdp v3 recvonly\n< ACK\n> UPDATE | sdp v4\n< 200 | sdp"},
    {"3264 8: the last description that was sent counts, refused or not", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer\n> 488\n< ACK\nretrieve\n< INVITE | sdp newer | sdp !a=sendonly\n> 200 | sdp\n< ACK\nmodify\n< INVITE | sdp same"},
    {"3264 8: the same offer again after 491 has the same version", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer\nmark\n> 491\n< ACK\n< INVITE @2.1s-4s | sdp same"},
    {"3264 8: and after 422", "",
     "call\n< INVITE\n> 422 | Min-SE: 3600\n< ACK\n< INVITE | sdp same"},
    {"3261 14.1: an offer that was refused is told of, and changes nothing", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer | sdp a=sendonly\n> 488\n< ACK\ntold modified 488\nagreed sendrecv"},

    /* --- 3264 8.4: hold ------------------------------------------------------------------------------- */
    {"3264 8.4: hold is an offer of sendonly, the next version", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer | sdp a=sendonly\nagreed sendrecv\n> 200 | sdp v2 recvonly\n< ACK\ntold modified 200\nagreed sendonly"},
    {"3264 8.4: and is taken back by sendrecv, the version after", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer\n> 200 | sdp v2 recvonly\n< ACK\nretrieve\n< INVITE | sdp newer | sdp !a=sendonly\n> 200 | sdp v3\n< ACK\ntold modified 200"},
    {"3264 6.1: sendonly is answered by recvonly", "session_timers=off",
     INVITED "> INVITE | sdp v2 sendonly\n< 200 | sdp newer | sdp a=recvonly\n> ACK\ntold re-invite changed"},
    {"3264 6.1: recvonly is answered by sendonly", "session_timers=off",
     INVITED "> INVITE | sdp v2 recvonly\n< 200 | sdp a=sendonly\n> ACK"},
    {"3264 6.1: inactive is answered by inactive", "session_timers=off",
     INVITED "> INVITE | sdp v2 inactive\n< 200 | sdp a=inactive\n> ACK"},
    {"3264 8.4: both hold: inactive", "session_timers=off",
     CALLED "hold\n< INVITE\n> 200 | sdp v2 recvonly\n< ACK\n> INVITE | sdp v3 sendonly\n< 200 | sdp a=inactive\n> ACK"},

    /* --- 3261 14: refusals ------------------------------------------------------------------------------ */
    {"3261 14.1: a re-INVITE that is refused leaves the call as it was", "session_timers=off",
     CALLED "modify\n< INVITE\n> 403\n< ACK\ntold modified 403\n> OPTIONS\n< 200\nhang-up\n< BYE"},
    {"3261 14.1: an INVITE of no second attempt by itself", "session_timers=off",
     CALLED "modify\n< INVITE\n> 603\n< ACK\nnone 1h\ntold modified 603"},
    {"3261 14.1: 408 or 481 to a re-INVITE ends the call (12.2.1.2)", "session_timers=off",
     CALLED "modify\n< INVITE\n> 481\n< ACK\n< BYE\ntold end refresh-failed"},
    {"3261 14.2: a re-INVITE with nothing in common: 488, and the session stays as it was", "session_timers=off",
     INVITED "> INVITE | sdp v2 3\n< 488\n> ACK\n> INVITE | sdp\ntold re-invite unchanged\n< 200\n> ACK\nmodify\n< INVITE | sdp same"},
    {"3261 14.2: one that its user refuses: the session stays as it was", "session_timers=off",
     INVITED "manual\n> INVITE | sdp v2 sendonly\ntold re-invite changed\nrefuse 488\n< 488\n> ACK\nmodify\n< INVITE | sdp same"},
    {"3264 8: what is unchanged is told by what was agreed, not by what was refused", "session_timers=off",
     INVITED "manual\n> INVITE | sdp v2 sendonly\nrefuse 488\n< 488\n> ACK\n> INVITE | sdp\ntold re-invite unchanged\naccept\n< 200\n> ACK"},

    /* --- 3261 14, 3311 5: one at a time ------------------------------------------------------------------ */
    {"3261 14.1: 491: once more 2.1 to 4 s later for the owner of the Call-ID", "session_timers=off",
     CALLED "hold\n< INVITE | sdp newer\nmark\n> 491\n< ACK\n< INVITE @2.1s-4s | sdp a=sendonly"},
    {"3261 14.1: 491: once more 0 to 2 s later for the other", "session_timers=off",
     INVITED "hold\n< INVITE | sdp newer\nmark\n> 491\n< ACK\n< INVITE @0s-2s | sdp a=sendonly"},
    {"3261 14.2: an INVITE while one of its own is open: 491", "session_timers=off",
     CALLED "hold\n< INVITE\n> INVITE | sdp v2\n< 491\n> ACK\n> 200 to INVITE | sdp v2 recvonly\n< ACK\ntold modified 200"},
    {"3261 14.2: a second INVITE before the first is answered: 500 with Retry-After", "session_timers=off",
     INVITED "manual\n> INVITE | sdp | Via: SIP/2.0/UDP 10.1.1.2:5060;branch=z9hG4bKfirst\n> INVITE | sdp\n< 500 | Retry-After\n> ACK"},
    {"3261 14.1: no re-INVITE before the ACK to one's own 2xx", "session_timers=off",
     "> INVITE | sdp\n< 100\n< 200\nhold\nnone 400ms\n> ACK\n< INVITE | sdp a=sendonly"},
    {"3261 14.1: no re-INVITE while one is open: the next one waits", "session_timers=off",
     CALLED "modify\n< INVITE\nhold\nnone 200ms\n> 200 | sdp\n< ACK\n< INVITE | sdp a=sendonly"},
    {"3261 14.1: nor while one of the other side waits", "session_timers=off",
     INVITED "manual\n> INVITE | sdp\nhold\nnone 100ms\naccept\n< 200\n> ACK\n< INVITE | sdp a=sendonly"},
    {"3261 14.1: what is wanted twice is asked once", "session_timers=off",
     CALLED "modify\n< INVITE\nhold\nretrieve\n> 200 | sdp\n< ACK\n< INVITE | sdp !a=sendonly\n> 200 | sdp\n< ACK\nnone 10s"},
    {"3311 5.1: an UPDATE offers, its 2xx answers", "session_timers=off",
     CALLED "hold update\n< UPDATE | sdp newer | sdp a=sendonly | Contact: <sip:100@10.1.1.1:5060>\n> 200 | sdp v2 recvonly\nnone 1ms\ntold modified 200"},
    {"3311 5.1: an UPDATE may offer nothing", "session_timers=off",
     CALLED "modify update bare\n< UPDATE | no sdp\n> 200\nnone 1ms\ntold modified 200"},
    {"3311 5.1: who does not allow UPDATE gets a re-INVITE", "session_timers=off",
     "call\n< INVITE\n> 200 | sdp | Allow: INVITE, ACK, BYE\n< ACK\nhold update\n< INVITE | sdp newer"},
    {"3311 5.2: an UPDATE with an offer is answered by one", "session_timers=off",
     CALLED "> UPDATE | sdp v2 sendonly\n< 200 | sdp newer | sdp a=recvonly | Contact: <sip:100@10.1.1.1:5060>\ntold update changed"},
    {"3311 5.2: an UPDATE without an offer is answered without one", "session_timers=off",
     CALLED "> UPDATE\n< 200 | no sdp\ntold update bare"},
    {"3311 5.2: an UPDATE with nothing in common: 488", "session_timers=off",
     CALLED "> UPDATE | sdp v2 3\n< 488\nmodify\n< INVITE | sdp same"},
    {"3311 5.2: an UPDATE before the last is answered: 500 with Retry-After", "session_timers=off",
     CALLED "manual\n> UPDATE\n> UPDATE\n< 500 | CSeq: 9 UPDATE | Retry-After\naccept\n< 200 | CSeq: 8 UPDATE"},
    {"3311 5.2: Retry-After is from 0 to 10 s, and there each time", "session_timers=off",
     CALLED "manual\n> UPDATE\n" AGAIN AGAIN AGAIN AGAIN AGAIN},
    {"3261 14.1, 20.33: 500 with Retry-After 0: at once", "session_timers=off",
     CALLED "hold\n< INVITE\n> 500 | Retry-After: 0\n< ACK\n< INVITE | sdp a=sendonly"},
    {"3261 14.1, 20.33: what else stands in Retry-After", "session_timers=off",
     CALLED "hold\n< INVITE\nmark\n> 500 | Retry-After: 5;duration=60 (busy)\n< ACK\n< INVITE @5s | sdp a=sendonly"},
    {"3311 5.2: an UPDATE with an offer that meets an offer of its own: 491", "session_timers=off",
     CALLED "hold\n< INVITE\n> UPDATE | sdp v2\n< 491"},
    {"3311 5.2: that meets an UPDATE with an offer of its own: 491", "session_timers=off",
     CALLED "hold update\n< UPDATE\n> UPDATE | sdp v2\n< 491"},
    {"3311 5.2: an UPDATE with an offer while another offer waits: 500 with Retry-After", "session_timers=off",
     CALLED "manual\n> INVITE | sdp\n> UPDATE | sdp v2\n< 500 | CSeq: 9 UPDATE | Retry-After\naccept\n< 200 | CSeq: 8 INVITE\n> ACK"},
    {"3311 5.2: in an early dialog, too", "session_timers=off",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\n> UPDATE | sdp v2\n< 500 | CSeq: 9 UPDATE | Retry-After\nanswer\n< 200 | CSeq: 8 INVITE\n> ACK\ntold confirm PCMU"},
    {"3311 5.2: without an offer it is answered, and the re-INVITE after it", "session_timers=off",
     CALLED "manual\n> INVITE | sdp\n> UPDATE\n< 200 | CSeq: 9 UPDATE | no sdp\naccept\n< 200 | CSeq: 8 INVITE | sdp\n> ACK"},
    {"3311 5.2: without an offer it is answered in an early dialog, and the INVITE after it", "session_timers=off",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\n> UPDATE\n< 200 | CSeq: 9 UPDATE | no sdp\nanswer\n< 200 | CSeq: 8 INVITE | sdp\n> ACK\ntold confirm PCMU"},
    {"3311 5.2: the called side's UPDATE in an early dialog", "session_timers=off",
     "call\n< INVITE\n> 180\n> UPDATE | Contact: <sip:new@10.1.1.2>\n< 200 | CSeq: 8 UPDATE | no sdp\n> 200 to INVITE | sdp | Contact: <sip:new@10.1.1.2>\n< ACK\ntold answer PCMU"},
    {"3311 5.2: with an offer it meets that of the INVITE: 491", "session_timers=off",
     "call\n< INVITE\n> 180\n> UPDATE | sdp\n< 491\n> 200 to INVITE | sdp\n< ACK\ntold answer PCMU"},
    {"3311 5.1: an early dialog has no offer before its INVITE's is answered: 491", "session_timers=off",
     "call delayed\n< INVITE\n> 180\n> UPDATE | sdp\n< 491\n> 200 to INVITE | sdp\n< ACK | sdp\ntold answer PCMU"},
    {"4028 9: an UPDATE in an early dialog begins no session; the INVITE's 2xx does", "session_refresher=uas",
     "manual\n> INVITE | sdp | Supported: timer | Session-Expires: 90\n< 100\nring\n< 180\n> UPDATE | Supported: timer | Session-Expires: 90\n< 200 | no Session-Expires\nnone 10min\n"
     "answer\n< 200 | Session-Expires: 90;refresher=uas\n> ACK\n< INVITE @45s"},
    {"3311 5.2: without an offer it does not mind a re-INVITE of its own", "session_timers=off",
     CALLED "hold\n< INVITE\n> UPDATE\n< 200 | CSeq: 8 UPDATE\n> 200 to INVITE | sdp v2 recvonly\n< ACK\ntold modified 200"},
    {"3311 5.2: nor does a re-INVITE mind an UPDATE of its own without one", "session_timers=off",
     CALLED "modify update bare\n< UPDATE\n> INVITE | sdp\n< 200 | CSeq: 8 INVITE\n> ACK\n> 200 to UPDATE\nnone 1ms\ntold modified 200"},
};
/* clang-format on */

int main(void)
{
    return run_rows("Offers and answers", rows, sizeof rows / sizeof rows[0], run_row);
}
