/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4028 for a proxy between two sides, on the wire: what it does to requests, to answers, and when a session expires
 * (sections 8.1, 8.2, 8.3). Each row is a rule with its section; the numbers are the RFC's. */
#include "tests/unit/proto/between_kit.h"

#define INVITED(headers, passed) "> INVITE | sdp" headers "\n<b INVITE" passed "\n"
#define ANSWERED(headers, passed) ">b 200 | sdp" headers "\n< 200" passed "\n> ACK\n<b ACK\n"
#define KNOWS " | Supported: timer"
#define ASKS(value) KNOWS " | Session-Expires: " value
#define SAYS(value) " | Session-Expires: " value
#define TIMER(value) " | Require: timer" SAYS(value)
#define UP(value) INVITED(ASKS(value), "") ANSWERED(TIMER(value ";refresher=uac"), "")

/* clang-format off */
static const struct row rows[] = {
    /* --- 8, 8.1: requests -------------------------------------------------------------------------- */
    {"8: a proxy that asks for timers SHOULD record-route", "",
     INVITED(KNOWS, " | Record-Route")},
    {"8.1: MAY insert a Session-Expires, and MUST NOT include a refresher", "session_expires=2000s",
     INVITED(KNOWS, SAYS("2000"))},
    {"8.1: the inserted one is not below the request's Min-SE", "min_se=90s session_expires=2000s",
     INVITED(KNOWS " | Min-SE: 3600", SAYS("3600") " | Min-SE: 3600")},
    {"8.1: MAY insert it for a UAC without the extension", "",
     INVITED("", SAYS("1800"))},
    {"8.1: it need not insert one", "proxy_inserts_session_expires=off",
     INVITED(KNOWS, " | no Session-Expires")},
    {"8.1: one that asks for nothing lets all of it pass", "proxy_session_timers=off",
     INVITED(ASKS("50;refresher=uac") " | Min-SE: 100", SAYS("50;refresher=uac") " | Min-SE: 100")},
    {"8.1: MAY reduce the value", "min_se=90s session_expires=900s",
     INVITED(ASKS("1800"), SAYS("900"))},
    {"8.1: MUST NOT reduce it below the request's Min-SE", "min_se=90s session_expires=900s",
     INVITED(ASKS("1800") " | Min-SE: 1200", SAYS("1200") " | Min-SE: 1200")},
    {"8.1: MUST NOT increase it", "min_se=90s session_expires=3600s",
     INVITED(ASKS("1800"), SAYS("1800"))},
    {"8.1: MUST NOT increase it, if it is not below 90 s and there is no Min-SE", "min_se=90s session_expires=3600s",
     INVITED(ASKS("90"), SAYS("90"))},
    {"8.1: MUST increase it to the request's Min-SE", "min_se=90s",
     INVITED(ASKS("600") " | Min-SE: 900", SAYS("900"))},
    {"8.1: MUST NOT modify the refresher of what it reduces", "min_se=90s session_expires=900s",
     INVITED(ASKS("1800;refresher=uas"), SAYS("900;refresher=uas"))},
    {"8.1: MUST NOT modify the refresher of what it increases", "min_se=90s",
     INVITED(ASKS("600;refresher=uac") " | Min-SE: 900", SAYS("900;refresher=uac"))},
    {"8.1: nor of what it leaves alone", "",
     INVITED(ASKS("1800;refresher=uac"), SAYS("1800;refresher=uac"))},
    {"8.1: 422 with Min-SE, its own, for a UAC with the extension", "min_se=1800s",
     "> INVITE | sdp" ASKS("1799") "\n< 422 | Min-SE: 1800 | no Session-Expires | phrase Session Interval Too Small\n> ACK\nnone 1s"},
    {"8.1: its minimum MUST NOT be lower than 90 s", "min_se=90s",
     "> INVITE | sdp" ASKS("89") "\n< 422 | Min-SE: 90\n> ACK\nnone 1s"},
    {"8.1: a value equal to its minimum is not too small", "min_se=1800s",
     INVITED(ASKS("1800"), SAYS("1800"))},
    {"8.1: after the 422 the same call with more is forwarded", "min_se=1800s",
     "> INVITE | sdp" ASKS("600") "\n< 422\n> ACK\n" INVITED(ASKS("1800") " | Min-SE: 1800", SAYS("1800") " | Min-SE: 1800")},
    {"8.1: 422 to an UPDATE", "min_se=1800s",
     UP("1800") "> UPDATE" ASKS("600") "\n< 422 | Min-SE: 1800\nnone 1s"},
    {"8.1: 422 to a re-INVITE, from either side", "min_se=1800s",
     UP("1800") ">b INVITE | sdp" ASKS("600") "\n<b 422 | Min-SE: 1800\n>b ACK\nnone 1s"},
    {"8.1: no 422 without Supported: timer: Min-SE inserted, Session-Expires raised to it", "min_se=1800s",
     INVITED(SAYS("600"), " | Min-SE: 1800 | Session-Expires: 1800")},
    {"8.1: no 422 without Supported: timer: Min-SE increased", "min_se=1800s",
     INVITED(SAYS("600") " | Min-SE: 300", " | Min-SE: 1800 | Session-Expires: 1800")},
    {"8.1: no 422 without Supported: timer, not even below 90 s", "min_se=90s",
     INVITED(SAYS("50"), " | Min-SE: 90 | Session-Expires: 90")},
    {"8.1: MUST NOT decrease Min-SE", "min_se=1800s",
     INVITED(SAYS("600") " | Min-SE: 3600", " | Min-SE: 3600 | Session-Expires: 3600")},
    {"8.1: MUST NOT insert Min-SE, if Supported has timer", "min_se=1800s",
     INVITED(ASKS("1800"), " | no Min-SE")},
    {"8.1: MUST NOT modify Min-SE, if Supported has timer", "min_se=1800s",
     INVITED(ASKS("1800") " | Min-SE: 100", " | Min-SE: 100")},
    {"8.1: Require: timer is NOT RECOMMENDED", "",
     INVITED("", " | no Require | no Proxy-Require")},
    {"8.1: it does not say that it is the UAC which supports timers", "",
     INVITED("", " | no Supported")},
    {"8.1: the same for a re-INVITE", "min_se=90s session_expires=900s",
     UP("900") "> INVITE | sdp" ASKS("1800;refresher=uac") "\n<b INVITE" SAYS("900;refresher=uac")},
    {"8.1: the same for an UPDATE, from either side", "min_se=90s session_expires=900s",
     UP("900") ">b UPDATE" ASKS("1800;refresher=uas") "\n< UPDATE" SAYS("900;refresher=uas")},
    {"8.1: an UPDATE without one gets one", "",
     UP("1800") "> UPDATE" KNOWS "\n<b UPDATE" SAYS("1800")},
    {"8.1: no other request gets one (table 1)", "",
     UP("1800") "> OPTIONS" KNOWS "\n<b OPTIONS | no Session-Expires\n> BYE" KNOWS "\n<b BYE | no Session-Expires"},
    {"8.1: the compact form is known", "min_se=1800s",
     "> INVITE | sdp" KNOWS " | x: 600\n< 422 | Min-SE: 1800\n> ACK"},
    {"8.1: over TCP too", "min_se=1800s",
     "tcp\n> INVITE | sdp" ASKS("600") "\n< 422 | Min-SE: 1800\n> ACK\nnone 1s"},

    /* --- 8.2: responses ------------------------------------------------------------------------------ */
    {"8.2: the UAS knows no timers, the UAC does: the proxy MUST insert it, refresher=uac, Require: timer", "",
     INVITED(KNOWS, "") ANSWERED("", SAYS("1800;refresher=uac") " | Require: timer")},
    {"8.2: the same for one that it only examined and accepted", "proxy_inserts_session_expires=off",
     INVITED(ASKS("2000"), SAYS("1800")) ANSWERED("", SAYS("1800;refresher=uac") " | Require: timer")},
    {"8.2: the same for one that it accepted as it was", "session_expires=3600s",
     INVITED(ASKS("2000"), SAYS("2000")) ANSWERED("", SAYS("2000;refresher=uac") " | Require: timer")},
    {"8.2: with the value that it remembers from the forwarded request", "min_se=90s session_expires=900s",
     INVITED(ASKS("1800"), "") ANSWERED("", SAYS("900;refresher=uac"))},
    {"8.2: refresher=uac, whatever was asked for", "",
     INVITED(ASKS("1800;refresher=uas"), "") ANSWERED("", SAYS("1800;refresher=uac"))},
    {"8.2: timer is added to a Require that is there", "",
     INVITED(KNOWS, "") ANSWERED(" | Require: 100rel", " | Require has timer | Require has 100rel")},
    {"8.2: neither side knows timers: forwarded as it is", "",
     INVITED("", SAYS("1800")) ANSWERED("", " | no Session-Expires | no Require")},
    {"8.2: one that is there MUST NOT be modified", "",
     INVITED(ASKS("3000"), SAYS("1800")) ANSWERED(TIMER("1700;refresher=uas"), SAYS("1700;refresher=uas") " | Require: timer")},
    {"8.2: not even when it is below the proxy's minimum", "min_se=1800s",
     INVITED(ASKS("1800"), "") ANSWERED(TIMER("100;refresher=uac"), SAYS("100;refresher=uac"))},
    {"8.2: nor above what it let pass", "",
     INVITED(ASKS("1800"), "") ANSWERED(" | Session-Expires: 9000;refresher=uas", SAYS("9000;refresher=uas") " | no Require")},
    {"8.2: the proxy did not ask, and no one else: nothing is inserted", "proxy_inserts_session_expires=off",
     INVITED(KNOWS, "") ANSWERED("", " | no Session-Expires | no Require")},
    {"8.2: no timers at all: nothing is inserted", "proxy_session_timers=off",
     INVITED(ASKS("1800"), "") ANSWERED("", " | no Session-Expires | no Require")},
    {"8.2: a provisional answer gets nothing (table 1)", "",
     INVITED(KNOWS, "") ">b 180\n< 180 | no Session-Expires | no Require"},
    {"8.2: a refusal gets nothing (table 1)", "",
     INVITED(KNOWS, "") ">b 486\n<b ACK\n< 486 | no Session-Expires | no Require\n> ACK"},
    {"8.2: the answer to an UPDATE, too", "",
     UP("1800") "> UPDATE" ASKS("1800;refresher=uac") "\n<b UPDATE\n>b 200\n< 200" SAYS("1800;refresher=uac") " | Require: timer"},
    {"8.2: an answer on the other way, too", "",
     UP("1800") ">b UPDATE" ASKS("1800;refresher=uac") "\n< UPDATE\n> 200\n<b 200" SAYS("1800;refresher=uac") " | Require: timer"},
    {"8.2: the answer to a BYE gets nothing (table 1)", "",
     UP("1800") "> BYE" KNOWS "\n<b BYE\n>b 200\n< 200 | no Session-Expires | no Require"},

    /* --- 8.3: expiration ------------------------------------------------------------------------------- */
    {"8.3: at the expiration the call MAY be forgotten, and MUST NOT be ended by a BYE", "",
     UP("1800") "none 1799s\nknows 1\nnone 2s\nknows 0\nnone 24h"},
    {"8.2: the interval is that of the 2xx as forwarded", "",
     INVITED(ASKS("1800"), "") ANSWERED(TIMER("600;refresher=uac"), "") "none 599s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: the interval that it inserted counts as well", "min_se=90s session_expires=900s",
     INVITED(KNOWS, "") ANSWERED("", "") "none 899s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: the expiration counts from the 2xx, not from the request", "",
     INVITED(ASKS("1800"), "") "none 100ms\n>b 180\n< 180\nnone 60s\n" ANSWERED(TIMER("1800;refresher=uac"), "")
     "none 1799s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: the 2xx to a refresh MUST update it", "",
     UP("1800") "none 1700s\n> UPDATE" ASKS("1800;refresher=uac") "\n<b UPDATE\n>b 200" TIMER("1800;refresher=uac")
     "\n< 200\nnone 1799s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: so does one on the other way, with a shorter interval", "min_se=90s",
     UP("1800") "none 100s\n>b UPDATE" ASKS("600;refresher=uac") "\n< UPDATE\n> 200" TIMER("600;refresher=uac")
     "\n<b 200\nnone 599s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: a refusal does not", "",
     UP("1800") "none 900s\n> UPDATE" ASKS("1800;refresher=uac") "\n<b UPDATE\n>b 488\n< 488\nnone 899s\nknows 1\nnone 2s\nknows 0"},
    {"8.2: no Session-Expires, no expiration", "",
     INVITED("", "") ANSWERED("", "") "none 48h\nknows 1\n> BYE\n<b BYE\n>b 200\n< 200\nknows 0"},
    {"8.3: without timers it hangs on for ever, if the BYE is lost", "proxy_session_timers=off",
     UP("1800") "none 48h\nknows 1"},
};
/* clang-format on */

int main(void)
{
    return run_rows("RFC 4028, proxy", rows, sizeof rows / sizeof rows[0], run_between);
}
