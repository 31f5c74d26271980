/* Which Exception level takes an exception. */
#pragma once
#include "cpu/state.h"

/* The EL that takes a synchronous exception aimed at EL `to`: never below the current one, and EL2 for EL0's
 * exceptions under HCR_EL2.TGE (the route_to_el2 of the callers of AArch64.TakeException). */
unsigned hyp_route(const struct state *s, unsigned to);

/* The same for debug exceptions, which MDCR_EL2.TDE too sends to EL2 (AArch64.SoftwareBreakpoint). */
unsigned hyp_route_debug(const struct state *s);

/* The kinds of interrupt, in the order in which they are taken when several are pending at once (IMPLEMENTATION
 * DEFINED: that of the golden vectors). */
enum interrupt { INTERRUPT_FIQ, INTERRUPT_IRQ, INTERRUPT_SERROR, INTERRUPTS };

/* PSTATE.{A, I, F} as state.daif has them, by kind. */
extern const uint8_t interrupt_mask[INTERRUPTS];

/* Whether the physical interrupt is pending. */
bool hyp_physical_pending(const struct state *s, enum interrupt kind);

/* Where the physical interrupt goes; 0: it stays pending, because it is masked or aimed at an EL below
 * (AArch64.PhysicalInterruptTarget and its masks). */
unsigned hyp_physical_target(const struct state *s, enum interrupt kind);
