use super::*;
use image::{ImageEncoder, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

/// A picture with red, green, blue and white quarters and some grain, so that a file has something in every part.
fn quarters(width: u32, height: u32) -> Rgb {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let grain = u8::try_from((x * 7 + y * 13 + x * y % 11) % 24).unwrap();
        let colour = match (x < width / 2, y < height / 2) {
            (true, true) => [220, 20, 20],
            (false, true) => [20, 200, 20],
            (true, false) => [20, 20, 220],
            (false, false) => [225, 225, 225],
        };
        image::Rgb(colour.map(|value: u8| value + grain))
    });
    Rgb { width: edge(width), height: edge(height), data: image.into_raw() }
}

fn phone(width: u32, height: u32) -> Vec<u8> {
    jpeg(&quarters(width, height), 90).unwrap()
}

fn progressive(rgb: &Rgb) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_progressive(true);
    encoder.encode(&rgb.data, rgb.width.try_into().unwrap(), rgb.height.try_into().unwrap(), ColorType::Rgb).unwrap();
    out
}

fn png(image: &RgbaImage) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut out);
    encoder.write_image(image, image.width(), image.height(), image::ExtendedColorType::Rgba8).unwrap();
    out
}

fn webp(rgb: &Rgb) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = (rgb.width.try_into().unwrap(), rgb.height.try_into().unwrap());
    image::codecs::webp::WebPEncoder::new_lossless(&mut out).write_image(&rgb.data, width, height, image::ExtendedColorType::Rgb8).unwrap();
    out
}

/// An EXIF block written by hand: orientation, a place in Longhua, a maker's name that must not survive.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    let entry =
        |tag: u16, kind: u16, count: u32, value: [u8; 4]| [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat();
    let at = |offset: u32| offset.to_be_bytes();
    // Three entries at 8, GPS directory of four at 50, then the values at 104.
    tiff.extend([0, 3]);
    tiff.extend(entry(0x010F, 2, 12, at(104)));
    tiff.extend(entry(0x0112, 3, 1, [0, orientation, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, at(50)));
    tiff.extend([0; 4]);
    tiff.extend([0, 4]);
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, at(116)));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, at(140)));
    tiff.extend([0; 4]);
    tiff.extend(b"SECRETMAKER\0");
    for number in [22, 1, 39, 1, 0, 1, 114, 1, 1, 1, 30, 1u32] {
        tiff.extend(number.to_be_bytes());
    }
    tiff
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = exif(orientation);
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}

fn pixels(jpeg: &[u8]) -> Rgb {
    open_jpeg(jpeg).unwrap()
}

fn at(rgb: &Rgb, x: usize, y: usize) -> [u8; 3] {
    let start = (y * rgb.width + x) * 3;
    rgb.data[start..start + 3].try_into().unwrap()
}

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 40)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_phone_photo_becomes_two_clean_ones() {
    let original = with_exif(&phone(1800, 900), 6);
    let done = process(&original).unwrap();
    // Held on its side: what was 1800 by 900 stands upright, and the lower left quarter is now the upper left.
    assert_eq!((done.width, done.height), (800, 1600));
    let large = pixels(&done.large);
    assert_eq!((large.width, large.height), (800, 1600));
    assert!(near(at(&large, 100, 100), [30, 30, 230]));
    assert!(near(at(&large, 700, 100), [230, 30, 30]));
    assert!(near(at(&large, 700, 1500), [30, 210, 30]));
    let thumb = pixels(&done.thumb);
    assert_eq!((thumb.width, thumb.height), (144, 144));
    assert!(near(at(&thumb, 40, 40), [30, 30, 230]));
    assert_eq!(done.hash.len(), 64);
    let hint = done.hint.unwrap();
    assert!((hint.lat.unwrap() - 22.65).abs() < 1e-9 && (hint.lon.unwrap() - 114.025).abs() < 1e-9);
    for picture in [&done.large, &done.thumb] {
        assert!(!contains(picture, b"Exif") && !contains(picture, b"SECRET"));
        assert!(!contains(picture, &[0xFF, 0xE1]) && !contains(picture, &[0, 0, 0, 22, 0, 0, 0, 1]));
        assert_eq!(domain::photo::hint(picture), None);
    }
    assert_eq!(process(&original).unwrap(), done);
}

#[test]
fn every_orientation_comes_out_upright() {
    for (orientation, corner) in
        (1..=8).zip([[230, 30, 30], [30, 210, 30], [230; 3], [30, 30, 230], [230, 30, 30], [30, 30, 230], [230; 3], [30, 210, 30]])
    {
        let done = process(&with_exif(&phone(96, 64), orientation)).unwrap();
        assert_eq!((done.width, done.height), if orientation > 4 { (64, 96) } else { (96, 64) });
        assert!(near(at(&pixels(&done.large), 8, 8), corner), "orientation {orientation}");
    }
}

