/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_of_service.h: why a phone last lost its service, as its alarms tell: in the Reason header of a SIP phone's
 * next REGISTER, and in the Alarm that precedes an SCCP phone's (seed 004). The numbers are the phones' codes. */
#ifndef MODELS_PROTO_OUT_OF_SERVICE_H
#define MODELS_PROTO_OUT_OF_SERVICE_H

#include "models/net/tcp.h"
#include "sim/base/str.h"

/* How a connection to a node ended that the phone did not end itself. */
enum leg_down { LEG_DOWN_CLOSED, LEG_DOWN_RESET, LEG_DOWN_REFUSED, LEG_DOWN_TIMEOUT, LEG_DOWN_LOCAL };

enum leg_down leg_down_of(enum tcp_end why);

enum out_of_service {
    OOS_NONE,
    OOS_TCP_TIMEOUT,
    OOS_RESET,
    OOS_CLOSED,
    OOS_KEEPALIVE,
    OOS_LOST_IP,
    OOS_REGISTER_TIMEOUT,
    OOS_FALLBACK,
    OOS_USER_RESET,
    OOS_CUCM_RESET,
    OOS_CUCM_RESTART,
    OOS_REJECTED,
    OOS_INITIALIZED,
};

/* Choices of a parameter; its value is the enumeration's. */
#define OUT_OF_SERVICE_CHOICES                                                                          \
    "none|TCP-timeout|cm-reset-tcp|cm-closed-tcp|KeepaliveTO|lost-ip|register-timeout|failback|"        \
    "user-reset|reset-reset|reset-restart|registration-reject|Initialized"

enum out_of_service oos_of_down(enum leg_down why);

/* "12" and "cm-reset-tcp". Not for OOS_NONE. */
uint32_t oos_code(enum out_of_service o);
const char *oos_name(enum out_of_service o);

#endif
