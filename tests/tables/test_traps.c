/* The judge against ref/a64_sysreg_traps_v85.csv: each register's own rules, in its own order, under random controls. What
 * it says of later extensions and of EL3 is asked of a machine that has neither: their fields are zero. */
#include "cpu/sysreg/sysreg_table.h"
#include "guest.h"
#include <ctype.h>
#include <stdio.h>

enum { RULES = 1400, ROUNDS = 24, FIELDS = 16 };

/* ---- the rules ---- */

struct rule {
    char op[5][8]; /* op0 op1 CRn CRm op2, in binary; x: any */
    char name[64], outcome[16], condition[512];
};

static struct rule rules[RULES];
static unsigned rule_count;

/* One field of a line; what is between quotes may hold commas. Returns what follows. */
static const char *csv_field(const char *at, char *to, size_t size)
{
    const bool quoted = *at == '"';
    size_t n = 0;
    for (at += quoted; *at && *at != '\n' && *at != (quoted ? '"' : ','); at++)
        if (n + 1 < size)
            to[n++] = *at;
    to[n] = '\0';
    at += quoted && *at;
    return *at == ',' ? at + 1 : at;
}

static void read_rules(void)
{
    char line[2048], unused[64];
    FILE *file = fopen(REF "/a64_sysreg_traps_v85.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the heading */
    while (fgets(line, sizeof line, file)) {
        assert_true(rule_count < RULES);
        struct rule *r = &rules[rule_count++];
        const char *at = line;
        for (unsigned i = 0; i < 5; i++)
            at = csv_field(at, r->op[i], sizeof r->op[i]);
        at = csv_field(at, r->name, sizeof r->name);
        at = csv_field(at, unused, sizeof unused);
        at = csv_field(at, unused, sizeof unused);
        at = csv_field(at, r->outcome, sizeof r->outcome);
        csv_field(at, r->condition, sizeof r->condition);
    }
    fclose(file);
    assert_true(rule_count > 1100);
}

/* ---- fields of the controls ---- */

static const struct field {
    const char *name;
    enum sysreg reg;
    uint8_t hi, lo;
} fields[] = {
    {"HCR_EL2.TGE", HCR_EL2, 27, 27},
    {"HCR_EL2.TACR", HCR_EL2, 21, 21},
    {"HCR_EL2.TDZ", HCR_EL2, 28, 28},
    {"HCR_EL2.TID1", HCR_EL2, 16, 16},
    {"HCR_EL2.TID2", HCR_EL2, 17, 17},
    {"HCR_EL2.TID3", HCR_EL2, 18, 18},
    {"HCR_EL2.TPC", HCR_EL2, 23, 23},
    {"HCR_EL2.TPU", HCR_EL2, 24, 24},
    {"HCR_EL2.TRVM", HCR_EL2, 30, 30},
    {"HCR_EL2.TSW", HCR_EL2, 22, 22},
    {"HCR_EL2.TTLB", HCR_EL2, 25, 25},
    {"HCR_EL2.TVM", HCR_EL2, 26, 26},
    {"HCR_EL2.FMO", HCR_EL2, 3, 3},
    {"HCR_EL2.IMO", HCR_EL2, 4, 4},
    {"CNTHCTL_EL2.EL1PCEN", CNTHCTL_EL2, 1, 1},
    {"CNTHCTL_EL2.EL1PTEN", CNTHCTL_EL2, 1, 1},
    {"CNTKCTL_EL1.EL0PCTEN", CNTKCTL_EL1, 0, 0},
    {"CNTKCTL_EL1.EL0VCTEN", CNTKCTL_EL1, 1, 1},
    {"CNTKCTL_EL1.EL0VTEN", CNTKCTL_EL1, 8, 8},
    {"CNTKCTL_EL1.EL0PTEN", CNTKCTL_EL1, 9, 9},
    {"CPACR_EL1.FPEN", CPACR_EL1, 21, 20},
    {"CPTR_EL2.TCPAC", CPTR_EL2, 31, 31},
    {"CPTR_EL2.TFP", CPTR_EL2, 10, 10},
    {"MDCR_EL2.TDA", MDCR_EL2, 9, 9},
    {"MDCR_EL2.TDOSA", MDCR_EL2, 10, 10},
    {"MDCR_EL2.TDRA", MDCR_EL2, 11, 11},
    {"MDCR_EL2.TPM", MDCR_EL2, 6, 6},
    {"MDCR_EL2.TPMCR", MDCR_EL2, 5, 5},
    {"MDSCR_EL1.TDCC", MDSCR_EL1, 12, 12},
    {"PMUSERENR_EL0.EN", PMUSERENR_EL0, 0, 0},
    {"PMUSERENR_EL0.SW", PMUSERENR_EL0, 1, 1},
    {"PMUSERENR_EL0.CR", PMUSERENR_EL0, 2, 2},
    {"PMUSERENR_EL0.ER", PMUSERENR_EL0, 3, 3},
    {"SCTLR.DZE", SCTLR_EL1, 14, 14},
    {"SCTLR.UCI", SCTLR_EL1, 26, 26},
    {"SCTLR_EL1.UCI", SCTLR_EL1, 26, 26},
    {"SCTLR.UCT", SCTLR_EL1, 15, 15},
    {"SCTLR_EL1.UMA", SCTLR_EL1, 9, 9},
    {"ICC_SRE_EL1.SRE", ICC_SRE_EL1, 0, 0},
    {"ICC_SRE_EL2.SRE", ICC_SRE_EL2, 0, 0},
    {"ICC_SRE_EL2.Enable", ICC_SRE_EL2, 3, 3},
    {"ICH_HCR_EL2.TC", ICH_HCR_EL2, 10, 10},
    {"ICH_HCR_EL2.TALL0", ICH_HCR_EL2, 11, 11},
    {"ICH_HCR_EL2.TALL1", ICH_HCR_EL2, 12, 12},
    {"ICH_HCR_EL2.TDIR", ICH_HCR_EL2, 14, 14},
};

/* ---- conditions ---- */

/* Who asks. */
struct asker {
    const struct state *s;
    unsigned el;
    bool read;
};

struct parser {
    const char *at;
    const struct asker *asker;
};

static bool any(struct parser *p);

static bool accept(struct parser *p, const char *text)
{
    while (*p->at == ' ')
        p->at++;
    if (strncmp(p->at, text, strlen(text)))
        return false;
    p->at += strlen(text);
    return true;
}

/* Not there: EL3, AArch32, what is of later extensions. MDCR_EL2 as it acts. */
static uint64_t value_of(const struct asker *a, const char *name)
{
    if (!strcmp(name, "SCR_EL3.NS"))
        return 1;
    if (!strcmp(name, "el"))
        return a->el;
    if (!strcmp(name, "read"))
        return a->read;
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!strcmp(name, fields[i].name))
            return bits(a->s->sys[fields[i].reg], fields[i].hi, fields[i].lo);
    return 0;
}

