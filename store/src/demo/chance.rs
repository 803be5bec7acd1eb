//! Chance that a seed decides: the same seed gives the same district, on every machine and with every release.

use uuid::Builder;

/// SplitMix64. Not for secrets; each request has a generator of its own, so that one more draw for one of them
/// changes no other.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The generator for the thing numbered `nth` of the kind `kind`.
    pub(super) fn new(seed: u64, kind: &str, nth: u64) -> Self {
        let mut chance = Self(seed);
        for part in kind.bytes().map(u64::from).chain([nth]) {
            chance.0 = chance.0.wrapping_add(part);
            chance.0 = chance.next();
        }
        chance
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        // 53 bits are what a double holds exactly.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to below `count`; 0 of nothing.
    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.next() % span).unwrap_or(0))
    }

    /// True this often.
    pub(super) fn holds(&mut self, often: f64) -> bool {
        self.unit() < often
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// About the middle of a bell, from -1 to 1.
    pub(super) fn bell(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit()) / 1.5 - 1.0
    }

    /// The place of a draw in running totals.
    pub(super) fn weighted(&mut self, totals: &[f64]) -> usize {
        let at = self.unit() * totals.last().copied().unwrap_or(0.0);
        totals.partition_point(|total| *total <= at).min(totals.len().saturating_sub(1))
    }

    /// A UUIDv7.
    pub(super) fn uuid(&mut self, millis: i64) -> String {
        let mut random = [0u8; 10];
        random[..8].copy_from_slice(&self.next().to_le_bytes());
        random[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
        Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or_default(), &random).into_uuid().to_string()
    }
}

/// Running totals of weights, for [`Chance::weighted`].
pub(super) fn totals(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut total = 0.0;
    weights
        .into_iter()
        .map(|weight| {
            total += weight;
            total
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_in_their_bounds() {
        let mut chance = Chance::new(7, "test", 1);
        let totals = totals([1.0, 0.0, 3.0]);
        let mut seen = [0; 3];
        for _ in 0..1000 {
            seen[chance.weighted(&totals)] += 1;
            assert!((3..=5).contains(&chance.between(3, 5)));
            assert!((-1.0..=1.0).contains(&chance.bell()));
        }
        assert!(seen[1] == 0 && seen[2] > 2 * seen[0], "{seen:?}");
        assert_eq!(chance.below(0), 0);
    }

    #[test]
    fn the_seed_decides() {
        let draw = |seed| Chance::new(seed, "test", 1).next();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1), Chance::new(1, "test", 2).next());
    }
}
