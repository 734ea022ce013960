/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ladder_label.c: what a ladder writes on an arrow: the message, whatever its protocol, without the segment
 * that carries it; the segment, where it carries none that is known. */
#include "tests/unit/view/view_kit.h"

#include <stdlib.h>

#include "sim/view/ladder.h"

#define UP "10.1.1.9:50000 > 10.1.1.1:2000 [PSH,ACK] Seq=1 Ack=1 "
#define DOWN "10.1.1.1:2000 > 10.1.1.9:50000 [PSH,ACK] Seq=1 Ack=1 "

/* The ladder of one frame each way. */
static char *drawn(const char *up, const char *down, const char *fields)
{
    struct kit k;
    struct err e = {0};
    char *text = NULL;
    size_t n = 0;
    const struct ladder_options o = {.columns = 120, .ascii = true};
    kit_init(&k, 16);
    kit_add(&k, "FRAME_TX", 1, 0, up, fields);
    kit_add(&k, "FRAME_TX", 3, 0, down, "{\"frame\":2,\"port\":\"net\",\"copy\":0}");
    FILE *f = open_memstream(&text, &n);
    assert_true(ladder_print(&k.run, &o, f, &e));
    fclose(f);
    kit_free(&k);
    return text;
}

static void expect(const char *up, const char *fields, const char *want, const char *not_this)
{
    char *text = drawn(up, DOWN "Len=12 KeepAliveAck", fields);
    if (!strstr(text, want) || (not_this && strstr(text, not_this)))
        fail_msg("wanted '%s', not '%s', in\n%s", want, not_this ? not_this : "-", text);
    assert_non_null(strstr(text, "-KeepAliveAck-"));
    free(text);
}

#define FIRST "{\"frame\":1,\"port\":\"net\",\"copy\":0}"
#define AGAIN "{\"frame\":1,\"port\":\"net\",\"copy\":1}"

static void test_messages(void **state)
{
    (void)state;
    expect(UP "Len=44 RegisterAck + CapabilitiesReq", FIRST, "-RegisterAck + CapabilitiesReq-", "Len=");
    expect(UP "Len=76 Register ipctest2", AGAIN, "-again: Register ipctest2-", "Len=");
    expect(UP "Len=80 REGISTER CSeq 105", FIRST, "-REGISTER CSeq 105-", "Len=");
    expect("10.1.1.9:50000 > 10.1.1.1:6970 [PSH,ACK] Seq=1 Ack=1 Len=9 GET /x HTTP", FIRST, "-GET /x HTTP-", "Len=");
    expect("10.1.1.9:5060 > 10.1.1.1:5060 UDP Len=42 OPTIONS CSeq 9", FIRST, "-OPTIONS CSeq 9-", "UDP");
}

static void test_segments(void **state)
{
    (void)state;
    expect(UP "Len=0", FIRST, "-[PSH,ACK] Seq=1 Ack=1 Len=0-", NULL);
    expect(UP "Len=15", AGAIN, "-again: [PSH,ACK] Seq=1 Ack=1 Len=15-", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
