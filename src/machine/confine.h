/* Files below one directory of the host's, and no others: no way leads up, and no symbolic link is followed. Each function
 * returns -1 and sets errno when it fails. */
#pragma once

/* Opens a regular file, `path` relative to the directory. */
int confined_open(int directory, const char *path, int flags);
int confined_remove(int directory, const char *path);
int confined_rename(int directory, const char *from, const char *to);
