# Each target does all of its own set-up: Node, packages, bundle. `make` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build check lint format format-check test-packages test model sim mutants nightly bench-sim demo test-openstack bench-failover clean distclean

# Looked for when it is first needed, and only once.
NODE = $(eval NODE := $$(shell scripts/ensure-node.sh))$(or $(NODE),$(error no suitable Node, see above))
# The oldest and the newest that a random run of the simulator must be the same by, to the byte.
OTHER_NODES = $(foreach major,20 24,$(or $(shell scripts/ensure-node.sh $(major)),$(error no Node $(major), see above)))
# What packages bring as programs asks the PATH for node.
RUN = PATH="$(dir $(NODE)):$$PATH"
BIN = $(RUN) node_modules/.bin

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.package-lock.json ## fetch Node, if needed, and the packages

# npm writes this file last, so it is there and new only where everything is. Not `npm ci`: it refuses a lock file
# without the optional packages of platforms that the registry at hand does not have; this, too, installs what the lock
# file says, and writes nothing back.
node_modules/.package-lock.json: package-lock.json
	@echo "Node: $(NODE)"
	npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

build: setup ## bundle dist/vigil.js
	$(RUN) node scripts/build.mjs

check: setup ## types, and the purity of the core
	$(BIN)/tsc -p tsconfig.core.json
	$(BIN)/tsc -p tsconfig.json

lint: setup ## rules beyond types
	$(BIN)/oxlint --type-aware --deny-warnings

format: setup ## put all files into form
	$(BIN)/biome format --write .

format-check: setup
	$(BIN)/biome format .

test: test-packages setup check lint format-check ## unit, property and integration tests; root, for a loop device
	$(RUN) OTHER_NODES="$(OTHER_NODES)" node scripts/test.mjs

# What the tests take from the system: FUSE to hang storage, namespaces, certificates, probes.
test-packages:
	@scripts/ensure-packages.sh openssl iproute2 iputils-ping bsdutils util-linux bindfs fuse3

mutants: setup ## plant defects in the core, one at a time, and tell what catches each; ARGS=--help
	$(RUN) node --import tsx test/mutants/main.ts $(ARGS)

sim: build ## every scenario, and 200 random runs of the simulator
	$(RUN) node dist/vigil.js sim scenario sim/scenarios/*
	$(RUN) node dist/vigil.js sim swarm --seeds 1..200

nightly: build ## the long runs of the simulator, hours of them; goes on where it was stopped; ARGS=short, six-hours, large
	$(RUN) node scripts/nightly.mjs $(ARGS)

# A bundle, as the agent and the simulator are: from sources it is a third slower.
bench-sim: setup ## simulated seconds per second of a processor; ARGS='--vms COUNT --checkers --faults HOSTS/ELIGIBLE…'
	$(BIN)/esbuild scripts/bench-sim.ts --bundle --platform=node --format=esm --outfile=dist/bench-sim.mjs --log-level=error
	$(RUN) node dist/bench-sim.mjs $(ARGS)

model: ## check the models of the lease, the intents and the records, with spin; ARGS=NAME shows the steps of one run
	@scripts/ensure-packages.sh spin gcc libc6-dev
	model/run.sh $(ARGS)

demo: build ## five hosts, three faults, no root needed; ARGS=--keep leaves it running
	$(RUN) node dist/vigil.js demo $(ARGS)

test-openstack: build ## the same on a real OpenStack; needs root and some time; ARGS=--all, --only WORDS
	$(RUN) node --import tsx test/openstack/run-cases.ts $(ARGS)

bench-failover: build ## failover times on a real OpenStack beside nova's own; needs root
	$(RUN) node --import tsx test/openstack/bench.ts $(ARGS)

clean: ## remove the bundle
	rm -rf dist

distclean: clean ## remove the packages and the fetched Node as well
	rm -rf node_modules .node
