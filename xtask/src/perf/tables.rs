//! The tables of the page, from the figures.

use std::fmt::Write;

use super::figures::{Contender, Figures, Role, Row};

/// Headers of the chain whose time is given beside its rate, by the row's id.
const CHAINS: [(&str, &str, f64); 2] = [
    ("headers-4032", "4,032 real ones, Bitcoin's retarget", 4_032.0),
    ("headers-900000", "900,000 made ones", 900_000.0),
];

/// Every table with the name of its markers.
pub(super) fn all(figures: &Figures, facts: &[(&str, String)]) -> Vec<(&'static str, String)> {
    vec![
        ("machine", facts.iter().map(|(name, fact)| format!("- {name}: {fact}\n")).collect()),
        ("rates", rates(&figures.rows)),
        ("headers", headers(&figures.rows)),
        ("rivals", rivals(&figures.rows)),
        ("paths", paths(&figures.rows)),
        ("instructions", instructions(figures)),
    ]
}

/// A table: its head, and rows of as many cells.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(N));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Millions a second, with three or so digits that mean something.
fn millions(rate: f64) -> String {
    let rate = rate / 1e6;
    match rate {
        // Signatures.
        ..1.0 => format!("{rate:.4}"),
        ..10.0 => format!("{rate:.2}"),
        _ => format!("{rate:.1}"),
    }
}

/// The rate with half the width of the middle half of its repetitions.
fn with_noise(each: &Contender) -> String {
    format!("{} ± {:.1} %", millions(each.rate), 50.0 * (each.high - each.low) / each.rate)
}

fn or_none(value: Option<f64>, shown: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), shown)
}

fn times(ratio: Option<f64>) -> String {
    or_none(ratio, |ratio| format!("{ratio:.2}"))
}

fn percent(share: Option<f64>) -> String {
    or_none(share, |share| format!("{:.0} %", 100.0 * share))
}

fn rates(rows: &[Row]) -> String {
    let row = |row: &Row| -> Option<[String; 7]> {
        let (ours, rival) = (row.auto()?, row.best_rival()?);
        Some([
            row.title.clone(),
            format!("**{}**", with_noise(ours)),
            format!("{} ({})", millions(rival.rate), rival.name),
            format!("**{}**", times(ours.ratio)),
            or_none(ours.limit, millions),
            percent(ours.share),
            format!("`cargo xtask perf {}`", row.id),
        ])
    };
    let head = ["job", "ours, M/s", "best rival, M/s", "ratio", "limit, M/s", "share", "command"];
    table(head, rows.iter().filter_map(row))
}

fn headers(rows: &[Row]) -> String {
    let chains = CHAINS.into_iter().filter_map(|(id, name, count)| {
        let row = rows.iter().find(|row| row.id == id)?;
        let milliseconds = |each: &Contender| format!("{:.2}", 1e3 * count / each.rate);
        Some([name.to_owned(), milliseconds(row.auto()?), milliseconds(row.best_rival()?)])
    });
    table(["chain", "ours, ms", "best plain loop, ms"], chains)
}

fn rivals(rows: &[Row]) -> String {
    let of = |row: &Row| -> Vec<[String; 4]> {
        let rivals = row.contenders.iter().filter(|each| each.role == Role::Rival);
        rivals
            .map(|each| [row.title.clone(), each.name.clone(), with_noise(each), times(each.ours_to_it)])
            .collect()
    };
    table(["job", "rival", "M/s", "ours to it"], rows.iter().flat_map(of))
}

fn paths(rows: &[Row]) -> String {
    let of = |row: &Row| -> Vec<[String; 7]> {
        let ours = row.contenders.iter().filter(|each| each.role != Role::Rival);
        ours.map(|each| {
            let operations = match (each.operations, each.narrow) {
                (Some(all), Some(narrow)) => format!("{all:.1} ({narrow:.1})"),
                _ => "-".to_owned(),
            };
            [
                row.title.clone(),
                each.path.clone().unwrap_or_else(|| each.name.clone()),
                with_noise(each),
                times(each.ratio),
                operations,
                or_none(each.limit, millions),
                percent(each.share),
            ]
        })
        .collect()
    };
    let head =
        ["job", "path", "M/s", "to the best rival", "instructions a hash (narrow)", "limit, M/s", "share"];
    table(head, rows.iter().flat_map(of))
}

fn instructions(figures: &Figures) -> String {
    let rows = figures.machine.iter().map(|each| {
        let cell = |rate: f64| format!("{:.2} ({:.2})", rate / 1e9, rate / figures.hertz);
        [each.path.clone(), cell(each.rates.all), cell(each.rates.narrow)]
    });
    table(["path", "any kind, G/s (a cycle)", "narrow kind, G/s (a cycle)"], rows)
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::perf::figures::Figures;

    const REPORT: &str = r#"{"repetitions":3,"seed":7,"hertz":3.5e9,
        "machine":[{"path":"avx512","rates":{"all":7e9,"narrow":3.5e9}}],
        "rows":[{"id":"headers-4032","title":"headers","best_rival":"loop","contenders":[
            {"name":"gridnet (avx512)","role":"auto","path":"avx512","rate":2e7,"low":1.9e7,"high":2.1e7,
             "ratio":2.5,"limit":2.5e7,"share":0.8,"operations":250.0,"narrow":100.5},
            {"name":"gridnet, portable forced","role":"forced","path":"portable","rate":2e6,"low":2e6,"high":2e6,
             "ratio":0.25,"limit":null,"share":null,"operations":null,"narrow":null},
            {"name":"loop","role":"rival","path":null,"rate":8e6,"low":8e6,"high":8e6,
             "ratio":null,"ours_to_it":2.4,"limit":null,"share":null,"operations":null,"narrow":null}]}]}"#;

    #[test]
    fn figures_become_tables() {
        let figures: Figures = serde_json::from_str(REPORT).unwrap();
        let tables = all(&figures, &[("date", "2026-01-01".to_owned())]);
        let of = |name: &str| tables.iter().find(|(table, _)| *table == name).unwrap().1.as_str();
        assert_eq!(of("machine"), "- date: 2026-01-01\n");
        assert!(of("rates").ends_with(
            "| headers | **20.0 ± 5.0 %** | 8.00 (loop) | **2.50** | 25.0 | 80 % | `cargo xtask perf headers-4032` |\n"
        ));
        assert!(of("headers").ends_with("| 4,032 real ones, Bitcoin's retarget | 0.20 | 0.50 |\n"));
        assert!(of("rivals").ends_with("| headers | loop | 8.00 ± 0.0 % | 2.40 |\n"));
        assert!(
            of("paths")
                .contains("| headers | avx512 | 20.0 ± 5.0 % | 2.50 | 250.0 (100.5) | 25.0 | 80 % |\n")
        );
        assert!(of("paths").ends_with("| headers | portable | 2.00 ± 0.0 % | 0.25 | - | - | - |\n"));
        assert!(of("instructions").ends_with("| avx512 | 7.00 (2.00) | 3.50 (1.00) |\n"));
        for (name, table) in &tables[1..] {
            let columns: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(columns.iter().all(|count| *count == columns[0]), "{name}");
        }
    }
}
