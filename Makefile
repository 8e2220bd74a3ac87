# Metapath. `make` or `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# The binary needs no Swift where it runs; exclusivity is checked in tests, where the check costs nothing that matters.
RELEASE_FLAGS ?= --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked
# More for the benchmarks: --quick, --write.
BENCH_FLAGS ?=
# More for the conformance runs: --profile NAME, names of fixtures.
CONFORMANCE_FLAGS ?=
# Parts of names of fault tests, and of tests of the proxy.
FAULTS ?=
TESTS ?=

PROGRAM := .build/release/metapath
DATABASE_PACKAGES := mariadb-server-core mariadb-client
BUILD_PACKAGES := libsqlite3-dev libmariadb-dev pkg-config
LAB_PACKAGES := iproute2 nftables curl

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build for debugging
	@Scripts/install-packages $(BUILD_PACKAGES)
	$(SWIFT) build

.PHONY: release
release: ## Build the optimised program, .build/release/metapath
	@Scripts/install-packages $(BUILD_PACKAGES)
	$(SWIFT) build -c release --product metapath $(RELEASE_FLAGS)

.PHONY: test
test: ## Install what the tests need, then run all of them
	@Scripts/test

.PHONY: conformance
conformance: build ## Replay everything recorded from Nova on Nova's own databases; CONFORMANCE_FLAGS
	@Scripts/install-packages $(DATABASE_PACKAGES) python3
	Tests/Conformance/run $(CONFORMANCE_FLAGS)

.PHONY: conformance-live
conformance-live: build ## The same against Nova's own service, side by side; installs Nova with pip
	@Scripts/install-packages $(DATABASE_PACKAGES) python3
	Tests/Conformance/live $(CONFORMANCE_FLAGS)

.PHONY: test-faults
test-faults: build ## What guests see when MariaDB, Neutron or Keystone stop, hang or lie; FAULTS=NAME for some of it
	@Scripts/install-packages $(DATABASE_PACKAGES) python3
	Tests/Faults/run -v $(FAULTS)

.PHONY: test-doctor
test-doctor: build ## Break real paths, one way at a time: does the doctor name the hop, and mend it? FAULTS=NAME
	@Scripts/install-packages $(LAB_PACKAGES) $(DATABASE_PACKAGES) haproxy iptables net-tools procps openssl python3 \
	    python3-venv
	Tests/Doctor/run $(FAULTS)

.PHONY: test-proxy
test-proxy: build ## What guests see of the proxy in real namespaces; TESTS=NAME for some of it
	@Scripts/install-packages $(LAB_PACKAGES) python3
	Tests/Proxy/run -v $(TESTS)

.PHONY: test-neutron
test-neutron: build ## Neutron's own code beside the proxy; installs Neutron with pip; TESTS=NAME for some of it
	@Scripts/install-packages $(LAB_PACKAGES) haproxy iptables net-tools python3-venv
	Tests/Neutron/run -v $(TESTS)

.PHONY: check
check: ## Format, imports between layers, warnings as errors
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
	Scripts/check-imports
	@Scripts/install-packages $(BUILD_PACKAGES)
	$(SWIFT) build --build-tests

.PHONY: format
format: ## Put the source into the form that `make check` wants
	$(SWIFT) format format --in-place --recursive Package.swift Sources Tests

.PHONY: demo
demo: ## A tenant network on this machine, and its instances reading their metadata
	@Scripts/install-packages $(BUILD_PACKAGES) $(LAB_PACKAGES)
	$(SWIFT) build -c release --product metapath $(RELEASE_FLAGS)
	$(PROGRAM) lab run Examples/instances.yaml --config-file Examples/nova.conf

.PHONY: bench
bench: ## Measure against nginx; BENCH_FLAGS=--quick for one short round
	Benchmarks/run $(BENCH_FLAGS)

.PHONY: bench-nova
bench-nova: ## Measure against Nova's own service on the same database; BENCH_FLAGS as above
	Benchmarks/nova/run $(BENCH_FLAGS)

.PHONY: bench-proxy
bench-proxy: ## Measure against Neutron's metadata agent and haproxies in namespaces; needs root; BENCH_FLAGS as above
	Benchmarks/proxy/run $(BENCH_FLAGS)

.PHONY: install
install: release ## Install program, manual and shell completions below PREFIX
	Scripts/install-program $(PROGRAM) "$(DESTDIR)$(PREFIX)"

.PHONY: clean
clean: ## Remove what the builds made
	$(SWIFT) package clean
