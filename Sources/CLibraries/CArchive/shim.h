#include <archive.h>
// From archive_entry.h, which is not included: with it comes <sys/types.h>, and Swift then takes the
// types of pthread for this module's.
const char *archive_entry_pathname(struct archive_entry *);
const char *archive_entry_hardlink(struct archive_entry *);
mode_t archive_entry_filetype(struct archive_entry *);
la_int64_t archive_entry_size(struct archive_entry *);
int archive_entry_size_is_set(struct archive_entry *);
int archive_entry_sparse_count(struct archive_entry *);
