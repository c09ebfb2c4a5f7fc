//! No server can keep a call for longer, or make it read more, than it may.

use std::time::Duration;

use super::*;

fn patient(url: String, timeout: u64) -> EgressRequest {
    EgressRequest { timeout: Duration::from_millis(timeout), ..EgressRequest::new("GET", url) }
}

/// Why nobody answered.
async fn unreachable(egress: &GuardedEgress, request: EgressRequest) -> String {
    match egress.send(request).await {
        Err(EgressError::Unreachable(problem)) => problem,
        other => panic!("there is an answer: {other:?}"),
    }
}

#[tokio::test]
async fn bodies_are_read_up_to_the_smaller_limit() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/", Reply::ok(vec![b'x'; 1 << 20]));
    let read = async |options: Options, max_body| {
        let request = EgressRequest { max_body, ..EgressRequest::new("GET", server.url("/")) };
        let answer = egress(options).send(request).await.unwrap();
        (answer.body.len(), answer.truncated)
    };
    assert_eq!(read(local(), 1000).await, (1000, true));
    assert_eq!(read(Options { max_body: 100, ..local() }, 1000).await, (100, true));
    assert_eq!(read(local(), 1 << 20).await, (1 << 20, false));
    assert_eq!(read(local(), usize::MAX).await, (1 << 20, false));
    server.on("GET", "/endless", Reply::ok("begin").unfinished());
    let request = EgressRequest { max_body: 3, ..EgressRequest::new("GET", server.url("/endless")) };
    assert_eq!(&egress(local()).send(request).await.unwrap().body[..], b"beg", "what is not read is not waited for");
}

#[tokio::test]
async fn heads_have_a_limit() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/long", Reply::ok("").header("x-long", &"x".repeat(100 * 1024)));
    let many = (0..300).fold(Reply::ok(""), |reply, place| reply.header(&format!("x-{place}"), "x"));
    server.on("GET", "/many", many);
    for path in ["/long", "/many"] {
        let problem = unreachable(&egress(local()), EgressRequest::new("GET", server.url(path))).await;
        assert!(problem.contains("too large"), "{problem}");
    }
}

#[tokio::test]
async fn answers_and_bodies_that_do_not_end_are_given_up() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/held", Reply::ok("").held()).on("GET", "/slow", Reply::ok("begin").unfinished());
    server.on("GET", "/there", Reply::redirect(302, "/held"));
    for path in ["/held", "/slow", "/there"] {
        let problem = unreachable(&egress(local()), patient(server.url(path), 100)).await;
        assert!(problem.ends_with("no answer within 100ms"), "{problem}");
    }
    let hasty = egress(Options { timeout: Duration::from_millis(50), ..local() });
    assert!(unreachable(&hasty, patient(server.url("/held"), 100_000)).await.ends_with("no answer within 50ms"));
}

#[tokio::test]
async fn connections_that_break_are_told_of() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/secret", Reply::hung_up());
    let url = server.url("/secret?secret");
    let problem = unreachable(&egress(local()), EgressRequest::new("GET", url.clone())).await;
    assert!(problem.starts_with(&format!("GET http://127.0.0.1:{}: ", server.port())), "{problem}");
    drop(server);
    let gone = unreachable(&egress(local()), EgressRequest::new("GET", url)).await;
    assert!(gone.contains("no connection") && !format!("{problem}{gone}").contains("secret"), "{gone}");
    let nobody =
        unreachable(&knowing(local(), &Names::default()), EgressRequest::new("GET", "http://nobody.example/")).await;
    assert_eq!(nobody, "GET http://nobody.example: the host has no address: no such name");
}

#[tokio::test]
async fn only_so_many_are_under_way() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/held", Reply::ok("first").held()).on("GET", "/", Reply::ok("second"));
    let egress = Arc::new(egress(Options { max_concurrent: 1, ..local() }));
    let mut held = std::pin::pin!(egress.send(patient(server.url("/held"), 60_000)));
    let waiting = async {
        server.received(1).await;
        unreachable(&egress, patient(server.url("/"), 50)).await
    };
    let problem = tokio::select! { _ = &mut held => panic!("it is held"), problem = waiting => problem };
    assert!(problem.ends_with("1 calls were under way for 50ms (egress.max_concurrent)"), "{problem}");
    let next = egress.send(patient(server.url("/"), 60_000));
    server.release();
    let (first, second) = tokio::join!(held, next);
    assert_eq!((&first.unwrap().body[..], &second.unwrap().body[..]), (&b"first"[..], &b"second"[..]));
}
