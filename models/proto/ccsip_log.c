/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ccsip_log.c: one line of the logger for each message, then the message as it is, then an empty line. The call's
 * number and identifier are not known where messages are printed: IOS writes -1 and x there. */
#include "models/proto/ccsip_log.h"

#include "models/proto/ios_log.h"

#define SEVERITY_DEBUG 7
#define SHOWN_MAX 65535

static void on_text(void *arg, const struct sip_hop *peer, struct tcp_conn *conn, uint32_t *mark, bool sent,
                    struct str message)
{
    const struct sip_transport *t = arg;
    char text[SHOWN_MAX + 1];
    (void)peer;
    (void)conn;
    (void)mark;
    str_keep(text, sizeof text, message);
    IOS_LOG(t->node, SEVERITY_DEBUG, "//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n{}: \n{}\n",
            V_TEXT(sent ? "Sent" : "Received"), V_TEXT(text));
}

void ccsip_log(struct sip_transport *t, struct sip_watch *watch)
{
    *watch = (struct sip_watch){on_text, t};
    t->watch = watch;
}
