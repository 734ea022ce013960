/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm.c: one node of a Cisco Unified Communications Manager cluster, as far as phones see it: its TFTP service
 * gives them their files (cucm_files.h), its CallManager service registers SIP phones (sip_station.h) and SCCP
 * phones (sccp_station.h), keeps the bindings (registrar.h), and closes the connection of a device whose timer
 * fired. */
#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/bridge_show.h"
#include "models/proto/call_control.h"
#include "models/proto/call_show.h"
#include "models/proto/cucm_files.h"
#include "models/proto/cucm_group.h"
#include "models/proto/host.h"
#include "models/proto/host_power.h"
#include "models/proto/ris_show.h"
#include "models/proto/sccp_station.h"
#include "models/proto/sip_station.h"
#include "sim/base/hash.h"

struct cucm {
    /* configuration */
    struct host_config host;
    struct call_manager_config manager_config;
    struct sip_station_config sip_config;
    struct call_control_config call_config;
    struct sccp_station_config sccp_config;
    struct tcp_config tcp_config;
    struct cucm_files_config files_config;
    /* parts */
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct call_manager manager;
    struct sip_station sip;
    struct call_control calls;
    struct sccp_station sccp;
    struct cucm_files files;
    struct host_power power;
    uint32_t own_files; /* that the scenario brought */
    uint64_t own_hash;
};

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct cucm, host),
    CALL_MANAGER_PARAMS(struct cucm, manager_config),
    SIP_STATION_PARAMS(struct cucm, sip_config),
    SCCP_STATION_PARAMS(struct cucm, sccp_config),
    CALL_CONTROL_PARAMS(struct cucm, call_config),
    CUCM_FILES_PARAMS(struct cucm, files_config),
    TCP_PARAMS(struct cucm, tcp_config, "cucm_", "0s", "0s"),
    {0},
};
/* clang-format on */

/* Seed 002: the phone that timed out is told by closing its connection. */
static void on_timeout(void *arg, struct binding *b)
{
    struct cucm *c = arg;
    struct tcp_conn *conn = b->conn;
    if (!c->manager_config.close_on_timeout || !conn)
        return;
    b->conn = NULL;
    tcp_close(conn);
}

/* --- life ----------------------------------------------------------------------------------------------- */

static bool init_files(struct node *n, struct cucm *c, struct err *e)
{
    c->files_config.cluster_id = c->manager_config.cluster_id;
    c->files_config.own = c->host.address;
    c->files_config.password = c->sip_config.digest ? c->sip_config.digest_password : "";
    return cucm_files_init(&c->files, n, c->ip, c->tcp, &c->files_config, e);
}

/* A file of the scenario's own, before those that are written here. */
static bool add_file(struct node *n, struct str name, struct str bytes, struct err *e)
{
    struct cucm *c = n->state;
    (void)e;
    file_store_put(&c->files.store, name, bytes);
    c->own_files++;
    c->own_hash = hash_fold(hash_fold(c->own_hash, hash_bytes(0, name.p, name.n)), hash_bytes(0, bytes.p, bytes.n));
    return true;
}

static bool ready(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->files_config.on)
        return true;
    for (const struct cucm_device *d = c->manager.db.first; d; d = d->next)
        cucm_files_write_device(&c->files, d);
    return cucm_files_write(&c->files, e);
}

static bool open_ports(struct cucm *c, bool first, struct err *e)
{
    if (!sip_station_open(&c->sip, first))
        return err_set(e, "TCP port %d is taken", SIP_PORT);
    if (!control_open(&c->calls))
        return err_set(e, "UDP port %d is taken", SIP_PORT);
    if (!sccp_station_open(&c->sccp))
        return err_set(e, "TCP port %d is taken", SKINNY_PORT);
    return true;
}

static bool init(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    c->node = n;
    if (!host_init(n, &c->host, &c->ip, e))
        return false;
    c->tcp_config.giveup_name = "cucm_tcp_giveup";
    c->tcp = tcp_new(n, c->ip, &c->tcp_config);
    if (!ccm_init(&c->manager, n, c->tcp, &c->manager_config, e) ||
        !sip_station_init(&c->sip, &c->manager, c->ip, &c->sip_config, e) ||
        !control_init(&c->calls, &c->manager, &c->sip, c->ip, &c->call_config, e) || !init_files(n, c, e))
        return false;
    sccp_station_init(&c->sccp, &c->manager, &c->sccp_config);
    c->manager.registrar.on_timeout = on_timeout;
    c->manager.registrar.arg = c;
    ccm_start(&c->manager);
    return open_ports(c, true, e);
}

static void start(struct node *n)
{
    struct cucm *c = n->state;
    host_start(&c->host, c->ip);
    sip_station_resume(&c->sip);
    if (!c->files_config.on)
        return;
    cucm_files_start(&c->files);
    if (c->own_files) /* what they hold decides what happens: it belongs to the run's fingerprint */
        BUS_NOTE(n->sim, n->id, "tftp", "{} files are the scenario's own, fingerprint {}", V_U64(c->own_files),
                 V_U64(c->own_hash));
}

/* --- operations ------------------------------------------------------------------------------------------ */

/* The CallManager service is stopped or started; the host stays up, so a SYN is answered RST meanwhile. */
static bool stop_service(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->manager.running)
        return err_set(e, "the service on '%s' does not run", n->name);
    c->manager.running = c->manager.hung = false;
    control_close(&c->calls);
    sip_station_close(&c->sip);
    sccp_station_close(&c->sccp);
    registrar_thaw(&c->manager.registrar);
    return true;
}

