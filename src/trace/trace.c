#include "trace/trace.h"

void trace_tell_interrupt(const struct trace *trace, enum trapeze_interrupt_step step, unsigned cpu, unsigned intid,
                          uint8_t priority, uint64_t now)
{
    trace_emit(trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_INTERRUPT,
                                              .cpu = (uint8_t)cpu,
                                              .cycles = now,
                                              .interrupt = {(uint8_t)step, priority, intid}});
}

void trace_tell_lr(const struct trace *trace, unsigned cpu, unsigned number, struct trace_lr from, struct trace_lr to,
                   const char *by, uint64_t now)
{
    const struct trace_lr *told = to.state == TRAPEZE_LR_INVALID ? &from : &to;
    const bool other = to.state != TRAPEZE_LR_INVALID && (from.vintid != to.vintid || from.pintid != to.pintid);
    if (from.state == to.state && !other)
        return;
    trace_emit(trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_LR,
                                              .cpu = (uint8_t)cpu,
                                              .cycles = now,
                                              .lr = {.number = (uint8_t)number,
                                                     .from = from.state,
                                                     .to = to.state,
                                                     .group1 = told->group1,
                                                     .hardware = told->hardware,
                                                     .vintid = told->vintid,
                                                     .pintid = told->pintid,
                                                     .by = by}});
}
