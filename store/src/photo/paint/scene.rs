//! What the pictures share: colours, hours, the district in the distance, trees and traffic cones.

use super::Motif;
use super::canvas::{Canvas, Colour, Point, ellipse, mix, rect, round};

pub const JADE: Colour = 0x0a6650;
pub const PAPER: Colour = 0xf6f4ee;
pub const PERSIMMON: Colour = 0xa83c0a;
pub const CORAL: Colour = 0xd9744a;
pub const GOLD: Colour = 0xe8b04a;
pub const LEAF: Colour = 0x3d8a66;
pub const MOSS: Colour = 0x8fbf9a;
pub const STONE: Colour = 0xcfc9ba;
pub const SLATE: Colour = 0x66716d;
pub const INK: Colour = 0x22332e;
pub const EARTH: Colour = 0x8a6248;
pub const POOL: Colour = 0x5aa7a7;

/// Sky above, sky at the horizon, sun or moon, light of the hour and how strong it is.
type Hour = (Colour, Colour, Colour, Colour, f32);
const MORNING: Hour = (0xf0cdb0, 0xf9ecd9, 0xfff8e6, 0xf3c9a5, 0.14);
const NOON: Hour = (0xa9d3cd, 0xeef3e8, 0xffffff, 0xffffff, 0.04);
const HAZE: Hour = (0xc5d6cf, 0xf6f1e3, 0xfdf6dd, 0xe8e2cc, 0.12);
const EVENING: Hour = (0xd98b62, 0xf8dcae, 0xfff0c9, 0xc9683a, 0.20);
const NIGHT: Hour = (0x14302f, 0x3f6d64, 0xf4edcf, 0x15302f, 0.46);

/// Where the ground begins, in pixels from the top.
pub const HORIZON: f32 = 520.;

pub struct Scene {
    pub c: Canvas,
    state: u64,
    pub night: bool,
}

impl Scene {
    pub fn new(seed: u64, motif: Motif) -> Self {
        let mut scene = Self { c: Canvas::new(), state: seed ^ (motif as u64) << 56, night: false };
        let dark = motif == Motif::StreetLight;
        let hour = if dark { NIGHT } else { scene.pick(&[MORNING, NOON, HAZE, EVENING]) };
        scene.night = dark;
        let (top, bottom, sun, light, part) = hour;
        scene.c.fade(&rect(0., 0., 1200., 640.), top, bottom);
        let at = (scene.between(150., 1050.), scene.between(110., 250.));
        for (size, opacity) in [(130., 0.16), (95., 0.25), (62., 0.9)] {
            scene.c.wash(&ellipse(at.0, at.1, size, size), sun, opacity);
        }
        for _ in 0..if dark { 1 } else { 3 } {
            let (x, y) = (scene.between(-60., 1150.), scene.between(70., 330.));
            let size = scene.between(0.7, 1.3);
            scene.c.wash(&round(x - 130. * size, y, 260. * size, 38. * size, 20.), sun, 0.45);
            scene.c.wash(&round(x - 50. * size, y - 26. * size, 150. * size, 40. * size, 20.), sun, 0.35);
        }
        scene.c.light = (light, part);
        scene
    }

