/* trapeze.h's running: limits, stops, and what is said of a guest that is stuck. */
#include "base/bits.h"
#include "machine/library.h"
#include "trace/esr.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void library_stop(struct trapeze *t, enum trapeze_stop why)
{
    if (!t->over)
        t->why = why;
    t->over = true;
    scheduler_stop(&t->virt.scheduler);
}

/* ---- a stuck guest ---- */

static void place_name(const struct trapeze *t, uint64_t pc, char *to, size_t size)
{
    uint64_t offset;
    const char *name = trapeze_symbol(t, pc, &offset);
    if (name)
        snprintf(to, size, "0x%" PRIx64 " (%.60s+0x%" PRIx64 ")", pc, name, offset);
    else
        snprintf(to, size, "0x%" PRIx64, pc);
}

static void say_waiting(struct trapeze *t)
{
    static const char *const words[] = {"runs", "waits in WFI", "waits in WFE", "is off"};
    size_t at = (size_t)snprintf(t->stuck, sizeof t->stuck, "every CPU waits and nothing will wake one:");
    for (unsigned i = 0; i < t->virt.config.cpus && at < sizeof t->stuck; i++) {
        const struct state *s = &t->virt.cpu[i].state;
        char place[128];
        place_name(t, s->pc, place, sizeof place);
        at += (size_t)snprintf(t->stuck + at, sizeof t->stuck - at, "%s CPU %u %s", i ? "," : "", i, words[s->wait]);
        if (s->wait != WAIT_OFF && at < sizeof t->stuck)
            at += (size_t)snprintf(t->stuck + at, sizeof t->stuck - at, " at EL%u before %s", s->el, place);
    }
}

/* The cluster's hook: the exception just taken to the current EL was taken at its own vector, time and again. */
void library_looped(void *owner, struct cpu *cpu, uint64_t vector)
{
    struct trapeze *t = owner;
    const struct state *s = &cpu->state;
    const bool el2 = s->el == 2;
    const uint64_t esr = s->sys[el2 ? ESR_EL2 : ESR_EL1], far = s->sys[el2 ? FAR_EL2 : FAR_EL1];
    const uint64_t vbar = s->sys[el2 ? VBAR_EL2 : VBAR_EL1];
    char place[128], words[ESR_TEXT_MAX];
    place_name(t, vector, place, sizeof place);
    snprintf(t->stuck, sizeof t->stuck,
             "CPU %u loops at EL%u: the vector at %s (offset 0x%" PRIx64 " from VBAR_EL%u 0x%" PRIx64
             ") takes the same exception again and again: %s (ESR_EL%u 0x%" PRIx64 ", FAR 0x%" PRIx64 ")",
             cpu->number, s->el, place, vector - vbar, s->el, vbar, esr_describe(esr, words), s->el, esr, far);
    library_stop(t, TRAPEZE_LOOP);
}

/* The cluster's hook. The exception is taken first: the run ends behind it. */
void library_lacking(void *owner, struct cpu *cpu, uint64_t pc, const char *what, uint32_t word)
{
    struct trapeze *t = owner;
    char place[128];
    if (t->over)
        return;
    place_name(t, pc, place, sizeof place);
    snprintf(t->stuck, sizeof t->stuck, "CPU %u reaches at EL%u what is not modelled: %s 0x%08" PRIx32 " at %s",
             cpu->number, cpu->state.el, what, word, place);
    library_stop(t, TRAPEZE_LACKING);
}

const char *trapeze_stuck(const struct trapeze *t)
{
    return t->stuck;
}

/* ---- running ---- */

/* What has stopped the machine, and not the scheduler. */
static bool stopped(struct trapeze *t, enum trapeze_stop *why)
{
    if (t->virt.outcome == VIRT_OFF || (t->virt.outcome == VIRT_RESET && t->no_reboot)) {
        *why = t->virt.outcome == VIRT_OFF ? TRAPEZE_OFF : TRAPEZE_RESET;
        return true;
    }
    if (t->over) {
        *why = t->why;
        return true;
    }
    if (inspect_stopped(&t->inspect, why))
        return true;
    *why = TRAPEZE_EVENT;
    return t->virt.outcome != VIRT_RESET;
}

static enum trapeze_stop limit(const struct trapeze *t)
{
    const struct scheduler *s = &t->virt.scheduler;
    return s->limit_instructions != EVENT_NEVER && scheduler_instructions(s) >= s->limit_instructions
               ? TRAPEZE_INSTRUCTIONS
               : TRAPEZE_TIME;
}

