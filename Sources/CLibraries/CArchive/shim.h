// libarchive, loaded when the first archive is opened: linked, it and its ten libraries would make the
// start of every command slower by 2 ms. Here are the pointers to its functions.
#include <archive.h>
#include <dlfcn.h>

// From archive_entry.h, which is not included: with it comes <sys/types.h>, and Swift then takes the
// types of pthread for this module's.
const char *archive_entry_pathname(struct archive_entry *);
const char *archive_entry_hardlink(struct archive_entry *);
mode_t archive_entry_filetype(struct archive_entry *);
la_int64_t archive_entry_size(struct archive_entry *);
int archive_entry_size_is_set(struct archive_entry *);
int archive_entry_sparse_count(struct archive_entry *);

#define KILN_ARCHIVE_FUNCTIONS(each) \
  each(archive_read_new) each(archive_read_free) each(archive_read_append_filter) \
  each(archive_read_support_format_raw) each(archive_read_support_format_empty) \
  each(archive_read_support_format_tar) each(archive_read_set_option) each(archive_read_open2) \
  each(archive_read_next_header) each(archive_read_data_block) each(archive_read_header_position) \
  each(archive_filter_bytes) each(archive_errno) each(archive_error_string) \
  each(archive_entry_pathname) each(archive_entry_hardlink) each(archive_entry_filetype) \
  each(archive_entry_size) each(archive_entry_size_is_set) each(archive_entry_sparse_count)

/// Each function under its own name and with its own type.
struct kiln_archive {
#define KILN_DECLARE(name) __typeof__(name) *name;
  KILN_ARCHIVE_FUNCTIONS(KILN_DECLARE)
#undef KILN_DECLARE
};

/// Finds all functions; 0 where the library lacks one of them.
static inline int kiln_archive_load(struct kiln_archive *archive, void *library) {
#define KILN_FIND(name) if (!(*(void **)&archive->name = dlsym(library, #name))) return 0;
  KILN_ARCHIVE_FUNCTIONS(KILN_FIND)
#undef KILN_FIND
  return 1;
}
