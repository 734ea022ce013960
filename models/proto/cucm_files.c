/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm_files.c: see cucm_files.h. Top to bottom: putting files into the store, a phone's configuration, the
 * default one, what all phones share, life. */
#include "models/proto/cucm_files.h"

#include "models/net/ip.h"
#include "models/proto/cisco_sccp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/cucm_group.h"
#include "models/wire/cnf_xml.h"
#include "models/wire/phone_files.h"
#include "models/wire/sgn.h"
#include "models/wire/trust_list.h"
#include "sim/base/hash.h"

#define XML_MAX 16384 /* of a file that is written here */
#define JAR_BYTES 24576
#define SIPS_PORT 5061
#define LINE_FEATURE 9
#define DIAL_RULES_FILE "dialplan.xml"

static struct arena *arena_of(const struct cucm_files *f)
{
    return sim_arena(f->node->sim);
}

/* --- into the store ------------------------------------------------------------------------------- */

/* A file that the scenario brought stays. */
static void put(struct cucm_files *f, const char *name, struct str bytes)
{
    struct str there;
    if (!file_store_get(&f->store, str_of(name), &there))
        file_store_put(&f->store, str_of(name), bytes);
}

static struct str kept(struct cucm_files *f, const struct wr *w)
{
    struct str s = str_of_bytes(w->base, wr_len(w));
    ASSERT(wr_ok(w));
    return (struct str){arena_strdup(arena_of(f), s), s.n};
}

/* The plain file, and with security by default the signed one beside it. */
static void put_signable(struct cucm_files *f, const char *name, struct str plain)
{
    char signed_name[96], bytes[XML_MAX + SGN_HEADER_MAX];
    struct txtbuf n = txtbuf_of(signed_name, sizeof signed_name);
    struct wr w = wr_of(bytes, sizeof bytes);
    put(f, name, plain);
    if (!f->config->itl)
        return;
    txtbuf_add(&n, "%s.sgn", name);
    struct str there;
    bool own = !file_store_get(&f->store, str_of(signed_name), &there);
    struct str body;
    if (!own || !file_store_get(&f->store, str_of(name), &body) || body.n > XML_MAX)
        return;
    sgn_wrap(&w, str_of(f->signer), str_of(name), body); /* CUCM signs what it serves, whoever wrote it */
    put(f, signed_name, kept(f, &w));
}

/* --- a phone's configuration ---------------------------------------------------------------------- */

static void fill_group(const struct cucm_files *f, struct cnf_member out[CNF_MEMBERS_MAX])
{
    for (int64_t i = 0; i < f->group_count && i < CUCM_NODES_MAX; i++) {
        const struct cucm_member *m = &f->group[i];
        if (cucm_is_srst(m))
            return;
        out[i] = (struct cnf_member){.known = true,
                                     .name = m->name,
                                     .process_node = m->name,
                                     .ethernet_phone_port = cnf_num_of(m->sccp_port),
                                     .sip_port = cnf_num_of(m->sip_port),
                                     .secured_sip_port = cnf_num_of(SIPS_PORT)};
    }
}

/* The SRST reference of the device pool: the group's last entry, when it is one. */
static void fill_srst(const struct cucm_files *f, char text[20], struct cnf_srst *out)
{
    const struct cucm_member *m = f->group_count ? &f->group[f->group_count - 1] : NULL;
    struct txtbuf t = txtbuf_of(text, 20);
    if (!m || !cucm_is_srst(m))
        return;
    ip4_text(&t, m->addr);
    *out = (struct cnf_srst){.ip = txtbuf_view(&t), .sip_ip = txtbuf_view(&t), .port = cnf_num_of(m->sccp_port),
                             .sip_port = cnf_num_of(m->sip_port)};
}

