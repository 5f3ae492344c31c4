//! A page whose tables are generated: what stands between a pair of markers is replaced, the rest is left alone.

use anyhow::{Result, bail};

/// The page with `content` between `<!-- perf:name -->` and `<!-- /perf:name -->`, each marker on a line of its own.
/// An error when the pair is not there exactly once and in order.
pub(super) fn replace(page: &str, name: &str, content: &str) -> Result<String> {
    let (open, close) = (format!("<!-- perf:{name} -->\n"), format!("<!-- /perf:{name} -->"));
    let (Some((before, rest)), 1) = (page.split_once(&open), page.matches(&open).count()) else {
        bail!("{} must stand in the page once, on a line of its own", open.trim_end());
    };
    let (Some((_, after)), 1) = (rest.split_once(&close), page.matches(&close).count()) else {
        bail!("{close} must follow {} once", open.trim_end());
    };
    Ok(format!("{before}{open}{}\n{close}{after}", content.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    const PAGE: &str =
        "# Page\n<!-- perf:a -->\nold\n<!-- /perf:a -->\nwords\n<!-- perf:b -->\n<!-- /perf:b -->\n";

    #[test]
    fn only_what_stands_between_the_markers_changes_and_a_second_time_nothing_does() {
        let page = replace(PAGE, "a", "| new |\n").unwrap();
        assert_eq!(page, PAGE.replace("old", "| new |"));
        assert_eq!(replace(&page, "a", "| new |\n").unwrap(), page);
        let page = replace(&page, "b", "x").unwrap();
        assert!(page.ends_with("words\n<!-- perf:b -->\nx\n<!-- /perf:b -->\n"));
    }

    #[test]
    fn a_page_without_its_markers_is_refused() {
        let error = |page: &str| replace(page, "a", "x").unwrap_err().to_string();
        assert_eq!(error("# Page\n"), "<!-- perf:a --> must stand in the page once, on a line of its own");
        assert_eq!(error("<!-- perf:a -->\n"), "<!-- /perf:a --> must follow <!-- perf:a --> once");
        assert!(error("<!-- /perf:a -->\n<!-- perf:a -->\n").contains("must follow"));
        assert!(error(&format!("{PAGE}{PAGE}")).contains("once"));
    }
}
