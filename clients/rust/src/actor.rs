//! Who calls.

use std::fmt;
use std::str::FromStr;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::error::Error;

/// The longest name that the server takes.
const LONGEST: usize = 128;

/// The name under which what a client does is recorded. Until there is authentication the server believes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(MetadataValue<Ascii>);

impl FromStr for Actor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let value = MetadataValue::try_from(text).ok().filter(|_| is_one && text.trim() == text);
        value.map(Self).ok_or_else(|| Error::Actor { actor: text.to_owned() })
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Sends the name with each call, where there is one.
#[derive(Debug, Clone)]
pub struct Signature(pub(crate) Option<Actor>);

impl Interceptor for Signature {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(Actor(name)) = &self.0 {
            request.metadata_mut().insert("x-gennaker-actor", name.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!("ann".parse::<Actor>().unwrap().to_string(), "ann");
        for wrong in ["", " ann", "a\nb", "jürgen", &"a".repeat(129)] {
            assert!(wrong.parse::<Actor>().unwrap_err().to_string().contains("1 to 128"), "{wrong:?}");
        }
    }
}
