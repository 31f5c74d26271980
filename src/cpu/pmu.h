/* The Performance Monitors of one PE: PMUv3 of Armv8.0, with six event counters. The registers are state.sys, exact at
 * state.pmu.since; PMCCNTR_EL0, and event counters of CPU_CYCLES, go on from there by the PE's cycles, waiting included. */
#pragma once
#include "cpu/cpu.h"

enum { PMU_COUNTERS = 6 }; /* PMCR_EL0.N */

/* PSTATE.EL was `from` until now (cycles): what counts may be another. Only needed while cpu->pmu_runs. */
void pmu_el_changed(struct cpu *cpu, unsigned from, uint64_t now);

/* Registers have changed under it: drives the line, arms what is to come. */
void pmu_update(struct cpu *cpu);

/* MDCR_EL2 is about to change, and has. */
void pmu_catch_up(struct cpu *cpu);

/* Hooks: the owner is the struct cpu. */
sysreg_read_fn pmu_read_pmcr, pmu_read_pmcnten, pmu_read_pmovs, pmu_read_pminten, pmu_read_pmccntr, pmu_read_pmxevtyper,
    pmu_read_pmxevcntr, pmu_read_pmevcntr, pmu_read_pmevtyper;
sysreg_write_fn pmu_write_pmcr, pmu_write_pmcntenset, pmu_write_pmcntenclr, pmu_write_pmovsset, pmu_write_pmovsclr,
    pmu_write_pmintenset, pmu_write_pmintenclr, pmu_write_pmswinc, pmu_write_pmccntr, pmu_write_pmccfiltr,
    pmu_write_pmxevtyper, pmu_write_pmxevcntr, pmu_write_pmevcntr, pmu_write_pmevtyper;
