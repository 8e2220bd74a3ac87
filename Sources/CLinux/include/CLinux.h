#ifndef CLINUX_H
#define CLINUX_H

#include <sys/types.h>

/* What Linux offers and Swift's Glibc module cannot import. Each function returns -1 and sets errno on failure. */

/* setns(2) with CLONE_NEWNET: both are declared under _GNU_SOURCE only. Moves the calling thread alone. */
int clinux_enter_network_namespace(int descriptor);

/* memfd_create(2), declared under _GNU_SOURCE only: a file in memory, closed on exec. */
int clinux_memory_file(const char *name);

/* A program to start, see clinux_spawn. */
struct clinux_program {
    const char *path;
    /* Both end with NULL. */
    char *const *arguments;
    char *const *environment;
    /* Descriptor of the network namespace to start in; -1 for the caller's. */
    int network_namespace;
    /* Descriptors that become the program's 0, 1 and 2. */
    int input;
    int output;
    int errors;
    /* Sent to the program when the thread that started it ends; 0 for none. */
    int death_signal;
};

/* Starts a program in a process group of its own, with default signal handling, and returns its pid once exec has
   succeeded. Not posix_spawn(3), which can neither enter a namespace nor set a parent-death signal (prctl(2) is
   variadic); and vfork(2) is not available to Swift. */
pid_t clinux_spawn(const struct clinux_program *program);

#endif
