//! What goes wrong in the street.

use super::canvas::{Colour, Point, ellipse, hang, mix, rect, round, turn};
use super::scene::*;
use std::f32::consts::FRAC_PI_6;

impl Scene {
    pub fn manhole(&mut self) {
        self.district(STONE);
        self.trees(4, 545.);
        let slab = self.pick(&[STONE, 0xc7cdc1, 0xd8c6ae]);
        self.paving(slab);
        let (x, y) = (self.between(470., 620.), self.between(680., 720.));
        self.c.fill(&ellipse(x, y, 250., 108.), mix(STONE, INK, 0.35));
        self.c.fill(&ellipse(x, y + 4., 222., 93.), mix(SLATE, INK, 0.25));
        self.c.fade(&ellipse(x, y + 8., 205., 83.), 0x0d1a17, 0x3a4a45);
        let (px, py) = (x + 330., y + 22.);
        self.shadow(px + 8., py + 40., 235.);
        self.c.fill(&ellipse(px, py + 20., 205., 84.), mix(SLATE, INK, 0.5));
        self.c.fill(&ellipse(px, py, 205., 84.), SLATE);
        for r in [0.9, 0.62, 0.34] {
            self.c.ring((px, py), (205. * r, 84. * r), 7., mix(SLATE, PAPER, 0.3));
        }
        for step in 0..12u8 {
            let (sin, cos) = (f32::from(step) * FRAC_PI_6).sin_cos();
            self.c.fill(&ellipse(px + 157. * cos, py + 64. * sin, 12., 6.), mix(SLATE, PAPER, 0.35));
        }
        self.barrier(x - 440., y - 50., 270.);
        self.cone(x - 250., y + 150., 170.);
    }

    pub fn rubbish(&mut self) {
        self.district(STONE);
        self.trees(5, 550.);
        self.paving(0xd5cdbd);
        let x = self.between(420., 640.);
        self.shadow(x + 60., 770., 420.);
        let paint = self.pick(&[JADE, 0x2c6f86, 0x4f8a4a]);
        for (dx, colour) in [(-150., mix(paint, INK, 0.15)), (90., paint)] {
            let left = x + dx;
            for (bx, by, r, bag) in [(50., 455., 55., INK), (120., 432., 62., mix(INK, SLATE, 0.5)), (170., 460., 48., PAPER)] {
                self.c.fill(&ellipse(left + bx, by, r, r * 0.85), bag);
            }
            self.c.fill(&[(left, 480.), (left + 215., 480.), (left + 190., 760.), (left + 25., 760.)], colour);
            self.c.fill(&round(left - 14., 470., 243., 34., 12.), mix(colour, INK, 0.25));
            self.c.wash(&[(left + 150., 504.), (left + 212., 504.), (left + 190., 760.), (left + 145., 760.)], INK, 0.14);
            let (cx, cy) = (left + 100., 620.);
            for step in 0..3u8 {
                let arrow = [(cx - 34., cy - 34.), (cx + 22., cy - 34.), (cx + 40., cy - 12.), (cx + 8., cy - 16.), (cx - 26., cy - 16.)];
                self.c.fill(&turn(&arrow, (cx, cy), f32::from(step) * 2.094), mix(colour, PAPER, 0.75));
            }
            for wheel in [45., 170.] {
                self.c.fill(&ellipse(left + wheel, 764., 22., 22.), INK);
            }
        }
        for _ in 0..4 {
            let (bx, r) = (x + self.between(-330., 430.), self.between(58., 92.));
            let (by, bag) = (self.between(770., 815.) - r * 0.7, self.pick(&[INK, 0x35524a, 0x4a5b6a, CORAL, PAPER]));
            self.c.wash(&ellipse(bx, by + r * 0.72, r * 1.15, r * 0.2), INK, 0.25);
            self.c.fill(&[(bx - 15., by - r * 1.15), (bx + 17., by - r * 1.2), (bx + 8., by - r * 0.6), (bx - 8., by - r * 0.6)], bag);
            self.c.fill(&ellipse(bx, by, r, r * 0.82), bag);
            self.c.wash(&ellipse(bx - r * 0.35, by - r * 0.3, r * 0.28, r * 0.2), PAPER, 0.22);
        }
        let left = x + self.between(330., 400.);
        self.c.fill(&rect(left, 690., 150., 110.), 0xc99a66);
        self.c.fill(&[(left, 690.), (left + 40., 655.), (left + 190., 655.), (left + 150., 690.)], 0xdab483);
        self.c.fill(&[(left + 150., 690.), (left + 190., 655.), (left + 190., 765.), (left + 150., 800.)], 0xa97b4c);
        self.c.fill(&rect(left + 62., 690., 24., 60.), 0xe6cfa3);
    }

