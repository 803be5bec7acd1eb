//! Counting the evidence and naming the classes.

use std::collections::BTreeMap;

use super::Suggestion;
use super::evidence::{ONE, exp2_minus, log2};
use super::words::{is_character, parts, weight_of_kind};
use crate::event::class::{Catalogue, ClassCode};

const WORDINGS: &str = include_str!("../../../../data/class-wordings.csv");

/// A handler's correction is a real sentence, so it counts for two wordings of ours.
const LEARNT_COUNTS: u32 = 2;
/// Said more often than this, a correction gains no more weight.
const LEARNT_MOST: u32 = 20;
/// How much being like one single wording adds to the sum of the words, in 1/4096 per thousandth of likeness.
const LIKENESS_COUNTS: u64 = 2;
/// Below this likeness, in thousandths, a wording explains nothing.
const LIKENESS_SHOWN: u64 = 120;
/// How much a part within a place word counts, in hundredths.
const PLACE_COUNTS: u64 = 40;
/// How steeply evidence turns into certainty.
const STEEPNESS: u64 = 10;
/// A single character is a reason only if it is about as telling as this, in 1/4096.
const TELLING_CHARACTER: u64 = ONE * 6 / 10;

/// The wordings that come with the program, in the order of their classes.
pub fn shipped_wordings() -> Vec<(String, ClassCode)> {
    let mut reader = csv::Reader::from_reader(WORDINGS.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    rows.filter_map(|row| Some((row.get(1)?.to_owned(), row.get(0)?.parse().ok()?))).collect()
}

/// Knows the wordings of the classes and finds those a text is like.
///
/// Building one takes some tens of milliseconds and some megabytes: build it at the start and again when corrections came in.
///
/// ```
/// use domain::event::suggest::Suggester;
///
/// let suggestions = Suggester::shipped().suggest("我家楼下的井盖不见了，晚上差点掉进去", 3);
/// assert_eq!(suggestions[0].code.as_str(), "040401");
/// assert!(Suggester::shipped().suggest("🙂🙂🙂", 3).is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Suggester {
    classes: Vec<ClassCode>,
    features: BTreeMap<Box<str>, Feature>,
    wordings: Vec<Wording>,
}

/// What is known of one part of a text.
#[derive(Debug, Clone, Default)]
struct Feature {
    /// How much it tells, times the weight of its kind.
    weight: u64,
    /// Whether it alone is a reason.
    telling: bool,
    /// Classes with the evidence it gives for each, in 1/4096 of a bit.
    classes: Vec<(u16, u32)>,
    /// The wordings that have it.
    wordings: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Wording {
    class: u16,
    /// The sum of its parts' weights.
    mass: u64,
    /// As it may be shown; `None` for what a resident wrote.
    text: Option<Box<str>>,
}

impl Suggester {
    /// A suggester for the open leaves of a catalogue, with the shipped wordings and what handlers taught.
    ///
    /// `learnt` pairs a resident's text with the class a handler gave it; a pair that comes again weighs more. Texts of a class
    /// that has been closed count for its successor, those of unknown classes for nothing.
    pub fn new(catalogue: &Catalogue, learnt: impl IntoIterator<Item = (String, ClassCode)>) -> Self {
        Self::with_wordings(catalogue, shipped_wordings(), learnt)
    }

