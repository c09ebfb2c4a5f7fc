//! Who may do what.

use async_trait::async_trait;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The name under which actions are recorded: a user, a service, `anonymous`.
    pub name: String,
    /// The roles that whoever has proved the name says it has, besides those in the server's settings.
    pub roles: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// See it.
    Read,
    /// Change it.
    Write,
    /// Run it.
    Execute,
    /// Make a new one.
    Create,
}

/// What it is asked on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One application and what belongs to it, by id.
    Application(String),
    /// One project, by id.
    Project(String),
    /// One account and its infrastructure, by name.
    Account(String),
    /// The server as a whole, and lists over all applications.
    System,
}

/// The principal may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{principal:?} has no {access:?} right on {target:?}")]
pub struct Denied {
    /// Who asked.
    pub principal: String,
    /// For what.
    pub access: Access,
    /// On what.
    pub target: Target,
}

/// Decides whether a principal may act. It is asked before anything is loaded.
#[async_trait]
pub trait Authorizer: Send + Sync + 'static {
    /// Passes where the principal may.
    ///
    /// # Errors
    /// [`Denied`] where it may not.
    async fn authorize(&self, principal: &Principal, access: Access, target: &Target) -> Result<(), Denied>;
}

/// Allows everything to everybody. The server then listens on loopback only, unless it is told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

#[async_trait]
impl Authorizer for AllowAll {
    async fn authorize(&self, _: &Principal, _: Access, _: &Target) -> Result<(), Denied> {
        Ok(())
    }
}
