/* PSCI 1.1 (DEN 0022) and SMCCC 1.1 (DEN 0028) by the machine, where no firmware is given. */
#pragma once
#include "cpu/cluster.h"

/* The cluster's firmware hook; the owner is the struct virt. Calls come by SMC where there is EL2, else by HVC. False:
 * the instruction is UNDEFINED. */
bool psci_call(void *owner, struct cpu *cpu, bool smc);