    /// The same with other wordings beside the catalogue's own.
    pub fn with_wordings(
        catalogue: &Catalogue,
        wordings: impl IntoIterator<Item = (String, ClassCode)>,
        learnt: impl IntoIterator<Item = (String, ClassCode)>,
    ) -> Self {
        // A class with a closing day is not suggested any more, even before that day: its successor is.
        let classes: Vec<ClassCode> = catalogue.leaves().filter(|class| class.closed_on.is_none()).map(|class| class.code).collect();
        let place = |code: ClassCode| {
            let class = catalogue.standing_for(code, chrono::NaiveDate::MAX)?;
            classes.binary_search(&class.code).ok().and_then(|place| u16::try_from(place).ok())
        };
        let own = catalogue.leaves().flat_map(|class| {
            let texts = class.wordings.iter().chain([&class.name_zh, &class.name_en]);
            texts.map(|text| (text.clone(), class.code))
        });
        let mut counted: BTreeMap<(String, u16), u32> = BTreeMap::new();
        for (text, code) in learnt {
            if let Some(class) = place(code) {
                let count = counted.entry((text, class)).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut builder = Builder { classes: classes.len(), ..Builder::default() };
        for (text, code) in own.chain(wordings) {
            if let Some(class) = place(code) {
                builder.add(&text, class, 1, true);
            }
        }
        for ((text, class), count) in counted {
            builder.add(&text, class, count.min(LEARNT_MOST) * LEARNT_COUNTS, false);
        }
        let (features, wordings) = builder.finish();
        Self { classes, features, wordings }
    }

    /// The suggester for the shipped catalogue and wordings.
    pub fn shipped() -> Self {
        Self::new(&Catalogue::shipped(), [])
    }

    /// At most `n` classes the text may belong to, the likeliest first; none if nothing in it is known.
    ///
    /// Takes any text; of one longer than 2000 characters the beginning.
    pub fn suggest(&self, text: &str, n: usize) -> Vec<Suggestion> {
        let mut evidence = vec![0u64; self.classes.len()];
        let mut reasons = vec![false; self.classes.len()];
        let mut shared = vec![0u64; self.wordings.len()];
        let (mut known, mut total) = (0, 0);
        for (part, free) in parts(text) {
            let Some(feature) = self.features.get(&part) else {
                total += u64::from(weight_of_kind(&part)) * ONE;
                continue;
            };
            let weight = if free { feature.weight } else { feature.weight * PLACE_COUNTS / 100 };
            known += weight;
            total += weight;
            for (class, bits) in &feature.classes {
                evidence[usize::from(*class)] += weight * u64::from(*bits);
                reasons[usize::from(*class)] |= feature.telling;
            }
            for wording in &feature.wordings {
                shared[*wording as usize] += weight;
            }
        }
        if known == 0 {
            return Vec::new();
        }
        // The nearest wording of each class: shared² over the wording's mass, so a short one fully met beats a long one half met.
        let mut nearest: Vec<(u64, usize)> = vec![(0, 0); self.classes.len()];
        for (place, (wording, shared)) in self.wordings.iter().zip(shared).enumerate() {
            if shared > 0 {
                let near = shared * shared / wording.mass.max(1);
                let best = &mut nearest[usize::from(wording.class)];
                let shown = wording.text.is_some();
                if near > best.0 || (near == best.0 && shown && self.wordings[best.1].text.is_none()) {
                    *best = (near, place);
                }
            }
        }
        let mut ranked: Vec<(u64, u64, usize)> = Vec::new();
        for (class, evidence) in evidence.into_iter().enumerate() {
            if reasons[class] && evidence > 0 {
                let likeness = (nearest[class].0 * 1_000_000 / total.max(1)).isqrt();
                ranked.push((evidence / known + likeness * LIKENESS_COUNTS, likeness, class));
            }
        }
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(&b.2)));
        let Some(best) = ranked.first().map(|first| first.0) else {
            return Vec::new();
        };
        let share = |sum: u64| exp2_minus((best - sum) * STEEPNESS);
        let all: u64 = ranked.iter().map(|(sum, ..)| share(*sum)).sum();
        ranked
            .iter()
            .take(n)
            .map(|(sum, likeness, class)| Suggestion {
                code: self.classes[*class],
                score: (share(*sum) * 1000 / all.max(1)) as u32,
                like: (*likeness >= LIKENESS_SHOWN).then(|| self.wordings[nearest[*class].1].text.as_deref().map(str::to_owned)).flatten(),
            })
            .collect()
    }
}

/// Gathers the counts.
#[derive(Default)]
struct Builder {
    classes: usize,
    counts: BTreeMap<Box<str>, Count>,
    wordings: Vec<Wording>,
}

/// Where a part stands.
#[derive(Default)]
struct Count {
    /// How often each class has it.
    classes: BTreeMap<u16, u32>,
    /// The wordings that have it.
    wordings: Vec<u32>,
}

impl Builder {
    fn add(&mut self, text: &str, class: u16, count: u32, shown: bool) {
        let Ok(place) = u32::try_from(self.wordings.len()) else { return };
        for (part, _) in parts(text) {
            let counted = self.counts.entry(part).or_default();
            let times = counted.classes.entry(class).or_default();
            *times = times.saturating_add(count);
            counted.wordings.push(place);
        }
        self.wordings.push(Wording { class, mass: 0, text: shown.then(|| text.into()) });
    }

    fn finish(mut self) -> (BTreeMap<Box<str>, Feature>, Vec<Wording>) {
        let all = log2(self.wordings.len() as u64).max(1);
        let classes = log2(self.classes as u64).max(1);
        let mut features = BTreeMap::new();
        for (part, Count { classes: counts, wordings }) in self.counts {
            // Rare parts tell more, and parts that one class has to itself tell more: the mean of both, each from 0 to 1.
            let rarity = (all.saturating_sub(log2(wordings.len() as u64))) * ONE / all;
            let sum: u64 = counts.values().map(|count| u64::from(*count)).sum();
            let spread = log2(sum).saturating_sub(counts.values().map(|count| u64::from(*count) * log2(u64::from(*count))).sum::<u64>() / sum.max(1));
            let own = ONE.saturating_sub(spread * ONE / classes);
            let telling = (own * own / ONE + rarity) / 2;
            let weight = telling * u64::from(weight_of_kind(&part));
            for wording in &wordings {
                self.wordings[*wording as usize].mass += weight;
            }
            features.insert(
                part.clone(),
                Feature {
                    weight,
                    telling: !is_character(&part) || telling >= TELLING_CHARACTER,
                    classes: counts.into_iter().map(|(class, count)| (class, log2(1 + 2 * u64::from(count)) as u32)).collect(),
                    wordings,
                },
            );
        }
        (features, self.wordings)
    }
}
