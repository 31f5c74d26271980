/* a64_xlat.jsonl.zst: one access each through tables of its own (data/README.md, section B). What succeeds is also asked
 * of the TLB, and again of the tables. */
#include "vectors.h"
#include <string.h>

static struct account account;
static struct vector_machine machine;

/* ---- what is not run, and why ---- */

struct later {
    const char *reg, *why;
    uint64_t mask;
};

static const struct later later_bits[] = {
    {"HCR_EL2", "FEAT_NV (HCR_EL2.NV, NV1, AT)", BIT(42) | BIT(43) | BIT(44)},
    {"HCR_EL2", "FEAT_S2FWB (HCR_EL2.FWB)", BIT(46)},
    {"TCR_EL1", "FEAT_HAFDBS (TCR_EL1.HA, HD)", BIT(39) | BIT(40)},
    {"TCR_EL1", "FEAT_HPDS (TCR_EL1.HPD0, HPD1)", BIT(41) | BIT(42)},
    {"TCR_EL1", "FEAT_PAuth (TCR_EL1.TBID0, TBID1)", BIT(51) | BIT(52)},
    {"TCR_EL1", "FEAT_E0PD (TCR_EL1.E0PD0, E0PD1)", BIT(55) | BIT(56)},
    {"TCR_EL2", "FEAT_HAFDBS (TCR_EL2.HA, HD)", BIT(21) | BIT(22)},
    {"TCR_EL2", "FEAT_HPDS (TCR_EL2.HPD)", BIT(24)},
    {"TCR_EL2", "FEAT_PAuth (TCR_EL2.TBID)", BIT(29)},
    {"VTCR_EL2", "FEAT_HAFDBS (VTCR_EL2.HA, HD)", BIT(21) | BIT(22)},
};

static const struct {
    const char *prefix, *why;
} later_instructions[] = {
    {"ldadd", "FEAT_LSE"},
    {"swp", "FEAT_LSE"},
    {"cas", "FEAT_LSE"},
    {"ldapr", "FEAT_LRCPC"},
    {"ldr d", "FP and SIMD: not there yet"},
    {"str d", "FP and SIMD: not there yet"},
    {"at s1e1rp", "FEAT_PAN2"},
    {"at s1e1wp", "FEAT_PAN2"},
    {"at s1e3", "EL3"},
};

static uint64_t reg_of(struct json v, const char *name, uint64_t otherwise)
{
    return json_number(json_get(json_get(v, "r"), name), otherwise);
}

static bool stage2_on(struct json v)
{
    return json_is(json_get(v, "reg"), "el10") && reg_of(v, "HCR_EL2", 0) & (BIT(0) | BIT(12));
}

/* Whether a stage that acts has tables or addresses that only a later extension allows. */
static const char *other_tables(struct json v)
{
    const bool el2 = json_is(json_get(v, "reg"), "el2");
    const bool upper = !el2 && bit(json_number(json_get(v, "va"), 0), 55);
    const uint64_t tcr = reg_of(v, el2 ? "TCR_EL2" : "TCR_EL1", 0), vtcr = reg_of(v, "VTCR_EL2", 0);
    const bool stage1 = reg_of(v, el2 ? "SCTLR_EL2" : "SCTLR_EL1", 0) & 1;
    const bool large = upper ? bits(tcr, 31, 30) == 3 : bits(tcr, 15, 14) == 1;
    const uint64_t txsz = upper ? bits(tcr, 21, 16) : bits(tcr, 5, 0);
    const uint64_t ps = el2 ? bits(tcr, 18, 16) : bits(tcr, 34, 32);
    if (stage1 && large && txsz < 16)
        return "FEAT_LVA (TxSZ below 16)";
    if (stage1 && large && ps == 6)
        return "FEAT_LPA (TCR_ELx.PS of 52 bits)";
    if (stage2_on(v) && bits(vtcr, 15, 14) == 1 && (bits(vtcr, 18, 16) == 6 || bits(vtcr, 5, 0) < 16))
        return "FEAT_LPA (VTCR_EL2.PS, T0SZ of 52 bits)";
    if (stage1 && txsz > 39)
        return "FEAT_TTST (TxSZ above 39)";
    if (stage2_on(v) && (bits(vtcr, 5, 0) > 39 || bits(vtcr, 7, 6) == 3))
        return "FEAT_TTST (VTCR_EL2.T0SZ above 39, SL0 = 3)";
    return NULL;
}

