/* The target description that gdb is given: made from the machine's registers. */
#pragma once
#include "trapeze.h"

/* A NUL-terminated document for the caller to free; NULL: no memory. Registers are numbered as in trapeze_register_info:
 * the 31 general ones, SP, PC, PSTATE (gdb's cpsr), V0-V31, FPSR, FPCR, then those of the system. */
char *xml_target(const struct trapeze *t);
