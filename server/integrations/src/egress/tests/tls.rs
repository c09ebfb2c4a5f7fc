//! Who answers over TLS must prove who it is.

use gennaker_parts::Authority;

use super::*;

#[tokio::test]
async fn those_who_can_prove_it_are_believed() {
    let authority = Authority::new().unwrap();
    let server = Http::start_tls(&authority).await.unwrap();
    server.on("GET", "/", Reply::ok("secured"));
    let trust = Trust::new(Some(authority.certificate())).unwrap();
    let names = Names::default()
        .with("localhost", &["127.0.0.1"])
        .with("localhost.", &["127.0.0.1"])
        .with("other.example", &["127.0.0.1"]);
    let trusting = GuardedEgress::resolving(local(), &trust, Box::new(names.clone()));
    for host in ["127.0.0.1", "localhost", "localhost."] {
        let answer = get(&trusting, &format!("https://{host}:{}/", server.port())).await.unwrap();
        assert_eq!(&answer.body[..], b"secured", "{host}");
    }
    let refused =
        async |egress: &GuardedEgress, host: &str| match get(egress, &format!("https://{host}:{}/", server.port()))
            .await
        {
            Err(EgressError::Unreachable(problem)) => problem,
            other => panic!("{host} is believed: {other:?}"),
        };
    let other_name = refused(&trusting, "other.example").await;
    assert!(other_name.contains("not valid for name"), "{other_name}");
    let unknown = refused(&egress(local()), "127.0.0.1").await;
    assert!(unknown.ends_with("UnknownIssuer (egress.ca_file)"), "{unknown}");
}

#[tokio::test]
async fn redirects_never_leave_it() {
    let authority = Authority::new().unwrap();
    let (secure, plain) = (Http::start_tls(&authority).await.unwrap(), Http::start().await.unwrap());
    secure.on("GET", "/", Reply::redirect(302, &plain.url("/")));
    plain.on("GET", "/", Reply::ok("")).on("GET", "/up", Reply::redirect(302, &secure.url("/end")));
    secure.on("GET", "/end", Reply::ok("end"));
    let egress = GuardedEgress::new(local(), &Trust::new(Some(authority.certificate())).unwrap());
    let refusal = forbidden(&egress, &secure.url("/")).await;
    assert!(refusal.ends_with("it redirects from https to something less secure"), "{refusal}");
    assert_eq!(plain.connections(), 0);
    assert_eq!(&get(&egress, &plain.url("/up")).await.unwrap().body[..], b"end");
}
