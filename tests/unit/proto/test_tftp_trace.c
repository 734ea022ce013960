/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the TFTP server says in its trace. Independent truth: the lines that seed 004 prints
 * (tests/seed), here with the addresses of the kit; a read request is 2 + name + 1 + "octet" + 1
 * bytes (RFC 1350 5). */
#include "tests/unit/proto/file_kit.h"

#include <stdio.h>

/* The lines of the first server, each on its own; handles and numbers begin with the first request.
 */
static void expect_lines(struct office *o, const char *const *want, uint32_t count)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->said_count && n < count; i++) {
        if (strncmp(o->said[i].text, want[n], sizeof o->said[i].text - 1) == 0)
            n++;
    }
    if (n < count)
        fail_msg("no line '%s'", want[n]);
}

static struct office *open_tftp(void)
{
    static const struct setting s[] = {{STR("file_size_max"), STR("8KiB")}};
    struct office *o = office_open(s, 1);
    start_serving(o->server[0]);
    return o;
}

/* The port of the phone's youngest request. */
static unsigned port_of(struct office *o)
{
    unsigned port = 0;
    for (uint32_t i = 0; i < o->said_count; i++) {
        const char *at = strstr(o->said[i].text, "~10.1.1.2~");
        if (at)
            port = (unsigned)strtoul(at + strlen("~10.1.1.2~"), NULL, 10);
    }
    return port;
}

static void a_trust_list_that_is_not_there(void **state)
{
    static const char *const fmt[] = {
        "   TID[a58eaba0] TFTPServer::recvMessage[0x8a5afb8]() sockets:33 CReqContext[0x93f90e0] "
        "Requested File[CTLSEP005056A1033D.tlv]",
        "TFTPEngine::isReadRequest[0x93f90e0~1~10.1.1.2~%u], [CTLSEP005056A1033D.tlv] opcode(1), "
        "Mode(octet), "
        "Serving Count(0)",
        "   TID[a58eaba0] TFTPServer::recvMessage[0x8a5afb8]() sockets:33 count(00000), "
        "connect(0x93f90e0), nbytes(31)",
        "-->CReqContext::tftp[0x93f90e0~1~10.1.1.2~%u]",
        "CReqContext::CheckAndSetIsStatic(ctlsep005056a1033d.tlv) is (Not a Static) File",
        "CReqContext::isCTLCAPFRequest[CTLSEP005056A1033D.tlv] Not a CTLCAPF File",
        "   CReqContext::tftp[0x93f90e0~1~10.1.1.2~%u] HandleCTL: [CTLSEP005056A1033D.tlv] is "
        "CTLSEPMac.tlv file, "
        "Searching[005056A1033D]",
        "TFTPCache::FindMatching(005056A1033D), Found[SEP005056A1033D.cnf.xml]",
        "   CReqContext::tftp[0x93f90e0~1~10.1.1.2~%u] HandleCTL: Match[005056A1033D] Found, "
        "looking for [CTLFile.tlv] "
        "to serve",
        "TFTPEngine::sendNAK[0x93f90e0~1~10.1.1.2~%u], File[CTLFile.tlv], Error(1)",
    };
    enum { COUNT = sizeof fmt / sizeof fmt[0] };
    char text[COUNT][200];
    const char *want[COUNT];
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "SEP005056A1033D.cnf.xml", 600);
    fetch_file(o, "CTLSEP005056A1033D.tlv", FETCH_NOT_FOUND);
    for (int i = 0; i < COUNT; i++) {
        const char *cut = strstr(fmt[i], "%u");
        if (cut)
            snprintf(text[i], sizeof text[i], "%.*s%u%s", (int)(cut - fmt[i]), fmt[i], port_of(o),
                     cut + 2);
        else
            snprintf(text[i], sizeof text[i], "%s", fmt[i]);
        want[i] = text[i];
    }
    assert_int_equal(said(o, "0x93f90e0"), 7); /* and not a word more of it */
    expect_lines(o, want, COUNT);
    office_close(o);
}

/* A soft phone's device is named by its user: what is searched for stands in capitals, the match
 * does not. */
static void a_soft_phones_name(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "ipctest2.cnf.xml", 600);
    fetch_file(o, "CTLipctest2.tlv", FETCH_NOT_FOUND);
    assert_int_equal(said(o, "TFTPCache::FindMatching(IPCTEST2), Found[ipctest2.cnf.xml]"), 1);
    assert_int_equal(
        said(o, "HandleCTL: Match[ipctest2] Found, looking for [CTLFile.tlv] to serve"), 1);
    office_close(o);
}

