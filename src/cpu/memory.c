#include "cpu/memory.h"
#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/exec_ldst.h"
#include <string.h>

/* ---- finding the bytes ---- */

/* Where the bytes of an access are: the first so many in one page, the others, if any, in the next. */
struct span {
    va_t address;
    unsigned bytes, first;
    pa_t at[2];
    void *host; /* where a fast table now says they are, all in one page; NULL: the bus has to be asked */
};

/* SCTLR_ELx.A of the current regime. */
static bool checks_alignment(const struct cpu *cpu)
{
    return bit(cpu->state.sys[cpu->state.el == 2 ? SCTLR_EL2 : SCTLR_EL1], 1);
}

static struct fault fault_at(enum fault_kind kind, va_t address)
{
    return (struct fault){.kind = kind, .va = address};
}

/* Lets the fast table answer for the page from now on: Normal memory in RAM, and no alignment check to make. */
static void *remember(struct cpu *cpu, va_t address, enum access_type type, const struct translation *t)
{
    const bool write = type == ACCESS_WRITE;
    void *host = write ? bus_store_host(cpu->bus, t->pa, 1) : bus_load_host(cpu->bus, t->pa, 1);
    if (!host || t->device || checks_alignment(cpu) || (write && *bus_page_flags(cpu->bus, t->pa)))
        return NULL;
    return mmu_remember(&cpu->mmu, address, type, host) ? host : NULL;
}

/* Translates what lies in one page. *host: where it is, if a fast table says so from now on; else NULL. */
static struct fault translate(struct cpu *cpu, va_t address, bool aligned, struct access a, pa_t *at, void **host)
{
    struct translation t;
    struct state *s = &cpu->state;
    const uint8_t el = s->el;
    const bool as_el0 = a.kind == UNPRIVILEGED && el == 1;
    const enum access_type type = a.write ? ACCESS_WRITE : ACCESS_READ;
    s->el = as_el0 ? 0 : el;
    const struct fault fault = mmu_translate(&cpu->mmu, s, address, type, !aligned, &t);
    s->el = el;
    if (fault.kind != FAULT_NONE)
        return fault;
    *at = t.pa;
    *host = as_el0 ? NULL : remember(cpu, address, type, &t);
    return NO_FAULT;
}

/* Checks all of an access before any of it is done: alignment, then each page (AArch64.CheckAlignment,
 * AArch64.TranslateAddress). */
static struct fault locate(struct cpu *cpu, uint64_t address, struct access a, struct span *span)
{
    const unsigned bytes = a.size * a.registers, left = PAGE_SIZE - (unsigned)(address % PAGE_SIZE);
    const bool aligned = address % (a.kind == EXCLUSIVE ? bytes : a.size) == 0;
    *span = (struct span){.address = va(address), .bytes = bytes, .first = bytes < left ? bytes : left};
    if (!aligned && (a.kind == ORDERED || a.kind == EXCLUSIVE || checks_alignment(cpu)))
        return fault_at(FAULT_ALIGNMENT, va(address));
    struct fault fault = translate(cpu, va(address), aligned, a, &span->at[0], &span->host);
    if (fault.kind != FAULT_NONE || span->first == bytes)
        return fault;
    fault = translate(cpu, va(address + span->first), aligned, a, &span->at[1], &span->host);
    span->host = NULL;
    return fault;
}

static pa_t place_of(const struct span *span, unsigned offset)
{
    return offset < span->first ? pa(span->at[0].raw + offset) : pa(span->at[1].raw + offset - span->first);
}

/* ---- moving them ---- */

/* As the bus sees an access by this PE. */
static struct transaction transaction(const struct cpu *cpu, unsigned size)
{
    return (struct transaction){.now = cpu->state.cycles, .size = (uint8_t)size, .cpu = (uint8_t)cpu->number};
}

