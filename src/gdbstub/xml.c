#include "gdbstub/xml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = //
    "<?xml version=\"1.0\"?>\n"
    "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
    "<target version=\"1.0\">\n"
    "<architecture>aarch64</architecture>\n"
    "<feature name=\"org.gnu.gdb.aarch64.core\">\n"
    "<flags id=\"pstate\" size=\"4\">\n"
    "<field name=\"SP\" start=\"0\" end=\"0\"/>\n"
    "<field name=\"EL\" start=\"2\" end=\"3\"/>\n"
    "<field name=\"F\" start=\"6\" end=\"6\"/>\n"
    "<field name=\"I\" start=\"7\" end=\"7\"/>\n"
    "<field name=\"A\" start=\"8\" end=\"8\"/>\n"
    "<field name=\"D\" start=\"9\" end=\"9\"/>\n"
    "<field name=\"IL\" start=\"20\" end=\"20\"/>\n"
    "<field name=\"SS\" start=\"21\" end=\"21\"/>\n"
    "<field name=\"V\" start=\"28\" end=\"28\"/>\n"
    "<field name=\"C\" start=\"29\" end=\"29\"/>\n"
    "<field name=\"Z\" start=\"30\" end=\"30\"/>\n"
    "<field name=\"N\" start=\"31\" end=\"31\"/>\n"
    "</flags>\n";
static const char between[] = "</feature>\n<feature name=\"org.trapeze.aarch64.system\">\n";
static const char tail[] = "</feature>\n</target>\n";

/* gdb's own names and types for the registers that it must know. */
static const struct {
    const char *ours, *name, *type;
} known[] = {
    {"SP", "sp", "data_ptr"},
    {"PC", "pc", "code_ptr"},
    {"PSTATE", "cpsr", "pstate"},
};

static void general(FILE *out, const struct trapeze_register *r, unsigned index)
{
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(r->name, known[i].ours)) {
            fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%u\"/>\n", known[i].name, r->bits,
                    known[i].type, index);
            return;
        }
    fprintf(out, "<reg name=\"x%u\" bitsize=\"64\" type=\"uint64\" regnum=\"%u\"/>\n", index, index);
}

static void registers(FILE *out, const struct trapeze *t)
{
    struct trapeze_register r;
    bool system = false;
    for (unsigned i = 0; trapeze_register_info(t, i, &r); i++) {
        if (!system && !strcmp(r.group, "system")) {
            system = true;
            fputs(between, out);
        }
        if (!system)
            general(out, &r, i);
        else
            fprintf(out,
                    "<reg name=\"%s\" bitsize=\"%u\" type=\"uint%u\" regnum=\"%u\" group=\"system\" "
                    "save-restore=\"no\"/>\n",
                    r.name, r.bits, r.bits, i);
    }
}

char *xml_target(const struct trapeze *t)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs(head, out);
    registers(out, t);
    fputs(tail, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
