//! Redirects are calls of their own.

use super::*;

fn secret_post(url: String) -> EgressRequest {
    let headers = [
        ("Authorization", "Bearer t"),
        ("Cookie", "c"),
        ("X-Api-Key", "k"),
        ("Content-Type", "text/plain"),
        ("Accept", "a/b"),
    ];
    EgressRequest {
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: "body".into(),
        ..EgressRequest::new("POST", url)
    }
}

#[tokio::test]
async fn to_the_same_origin_keep_what_was_sent() {
    let server = Http::start().await.unwrap();
    server.on("POST", "/a", Reply::redirect(307, "b?c=d")).on("POST", "/b", Reply::ok("done"));
    let answer = egress(local()).send(secret_post(server.url("/a"))).await.unwrap();
    assert_eq!((answer.status, answer.url), (200, server.url("/b?c=d")));
    let [_, second] = server.requests().try_into().unwrap();
    assert_eq!((second.header("authorization"), second.header("x-api-key")), (Some("Bearer t"), Some("k")));
    assert_eq!(&second.body[..], b"body");
}

#[tokio::test]
async fn to_another_origin_leave_out_what_may_be_a_credential() {
    let (first, second) = (Http::start().await.unwrap(), Http::start().await.unwrap());
    first.on("POST", "/", Reply::redirect(308, &second.url("/there")));
    second.on("POST", "/there", Reply::redirect(302, "/got")).on("GET", "/got", Reply::ok("done"));
    egress(local()).send(secret_post(first.url("/"))).await.unwrap();
    let [posted, got] = second.requests().try_into().unwrap();
    for received in [&posted, &got] {
        for name in ["authorization", "cookie", "x-api-key"] {
            assert_eq!(received.header(name), None, "{name}");
        }
        assert_eq!(received.header("accept"), Some("a/b"));
        assert_eq!(received.header("host").unwrap(), format!("127.0.0.1:{}", second.port()));
    }
    assert_eq!((&posted.body[..], posted.header("content-type")), (&b"body"[..], Some("text/plain")));
    assert_eq!((got.method.as_str(), &got.body[..], got.header("content-type")), ("GET", &b""[..], None));
}

#[tokio::test]
async fn are_checked_like_the_call_itself() {
    let server = Http::start().await.unwrap();
    let names = Names::default().with("inner.example", &["10.0.0.1"]);
    let egress = knowing(local(), &names);
    let mut refusals = Vec::new();
    for (place, location) in [
        "http://169.254.169.254/latest/meta-data/",
        "http://inner.example/",
        "http://[::ffff:10.0.0.1]/",
        "http://example.com:22/",
        "http://user:secret@example.com/",
        "//0x0a000001/",
        "http://[",
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/{place}");
        server.on("GET", &path, Reply::redirect(302, location));
        refusals.push(forbidden(&egress, &server.url(&path)).await.replace(&server.port().to_string(), "PORT"));
    }
    server.on("GET", "/file", Reply::redirect(302, "file:///etc/passwd"));
    assert!(get(&egress, &server.url("/file")).await.is_err());
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn end_after_so_many() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/loop", Reply::redirect(302, "/loop"));
    let refusal = forbidden(&egress(local()), &server.url("/loop")).await;
    assert!(refusal.ends_with("it redirects more than 5 times (egress.max_redirects)"), "{refusal}");
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn without_a_place_are_answers() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/", Reply::status(302)).on("GET", "/304", Reply::redirect(304, "/"));
    assert_eq!(get(&egress(local()), &server.url("/")).await.unwrap().status, 302);
    assert_eq!(get(&egress(local()), &server.url("/304")).await.unwrap().status, 304);
}