static uint64_t value(struct parser *p)
{
    char name[64];
    size_t n = 0;
    if (accept(p, "[CNTHCTL_EL2[if [HCR_EL2[34]] == 0 then 0 else 10]]"))
        return bit(p->asker->s->sys[CNTHCTL_EL2], 0);
    if (accept(p, "true"))
        return 1;
    if (accept(p, "0b01"))
        return 1;
    if (accept(p, "0b10"))
        return 2;
    if (accept(p, "EL") && isdigit((unsigned char)*p->at))
        return (uint64_t)(*p->at++ - '0');
    if (accept(p, "0"))
        return 0;
    if (accept(p, "1"))
        return 1;
    while (isalnum((unsigned char)*p->at) || *p->at == '_' || *p->at == '.')
        if (n + 1 < sizeof name)
            name[n++] = *p->at++;
    name[n] = '\0';
    if (!n)
        fail_msg("cannot read the condition at \"%s\"", p->at);
    return value_of(p->asker, name);
}

static bool primary(struct parser *p)
{
    if (accept(p, "!"))
        return !primary(p);
    if (accept(p, "(")) {
        const bool result = any(p);
        if (!accept(p, ")"))
            fail_msg("no closing bracket at \"%s\"", p->at);
        return result;
    }
    if (accept(p, "ELUsingAArch32(EL2)") || accept(p, "ELUsingAArch32(EL3)") || accept(p, "HaveEL(EL3)"))
        return false;
    if (accept(p, "HaveEL(EL2)"))
        return true;
    const uint64_t left = value(p);
    return accept(p, "==") ? left == value(p) : left;
}

