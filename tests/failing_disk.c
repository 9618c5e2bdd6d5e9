/* A disk that fails at a given moment, for whatever a process writes below one folder.

   Preloaded before libc, it counts every call that changes something below the folder UNDER, and
   lets the call numbered AT fail with the error ERROR, and with ONWARD all that come after it. With
   SIGNAL the process gets that signal in place of the call. What is read, and what is written
   elsewhere, is left alone. Each call is noted in the file LOG: its number, its kind, its path.

   Kinds: full (a full disk refuses it), permission (a lost permission refuses it), both. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static char under[PATH_MAX];
static size_t under_length;
static int error, onward, signal_sent, log_file = -1;
static long at = -1;
static atomic_long calls;

enum { DATA = 1, NAME = 2, REMOVAL = 4 };

/* Begin to count; a child that is forked can begin anew. */
void failing_disk(const char *folder, long moment, int number, int all_after, int signal_number,
                  const char *log)
{
    snprintf(under, sizeof under, "%s/", folder);
    at = moment;
    error = number;
    onward = all_after;
    signal_sent = signal_number;
    atomic_store(&calls, 0);
    if (log_file >= 0)
        syscall(SYS_close, log_file);
    log_file = log == NULL || !*log
                   ? -1
                   : (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                  0644);
    under_length = strlen(under);
}

static int value_of(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : atoi(text);
}

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("FAILING_DISK_UNDER");
    if (folder == NULL)
        return;
    failing_disk(folder, value_of("FAILING_DISK_AT"), value_of("FAILING_DISK_ERROR"),
                 value_of("FAILING_DISK_ONWARD"), value_of("FAILING_DISK_SIGNAL"),
                 getenv("FAILING_DISK_LOG"));
    /* What the process starts has disks of its own. */
    unsetenv("FAILING_DISK_UNDER");
}

static int is_below(const char *path)
{
    return strncmp(path, under, under_length) == 0;
}

static void of_handle(int handle, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

static void of_name(int folder, const char *name, char *path)
{
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return;
    }
    char start[PATH_MAX];
    if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, start, sizeof start) < 0)
            start[0] = 0;
    } else {
        of_handle(folder, start);
    }
    snprintf(path, PATH_MAX, "%.2000s/%.2000s", start, name);
}

/* Whether this call is to fail; errno says how. */
static int fails(const char *call, int kind, const char *path)
{
    if (!under_length || !is_below(path))
        return 0;
    /* A removal needs no room, and whoever has a file open has asked for permission before. */
    if (error == ENOSPC && kind == REMOVAL)
        return 0;
    if ((error == EACCES || error == EROFS) && kind == DATA)
        return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    int now = at > 0 && (onward ? number >= at : number == at);
    if (log_file >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s%s\n", number, call,
                              path + under_length, now ? " FAILS" : "");
        syscall(SYS_write, log_file, line, length);
    }
    if (!now)
        return 0;
    if (signal_sent)
        syscall(SYS_kill, syscall(SYS_getpid), signal_sent);
    if (!error)
        return 0;
    errno = error;
    return 1;
}

static int handle_fails(const char *call, int kind, int handle)
{
    if (!under_length)
        return 0;
    char path[PATH_MAX];
    of_handle(handle, path);
    return fails(call, kind, path);
}

static int name_fails(const char *call, int kind, int folder, const char *name)
{
    if (!under_length || name == NULL)
        return 0;
    char path[PATH_MAX];
    of_name(folder, name, path);
    return fails(call, kind, path);
}

/* Opening to write: a full disk refuses only what is not there yet. */
static int open_fails(int folder, const char *name, int flags)
{
    if (!under_length || !((flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC)))
        return 0;
    if (error == ENOSPC && (!(flags & O_CREAT) || syscall(SYS_faccessat, folder, name, F_OK) == 0))
        return 0;
    return name_fails("open", NAME, folder, name);
}

#define MODE                                                                                       \
    mode_t mode = 0;                                                                               \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                         \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode = va_arg(more, mode_t);                                                               \
        va_end(more);                                                                              \
    }

int open(const char *name, int flags, ...)
{
    MODE
    return open_fails(AT_FDCWD, name, flags) ? -1 : REAL(open)(name, flags, mode);
}

