// libcurl, loaded when it is first needed: linked, it and its twenty libraries would make the start of
// every command slower by 5 ms. Here are the pointers to its functions, and calls with fixed
// parameters of those that take a varying number, which Swift cannot call.
#include <curl/curl.h>
#include <dlfcn.h>

struct kiln_curl {
  void *easy_setopt;
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(CURLcode);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_cleanup)(CURLM *);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned, int, int *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
};

/// Finds all functions; 0 where the library lacks one of them.
static inline int kiln_curl_load(struct kiln_curl *curl, void *library) {
#define KILN_FIND(name) ((*(void **)&curl->name = dlsym(library, "curl_" #name)) != 0)
  return KILN_FIND(easy_setopt) && KILN_FIND(global_init) && KILN_FIND(easy_init) && KILN_FIND(easy_cleanup)
      && KILN_FIND(easy_strerror) && KILN_FIND(multi_init) && KILN_FIND(multi_cleanup)
      && KILN_FIND(multi_add_handle) && KILN_FIND(multi_remove_handle) && KILN_FIND(multi_perform)
      && KILN_FIND(multi_poll) && KILN_FIND(multi_info_read)
      && KILN_FIND(slist_append) && KILN_FIND(slist_free_all);
#undef KILN_FIND
}

typedef size_t (*kiln_curl_receiver)(char *, size_t, size_t, void *);
typedef CURLcode (*kiln_curl_setter)(CURL *, CURLoption, ...);

static inline CURLcode kiln_curl_set_long(const struct kiln_curl *curl, CURL *easy, CURLoption option, long value) {
  return ((kiln_curl_setter)curl->easy_setopt)(easy, option, value);
}

static inline CURLcode kiln_curl_set_text(const struct kiln_curl *curl, CURL *easy, CURLoption option, const char *value) {
  return ((kiln_curl_setter)curl->easy_setopt)(easy, option, value);
}

static inline CURLcode kiln_curl_set_pointer(const struct kiln_curl *curl, CURL *easy, CURLoption option, void *value) {
  return ((kiln_curl_setter)curl->easy_setopt)(easy, option, value);
}

static inline CURLcode kiln_curl_set_receiver(const struct kiln_curl *curl, CURL *easy, CURLoption option, kiln_curl_receiver value) {
  return ((kiln_curl_setter)curl->easy_setopt)(easy, option, value);
}

/// Allows the schemes that Kiln reads from; names them the way this version of libcurl takes them.
static inline CURLcode kiln_curl_set_schemes(const struct kiln_curl *curl, CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return kiln_curl_set_text(curl, easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
#else
  return kiln_curl_set_long(curl, easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE);
#endif
}

/// The next transfer that has ended, or 0.
static inline CURL *kiln_curl_next_ended(const struct kiln_curl *curl, CURLM *multi, CURLcode *result) {
  int left;
  CURLMsg *message;
  while ((message = curl->multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return 0;
}
