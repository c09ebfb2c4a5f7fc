//! What the server needs from the outside world, as traits: storage, clouds, the clock, authorisation, notification of
//! changes. Adapters implement them; the engine and the use cases know nothing else.
//!
//! This crate has traits and the plain types they speak in, and with the feature `test-util` an in-memory fake of each.
//! It must not have behaviour of its own.

pub mod authorizer;
pub mod clock;
pub mod cloud;
pub mod launcher;
pub mod secrets;
pub mod store;
#[cfg(feature = "test-util")]
pub mod testing;
pub mod traffic_guards;

pub use authorizer::{Access, Authorizer, Denied, Principal, Target};
pub use clock::{Clock, SystemClock};
pub use cloud::{Cloud, CloudError, Clouds};
pub use launcher::{Launch, LaunchError, Launcher};
pub use secrets::{SecretError, Secrets, SystemSecrets};
pub use store::{Store, StoreError};
pub use traffic_guards::{TrafficGuards, TrafficGuardsUnavailable};
