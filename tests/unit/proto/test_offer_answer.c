/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_offer_answer.c: what RFC 3264 lets one answer to an offer, when the version of o= rises, and the text that
 * stands in the message. Expected texts are written by the RFCs' rules, not taken from the code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/proto/offer_answer.h"

#define HEAD "v=0\r\no=- 7 3 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n"
#define AUDIO HEAD "m=audio 16400 RTP/AVP "
#define PCMU AUDIO "0\r\n"

static struct media able(const char *codecs)
{
    struct media m = {.addr = {0x0a000001}, .port = 16384, .session = 2000, .version = 1};
    struct err e = {0};
    if (!media_codecs_parse(codecs, &m, &e))
        fail_msg("%s", e.msg);
    return m;
}

static struct media offered(const char *text)
{
    struct media m;
    if (!media_read(str_of(text), &m))
        fail_msg("not read: %s", text);
    return m;
}

static const char *written(const struct media *m, const struct media *offer)
{
    static char text[MEDIA_SDP_MAX + 1];
    struct wr w = wr_of(text, MEDIA_SDP_MAX);
    media_write(&w, m, MEDIA_USER_CUBE, offer);
    assert_true(wr_ok(&w));
    text[wr_len(&w)] = 0;
    return text;
}

/* --- 6.1: direction --------------------------------------------------------------------------------------- */

#define S SDP_SENDRECV
#define O SDP_SENDONLY
#define R SDP_RECVONLY
#define I SDP_INACTIVE

/* Rows are the offer, columns what the answerer would like: sendrecv, sendonly, recvonly, inactive. */
static const enum sdp_direction turned[4][4] = {
    {S, O, R, I}, /* 6.1: an answer to sendrecv may be any */
    {R, I, R, I}, /* 6.1: to sendonly: recvonly or inactive */
    {O, O, I, I}, /* 6.1: to recvonly: sendonly or inactive */
    {I, I, I, I}, /* 6.1: to inactive: inactive */
};

static void direction_is_turned_round(void **state)
{
    (void)state;
    for (int offer = 0; offer < 4; offer++) {
        for (int wish = 0; wish < 4; wish++) {
            struct media o = offered(PCMU), a = able("pcmu"), answer;
            o.direction = (enum sdp_direction)offer;
            a.direction = (enum sdp_direction)wish;
            assert_true(media_answer(&o, &a, &answer));
            assert_int_equal(answer.direction, turned[offer][wish]);
        }
    }
}

/* --- 6.1: formats ------------------------------------------------------------------------------------------ */

static const struct {
    const char *what, *offer, *able, *m_line; /* m_line NULL: nothing in common, 488 */
} answers[] = {
    {"6.1: the offer's order counts", AUDIO "8 0\r\n", "pcmu,pcma", "m=audio 16384 RTP/AVP 8 0\r\n"},
    {"6.1: only what both have", AUDIO "18 8 0\r\n", "pcmu", "m=audio 16384 RTP/AVP 0\r\n"},
    {"6.1: nothing in common", AUDIO "18\r\n", "pcmu,pcma", NULL},
    {"RFC 4733: events alone are no voice", AUDIO "18 101\r\na=rtpmap:101 telephone-event/8000\r\n",
     "pcmu,telephone-event", NULL},
    {"6.1: a dynamic payload type keeps the offer's number", AUDIO "0 97\r\na=rtpmap:97 telephone-event/8000\r\n",
     "pcmu,telephone-event", "m=audio 16384 RTP/AVP 0 97\r\na=rtpmap:0 PCMU/8000\r\n"
     "a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\n"},
    {"RFC 4566 6: 101 is dynamic, so it may be anything", AUDIO "0 101\r\na=rtpmap:101 iLBC/8000\r\n",
     "pcmu,telephone-event", "m=audio 16384 RTP/AVP 0\r\n"},
    {"RFC 4566 6: a static type may be mapped to another codec", AUDIO "0 8\r\na=rtpmap:0 L16/8000\r\n", "pcmu,pcma",
     "m=audio 16384 RTP/AVP 8\r\n"},
    {"RFC 3551 6: G.729 needs no rtpmap", AUDIO "18\r\n", "g729",
     "m=audio 16384 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n"},
    {"6: a refused stream keeps its place, after", PCMU "m=video 5000 RTP/AVP 96 97\r\n", "pcmu",
     "a=ptime:20\r\nm=video 0 RTP/AVP 96\r\n"},
    {"6: and before", HEAD "m=video 5000 RTP/AVP 96\r\nm=audio 16400 RTP/AVP 0\r\nm=image 6000 udptl t38\r\n", "pcmu",
     "t=0 0\r\nm=video 0 RTP/AVP 96\r\nm=audio 16384 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n"
     "m=image 0 udptl t38\r\n"},
    {"6.1: a second stream of audio is refused", PCMU "m=audio 16410 RTP/AVP 0\r\n", "pcmu",
     "a=ptime:20\r\nm=audio 0 RTP/AVP 0\r\n"},
    {"8.2: a stream that is not in use is passed over", HEAD "m=audio 0 RTP/AVP 0\r\nm=audio 16400 RTP/AVP 0\r\n",
     "pcmu", "t=0 0\r\nm=audio 0 RTP/AVP 0\r\nm=audio 16384 RTP/AVP 0\r\n"},
    {"8.2: what is offered with port 0 is answered so", HEAD "m=audio 0 RTP/AVP 0\r\n", "pcmu",
     "t=0 0\r\nm=audio 0 RTP/AVP 0\r\n"},
    {"6: no voice at all", HEAD "m=video 5000 RTP/AVP 96\r\n", "pcmu", NULL},
    {"6: secured voice is another thing", HEAD "m=audio 16400 RTP/SAVP 0\r\n", "pcmu", NULL},
    {"6: no m= line, no m= line", HEAD, "pcmu", "t=0 0\r\n"},
};

