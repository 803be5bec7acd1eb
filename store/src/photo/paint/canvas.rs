//! A very small painter: smooth-edged polygons, filled plainly or fading from top to bottom.

use super::super::scale::Rgb;
use std::f32::consts::TAU;

/// Width of every picture, in pixels.
pub const WIDTH: usize = 1200;
/// Height of every picture, in pixels.
pub const HEIGHT: usize = 900;

/// A colour, 0xRRGGBB.
pub type Colour = u32;
/// A place on the canvas, in pixels from the upper left corner.
pub type Point = (f32, f32);

pub fn mix(a: Colour, b: Colour, part: f32) -> Colour {
    [16, 8, 0].into_iter().fold(0, |colour, shift| {
        let channel = |of: Colour| f32::from((of >> shift) as u8);
        let mixed = channel(a) + (channel(b) - channel(a)) * part;
        colour | u32::from(mixed.round() as u8) << shift
    })
}

pub fn rect(x: f32, y: f32, w: f32, h: f32) -> Vec<Point> {
    vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
}

pub fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Vec<Point> {
    let steps = if rx.max(ry) < 12. { 16 } else { 64 };
    let angle = |step: u8| f32::from(step) * TAU / f32::from(steps);
    (0..steps).map(|step| (x + rx * angle(step).cos(), y + ry * angle(step).sin())).collect()
}

/// A rectangle with round corners.
pub fn round(x: f32, y: f32, w: f32, h: f32, r: f32) -> Vec<Point> {
    let r = r.min(w / 2.).min(h / 2.);
    let corners = [(x + w - r, y + h - r), (x + r, y + h - r), (x + r, y + r), (x + w - r, y + r)];
    let corner = |(turn, (cx, cy)): (u8, Point)| {
        (0..=8u8).map(move |step| {
            let angle = (f32::from(turn) + f32::from(step) / 8.) * TAU / 4.;
            (cx + r * angle.cos(), cy + r * angle.sin())
        })
    };
    (0..).zip(corners).flat_map(corner).collect()
}

/// Turns a shape around a point, in radians.
pub fn turn(shape: &[Point], (cx, cy): Point, angle: f32) -> Vec<Point> {
    let (sin, cos) = angle.sin_cos();
    shape.iter().map(|(x, y)| (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)).collect()
}

/// A curve hanging between two points.
pub fn hang(a: Point, b: Point, depth: f32) -> Vec<Point> {
    let at = |step: u8| f32::from(step) / 24.;
    (0..=24)
        .map(|step| (at(step), 4. * at(step) * (1. - at(step))))
        .map(|(t, sag)| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t + depth * sag))
        .collect()
}

pub struct Canvas {
    data: Vec<u8>,
    /// The light of the hour: everything painted is drawn towards this colour by this part.
    pub light: (Colour, f32),
}

impl Canvas {
    pub fn new() -> Self {
        Self { data: vec![0xFF; WIDTH * HEIGHT * 3], light: (0, 0.) }
    }

    pub fn picture(self) -> Rgb {
        Rgb { width: WIDTH, height: HEIGHT, data: self.data }
    }

    pub fn fill(&mut self, shape: &[Point], colour: Colour) {
        self.fade(shape, colour, colour);
    }

    /// Fades from the top of the shape to its bottom.
    pub fn fade(&mut self, shape: &[Point], top: Colour, bottom: Colour) {
        let (light, part) = self.light;
        self.blend(shape, mix(top, light, part), mix(bottom, light, part), 1.);
    }

    /// A thin layer of colour, untouched by the light of the hour: shadows and lamps.
    pub fn wash(&mut self, shape: &[Point], colour: Colour, opacity: f32) {
        self.blend(shape, colour, colour, opacity);
    }

