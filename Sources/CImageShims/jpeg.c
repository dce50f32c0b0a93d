#include "CImageShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// From here on colour is kept at full resolution: who asks for this quality wants to see edges.
#define FULL_COLOUR_QUALITY 90
// A progressive file may repeat scans without end, each costing a pass over the whole image; real
// files have about ten.
#define MAX_SCANS 200

// libjpeg sees only the first member.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
} error_manager;

static void fail(j_common_ptr codec) {
  error_manager *error = (error_manager *)codec->err;
  codec->err->format_message(codec, error->message);
  longjmp(error->jump, 1);
}

// A warning means that libjpeg invents pixels, except for these.
static void warn(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
      return;
    default:
      fail(codec);
  }
}

static void install(error_manager *error) {
  jpeg_std_error(&error->base);
  error->base.error_exit = fail;
  error->base.emit_message = warn;
}

// Decoding

typedef struct {
  struct jpeg_decompress_struct codec;
  struct jpeg_progress_mgr progress;
  error_manager error;
  kiln_image_info info;
  size_t row_bytes;
} decoder;

static void limit_scans(j_common_ptr codec) {
  decoder *d = (decoder *)codec;
  if (d->codec.input_scan_number <= MAX_SCANS) return;
  snprintf(d->error.message, sizeof d->error.message, "more than %d scans", MAX_SCANS);
  longjmp(d->error.jump, 1);
}

// Holds the setjmp of everything below, so it owns nothing and changes no local after it.
static int read_header(decoder *d, const uint8_t *file, size_t file_count) {
  if (setjmp(d->error.jump)) return 0;
  jpeg_create_decompress(&d->codec);
  d->codec.progress = &d->progress;
  d->progress.progress_monitor = limit_scans;
  jpeg_mem_src(&d->codec, file, file_count);
  jpeg_read_header(&d->codec, TRUE);
  switch (d->codec.jpeg_color_space) {
    case JCS_GRAYSCALE: d->codec.out_color_space = JCS_GRAYSCALE; break;
    case JCS_YCbCr:
    case JCS_RGB: d->codec.out_color_space = JCS_RGB; break;
    default: break;
  }
  d->codec.dct_method = JDCT_ISLOW;
  jpeg_calc_output_dimensions(&d->codec);
  d->info.width = d->codec.output_width;
  d->info.height = d->codec.output_height;
  d->info.channels = (uint32_t)d->codec.out_color_components;
  d->info.bit_depth = 8;
  d->row_bytes = (size_t)d->info.width * d->info.channels;
  return 1;
}

static int read_pixels(decoder *d, uint8_t *pixels) {
  if (setjmp(d->error.jump)) return 0;
  jpeg_start_decompress(&d->codec);
  while (d->codec.output_scanline < d->codec.output_height) {
    JSAMPROW row = pixels + d->codec.output_scanline * d->row_bytes;
    jpeg_read_scanlines(&d->codec, &row, 1);
  }
  jpeg_finish_decompress(&d->codec);
  return 1;
}

// Owns the libjpeg object. Stops behind the header when `pixels` is NULL.
static int read_jpeg(
    decoder *d, const uint8_t *file, size_t file_count, uint8_t *pixels, size_t pixel_count,
    char *message, size_t message_capacity) {
  // Zeroed, so that destroying it is right even when creating it failed.
  memset(d, 0, sizeof *d);
  install(&d->error);
  d->codec.err = &d->error.base;
  int done = 0;
  if (read_header(d, file, file_count)) {
    if (pixels == NULL) {
      done = 1;
    } else if (d->row_bytes == 0 || pixel_count / d->row_bytes != d->info.height
        || pixel_count % d->row_bytes != 0) {
      snprintf(d->error.message, sizeof d->error.message, "pixel buffer does not fit the header");
    } else {
      done = read_pixels(d, pixels);
    }
  }
  jpeg_destroy_decompress(&d->codec);
  if (!done) snprintf(message, message_capacity, "%s", d->error.message);
  return done;
}

int kiln_jpeg_read_info(
    const uint8_t *file, size_t file_count, kiln_image_info *info, char *message,
    size_t message_capacity) {
  decoder d;
  int done = read_jpeg(&d, file, file_count, NULL, 0, message, message_capacity);
  *info = d.info;
  return done;
}

int kiln_jpeg_decode(
    const uint8_t *file, size_t file_count, uint8_t *pixels, size_t pixel_count, char *message,
    size_t message_capacity) {
  decoder d;
  return read_jpeg(&d, file, file_count, pixels, pixel_count, message, message_capacity);
}

