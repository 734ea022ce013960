/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures, read back by Wireshark's own tools (tshark, capinfos): they are the independent truth.
 * Where they are not installed those tests are skipped; the block structure is checked here in any
 * case. */
#include "tests/unit/observe/observe_kit.h"

#include "sim/base/cur.h"

#define EPOCH INT64_C(1437000862180000000) /* 2015-07-15 22:54:22.18 UTC */

/* RFC 826: who has 10.147.230.1, tell 10.147.230.189; padded to the least frame. */
static const uint8_t arp_bytes[60] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0, 0x29, 0x29, 0x0a, 0x3c, 0x71, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0xf0, 0x29, 0x29, 0x0a, 0x3c, 0x71,
    0x0a, 0x93, 0xe6, 0xbd, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x93, 0xe6, 0x01};

static struct kit_frame arp(uint64_t id)
{
    return (struct kit_frame){id, arp_bytes, sizeof arp_bytes};
}

struct bench {
    struct sim *sim;
    struct arena *arena;
    char dir[32], path[64];
};

static void set_up(struct bench *b, int64_t epoch_ns, int64_t offset_ns)
{
    struct err e = {0};
    memset(b, 0, sizeof *b);
    kit_folder(b->dir, sizeof b->dir);
    snprintf(b->path, sizeof b->path, "%s/access-Fa0-7.pcapng", b->dir);
    b->sim = kit_sim(epoch_ns);
    b->arena = arena_new("test", 1 << 26);
    sim_node_add(b->sim, "access", "switch");
    struct capture_port p = {.node = 1,
                             .port = 3,
                             .node_name = "access",
                             .port_name = "Fa0/7",
                             .description = "where copies are lost",
                             .clock = {.offset_ns = offset_ns}};
    struct sink *k = pcapng_open(b->arena, b->path, &p, epoch_ns, &e);
    assert_non_null(k);
    bus_attach(b->sim, k);
}

static void tear_down(struct bench *b)
{
    kit_remove(b->dir);
    sim_free(b->sim);
    arena_free(b->arena);
}

static void need(const char *tool)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", tool);
    if (system(command) != 0)
        skip();
}

/* tshark's fields of every packet, separated by '|'. */
static void fields(const struct bench *b, const char *names, char *text, size_t cap)
{
    char command[512];
    snprintf(command, sizeof command,
             "TZ=UTC tshark -n -r %s -T fields -E separator='|' %s 2>/dev/null", b->path, names);
    kit_output(command, text, cap);
}

/* What is sent, received, dropped at once and dropped in flight; another port's frames stay out. */
static void play(struct bench *b)
{
    struct kit_frame f[6];
    for (uint64_t i = 0; i < 6; i++)
        f[i] = arp(i + 1);
    kit_at(b->sim, 1234567891);
    kit_rx(b->sim, 1, 3, &f[0]);
    kit_drop(b->sim, 1, 3, &f[0], "port-security-learning");
    kit_tx(b->sim, 1, 4, &f[1], 0);
    kit_at(b->sim, 2 * S);
    kit_tx(b->sim, 1, 3, &f[2], 1);
    kit_tx(b->sim, 1, 3, &f[3], 0);
    kit_at(b->sim, 2 * S + 900 * MS);
    kit_drop(b->sim, 1, 3, &f[2], "link-cut"); /* not the newest of those that wait */
    kit_drop(b->sim, 1, 4, &f[3], "no-link");
    kit_at(b->sim, 10 * S);
    kit_tx(b->sim, 1, 3, &f[4], 0);
    kit_drop(b->sim, 1, 3, &f[3], "link-cut"); /* long written: too late */
    kit_close(b->sim);
}