    /// A line with round ends and bends.
    pub fn stroke(&mut self, points: &[Point], width: f32, colour: Colour) {
        let half = width / 2.;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy).max(0.01);
            let (nx, ny) = (-dy / length * half, dx / length * half);
            self.fill(&[(a.0 + nx, a.1 + ny), (b.0 + nx, b.1 + ny), (b.0 - nx, b.1 - ny), (a.0 - nx, a.1 - ny)], colour);
        }
        for (x, y) in points {
            self.fill(&ellipse(*x, *y, half, half), colour);
        }
    }

    pub fn ring(&mut self, (x, y): Point, (rx, ry): Point, width: f32, colour: Colour) {
        let mut points = ellipse(x, y, rx, ry);
        points.push((x + rx, y));
        self.stroke(&points, width, colour);
    }

    fn blend(&mut self, shape: &[Point], top: Colour, bottom: Colour, opacity: f32) {
        let bound = |value: fn(&Point) -> f32| shape.iter().map(value).fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let ((left, right), (up, down)) = (bound(|p| p.0), bound(|p| p.1));
        // Far shapes would only cost memory; nothing we paint is there.
        if shape.len() < 3 || left < -4000. || right > 5000. || right <= 0. || up >= HEIGHT as f32 || down <= 0. {
            return;
        }
        let (left, first) = (left.floor() - 1., up.max(0.).floor());
        let (width, rows) = ((right - left) as usize + 4, (down.min(HEIGHT as f32) - first).ceil() as usize);
        let mut edges = vec![0f32; width * rows];
        for (at, a) in shape.iter().enumerate() {
            let b = shape[(at + 1) % shape.len()];
            edge(&mut edges, width, rows, (a.0 - left, a.1 - first), (b.0 - left, b.1 - first));
        }
        for (row, edges) in edges.chunks_exact(width).enumerate() {
            let y = first as usize + row;
            let part = ((y as f32 - up) / (down - up).max(1.)).clamp(0., 1.);
            let colour = mix(top, bottom, part);
            let solid = [16, 8, 0].map(|shift| (colour >> shift) as u8);
            let ink = solid.map(f32::from);
            let mut sum = 0.;
            for (column, change) in edges.iter().enumerate() {
                sum += change;
                let x = left + column as f32;
                let cover = sum.abs().min(1.) * opacity;
                if cover > 0.002 && x >= 0. && x < WIDTH as f32 {
                    let at = (y * WIDTH + x as usize) * 3;
                    if cover > 0.998 {
                        self.data[at..at + 3].copy_from_slice(&solid);
                        continue;
                    }
                    for (channel, ink) in self.data[at..at + 3].iter_mut().zip(ink) {
                        let under = f32::from(*channel);
                        *channel = (under + (ink - under) * cover + 0.5) as u8;
                    }
                }
            }
        }
    }
}

/// Adds what a polygon's edge changes in each pixel's coverage, left to right; the running sum is the coverage.
fn edge(edges: &mut [f32], width: usize, rows: usize, a: Point, b: Point) {
    let (sign, a, b) = if a.1 < b.1 { (1., a, b) } else { (-1., b, a) };
    if b.1 - a.1 < 1e-6 {
        return;
    }
    let slope = (b.0 - a.0) / (b.1 - a.1);
    let mut x = a.0 - a.1.min(0.) * slope;
    for row in a.1.max(0.) as usize..(b.1.max(0.).ceil() as usize).min(rows) {
        let y = row as f32;
        let height = (y + 1.).min(b.1) - y.max(a.1);
        let next = x + slope * height;
        let (low, high) = (x.min(next), x.max(next));
        let line = &mut edges[row * width..(row + 1) * width];
        let (first, last) = (low as usize, (high as usize).min(width - 2));
        // In every pixel it crosses, the edge covers what lies right of it; the rest falls to the next pixel.
        let mut given = 0.;
        for (column, change) in line.iter_mut().enumerate().take(last + 1).skip(first) {
            let (from, to) = (low.max(column as f32), high.min(column as f32 + 1.));
            let share = if high - low < 1e-6 { 1. } else { (to - from) / (high - low) };
            let right = share * (column as f32 + 1. - (from + to) / 2.);
            *change += sign * height * (right + given);
            given = share - right;
        }
        line[last + 1] += sign * height * given;
        x = next;
    }
}
