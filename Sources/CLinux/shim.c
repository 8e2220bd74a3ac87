#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_enter_network_namespace(int descriptor) {
    return setns(descriptor, CLONE_NEWNET);
}

int clinux_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

static void reset_signals(void) {
    const int handled[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};
    for (unsigned index = 0; index < sizeof handled / sizeof *handled; index++) signal(handled[index], SIG_DFL);
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

/* Runs in the child: only async-signal-safe calls. Returns only on failure. */
static void become(const struct clinux_program *program, pid_t parent) {
    reset_signals();
    setpgid(0, 0);
    if (program->death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, program->death_signal) != 0) return;
        /* The parent may have ended before the signal was asked for. */
        if (getppid() != parent) _exit(127);
    }
    if (program->network_namespace >= 0 && setns(program->network_namespace, CLONE_NEWNET) != 0) return;
    if (redirect(program) != 0) return;
    execve(program->path, program->arguments, program->environment);
}

pid_t clinux_spawn(const struct clinux_program *program) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(program, parent);
        int failure = errno;
        ssize_t written = write(report[1], &failure, sizeof failure);
        _exit(written == sizeof failure ? 127 : 126);
    }
    int failure = child < 0 ? errno : 0;
    close(report[1]);
    /* Closed by a successful exec: nothing to read then. */
    ssize_t received;
    do received = child < 0 ? 0 : read(report[0], &failure, sizeof failure);
    while (received < 0 && errno == EINTR);
    close(report[0]);
    if (failure == 0) return child;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    errno = failure;
    return -1;
}