    pub fn street_light(&mut self) {
        self.district(mix(SLATE, INK, 0.2));
        self.trees(4, 560.);
        self.c.fade(&[(430., 532.), (770., 532.), (1500., 900.), (-300., 900.)], mix(SLATE, INK, 0.25), mix(SLATE, INK, 0.45));
        for (y, w, h) in [(560., 6., 22.), (610., 10., 40.), (690., 17., 66.), (810., 28., 100.)] {
            self.c.fill(&[(600. - w / 2., y), (600. + w / 2., y), (600. + w * 0.7, y + h), (600. - w * 0.7, y + h)], GOLD);
        }
        let out = self.next() % 2;
        for (index, x, base, size) in [(2, 395., 570., 270.), (3, 806., 570., 270.), (0, 190., 760., 640.), (1, 1010., 760., 640.)] {
            let side = if x < 600. { 1. } else { -1. };
            let (lamp, top) = ((x + side * size * 0.26, base - size * 0.97), base - size);
            if index != out {
                for (wide, opacity) in [(0.55, 0.10), (0.4, 0.12), (0.26, 0.14)] {
                    let cone = [
                        (lamp.0 - size * 0.05, lamp.1),
                        (lamp.0 + size * 0.05, lamp.1),
                        (lamp.0 + size * wide, base + 30.),
                        (lamp.0 - size * wide, base + 30.),
                    ];
                    self.c.wash(&cone, 0xf8d98a, opacity);
                    self.c.wash(&ellipse(lamp.0, base + 30., size * wide, size * wide * 0.16), 0xf8d98a, opacity);
                    self.c.wash(&ellipse(lamp.0, lamp.1, size * wide * 0.4, size * wide * 0.4), 0xf8d98a, opacity);
                }
            }
            let steel = mix(STONE, SLATE, 0.5);
            self.c.fill(&[(x - size * 0.022, base), (x - size * 0.012, top), (x + size * 0.012, top), (x + size * 0.022, base)], steel);
            self.c.fill(&round(x - size * 0.035, base - size * 0.1, size * 0.07, size * 0.1, 5.), mix(steel, INK, 0.3));
            self.c.stroke(&[(x, top + 4.), (x + side * size * 0.1, top - size * 0.03), (lamp.0, top)], size * 0.022, steel);
            self.c.fill(&round(lamp.0 - size * 0.08, lamp.1 - size * 0.03, size * 0.16, size * 0.035, 9.), mix(steel, INK, 0.35));
            if index != out {
                self.c.wash(&round(lamp.0 - size * 0.07, lamp.1, size * 0.14, size * 0.022, 6.), 0xfff3c9, 1.);
            }
        }
    }

