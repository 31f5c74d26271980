/* a64_exc.jsonl.zst: exception entry and return (data/README.md, section D). */
#include "cpu/exception.h"
#include "cpu/exec/flags.h"
#include "vectors.h"
#include <stdlib.h>
#include <string.h>

enum { SP_VALUE = 0x40110000 };
static const uint64_t vbar[] = {0, 0xffff000000010000, 0xffff000000020000};

/* What SPSR holds in Armv8.0: the vectors' processor has PAN, UAO, DIT, SSBS and BTYPE beside. */
static const uint64_t SPSR_V80 = 0xf03003ff;

/* ---- what is not run, and why ---- */

static bool in_el3(struct json v)
{
    const struct json out = json_get(v, "out");
    return json_number(json_get(json_get(v, "ps"), "EL"), 0) == 3 || json_number(json_get(out, "el"), 0) == 3 ||
           json_number(json_get(json_get(out, "ps"), "EL"), 0) == 3;
}

static const char *not_run(struct json v)
{
    const struct json r = json_get(v, "r"), out = json_get(v, "out");
    const uint64_t scr = json_number(json_get(r, "SCR_EL3"), 1), hcr = json_number(json_get(r, "HCR_EL2"), 0);
    if (!bit(scr, 0))
        return "Secure state";
    if (bit(hcr, 34))
        return "HCR_EL2.E2H";
    if (in_el3(v))
        return "starts at or goes to EL3";
    if (json_has(json_get(v, "ps"), "nRW") || json_has(json_get(out, "ps"), "nRW") || !bit(hcr, 31))
        return "AArch32";
    if (json_is(json_get(v, "a"), "hvc") && !bit(scr, 8))
        return "SCR_EL3.HCE decides";
    if (json_is(json_get(v, "a"), "hvc") && bit(hcr, 29))
        return "HCR_EL2.HCD: RES0 there, for there is an EL3";
    if (json_is(json_get(v, "a"), "smc") && bit(scr, 7) && bit(hcr, 19))
        return "SCR_EL3.SMD before HCR_EL2.TSC";
    if (json_is(json_get(v, "a"), "fp") && json_has(out, "pc"))
        return "FP and SIMD arithmetic: not there yet";
    return NULL;
}

/* ---- before ---- */

static uint8_t daif_of(struct json ps)
{
    return (uint8_t)(json_number(json_get(ps, "D"), 0) << 3 | json_number(json_get(ps, "A"), 0) << 2 |
                     json_number(json_get(ps, "I"), 0) << 1 | json_number(json_get(ps, "F"), 0));
}

static unsigned nzcv_of(struct json ps)
{
    return (unsigned)(json_number(json_get(ps, "N"), 0) << 3 | json_number(json_get(ps, "Z"), 0) << 2 |
                      json_number(json_get(ps, "C"), 0) << 1 | json_number(json_get(ps, "V"), 0));
}

static uint8_t lines_of(struct json pend)
{
    static const struct {
        const char *name;
        uint8_t line;
    } lines[] = {{"IRQ", LINE_IRQ}, {"FIQ", LINE_FIQ}, {"SError", LINE_SERROR}};
    struct json place = {0}, key, value;
    uint8_t set = 0;
    while (json_each(pend, &place, &key, &value))
        for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++)
            set |= json_is(value, lines[i].name) ? lines[i].line : 0;
    return set;
}

static void set_state(struct cpu *cpu, struct json v)
{
    struct state *s = &cpu->state;
    struct json place = {0}, key, value;
    const struct json ps = json_get(v, "ps");
    s->lines = 0;
    cpu_reset(cpu, json_number(json_get(v, "pc"), 0));
    s->sys[SP_EL0] = s->sys[SP_EL1] = s->sys[SP_EL2] = SP_VALUE;
    s->sys[VBAR_EL1] = vbar[1];
    s->sys[VBAR_EL2] = vbar[2];
    s->sys[CPACR_EL1] = 0x300000;
    while (json_each(json_get(v, "r"), &place, &key, &value))
        vector_set_register(cpu, key, json_number(value, 0)); /* those of later features are not there */
    vector_set_el(cpu, (unsigned)json_number(json_get(ps, "EL"), 0), json_number(json_get(ps, "SP"), 0));
    s->flags = flags_unpack(nzcv_of(ps));
    s->daif = daif_of(ps);
    s->il = json_has(ps, "IL");
    s->ss = json_has(ps, "SS");
    s->lines = lines_of(json_get(v, "pend"));
    s->monitor.open = true;
    vector_ready(cpu);
}

static void run(struct cpu *cpu, struct json v)
{
    if (json_is(json_get(v, "k"), "async"))
        exception_take_interrupt(cpu);
    else if (json_has(v, "w"))
        cpu_execute(cpu, (uint32_t)json_number(json_get(v, "w"), 0));
    else
        cpu_step(cpu, UINT64_MAX);
}

