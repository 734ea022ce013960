/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_db.c: see device_db.h. */
#include "models/proto/device_db.h"

#include "sim/base/hash.h"

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

static bool take_field(struct cucm_device *c, const char *param, struct str field, struct err *e)
{
    static const char *const keys[] = {"dn", "load"};
    struct str value = field, key = str_cut(&value, '=');
    if (str_eq(key, STR("dn")) && value.n && value.n < 64) {
        c->dn = value;
        return true;
    }
    if (str_eq(key, STR("load")) && value.n && value.n < 64) {
        c->load = value;
        return true;
    }
    const char *near = str_nearest(key, keys, 2);
    return err_set(e, "parameter '%s': device '%.*s': '%.*s' is not dn=NUMBER or load=FIRMWARE%s%s%s", param,
                   STR_ARG(c->name), STR_ARG(field), near ? "; did you mean '" : "", near ? near : "",
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
