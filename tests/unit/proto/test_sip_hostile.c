/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nobody should send, over UDP and TCP: it is answered or discarded by name, and what comes after it is taken as
 * if nothing had been. Independent truth: RFC 3261 7, 8.1.1, 8.2, 18.3, 21.4.1, 21.5.6, 25.1; RFC 4475. */
#include "tests/unit/proto/sip_abuse.h"

struct row {
    const char *name, *bytes;
    struct want udp, tcp;
};

/* clang-format off */
static const struct row rows[] = {
    {"sound", GOOD, BOTH(TAKEN)},
    {"compact names", LINE "v: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\ni: x\r\n" C "l: 0\r\n\r\n", BOTH(TAKEN)},
    {"names in other case", LINE "VIA: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\nFROM: <sip:a@b>;tag=1\r\ntO: <sip:c@d>\r\nCALL-id: x\r\ncSEQ: 7 OPTIONS\r\n" L0 END, BOTH(TAKEN)},
    {"folded", LINE V "From:\r\n <sip:200@10.1.1.2>\r\n\t;tag=t\r\n" T I "CSeq: 7\r\n  OPTIONS\r\n" L0 END, BOTH(TAKEN)},
    {"version in small letters", "OPTIONS sip:100@10.1.1.1 sip/2.0\r\n" V F T I C L0 END, BOTH(TAKEN)},
    {"unknown method", "NEWMETHOD sip:100@10.1.1.1 SIP/2.0\r\n" V F T I "CSeq: 7 NEWMETHOD\r\n" L0 END, BOTH(TAKEN)},
    {"unknown scheme", "OPTIONS nobody:knows SIP/2.0\r\n" V F T I C L0 END, BOTH(TAKEN)},
    {"no Max-Forwards", LINE V F T I C L0 END, BOTH(TAKEN)},
    {"empty lines before it", "\r\n\r\n" GOOD, BOTH(TAKEN)},
    {"keepalive", "\r\n\r\n", BOTH(SILENT)},
    {"keepalive's answer", "\r\n", BOTH(SILENT)},
    {"garbage", "what is this\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"garbage without end", "what is this", DISCARDED("sip-malformed"), OPEN_END},
    {"bytes", "\x16\x03\x01\x02\x80\xff\xfe", DISCARDED("sip-malformed"), OPEN_END},
    {"HTTP", "GET / HTTP/1.1\r\nHost: 10.1.1.1\r\n" L0 END, MALFORMED},
    {"no version", "OPTIONS sip:100@10.1.1.1\r\n" V F T I C L0 END, MALFORMED},
    {"two blanks", "OPTIONS  sip:100@10.1.1.1 SIP/2.0\r\n" V F T I C L0 END, MALFORMED},
    {"blank in front", " " GOOD, MALFORMED},
    {"blank behind", "OPTIONS sip:100@10.1.1.1 SIP/2.0 \r\n" V F T I C L0 END, MALFORMED},
    {"no URI", "OPTIONS  SIP/2.0\r\n" V F T I C L0 END, MALFORMED},
    {"no token as method", "OPT@IONS sip:100@10.1.1.1 SIP/2.0\r\n" V F T I "CSeq: 7 OPT@IONS\r\n" L0 END, MALFORMED},
    {"SIP/3.0", "OPTIONS sip:100@10.1.1.1 SIP/3.0\r\n" V F T I C L0 END, BOTH(REFUSED(505, "sip-version"))},
    {"SIP/7.0, unknown method", "NEW sip:a SIP/7.0\r\n" V F T I "CSeq: 7 NEW\r\n" L0 END, BOTH(REFUSED(505, "sip-version"))},
    {"SIP/20.10 with a body", "OPTIONS sip:a SIP/20.10\r\n" V F T I C "Content-Length: 3\r\n\r\nabc", BOTH(REFUSED(505, "sip-version"))},
    {"SIP/3.0, no Via", "OPTIONS sip:a SIP/3.0\r\n" F T I C L0 END, BOTH(DISCARDED("sip-version"))},
    {"ACK of SIP/3.0", "ACK sip:a SIP/3.0\r\n" V F T I "CSeq: 7 ACK\r\n" L0 END, BOTH(DISCARDED("sip-version"))},
    {"SIP/two", "OPTIONS sip:a SIP/two\r\n" V F T I C L0 END, MALFORMED},
    {"response of SIP/3.0", "SIP/3.0 200 OK\r\n" OURS F T I C L0 END, MALFORMED},
    {"no Via", LINE F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via without a host", LINE "Via: SIP/2.0/UDP\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via of HTTP", LINE "Via: 1.1 proxy\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with port 0", LINE "Via: SIP/2.0/UDP 10.1.1.2:0\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with port 70000", LINE "Via: SIP/2.0/UDP 10.1.1.2:70000\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with a quote that never ends", LINE "Via: SIP/2.0/UDP 10.1.1.2:5061;branch=\"z9hG4bKx\r\n" F T I C L0 END, BOTH(TAKEN)},
    {"rport beyond all ports", LINE "Via: SIP/2.0/UDP 10.1.1.2:5061;rport=99999999999;branch=z9hG4bKx\r\n" F T I C L0 END, BOTH(TAKEN)},
    {"no From", LINE V T I C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no To", LINE V F I C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no Call-ID", LINE V F T C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"empty Call-ID", LINE V F T "Call-ID: \r\n" C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no CSeq", LINE V F T I L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"nothing but Via", LINE V L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"two From", LINE V F F T I C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two To, one compact", LINE V F T "t: <sip:x@y>\r\n" I C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two Call-ID", LINE V F T I "i: other\r\n" C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two CSeq", LINE V F T I C "CSeq: 8 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"CSeq of another method", LINE V F T I "CSeq: 7 INVITE\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq without a number", LINE V F T I "CSeq: OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq without a method", LINE V F T I "CSeq: 7\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq below 0", LINE V F T I "CSeq: -7 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq of 2^31", LINE V F T I "CSeq: 2147483648 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq of 36893488147419103232", LINE V F T I "CSeq: 36893488147419103232 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"ACK without From", "ACK sip:a SIP/2.0\r\n" V T I "CSeq: 7 ACK\r\n" L0 END, BOTH(DISCARDED("sip-header-missing"))},
    {"ACK with CSeq of INVITE", "ACK sip:a SIP/2.0\r\n" V F T I "CSeq: 7 INVITE\r\n" L0 END, BOTH(DISCARDED("sip-bad-cseq"))},
    {"line without a colon", LINE V F T I C "what is this\r\n" L0 END, MALFORMED},
    {"name with a blank", LINE V F T I C "What is: this\r\n" L0 END, MALFORMED},
    {"name with a comma", LINE V F T I C "What,is: this\r\n" L0 END, MALFORMED},
    {"empty name", LINE V F T I C ": this\r\n" L0 END, MALFORMED},
    {"control character", LINE V F T I C "Subject: \x01\r\n" L0 END, MALFORMED},
    {"CR alone", LINE V F T I C "Subject: a\rb\r\n" L0 END, MALFORMED},
    {"LF alone", LINE V F T I C "Subject: a\nb: c\r\n" L0 END, DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"lines that end in LF", "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP 10.1.1.2:5061\n\n", DISCARDED("sip-malformed"), OPEN_END},
    {"first line folded", "OPTIONS sip:a SIP/2.0\r\n folded\r\n" V F T I C L0 END, MALFORMED},
    {"start line alone", "OPTIONS sip:a SIP/2.0\r\n", DISCARDED("sip-malformed"), OPEN_END},
    {"head without end", LINE V F T I C L0, DISCARDED("sip-malformed"), OPEN_END},
    {"no Content-Length", LINE V F T I C END, TAKEN, CUT("sip-framing")},
    {"Content-Length of words", LINE V F T I C "Content-Length: many\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"Content-Length below 0", LINE V F T I C "Content-Length: -1\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"Content-Length of 10 GB", LINE V F T I C "Content-Length: 10000000000\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"two Content-Lengths", LINE V F T I C L0 "l: 4\r\n\r\nbody", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"body too short", LINE V F T I C "Content-Length: 20\r\n\r\nbody", REFUSED(400, "sip-short-body"), OPEN_END},
    {"body too short, no Via", LINE F T I C "Content-Length: 20\r\n\r\nbody", DISCARDED("sip-short-body"), OPEN_END},
    {"body of an ACK too short", "ACK sip:a SIP/2.0\r\n" V F T I "CSeq: 7 ACK\r\nContent-Length: 20\r\n\r\n", DISCARDED("sip-short-body"), OPEN_END},
    {"body of a response too short", OK OURS F T I C "Content-Length: 20\r\n\r\nbody", DISCARDED("sip-short-body"), OPEN_END},
    {"bytes after the body", LINE V F T I C "Content-Length: 4\r\n\r\nbodyguard", TAKEN, {.taken = true, .after = WAITS}},
    {"body of zeros", LINE V F T I C "Content-Length: 4\r\n\r\n\r\n\r\n", BOTH(TAKEN)},
    {"sound response", OK OURS F T I C L0 END, BOTH(TAKEN)},
    {"response 99", "SIP/2.0 099 Low\r\n" OURS F T I C L0 END, MALFORMED},
    {"response 700", "SIP/2.0 700 High\r\n" OURS F T I C L0 END, MALFORMED},
    {"response 2000", "SIP/2.0 2000 OK\r\n" OURS F T I C L0 END, MALFORMED},
    {"response without a phrase's blank", "SIP/2.0 200\r\n" OURS F T I C L0 END, MALFORMED},
    {"response without Via", OK F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"response without CSeq", OK OURS F T I L0 END, BOTH(DISCARDED("sip-header-missing"))},
    {"response with two CSeq", OK OURS F T I C C L0 END, BOTH(DISCARDED("sip-header-twice"))},
    {"response with two Vias", OK OURS V F T I C L0 END, BOTH(DISCARDED("sip-many-vias"))},
    {"response of somebody else", OK V F T I C L0 END, BOTH(DISCARDED("sip-not-ours"))},
};
/* clang-format on */

static void over_udp(void **state)
{
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(h, rows[i].name, str_of(rows[i].bytes), &rows[i].udp, SIP_OVER_UDP);
        check_good(h, rows[i].name, SIP_OVER_UDP);
    }
    hand_close(h);
}

static void over_tcp(void **state)
{
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        say_by_tcp(h, rows[i].name, str_of(rows[i].bytes), &rows[i].tcp);
    hand_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_udp),
        cmocka_unit_test(over_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
