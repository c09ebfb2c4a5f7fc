//! Real counterparts for tests and benchmarks: programs that run here as they do for users, in temporary directories, on
//! loopback addresses, ended when they are dropped. It knows nothing of Gennaker.

pub mod postgres;

pub use postgres::Postgres;
