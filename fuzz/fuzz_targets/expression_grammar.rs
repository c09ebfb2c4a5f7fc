//! Well-formed expressions from the language's own tables, so that what lies behind the parser is reached.

#![no_main]

use gennaker_fuzz::Text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: Text| gennaker_fuzz::evaluate(&text.to_string()));