static const char *not_run(struct json v)
{
    char access[24];
    const struct json reg = json_get(v, "reg"), p = json_get(v, "p");
    json_copy(json_get(v, "a"), access, sizeof access);
    if (!json_is(reg, "el10") && !json_is(reg, "el2"))
        return json_is(reg, "el20") ? "FEAT_VHE (regime EL2&0)" : "EL3 and Secure state";
    for (unsigned i = 0; i < sizeof later_instructions / sizeof *later_instructions; i++)
        if (!strncmp(access, later_instructions[i].prefix, strlen(later_instructions[i].prefix)))
            return later_instructions[i].why;
    for (unsigned i = 0; i < sizeof later_bits / sizeof *later_bits; i++)
        if (reg_of(v, later_bits[i].reg, 0) & later_bits[i].mask)
            return later_bits[i].why;
    if (json_number(json_get(p, "el"), 0) && json_number(json_get(p, "pan"), 0))
        return "FEAT_PAN (PSTATE.PAN)";
    if (json_number(json_get(p, "el"), 0) && json_number(json_get(p, "uao"), 0))
        return "FEAT_UAO (PSTATE.UAO)";
    if (json_number(json_get(json_get(v, "exc"), "el"), 0) == 3)
        return "EL3 and Secure state";
    return other_tables(v);
}

/* ---- where the reference is wrong ---- */

static const struct {
    unsigned i;
    const char *why;
} decided[] = {
#define WALK "a stage 1 walk is no DC ZVA: it may read tables in stage 2 Device memory (HCR_EL2.PTW is 0)"
    {12889, WALK}, {15103, WALK}, {24755, WALK}, {33899, WALK}, {54188, WALK}, {56168, WALK},
    {64319, WALK}, {72266, WALK}, {81758, WALK}, {92875, WALK}, {92992, WALK}, {99523, WALK},
#define XNX "FEAT_XNX: execute-never for EL1 or EL0 alone is not of Armv8.0 (stage 2 XN<0>)"
    {28126, XNX},  {60011, XNX},
};

static bool is_decided(struct json v)
{
    for (unsigned i = 0; i < sizeof decided / sizeof *decided; i++)
        if (json_number(json_get(v, "i"), 0) == decided[i].i)
            return true;
    return false;
}

/* ---- the machine ---- */

static const struct {
    enum sysreg reg;
    uint64_t value;
} initial[] = {
    {SCTLR_EL1, 0x30d00800},
    {SCTLR_EL2, 0x30c50830},
    {CPACR_EL1, 0x300000},
    {VTCR_EL2, 0x80000000},
    {TCR_EL2, 0x80800000},
    {SP_EL2, 0x40110000},
    {VBAR_EL1, 0xffff000000010000},
    {VBAR_EL2, 0xffff000000020000},
    {SP_EL0, 0x40110000},
    {SP_EL1, 0x40110000},
    {TTBR0_EL1, 0},
    {HCR_EL2, 0},
};

/* Descriptors are given as a little-endian machine reads them, whatever SCTLR_ELx.EE says. */
static void set_memory(struct json v)
{
    struct json place = {0}, key, value;
    while (json_each(json_get(v, "m"), &place, &key, &value)) {
        const uint64_t descriptor = json_number(json_element(value, 1), 0);
        vector_poke(&machine, json_number(json_element(value, 0), 0), &descriptor, sizeof descriptor);
    }
}

