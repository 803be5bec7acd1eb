//! A request's description, composed from the facts that are kept of it.

use chrono_tz::Tz;
use domain::area::{Areas, Position};
use domain::event::class::ClassCode;
use domain::event::description::{Facts, PlaceFacts};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::row::RequestRow;
use crate::clock::instant;
use crate::{District, Result};

/// The columns of a row `r` that [`Stated::read`] reads.
pub(crate) const STATED: &str = "r.what_public, r.place_public, r.area, r.lat, r.lon, r.accuracy, r.happened_at, r.since";

/// What was told of an event, with the numbers of people masked: the description is public.
pub(crate) struct Stated {
    what: String,
    pub(super) place: String,
    pub(super) area: String,
    position: Option<Position>,
    pub(super) happened_at: Option<i64>,
    pub(super) since: Option<String>,
}

fn position(lat: Option<f64>, lon: Option<f64>, accuracy: Option<i64>) -> Option<Position> {
    lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon, accuracy.and_then(|metres| u32::try_from(metres).ok())).ok())
}

impl Stated {
    /// From a row in the database.
    pub(crate) fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            what: row.try_get("what_public")?,
            place: row.try_get("place_public")?,
            area: row.try_get("area")?,
            position: position(row.try_get("lat")?, row.try_get("lon")?, row.try_get("accuracy")?),
            happened_at: row.try_get("happened_at")?,
            since: row.try_get("since")?,
        })
    }

    /// From a row about to be written.
    pub(crate) fn of(row: &RequestRow) -> Self {
        Self {
            what: row.what_public.clone(),
            place: row.place_public.clone(),
            area: row.area.clone(),
            position: position(row.lat, row.lon, row.accuracy),
            happened_at: row.happened_at,
            since: row.since.clone(),
        }
    }

    /// The facts; what is not known is absent.
    pub(crate) fn facts(self, areas: &Areas, zone: Tz, class_name: String) -> Facts {
        Facts {
            place: PlaceFacts {
                area_path: self.area.parse().ok().and_then(|area| areas.path_name(&area)),
                landmark: (!self.place.is_empty()).then_some(self.place),
                position: self.position,
            },
            happened_at: self.happened_at.map(|at| instant(at).with_timezone(&zone).naive_local()),
            since: self.since.and_then(|day| day.parse().ok()),
            class_name,
            what: Some(self.what),
        }
    }

    /// The text that the grid system receives, in the template of the class.
    pub(crate) fn compose(self, district: &District, zone: Tz, class: Option<ClassCode>) -> String {
        let name = class.and_then(|code| district.catalogue.get(code)).map_or_else(|| "待分类".to_owned(), |class| class.name_zh.clone());
        district.catalogue.template(class).compose(&self.facts(&district.areas, zone, name))
    }
}