static void wireshark_reads_it(void **state)
{
    (void)state;
    need("tshark");
    struct bench b;
    char text[4096];
    set_up(&b, EPOCH, -18 * MS);
    play(&b);
    fields(&b,
           "-e frame.time_epoch -e frame.interface_name -e frame.interface_description "
           "-e frame.packet_flags_direction -e frame.len -e frame.comment -e _ws.malformed",
           text, sizeof text);
    assert_string_equal(
        text, "1437000863.396567891|access:Fa0/7|where copies are lost|0x00000001|60|dropped: "
              "port-security-learning|\n"
              "1437000864.162000000|access:Fa0/7|where copies are lost|0x00000002|60|dropped: "
              "link-cut,TCP retransmission, copy 1|\n"
              "1437000864.162000000|access:Fa0/7|where copies are lost|0x00000002|60||\n"
              "1437000872.162000000|access:Fa0/7|where copies are lost|0x00000002|60||\n");
    fields(&b, "-e _ws.col.Protocol -e arp.dst.proto_ipv4 -Y frame.number==1", text, sizeof text);
    assert_string_equal(text, "ARP|10.147.230.1\n");
    tear_down(&b);
}

static uint64_t fault(struct bench *b, const char *what, const char *line)
{
    struct rec r = {.kind = REC_FAULT, .fault = {what, "a - b", {line, NULL, 0}}};
    return bus_publish(b->sim, &r);
}

/* A fault of the script stands at the sendings and discards that it explains, and at no others. */
static void faults_are_comments(void **state)
{
    (void)state;
    need("tshark");
    struct bench b;
    char text[4096];
    struct kit_frame f[4];
    set_up(&b, EPOCH, 0);
    for (uint64_t i = 0; i < 4; i++)
        f[i] = arp(i + 1);
    kit_at(b.sim, 1 * S);
    uint64_t slow = fault(&b, "link-delay", "case.lua:3: by=5ms"), loss = fault(&b, "link-loss", "case.lua:4");
    uint64_t note = kit_state(b.sim, 1, "arp", "10.0.0.1", "reply", "resolved");
    uint64_t first = kit_tx(b.sim, 1, 3, &f[0], 0);
    bus_because(b.sim, first, slow, BECAUSE_STATE);
    bus_because(b.sim, first, note, BECAUSE_STATE); /* no fault */
    bus_because(b.sim, kit_tx(b.sim, 1, 4, &f[1], 0), slow, BECAUSE_STATE); /* another port's */
    uint64_t second = kit_tx(b.sim, 1, 3, &f[2], 0);
    bus_because(b.sim, second, slow, BECAUSE_STATE);
    bus_because(b.sim, kit_drop(b.sim, 1, 3, &f[2], "link-loss"), loss, BECAUSE_STATE);
    bus_because(b.sim, kit_rx(b.sim, 1, 3, &f[3]), loss, BECAUSE_AWAITED);
    kit_close(b.sim);
    fields(&b, "-e frame.number -e frame.comment", text, sizeof text);
    assert_string_equal(text, "1|fault: link-delay case.lua:3: by=5ms\n"
                              "2|dropped: link-loss,fault: link-delay case.lua:3: by=5ms,fault: link-loss case.lua:4\n"
                              "3|\n");
    tear_down(&b);
}

static void capinfos_agrees(void **state)
{
    (void)state;
    need("capinfos");
    struct bench b;
    char text[4096], command[160];
    set_up(&b, EPOCH, 0);
    play(&b);
    snprintf(command, sizeof command, "capinfos -M -t -E -c -o %s 2>&1", b.path);
    kit_output(command, text, sizeof text);
    assert_non_null(strstr(text, "pcapng"));
    assert_non_null(strstr(text, "ether\n"));
    assert_non_null(strstr(text, "Number of packets:   4\n"));
    assert_non_null(strstr(text, "Strict time order:   True"));
    tear_down(&b);
}