/* For who watches: the access was done. state.pc is the instruction's while TRAPEZE_EVENT_MEMORY is listened to. */
static COLD void tell(const struct cpu *cpu, va_t address, pa_t at, unsigned size, uint64_t value, bool write)
{
    const struct state *s = &cpu->state;
    if (!trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_MEMORY))
        return;
    trace_emit(&cpu->cluster->trace,
               &(struct trapeze_event){.kind = TRAPEZE_EVENT_MEMORY,
                                       .cpu = (uint8_t)cpu->number,
                                       .el = s->el,
                                       .cycles = s->cycles,
                                       .pc = s->pc,
                                       .memory = {write, (uint8_t)size, address.raw, at.raw, value}});
}

/* Part of a span as one transaction, or over two pages byte by byte. False: nothing answers. */
static bool read_part(struct cpu *cpu, const struct span *span, unsigned offset, unsigned size, uint64_t *value)
{
    const bool whole = offset >= span->first || offset + size <= span->first;
    const unsigned step = whole ? size : 1;
    bool answered = true;
    *value = 0;
    for (unsigned i = 0; i < size && answered; i += step) {
        uint64_t part;
        answered = bus_read(cpu->bus, place_of(span, offset + i), transaction(cpu, step), &part);
        *value |= part << 8 * i;
    }
    if (unlikely(cpu->mmu.watched) && answered)
        tell(cpu, va(span->address.raw + offset), place_of(span, offset), size, *value, false);
    return answered;
}

static bool write_part(struct cpu *cpu, const struct span *span, unsigned offset, unsigned size, uint64_t value)
{
    const bool whole = offset >= span->first || offset + size <= span->first;
    const unsigned step = whole ? size : 1;
    bool answered = true;
    for (unsigned i = 0; i < size && answered; i += step)
        answered =
            bus_write(cpu->bus, place_of(span, offset + i), value >> 8 * i & ones(8 * step), transaction(cpu, step));
    if (unlikely(cpu->mmu.watched) && answered)
        tell(cpu, va(span->address.raw + offset), place_of(span, offset), size, value, true);
    return answered;
}

/* All registers of an access; those of 16 bytes as two halves. */
static struct fault read_span(struct cpu *cpu, const struct span *span, struct access a, uint64_t *data)
{
    const unsigned size = a.size < 8 ? a.size : 8;
    for (unsigned i = 0; span->host && i * size < span->bytes; i++) {
        data[i] = 0;
        memcpy(&data[i], (const char *)span->host + i * size, size);
    }
    if (likely(span->host))
        return NO_FAULT;
    for (unsigned i = 0; i * size < span->bytes; i++)
        if (!read_part(cpu, span, i * size, size, &data[i]))
            return fault_at(FAULT_EXTERNAL, va(span->address.raw + i * size));
    return NO_FAULT;
}

static struct fault write_span(struct cpu *cpu, const struct span *span, struct access a, const uint64_t *data)
{
    const unsigned size = a.size < 8 ? a.size : 8;
    for (unsigned i = 0; span->host && i * size < span->bytes; i++)
        memcpy((char *)span->host + i * size, &data[i], size);
    if (likely(span->host))
        return NO_FAULT;
    for (unsigned i = 0; i * size < span->bytes; i++)
        if (!write_part(cpu, span, i * size, size, data[i]))
            return fault_at(FAULT_EXTERNAL, va(span->address.raw + i * size));
    return NO_FAULT;
}

struct fault memory_read(struct cpu *cpu, va_t address, unsigned size, uint64_t *value)
{
    struct span span;
    const struct access a = {.size = (uint8_t)size, .registers = 1};
    const struct fault fault = locate(cpu, address.raw, a, &span);
    return fault.kind == FAULT_NONE ? read_span(cpu, &span, a, value) : fault;
}

struct fault memory_write(struct cpu *cpu, va_t address, unsigned size, uint64_t value)
{
    struct span span;
    const struct access a = {.size = (uint8_t)size, .registers = 1, .write = true};
    const uint64_t data[2] = {value};
    const struct fault fault = locate(cpu, address.raw, a, &span);
    return fault.kind == FAULT_NONE ? write_span(cpu, &span, a, data) : fault;
}

