//! Pictures for the demo district, painted by the program: calm posters of what residents report. No photograph of
//! anybody's street, nobody's face, nobody's rights.

mod canvas;
mod scene;
// Coordinates read better a shape a line than a number a line.
#[rustfmt::skip]
mod place;
#[rustfmt::skip]
mod street;

use super::process;
use scene::Scene;

/// What a demo picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Motif {
    /// A manhole without its cover.
    Manhole,
    /// An overflowing bin.
    Rubbish,
    /// A dark lamp in a lit street.
    StreetLight,
    /// A hole in the road.
    Road,
    /// A burst pipe.
    Water,
    /// A broken tree.
    Tree,
    /// Bicycles left across the pavement.
    Bikes,
    /// A building site.
    Construction,
    /// A block of flats.
    Building,
    /// A garden.
    Green,
    /// A shop sign hanging loose.
    Sign,
    /// Tangled wires.
    Wires,
    /// A hydrant and its hose.
    Fire,
    /// A hall or classroom.
    Indoor,
}

impl Motif {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Manhole,
        Self::Rubbish,
        Self::StreetLight,
        Self::Road,
        Self::Water,
        Self::Tree,
        Self::Bikes,
        Self::Construction,
        Self::Building,
        Self::Green,
        Self::Sign,
        Self::Wires,
        Self::Fire,
        Self::Indoor,
    ];
}

/// A 1200 by 900 JPEG of the motif; the seed varies hour, places and colours. The same seed gives the same picture.
#[must_use]
pub fn paint(seed: u64, motif: Motif) -> Vec<u8> {
    let mut scene = Scene::new(seed, motif);
    match motif {
        Motif::Manhole => scene.manhole(),
        Motif::Rubbish => scene.rubbish(),
        Motif::StreetLight => scene.street_light(),
        Motif::Road => scene.road(),
        Motif::Water => scene.water(),
        Motif::Tree => scene.broken_tree(),
        Motif::Bikes => scene.bikes(),
        Motif::Construction => scene.construction(),
        Motif::Building => scene.building(),
        Motif::Green => scene.green(),
        Motif::Sign => scene.sign(),
        Motif::Wires => scene.wires(),
        Motif::Fire => scene.fire(),
        Motif::Indoor => scene.indoor(),
    }
    // Always a fitting size, so never empty.
    process::jpeg(&scene.c.picture(), 85).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_motif_is_painted() {
        for (seed, motif) in (0..).zip(Motif::ALL) {
            let header = super::super::header::read(&paint(seed, motif)).unwrap();
            assert_eq!((header.width, header.height), (1200, 900), "{motif:?}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let one = paint(1, Motif::Road);
        assert!(one == paint(1, Motif::Road));
        assert!(one != paint(2, Motif::Road));
        assert_eq!(process::process(&one).unwrap().hint, None);
    }
}
