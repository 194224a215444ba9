// Package e2e holds the browser tests: real Chromium before the real program with its demonstration newsroom. Every page that a
// test opens is watched: a violation of the security policy, an error on the console, an exception or a request to another host
// fails the test, whatever else it looks at. Chromium and axe-core are brought by scripts/test-setup; without them the tests are
// skipped and say so, and fail where DABIR_TEST_STRICT=1 asks for all parts, as `make test` does.
package e2e
