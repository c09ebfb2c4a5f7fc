//! The client of Gennaker's API for Rust.
//!
//! [`Client`] connects when it is first used and keeps the connection. Every unary method of the API is called with
//! its request message: [`Client::call`] knows which service answers, fills in the `request_id` that makes a repeat
//! harmless, and repeats a call that did not reach the server. [`Client::list`] reads all pages of a list.
//! [`Client::follow`] watches an execution over any number of broken connections, each event once and in order, and
//! [`ExecutionView`] folds what it brings to the execution as it stands.
//!
//! ```no_run
//! use gennaker_client::{Client, ExecutionView, v1};
//!
//! # async fn example() -> Result<(), gennaker_client::Error> {
//! let client = Client::connect("http://127.0.0.1:8480")?;
//! let started = client
//!     .call(v1::StartExecutionRequest {
//!         pipeline: "applications/hello/pipelines/deploy".to_owned(),
//!         parameters: [("version".to_owned(), "2".to_owned())].into(),
//!         ..Default::default()
//!     })
//!     .await?;
//! let mut follow = client.follow(started.execution.unwrap_or_default().name, None);
//! let mut view = ExecutionView::default();
//! while let Some(update) = follow.next().await? {
//!     view.apply(&update);
//!     println!("{}", view.status().as_str_name());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! This crate sees only `gennaker-proto`. It holds no business logic: what is right or wrong, the server decides.

mod actor;
mod backoff;
mod call;
mod client;
mod error;
mod follow;
mod view;

pub use actor::{Actor, Signature};
pub use backoff::Backoff;
pub use call::{Call, PagedCall};
pub use client::{Client, Options};
pub use error::{Error, explain};
pub use follow::{Follow, Update};
pub use gennaker_proto::v1;
pub use tonic::{Code, Status};
pub use view::ExecutionView;
