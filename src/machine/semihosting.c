#include "machine/semihosting.h"
#include "cpu/memory.h"
#include "machine/confine.h"
#include "machine/virt.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAILED UINT64_MAX /* -1 */

enum { PATH_ROOM = 1024, CHUNK = 4096, TRANSFER_MAX = 16 << 20 /* bytes in one call */ };

/* A call under way. */
struct call {
    struct virt *virt;
    struct semihosting *s;
    struct cpu *cpu;
    uint64_t x1;          /* most often the address of: */
    uint64_t argument[4]; /* as many as the call has */
};

typedef uint64_t call_fn(struct call *c);

static uint64_t fail(struct call *c, int error)
{
    c->s->error = error;
    return FAILED;
}

/* ---- guest memory: byte by byte, so that any alignment goes ---- */

static bool read_guest(struct cpu *cpu, uint64_t address, void *to, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        uint64_t byte;
        if (memory_read(cpu, va(address + i), 1, &byte).kind != FAULT_NONE)
            return false;
        ((uint8_t *)to)[i] = (uint8_t)byte;
    }
    return true;
}

static bool write_guest(struct cpu *cpu, uint64_t address, const void *from, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (memory_write(cpu, va(address + i), 1, ((const uint8_t *)from)[i]).kind != FAULT_NONE)
            return false;
    return true;
}

/* A name of the given length, which the guest need not have ended. */
static bool read_name(struct call *c, uint64_t address, uint64_t length, char *name)
{
    if (length >= PATH_ROOM || !read_guest(c->cpu, address, name, length))
        return false;
    name[length] = '\0';
    return strlen(name) == length;
}

/* ---- the console ---- */

static void print(struct call *c, uint8_t byte)
{
    const struct virt_config *config = &c->virt->config;
    if (config->console)
        config->console(config->console_owner, byte);
}

static bool typed(struct call *c, uint8_t *byte)
{
    const struct virt_config *config = &c->virt->config;
    return config->console_input && config->console_input(config->console_owner, byte);
}

static uint64_t sys_writec(struct call *c)
{
    uint8_t byte;
    if (!read_guest(c->cpu, c->x1, &byte, 1))
        return fail(c, EFAULT);
    print(c, byte);
    return 0;
}

static uint64_t sys_write0(struct call *c)
{
    uint8_t byte;
    for (uint64_t i = 0; i < TRANSFER_MAX; i++) {
        if (!read_guest(c->cpu, c->x1 + i, &byte, 1))
            return fail(c, EFAULT);
        if (!byte)
            break;
        print(c, byte);
    }
    return 0;
}

static uint64_t sys_readc(struct call *c)
{
    uint8_t byte;
    return typed(c, &byte) ? byte : FAILED;
}

/* ---- files ---- */

static const char features[] = "SHFB\x03"; /* EXIT_EXTENDED; :tt is standard output and error */

enum { FEATURES_SIZE = sizeof features - 1 };

/* The open file of a handle: its number in the table, and one. NULL: none. */
static struct semihosting_file *file_of(struct call *c, uint64_t handle)
{
    struct semihosting_file *file = &c->s->file[(handle - 1) % SEMIHOSTING_FILES];
    return handle - 1 < SEMIHOSTING_FILES && file->kind != FILE_CLOSED ? file : NULL;
}

static bool open_named(struct call *c, const char *name, uint64_t mode, struct semihosting_file *file)
{
    static const int flags[] = {O_RDONLY,
                                O_RDWR,
                                O_WRONLY | O_CREAT | O_TRUNC,
                                O_RDWR | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_APPEND,
                                O_RDWR | O_CREAT | O_APPEND};
    if (!strcmp(name, ":tt")) {
        file->kind = mode < 4 ? FILE_CONSOLE_IN : FILE_CONSOLE_OUT;
        return true;
    }
    if (!strcmp(name, ":semihosting-features")) {
        file->kind = FILE_FEATURES;
        errno = EACCES;
        return mode < 2;
    }
    errno = EACCES;
    file->kind = FILE_HOST;
    file->host = c->s->directory < 0 ? -1 : confined_open(c->s->directory, name, flags[mode / 2]);
    return file->host >= 0;
}

static uint64_t sys_open(struct call *c)
{
    char name[PATH_ROOM];
    unsigned i = 0;
    while (i < SEMIHOSTING_FILES && c->s->file[i].kind != FILE_CLOSED)
        i++;
    if (i == SEMIHOSTING_FILES)
        return fail(c, EMFILE);
    if (c->argument[1] >= 12 || !read_name(c, c->argument[0], c->argument[2], name))
        return fail(c, EINVAL);
    struct semihosting_file file = {0};
    if (!open_named(c, name, c->argument[1], &file))
        return fail(c, errno);
    c->s->file[i] = file;
    return i + 1;
}

static void close_file(struct semihosting_file *file)
{
    if (file->kind == FILE_HOST)
        close(file->host);
    *file = (struct semihosting_file){0};
}

static uint64_t sys_close(struct call *c)
{
    struct semihosting_file *file = file_of(c, c->argument[0]);
    if (!file)
        return fail(c, EBADF);
    close_file(file);
    return 0;
}

