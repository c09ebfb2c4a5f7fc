//! Any text at all: it is parsed and evaluated within the limits, twice with the same result, and never with a panic.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|text: &str| -> Corpus {
    gennaker_fuzz::evaluate(text);
    // Texts without expressions are all alike.
    if text.contains("${") { Corpus::Keep } else { Corpus::Reject }
});