/* No wall clock, and a capturing host five seconds behind: stamps before 1970 survive. */
static void a_clock_before_the_epoch(void **state)
{
    (void)state;
    need("tshark");
    struct bench b;
    char text[256];
    struct kit_frame f = arp(1);
    set_up(&b, 0, -5250 * MS);
    kit_tx(b.sim, 1, 3, &f, 0);
    kit_at(b.sim, 6 * S);
    kit_tx(b.sim, 1, 3, &f, 0);
    kit_close(b.sim);
    fields(&b, "-e frame.time_delta -e frame.time_epoch", text, sizeof text);
    char *second = strchr(text, '\n');
    assert_non_null(second);
    assert_string_equal(second + 1, "6.000000000|0.750000000\n");
    tear_down(&b);
}

/* Walks the blocks with the plain rules of the draft: both lengths agree, all is a multiple of
 * four. */
static void count_blocks(const char *path, uint32_t *packets)
{
    static char bytes[1 << 22];
    size_t n = kit_read(path, bytes, sizeof bytes);
    assert_true(n < sizeof bytes - 1);
    struct rd r = rd_of(bytes, n);
    *packets = 0;
    while (rd_left(&r)) {
        uint32_t type = rd_u32(&r), length = rd_u32(&r);
        assert_true(length >= 12 && length % 4 == 0);
        rd_bytes(&r, length - 12);
        assert_int_equal(rd_u32(&r), length);
        assert_true(rd_ok(&r));
        *packets += type == 6;
    }
    assert_true(rd_done(&r));
}

static void blocks_are_well_formed(void **state)
{
    (void)state;
    struct bench b;
    uint32_t packets;
    set_up(&b, EPOCH, 0);
    for (uint64_t i = 1; i <= 60; i++) { /* every length modulo 4 */
        struct kit_frame f = {i, arp_bytes, i};
        kit_tx(b.sim, 1, 3, &f, i % 3);
    }
    kit_close(b.sim);
    count_blocks(b.path, &packets);
    assert_int_equal(packets, 60);
    tear_down(&b);
}

/* More frames in one second than may wait: none is lost, none is doubled. */
static void a_burst_is_kept_whole(void **state)
{
    (void)state;
    struct bench b;
    uint32_t packets;
    set_up(&b, EPOCH, 0);
    for (uint64_t i = 1; i <= 5000; i++) {
        struct kit_frame f = arp(i);
        kit_rx(b.sim, 1, 3, &f);
    }
    size_t waiting = arena_used(b.arena);
    for (uint64_t i = 5001; i <= 10000; i++) {
        struct kit_frame f = arp(i);
        kit_rx(b.sim, 1, 3, &f);
    }
    assert_int_equal(arena_used(b.arena), waiting); /* memory does not grow with the run */
    kit_close(b.sim);
    count_blocks(b.path, &packets);
    assert_int_equal(packets, 10000);
    tear_down(&b);
}

static void files_appear_whole_or_not_at_all(void **state)
{
    (void)state;
    struct bench b;
    struct err e = {0};
    struct capture_port p = {.node = 1, .port = 3, .node_name = "a", .port_name = "b"};
    set_up(&b, EPOCH, 0);
    assert_int_not_equal(access(b.path, F_OK), 0);
    assert_null(pcapng_open(b.arena, "no/such/folder/x.pcapng", &p, 0, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_non_null(strstr(e.msg, "no/such/folder/x.pcapng"));
    char part[80];
    snprintf(part, sizeof part, "%s.part", b.path);
    assert_int_equal(unlink(part), 0); /* somebody takes it away under our hands */
    e = (struct err){0};
    assert_false(bus_close(b.sim, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_int_not_equal(access(b.path, F_OK), 0);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wireshark_reads_it),
        cmocka_unit_test(faults_are_comments),
        cmocka_unit_test(capinfos_agrees),
        cmocka_unit_test(a_clock_before_the_epoch),
        cmocka_unit_test(blocks_are_well_formed),
        cmocka_unit_test(a_burst_is_kept_whole),
        cmocka_unit_test(files_appear_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
