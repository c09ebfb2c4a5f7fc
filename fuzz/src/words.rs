//! The language's own words, from the tables that its documentation is made of.

use std::marker::PhantomData;
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use gennaker_core::expression::{Section, catalogue};

/// How something is called, and whether it is written without parentheses.
#[derive(Debug)]
struct Callable {
    name: String,
    is_constant: bool,
}

/// The things of one sort that can be called.
pub trait Table {
    #[doc(hidden)]
    fn words() -> &'static Words;
}

/// Words of one sort.
#[derive(Debug)]
pub struct Words(Vec<Callable>);

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $words:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}

            impl Table for $name {
                fn words() -> &'static Words {
                    static WORDS: LazyLock<Words> = LazyLock::new(|| Words($words));
                    &WORDS
                }
            }
        )*
    };
}

tables! {
    /// Functions, without their `#`.
    Functions: callables(&catalogue().functions, |signature| signature.trim_start_matches('#'));
    /// Methods of all kinds of values.
    Methods: callables(&catalogue().methods, |signature| signature.trim_start_matches('.'));
    /// Static members of types, with their type.
    Members: callables(&catalogue().types, |signature| signature).into_iter().filter(|member| member.name.starts_with("T(")).collect();
    /// Types that can be made.
    Constructors: callables(&catalogue().types, |signature| signature)
        .into_iter()
        .filter(|member| !member.name.starts_with("T("))
        .map(|member| Callable { name: member.name.trim_start_matches("new ").to_owned(), ..member })
        .collect();
}

fn callables(sections: &[Section], plain: fn(&str) -> &str) -> Vec<Callable> {
    let entries = sections.iter().flat_map(|section| &section.entries);
    entries.map(|entry| callable(plain(&entry.signature))).collect()
}

/// The name is what stands before the last opening parenthesis: that of `T(Math).max(a, b)` is `T(Math).max`.
fn callable(signature: &str) -> Callable {
    let call = signature.ends_with(')').then(|| signature.rfind('(')).flatten();
    Callable { name: signature[..call.unwrap_or(signature.len())].to_owned(), is_constant: call.is_none() }
}

/// A word of a table.
#[derive(Debug)]
pub struct Word<T> {
    word: &'static Callable,
    table: PhantomData<T>,
}

impl<T: Table> Word<T> {
    /// How it is called.
    pub fn name(&self) -> &'static str {
        &self.word.name
    }

    /// Whether it is written without parentheses.
    pub fn is_constant(&self) -> bool {
        self.word.is_constant
    }
}

impl<'a, T: Table> Arbitrary<'a> for Word<T> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self { word: bytes.choose(&T::words().0)?, table: PhantomData })
    }
}
