# What people run. Building needs Go alone; `make test` installs through apt-get and npm what the tests need and is missing.
.PHONY: build test soak bench fmt assets editor screenshots clean

build: ## one static binary, ./dabir
	CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o dabir ./cmd/dabir

test: ## the one test command: format, vet, staticcheck, all tests (see scripts/test)
	@scripts/test

soak: ## longer: the scenarios of the whole program under the race detector, 300 kills, three nodes for minutes, the cluster of deploy/, 5,000 slow connections
	scripts/soak-setup
	go run ./bench slow
	scripts/with-postgres env DABIR_TEST_STRICT=1 DABIR_TEST_KILLS=300 DABIR_TEST_LONG=1 DABIR_TEST_CLUSTER=1 go test -race -count=1 -timeout 90m ./cmd/dabir

bench: ## every figure of bench/README.md that is a speed, a size or a cost, with its plots: some hours on a quiet machine
	scripts/bench

fmt: ## format the Go code
	gofmt -w .

assets: ## fetch the third-party files again: country file, fonts, lexicon (needs npm and fonttools)
	scripts/fetch-assets

editor: ## build the newsroom's editor into assets/editor.js, which is committed (needs Node and npm)
	scripts/build-editor

screenshots: ## pictures of the main pages, into ./screenshots, and the one of the README
	go run ./e2e/screenshots --out screenshots

clean: ## remove what was built and fetched here; the newsroom in ./data is left alone
	rm -rf dabir screenshots e2e/node_modules internal/web/newsroom/editor/node_modules