static void a_device_that_nobody_added(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    fetch_file(o, "CTLSEP005056A1033D.tlv", FETCH_NOT_FOUND);
    fetch_file(o, "SEP005056A1033D.cnf.xml", FETCH_NOT_FOUND);
    assert_int_equal(said(o, "TFTPCache::FindMatching(005056A1033D), Not Found"), 1);
    assert_int_equal(
        said(o, "HandleCTL: No Match[005056A1033D] Found, looking for [CTLFile.tlv] to serve"), 1);
    assert_int_equal(said(o, "Handle"), 2); /* of the CTL file alone */
    assert_int_equal(said(o, "File[SEP005056A1033D.cnf.xml], Error(1)"), 1);
    office_close(o);
}

/* The cluster is secure, or the scenario brought the phone's own list: nothing is missing. */
static void a_trust_list_that_is_there(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "ITLFile.tlv", 600);
    put_file(o->server[0], "CTLSEP005056A1033D.tlv", 600);
    fetch_file(o, "ITLSEP005056A1033D.tlv", FETCH_OK);
    fetch_file(o, "CTLSEP005056A1033D.tlv", FETCH_OK);
    run_for(o, dur_ms(10));
    assert_int_equal(said(o, "HandleITL: [ITLSEP005056A1033D.tlv] is ITLSEPMac.tlv file, "), 1);
    assert_int_equal(said(o, "HandleCTL"), 0);
    assert_int_equal(said(o, "Transferred[ITLSEP005056A1033D.tlv] Socket[19]"), 1);
    assert_int_equal(said(o, "sendNAK"), 0);
    office_close(o);
}

/* Seed 004: 32 and 42 bytes; the handles of requests lie 0x9e0 apart. */
static void requests_and_their_ends(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "SEP005056A1033D.cnf.xml", 600);
    put_file(o->server[0], "English_United_States/ipc-sip.jar", 6000);
    fetch_file(o, "SEP005056A1033D.cnf.xml", FETCH_OK);
    fetch_file(o, "English_United_States/ipc-sip.jar", FETCH_OK);
    run_for(o, dur_ms(10));
    assert_int_equal(said(o, "count(00000), connect(0x93f90e0), nbytes(32)"), 1);
    assert_int_equal(said(o, "count(00000), connect(0x93f9ac0), nbytes(42)"), 1);
    assert_int_equal(
        said(o, "CheckAndSetIsStatic(english_united_states/ipc-sip.jar) is (Static) File"), 1);
    assert_int_equal(said(o, "TID[ad0f6ba0] TFTPEngine::processMessage[0x93f9ac0~2~10.1.1.2~"), 1);
    assert_int_equal(said(o, "], Transferred[English_United_States/ipc-sip.jar] Socket[19]"), 1);
    office_close(o);
}

/* The seed's own numbers give the seed's handles. */
static void handles_of_the_seed(void **state)
{
    static const struct {
        uint64_t number;
        const char *handle;
    } seen[] = {{137, "0x944cfe0"},
                {145, "0x9451ee0"},
                {168, "0x9460200"},
                {171, "0x9461fa0"},
                {173, "0x9463360"}};
    (void)state;
    struct office *o = open_tftp();
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct tftp_context c = {0};
        tftp_context_init(&c, o->server[0], seen[i].number, "f", 0);
        assert_string_equal(c.handle, seen[i].handle);
    }
    office_close(o);
}

/* A client that falls silent, and one that has had enough. */
static void transfers_that_fail(void **state)
{
    (void)state;
    struct office *o = open_tftp();
    put_file(o->server[0], "f", 3000);
    lose(o, "TFTP ACK block 2", 0, 1000);
    get(o, "f");
    run_for(o, dur_s(60));
    assert_int_equal(said(o, "No ACK[f] Block[2]"), 1);
    assert_int_equal(said(o, "Transferred[f]"), 0);
    lose(o, NULL, 0, 0);
    run_for(o, dur_s(60));
    put_file(o->server[0], "large", 9000);
    fetch_file(o, "large", FETCH_REFUSED);
    run_for(o, dur_ms(10));
    assert_int_equal(said(o, "Client Error[large] Error(3)"), 1); /* RFC 1350: disk full */
    assert_int_equal(said(o, "Transferred[large]"), 0);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trust_list_that_is_not_there),
        cmocka_unit_test(a_soft_phones_name),
        cmocka_unit_test(a_device_that_nobody_added),
        cmocka_unit_test(a_trust_list_that_is_there),
        cmocka_unit_test(requests_and_their_ends),
        cmocka_unit_test(handles_of_the_seed),
        cmocka_unit_test(transfers_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
