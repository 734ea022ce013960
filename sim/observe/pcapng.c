/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pcapng.c: what one port saw, as a capture file (draft-ietf-opsawg-pcapng; big-endian section).
 *
 * One section, one Ethernet interface with nanosecond stamps, one Enhanced Packet Block a frame
 * with its direction. A frame may be discarded after it was captured (a link cut in flight), and a
 * comment must stand in the packet's own block: so packets wait HOLD_NS of simulated time, at most
 * HOLD_PACKETS of them, before they are written. A later discard finds nothing to add to and is
 * left to run.db. A fault of the scenario that explains a sending or a discard is a comment, too. */
#include "sim/observe/sink.h"

#include <string.h>

#include "sim/base/cur.h"
#include "sim/base/map.h"
#include "sim/observe/out_file.h"

#define HOLD_NS 1000000000
#define HOLD_PACKETS 1024
#define FILE_BUFFER 65536
#define REASON_MAX 64
#define OPTIONS_MAX 2048
#define FAULTS_MAX 4 /* comments on one packet; further faults are left to run.db */

/* Block types, option codes and values of the draft, sections 4.1 to 4.3. */
enum { SECTION_HEADER = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6 };
enum {
    OPT_END = 0,
    OPT_COMMENT = 1,
    OPT_EPB_FLAGS = 2,
    OPT_IF_NAME = 2,
    OPT_IF_DESCRIPTION = 3,
    OPT_USERAPPL = 4,
    OPT_IF_TSRESOL = 9,
    OPT_IF_TSOFFSET = 14
};
enum { BYTE_ORDER_MAGIC = 0x1a2b3c4d, LINKTYPE_ETHERNET = 1, INBOUND = 1, OUTBOUND = 2 };

struct packet {
    int64_t t_ns;
    uint64_t frame, copy;
    uint64_t record, drop_record; /* of the sending or arrival; of the discard, 0: none */
    uint32_t direction, fault_count;
    const char *faults[FAULTS_MAX];
    char dropped[REASON_MAX]; /* "" while nothing discarded it */
    uint8_t *bytes;
    size_t n, cap;
};

struct capture {
    struct sink sink;
    /* configuration */
    struct arena *arena;
    struct out_file *file;
    uint16_t node, port;
    struct host_clock clock;
    int64_t stamp_base_ns; /* the wall clock of simulated time 0, less the interface's offset */
    /* state */
    struct packet *ring;
    uint32_t first, held;
    struct map faults; /* record -> what the scenario did, as text */
};

static struct capture *of(struct sink *k)
{
    return (struct capture *)(void *)k;
}

/* --- blocks --------------------------------------------------------------------------------- */

static size_t padding(size_t n)
{
    return (4 - n % 4) % 4;
}

static void put_option(struct wr *w, uint32_t code, const void *p, size_t n)
{
    wr_u16(w, code);
    wr_u16(w, (uint32_t)n);
    wr_bytes(w, p, n);
    wr_zeros(w, padding(n));
}

static void put_text(struct wr *w, uint32_t code, struct str text)
{
    if (text.n)
        put_option(w, code, text.p, text.n < 255 ? text.n : 255);
}

/* type, length, body (and data, padded), options, length again. */
static void write_block(struct capture *c, uint32_t type, const struct wr *body, struct str data,
                        struct wr *options)
{
    put_option(options, OPT_END, NULL, 0);
    ASSERT(wr_ok(body) && wr_ok(options));
    uint8_t head[8], tail[8];
    size_t gap = padding(data.n);
    size_t total = 12 + wr_len(body) + data.n + gap + wr_len(options);
    struct wr h = wr_of(head, sizeof head), t = wr_of(tail, sizeof tail);
    wr_u32(&h, type);
    wr_u32(&h, (uint32_t)total);
    wr_u32(&t, 0);
    wr_u32(&t, (uint32_t)total);
    out_file_write(c->file, head, sizeof head);
    out_file_write(c->file, body->base, wr_len(body));
    out_file_write(c->file, data.p, data.n);
    out_file_write(c->file, tail, gap);
    out_file_write(c->file, options->base, wr_len(options));
    out_file_write(c->file, tail + 4, 4);
}

