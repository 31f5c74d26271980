/* a64_traps.jsonl.zst: what traps where (data/README.md, section A). Every access is tried in every configuration of the
 * control registers that a machine of Armv8.0 without EL3 can be in. What is taken is seen as the event that tells of it. */
#include "cpu/sysreg/sysreg_table.h"
#include "vectors.h"
#include <stdlib.h>
#include <string.h>

enum { CONFIGS = 4096, OUTCOMES = 92, PC = 0x40080000, REGISTER = 0x40100040, STACK = 0x40110000 };

static const char digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+,-/:;<=>?@[]^_`{|}~";

/* ---- configurations ---- */

struct config {
    const char *why; /* it is not run; NULL: it is */
    char name[64];
    bool hce, smd; /* SCR_EL3 */
    uint64_t sys[SYSREG_COUNT];
};

/* Bits of HCR_EL2 that came with later extensions and change what instructions of Armv8.0 do: E2H, NV, NV1, AT, NV2, TID4,
 * TICAB, TOCU, TTLBIS, TTLBOS. */
static const uint64_t HCR_LATER =
    BIT(34) | BIT(42) | BIT(43) | BIT(44) | BIT(45) | BIT(49) | BIT(50) | BIT(52) | BIT(54) | BIT(55);

static const char *config_not_run(struct json r)
{
    const uint64_t hcr = json_number(json_get(r, "HCR_EL2"), 0);
    if (!bit(json_number(json_get(r, "SCR_EL3"), 0), 0))
        return "Secure state";
    if (hcr & HCR_LATER)
        return "HCR_EL2 of a later extension";
    if (!bit(hcr, 31))
        return "HCR_EL2.RW: AArch32";
    return NULL;
}

static void read_config(const char *line, const uint64_t *reset, struct config *config)
{
    const struct json c = json_line(line), r = json_get(c, "r");
    struct json place = {0}, key, value;
    json_copy(json_get(c, "n"), config->name, sizeof config->name);
    config->why = config_not_run(r);
    config->hce = bit(json_number(json_get(r, "SCR_EL3"), 0), 8);
    config->smd = bit(json_number(json_get(r, "SCR_EL3"), 0), 7);
    memcpy(config->sys, reset, sizeof config->sys);
    while (json_each(r, &place, &key, &value)) {
        const int reg = vector_find_register(key);
        if (reg >= 0)
            config->sys[reg] = json_number(value, 0);
    }
    config->sys[ICC_SRE_EL1] = json_number(json_get(r, "ICC_SRE_EL1_NS"), 0);
    config->sys[VBAR_EL1] = 0x10000;
    config->sys[VBAR_EL2] = 0x20000;
    config->sys[ELR_EL1] = config->sys[ELR_EL2] = 0x40090000;
    config->sys[SPSR_EL1] = 0x3c5;
    config->sys[SPSR_EL2] = 0x3c9;
    config->sys[VTCR_EL2] = 0x80023559;
    config->sys[SP_EL0] = config->sys[SP_EL1] = config->sys[SP_EL2] = STACK;
}

/* ---- outcomes ---- */

struct outcome {
    bool known, waits, taken;
    uint64_t el, vector, esr, elr; /* elr: less PC */
};

static struct outcome parse_outcome(struct json text)
{
    char copy[64], *at = copy;
    json_copy(text, copy, sizeof copy);
    struct outcome o = {.known = copy[0], .waits = !strcmp(copy, "X:wait"), .taken = copy[0] == 'E'};
    if (!o.taken)
        return o;
    o.el = strtoull(at + 1, &at, 10);
    o.vector = strtoull(at + 1, &at, 16);
    o.esr = strtoull(at + 1, &at, 16);
    o.elr = (uint64_t)strtoll(at + 1, &at, 10);
    return o;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->taken == b->taken && a->waits == b->waits && a->el == b->el && a->vector == b->vector &&
           a->esr == b->esr && a->elr == b->elr;
}

/* An exception tells of itself. */
static void note(void *owner, const struct trapeze_event *event)
{
    *(struct outcome *)owner = (struct outcome){.known = true,
                                                .taken = true,
                                                .el = event->exception.to,
                                                .vector = event->exception.vector,
                                                .esr = event->exception.esr,
                                                .elr = event->exception.elr - PC};
}

/* ---- what is not run, and why ---- */

struct reason {
    const char *kinds, *prefix, *why; /* kinds: of the vectors' k, "|" between */
};

static const struct reason reasons[] = {
    {"INS", "add_v0", "FP and SIMD: see a64_exc"},
    {"INS", "aut", "FEAT_PAuth"},
    {"INS", "blraa", "FEAT_PAuth"},
    {"INS", "braa", "FEAT_PAuth"},
    {"INS", "cas", "FEAT_LSE"},
    {"INS", "cfinv", "FEAT_FlagM"},
    {"INS", "csdb", "a hint of a later extension"},
    {"INS", "eretaa", "FEAT_PAuth"},
    {"INS", "eretab", "FEAT_PAuth"},
    {"INS", "esb", "FEAT_RAS"},
    {"INS", "fadd_h", "FEAT_FP16"},
    {"INS", "fjcvt", "FEAT_JSCVT"},
    {"INS", "ldadd", "FEAT_LSE"},
    {"INS", "ldapr", "FEAT_LRCPC"},
    {"INS", "pac", "FEAT_PAuth"},
    {"INS", "retaa", "FEAT_PAuth"},
    {"INS", "sha1", "FEAT_SHA1"},
    {"INS", "sys_#3,c7,c3,#4", "FEAT_SPECRES"},
    {"MSRi", "PAN", "FEAT_PAN"},
    {"MSRi", "UAO", "FEAT_UAO"},
    {"SYS", "AT_S1E3", "EL3"},
    {"SYS", "AT_S1E1RP", "FEAT_PAN2"},
    {"SYS", "AT_S1E1WP", "FEAT_PAN2"},
    {"SYS", "CFP", "FEAT_SPECRES"},
    {"SYS", "CPP", "FEAT_SPECRES"},
    {"SYS", "DVP", "FEAT_SPECRES"},
    {"SYS", "DC_CVAP", "FEAT_DPB"},
    {"SYS", "DC_CVADP", "FEAT_DPB2"},
    {"SYS", "TLBI_RIP", "FEAT_TLBIRANGE"},
    {"SYS", "TLBI_RV", "FEAT_TLBIRANGE"},
    {"MRS|MSR", "AP", "FEAT_PAuth"},
    {"MRS|MSR", "CNTHPS", "FEAT_SEL2"},
    {"MRS|MSR", "CNTHV", "FEAT_VHE, FEAT_SEL2"},
    {"MRS|MSR", "CNTPS", "EL3"},
    {"MRS|MSR", "CONTEXTIDR_EL2", "FEAT_VHE"},
    {"MRS|MSR", "TTBR1_EL2", "FEAT_VHE"},
    {"MRS|MSR", "DACR32", "AArch32 at EL1"},
    {"MRS|MSR", "DBGVCR32", "AArch32 at EL1"},
    {"MRS|MSR", "FPEXC32", "AArch32 at EL1"},
    {"MRS|MSR", "IFSR32", "AArch32 at EL1"},
    {"MRS|MSR", "SDER32", "AArch32 at EL1"},
    {"MRS|MSR", "SPSR_abt", "AArch32 at EL1"},
    {"MRS|MSR", "SPSR_fiq", "AArch32 at EL1"},
    {"MRS|MSR", "SPSR_irq", "AArch32 at EL1"},
    {"MRS|MSR", "SPSR_und", "AArch32 at EL1"},
    {"MRS|MSR|MRSx|MSRx", "LOR", "FEAT_LOR"},
    {"MRS|MSR|MRSx|MSRx", "PMMIR", "FEAT_PMUv3p4"},
    {"MRS|MSR", "PAN", "FEAT_PAN"},
    {"MRS|MSR", "UAO", "FEAT_UAO"},
    {"MRS|MSR", "RMR_", "the highest EL is EL3 there"},
    {"MRS|MSR|MSRx", "RNDR", "FEAT_RNG"},
    {"MRS|MSR|MSRx", "RVBAR_", "the highest EL is EL3 there"},
    {"MSR", "CNTFRQ_EL0", "the highest EL is EL3 there"},
    {"MRS|MSR", "TRFCR", "FEAT_TRF"},
    {"MRS|MSR", "VNCR", "FEAT_NV2"},
    {"MRS|MSR", "VSTCR", "FEAT_SEL2"},
    {"MRS|MSR", "VSTTBR", "FEAT_SEL2"},
};

static const char *line_not_run(struct json v)
{
    char name[64], kind[16];
    json_copy(json_get(v, "n"), name, sizeof name);
    json_copy(json_get(v, "k"), kind, sizeof kind);
    if (json_number(json_get(v, "el"), 0) == 3)
        return "EL3";
    if (!strncmp(name, "TLBI_", 5) && !strcmp(name + strlen(name) - 2, "OS"))
        return "FEAT_TLBIOS";
    for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const char *at = strstr(reasons[i].kinds, kind);
        const char after = at ? at[strlen(kind)] : 'x';
        if (at && (!after || after == '|') && !strncmp(name, reasons[i].prefix, strlen(reasons[i].prefix)))
            return reasons[i].why;
    }
    return NULL;
}

static const char *case_not_run(struct json v, const struct config *config, const struct outcome *expected)
{
    if (config->why)
        return config->why;
    if (expected->taken && expected->el == 3)
        return "goes to EL3";
    char name[16];
    json_copy(json_get(v, "n"), name, sizeof name);
    if (!strncmp(name, "hvc", 3) && (!config->hce || bit(config->sys[HCR_EL2], 29)))
        return "SCR_EL3.HCE decides, not HCR_EL2.HCD";
    if (!strncmp(name, "smc", 3) && config->smd)
        return "SCR_EL3.SMD decides";
    const bool arithmetic = !strncmp(name, "fadd", 4) || !strncmp(name, "fcmp", 4);
    return arithmetic && !expected->taken ? "FP and SIMD arithmetic: not there yet" : NULL;
}

/* ---- what differs, and why ---- */

static struct decision {
    uint32_t mask, value; /* of the instruction word */
    uint8_t el;
    const char *why;
    unsigned used;
} decisions[] = {
    {0xffdfffe0, 0xd51be300, 2, "CNTV_TVAL_EL0 is EL2's too: UNDEFINED there is an erratum of the 00bet8 tables", 0},
    {0xffdfffc0, 0xd51b4400, 0, "FPCR and FPSR under TGE: Undefined, as the manual has it since; EC 0x07 there", 0},
    {0xffdfffe0, 0xd518cc60, 1, "ICC_BPR1_EL1 under SRE == 0 is EC 0x18, as of its neighbours; Undefined there", 0},
    {0xffffffe0, 0xd5380300, 1, "MVFR0_EL1 under TID3 is EC 0x18: it is not an FP access", 0},
    {0xffffffff, 0xd503207f, 2, "WFI at EL2 goes on there for a virtual interrupt, which is EL1's alone", 0},
};

/* Whether the difference is one of those, and counts it. */
static bool decided(uint32_t word, unsigned el)
{
    for (unsigned i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        struct decision *d = &decisions[i];
        if ((word & d->mask) == d->value && d->el == el)
            return ++d->used;
    }
    return false;
}

/* A decision that nothing needs is one that nobody has looked at: it fails. */
static void report_decisions(struct account *account)
{
    for (unsigned i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        printf("%8u differ: %s\n", decisions[i].used, decisions[i].why);
        if (!decisions[i].used)
            account_fail(account, decisions[i].why, "this exception is no longer needed");
    }
}

/* ---- running ---- */

struct runner {
    struct vector_machine machine;
    struct state base;
    struct config *configs;
    struct account account;
    struct outcome got;
};

static void try(struct runner *r, const struct config *config, unsigned el, uint32_t word)
{
    struct cpu *cpu = r->machine.cpu;
    struct state *s = &cpu->state;
    *s = r->base;
    memcpy(s->sys, config->sys, sizeof s->sys);
    for (unsigned i = 0; i < XZR; i++)
        s->x[i] = REGISTER;
    vector_set_el(cpu, el, el != 0);
    s->daif = 0xf;
    s->pc = PC;
    vector_ready(cpu);
    r->got = (struct outcome){.known = true};
    cpu_execute(cpu, word);
    r->got.waits = s->wait != WAIT_NONE;
}

static void compare(struct runner *r, struct json v, const struct config *config, const struct outcome *expected)
{
    char name[64], what[256];
    const struct outcome *got = &r->got;
    if (same(got, expected)) {
        r->account.passed++;
        return;
    }
    if (decided((uint32_t)json_number(json_get(v, "w"), 0), (unsigned)json_number(json_get(v, "el"), 0))) {
        r->account.excepted++;
        return;
    }
    json_copy(json_get(v, "n"), name, sizeof name);
    snprintf(what, sizeof what, "%s at EL%u, %s: %d E%u:%x:%08x:%d, expected %d E%u:%x:%08x:%d", name,
             (unsigned)json_number(json_get(v, "el"), 0), config->name, got->taken, (unsigned)got->el,
             (unsigned)got->vector, (unsigned)got->esr, (int)got->elr, expected->taken, (unsigned)expected->el,
             (unsigned)expected->vector, (unsigned)expected->esr, (int)expected->elr);
    account_fail(&r->account, "", what);
}

static void run_line(struct runner *r, struct json v)
{
    struct outcome outcomes[OUTCOMES] = {0};
    struct json place = {0}, key, value;
    const unsigned el = (unsigned)json_number(json_get(v, "el"), 0);
    const uint32_t word = (uint32_t)json_number(json_get(v, "w"), 0);
    const char *choice = json_get(v, "c").at + 1, *why = line_not_run(v);
    for (unsigned i = 0; json_each(json_get(v, "o"), &place, &key, &value); i++)
        outcomes[i] = parse_outcome(value);
    mmu_reset(&r->machine.cpu->mmu);
    for (unsigned c = 0; choice[c] != '"'; c++) {
        if (choice[c] == '.')
            continue;
        const struct outcome *expected = &outcomes[strchr(digits, choice[c]) - digits];
        const char *not_run = why ? why : case_not_run(v, &r->configs[c], expected);
        if (not_run) {
            account_skip(&r->account, not_run);
            continue;
        }
        try(r, &r->configs[c], el, word);
        compare(r, v, &r->configs[c], expected);
    }
}

static struct vectors *open_set(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.jsonl.zst", folder, name);
    return vectors_open(path);
}

int main(int argc, char **argv)
{
    static struct runner r;
    const char *line, *folder = argc > 1 ? argv[1] : ".";
    struct vectors *configs = open_set(folder, "a64_traps_configs"), *file = open_set(folder, "a64_traps");
    r.configs = calloc(CONFIGS, sizeof *r.configs);
    if (!configs || !file || !r.configs)
        return EXIT_FAILURE;
    vector_machine_init(&r.machine, "sail-v85", true);
    r.machine.cluster.trace = (struct trace){1u << TRAPEZE_EVENT_EXCEPTION, note, &r.got};
    r.base = r.machine.cpu->state;
    for (unsigned c = 0; c < CONFIGS && (line = vectors_next(configs)); c++)
        read_config(line, r.base.sys, &r.configs[c]);
    while ((line = vectors_next(file)))
        run_line(&r, json_line(line));
    vectors_close(configs);
    vectors_close(file);
    vector_machine_free(&r.machine);
    free(r.configs);
    report_decisions(&r.account);
    return account_close(&r.account, "a64_traps");
}
