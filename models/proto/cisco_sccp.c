/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cisco_sccp.c: see cisco_sccp.h. Device types are chan-sccp's (src/define.h, SKINNY_DEVICETYPE_...); the CIPC's
 * Register, with its protocol word and its 64 bytes, is seed 004's. That desk phones write the whole message, and
 * the names of their locale archives and loads, are assumptions. */
#include "models/proto/cisco_sccp.h"

#define DESK_PROTOCOL 0x85720014u /* version 20, with the features of the CIPC's word */
#define WHOLE 124

#define DESK(name, number, load, jar, class)                                                          \
    {.kind = {name, "Cisco IP Phone " name, number, load, jar, class, false, false},                  \
     .protocol = DESK_PROTOCOL, .register_body = WHOLE, .max_streams = 5, .max_conferences = 1}

/* clang-format off */
static const struct sccp_phone_model models[] = {
    DESK("7940", "8",     "P00308010200", "mk-sccp.jar", 2),
    DESK("7941", "115",   "SCCP41", "mk-sccp.jar", 2),
    DESK("7942", "434",   "SCCP42", "mk-sccp.jar", 2),
    DESK("7945", "435",   "SCCP45", "mk-sccp.jar", 3),
    DESK("7960", "7",     "P00308010200", "mk-sccp.jar", 2),
    DESK("7961", "30018", "SCCP41", "mk-sccp.jar", 2),
    DESK("7962", "404",   "SCCP42", "mk-sccp.jar", 2),
    DESK("7965", "436",   "SCCP45", "mk-sccp.jar", 3),
    DESK("7970", "30006", "SCCP70", "mk-sccp.jar", 3),
    DESK("7975", "437",   "SCCP75", "mk-sccp.jar", 3),
    {.kind = {"CIPC", "Cisco IP Communicator", "30016", NULL, "ipc-sccp.jar", 0, false, true},
     .protocol = 0x8570000fu, .register_body = 64, .max_streams = 3, .max_conferences = 1},
};
/* clang-format on */

const struct sccp_phone_model *sccp_phone_model(int index)
{
    ASSERT(index >= 0 && (size_t)index < sizeof models / sizeof models[0]);
    return &models[index];
}

int sccp_phone_model_count(void)
{
    return (int)(sizeof models / sizeof models[0]);
}

/* By codec and milliseconds a packet: G.711 u-law and A-law at 64 kbit/s, G.722.1, G.722, ... ; 257 is RFC 2833. */
void sccp_capabilities(struct skinny_capabilities *out)
{
    static const uint8_t ms[][2] = {{4, 60}, {2, 60}, {86, 60}, {7, 20}, {6, 20}, {11, 60}, {12, 60}, {15, 60}, {16, 60}};
    uint32_t n = sizeof ms / sizeof ms[0];
    *out = (struct skinny_capabilities){.count = n + 1};
    for (uint32_t i = 0; i < n; i++)
        out->one[i] = (struct skinny_capability){.codec = ms[i][0], .ms_per_packet = ms[i][1]};
    out->one[n] = (struct skinny_capability){.codec = 257, .ms_per_packet = 1};
}
