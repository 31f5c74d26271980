/* The user's terminal: in raw mode while a machine runs, and as it was however the program ends. */
#pragma once
#include <stdbool.h>

/* Takes standard input over if it is a terminal; signals: Ctrl-C and the like still act. False: it is none. */
bool terminal_open(bool signals);

/* Gives it back. May be called from a signal handler, and more than once. */
void terminal_close(void);

/* What a user may do. */
enum key_event { KEY_NONE, KEY_BYTE, KEY_QUIT, KEY_END };

/* Waits up to `milliseconds` (negative: for ever) for a key. KEY_BYTE: *byte is for the guest. Ctrl-A x quits; Ctrl-A Ctrl-A
 * is one Ctrl-A. KEY_END: there will be no more. */
enum key_event terminal_key(int milliseconds, unsigned char *byte);
