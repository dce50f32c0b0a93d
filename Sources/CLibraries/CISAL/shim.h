#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

// What other libraries for AVX do before they return, and ISA-L's assembler does not: it zeroes the upper halves of the
// vector registers. While they hold something, each instruction of SSE waits for the register's old value as well.
#if defined(__x86_64__)
#include <immintrin.h>
__attribute__((target("avx"))) static inline void kiln_zero_upper_halves(void) { _mm256_zeroupper(); }
static inline void kiln_end_avx(void) {
  if (__builtin_cpu_supports("avx")) kiln_zero_upper_halves();
}
#else
static inline void kiln_end_avx(void) {}
#endif
