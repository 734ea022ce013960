/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_xml.c: the reader of cnf_xml.h and the only door to libxml2.
 *
 * libxml2 calls back at each tag (SAX2) and no tree is built; what the tags mean is cnf_take.c's business. The first
 * thing wrong latches: the input then ends for libxml2, at the latest with the block in hand, so what a broken file
 * costs is bounded. A document type ends it before its subset is read.
 * What libxml2 does in more than linear time or by loading something is ruled out beforehand (look_over): the number
 * of attributes of a tag, and encodings other than the two it has built in. Errors reach us by callback only; its
 * global state is as before when we return, apart from what xmlInitParser sets up once. */
#include "models/wire/cnf_xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "models/wire/cnf_take.h"
#include "models/wire/xml_text.h"

struct reader {
    struct cnf_take take;
    struct str in;
    size_t fed;
    xmlParserCtxtPtr ctxt;
};

/* --- saying what is wrong ------------------------------------------------------------------------ */

static const struct {
    int code;
    const char *words;
} reasons[] = {
    {XML_ERR_DOCUMENT_EMPTY, "no element where the file should begin with one"},
    {XML_ERR_DOCUMENT_END, "something follows the end of the document"},
    {XML_ERR_TAG_NOT_FINISHED, "the file ends before all elements are closed"},
    {XML_ERR_GT_REQUIRED, "a tag without its '>'"},
    {XML_ERR_NAME_REQUIRED, "a name is missing after '<', '&' or '?'"},
    {XML_ERR_LTSLASH_REQUIRED, "the file ends within an end tag"},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute's value is not quoted"},
    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute's value has no closing quote"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute without a value"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute twice in one tag"},
    {XML_ERR_SPACE_REQUIRED, "no blank between two attributes"},
    {XML_ERR_LT_IN_ATTRIBUTE, "a '<' in an attribute's value"},
    {XML_ERR_INVALID_ENCODING, "bytes that are no text in the file's encoding"},
    {XML_ERR_INVALID_CHAR, "a byte or character that XML in this encoding does not allow"},
    {XML_ERR_INVALID_CHARREF, "a character reference to no character"},
    {XML_ERR_INVALID_HEX_CHARREF, "a character reference that is no number"},
    {XML_ERR_INVALID_DEC_CHARREF, "a character reference that is no number"},
    {XML_ERR_ENTITYREF_SEMICOL_MISSING, "a '&' that begins no entity; write &amp;"},
    {XML_ERR_COMMENT_NOT_FINISHED, "a comment without its end"},
    {XML_ERR_HYPHEN_IN_COMMENT, "'--' within a comment"},
    {XML_ERR_CDATA_NOT_FINISHED, "a CDATA section without its end"},
    {XML_ERR_MISPLACED_CDATA_END, "']]>' outside a CDATA section"},
    {XML_ERR_PI_NOT_FINISHED, "a processing instruction without its end"},
    {XML_ERR_RESERVED_XML_NAME, "an XML declaration that is not at the very beginning"},
    {XML_ERR_XMLDECL_NOT_FINISHED, "the XML declaration has no end"},
    {XML_ERR_VERSION_MISSING, "the XML declaration names no version"},
};

static void refuse_as_said(struct cnf_take *r, const xmlError *error)
{
    char said[160], one[80], two[80];
    struct str first = str_of(error->str1), second = str_of(error->str2);
    if (error->code == XML_ERR_TAG_NAME_MISMATCH && first.p && second.p) {
        cnf_take_refuse(r, error->line, "</%s> stands where <%s> of line %d should be closed",
                        cnf_take_shown(two, sizeof two, second), cnf_take_shown(one, sizeof one, first), error->int1);
        return;
    }
    if (error->code == XML_ERR_UNDECLARED_ENTITY || error->code == XML_WAR_UNDECLARED_ENTITY) {
        cnf_take_refuse(r, error->line, "entity &%s; is not one of XML's own",
                        cnf_take_shown(one, sizeof one, first));
        return;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].code == error->code) {
            cnf_take_refuse(r, error->line, "%s", reasons[i].words);
            return;
        }
    }
    struct str message = str_of(error->message);
    message = str_cut(&message, '\n');
    cnf_take_refuse(r, error->line, "not well-formed (libxml2 says: %s)", cnf_take_shown(said, sizeof said, message));
}

/* --- what libxml2 tells us ----------------------------------------------------------------------- */

