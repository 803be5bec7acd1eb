//! Shrinking by a Catmull-Rom filter as wide as the step, so that nothing flickers and edges stay crisp.

use std::collections::VecDeque;

/// Rows of red, green and blue bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Rgb {
    pub width: usize,
    pub height: usize,
    /// `width * height * 3` bytes.
    pub data: Vec<u8>,
}

impl Rgb {
    /// Fits the longer edge into `edge` pixels; a smaller picture stays as it is.
    pub fn fit(self, edge: usize) -> Self {
        let longer = self.width.max(self.height);
        if longer <= edge {
            return self;
        }
        let part = |length: usize| ((length * edge + longer / 2) / longer).max(1);
        resize(&self, (0, 0, self.width, self.height), part(self.width), part(self.height))
    }

    /// The square in the middle, shrunk to `edge` pixels; a smaller one is not enlarged.
    pub fn square(&self, edge: usize) -> Self {
        let side = self.width.min(self.height);
        let window = ((self.width - side) / 2, (self.height - side) / 2, side, side);
        resize(self, window, edge.min(side), edge.min(side))
    }

    /// Turns it upright according to the EXIF orientation 1 to 8.
    pub fn upright(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (w, h) = (self.width, self.height);
        let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = match orientation {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                let at = (sy * w + sx) * 3;
                data.extend_from_slice(&self.data[at..at + 3]);
            }
        }
        Self { width, height, data }
    }
}

/// For each output place, the first input place it draws from and the weights (they add up to `ONE`).
type Taps = Vec<(usize, Vec<i32>)>;

const BITS: u32 = 14;
const ONE: i32 = 1 << BITS;

fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    match x {
        ..1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        ..2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        _ => 0.0,
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn taps(from: usize, to: usize) -> Taps {
    let step = from as f64 / to as f64;
    let reach = 2.0 * step;
    (0..to)
        .map(|place| {
            let centre = (place as f64 + 0.5) * step;
            let first = (centre - reach).floor().max(0.0) as usize;
            let last = ((centre + reach).ceil() as usize).min(from);
            let raw: Vec<f64> = (first..last).map(|at| catmull_rom((at as f64 + 0.5 - centre) / step)).collect();
            let total: f64 = raw.iter().sum();
            let mut weights: Vec<i32> = raw.iter().map(|weight| (weight / total * f64::from(ONE)).round() as i32).collect();
            // Rounding may leave a flat area a shade off; the middle weight takes the difference.
            let missing = ONE - weights.iter().sum::<i32>();
            let middle = weights.len() / 2;
            weights[middle] += missing;
            (first, weights)
        })
        .collect()
}

fn byte(sum: i32) -> u8 {
    // Clamped to a byte, so the conversion cannot fail.
    u8::try_from(((sum + ONE / 2) >> BITS).clamp(0, 255)).unwrap_or(255)
}

/// Resizes the window (x, y, width, height) of a picture. Holds only the rows one output row draws from.
fn resize(from: &Rgb, (left, top, w, h): (usize, usize, usize, usize), width: usize, height: usize) -> Rgb {
    let across = taps(w, width);
    let narrow = |y: usize| -> Vec<u8> {
        let start = ((top + y) * from.width + left) * 3;
        let row = &from.data[start..start + w * 3];
        let mut out = Vec::with_capacity(width * 3);
        for (first, weights) in &across {
            let mut sum = [0; 3];
            for (pixel, weight) in row[first * 3..].chunks_exact(3).zip(weights) {
                for channel in 0..3 {
                    sum[channel] += i32::from(pixel[channel]) * weight;
                }
            }
            out.extend(sum.map(byte));
        }
        out
    };
    let mut data = Vec::with_capacity(width * height * 3);
    let mut rows: VecDeque<Vec<u8>> = VecDeque::new();
    let mut held = 0;
    let mut sums = vec![0; width * 3];
    for (first, weights) in taps(h, height) {
        while held < first {
            if rows.pop_front().is_none() {
                break;
            }
            held += 1;
        }
        held = first;
        while rows.len() < weights.len() {
            rows.push_back(narrow(held + rows.len()));
        }
        sums.fill(0);
        for (row, weight) in rows.iter().zip(&weights) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += i32::from(*value) * weight;
            }
        }
        data.extend(sums.iter().map(|sum| byte(*sum)));
    }
    Rgb { width, height, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_flat_picture_stays_flat(w in 1usize..90, h in 1usize..90, edge in 1usize..60, colour: [u8; 3]) {
            let rgb = Rgb { width: w, height: h, data: colour.repeat(w * h) };
            let square = rgb.square(edge);
            prop_assert_eq!(square.width, edge.min(w).min(h));
            prop_assert!(square.data.chunks(3).all(|pixel| pixel == colour));
            let fitted = rgb.fit(edge);
            prop_assert!(fitted.width.max(fitted.height) <= edge.max(1));
            prop_assert!(fitted.width * fitted.height * 3 == fitted.data.len());
            prop_assert!(fitted.data.chunks(3).all(|pixel| pixel == colour));
        }

        #[test]
        fn turning_keeps_every_pixel(w in 1usize..9, h in 1usize..9, orientation in 0u8..12) {
            let data: Vec<u8> = (0..w * h * 3).map(|at| u8::try_from(at).unwrap()).collect();
            let rgb = Rgb { width: w, height: h, data: data.clone() };
            let mut turned = rgb.upright(orientation).data;
            turned.sort_unstable();
            prop_assert_eq!(turned, data);
        }
    }
}
