//! Numbers with Java's types: `int`, `long` and `double`.

use std::cmp::Ordering;
use std::fmt;

use super::Problem;

/// A number. Arithmetic gives the wider type of its operands; what does not fit is an error and never wraps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Java's `int`.
    Int(i32),
    /// Java's `long`.
    Long(i64),
    /// A whole number beyond `long`, as JSON may have it: it is compared and passed on, but not computed with.
    Huge(u64),
    /// Java's `double`.
    Double(f64),
}

/// An operator of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Arithmetic {
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }
}

impl Number {
    /// The narrowest whole number: an `int` where it fits.
    pub(super) fn whole(value: i64) -> Self {
        i32::try_from(value).map_or(Self::Long(value), Self::Int)
    }

    pub(super) fn from_json(number: &serde_json::Number) -> Self {
        if let Some(value) = number.as_i64() {
            Self::whole(value)
        } else if let Some(value) = number.as_u64() {
            Self::Huge(value)
        } else {
            Self::Double(number.as_f64().unwrap_or(f64::NAN))
        }
    }

    /// The number for JSON, which has neither infinities nor NaN.
    pub(super) fn to_json(self) -> Option<serde_json::Number> {
        match self {
            Self::Int(value) => Some(value.into()),
            Self::Long(value) => Some(value.into()),
            Self::Huge(value) => Some(value.into()),
            Self::Double(value) => serde_json::Number::from_f64(value),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "Java's widening to double rounds as well")]
    pub(super) const fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Long(value) => value as f64,
            Self::Huge(value) => value as f64,
            Self::Double(value) => value,
        }
    }

    /// The value of a whole number; a double has none, even where nothing follows its point.
    pub(super) const fn as_whole(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value as i64),
            Self::Long(value) => Some(value),
            Self::Huge(_) | Self::Double(_) => None,
        }
    }

    /// Java's cast to `long`: the fraction is cut off, what is beyond the range becomes its end.
    #[expect(clippy::cast_possible_truncation, reason = "casts from floats saturate, as Java's do")]
    pub(super) const fn to_long(self) -> i64 {
        match self {
            Self::Int(value) => value as i64,
            Self::Long(value) => value,
            Self::Huge(_) => i64::MAX,
            Self::Double(value) => value as i64,
        }
    }

    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Int(_) => "an int",
            Self::Long(_) | Self::Huge(_) => "a long",
            Self::Double(_) => "a double",
        }
    }

    /// The order of two numbers of any type. `None` with a NaN.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Double(_), _) | (_, Self::Double(_)) => self.as_f64().partial_cmp(&other.as_f64()),
            _ => Some(self.as_i128().cmp(&other.as_i128())),
        }
    }

    const fn as_i128(self) -> i128 {
        match self {
            Self::Int(value) => value as i128,
            Self::Long(value) => value as i128,
            Self::Huge(value) => value as i128,
            Self::Double(_) => 0,
        }
    }

    /// The greater of two, in the wider type of both.
    pub(super) fn greater(self, other: Self) -> Self {
        if self.compare(other).is_none_or(Ordering::is_ge) { self.widened(other) } else { other.widened(self) }
    }

    /// The lesser of two, in the wider type of both.
    pub(super) fn lesser(self, other: Self) -> Self {
        if self.compare(other).is_none_or(Ordering::is_le) { self.widened(other) } else { other.widened(self) }
    }

    /// In the type of another number, where that is wider. What is compared with a NaN is one.
    fn widened(self, other: Self) -> Self {
        match (self, other) {
            (_, Self::Double(other)) if other.is_nan() => Self::Double(other),
            (number, Self::Double(_)) => Self::Double(number.as_f64()),
            (Self::Int(value), Self::Long(_)) => Self::Long(value.into()),
            (number, _) => number,
        }
    }

    pub(super) fn compute(self, operator: Arithmetic, other: Self) -> Result<Self, Problem> {
        let result = match (self, other) {
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                return Ok(Self::Double(double(operator, self.as_f64(), other.as_f64())));
            }
            (Self::Int(a), Self::Int(b)) if operator != Arithmetic::Power => {
                whole(operator, a.into(), b.into())?.and_then(|value| i32::try_from(value).ok()).map(Self::Int)
            }
            _ => match (self.as_whole(), other.as_whole()) {
                (Some(a), Some(b)) if operator == Arithmetic::Power => self.power(a, other, b),
                (Some(a), Some(b)) => whole(operator, a, b)?.map(Self::Long),
                _ => None,
            },
        };
        let kind = if matches!((self, other), (Self::Int(_), Self::Int(_))) { "an int" } else { "a long" };
        result.ok_or_else(|| Problem::Overflow { what: format!("{self} {} {other}", operator.symbol()), kind })
    }

    /// An `int` or, where that is too small, a `long`; a negative exponent leaves nothing before the point.
    fn power(self, base: i64, exponent: Self, power: i64) -> Option<Self> {
        let Ok(power) = u32::try_from(power) else {
            return if power < 0 { Some(Self::whole(negative_power(base, power))) } else { tiny_power(base, power) };
        };
        let value = base.checked_pow(power)?;
        let narrow = matches!((self, exponent), (Self::Int(_), Self::Int(_)));
        Some(if narrow { Self::whole(value) } else { Self::Long(value) })
    }

    pub(super) fn negate(self) -> Result<Self, Problem> {
        let negated = match self {
            Self::Int(value) => value.checked_neg().map(Self::Int),
            Self::Long(value) => value.checked_neg().map(Self::Long),
            Self::Huge(value) => (value == i64::MIN.unsigned_abs()).then_some(Self::Long(i64::MIN)),
            Self::Double(value) => Some(Self::Double(-value)),
        };
        negated.ok_or_else(|| Problem::Overflow { what: format!("-({self})"), kind: self.kind() })
    }
}

