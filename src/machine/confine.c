#include "machine/confine.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(int error)
{
    errno = error;
    return -1;
}

/* Goes from `at` into one directory of that name, and closes `at`. */
static int descend(int at, const char *name)
{
    const int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const int error = errno;
    close(at);
    errno = error;
    return next;
}

/* Opens the directory that holds the file `path`, and says what the file is called there. */
static int open_parent(int directory, const char *path, char *name)
{
    if (*path == '/')
        return refuse(EACCES);
    int at = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    while (at >= 0) {
        const size_t length = strcspn(path, "/");
        const bool last = path[length] == '\0';
        if (length > NAME_MAX || (length == 2 && !memcmp(path, "..", 2)) || (last && length == 0)) {
            close(at);
            return refuse(EACCES);
        }
        memcpy(name, path, length);
        name[length] = '\0';
        if (last)
            return at;
        path += length + 1;
        if (length && strcmp(name, ".") != 0)
            at = descend(at, name);
    }
    return at;
}

int confined_open(int directory, const char *path, int flags)
{
    char name[NAME_MAX + 1];
    struct stat about;
    const int parent = open_parent(directory, path, name);
    if (parent < 0)
        return -1;
    const int file = openat(parent, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
    const int error = errno;
    close(parent);
    if (file < 0)
        return refuse(error);
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode))
        return file;
    close(file);
    return refuse(EACCES);
}

int confined_remove(int directory, const char *path)
{
    char name[NAME_MAX + 1];
    const int parent = open_parent(directory, path, name);
    if (parent < 0)
        return -1;
    const int result = unlinkat(parent, name, 0), error = errno;
    close(parent);
    return result ? refuse(error) : 0;
}

int confined_rename(int directory, const char *from, const char *to)
{
    char from_name[NAME_MAX + 1], to_name[NAME_MAX + 1];
    const int from_parent = open_parent(directory, from, from_name);
    if (from_parent < 0)
        return -1;
    const int to_parent = open_parent(directory, to, to_name);
    const int result = to_parent < 0 ? -1 : renameat(from_parent, from_name, to_parent, to_name), error = errno;
    close(from_parent);
    if (to_parent >= 0)
        close(to_parent);
    return result ? refuse(error) : 0;
}