static struct cnf_sip_stack sip_stack(const struct cucm_files_config *c)
{
    return (struct cnf_sip_stack){
        .invite_retx = cnf_num_of(6),
        .retx = cnf_num_of(10),
        .timer_invite_expires_s = cnf_num_of(180),
        .timer_register_expires_s = cnf_num_of(dur_whole_s(c->timer_register_expires)),
        .timer_register_delta_s = cnf_num_of(dur_whole_s(c->timer_register_delta)),
        .timer_keepalive_expires_s = cnf_num_of(dur_whole_s(c->timer_keepalive_expires)),
        .timer_subscribe_expires_s = cnf_num_of(120),
        .timer_subscribe_delta_s = cnf_num_of(5),
        .timer_t1_ms = cnf_num_of(500),
        .timer_t2_ms = cnf_num_of(4000),
        .max_redirects = cnf_num_of(70),
    };
}

/* "7841=sip78xx.12-8-1-0001-455, ..." */
static struct str load_of(const struct cucm_files *f, struct str model)
{
    struct str rest = str_of(f->config->loads);
    while (rest.n) {
        struct str load = str_trim(str_cut(&rest, ',')), name = str_trim(str_cut(&load, '='));
        if (str_eq(name, model))
            return str_trim(load);
    }
    return STR_NONE;
}

static struct cnf_line line_of(const struct cucm_files *f, const struct cucm_device *d)
{
    const char *password = f->config->password;
    return (struct cnf_line){
        .button = cnf_num_of(1),
        .feature_id = cnf_num_of(LINE_FEATURE),
        .feature_label = d->dn,
        .proxy = STR("USECALLMANAGER"),
        .port = cnf_num_of(5060),
        .name = d->dn,
        .display_name = d->dn,
        .auth_name = d->dn,
        .contact = d->dn,
        .auth_password = password[0] ? str_of(password) : STR_NONE,
    };
}

/* The part that is named after it. */
static void add_sip_profile(const struct cucm_files *f, const struct cucm_device *d, struct cnf_line *line, struct cnf *x)
{
    x->register_with_proxy = cnf_num_of(1);
    x->stack = sip_stack(f->config);
    *line = line_of(f, d);
    x->line = line;
    x->line_count = d->dn.n ? 1 : 0;
    x->voip_control_port = cnf_num_of(5060);
    x->start_media_port = cnf_num_of(16384);
    x->stop_media_port = cnf_num_of(32766);
    x->dial_template = f->config->dial_rules ? STR(DIAL_RULES_FILE) : STR_NONE;
    x->soft_key_file = str_of(f->softkeys);
}

/* An SCCP phone is told its lines and softkeys by SCCP. */
void cucm_files_write_device(struct cucm_files *f, const struct cucm_device *d)
{
    const struct cucm_files_config *c = f->config;
    char xml[XML_MAX], name[64], srst[20];
    struct wr w = wr_of(xml, sizeof xml);
    struct cnf_line line;
    struct cnf x = {
        .protocol = d->protocol == DEVICE_SCCP ? CNF_SCCP : CNF_SIP,
        .pool_name = STR("Default"),
        .date_template = STR("M/D/Y"),
        .time_zone = STR("Greenwich Standard Time"),
        .group_name = STR("Default"),
        .connection_monitor_duration_s = cnf_num_of(dur_whole_s(c->connection_monitor_duration)),
        .load_information = d->load,
        .user_locale = str_of(c->user_locale),
        .network_locale = str_of(c->network_locale),
        .security_mode = cnf_num_of(CNF_NONSECURE),
        .transport = cnf_num_of(CNF_TCP),
    };
    struct txtbuf n = txtbuf_of(name, sizeof name);
    if (d->protocol == DEVICE_SIP)
        add_sip_profile(f, d, &line, &x);
    else
        x.vendor.detect_cm_connection_failure = cnf_num_of(c->failover_detection == DETECT_DELAYED);
    fill_group(f, x.member);
    fill_srst(f, srst, &x.srst[0]);
    cnf_write(&w, &x);
    txtbuf_add(&n, "%.*s.cnf.xml", STR_ARG(d->name));
    put_signable(f, name, kept(f, &w));
}

/* --- what all phones share ------------------------------------------------------------------------ */

#define DEFAULT_LOADS_MAX 32

