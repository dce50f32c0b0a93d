#ifndef C_IMAGE_SHIMS_H
#define C_IMAGE_SHIMS_H

#include <stddef.h>
#include <stdint.h>

// libpng and libjpeg report errors by longjmp, which must never cross a Swift frame. Every function
// here takes a whole buffer and fills a whole buffer; all jumps start and end inside this target.

/// What a file's header promises, after palettes and low bit depths are expanded to 8 bits.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  uint32_t bit_depth;
  /// 1 where the colours come from a palette of greys only.
  uint32_t is_grey;
} kiln_image_info;

/// Each returns 1, or 0 with the reason, NUL-terminated, in `message`.
///
/// Of a picture with a side beyond `longest_side`, which is for the caller to refuse, only what the header says
/// is told: no memory is reserved for its rows.
int kiln_png_read_info(
    const uint8_t *file, size_t file_count, uint32_t longest_side, kiln_image_info *info,
    char *message, size_t message_capacity);

/// `pixel_count` must be the size that `kiln_png_read_info` implies; 16-bit samples come out in the
/// machine's byte order.
int kiln_png_decode(
    const uint8_t *file, size_t file_count, uint8_t *pixels, size_t pixel_count, char *message,
    size_t message_capacity);

int kiln_jpeg_read_info(
    const uint8_t *file, size_t file_count, kiln_image_info *info, char *message,
    size_t message_capacity);

int kiln_jpeg_decode(
    const uint8_t *file, size_t file_count, uint8_t *pixels, size_t pixel_count, char *message,
    size_t message_capacity);

typedef struct kiln_jpeg_encoder kiln_jpeg_encoder;

/// One compressor for many images of one shape: `channels` is 1 or 3. Where `run` is above 1, which is
/// for grey images only, so many are compressed at a time; run times height rounded up to 8 is at most
/// 65,500. NULL with the reason in `message` when libjpeg refuses.
kiln_jpeg_encoder *kiln_jpeg_encoder_create(
    uint32_t width, uint32_t height, uint32_t channels, int quality, size_t run, char *message,
    size_t message_capacity);

/// Writes the files of 1 to `run` images to `output`, one behind the other; `byte_counts`
/// gets the size of each. The byte count of all, or 0: see `kiln_jpeg_encoder_message`.
size_t kiln_jpeg_encode(
    kiln_jpeg_encoder *encoder, const uint8_t *pixels, size_t count, uint8_t *output,
    size_t capacity, size_t *byte_counts);

const char *kiln_jpeg_encoder_message(const kiln_jpeg_encoder *encoder);

void kiln_jpeg_encoder_destroy(kiln_jpeg_encoder *encoder);

#endif
