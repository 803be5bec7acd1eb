//! The stylesheet: modern CSS in, small CSS for old phones out.

use std::fmt::Display;

use lightningcss::declaration::DeclarationBlock;
use lightningcss::printer::PrinterOptions;
use lightningcss::properties::Property;
use lightningcss::rules::CssRule;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, StyleSheet};
use lightningcss::targets::{Browsers, Targets};

use crate::stop::{Result, Stop};

/// The oldest browsers that get the whole look: the ones in WeChat on phones some years old.
fn targets() -> Targets {
    let version = |major: u32| Some(major << 16);
    Targets::from(Browsers {
        chrome: version(79),
        android: version(79),
        safari: version(13),
        ios_saf: version(13),
        firefox: version(78),
        ..Browsers::default()
    })
}

/// Lowers and minifies. A browser older than `@layer` drops the whole block, so the rules follow once more without
/// layers, for browsers without container queries, which all came after layers. Compressed, that costs next to nothing.
pub fn lower(source: &str) -> Result<String> {
    let layered = print(source, false)?;
    let flat = print(source, true)?;
    if layered == flat {
        return Ok(flat);
    }
    Ok(format!("{layered}@supports not (container-type:inline-size){{{flat}}}"))
}

fn print(source: &str, flat: bool) -> Result<String> {
    let stop = |error: &dyn Display| Stop::new(format!("style/linli.css: {error}"));
    let mut sheet = StyleSheet::parse(source, ParserOptions::default()).map_err(|error| stop(&error))?;
    if flat {
        unwrap_layers(&mut sheet.rules.0);
    }
    make_physical(&mut sheet.rules.0);
    let options = MinifyOptions { targets: targets(), ..MinifyOptions::default() };
    sheet.minify(options).map_err(|error| stop(&error))?;
    let options = PrinterOptions { minify: true, targets: targets(), ..PrinterOptions::default() };
    Ok(sheet.to_css(options).map_err(|error| stop(&error))?.code)
}

/// The layers' rules in the order of the file, which is the order of the layers.
fn unwrap_layers(rules: &mut Vec<CssRule<'_>>) {
    let mut flat = Vec::with_capacity(rules.len());
    for rule in rules.drain(..) {
        match rule {
            CssRule::LayerStatement(_) => {}
            CssRule::LayerBlock(mut layer) => {
                unwrap_layers(&mut layer.rules.0);
                flat.append(&mut layer.rules.0);
            }
            other => flat.push(other),
        }
    }
    *rules = flat;
}

