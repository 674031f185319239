# SPDX-License-Identifier: GPL-2.0-or-later
# make           the programs, into build/
# make demo      install what is missing, build, judge the reference target in namespaces
# make check     install what is missing, build, run every test
# make unit      the unit tests
# make end-to-end  the tests that run the programs in network namespaces
# make initiators  all scenarios against Linux's driver and iPXE, minutes long
# make matrix    which scenarios catch which deviation, written to scenarios/matrix.md and ledger.md
# make fuzz-matrix  what random requests find of the deviations, written to scenarios/fuzzing.md
# make fuzz      the fuzzers, FUZZ_TIME seconds each
# make bench     how long runs take, compared with each other
# make lint      formats, static analysis, manual pages, scenarios
# make install   into DESTDIR and PREFIX, plugin and profile where Wireshark finds them
# make clean     removes build/

VERSION = 0.1.0
BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= gcc

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS  ?= -O3 -g
ifdef SANITIZE
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef WERROR
WARNINGS += -Werror
endif
override CPPFLAGS += -D_GNU_SOURCE -DSUITE_VERSION='"$(VERSION)"' -I. \
                     -DSCENARIO_DIR='"$(PREFIX)/share/aoe-suite/scenarios"'
override CFLAGS += -std=c17 $(WARNINGS) -MMD -MP

# What reads captures is optimized over all files together, where the compiler is gcc; the objects
# can be linked without that, too. Worth 5 % of the time.
ifndef SANITIZE
WHOLE := $(if $(shell $(CC) --version 2>/dev/null | grep 'Free Software'),-flto=auto -ffat-lto-objects)
endif

# 'make V=1' shows the commands.
ifdef V
say = @:
run =
else
say = @printf '  %-5s %s\n'
run = @
endif

HARNESS_LIBS = -lpcap -lnet -ljansson -lxml2
HARNESS_CPPFLAGS := $(shell pkg-config --cflags libxml-2.0 2>/dev/null)

ANALYSER_LIBS = -lpcap -ljansson -lncursesw -lsmartcols -lz -lzstd -llzma -llz4 -pthread -lm

# What of the dissector knows nothing of Wireshark, and is tested by itself.
DISSECTOR_PLAIN = history.o history_notes.o judge.o targets.o disk_traffic.o map_file.o map_text.o \
                  sector_map.o sparse_image.o rule_tally.o tally.o waiting.o

# Wireshark's headers are not held to our warnings.
PLUGIN_CPPFLAGS := $(subst -I,-isystem ,$(shell pkg-config --cflags wireshark glib-2.0 2>/dev/null))
PLUGIN_LIBS     := $(shell pkg-config --libs wireshark glib-2.0 2>/dev/null)

# Where Wireshark looks for plugins and profiles, whatever PREFIX is.
WIRESHARK_PLUGINS  ?= $(shell pkg-config --variable=plugindir wireshark)
WIRESHARK_PROFILES ?= $(shell pkg-config --variable=prefix wireshark)/share/wireshark/profiles

UNITS = common protocol target-ref deviations initiator-ref initiator-deviations harness analyser dissector