struct fault memory_load(struct cpu *cpu, uint64_t address, struct access a, void *to)
{
    struct span span;
    uint64_t data[ACCESS_BYTES];
    const unsigned size = a.size < 8 ? a.size : 8;
    struct fault fault = locate(cpu, address, a, &span);
    if (fault.kind == FAULT_NONE)
        fault = read_span(cpu, &span, a, data);
    for (unsigned i = 0; i * size < span.bytes && fault.kind == FAULT_NONE; i++)
        memcpy((char *)to + i * size, &data[i], size);
    return fault;
}

struct fault memory_store(struct cpu *cpu, uint64_t address, struct access a, const void *from)
{
    struct span span;
    uint64_t data[ACCESS_BYTES] = {0};
    const unsigned size = a.size < 8 ? a.size : 8;
    const struct fault fault = locate(cpu, address, a, &span);
    for (unsigned i = 0; i * size < span.bytes; i++)
        memcpy(&data[i], (const char *)from + i * size, size);
    return fault.kind == FAULT_NONE ? write_span(cpu, &span, a, data) : fault;
}

/* ---- instructions ---- */

/* The syndrome's view of the instruction. */
static struct abort_access describe(const struct op *op, struct access a)
{
    return (struct abort_access){
        .valid = !a.vector && a.registers == 1 && a.writeback == WRITEBACK_NONE && a.kind != EXCLUSIVE,
        .sas = (uint8_t)__builtin_ctz(a.size),
        .sse = a.sign != 0,
        .srt = op->rd == SINK ? 31 : op->rd,
        .sf = a.sign ? a.sign == 64 : a.size == 8,
        .ordered = a.kind == ORDERED,
        .write = a.write,
    };
}

/* CheckSPAlignment: the instruction's base register is SP, and not aligned as SCTLR_ELx wants it. */
static bool sp_misaligned(const struct cpu *cpu, const struct op *op)
{
    return op->rn == SP && cpu->state.x[SP] & cpu->sp_low;
}

const struct op *memory_refused(struct cpu *cpu, const struct op *op, struct access a)
{
    cpu->state.cycles = engine_now(cpu, op);
    const struct op *trap = a.vector ? exception_fp_refused(cpu, op) : NULL;
    if (trap)
        return trap;
    return sp_misaligned(cpu, op) ? exception_sp_alignment(cpu, op) : NULL;
}

COLD const struct op *load_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    struct span span;
    uint64_t data[2] = {0};
    cpu->state.cycles = engine_now(cpu, op);
    if (sp_misaligned(cpu, op))
        return exception_sp_alignment(cpu, op);
    struct fault fault = locate(cpu, address, a, &span);
    if (fault.kind == FAULT_NONE)
        fault = read_span(cpu, &span, a, data);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    load_finish(cpu, op, address, a, data);
    return engine_look_up(cpu, op + 1);
}

COLD const struct op *store_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    struct span span;
    const uint64_t data[2] = {X(rd), a.registers == 2 ? X(rm) : 0};
    cpu->state.cycles = engine_now(cpu, op);
    if (sp_misaligned(cpu, op))
        return exception_sp_alignment(cpu, op);
    struct fault fault = locate(cpu, address, a, &span);
    if (fault.kind == FAULT_NONE)
        fault = write_span(cpu, &span, a, data);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    write_back(cpu, op, address, a);
    return engine_look_up(cpu, op + 1);
}

COLD const struct op *load_vector_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    char bytes[ACCESS_BYTES];
    const struct op *refused = memory_refused(cpu, op, a);
    if (refused)
        return refused;
    const struct fault fault = memory_load(cpu, address, a, bytes);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    load_vector_finish(cpu, op, address, a, bytes);
    return engine_look_up(cpu, op + 1);
}