static bool all(struct parser *p)
{
    bool result = primary(p);
    while (accept(p, "&&"))
        result = primary(p) && result;
    return result;
}

static bool any(struct parser *p)
{
    bool result = all(p);
    while (accept(p, "||"))
        result = all(p) || result;
    return result;
}

static bool holds(const struct rule *r, const struct asker *asker)
{
    struct parser p = {r->condition, asker};
    const bool result = any(&p);
    if (*p.at)
        fail_msg("%s: left over: \"%s\"", r->name, p.at);
    return result;
}

/* ---- what both say ---- */

static bool matches(const char *pattern, unsigned op)
{
    const size_t width = strlen(pattern);
    for (size_t i = 0; i < width; i++)
        if (pattern[i] != 'x' && (unsigned)(pattern[i] - '0') != (op >> (width - 1 - i) & 1))
            return false;
    return true;
}

static bool names(const struct rule *r, struct sysreg_encoding e)
{
    return matches(r->op[0], e.op0) && matches(r->op[1], e.op1) && matches(r->op[2], e.crn) &&
           matches(r->op[3], e.crm) && matches(r->op[4], e.op2);
}

/* The first rule that holds, of those that lead somewhere in a machine without EL3; NULL: the access goes on. */
static const struct rule *decides(struct sysreg_encoding e, const struct asker *asker)
{
    for (unsigned i = 0; i < rule_count; i++)
        if (names(&rules[i], e) && strcmp(rules[i].outcome, "EL3") && holds(&rules[i], asker))
            return &rules[i];
    return NULL;
}

/* Runs the access; the event of the exception that it takes, or kind INSN. */
static void note(void *owner, const struct trapeze_event *event)
{
    *(struct trapeze_event *)owner = *event;
}

static uint32_t word_of(struct sysreg_encoding e, bool read)
{
    return 0xd5000001u | (uint32_t)read << 21 | (uint32_t)e.op0 << 19 | (uint32_t)e.op1 << 16 | (uint32_t)e.crn << 12 |
           (uint32_t)e.crm << 8 | (uint32_t)e.op2 << 5;
}

/* ---- known errata of the beta that the reference was made from ---- */

static bool erratum(struct sysreg_encoding e, const struct asker *asker)
{
    const bool cntv_tval = e.op0 == 3 && e.op1 == 3 && e.crn == 14 && e.crm == 3 && e.op2 == 0;
    return cntv_tval && asker->el == 2; /* EL2's too: nothing says UNDEFINED */
}

/* ---- controls ---- */

static uint64_t random_state = 0x853c49e6748fea9b;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Some bits of each, from few to many. */
static void choose_controls(struct cpu *cpu, unsigned el)
{
    static const enum sysreg controls[] = {HCR_EL2,       CNTHCTL_EL2, CNTKCTL_EL1, CPACR_EL1,
                                           CPTR_EL2,      MDCR_EL2,    MDSCR_EL1,   SCTLR_EL1,
                                           PMUSERENR_EL0, ICC_SRE_EL1, ICC_SRE_EL2, ICH_HCR_EL2};
    uint64_t *sys = cpu->state.sys;
    for (unsigned i = 0; i < sizeof controls / sizeof *controls; i++) {
        const struct sysreg_row *row = &sysreg_table[controls[i]];
        uint64_t chosen = random_bits();
        chosen = random_bits() % 2 ? chosen & random_bits() : chosen | random_bits();
        sys[controls[i]] = (chosen & row->writable) | (row->reset & ~row->writable);
    }
    sys[HCR_EL2] |= BIT(31);
    sys[HCR_EL2] &= ~(BIT(0) | BIT(12) | (el == 1 ? BIT(27) : 0)); /* VM, DC; TGE leaves no EL1 */
    sys[SCTLR_EL1] &= ~BIT(0);
    sys[MDCR_EL2] |= bit(sys[MDCR_EL2], 8) || bit(sys[HCR_EL2], 27) ? BIT(8) | BIT(9) | BIT(10) | BIT(11) : 0; /* TDE */
    if (bit(sys[HCR_EL2], 27))
        sys[HCR_EL2] |= BIT(3) | BIT(4) | BIT(5); /* FMO, IMO, AMO act */
    cpu->state.el = (uint8_t)el;
    cpu->state.sp_sel = el != 0;
    cpu_control_changed(cpu);
}

