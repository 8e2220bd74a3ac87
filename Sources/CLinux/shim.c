#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_enter_network_namespace(int descriptor) {
    return setns(descriptor, CLONE_NEWNET);
}

int clinux_namespace_of_socket(int socket) {
    return ioctl(socket, SIOCGSKNS);
}

int clinux_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

static void reset_signals(void) {
    const int ignored[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};
    for (unsigned index = 0; index < sizeof ignored / sizeof *ignored; index++) signal(ignored[index], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Copies first, so that no source is overwritten before its turn. */
static int redirect(const struct clinux_program *program) {
    int copies[3] = {program->input, program->output, program->errors};
    for (int target = 0; target < 3; target++) {
        copies[target] = fcntl(copies[target], F_DUPFD_CLOEXEC, 3);
        if (copies[target] < 0) return -1;
    }
    for (int target = 0; target < 3; target++) {
        if (dup2(copies[target], target) < 0) return -1;
    }
    return 0;
}

/* Capabilities that survive exec whoever the user is. */
static int clear_inheritable_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) return -1;
    for (int index = 0; index < _LINUX_CAPABILITY_U32S_3; index++) data[index].inheritable = 0;
    return (int)syscall(SYS_capset, &header, data);
}

/* Numbers up to the last capability that the kernel knows, which ends the search. */
static int drop_capabilities(unsigned long long kept) {
    if (kept == ~0ULL) return 0;
    if (clear_inheritable_capabilities() != 0) return -1;
    for (unsigned long number = 0; number < 64; number++) {
        if (kept & 1ULL << number) continue;
        int isThere = prctl(PR_CAPBSET_READ, number, 0, 0, 0);
        if (isThere < 0) return 0;
        /* Without CAP_SETPCAP there is nothing to drop for. */
        if (isThere && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) return errno == EPERM ? 0 : -1;
    }
    return 0;
}

/* Runs in the child: only async-signal-safe calls. Returns an errno value, and only on failure. */
static int become(const struct clinux_program *program, pid_t parent) {
    reset_signals();
    setpgid(0, 0);
    if (program->death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, program->death_signal) != 0) return errno;
        /* The parent may have ended before the signal was asked for. */
        if (getppid() != parent) _exit(127);
    }
    if (program->network_namespace >= 0 && setns(program->network_namespace, CLONE_NEWNET) != 0) return errno;
    if (redirect(program) != 0 || drop_capabilities(program->capabilities) != 0) return errno;
    execve(program->path, program->arguments, program->environment);
    return errno;
}

/* vfork, because copying the page tables of a large parent would cost more than the program. The child shares our
   memory until exec and this thread waits for it: no signal handler of ours may run in it, and what it writes to
   `failure` is ours. */
pid_t clinux_spawn(const struct clinux_program *program) {
    volatile int failure = 0;
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) {
        failure = become(program, parent);
        _exit(127);
    }
    if (child < 0) failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0) return child;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    errno = failure;
    return -1;
}