// Encoding
//
// Starting and ending a file costs as much as the blocks of a small image. A run of grey images is
// therefore compressed as one image, its members below each other and a restart marker behind each: what
// lies between two of these markers is coded as if it stood alone. Behind a head that is the same for
// all, every part is a file, with the very bytes that libjpeg writes for it alone. An image of 28 x 28 takes
// 2.3 us instead of 4.0.

// SOI, RSTn and EOI are two bytes each, and so is what begins every other segment.
#define MARKER_BYTES 2
// All segments that libjpeg writes in front of the scan take less.
#define HEAD_CAPACITY 1024

struct kiln_jpeg_encoder {
  struct jpeg_compress_struct codec;
  struct jpeg_destination_mgr destination;
  error_manager error;
  uint32_t height;
  size_t row_bytes;
  // Images compressed at a time.
  size_t run;
  // Of one image alone: pointers into the caller's pixels. Of a run: pointers into `padded`.
  JSAMPROW *rows;
  // The images of a run, each rounded up to whole blocks; NULL where every image stands alone.
  uint8_t *padded;
  size_t padded_width;
  size_t padded_height;
  // What every file begins with, up to its coded pixels.
  uint8_t head[HEAD_CAPACITY];
  size_t head_count;
};

static void start_output(j_compress_ptr codec) { (void)codec; }

static void finish_output(j_compress_ptr codec) { (void)codec; }

static boolean output_is_full(j_compress_ptr codec) {
  error_manager *error = (error_manager *)codec->err;
  snprintf(error->message, sizeof error->message, "encoded image is larger than its buffer");
  longjmp(error->jump, 1);
}

// Also learns the head, from a file that ends before its first row.
static int configure(
    kiln_jpeg_encoder *e, uint32_t width, uint32_t height, uint32_t channels, int quality) {
  if (setjmp(e->error.jump)) return 0;
  jpeg_create_compress(&e->codec);
  e->codec.dest = &e->destination;
  e->codec.image_width = width;
  e->codec.image_height = height;
  e->codec.input_components = (int)channels;
  e->codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&e->codec);
  jpeg_set_quality(&e->codec, quality, TRUE);
  e->codec.dct_method = JDCT_ISLOW;
  e->codec.optimize_coding = FALSE;
  if (channels == 3 && quality >= FULL_COLOUR_QUALITY) {
    e->codec.comp_info[0].h_samp_factor = 1;
    e->codec.comp_info[0].v_samp_factor = 1;
  }
  e->destination.next_output_byte = e->head;
  e->destination.free_in_buffer = sizeof e->head;
  jpeg_start_compress(&e->codec, TRUE);
  jpeg_write_scanlines(&e->codec, e->rows, 0);
  e->head_count = sizeof e->head - e->destination.free_in_buffer;
  jpeg_abort_compress(&e->codec);
  // From now on libjpeg writes only what tells one file from another.
  e->codec.write_JFIF_header = FALSE;
  jpeg_suppress_tables(&e->codec, TRUE);
  return 1;
}

