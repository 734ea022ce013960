/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial_peer_show.c: show dial-peer voice summary, as IOS prints it. */
#include "models/proto/dial_peer_show.h"

enum { DP_TAG, DP_TYPE, DP_ADMIN, DP_OPER, DP_PATTERN, DP_PREFERENCE, DP_TARGET, DP_TRANSPORT };
static const char *const columns[] = {"tag", "type", "admin", "oper", "destination_pattern", "preference",
                                      "session_target", "transport", NULL};

void dial_peer_rows(const struct dial_peer *first, struct table *t)
{
    for (const struct dial_peer *p = first; p; p = p->next) {
        char pattern[128], target[40];
        struct txtbuf at = txtbuf_of(target, sizeof target);
        txtbuf_cstr(&at, "ipv4:");
        ip4_text(&at, p->target.addr);
        if (p->target.port != SIP_PORT)
            txtbuf_add(&at, ":%u", p->target.port);
        str_keep(pattern, sizeof pattern, p->pattern);
        table_int(t, p->tag);
        table_text(t, "voip");
        table_text(t, "up");
        table_text(t, "up");
        table_text(t, pattern);
        table_int(t, p->preference);
        table_text(t, target);
        table_text(t, p->target.over == SIP_OVER_TCP ? "tcp" : "udp");
    }
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%-6s %-5s %-4s %-4s %-9s %-19s %-3s %-4s %s\n", table_plain(t, row, DP_TAG, ""),
               table_plain(t, row, DP_TYPE, ""), table_plain(t, row, DP_ADMIN, ""), table_plain(t, row, DP_OPER, ""), "",
               table_plain(t, row, DP_PATTERN, ""), table_plain(t, row, DP_PREFERENCE, ""), "syst",
               table_plain(t, row, DP_TARGET, ""));
}

const struct table_look show_dial_peers = {
    .columns = columns,
    .head = "dial-peer hunt 0\n"
            "             AD                                    PRE PASS\n"
            "TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN        FER THRU SESS-TARGET\n",
    .line = line,
};
