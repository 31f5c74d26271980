#include "machine/console.h"
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 64 << 10 };

/* Bytes to type, once the string has been printed. */
struct typing {
    struct typing *next;
    struct match after;
    bool waits; /* for `after` */
    bool queue; /* made by console_type: may grow */
    size_t size, room, typed;
    uint8_t *text;
};

static void typing_free(struct typing *typing)
{
    match_free(&typing->after);
    free(typing->text);
    free(typing);
}

void console_free(struct console *console)
{
    while (console->first) {
        struct typing *next = console->first->next;
        typing_free(console->first);
        console->first = next;
    }
    for (unsigned i = 0; i < TRAPEZE_STRINGS_MAX; i++) {
        free(console->watch[i].text);
        match_free(&console->watch[i].match);
    }
    *console = (struct console){0};
}

/* ---- looking for strings ---- */

static bool watch_set(struct watch *watch, const char *text)
{
    if (watch->text && text && !strcmp(watch->text, text))
        return true;
    free(watch->text);
    match_free(&watch->match);
    watch->text = text ? strdup(text) : NULL;
    return !text || (watch->text && match_init(&watch->match, text));
}

bool console_watch(struct console *console, const char *const strings[TRAPEZE_STRINGS_MAX])
{
    bool more = true;
    for (unsigned i = 0; i < TRAPEZE_STRINGS_MAX; i++) {
        more = more && strings && strings[i];
        if (!watch_set(&console->watch[i], more ? strings[i] : NULL))
            return false;
    }
    return true;
}

/* ---- typing ---- */

/* The next byte that may be typed now, if there is one. Pieces that have been typed go. */
static bool peek(struct console *console, uint8_t *byte)
{
    struct typing *t;
    while ((t = console->first) && !t->waits && t->typed == t->size) {
        console->first = t->next;
        typing_free(t);
    }
    if (!t || t->waits)
        return false;
    *byte = t->text[t->typed];
    return true;
}

static void drop(struct console *console)
{
    console->queued -= console->first->queue;
    console->first->typed++;
}

/* Types what may be typed now. The receiver may ask for more while it is given a byte. */
static void type_on(struct console *console)
{
    uint8_t byte;
    if (console->busy)
        return;
    console->busy = true;
    while (peek(console, &byte) && console->receive(console->owner, byte))
        drop(console);
    console->busy = false;
}

bool console_take(struct console *console, uint8_t *byte)
{
    if (!peek(console, byte))
        return false;
    drop(console);
    return true;
}

void console_room(struct console *console)
{
    type_on(console);
}

/* A line ends at its line feed; carriage returns and other controls are no part of its text, empty lines are none. */
static void collect_line(struct console *console, uint8_t byte)
{
    if (byte == '\n' && console->length && console->line) {
        console->printed[console->length] = '\0';
        console->line(console->owner, console->printed);
    }
    if (byte == '\n')
        console->length = 0;
    else if (byte >= ' ' && console->length < CONSOLE_LINE_MAX - 1)
        console->printed[console->length++] = (char)byte;
}

void console_printed(struct console *console, uint8_t byte)
{
    struct typing *t = console->first;
    if (console->sink)
        console->sink(console->sink_owner, byte);
    collect_line(console, byte);
    for (unsigned i = 0; i < TRAPEZE_STRINGS_MAX && console->watch[i].text; i++)
        if (match_byte(&console->watch[i].match, byte))
            console->found(console->owner, i);
    if (!t || !t->waits || !match_byte(&t->after, byte))
        return;
    t->waits = false;
    type_on(console);
}

/* Adds at the end. NULL: no memory. */
static struct typing *append(struct console *console, const char *after)
{
    struct typing *typing = calloc(1, sizeof *typing);
    if (!typing || (after && !match_init(&typing->after, after))) {
        free(typing);
        return NULL;
    }
    typing->waits = after && *after;
    if (console->first)
        console->last->next = typing;
    else
        console->first = typing;
    console->last = typing;
    return typing;
}

bool console_type(struct console *console, uint8_t byte)
{
    struct typing *t = console->first ? console->last : NULL;
    if (console->queued == QUEUE_MAX)
        return false;
    if (!t || !t->queue || t->size == t->room) {
        t = append(console, NULL);
        uint8_t *text = t ? malloc(256) : NULL;
        if (!text)
            return false; /* an empty piece does no harm */
        t->text = text;
        t->room = 256;
        t->queue = true;
    }
    t->text[t->size++] = byte;
    console->queued++;
    type_on(console);
    return true;
}

bool console_script(struct console *console, const char *after, const uint8_t *text, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct typing *t = copy ? append(console, after) : NULL;
    if (!t) {
        free(copy);
        return false;
    }
    if (size)
        memcpy(copy, text, size);
    t->text = copy;
    t->size = size;
    type_on(console);
    return true;
}