/* Whether the run is over; *why: for which reason. */
static bool ended(struct trapeze *t, enum schedule_end end, enum trapeze_stop *why)
{
    if (end == SCHEDULE_NO_MEMORY) {
        *why = TRAPEZE_NO_MEMORY;
        return true;
    }
    if (end == SCHEDULE_STUCK) {
        say_waiting(t);
        *why = TRAPEZE_STUCK;
        return true;
    }
    if (stopped(t, why) && (end != SCHEDULE_LIMIT || *why != TRAPEZE_EVENT || t->over))
        return true;
    if (t->virt.outcome == VIRT_RESET) {
        virt_reset(&t->virt);
        return false;
    }
    *why = limit(t);
    return end == SCHEDULE_LIMIT;
}

static void begin(struct trapeze *t)
{
    t->over = false;
    inspect_begin(&t->inspect);
}

enum trapeze_stop trapeze_run(struct trapeze *t, const struct trapeze_until *until)
{
    static const struct trapeze_until none;
    const struct trapeze_until *u = until ? until : &none;
    struct scheduler *s = &t->virt.scheduler;
    enum trapeze_stop why;
    if (t->virt.outcome != VIRT_RUNNING)
        return t->virt.outcome == VIRT_OFF ? TRAPEZE_OFF : TRAPEZE_RESET;
    if (!console_watch(&t->console, u->console))
        return TRAPEZE_NO_MEMORY;
    s->limit_instructions = u->instructions ? u->instructions : EVENT_NEVER;
    s->limit_cycles = u->nanoseconds ? u->nanoseconds : EVENT_NEVER; /* at 1 GHz */
    do
        begin(t);
    while (!ended(t, scheduler_run(s), &why));
    s->limit_instructions = s->limit_cycles = EVENT_NEVER;
    return why;
}

enum trapeze_stop trapeze_step(struct trapeze *t, unsigned cpu)
{
    enum trapeze_stop why;
    bool done;
    if (t->virt.outcome != VIRT_RUNNING)
        return t->virt.outcome == VIRT_OFF ? TRAPEZE_OFF : TRAPEZE_RESET;
    begin(t);
    const enum schedule_end end = inspect_step(&t->inspect, cpu, &done);
    if (end == SCHEDULE_STOPPED && !t->over && t->virt.outcome == VIRT_RUNNING && !inspect_stopped(&t->inspect, &why))
        return done ? TRAPEZE_INSTRUCTIONS : TRAPEZE_TIME;
    return ended(t, end, &why) ? why : TRAPEZE_INSTRUCTIONS;
}

void trapeze_stop(struct trapeze *t)
{
    scheduler_interrupt(&t->virt.scheduler);
}

/* ---- how far it has come ---- */

int trapeze_exit_code(const struct trapeze *t)
{
    return t->virt.exit_code;
}

uint64_t trapeze_instructions(const struct trapeze *t)
{
    return scheduler_instructions(&t->virt.scheduler);
}

uint64_t trapeze_nanoseconds(const struct trapeze *t)
{
    uint64_t now = t->virt.scheduler.now;
    for (unsigned i = 0; i < t->virt.config.cpus; i++)
        if (t->virt.cpu[i].state.cycles > now)
            now = t->virt.cpu[i].state.cycles;
    return now;
}

uint64_t trapeze_unimplemented(const struct trapeze *t)
{
    return t->virt.cluster.unimplemented;
}

bool trapeze_idle(const struct trapeze *t)
{
    for (unsigned i = 0; i < t->virt.config.cpus; i++)
        if (t->virt.cpu[i].state.wait == WAIT_NONE)
            return false;
    return true;
}

unsigned trapeze_cpus(const struct trapeze *t)
{
    return t->virt.config.cpus;
}

unsigned trapeze_current_cpu(const struct trapeze *t)
{
    const struct cpu *cpu = t->virt.scheduler.current;
    return cpu ? cpu->number : 0;
}

unsigned trapeze_console_hit(const struct trapeze *t)
{
    return t->console_hit;
}

bool trapeze_type(struct trapeze *t, uint8_t byte)
{
    return console_type(&t->console, byte);
}

bool trapeze_script(struct trapeze *t, const char *after, const uint8_t *text, size_t size)
{
    return console_script(&t->console, after, text, size);
}

void trapeze_on_idle(struct trapeze *t, trapeze_idle_fn *fn, void *owner)
{
    t->virt.scheduler.idle = fn; /* a cycle is a nanosecond */
    t->virt.scheduler.idle_owner = owner;
}
