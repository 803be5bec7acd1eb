//! Houses, gardens, building sites, rooms.

use super::canvas::{Point, ellipse, mix, rect, round, turn};
use super::scene::*;

impl Scene {
    pub fn broken_tree(&mut self) {
        self.district(mix(MOSS, STONE, 0.3));
        self.trees(3, 550.);
        self.c.fade(&[(0., 640.), (1200., 600.), (1200., 760.), (0., 840.)], mix(STONE, PAPER, 0.3), STONE);
        let (x, side) = (self.between(380., 480.), 1.);
        let leaf = self.pick(&[LEAF, 0x4f9a70, 0x5f9a4f]);
        self.shadow(x + 120., 765., 330.);
        self.c.fill(&[(x - 62., 770.), (x - 40., 560.), (x - 44., 330.), (x + 30., 330.), (x + 40., 560.), (x + 66., 770.)], EARTH);
        self.c.wash(&[(x + 8., 330.), (x + 30., 330.), (x + 40., 560.), (x + 66., 770.), (x + 16., 770.)], INK, 0.16);
        self.c.stroke(&[(x - 10., 430.), (x - 130., 300.)], 34., EARTH);
        for (dx, y, r, shade) in [(-190., 260., 130., 0.16), (20., 190., 150., 0.08), (-95., 170., 140., 0.), (110., 280., 90., 0.14)] {
            self.c.fill(&ellipse(x + dx, y, r, r * 0.9), mix(leaf, INK, shade));
        }
        for (dx, y, r) in [(-110., 130., 56.), (10., 160., 44.), (-200., 230., 40.)] {
            self.c.fill(&ellipse(x + dx, y, r, r * 0.75), mix(leaf, PAPER, 0.2));
        }
        // The split, and the bough that fell from it.
        self.c.fill(&[(x + 20., 400.), (x + 66., 420.), (x + 48., 448.), (x + 74., 470.), (x + 38., 480.), (x + 34., 530.)], 0xe3c08f);
        self.shadow(x + 420., 800., 330.);
        self.c.stroke(&[(x + 120., 770.), (x + 300., 735.), (x + 470. * side, 700.)], 44., EARTH);
        self.c.stroke(&[(x + 300., 735.), (x + 400., 790.)], 24., EARTH);
        self.c.fill(&ellipse(x + 112., 771., 15., 24.), 0xe3c08f);
        for (dx, y, r, shade) in [(600., 705., 105., 0.14), (480., 655., 95., 0.04), (400., 760., 76., 0.1), (545., 760., 90., 0.)] {
            self.c.fill(&ellipse(x + dx, y, r, r * 0.8), mix(leaf, INK, shade));
        }
        for _ in 0..26 {
            let (dx, y, colour) = (self.between(60., 720.), self.between(770., 870.), self.pick(&[leaf, MOSS, GOLD]));
            let leaf = turn(&ellipse(x + dx, y, 13., 6.), (x + dx, y), dx);
            self.c.fill(&leaf, colour);
        }
    }

