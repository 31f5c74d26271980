#include "tools/explain.h"
#include "base/bits.h"
#include "tools/lines.h"
#include "tools/walk.h"
#include "trace/esr.h"
#include <inttypes.h>
#include <string.h>

/* ---- syndromes ---- */

/* Why exceptions of a class are taken. */
static const char *const reasons[64] = {
    /* clang-format off */
    [0x00] = "The instruction is UNDEFINED: it is not allocated, or not accessible from the Exception level it ran at.",
    [0x01] = "WFI and WFE are trapped from EL0 to EL1 when SCTLR_EL1.nTWI or nTWE is 0, and from EL0 and EL1 to EL2 when "
             "HCR_EL2.TWI or TWE is 1, unless they would not have waited.",
    [0x07] = "FP and SIMD registers are out of reach: CPACR_EL1.FPEN keeps EL0 and EL1 from them, CPTR_EL2.TFP all.",
    [0x0e] = "PSTATE.IL was set, by an exception return to a state that does not exist.",
    [0x15] = "SVC asks the next higher Exception level; EL2 when HCR_EL2.TGE is 1.",
    [0x16] = "HVC asks the hypervisor.",
    [0x17] = "SMC was trapped because HCR_EL2.TSC is 1.",
    [0x18] = "A control bit of a higher Exception level traps this register or system instruction.",
    [0x20] = "The instruction could not be fetched.",
    [0x21] = "The instruction could not be fetched.",
    [0x22] = "PC was not a multiple of 4.",
    [0x24] = "The address could not be accessed.",
    [0x25] = "The address could not be accessed.",
    [0x26] = "SP was not a multiple of 16 where SCTLR_ELx.SA or SA0 asks for that.",
    [0x2f] = "A memory access failed some time ago, or HCR_EL2.VSE made one up.",
    [0x3c] = "BRK is a breakpoint; it goes to EL2 when MDCR_EL2.TDE or HCR_EL2.TGE is 1.",
    /* clang-format on */
};

/* What a fault status says, by its upper four bits. */
static const char *fault_reason(unsigned status)
{
    static const char *const by_kind[] = {
        "An address in the tables, or the one to translate, is larger than the configured size.",
        "A descriptor is not valid, or the address lies outside what TxSZ and EPD admit.",
        "The access flag (AF, bit 10) of the last descriptor is 0.",
        "The last descriptor, or a table before it, does not permit this access.",
    };
    static const char *const others[64] = {
        [0x10] = "Nothing answers at the physical address.",
        [0x14] = "Nothing answers where a descriptor was to be read.",
        [0x15] = "Nothing answers where a descriptor was to be read.",
        [0x16] = "Nothing answers where a descriptor was to be read.",
        [0x17] = "Nothing answers where a descriptor was to be read.",
        [0x21] = "The address is not aligned, and SCTLR_ELx.A is 1, the memory is Device, or the access must be.",
        [0x30] = "Two TLB entries translate the address.",
    };
    return status < 16 ? by_kind[status / 4] : others[status & 63];
}

static bool is_abort(uint64_t esr)
{
    const uint64_t ec = bits(esr, 31, 26);
    return ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25;
}

static void put_fields(uint64_t esr, FILE *to)
{
    char words[ESR_TEXT_MAX];
    const struct esr_field *f;
    for (unsigned i = 0; (f = esr_field(esr, i)); i++) {
        char place[16];
        snprintf(place, sizeof place, f->hi == f->lo ? "<%u>" : "<%u:%u>", f->hi, f->lo);
        fprintf(to, "  %-12s %-8s 0x%-6" PRIx64 " %s: %s\n", f->name, place, bits(esr, f->hi, f->lo), f->about,
                esr_field_words(esr, f, words));
    }
    if (esr_reserved(esr))
        fprintf(to, "  and 0x%" PRIx64 " in bits that are reserved\n", esr_reserved(esr));
}

void explain_esr(uint64_t esr, FILE *to)
{
    char text[ESR_TEXT_MAX];
    const unsigned ec = (unsigned)bits(esr, 31, 26);
    fprintf(to, "ESR_ELx 0x%08" PRIx64 ": %s\n", esr, esr_describe(esr, text));
    put_fields(esr, to);
    if (reasons[ec])
        fprintf(to, "%s\n", reasons[ec]);
    const char *fault = is_abort(esr) ? fault_reason((unsigned)bits(esr, 5, 0)) : NULL;
    if (fault)
        fprintf(to, "%s\n", fault);
}

/* ---- traps ---- */

