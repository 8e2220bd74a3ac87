#include "CLinux.h"

#include <malloc.h>

void clinux_limit_heaps(int most) {
    mallopt(M_ARENA_MAX, most);
}

void clinux_trim_heaps(void) {
    malloc_trim(0);
}
