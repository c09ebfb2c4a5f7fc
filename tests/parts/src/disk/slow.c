/* Makes each fsync and fdatasync of a program take SLOW_DISK_MICROSECONDS longer, as a slow disk does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
    const char *microseconds = getenv("SLOW_DISK_MICROSECONDS");
    if (microseconds) usleep((useconds_t)atol(microseconds));
}

int fsync(int fd) {
    wait_for_the_disk();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    wait_for_the_disk();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