COLD const struct op *store_vector_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    char bytes[ACCESS_BYTES];
    const struct op *refused = memory_refused(cpu, op, a);
    if (refused)
        return refused;
    store_vector_data(cpu, op, a, bytes);
    const struct fault fault = memory_store(cpu, address, a, bytes);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    write_back(cpu, op, address, a);
    return engine_look_up(cpu, op + 1);
}

/* ---- exclusives: the local monitor; cluster.c has what other PEs' stores do to it ---- */

static struct monitor monitor_for(const struct span *span)
{
    return (struct monitor){align_down(span->at[0].raw, MONITOR_GRANULE), true, (uint8_t)span->bytes};
}

const struct op *load_exclusive(struct cpu *cpu, const struct op *op, struct access a)
{
    struct span span;
    uint64_t data[2] = {0};
    cpu->state.cycles = engine_now(cpu, op);
    if (sp_misaligned(cpu, op))
        return exception_sp_alignment(cpu, op);
    struct fault fault = locate(cpu, X(rn), a, &span);
    if (fault.kind == FAULT_NONE)
        fault = read_span(cpu, &span, a, data);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    cpu->state.monitor = monitor_for(&span);
    load_finish(cpu, op, span.address.raw, a, data);
    return engine_look_up(cpu, op + 1);
}

/* The address is translated, and can fault, whatever the monitor says (AArch64.ExclusiveMonitorsPass). */
const struct op *store_exclusive(struct cpu *cpu, const struct op *op, struct access a)
{
    struct span span;
    const uint64_t data[2] = {X(rd), a.registers == 2 ? X(rm) : 0};
    cpu->state.cycles = engine_now(cpu, op);
    if (sp_misaligned(cpu, op))
        return exception_sp_alignment(cpu, op);
    struct fault fault = locate(cpu, X(rn), a, &span);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    struct monitor *m = &cpu->state.monitor;
    const struct monitor wanted = monitor_for(&span);
    const bool passes = m->open && m->pa == wanted.pa && m->size == wanted.size;
    m->open = false;
    if (passes)
        fault = write_span(cpu, &span, a, data);
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, describe(op, a));
    SET(ra, !passes);
    return engine_look_up(cpu, op + 1);
}

/* ---- cache maintenance by address ---- */

/* Device memory cannot be zeroed so: an alignment fault (AArch64.FirstStageTranslate). */
COLD const struct op *zero_slow(struct cpu *cpu, const struct op *op)
{
    static const struct access a = {.size = 8, .registers = 1, .write = true};
    const uint64_t address = X(rd), block = align_down(address, ZVA_BYTES);
    struct span span = {.address = va(block), .bytes = ZVA_BYTES, .first = ZVA_BYTES};
    cpu->state.cycles = engine_now(cpu, op);
    struct fault fault = translate(cpu, va(address), false, a, &span.at[0], &span.host);
    span.at[0] = pa(align_down(span.at[0].raw, ZVA_BYTES));
    for (unsigned i = 0; i < ZVA_BYTES && fault.kind == FAULT_NONE; i += a.size)
        if (!write_part(cpu, &span, i, a.size, 0))
            fault = fault_at(FAULT_EXTERNAL, va(block + i));
    if (fault.kind != FAULT_NONE)
        return exception_data_abort(cpu, op, &fault, (struct abort_access){.write = true});
    return engine_look_up(cpu, op + 1);
}

/* From EL1 up only DC IVAC asks for a permission; EL0 must be able to read (AArch64.CheckPermission). */
COLD const struct op *maintain_cache(struct cpu *cpu, const struct op *op, bool invalidates)
{
    struct translation t;
    const enum access_type type = invalidates ? ACCESS_WRITE : cpu->state.el ? ACCESS_MAINTAIN : ACCESS_READ;
    const struct fault fault = mmu_translate(&cpu->mmu, &cpu->state, va(X(rd)), type, false, &t);
    if (fault.kind == FAULT_NONE)
        return op + 1;
    return exception_data_abort(cpu, op, &fault, (struct abort_access){.write = true, .maintenance = true});
}
