GO       ?= go
TESTARGS ?= -v -timeout 12m
FUZZTIME ?= 20s

.PHONY: all build test setup fmt vet staticcheck unit bench bench-git bench-long bench-bucket accuracy fuzz clean

all: build

## build: the binary, at ./keysweep, static
build:
	CGO_ENABLED=0 $(GO) build -trimpath -o keysweep ./cmd/keysweep

## test: everything a change must pass; installs missing Debian packages when it may
test: setup fmt vet staticcheck unit

setup:
	./.ci/setup

fmt:
	@test -z "$$(gofmt -l .)" || { echo "not gofmt'ed:"; gofmt -l .; exit 1; }

vet:
	$(GO) vet ./...

staticcheck:
	$(GO) tool staticcheck ./...

## unit: all tests with the race detector; the accuracy floors and what takes times or memory, without
unit:
	$(GO) test -race $(TESTARGS) ./...
	$(GO) test -v -run 'Accuracy|DeltasFind' ./internal/accuracy
	$(GO) test -v -run LinearTime ./detectors
	$(GO) test -v -run 'MemoryIsKept|SixteenMillion' ./scanner/source/gitpack

## bench: start-up, staged scan, a large tree against grep, peak memory; ratios and medians of five
bench: build
	$(GO) run ./bench -binary ./keysweep

## bench-git: full histories of the repositories in PATHS against git log -p: wall, user CPU, peak anonymous memory, ratios
bench-git: build
	$(GO) run ./bench -binary ./keysweep -git "$(PATHS)" $(BENCHARGS)

## bench-long: synthetic histories of 50,000 and 200,000 commits
bench-long: build
	$(GO) run ./bench -binary ./keysweep -rounds 3 -commits "50000 200000" $(BENCHARGS)

## bench-bucket: OBJECTS small objects on a local S3 server against a plain lister and reader, and one object of 5 GiB
OBJECTS ?= 100000
bench-bucket: build
	$(GO) run ./bench -binary ./keysweep -rounds 3 -objects $(OBJECTS)

## accuracy: recall, naming, pairing and precision on generated text
accuracy:
	$(GO) test ./internal/accuracy/... -run Accuracy -v

## fuzz: every fuzz target for FUZZTIME each
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "== $$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

clean:
	rm -f keysweep
