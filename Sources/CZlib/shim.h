// zlib for Swift: inflateInit2 is a macro, which the importer drops. No logic.
#ifndef KORTVAKT_CZLIB_H
#define KORTVAKT_CZLIB_H

#define ZLIB_CONST
#include <zlib.h>

static inline int kv_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
