# Everything a developer or CI does, one target each. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
SWIFT_BUILD := swift build -j $(JOBS)
# As the programs are shipped: optimised, with the Swift runtime linked in.
SWIFT_RELEASE := $(SWIFT_BUILD) -c release --static-swift-stdlib --product
# Tests wait for clocks, servers and programs: more at a time than cores, but not all at once, or each waits for all others.
TEST_WIDTH ?= 24
SWIFT_TEST := swift test --disable-xctest -j $(JOBS) --experimental-maximum-parallelization-width $(TEST_WIDTH)
SOURCES := Package.swift Sources Tests
SHELL_SCRIPTS := $(wildcard scripts/*.sh Tests/Fixtures/pages/*.sh) .ci/run

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install the libraries that the build needs (Debian packages)
	@scripts/deps.sh build

.PHONY: deps-test
deps-test: ## Install the programs that the tests run as well
	@scripts/deps.sh build test

.PHONY: deps-image
deps-image:
	@scripts/deps.sh build image

.PHONY: build
build: deps ## Build everything (debug)
	$(SWIFT_BUILD) --build-tests

.PHONY: release
release: deps ## Build the programs optimised, with the Swift runtime linked in
	$(SWIFT_RELEASE) quartermaster
	$(SWIFT_RELEASE) quartermaster-agent
	$(SWIFT_RELEASE) devcluster
	$(SWIFT_RELEASE) quartermaster-bench

# Where images go, and what their label says of where the sources are.
IMAGES ?= .build/images
IMAGE_SOURCE ?=
MAKE_IMAGE := python3 scripts/image build --output $(IMAGES) $(if $(IMAGE_SOURCE),--source $(IMAGE_SOURCE))

.PHONY: image
image: deps-image ## The operator's image, without a container engine: an OCI archive and its parts list in SPDX
	$(SWIFT_RELEASE) quartermaster
	$(MAKE_IMAGE) --program .build/release/quartermaster operator

.PHONY: image-backup
image-backup: deps-image ## The image of backups; ADD="FILE ..." takes kubectl and etcdutl from files, COMPLETE=1 takes no image with parts missing
	$(SWIFT_RELEASE) quartermaster-agent
	$(MAKE_IMAGE) --program .build/release/quartermaster-agent $(ADD:%=--add %) $(if $(COMPLETE),--complete) backup

# What of the release is made: manifests, programs, krew, sums; all of it where nothing is said.
PARTS ?=

.PHONY: release-artifacts
release-artifacts: ## What a release consists of, into dist/: make release-artifacts VERSION=0.1.0; takes ADD and COMPLETE as well
	@scripts/release.sh "$(VERSION)" version
	$(if $(PARTS),$(if $(filter programs,$(PARTS)),$(MAKE) image image-backup),$(MAKE) image image-backup)
	scripts/release.sh "$(VERSION)" $(PARTS)

.PHONY: test
test: deps-test ## Run all tests; QM_TEST_KUBECONFIG=FILE adds a real cluster
	QM_OPTIMISED=1 $(SWIFT_TEST) --scratch-path .build/tests

.PHONY: e2e
e2e: deps-test ## The suite on real nodes: QM_E2E_KUBECONFIG=FILE make e2e, see docs/end-to-end.md
	@[ -n "$$QM_E2E_KUBECONFIG" ] || { echo "e2e: set QM_E2E_KUBECONFIG to a cluster of its own; docs/end-to-end.md says what it wants" >&2; exit 2; }
	$(SWIFT_TEST) --filter EndToEnd

.PHONY: check
check: deps-test ## Lint: format, shell scripts, generated files, manifests
	swift format lint --strict --recursive --parallel $(SOURCES)
	shellcheck $(SHELL_SCRIPTS)
	scripts/check-generated.sh
	python3 scripts/image/tests.py

.PHONY: fmt
fmt: ## Format the Swift sources in place
	swift format format --in-place --recursive --parallel $(SOURCES)

.PHONY: generate
generate: deps ## Write Swift types and reference tables from crds/*.yaml, and config/rbac from the rights in code
	$(SWIFT_BUILD) --product Generator
	.build/debug/Generator
	QM_GOLDEN=rewrite $(SWIFT_TEST) --filter RightsTests

.PHONY: golden
golden: deps ## Rewrite the golden files from what the builders make now
	QM_GOLDEN=rewrite $(SWIFT_TEST) --filter 'ReconcilersTests|FlagReferenceTests'

.PHONY: docs
docs: deps ## Build the API documentation into .build/docs
	scripts/docs.sh

.PHONY: tsan
tsan: deps-test ## Run all tests under ThreadSanitizer
	QM_SANITIZE=1 $(SWIFT_TEST) --sanitize=thread --scratch-path .build/tsan

.PHONY: asan
asan: deps-test ## Run all tests under AddressSanitizer
	QM_SANITIZE=1 $(SWIFT_TEST) --sanitize=address --scratch-path .build/asan

.PHONY: fuzz
fuzz: deps ## Run the parsers under libFuzzer with AddressSanitizer: make fuzz SECONDS_EACH=60 TARGETS="json yaml"
	QM_FUZZ=1 $(SWIFT_BUILD) --scratch-path .build/fuzz --product Fuzz
	scripts/fuzz.sh .build/fuzz/debug/Fuzz "$(or $(SECONDS_EACH),60)" $(TARGETS)

.PHONY: chaos
chaos: deps ## The operator through random faults: make chaos SEED=7 ROUNDS=20 ARGS="--faults kill,freeze"
	$(SWIFT_BUILD) --product quartermaster
	$(SWIFT_BUILD) --product devcluster
	.build/debug/devcluster chaos $(if $(SEED),--seed $(SEED)) --rounds $(or $(ROUNDS),5) $(ARGS)

.PHONY: chaos-backups
chaos-backups: deps-test ## Backups with the real programs under random faults: make chaos-backups SEED=7 or ROUNDS=20
	QM_SEED=$(SEED) QM_ROUNDS=$(or $(ROUNDS),5) $(SWIFT_TEST) --filter 'BackupCampaignTests|DeliveryTests'

.PHONY: bench
bench: release ## Measure against the cluster of KUBECONFIG: make bench CASE=informer
	.build/release/quartermaster-bench $(or $(CASE),informer) $(ARGS)

.PHONY: demo
demo: deps ## The main job on the embedded API server; KEEP=1 leaves it running
	$(SWIFT_BUILD) --product quartermaster
	$(SWIFT_BUILD) --product devcluster
	KEEP=$(KEEP) scripts/demo.sh

.PHONY: demo-release
demo-release: release ## The same with the optimised programs, which are compiled otherwise than those of the tests
	KEEP=$(KEEP) QM_BIN=.build/release scripts/demo.sh

.PHONY: clean
clean: ## Remove what was built
	rm -rf .build .demo dist
