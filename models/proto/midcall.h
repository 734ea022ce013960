/* SPDX-License-Identifier: GPL-3.0-or-later */
/* midcall.h: what a back-to-back agent does with a re-INVITE or UPDATE within a call (Cisco's midcall-signaling). */
#ifndef MODELS_PROTO_MIDCALL_H
#define MODELS_PROTO_MIDCALL_H

enum midcall {
    MIDCALL_PASSTHRU,     /* it goes on to the other leg, and that one's answer comes back */
    MIDCALL_MEDIA_CHANGE, /* answered here, unless its SDP says another thing than before */
    MIDCALL_BLOCK,        /* answered here, with what was agreed before */
};
#define MIDCALL_CHOICES "passthru|media-change|block"

/* As IOS writes it. */
static inline const char *midcall_name(enum midcall m)
{
    return m == MIDCALL_PASSTHRU ? "passthru" : m == MIDCALL_BLOCK ? "block" : "passthru media-change";
}

#endif
