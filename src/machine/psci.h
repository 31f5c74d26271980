/* PSCI and SMCCC by the machine, where no firmware is given. */
#pragma once
#include "cpu/cluster.h"

/* The cluster's firmware hook; the owner is the struct virt. */
bool psci_call(void *owner, struct cpu *cpu, bool smc);
