/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.c: see decode.h. */
#include "lua/cli/decode.h"

#include "models/wire/wire_frame.h"

static void say(struct segment_row *out, struct str payload)
{
    struct str rest = payload;
    struct txtbuf t = txtbuf_of(out->info, sizeof out->info);
    txtbuf_str(&t, str_cut(&rest, '\r'));
    out->payload = payload;
}

static bool decode(const struct wire_frame *f, struct segment_row *out)
{
    if (f->top == WIRE_ARP) {
        *out = (struct segment_row){.arp = true,
                                    .arp_reply = f->arp.oper == ARP_REPLY,
                                    .src = f->arp.spa.v,
                                    .dst = f->arp.tpa.v,
                                    .sender_mac = mac_u64(f->arp.sha)};
        return true;
    }
    if (f->top == WIRE_UDP) {
        *out = (struct segment_row){.datagram = true,
                                    .src = f->udp.src.v,
                                    .dst = f->udp.dst.v,
                                    .src_port = f->udp.src_port,
                                    .dst_port = f->udp.dst_port,
                                    .len = (uint32_t)f->udp.payload.n};
        say(out, f->udp.payload);
        return true;
    }
    if (f->top != WIRE_TCP)
        return false;
    *out = (struct segment_row){
        .src = f->tcp.src.v,
        .dst = f->tcp.dst.v,
        .src_port = f->tcp.src_port,
        .dst_port = f->tcp.dst_port,
        .seq = f->tcp.seq,
        .ack = f->tcp.ack,
        .len = (uint32_t)f->tcp.payload.n,
        .window = f->tcp.window,
    };
    struct txtbuf t = txtbuf_of(out->flags, sizeof out->flags);
    tcp_flags_text(&t, f->tcp.flags);
    say(out, f->tcp.payload);
    return true;
}

bool decode_segment(const void *bytes, size_t n, struct segment_row *out)
{
    struct wire_frame f;
    wire_frame_get(bytes, n, &f);
    if (!decode(&f, out))
        return false;
    out->from_mac = mac_u64(f.eth.src);
    out->to_mac = mac_u64(f.eth.dst);
    return true;
}
