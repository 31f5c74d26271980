#include "tools/walk.h"
#include "base/bits.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- from the machine ---- */

static bool is_abort(uint64_t esr)
{
    const uint64_t ec = bits(esr, 31, 26);
    return ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25;
}

static enum trapeze_access access_of(uint64_t esr)
{
    if (bits(esr, 31, 26) <= 0x21)
        return TRAPEZE_EXECUTE;
    return bit(esr, 6) && !bit(esr, 8) ? TRAPEZE_WRITE : TRAPEZE_READ; /* WnR, but for cache maintenance */
}

bool walk_of_event(const struct trapeze *t, const struct trapeze_event *event, struct walk_report *walk)
{
    if (event->kind != TRAPEZE_EVENT_EXCEPTION || event->exception.vector & 0x180 || !is_abort(event->exception.esr))
        return false;
    const enum trapeze_world world = event->el == 2 ? TRAPEZE_EL2 : TRAPEZE_EL1;
    const size_t steps = trapeze_walk(t, event->cpu, world, event->exception.far, access_of(event->exception.esr),
                                      event->el == 0, walk->step, WALK_STEPS_MAX, &walk->end);
    walk->steps = steps < WALK_STEPS_MAX ? (unsigned)steps : WALK_STEPS_MAX;
    return true;
}

/* ---- as text ---- */

enum { END_NUMBERS = 20 };

/* The numbers of an end, in the order of the text. */
static void end_to_numbers(const struct trapeze_walk_end *e, uint64_t n[END_NUMBERS])
{
    const uint64_t numbers[END_NUMBERS] = {e->fault,        e->fault_stage, e->fault_level, e->fault_on_walk,
                                           e->fault_status, e->fault_ipa,   e->stage1,      e->stage2,
                                           e->vmid,         e->asid,        e->global,      e->ipa,
                                           e->pa,           e->level1,      e->level2,      e->shift,
                                           e->attr,         e->permissions, e->cached,      e->cached_permissions};
    memcpy(n, numbers, sizeof numbers);
}

static void end_from_numbers(const uint64_t n[END_NUMBERS], struct trapeze_walk_end *e)
{
    *e = (struct trapeze_walk_end){.fault = (enum trapeze_fault)(n[0] % (TRAPEZE_FAULT_EXTERNAL + 1)),
                                   .fault_stage = (uint8_t)n[1],
                                   .fault_level = (uint8_t)n[2],
                                   .fault_on_walk = n[3],
                                   .fault_status = (uint8_t)n[4],
                                   .fault_ipa = n[5],
                                   .stage1 = n[6],
                                   .stage2 = n[7],
                                   .vmid = (uint16_t)n[8],
                                   .asid = (uint16_t)n[9],
                                   .global = n[10],
                                   .ipa = n[11],
                                   .pa = n[12],
                                   .level1 = (uint8_t)n[13],
                                   .level2 = (uint8_t)n[14],
                                   .shift = (uint8_t)n[15],
                                   .attr = (uint8_t)n[16],
                                   .permissions = (uint16_t)n[17],
                                   .cached = n[18],
                                   .cached_permissions = (uint16_t)n[19]};
}

const char *walk_text(const struct walk_report *walk, char *to)
{
    size_t at = 0;
    uint64_t numbers[END_NUMBERS];
    for (unsigned i = 0; i < walk->steps; i++) {
        const struct trapeze_walk_step *s = &walk->step[i];
        at += (size_t)snprintf(to + at, WALK_TEXT_MAX - at, "%x %x %x %" PRIx64 " %" PRIx64 " %" PRIx64 ";", s->stage,
                               s->level, s->is, s->address, s->pa, s->value);
    }
    end_to_numbers(&walk->end, numbers);
    at += (size_t)snprintf(to + at, WALK_TEXT_MAX - at, "=");
    for (unsigned i = 0; i < END_NUMBERS; i++)
        at += (size_t)snprintf(to + at, WALK_TEXT_MAX - at, " %" PRIx64, numbers[i]);
    return to;
}

static bool parse_numbers(const char **text, uint64_t *n, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char *end;
        n[i] = strtoull(*text, &end, 16);
        if (end == *text)
            return false;
        *text = end;
    }
    return true;
}

bool walk_parse(const char *text, struct walk_report *walk)
{
    uint64_t n[END_NUMBERS];
    for (walk->steps = 0; *text != '='; text++) {
        if (walk->steps == WALK_STEPS_MAX || !parse_numbers(&text, n, 6) || *text != ';')
            return false;
        const enum trapeze_descriptor is = n[2] <= TRAPEZE_UNREAD ? (enum trapeze_descriptor)n[2] : TRAPEZE_UNREAD;
        walk->step[walk->steps++] = (struct trapeze_walk_step){(uint8_t)n[0], (uint8_t)n[1], is, n[3], n[4], n[5]};
    }
    text++;
    if (!parse_numbers(&text, n, END_NUMBERS))
        return false;
    end_from_numbers(n, &walk->end);
    return true;
}