/* The host is gone from one instant to the next: no FIN, no RST, no ARP; frames to it are lost. */
static bool crash(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!host_power_is_on(&c->power, n, e))
        return false;
    host_power_cut(&c->power, n);
    c->manager.running = c->manager.hung = false;
    control_power_off(&c->calls);
    sip_station_power_off(&c->sip);
    sccp_station_power_off(&c->sccp);
    registrar_power_off(&c->manager.registrar);
    registrar_thaw(&c->manager.registrar);
    cucm_files_power_off(&c->files);
    tcp_power_off(c->tcp);
    ip_power_off(c->ip);
    return true;
}

static bool start_service(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->manager.running)
        return err_set(e, "the service on '%s' runs already", n->name);
    if (c->power.down && host_power_return(&c->power, n, e) && c->files_config.on)
        cucm_files_start(&c->files);
    ccm_start(&c->manager);
    return open_ports(c, false, e);
}

/* Its process stands still: TCP goes on, and keeps what comes. */
static bool hang(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->manager.running || c->manager.hung)
        return err_set(e, c->manager.hung ? "'%s' hangs already" : "the service on '%s' does not run", n->name);
    c->manager.hung = true;
    control_hang(&c->calls);
    registrar_freeze(&c->manager.registrar);
    return true;
}

static bool resume(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->manager.hung)
        return err_set(e, "'%s' does not hang", n->name);
    c->manager.hung = false;
    control_go_on(&c->calls);
    sip_station_go_on(&c->sip);
    sccp_station_go_on(&c->sccp);
    registrar_thaw(&c->manager.registrar);
    return true;
}

static bool hang_up(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    return control_hang_up(&c->calls, e);
}

static bool slow_down(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->manager.slow)
        return err_set(e, "'%s' is slow already", n->name);
    c->manager.slow = true;
    return true;
}

static bool speed_up(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->manager.slow)
        return err_set(e, "'%s' is not slow", n->name);
    c->manager.slow = false;
    return true;
}

static bool stop_tftp(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (!c->files.tftp.running)
        return err_set(e, "the TFTP service on '%s' does not run", n->name);
    cucm_files_stop(&c->files);
    return true;
}

static bool start_tftp(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    if (c->files.tftp.running || c->power.down)
        return err_set(e, c->power.down ? "'%s' is down" : "the TFTP service on '%s' runs already", n->name);
    cucm_files_start(&c->files);
    return true;
}

/* What an administrator does who has forgotten a phone: he adds it, and its file is written. */
static bool provision(struct node *n, struct err *e)
{
    struct cucm *c = n->state;
    struct cucm_device **last = c->manager.db.last;
    const char *later = c->manager_config.devices_later;
    if (!later[0])
        return err_set(e, "'%s' has no 'devices_later' to add", n->name);
    if (!device_db_add(&c->manager.db, "devices_later", str_of(later), e))
        return false;
    for (const struct cucm_device *d = *last; c->files_config.on && d; d = d->next)
        cucm_files_write_device(&c->files, d);
    return true;
}

static bool reset_phones(struct node *n, enum skinny_reset how, struct err *e)
{
    struct cucm *c = n->state;
    return sccp_station_reset(&c->sccp, how) || err_set(e, "no SCCP phone is registered at '%s'", n->name);
}

static bool reset_sccp(struct node *n, struct err *e)
{
    return reset_phones(n, SKINNY_RESET_FULL, e);
}

static bool restart_sccp(struct node *n, struct err *e)
{
    return reset_phones(n, SKINNY_RESTART, e);
}

static const struct model_op ops[] = {
    {"stop", "stops the CallManager service: connections are closed, new ones refused", stop_service},
    {"crash", "the host dies at once: connections and bindings are gone, nobody is told", crash},
    {"start", "starts it again, after a crash with the host", start_service},
    {"hang", "its service stands still: TCP acknowledges, nobody answers, no timer of it fires", hang},
    {"resume", "the service that hangs goes on, with what came meanwhile", resume},
    {"hang-up", "ends all its calls, both legs of each", hang_up},
    {"slow", "all its answers take cucm_slow_factor times as long", slow_down},
    {"fast", "they take their usual time again", speed_up},
    {"tftp-stop", "stops the TFTP service: no file is given, by TFTP or HTTP", stop_tftp},
    {"tftp-start", "starts the TFTP service again", start_tftp},
    {"provision", "adds the devices of 'devices_later' to the database and writes their files", provision},
    {"reset-sccp-phones", "tells its SCCP phones to boot anew, as Reset in the administration does", reset_sccp},
    {"restart-sccp-phones", "tells its SCCP phones to read their configuration anew, as Restart does", restart_sccp},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct cucm *c = n->state;
    host_power_on_frame(&c->power, c->ip, in, f);
}

static void phone_rows(const struct node *n, struct table *t)
{
    const struct cucm *c = n->state;
    ris_rows(&c->manager.registrar, t);
}

/* By their role, as the look lists them. */
static void call_rows(const struct node *n, struct table *t)
{
    const struct cucm *c = n->state;
    bridge_call_rows(&c->calls.bridge, t);
    table_sort(t);
}

static const struct model_table tables[] = {
    {"registrations", "show risdb query phone", &ris_phones, phone_rows},
    {"connections", "show network status all nodns", &show_netstat, show_tcp_rows},
    {"arp", "utils network arp list", &show_arp_linux, show_arp_rows},
    {"calls", "calls", &show_sip_ua_calls, call_rows},
    {0},
};

const struct model model_cucm = {
    .name = "cucm",
    .doc = "One node of a Cisco Unified Communications Manager cluster.",
    .state_size = sizeof(struct cucm),
    .params = params,
    .ops = ops,
    .tables = tables,
    .prompt = "admin:",
    .init = init,
    .add_file = add_file,
    .ready = ready,
    .start = start,
    .on_frame = on_frame,
};
