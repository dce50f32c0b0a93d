// SHA256_Init and its like are marked as deprecated since 3.0, with no date set for their removal.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
