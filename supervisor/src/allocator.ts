/**
 * Settings of the allocator of glibc for processes that are many and mostly idle: one arena instead of one per thread, and what is free
 * at the top of the heap goes back to the system, also after large buffers. Other C libraries ignore them.
 */
export const allocatorSettings = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' }