/* Moves so many bytes, at most CHUNK, between a guest's buffer and a file. Returns how many were, negative for an error,
 * which is then in errno. */
typedef int64_t move_fn(struct call *c, struct semihosting_file *file, uint64_t buffer, size_t size);

static int64_t write_chunk(struct call *c, struct semihosting_file *file, uint64_t buffer, size_t size)
{
    uint8_t chunk[CHUNK];
    errno = EFAULT;
    if (!read_guest(c->cpu, buffer, chunk, size))
        return -1;
    if (file->kind == FILE_HOST)
        return write(file->host, chunk, size);
    errno = EBADF;
    for (size_t i = 0; i < size && file->kind == FILE_CONSOLE_OUT; i++)
        print(c, chunk[i]);
    return file->kind == FILE_CONSOLE_OUT ? (int64_t)size : -1;
}

static int64_t take_chunk(struct call *c, struct semihosting_file *file, uint8_t *to, size_t size)
{
    size_t count = 0;
    switch (file->kind) {
    case FILE_HOST: return read(file->host, to, size);
    case FILE_CONSOLE_IN:
        while (count < size && typed(c, &to[count]))
            count++;
        return (int64_t)count;
    case FILE_FEATURES:
        for (; count < size && file->position < FEATURES_SIZE; count++)
            to[count] = (uint8_t)features[file->position++];
        return (int64_t)count;
    default: errno = EBADF; return -1;
    }
}

static int64_t read_chunk(struct call *c, struct semihosting_file *file, uint64_t buffer, size_t size)
{
    uint8_t chunk[CHUNK];
    const int64_t count = take_chunk(c, file, chunk, size);
    if (count <= 0 || write_guest(c->cpu, buffer, chunk, (uint64_t)count))
        return count;
    errno = EFAULT;
    return -1;
}

/* SYS_WRITE and SYS_READ: a handle, a buffer, its size. Returns how many bytes were not transferred. */
static uint64_t transfer(struct call *c, move_fn *move)
{
    struct semihosting_file *file = file_of(c, c->argument[0]);
    const uint64_t size = c->argument[2];
    uint64_t done = 0;
    if (!file)
        return fail(c, EBADF);
    while (done < size && done < TRANSFER_MAX) {
        const size_t part = size - done < CHUNK ? size - done : CHUNK;
        const int64_t moved = move(c, file, c->argument[1] + done, part);
        if (moved < 0)
            return fail(c, errno);
        done += (uint64_t)moved;
        if ((size_t)moved < part)
            break;
    }
    return size - done;
}

static uint64_t sys_write(struct call *c)
{
    return transfer(c, write_chunk);
}

static uint64_t sys_read(struct call *c)
{
    return transfer(c, read_chunk);
}

static uint64_t sys_istty(struct call *c)
{
    const struct semihosting_file *file = file_of(c, c->argument[0]);
    if (!file)
        return fail(c, EBADF);
    return file->kind == FILE_CONSOLE_IN || file->kind == FILE_CONSOLE_OUT;
}

static uint64_t sys_seek(struct call *c)
{
    struct semihosting_file *file = file_of(c, c->argument[0]);
    if (!file || (file->kind != FILE_HOST && file->kind != FILE_FEATURES))
        return fail(c, EBADF);
    if (c->argument[1] > INT64_MAX)
        return fail(c, EINVAL);
    file->position = c->argument[1];
    if (file->kind == FILE_HOST && lseek(file->host, (off_t)c->argument[1], SEEK_SET) < 0)
        return fail(c, errno);
    return 0;
}

static uint64_t sys_flen(struct call *c)
{
    const struct semihosting_file *file = file_of(c, c->argument[0]);
    struct stat about;
    if (file && file->kind == FILE_FEATURES)
        return FEATURES_SIZE;
    if (!file || file->kind != FILE_HOST)
        return fail(c, EBADF);
    return fstat(file->host, &about) ? fail(c, errno) : (uint64_t)about.st_size;
}

static uint64_t sys_tmpnam(struct call *c)
{
    char name[16];
    const uint64_t size = (uint64_t)snprintf(name, sizeof name, "tmp-%02x", (unsigned)c->argument[1] & 0xff) + 1;
    if (c->argument[2] < size)
        return fail(c, EINVAL);
    return write_guest(c->cpu, c->argument[0], name, size) ? 0 : fail(c, EFAULT);
}

static uint64_t sys_remove(struct call *c)
{
    char name[PATH_ROOM];
    if (!read_name(c, c->argument[0], c->argument[1], name))
        return fail(c, EINVAL);
    if (c->s->directory < 0)
        return fail(c, EACCES);
    return confined_remove(c->s->directory, name) ? fail(c, errno) : 0;
}

static uint64_t sys_rename(struct call *c)
{
    char from[PATH_ROOM], to[PATH_ROOM];
    if (!read_name(c, c->argument[0], c->argument[1], from) || !read_name(c, c->argument[2], c->argument[3], to))
        return fail(c, EINVAL);
    if (c->s->directory < 0)
        return fail(c, EACCES);
    return confined_rename(c->s->directory, from, to) ? fail(c, errno) : 0;
}