    pub fn construction(&mut self) {
        self.district(0xd8c3a0);
        let (x, side) = (self.between(230., 340.), self.between(0.86, 1.12));
        let floors = 5 + (self.next() % 3) as u8;
        for floor in 0..floors {
            let y = 690. - f32::from(floor) * 78.;
            self.c.fill(&rect(x + 20., y - 70., 430., 70.), mix(SLATE, INK, 0.25));
            for column in 0..6u8 {
                self.c.fill(&rect(x + f32::from(column) * 88., y - 70., 22., 70.), mix(STONE, SLATE, 0.2));
            }
            self.c.fill(&rect(x - 16., y - 78., 500., 18.), STONE);
        }
        let net = rect(x + 280., 690. - f32::from(floors) * 78., 204., f32::from(floors) * 78.);
        self.c.wash(&net, LEAF, 0.62);
        for line in 0..6u8 {
            self.c.wash(&rect(x + 280. + f32::from(line) * 40., net[0].1, 4., f32::from(floors) * 78.), PAPER, 0.3);
        }
        let mast = 800. * side.min(1.05);
        self.c.fill(&rect(mast, 150., 30., 550.), GOLD);
        for step in 0..14u8 {
            let y = 170. + f32::from(step) * 38.;
            self.c.stroke(&[(mast + 3., y), (mast + 27., y + 36.)], 4., mix(GOLD, INK, 0.4));
        }
        self.c.fill(&[(mast - 470., 168.), (mast + 210., 160.), (mast + 210., 182.), (mast - 470., 182.)], GOLD);
        self.c.fill(&rect(mast + 130., 176., 74., 62.), SLATE);
        self.c.fill(&round(mast - 22., 180., 46., 54., 6.), mix(JADE, PAPER, 0.15));
        for end in [-440., 190.] {
            self.c.stroke(&[(mast + 15., 84.), (mast + end, 166.)], 4., mix(GOLD, INK, 0.35));
        }
        self.c.fill(&[(mast, 160.), (mast + 15., 80.), (mast + 30., 160.)], GOLD);
        let hook = mast - self.between(180., 400.);
        self.c.stroke(&[(hook, 182.), (hook, 330.)], 4., INK);
        self.c.fill(&rect(hook - 60., 330., 120., 22.), CORAL);
        let fence = self.pick(&[JADE, 0x2f7a5c, 0x2f6f80]);
        for board in 0..9u8 {
            let left = f32::from(board) * 140. - 20.;
            self.c.fill(&rect(left, 640., 134., 170.), mix(fence, PAPER, f32::from(board % 2) * 0.08));
            self.c.fill(&rect(left, 640., 134., 16.), mix(fence, PAPER, 0.55));
            self.c.fill(&rect(left + 132., 630., 10., 186.), mix(fence, INK, 0.3));
        }
        for stripe in 0..22u8 {
            let left = f32::from(stripe) * 60. - 30.;
            self.c.fill(&[(left + 18., 790.), (left + 48., 790.), (left + 30., 814.), (left, 814.)], GOLD);
        }
        self.c.fade(&rect(0., 814., 1200., 90.), STONE, mix(STONE, SLATE, 0.35));
        self.cone(170., 880., 130.);
        self.cone(1010., 870., 120.);
    }

    pub fn building(&mut self) {
        self.district(mix(MOSS, STONE, 0.4));
        let wall = self.pick(&[PAPER, 0xefe0c8, 0xe7c9ad, 0xd6e0d4]);
        let accent = self.pick(&[JADE, PERSIMMON, 0x3d6f80]);
        let x = self.between(200., 320.);
        let (w, top) = (640., self.between(70., 150.));
        self.shadow(x + w / 2., 765., 420.);
        self.c.fill(&rect(x, top, w, 690.), wall);
        self.c.wash(&rect(x + w - 110., top, 110., 690.), INK, 0.09);
        self.c.fill(&rect(x - 14., top - 18., w + 28., 26.), accent);
        for (row, column) in (0..6u8).flat_map(|row| (0..4u8).map(move |column| (row, column))) {
            let (left, y) = (x + 34. + f32::from(column) * 150., top + 36. + f32::from(row) * 98.);
            if y > 640. {
                continue;
            }
            self.c.fade(&rect(left, y, 112., 62.), 0x9cc4c0, 0x5f8f8c);
            self.c.fill(&rect(left + 53., y, 6., 62.), wall);
            if self.next().is_multiple_of(3) {
                let curtain = self.pick(&[GOLD, CORAL, PAPER, MOSS]);
                self.c.fill(&rect(left, y, 40., 62.), curtain);
            }
            self.c.fill(&rect(left - 8., y + 52., 128., 20.), mix(accent, wall, 0.25));
            match self.next() % 4 {
                0 => {
                    self.c.fill(&round(left + 70., y + 28., 46., 30., 4.), mix(STONE, PAPER, 0.5));
                    self.c.ring((left + 93., y + 43.), (10., 10.), 3., SLATE);
                }
                1 => {
                    for plant in 0..3u8 {
                        self.c.fill(&ellipse(left + 18. + f32::from(plant) * 22., y + 48., 15., 13.), LEAF);
                    }
                }
                2 => {
                    for cloth in 0..3u8 {
                        let colour = self.pick(&[CORAL, PAPER, POOL, GOLD]);
                        self.c.fill(&rect(left + 8. + f32::from(cloth) * 34., y + 12., 24., 32.), colour);
                    }
                    self.c.stroke(&[(left, y + 11.), (left + 112., y + 11.)], 3., INK);
                }
                _ => {}
            }
        }
        self.c.fill(&rect(x + 250., 650., 140., 112.), mix(accent, INK, 0.35));
        self.c.fade(&rect(x + 264., 664., 52., 98.), 0xf3d9a0, 0xd9b070);
        self.c.fade(&rect(x + 324., 664., 52., 98.), 0xf3d9a0, 0xd9b070);
        self.c.fill(&rect(x + 215., 634., 210., 20.), accent);
        self.c.fade(&[(x + 250., 762.), (x + 390., 762.), (x + 560., 900.), (x + 100., 900.)], PAPER, STONE);
        for tree in [x - 120., x + w + 110.] {
            let size = self.between(260., 360.);
            self.tree(tree, 790., size);
        }
        for bush in 0..9u8 {
            let at = f32::from(bush) * 150.;
            if !(x + 90. ..x + 520.).contains(&at) {
                self.c.fill(&ellipse(at, 800., 84., 46.), mix(LEAF, INK, 0.1));
            }
        }
    }

