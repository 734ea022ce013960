/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provision.c: see provision.h. One state a file; what comes next is the table's business. Top to bottom:
 * names of files, what becomes of each, questions, the table, what the fetcher reports. */
#include "models/proto/provision.h"

#include "models/wire/phone_files.h"
#include "models/wire/sgn.h"
#include "models/wire/trust_list.h"
#include "sim/base/err.h"

enum {
    IDLE,
    CTL,
    AFTER_CTL, /* AFTER_...: of a soft phone */
    ITL,
    CONFIG,
    DEFAULT,
    AFTER_CONFIG,
    LOADS,
    IMAGE,
    DIAL_RULES,
    LOCALE,
    AFTER_LOCALE,
    TONES,
    SOFTKEYS,
    REGISTERING,
    RINGS,
    DONE,
    WAITING,
    STATE_COUNT
};

enum {
    E_START,
    E_GOT,
    E_MISSING,
    E_UNUSABLE,
    E_NO_SERVER,
    E_PAUSED,
    E_REGISTERED,
    E_REJECTED,
    E_RETRY,
    E_STOP,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "start", "got-file", "no-file", "unusable-file", "no-server", "paused", "registered", "rejected", "retry", "stop",
};

static void feed(struct provision *p, int event)
{
    if (p->fsm.stepping)
        fsm_raise(&p->fsm, event);
    else
        fsm_step(&p->fsm, event, NULL);
}

/* A line of the phone's status messages, as its own page has them. */
static void status(struct provision *p, const char *fmt, const char *name)
{
    struct val v = V_TEXT(name);
    struct rec log = {.kind = REC_LOG, .node = p->node->id};
    log.log = (struct rec_log){"phone", 6, {fmt, &v, 1}};
    bus_publish(p->node->sim, &log);
}

/* --- names ---------------------------------------------------------------------------------------- */

/* The soft phone of seed 004 knows no trust list but the CTL, and asks for plain files. */
static bool wants_signed(const struct provision *p)
{
    return p->config->profile != PROVISION_SOFT && (p->flash->has_ctl || p->flash->has_itl);
}

static void write_name(struct provision *p, struct txtbuf *t)
{
    const struct cnf *c = &p->flash->config;
    const char *signature = wants_signed(p) ? ".sgn" : "";
    switch (p->fsm.state) {
    case CTL:
        txtbuf_add(t, "CTL%s.tlv", p->config->device);
        return;
    case ITL:
        txtbuf_add(t, "ITL%s.tlv", p->config->device);
        return;
    case CONFIG:
        txtbuf_add(t, "%s.cnf.xml%s", p->config->device, signature);
        return;
    case DEFAULT:
        txtbuf_cstr(t, "XMLDefault.cnf.xml");
        return;
    case LOADS:
        txtbuf_add(t, "%.*s.loads", STR_ARG(c->load_information));
        return;
    case IMAGE:
        txtbuf_str(t, str_cut(&p->images, '\n'));
        return;
    case DIAL_RULES:
        txtbuf_str(t, c->dial_template);
        return;
    case LOCALE:
        if (c->user_locale.n)
            txtbuf_add(t, "%.*s/%s", STR_ARG(c->user_locale), p->config->locale_jar);
        return;
    case TONES:
        if (c->network_locale.n)
            txtbuf_add(t, "%.*s/g3-tones.xml", STR_ARG(c->network_locale));
        return;
    case SOFTKEYS:
        if (c->soft_key_file.n)
            txtbuf_add(t, "%.*s%s", STR_ARG(c->soft_key_file), signature);
        return;
    default:
        txtbuf_cstr(t, "Ringlist.xml");
    }
}

static void on_file(void *arg, enum fetch_result result, struct str bytes);

static void fetch(void *self);

static void fetch_image(void *self, const void *msg)
{
    (void)msg;
    fetch(self);
}

/* Entry of every state that fetches; a file that the configuration does not name is passed over. */
static void fetch(void *self)
{
    struct provision *p = self;
    struct txtbuf t = txtbuf_of(p->name, sizeof p->name);
    write_name(p, &t);
    if (p->name[0] == 0 || t.full)
        feed(p, E_MISSING);
    else
        fetch_get(&p->fetch, str_of(p->name), p->fsm.state != IMAGE && p->fsm.state != LOCALE, on_file, p);
}