// Reserves the rows of a run and lets them repeat the last one down to a whole block, as libjpeg does.
static int lay_out_run(kiln_jpeg_encoder *e) {
  e->padded_width = (e->row_bytes + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
  e->padded_height = (e->height + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
  size_t image_bytes = e->padded_width * e->height;
  e->padded = calloc(e->run, image_bytes);
  e->rows = calloc(e->run * e->padded_height, sizeof *e->rows);
  if (e->padded == NULL || e->rows == NULL) return 0;
  for (size_t image = 0; image < e->run; image++) {
    for (size_t y = 0; y < e->padded_height; y++) {
      size_t row = y < e->height ? y : e->height - 1;
      e->rows[image * e->padded_height + y] =
          e->padded + image * image_bytes + row * e->padded_width;
    }
  }
  return 1;
}

kiln_jpeg_encoder *kiln_jpeg_encoder_create(
    uint32_t width, uint32_t height, uint32_t channels, int quality, size_t run, char *message,
    size_t message_capacity) {
  snprintf(message, message_capacity, "out of memory");
  kiln_jpeg_encoder *e = calloc(1, sizeof *e);
  if (e == NULL) return NULL;
  install(&e->error);
  e->codec.err = &e->error.base;
  e->destination.init_destination = start_output;
  e->destination.empty_output_buffer = output_is_full;
  e->destination.term_destination = finish_output;
  e->height = height;
  e->row_bytes = (size_t)width * channels;
  e->run = run;
  int has_rows =
      run > 1 ? lay_out_run(e) : (e->rows = calloc(height, sizeof *e->rows)) != NULL;
  if (has_rows) {
    if (configure(e, width, height, channels, quality)) return e;
    snprintf(message, message_capacity, "%s", e->error.message);
  }
  kiln_jpeg_encoder_destroy(e);
  return NULL;
}

// Compresses a run of grey images that are in `padded`.
static int compress_run(kiln_jpeg_encoder *e, size_t count) {
  if (setjmp(e->error.jump)) return 0;
  e->codec.image_height = (JDIMENSION)(count * e->padded_height);
  e->codec.restart_interval =
      (unsigned)(e->padded_width / DCTSIZE * (e->padded_height / DCTSIZE));
  // Rows of whole blocks, which libjpeg needs not copy.
  e->codec.raw_data_in = TRUE;
  jpeg_start_compress(&e->codec, FALSE);
  while (e->codec.next_scanline < e->codec.image_height) {
    JSAMPARRAY block_row = e->rows + e->codec.next_scanline;
    jpeg_write_raw_data(&e->codec, &block_row, DCTSIZE);
  }
  jpeg_finish_compress(&e->codec);
  return 1;
}

// Compresses the image that `rows` point to.
static int compress_alone(kiln_jpeg_encoder *e) {
  if (setjmp(e->error.jump)) return 0;
  jpeg_start_compress(&e->codec, FALSE);
  while (e->codec.next_scanline < e->codec.image_height) {
    jpeg_write_scanlines(
        &e->codec, e->rows + e->codec.next_scanline,
        e->codec.image_height - e->codec.next_scanline);
  }
  jpeg_finish_compress(&e->codec);
  return 1;
}

// Copies images to where the rows point, the last column repeated up to a whole block.
static void fill_run(kiln_jpeg_encoder *e, const uint8_t *pixels, size_t count) {
  size_t margin = e->padded_width - e->row_bytes;
  for (size_t line = 0; line < count * e->height; line++) {
    const uint8_t *source = pixels + line * e->row_bytes;
    uint8_t *row = e->padded + line * e->padded_width;
    memcpy(row, source, e->row_bytes);
    memset(row + e->row_bytes, source[e->row_bytes - 1], margin);
  }
}

// The bytes in front of the coded pixels: all marker segments up to the start of scan. Reads what libjpeg
// has just written.
static size_t count_head(const uint8_t *file, size_t count) {
  size_t position = MARKER_BYTES;
  while (position + 4 <= count) {
    size_t end =
        position + MARKER_BYTES + ((size_t)file[position + 2] << 8 | file[position + 3]);
    if (file[position + 1] == 0xDA) return end;
    position = end;
  }
  return count;
}

// The next marker among coded pixels, in which a byte FF that belongs to them is followed by 00.
static const uint8_t *find_marker(const uint8_t *position, const uint8_t *end) {
  while (1) {
    position = memchr(position, 0xFF, (size_t)(end - position));
    if (position[1] != 0) return position;
    position += 2;
  }
}

size_t kiln_jpeg_encode(
    kiln_jpeg_encoder *e, const uint8_t *pixels, size_t count, uint8_t *output, size_t capacity,
    size_t *byte_counts) {
  // Compressed behind the room that the heads will take, then moved into place from the front: what is
  // written never reaches what is still to be read.
  size_t offset = count * e->head_count;
  if (capacity < offset) return 0;
  e->destination.next_output_byte = output + offset;
  e->destination.free_in_buffer = capacity - offset;
  int done;
  if (e->padded != NULL) {
    fill_run(e, pixels, count);
    done = compress_run(e, count);
  } else {
    // libjpeg takes rows without const and only reads them.
    for (size_t y = 0; y < e->height; y++) e->rows[y] = (JSAMPROW)(pixels + y * e->row_bytes);
    done = compress_alone(e);
  }
  if (!done) {
    jpeg_abort_compress(&e->codec);
    return 0;
  }
  const uint8_t *end = output + capacity - e->destination.free_in_buffer;
  const uint8_t *scan = output + offset + count_head(output + offset, (size_t)(end - output) - offset);
  uint8_t *file = output;
  for (size_t image = 0; image < count; image++) {
    // One image alone may be large, and its last marker is known to be the end.
    const uint8_t *marker = count == 1 ? end - MARKER_BYTES : find_marker(scan, end);
    size_t scan_count = (size_t)(marker - scan);
    memmove(file + e->head_count, scan, scan_count);
    memcpy(file, e->head, e->head_count);
    file += e->head_count + scan_count;
    *file++ = 0xFF;
    *file++ = JPEG_EOI;
    byte_counts[image] = e->head_count + scan_count + MARKER_BYTES;
    scan = marker + MARKER_BYTES;
  }
  return (size_t)(file - output);
}

const char *kiln_jpeg_encoder_message(const kiln_jpeg_encoder *e) { return e->error.message; }

void kiln_jpeg_encoder_destroy(kiln_jpeg_encoder *e) {
  if (e == NULL) return;
  jpeg_destroy_compress(&e->codec);
  free(e->padded);
  free(e->rows);
  free(e);
}
