#include "gdbstub/xml.h"
#include <ctype.h>
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
static const char fp[] = //
    "</feature>\n"
    "<feature name=\"org.gnu.gdb.aarch64.fpu\">\n"
    "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
    "<vector id=\"v2u\" type=\"uint64\" count=\"2\"/>\n"
    "<vector id=\"v2i\" type=\"int64\" count=\"2\"/>\n"
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
    "<vector id=\"v4u\" type=\"uint32\" count=\"4\"/>\n"
    "<vector id=\"v4i\" type=\"int32\" count=\"4\"/>\n"
    "<vector id=\"v8u\" type=\"uint16\" count=\"8\"/>\n"
    "<vector id=\"v8i\" type=\"int16\" count=\"8\"/>\n"
    "<vector id=\"v16u\" type=\"uint8\" count=\"16\"/>\n"
    "<vector id=\"v16i\" type=\"int8\" count=\"16\"/>\n"
    "<vector id=\"v1u\" type=\"uint128\" count=\"1\"/>\n"
    "<vector id=\"v1i\" type=\"int128\" count=\"1\"/>\n"
    "<union id=\"vnd\"><field name=\"f\" type=\"v2d\"/><field name=\"u\" type=\"v2u\"/><field name=\"s\" "
    "type=\"v2i\"/></union>\n"
    "<union id=\"vns\"><field name=\"f\" type=\"v4f\"/><field name=\"u\" type=\"v4u\"/><field name=\"s\" "
    "type=\"v4i\"/></union>\n"
    "<union id=\"vnh\"><field name=\"u\" type=\"v8u\"/><field name=\"s\" type=\"v8i\"/></union>\n"
    "<union id=\"vnb\"><field name=\"u\" type=\"v16u\"/><field name=\"s\" type=\"v16i\"/></union>\n"
    "<union id=\"vnq\"><field name=\"u\" type=\"v1u\"/><field name=\"s\" type=\"v1i\"/></union>\n"
    "<union id=\"aarch64v\"><field name=\"d\" type=\"vnd\"/><field name=\"s\" type=\"vns\"/><field name=\"h\" "
    "type=\"vnh\"/><field name=\"b\" type=\"vnb\"/><field name=\"q\" type=\"vnq\"/></union>\n";
static const char system_registers[] = "</feature>\n<feature name=\"org.trapeze.aarch64.system\">\n";
static const char tail[] = "</feature>\n</target>\n";

/* gdb's own names and types for the registers that it must know. */
static const struct {
    const char *ours, *name, *type;
} known[] = {
    {"SP", "sp", "data_ptr"},   {"PC", "pc", "code_ptr"},   {"PSTATE", "cpsr", "pstate"},
    {"FPSR", "fpsr", "uint32"}, {"FPCR", "fpcr", "uint32"},
};

static void put(FILE *out, const char *name, unsigned bits, const char *type, unsigned number)
{
    fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%u\"/>\n", name, bits, type, number);
}

/* Those of the manual's names that have a number are gdb's in small letters. */
static void general(FILE *out, const struct trapeze_register *r, unsigned index)
{
    char name[8];
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(r->name, known[i].ours)) {
            put(out, known[i].name, r->bits, known[i].type, index);
            return;
        }
    snprintf(name, sizeof name, "%c%.6s", tolower(r->name[0]), r->name + 1);
    put(out, name, r->bits, r->bits == 128 ? "aarch64v" : "uint64", index);
}

static void system_register(FILE *out, const struct trapeze_register *r, unsigned index)
{
    fprintf(out,
            "<reg name=\"%s\" bitsize=\"%u\" type=\"uint%u\" regnum=\"%u\" group=\"system\" "
            "save-restore=\"no\"/>\n",
            r->name, r->bits, r->bits, index);
}

static void registers(FILE *out, const struct trapeze *t)
{
    struct trapeze_register r;
    const char *group = "general";
    for (unsigned i = 0; trapeze_register_info(t, i, &r); i++) {
        if (strcmp(group, r.group))
            fputs(!strcmp(r.group, "fp") ? fp : system_registers, out);
        group = r.group;
        if (strcmp(group, "system"))
            general(out, &r, i);
        else
            system_register(out, &r, i);
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
