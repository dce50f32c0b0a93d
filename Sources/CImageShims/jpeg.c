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

struct kiln_jpeg_encoder {
  struct jpeg_compress_struct codec;
  struct jpeg_destination_mgr destination;
  error_manager error;
  size_t row_bytes;
  JSAMPROW *rows;
  // What every file of this encoder begins with, and how much of it libjpeg writes when it leaves out
  // the tables.
  uint8_t *head;
  size_t head_count;
  size_t bare_head_count;
};

static void start_output(j_compress_ptr codec) { (void)codec; }

static void finish_output(j_compress_ptr codec) { (void)codec; }

static boolean output_is_full(j_compress_ptr codec) {
  error_manager *error = (error_manager *)codec->err;
  snprintf(error->message, sizeof error->message, "encoded image is larger than its buffer");
  longjmp(error->jump, 1);
}

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
  return 1;
}

static int compress_image(kiln_jpeg_encoder *e, boolean with_tables) {
  if (setjmp(e->error.jump)) return 0;
  e->codec.write_JFIF_header = with_tables;
  jpeg_suppress_tables(&e->codec, !with_tables);
  jpeg_start_compress(&e->codec, with_tables);
  while (e->codec.next_scanline < e->codec.image_height) {
    jpeg_write_scanlines(
        &e->codec, e->rows + e->codec.next_scanline,
        e->codec.image_height - e->codec.next_scanline);
  }
  jpeg_finish_compress(&e->codec);
  return 1;
}

kiln_jpeg_encoder *kiln_jpeg_encoder_create(
    uint32_t width, uint32_t height, uint32_t channels, int quality, char *message,
    size_t message_capacity) {
  snprintf(message, message_capacity, "out of memory");
  kiln_jpeg_encoder *e = calloc(1, sizeof *e);
  if (e == NULL) return NULL;
  install(&e->error);
  e->codec.err = &e->error.base;
  e->destination.init_destination = start_output;
  e->destination.empty_output_buffer = output_is_full;
  e->destination.term_destination = finish_output;
  e->row_bytes = (size_t)width * channels;
  e->rows = calloc(height, sizeof *e->rows);
  if (e->rows != NULL) {
    if (configure(e, width, height, channels, quality)) return e;
    snprintf(message, message_capacity, "%s", e->error.message);
  }
  kiln_jpeg_encoder_destroy(e);
  return NULL;
}

// The bytes in front of the coded pixels: all marker segments up to the start of scan; 0 if there is
// none. Reads what libjpeg has just written.
static size_t count_head(const uint8_t *file, size_t count) {
  size_t position = 2;
  while (position + 4 <= count) {
    size_t end = position + 2 + ((size_t)file[position + 2] << 8 | file[position + 3]);
    if (file[position + 1] == 0xDA) return end <= count ? end : 0;
    position = end;
  }
  return 0;
}

// Writes a file, or 0 bytes on failure.
static size_t encode_into(
    kiln_jpeg_encoder *e, uint8_t *output, size_t capacity, boolean with_tables) {
  e->destination.next_output_byte = output;
  e->destination.free_in_buffer = capacity;
  if (compress_image(e, with_tables)) return capacity - e->destination.free_in_buffer;
  jpeg_abort_compress(&e->codec);
  return 0;
}

// Learns the head from a whole file and from one without tables.
static size_t encode_first(kiln_jpeg_encoder *e, uint8_t *output, size_t capacity) {
  size_t bare_count = encode_into(e, output, capacity, FALSE);
  size_t bare_head_count = count_head(output, bare_count);
  size_t count = encode_into(e, output, capacity, TRUE);
  size_t head_count = count_head(output, count);
  if (bare_head_count == 0 || head_count < bare_head_count) return count;
  e->head = malloc(head_count);
  if (e->head == NULL) return count;
  memcpy(e->head, output, head_count);
  e->head_count = head_count;
  e->bare_head_count = bare_head_count;
  return count;
}

size_t kiln_jpeg_encode(
    kiln_jpeg_encoder *e, const uint8_t *pixels, uint8_t *output, size_t capacity) {
  for (uint32_t y = 0; y < e->codec.image_height; y++) {
    // libjpeg takes rows without const and only reads them.
    e->rows[y] = (JSAMPROW)(pixels + y * e->row_bytes);
  }
  if (e->head == NULL) return encode_first(e, output, capacity);
  // The tables are the same in all files: written once by libjpeg, then copied. That spares a tenth
  // of the 3.5 us that a 28 x 28 image takes.
  size_t offset = e->head_count - e->bare_head_count;
  if (capacity < e->head_count) return encode_into(e, output, capacity, TRUE);
  size_t count = encode_into(e, output + offset, capacity - offset, FALSE);
  if (count == 0) return 0;
  memcpy(output, e->head, e->head_count);
  return offset + count;
}

const char *kiln_jpeg_encoder_message(const kiln_jpeg_encoder *e) { return e->error.message; }

void kiln_jpeg_encoder_destroy(kiln_jpeg_encoder *e) {
  if (e == NULL) return;
  jpeg_destroy_compress(&e->codec);
  free(e->head);
  free(e->rows);
  free(e);
}
