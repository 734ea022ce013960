/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How calls begin and end, on the wire: INVITE, 2xx and ACK, CANCEL, BYE (RFC 3261 9, 13, 15, 17). Each row is a rule
 * with its section; T1 is 500 ms, T2 4 s. */
#include "tests/unit/proto/agent_kit.h"

#define CALLED "call\n< INVITE\n> 200 | sdp\n< ACK\n"
#define INVITED "> INVITE | sdp\n< 100\n< 200\n> ACK\n"
#define COPIES_UNTIL_64_T1 "< 200 @500ms\n< 200 @1.5s\n< 200 @3.5s\n< 200 @7.5s\n< 200 @11.5s\n< 200 @15.5s\n< 200 @19.5s\n< 200 @23.5s\n< 200 @27.5s\n< 200 @31.5s\n"

/* clang-format off */
static const struct row rows[] = {
    /* --- 13: the call begins ------------------------------------------------------------------------- */
    {"3261 13.2: 100, 180, 200, ACK; what the caller is told", "session_timers=off",
     "call\n< INVITE\n> 100\nnone 10ms\ntold \n> 180\nnone 10ms\ntold progress 180\n> 200 | sdp\n< ACK\ntold answer PCMU"},
    {"3261 13.3: 100, 180, 200, ACK; what the called side is told", "session_timers=off",
     "manual\n> INVITE | sdp\n< 100\ntold invite\nring\n< 180\nanswer\n< 200\n> ACK\nnone 1ms\ntold confirm PCMU"},
    {"3261 13.2.2.4: a 2xx that comes again gets its ACK again, and nothing else happens", "session_timers=off",
     CALLED "copies\n> 200 to INVITE | sdp\n< ACK\n> 200 to INVITE | sdp\n< ACK\ntold answer PCMU"},
    {"3261 13.2.2.4: that of a re-INVITE, too", "session_timers=off",
     CALLED "modify\n< INVITE\n> 200 | sdp\n< ACK\ncopies\n> 200 to INVITE | sdp\n< ACK | CSeq: 102 ACK"},
    {"3261 13.2.2.4: a second 2xx, of another branch of a fork, gets ACK and BYE, and the call goes on", "session_timers=off",
     CALLED "> 200 to INVITE | sdp | To: <sip:200@10.1.1.2>;tag=fork | Contact: <sip:fork@10.1.1.2>\n"
     "< ACK | uri sip:fork@10.1.1.2 | To: <sip:200@10.1.1.2>;tag=fork | CSeq: 101 ACK | no Route\n"
     "< BYE | uri sip:fork@10.1.1.2 | To: <sip:200@10.1.1.2>;tag=fork | CSeq: 102 BYE\n> 200\ntold answer PCMU\n"
     "hang-up\n< BYE | uri sip:200@10.1.1.2:5060 | To: <sip:200@10.1.1.2>;tag=hand"},
    {"3261 13.2.2.4: of two branches that ring the one that answers is the call", "session_timers=off",
     "call\n< INVITE\n> 180 | To: <sip:200@10.1.1.2>;tag=fork\n> 180\n> 180 | To: <sip:200@10.1.1.2>;tag=fork\n> 200 | sdp\n"
     "< ACK | To: <sip:200@10.1.1.2>;tag=hand\ntold answer PCMU\nhang-up\n< BYE | To: <sip:200@10.1.1.2>;tag=hand"},
    {"3261 13.3.1.4: a 2xx is repeated at T1, 2 T1, ... T2 until its ACK comes", "session_timers=off",
     "copies\n> INVITE | sdp\n< 100\n< 200\n< 200 @500ms\n< 200 @1.5s\n< 200 @3.5s\n< 200 @7.5s\n< 200 @11.5s\n> ACK\nnone 120s\ntold confirm PCMU"},
    {"3261 13.3.1.4: over TCP, too", "session_timers=off",
     "tcp\ncopies\n> INVITE | sdp\n< 100\n< 200\n< 200 @500ms\n< 200 @1.5s\n< 200 @3.5s\n> ACK\nnone 120s"},
    {"3261 13.3.1.4: nobody acknowledges it for 64 T1: BYE", "session_timers=off",
     "copies\n> INVITE | sdp\n< 100\n< 200\n" COPIES_UNTIL_64_T1 "< BYE @32s\ntold end unreachable\n> 200\nnone 120s"},
    {"3261 13.3.1.4: the 2xx to a re-INVITE is repeated as well", "session_timers=off",
     CALLED "copies\n> INVITE | sdp\n< 200\n< 200 @500ms\n< 200 @1.5s\n> ACK\nnone 120s"},
    {"3261 14.2, 13.3.1.4: nobody acknowledges that: BYE", "session_timers=off",
     CALLED "> INVITE | sdp\n< 200\nmark\nnone 31s\n< BYE @32s\ntold end unreachable"},
    {"3261 13.3.1.4: an ACK with another CSeq is not its ACK", "session_timers=off",
     "> INVITE | sdp\n< 100\ncopies\n< 200\n> ACK | CSeq: 2 ACK\n< 200 @500ms\n> ACK\nnone 60s"},
    {"3261 17.1.1.2: nobody answers the INVITE for 64 T1", "session_timers=off",
     "call\n< INVITE\nnone 31.9s\ntold \nnone 200ms\ntold end unreachable"},
    {"3261 17.1.1.2: it may ring as long as it is let", "session_timers=off sip_invite_expires=1d",
     "call\n< INVITE\n> 180\nnone 1h\n> 200 | sdp\n< ACK\ntold answer PCMU"},
    {"3261 13.2.1: it rings, and rings no longer than that: CANCEL", "session_timers=off",
     "call\nmark\n< INVITE\n> 180\nnone 179s\n< CANCEL @180s\n> 200\n> 487 to INVITE\n< ACK\ntold end by us"},
    {"3261 13.2.1, 9.1: and who is called has died while it rang", "session_timers=off sip_invite_expires=60s",
     "call\nmark\n< INVITE\n> 180\nnone 59s\n< CANCEL @60s\nnone 10ms\ntold progress 180\nnone 33s\ntold end by us"},
    {"3261 13.2.1, 14.1: a change that nobody answers is taken back, and the call goes on", "session_timers=off",
     CALLED "mark\nmodify\n< INVITE\n> 100\nnone 179s\n< CANCEL @180s | same Via | CSeq: 102 CANCEL | same To\n> 200\n> 487 to INVITE\n< ACK\ntold modified 487\n"
     "modify\n< INVITE | CSeq: 103 INVITE\n> 200 | sdp\n< ACK\nnone 1h\ntold modified 200"},
    {"3261 13.2.1, 12.2.1.2: nobody answers that, either: BYE", "session_timers=off",
     CALLED "mark\nmodify\n< INVITE\n> 100\nnone 179s\n< CANCEL @180s\nnone 10ms\ntold answer PCMU\nnone 31s\n< BYE @212s\ntold end refresh-failed"},
    {"3261 13.2.1: an answer ends that wait", "session_timers=off", "call\n< INVITE\n> 180\nnone 170s\n> 200 | sdp\n< ACK\nnone 1h\ntold answer PCMU"},
    {"3261 17.2.4: who called cannot be told that it rings", "session_timers=off",
     "manual\n> INVITE | sdp | Via: SIP/2.0/UDP 10.1.1.2:5060;maddr=10.9.9.9;branch=z9hG4bKfar\nnone 1ms\ntold end unreachable"},
    {"3261 12.1.2: a way back that is longer than there is room for: none is taken, and the call ends", "session_timers=off",
     "call\n< INVITE\n> 200 | sdp | Record-Route: <sip:10.1.1.2;lr;a-very-long-parameter-of-the-first-of-three-proxies-that-are-on-the-way-to-it>,<sip:10.1.1.2;lr;a-very-long-parameter-of-the-second-of-three-proxies-that-are-on-the-way-to-it>,<sip:10.1.1.2;lr;a-very-long-parameter-of-the-third-of-three-proxies-that-are-on-the-way-to-it>\n"
     "< ACK | no Route\n< BYE | no Route\n> 200\ntold end by us"},
    {"3261 13.2.2.3: a refusal is acknowledged, with the INVITE's Via and its own To", "session_timers=off",
     "call\n< INVITE\n> 486\n< ACK | same Via | CSeq: 101 ACK | To: <sip:200@10.1.1.2>;tag=hand\ntold end refused 486"},
    {"3261 13.3.1.3: a refusal", "",
     "manual\n> INVITE | sdp\n< 100\nreject 486\n< 486 | phrase Busy Here | tagged To\n> ACK\ntold end by us"},
    {"3261 13.3.1.3: who hangs up while it rings refuses", "",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\nhang-up\n< 603\n> ACK\ntold end by us"},
    {"3261 13.2.1: a 2xx without an answer to the offer: ACK, and BYE", "session_timers=off",
     "call\n< INVITE\n> 200\n< ACK\n< BYE\ntold end by us"},

    /* --- 9: CANCEL ------------------------------------------------------------------------------------ */
    {"3261 9.1: no CANCEL before a provisional answer", "session_timers=off",
     "call\n< INVITE\nhang-up\nnone 400ms\n> 100\n< CANCEL | same Via | CSeq: 101 CANCEL | same To | same From | same Call-ID | uri sip:200@10.1.1.2:5060\n"
     "> 200\n> 487 to INVITE\n< ACK\ntold end by us"},
    {"3261 9.1: a CANCEL has the Via, CSeq number, To, From, Call-ID and URI of the INVITE", "session_timers=off",
     "call\n< INVITE\n> 180\nhang-up\n< CANCEL | same Via | CSeq: 101 CANCEL | same To | same From | same Call-ID | no Require | uri sip:200@10.1.1.2:5060\n"
     "> 200\n> 487 to INVITE\n< ACK\ntold end by us"},
    {"3261 9.1: hanging up twice sends one CANCEL", "session_timers=off",
     "call\n< INVITE\n> 180\nhang-up\nhang-up\ncopies\n< CANCEL\n> 200\nhang-up\n> 487 to INVITE\n< ACK\nnone 60s"},
    {"3261 9.1: an INVITE that nobody answers after its CANCEL is over 64 T1 later", "session_timers=off",
     "call\n< INVITE\n> 180\nhang-up\n< CANCEL\n> 200\nnone 31.9s\ntold progress 180\nnone 200ms\ntold end by us"},
    {"3261 9.1: an answer that crosses the CANCEL: ACK, then BYE", "session_timers=off",
     "call\n< INVITE\n> 180\nhang-up\n> 200 to INVITE | sdp\n< CANCEL\n< ACK\n< BYE | CSeq: 102 BYE\ntold end by us"},
    {"3261 9.1: an answer that comes before it could be cancelled: ACK, then BYE", "session_timers=off",
     "call\n< INVITE\nhang-up\n> 200 | sdp\n< ACK\n< BYE\ntold end by us"},
    {"3261 9.1: a refusal that crosses the CANCEL", "session_timers=off",
     "call\n< INVITE\n> 180\nhang-up\n> 486 to INVITE\n< CANCEL\n< ACK\ntold end by us"},
    {"3261 9.1: a 422 that crosses the CANCEL is not followed", "",
     "call\n< INVITE\n> 180\nhang-up\n> 422 to INVITE | Min-SE: 3600\n< CANCEL\n< ACK\ntold end by us\nnone 1s"},
    {"3261 9.2: a CANCEL gets 200, its INVITE 487", "",
     "manual\n> INVITE | sdp\n< 100\n> CANCEL\n< 200 | CSeq: 8 CANCEL\n< 487 | CSeq: 8 INVITE\n> ACK\ntold end by peer"},
    {"3261 9.2: both with the tag of the 180", "",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\n> CANCEL\n< 200 | tagged To\n< 487 | tagged To\n> ACK\ntold end by peer"},
    {"3261 9.2: a CANCEL after the final answer gets 200, and does nothing", "session_timers=off",
     "> INVITE | sdp\n< 100\n< 200\n> CANCEL\n< 200 | CSeq: 8 CANCEL\n> ACK\nnone 1s\ntold confirm PCMU"},
    {"3261 9.2: a CANCEL of nothing gets 481", "",
     "> CANCEL | CSeq: 8 CANCEL\n< 481"},
    {"3261 9.2, 14.2: a re-INVITE can be cancelled, and the call goes on", "session_timers=off",
     INVITED "manual\n> INVITE | sdp\n< 100 @200ms\n> CANCEL\n< 200\n< 487\n> ACK\n> BYE\n< 200\ntold end by peer"},

    /* --- 15: BYE -------------------------------------------------------------------------------------- */
    {"3261 15.1.1: BYE; whatever it gets, the call is over", "session_timers=off",
     CALLED "hang-up\n< BYE | CSeq: 102 BYE | uri sip:200@10.1.1.2:5060\ntold end by us\n> 481\nnone 60s"},
    {"3261 15.1.2: BYE of the other side", "session_timers=off",
     CALLED "> BYE\n< 200\ntold end by peer\n> BYE\n< 481"},
    {"3261 15: the caller may end an early dialog by BYE; its INVITE gets 487", "",
     "manual\n> INVITE | sdp\n< 100\nring\n< 180\n> BYE\n< 200\n< 487\n> ACK\ntold end by peer"},
    {"3261 15: the called side MUST NOT send BYE before the ACK", "session_timers=off",
     "> INVITE | sdp\n< 100\n< 200\nhang-up\nnone 3s\n> ACK\n< BYE\ntold end by us"},
    {"3261 15: or before it has waited 64 T1 for it", "session_timers=off",
     "> INVITE | sdp\n< 100\n< 200\nhang-up\nnone 31s\n< BYE @32s\ntold end by us"},
    {"3261 15.1.2: BYE while a re-INVITE of its sender waits: both are answered", "session_timers=off",
     INVITED "manual\n> INVITE | sdp\n< 100 @200ms\n> BYE\n< 200\n< 487\n> ACK\ntold end by peer"},
    {"3261 15.1.2: BYE while a re-INVITE of the other side waits for an answer", "session_timers=off",
     CALLED "modify\n< INVITE\n> BYE\n< 200\ntold end by peer\n> 487 to INVITE\n< ACK"},
    {"3261 15.1.1: BYE while a re-INVITE of its own waits for an answer", "session_timers=off",
     CALLED "modify\n< INVITE\nhang-up\n< BYE\ntold end by us\n> 200\n> 487 to INVITE\n< ACK"},
    {"3261 15.1.1: BYE while one of the other side waits", "session_timers=off",
     INVITED "manual\n> INVITE | sdp\n< 100 @200ms\nhang-up\n< BYE\n< 487\n> ACK\ntold end by us"},
    {"3261 15.1.2: BYE in place of the ACK", "session_timers=off",
     "copies\n> INVITE | sdp\n< 100\n< 200\n> BYE\n< 200 | CSeq: 9 BYE\ntold end by peer\nnone 60s"},
    {"3261 15.1.1: BYEs that cross", "session_timers=off",
     CALLED "hang-up\n> BYE\n< BYE\n< 481\n> 481 to BYE\ntold end by us"},
    {"3261 15.1.1: a service that stops says BYE", "session_timers=off",
     CALLED "close\n< BYE\ntold end by us"},
};
/* clang-format on */

int main(void)
{
    return run_rows("SIP calls", rows, sizeof rows / sizeof rows[0], run_row);
}