/* --- what becomes of each file -------------------------------------------------------------------- */

static struct arena *arena_of(struct provision *p)
{
    return sim_arena(p->node->sim);
}

static struct str keep(struct provision *p, struct str bytes)
{
    return (struct str){arena_strdup(arena_of(p), bytes), bytes.n};
}

/* Without its signature, when it was asked for with one. NULL view: refused, *e says why. */
static bool open_signature(struct provision *p, struct str bytes, struct str *body, struct err *e)
{
    struct str name = {p->name, str_of(p->name).n - 4}; /* without .sgn */
    struct sgn s;
    *body = bytes;
    if (!wants_signed(p))
        return true;
    if (!sgn_unwrap(bytes, &s, e))
        return false;
    *body = s.body;
    if (!str_eq(s.file_name, name))
        return err_set(e, "it is signed as '%.*s'", STR_ARG(s.file_name));
    return trust_list_has(p->flash->itl, s.signer) ||
           err_set(e, "it is signed by '%.*s', whom the trust list does not name", STR_ARG(s.signer));
}

static bool take_config(struct provision *p, struct str bytes, struct err *e)
{
    struct str body;
    struct cnf c;
    if (!open_signature(p, bytes, &body, e) || !cnf_read(body, arena_of(p), &c, e))
        return false;
    p->flash->config = c;
    p->flash->has_config = true;
    p->flash->is_default = false;
    return true;
}

/* XMLDefault names a group and a load for each model, for phones of any protocol; the rest keeps its factory values. */
static bool take_default(struct provision *p, struct str bytes, struct err *e)
{
    struct xml_default d;
    if (!xml_default_read(bytes, arena_of(p), &d, e))
        return false;
    struct cnf c = {.group_name = d.group_name, .load_information = xml_default_load(&d, p->config->model_number)};
    for (int i = 0; i < CNF_MEMBERS_MAX; i++)
        c.member[i] = d.member[i];
    p->flash->config = c;
    p->flash->has_config = p->flash->is_default = true;
    return true;
}

static bool take_softkeys(struct provision *p, struct str bytes, struct err *e)
{
    struct str body;
    return open_signature(p, bytes, &body, e) && phone_file_usable(PHONE_FILE_SOFTKEYS, body, e);
}

static bool take(struct provision *p, struct str bytes, struct err *e)
{
    switch (p->fsm.state) {
    case CTL:
        p->flash->has_ctl = true;
        return true;
    case ITL:
        if (!trust_list_usable(bytes))
            return err_set(e, "it is no trust list");
        p->flash->itl = keep(p, bytes);
        p->flash->has_itl = true;
        status(p, "{}", "Trust List Updated");
        return true;
    case CONFIG:
        return take_config(p, bytes, e);
    case DEFAULT:
        return take_default(p, bytes, e);
    case LOADS:
        p->images = keep(p, bytes);
        return true;
    case DIAL_RULES:
        return phone_file_usable(PHONE_FILE_DIAL_RULES, bytes, e);
    case SOFTKEYS:
        return take_softkeys(p, bytes, e);
    case TONES:
        return phone_file_usable(PHONE_FILE_TONES, bytes, e);
    case RINGS:
        return phone_file_usable(PHONE_FILE_RING_LIST, bytes, e);
    default:
        return true; /* nothing here depends on what it says */
    }
}

static void on_file(void *arg, enum fetch_result result, struct str bytes)
{
    struct provision *p = arg;
    struct node *n = p->node;
    struct err e = {0};
    if (result == FETCH_FAILED) {
        status(p, "TFTP Timeout : {}", p->name);
        feed(p, E_NO_SERVER);
    } else if (result != FETCH_OK) {
        status(p, "File Not Found : {}", p->name);
        feed(p, E_MISSING);
    } else if (!take(p, bytes, &e)) {
        BUS_NOTE(n->sim, n->id, "config", "{} is refused: {}", V_TEXT(p->name), V_TEXT(e.msg));
        status(p, "Error Verifying Config Info : {}", p->name);
        feed(p, E_UNUSABLE);
    } else {
        status(p, "{} loaded", p->name);
        feed(p, E_GOT);
    }
}

