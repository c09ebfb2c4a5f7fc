//! The expression language from outside: what Spinnaker's users write and what it gives, what attackers write, and limits.

mod conformance;
mod escapes;
mod fixture;
mod limits;
mod lookups;
mod table;
