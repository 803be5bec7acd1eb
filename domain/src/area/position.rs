//! A point on the earth, and how far points lie apart.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth in metres (IUGG, R1).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Why a position was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PositionError {
    /// Latitudes run from -90 to 90 degrees.
    #[error("latitude {0} is not between -90 and 90 degrees")]
    Latitude(f64),
    /// Longitudes run from -180 to 180 degrees.
    #[error("longitude {0} is not between -180 and 180 degrees")]
    Longitude(f64),
}

/// A position in WGS-84 decimal degrees, as a phone reports it.
///
/// Chinese map services show GCJ-02, which lies some hundred metres off: convert
/// before making a position of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Position {
    lat: f64,
    lon: f64,
    accuracy_m: Option<u32>,
}

#[derive(Deserialize)]
struct Unchecked {
    lat: f64,
    lon: f64,
    #[serde(default)]
    accuracy_m: Option<u32>,
}

impl TryFrom<Unchecked> for Position {
    type Error = PositionError;
    fn try_from(raw: Unchecked) -> Result<Self, Self::Error> {
        Self::new(raw.lat, raw.lon, raw.accuracy_m)
    }
}

impl Position {
    /// A position from degrees north and east, and the radius in metres within
    /// which the device believes to be.
    ///
    /// # Errors
    /// [`PositionError`] when a degree is out of range or not a number.
    pub fn new(lat: f64, lon: f64, accuracy_m: Option<u32>) -> Result<Self, PositionError> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PositionError::Latitude(lat));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(PositionError::Longitude(lon));
        }
        Ok(Self { lat, lon, accuracy_m })
    }

    /// Degrees north.
    pub fn lat(&self) -> f64 {
        self.lat
    }

    /// Degrees east.
    pub fn lon(&self) -> f64 {
        self.lon
    }

    /// The device's own estimate of its error, in metres.
    pub fn accuracy_m(&self) -> Option<u32> {
        self.accuracy_m
    }

    /// The cell of a grid of [`CELL_DEGREES`] that this position lies in: what is nearby is found by few equal numbers.
    pub fn cell(&self) -> i64 {
        cell(row(self.lat), row(self.lon))
    }

    /// The position some metres to the east and north of here, as a finger moved it: its error is not the device's.
    #[must_use]
    pub fn moved(&self, east: f64, north: f64) -> Self {
        let angle = |metres: f64| (metres / EARTH_RADIUS_M).to_degrees();
        let lat = (self.lat + angle(north)).clamp(-90.0, 90.0);
        // Around a pole a step east is any longitude; it only has to stay one.
        let lon = self.lon + angle(east) / self.lat.to_radians().cos().max(1e-6);
        Self { lat, lon: (lon + 180.0).rem_euclid(360.0) - 180.0, accuracy_m: None }
    }

    /// The box that holds every point within `metres` of here.
    pub fn surroundings(&self, metres: u32) -> BoundingBox {
        // A hair more than asked, so that rounding never loses a point on the rim.
        let angle = (f64::from(metres) * (1.0 + 1e-9) + 1e-3) / EARTH_RADIUS_M;
        let (lat, reach) = (self.lat.to_radians(), angle.to_degrees());
        let (south, north) = (self.lat - reach, self.lat + reach);
        // Around a pole every longitude is near.
        let spread = if south <= -90.0 || north >= 90.0 { 180.0 } else { (angle.sin() / lat.cos()).clamp(-1.0, 1.0).asin().to_degrees() };
        let (west, east) = (self.lon - spread, self.lon + spread);
        // A range in SQL cannot wrap at the date line, so it takes the whole belt there.
        let wraps = west < -180.0 || east > 180.0;
        BoundingBox {
            south: south.max(-90.0),
            north: north.min(90.0),
            west: if wraps { -180.0 } else { west },
            east: if wraps { 180.0 } else { east },
        }
    }
}

/// Great-circle distance in metres (haversine on a sphere, within 0.6 % of the
/// ellipsoid), without regard to accuracies.
pub fn distance_m(a: &Position, b: &Position) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = ((b.lat - a.lat).to_radians() / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * h.clamp(0.0, 1.0).sqrt().asin()
}

/// A range of latitudes and longitudes, for a query over two indexed columns;
/// the exact distance is asked of what it returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    /// Least latitude in degrees.
    pub south: f64,
    /// Least longitude in degrees.
    pub west: f64,
    /// Greatest latitude in degrees.
    pub north: f64,
    /// Greatest longitude in degrees.
    pub east: f64,
}

/// Edge of a cell in degrees: some 550 m of latitude, so that a box of a few hundred metres touches four at most.
pub const CELL_DEGREES: f64 = 0.005;

/// Most cells a box is looked up by; only one around a pole or over a country has more.
const MOST_CELLS: i64 = 16;

fn row(degrees: f64) -> i64 {
    (degrees / CELL_DEGREES).floor() as i64
}

fn cell(north: i64, east: i64) -> i64 {
    north * 1_000_000 + east
}

impl BoundingBox {
    /// The cells that the box touches, from its south-western corner.
    pub fn cells(&self) -> Vec<i64> {
        let rows = row(self.south)..=row(self.north).min(row(self.south) + MOST_CELLS - 1);
        let columns = row(self.west)..=row(self.east).min(row(self.west) + MOST_CELLS - 1);
        rows.flat_map(|north| columns.clone().map(move |east| cell(north, east))).take(usize::try_from(MOST_CELLS).unwrap_or(16)).collect()
    }

    /// Whether a position lies in it, the rim included.
    pub fn contains(&self, position: &Position) -> bool {
        (self.south..=self.north).contains(&position.lat) && (self.west..=self.east).contains(&position.lon)
    }
}