static void compare(struct cpu *cpu, struct sysreg_encoding e, const struct asker *asker, struct trapeze_event *event)
{
    const struct rule *expected = decides(e, asker);
    *event = (struct trapeze_event){.kind = TRAPEZE_EVENT_INSN};
    cpu_execute(cpu, word_of(e, asker->read));
    const bool taken = event->kind == TRAPEZE_EVENT_EXCEPTION;
    const bool rule = taken && event->exception.row >= 0 &&
                      hyp_traps[event->exception.row].to == 0 /* which the reference does not have */;
    const bool no_trap = taken && event->exception.row < 0; /* an abort, or no such register here */
    if (rule || no_trap || erratum(e, asker))
        return;
    const int to = expected ? expected->outcome[2] - '0' : 0, got = taken ? event->exception.to : 0;
    const int aim = to == 1 && asker->el == 0 && bit(asker->s->sys[HCR_EL2], 27) ? 2 : to;
    if (aim == got)
        return;
    fail_msg("op0 %u op1 %u CRn %u CRm %u op2 %u, %s at EL%u: to EL%d by %s; the reference: %s, %s, %s; HCR_EL2 %llx",
             e.op0, e.op1, e.crn, e.crm, e.op2, asker->read ? "read" : "write", asker->el, got,
             taken ? event->exception.trap : "nothing", expected ? expected->name : "",
             expected ? expected->outcome : "-", expected ? expected->condition : "none",
             (unsigned long long)asker->s->sys[HCR_EL2]);
}

/* ---- tests ---- */

static void try_encoding(struct cpu *cpu, struct sysreg_encoding e, struct trapeze_event *event)
{
    const struct state fresh = cpu->state;
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned el = 0; el < 3; el++)
            for (unsigned read = 0; read < 2; read++) {
                cpu->state = fresh;
                choose_controls(cpu, el);
                const struct state before = cpu->state;
                compare(cpu, e, &(struct asker){&before, el, read}, event);
            }
    cpu->state = fresh;
}

/* The encoding that a rule's pattern begins with. */
static struct sysreg_encoding first_of(const struct rule *r)
{
    uint8_t op[5] = {0};
    for (unsigned i = 0; i < 5; i++)
        for (const char *at = r->op[i]; *at; at++)
            op[i] = (uint8_t)(op[i] << 1 | (*at == '1'));
    return (struct sysreg_encoding){op[0], op[1], op[2], op[3], op[4]};
}

static void every_register_is_judged_in_the_order_of_its_own_rules(void **state)
{
    (void)state;
    struct virt *virt = guest_v3(1, true);
    struct cpu *cpu = &virt->cpu[0];
    struct trapeze_event event;
    struct sysreg_encoding last = {0};
    unsigned tried = 0;
    read_rules();
    virt->cluster.trace = (struct trace){1u << TRAPEZE_EVENT_EXCEPTION, note, &event};
    for (unsigned i = 0; i < rule_count; i++) {
        const struct sysreg_encoding e = first_of(&rules[i]);
        if (!memcmp(&e, &last, sizeof e) || e.op0 == 0 || !strncmp(rules[i].name, "DAIF", 4))
            continue;
        last = e;
        tried++;
        try_encoding(cpu, e, &event);
    }
    assert_true(tried > 250);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_is_judged_in_the_order_of_its_own_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
