/* Options -> configuration -> libtrapeze. The only file that prints usage or exits. */
#include "cli/commands.h"
#include "cli/session.h"
#include <stdio.h>

#define VERSION "0.1"

static enum exit_code help(void)
{
    puts("usage: trapeze [OPTION...]\n       trapeze COMMAND ...\n"
         "A deterministic model of an Arm machine with the virtualization extensions. Options are spelt as QEMU spells "
         "them.\n");
    options_print(stdout);
    puts("\nCommands:");
    commands_print(stdout);
    puts("\nExit codes: 0 success; 1 the guest failed; 2 a wrong option or image; 3 a limit, or every CPU waits for "
         "ever;\n"
         "4 two traces differ; 5 under --strict, something that is not modelled; 70 a defect of Trapeze. On a terminal "
         "Ctrl-A x quits.");
    return EXIT_OK;
}

static enum exit_code list_cpus(void)
{
    for (unsigned i = 0; trapeze_cpu_name(i); i++)
        printf("%-12s %s\n", trapeze_cpu_name(i), trapeze_cpu_about(i));
    return EXIT_OK;
}

static enum exit_code list_machines(void)
{
    puts("virt         QEMU's virt: GICv2, PL011, PL031, PL061, two CFI flash banks, generic timers, PSCI 1.1\n"
         "properties:  virtualization=on|off  gic-version=2  dumpdtb=FILE");
    return EXIT_OK;
}

static enum exit_code act(struct options *options)
{
    switch (options->action) {
    case ACTION_HELP: return help();
    case ACTION_CPUS: return list_cpus();
    case ACTION_MACHINES: return list_machines();
    case ACTION_VERSION: puts("trapeze " VERSION); return EXIT_OK;
    default: break;
    }
    for (unsigned i = 0; i < options->notes; i++)
        fprintf(stderr, "trapeze: note: %s\n", options->note[i]);
    return session_run(options);
}

int main(int argc, char **argv)
{
    struct options options;
    struct trapeze_error error;
    enum exit_code code = EXIT_USAGE;
    if (commands_know(argc, argv))
        return (int)commands_run(argc, argv);
    if (options_parse(&options, argc, argv, &error))
        code = act(&options);
    else
        fprintf(stderr, "trapeze: %s\n", error.text);
    options_free(&options);
    return code;
}
