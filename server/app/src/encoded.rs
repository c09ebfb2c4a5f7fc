//! Messages in their encoded form.

use std::fmt;
use std::marker::PhantomData;

use bytes::{BufMut, Bytes};
use prost::{DecodeError, Message, encode_length_delimiter};

/// A message of a stream in its encoded form. Its last part may be shared with many other streams, so that what is the same
/// for all of them is encoded once and kept once.
#[derive(Clone)]
pub struct Encoded<M> {
    own: Vec<u8>,
    shared: Bytes,
    message: PhantomData<fn() -> M>,
}

impl<M: Message + Default> Encoded<M> {
    /// A message that nothing is shared of.
    pub(crate) fn of(message: &M) -> Self {
        Self { own: message.encode_to_vec(), shared: Bytes::new(), message: PhantomData }
    }

    /// A message whose last field, by number, is a message that is empty in it; `last` takes its place.
    pub(crate) fn ending_in(message: &M, last: Bytes) -> Self {
        let mut own = message.encode_to_vec();
        let length = own.pop();
        debug_assert_eq!(length, Some(0), "the encoding ends with the length of the empty message");
        encode_length_delimiter(last.len(), &mut own).expect("a vector grows");
        Self { own, shared: last, message: PhantomData }
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.own.len() + self.shared.len()
    }

    /// Writes it to a buffer that has room for it.
    pub fn write(&self, buffer: &mut impl BufMut) {
        buffer.put_slice(&self.own);
        buffer.put_slice(&self.shared);
    }

    /// The message.
    ///
    /// # Errors
    /// None for what the server has encoded itself.
    pub fn decode(&self) -> Result<M, DecodeError> {
        let mut bytes = Vec::with_capacity(self.size());
        self.write(&mut bytes);
        M::decode(&*bytes)
    }
}

impl<M: Message + Default + fmt::Debug> fmt::Debug for Encoded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decode().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_proto::v1;
    use gennaker_proto::v1::watch_executions_response::Message as Many;

    #[test]
    fn a_shared_part_is_as_if_it_had_been_there() {
        for text in ["", "short", &"long ".repeat(100)] {
            let event = v1::ExecutionEvent { sequence: 7, message: text.into(), ..Default::default() };
            let with = |event| v1::WatchExecutionsResponse {
                execution: "e".into(),
                resume_token: "t".into(),
                message: Some(Many::Event(event)),
            };
            let bytes = Bytes::from(event.encode_to_vec());
            let encoded = Encoded::ending_in(&with(v1::ExecutionEvent::default()), bytes);
            assert_eq!(encoded.decode().unwrap(), with(event.clone()));
            assert_eq!(encoded.size(), with(event).encoded_len());
        }
    }
}
