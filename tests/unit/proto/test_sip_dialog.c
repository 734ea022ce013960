/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialogs and requests in and out of them, on the wire: RFC 3261 8, 11, 12. Each row is a rule with its section. */
#include "tests/unit/proto/agent_kit.h"

#define CALLED(answer) "call\n< INVITE\n> 200 | sdp" answer "\n< ACK"
#define INVITED(headers) "> INVITE | sdp" headers "\n< 100\n< 200\n> ACK\n"
#define TWO_PROXIES " | Record-Route: <sip:10.1.1.2:5060;lr;p=1>, <sip:10.1.1.2;lr;p=2>"

/* clang-format off */
static const struct row rows[] = {
    /* --- 8.1, 12.1, 12.2.1: requests --------------------------------------------------------------- */
    {"3261 8.1.1: the first INVITE: To without a tag, From with one, one Contact, Max-Forwards 70", "session_timers=off",
     "call\n< INVITE | To: <sip:200@10.1.1.2> | tagged From | Contact: <sip:100@10.1.1.1:5060> | Max-Forwards: 70 | CSeq: 101 INVITE | uri sip:200@10.1.1.2:5060"},
    {"3261 13.2.1: an INVITE has Allow and Supported", "",
     "call\n< INVITE | Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE | Supported has timer"},
    {"3261 13.3.1.4: so has a 2xx to it", "",
     "> INVITE | sdp\n< 100\n< 200 | Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE | Supported has timer\n> ACK"},
    {"3261 12.2.1.1: later requests have the same Call-ID and From, and To with the tag of the answer", "session_timers=off",
     CALLED("") "\nmodify\n< INVITE | same Call-ID | same From | To: <sip:200@10.1.1.2>;tag=hand\n> 200 | sdp\n< ACK\n"
     "hang-up\n< BYE | same Call-ID | same From | same To"},
    {"3261 12.2.1.1: CSeq rises by one with each request, but for ACK", "session_timers=off",
     CALLED(" | Allow: UPDATE") " | CSeq: 101 ACK\nmodify\n< INVITE | CSeq: 102 INVITE\n> 200 | sdp\n< ACK | CSeq: 102 ACK\n"
     "modify update\n< UPDATE | CSeq: 103 UPDATE\n> 200 | sdp\nhang-up\n< BYE | CSeq: 104 BYE"},
    {"3261 8.1.1.7: each request has a branch of its own", "session_timers=off",
     CALLED("") " | new Via\nhang-up\n< BYE | new Via"},
    {"3261 12.2.1.1: the remote target is the Contact of the 2xx", "session_timers=off",
     CALLED(" | Contact: <sip:bob@10.1.1.2:5060;x=1>") " | uri sip:bob@10.1.1.2:5060;x=1\nhang-up\n< BYE | uri sip:bob@10.1.1.2:5060;x=1"},
    {"3261 12.1.1: the remote target is the Contact of the INVITE", "session_timers=off",
     INVITED(" | Contact: \"Bob\" <sip:bob@10.1.1.2>;q=1") "hang-up\n< BYE | uri sip:bob@10.1.1.2"},
    {"3261 12.2.1.2: the 2xx to a re-INVITE replaces it", "session_timers=off",
     CALLED("") "\nmodify\n< INVITE\n> 200 | sdp | Contact: <sip:new@10.1.1.2>\n< ACK | uri sip:new@10.1.1.2\nhang-up\n< BYE | uri sip:new@10.1.1.2"},
    {"3311 5.1: the 2xx to an UPDATE replaces it", "session_timers=off",
     CALLED(" | Allow: UPDATE") "\nmodify update\n< UPDATE\n> 200 | sdp | Contact: <sip:new@10.1.1.2>\nhang-up\n< BYE | uri sip:new@10.1.1.2"},
    {"3261 12.2.2: a re-INVITE of the other side replaces it", "session_timers=off",
     CALLED("") "\n> INVITE | sdp | Contact: <sip:new@10.1.1.2>\n< 200\n> ACK\nhang-up\n< BYE | uri sip:new@10.1.1.2"},
    {"3311 5.1: an UPDATE of the other side replaces it", "session_timers=off",
     CALLED("") "\n> UPDATE | Contact: <sip:new@10.1.1.2>\n< 200\nhang-up\n< BYE | uri sip:new@10.1.1.2"},
    {"3261 12.2: a request that is refused replaces nothing", "session_timers=off",
     CALLED("") "\n> INVITE | sdp 3 | Contact: <sip:new@10.1.1.2>\n< 488\n> ACK\nhang-up\n< BYE | uri sip:200@10.1.1.2:5060"},
    {"3261 12.2: an OPTIONS replaces nothing", "session_timers=off",
     CALLED("") "\n> OPTIONS | Contact: <sip:new@10.1.1.2>\n< 200\nhang-up\n< BYE | uri sip:200@10.1.1.2:5060"},
    {"3261 12.1.2: the caller's routes are the Record-Routes of the 2xx turned round", "session_timers=off",
     CALLED(TWO_PROXIES) " | Route: <sip:10.1.1.2;lr;p=2>, <sip:10.1.1.2:5060;lr;p=1> | uri sip:200@10.1.1.2:5060\n"
     "hang-up\n< BYE | Route: <sip:10.1.1.2;lr;p=2>, <sip:10.1.1.2:5060;lr;p=1>"},
    {"3261 12.1.2: over several lines, too", "session_timers=off",
     CALLED(" | Record-Route: <sip:10.1.1.2;lr;p=1> | Record-Route: <sip:10.1.1.2;lr;p=2>") "\nhang-up\n< BYE | Route: <sip:10.1.1.2;lr;p=2>, <sip:10.1.1.2;lr;p=1>"},
    {"3261 12.1.1: the called side's routes are those of the INVITE as they stand", "session_timers=off",
     INVITED(TWO_PROXIES) "hang-up\n< BYE | Route: <sip:10.1.1.2:5060;lr;p=1>, <sip:10.1.1.2;lr;p=2>"},
    {"3261 12.1.1: the 2xx has the Record-Routes of the INVITE, and a tag and a Contact of its own", "session_timers=off",
     "> INVITE | sdp | Record-Route: <sip:10.1.1.2:5060;lr;p=1>\n< 100 | untagged To\n< 200 | Record-Route: <sip:10.1.1.2:5060;lr;p=1> | tagged To | Contact: <sip:100@10.1.1.1:5060>\n> ACK"},
    {"3261 12.1.1: so has the 180", "session_timers=off",
     "manual\n> INVITE | sdp | Record-Route: <sip:10.1.1.2:5060;lr;p=1>\n< 100\nring\n< 180 | Record-Route: <sip:10.1.1.2:5060;lr;p=1> | tagged To | Contact: <sip:100@10.1.1.1:5060>\nanswer\n< 200\n> ACK"},
    {"3261 12.2: a later Record-Route changes no routes", "session_timers=off",
     CALLED("") "\nmodify\n< INVITE | no Route\n> 200 | sdp" TWO_PROXIES "\n< ACK | no Route\nhang-up\n< BYE | no Route"},
    {"3261 8.1.1.8: over TCP the Contact says so", "session_timers=off",
     "call tcp\n< INVITE | Contact: <sip:100@10.1.1.1:5060;transport=tcp>\n> 200 | sdp | Contact: <sip:200@10.1.1.2:5060;transport=tcp>\n< ACK\nhang-up\n< BYE"},

    /* --- 12.2.2: requests within a dialog ------------------------------------------------------------- */
    {"3261 12.2.2: a CSeq lower than the last gets 500", "session_timers=off",
     INVITED("") "> OPTIONS | CSeq: 2 OPTIONS\n< 500\n> BYE\n< 200\ntold end by peer"},
    {"3261 12.2.2: a CSeq higher by more than one is no error", "session_timers=off",
     INVITED("") "> OPTIONS | CSeq: 4000 OPTIONS\n< 200"},
    {"3261 12.2.2: the first number of who was called is free", "session_timers=off",
     CALLED("") "\n> OPTIONS | CSeq: 1 OPTIONS\n< 200\n> OPTIONS | CSeq: 2 OPTIONS\n< 200"},
    {"3261 8.2.2.2: the same INVITE by another way: 482", "",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\n> INVITE | sdp | To: <sip:100@10.1.1.1> | CSeq: 8 INVITE\n< 482\n> ACK | CSeq: 8 ACK\nhang-up\n< 603"},
    {"3261 12.2.2: of no dialog: 481 to BYE", "",
     "> BYE | To: <sip:100@10.1.1.1>;tag=no\n< 481 | To: <sip:100@10.1.1.1>;tag=no"},
    {"3261 12.2.2: of no dialog: 481 to a re-INVITE", "",
     "> INVITE | sdp | To: <sip:100@10.1.1.1>;tag=no\n< 481"},
    {"3261 12.2.2: of no dialog: 481 to a BYE without a tag", "",
     "> BYE\n< 481"},
    {"3261 12.2.2: another Call-ID is another dialog", "session_timers=off",
     INVITED("") "> BYE | Call-ID: other\n< 481\n> BYE\n< 200\ntold end by peer"},
    {"3261 12.2.2: another tag in To is another dialog", "session_timers=off",
     INVITED("") "> BYE | To: <sip:100@10.1.1.1>;tag=other\n< 481\n> BYE\n< 200\ntold end by peer"},
    {"3261 12.2.2: another tag in From is another dialog", "session_timers=off",
     INVITED("") "> BYE | From: <sip:200@10.1.1.2>;tag=other\n< 481\ntold confirm PCMU\n> BYE\n< 200\ntold end by peer"},
    {"3261 12.2.2: an ACK with another tag in From is no ACK", "session_timers=off",
     "> INVITE | sdp\n< 100\n< 200\n> ACK | From: <sip:200@10.1.1.2>;tag=other\nnone 1s\ntold invite\n> ACK\nnone 1ms\ntold confirm PCMU"},

    /* --- 8.2, 11, 21: what is answered by itself -------------------------------------------------------- */
    {"3261 8.2.1: an unknown method gets 405 with Allow", "",
     "> PUBLISH\n< 405 | Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE | tagged To"},
    {"3261 8.2.1: within a call, too, which goes on", "session_timers=off",
     INVITED("") "> INFO\n< 405 | Allow | tagged To\ntold confirm PCMU\n> BYE\n< 200"},
    {"3261 8.2.2.3: an unknown extension gets 420 with Unsupported", "",
     "> INVITE | sdp | Require: timer, 100rel\n< 420 | Unsupported: 100rel\n> ACK"},
    {"3261 8.2.2.3: within a call, too, which goes on", "session_timers=off",
     INVITED("") "> INVITE | sdp | Require: 100rel\n< 420 | Unsupported: 100rel\n> ACK\n> BYE\n< 200\ntold end by peer"},
    {"3261 8.2.2.3: Require counts for nothing in CANCEL", "",
     "manual\n> INVITE | sdp\n< 100\n> CANCEL | Require: 100rel\n< 200\n< 487\n> ACK"},
    {"3261 8.2.3: a body of another type gets 415 with Accept", "",
     "> INVITE | sdp | Content-Type: text/plain\n< 415 | Accept: application/sdp\n> ACK"},
    {"3261 7.4.1: a type has no case and may have parameters", "session_timers=off",
     INVITED(" | Content-Type: Application/SDP;charset=utf-8") "told confirm PCMU"},
    {"3261 8.2.3: 415 within a call, which goes on", "session_timers=off",
     INVITED("") "> UPDATE | sdp | Content-Type: text/plain\n< 415 | Accept: application/sdp\n> BYE\n< 200\ntold end by peer"},
    {"3261 11.2: OPTIONS out of a dialog: 200 with Allow", "",
     "> OPTIONS\n< 200 | Allow: INVITE, OPTIONS, BYE, CANCEL, ACK, UPDATE | tagged To"},
    {"3261 11.2: OPTIONS in a dialog changes nothing of it", "session_timers=off",
     INVITED("") "> OPTIONS\n< 200 | Allow | tagged To\n> BYE\n< 200\ntold end by peer"},
    {"3261 8.2.6.2: an answer has Via, From, Call-ID and CSeq of its request", "",
     "> OPTIONS | Via: SIP/2.0/UDP 10.1.1.2:5060;branch=z9hG4bKone;x=1\n"
     "< 200 | Via: SIP/2.0/UDP 10.1.1.2:5060;branch=z9hG4bKone;x=1 | CSeq: 8 OPTIONS | From: <sip:200@10.1.1.2>;tag=hand | Call-ID: by-hand@10.1.1.2"},
};
/* clang-format on */

int main(void)
{
    return run_rows("SIP dialogs", rows, sizeof rows / sizeof rows[0], run_row);
}
