//! Accounts.

use gennaker_core::cloud::Account;
use gennaker_proto::v1;

/// An account as a message.
pub(crate) fn to_proto(account: &Account) -> v1::Account {
    let health = if account.problem.is_some() { v1::account::Health::Failing } else { v1::account::Health::Ok };
    v1::Account {
        name: format!("accounts/{}", account.name),
        provider: account.provider.clone(),
        regions: account.regions.clone(),
        health: health.into(),
        message: account.problem.clone().unwrap_or_default(),
    }
}
