// What Swift's Glibc module leaves out: declarations under _GNU_SOURCE, and <malloc.h>.
#ifdef __linux__
enum { KILN_RENAME_NOREPLACE = 1, KILN_RENAME_EXCHANGE = 2 };
extern int renameat2(int, const char *, int, const char *, unsigned);
extern int syncfs(int);

enum {
  KILN_M_TRIM_THRESHOLD = -1,
  KILN_M_TOP_PAD = -2,
  KILN_M_MMAP_THRESHOLD = -3,
  KILN_M_ARENA_MAX = -8
};
extern int mallopt(int, int);

extern int sched_getcpu(void);
extern int sched_getaffinity(int, unsigned long, void *);
extern int sched_setaffinity(int, unsigned long, const void *);
#endif
