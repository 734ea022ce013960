/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4028 for who is called, on the wire: what a UAS answers, and what it does from then on (sections 4, 5, 6, 9). Each
 * row is a rule with its section; the numbers are the RFC's. */
#include "tests/unit/proto/agent_kit.h"

#define INVITED(headers) "> INVITE | sdp" headers "\n< 100\n"
#define TAKEN(headers, answer) INVITED(headers) "< 200" answer "\n> ACK\n"
#define KNOWS " | Supported: timer"
#define ASKS(value) KNOWS " | Session-Expires: " value
#define SAYS(value) " | Require has timer | Session-Expires: " value

/* clang-format off */
static const struct row rows[] = {
    /* --- 4, 5: which messages have the headers -------------------------------------------------------- */
    {"4: no 1xx has a Session-Expires (table 1)", "min_se=120s",
     "manual\n" INVITED(ASKS("1800")) "ring\n< 180 | no Session-Expires | no Min-SE | no Require"},
    {"4: no refusal has a Session-Expires (table 1)", "min_se=120s",
     "manual\n" INVITED(ASKS("1800")) "reject 486\n< 486 | no Session-Expires | no Min-SE\n> ACK"},
    {"4: no answer to a BYE has one (table 1)", "",
     TAKEN(ASKS("1800"), "") "> BYE | Session-Expires: 1800\n< 200 | no Session-Expires | no Min-SE"},
    {"4: in an OPTIONS it means nothing (table 1)", "min_se=1800s",
     "> OPTIONS" ASKS("100") "\n< 200 | no Session-Expires | no Min-SE"},
    {"4: the compact form is x", "",
     TAKEN(KNOWS " | x: 900;refresher=uas", SAYS("900;refresher=uas")) "< INVITE @450s"},
    {"4: what is no delta-seconds is malformed: 400 (RFC 3261 21.4.1)", "",
     "> INVITE | sdp" ASKS("soon") "\n< 400\n> ACK"},
    {"5: Min-SE MUST NOT be in a 2xx", "min_se=120s",
     TAKEN(ASKS("1800") " | Min-SE: 300", SAYS("1800;refresher=uac") " | no Min-SE") "none 1s"},
    {"5: 90 s is Min-SE's default: a Session-Expires of 90 is taken", "",
     TAKEN(ASKS("90"), SAYS("90;refresher=uac")) "< BYE @60s"},

    /* --- 6, 9: 422 ------------------------------------------------------------------------------------ */
    {"6: below the minimum: 422 with Min-SE, the server's own", "min_se=1800s",
     "> INVITE | sdp" ASKS("1799") "\n< 422 | Min-SE: 1800 | no Session-Expires | phrase Session Interval Too Small\n> ACK"},
    {"9: the minimum itself is taken", "min_se=1800s",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uac")) "none 1s"},
    {"9: that minimum MUST NOT be below 90 s", "",
     "> INVITE | sdp" ASKS("50") "\n< 422 | Min-SE: 90\n> ACK"},
    {"9: no 422 without Supported: timer; the interval is copied", "min_se=1800s",
     TAKEN(" | Session-Expires: 600", " | Session-Expires: 600;refresher=uas | no Require") "< INVITE @300s"},
    {"9: no 422 for Min-SE alone", "min_se=1800s",
     TAKEN(KNOWS " | Min-SE: 100", SAYS("1800;refresher=uac")) "none 1s"},
    {"9: after the 422 the same call with more is taken (7.3)", "min_se=1800s",
     "> INVITE | sdp" ASKS("600") "\n< 422\n> ACK\n" TAKEN(ASKS("1800") " | Min-SE: 1800", SAYS("1800;refresher=uac")) "none 1s"},
    {"9: 422 to a re-INVITE", "min_se=900s",
     TAKEN(ASKS("1800"), "") "> INVITE | sdp" ASKS("800") "\n< 422 | Min-SE: 900\n> ACK\nnone 1s"},
    {"9: 422 to an UPDATE", "min_se=900s",
     TAKEN(ASKS("1800"), "") "> UPDATE" ASKS("800") "\n< 422 | Min-SE: 900\nnone 1s"},
    {"9: who does not know the extension does not refuse", "session_timers=off min_se=1800s",
     TAKEN(ASKS("100"), " | no Session-Expires | no Require | no Supported") "none 24h"},

    /* --- 9: the interval ------------------------------------------------------------------------------ */
    {"9: the value of the request is copied", "session_expires=1800s",
     TAKEN(ASKS("1234"), SAYS("1234;refresher=uac")) "none 1s"},
    {"9: MAY be reduced", "session_expires=600s",
     TAKEN(ASKS("1800"), SAYS("600;refresher=uac")) "none 1s"},
    {"9: MUST NOT be reduced below the request's Min-SE", "session_expires=600s",
     TAKEN(ASKS("1800") " | Min-SE: 1000", SAYS("1000;refresher=uac")) "none 1s"},
    {"9: MUST NOT be increased to what the UAS would like", "session_expires=7200s",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uac")) "none 1s"},
    {"9: below 90 s it can be neither copied nor raised: no timer", "",
     TAKEN(" | Session-Expires: 60", " | no Session-Expires | no Require") "none 24h"},
    {"9: MAY ask for a timer when the UAC did not", "session_expires=900s",
     TAKEN(KNOWS, SAYS("900;refresher=uac")) "none 1s"},
    {"9: then not below the request's Min-SE", "session_expires=900s",
     TAKEN(KNOWS " | Min-SE: 3600", SAYS("3600;refresher=uac")) "none 1s"},
    {"9: it need not: no expiration", "session_added=off",
     TAKEN(KNOWS, " | no Session-Expires | no Require") "none 48h"},
    {"9: who does not know the extension copies nothing", "session_timers=off",
     TAKEN(ASKS("1800;refresher=uac"), " | no Session-Expires | no Require") "none 24h"},

    /* --- 9, table 2: the refresher --------------------------------------------------------------------- */
    {"9, table 2: N none: uas", "",
     TAKEN(" | Session-Expires: 1800", " | Session-Expires: 1800;refresher=uas") "< INVITE @900s"},
    {"9, table 2: N none, the UAS asks: uas", "",
     TAKEN("", " | Session-Expires: 1800;refresher=uas | no Require") "< INVITE @900s"},
    {"9, table 2: N uac is not allowed: who does not know the extension refreshes nothing", "",
     TAKEN(" | Session-Expires: 1800;refresher=uac", " | Session-Expires: 1800;refresher=uas") "< INVITE @900s"},
    {"9, table 2: N uas is not allowed, and uas all the same", "",
     TAKEN(" | Session-Expires: 1800;refresher=uas", " | Session-Expires: 1800;refresher=uas | no Require") "< INVITE @900s"},
    {"9, table 2: Y none: uac, if the UAS chooses so", "",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uac")) "< BYE @1768s"},
    {"9, table 2: Y none: uas, if the UAS chooses so", "session_refresher=uas",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uas")) "< INVITE @900s"},
    {"9, table 2: Y uac: uac; the UAS cannot override it", "session_refresher=uas",
     TAKEN(ASKS("1800;refresher=uac"), SAYS("1800;refresher=uac")) "none 1767s\n< BYE @1768s"},
    {"9, table 2: Y uas: uas; the UAS cannot override it", "",
     TAKEN(ASKS("1800;refresher=uas"), SAYS("1800;refresher=uas")) "none 899s\n< INVITE @900s"},
    {"9, table 2: the refresher has no case (RFC 3261 7.3.1)", "",
     TAKEN(ASKS("1800;Refresher=UAS"), SAYS("1800;refresher=uas")) "none 1s"},
    {"9: Supported may be a list, and compact", "",
     TAKEN(" | k: 100rel, timer,replaces | Session-Expires: 1800", SAYS("1800;refresher=uac")) "none 1s"},
    {"9: Supported may have several lines", "",
     TAKEN(" | Supported: 100rel | Supported: timer | Session-Expires: 1800", SAYS("1800;refresher=uac")) "none 1s"},
    {"9: another extension is not this one", "",
     TAKEN(" | Supported: 100rel, timers | Session-Expires: 1800", " | Session-Expires: 1800;refresher=uas | no Require") "none 1s"},
    {"9: Require: timer is understood (7.1)", "",
     TAKEN(KNOWS " | Require: timer | Session-Expires: 1800", SAYS("1800;refresher=uac")) "none 1s"},
    {"9: Require: timer is refused by who does not know it: 420 (RFC 3261 8.2.2.3)", "session_timers=off",
     "> INVITE | sdp" ASKS("1800") " | Require: timer\n< 420 | Unsupported: timer\n> ACK"},
    {"9: Proxy-Require is no business of a UAS", "session_timers=off",
     TAKEN(KNOWS " | Proxy-Require: timer", "") "none 1s"},

    /* --- 9: the session that begins ---------------------------------------------------------------------- */
    {"9: the expiration counts from the first 2xx, not from its copies or the ACK", "session_refresher=uas",
     INVITED(ASKS("1800")) "< 200\nnone 3s\n> ACK\n< INVITE @900s"},
    {"9: a refresh by the UAS is of a UAC: its own uac (7.4)", "session_refresher=uas",
     TAKEN(ASKS("1800"), "") "< INVITE @900s | Session-Expires: 1800;refresher=uac | Supported has timer | sdp same"},
    {"9: by UPDATE, if the INVITE's Allow had it (7.4)", "session_refresher=uas session_refresh_method=update",
     TAKEN(ASKS("1800") " | Allow: INVITE, UPDATE", "") "< UPDATE @900s | no sdp | Session-Expires: 1800;refresher=uac"},
    {"9: with the Min-SE of the INVITE (7.4)", "session_refresher=uas",
     TAKEN(ASKS("1800") " | Min-SE: 500", "") "< INVITE @900s | Min-SE: 500"},
    {"9: its refreshes go on", "session_refresher=uas",
     TAKEN(ASKS("600"), "") "< INVITE @300s\n> 200 | sdp | Require: timer | Session-Expires: 600;refresher=uac\n< ACK\n< INVITE @300s"},
    {"9: the most recent 2xx counts: another interval", "",
     TAKEN(ASKS("1800"), "") "none 100s\n" "> INVITE | sdp" ASKS("600;refresher=uac") "\n< 200" SAYS("600;refresher=uac") "\n> ACK\n< BYE @568s"},
    {"9: the most recent 2xx counts: another refresher", "",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uac")) "> UPDATE" ASKS("1800;refresher=uas") "\n< 200" SAYS("1800;refresher=uas") "\n< INVITE @900s"},
    {"9: the most recent 2xx counts: roles chosen anew", "session_refresher=uas",
     TAKEN(ASKS("1800;refresher=uac"), "") "> UPDATE" ASKS("1800") "\n< 200" SAYS("1800;refresher=uas") "\n< INVITE @900s"},
    {"9: a 2xx of its own without Session-Expires turns the timer off", "session_added=off",
     TAKEN(ASKS("1800"), SAYS("1800;refresher=uac")) "> UPDATE" KNOWS "\n< 200 | no Session-Expires\nnone 48h"},
    {"9: each request of the other side puts the expiration off", "",
     TAKEN(ASKS("1800"), "") "none 900s\n> UPDATE" ASKS("1800;refresher=uac") "\n< 200\nnone 900s\n> UPDATE" ASKS("1800;refresher=uac")
     "\n< 200\n< BYE @1768s"},
    {"9: over TCP too", "session_refresher=uas",
     "tcp\n" TAKEN(ASKS("1800"), SAYS("1800;refresher=uas")) "< INVITE @900s | Session-Expires: 1800;refresher=uac"},

    /* --- rules of others that these lean on ---------------------------------------------------------------- */
    {"10: nobody answers the refresh of a UAS: BYE after 64 T1", "session_refresher=uas",
     TAKEN(ASKS("1800"), "") "< INVITE @900s\n< BYE @932s\ntold end refresh-failed"},
    {"3261 12.2.2: a refresh with a lower CSeq gets 500 and extends nothing", "",
     TAKEN(ASKS("1800"), "") "none 900s\n> INVITE | sdp | CSeq: 3 INVITE" ASKS("1800;refresher=uac") "\n< 500\n< BYE @1768s"},
    {"3261 12.2.2: a refresh of no call gets 481", "",
     "> UPDATE | To: <sip:100@10.1.1.1>;tag=none" ASKS("1800") "\n< 481"},
    {"3261 14.2: a refresh that meets one of the UAS gets 491, and extends nothing", "session_refresher=uas",
     TAKEN(ASKS("1800"), "") "< INVITE @900s\n> INVITE | sdp" ASKS("1800;refresher=uas") "\n< 491\n> ACK\nmark\n> 491 to INVITE\n< ACK\n< INVITE @0s-2s"},
    {"3311 5.2: an UPDATE without an offer meets a re-INVITE of the UAS and is taken", "session_refresher=uas",
     TAKEN(ASKS("1800"), "") "< INVITE @900s\n> UPDATE" ASKS("1800;refresher=uas") "\n< 200" SAYS("1800;refresher=uas")},
};
/* clang-format on */

int main(void)
{
    return run_rows("RFC 4028, UAS", rows, sizeof rows / sizeof rows[0], run_row);
}
