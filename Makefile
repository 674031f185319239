# SPDX-License-Identifier: GPL-2.0-or-later
# make           the programs, into build/
# make demo      install what is missing, build, judge the reference target in namespaces
# make check     install what is missing, build, run every test
# make help      the rest

VERSION = 0.1.0
BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= gcc

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS  ?= -O2 -g
ifdef SANITIZE
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef WERROR
WARNINGS += -Werror
endif
override CPPFLAGS += -D_GNU_SOURCE -DSUITE_VERSION='"$(VERSION)"' -I. \
                     -DSCENARIO_DIR='"$(PREFIX)/share/aoe-suite/scenarios"'
override CFLAGS += -std=c17 $(WARNINGS) -MMD -MP

HARNESS_LIBS = -lpcap -lnet -ljansson -lxml2
HARNESS_CPPFLAGS = $(shell pkg-config --cflags libxml-2.0 2>/dev/null)

# A directory is a unit: every .c in it belongs to its library or program but main.c.
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c)))

LIB      = $(BUILD)/libaoe.a
PROGRAMS = $(BUILD)/aoe-target $(BUILD)/aoe-conform
TESTS    = $(patsubst %.c,$(BUILD)/%,$(wildcard */tests/test_*.c))
FUZZERS  = $(patsubst %.c,$(BUILD)/%,$(wildcard */fuzz/fuzz_*.c))
MANUALS  = $(wildcard */*.1)

.DEFAULT_GOAL = all
all: $(PROGRAMS)

$(LIB): $(call objects,protocol)
	$(AR) rcs $@ $^

$(BUILD)/aoe-target: $(BUILD)/target-ref/main.o $(call objects,target-ref) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/aoe-conform: $(BUILD)/harness/main.o $(call objects,harness) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(HARNESS_LIBS)

$(BUILD)/harness/%.o: override CPPFLAGS += $(HARNESS_CPPFLAGS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/protocol/tests/%: $(BUILD)/protocol/tests/%.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/target-ref/tests/%: $(BUILD)/target-ref/tests/%.o $(call objects,target-ref) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/harness/tests/%: $(BUILD)/harness/tests/%.o $(call objects,harness) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(HARNESS_LIBS)

.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
