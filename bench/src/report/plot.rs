//! Plots as SVG, drawn by hand: there is little to draw.

use std::fmt::Write;

use clap::ValueEnum;

use super::{Figure, Report, Section, Unit};
use crate::target::Target;

/// The file with the rates side by side.
pub(super) const RATES: &str = "rates.svg";

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
const COLORS: [&str; 8] = ["#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#7d4e9f", "#00798c", "#8d5a3b", "#555555"];

/// Of the bars: the room for their labels, their thickness, and the room between those of two figures.
const LABELS: f64 = 250.0;
const BAR: f64 = 11.0;
const GAP: f64 = 10.0;

/// The file of a section's plot.
pub(super) fn file_name(section: &Section) -> String {
    format!("{}.svg", section.id.to_lowercase())
}

/// The distributions of a section: how long the quickest part of all took at most. The time is on a logarithmic scale.
pub(super) fn distributions(section: &Section) -> String {
    let times = || section.curves.iter().flat_map(|curve| curve.points.iter().map(|(_, time)| *time));
    let scale = Scale::around(times());
    let mut svg = opening(&format!("{} {}: milliseconds", section.id, section.title), HEIGHT);
    for (value, part) in scale.decades() {
        let y = height(part);
        line(&mut svg, [LEFT, y, WIDTH - RIGHT, y], "#ddd");
        text(&mut svg, LEFT - 8.0, y + 4.0, "end", &format!("{value} ms"));
    }
    for part in [0.0, 0.25, 0.5, 0.75, 0.9, 0.99] {
        let x = across(part);
        line(&mut svg, [x, TOP, x, HEIGHT - BOTTOM], "#ddd");
        text(&mut svg, x, HEIGHT - BOTTOM + 18.0, "middle", &format!("{:.0} %", part * 100.0));
    }
    text(&mut svg, WIDTH / 2.0, HEIGHT - 10.0, "middle", "part of all that took at most this long");
    for (curve, color) in section.curves.iter().zip(COLORS.iter().cycle()) {
        let point = |(part, time): &(f64, f64)| format!("{:.1},{:.1}", across(*part), height(scale.part(*time)));
        let points: Vec<String> = curve.points.iter().map(point).collect();
        let points = points.join(" ");
        let _ = writeln!(svg, r#"<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>"#);
    }
    for (place, (curve, color)) in section.curves.iter().zip(COLORS.iter().cycle()).enumerate() {
        key(&mut svg, LEFT + 12.0, TOP + 14.0 + 18.0 * place as f64, color, &curve.label);
    }
    svg + "</svg>\n"
}

/// All rates of the report as bars on one logarithmic scale, the targets of a figure together, with a line from the least to
/// the greatest repetition.
pub(super) fn rates(report: &Report) -> Option<String> {
    let groups = groups(report);
    let all = || groups.iter().flat_map(|(_, figures)| figures);
    if all().count() < 2 {
        return None;
    }
    let scale = Scale::around(all().flat_map(|figure| figure.values.iter().copied()));
    let bottom = TOP + 24.0 + all().count() as f64 * BAR + groups.len() as f64 * GAP;
    let mut svg = opening("Rates per second", bottom + 30.0);
    for (place, target) in Target::value_variants().iter().enumerate() {
        key(&mut svg, LEFT + 165.0 * place as f64, TOP, color(*target), &target.to_string());
    }
    for (value, part) in scale.decades() {
        let x = along(part);
        line(&mut svg, [x, TOP + 16.0, x, bottom], "#ddd");
        text(&mut svg, x, bottom + 18.0, "middle", &value.to_string());
    }
    let mut y = TOP + 24.0;
    for (label, figures) in &groups {
        text(&mut svg, LABELS - 8.0, y + BAR, "end", label);
        for figure in figures {
            bar(&mut svg, y, figure, &scale);
            y += BAR;
        }
        y += GAP;
    }
    Some(svg + "</svg>\n")
}

/// The rates, those of one kind together under their label.
fn groups(report: &Report) -> Vec<(String, Vec<&Figure>)> {
    let mut groups: Vec<(String, Vec<&Figure>)> = Vec::new();
    for section in &report.sections {
        for figure in section.figures.iter().filter(|figure| figure.unit == Unit::PerSecond) {
            let label = format!("{} {}", section.id, figure.label);
            match groups.iter_mut().find(|(other, _)| *other == label) {
                Some((_, figures)) => figures.push(figure),
                None => groups.push((label, vec![figure])),
            }
        }
    }
    groups
}

fn bar(svg: &mut String, y: f64, figure: &Figure, scale: &Scale) {
    let [least, end, greatest] = [figure.min(), figure.median(), figure.max()].map(|rate| along(scale.part(rate)));
    let (width, thickness, middle) = (end - LABELS, BAR - 1.0, y + BAR / 2.0);
    let _ = writeln!(
        svg,
        r#"<rect x="{LABELS}" y="{y:.1}" width="{width:.1}" height="{thickness}" fill="{}"/>"#,
        color(figure.target)
    );
    line(svg, [least, middle, greatest, middle], "#000");
    text(svg, greatest + 5.0, middle + 4.0, "start", &format!("{:.0}", figure.median()));
}

fn color(target: Target) -> &'static str {
    match target {
        Target::Sqlite => COLORS[0],
        Target::SqliteNormal => COLORS[1],
        Target::Postgres => COLORS[2],
        Target::Postgres3 => COLORS[3],
    }
}

/// A logarithmic scale of whole decades.
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

    /// How far along the scale a value is, from 0 to 1.
    fn part(&self, value: f64) -> f64 {
        let part = (value.max(f64::MIN_POSITIVE).log10() - f64::from(self.lowest)) / f64::from(self.decades);
        part.clamp(0.0, 1.0)
    }

    /// The values at the ends of the decades, and how far along they are.
    fn decades(&self) -> impl Iterator<Item = (f64, f64)> {
        let value = |decade| 10f64.powi(self.lowest + decade);
        (0..=self.decades).map(move |decade| (value(decade), f64::from(decade) / f64::from(self.decades)))
    }
}

/// Where a part of the scale of times is drawn.
fn height(part: f64) -> f64 {
    HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)
}

/// Where a part of the scale of rates is drawn; there is room for a number after it.
fn along(part: f64) -> f64 {
    LABELS + part * (WIDTH - LABELS - 60.0)
}

/// Where a part of all is drawn: the last percents get more room than the first ones, like the nines of an outlier.
fn across(part: f64) -> f64 {
    let stretched = -(1.0 - part.min(0.999)).log10() / 3.0;
    LEFT + (0.4 * part + 0.6 * stretched) * (WIDTH - LEFT - RIGHT)
}

fn opening(title: &str, height: f64) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    text(&mut svg, LEFT, 20.0, "start", title);
    svg
}

/// What a color means.
fn key(svg: &mut String, x: f64, y: f64, color: &str, label: &str) {
    let _ = writeln!(svg, r#"<rect x="{x:.1}" y="{:.1}" width="12" height="12" fill="{color}"/>"#, y - 10.0);
    text(svg, x + 18.0, y, "start", label);
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], color: &str) {
    let _ = writeln!(svg, r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{color}"/>"#);
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
        assert!(height(scale.part(20.0)) < height(scale.part(0.5)));
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