int open64(const char *name, int flags, ...)
{
    MODE
    return open_fails(AT_FDCWD, name, flags) ? -1 : REAL(open64)(name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...)
{
    MODE
    return open_fails(folder, name, flags) ? -1 : REAL(openat)(folder, name, flags, mode);
}

int openat64(int folder, const char *name, int flags, ...)
{
    MODE
    return open_fails(folder, name, flags) ? -1 : REAL(openat64)(folder, name, flags, mode);
}

static int flags_of(const char *mode)
{
    int plus = strchr(mode, '+') != NULL;
    return mode[0] == 'r' ? (plus ? O_RDWR : O_RDONLY)
                          : O_CREAT | (plus ? O_RDWR : O_WRONLY) | (mode[0] == 'w' ? O_TRUNC : 0);
}

FILE *fopen(const char *name, const char *mode)
{
    return open_fails(AT_FDCWD, name, flags_of(mode)) ? NULL : REAL(fopen)(name, mode);
}

FILE *fopen64(const char *name, const char *mode)
{
    return open_fails(AT_FDCWD, name, flags_of(mode)) ? NULL : REAL(fopen64)(name, mode);
}

#define OF_HANDLE(result, name, arguments, handle, given)                                          \
    result name arguments                                                                          \
    {                                                                                              \
        return handle_fails(#name, DATA, handle) ? -1 : REAL(name) given;                          \
    }

OF_HANDLE(ssize_t, write, (int handle, const void *from, size_t size), handle,
          (handle, from, size))
OF_HANDLE(ssize_t, pwrite, (int handle, const void *from, size_t size, off_t where), handle,
          (handle, from, size, where))
OF_HANDLE(ssize_t, pwrite64, (int handle, const void *from, size_t size, off64_t where), handle,
          (handle, from, size, where))
OF_HANDLE(ssize_t, writev, (int handle, const struct iovec *from, int number), handle,
          (handle, from, number))
OF_HANDLE(ssize_t, pwritev, (int handle, const struct iovec *from, int number, off_t where),
          handle, (handle, from, number, where))
OF_HANDLE(ssize_t, pwritev64, (int handle, const struct iovec *from, int number, off64_t where),
          handle, (handle, from, number, where))
OF_HANDLE(ssize_t, sendfile, (int handle, int from, off_t *where, size_t size), handle,
          (handle, from, where, size))
OF_HANDLE(ssize_t, sendfile64, (int handle, int from, off64_t *where, size_t size), handle,
          (handle, from, where, size))
OF_HANDLE(ssize_t, copy_file_range,
          (int from, off64_t *at_from, int handle, off64_t *where, size_t size, unsigned flags),
          handle, (from, at_from, handle, where, size, flags))
OF_HANDLE(int, ftruncate, (int handle, off_t size), handle, (handle, size))
OF_HANDLE(int, ftruncate64, (int handle, off64_t size), handle, (handle, size))
OF_HANDLE(int, fallocate, (int handle, int mode, off_t from, off_t size), handle,
          (handle, mode, from, size))
OF_HANDLE(int, fallocate64, (int handle, int mode, off64_t from, off64_t size), handle,
          (handle, mode, from, size))
OF_HANDLE(int, fsync, (int handle), handle, (handle))
OF_HANDLE(int, fdatasync, (int handle), handle, (handle))

#define OF_NAME(name, kind, arguments, folder, path, given)                                        \
    int name arguments                                                                             \
    {                                                                                              \
        return name_fails(#name, kind, folder, path) ? -1 : REAL(name) given;                      \
    }

OF_NAME(mkdir, NAME, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
OF_NAME(mkdirat, NAME, (int folder, const char *path, mode_t mode), folder, path,
        (folder, path, mode))
OF_NAME(rename, NAME, (const char *from, const char *path), AT_FDCWD, path, (from, path))
OF_NAME(renameat, NAME, (int before, const char *from, int folder, const char *path), folder, path,
        (before, from, folder, path))
OF_NAME(renameat2, NAME,
        (int before, const char *from, int folder, const char *path, unsigned flags), folder, path,
        (before, from, folder, path, flags))
OF_NAME(link, NAME, (const char *from, const char *path), AT_FDCWD, path, (from, path))
OF_NAME(linkat, NAME, (int before, const char *from, int folder, const char *path, int flags),
        folder, path, (before, from, folder, path, flags))
OF_NAME(symlink, NAME, (const char *to, const char *path), AT_FDCWD, path, (to, path))
OF_NAME(symlinkat, NAME, (const char *to, int folder, const char *path), folder, path,
        (to, folder, path))
OF_NAME(truncate, NAME, (const char *path, off_t size), AT_FDCWD, path, (path, size))
OF_NAME(truncate64, NAME, (const char *path, off64_t size), AT_FDCWD, path, (path, size))
OF_NAME(unlink, REMOVAL, (const char *path), AT_FDCWD, path, (path))
OF_NAME(unlinkat, REMOVAL, (int folder, const char *path, int flags), folder, path,
        (folder, path, flags))
OF_NAME(rmdir, REMOVAL, (const char *path), AT_FDCWD, path, (path))
OF_NAME(chmod, REMOVAL, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
