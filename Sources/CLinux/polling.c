#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int clinux_accept(int listener) {
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_poll_set(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int clinux_poll_add(int set, int descriptor, unsigned long long number) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_poll_remove(int set, int descriptor) {
    return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, 0);
}

int clinux_poll_wait(int set, unsigned long long *numbers, int capacity) {
    enum { MOST = 256 };
    struct epoll_event events[MOST];
    int count;
    do count = epoll_wait(set, events, capacity < MOST ? capacity : MOST, -1);
    while (count < 0 && errno == EINTR);
    for (int index = 0; index < count; index++) numbers[index] = events[index].data.u64;
    return count;
}