/* "bit 26", "bits 21:20". */
static void put_bits(uint64_t mask, FILE *to)
{
    const int low = __builtin_ctzll(mask), high = 63 - __builtin_clzll(mask);
    if (low == high)
        fprintf(to, "bit %d", low);
    else
        fprintf(to, "bits %d:%d", high, low);
}

static void put_remedy(const struct trace_trap *trap, FILE *to)
{
    const char *what = trap->mask == trap->armed ? "clear" : trap->armed == 0 ? "set" : "change";
    fprintf(to, "%s %s (", what, trap->name);
    put_bits(trap->mask, to);
    fputs(")", to);
}

static void put_losers(const struct trace_reader *reader, const struct trapeze_event *e, FILE *to)
{
    bool any = false;
    for (unsigned row = 0; row < TRAPS_MAX; row++) {
        const struct trace_trap *trap = trace_reader_trap(reader, row);
        if (!trap || !bit(e->exception.losing[row / 64], row % 64))
            continue;
        fprintf(to, "%s%s", any ? ", " : "Without it these would have refused the access: ", trap->name);
        any = true;
    }
    fputs(any ? ".\n" : "Nothing else would have refused the access.\n", to);
}

static void put_trap(const struct trace_reader *reader, const struct trapeze_event *e, FILE *to)
{
    const struct trace_trap *trap = trace_reader_trap(reader, (unsigned)e->exception.row);
    if (!trap)
        return;
    if (!trap->control || !trap->mask) {
        fprintf(to, "Decided by a rule that no control bit changes: %s, from EL%u.\n", trap->name, e->el);
    } else {
        fprintf(to, "Decided by %s: (%s & 0x%" PRIx64 ") is 0x%" PRIx64 ", from EL%u.\n", trap->name, trap->control,
                trap->mask, trap->armed, e->el);
        fputs("To let the access pass: ", to);
        put_remedy(trap, to);
        fputs(".\n", to);
    }
    put_losers(reader, e, to);
}

/* ---- walks ---- */

static void put_step(const struct trapeze_walk_step *s, bool both, FILE *to)
{
    static const char *const kinds[] = {"a table", "a block", "a page", "not valid", "not read"};
    fprintf(to, "  stage %u, level %u: descriptor at 0x%" PRIx64, s->stage, s->level, s->address);
    if (s->stage == 1 && both && s->is != TRAPEZE_UNREAD)
        fprintf(to, " (in memory at 0x%" PRIx64 ")", s->pa);
    if (s->is != TRAPEZE_UNREAD)
        fprintf(to, " is 0x%016" PRIx64, s->value);
    fprintf(to, ", %s\n", kinds[s->is]);
}

/* The descriptor of a stage and level that was read last. */
static const struct trapeze_walk_step *step_of(const struct walk_report *walk, unsigned stage, unsigned level)
{
    for (unsigned i = walk->steps; i-- > 0;)
        if (walk->step[i].stage == stage && walk->step[i].level == level && walk->step[i].is != TRAPEZE_UNREAD)
            return &walk->step[i];
    return NULL;
}

/* Which of a leaf's bits forbid an access. */
static void put_permission(uint64_t descriptor, unsigned stage, const struct trapeze_event *e, FILE *to)
{
    const uint64_t esr = e->exception.esr;
    const bool fetch = bits(esr, 31, 26) <= 0x21, write = bit(esr, 6);
    if (stage == 2 && fetch)
        fprintf(to, "clear XN (bit 54)%s", bit(descriptor, 6) ? "" : " and set S2AP<0> (bit 6)");
    else if (stage == 2)
        fputs(write ? "set S2AP<1> (bit 7)" : "set S2AP<0> (bit 6)", to);
    else if (fetch)
        fputs(e->el ? "clear PXN (bit 53), and see SCTLR_ELx.WXN and AP<2:1> (bits 7:6)" : "clear UXN (bit 54)", to);
    else if (write && bit(descriptor, 7))
        fprintf(to, "clear AP<2> (bit 7)%s", e->el || bit(descriptor, 6) ? "" : " and set AP<1> (bit 6)");
    else
        fputs("set AP<1> (bit 6), or see APTable (bits 62:61) of the tables before it", to);
}

static const char *change_of(enum trapeze_fault fault)
{
    static const char *const changes[] = {
        [TRAPEZE_FAULT_ADDRESS_SIZE] = "give an address within the configured size (TCR_ELx.IPS, VTCR_EL2.PS)",
        [TRAPEZE_FAULT_TRANSLATION] = "set bit 0 (valid), with a page or block to map",
        [TRAPEZE_FAULT_ACCESS_FLAG] = "set AF (bit 10)",
        [TRAPEZE_FAULT_EXTERNAL] = "put the table into memory"};
    return changes[fault];
}