    pub fn green(&mut self) {
        self.district(MOSS);
        self.c.fade(&rect(0., 530., 1200., 400.), mix(MOSS, PAPER, 0.15), mix(LEAF, MOSS, 0.4));
        self.trees(4, 585.);
        let bend = self.between(-160., 160.);
        let edge = |side: f32, y: f32| 600. + bend * ((y - 540.) / 130.).sin() + side * (24. + (y - 540.) * 0.52);
        let rows: Vec<f32> = (0..=20u8).map(|step| 540. + f32::from(step) * 18.).collect();
        let path: Vec<Point> = rows.iter().map(|y| (edge(-1., *y), *y)).chain(rows.iter().rev().map(|y| (edge(1., *y), *y))).collect();
        self.c.fade(&path, 0xf3e9d4, 0xe2d2b4);
        let side = self.pick(&[-1., 1.]);
        let big = 600. + side * 420.;
        self.tree(big, 800., 520.);
        let seat = 600. - side * 330.;
        self.shadow(seat, 742., 190.);
        for leg in [-120., 105.] {
            self.c.fill(&rect(seat + leg, 660., 16., 82.), mix(SLATE, INK, 0.4));
        }
        for y in [596., 622., 668.] {
            self.c.fill(&round(seat - 150., y, 300., 18., 6.), mix(EARTH, CORAL, 0.35));
        }
        let petals = self.pick(&[[CORAL, GOLD, PAPER], [0xd98aa0, PAPER, CORAL], [GOLD, 0xf2d98a, PERSIMMON]]);
        for _ in 0..90 {
            let (x, y) = (self.between(0., 1200.), self.between(770., 900.));
            if (edge(-1.1, y)..edge(1.1, y)).contains(&x) {
                continue;
            }
            let (colour, size) = (self.pick(&petals), 6. + (y - 740.) / 14.);
            self.c.stroke(&[(x, y), (x, y + size * 2.2)], 4., mix(LEAF, INK, 0.15));
            for petal in 0..5u8 {
                let (sin, cos) = (f32::from(petal) * 1.2566).sin_cos();
                self.c.fill(&ellipse(x + size * 0.62 * cos, y + size * 0.62 * sin, size * 0.5, size * 0.5), colour);
            }
            self.c.fill(&ellipse(x, y, size * 0.36, size * 0.36), mix(GOLD, PERSIMMON, 0.3));
        }
    }

