#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has every thread follow. */
int clinux_become_user(uid_t user, gid_t group) {
    if (setgroups(0, NULL) != 0) return -1;
    if (setresgid(group, group, group) != 0) return -1;
    return setresuid(user, user, user);
}

/* System calls that change what a process is or may do, or that look into others. Denied rather than all others
   allowed: which ones a run-time library needs changes with its version. */
static const int denied[] = {
    SYS_execve, SYS_execveat, SYS_setns, SYS_unshare, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kexec_load, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_bpf, SYS_perf_event_open, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_reboot,
    SYS_swapon, SYS_swapoff, SYS_open_by_handle_at, SYS_acct, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
    SYS_userfaultfd, SYS_quotactl, SYS_sethostname, SYS_setdomainname, SYS_syslog, SYS_personality,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_setuid, SYS_setgid, SYS_setresuid,
    SYS_setresgid, SYS_setgroups, SYS_capset, SYS_mknodat, SYS_fsopen, SYS_fsmount, SYS_move_mount, SYS_open_tree,
    SYS_pidfd_getfd,
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_fork, SYS_vfork, SYS_mknod,
#endif
};

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
/* Of the second set of numbers that the processor's kernel has. */
#define FOREIGN_CALL 0x40000000u
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_CALL 0x80000000u
#endif

#define FIELD(name) ((unsigned)offsetof(struct seccomp_data, name))
#define LOAD(offset) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
/* `yes` and `no`: how many statements to skip. */
#define IF(test, value, yes, no) (struct sock_filter) BPF_JUMP(BPF_JMP | test | BPF_K, value, yes, no)
#define ANSWER(value) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE(code) ANSWER(SECCOMP_RET_ERRNO | (code))

int clinux_restrict_system_calls(void) {
    enum { COUNT = sizeof denied / sizeof *denied };
    struct sock_filter filter[2 * COUNT + 20];
    unsigned short length = 0;
    filter[length++] = LOAD(FIELD(arch));
    filter[length++] = IF(BPF_JEQ, ARCHITECTURE, 1, 0);
    filter[length++] = REFUSE(EPERM);
    filter[length++] = LOAD(FIELD(nr));
    filter[length++] = IF(BPF_JGE, FOREIGN_CALL, 0, 1);
    filter[length++] = REFUSE(EPERM);
    for (unsigned index = 0; index < COUNT; index++) {
        filter[length++] = IF(BPF_JEQ, (unsigned)denied[index], 0, 1);
        filter[length++] = REFUSE(EPERM);
    }
    /* Its arguments are in memory, out of a filter's sight; the C library then takes clone. */
    filter[length++] = IF(BPF_JEQ, SYS_clone3, 0, 1);
    filter[length++] = REFUSE(ENOSYS);
    /* Threads, but no processes. */
    filter[length++] = IF(BPF_JEQ, SYS_clone, 0, 3);
    filter[length++] = LOAD(FIELD(args[0]));
    filter[length++] = IF(BPF_JSET, CLONE_THREAD, 5, 0);
    filter[length++] = REFUSE(EPERM);
    filter[length++] = IF(BPF_JEQ, SYS_socket, 0, 3);
    filter[length++] = LOAD(FIELD(args[0]));
    /* AF_UNIX is 1, AF_INET 2, AF_INET6 10; AF_NETLINK, 16, is how the C library finds addresses. */
    filter[length++] = IF(BPF_JGT, AF_NETLINK, 0, 1);
    filter[length++] = REFUSE(EPERM);
    filter[length++] = ANSWER(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = length, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    /* For all threads at once; a thread that cannot follow is told by its number. */
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (result > 0) errno = EAGAIN;
    return result == 0 ? 0 : -1;
}