# A directory is a unit: every .c in it belongs to its library or program but main.c.
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $(1:%=%/*.c))))

LIB      = $(BUILD)/libaoe.a
PLUGIN   = $(BUILD)/aoe-suite.so
PROGRAMS = $(BUILD)/aoe-target $(BUILD)/aoe-initiator $(BUILD)/aoe-conform $(BUILD)/aoe-analyze
# What only tests this suite, and is not installed.
DEVIANTS = $(BUILD)/aoe-target-deviant $(BUILD)/aoe-initiator-deviant
TESTS    = $(patsubst %.c,$(BUILD)/%,$(wildcard */tests/test_*.c))
FUZZERS  = $(patsubst %.c,$(BUILD)/%,$(wildcard */fuzz/fuzz_*.c))
MANUALS  = $(filter-out baselines/%,$(wildcard */*.1))

.DEFAULT_GOAL = all
all: $(PROGRAMS) $(DEVIANTS) $(PLUGIN)

$(LIB): $(call objects,protocol)
	$(say) AR $@
	$(run)rm -f $@; $(AR) rcs $@ $^

TARGET = $(call objects,target-ref) $(BUILD)/common/port.o
$(BUILD)/aoe-target: $(BUILD)/target-ref/main.o $(TARGET) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# The command line that both deviants have.
DEVIANT = $(BUILD)/common/deviant.o
$(BUILD)/aoe-target-deviant: $(BUILD)/deviations/main.o $(call objects,deviations) $(DEVIANT) $(TARGET) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# What of common/ it needs.
INITIATOR_COMMON = $(addprefix $(BUILD)/common/,pattern.o port.o)
INITIATOR = $(call objects,initiator-ref) $(INITIATOR_COMMON)
$(BUILD)/aoe-initiator: $(BUILD)/initiator-ref/main.o $(INITIATOR) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/aoe-initiator-deviant: $(BUILD)/initiator-deviations/main.o \
                                $(call objects,initiator-deviations) $(DEVIANT) $(INITIATOR) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# It serves initiators by the model of the reference target.
HARNESS_MODEL = $(addprefix $(BUILD)/target-ref/,disk.o model.o)
$(BUILD)/aoe-conform: $(BUILD)/harness/main.o $(call objects,harness common) $(HARNESS_MODEL) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(HARNESS_LIBS)

$(call objects,analyser common protocol): override CFLAGS += $(WHOLE)
$(BUILD)/aoe-analyze: $(BUILD)/analyser/main.o $(call objects,analyser common) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(WHOLE) $(LDFLAGS) -o $@ $^ $(ANALYSER_LIBS)

# The plugin is loaded into Wireshark: everything in it is built once more, for any address.
PLUGIN_OBJECTS = $(patsubst $(BUILD)/%,$(BUILD)/plugin/%,$(call objects,dissector protocol) \
    $(addprefix $(BUILD)/common/,group.o latency.o level.o measure.o slowest.o traffic.o))
$(PLUGIN): $(PLUGIN_OBJECTS)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ $(PLUGIN_LIBS)

$(BUILD)/plugin/%.o: override CPPFLAGS += $(PLUGIN_CPPFLAGS)
$(BUILD)/plugin/%.o: override CFLAGS += -fPIC -fvisibility=hidden
$(BUILD)/plugin/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(say) CC $<
	$(run)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/harness/%.o: override CPPFLAGS += $(HARNESS_CPPFLAGS)

# The files of pages are part of the programs.
$(BUILD)/common/page_frame.o: $(wildcard common/page/*)
$(BUILD)/analyser/page_resource.o: $(wildcard analyser/page/*)
$(BUILD)/harness/html_parts.o: $(wildcard harness/page/*)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(say) CC $<
	$(run)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/common/tests/%: $(BUILD)/common/tests/%.o $(call objects,common) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/protocol/tests/%: $(BUILD)/protocol/tests/%.o $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/target-ref/tests/%: $(BUILD)/target-ref/tests/%.o $(TARGET) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/deviations/tests/%: $(BUILD)/deviations/tests/%.o $(call objects,deviations) $(TARGET) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

# The other side of these tests is the reference model.
$(BUILD)/initiator-ref/tests/%: $(BUILD)/initiator-ref/tests/%.o $(INITIATOR) \
                                $(BUILD)/target-ref/model.o $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

$(BUILD)/initiator-deviations/tests/%: $(BUILD)/initiator-deviations/tests/%.o \
                                       $(call objects,initiator-deviations) $(INITIATOR) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka

# An archive, so that a test can bring a link of its own, with the reference model behind it.
$(BUILD)/libharness.a: $(call objects,harness common)
	$(say) AR $@
	$(run)rm -f $@; $(AR) rcs $@ $^

$(BUILD)/harness/tests/%: $(BUILD)/harness/tests/%.o $(BUILD)/libharness.a \
                          $(HARNESS_MODEL) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(HARNESS_LIBS)

$(BUILD)/analyser/tests/make_page: $(addprefix $(BUILD)/analyser/,tests/make_page.o page.o page_resource.o) \
                                   $(BUILD)/common/page_frame.o
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ljansson

$(BUILD)/analyser/tests/%: $(BUILD)/analyser/tests/%.o $(call objects,analyser common) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(ANALYSER_LIBS)

$(BUILD)/dissector/%.o: override CPPFLAGS += $(PLUGIN_CPPFLAGS)

$(BUILD)/dissector/tests/%: $(BUILD)/dissector/tests/%.o $(addprefix $(BUILD)/dissector/,$(DISSECTOR_PLAIN)) \
                            $(call objects,common) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lglib-2.0

.SECONDARY:

# ---- running and testing ----

LAB        = AOE_BUILD=$(BUILD) ci/lab
FUZZ_TIME ?= 8
VALGRIND   = valgrind -q --error-exitcode=98 --leak-check=full --errors-for-leak-kinds=definite
SANITIZED  = BUILD=$(BUILD)/sanitized CC=clang SANITIZE=1 WERROR=1
JOBS      ?= $(shell nproc)
PARALLEL   = $(MAKE) --no-print-directory -j$(JOBS)

setup-build:
	@ci/setup build
setup-check:
	@AOE_BUILD=$(abspath $(BUILD)) ci/setup build check download

demo: setup-build
	@$(MAKE) --no-print-directory all
	@$(LAB) -- $(BUILD)/aoe-conform --target a0 e0.1 --allow all,link

check: setup-check
	@$(PARALLEL) WERROR=1 all tests
	@$(MAKE) --no-print-directory WERROR=1 lint
	@$(PARALLEL) WERROR=1 unit
	@$(PARALLEL) WERROR=1 unit UNDER='$(VALGRIND)'
	@$(PARALLEL) $(SANITIZED) all unit
	@$(PARALLEL) fuzz
	@$(MAKE) --no-print-directory end-to-end

# Unit tests, one program a file. What fails is shown.
tests: $(TESTS)

RUN_TESTS = $(TESTS:%=%.run)
unit: $(RUN_TESTS)
	@echo "$(words $(TESTS)) unit test programs passed$(if $(UNDER), under $(firstword $(UNDER)))"
$(RUN_TESTS): %.run: %
	@$(UNDER) $< >$<.log 2>&1 || { cat $<.log; echo "$< failed"; exit 1; }

# What crosses a wire or a command line: in two runs side by side, as most of the time is waited.
END_TO_END = AOE_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -m pytest -q -p no:cacheprovider
SLOW_TESTS = $(addprefix ci/test_,guest.py initiator.py initiators.py judging.py matrix.py stimulus.py)
end-to-end: all bench-programs $(BUILD)/analyser/tests/make_page
	@$(MAKE) --no-print-directory -j2 --output-sync=target end-to-end-slow end-to-end-others
end-to-end-slow:
	@folder=$$(mktemp -d) && $(END_TO_END) --basetemp=$$folder/tests $(SLOW_TESTS); \
		status=$$?; rm -rf $$folder; exit $$status
end-to-end-others:
	@$(END_TO_END) $(filter-out $(SLOW_TESTS),$(wildcard ci/test_*.py))

initiators: all
	@AOE_INITIATORS=full $(END_TO_END) ci/test_initiators.py

matrix: all
	@AOE_BUILD=$(abspath $(BUILD)) ci/matrix --write

fuzz-matrix: all
	@AOE_BUILD=$(abspath $(BUILD)) ci/fuzzmatrix --write

# libFuzzer for FUZZ_TIME seconds a fuzzer: a short form for every check; 'make fuzz FUZZ_TIME=3600'
# for a long one. New inputs stay in build/.
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' run-fuzzers

RUN_FUZZERS = $(FUZZERS:%=%.run)
run-fuzzers: $(RUN_FUZZERS)
$(RUN_FUZZERS): $(BUILD)/%.run: $(BUILD)/%
	@echo "fuzz $(notdir $<) $(FUZZ_TIME) s"
	@mkdir -p $<.corpus
	@$< -max_total_time=$(FUZZ_TIME) -artifact_prefix=$<. -verbosity=0 -print_final_stats=0 \
	    $<.corpus $(wildcard $(dir $*)corpus) 2>$<.log || { tail -40 $<.log; exit 1; }

fuzzers: $(FUZZERS)

$(BUILD)/protocol/fuzz/%: $(BUILD)/protocol/fuzz/%.o $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^

$(BUILD)/target-ref/fuzz/%: $(BUILD)/target-ref/fuzz/%.o $(TARGET) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^

$(BUILD)/initiator-ref/fuzz/%: $(BUILD)/initiator-ref/fuzz/%.o $(INITIATOR) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^

$(BUILD)/harness/fuzz/%: $(BUILD)/harness/fuzz/%.o $(call objects,harness common) $(HARNESS_MODEL) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(HARNESS_LIBS)

$(BUILD)/analyser/fuzz/%: $(BUILD)/analyser/fuzz/%.o $(call objects,analyser common) $(LIB)
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(ANALYSER_LIBS)

# The captures with known truth, and what is compared with aoe-analyze.
BENCH_PROGRAMS = generate walker pcap_count measure
BENCH_MAINS    = $(BENCH_PROGRAMS:%=ci/bench/%.c)
BENCH          = $(BENCH_PROGRAMS:%=$(BUILD)/ci/bench/%)
bench-programs: $(BENCH)

$(BUILD)/ci/bench/generate: $(BUILD)/ci/bench/generate.o $(LIB) \
        $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(BENCH_MAINS),$(wildcard ci/bench/*.c)))
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) -ljansson -lm

$(BUILD)/ci/bench/%: $(BUILD)/ci/bench/%.o
	$(say) LINK $@
	$(run)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpcap

bench: setup-build
	@$(MAKE) --no-print-directory all bench-programs
	@AOE_BUILD=$(abspath $(BUILD)) ci/bench/conform.py
	@AOE_BUILD=$(abspath $(BUILD)) ci/bench/analyze.py
	@AOE_BUILD=$(abspath $(BUILD)) ci/bench/dissector.py

lint: all
	@clang-format --dry-run -Werror $(wildcard */*.[ch] */tests/*.[ch] */fuzz/*.c ci/bench/*.[ch])
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -D_GNU_SOURCE -DSUITE_VERSION='""' -DSCENARIO_DIR='""' -I. \
	    $(foreach unit,$(UNITS),-i $(unit)/tests -i $(unit)/fuzz $(unit)) ci/bench
	@for page in $(MANUALS); do mandoc -T lint -W warning $$page || exit 1; done
	@$(BUILD)/aoe-conform --check
	@AOE_BUILD=$(abspath $(BUILD)) ci/matrix --check
	@AOE_BUILD=$(abspath $(BUILD)) ci/fuzzmatrix --check

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install $(PROGRAMS) harness/aoe-stimulus-linux $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(filter-out deviations/% initiator-deviations/%,$(MANUALS)) $(DESTDIR)$(PREFIX)/share/man/man1
	cd scenarios && find . -name '*.aoe' -exec install -D -m 644 {} \
	    $(abspath $(DESTDIR)$(PREFIX))/share/aoe-suite/scenarios/{} \;
	install -d $(DESTDIR)$(WIRESHARK_PLUGINS)/epan $(DESTDIR)$(WIRESHARK_PROFILES)/AoE
	install -m 644 $(PLUGIN) $(DESTDIR)$(WIRESHARK_PLUGINS)/epan
	install -m 644 $(wildcard dissector/profile/*) $(DESTDIR)$(WIRESHARK_PROFILES)/AoE

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

.PHONY: $(RUN_TESTS) $(RUN_FUZZERS) tests run-fuzzers all setup-build setup-check demo check unit end-to-end end-to-end-slow end-to-end-others initiators matrix fuzz-matrix fuzz fuzzers bench bench-programs lint install clean help

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
