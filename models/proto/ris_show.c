/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ris_show.c: CUCM keeps a device in its list after it unregistered: status reg or unr. Times are
 * seconds since 1970, commas part the fields: show risdb query phone, with the fields that mean something
 * here. */
#include "models/proto/ris_show.h"

#include "models/net/tcp.h"

enum { DEVICE, DESCRIPTION, ADDRESS, STATUS, PROTOCOL, MODEL, CSEQ, SINCE, HEARD, EXPIRES, PORT };

static const char *const columns[] = {"device", "description", "address",      "status",       "protocol",  "device_model",
                                      "cseq",   "since_s",     "last_heard_s", "expires_in_s", "peer_port", "lines", NULL};

void ris_rows(const struct registrar *r, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        const struct binding *b = slot->value;
        if (!b->fsm.record)
            continue; /* it never registered here: standby keepalives alone */
        table_text(t, b->device);
        table_text(t, b->description);
        table_ip4(t, b->addr);
        table_text(t, fsm_state_name(&b->fsm));
        table_text(t, registrar_protocol(b));
        table_text(t, b->model);
        if (b->protocol == DEVICE_SIP)
            table_int(t, b->cseq);
        else
            table_none(t);
        table_dur(t, time_sub(b->fsm.since, TIME_ZERO));
        table_dur(t, time_sub(b->heard, TIME_ZERO));
        if (tmr_armed(&b->timer))
            table_dur(t, tmr_left(&b->timer));
        else
            table_none(t);
        if (b->conn)
            table_int(t, tcp_peer_port(b->conn));
        else
            table_none(t);
        table_int(t, registrar_lines(b));
    }
}

static bool is_registered(const struct table *t, size_t row)
{
    return str_eq(str_of(table_plain(t, row, STATUS, "")), STR("registered"));
}

static bool speaks(const struct table *t, size_t row, const char *protocol)
{
    return str_eq(str_of(table_plain(t, row, PROTOCOL, "")), str_of(protocol));
}

static long long wall_s(const struct table *t, size_t row, size_t column)
{
    return (sim_epoch_ns(t->node->sim) + table_cell(t, row, column)->i) / dur_s(1).ns;
}

static void before(const struct table *t, struct txtbuf *out)
{
    size_t registered = 0, sccp = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        registered += is_registered(t, i);
        sccp += is_registered(t, i) && speaks(t, i, "SCCP");
    }
    txtbuf_cstr(out, "----------- Phone Information -----------\n\n"
                     "#TotalPhones, #TotalRegPhones, #RegSCCPPhones, #RegSIPPhones, #UnRegPhones\n");
    txtbuf_add(out, "%zu, %zu, %zu, %zu, %zu\n\n", t->row_count, registered, sccp, registered - sccp,
               t->row_count - registered);
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%s, %s, %s, %s, %s, %s, %lld, %lld\n", table_plain(t, row, DEVICE, ""),
               table_plain(t, row, DESCRIPTION, ""), table_plain(t, row, ADDRESS, ""),
               is_registered(t, row) ? "reg" : "unr", table_plain(t, row, PROTOCOL, ""),
               table_plain(t, row, MODEL, ""), wall_s(t, row, SINCE), wall_s(t, row, HEARD));
}

static void after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "\nTotal count %zu\n-----------------------------------------\n", t->row_count);
}

const struct table_look ris_phones = {
    .columns = columns,
    .head = "DeviceName, Descr, Ipaddr, RegStatus, PhoneProtocol, DeviceModel, RegStatusChg TimeStamp, "
            "LastActTimeStamp\n",
    .before = before,
    .line = line,
    .after = after,
};
