/* Owns the lean sleep. What is dropped are pages of the executable file, unmodified: the kernel maps
 * them again at the next fault. A fault maps its neighbours too (fault-around), but never beyond the
 * area it lies in: the page that sleeps is made an area of its own. */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "lean.h"

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define PAGE 4096
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
static struct { uintptr_t at, size; } ranges[4];
static int range_count;

static inline __attribute__((always_inline)) long raw(long number, long a, long b, long c, long d, long e) {
#ifdef __x86_64__
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	__asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return result;
#else
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
#endif
}

/* Calls nothing: whatever it would call has just been dropped. */
__attribute__((noinline, aligned(PAGE), no_stack_protector)) static long sleep_lean(struct pollfd *set, nfds_t count, const struct timespec *limit) {
	for (int i = 0; i < range_count; i++) raw(SYS_madvise, (long)ranges[i].at, (long)ranges[i].size, MADV_DONTNEED, 0, 0);
	return raw(SYS_ppoll, (long)set, (long)count, (long)limit, 0, 0);
}

/* Segments of a static executable that nobody can have written to. */
static void find_ranges(void) {
	const ElfW(Phdr) *header = (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	if (__ehdr_start.e_type != ET_EXEC || range_count > 0 || getpagesize() != PAGE) return;
	for (int i = 0; i < __ehdr_start.e_phnum && range_count < 4; i++, header++) {
		if (header->p_type != PT_LOAD || (header->p_flags & PF_W) != 0) continue;
		uintptr_t begin = header->p_vaddr & ~(uintptr_t)(PAGE - 1), end = (header->p_vaddr + header->p_memsz + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
		ranges[range_count].at = begin;
		ranges[range_count++].size = end - begin;
	}
	madvise((void *)((uintptr_t)sleep_lean & ~(uintptr_t)(PAGE - 1)), PAGE, MADV_RANDOM); /* another flag, another area */
}

int lean_poll(struct pollfd *set, nfds_t count, int milliseconds) {
	struct timespec limit = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L };
	find_ranges();
	if (range_count == 0) return poll(set, count, milliseconds);
	long result = sleep_lean(set, count, milliseconds < 0 ? NULL : &limit);
	if (result >= 0) return (int)result;
	errno = (int)-result;
	return -1;
}
#else
int lean_poll(struct pollfd *set, nfds_t count, int milliseconds) { return poll(set, count, milliseconds); }
#endif
