/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_of_service.c: see out_of_service.h. "Initialized" and "cm-reset-tcp" are seed 004's; the other words
 * are made alike, their codes are the phones'. */
#include "models/proto/out_of_service.h"

#include "sim/base/fault.h"

static const struct {
    uint32_t code;
    const char *name;
} words[] = {
    [OOS_TCP_TIMEOUT] = {10, "TCP-timeout"},
    [OOS_RESET] = {12, "cm-reset-tcp"},
    [OOS_CLOSED] = {14, "cm-closed-tcp"},
    [OOS_KEEPALIVE] = {15, "KeepaliveTO"},
    [OOS_LOST_IP] = {16, "lost-ip"},
    [OOS_REGISTER_TIMEOUT] = {17, "register-timeout"},
    [OOS_FALLBACK] = {18, "failback"},
    [OOS_USER_RESET] = {20, "user-reset"},
    [OOS_CUCM_RESET] = {22, "reset-reset"},
    [OOS_CUCM_RESTART] = {23, "reset-restart"},
    [OOS_REJECTED] = {24, "registration-reject"},
    [OOS_INITIALIZED] = {25, "Initialized"},
};

uint32_t oos_code(enum out_of_service o)
{
    ASSERT(o != OOS_NONE);
    return words[o].code;
}

const char *oos_name(enum out_of_service o)
{
    ASSERT(o != OOS_NONE);
    return words[o].name;
}

enum leg_down leg_down_of(enum tcp_end why)
{
    switch (why) {
    case TCP_END_CLOSED:
    case TCP_END_ABORTED: /* our answer to the peer's FIN: whoever closes for his own reasons has let go */
        return LEG_DOWN_CLOSED;
    case TCP_END_RESET:
        return LEG_DOWN_RESET;
    case TCP_END_REFUSED:
        return LEG_DOWN_REFUSED;
    case TCP_END_TIMEOUT:
        return LEG_DOWN_TIMEOUT;
    }
    UNREACHABLE();
}

enum out_of_service oos_of_down(enum leg_down why)
{
    switch (why) {
    case LEG_DOWN_CLOSED:
        return OOS_CLOSED;
    case LEG_DOWN_RESET:
    case LEG_DOWN_REFUSED:
        return OOS_RESET;
    case LEG_DOWN_TIMEOUT:
        return OOS_TCP_TIMEOUT;
    case LEG_DOWN_LOCAL:
        return OOS_LOST_IP;
    }
    UNREACHABLE();
}