    pub fn road(&mut self) {
        self.district(STONE);
        self.trees(5, 552.);
        self.c.fade(&[(420., 532.), (780., 532.), (1650., 900.), (-450., 900.)], mix(SLATE, PAPER, 0.2), SLATE);
        for side in [-1., 1.] {
            let kerb = [(600. + side * 168., 532.), (600. + side * 180., 532.), (600. + side * 1050., 900.), (600. + side * 970., 900.)];
            self.c.fill(&kerb, PAPER);
        }
        for (y, w, h) in [(548., 5., 16.), (582., 9., 28.), (636., 15., 46.)] {
            self.c.fill(&[(600. - w / 2., y), (600. + w / 2., y), (600. + w * 0.7, y + h), (600. - w * 0.7, y + h)], PAPER);
        }
        let (x, y) = (self.between(520., 700.), self.between(735., 770.));
        for angle in 0..7u8 {
            let mut at = (x, y);
            let mut heading = f32::from(angle) * 0.9 + self.between(-0.2, 0.2);
            let mut crack = vec![at];
            for _ in 0..5 {
                heading += self.between(-0.5, 0.5);
                at = (at.0 + 85. * heading.cos(), at.1 + 34. * heading.sin());
                crack.push(at);
            }
            self.c.stroke(&crack, 5., mix(SLATE, INK, 0.65));
        }
        for (rx, ry, dy, colour) in [
            (275., 100., 0., mix(SLATE, PAPER, 0.22)),
            (250., 88., 3., mix(SLATE, INK, 0.5)),
            (225., 72., 12., mix(EARTH, INK, 0.35)),
            (150., 40., 24., POOL),
        ] {
            let hole: Vec<Point> = ellipse(x, y + dy, rx, ry)
                .iter()
                .map(|(px, py)| {
                    let bump = 1. + 0.09 * ((px - x) / 37.).sin() + 0.06 * ((py - y) / 9. + (px - x) / 60.).cos();
                    (x + (px - x) * bump, y + dy + (py - y - dy) * bump)
                })
                .collect();
            self.c.fill(&hole, colour);
        }
        self.c.wash(&ellipse(x - 40., y + 18., 60., 9.), 0xffffff, 0.45);
        let side = self.pick(&[-1., 1.]);
        self.cone(x + side * 330., y + 40., 190.);
        self.cone(x - side * 300., y - 70., 120.);
    }

    pub fn water(&mut self) {
        self.district(STONE);
        self.trees(4, 548.);
        self.paving(0xd3cfc0);
        let x = self.between(520., 680.);
        for (rx, ry, dy, colour) in [
            (520., 130., 0., mix(POOL, STONE, 0.35)),
            (440., 104., 4., mix(POOL, PAPER, 0.15)),
            (300., 66., 6., mix(POOL, PAPER, 0.4)),
            (170., 34., 6., mix(POOL, PAPER, 0.65)),
        ] {
            self.c.fill(&ellipse(x, 750. + dy, rx, ry), colour);
        }
        let iron = self.pick(&[JADE, 0x3d6f80, PERSIMMON]);
        self.c.fill(&rect(x - 42., 560., 84., 190.), iron);
        self.c.wash(&rect(x + 14., 560., 28., 190.), INK, 0.16);
        for y in [548., 640.] {
            self.c.fill(&round(x - 62., y, 124., 30., 8.), mix(iron, INK, 0.25));
        }
        self.c.fill(&ellipse(x, 752., 60., 16.), mix(POOL, PAPER, 0.8));
        for step in -4..=4i8 {
            let (lean, high) = (f32::from(step) * 62., self.between(190., 330.) - f32::from(step).abs() * 30.);
            let jet: Vec<Point> =
                (0..=20u8).map(|at| f32::from(at) / 20.).map(|t| (x + lean * t * 1.25, 548. - high * 4. * t * (1. - t) + 200. * t * t)).collect();
            self.c.stroke(&jet, 15., mix(POOL, 0xffffff, 0.35 + f32::from(step.unsigned_abs()) * 0.09));
        }
        for _ in 0..34 {
            let (dx, dy, r) = (self.between(-330., 330.), self.between(330., 720.), self.between(4., 11.));
            self.c.fill(&ellipse(x + dx, dy.max(330. + dx.abs() * 0.9), r, r * 1.25), mix(POOL, 0xffffff, 0.55));
        }
        for _ in 0..7 {
            let (dx, dy, rx) = (self.between(-360., 360.), self.between(-40., 70.), self.between(24., 60.));
            self.c.ring((x + dx, 755. + dy), (rx, rx * 0.25), 4., 0xf2fbf8);
        }
        self.barrier(if x < 600. { 880. } else { 60. }, 850., 270.);
    }