    pub fn sign(&mut self) {
        let wall = self.pick(&[0xe9d9bf, 0xdfe3d6, 0xe5c4a4]);
        let (board, trim) = self.pick(&[(PERSIMMON, GOLD), (JADE, PAPER), (0x2f6f80, PAPER)]);
        self.c.fill(&rect(0., 90., 1200., 720.), wall);
        for row in 0..18u8 {
            let y = 90. + f32::from(row) * 40.;
            self.c.wash(&rect(0., y, 1200., 2.), INK, 0.06);
            for brick in 0..16u8 {
                self.c.wash(&rect(f32::from(brick) * 80. + f32::from(row % 2) * 40., y, 2., 40.), INK, 0.06);
            }
        }
        for window in [110., 480., 850.] {
            self.c.fill(&rect(window - 12., 120., 264., 14.), mix(wall, INK, 0.3));
            self.c.fade(&rect(window, 0., 240., 122.), 0x9cc4c0, 0x6f9f9c);
            self.c.fill(&rect(window + 116., 0., 8., 122.), PAPER);
        }
        self.c.fade(&rect(90., 400., 640., 400.), 0xf7e3b4, 0xd8b67c);
        for shelf in [520., 640.] {
            self.c.fill(&rect(90., shelf, 640., 10.), EARTH);
            for good in 0..12u8 {
                let (colour, h) = (self.pick(&[CORAL, JADE, GOLD, POOL, PAPER]), self.between(36., 84.));
                self.c.fill(&round(108. + f32::from(good) * 52., shelf - h, 38., h, 8.), colour);
            }
        }
        self.c.fill(&rect(90., 720., 640., 90.), mix(board, INK, 0.35));
        self.c.fill(&rect(790., 400., 280., 410.), mix(board, INK, 0.25));
        self.c.fade(&rect(815., 430., 230., 290.), 0xa8cbc6, 0x7fa9a5);
        self.c.fill(&round(1020., 590., 14., 70., 6.), GOLD);
        for stripe in 0..18u8 {
            let left = 50. + f32::from(stripe) * 60.;
            let colour = if stripe % 2 == 0 { PAPER } else { board };
            self.c.fill(&[(left + 8., 370.), (left + 62., 370.), (left + 60., 430.), (left, 430.)], colour);
            self.c.fill(&ellipse(left + 30., 430., 30., 20.), colour);
        }
        let lean = self.between(0.12, 0.2) * self.pick(&[-1., 1.]);
        let pivot = if lean > 0. { (150., 210.) } else { (1050., 210.) };
        self.c.wash(&turn(&round(120., 206., 960., 150., 12.), (pivot.0, pivot.1 + 10.), lean), INK, 0.2);
        self.c.fill(&turn(&round(110., 180., 960., 150., 12.), pivot, lean), mix(board, INK, 0.3));
        self.c.fill(&turn(&round(124., 194., 932., 122., 8.), pivot, lean), board);
        for (at, w) in [(190., 96.), (330., 96.), (470., 96.), (610., 96.), (750., 200.)] {
            self.c.fill(&turn(&round(at, 214., w, 20., 6.), pivot, lean), trim);
            self.c.fill(&turn(&round(at, 246., w * 0.7, 16., 6.), pivot, lean), trim);
            self.c.fill(&turn(&round(at, 276., w, 20., 6.), pivot, lean), trim);
        }
        self.c.fade(&rect(0., 806., 1200., 100.), STONE, mix(STONE, SLATE, 0.3));
        self.cone(600., 880., 130.);
    }

