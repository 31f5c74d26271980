/* Serial port 0 as its user sees it: what is printed is looked through for strings, and what is typed waits here until
 * its turn has come and the receiver has room. No clock has a say in it. */
#pragma once
#include "base/match.h"
#include "trapeze.h"

/* Hands a byte to the receiver. False: not now; console_room will be called. */
typedef bool console_receive_fn(void *owner, uint8_t byte);

/* The port has printed a line: its text, without the end, cut at CONSOLE_LINE_MAX - 1 bytes. */
typedef void console_line_fn(void *owner, const char *text);

enum { CONSOLE_LINE_MAX = 160 };

/* A string that has been looked for has been printed: its number. */
typedef void console_found_fn(void *owner, unsigned number);

struct console {
    trapeze_serial_fn *sink; /* NULL: nobody reads */
    void *sink_owner;
    console_receive_fn *receive;
    console_found_fn *found;
    console_line_fn *line; /* NULL: nobody asks */
    void *owner;           /* of these three */

    char printed[CONSOLE_LINE_MAX]; /* of the line that is being printed */
    unsigned length;                /* bytes of it, those that found no room not counted */

    struct watch {
        char *text; /* NULL: not in use */
        struct match match;
    } watch[TRAPEZE_STRINGS_MAX];

    struct typing *first, *last; /* what is to be typed, in order */
    size_t queued;               /* bytes of it that console_type has added */
    bool busy;                   /* inside type_on */
};

void console_free(struct console *console);

/* Looks for these from now on; one that was looked for before goes on where it is, so that the pieces of a run do not
 * tear it. Ends at a NULL. False: no memory. */
bool console_watch(struct console *console, const char *const strings[TRAPEZE_STRINGS_MAX]);

/* The port has sent a byte. */
void console_printed(struct console *console, uint8_t byte);

/* The receiver may take a byte now. */
void console_room(struct console *console);

/* Takes the next byte that may be typed, past the receiver. False: there is none now. */
bool console_take(struct console *console, uint8_t *byte);

/* trapeze_type and trapeze_script. */
bool console_type(struct console *console, uint8_t byte);
bool console_script(struct console *console, const char *after, const uint8_t *text, size_t size);
