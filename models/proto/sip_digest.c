/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_digest.c: see sip_digest.h. */
#include "models/proto/sip_digest.h"

static struct str unquoted(struct str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return (struct str){s.p + 1, s.n - 2};
    return s;
}

/* Parameters are separated by commas, of which a quoted one may hold some. */
static struct str next_param(struct str *rest)
{
    bool quoted = false;
    size_t n = 0;
    for (; n < rest->n && (quoted || rest->p[n] != ','); n++)
        quoted = quoted != (rest->p[n] == '"');
    struct str one = {rest->p, n};
    size_t used = n < rest->n ? n + 1 : n;
    *rest = (struct str){rest->p + used, rest->n - used};
    return str_trim(one);
}

static bool take_scheme(struct str *value)
{
    struct str scheme = str_cut(value, ' ');
    return str_eq_nocase(scheme, STR("Digest"));
}

struct str digest_param(struct str value, struct str name)
{
    if (!take_scheme(&value))
        return STR_NONE;
    while (value.n) {
        struct str v = next_param(&value), key = str_trim(str_cut(&v, '='));
        if (str_eq_nocase(key, name))
            return unquoted(str_trim(v));
    }
    return STR_NONE;
}

void digest_response(struct str user, struct str realm, struct str password, struct str nonce, struct str method,
                     struct str uri, char out[MD5_HEX_BYTES])
{
    char who[MD5_HEX_BYTES], what[MD5_HEX_BYTES];
    md5_hex((struct str[]){user, realm, password}, 3, who);
    md5_hex((struct str[]){method, uri}, 2, what);
    md5_hex((struct str[]){str_of(who), nonce, str_of(what)}, 3, out);
}

bool digest_answer(struct txtbuf *out, struct str challenge, struct str user, struct str password, struct str method,
                   struct str uri)
{
    struct str realm = digest_param(challenge, STR("realm")), nonce = digest_param(challenge, STR("nonce"));
    struct str algorithm = digest_param(challenge, STR("algorithm"));
    char response[MD5_HEX_BYTES];
    if (nonce.n == 0 || (algorithm.n && !str_eq_nocase(algorithm, STR("MD5"))))
        return false;
    digest_response(user, realm, password, nonce, method, uri, response);
    txtbuf_add(out, "Digest username=\"%.*s\",realm=\"%.*s\",uri=\"%.*s\",response=\"%s\",nonce=\"%.*s\",algorithm=MD5",
               STR_ARG(user), STR_ARG(realm), STR_ARG(uri), response, STR_ARG(nonce));
    return !out->full;
}

bool digest_holds(struct str authorization, struct str nonce, struct str password, struct str method)
{
    char want[MD5_HEX_BYTES];
    if (!str_eq(digest_param(authorization, STR("nonce")), nonce))
        return false;
    digest_response(digest_param(authorization, STR("username")), digest_param(authorization, STR("realm")), password,
                    nonce, method, digest_param(authorization, STR("uri")), want);
    return str_eq(digest_param(authorization, STR("response")), str_of(want));
}
