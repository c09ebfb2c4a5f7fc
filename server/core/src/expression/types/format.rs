//! Java's `String.format`, as far as pipelines need it.

use crate::expression::builtin::{Call, Outcome};
use crate::expression::error::{SHOWN, cut};
use crate::expression::number::Number;
use crate::expression::value::Value;
use crate::expression::{MAX_OUTPUT, Problem};

/// The widest field and the most digits after a point.
const MAX_WIDTH: usize = 1_000;

/// One `%...` of a pattern.
#[derive(Debug, Default)]
struct Field {
    left: bool,
    zeros: bool,
    plus: bool,
    grouped: bool,
    /// Which value, from 1, where it is given.
    place: Option<usize>,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// A text from a pattern and the arguments of a call from `first` on.
pub(in crate::expression) fn format<'a>(call: &mut Call<'_, 'a>, pattern: &str, first: usize) -> Outcome<'a> {
    let mut text = String::new();
    let mut next = first;
    let mut rest = pattern;
    while let Some(percent) = rest.find('%') {
        text.push_str(&rest[..percent]);
        let Some((field, after)) = parse(&rest[percent + 1..]) else {
            return call.failed(format!("there is a `%` without a meaning in {:?}", cut(pattern, SHOWN)));
        };
        rest = after;
        match field.conversion {
            '%' => text.push('%'),
            'n' => text.push('\n'),
            _ => {
                let place = field.place.map_or(next, |place| first + place.saturating_sub(1));
                if field.place.is_none() {
                    next += 1;
                }
                if !call.has(place) {
                    return call.failed(format!("there are too few values for {:?}", cut(pattern, SHOWN)));
                }
                let written = write(call, &field, place)?;
                text.push_str(&padded(&field, written));
            }
        }
        call.session.budget.steps(1)?;
        if text.len() > MAX_OUTPUT {
            break;
        }
    }
    text.push_str(rest);
    call.make_text(text.len())?;
    Ok(text.into())
}

/// What follows a `%`, and the rest of the pattern.
fn parse(text: &str) -> Option<(Field, &str)> {
    let mut field = Field::default();
    let mut rest = text;
    if let Some((digits, after)) = rest.split_once('$')
        && let Ok(place) = digits.parse()
    {
        field.place = Some(place);
        rest = after;
    }
    loop {
        match rest.chars().next()? {
            '-' => field.left = true,
            '0' => field.zeros = true,
            '+' => field.plus = true,
            ',' => field.grouped = true,
            _ => break,
        }
        rest = &rest[1..];
    }
    (field.width, rest) = number(rest)?;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after)?;
        field.precision = Some(precision);
        rest = after;
    }
    let conversion = rest.chars().next()?;
    field.conversion = conversion;
    Some((field, &rest[conversion.len_utf8()..]))
}

fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    let value = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    (value <= MAX_WIDTH).then_some((value, rest))
}

fn write(call: &mut Call<'_, '_>, field: &Field, place: usize) -> Result<String, Problem> {
    let written = match field.conversion.to_ascii_lowercase() {
        's' => {
            let text = call.written(place)?;
            field.precision.map_or_else(|| (*text).to_owned(), |limit| text.chars().take(limit).collect())
        }
        'b' => match call.value(place) {
            Value::Bool(value) => value.to_string(),
            value => (!matches!(value, Value::Null)).to_string(),
        },
        'c' => match call.value(place) {
            Value::Number(number) => {
                let code = u32::try_from(number.to_long()).ok().and_then(char::from_u32);
                code.map(String::from).ok_or_else(|| call.mismatch("a code point", &number.into()))?
            }
            _ => call.text(place)?.chars().take(1).collect(),
        },
        'd' => signed(field, call.whole(place)?.to_string()),
        'x' => match call.number(place)? {
            Number::Int(value) => format!("{value:x}"),
            _ => format!("{:x}", call.whole(place)?),
        },
        'o' => format!("{:o}", call.whole(place)?),
        'f' => signed(field, format!("{:.*}", field.precision.unwrap_or(6), call.number(place)?.as_f64())),
        'e' => {
            let text = format!("{:.*e}", field.precision.unwrap_or(6), call.number(place)?.as_f64());
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            signed(field, format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()))
        }
        other => return call.failed(format!("there is no `%{other}`")),
    };
    Ok(if field.conversion.is_ascii_uppercase() { written.to_uppercase() } else { written })
}

/// A number with its sign and its groups of digits.
fn signed(field: &Field, number: String) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => (if field.plus { "+" } else { "" }, number.as_str()),
    };
    if !field.grouped {
        return format!("{sign}{digits}");
    }
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

fn padded(field: &Field, text: String) -> String {
    let missing = field.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    let is_number = matches!(field.conversion.to_ascii_lowercase(), 'd' | 'x' | 'o' | 'f' | 'e');
    if field.left {
        format!("{text}{}", " ".repeat(missing))
    } else if field.zeros && is_number {
        let sign = usize::from(text.starts_with(['-', '+']));
        format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..])
    } else {
        format!("{}{text}", " ".repeat(missing))
    }
}
