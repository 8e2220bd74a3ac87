#ifndef CLINUX_H
#define CLINUX_H

#include <sys/types.h>

/* What Linux offers and Swift's Glibc module cannot import. Each function returns -1 and sets errno on failure. */

/* setns(2) with CLONE_NEWNET: both are declared under _GNU_SOURCE only. Moves the calling thread alone. */
int clinux_enter_network_namespace(int descriptor);

/* accept4(2): a descriptor that does not block and is closed on exec. */
int clinux_accept(int listener);

/* A set of descriptors to wait for, see epoll(7): made, changed, and waited for. A descriptor has a number of the
   caller's, by which it is told that there is something to be read. */
int clinux_poll_set(void);
int clinux_poll_add(int set, int descriptor, unsigned long long number);
int clinux_poll_remove(int set, int descriptor);
/* Blocks. Returns how many numbers were stored. */
int clinux_poll_wait(int set, unsigned long long *numbers, int capacity);

/* A descriptor of the network namespace that a socket is in. Needs CAP_NET_ADMIN there. */
int clinux_namespace_of_socket(int socket);

/* memfd_create(2), declared under _GNU_SOURCE only: a file in memory, closed on exec. */
int clinux_memory_file(const char *name);

/* How many heaps the threads of the process may share. */
void clinux_limit_heaps(int most);

/* Gives the kernel back what has been freed. */
void clinux_trim_heaps(void);

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
    /* Capabilities that the program and what it starts may have at most, bit N for capability N. */
    unsigned long long capabilities;
};

/* Starts a program in a process group of its own, with default signal handling, and returns its pid once exec has
   succeeded. Not posix_spawn(3), which can neither enter a namespace nor set a parent-death signal (prctl(2) is
   variadic); and vfork(2) is not available to Swift. */
pid_t clinux_spawn(const struct clinux_program *program);

/* Sends one message with descriptors beside it, at most CLINUX_DESCRIPTORS, on a UNIX socket that keeps messages apart. */
#define CLINUX_DESCRIPTORS 8
int clinux_send_message(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count);

/* Receives one message; returns its size, 0 at the end. `descriptors` has room for CLINUX_DESCRIPTORS, which are closed on
   exec. `peek`: the message stays, and the descriptors are further copies. Fails with EMSGSIZE for a message that does
   not fit. */
ssize_t clinux_receive_message(
    int socket, void *bytes, size_t capacity, int *descriptors, int *descriptor_count, int peek);

/* Makes all threads of the process those of another user: no supplementary groups, and no way back. */
int clinux_become_user(uid_t user, gid_t group);

/* No thread of the process gains privileges any more, runs another program, or uses system calls that serving does not
   need; those fail with EPERM. Fails where the kernel has no filters. */
int clinux_restrict_system_calls(void);

#endif
