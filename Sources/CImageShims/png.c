#include "CImageShims.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

// A colour profile or a text may be compressed a thousandfold; none that means anything is larger.
#define MAX_CHUNK_BYTES (8u << 20)
// Headers beyond this are refused by the caller too, which knows the limit on the whole image.
#define MAX_DIMENSION 0x7fffffffu

typedef struct {
  const uint8_t *file;
  size_t file_count;
  size_t offset;
  kiln_image_info info;
  uint32_t longest_side;
  size_t row_bytes;
  int passes;
  char *message;
  size_t message_capacity;
  jmp_buf jump;
} reader;

static void fail(png_structp png, png_const_charp text) {
  reader *r = png_get_error_ptr(png);
  snprintf(r->message, r->message_capacity, "%s", text);
  longjmp(r->jump, 1);
}

// Chunks beside the pixels may be odd; where the pixels do not match their checksum, libpng only warns.
static void warn(png_structp png, png_const_charp text) {
  if (strstr(text, "incorrect data check") != NULL) fail(png, text);
}

static uint32_t has_grey_palette(png_structp png, png_infop header) {
  png_colorp colours;
  int count;
  if (png_get_color_type(png, header) != PNG_COLOR_TYPE_PALETTE
      || !png_get_PLTE(png, header, &colours, &count)) {
    return 0;
  }
  for (int i = 0; i < count; i++) {
    if (colours[i].red != colours[i].green || colours[i].red != colours[i].blue) return 0;
  }
  return 1;
}

static void read_bytes(png_structp png, png_bytep destination, size_t count) {
  reader *r = png_get_io_ptr(png);
  if (count > r->file_count - r->offset) png_error(png, "file ends too early");
  memcpy(destination, r->file + r->offset, count);
  r->offset += count;
}

// Holds the setjmp of everything below, so it owns nothing and changes no local after it.
static int read_header(png_structp png, png_infop header, reader *r) {
  if (setjmp(r->jump)) return 0;
  png_set_read_fn(png, r, read_bytes);
  png_set_user_limits(png, MAX_DIMENSION, MAX_DIMENSION);
  png_set_chunk_malloc_max(png, MAX_CHUNK_BYTES);
  png_read_info(png, header);
  r->info.width = png_get_image_width(png, header);
  r->info.height = png_get_image_height(png, header);
  r->info.channels = png_get_channels(png, header);
  r->info.bit_depth = png_get_bit_depth(png, header);
  // Before libpng reserves memory for rows that long: a header can promise 16 GiB each.
  if (r->info.width > r->longest_side || r->info.height > r->longest_side) return 1;
  r->info.is_grey = has_grey_palette(png, header);
  png_set_expand(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (png_get_bit_depth(png, header) == 16) png_set_swap(png);
#endif
  r->passes = png_set_interlace_handling(png);
  png_read_update_info(png, header);
  r->info.channels = png_get_channels(png, header);
  r->info.bit_depth = png_get_bit_depth(png, header);
  r->row_bytes = png_get_rowbytes(png, header);
  return 1;
}

static int read_pixels(png_structp png, reader *r, uint8_t *pixels) {
  if (setjmp(r->jump)) return 0;
  for (int pass = 0; pass < r->passes; pass++) {
    for (uint32_t y = 0; y < r->info.height; y++) {
      png_read_row(png, pixels + y * r->row_bytes, NULL);
    }
  }
  // Up to IEND, so that a file cut behind its pixels is noticed.
  png_read_end(png, NULL);
  return 1;
}

// Owns the libpng objects. Stops behind the header when `pixels` is NULL.
static int read_png(reader *r, uint8_t *pixels, size_t pixel_count) {
  snprintf(r->message, r->message_capacity, "out of memory");
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, fail, warn);
  if (png == NULL) return 0;
  png_infop header = png_create_info_struct(png);
  int done = 0;
  if (header != NULL && read_header(png, header, r)) {
    if (pixels == NULL) {
      done = 1;
    } else if (r->row_bytes == 0 || pixel_count / r->row_bytes != r->info.height
        || pixel_count % r->row_bytes != 0) {
      snprintf(r->message, r->message_capacity, "pixel buffer does not fit the header");
    } else {
      done = read_pixels(png, r, pixels);
    }
  }
  png_destroy_read_struct(&png, &header, NULL);
  return done;
}

int kiln_png_read_info(
    const uint8_t *file, size_t file_count, uint32_t longest_side, kiln_image_info *info,
    char *message, size_t message_capacity) {
  reader r = {
    .file = file, .file_count = file_count, .longest_side = longest_side, .message = message,
    .message_capacity = message_capacity};
  int done = read_png(&r, NULL, 0);
  *info = r.info;
  return done;
}

int kiln_png_decode(
    const uint8_t *file, size_t file_count, uint8_t *pixels, size_t pixel_count, char *message,
    size_t message_capacity) {
  reader r = {
    .file = file, .file_count = file_count, .longest_side = MAX_DIMENSION, .message = message,
    .message_capacity = message_capacity};
  return read_png(&r, pixels, pixel_count);
}