/* ---- behind ---- */

#define CHECK(condition, what) \
    if (!(condition))          \
    return what

static const char *pstate_differs(const struct state *s, struct json ps)
{
    CHECK(s->el == json_number(json_get(ps, "EL"), 0), "PSTATE.EL");
    CHECK(s->sp_sel == json_number(json_get(ps, "SP"), 0), "PSTATE.SP");
    CHECK(s->daif == daif_of(ps), "PSTATE.DAIF");
    CHECK(flags_pack(&s->flags) == nzcv_of(ps), "PSTATE.NZCV");
    CHECK(s->il == json_has(ps, "IL"), "PSTATE.IL");
    CHECK(s->ss == json_has(ps, "SS"), "PSTATE.SS");
    return NULL;
}

/* The ISS of an SError is IMPLEMENTATION DEFINED. */
static bool same_esr(uint64_t a, uint64_t b)
{
    const unsigned low = bits(b, 31, 26) == EC_SERROR ? 25 : 0;
    return a >> low == b >> low;
}

static const char *entry_differs(const struct state *s, struct json out)
{
    const unsigned el = (unsigned)json_number(json_get(out, "el"), 0);
    const struct exception_bank *bank = &exception_banks[el];
    const uint64_t vector = s->sys[bank->vbar] + json_number(json_get(out, "vec"), 0);
    CHECK(s->el == el, "target EL");
    CHECK(s->pc == exception_branch_address(s, vector), "vector");
    CHECK(s->sys[bank->elr] == json_number(json_get(out, "elr"), 0), "ELR");
    CHECK(((s->sys[bank->spsr] ^ json_number(json_get(out, "spsr"), 0)) & SPSR_V80) == 0, "SPSR");
    CHECK(same_esr(s->sys[bank->esr], json_number(json_get(out, "esr"), 0)), "ESR");
    CHECK(s->sys[bank->far] == json_number(json_get(out, "far"), 0), "FAR");
    return NULL;
}

static const char *differs(const struct cpu *cpu, struct json v)
{
    const struct state *s = &cpu->state;
    const struct json out = json_get(v, "out");
    const bool taken = json_has(out, "el");
    const char *what = taken ? entry_differs(s, out) : NULL;
    CHECK(!what, what);
    CHECK(taken || s->pc == json_number(json_get(out, "pc"), 0), "PC");
    CHECK((s->wait != WAIT_NONE) == json_has(out, "wait"), "waiting");
    CHECK(!json_has(out, "hcr") || s->sys[HCR_EL2] == json_number(json_get(out, "hcr"), 0), "HCR_EL2");
    CHECK(taken || !json_is(json_get(v, "k"), "eret") || (!s->monitor.open && s->event), "monitor and event register");
    return pstate_differs(s, json_get(out, "ps"));
}

/* Of several interrupts pending at once, which is first is IMPLEMENTATION DEFINED, and the vectors do not keep to one
 * order: whether with only those pending that are of the kind taken there, it is taken in the same way. */
static bool taken_alone(struct cpu *cpu, struct json v)
{
    static const struct {
        uint8_t line, hcr; /* HCR_EL2.{VI, VF, VSE} */
    } kinds[4] = {{0, 0}, {LINE_IRQ, 7}, {LINE_FIQ, 6}, {LINE_SERROR, 8}};
    const struct json out = json_get(v, "out");
    const unsigned kind = (unsigned)bits(json_number(json_get(out, "vec"), 0), 8, 7);
    if (!json_is(json_get(v, "k"), "async") || !json_has(out, "el"))
        return false;
    set_state(cpu, v);
    cpu->state.lines &= kinds[kind].line;
    cpu->state.sys[HCR_EL2] &= ~(BIT(6) | BIT(7) | BIT(8)) | BIT(kinds[kind].hcr);
    run(cpu, v);
    return !differs(cpu, v);
}

int main(int argc, char **argv)
{
    char path[4096];
    static struct vector_machine m;
    static struct account account;
    snprintf(path, sizeof path, "%s/a64_exc.jsonl.zst", argc > 1 ? argv[1] : ".");
    struct vectors *file = vectors_open(path);
    if (!file)
        return EXIT_FAILURE;
    vector_machine_init(&m, "sail-v85", true);
    for (const char *line; (line = vectors_next(file));) {
        const struct json v = json_line(line);
        const char *why = not_run(v);
        if (why) {
            account_skip(&account, why);
            continue;
        }
        set_state(m.cpu, v);
        run(m.cpu, v);
        const char *what = differs(m.cpu, v);
        if (!what)
            account.passed++;
        else if (taken_alone(m.cpu, v))
            account.excepted++;
        else
            account_fail(&account, line, what);
    }
    vectors_close(file);
    vector_machine_free(&m);
    return account_close(&account, "a64_exc");
}
