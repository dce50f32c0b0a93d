#ifndef C_IMAGE_SHIMS_H
#define C_IMAGE_SHIMS_H
#endif
