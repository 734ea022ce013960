/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg_stream.c: see msg_stream.h. */
#include "models/proto/msg_stream.h"

#include <string.h>

void msg_stream_init(struct msg_stream *s, const struct msg_protocol *p, struct arena *a)
{
    *s = (struct msg_stream){.arena = a, .protocol = p};
}

void msg_stream_reset(struct msg_stream *s)
{
    s->n = 0;
    s->epoch++;
}

static void keep(struct msg_stream *s, struct str data)
{
    if (s->n + data.n > s->cap) {
        size_t cap = s->cap ? s->cap : 2048;
        while (cap < s->n + data.n)
            cap *= 2;
        char *bigger = arena_alloc(s->arena, cap); /* grows a few times a run at most, never shrinks */
        if (s->n)
            memcpy(bigger, s->rest, s->n);
        s->rest = bigger;
        s->cap = cap;
    }
    if (data.n)
        memmove(s->rest + s->n, data.p, data.n);
    s->n += data.n;
}

bool msg_stream_hold(struct msg_stream *s, struct str data)
{
    if (s->n + data.n > UINT16_MAX)
        return false;
    keep(s, data);
    return true;
}

/* Hands out the whole messages at the front of `all`; *used: how many bytes they were. False: not the protocol. */
static bool cut_messages(struct msg_stream *s, struct str all, size_t *used, const struct msg_user *u,
                         const char **why)
{
    uint32_t epoch = s->epoch;
    *used = 0;
    while (*used < all.n && s->epoch == epoch) {
        struct str rest = {all.p + *used, all.n - *used};
        size_t len = 0;
        enum msg_frame v = s->protocol->frame(rest, &len);
        if (v == MSG_FRAME_MORE)
            return true;
        *why = v == MSG_FRAME_BAD ? s->protocol->bad_framing : s->protocol->malformed;
        if (v == MSG_FRAME_BAD || !u->on_message(u->arg, (struct str){rest.p, len}))
            return false;
        *used += len;
    }
    return true;
}

void msg_stream_feed(struct msg_stream *s, struct str data, const struct msg_user *u)
{
    uint32_t epoch = s->epoch;
    const char *why;
    bool buffered = s->n > 0;
    if (buffered)
        keep(s, data);
    struct str all = buffered ? (struct str){s->rest, s->n} : data;
    size_t used = 0;
    bool ok = cut_messages(s, all, &used, u, &why);
    if (s->epoch != epoch)
        return; /* the connection ended inside */
    s->n = 0;
    if (ok && all.n - used > s->protocol->rest_max) {
        why = s->protocol->too_long;
        ok = false;
    }
    if (ok)
        keep(s, (struct str){all.p + used, all.n - used});
    else
        u->on_bad(u->arg, why);
}