/* What would have changed the outcome. */
static void put_change(const struct walk_report *walk, const struct trapeze_event *e, FILE *to)
{
    const struct trapeze_walk_end *end = &walk->end;
    const struct trapeze_walk_step *s = step_of(walk, end->fault_stage, end->fault_level);
    if (!s) {
        fprintf(to,
                "No descriptor of stage %u was read that decided this: see the size of its addresses (T%sSZ) and the "
                "base in %s.\n",
                end->fault_stage, end->fault_stage == 2 ? "0" : "x", end->fault_stage == 2 ? "VTTBR_EL2" : "TTBRn_ELx");
        return;
    }
    fputs("To let the access pass: ", to);
    if (end->fault == TRAPEZE_FAULT_PERMISSION)
        put_permission(s->value, end->fault_stage, e, to);
    else
        fputs(change_of(end->fault), to);
    fprintf(to, " in the level %u descriptor of stage %u at 0x%" PRIx64 ", and invalidate the TLB.\n", s->level,
            s->stage, s->pa);
}

static void put_end(const struct walk_report *walk, const struct trapeze_event *e, FILE *to)
{
    const struct trapeze_walk_end *end = &walk->end;
    if (end->fault == TRAPEZE_FAULT_NONE) {
        fprintf(to, "The tables lead to 0x%" PRIx64 " and have no fault%s.\n", end->pa,
                end->cached ? "; but the TLB had a translation, and that decided: is a TLBI missing?" : "");
        return;
    }
    fprintf(to, "It ends with a fault of stage %u: %s", end->fault_stage, esr_fault(end->fault_status));
    if (end->fault_stage == 2)
        fprintf(to, ", of IPA 0x%" PRIx64 "%s", end->fault_ipa,
                end->fault_on_walk ? ", where a descriptor of stage 1 lies" : "");
    fputs(".\n", to);
    if (end->cached)
        fputs("The TLB had a translation, too: it decides as long as it is not invalidated.\n", to);
    put_change(walk, e, to);
}

static void put_walk(const struct record *r, FILE *to)
{
    struct walk_report walk;
    if (!r->walk || !walk_parse(r->walk, &walk)) {
        fputs("The trace has no walk of it.\n", to);
        return;
    }
    const struct trapeze_walk_end *end = &walk.end;
    fprintf(to, "The walk for 0x%" PRIx64 ", stage 1 %s, stage 2 %s", r->event.exception.far,
            end->stage1 ? "on" : "off", end->stage2 ? "on" : "off");
    if (end->stage2)
        fprintf(to, ", VMID %u", end->vmid);
    if (end->stage1)
        fprintf(to, ", ASID %u", end->asid);
    fputs(":\n", to);
    for (unsigned i = 0; i < walk.steps; i++)
        put_step(&walk.step[i], end->stage1 && end->stage2, to);
    put_end(&walk, &r->event, to);
}

/* ---- events ---- */

static void explain_exception(const struct trace_reader *reader, const struct record *r, FILE *to)
{
    const struct trapeze_event *e = &r->event;
    if (e->exception.vector & 0x180) {
        fprintf(to, "An interrupt input was up, and not masked at EL%u: it went to EL%u.\n", e->el, e->exception.to);
        return;
    }
    explain_esr(e->exception.esr, to);
    if (e->exception.row >= 0)
        put_trap(reader, e, to);
    if (is_abort(e->exception.esr))
        put_walk(r, to);
}

static bool find(struct trace_reader *reader, uint64_t number, struct record *r, const char *file,
                 struct trapeze_error *error)
{
    uint64_t last = 0;
    while (trace_reader_next(reader, r)) {
        if (r->number == number)
            return true;
        last = r->number + 1;
    }
    if (trace_reader_damage(reader))
        snprintf(error->text, sizeof error->text, "%.500s", trace_reader_damage(reader));
    else
        snprintf(error->text, sizeof error->text, "%.300s@%" PRIu64 ": the trace has %" PRIu64 " events, from 0 on",
                 file, number, last);
    return false;
}

bool explain_event(const char *file, uint64_t number, FILE *to, struct trapeze_error *error)
{
    struct record r;
    struct lines *lines = lines_new();
    struct trace_reader *reader = trace_reader_open(file, error);
    const bool found = lines && reader && find(reader, number, &r, file, error);
    if (found) {
        lines_put(lines, to, &r);
        fputc('\n', to);
        if (r.event.kind == TRAPEZE_EVENT_EXCEPTION)
            explain_exception(reader, &r, to);
    }
    trace_reader_close(reader);
    lines_free(lines);
    return found;
}
