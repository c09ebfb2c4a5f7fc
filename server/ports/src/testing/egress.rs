//! [`ScriptedEgress`]: a world of answers that the test has written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::egress::{Egress, EgressError, EgressRequest, EgressResponse};

/// What a call gets.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Given(Result<EgressResponse, EgressError>),
    /// None, ever.
    Silence,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<(String, String), Vec<Answer>>,
    requests: Vec<EgressRequest>,
}

/// Answers calls by their method and URL, and records them. Several answers of one method and URL come one after the other;
/// the last one stays. What was not written is [`EgressError::Invalid`]. Cheap to clone; clones share everything.
#[derive(Clone, Debug, Default)]
pub struct ScriptedEgress(Arc<Mutex<State>>);

impl ScriptedEgress {
    /// A world without answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a next answer.
    pub fn answer(&self, method: &str, url: &str, answer: Result<EgressResponse, EgressError>) -> &Self {
        self.write(method, url, Answer::Given(answer))
    }

    /// Writes a next answer of a status and a body.
    pub fn reply(&self, method: &str, url: &str, status: u16, body: impl Into<bytes::Bytes>) -> &Self {
        self.answer(method, url, Ok(response(url, status, body)))
    }

    /// From the next call on there is never an answer.
    pub fn silence(&self, method: &str, url: &str) -> &Self {
        self.write(method, url, Answer::Silence)
    }

    /// The calls so far, in their order.
    pub fn requests(&self) -> Vec<EgressRequest> {
        self.state().requests.clone()
    }

    fn write(&self, method: &str, url: &str, answer: Answer) -> &Self {
        self.state().answers.entry((method.to_owned(), url.to_owned())).or_default().push(answer);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the lock")
    }

    fn next(&self, request: &EgressRequest) -> Answer {
        let mut state = self.state();
        state.requests.push(request.clone());
        match state.answers.get_mut(&(request.method.clone(), request.url.clone())) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None => {
                let problem = format!("the test has no answer for {} {}", request.method, request.url);
                Answer::Given(Err(EgressError::Invalid(problem)))
            }
        }
    }
}

#[async_trait]
impl Egress for ScriptedEgress {
    async fn send(&self, request: EgressRequest) -> Result<EgressResponse, EgressError> {
        match self.next(&request) {
            Answer::Given(answer) => answer,
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// An answer without headers.
pub fn response(url: &str, status: u16, body: impl Into<bytes::Bytes>) -> EgressResponse {
    EgressResponse { status, url: url.to_owned(), headers: Vec::new(), body: body.into(), truncated: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_come_in_their_order_and_the_last_one_stays() {
        let egress = ScriptedEgress::new();
        egress.reply("GET", "http://a/", 503, "").reply("GET", "http://a/", 200, "yes");
        let mut seen = Vec::new();
        for _call in 0..3 {
            seen.push(egress.send(EgressRequest::new("GET", "http://a/")).await.unwrap().status);
        }
        assert_eq!(seen, [503, 200, 200]);
        assert_eq!(egress.requests().len(), 3);
        assert!(egress.send(EgressRequest::new("POST", "http://a/")).await.is_err());
    }
}
