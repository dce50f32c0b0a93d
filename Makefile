# make demo   convert drawn digits into every format, in Output/demo
# make test   run all tests
# make help   list the rest

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# A binary that runs without a Swift installation and starts in 3 ms; a third of it would be symbols and debug
# information. STATIC leads to the archives of libraries: to bind to their shared forms takes up to 1.4 ms each.
STATIC := .build/archives
# The pkg-config module of each, and the library in it.
ARCHIVES := libcrypto:crypto libdeflate:deflate libisal:isal libjpeg:jpeg libpng:png16 libzstd:zstd zlib:z
# The toolchain's lld says nothing of a mktemp that Foundation holds and Kiln never calls; one segment for code and
# constants, as other linkers make it, is one less to map at the start.
LINKER := $(if $(filter Darwin,$(shell uname)),-Xlinker -S,-Xswiftc -use-ld=lld -Xlinker -s -Xlinker --no-rosegment)
RELEASE := -c release --static-swift-stdlib $(LINKER) -Xlinker -L$(STATIC)
RELEASE_ENV := PKG_CONFIG_PATH="$(CURDIR)/$(STATIC):$$PKG_CONFIG_PATH"
KILN := .build/release/kiln

APT := libarchive-dev libcurl4-openssl-dev libdeflate-dev libisal-dev libjpeg-dev libpng-dev libssl-dev libzstd-dev \
  pkg-config zlib1g-dev
BREW := curl isa-l jpeg-turbo libarchive libdeflate libpng openssl@3 pkgconf zlib zstd
MODULES := libarchive libcurl libdeflate libisal libjpeg libpng libcrypto libzstd zlib

# For make fuzz.
SECONDS ?= 60
TARGETS ?=

SWIFT_FILES = Package.swift Sources Tests

.PHONY: help deps build demo test test-release sanitize fuzz bench lint format docs install uninstall clean

help:
	@echo 'make deps      install the C libraries that are missing (apt-get or Homebrew)'
	@echo 'make build     build $(KILN)'
	@echo 'make demo      convert drawn digits into every format, in Output/demo'
	@echo 'make test      run all tests'
	@echo 'make sanitize  run all tests under the address and the thread sanitizer'
	@echo 'make fuzz      attack every decoder for SECONDS ($(SECONDS)); TARGETS names some of them'
	@echo 'make bench     time every stage, as CSV'
	@echo 'make lint      check the format and the rules of the house'
	@echo 'make docs      build the documentation into .docs'
	@echo 'make install   install under PREFIX ($(PREFIX))'
	@echo 'make clean     remove everything built'

# Quiet and quick where nothing is missing, so that every other target can begin with it.
# Homebrew keeps libarchive to itself; Package.swift names it, so that the build looks there.
deps:
	@if [ "$$(uname)" = Darwin ] && command -v brew >/dev/null; then \
	  PKG_CONFIG_PATH="$$(brew --prefix)/opt/libarchive/lib/pkgconfig:$$PKG_CONFIG_PATH"; \
	  export PKG_CONFIG_PATH; \
	fi; \
	if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists $(MODULES); then exit 0; fi; \
	if [ "$$(uname)" = Darwin ]; then \
	  command -v brew >/dev/null || { echo 'make deps needs Homebrew: https://brew.sh' >&2; exit 1; }; \
	  brew install --quiet $(BREW); \
	elif command -v apt-get >/dev/null 2>&1; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo 'installing $(APT)'; \
	  $$sudo apt-get update -qq </dev/null >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive \
	    $$sudo apt-get install -qq -y --no-install-recommends $(APT) </dev/null >/dev/null; \
	else \
	  echo 'install these libraries with their headers, then try again: $(MODULES)' >&2; exit 1; \
	fi

# Where an archive is missing, the shared library does the same work.
$(STATIC)/made: Makefile | deps
	@rm -rf $(STATIC) && mkdir -p $(STATIC)
	@archive=$$(clang -print-file-name=libstdc++.a) && [ -f "$$archive" ] && ln -sf "$$archive" $(STATIC) || true
	@[ "$$(uname)" = Linux ] || exit 0; \
	for entry in $(ARCHIVES); do \
	  module=$${entry%:*}; archive=lib$${entry#*:}.a; \
	  [ -f "$$(clang -print-file-name=$$archive)" ] || continue; \
	  sed "s/-l$${entry#*:}\>/-l:$$archive/" \
	    "$$(pkg-config --variable=pcfiledir $$module)/$$module.pc" > $(STATIC)/new && \
	    mv $(STATIC)/new $(STATIC)/$$module.pc; \
	done
	@touch $@

build: deps $(STATIC)/made
	@$(RELEASE_ENV) $(SWIFT) build $(RELEASE) --product kiln

demo: build
	@$(KILN) run Pipelines/demo.json
	@$(KILN) preview sample --overwrite -o Output/demo/sheet.png
	@ls Output/demo

test: deps
	@$(SWIFT) test

test-release: deps
	@$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release

# In build directories of their own, so that the usual one stays as it is. There are no tests for XCTest,
# whose runner leaks.
sanitize: deps
	@LSAN_OPTIONS=suppressions=$(CURDIR)/.ci/leaks:print_suppressions=0 $(SWIFT) test \
	  --sanitize=address --scratch-path .build-asan --disable-xctest
	@$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --disable-xctest

fuzz: deps
	@Tests/Fuzz/run $(SECONDS) $(TARGETS)

bench: deps $(STATIC)/made
	@$(RELEASE_ENV) $(SWIFT) build $(RELEASE) --product kiln-benchmark
	@.build/release/kiln-benchmark

lint:
	@$(SWIFT) format lint --strict --recursive $(SWIFT_FILES)
	@.ci/house-rules

format:
	@$(SWIFT) format --in-place --recursive $(SWIFT_FILES)

docs: deps
	@.ci/docs

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(KILN) $(DESTDIR)$(PREFIX)/bin/kiln
	strip $(DESTDIR)$(PREFIX)/bin/kiln
	$(KILN) man > $(DESTDIR)$(PREFIX)/share/man/man1/kiln.1
	$(KILN) completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kiln
	$(KILN) completions zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_kiln
	$(KILN) completions fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kiln.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/kiln $(DESTDIR)$(PREFIX)/share/man/man1/kiln.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kiln \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_kiln \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kiln.fish

clean:
	rm -rf .build .build-release .build-asan .build-tsan .docs Tests/Fuzz/.build
	find Output -mindepth 1 ! -name README.md -delete
