/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_show.c: see sip_call_show.h. */
#include "models/proto/sip_call_show.h"

/* In IOS's words (show voice codec). */
static const char *codec_word(const struct sip_call *c)
{
    uint8_t codec;
    if (!media_sends(&c->local, &c->remote, &codec))
        return NULL;
    switch (codec) {
    case 0:
        return "g711ulaw";
    case 8:
        return "g711alaw";
    case 9:
        return "g722-64";
    case 18:
        return "g729r8";
    default:
        return media_codec_name(codec);
    }
}

struct call_row sip_call_row(const struct sip_call *c, char from[CALL_TEXT_MAX + 1], char to[CALL_TEXT_MAX + 1])
{
    str_keep(from, CALL_TEXT_MAX + 1, c->outgoing ? call_local_number(c) : call_remote_number(c));
    str_keep(to, CALL_TEXT_MAX + 1, c->outgoing ? call_remote_number(c) : call_local_number(c));
    struct call_row r = {.outgoing = c->outgoing,
                         .call_id = c->call_id,
                         .from = from,
                         .to = to,
                         .state = fsm_state_name(&c->fsm),
                         .local = ip_source(c->ua->transport.ip, c->hop.addr),
                         .peer = c->hop.addr,
                         .peer_port = c->hop.port,
                         .session_s = c->session.interval_s,
                         .refresher = c->session.we_refresh ? "local" : "remote",
                         .media_local = c->local.addr,
                         .media_local_port = c->local.port,
                         .media = c->remote.addr,
                         .media_port = c->remote.port,
                         .codec = codec_word(c)};
    if (r.session_s)
        r.expires_in = time_sub(c->session.expires_at, sim_now(c->ua->node->sim));
    return r;
}
