//! The guarded HTTP client: the only way from definitions to the network.
//!
//! A URL is read the way browsers read it (WHATWG), so that there is one reading of it. Then, for the call itself and for each
//! redirect alike: scheme, host and port must be allowed ([`rules`]); the host is resolved once; only addresses that are allowed
//! ([`network`]) are connected to, and no other name is looked up ([`connect`]); redirects are followed here, never below
//! ([`redirect`]). Proxies in the environment are ignored, for they would resolve the host again.

mod call;
mod connect;
mod exchange;
mod network;
mod options;
mod redirect;
mod rules;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use gennaker_ports::{Egress, EgressError, EgressRequest, EgressResponse};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use self::call::Call;
use self::connect::{Connector, Resolve, SystemResolver};
pub use self::options::{HostPattern, HostPatternError, Options};
use self::rules::Rules;
use crate::Trust;

/// Makes HTTP calls, within what the operator allows.
pub struct GuardedEgress {
    rules: Rules,
    connector: Connector,
    /// One for each call that may be under way.
    places: Semaphore,
}

impl std::fmt::Debug for GuardedEgress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedEgress").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl GuardedEgress {
    /// A client that resolves names as the machine does.
    pub fn new(options: Options, trust: &Trust) -> Self {
        Self::resolving(options, trust, Box::new(SystemResolver))
    }

    fn resolving(options: Options, trust: &Trust, resolver: Box<dyn Resolve>) -> Self {
        let places = Semaphore::new(options.max_concurrent.clamp(1, Semaphore::MAX_PERMITS));
        Self { rules: Rules::new(options), connector: Connector::new(resolver, trust.http()), places }
    }

    /// Makes a call, and those that its answers redirect to.
    async fn follow(&self, mut call: Call) -> Result<EgressResponse, EgressError> {
        let most = self.rules.options().max_redirects;
        for _hop in 0..=most {
            let target = self.rules.admit(&call)?;
            let stream = self.connector.connect(&call, &target, &self.rules).await?;
            let answer = exchange::send(stream, &call).await?;
            match redirect::next(&call, &answer)? {
                Some(next) => call = next,
                None => return answer.read(&call).await,
            }
        }
        Err(call.forbidden(format!("it redirects more than {most} times (egress.max_redirects)")))
    }
}

#[async_trait]
impl Egress for GuardedEgress {
    async fn send(&self, request: EgressRequest) -> Result<EgressResponse, EgressError> {
        let options = self.rules.options();
        let patience = request.timeout.min(options.timeout);
        let deadline = Instant::now() + patience;
        let call = Call::new(request, options.max_body)?;
        let origin = call.name();
        let Ok(place) = timeout_at(deadline, self.places.acquire()).await else {
            let most = options.max_concurrent;
            return Err(EgressError::Unreachable(format!(
                "{origin}: {most} calls were under way for {patience:?} (egress.max_concurrent)"
            )));
        };
        let _place = place.expect("the semaphore is never closed");
        timeout_at(deadline, self.follow(call))
            .await
            .unwrap_or_else(|_late| Err(EgressError::Unreachable(format!("{origin}: no answer within {patience:?}"))))
    }
}