/* A model that phone_loads names, once: 7975 and CIPC stand in both lists. */
static void add_default(const struct cucm_files *f, struct xml_default *d, const char *model, const char *product,
                        const char *number)
{
    struct str load = load_of(f, str_of(model));
    uint64_t n = 0;
    if (!load.n || !str_u64(str_of(number), UINT32_MAX, &n) || xml_default_load(d, (uint32_t)n).n)
        return;
    ASSERT(d->load_count < DEFAULT_LOADS_MAX);
    d->load[d->load_count++] = (struct xml_default_load){(uint32_t)n, str_of(product), load};
}

static void write_default(struct cucm_files *f)
{
    char xml[XML_MAX];
    struct wr w = wr_of(xml, sizeof xml);
    struct xml_default_load load[DEFAULT_LOADS_MAX];
    struct xml_default d = {.group_name = STR("Default"), .load = load};
    fill_group(f, d.member);
    for (int i = 0; i < cisco_phone_model_count(); i++) {
        const struct cisco_phone_model *m = cisco_phone_model(i);
        add_default(f, &d, m->name, m->product, m->number);
    }
    for (int i = 0; i < sccp_phone_model_count(); i++) {
        const struct phone_kind *k = &sccp_phone_model(i)->kind;
        add_default(f, &d, k->name, k->product, k->number);
    }
    xml_default_write(&w, &d);
    put(f, "XMLDefault.cnf.xml", kept(f, &w));
}

static void write_trust(struct cucm_files *f)
{
    char bytes[256];
    struct str signer = str_of(f->signer);
    struct wr w = wr_of(bytes, sizeof bytes);
    trust_list_put(&w, &signer, 1);
    struct str list = kept(f, &w);
    if (f->config->itl)
        put(f, "ITLFile.tlv", list);
    if (f->config->ctl)
        put(f, "CTLFile.tlv", list);
}

static void put_jar(struct cucm_files *f, const char *jar)
{
    char name[160];
    struct txtbuf n = txtbuf_of(name, sizeof name);
    txtbuf_add(&n, "%s/%s", f->config->user_locale, jar);
    put(f, name, (struct str){f->blank.p, JAR_BYTES});
}

/* Several models share one. The soft phones' are seed 004's: ipc-sip.jar and ipc-sccp.jar. */
static void write_jars(struct cucm_files *f)
{
    if (!f->config->user_locale[0])
        return;
    for (int i = 0; i < cisco_phone_model_count(); i++)
        put_jar(f, cisco_phone_model(i)->locale_jar);
    for (int i = 0; i < sccp_phone_model_count(); i++)
        put_jar(f, sccp_phone_model(i)->kind.locale_jar);
}

static void write_locale(struct cucm_files *f)
{
    char name[160], xml[XML_MAX];
    write_jars(f);
    struct txtbuf n = txtbuf_of(name, sizeof name);
    struct wr w = wr_of(xml, sizeof xml);
    if (!f->config->network_locale[0])
        return;
    txtbuf_add(&n, "%s/g3-tones.xml", f->config->network_locale);
    tones_write(&w, str_of(f->config->network_locale));
    put(f, name, kept(f, &w));
}

/* A list of images, and the images. */
static void write_firmware(struct cucm_files *f, struct str load)
{
    static const char *const parts[] = {"kern", "rootfs", "sboot"};
    char list[512], name[128];
    struct wr w = wr_of(list, sizeof list);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct txtbuf n = txtbuf_of(name, sizeof name);
        txtbuf_add(&n, "%s.%.*s.sbn", parts[i], STR_ARG(load));
        put(f, name, (struct str){f->blank.p, (size_t)f->config->firmware_bytes});
        wr_str(&w, str_of(name));
        wr_u8(&w, '\n');
    }
    struct txtbuf n = txtbuf_of(name, sizeof name);
    txtbuf_add(&n, "%.*s.loads", STR_ARG(load));
    put(f, name, kept(f, &w));
}