/* Ends libxml2's work from within a callback. */
static void stop_if_failed(struct reader *r)
{
    if (r->take.failed)
        xmlStopParser(r->ctxt);
}

/* Attributes come in fives: name, prefix, namespace, the value's first byte and its end. */
static void on_start(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                     const xmlChar **namespaces, int count, int defaulted, const xmlChar **values)
{
    struct reader *r = arg;
    struct cnf_attribute attribute[CNF_ATTRIBUTES_MAX];
    size_t n = 0;
    (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
    ASSERT(count <= CNF_ATTRIBUTES_MAX);
    for (int i = 0; i < count; i++) {
        const xmlChar **v = values + 5 * (ptrdiff_t)i;
        if (!v[1])
            attribute[n++] = (struct cnf_attribute){str_of((const char *)v[0]),
                                                    str_of_bytes(v[3], (size_t)(v[4] - v[3]))};
    }
    cnf_take_start(&r->take, xmlSAX2GetLineNumber(r->ctxt), str_of((const char *)local), prefix != NULL, attribute,
                   n);
    stop_if_failed(r);
}

static void on_text(void *arg, const xmlChar *p, int n)
{
    struct reader *r = arg;
    cnf_take_text(&r->take, str_of_bytes(p, (size_t)n));
}

static void on_end(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *r = arg;
    (void)local, (void)prefix, (void)uri;
    cnf_take_end(&r->take);
    stop_if_failed(r);
}

/* Level FATAL means: not well-formed. Less, such as a prefix without its namespace, harms nobody. */
static void on_error(void *arg, xmlErrorPtr error)
{
    struct reader *r = arg;
    if (error->level == XML_ERR_FATAL)
        refuse_as_said(&r->take, error);
}

/* <!DOCTYPE has been read, what is in it has not. */
static void on_document_type(void *arg, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    struct reader *r = arg;
    (void)name, (void)public_id, (void)system_id;
    cnf_take_refuse(&r->take, xmlSAX2GetLineNumber(r->ctxt),
                    "a document type (<!DOCTYPE) is not allowed: it could define entities");
    stop_if_failed(r);
}

/* --- the file as a whole ------------------------------------------------------------------------- */

/* Before libxml2 sees anything. Two '<' have at least one tag's end between them, so the quoted values between
 * them bound the attributes of any tag; libxml2 compares each with each other. */
static void count_attributes(struct reader *r)
{
    const char *p = r->in.p, *end = p + r->in.n;
    uint32_t values = 0;
    int line = 1;
    for (; p < end; p++) {
        line += *p == '\n';
        if (*p == '<')
            values = 0;
        if (*p != '=')
            continue;
        const char *quote = p + 1;
        while (quote < end && xml_blank(*quote))
            quote++;
        values += quote < end && (*quote == '"' || *quote == '\'');
        if (values > CNF_ATTRIBUTES_MAX) {
            cnf_take_refuse(&r->take, line, "an element has more than %d attributes", CNF_ATTRIBUTES_MAX);
            return;
        }
    }
}

/* What <?xml … encoding="…"?> says; p NULL: nothing. */
static struct str declared_encoding(struct str in)
{
    ptrdiff_t end = str_find(in, STR("?>"));
    if (!str_starts(in, STR("<?xml")) || end < 0)
        return STR_NONE;
    struct str declaration = {in.p, (size_t)end};
    ptrdiff_t at = str_find(declaration, STR("encoding"));
    if (at < 0)
        return STR_NONE;
    const char *p = declaration.p + at + strlen("encoding"), *stop = declaration.p + declaration.n;
    while (p < stop && (xml_blank(*p) || *p == '='))
        p++;
    if (p == stop || (*p != '"' && *p != '\''))
        return STR_NONE;
    struct str value = {p + 1, (size_t)(stop - p - 1)};
    return str_cut(&value, *p);
}

/* The encoding to read it in, by its name for libxml2. NULL: the file is not to be read at all. */
static const char *look_over(struct reader *r)
{
    static const char bom[] = "\xef\xbb\xbf";
    char said[48];
    bool marked = str_starts(r->in, str_of(bom));
    if (marked)
        r->in = (struct str){r->in.p + 3, r->in.n - 3};
    struct str encoding = declared_encoding(r->in);
    if (r->in.n == 0)
        cnf_take_refuse(&r->take, 1, "the file is empty");
    else if (r->in.n > CNF_BYTES_MAX)
        cnf_take_refuse(&r->take, 1, "the file has %zu bytes, may have %u", r->in.n, CNF_BYTES_MAX);
    else if (memchr(r->in.p, 0, r->in.n))
        cnf_take_refuse(&r->take, 1, "a NUL byte: this is no UTF-8, US-ASCII or ISO-8859-1 text");
    else
        count_attributes(r);
    if (r->take.failed)
        return NULL;
    if (!encoding.p || str_eq_nocase(encoding, STR("UTF-8")) || str_eq_nocase(encoding, STR("US-ASCII")))
        return "UTF-8";
    if (str_eq_nocase(encoding, STR("ISO-8859-1")) && !marked)
        return "ISO-8859-1";
    cnf_take_refuse(&r->take, 1, "encoding '%s' cannot be read, only UTF-8, US-ASCII and ISO-8859-1",
                    cnf_take_shown(said, sizeof said, encoding));
    return NULL;
}

/* Hands the file to libxml2 in blocks; nothing more once something is wrong. */
static int feed(void *arg, char *to, int room)
{
    struct reader *r = arg;
    size_t left = r->take.failed ? 0 : r->in.n - r->fed, n = left < (size_t)room ? left : (size_t)room;
    memcpy(to, r->in.p + r->fed, n);
    r->fed += n;
    return (int)n;
}

static void parse(struct reader *r, const char *encoding)
{
    xmlSAXHandler calls = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_document_type,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .serror = on_error,
    };
    xmlInitParser();
    xmlStructuredErrorFunc before = xmlStructuredError;
    void *before_arg = xmlStructuredErrorContext;
    xmlSetStructuredErrorFunc(r, on_error); /* encodings and memory have no context to report to */
    r->ctxt = xmlNewParserCtxt();
    ASSERT(r->ctxt);
    *r->ctxt->sax = calls;
    r->ctxt->userData = r;
    xmlDocPtr none = xmlCtxtReadIO(r->ctxt, feed, NULL, r, NULL, encoding, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    ASSERT(!none);
    if (!r->take.failed && !r->ctxt->wellFormed)
        cnf_take_refuse(&r->take, xmlSAX2GetLineNumber(r->ctxt), "not well-formed");
    xmlFreeParserCtxt(r->ctxt);
    xmlResetLastError();
    xmlSetStructuredErrorFunc(before_arg, before);
}

static bool read_file(struct reader *r, const struct cnf_row *rows, void *file)
{
    r->take.rows = rows;
    r->take.file = r->take.base = file;
    const char *encoding = look_over(r);
    if (encoding)
        parse(r, encoding);
    return !r->take.failed;
}

bool cnf_read(struct str xml, struct arena *a, struct cnf *out, struct err *e)
{
    struct reader r = {.take = {.arena = a, .e = e}, .in = xml};
    *out = (struct cnf){0};
    if (!read_file(&r, cnf_rows, out)) {
        *out = (struct cnf){0};
        return false;
    }
    out->line_count = r.take.count;
    out->line = ARENA_ARRAY(a, struct cnf_line, r.take.count);
    memcpy(out->line, r.take.many.line, sizeof r.take.many.line[0] * r.take.count);
    return true;
}

bool xml_default_read(struct str xml, struct arena *a, struct xml_default *out, struct err *e)
{
    struct reader r = {.take = {.arena = a, .e = e}, .in = xml};
    *out = (struct xml_default){0};
    if (!read_file(&r, xml_default_rows, out)) {
        *out = (struct xml_default){0};
        return false;
    }
    out->load_count = r.take.count;
    out->load = ARENA_ARRAY(a, struct xml_default_load, r.take.count);
    memcpy(out->load, r.take.many.load, sizeof r.take.many.load[0] * r.take.count);
    return true;
}

bool xml_usable(struct str xml, const char *root, struct err *e)
{
    const struct cnf_row rows[] = {{0, root, CNF_GROUP, 0, 0, 0}, {0, NULL, CNF_GROUP, 0, 0, 0}};
    struct reader r = {.take = {.any_root = true, .e = e}, .in = xml};
    return read_file(&r, rows, NULL);
}

void xml_library_version(struct txtbuf *t)
{
    uint64_t v = 0;
    struct str all = str_of(xmlParserVersion), digits = str_cut(&all, '-');
    if (str_u64(digits, UINT32_MAX, &v)) /* "20914" */
        txtbuf_add(t, "%u.%u.%u", (unsigned)(v / 10000), (unsigned)(v / 100 % 100), (unsigned)(v % 100));
}