static void write_section(struct capture *c)
{
    uint8_t body[16], options[64];
    struct wr b = wr_of(body, sizeof body), o = wr_of(options, sizeof options);
    wr_u32(&b, BYTE_ORDER_MAGIC);
    wr_u16(&b, 1);
    wr_u16(&b, 0);
    wr_u64(&b, UINT64_MAX); /* length of the section: not given */
    put_text(&o, OPT_USERAPPL, STR("dialtone"));
    write_block(c, SECTION_HEADER, &b, STR_NONE, &o);
}

/* Stamps are unsigned: a scenario without wall clock, seen by a clock that is behind, needs the
 * offset. */
static int64_t offset_seconds(int64_t base_ns)
{
    return base_ns < 0 ? (base_ns + 1) / 1000000000 - 1 : 0;
}

static void write_interface(struct capture *c, const struct capture_port *p, int64_t offset_s)
{
    uint8_t body[8], options[OPTIONS_MAX], eight[8];
    char name[256];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    txtbuf_add(&t, "%s:%s", p->node_name, p->port_name);
    struct wr b = wr_of(body, sizeof body), o = wr_of(options, sizeof options);
    wr_u16(&b, LINKTYPE_ETHERNET);
    wr_u16(&b, 0);
    wr_u32(&b, 0); /* no snapshot length: frames are whole */
    put_text(&o, OPT_IF_NAME, txtbuf_view(&t));
    put_text(&o, OPT_IF_DESCRIPTION, str_of(p->description));
    put_option(&o, OPT_IF_TSRESOL, "\x09", 1); /* 10^-9 s */
    if (offset_s) {
        struct wr v = wr_of(eight, sizeof eight);
        wr_u64(&v, (uint64_t)offset_s);
        put_option(&o, OPT_IF_TSOFFSET, eight, sizeof eight);
    }
    write_block(c, INTERFACE, &b, STR_NONE, &o);
}

static void write_packet(struct capture *c, const struct packet *p)
{
    uint8_t body[20], options[OPTIONS_MAX], flags[4];
    char comment[REASON_MAX + 32];
    struct wr b = wr_of(body, sizeof body), o = wr_of(options, sizeof options);
    wr_u32(&b, 0);
    int64_t stamp_ns = c->stamp_base_ns + host_clock_ns(&c->clock, p->t_ns);
    wr_u64(&b, (uint64_t)stamp_ns); /* the high word stands first */
    wr_u32(&b, (uint32_t)p->n);
    wr_u32(&b, (uint32_t)p->n);
    struct wr f = wr_of(flags, sizeof flags);
    wr_u32(&f, p->direction);
    put_option(&o, OPT_EPB_FLAGS, flags, sizeof flags);
    struct txtbuf t = txtbuf_of(comment, sizeof comment);
    if (p->dropped[0]) {
        txtbuf_add(&t, "dropped: %s", p->dropped);
        put_text(&o, OPT_COMMENT, txtbuf_view(&t));
    }
    t = txtbuf_of(comment, sizeof comment);
    if (p->copy) {
        txtbuf_add(&t, "TCP retransmission, copy %llu", (unsigned long long)p->copy);
        put_text(&o, OPT_COMMENT, txtbuf_view(&t));
    }
    for (uint32_t i = 0; i < p->fault_count; i++)
        put_text(&o, OPT_COMMENT, str_of(p->faults[i]));
    write_block(c, ENHANCED_PACKET, &b, str_of_bytes(p->bytes, p->n), &o);
}

/* --- packets that wait ---------------------------------------------------------------------- */

static void write_first(struct capture *c)
{
    write_packet(c, &c->ring[c->first]);
    c->first = (c->first + 1) % HOLD_PACKETS;
    c->held--;
}