    pub fn indoor(&mut self) {
        let wall = self.pick(&[0xf3ecdd, 0xe3ebe0, 0xf1dfcb]);
        let accent = self.pick(&[JADE, PERSIMMON, 0x2f6f80]);
        let x = self.between(90., 170.);
        // The window keeps the sky it stands before.
        for part in [rect(0., 0., 1200., 130.), rect(0., 130., x, 310.), rect(x + 420., 130., 1200., 310.)] {
            self.c.fill(&part, wall);
        }
        self.c.fill(&ellipse(x + 110., 440., 120., 60.), mix(LEAF, PAPER, 0.3));
        self.c.fill(&ellipse(x + 320., 445., 130., 90.), mix(LEAF, PAPER, 0.15));
        self.c.fill(&rect(0., 440., 1200., 260.), wall);
        for bar in [
            rect(x - 14., 116., 448., 16.),
            rect(x - 14., 116., 16., 330.),
            rect(x + 418., 116., 16., 330.),
            rect(x + 203., 130., 12., 310.),
            rect(x - 30., 436., 480., 22.),
        ] {
            self.c.fill(&bar, mix(PAPER, STONE, 0.3));
        }
        self.c.fade(&rect(0., 690., 1200., 210.), 0xd9b98c, 0xc49f70);
        for y in [730., 780., 840.] {
            self.c.wash(&rect(0., y, 1200., 3.), INK, 0.10);
        }
        self.c.fill(&rect(0., 676., 1200., 16.), mix(wall, INK, 0.18));
        self.c.wash(&[(x + 20., 700.), (x + 420., 700.), (x + 560., 900.), (x + 80., 900.)], 0xfff4d6, 0.35);
        let left = x + 520.;
        self.c.fill(&round(left - 14., 116., 500., 270., 8.), EARTH);
        self.c.fill(&rect(left, 130., 472., 242.), mix(accent, PAPER, 0.12));
        for note in 0..8u8 {
            let (column, row) = (f32::from(note % 4), f32::from(note / 4));
            let (px, py) = (left + 26. + column * 112. + self.between(-6., 6.), 152. + row * 110.);
            let (colour, tilt) = (self.pick(&[PAPER, PAPER, 0xf2dca0, 0xe9b79a]), self.between(-0.06, 0.06));
            self.c.fill(&turn(&rect(px, py, 84., 90.), (px, py), tilt), colour);
            for line in 0..4u8 {
                self.c.wash(&turn(&rect(px + 12., py + 20. + f32::from(line) * 16., 60. - f32::from(line % 3) * 12., 5.), (px, py), tilt), INK, 0.35);
            }
        }
        let pot = x + 470.;
        for (lean, high) in [(-90., 210.), (-45., 270.), (5., 300.), (55., 260.), (95., 200.)] {
            let tip = (pot + lean, 640. - high);
            let stem =
                [(pot - 8., 660.), (pot + lean * 0.4 - 26., 640. - high * 0.55), tip, (pot + lean * 0.6 + 22., 640. - high * 0.5), (pot + 8., 660.)];
            self.c.fill(&stem, mix(LEAF, INK, lean.abs() / 700.));
        }
        self.c.fill(&[(pot - 56., 640.), (pot + 56., 640.), (pot + 40., 752.), (pot - 40., 752.)], CORAL);
        self.c.fill(&round(pot - 64., 630., 128., 26., 6.), mix(CORAL, INK, 0.15));
        for (at, base) in [(left + 250., 850.), (x + 90., 870.)] {
            self.shadow(at, base, 230.);
            for leg in [-150., 138.] {
                self.c.fill(&rect(at + leg, base - 190., 14., 190.), mix(EARTH, INK, 0.25));
            }
            self.c.fill(&round(at - 190., base - 210., 380., 28., 8.), mix(EARTH, GOLD, 0.45));
            let colour = self.pick(&[accent, CORAL, GOLD]);
            self.c.fill(&round(at - 110., base - 226., 110., 17., 4.), colour);
            self.c.fill(&round(at - 100., base - 241., 96., 16., 4.), mix(colour, PAPER, 0.5));
            self.c.fill(&round(at + 60., base - 256., 40., 46., 8.), POOL);
            self.c.ring((at + 104., base - 236.), (11., 13.), 6., POOL);
        }
        for lamp in [330., 830.] {
            self.c.stroke(&[(lamp, 0.), (lamp, 50.)], 5., INK);
            self.c.fill(&[(lamp - 26., 48.), (lamp + 26., 48.), (lamp + 70., 92.), (lamp - 70., 92.)], accent);
            self.c.wash(&ellipse(lamp, 92., 62., 12.), 0xfff0c0, 0.95);
        }
    }
}
