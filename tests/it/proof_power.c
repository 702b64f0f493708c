/* A disk that forgets what was not synced, for the proof of power loss: loaded before a server by
 * LD_PRELOAD, it copies a file beside itself, as FILE.synced, whenever the file is synced. After a
 * kill the test puts the copies in the files' places. With PROOF_DISK_LIES set, the log's syncs are
 * answered and nothing is done: what a database would lose that commits without waiting. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Whole or not at all: a kill in the middle leaves the last copy. */
static int copy(const char *path) {
    char making[4200], made[4200], part[65536];
    snprintf(making, sizeof making, "%s.syncing", path);
    snprintf(made, sizeof made, "%s.synced", path);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(making, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int failed = from < 0 || to < 0;
    while (!failed) {
        ssize_t count = read(from, part, sizeof part);
        if (count == 0) break;
        failed = count < 0 || write(to, part, (size_t)count) != count;
    }
    if (from >= 0) close(from);
    if (to >= 0) close(to);
    return failed || rename(making, made) != 0 ? -1 : 0;
}

static int sync_file(int file) {
    char link[64], path[4096];
    struct stat kind;
    if (fstat(file, &kind) != 0 || !S_ISREG(kind.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!ends_with(path, ".db") && !ends_with(path, ".db-wal")) return 0;
    if (ends_with(path, "-wal") && getenv("PROOF_DISK_LIES")) return 0;
    pthread_mutex_lock(&one_at_a_time);
    int result = copy(path);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int fsync(int file) { return sync_file(file); }
int fdatasync(int file) { return sync_file(file); }
