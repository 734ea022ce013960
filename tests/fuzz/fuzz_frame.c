/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_frame.c: what is told of a frame is one plain line of at most 100 columns, whatever is in it. The first byte
 * chooses: the frame itself, or the payload of a UDP datagram or a TCP segment between two ports that follow, so that
 * good checksums let what applications say come through. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/wire_frame.h"

#define COLUMNS_MAX 100
#define FRAME_MAX 66000

static const struct ip4 from = {0xfefefefe}, to = {0xfdfdfdfd}; /* as wide as addresses get */

static void check(const uint8_t *bytes, size_t n)
{
    char text[300];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    uint8_t *block = fuzz_exact(bytes, n);
    wire_frame_line(&t, block, n);
    ASSERT(!t.full && t.n > 0 && t.n <= COLUMNS_MAX);
    for (size_t i = 0; i < t.n; i++)
        ASSERT(text[i] >= ' ' && text[i] <= '~');
    free(block);
}

static void put_front(struct wr *w, uint8_t proto, size_t payload)
{
    struct eth e = {.dst = {{2, 0, 0, 0, 0, 1}}, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)payload, .ttl = 64, .proto = proto, .src = from, .dst = to};
    eth_put(w, &e);
    ip4_put(w, &h);
}

static void try_udp(uint16_t src_port, uint16_t dst_port, struct str payload)
{
    static uint8_t bytes[FRAME_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct udp u = {.src = from, .dst = to, .src_port = src_port, .dst_port = dst_port, .payload = payload};
    put_front(&w, IP4_UDP, UDP_HEADER_BYTES + payload.n);
    udp_put(&w, &u);
    ASSERT(wr_ok(&w));
    check(bytes, wr_len(&w));
}

static void try_tcp(uint16_t src_port, uint16_t dst_port, struct str payload)
{
    static uint8_t bytes[FRAME_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct tcp_seg s = {.src = from, .dst = to, .src_port = src_port, .dst_port = dst_port, .seq = UINT32_MAX,
                        .ack = UINT32_MAX, .flags = TCP_PSH | TCP_ACK, .window = 8192, .payload = payload};
    put_front(&w, IP4_TCP, tcp_seg_header_bytes(&s) + payload.n);
    tcp_seg_put(&w, &s);
    ASSERT(wr_ok(&w));
    check(bytes, wr_len(&w));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 5 || n > 8192)
        return 0;
    uint16_t src_port = (uint16_t)(data[1] << 8 | data[2]), dst_port = (uint16_t)(data[3] << 8 | data[4]);
    struct str payload = str_of_bytes(data + 5, n - 5);
    if (data[0] % 3 == 0)
        check(data + 1, n - 1);
    else if (data[0] % 3 == 1)
        try_udp(src_port, dst_port, payload);
    else
        try_tcp(src_port, dst_port, payload);
    return 0;
}
