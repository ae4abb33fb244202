/*
 * The disk between a process and its files: records what is written and when it is made durable, and lets
 * operations fail as real disks do. Loaded with LD_PRELOAD; see disk-shim.ts for how it is told.
 *
 * It watches the files directly below DISK_FOLDER (which ends with a slash) and the folder itself.
 *
 * DISK_TRACE, if set, is the file that each operation is appended to once it has happened:
 *   u8 kind, u16 length of the name, u64 offset or length, u32 bytes, name, bytes
 *   C created, W written, T truncated, S synced (no name: the folder), U unlinked, R renamed (bytes: to what),
 *   A acknowledged
 * The file "acks" is no file of the database: what is written to it is what the process says to the world.
 *
 * DISK_FOLDER/fault, if it is there, says what goes wrong: "<what> <nth> <once|ever>", counted from 1 from the
 * moment that the file appeared. It is looked at before each operation; replace it by a rename.
 *   kill       the process dies in place of the nth operation
 *   torn       the process dies when half of the nth write is done
 *   full       the nth write, or truncation to a larger size, finds no space
 *   no-growth  as full, but only what would make a file larger counts: a disk that has just become full
 *   eio-write  the nth write fails
 *   eio-sync   the nth sync fails
 * SQLite's shared memory (-shm) is memory: it only ever lacks space.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 4096
#define NAME_MAX_BYTES 128

enum operation { WRITE, TRUNCATE, SYNC, NAME };

struct file {
  int watched;
  int memory; /* -shm */
  int acks;
  char name[NAME_MAX_BYTES];
};

struct fault {
  char what[16];
  long nth;
  int ever;
  long seen;
  ino_t inode;
  struct timespec changed;
};

static struct file files[FILES_MAX];
static struct fault fault;
static char folder[512];
static size_t folder_length;
static char fault_path[600];
static int trace = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void begin(void) {
  if (real_unlink != NULL) return;
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  const char *watched = getenv("DISK_FOLDER");
  if (watched == NULL) return;
  folder_length = strlen(watched);
  if (folder_length >= sizeof folder) abort();
  strcpy(folder, watched);
  snprintf(fault_path, sizeof fault_path, "%sfault", folder);
  const char *path = getenv("DISK_TRACE");
  if (path != NULL) trace = real_open(path, O_CREAT | O_WRONLY | O_APPEND, 0644);
}

/* The name of a watched file, "" for the folder itself, NULL for all others. */
static const char *name_of(const char *path) {
  if (folder_length == 0 || path == NULL) return NULL;
  if (strlen(path) == folder_length - 1 && strncmp(path, folder, folder_length - 1) == 0) return "";
  if (strncmp(path, folder, folder_length) != 0) return NULL;
  const char *name = path + folder_length;
  return strchr(name, '/') == NULL && strlen(name) < NAME_MAX_BYTES && strncmp(name, "fault", 5) != 0 ? name : NULL;
}

static int is_memory(const char *name) {
  size_t length = strlen(name);
  return length > 4 && strcmp(name + length - 4, "-shm") == 0;
}

static struct file *file_of(int fd) {
  return fd >= 0 && fd < FILES_MAX && files[fd].watched ? &files[fd] : NULL;
}

static void record(char kind, const char *name, uint64_t offset, const void *bytes, uint32_t count) {
  if (trace < 0) return;
  uint16_t length = (uint16_t)strlen(name);
  size_t size = 15 + length + count;
  uint8_t *entry = malloc(size);
  entry[0] = (uint8_t)kind;
  memcpy(entry + 1, &length, 2);
  memcpy(entry + 3, &offset, 8);
  memcpy(entry + 11, &count, 4);
  memcpy(entry + 15, name, length);
  if (count > 0) memcpy(entry + 15 + length, bytes, count);
  if (real_write(trace, entry, size) != (ssize_t)size) abort();
  free(entry);
}

static void read_fault(void) {
  struct stat now;
  if (stat(fault_path, &now) != 0) {
    memset(&fault, 0, sizeof fault);
    return;
  }
  if (now.st_ino == fault.inode && memcmp(&now.st_ctim, &fault.changed, sizeof now.st_ctim) == 0) return;
  char text[64] = "";
  int fd = real_open(fault_path, O_RDONLY);
  if (fd >= 0) {
    ssize_t length = read(fd, text, sizeof text - 1);
    text[length > 0 ? length : 0] = 0;
    real_close(fd);
  }
  char often[8] = "once";
  memset(&fault, 0, sizeof fault);
  if (sscanf(text, "%15s %ld %7s", fault.what, &fault.nth, often) < 2) fault.what[0] = 0;
  fault.ever = strcmp(often, "ever") == 0;
  fault.inode = now.st_ino;
  fault.changed = now.st_ctim;
}

