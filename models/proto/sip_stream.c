/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_stream.c: see sip_stream.h. */
#include "models/proto/sip_stream.h"

static enum msg_frame frame(struct str stream, size_t *len)
{
    switch (sip_frame(stream, len)) {
    case SIP_FRAME_MORE:
        return MSG_FRAME_MORE;
    case SIP_FRAME_WHOLE:
        return MSG_FRAME_WHOLE;
    case SIP_FRAME_BAD:
        return MSG_FRAME_BAD;
    }
    UNREACHABLE();
}

static const struct msg_protocol sip = {.frame = frame,
                                        .rest_max = SIP_STREAM_MAX,
                                        .bad_framing = "sip-framing",
                                        .malformed = "sip-malformed",
                                        .too_long = "sip-too-long"};

void sip_stream_init(struct msg_stream *s, struct arena *a)
{
    msg_stream_init(s, &sip, a);
}

struct user {
    void (*on_message)(void *arg, const struct sip_msg *m);
    void (*on_bad)(void *arg, const char *why);
    void *arg;
};

static bool on_bytes(void *arg, struct str message)
{
    const struct user *u = arg;
    struct sip_msg m;
    struct rd r = rd_of(message.p, message.n);
    if (!sip_get(&r, &m))
        return false;
    u->on_message(u->arg, &m);
    return true;
}

static void on_bad_bytes(void *arg, const char *why)
{
    const struct user *u = arg;
    u->on_bad(u->arg, why);
}

void sip_stream_feed(struct msg_stream *s, struct str data,
                     void (*on_message)(void *arg, const struct sip_msg *m),
                     void (*on_bad)(void *arg, const char *why), void *arg)
{
    struct user u = {on_message, on_bad, arg};
    struct msg_user mine = {on_bytes, on_bad_bytes, &u};
    msg_stream_feed(s, data, &mine);
}
