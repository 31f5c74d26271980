#include "cli/terminal.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

/* The process has one terminal, and signal handlers reach nothing else: the one place with file-scope state. */
static struct termios before;
static volatile sig_atomic_t taken;
static bool prefix; /* Ctrl-A has been typed */

enum { CTRL_A = 1 };

/* A defect, or a kill: the terminal first, then what the signal does by itself. */
static void die(int number)
{
    terminal_close();
    signal(number, SIG_DFL);
    raise(number);
}

bool terminal_open(bool signals)
{
    static const int fatal[] = {SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGPIPE};
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], die);
    struct termios raw = before;
    raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | (signals ? 0 : ISIG));
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    taken = 1;
    return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void terminal_close(void)
{
    if (taken)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    taken = 0;
}

static enum key_event key(unsigned char byte, unsigned char *out)
{
    const bool command = prefix;
    prefix = !command && byte == CTRL_A;
    if (prefix)
        return KEY_NONE;
    if (command && (byte == 'x' || byte == 'X'))
        return KEY_QUIT;
    *out = byte;
    return KEY_BYTE;
}

enum key_event terminal_key(int milliseconds, unsigned char *byte)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char got;
    if (poll(&input, 1, milliseconds) <= 0)
        return KEY_NONE;
    const ssize_t size = read(STDIN_FILENO, &got, 1);
    if (size == 1)
        return key(got, byte);
    return size < 0 && (errno == EINTR || errno == EAGAIN) ? KEY_NONE : KEY_END;
}
