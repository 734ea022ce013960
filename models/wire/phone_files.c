/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_files.c: see phone_files.h. */
#include "models/wire/phone_files.h"

#include "models/wire/cnf_xml.h"
#include "models/wire/xml_text.h"

static void put(struct wr *w, const char *s)
{
    wr_str(w, str_of(s));
}

static void put_attribute(struct wr *w, const char *name, struct str value)
{
    put(w, " ");
    put(w, name);
    put(w, "=\"");
    xml_put_text(w, value);
    put(w, "\"");
}

static void put_number(struct wr *w, const char *name, uint32_t v)
{
    char text[12];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%u", (unsigned)v);
    put_attribute(w, name, txtbuf_view(&t));
}

static void put_element(struct wr *w, const char *indent, const char *name, struct str value)
{
    put(w, indent);
    put(w, "<");
    put(w, name);
    put(w, ">");
    xml_put_text(w, value);
    put(w, "</");
    put(w, name);
    put(w, ">\n");
}

void dial_rules_write(struct wr *w, const struct dial_rule *rule, size_t n)
{
    static const struct dial_rule any = {.match = {"*", 1}, .timeout_s = 5};
    put(w, XML_DECLARATION "<DIALTEMPLATE>\n");
    for (size_t i = 0; i < (n ? n : 1); i++) {
        const struct dial_rule *d = n ? &rule[i] : &any;
        put(w, "  <TEMPLATE");
        put_attribute(w, "MATCH", d->match);
        put_number(w, "Timeout", d->timeout_s);
        put_attribute(w, "User", STR("Phone"));
        if (d->rewrite.p)
            put_attribute(w, "Rewrite", d->rewrite);
        put(w, "/>\n");
    }
    put(w, "</DIALTEMPLATE>\n");
}

/* At most RING_NAME_MAX bytes, not through the middle of a character. */
static struct str cut(struct str s)
{
    if (s.n <= RING_NAME_MAX)
        return s;
    s.n = RING_NAME_MAX;
    while (s.n && ((uint8_t)s.p[s.n] & 0xc0) == 0x80)
        s.n--;
    return s;
}

void ring_list_write(struct wr *w, const struct ring *ring, size_t n)
{
    static const struct ring built_in[] = {
        {{"Chirp 1", 7}, {"Chirp1.raw", 10}},
        {{"Chirp 2", 7}, {"Chirp2.raw", 10}},
    };
    if (n == 0) {
        ring = built_in;
        n = sizeof built_in / sizeof built_in[0];
    }
    put(w, XML_DECLARATION "<CiscoIPPhoneRingList>\n");
    for (size_t i = 0; i < n && i < RINGS_MAX; i++) {
        put(w, "  <Ring>\n");
        put_element(w, "    ", "DisplayName", cut(ring[i].display_name));
        put_element(w, "    ", "FileName", cut(ring[i].file_name));
        put(w, "  </Ring>\n");
    }
    put(w, "</CiscoIPPhoneRingList>\n");
}

/* Call states and keys by name: CUCM's own numbers for them are not published. */
static const struct {
    const char *state;
    const char *keys[6];
} softkey_sets[] = {
    {"onHook", {"Redial", "NewCall", "CFwdAll"}},
    {"offHook", {"Redial", "EndCall", "CFwdAll", "PickUp"}},
    {"digitsAfterFirst", {"BackSpace", "EndCall"}},
    {"ringIn", {"Answer", "iDivert"}},
    {"ringOut", {"EndCall"}},
    {"connected", {"Hold", "EndCall", "Transfer", "Confrn", "Park"}},
    {"onHold", {"Resume", "NewCall"}},
    {"remoteInUse", {"NewCall"}},
};

void softkeys_write(struct wr *w, struct str version_stamp)
{
    put(w, XML_DECLARATION "<softKeyCfg>\n");
    put_element(w, "  ", "versionStamp", version_stamp);
    put(w, "  <softKeySets>\n");
    for (size_t i = 0; i < sizeof softkey_sets / sizeof softkey_sets[0]; i++) {
        put(w, "    <softKeySet");
        put_attribute(w, "id", str_of(softkey_sets[i].state));
        put(w, ">\n");
        for (size_t k = 0; k < 6 && softkey_sets[i].keys[k]; k++) {
            put(w, "      <softKey");
            put_attribute(w, "keyID", str_of(softkey_sets[i].keys[k]));
            put(w, "/>\n");
        }
        put(w, "    </softKeySet>\n");
    }
    put(w, "  </softKeySets>\n</softKeyCfg>\n");
}

/* The North American plan: ANSI T1.401. Cadence 0/0: continuous. */
static const struct {
    const char *name;
    uint32_t hz[2], on_ms, off_ms;
} tones[] = {
    {"dial", {350, 440}, 0, 0},
    {"ringBack", {440, 480}, 2000, 4000},
    {"busy", {480, 620}, 500, 500},
    {"reorder", {480, 620}, 250, 250},
};

void tones_write(struct wr *w, struct str network_locale)
{
    put(w, XML_DECLARATION "<tones");
    put_attribute(w, "locale", network_locale);
    put(w, ">\n");
    for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
        put(w, "  <tone");
        put_attribute(w, "name", str_of(tones[i].name));
        put_number(w, "frequency1", tones[i].hz[0]);
        put_number(w, "frequency2", tones[i].hz[1]);
        put_number(w, "on", tones[i].on_ms);
        put_number(w, "off", tones[i].off_ms);
        put(w, "/>\n");
    }
    put(w, "</tones>\n");
}

bool phone_file_usable(enum phone_file kind, struct str xml, struct err *e)
{
    static const char *const root[PHONE_FILE_COUNT] = {
        [PHONE_FILE_DIAL_RULES] = "DIALTEMPLATE",
        [PHONE_FILE_RING_LIST] = "CiscoIPPhoneRingList",
        [PHONE_FILE_SOFTKEYS] = "softKeyCfg",
    };
    ASSERT(kind < PHONE_FILE_COUNT);
    return xml_usable(xml, root[kind], e);
}
