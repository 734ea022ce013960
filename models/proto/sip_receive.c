/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_receive.c: see sip_receive.h. Top to bottom: where answers go, whom a message is for, where it came from. */
#include "models/proto/sip_receive.h"

#include <string.h>

#include "models/net/frame.h"
#include "sim/base/hash.h"

#define STAMP_BYTES 48 /* ;received=255.255.255.255 and the number of rport */

/* --- where answers go ------------------------------------------------------------------------------ */

struct sip_hop sip_response_hop_anew(const struct sip_msg *request, const struct sip_hop *from)
{
    struct sip_hop to = {from->addr, SIP_PORT, from->over};
    struct sip_via via;
    struct str host;
    struct ip4 addr;
    if (!sip_via(request, &via) || !sip_sent_by(&via, &host, &to.port))
        return *from;
    if (from->over == SIP_OVER_UDP && ip4_parse(sip_param(sip_header(request, SIP_VIA), STR("maddr")), &addr))
        to.addr = addr;
    else if (from->over == SIP_OVER_UDP && via.rport)
        to.port = from->port;
    return to;
}

struct sip_hop sip_response_hop(const struct sip_msg *request, const struct sip_hop *from)
{
    return from->over == SIP_OVER_TCP ? *from : sip_response_hop_anew(request, from);
}

/* --- whom it is for --------------------------------------------------------------------------------- */

/* The tag that an answer without a dialog gets: the same for every copy of its request (RFC 3261 8.2.7). */
static void answer(struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from,
                   const struct sip_refusal *why)
{
    char text[SIP_ANSWER_MAX], tag[17];
    struct wr w = wr_of(text, sizeof text);
    struct txtbuf g = txtbuf_of(tag, sizeof tag);
    struct str id = sip_header(m, SIP_CALL_ID), via = sip_header(m, SIP_VIA);
    txtbuf_add(&g, "%016llx", (unsigned long long)hash_bytes(hash_bytes(t->port, id.p, id.n), via.p, via.n));
    sip_answer_put(&w, m, why->status, why->phrase, txtbuf_view(&g));
    struct sip_hop to = sip_response_hop(m, from);
    if (!wr_ok(&w) || !sip_transport_send(t, &to, str_of_bytes(text, wr_len(&w)), bus_current_flow(t->node->sim)))
        ip_discard(t->node, "sip-unanswerable");
}

static bool is_own(const struct sip_transport *t, struct str host)
{
    struct ip4 addr;
    if (!ip4_parse(host, &addr))
        return false;
    for (uint32_t i = 0; i < ip_iface_count(t->ip); i++) {
        if (ip4_eq(ip_iface_at(t->ip, i)->addr, addr))
            return true;
    }
    return false;
}

/* 18.1.2: a response whose topmost Via we did not write is none of ours. */
static bool is_for_us(const struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_via via;
    struct str host;
    uint16_t port;
    if (!m->is_response)
        return true;
    if (!sip_via(m, &via) || !sip_sent_by(&via, &host, &port) || !is_own(t, host))
        return false;
    struct ip4 addr;
    uint16_t local;
    sip_transport_local(t, from, &addr, &local); /* a lent connection has a port of its own */
    return port == t->port || port == local;
}

static void hand_on(struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_refusal why = {0};
    if (!(t->relays ? sip_check_relayed(m, &why) : sip_check_headers(m, &why))) {
        ip_discard(t->node, why.why);
        if (why.status)
            answer(t, m, from, &why);
    } else if (!is_for_us(t, m, from)) {
        ip_discard(t->node, "sip-not-ours");
    } else {
        t->user->on_message(t->arg, m, from);
    }
}

/* --- where it came from ---------------------------------------------------------------------------- */

/* Where a request came from, as its topmost Via must say it: `received` when sent-by is a name or another address, or
 * rport asks for it (RFC 3581 4). False: it need not. */
static bool must_stamp(const struct sip_msg *m, const struct sip_hop *from, struct sip_via *via)
{
    struct str host;
    uint16_t port;
    struct ip4 addr;
    if (m->is_response || m->whole.n > SIP_REQUEST_MAX || !sip_via(m, via) || !sip_sent_by(via, &host, &port))
        return false;
    return via->rport || !ip4_parse(host, &addr) || !ip4_eq(addr, from->addr);
}

static void put_stamped(struct txtbuf *t, const struct sip_msg *m, const struct sip_hop *from, const struct sip_via *via)
{
    const char *end = m->whole.p + m->whole.n, *after_host = via->sent_by.p + via->sent_by.n;
    txtbuf_str(t, (struct str){m->whole.p, (size_t)(after_host - m->whole.p)});
    txtbuf_cstr(t, ";received=");
    ip4_text(t, from->addr);
    if (via->rport) { /* its value stands behind its name, or would */
        struct str value = sip_param(sip_header(m, SIP_VIA), STR("rport"));
        txtbuf_str(t, (struct str){after_host, (size_t)(value.p - after_host)});
        txtbuf_add(t, value.n ? "%u" : "=%u", from->port);
        after_host = value.p + value.n;
    }
    txtbuf_str(t, (struct str){after_host, (size_t)(end - after_host)});
}

/* The message may say less than it did, never more: its user sees the text that its answers must copy. */
static void stamp(struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from, const struct sip_via *via)
{
    struct frame *f = frame_new(t->node->net, m->whole.n + STAMP_BYTES);
    struct txtbuf text = txtbuf_of((char *)f->bytes, f->cap);
    struct sip_msg stamped;
    put_stamped(&text, m, from, via);
    struct rd r = rd_of(f->bytes, text.n);
    if (!text.full && sip_get(&r, &stamped))
        hand_on(t, &stamped, from);
    else
        ip_discard(t->node, "sip-malformed");
    frame_unref(t->node->net, f);
}

void sip_receive(struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_via via;
    sip_transport_show(t, from, false, m->whole);
    if (must_stamp(m, from, &via))
        stamp(t, m, from, &via);
    else
        hand_on(t, m, from);
}

bool sip_receive_bytes(struct sip_transport *t, struct str bytes, const struct sip_hop *from)
{
    char room[SIP_MESSAGE_MAX];
    struct sip_msg m;
    struct sip_refusal why = {0};
    if (sip_check_decode(bytes, from->over == SIP_OVER_UDP, room, &m, &why)) {
        sip_receive(t, &m, from);
        return true;
    }
    if (why.is_no_sip && from->over == SIP_OVER_TCP)
        return false;
    ip_discard(t->node, why.why);
    if (why.status)
        answer(t, &m, from, &why);
    return true;
}
