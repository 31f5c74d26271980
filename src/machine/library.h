/* What a struct trapeze is: the machine, and what its user has asked of it. Of libtrapeze alone. */
#pragma once
#include "machine/console.h"
#include "machine/inspect.h"
#include "machine/load.h"
#include "machine/symbols.h"
#include "machine/virt.h"
#include "trapeze.h"

struct trapeze {
    struct virt virt;
    struct inspect inspect; /* break- and watchpoints, events; owns cpu_single and cluster.trace */
    struct symbols symbols; /* of the images loaded */
    struct images images;
    struct console console;
    struct entry entry; /* of the kernel */
    struct {
        void *blob; /* NULL: none */
        size_t size;
        uint64_t at; /* physical address */
    } device_tree;
    struct start {
        bool set;
        uint64_t pc;
    } start[TRAPEZE_CPUS_MAX]; /* by -device loader,cpu-num= */
    struct {
        char *file; /* NULL: not kept */
    } flash[2];
    char *semihosting_dir, *command_line; /* copies; NULL: none */
    bool no_reboot;
    bool over; /* the run has been ended here, for the reason `why` */
    enum trapeze_stop why;
    unsigned console_hit;
    char stuck[512];
};

/* Ends trapeze_run with this reason at the next instruction boundary. */
void library_stop(struct trapeze *t, enum trapeze_stop why);

/* The cluster's hooks `looped` and, under config.strict, `lacking`; the owner is the struct trapeze. */
void library_looped(void *owner, struct cpu *cpu, uint64_t vector);
void library_lacking(void *owner, struct cpu *cpu, uint64_t pc, const char *what, uint32_t word);
