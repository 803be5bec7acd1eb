//! Whole-number arithmetic, so that no machine's rounding changes an answer.

/// Fractions are in units of 1/4096.
pub(super) const ONE: u64 = 1 << FRACTION;
const FRACTION: u32 = 12;

/// The binary logarithm of `x`, rounded down to 1/4096; 0 for 0.
pub(super) fn log2(x: u64) -> u64 {
    if x == 0 {
        return 0;
    }
    let whole = x.ilog2();
    // Scaled to 1 ≤ y < 2 with 32 places; each squaring gives the next binary digit.
    let mut y = if whole >= 32 { x >> (whole - 32) } else { x << (32 - whole) };
    let mut log = u64::from(whole);
    for _ in 0..FRACTION {
        let square = (u128::from(y) * u128::from(y)) >> 32;
        let carry = square >> 33;
        log = (log << 1) | carry as u64;
        y = (square >> carry) as u64;
    }
    log
}

/// 2 to the power of minus `x`/4096, in units of 2⁻²⁰; never rises with `x`.
pub(super) fn exp2_minus(x: u64) -> u64 {
    let (whole, fraction) = (x / ONE, x % ONE);
    if whole >= 20 {
        return 0;
    }
    // 1 − 0.6744 f + 0.1744 f² is within 0.3 % of 2^−f.
    let mantissa = (1u64 << 20) + ((714 * fraction * fraction / ONE) >> 4) - 2762 * fraction / 16;
    mantissa >> whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right() {
        assert_eq!(log2(0), 0);
        assert_eq!(log2(1), 0);
        assert_eq!(log2(8), 3 * ONE);
        assert_eq!(log2(3), 6492); // 1.58496 × 4096 = 6492.0
        assert_eq!(log2(1 << 50), 50 * ONE);
        assert!(log2(u64::MAX) < 64 * ONE);
        assert!((1..5000).all(|x| log2(x) <= log2(x + 1)));
    }

    #[test]
    fn powers_fall_from_one_to_nothing() {
        assert_eq!(exp2_minus(0), 1 << 20);
        assert!((exp2_minus(ONE) as i64 - (1 << 19)).abs() < 1 << 11);
        assert_eq!(exp2_minus(20 * ONE), 0);
        assert!((0..21 * ONE).all(|x| exp2_minus(x) >= exp2_minus(x + 1)));
    }
}
