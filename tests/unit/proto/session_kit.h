/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_kit.h: one side's session timer on a node that has the parameter an expiry cites, and a user that only writes
 * down when it was called; and headers in short. */
#ifndef TESTS_UNIT_PROTO_SESSION_KIT_H
#define TESTS_UNIT_PROTO_SESSION_KIT_H

#include "models/proto/session_timer.h"
#include "tests/unit/net/station.h"

#define S 1000000000ll
#define CALLS_MAX 16

struct side {
    struct world *w;
    struct node *node;
    struct session_config config;
    struct session_timer t;
    int refreshes, expiries;
    int64_t refreshed_at[CALLS_MAX], expired_at;
};

static const struct param_def side_params[] = {
    {"session_expires", PARAM_DUR, "1800s", "90s", "7d", NULL, "", 0, true},
    {0},
};

static inline bool side_init(struct node *n, struct err *e)
{
    (void)n;
    (void)e;
    return true;
}

static const struct model side_model = {
    .name = "side", .doc = "", .state_size = 16, .params = side_params, .init = side_init};

static inline void side_refresh(void *arg)
{
    struct side *x = arg;
    assert_true(x->refreshes < CALLS_MAX);
    x->refreshed_at[x->refreshes++] = sim_now(x->node->sim).ns;
}

static inline void side_expire(void *arg)
{
    struct side *x = arg;
    x->expiries++;
    x->expired_at = sim_now(x->node->sim).ns;
}

/* What a device is unless it is told otherwise. */
static inline struct session_config usual(void)
{
    return (struct session_config){.supported = true, .asks = true, .refreshes = true, .expires_calls = true,
                                   .refresher = REFRESHER_UAC, .expires = dur_s(1800), .min_se = dur_s(90)};
}

static inline struct side *side_open(struct session_config c)
{
    static const struct session_user user = {side_refresh, side_expire};
    struct side *x = test_calloc(1, sizeof *x);
    struct err e = {0};
    x->w = world_open(&side_model);
    x->config = c;
    assert_true(net_add_node(x->w->net, STR("side"), STR("a"), NULL, 0, &x->node, &e));
    session_init(&x->t, x->node, "call", &x->config, &user, x);
    assert_true(net_start(x->w->net, &e));
    return x;
}

static inline void side_close(struct side *x)
{
    world_close(x->w);
    test_free(x);
}

/* Headers in short: Session-Expires (0: none), Min-SE (0: none), refresher; and "supported", "required". */
#define K 1u
#define R 2u
#define NONE REFRESHER_NONE
#define UAC REFRESHER_UAC
#define UAS REFRESHER_UAS
static inline struct session_headers says(uint32_t expires_s, uint32_t min_se_s, enum session_refresher r, unsigned tags)
{
    return (struct session_headers){.supported = tags & K, .required = tags & R, .has_expires = expires_s > 0,
                                    .has_min_se = min_se_s > 0, .expires_s = expires_s, .min_se_s = min_se_s,
                                    .refresher = r};
}

static inline void headers_text(struct txtbuf *t, const struct session_headers *h)
{
    static const char *const who[] = {"", ";uac", ";uas"};
    if (h->has_expires)
        txtbuf_add(t, "SE %u%s ", h->expires_s, who[h->refresher]);
    if (h->has_min_se)
        txtbuf_add(t, "Min-SE %u ", h->min_se_s);
    txtbuf_add(t, "%s%s", h->supported ? "k" : "", h->required ? "r" : "");
}

/* As text: "SE 1800;uac Min-SE 90 kr", with k for Supported: timer and r for Require: timer. */
static inline void assert_says(const char *rule, const struct session_headers *h, const char *expected)
{
    char text[80];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    headers_text(&t, h);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: says \"%s\", not \"%s\"", rule, text, expected);
}

/* The session has begun by a 2xx to our request, or by ours. */
static inline void begin_as_uac(struct side *x, uint32_t expires_s, enum session_refresher r)
{
    struct session_headers sent = session_request(&x->t), answer = says(expires_s, 0, r, K | R);
    sent.refresher = REFRESHER_NONE;
    sent.expires_s = expires_s;
    sent.has_expires = true;
    assert_true(session_answered(&x->t, &sent, &answer));
}

static inline void begin_as_uas(struct side *x, uint32_t expires_s, enum session_refresher r)
{
    struct session_headers answer = says(expires_s, 0, r, K | R);
    session_accepted(&x->t, &answer);
}

#endif
