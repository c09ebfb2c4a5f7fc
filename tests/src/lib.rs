//! gennaker-tests.
