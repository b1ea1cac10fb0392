# What a person does with the project; `make` alone lists it.

CONFIG ?=
# The tools that the tests bring along go before those of the machine.
export PATH := $(CURDIR)/.cache/venv/bin:$(PATH)

.PHONY: help run test check clients console bench tools

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: ## build and start the service; CONFIG=file.toml names its configuration
	@echo 'Building for release: some minutes the first time, nothing after that.'
	cargo build --release --locked --bin mediaplane
	./target/release/mediaplane serve $(if $(CONFIG),--config $(CONFIG))

test: check ## install what the tests need, then run the lints and every test
	cargo test --locked

check: tools ## the lints: format, clippy, documentation, dependencies, API, clients, console, deployment
	cargo fmt --check
	.config/buf.sh
	clients/generate.sh check
	clients/go/check.sh
	clients/python/check.sh
	clients/typescript/check.sh
	.config/console.sh check
	.config/helm.sh
	.config/compose.sh
	cargo deny --locked check --hide-inclusion-graph licenses bans sources
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items

clients: tools ## make the generated code of the clients anew from proto/
	clients/generate.sh

bench: tools ## measure, side by side with a bare server; see benches/
	cargo bench --locked

console: tools ## build the console's page anew, after a change of it, of its client or of the protos
	.config/console.sh build

tools:
	@.config/tools.sh
