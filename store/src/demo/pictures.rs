//! A pool of painted pictures that all requests share: a million requests take no more room than a hundred.

use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use super::chance::Chance;
use crate::database::Row;
use crate::photo::{Motif, Processed, paint, process};
use crate::{Result, Store, StoreError};

/// A picture in the object store.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    motif: Motif,
    hash: String,
    width: i64,
    height: i64,
}

/// All of them.
#[derive(Default)]
pub(super) struct Pictures(Vec<Picture>);

/// Part of a class's code, and what is seen of it.
const SEEN: [(&str, &[Motif]); 27] = [
    ("040401", &[Motif::Manhole]),
    ("040102", &[Motif::Rubbish]),
    ("040402", &[Motif::StreetLight]),
    ("040403", &[Motif::Road]),
    ("040104", &[Motif::Road, Motif::Water]),
    ("040406", &[Motif::Water]),
    ("0702", &[Motif::Water]),
    ("040409", &[Motif::Tree]),
    ("0703", &[Motif::Tree, Motif::Sign]),
    ("040105", &[Motif::Green]),
    ("040504", &[Motif::Bikes]),
    ("040505", &[Motif::Bikes]),
    ("0403", &[Motif::Construction]),
    ("040101", &[Motif::Building, Motif::Construction]),
    ("040103", &[Motif::Construction, Motif::Rubbish]),
    ("0402", &[Motif::Sign]),
    ("040408", &[Motif::Wires]),
    ("0502", &[Motif::Wires, Motif::Bikes]),
    ("0504", &[Motif::Wires]),
    ("0501", &[Motif::Indoor, Motif::Building]),
    ("0506", &[Motif::Fire]),
    ("0701", &[Motif::Fire]),
    ("0405", &[Motif::Road, Motif::Sign]),
    ("0404", &[Motif::Road]),
    ("0401", &[Motif::Rubbish, Motif::Green]),
    ("03", &[Motif::Building, Motif::Indoor]),
    ("", &[Motif::Building]),
];

/// What the desk shows as evidence: a place in order.
const IN_ORDER: [Motif; 3] = [Motif::Green, Motif::Building, Motif::Indoor];

impl Pictures {
    /// Paints and keeps about `count` of them.
    pub(super) async fn paint(store: &Store, seed: u64, count: usize) -> Result<Self> {
        let mut pictures = Vec::with_capacity(count);
        for nth in 0..count {
            let motif = Motif::ALL[nth % Motif::ALL.len()];
            let number = Chance::new(seed, "picture", u64::try_from(nth).unwrap_or(0)).next();
            let processed = tokio::task::spawn_blocking(move || process(&paint(number, motif))).await.map_err(|_| StoreError::Stopping)?;
            let processed: Processed = processed.map_err(|error| StoreError::Objects(error.to_string()))?;
            let (width, height) = (i64::from(processed.width), i64::from(processed.height));
            pictures.push(Picture { motif, hash: store.put_objects(processed).await?, width, height });
        }
        Ok(Self(pictures))
    }

    /// A picture of what a class is about.
    pub(super) fn of(&self, class: &str, chance: &mut Chance) -> Option<&Picture> {
        let motifs = SEEN.iter().find(|(code, _)| class.starts_with(code)).map_or(&[][..], |(_, motifs)| motifs);
        self.one(motifs, chance)
    }

    /// A picture of a place in order.
    pub(super) fn in_order(&self, chance: &mut Chance) -> Option<&Picture> {
        self.one(&IN_ORDER, chance)
    }

    fn one(&self, motifs: &[Motif], chance: &mut Chance) -> Option<&Picture> {
        let motif = chance.pick(motifs)?;
        let fitting: Vec<&Picture> = self.0.iter().filter(|picture| picture.motif == *motif).collect();
        chance.pick(&fitting).copied().or_else(|| self.0.first())
    }
}

/// A photo of a request.
pub(super) struct PhotoRow {
    id: String,
    hash: String,
    request: i64,
    kind: &'static str,
    width: i64,
    height: i64,
    created_at: i64,
}

impl PhotoRow {
    pub(super) fn new(picture: &Picture, request: i64, evidence: bool, at: i64, chance: &mut Chance) -> Self {
        Self {
            id: chance.uuid(at),
            hash: picture.hash.clone(),
            request,
            kind: if evidence { "evidence" } else { "resident" },
            width: picture.width,
            height: picture.height,
            created_at: at,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl Row for PhotoRow {
    const INTO: &'static str = "photo (id, hash, draft, request, kind, width, height, created_at)";
    const COLUMNS: usize = 8;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query
            .bind(&self.id)
            .bind(&self.hash)
            // No form's key hashes to it.
            .bind("demo")
            .bind(self.request)
            .bind(self.kind)
            .bind(self.width)
            .bind(self.height)
            .bind(self.created_at)
    }
}