static void prepare(struct json v)
{
    struct cpu *cpu = machine.cpu;
    struct json place = {0}, key, value;
    const struct json p = json_get(v, "p");
    vector_machine_reset(&machine);
    set_memory(v);
    for (unsigned i = 0; i < sizeof initial / sizeof *initial; i++)
        cpu->state.sys[initial[i].reg] = initial[i].value;
    while (json_each(json_get(v, "r"), &place, &key, &value))
        vector_set_register(cpu, key, json_number(value, 0)); /* SCR_EL3 is not there */
    cpu->state.x[1] = json_number(json_get(v, "va"), 0);
    cpu->state.x[0] = 0x1122334455667788;
    cpu->state.x[2] = 0x99aabbccddeeff00;
    cpu->state.pc = 0x40080000;
    const unsigned el = (unsigned)json_number(json_get(p, "el"), 0);
    vector_set_el(cpu, el == 3 ? 2 : el, json_number(json_get(p, "sp"), 0)); /* AT at EL3 asks what it asks at EL2 */
    vector_ready(cpu);
}

/* ---- comparing ---- */

struct difference {
    char text[400];
};

static bool same(struct difference *d, const char *what, uint64_t got, uint64_t wanted)
{
    if (got == wanted)
        return true;
    snprintf(d->text, sizeof d->text, "%s is %llx, not %llx", what, (unsigned long long)got,
             (unsigned long long)wanted);
    return false;
}

static bool same_exception(struct difference *d, struct json exc)
{
    static const enum sysreg vbar[] = {0, VBAR_EL1, VBAR_EL2}, esr[] = {0, ESR_EL1, ESR_EL2};
    static const enum sysreg far[] = {0, FAR_EL1, FAR_EL2};
    const struct state *s = &machine.cpu->state;
    const unsigned el = (unsigned)json_number(json_get(exc, "el"), 0);
    return same(d, "PSTATE.EL", s->el, el) &&
           same(d, "the vector", s->pc - s->sys[vbar[el]], json_number(json_get(exc, "vec"), 0)) &&
           same(d, "ESR", s->sys[esr[el]], json_number(json_get(exc, "esr"), 0)) &&
           same(d, "FAR", s->sys[far[el]], json_number(json_get(exc, "far"), 0)) &&
           same(d, "HPFAR_EL2", s->sys[HPFAR_EL2], json_number(json_get(exc, "hpfar"), 0));
}

static void describe_half(char *to, unsigned nibble)
{
    const bool nc = nibble == 4;
    to[0] = nc ? '0' : bit(nibble, 2) ? '3' : '2';
    to[1] = (char)('0' + (nc ? 0 : nibble & 3));
    to[2] = nc || bit(nibble, 3) ? '0' : '1';
    to[3] = '\0';
}

static void describe(struct memattr a, char *to, size_t size)
{
    static const char *const devices[] = {"nGnRnE", "nGnRE", "nGRE", "GRE"};
    char inner[4], outer[4];
    describe_half(inner, a.attr & 0xf);
    describe_half(outer, a.attr >> 4);
    if (memattr_is_device(a))
        snprintf(to, size, "dev:%s", devices[bits(a.attr, 3, 2)]);
    else
        snprintf(to, size, "nrm:i%s:o%s", inner, outer);
}

/* Non-cacheable memory has no allocation hints; the reference carries those of stage 1 along, to no effect. */
static void drop_hints(char *attributes)
{
    for (char *p = attributes; (p = strpbrk(p, "io")); p++)
        if (p[1] == '0' && (p[0] == 'i' || p[0] == 'o') && strlen(p) >= 4)
            p[2] = p[3] = '0';
}

