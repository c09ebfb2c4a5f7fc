//! Plots as SVG, drawn by hand: there is little to draw.

use std::fmt::Write;

use super::{Report, Section, Unit};

/// The file with the rates side by side.
pub(super) const RATES: &str = "rates.svg";

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
const COLORS: [&str; 8] = ["#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#7d4e9f", "#00798c", "#8d5a3b", "#555555"];

/// The file of a section's plot.
pub(super) fn file_name(section: &Section) -> String {
    format!("{}.svg", section.id.to_lowercase())
}

/// The distributions of a section: how long the quickest part of all took at most. The time is on a logarithmic scale.
pub(super) fn distributions(section: &Section) -> String {
    let times = || section.curves.iter().flat_map(|curve| curve.points.iter().map(|(_, time)| *time));
    let scale = Scale::around(times());
    let mut svg = opening(&format!("{} {}: milliseconds", section.id, section.title));
    grid(&mut svg, &scale, "ms");
    for part in [0.0, 0.25, 0.5, 0.75, 0.9, 0.99] {
        let x = across(part);
        let _ =
            writeln!(svg, r##"<line x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{:.1}" stroke="#ddd"/>"##, HEIGHT - BOTTOM);
        text(&mut svg, x, HEIGHT - BOTTOM + 18.0, "middle", &format!("{:.0} %", part * 100.0));
    }
    text(&mut svg, WIDTH / 2.0, HEIGHT - 10.0, "middle", "part of all that took at most this long");
    for (curve, color) in section.curves.iter().zip(COLORS.iter().cycle()) {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(part, time)| format!("{:.1},{:.1}", across(*part), scale.height(*time)))
            .collect();
        let _ =
            writeln!(svg, r#"<polyline points="{}" fill="none" stroke="{color}" stroke-width="2"/>"#, points.join(" "));
    }
    let labels: Vec<&str> = section.curves.iter().map(|curve| curve.label.as_str()).collect();
    legend(&mut svg, &labels);
    svg + "</svg>\n"
}

/// All rates of the report as bars on one logarithmic scale, with a line from the least to the greatest repetition.
pub(super) fn rates(report: &Report) -> Option<String> {
    let rates: Vec<_> = report.figures().filter(|figure| figure.unit == Unit::PerSecond).collect();
    if rates.len() < 2 {
        return None;
    }
    let scale = Scale::around(rates.iter().flat_map(|figure| figure.values.iter().copied()));
    let mut svg = opening("Rates per second");
    grid(&mut svg, &scale, "");
    let step = (WIDTH - LEFT - RIGHT) / rates.len() as f64;
    for ((place, figure), color) in rates.iter().enumerate().zip(COLORS.iter().cycle()) {
        let (x, y) = (LEFT + step * (place as f64 + 0.2), scale.height(figure.median()));
        let (width, height) = (step * 0.6, HEIGHT - BOTTOM - y);
        let _ =
            writeln!(svg, r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{color}"/>"#);
        let (middle, least, greatest) = (x + width / 2.0, scale.height(figure.min()), scale.height(figure.max()));
        let _ = writeln!(
            svg,
            r##"<line x1="{middle:.1}" y1="{least:.1}" x2="{middle:.1}" y2="{greatest:.1}" stroke="#000"/>"##
        );
        text(&mut svg, middle, y - 6.0, "middle", &format!("{:.0}", figure.median()));
    }
    let labels: Vec<&str> = rates.iter().map(|figure| figure.label.as_str()).collect();
    legend(&mut svg, &labels);
    Some(svg + "</svg>\n")
}

/// Heights on a logarithmic scale of whole decades.
struct Scale {
    lowest: i32,
    decades: i32,
}

impl Scale {
    fn around(values: impl Iterator<Item = f64>) -> Self {
        let logarithms: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let lowest = logarithms.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if logarithms.is_empty() {
            return Self { lowest: 0, decades: 1 };
        }
        let lowest = lowest.floor() as i32;
        Self { lowest, decades: (highest.ceil() as i32 - lowest).max(1) }
    }

    fn height(&self, value: f64) -> f64 {
        let part = (value.max(f64::MIN_POSITIVE).log10() - f64::from(self.lowest)) / f64::from(self.decades);
        HEIGHT - BOTTOM - part.clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM)
    }
}

/// Where a part of all is drawn: the last percents get more room than the first ones, like the nines of an outlier.
fn across(part: f64) -> f64 {
    let stretched = -(1.0 - part.min(0.999)).log10() / 3.0;
    LEFT + (0.4 * part + 0.6 * stretched) * (WIDTH - LEFT - RIGHT)
}

fn opening(title: &str) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    text(&mut svg, LEFT, 20.0, "start", title);
    svg
}

fn grid(svg: &mut String, scale: &Scale, unit: &str) {
    for decade in 0..=scale.decades {
        let value = 10f64.powi(scale.lowest + decade);
        let y = scale.height(value);
        let _ =
            writeln!(svg, r##"<line x1="{LEFT}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}" stroke="#ddd"/>"##, WIDTH - RIGHT);
        text(svg, LEFT - 8.0, y + 4.0, "end", format!("{value} {unit}").trim_end());
    }
}

fn legend(svg: &mut String, labels: &[&str]) {
    for ((place, label), color) in labels.iter().enumerate().zip(COLORS.iter().cycle()) {
        let y = TOP + 14.0 + 18.0 * place as f64;
        let x = LEFT + 12.0;
        let _ = writeln!(svg, r#"<rect x="{x:.1}" y="{:.1}" width="12" height="12" fill="{color}"/>"#, y - 10.0);
        text(svg, x + 18.0, y, "start", label);
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, r##"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="#222">{content}</text>"##);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Curve;

    #[test]
    fn heights_grow_with_values() {
        let scale = Scale::around([0.5, 20.0].into_iter());
        assert_eq!((scale.lowest, scale.decades), (-1, 3));
        assert!(scale.height(20.0) < scale.height(0.5));
        assert_eq!(Scale::around(std::iter::empty()).decades, 1);
    }

    #[test]
    fn parts_go_from_left_to_right() {
        let places: Vec<f64> = [0.0, 0.5, 0.9, 0.99, 0.999, 1.0].map(across).to_vec();
        assert!(places.is_sorted());
        assert_eq!(places[0], LEFT);
        assert!(places[5] <= WIDTH - RIGHT);
    }

    #[test]
    fn labels_are_escaped() {
        let curve = Curve { label: "a < b".into(), points: vec![(0.5, 1.0)] };
        let section = Section { id: "W1".into(), curves: vec![curve], ..Section::default() };
        assert!(distributions(&section).contains("a &lt; b"));
    }
}