    pub fn bike(&mut self, x: f32, base: f32, size: f32, lean: f32, colour: Colour) {
        let at = |px: f32, py: f32| turn(&[(x + px * size, base - py * size)], (x, base), lean)[0];
        self.shadow(x, base, size * 0.95);
        for wheel in [-0.62, 0.62] {
            let hub = at(wheel, 0.38);
            self.c.ring(hub, (size * 0.36, size * 0.36), size * 0.06, INK);
            self.c.ring(hub, (size * 0.31, size * 0.31), size * 0.025, STONE);
            for spoke in 0..6u8 {
                let (sin, cos) = (f32::from(spoke) * FRAC_PI_6).sin_cos();
                let (dx, dy) = (size * 0.3 * cos, size * 0.3 * sin);
                self.c.stroke(&[(hub.0 - dx, hub.1 - dy), (hub.0 + dx, hub.1 + dy)], 2.5, STONE);
            }
        }
        let (rear, front, crank, seat, head) = (at(-0.62, 0.38), at(0.62, 0.38), at(-0.05, 0.36), at(-0.24, 0.9), at(0.44, 0.92));
        for path in [[rear, crank, seat], [crank, head, front], [rear, seat, head]] {
            self.c.stroke(&path, size * 0.07, colour);
        }
        self.c.stroke(&[head, at(0.4, 1.08), at(0.28, 1.12)], size * 0.05, INK);
        self.c.stroke(&[seat, at(-0.27, 1.0)], size * 0.05, INK);
        self.c.stroke(&[at(-0.4, 1.02), at(-0.16, 1.02)], size * 0.09, INK);
        self.c.fill(&ellipse(crank.0, crank.1, size * 0.09, size * 0.09), INK);
        let basket = [at(0.5, 1.0), at(0.86, 1.0), at(0.8, 0.74), at(0.54, 0.74)];
        self.c.fill(&basket, mix(colour, PAPER, 0.35));
    }

    pub fn bikes(&mut self) {
        self.district(STONE);
        self.trees(5, 550.);
        let slab = self.pick(&[0xd9d0c0, 0xd2c3ad, 0xcbd0c6]);
        self.paving(slab);
        let fleet = self.pick(&[[GOLD, JADE, GOLD], [JADE, POOL, CORAL], [0x4f9aa8, GOLD, PERSIMMON]]);
        for (row, base, size) in [(0u8, 640., 120.), (1, 745., 160.), (2, 860., 205.)] {
            for at in 0..3u8 {
                let x = 150. + f32::from(at) * 430. + f32::from(row % 2) * 90. + self.between(-70., 70.);
                let lean = self.between(-0.24, 0.24) * f32::from(1 + row % 2);
                let colour = self.pick(&fleet);
                self.bike(x, base, size, lean, colour);
            }
        }
    }

