//! Methods of texts. Places count characters from 0.

use super::pattern::{matches, replace_all, replace_first, split};
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::operators::repeat;
use crate::expression::text::Text;
use crate::expression::types::format;
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 35] = [
    row("length", "", "How many characters it has.", "'shop'.length()", "4", length),
    row("isEmpty", "", "Whether it has none.", "''.isEmpty()", "true", is_empty),
    row("isBlank", "", "Whether it has nothing but spaces.", "'  '.isBlank()", "true", is_blank),
    row("charAt", "index", "The character at a place.", "'shop'.charAt(1)", r#""h""#, char_at),
    row(
        "substring",
        "from, to?",
        "The part from one place up to, but without, another, or to the end.",
        "'release-1.2'.substring(8)",
        r#""1.2""#,
        substring,
    ),
    row(
        "indexOf",
        "text, from?",
        "The place of the first occurrence of a text, or -1.",
        "'a/b/c'.indexOf('/')",
        "1",
        index_of,
    ),
    row(
        "lastIndexOf",
        "text",
        "The place of the last occurrence of a text, or -1.",
        "'a/b/c'.lastIndexOf('/')",
        "3",
        last_index_of,
    ),
    row("contains", "text", "Whether a text occurs in it.", "'feature/x'.contains('/')", "true", contains),
    row(
        "startsWith",
        "text, from?",
        "Whether it begins with a text, or has it at a place.",
        "'feature/x'.startsWith('feature/')",
        "true",
        starts_with,
    ),
    row("endsWith", "text", "Whether it ends with a text.", "'app.jar'.endsWith('.jar')", "true", ends_with),
    row(
        "equalsIgnoreCase",
        "text",
        "Whether it is the same but for the case of letters.",
        "'Main'.equalsIgnoreCase('main')",
        "true",
        equals_ignore_case,
    ),
    row(
        "compareToIgnoreCase",
        "text",
        "As `compareTo`, but for the case of letters.",
        "'a'.compareToIgnoreCase('A')",
        "0",
        compare_to_ignore_case,
    ),
    row("toLowerCase", "", "With small letters.", "'Shop'.toLowerCase()", r#""shop""#, to_lower_case),
    row("toUpperCase", "", "With capital letters.", "'Shop'.toUpperCase()", r#""SHOP""#, to_upper_case),
    row("trim", "", "Without spaces at both ends.", "'  a '.trim()", r#""a""#, trim),
    row("strip", "", "The same as `trim`.", "'  a '.strip()", r#""a""#, trim),
    row("stripLeading", "", "Without spaces at the beginning.", "'  a '.stripLeading()", r#""a ""#, strip_leading),
    row("stripTrailing", "", "Without spaces at the end.", "'  a '.stripTrailing()", r#""  a""#, strip_trailing),
    row(
        "replace",
        "text, by",
        "With all occurrences of a text replaced.",
        "'a.b.c'.replace('.', '-')",
        r#""a-b-c""#,
        replace,
    ),
    row(
        "replaceAll",
        "pattern, by",
        "With all matches of a regular expression replaced; `$1` stands for its first group.",
        "'v1.2'.replaceAll('v(\\d+)\\.(\\d+)', '$1-$2')",
        r#""1-2""#,
        replace_all,
    ),
    row(
        "replaceFirst",
        "pattern, by",
        "With the first match of a regular expression replaced.",
        "'a1b2'.replaceFirst('[0-9]', '')",
        r#""ab2""#,
        replace_first,
    ),
    row(
        "matches",
        "pattern",
        "Whether a regular expression matches the whole of it.",
        "'v12'.matches('v[0-9]+')",
        "true",
        matches,
    ),
    row(
        "split",
        "pattern, limit?",
        "The parts between matches of a regular expression; empty ones at the end are dropped unless a limit is given.",
        "'shop:42'.split(':')[1]",
        r#""42""#,
        split,
    ),
    row("concat", "text", "With a text after it.", "'a'.concat('b')", r#""ab""#, concat),
    row("repeat", "times", "Several times over.", "'ab'.repeat(3)", r#""ababab""#, repeated),
    row("lines", "", "Its lines.", "'a\nb'.lines()", r#"["a","b"]"#, lines),
    row("toCharArray", "", "Its characters.", "'abc'.toCharArray()", r#"["a","b","c"]"#, to_char_array),
    row(
        "formatted",
        "values...",
        "As `String.format` with this as the pattern.",
        "'%s-v%03d'.formatted('shop', 7)",
        r#""shop-v007""#,
        formatted,
    ),
    row("hashCode", "", "Java's hash of the text.", "'shop'.hashCode()", "3529462", hash_code),
    row("intern", "", "The text itself.", "'a'.intern()", r#""a""#, itself),
    row(
        "name",
        "",
        "The text itself, for statuses, which have names in Java.",
        "#stage('Bake').status.name()",
        r#""SUCCEEDED""#,
        itself,
    ),
    row("chars", "", "The code points of its characters.", "'ab'.chars()", "[97,98]", chars),
    row(
        "codePointAt",
        "index",
        "The code point of the character at a place.",
        "'a'.codePointAt(0)",
        "97",
        code_point_at,
    ),
    row("contentEquals", "text", "Whether it is the same.", "'a'.contentEquals('a')", "true", content_equals),
    row("getBytes", "", "Its bytes in UTF-8.", "'ab'.getBytes()", "[97,98]", get_bytes),
];

/// The text, paid for once it is gone through.
pub(super) fn this<'a>(call: &mut Call<'_, 'a>) -> Result<Text<'a>, Problem> {
    let text = call.this_text()?;
    call.session.budget.bytes(text.len())?;
    Ok(text)
}

fn length<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::count(this(call)?.chars().count()))
}

fn is_empty<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_text()?.is_empty().into())
}

fn is_blank<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.trim().is_empty().into())
}

fn out_of_range(text: &str, index: i64) -> Problem {
    Problem::OutOfRange { owner: "the text".to_owned(), index, length: text.chars().count() }
}

fn character(call: &mut Call<'_, '_>) -> Result<char, Problem> {
    let (text, index) = (this(call)?, call.whole(0)?);
    let found = usize::try_from(index).ok().and_then(|index| text.chars().nth(index));
    found.ok_or_else(|| out_of_range(&text, index))
}

fn char_at<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(character(call)?.to_string().into())
}

fn code_point_at<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(i64::from(u32::from(character(call)?)).into())
}

/// The byte at which a character begins; the place after the last one counts.
fn byte_of(text: &str, index: i64) -> Result<usize, Problem> {
    let place = usize::try_from(index).ok();
    let byte =
        place.and_then(|place| text.char_indices().map(|(byte, _)| byte).chain(std::iter::once(text.len())).nth(place));
    byte.ok_or_else(|| out_of_range(text, index))
}

fn substring<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = this(call)?;
    let from = byte_of(&text, call.whole(0)?)?;
    let to = if call.has(1) { byte_of(&text, call.whole(1)?)? } else { text.len() };
    match text.get(from..to) {
        Some(part) => Ok(part.to_owned().into()),
        None => call.failed("the end is before the beginning"),
    }
}

/// A place in characters, or -1.
fn place<'a>(text: &str, byte: Option<usize>) -> Value<'a> {
    byte.map_or_else(|| (-1).into(), |byte| Value::count(text[..byte].chars().count()))
}

fn index_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, wanted) = (this(call)?, call.text(0)?);
    let from = if call.has(1) { call.whole(1)?.max(0) } else { 0 };
    let Ok(from) = byte_of(&text, from) else { return Ok((-1).into()) };
    Ok(place(&text, text[from..].find(&*wanted).map(|byte| from + byte)))
}

fn last_index_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, wanted) = (this(call)?, call.text(0)?);
    Ok(place(&text, text.rfind(&*wanted)))
}

