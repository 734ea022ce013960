/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sip_value.c: the values of whatever headers an INVITE may have: what is found in them lies within them, and what
 * is taken for a URI, a tag or a method can be written into a request that is read again as the same. */
#include "tests/fuzz/fuzz.h"

#include "models/proto/sip_digest.h"
#include "models/wire/sip.h"

#define TEXT_MAX 70000

static void check_within(struct str part, struct str whole)
{
    ASSERT(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

/* As a request within a dialog would be written. */
static void check_written(struct str uri, struct str tag)
{
    static char text[TEXT_MAX];
    static struct sip_msg m;
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (uri.n == 0 || uri.n > SIP_LINE_MAX / 2 || tag.n > SIP_LINE_MAX / 2)
        return;
    txtbuf_cstr(&t, "BYE ");
    txtbuf_str(&t, uri);
    txtbuf_cstr(&t, " SIP/2.0\r\nTo: <sip:a>;tag=");
    txtbuf_str(&t, tag);
    txtbuf_cstr(&t, "\r\n\r\n");
    struct rd r = rd_of(text, t.n);
    bool got = sip_get(&r, &m);
    ASSERT(got && str_eq(m.uri, uri) && m.header_count == 1 && m.body.n == 0);
    ASSERT(str_eq(sip_tag(sip_header(&m, SIP_TO)), tag));
}

static void check_uri(struct str value)
{
    struct str uri = sip_uri_of(value), user = sip_uri_user(value), host = sip_uri_host(value), none = STR_NONE;
    struct ip4 addr;
    uint16_t port = 0;
    check_within(uri, value);
    check_within(user, value);
    check_within(host, value);
    check_within(sip_uri_param(value, STR("lr")), value);
    ASSERT(uri.n == 0 || sip_is_uri(uri));
    ASSERT((user.n == 0 || sip_is_uri(user)) && (host.n == 0 || sip_is_uri(host)));
    ASSERT(memchr(user.n ? user.p : "", '@', user.n) == NULL && memchr(host.n ? host.p : "", '@', host.n) == NULL);
    if (sip_uri_addr(value, &addr, &port))
        ASSERT(host.n >= 7 && port == sip_uri_port(value));
    check_within(sip_param(value, STR("tag")), value);
    ASSERT(sip_has_param(value, STR("tag")) || sip_param(value, STR("tag")).n == 0);
    check_within(digest_param(value, STR("nonce")), value);
    check_written(uri, sip_tag(value));
    check_written(uri, none);
}

static void check_lists(const struct sip_msg *m)
{
    for (enum sip_header_id id = 0; id < SIP_HEADER_COUNT; id++) {
        struct str one;
        size_t elements = 0;
        for (struct sip_list l = sip_list_of(m, id); sip_list_next(&l, &one); elements++) {
            struct sip_via via;
            ASSERT(one.n > 0 && l.next > 0 && l.next <= m->header_count);
            check_within(one, m->headers[l.next - 1].value);
            check_uri(one);
            ASSERT(sip_list_has(m, id, one));
            if (sip_via_get(one, &via)) {
                check_within(via.sent_by, one);
                check_within(via.branch, one);
                ASSERT(via.transport.n && via.sent_by.n);
            }
        }
        ASSERT(elements == 0 || m->first[id]);
        ASSERT(elements <= m->whole.n);
    }
}

static void check_numbers(const struct sip_msg *m)
{
    struct sip_cseq cseq;
    struct sip_contact contact;
    uint32_t seconds;
    if (sip_cseq(m, &cseq))
        ASSERT(cseq.number < 1u << 31 && str_eq(cseq.method, m->method));
    if (sip_contact(m, &contact)) {
        check_within(contact.uri, m->whole);
        check_within(contact.instance, m->whole);
        check_within(contact.device, m->whole);
    }
    if (sip_expires(m, &seconds))
        ASSERT(sip_header(m, SIP_EXPIRES).n > 0);
    if (sip_seconds(m, SIP_MIN_SE, &seconds))
        ASSERT(sip_header(m, SIP_MIN_SE).n > 0);
    ASSERT(!sip_has_sdp(m) || m->body.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct sip_msg m;
    static char text[TEXT_MAX];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (n > 8192)
        return 0;
    uint8_t *value = fuzz_exact(data, n);
    check_uri((struct str){(const char *)value, n}); /* whatever it is */
    free(value);
    txtbuf_cstr(&t, "INVITE sip:a SIP/2.0\r\n");
    txtbuf_str(&t, (struct str){(const char *)data, n});
    txtbuf_cstr(&t, "\r\n\r\n");
    uint8_t *block = fuzz_exact((const uint8_t *)text, t.n);
    struct rd r = rd_of(block, t.n);
    if (sip_get(&r, &m)) {
        check_lists(&m);
        check_numbers(&m);
        for (uint32_t i = 0; i < m.header_count; i++)
            check_uri(m.headers[i].value);
    }
    free(block);
    return 0;
}
