#include "CLinux.h"

#include <malloc.h>

void clinux_use_one_heap(void) {
    mallopt(M_ARENA_MAX, 1);
}

void clinux_trim_heaps(void) {
    malloc_trim(0);
}
