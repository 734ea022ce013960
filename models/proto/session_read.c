/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_read.c: what a SIP message says of session timers (RFC 4028 4, 5; table 1). See session_timer.h. */
#include "models/proto/session_timer.h"

/* delta-seconds of the only header of that kind; *found false: there is none. False: malformed. */
static bool read_seconds(const struct sip_msg *m, enum sip_header_id id, bool *found, uint32_t *out)
{
    *found = m->first[id] > 0;
    return !*found || (sip_header_count(m, id) == 1 && sip_seconds(m, id, out));
}

/* Another value is a generic-param by the grammar, and says nothing. */
static enum session_refresher refresher_of(struct str session_expires)
{
    struct str who = sip_param(session_expires, STR("refresher"));
    if (str_eq_nocase(who, STR("uac")))
        return REFRESHER_UAC;
    return str_eq_nocase(who, STR("uas")) ? REFRESHER_UAS : REFRESHER_NONE;
}

static bool is_of_refresh(const struct sip_msg *m)
{
    struct sip_cseq cseq;
    struct str method = m->method;
    if (m->is_response)
        method = sip_cseq(m, &cseq) ? cseq.method : STR_NONE;
    return str_eq(method, STR("INVITE")) || str_eq(method, STR("UPDATE"));
}

bool session_read(const struct sip_msg *m, struct session_headers *out)
{
    *out = (struct session_headers){.supported = sip_list_has(m, SIP_SUPPORTED, STR("timer")),
                                    .required = sip_list_has(m, SIP_REQUIRE, STR("timer"))};
    if (!is_of_refresh(m))
        return true;
    if (!m->is_response || m->status / 100 == 2) { /* table 1 */
        if (!read_seconds(m, SIP_SESSION_EXPIRES, &out->has_expires, &out->expires_s))
            return false;
        out->refresher = refresher_of(sip_header(m, SIP_SESSION_EXPIRES));
    }
    if (m->is_response && m->status != 422)
        return true;
    return read_seconds(m, SIP_MIN_SE, &out->has_min_se, &out->min_se_s) &&
           (!out->has_min_se || out->min_se_s >= SESSION_MIN_SE_S); /* 5 */
}