/* --- questions ------------------------------------------------------------------------------------ */

static bool wants_upgrade(const void *self, const void *msg)
{
    const struct provision *p = self;
    struct str load = p->flash->config.load_information;
    (void)msg;
    return load.n && !str_eq(load, str_of(p->flash->load));
}

static bool more_images(const void *self, const void *msg)
{
    const struct provision *p = self;
    (void)msg;
    return str_trim(p->images).n > 0;
}

static bool is_early(const void *self, const void *msg)
{
    const struct provision *p = self;
    (void)msg;
    return p->config->profile == PROVISION_EARLY;
}

static bool is_soft(const void *self, const void *msg)
{
    const struct provision *p = self;
    (void)msg;
    return p->config->profile == PROVISION_SOFT;
}

static bool wants_no_tones(const void *self, const void *msg)
{
    const struct provision *p = self;
    return is_soft(self, msg) && !p->config->soft_tones;
}

static bool has_registered(const void *self, const void *msg)
{
    const struct provision *p = self;
    (void)msg;
    return p->registered;
}

static bool has_config(const void *self, const void *msg)
{
    const struct provision *p = self;
    (void)msg;
    return p->flash->has_config;
}

/* --- actions -------------------------------------------------------------------------------------- */

static void no_trust(void *self, const void *msg)
{
    struct provision *p = self;
    (void)msg;
    status(p, "No {} installed", p->fsm.state == CTL ? "CTL" : "ITL");
}

static void upgrade(void *self, const void *msg)
{
    struct provision *p = self;
    struct node *n = p->node;
    (void)msg;
    p->flash->inactive_load = p->flash->load;
    p->flash->load = arena_strdup(arena_of(p), p->flash->config.load_information);
    BUS_NOTE(n->sim, n->id, "firmware", "{} is in flash; {} becomes inactive", V_TEXT(p->flash->load),
             V_TEXT(p->flash->inactive_load));
    p->user->on_upgrade(p->arg);
}

static void keep_load(void *self, const void *msg)
{
    struct provision *p = self;
    (void)msg;
    status(p, "Load rejected, the present one stays: {}", p->flash->load);
}

static void use_cached(void *self, const void *msg)
{
    struct provision *p = self;
    (void)msg;
    status(p, "{}", "Using the cached configuration");
}

static void enter_registering(void *self)
{
    struct provision *p = self;
    p->user->on_config(p->arg, &p->flash->config, p->flash->is_default);
}

static void enter_after_ctl(void *self)
{
    struct provision *p = self;
    tmr_arm(&p->pause, p->config->soft_cnf_wait);
}

static void enter_after_config(void *self)
{
    struct provision *p = self;
    tmr_arm(&p->pause, p->config->soft_jar_wait);
}

static void enter_after_locale(void *self)
{
    struct provision *p = self;
    tmr_arm(&p->pause, p->config->soft_register_wait);
}

static void enter_waiting(void *self)
{
    struct provision *p = self;
    bus_set_flow(p->node->sim, 0);
    tmr_arm(&p->retry, p->config->retry);
}

static void enter_idle(void *self)
{
    struct provision *p = self;
    fetch_stop(&p->fetch);
    tmr_disarm(&p->retry);
    tmr_disarm(&p->pause);
    p->registered = false;
}