#[test]
fn png_and_webp_are_taken_and_transparency_is_white() {
    let clear = png(&RgbaImage::from_fn(40, 30, |x, _| if x < 20 { Rgba([9, 9, 9, 0]) } else { Rgba([200, 30, 30, 255]) }));
    let done = process(&clear).unwrap();
    let large = pixels(&done.large);
    assert!(near(at(&large, 3, 3), [255; 3]) && near(at(&large, 36, 3), [200, 30, 30]));
    assert_eq!(pixels(&done.thumb).width, 30);
    let done = process(&webp(&quarters(64, 48))).unwrap();
    assert!(near(at(&pixels(&done.large), 8, 8), [230, 30, 30]));
    assert_eq!(process(&progressive(&quarters(64, 48))).unwrap().width, 64);
}

#[test]
fn grey_deep_and_tiny_pictures_are_taken() {
    for image in [
        DynamicImage::new_luma8(3, 2),
        DynamicImage::new_luma_a8(1, 1),
        DynamicImage::new_luma16(2000, 1),
        DynamicImage::new_rgb16(1, 2000),
        DynamicImage::new_rgba16(5, 5),
    ] {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let done = process(bytes.get_ref()).unwrap();
        assert_eq!((done.width, done.height), (image.width().min(1600), image.height().min(1600)));
    }
    for (colours, samples) in [(ColorType::Luma, 1), (ColorType::Cmyk, 4)] {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 90).encode(&vec![255; 16 * 16 * samples], 16, 16, colours).unwrap();
        let white = [if samples == 1 { 255 } else { 0 }; 3];
        assert!(near(at(&pixels(&process(&bytes).unwrap().large), 8, 8), white));
    }
}

#[test]
fn a_file_cut_anywhere_is_broken() {
    let picture = quarters(400, 300);
    let clear = png(&RgbaImage::from_fn(200, 150, |x, y| Rgba([(x * y % 251) as u8, (x * 3 % 256) as u8, y as u8, 200])));
    for whole in [with_exif(&phone(400, 300), 1), progressive(&picture), clear, webp(&picture)] {
        assert!(process(&whole).is_ok());
        for sixteenth in 0..16 {
            let cut = &whole[..whole.len() * sixteenth / 16];
            let expected = if cut.is_empty() { PhotoError::Empty } else { PhotoError::Broken };
            assert_eq!(process(cut), Err(expected), "{sixteenth}/16 of {:?}", &whole[..4]);
        }
        if whole[0] == 0xFF {
            assert_eq!(process(&whole[..whole.len() - 2]), Err(PhotoError::Broken));
        }
    }
}

#[test]
fn what_follows_the_end_is_ignored() {
    // Phones append films and depth maps to a JPEG.
    let film = [phone(64, 48), b"\0\0\0\x18ftypmp42".to_vec(), vec![0xFF; 100]].concat();
    assert_eq!(process(&film).unwrap().width, 64);
}

#[test]
fn bombs_are_refused_by_their_header() {
    let mut bomb = png(&RgbaImage::new(8, 8));
    bomb[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    assert_eq!(process(&bomb), Err(PhotoError::TooManyPixels { width: 50_000, height: 50_000 }));

    // A real one: 50 million transparent pixels in under a hundred kilobytes would take 200 MB.
    bomb[16..24].copy_from_slice(&[0, 0, 0x1F, 0x40, 0, 0, 0x18, 0x6A]);
    assert_eq!(process(&bomb), Err(PhotoError::TooManyPixels { width: 8000, height: 6250 }));

    let mut large = phone(64, 64);
    let frame = large.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    large[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    assert_eq!(process(&large), Err(PhotoError::TooManyPixels { width: 65535, height: 65535 }));
    // One the memory allows, but whose pixels are missing.
    large[frame + 5..frame + 9].copy_from_slice(&[0x10, 0, 0x10, 0]);
    assert!(matches!(process(&large), Err(PhotoError::Broken) | Ok(_)));
    large[frame + 5..frame + 9].copy_from_slice(&[0, 0, 0x10, 0]);
    assert_eq!(process(&large), Err(PhotoError::Broken));
}

#[test]
fn a_scan_repeated_a_thousand_times_is_refused() {
    let whole = progressive(&quarters(64, 64));
    let scan = whole.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (before, last) = (&whole[..scan], &whole[scan..whole.len() - 2]);
    let many = [before, &last.repeat(1000), &[0xFF, 0xD9]].concat();
    assert_eq!(process(&many), Err(PhotoError::Broken));
}

/// A PNG chunk with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = kind.iter().chain(data).fold(!0u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 });
        crc
    });
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &(!crc).to_be_bytes()].concat()
}