/// Both our languages run from left to right and from top to bottom. lightningcss cannot know that and would write
/// every rule with a start or an end three times over, for each direction.
fn make_physical(rules: &mut [CssRule<'_>]) {
    for rule in rules {
        match rule {
            CssRule::Style(rule) => {
                physical_block(&mut rule.declarations);
                make_physical(&mut rule.rules.0);
            }
            CssRule::NestedDeclarations(rule) => physical_block(&mut rule.declarations),
            CssRule::Nesting(rule) => {
                physical_block(&mut rule.style.declarations);
                make_physical(&mut rule.style.rules.0);
            }
            CssRule::Media(rule) => make_physical(&mut rule.rules.0),
            CssRule::Supports(rule) => make_physical(&mut rule.rules.0),
            CssRule::Container(rule) => make_physical(&mut rule.rules.0),
            CssRule::LayerBlock(rule) => make_physical(&mut rule.rules.0),
            _ => {}
        }
    }
}

fn physical_block(block: &mut DeclarationBlock<'_>) {
    for declarations in [&mut block.declarations, &mut block.important_declarations] {
        *declarations = declarations.drain(..).flat_map(physical).collect();
    }
}

fn physical(property: Property<'_>) -> Vec<Property<'_>> {
    use Property as P;
    match property {
        P::InsetBlockStart(v) => vec![P::Top(v)],
        P::InsetBlockEnd(v) => vec![P::Bottom(v)],
        P::InsetInlineStart(v) => vec![P::Left(v)],
        P::InsetInlineEnd(v) => vec![P::Right(v)],
        P::InsetBlock(v) => vec![P::Top(v.block_start), P::Bottom(v.block_end)],
        P::InsetInline(v) => vec![P::Left(v.inline_start), P::Right(v.inline_end)],
        P::MarginBlockStart(v) => vec![P::MarginTop(v)],
        P::MarginBlockEnd(v) => vec![P::MarginBottom(v)],
        P::MarginInlineStart(v) => vec![P::MarginLeft(v)],
        P::MarginInlineEnd(v) => vec![P::MarginRight(v)],
        P::MarginBlock(v) => vec![P::MarginTop(v.block_start), P::MarginBottom(v.block_end)],
        P::MarginInline(v) => vec![P::MarginLeft(v.inline_start), P::MarginRight(v.inline_end)],
        P::PaddingBlockStart(v) => vec![P::PaddingTop(v)],
        P::PaddingBlockEnd(v) => vec![P::PaddingBottom(v)],
        P::PaddingInlineStart(v) => vec![P::PaddingLeft(v)],
        P::PaddingInlineEnd(v) => vec![P::PaddingRight(v)],
        P::PaddingBlock(v) => vec![P::PaddingTop(v.block_start), P::PaddingBottom(v.block_end)],
        P::PaddingInline(v) => vec![P::PaddingLeft(v.inline_start), P::PaddingRight(v.inline_end)],
        other => unparsed(other),
    }
}

/// `padding-inline: var(--gap)`: one value stands for both sides.
fn unparsed(property: Property<'_>) -> Vec<Property<'_>> {
    use lightningcss::properties::PropertyId as Id;
    let Property::Unparsed(value) = property else {
        return vec![property];
    };
    let sides = match value.property_id {
        Id::InsetBlockStart => vec![Id::Top],
        Id::InsetBlockEnd => vec![Id::Bottom],
        Id::InsetInlineStart => vec![Id::Left],
        Id::InsetInlineEnd => vec![Id::Right],
        Id::MarginBlockStart => vec![Id::MarginTop],
        Id::MarginBlockEnd => vec![Id::MarginBottom],
        Id::MarginInlineStart => vec![Id::MarginLeft],
        Id::MarginInlineEnd => vec![Id::MarginRight],
        Id::PaddingBlockStart => vec![Id::PaddingTop],
        Id::PaddingBlockEnd => vec![Id::PaddingBottom],
        Id::PaddingInlineStart => vec![Id::PaddingLeft],
        Id::PaddingInlineEnd => vec![Id::PaddingRight],
        Id::InsetBlock => vec![Id::Top, Id::Bottom],
        Id::InsetInline => vec![Id::Left, Id::Right],
        Id::MarginBlock => vec![Id::MarginTop, Id::MarginBottom],
        Id::MarginInline => vec![Id::MarginLeft, Id::MarginRight],
        Id::PaddingBlock => vec![Id::PaddingTop, Id::PaddingBottom],
        Id::PaddingInline => vec![Id::PaddingLeft, Id::PaddingRight],
        _ => return vec![Property::Unparsed(value)],
    };
    // Two values, as in `var(--a) var(--b)`, stay together; only browsers that know the logical name then see them.
    if sides.len() > 1 && value.value.0.len() > 1 {
        return vec![Property::Unparsed(value)];
    }
    let side = |property_id| {
        let mut side = value.clone();
        side.property_id = property_id;
        Property::Unparsed(side)
    };
    sides.into_iter().map(side).collect()
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn lowers_what_old_phones_do_not_know() {
        let css =
            lower("@layer a, b; @layer a { .x { margin-inline: 1px; &:hover { color: light-dark(#fff, #000) } } } @layer b { .y { color: red } }")
                .expect("CSS");
        for new in ["light-dark(", "margin-inline", "&"] {
            assert!(!css.contains(new), "{new} is still in {css}");
        }
        let (layered, flat) = css.split_once("@supports not").expect("both ways");
        assert!(layered.contains("@layer b{") && !flat.contains("@layer"), "{css}");
        assert!(css.contains(".x:hover") && css.contains(".y"), "{css}");
    }

    #[test]
    fn start_is_left() {
        let css = lower("a { margin-inline-start: 1px; padding-inline: var(--gap); inset-block: 0 2px; @media print { padding-inline: 1px 2px } }")
            .expect("CSS");
        for physical in ["margin-left:1px", "padding-left:var(--gap)", "padding-right:var(--gap)", "top:0", "bottom:2px", "padding-left:1px"] {
            assert!(css.contains(physical), "{physical} is not in {css}");
        }
        assert!(!css.contains(":lang"), "{css}");
    }

    #[test]
    fn says_where_a_mistake_is() {
        assert!(lower("a { color: red").is_ok(), "CSS closes what is open at the end");
        assert!(lower("@media { }} a").expect_err("a stray brace").to_string().contains("linli.css"));
    }
}