static void note_registered(void *self, const void *msg)
{
    struct provision *p = self;
    (void)msg;
    p->registered = true;
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct fsm_state states[STATE_COUNT] = {
    [IDLE] = {"idle", enter_idle, "forever"},
    [CTL] = {"ctl", fetch, "fetch"},
    [AFTER_CTL] = {"after-ctl", enter_after_ctl, "provision.pause"},
    [ITL] = {"itl", fetch, "fetch"},
    [CONFIG] = {"configuration", fetch, "fetch"},
    [DEFAULT] = {"default-configuration", fetch, "fetch"},
    [AFTER_CONFIG] = {"after-configuration", enter_after_config, "provision.pause"},
    [LOADS] = {"firmware-list", fetch, "fetch"},
    [IMAGE] = {"firmware", fetch, "fetch"},
    [DIAL_RULES] = {"dial-rules", fetch, "fetch"},
    [LOCALE] = {"locale", fetch, "fetch"},
    [AFTER_LOCALE] = {"after-locale", enter_after_locale, "provision.pause"},
    [TONES] = {"tones", fetch, "fetch"},
    [SOFTKEYS] = {"softkeys", fetch, "fetch"},
    [REGISTERING] = {"registering", enter_registering, "forever"}, /* the registration has its own timers */
    [RINGS] = {"ring-list", fetch, "fetch"},
    [DONE] = {"done", NULL, "forever"},
    [WAITING] = {"waiting", enter_waiting, "provision.retry"},
};

/* Of a file that may be missing: there or not, and no server in reach, it goes on. */
#define OPTIONAL(state, guard, next)                                                                 \
    {state, E_GOT, guard, NULL, next}, {state, E_MISSING, guard, NULL, next},                        \
        {state, E_UNUSABLE, guard, NULL, next}, {state, E_NO_SERVER, guard, NULL, next}

/* Without any server the phone goes on with what it has in flash, if it has that. */
#define NO_SERVER(state)                                                                             \
    {state, E_NO_SERVER, has_config, use_cached, REGISTERING}, {state, E_NO_SERVER, NULL, NULL, WAITING}

#define STOPS(state) {state, E_STOP, NULL, NULL, IDLE}

static const struct fsm_row rows[] = {
    {IDLE, E_START, NULL, NULL, CTL},
    {CTL, E_GOT, is_soft, NULL, AFTER_CTL},
    {CTL, E_GOT, NULL, NULL, ITL},
    {CTL, E_MISSING, is_soft, no_trust, AFTER_CTL},
    {CTL, E_MISSING, NULL, no_trust, ITL},
    NO_SERVER(CTL),
    {AFTER_CTL, E_PAUSED, NULL, NULL, CONFIG},
    {ITL, E_GOT, NULL, NULL, CONFIG},
    {ITL, E_UNUSABLE, NULL, NULL, CONFIG},
    {ITL, E_MISSING, NULL, no_trust, CONFIG},
    NO_SERVER(ITL),
    {CONFIG, E_GOT, is_soft, NULL, AFTER_CONFIG}, /* whatever load it names: the computer's users install that */
    {CONFIG, E_GOT, wants_upgrade, NULL, LOADS},
    {CONFIG, E_GOT, NULL, NULL, DIAL_RULES},
    {CONFIG, E_MISSING, NULL, NULL, DEFAULT},
    {CONFIG, E_UNUSABLE, has_config, use_cached, REGISTERING},
    {CONFIG, E_UNUSABLE, NULL, NULL, WAITING},
    NO_SERVER(CONFIG),
    {DEFAULT, E_GOT, is_soft, NULL, AFTER_CONFIG},
    {DEFAULT, E_GOT, wants_upgrade, NULL, LOADS},
    {DEFAULT, E_GOT, NULL, NULL, DIAL_RULES},
    {DEFAULT, E_MISSING, has_config, use_cached, REGISTERING},
    {DEFAULT, E_MISSING, NULL, NULL, WAITING},
    {DEFAULT, E_UNUSABLE, has_config, use_cached, REGISTERING},
    {DEFAULT, E_UNUSABLE, NULL, NULL, WAITING},
    NO_SERVER(DEFAULT),
    {AFTER_CONFIG, E_PAUSED, NULL, NULL, LOCALE},
    {LOADS, E_GOT, more_images, NULL, IMAGE},
    {LOADS, E_GOT, NULL, keep_load, DIAL_RULES},
    {LOADS, E_MISSING, NULL, keep_load, DIAL_RULES},
    {LOADS, E_NO_SERVER, NULL, keep_load, DIAL_RULES},
    {IMAGE, E_GOT, more_images, fetch_image, IMAGE},
    {IMAGE, E_GOT, NULL, upgrade, IDLE},
    {IMAGE, E_MISSING, NULL, keep_load, DIAL_RULES},
    {IMAGE, E_NO_SERVER, NULL, keep_load, DIAL_RULES},
    OPTIONAL(DIAL_RULES, is_early, LOCALE),
    OPTIONAL(DIAL_RULES, NULL, REGISTERING),
    OPTIONAL(LOCALE, wants_no_tones, AFTER_LOCALE),
    OPTIONAL(LOCALE, NULL, TONES),
    {AFTER_LOCALE, E_PAUSED, NULL, NULL, REGISTERING},
    OPTIONAL(TONES, is_soft, AFTER_LOCALE),
    OPTIONAL(TONES, NULL, SOFTKEYS),
    OPTIONAL(SOFTKEYS, has_registered, RINGS),
    OPTIONAL(SOFTKEYS, NULL, REGISTERING),
    {REGISTERING, E_REGISTERED, is_soft, note_registered, DONE},
    {REGISTERING, E_REGISTERED, is_early, note_registered, RINGS},
    {REGISTERING, E_REGISTERED, NULL, note_registered, LOCALE},
    {REGISTERING, E_REJECTED, NULL, NULL, WAITING},
    OPTIONAL(RINGS, NULL, DONE),
    {WAITING, E_RETRY, NULL, NULL, CTL},
    STOPS(CTL),
    STOPS(AFTER_CTL),
    STOPS(ITL),
    STOPS(CONFIG),
    STOPS(DEFAULT),
    STOPS(AFTER_CONFIG),
    STOPS(LOADS),
    STOPS(IMAGE),
    STOPS(DIAL_RULES),
    STOPS(LOCALE),
    STOPS(AFTER_LOCALE),
    STOPS(TONES),
    STOPS(SOFTKEYS),
    STOPS(REGISTERING),
    STOPS(RINGS),
    STOPS(DONE),
    STOPS(WAITING),
};

/* It registers again and again; only the first time matters here. */
static const struct fsm_row ignored[] = {
    {IDLE, E_STOP, NULL, NULL, IDLE},
    {LOCALE, E_REGISTERED, NULL, NULL, LOCALE},
    {TONES, E_REGISTERED, NULL, NULL, TONES},
    {SOFTKEYS, E_REGISTERED, NULL, NULL, SOFTKEYS},
    {RINGS, E_REGISTERED, NULL, NULL, RINGS},
    {DONE, E_REGISTERED, NULL, NULL, DONE},
    {IDLE, E_REGISTERED, NULL, NULL, IDLE},
};

static const struct fsm_table table = {
    .machine = "provisioning",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

static void on_retry(void *owner)
{
    struct provision *p = owner;
    fsm_step(&p->fsm, E_RETRY, NULL);
}

static void on_pause(void *owner)
{
    struct provision *p = owner;
    fsm_step(&p->fsm, E_PAUSED, NULL);
}

/* --- life ----------------------------------------------------------------------------------------- */

void provision_init(struct provision *p, struct node *n, struct ip_stack *ip, struct tcp *t,
                    struct phone_flash *flash, const struct provision_config *c,
                    const struct provision_user *user, void *arg)
{
    *p = (struct provision){.node = n, .config = c, .user = user, .arg = arg, .flash = flash};
    fsm_init(&p->fsm, &table, n, c->device, p, IDLE);
    tmr_init(&p->retry, n->sim, n->id, "provision.retry", p, on_retry);
    tmr_init(&p->pause, n->sim, n->id, "provision.pause", p, on_pause);
    fetch_init(&p->fetch, n, ip, t, &c->fetch);
    p->fetch.one_port = c->profile == PROVISION_SOFT;
}

void provision_start(struct provision *p, const struct ip4 *servers, size_t count)
{
    fetch_set_servers(&p->fetch, servers, count);
    fsm_step(&p->fsm, E_START, NULL);
}

bool provision_is_loading(const struct provision *p)
{
    return p->fsm.state == LOADS || p->fsm.state == IMAGE;
}

void provision_stop(struct provision *p)
{
    feed(p, E_STOP);
}

void provision_again(struct provision *p)
{
    feed(p, E_REJECTED);
}

void provision_registered(struct provision *p)
{
    feed(p, E_REGISTERED);
}
