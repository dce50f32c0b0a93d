// What glibc declares only under _GNU_SOURCE, which Swift's Glibc module is built without.
#ifdef __linux__
enum { KILN_RENAME_NOREPLACE = 1, KILN_RENAME_EXCHANGE = 2 };
extern int renameat2(int, const char *, int, const char *, unsigned);
extern int syncfs(int);
#endif