static void hold(struct capture *c, const struct rec *r, uint64_t frame, uint64_t copy,
                 uint32_t direction)
{
    if (c->held == HOLD_PACKETS)
        write_first(c);
    struct packet *p = &c->ring[(c->first + c->held++) % HOLD_PACKETS];
    if (p->cap < r->bytes.n) {
        p->cap = r->bytes.n < 256 ? 256 : r->bytes.n;
        p->bytes = arena_alloc(c->arena, p->cap);
    }
    memcpy(p->bytes, r->bytes.p, r->bytes.n);
    p->n = r->bytes.n;
    p->t_ns = r->at.ns;
    p->frame = frame;
    p->copy = copy;
    p->direction = direction;
    p->dropped[0] = 0;
    p->record = (uint64_t)r->id;
    p->drop_record = 0;
    p->fault_count = 0;
}

static void mark_dropped(struct capture *c, const struct rec_drop *d, uint64_t record)
{
    for (uint32_t i = c->held; i-- > 0;) {
        struct packet *p = &c->ring[(c->first + i) % HOLD_PACKETS];
        if (p->frame != d->frame)
            continue;
        struct txtbuf t = txtbuf_of(p->dropped, sizeof p->dropped);
        txtbuf_cstr(&t, d->reason);
        p->drop_record = record;
        return;
    }
}

static void keep_fault(struct capture *c, const struct rec *r)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "fault: %s ", r->fault.what);
    rec_args_text(&t, &r->fault.line, 0);
    map_put(&c->faults, (uint64_t)r->id, arena_strdup(c->arena, txtbuf_view(&t)));
}

static void on_because(struct sink *k, uint64_t record, uint64_t of_record, enum because_role role)
{
    struct capture *c = of(k);
    char *fault = role == BECAUSE_STATE ? map_get(&c->faults, of_record) : NULL;
    for (uint32_t i = c->held; fault && i-- > 0;) {
        struct packet *p = &c->ring[(c->first + i) % HOLD_PACKETS];
        if ((p->record != record && p->drop_record != record) || p->fault_count == FAULTS_MAX)
            continue;
        p->faults[p->fault_count++] = fault;
        return;
    }
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct capture *c = of(k);
    if (r->kind == REC_FAULT)
        keep_fault(c, r);
    if (r->kind == REC_FAULT || r->node != c->node || r->port != c->port)
        return;
    while (c->held && r->at.ns - c->ring[c->first].t_ns > HOLD_NS)
        write_first(c);
    if (r->kind == REC_FRAME_TX)
        hold(c, r, r->frame_tx.frame, r->frame_tx.copy, OUTBOUND);
    else if (r->kind == REC_FRAME_RX)
        hold(c, r, r->frame_rx.frame, 0, INBOUND);
    else if (r->kind == REC_DROP)
        mark_dropped(c, &r->drop, (uint64_t)r->id);
}

static bool on_close(struct sink *k, struct err *e)
{
    struct capture *c = of(k);
    while (c->held)
        write_first(c);
    return out_file_close(c->file, e);
}

struct sink *pcapng_open(struct arena *a, const char *path, const struct capture_port *p,
                         int64_t epoch_ns, struct err *e)
{
    struct out_file *file = out_file_open(a, path, FILE_BUFFER, e);
    if (!file)
        return NULL;
    struct capture *c = ARENA_NEW(a, struct capture);
    c->sink =
        (struct sink){.name = "pcapng",
                      .mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_DROP) | REC_BIT(REC_FAULT),
                      .on = on_record,
                      .because = on_because,
                      .close = on_close};
    c->arena = a;
    map_init(&c->faults, a);
    c->file = file;
    c->node = p->node;
    c->port = p->port;
    c->ring = ARENA_ARRAY(a, struct packet, HOLD_PACKETS);
    c->clock = p->clock;
    int64_t offset_s = offset_seconds(epoch_ns + host_clock_ns(&p->clock, 0));
    c->stamp_base_ns = epoch_ns - offset_s * 1000000000;
    write_section(c);
    write_interface(c, p, offset_s);
    return &c->sink;
}
