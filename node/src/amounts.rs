//! Money as people write it: GNC with up to eight decimals, exactly. Nothing here is ever a floating-point number.

use gridnet_protocol::value::Units;

use crate::arguments::quoted;

/// Decimals of a GNC.
const DECIMALS: usize = 8;

/// An amount in GNC: `12.5`, `0.00000001`, `1000000`.
pub(crate) fn gnc(text: &str) -> Result<Units, String> {
    let refused = || {
        format!(
            "expected an amount of GNC such as 12.5, with {DECIMALS} decimals at most, got {}",
            quoted(text)
        )
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > DECIMALS {
        return Err(refused());
    }
    let parsed = whole.parse::<u64>().ok().zip(format!("{part:0<DECIMALS$}").parse::<u64>().ok());
    let units = parsed.and_then(|(whole, part)| whole.checked_mul(Units::PER_GNC)?.checked_add(part));
    units.map(Units).ok_or_else(|| format!("{} GNC are more than 64 bits of units hold", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::gnc;
    use gridnet_protocol::value::Units;

    #[test]
    fn amounts_are_exact_to_the_unit() {
        for (text, units) in [
            ("0", 0),
            ("12.5", 1_250_000_000),
            ("0.1", 10_000_000),
            ("0.00000001", 1),
            ("0.10000000", 10_000_000),
            ("1000000", 100_000_000_000_000),
            ("184467440737.09551615", u64::MAX),
            // No floating-point number of 64 bits has all these digits.
            ("90071992547.40992993", 9_007_199_254_740_992_993),
        ] {
            assert_eq!(gnc(text), Ok(Units(units)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for odd in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "0x1", "1.2.3", "0.000000001", "١", "1_0"]
        {
            assert!(gnc(odd).is_err_and(|why| why.contains("such as 12.5")), "{odd}");
        }
        for much in ["184467440737.09551616", "99999999999999999999999"] {
            assert!(gnc(much).is_err_and(|why| why.contains("64 bits")), "{much}");
        }
    }
}
