//! What people of the demo district write, composed from fragments in `data/demo-words.txt`.

use std::collections::HashMap;

use super::chance::Chance;

const SHIPPED: &str = include_str!("../../../data/demo-words.txt");
const WORDINGS: &str = include_str!("../../../data/class-wordings.csv");

/// Sections of templates. `[a|b]` is one of the two, `{name}` a name that was passed in or one of the section `name`.
pub(super) struct Words {
    sections: HashMap<String, Vec<String>>,
}

impl Words {
    pub(super) fn shipped() -> Self {
        let mut sections: HashMap<String, Vec<String>> = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        for line in SHIPPED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("== ") {
                Some(name) => names = name.split(',').map(|name| name.trim().to_owned()).collect(),
                None => names.iter().for_each(|name| sections.entry(name.clone()).or_default().push(line.to_owned())),
            }
        }
        let chinese = |wording: &str| !wording.is_ascii();
        for (class, wording) in WORDINGS.lines().skip(1).filter_map(|line| line.split_once(',')).filter(|(_, wording)| chinese(wording)) {
            sections.entry(format!("wording {class}")).or_default().push(wording.trim_matches('"').to_owned());
        }
        Self { sections }
    }

    /// The section of a kind for a class, or for the nearest class above it, or for all.
    fn of(&self, kind: &str, class: &str) -> &[String] {
        let mut cut = class.len();
        loop {
            let name = if cut == 0 { kind.to_owned() } else { format!("{kind} {}", &class[..cut]) };
            match self.sections.get(&name) {
                Some(found) => return found,
                None if cut == 0 => return &[],
                None => cut -= 2,
            }
        }
    }

    /// A text of a kind for a class.
    pub(super) fn say(&self, chance: &mut Chance, kind: &str, class: &str, names: &[(&str, &str)]) -> String {
        let template = chance.pick(self.of(kind, class)).map(String::as_str).unwrap_or_default();
        let mut text = String::with_capacity(template.len());
        self.expand(template, chance, class, names, 0, &mut text);
        text
    }

    fn expand(&self, template: &str, chance: &mut Chance, class: &str, names: &[(&str, &str)], depth: usize, text: &mut String) {
        let mut rest = template;
        while let Some(at) = rest.find(['[', '{']) {
            text.push_str(&rest[..at]);
            let (inside, after) = bracket(&rest[at..]);
            if rest[at..].starts_with('[') {
                let choices = split(inside);
                if let Some(choice) = chance.pick(&choices) {
                    self.expand(choice, chance, class, names, depth + 1, text);
                }
            } else if let Some((_, value)) = names.iter().find(|(name, _)| *name == inside) {
                text.push_str(value);
            } else if let Some((low, high)) = inside.split_once('-').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?))) {
                text.push_str(&chance.between(low, high).to_string());
            } else if depth < 8
                && let Some(template) = chance.pick(self.of(inside, class))
            {
                self.expand(template, chance, class, names, depth + 1, text);
            }
            rest = after;
        }
        text.push_str(rest);
    }
}

/// What stands between the bracket a text begins with and its partner, and what follows.
fn bracket(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[1..at], &text[at + c.len_utf8()..]);
        }
    }
    (&text[1..], "")
}

/// Choices between bars that stand in no bracket of their own.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut choices) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            '|' if depth == 0 => {
                choices.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&text[from..]);
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_whole() {
        let words = Words::shipped();
        for (section, templates) in &words.sections {
            for template in templates {
                let mut chance = Chance::new(1, section, 0);
                let mut text = String::new();
                words.expand(
                    template,
                    &mut chance,
                    "",
                    &[("n", "3"), ("wording", "井盖没了"), ("village", "元芬"), ("class", "井盖"), ("phone", "1"), ("number", "2")],
                    0,
                    &mut text,
                );
                assert!(!text.is_empty() && !text.contains(['[', ']', '{', '}', '|']), "{section}: {template} -> {text}");
            }
        }
    }

    /// Things that are mended, cleared or settled. An answer names one only where the reports of its class do.
    const THINGS: &str =
        "井盖 灯 水管 阀 树 护栏 缆 垃圾 渣土 广告 招牌 横幅 犬 电梯 单车 电动车 停车 违停 油烟 摊 围挡 工地 食品 器材 违建 绿地 积水 水质";

    #[test]
    fn no_answer_tells_of_another_matter_than_its_class() {
        let words = Words::shipped();
        let catalogue = domain::event::class::Catalogue::shipped();
        let leaves = catalogue.classes().iter().filter(|class| catalogue.is_leaf(class.code));
        let mut strays = Vec::new();
        for class in leaves {
            let code = class.code.as_str();
            let own = ["what", &format!("wording {code}")].map(|kind| words.of(kind, code).join(" ")).concat() + &class.name_zh;
            let kinds =
                ["accept", "ask", "reply", "answer", "settle", "decline", "withdraw", "reopen", "rate 5", "rate 4", "rate 3", "rate 2", "rate 1"];
            for (kind, template) in kinds.iter().flat_map(|kind| words.of(kind, code).iter().map(move |template| (kind, template))) {
                if THINGS.split(' ').any(|thing| template.contains(thing) && !own.contains(thing)) {
                    strays.push(format!("{code} {}: {kind} {template}", class.name_zh));
                }
            }
        }
        assert!(strays.is_empty(), "{strays:#?}");
    }

    #[test]
    fn choices_nest() {
        let words = Words { sections: HashMap::new() };
        let mut chance = Chance::new(3, "test", 0);
        for _ in 0..50 {
            let mut text = String::new();
            words.expand("a[b|c[d|]]{x}{1-2}", &mut chance, "", &[("x", "y")], 0, &mut text);
            assert!(["aby", "acdy", "acy"].iter().any(|head| text.strip_prefix(head).is_some_and(|n| n == "1" || n == "2")), "{text}");
        }
    }
}