/* ---- time ---- */

static uint64_t sys_clock(struct call *c)
{
    return c->cpu->state.cycles / (VIRT_CLOCK / 100);
}

static uint64_t sys_time(struct call *c)
{
    return (uint32_t)(RTC_EPOCH + c->cpu->state.cycles / VIRT_CLOCK);
}

static uint64_t sys_elapsed(struct call *c)
{
    return write_guest(c->cpu, c->x1, &c->cpu->state.cycles, 8) ? 0 : fail(c, EFAULT);
}

static uint64_t sys_tickfreq(struct call *c)
{
    (void)c;
    return VIRT_CLOCK;
}

/* ---- the system ---- */

static uint64_t sys_iserror(struct call *c)
{
    return (int64_t)c->argument[0] < 0;
}

static uint64_t sys_errno(struct call *c)
{
    return (uint64_t)c->s->error;
}

static uint64_t sys_system(struct call *c)
{
    return fail(c, ENOSYS);
}

static uint64_t sys_get_cmdline(struct call *c)
{
    const char *line = c->virt->config.command_line ? c->virt->config.command_line : "";
    const uint64_t size = strlen(line) + 1, length = size - 1;
    if (c->argument[1] < size)
        return fail(c, E2BIG);
    if (!write_guest(c->cpu, c->argument[0], line, size) || !write_guest(c->cpu, c->x1 + 8, &length, 8))
        return fail(c, EFAULT);
    return 0;
}

/* The upper half of RAM, for heap (from below) and stack (from above). */
static uint64_t sys_heapinfo(struct call *c)
{
    const uint64_t middle = VIRT_RAM + c->virt->config.ram_size / 2, end = VIRT_RAM + c->virt->config.ram_size;
    const uint64_t block[] = {middle, end, end, middle};
    return write_guest(c->cpu, c->argument[0], block, sizeof block) ? 0 : fail(c, EFAULT);
}

static uint64_t sys_exit(struct call *c)
{
    enum { APPLICATION_EXIT = 0x20026 };
    c->virt->exit_code = c->argument[0] == APPLICATION_EXIT ? (int)c->argument[1] : 1;
    virt_stop(c->virt, VIRT_OFF);
    return 0;
}

/* ---- dispatch ---- */

static const struct {
    call_fn *call;
    uint8_t arguments; /* that are read from the block before the call */
} calls[] = {
    /* clang-format off */
    [0x01] = {sys_open,        3},
    [0x02] = {sys_close,       1},
    [0x03] = {sys_writec,      0},
    [0x04] = {sys_write0,      0},
    [0x05] = {sys_write,       3},
    [0x06] = {sys_read,        3},
    [0x07] = {sys_readc,       0},
    [0x08] = {sys_iserror,     1},
    [0x09] = {sys_istty,       1},
    [0x0a] = {sys_seek,        2},
    [0x0c] = {sys_flen,        1},
    [0x0d] = {sys_tmpnam,      3},
    [0x0e] = {sys_remove,      2},
    [0x0f] = {sys_rename,      4},
    [0x10] = {sys_clock,       0},
    [0x11] = {sys_time,        0},
    [0x12] = {sys_system,      0},
    [0x13] = {sys_errno,       0},
    [0x15] = {sys_get_cmdline, 2},
    [0x16] = {sys_heapinfo,    1},
    [0x18] = {sys_exit,        2},
    [0x20] = {sys_exit,        2}, /* SYS_EXIT_EXTENDED: in AArch64 the same */
    [0x30] = {sys_elapsed,     0},
    [0x31] = {sys_tickfreq,    0},
    /* clang-format on */
};

bool semihosting_call(void *owner, struct cpu *cpu)
{
    struct virt *virt = owner;
    uint64_t *x = cpu->state.x;
    const uint32_t number = (uint32_t)x[0];
    struct call c = {.virt = virt, .s = &virt->semihosting, .cpu = cpu, .x1 = x[1]};
    if (!virt->config.semihosting || cpu->state.el == 0) /* not for user programs, as in QEMU */
        return false;
    if (number >= sizeof calls / sizeof *calls || !calls[number].call)
        x[0] = fail(&c, ENOSYS);
    else if (!read_guest(cpu, c.x1, c.argument, 8 * calls[number].arguments))
        x[0] = fail(&c, EFAULT);
    else
        x[0] = calls[number].call(&c);
    return true;
}

/* ---- life ---- */

bool semihosting_init(struct semihosting *semihosting, const char *directory)
{
    *semihosting = (struct semihosting){.directory = -1};
    if (directory)
        semihosting->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return !directory || semihosting->directory >= 0;
}

void semihosting_reset(struct semihosting *semihosting)
{
    for (unsigned i = 0; i < SEMIHOSTING_FILES; i++)
        close_file(&semihosting->file[i]);
    semihosting->error = 0;
}

void semihosting_free(struct semihosting *semihosting)
{
    semihosting_reset(semihosting);
    if (semihosting->directory >= 0)
        close(semihosting->directory);
}
