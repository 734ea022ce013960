/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_stream.c: see sip_stream.h. */
#include "models/proto/sip_stream.h"

#include <string.h>

void sip_stream_init(struct sip_stream *s, struct arena *a)
{
    *s = (struct sip_stream){.arena = a};
}

void sip_stream_reset(struct sip_stream *s)
{
    s->n = 0;
    s->epoch++;
}

static bool keep(struct sip_stream *s, struct str data)
{
    if (s->n + data.n > SIP_STREAM_MAX)
        return false;
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
    return true;
}

/* Hands out the whole messages at the front of `all`; returns how many bytes they were. False: no SIP. */
static bool cut_messages(struct sip_stream *s, struct str all, size_t *used,
                         void (*on_message)(void *arg, const struct sip_msg *m), void *arg,
                         const char **why)
{
    uint32_t epoch = s->epoch;
    *used = 0;
    while (*used < all.n && s->epoch == epoch) {
        struct str rest = {all.p + *used, all.n - *used};
        size_t len = 0;
        enum sip_frame_verdict v = sip_frame(rest, &len);
        if (v == SIP_FRAME_MORE)
            return true;
        struct sip_msg m;
        struct rd r = rd_of(rest.p, len);
        if (v == SIP_FRAME_BAD || !sip_get(&r, &m)) {
            *why = v == SIP_FRAME_BAD ? "sip-framing" : "sip-malformed";
            return false;
        }
        *used += len;
        on_message(arg, &m);
    }
    return true;
}

void sip_stream_feed(struct sip_stream *s, struct str data,
                     void (*on_message)(void *arg, const struct sip_msg *m),
                     void (*on_bad)(void *arg, const char *why), void *arg)
{
    uint32_t epoch = s->epoch;
    const char *why = "sip-too-long";
    bool buffered = s->n > 0, ok = !buffered || keep(s, data);
    struct str all = buffered ? (struct str){s->rest, s->n} : data;
    size_t used = 0;
    ok = ok && cut_messages(s, all, &used, on_message, arg, &why);
    if (s->epoch != epoch)
        return; /* the connection ended inside */
    s->n = 0;
    if (ok && used < all.n)
        ok = keep(s, (struct str){all.p + used, all.n - used});
    if (ok)
        return;
    s->n = 0;
    on_bad(arg, why);
}
