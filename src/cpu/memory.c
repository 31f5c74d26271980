#include "cpu/memory.h"
#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/exec_ldst.h"

/* Whether the fast table may answer for the page: Normal memory, and no alignment check to make. */
static bool may_remember(const struct cpu *cpu, const struct translation *t)
{
    const bool check = bit(cpu->state.sys[cpu->state.el == 2 ? SCTLR_EL2 : SCTLR_EL1], 1); /* SCTLR_ELx.A */
    return !t->device && !check;
}

static bool misaligned(const struct cpu *cpu, va_t address, unsigned size, const struct translation *t)
{
    return address.raw % size && !may_remember(cpu, t);
}

/* Translates one access that lies in one page. */
static struct fault translate(struct cpu *cpu, va_t address, unsigned size, enum access_type type, pa_t *out)
{
    struct translation t;
    struct fault fault = mmu_translate(&cpu->mmu, &cpu->state, address, type, &t);
    *out = t.pa;
    if (fault.kind != FAULT_NONE)
        return fault;
    if (misaligned(cpu, address, size, &t))
        return (struct fault){.kind = FAULT_ALIGNMENT, .va = address};
    const bool write = type == ACCESS_WRITE;
    void *host = write ? bus_store_host(cpu->bus, t.pa, size) : bus_load_host(cpu->bus, t.pa, size);
    const bool notice = write && host && *bus_page_flags(cpu->bus, t.pa);
    if (host && !notice && may_remember(cpu, &t))
        mmu_remember(&cpu->mmu, address, type, host);
    return fault;
}

/* As the bus sees an access by this PE. */
static struct transaction transaction(const struct cpu *cpu, unsigned size)
{
    return (struct transaction){.now = cpu->state.cycles, .size = (uint8_t)size, .cpu = (uint8_t)cpu->number};
}

static bool crosses_page(va_t address, unsigned size)
{
    return address.raw % PAGE_SIZE + size > PAGE_SIZE;
}

static struct fault external(va_t address)
{
    return (struct fault){.kind = FAULT_EXTERNAL, .va = address};
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

/* An access over two pages: both must translate before a byte moves. *first: where the first byte is. */
static struct fault read_crossing(struct cpu *cpu, va_t address, unsigned size, uint64_t *value, pa_t *first)
{
    *value = 0;
    for (unsigned i = 0; i < size; i++) {
        uint64_t byte;
        pa_t at;
        const struct fault fault = translate(cpu, va(address.raw + i), 1, ACCESS_READ, &at);
        if (fault.kind != FAULT_NONE)
            return fault;
        if (!bus_read(cpu->bus, at, transaction(cpu, 1), &byte))
            return external(address);
        *value |= byte << 8 * i;
        *first = i ? *first : at;
    }
    return NO_FAULT;
}

static struct fault write_crossing(struct cpu *cpu, va_t address, unsigned size, uint64_t value, pa_t *first)
{
    pa_t at[8];
    for (unsigned i = 0; i < size; i++) {
        const struct fault fault = translate(cpu, va(address.raw + i), 1, ACCESS_WRITE, &at[i]);
        if (fault.kind != FAULT_NONE)
            return fault;
    }
    *first = at[0];
    for (unsigned i = 0; i < size; i++)
        if (!bus_write(cpu->bus, at[i], value >> 8 * i, transaction(cpu, 1)))
            return external(address);
    return NO_FAULT;
}

static struct fault read_within(struct cpu *cpu, va_t address, unsigned size, uint64_t *value, pa_t *at)
{
    const struct fault fault = translate(cpu, address, size, ACCESS_READ, at);
    if (fault.kind != FAULT_NONE)
        return fault;
    return bus_read(cpu->bus, *at, transaction(cpu, size), value) ? NO_FAULT : external(address);
}

static struct fault write_within(struct cpu *cpu, va_t address, unsigned size, uint64_t value, pa_t *at)
{
    const struct fault fault = translate(cpu, address, size, ACCESS_WRITE, at);
    if (fault.kind != FAULT_NONE)
        return fault;
    return bus_write(cpu->bus, *at, value, transaction(cpu, size)) ? NO_FAULT : external(address);
}

struct fault memory_read(struct cpu *cpu, va_t address, unsigned size, uint64_t *value)
{
    pa_t at;
    const struct fault fault = crosses_page(address, size) ? read_crossing(cpu, address, size, value, &at)
                                                           : read_within(cpu, address, size, value, &at);
    if (unlikely(cpu->mmu.watched) && fault.kind == FAULT_NONE)
        tell(cpu, address, at, size, *value, false);
    return fault;
}

struct fault memory_write(struct cpu *cpu, va_t address, unsigned size, uint64_t value)
{
    pa_t at;
    const struct fault fault = crosses_page(address, size) ? write_crossing(cpu, address, size, value, &at)
                                                           : write_within(cpu, address, size, value, &at);
    if (unlikely(cpu->mmu.watched) && fault.kind == FAULT_NONE)
        tell(cpu, address, at, size, value, true);
    return fault;
}

/* The syndrome's view of the instruction. */
static struct abort_access describe(const struct op *op, struct access a)
{
    return (struct abort_access){
        .valid = a.registers == 1 && a.writeback == WRITEBACK_NONE,
        .sas = (uint8_t)__builtin_ctz(a.size),
        .sse = a.sign != 0,
        .srt = op->rd == SINK ? 31 : op->rd,
        .sf = a.sign ? a.sign == 64 : a.size == 8,
        .write = a.write,
    };
}

COLD const struct op *load_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    uint64_t data[2] = {0};
    cpu->state.cycles = engine_now(cpu, op);
    for (unsigned i = 0; i < a.registers; i++) {
        const struct fault fault = memory_read(cpu, va(address + i * a.size), a.size, &data[i]);
        if (fault.kind != FAULT_NONE)
            return exception_data_abort(cpu, op, &fault, describe(op, a));
    }
    load_finish(cpu, op, address, a, data);
    return engine_look_up(cpu, op + 1);
}

COLD const struct op *store_slow(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    const uint64_t data[2] = {X(rd), a.registers == 2 ? X(rm) : 0};
    cpu->state.cycles = engine_now(cpu, op);
    for (unsigned i = 0; i < a.registers; i++) {
        const struct fault fault = memory_write(cpu, va(address + i * a.size), a.size, data[i]);
        if (fault.kind != FAULT_NONE)
            return exception_data_abort(cpu, op, &fault, describe(op, a));
    }
    write_back(cpu, op, address, a);
    return engine_look_up(cpu, op + 1);
}
