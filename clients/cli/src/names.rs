//! Short names: `hello/deploy` for `applications/hello/pipelines/deploy`, and back.

mod search;

pub(crate) use search::{execution, firewall, instance, load_balancer, server_group};

use crate::failure::Failure;

/// `hello` or `applications/hello`.
pub(crate) fn application(text: &str) -> Result<String, Failure> {
    top("applications", text)
}

/// `main` or `projects/main`.
pub(crate) fn project(text: &str) -> Result<String, Failure> {
    top("projects", text)
}

/// `local` or `accounts/local`.
pub(crate) fn account(text: &str) -> Result<String, Failure> {
    top("accounts", text)
}

fn top(collection: &str, text: &str) -> Result<String, Failure> {
    match parts(text)?.as_slice() {
        [id] => Ok(format!("{collection}/{id}")),
        [first, id] if *first == collection => Ok(format!("{collection}/{id}")),
        _ => Err(wrong(text, &format!("`NAME` or `{collection}/NAME`"))),
    }
}

/// `hello/deploy` or `applications/hello/pipelines/deploy`.
pub(crate) fn pipeline(text: &str) -> Result<String, Failure> {
    in_collection("pipelines", text)
}

/// `hello/nightly` or `applications/hello/triggers/nightly`.
pub(crate) fn trigger(text: &str) -> Result<String, Failure> {
    in_collection("triggers", text)
}

fn in_collection(collection: &str, text: &str) -> Result<String, Failure> {
    match parts(text)?.as_slice() {
        [application, id] if *application != "applications" => {
            Ok(format!("applications/{application}/{collection}/{id}"))
        }
        ["applications", application, middle, id] if *middle == collection => {
            Ok(format!("applications/{application}/{collection}/{id}"))
        }
        _ => Err(wrong(text, &format!("`APPLICATION/NAME` or `applications/APPLICATION/{collection}/NAME`"))),
    }
}

/// `local/hello-main` or `accounts/local/clusters/hello-main`.
pub(crate) fn cluster(text: &str) -> Result<String, Failure> {
    match parts(text)?.as_slice() {
        [account, id] if *account != "accounts" => Ok(format!("accounts/{account}/clusters/{id}")),
        ["accounts", account, "clusters", id] => Ok(format!("accounts/{account}/clusters/{id}")),
        _ => Err(wrong(text, "`ACCOUNT/NAME` or `accounts/ACCOUNT/clusters/NAME`")),
    }
}

/// `local/main` or `accounts/local/regions/main`.
pub(crate) fn region(text: &str) -> Result<String, Failure> {
    match parts(text)?.as_slice() {
        [account, region] if *account != "accounts" => Ok(format!("accounts/{account}/regions/{region}")),
        ["accounts", account, "regions", region] => Ok(format!("accounts/{account}/regions/{region}")),
        _ => Err(wrong(text, "`ACCOUNT/REGION` or `accounts/ACCOUNT/regions/REGION`")),
    }
}

/// `local/main/NAME` or `accounts/local/regions/main/{collection}/NAME`. `None` for a name alone.
pub(crate) fn in_region(collection: &str, text: &str) -> Result<Option<String>, Failure> {
    match parts(text)?.as_slice() {
        [_] => Ok(None),
        [account, region, id] => Ok(Some(format!("accounts/{account}/regions/{region}/{collection}/{id}"))),
        ["accounts", account, "regions", region, middle, id] if *middle == collection => {
            Ok(Some(format!("accounts/{account}/regions/{region}/{collection}/{id}")))
        }
        _ => Err(wrong(text, &format!("`ACCOUNT/REGION/NAME` or `accounts/ACCOUNT/regions/REGION/{collection}/NAME`"))),
    }
}

/// `local/main/hello:1` or `accounts/local/regions/main/images/hello:1`; the id of an image may have slashes.
pub(crate) fn image(text: &str) -> Result<String, Failure> {
    let parts = parts(text)?;
    match parts.as_slice() {
        ["accounts", _, "regions", _, "images", _, ..] => Ok(text.to_owned()),
        [account, region, _, ..] if *account != "accounts" => {
            Ok(format!("accounts/{account}/regions/{region}/images/{}", parts[2..].join("/")))
        }
        _ => Err(wrong(text, "`ACCOUNT/REGION/IMAGE`")),
    }
}

/// The id of an image: what deployments name it by.
pub(crate) fn image_id(name: &str) -> &str {
    name.split_once("/images/").map_or(name, |(_, id)| id)
}

/// The last part of a name.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A full name without the words between the ids: `hello/deploy`.
pub(crate) fn short(name: &str) -> String {
    if let Some((region, id)) = name.split_once("/images/") {
        return format!("{}/{id}", short(region));
    }
    name.split('/').skip(1).step_by(2).collect::<Vec<_>>().join("/")
}

fn parts(text: &str) -> Result<Vec<&str>, Failure> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(Failure::Usage(format!("{text:?} is not a name: a part of it is empty")));
    }
    Ok(parts)
}

fn wrong(text: &str, right: &str) -> Failure {
    Failure::Usage(format!("{text:?} is not a name here; give {right}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_for_full_ones() {
        assert_eq!(application("hello").unwrap(), "applications/hello");
        assert_eq!(pipeline("hello/deploy").unwrap(), "applications/hello/pipelines/deploy");
        assert_eq!(trigger("hello/hook").unwrap(), "applications/hello/triggers/hook");
        assert_eq!(cluster("local/hello-main").unwrap(), "accounts/local/clusters/hello-main");
        assert_eq!(region("local/main").unwrap(), "accounts/local/regions/main");
        assert_eq!(image("local/main/hub/hello:1").unwrap(), "accounts/local/regions/main/images/hub/hello:1");
        assert_eq!(in_region("serverGroups", "hello-v001").unwrap(), None);
    }

    #[test]
    fn full_names_stay() {
        for name in ["applications/hello", "projects/all", "accounts/local"] {
            let read = [application(name), project(name), account(name)];
            assert!(read.into_iter().filter_map(Result::ok).eq([name.to_owned()]));
        }
        assert_eq!(pipeline("applications/a/pipelines/b").unwrap(), "applications/a/pipelines/b");
        let name = "accounts/local/regions/main/images/a";
        assert_eq!(image(name).unwrap(), name);
    }

    #[test]
    fn other_names_are_refused_with_what_is_right() {
        for wrong in ["deploy", "applications/deploy", "a/b/c", "applications/a/triggers/b"] {
            let error = pipeline(wrong).unwrap_err().to_string();
            assert!(error.contains(wrong) && error.contains("APPLICATION/NAME"), "{error}");
        }
        assert!(application("").is_err() && pipeline("a//b").is_err());
    }

    #[test]
    fn shortens() {
        assert_eq!(short("applications/hello/pipelines/deploy"), "hello/deploy");
        assert_eq!(short("accounts/local/regions/main/serverGroups/hello-v000"), "local/main/hello-v000");
        assert_eq!(short("accounts/local/regions/main/images/hub/hello:1"), "local/main/hub/hello:1");
        assert_eq!(image_id("accounts/local/regions/main/images/hub/hello:1"), "hub/hello:1");
        assert_eq!(last("applications/hello"), "hello");
    }
}
