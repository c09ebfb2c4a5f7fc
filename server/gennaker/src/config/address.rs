//! Where the store is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The address of a database of PostgreSQL; empty for the embedded database. It may hold a password, which is never shown:
/// whatever writes the address, writes `***` in its place.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct StoreAddress(String);

const RULE: &str = "must be empty, or postgres://user:password@host:port/database, where characters of the user and the \
                    password that mean something in a URL are written like %40 for @";

/// What may follow the `?`: what the database's driver understands. It would log anything else with its value, which may
/// be a password behind a name with a slip in it.
const PARAMETERS: [&str; 12] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

impl StoreAddress {
    /// The address with the password, for whoever connects; `None` for the embedded database.
    pub(crate) fn secret(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|address| !address.is_empty())
    }

    /// Whether the database is the one of the data directory, which belongs to one server at a time.
    pub(crate) fn is_embedded(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for StoreAddress {
    type Err = String;

    /// Takes only what can be shown without its password: that there is one `@`, before the path, tells where it is.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")).ok_or(RULE)?;
        let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
        let ats = (rest.matches('@').count(), authority.matches('@').count());
        let is_clear = matches!(ats, (0, 0) | (1, 1)) && !rest.contains('#') && !rest.contains(char::is_whitespace);
        if !is_clear {
            return Err(RULE.to_owned());
        }
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        let mut names = query.split('&').map(|parameter| parameter.split('=').next().unwrap_or_default());
        match names.find(|name| !name.is_empty() && !PARAMETERS.contains(name)) {
            Some(name) => Err(format!("must not have the parameter {name}; known are {}", PARAMETERS.join(", "))),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, query) = self.0.split_once('?').map_or((self.0.as_str(), None), |(a, q)| (a, Some(q)));
        match address.split_once('@') {
            Some((user, rest)) => {
                let scheme = user.find("://").map_or(0, |scheme| scheme + "://".len());
                match user[scheme..].find(':') {
                    Some(colon) => write!(f, "{}:***@{rest}", &user[..scheme + colon])?,
                    None => write!(f, "{user}@{rest}")?,
                }
            }
            None => f.write_str(address)?,
        }
        for (index, parameter) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            match parameter.split_once('=') {
                Some(("password", _)) => write!(f, "{separator}password=***")?,
                Some(_) | None => write!(f, "{separator}{parameter}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreAddress({self})")
    }
}

impl Serialize for StoreAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StoreAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        for (address, shown) in [
            ("", ""),
            ("postgres:///gennaker?host=/run/postgresql", "postgres:///gennaker?host=/run/postgresql"),
            ("postgres://db/gennaker", "postgres://db/gennaker"),
            ("postgres://me@db:5432/gennaker", "postgres://me@db:5432/gennaker"),
            ("postgres://me:hunter2@db/gennaker", "postgres://me:***@db/gennaker"),
            ("postgresql://me:a:b%40c@[::1]:5432/gennaker", "postgresql://me:***@[::1]:5432/gennaker"),
            ("postgres://me:@db", "postgres://me:***@db"),
            (
                "postgres://db/g?user=me&password=hunter2&sslmode=require",
                "postgres://db/g?user=me&password=***&sslmode=require",
            ),
        ] {
            let address: StoreAddress = address.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_could_hide_a_password_elsewhere_is_refused() {
        for wrong in [
            "mysql://me@db/gennaker",
            "db:5432",
            "postgres://me:a@b@db/gennaker",
            "postgres://me:a/b@db/gennaker",
            "postgres://me:a?b@db/gennaker",
            "postgres://me:a#b@db/gennaker",
            "postgres://me:a b@db/gennaker",
            "host=db password=hunter2",
        ] {
            assert_eq!(wrong.parse::<StoreAddress>(), Err(RULE.to_owned()), "{wrong}");
        }
        let slip = "postgres://db/gennaker?user=me&pasword=hunter2".parse::<StoreAddress>().unwrap_err();
        assert!(slip.starts_with("must not have the parameter pasword; known are application_name, "), "{slip}");
    }
}