    /// SplitMix64.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.next() % of.len() as u64) as usize]
    }

    pub fn shadow(&mut self, x: f32, y: f32, rx: f32) {
        self.c.wash(&ellipse(x, y, rx, rx * 0.16), INK, 0.22);
    }

    /// Hills and towers of the district, pale with distance, and the ground.
    pub fn district(&mut self, ground: Colour) {
        let air = if self.night { 0x3f6d64 } else { 0xeef1e6 };
        for (base, height, colour) in [(HORIZON, 150., mix(MOSS, air, 0.55)), (HORIZON, 90., mix(LEAF, air, 0.5))] {
            let (shift, wide) = (self.between(0., 6.), self.between(230., 330.));
            let ridge = (0..=60u8).map(|step| f32::from(step) * 20.);
            let top = ridge.map(|x| (x, base - height * (0.55 + 0.45 * (x / wide + shift).sin() * (x / 470. + shift).cos())));
            let hill: Vec<Point> = top.chain([(1200., base + 20.), (0., base + 20.)]).collect();
            self.c.fill(&hill, colour);
        }
        let mut x = self.between(-60., 40.);
        while x < 1200. {
            let (w, h) = (self.between(60., 120.), self.between(90., 330.));
            let colour = self.pick(&[PAPER, STONE, 0xd9b79a, 0xb9cdc2]);
            self.tower(x, HORIZON, w, h, mix(colour, air, 0.35));
            x += w + self.between(6., 120.);
        }
        self.c.fade(&rect(0., HORIZON, 1200., 400.), ground, mix(ground, INK, 0.10));
        let mut x = self.between(0., 90.);
        while x < 1200. {
            let size = self.between(26., 52.);
            self.c.fill(&ellipse(x, HORIZON - 4., size, size * 0.8), mix(LEAF, air, 0.12));
            x += size * self.between(1.0, 2.6);
        }
        self.c.fill(&rect(0., HORIZON - 2., 1200., 14.), mix(LEAF, INK, 0.12));
    }

    pub fn tower(&mut self, x: f32, base: f32, w: f32, h: f32, colour: Colour) {
        self.c.fill(&rect(x, base - h, w, h), colour);
        self.c.wash(&rect(x + w * 0.72, base - h, w * 0.28, h), INK, 0.07);
        let (columns, rows) = ((w / 22.) as u8, (h / 26.) as u8);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let step = w / f32::from(columns);
            let at = rect(x + step * f32::from(column) + step * 0.28, base - h + 12. + 26. * f32::from(row), step * 0.44, 12.);
            match self.next() % 5 {
                0 if self.night => self.c.wash(&at, 0xf3cf7a, 0.9),
                _ => self.c.wash(&at, 0x2f5550, 0.20),
            }
        }
    }

    /// Slabs running away from the eye.
    pub fn paving(&mut self, colour: Colour) {
        self.c.fade(&rect(0., HORIZON + 12., 1200., 400.), mix(colour, PAPER, 0.25), colour);
        for step in -14..=14i8 {
            let x = 600. + f32::from(step) * 46.;
            let far = 600. + (x - 600.) * 3.4;
            self.c.wash(&[(x, HORIZON + 12.), (x + 1.5, HORIZON + 12.), (far + 5., 900.), (far, 900.)], INK, 0.13);
        }
        for y in [540., 556., 580., 614., 660., 722., 806.] {
            self.c.wash(&rect(0., y, 1200., 1. + (y - 500.) / 90.), INK, 0.13);
        }
    }

    pub fn tree(&mut self, x: f32, base: f32, size: f32) {
        let (leaf, wide) = (self.pick(&[LEAF, 0x4f9a70, 0x2f7a5c, 0x6aa77a]), size * 0.07);
        self.shadow(x, base, size * 0.45);
        let fork = base - size * 0.62;
        self.c.fill(&[(x - wide, base), (x - wide * 0.6, fork), (x + wide * 0.6, fork), (x + wide, base)], EARTH);
        for (dx, dy, r, shade) in [(-0.3, 0.68, 0.27, 0.14), (0.3, 0.7, 0.27, 0.10), (0., 0.95, 0.33, 0.0), (0.02, 0.7, 0.3, 0.06)] {
            self.c.fill(&ellipse(x + dx * size, base - dy * size, r * size, r * size * 0.92), mix(leaf, INK, shade));
        }
        for (dx, dy, r) in [(-0.12, 1.05, 0.13), (0.16, 0.86, 0.09), (-0.3, 0.74, 0.1)] {
            self.c.fill(&ellipse(x + dx * size, base - dy * size, r * size, r * size * 0.8), mix(leaf, PAPER, 0.2));
        }
    }

    pub fn trees(&mut self, count: u8, base: f32) {
        for at in 0..count {
            let x = 1200. * (f32::from(at) + 0.5) / f32::from(count) + self.between(-50., 50.);
            let size = self.between(150., 230.);
            self.tree(x, base, size);
        }
    }

    pub fn cone(&mut self, x: f32, base: f32, size: f32) {
        let at = |part: f32| 0.05 + 0.27 * part;
        self.shadow(x + size * 0.1, base, size * 0.5);
        self.c.fill(&round(x - size * 0.42, base - size * 0.1, size * 0.84, size * 0.13, 6.), mix(PERSIMMON, INK, 0.2));
        for (low, high, colour) in [(0., 1., CORAL), (0.3, 0.48, PAPER), (0.64, 0.78, PAPER)] {
            let (a, b, y) = (at(1. - low) * size, at(1. - high) * size, |part: f32| base - size * (0.08 + 0.92 * part));
            self.c.fill(&[(x - a, y(low)), (x - b, y(high)), (x + b, y(high)), (x + a, y(low))], colour);
        }
    }

    /// A barrier of red and white boards.
    pub fn barrier(&mut self, x: f32, base: f32, w: f32) {
        self.shadow(x + w / 2., base, w * 0.52);
        for leg in [x + w * 0.1, x + w * 0.86] {
            self.c.fill(&rect(leg, base - w * 0.42, w * 0.04, w * 0.42), SLATE);
        }
        for board in [0.4, 0.22] {
            let (y, h) = (base - w * board, w * 0.12);
            self.c.fill(&rect(x, y, w, h), PAPER);
            for stripe in 0..4u8 {
                let left = x + w * (f32::from(stripe) * 0.25 + 0.04);
                self.c.fill(&[(left + w * 0.05, y), (left + w * 0.17, y), (left + w * 0.12, y + h), (left, y + h)], CORAL);
            }
        }
    }
}
