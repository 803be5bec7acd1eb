//! A small map drawn from our own data: north up, rings of 100 and 200 m, the open cases around. Where a tile server is
//! configured, a 3×3 of its tiles lies underneath and moves with plain links.

use leptos::prelude::*;
use store::request::Item;

use crate::render::{app, visit};
use crate::text::t;

/// Drawing units per metre: 200 m are 76 units, so that both rings fit the height.
const SCALE: f64 = 0.38;
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 180.0;
/// Zoom of the tiles: about one metre a pixel here.
const ZOOM: u32 = 17;
/// Length of the equator in metres over 256 pixels, the tiles' own measure (EPSG:3857).
const METRES_PER_PIXEL: f64 = 156_543.033_928;

/// Where a position lies in the drawing, from the middle.
fn offset(centre: (f64, f64), at: (f64, f64)) -> (f64, f64) {
    let east = (at.1 - centre.1) * 111_320.0 * centre.0.to_radians().cos();
    let north = (at.0 - centre.0) * 110_574.0;
    (WIDTH / 2.0 + east * SCALE, HEIGHT / 2.0 - north * SCALE)
}

/// One tile: its address and where its corner and edge lie.
struct Tile {
    href: String,
    x: f64,
    y: f64,
    edge: f64,
}

/// The 3×3 tiles around a position.
fn tiles(template: &str, centre: (f64, f64)) -> Vec<Tile> {
    let count = f64::from(1u32 << ZOOM);
    let x = (centre.1 + 180.0) / 360.0 * count;
    let lat = centre.0.to_radians();
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * count;
    let edge = 256.0 * METRES_PER_PIXEL * lat.cos() / count * SCALE;
    let mut found = Vec::with_capacity(9);
    for down in -1..=1 {
        for right in -1..=1 {
            let (column, row) = (x.floor() + f64::from(right), y.floor() + f64::from(down));
            found.push(Tile {
                href: template
                    .replace("{z}", &ZOOM.to_string())
                    .replace("{x}", &(column as i64).to_string())
                    .replace("{y}", &(row as i64).to_string()),
                x: WIDTH / 2.0 + (column - x) * edge,
                y: HEIGHT / 2.0 + (row - y) * edge,
                edge,
            });
        }
    }
    found
}

/// How far the links move the map: a hundred metres in degrees of latitude, about.
const STEP: f64 = 100.0 / 110_574.0;

/// `.map`: where a request is, and what else is open around it.
#[component]
pub fn Map(lat: f64, lon: f64, label: String, others: Vec<Item>, shift: (i32, i32)) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let centre = (lat + f64::from(shift.1) * STEP, lon + f64::from(shift.0) * STEP / lat.to_radians().cos());
    let path = visit.uri.path().to_owned();
    let moves = app().config.tiles.is_some().then(|| {
        let link = |word: String, east: i32, north: i32| {
            let href = format!("{path}?east={}&north={}#map", shift.0 + east, shift.1 + north);
            view! { <a class="btn quiet" href=href>{word}</a> }
        };
        view! {
            <nav class="compass" aria-label=t!(lang, "map-move")>
                {link(t!(lang, "map-north"), 0, 1)}{link(t!(lang, "map-west"), -1, 0)}{link(t!(lang, "map-east"), 1, 0)}{link(t!(lang, "map-south"), 0, -1)}
            </nav>
        }
    });
    view! {
        <figure class="stack tight" id="map">
            <Sketch centre=centre pin=(lat, lon) exact=true label=label others=others links=true/>
            {moves}
        </figure>
    }
}

/// The drawing itself: the pin with its rings, and the other cases. A pin that is not exact is a ring too. The dots are
/// `links` except on a form, which a finger beside the pin would leave.
#[component]
pub fn Sketch(centre: (f64, f64), pin: (f64, f64), exact: bool, label: String, others: Vec<Item>, #[prop(optional)] links: bool) -> impl IntoView {
    let lang = visit().lang();
    let (cx, cy) = offset(centre, pin);
    let dots = others
        .iter()
        .filter_map(|item| Some((item.number, offset(centre, (item.lat?, item.lon?)))))
        .map(|(number, (x, y))| {
            let dot = view! { <circle cx=x cy=y r="5" fill="var(--card)" stroke="var(--warm)" stroke-width="2.5"></circle> };
            if links {
                view! { <a href=format!("/requests/{number}") aria-label=number.to_string()><circle cx=x cy=y r="9" fill="transparent"></circle>{dot}</a> }.into_any()
            } else {
                dot.into_any()
            }
        })
        .collect_view();
    let under = app().config.tiles.as_ref().map(|template| {
        tiles(template, centre)
            .into_iter()
            .map(|tile| view! { <image href=tile.href x=tile.x y=tile.y width=tile.edge height=tile.edge></image> })
            .collect_view()
    });
    view! {
        <svg class="map" viewBox="0 0 320 180" role="group" aria-label=label>
            {under}
            <g fill="none" stroke="var(--edge)" stroke-dasharray="2 4"><circle cx=cx cy=cy r="38"></circle><circle cx=cx cy=cy r="76"></circle></g>
            <g text-anchor="middle" aria-hidden="true">
                <text x=cx y=cy + 34.0>{t!(lang, "ring", metres = 100)}</text>
                <text x=cx y=cy + 72.0>{t!(lang, "ring", metres = 200)}</text>
                <text x="160" y="2" dy="1em">{t!(lang, "north")}</text>
            </g>
            <circle cx=cx cy=cy r="7" fill=if exact { "var(--brand)" } else { "none" } stroke="var(--brand)" stroke-width="2"></circle>
            {dots}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn north_is_up_and_rings_are_metres() {
        let centre = (22.6, 114.0);
        let (x, y) = offset(centre, (22.6 + 100.0 / 110_574.0, 114.0));
        assert!((x - 160.0).abs() < 0.01 && (y - (90.0 - 38.0)).abs() < 0.01);
    }

    #[test]
    fn the_middle_tile_holds_the_middle() {
        let found = tiles("https://tiles/{z}/{x}/{y}.png", (22.6, 114.0));
        assert_eq!(found.len(), 9);
        let middle = &found[4];
        assert!(middle.x <= 160.0 && 160.0 < middle.x + middle.edge && middle.y <= 90.0 && 90.0 < middle.y + middle.edge);
        // Known from the definition of the tile grid at zoom 17.
        assert_eq!(middle.href, "https://tiles/17/107042/57085.png");
    }
}