fn contains<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.contains(&*call.text(0)?).into())
}

fn starts_with<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, wanted) = (this(call)?, call.text(0)?);
    let from = if call.has(1) { call.whole(1)? } else { 0 };
    Ok(byte_of(&text, from).is_ok_and(|from| text[from..].starts_with(&*wanted)).into())
}

fn ends_with<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.ends_with(&*call.text(0)?).into())
}

fn content_equals<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok((this(call)? == call.text(0)?).into())
}

/// Without the difference between small and capital letters.
fn folded(call: &mut Call<'_, '_>) -> Result<(String, Option<String>), Problem> {
    let text = this(call)?.to_lowercase();
    let other = match call.value(0) {
        Value::Text(other) => {
            call.session.budget.bytes(other.len())?;
            Some(other.to_lowercase())
        }
        _ => None,
    };
    Ok((text, other))
}

fn equals_ignore_case<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, other) = folded(call)?;
    Ok((Some(text) == other).into())
}

fn compare_to_ignore_case<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, other) = folded(call)?;
    match other {
        Some(other) => Ok((text.cmp(&other) as i32).into()),
        None => Err(call.mismatch("a text", &call.value(0))),
    }
}

fn to_lower_case<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.to_lowercase().into())
}

fn to_upper_case<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.to_uppercase().into())
}

fn trim<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.trim().to_owned().into())
}

fn strip_leading<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.trim_start().to_owned().into())
}

fn strip_trailing<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(this(call)?.trim_end().to_owned().into())
}

fn replace<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, wanted, by) = (this(call)?, call.text(0)?, call.text(1)?);
    let count = text.matches(&*wanted).count();
    call.make_text((text.len() + count * by.len()).saturating_sub(count * wanted.len()))?;
    Ok(text.replace(&*wanted, &by).into())
}

fn concat<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, more) = (this(call)?, call.text(0)?);
    call.make_text(text.len() + more.len())?;
    Ok(format!("{}{}", &*text, &*more).into())
}

fn repeated<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, times) = (call.this_text()?, call.int(0)?);
    repeat(&text, times, call.budget())
}

fn lines<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = this(call)?;
    let lines: Vec<Value<'a>> = text.lines().map(|line| Value::from(line.to_owned())).collect();
    call.session.budget.steps(lines.len())?;
    Ok(lines.into())
}

/// Each character paid for: it becomes a value of its own.
fn characters<'a>(call: &mut Call<'_, 'a>, value: fn(char) -> Value<'a>) -> Outcome<'a> {
    let text = this(call)?;
    call.session.budget.steps(text.len())?;
    Ok(text.chars().map(value).collect::<Vec<_>>().into())
}

fn to_char_array<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    characters(call, |c| c.to_string().into())
}

fn chars<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    characters(call, |c| i64::from(u32::from(c)).into())
}

fn get_bytes<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = this(call)?;
    call.session.budget.steps(text.len())?;
    Ok(text.bytes().map(|byte| i32::from(byte.cast_signed()).into()).collect::<Vec<_>>().into())
}

fn formatted<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let pattern = call.this_text()?;
    format(call, &pattern, 0)
}

fn hash_code<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = this(call)?;
    Ok(text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))).into())
}

fn itself<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this.clone())
}