/// `base ^ power` cut to a whole number, for a negative power.
const fn negative_power(base: i64, power: i64) -> i64 {
    match base {
        1 => 1,
        -1 if power % 2 == 0 => 1,
        -1 => -1,
        _ => 0,
    }
}

/// A power beyond `u32`, which only 0, 1 and -1 survive.
fn tiny_power(base: i64, power: i64) -> Option<Number> {
    match base {
        0 | 1 => Some(Number::whole(base)),
        -1 => Some(Number::whole(if power % 2 == 0 { 1 } else { -1 })),
        _ => None,
    }
}

/// `None` where the result does not fit.
fn whole(operator: Arithmetic, a: i64, b: i64) -> Result<Option<i64>, Problem> {
    let by_zero = b == 0 && matches!(operator, Arithmetic::Divide | Arithmetic::Remainder);
    if by_zero {
        return Err(Problem::DivisionByZero { what: format!("{a} {} {b}", operator.symbol()) });
    }
    Ok(match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => Some(a.wrapping_rem(b)),
        Arithmetic::Power => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
    })
}

fn double(operator: Arithmetic, a: f64, b: f64) -> f64 {
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
        Arithmetic::Power => a.powf(b),
    }
}

/// As Java writes it: a double always has a point, and an exponent below 0.001 and from 10 million on.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Int(value) => value.fmt(f),
            Self::Long(value) => value.fmt(f),
            Self::Huge(value) => value.fmt(f),
            Self::Double(value) if value.is_nan() => f.write_str("NaN"),
            Self::Double(value) if value.is_infinite() => {
                f.write_str(if value < 0.0 { "-Infinity" } else { "Infinity" })
            }
            Self::Double(value) if value == 0.0 || (1e-3..1e7).contains(&value.abs()) => write!(f, "{value:?}"),
            Self::Double(value) => {
                let text = format!("{value:e}");
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let point = if mantissa.contains('.') { "" } else { ".0" };
                write!(f, "{mantissa}{point}E{exponent}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let written = [3.0, 0.5, -0.0, 1e7, 1.25e-4, 0.001, 123_456.75, 9_999_999.0, 1e21, f64::NAN, f64::NEG_INFINITY]
            .map(|value| Number::Double(value).to_string());
        let expected =
            ["3.0", "0.5", "-0.0", "1.0E7", "1.25E-4", "0.001", "123456.75", "9999999.0", "1.0E21", "NaN", "-Infinity"];
        assert_eq!(written, expected);
    }

    #[test]
    fn nothing_wraps() {
        use Arithmetic::{Add, Divide, Multiply, Power, Remainder};
        let int = Number::Int;
        assert!(int(i32::MAX).compute(Add, int(1)).is_err());
        assert_eq!(int(i32::MAX).compute(Add, Number::Long(1)), Ok(Number::Long(2_147_483_648)));
        assert!(int(i32::MIN).compute(Divide, int(-1)).is_err());
        assert!(Number::Long(i64::MIN).compute(Divide, Number::Long(-1)).is_err());
        assert_eq!(Number::Long(i64::MIN).compute(Remainder, Number::Long(-1)), Ok(Number::Long(0)));
        assert!(Number::Long(i64::MAX).compute(Multiply, int(2)).is_err());
        assert_eq!(int(2).compute(Power, int(40)), Ok(Number::Long(1 << 40)));
        assert_eq!(int(2).compute(Power, int(-1)), Ok(int(0)));
        assert!(int(2).compute(Power, int(64)).is_err());
        assert!(int(i32::MIN).negate().is_err());
        assert!(Number::Huge(u64::MAX).compute(Add, int(1)).is_err());
    }

    #[test]
    fn types_are_compared_by_value() {
        assert_eq!(Number::Int(1).compare(Number::Double(1.0)), Some(Ordering::Equal));
        assert_eq!(Number::Huge(u64::MAX).compare(Number::Long(i64::MAX)), Some(Ordering::Greater));
        assert_eq!(Number::Double(f64::NAN).compare(Number::Int(1)), None);
    }
}