    pub fn wires(&mut self) {
        self.district(STONE);
        self.paving(STONE);
        let x = self.between(480., 700.);
        self.tower(-40., 700., 330., 560., 0xe4d3b8);
        self.tower(950., 700., 330., 480., 0xd4ddd0);
        self.c.fill(&rect(0., 690., 1200., 22.), mix(STONE, SLATE, 0.3));
        self.shadow(x, 800., 160.);
        self.c.fill(&[(x - 26., 800.), (x - 17., 60.), (x + 17., 60.), (x + 26., 800.)], mix(EARTH, STONE, 0.25));
        self.c.wash(&[(x + 4., 60.), (x + 17., 60.), (x + 26., 800.), (x + 8., 800.)], INK, 0.18);
        for (y, half) in [(120., 200.), (210., 150.)] {
            self.c.fill(&round(x - half, y, half * 2., 20., 5.), mix(EARTH, INK, 0.3));
            for at in [-0.9, -0.45, 0.45, 0.9] {
                self.c.fill(&round(x + at * half - 9., y - 24., 18., 28., 6.), mix(POOL, PAPER, 0.4));
            }
        }
        for step in 0..16u8 {
            let near = (x + self.between(-190., 190.), self.between(98., 330.));
            let far = (self.pick(&[-20., 1220.]), self.between(120., 520.));
            let (depth, colour) = (self.between(20., 170.), self.pick(&[INK, INK, 0x3b4a45, PERSIMMON, JADE]));
            self.c.stroke(&hang(near, far, depth), 3. + f32::from(step % 3), colour);
        }
        for _ in 0..9 {
            let (a, b) = ((x + self.between(-90., 90.), self.between(230., 420.)), (x + self.between(-90., 90.), self.between(250., 440.)));
            let (depth, colour) = (self.between(60., 200.), self.pick(&[INK, 0x3b4a45, SLATE]));
            self.c.stroke(&hang(a, b, depth), 5., colour);
        }
        for loops in 0..4u8 {
            self.c.ring((x + 8., 390.), (44. + f32::from(loops) * 15., 60. + f32::from(loops) * 12.), 5., mix(INK, SLATE, f32::from(loops) * 0.2));
        }
        let steel = mix(STONE, POOL, 0.2);
        self.c.fill(&round(x - 76., 500., 152., 150., 10.), steel);
        self.c.fill(&round(x - 60., 516., 64., 118., 6.), mix(steel, PAPER, 0.4));
        self.c.fill(&[(x + 40., 528.), (x + 72., 584.), (x + 8., 584.)], GOLD);
        self.c.fill(&[(x + 42., 542.), (x + 32., 566.), (x + 40., 566.), (x + 36., 580.), (x + 50., 560.), (x + 42., 560.)], INK);
        self.c.stroke(&hang((x - 90., 380.), (x - 210., 740.), 120.), 6., INK);
        self.cone(x - 250., 860., 150.);
    }

    pub fn fire(&mut self) {
        self.district(STONE);
        self.trees(4, 548.);
        self.paving(0xd6cfc0);
        let (x, red) = (self.between(420., 560.), self.pick(&[PERSIMMON, 0xb8431a, 0xc05030]));
        let dark = mix(red, INK, 0.28);
        self.shadow(x, 780., 200.);
        self.c.fill(&round(x - 110., 740., 220., 44., 10.), dark);
        self.c.fill(&rect(x - 76., 430., 152., 320.), red);
        self.c.wash(&rect(x + 30., 430., 46., 320.), INK, 0.15);
        self.c.wash(&rect(x - 60., 440., 18., 290.), PAPER, 0.25);
        for y in [430., 640.] {
            self.c.fill(&round(x - 94., y, 188., 30., 8.), dark);
        }
        self.c.fill(&ellipse(x, 432., 76., 70.), red);
        self.c.fill(&round(x - 94., 424., 188., 28., 8.), dark);
        self.c.fill(&round(x - 18., 330., 36., 50., 8.), dark);
        for side in [-1., 1.] {
            self.c.fill(&rect((x + side * 100.) - 40., 530., 80., 70.), red);
            self.c.fill(&round((x + side * 140.) - 16., 516., 32., 98., 8.), dark);
        }
        self.c.fill(&ellipse(x, 560., 52., 52.), dark);
        self.c.fill(&ellipse(x, 560., 34., 34.), mix(GOLD, PAPER, 0.2));
        let start = (x + 156., 565.);
        let hose: Vec<Point> = (0..=48u8)
            .map(|step| f32::from(step) / 48.)
            .map(|t| (start.0 + 380. * t + 60. * (t * 9.).sin(), start.1 + 215. * (t * 2.2).min(1.).powf(0.7) + 42. * (t * 12.).sin() * t))
            .collect();
        let shade: Vec<Point> = hose.iter().map(|(px, py)| (*px, py + 12.)).collect();
        self.c.stroke(&shade[14..], 36., mix(0xd6cfc0, INK, 0.25));
        self.c.stroke(&hose, 34., mix(STONE, GOLD, 0.35));
        self.c.stroke(&hose, 8., mix(CORAL, PAPER, 0.1));
        if let Some(end) = hose.last() {
            self.c
                .fill(&turn(&[(end.0, end.1 - 20.), (end.0 + 90., end.1 - 11.), (end.0 + 90., end.1 + 11.), (end.0, end.1 + 20.)], *end, -0.2), GOLD);
        }
        self.cone(x - 270., 830., 170.);
    }
}