static bool write_loads(struct cucm_files *f, struct err *e)
{
    struct str rest = str_of(f->config->loads);
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ',')), load = one, model = str_trim(str_cut(&load, '='));
        load = str_trim(load);
        if (!load.n || !model.n || load.n > 63)
            return err_set(e, "parameter 'phone_loads': '%.*s' is not MODEL=LOAD", STR_ARG(one));
        write_firmware(f, load);
    }
    return true;
}

static void write_rest(struct cucm_files *f)
{
    char xml[XML_MAX];
    struct wr w = wr_of(xml, sizeof xml);
    softkeys_write(&w, STR("1.0"));
    put_signable(f, f->softkeys, kept(f, &w));
    w = wr_of(xml, sizeof xml);
    ring_list_write(&w, NULL, 0);
    put(f, "Ringlist.xml", kept(f, &w));
    if (!f->config->dial_rules)
        return;
    w = wr_of(xml, sizeof xml);
    dial_rules_write(&w, NULL, 0);
    put(f, DIAL_RULES_FILE, kept(f, &w));
}

bool cucm_files_write(struct cucm_files *f, struct err *e)
{
    write_trust(f);
    write_default(f);
    write_locale(f);
    write_rest(f);
    return write_loads(f, e);
}

/* --- life ----------------------------------------------------------------------------------------- */

static bool whole_seconds(const char *name, struct sim_dur d, struct err *e)
{
    return d.ns % 1000000000 == 0 ||
           err_set(e, "parameter '%s': a phone's configuration file holds whole seconds", name);
}

static bool check_times(const struct cucm_files_config *c, struct err *e)
{
    return whole_seconds("timer_register_expires", c->timer_register_expires, e) &&
           whole_seconds("timer_register_delta", c->timer_register_delta, e) &&
           whole_seconds("timer_keepalive_expires", c->timer_keepalive_expires, e) &&
           whole_seconds("connection_monitor_duration", c->connection_monitor_duration, e);
}

static bool take_group(struct cucm_files *f, struct err *e)
{
    const struct cucm_files_config *c = f->config;
    char own[20];
    struct txtbuf t = txtbuf_of(own, sizeof own);
    ip4_text(&t, c->own);
    struct str text = c->group[0] ? str_of(c->group) : txtbuf_view(&t);
    return cucm_group_parse(arena_of(f), "cucm_group", text, f->group, &f->group_count, e);
}

bool cucm_files_init(struct cucm_files *f, struct node *n, struct ip_stack *ip, struct tcp *t,
                     const struct cucm_files_config *c, struct err *e)
{
    *f = (struct cucm_files){.node = n, .config = c};
    uint64_t h = hash_cstr(0, c->cluster_id);
    struct txtbuf k = txtbuf_of(f->softkeys, sizeof f->softkeys), s = txtbuf_of(f->signer, sizeof f->signer);
    txtbuf_add(&k, "SK%08x-%04x-%04x-%04x-%012llx.xml", (unsigned)(h >> 32), (unsigned)(h >> 16 & 0xffff),
               (unsigned)(h & 0xffff), (unsigned)(hash_mix(h) >> 48), (unsigned long long)(hash_mix(h) & 0xffffffffffff));
    txtbuf_add(&s, "CN=%.80s", c->cluster_id);
    file_store_init(&f->store, n, &c->service);
    tftp_server_init(&f->tftp, n, ip, &f->store);
    http_server_init(&f->http, n, t, &f->store);
    size_t blank = JAR_BYTES;
    if (c->loads[0] && c->firmware_bytes > JAR_BYTES)
        blank = (size_t)c->firmware_bytes;
    if (c->on)
        f->blank = (struct str){arena_alloc(arena_of(f), blank), blank};
    return take_group(f, e) && (!c->group[0] || check_times(c, e));
}

void cucm_files_start(struct cucm_files *f)
{
    tftp_server_start(&f->tftp);
    http_server_start(&f->http);
}

void cucm_files_stop(struct cucm_files *f)
{
    tftp_server_stop(&f->tftp);
    http_server_stop(&f->http);
}

void cucm_files_power_off(struct cucm_files *f)
{
    tftp_server_stop(&f->tftp);
    http_server_power_off(&f->http);
}
