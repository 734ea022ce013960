/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_db.c: see device_db.h. */
#include "models/proto/device_db.h"

#include "models/proto/cisco_sccp.h"
#include "models/proto/cisco_sip.h"
#include "sim/base/hash.h"

#define FIELD_MAX 63
#define MODELS_MAX 32

static uint64_t key_of(struct str name)
{
    return hash_bytes(0, name.p, name.n);
}

void device_db_init(struct device_db *d, struct arena *a)
{
    *d = (struct device_db){.arena = a};
    d->last = &d->first;
    map_init(&d->by_name, a);
}

const struct cucm_device *device_db_find(const struct device_db *d, struct str name)
{
    const struct cucm_device *c = map_get(&d->by_name, key_of(name));
    return c && str_eq(c->name, name) ? c : NULL;
}

/* --- one field -------------------------------------------------------------------------------------- */

static const struct field {
    const char *key, *form;
    size_t offset;
    bool uuid;
} fields[] = {
    {"dn", "dn=NUMBER", offsetof(struct cucm_device, dn), false},
    {"load", "load=FIRMWARE", offsetof(struct cucm_device, load), false},
    {"protocol", "protocol=SIP|SCCP", 0, false}, /* the one that is no text */
    {"model", "model=MODEL", offsetof(struct cucm_device, model), false},
    {"pkid", "pkid=UUID", offsetof(struct cucm_device, pkid), true},
    {"line_pkid", "line_pkid=UUID", offsetof(struct cucm_device, line_pkid), true},
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

/* "c3d23d4b-944f-3657-d70e-ff5c2830a0e9" (RFC 9562 4) */
static bool is_uuid(struct str s)
{
    bool ok = s.n == 36;
    for (size_t i = 0; ok && i < s.n; i++) {
        char c = s.p[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        ok = i == 8 || i == 13 || i == 18 || i == 23 ? c == '-' : hex;
    }
    return ok;
}

static bool is_no_field(const char *param, const struct cucm_device *c, struct str field, struct err *e)
{
    const char *keys[FIELD_COUNT];
    char forms[160];
    struct txtbuf t = txtbuf_of(forms, sizeof forms);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        keys[i] = fields[i].key;
        txtbuf_add(&t, "%s%s", i == 0 ? "" : i + 1 < FIELD_COUNT ? ", " : " or ", fields[i].form);
    }
    struct str rest = field, key = str_cut(&rest, '=');
    const char *near = str_nearest(key, keys, FIELD_COUNT);
    if (near && str_eq(key, str_of(near)))
        near = NULL; /* its value is amiss */
    return err_set(e, "parameter '%s': device '%.*s': '%.*s' is not %s%s%s%s", param, STR_ARG(c->name), STR_ARG(field),
                   forms, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_protocol(struct cucm_device *c, struct str value)
{
    c->protocol = str_eq_nocase(value, STR("SCCP")) ? DEVICE_SCCP : DEVICE_SIP;
    return c->protocol == DEVICE_SCCP || str_eq_nocase(value, STR("SIP"));
}

static bool take_field(struct cucm_device *c, const char *param, struct str field, struct err *e)
{
    struct str value = field, key = str_cut(&value, '=');
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *f = &fields[i];
        if (!str_eq(key, str_of(f->key)))
            continue;
        if (!value.n || value.n > FIELD_MAX)
            break;
        if (f->uuid && !is_uuid(value))
            return err_set(e, "parameter '%s': device '%.*s': '%.*s' is not a UUID, as in "
                              "%s=c3d23d4b-944f-3657-d70e-ff5c2830a0e9", param, STR_ARG(c->name), STR_ARG(value), f->key);
        if (f->offset)
            *(struct str *)(void *)((char *)c + f->offset) = value;
        else if (!take_protocol(c, value))
            break;
        return true;
    }
    return is_no_field(param, c, field, e);
}

/* --- one device ------------------------------------------------------------------------------------- */

static size_t models_of(enum device_protocol p, const char *names[MODELS_MAX])
{
    int n = p == DEVICE_SIP ? cisco_phone_model_count() : sccp_phone_model_count();
    ASSERT(n <= MODELS_MAX);
    for (int i = 0; i < n; i++)
        names[i] = p == DEVICE_SIP ? cisco_phone_model(i)->name : sccp_phone_model(i)->kind.name;
    return (size_t)n;
}

static bool has_model(const struct cucm_device *c, enum device_protocol p)
{
    const char *names[MODELS_MAX];
    for (size_t i = 0, n = models_of(p, names); i < n; i++) {
        if (str_eq(c->model, str_of(names[i])))
            return true;
    }
    return false;
}

static bool check_model(const struct cucm_device *c, const char *param, struct err *e)
{
    static const char *const protocols[] = {[DEVICE_SIP] = "SIP", [DEVICE_SCCP] = "SCCP"};
    enum device_protocol other = c->protocol == DEVICE_SIP ? DEVICE_SCCP : DEVICE_SIP;
    const char *names[MODELS_MAX];
    if (!c->model.n || has_model(c, c->protocol))
        return true;
    if (has_model(c, other))
        return err_set(e, "parameter '%s': device '%.*s': a %.*s is a phone with protocol=%s", param, STR_ARG(c->name),
                       STR_ARG(c->model), protocols[other]);
    const char *near = str_nearest(c->model, names, models_of(c->protocol, names));
    return err_set(e, "parameter '%s': device '%.*s': '%.*s' is no model of a %s phone%s%s%s", param, STR_ARG(c->name),
                   STR_ARG(c->model), protocols[c->protocol], near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static bool add_one(struct device_db *d, const char *param, struct str text, struct err *e)
{
    struct cucm_device *c = ARENA_NEW(d->arena, struct cucm_device);
    struct str rest = text;
    c->name = str_cut(&rest, ' ');
    if (c->name.n > 31)
        return err_set(e, "parameter '%s': '%.*s' is longer than a device name can be (31)", param, STR_ARG(c->name));
    if (device_db_find(d, c->name))
        return err_set(e, "parameter '%s': device '%.*s' is there twice", param, STR_ARG(c->name));
    while ((rest = str_trim(rest)).n) {
        if (!take_field(c, param, str_cut(&rest, ' '), e))
            return false;
    }
    if (!check_model(c, param, e))
        return false;
    map_put(&d->by_name, key_of(c->name), c);
    *d->last = c;
    d->last = &c->next;
    return true;
}

bool device_db_add(struct device_db *d, const char *param, struct str text, struct err *e)
{
    while (text.n) {
        struct str one = str_trim(str_cut(&text, ','));
        if (one.n && !add_one(d, param, one, e))
            return false;
    }
    return true;
}
