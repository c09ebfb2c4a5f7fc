//! What the server needs from the outside world, as traits: storage, clouds, the clock, authorisation, notification of
//! changes. Adapters implement them; the engine and the use cases know nothing else.
//!
//! This crate has traits and the plain types they speak in, and with the feature `test-util` an in-memory fake of each.
//! It must not have behaviour of its own.

pub mod authorizer;
pub mod clock;
pub mod cloud;
pub mod egress;
pub mod launcher;
pub mod notifier;
pub mod records;
pub mod secrets;
pub mod store;
#[cfg(feature = "test-util")]
pub mod testing;
pub mod traffic_guards;

pub use authorizer::{Access, Authorizer, Denied, Principal, Target};
pub use clock::{Clock, SystemClock};
pub use cloud::{Cloud, CloudError, Clouds, Jobs};
pub use egress::{Egress, EgressError, EgressRequest, EgressResponse};
pub use launcher::{Launch, LaunchError, Launcher};
pub use notifier::{Notifier, NotifyError};
pub use records::{Records, RecordsUnavailable};
pub use secrets::{AllowedSecrets, SecretError, Secrets, SystemSecrets};
pub use store::{Store, StoreError};
pub use traffic_guards::{TrafficGuards, TrafficGuardsUnavailable};
