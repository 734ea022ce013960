/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_script.h: an SCCP phone and two nodes, a and b, that do what a test wants: they let the phone register, answer
 * its keepalives late or not at all, leave a message unanswered. Their TCP is always well. */
#ifndef TESTS_UNIT_DEVICE_SCCP_SCRIPT_H
#define TESTS_UNIT_DEVICE_SCCP_SCRIPT_H

#include "tests/unit/device/hand_skinny.h"

/* What a scripted node does: it lets the phone register; it answers keepalives as long as `answers` is more than 0,
 * each after `late`. */
static struct {
    int answers;
    struct sim_dur late;
    struct tmr timer;
    uint32_t keepalive_s, backup_s;
    uint32_t mute; /* the message that it does not answer, and the registration stops there; 0: none */
} script;

static inline void script_set(int answers, struct sim_dur late, uint32_t keepalive_s, uint32_t backup_s)
{
    script.answers = answers;
    script.late = late;
    script.keepalive_s = keepalive_s;
    script.backup_s = backup_s;
    script.mute = 0;
}

static inline void script_answer_now(void *owner)
{
    hand_say(owner, SKINNY_KEEPALIVE_ACK);
}

static inline void script_answer(struct hand *h, const struct skinny *m)
{
    static const struct {
        uint32_t of, id;
    } plain[] = {{SKINNY_BUTTON_TEMPLATE_REQ, SKINNY_BUTTON_TEMPLATE},
                 {SKINNY_SOFTKEY_TEMPLATE_REQ, SKINNY_SOFTKEY_TEMPLATE_RES},
                 {SKINNY_SOFTKEY_SET_REQ, SKINNY_SOFTKEY_SET_RES},
                 {SKINNY_CONFIG_STAT_REQ, SKINNY_CONFIG_STAT},
                 {SKINNY_CAPABILITIES_RES, SKINNY_DISPLAY_PROMPT},
                 {SKINNY_TOKEN_REQ, SKINNY_TOKEN_ACK},
                 {SKINNY_UNREGISTER, SKINNY_UNREGISTER_ACK}};
    struct skinny ack = {.id = SKINNY_REGISTER_ACK,
                         .register_ack = {.keepalive_s = script.keepalive_s, .backup_keepalive_s = script.backup_s,
                                          .date_template = STR("M/D/YA")}};
    if (script.mute && m->id == script.mute)
        return;
    if (m->id == SKINNY_REGISTER)
        hand_put(h, &ack);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (m->id == plain[i].of)
            hand_say(h, plain[i].id);
    }
    if (m->id == SKINNY_KEEPALIVE && h == script.timer.owner && script.answers-- > 0)
        tmr_arm(&script.timer, script.late);
}

/* The phone, and two such nodes. */
static inline struct sccp_office *script_office(const struct setting *more, size_t k, struct hand **a, struct hand **b)
{
    struct sccp_office *s = hand_room();
    struct setting own[8] = {{STR("starts"), STR("configured")}, {STR("cucm_group"), STR(ADD "2," ADD "3")}};
    for (size_t i = 0; i < k; i++)
        own[2 + i] = more[i];
    s->o.phone = room_add(s, "sccp-phone", "phone", "1", "0024142ddf24", ADD "10", own, 2 + k);
    *a = room_hand(s, "a", "2", "005056000002", ADD "2");
    *b = room_hand(s, "b", "3", "005056000003", ADD "3");
    (*a)->on_message = (*b)->on_message = script_answer;
    tmr_init(&script.timer, s->o.sim, (*a)->node->id, "script", *a, script_answer_now);
    room_start(s);
    return s;
}

#endif
