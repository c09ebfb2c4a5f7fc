//! Real counterparts for tests and benchmarks: programs that run here as they do for users, in temporary directories, on
//! loopback addresses, ended when they are dropped. It knows nothing of Gennaker.

mod authority;
mod clock;
mod disk;
pub mod http;
pub mod postgres;
mod relay;
pub mod smtp;

pub use authority::Authority;
pub use clock::SteppedClock;
pub use disk::{SlowDisk, SmallDisk};
pub use http::Http;
pub use postgres::Postgres;
pub use relay::Relay;
pub use smtp::Smtp;
