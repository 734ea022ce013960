/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny_stream.c: see skinny_stream.h. */
#include "models/proto/skinny_stream.h"

static enum msg_frame frame(struct str stream, size_t *len)
{
    switch (skinny_frame(stream, len)) {
    case SKINNY_FRAME_MORE:
        return MSG_FRAME_MORE;
    case SKINNY_FRAME_WHOLE:
        return MSG_FRAME_WHOLE;
    case SKINNY_FRAME_BAD:
        return MSG_FRAME_BAD;
    }
    UNREACHABLE();
}

static const struct msg_protocol skinny = {.frame = frame,
                                           .rest_max = SKINNY_LENGTH_MAX + 8,
                                           .bad_framing = "sccp-length",
                                           .malformed = "sccp-malformed",
                                           .too_long = "sccp-too-long"};

void skinny_stream_init(struct msg_stream *s, struct arena *a)
{
    msg_stream_init(s, &skinny, a);
}

struct user {
    void (*on_message)(void *arg, const struct skinny *m);
    void (*on_bad)(void *arg, const char *why);
    void *arg;
};

static bool on_bytes(void *arg, struct str message)
{
    const struct user *u = arg;
    struct skinny m;
    struct rd r = rd_of(message.p, message.n);
    if (!skinny_get(&r, &m))
        return false;
    u->on_message(u->arg, &m);
    return true;
}

static void on_bad_bytes(void *arg, const char *why)
{
    const struct user *u = arg;
    u->on_bad(u->arg, why);
}

void skinny_stream_feed(struct msg_stream *s, struct str data,
                        void (*on_message)(void *arg, const struct skinny *m),
                        void (*on_bad)(void *arg, const char *why), void *arg)
{
    struct user u = {on_message, on_bad, arg};
    struct msg_user mine = {on_bytes, on_bad_bytes, &u};
    msg_stream_feed(s, data, &mine);
}

uint64_t skinny_flow(struct sim *s, struct ip4 phone, uint16_t port, uint32_t n)
{
    char name[32];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    ip4_text(&t, phone);
    txtbuf_add(&t, ":%u", port);
    return bus_flow(s, "sccp", txtbuf_view(&t), n);
}