static void formats_are_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct media o = offered(answers[i].offer), a = able(answers[i].able), answer, again;
        bool ok = media_answer(&o, &a, &answer);
        if (ok != (answers[i].m_line != NULL))
            fail_msg("%s: %d", answers[i].what, ok);
        if (!ok)
            continue;
        const char *text = written(&answer, &o);
        if (!strstr(text, answers[i].m_line))
            fail_msg("%s:\n%s", answers[i].what, text);
        assert_true(media_read(str_of(text), &again)); /* good SDP */
        assert_int_equal(again.other_count, o.other_count); /* 6: as many m= lines */
        assert_int_equal(again.without_audio, o.without_audio);
    }
}

static void what_cannot_be_read_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "v=0\r\n", "hello", HEAD "m=audio x RTP/AVP 0\r\n",
        PCMU "m=a 1 p 1\r\nm=a 1 p 1\r\nm=a 1 p 1\r\nm=a 1 p 1\r\n", /* more than are remembered */
    };
    struct media m;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (media_read(str_of(bad[i]), &m))
            fail_msg("read: %s", bad[i]);
    }
}

/* --- the text ---------------------------------------------------------------------------------------------- */

static void an_offer_is_written_as_a_gateway_does(void **state)
{
    struct media m = able("pcmu,g729,telephone-event");
    (void)state;
    assert_string_equal(written(&m, NULL),
                        "v=0\r\n"
                        "o=CiscoSystemsSIP-GW-UserAgent 2000 1 IN IP4 10.0.0.1\r\n"
                        "s=SIP Call\r\n"
                        "c=IN IP4 10.0.0.1\r\n"
                        "t=0 0\r\n"
                        "m=audio 16384 RTP/AVP 0 18 101\r\n"
                        "a=rtpmap:0 PCMU/8000\r\n"
                        "a=rtpmap:18 G729/8000\r\n"
                        "a=fmtp:18 annexb=no\r\n"
                        "a=rtpmap:101 telephone-event/8000\r\n"
                        "a=fmtp:101 0-15\r\n"
                        "a=ptime:20\r\n");
    struct media back = offered(written(&m, NULL));
    assert_true(media_same(&m, &back));
    assert_int_equal(back.session, 2000);
    assert_int_equal(back.version, 1);
}

/* The largest that there can be fits. */
static void the_longest_text_fits(void **state)
{
    struct media o = offered(HEAD "m=application 5000 UDP/TLS/RTP/SAVPF 100\r\nm=application 5000 UDP/TLS/RTP/SAVPF 100\r\n"
                                  "m=application 5000 UDP/TLS/RTP/SAVPF 100\r\n"
                                  "m=audio 16400 RTP/AVP 0 8 9 18 127\r\na=rtpmap:127 telephone-event/8000\r\n");
    struct media a = able("g722,pcmu,pcma,g729,telephone-event"), answer;
    (void)state;
    a.addr.v = UINT32_MAX;
    a.port = 65534;
    a.session = a.version = UINT64_MAX;
    a.direction = SDP_SENDONLY;
    assert_true(media_answer(&o, &a, &answer));
    assert_int_equal(answer.codec_count, 5);
    assert_non_null(strstr(written(&answer, &o), "m=audio 65534 RTP/AVP 0 8 9 18 127\r\n"));
}

/* --- 8: the version ---------------------------------------------------------------------------------------- */

enum change { NOTHING, ADDRESS, PORT, DIRECTION, CODECS, EVENTS, MORE_LINES, CHANGES };

