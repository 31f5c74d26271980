/* The commands beside running a machine: trapeze trace, explain, test. */
#pragma once
#include "cli/session.h"

/* Whether the arguments begin with a command, and not with an option. */
bool commands_know(int argc, char **argv);

/* Does what it says. Runs a machine itself for `trace record`. Messages of one line go to stderr. */
enum exit_code commands_run(int argc, char **argv);

/* For --help. */
void commands_print(FILE *to);