static int is_counted(enum operation operation, const struct file *file, int grows) {
  int takes_space = operation == WRITE || (operation == TRUNCATE && grows);
  if (strcmp(fault.what, "full") == 0) return takes_space;
  if (strcmp(fault.what, "no-growth") == 0) return takes_space && grows;
  if (file->memory) return 0;
  if (strcmp(fault.what, "kill") == 0) return 1;
  if (strcmp(fault.what, "torn") == 0 || strcmp(fault.what, "eio-write") == 0) return operation == WRITE;
  return strcmp(fault.what, "eio-sync") == 0 && operation == SYNC;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* The error that the operation fails with, 0 if it does not; -1 if half of it is done and the process dies. */
static int fate_of(enum operation operation, const struct file *file, int grows) {
  read_fault();
  if (fault.what[0] == 0 || !is_counted(operation, file, grows)) return 0;
  fault.seen += 1;
  if (fault.seen != fault.nth && !(fault.ever && fault.seen > fault.nth)) return 0;
  if (strcmp(fault.what, "kill") == 0) die();
  if (strcmp(fault.what, "torn") == 0) return -1;
  return strncmp(fault.what, "eio", 3) == 0 ? EIO : ENOSPC;
}

static int does_grow(int fd, uint64_t end) {
  struct stat now;
  return fstat(fd, &now) == 0 && end > (uint64_t)now.st_size;
}

static int watch(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= FILES_MAX) return fd;
  int before = errno;
  pthread_mutex_lock(&turn);
  const char *name = name_of(path);
  struct file *file = &files[fd];
  memset(file, 0, sizeof *file);
  if (name != NULL) {
    file->watched = 1;
    file->memory = is_memory(name);
    file->acks = strcmp(name, "acks") == 0;
    strcpy(file->name, name);
    if ((flags & O_CREAT) != 0 && !file->memory && !file->acks) record('C', name, 0, NULL, 0);
  }
  pthread_mutex_unlock(&turn);
  errno = before;
  return fd;
}

int open64(const char *path, int flags, ...) {
  begin();
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return watch(real_open(path, flags, mode), path, flags);
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return open64(path, flags, mode);
}

int close(int fd) {
  begin();
  struct file *file = file_of(fd);
  if (file != NULL) file->watched = 0;
  return real_close(fd);
}

static ssize_t write_at(int fd, const void *bytes, size_t count, off64_t offset, int moves) {
  struct file *file = file_of(fd);
  pthread_mutex_lock(&turn);
  int fate = file->acks ? 0 : fate_of(WRITE, file, does_grow(fd, (uint64_t)offset + count));
  if (fate < 0) {
    if (real_pwrite(fd, bytes, count / 2, offset) < 0) abort();
    die();
  }
  ssize_t written = -1;
  if (fate == 0) {
    written = moves ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, offset);
    if (written > 0 && !file->memory) {
      record(file->acks ? 'A' : 'W', file->name, (uint64_t)offset, bytes, (uint32_t)written);
    }
  }
  pthread_mutex_unlock(&turn);
  if (fate > 0) errno = fate;
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  begin();
  return file_of(fd) == NULL ? real_pwrite(fd, bytes, count, offset) : write_at(fd, bytes, count, offset, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return pwrite64(fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  begin();
  if (file_of(fd) == NULL) return real_write(fd, bytes, count);
  return write_at(fd, bytes, count, lseek64(fd, 0, SEEK_CUR), 1);
}

static int sync_with(int fd, int (*real)(int)) {
  struct file *file = file_of(fd);
  if (file == NULL) return real(fd);
  pthread_mutex_lock(&turn);
  int fate = fate_of(SYNC, file, 0);
  int result = -1;
  if (fate == 0) {
    result = real(fd);
    if (result == 0 && !file->memory) record('S', file->name, 0, NULL, 0);
  }
  pthread_mutex_unlock(&turn);
  if (fate > 0) errno = fate;
  return result;
}

int fsync(int fd) {
  begin();
  return sync_with(fd, real_fsync);
}

int fdatasync(int fd) {
  begin();
  return sync_with(fd, real_fdatasync);
}

int ftruncate64(int fd, off64_t length) {
  begin();
  struct file *file = file_of(fd);
  if (file == NULL) return real_ftruncate(fd, length);
  pthread_mutex_lock(&turn);
  int fate = fate_of(TRUNCATE, file, does_grow(fd, (uint64_t)length));
  int result = -1;
  if (fate == 0) {
    result = real_ftruncate(fd, length);
    if (result == 0 && !file->memory) record('T', file->name, (uint64_t)length, NULL, 0);
  }
  pthread_mutex_unlock(&turn);
  if (fate > 0) errno = fate;
  return result;
}

int ftruncate(int fd, off_t length) {
  return ftruncate64(fd, length);
}

int unlink(const char *path) {
  begin();
  const char *name = name_of(path);
  if (name == NULL || is_memory(name)) return real_unlink(path);
  pthread_mutex_lock(&turn);
  struct file none = {0};
  int fate = fate_of(NAME, &none, 0);
  int result = fate == 0 ? real_unlink(path) : -1;
  if (result == 0) record('U', name, 0, NULL, 0);
  pthread_mutex_unlock(&turn);
  return result;
}

int rename(const char *from, const char *to) {
  begin();
  const char *name = name_of(from);
  const char *next = name_of(to);
  if (name == NULL || next == NULL) return real_rename(from, to);
  pthread_mutex_lock(&turn);
  struct file none = {0};
  int fate = fate_of(NAME, &none, 0);
  int result = fate == 0 ? real_rename(from, to) : -1;
  if (result == 0) record('R', name, 0, next, (uint32_t)strlen(next));
  pthread_mutex_unlock(&turn);
  return result;
}