static void the_version_rises_by_one_when_something_changed(void **state)
{
    (void)state;
    for (int i = 0; i < CHANGES; i++) {
        struct media last = able("pcmu,telephone-event"), m = able("pcmu,telephone-event");
        last.version = 41;
        m.session = 1;
        m.addr.v += i == ADDRESS;
        m.port = (uint16_t)(m.port + 2 * (i == PORT));
        m.direction = i == DIRECTION ? SDP_SENDONLY : SDP_SENDRECV;
        m.codec_count = (uint8_t)(m.codec_count - (i == CODECS));
        m.event_payload = i == EVENTS ? 97 : 0;
        m.other_count = i == MORE_LINES;
        media_next(&m, &last);
        assert_int_equal(m.session, 2000); /* 8: else the same o= line */
        assert_int_equal(m.version, i == NOTHING ? 41 : 42);
        assert_int_equal(media_same(&m, &last), i == NOTHING || i == MORE_LINES);
    }
}

/* 8: there are never fewer m= lines than before. */
static void lines_are_kept(void **state)
{
    struct media o = offered(PCMU "m=video 5000 RTP/AVP 96\r\n"), a = able("pcmu"), sent, next = able("pcmu");
    (void)state;
    assert_true(media_answer(&o, &a, &sent));
    media_next(&next, &sent);
    assert_int_equal(next.version, sent.version);
    assert_non_null(strstr(written(&next, NULL), "m=video 0 RTP/AVP 96\r\n"));
}

/* --- 8.4: hold, and what is sent ---------------------------------------------------------------------------- */

static const struct {
    const char *what, *remote;
    enum sdp_direction local;
    bool hold, sends;
} holds[] = {
    {"5.1: sendrecv is what nothing said means", PCMU, S, false, true},
    {"8.4: on hold", PCMU "a=sendonly\r\n", R, true, false},
    {"8.4: on hold from both sides", PCMU "a=inactive\r\n", I, true, false},
    {"8.4: it hears only", PCMU "a=recvonly\r\n", O, false, true},
    {"8.4: RFC 2543's way", "v=0\r\no=- 7 3 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 16400 RTP/AVP 0\r\n",
     R, true, false},
    {"the hold is ours", PCMU, R, false, false},
    {"8.2: there is no stream", HEAD "m=audio 0 RTP/AVP 0\r\n", S, false, false},
    {"7: no codec of the answer is ours", AUDIO "18\r\n", S, false, false},
};

static void who_is_on_hold_gets_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
        struct media remote = offered(holds[i].remote), local = able("pcma,pcmu");
        uint8_t codec = 255;
        local.direction = holds[i].local;
        if (media_is_hold(&remote) != holds[i].hold || media_sends(&local, &remote, &codec) != holds[i].sends)
            fail_msg("%s", holds[i].what);
        assert_int_equal(codec, holds[i].sends ? 0 : 255);
    }
    struct media old = offered(holds[4].remote);
    assert_int_equal(old.direction, SDP_SENDONLY); /* it may talk, as music on hold does */
}

/* 7: the first of the answer. */
static void the_peers_first_codec_is_used(void **state)
{
    struct media local = able("pcmu,pcma,g729"), remote = offered(AUDIO "101 18 0\r\na=rtpmap:101 telephone-event/8000\r\n");
    uint8_t codec;
    (void)state;
    assert_true(media_sends(&local, &remote, &codec));
    assert_int_equal(codec, 18);
    assert_string_equal(media_codec_name(codec), "G729");
    assert_int_equal(media_codec_bytes(codec), 20); /* 8 kbit/s */
    assert_int_equal(media_codec_bytes(0), 160);    /* 64 kbit/s */
    assert_string_equal(media_codec_name(77), "");
}

static void codecs_are_named_by_the_user(void **state)
{
    struct media m;
    struct err e;
    (void)state;
    assert_true(media_codecs_parse(" G729 , Telephone-Event", &m, &e));
    assert_int_equal(m.codec_count, 2);
    assert_int_equal(m.codec[0], 18);
    assert_int_equal(m.codec[1], MEDIA_EVENT);
    assert_false(media_codecs_parse("opus", &m, &e));
    assert_string_equal(e.msg, "there is no codec 'opus' (there are pcmu, pcma, g722, g729, telephone-event)");
    assert_false(media_codecs_parse("pcmu,PCMU", &m, &e));
    assert_false(media_codecs_parse("telephone-event", &m, &e));
    assert_false(media_codecs_parse("", &m, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direction_is_turned_round),
        cmocka_unit_test(formats_are_answered),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(an_offer_is_written_as_a_gateway_does),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(the_version_rises_by_one_when_something_changed),
        cmocka_unit_test(lines_are_kept),
        cmocka_unit_test(who_is_on_hold_gets_nothing),
        cmocka_unit_test(the_peers_first_codec_is_used),
        cmocka_unit_test(codecs_are_named_by_the_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