#[test]
fn odd_chunks_do_no_harm() {
    let whole = png(&RgbaImage::from_pixel(8, 8, Rgba([200, 30, 30, 255])));
    let with = |extra: &[u8]| [&whole[..33], extra, &whole[33..]].concat();
    let text = chunk(b"tEXt", &[&b"Comment\0"[..], &vec![b'x'; 1_000_000]].concat());
    let profile = chunk(b"iCCP", b"odd\0\0not deflated at all");
    // Claims to hold two gigabytes.
    let lie = [&[0x7F, 0xFF, 0xFF, 0xFF][..], b"zTXt", b"a\0\0"].concat();
    assert_eq!(process(&with(&text)).unwrap().width, 8);
    assert_eq!(process(&with(&profile)).unwrap().width, 8);
    assert_eq!(process(&with(&lie)), Err(PhotoError::Broken));
    let place = process(&with(&chunk(b"eXIf", &exif(6)))).unwrap();
    // A picture is opened from nothing that could unpack to more than it.
    let packed = [with(&text), with(&chunk(b"iCCP", b"a")), with(&chunk(b"zTXt", b"a")), with(&chunk(b"iTXt", b"a")), with(&chunk(b"fdAT", b"a"))];
    for bytes in packed {
        assert_eq!(header::png_picture(&bytes).unwrap(), whole);
    }
    let clear = chunk(b"tRNS", b"\0\0\0\0\0\0");
    assert!(contains(&header::png_picture(&with(&clear)).unwrap(), &clear));
    assert!(place.hint.is_some() && !contains(&place.large, b"SECRET"));
}

#[test]
fn what_is_covered_is_gone() {
    let done = process(&phone(400, 300)).unwrap();
    let part = Rectangle::new(0, 0, 300, 300).unwrap();
    let corner = Rectangle::new(995, 995, 5, 5).unwrap();
    let covered = cover(&done.large, &[part, corner]).unwrap();
    assert_ne!(covered.hash, done.hash);
    assert_eq!((covered.width, covered.height, covered.hint), (400, 300, None));
    let large = pixels(&covered.large);
    for (x, y) in [(0, 0), (60, 45), (119, 89), (399, 299)] {
        assert!(near(at(&large, x, y), COVER), "{x} {y}");
    }
    assert!(near(at(&large, 160, 120), [230, 30, 30]));
    // The thumbnail shows the middle 300 columns: 50 to 349.
    let thumb = pixels(&covered.thumb);
    assert!(near(at(&thumb, 0, 0), COVER) && near(at(&thumb, 30, 40), COVER));
    let everything = cover(&done.large, &[Rectangle::new(0, 0, 1000, 1000).unwrap()]).unwrap();
    assert!(pixels(&everything.large).data.chunks(3).all(|pixel| near(pixel.try_into().unwrap(), COVER)));
    assert_eq!(cover(b"", &[]), Err(PhotoError::Empty));
    assert_eq!(cover(&png(&RgbaImage::new(2, 2)), &[]), Err(PhotoError::Broken));
}

#[tokio::test]
async fn a_flood_is_worked_off_and_the_rest_is_told_to_wait() {
    let photo = Bytes::from(phone(200, 150));
    let all = (0..20).map(|_| tokio::spawn(process_in_background(photo.clone())));
    for done in futures::future::join_all(all).await {
        assert_eq!(done.unwrap().unwrap().width, 200);
    }
    // As many bytes as may wait, in files that are small but for what follows their end.
    let mut large = phone(64, 48);
    large.resize(MAX_PHOTO_BYTES, 0);
    let large = Bytes::from(large);
    let held = OPENING.acquire_many(PLACES).await.unwrap();
    let all: Vec<_> = (0..8).map(|_| tokio::spawn(process_in_background(large.clone()))).collect();
    while all.iter().filter(|task| task.is_finished()).count() < 4 {
        tokio::task::yield_now().await;
    }
    drop(held);
    let all = futures::future::join_all(all).await;
    let busy = all.iter().filter(|done| done.as_ref().unwrap() == &Err(PhotoError::Busy));
    assert_eq!(busy.count(), 4);
    assert_eq!(process_in_background(large).await.unwrap().width, 64);
    assert_eq!(process_in_background(Bytes::new()).await, Err(PhotoError::Empty));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..600), start in 0usize..4) {
        let heads: [&[u8]; 4] = [b"", b"\xff\xd8\xff\xc2\x00\x11\x08\x00\x20\x00\x20", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\0\x04\0\0WEBPVP8L"];
        let _ = process(&[heads[start], &bytes[..]].concat());
    }

    #[test]
    fn any_damage_is_answered(which in 0usize..4, at: prop::sample::Index, to: u8) {
        let picture = quarters(48, 40);
        let mut bytes = match which {
            0 => with_exif(&phone(48, 40), 5),
            1 => progressive(&picture),
            2 => webp(&picture),
            _ => png(&RgbaImage::new(48, 40)),
        };
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(done) = process(&bytes) {
            prop_assert!(done.width <= LARGE_EDGE && done.height <= LARGE_EDGE);
        }
    }
}