static bool same_translation(struct difference *d, struct json v, const struct translation *t, const char *by)
{
    const struct json ok = json_get(v, "ok");
    static const char *const sh[] = {"00", "00", "11", "10"};
    char attributes[40], wanted[40];
    describe(t->attributes, attributes, sizeof attributes);
    json_copy(json_get(ok, "attr"), wanted, sizeof wanted);
    drop_hints(wanted);
    if (strcmp(attributes, wanted) || !json_is(json_get(ok, "sh"), sh[t->attributes.sh])) {
        snprintf(d->text, sizeof d->text, "attributes by %s are %s %s", by, attributes, sh[t->attributes.sh]);
        return false;
    }
    return same(d, by, t->pa.raw, json_number(json_get(ok, "pa"), 0));
}

static bool starts(struct json v, const char *prefix)
{
    char access[24];
    json_copy(json_get(v, "a"), access, sizeof access);
    return !strncmp(access, prefix, strlen(prefix));
}

static bool same_success(struct difference *d, struct json v, uint8_t el)
{
    struct cpu *cpu = machine.cpu;
    const bool write = starts(v, "st") || starts(v, "dc zva");
    const enum access_type type = starts(v, "fetch") ? ACCESS_FETCH : write ? ACCESS_WRITE : ACCESS_READ;
    const va_t address = va(json_number(json_get(v, "va"), 0));
    if (type != ACCESS_FETCH && !same(d, "PC (an exception?)", cpu->state.pc, 0x40080004))
        return false;
    if (starts(v, "ic") || (starts(v, "dc") && !write))
        return true;
    cpu->state.el = el;
    cpu_context_changed(cpu);
    cpu->state.el = starts(v, "ldtr") || starts(v, "sttr") ? (el == 1 ? 0 : el) : el;
    for (unsigned i = 0; i < 2; i++) {
        struct translation t;
        const struct fault fault = mmu_translate(&cpu->mmu, &cpu->state, address, type, false, &t);
        if (!same(d, "the fault", fault.kind, FAULT_NONE) || !same_translation(d, v, &t, i ? "the walk" : "the TLB"))
            return false;
        mmu_reset(&cpu->mmu);
    }
    return true;
}

static bool run(struct difference *d, struct json v)
{
    struct cpu *cpu = machine.cpu;
    prepare(v);
    const uint8_t el = cpu->state.el;
    const bool fetch = starts(v, "fetch");
    if (fetch && json_has(v, "ok"))
        return same_success(d, v, el);
    if (fetch) {
        cpu->state.pc = json_number(json_get(v, "va"), 0);
        cpu_step(cpu, UINT64_MAX);
    } else {
        cpu_execute(cpu, (uint32_t)json_number(json_get(v, "w"), 0));
    }
    if (json_has(v, "exc"))
        return same_exception(d, json_get(v, "exc"));
    if (json_has(v, "par"))
        return same(d, "PC", cpu->state.pc, 0x40080004) &&
               same(d, "PAR_EL1", cpu->state.sys[PAR_EL1], json_number(json_get(v, "par"), 0));
    return same_success(d, v, el);
}

static void judge(const char *line, struct json v)
{
    struct difference d;
    const bool passes = run(&d, v), excepted = is_decided(v);
    if (passes && excepted)
        account_fail(&account, line, "an exception that is no longer needed");
    else if (excepted)
        account.excepted++;
    else if (passes)
        account.passed++;
    else
        account_fail(&account, line, d.text);
}

int main(int argc, char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/a64_xlat.jsonl.zst", argc > 1 ? argv[1] : ".");
    struct vectors *set = vectors_open(path);
    if (!set)
        return 1;
    vector_machine_init(&machine, "sail-v85", true);
    for (const char *line; (line = vectors_next(set));) {
        const struct json v = json_line(line);
        const char *why = not_run(v);
        if (why)
            account_skip(&account, why);
        else
            judge(line, v);
    }
    vector_machine_free(&machine);
    vectors_close(set);
    return account_close(&account, "a64_xlat");
}
