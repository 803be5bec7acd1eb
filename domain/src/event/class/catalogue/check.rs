//! What makes a catalogue sound, by itself and after the one before.

use super::{Catalogue, CatalogueError, Class, Problem, Visibility, WORDING_SEPARATOR};
use crate::event::{Fact, Template};

impl Catalogue {
    pub(super) fn check(&self, class: &Class, mut report: impl FnMut(Problem)) {
        let code = class.code;
        if let Some(parent) = code.parent().filter(|parent| self.get(*parent).is_none()) {
            report(Problem::ParentMissing { code, parent });
        }
        for (language, name) in [("zh", &class.name_zh), ("en", &class.name_en)] {
            if name.trim().is_empty() {
                report(Problem::NameMissing { code, language });
            }
        }
        let template = class.template.as_ref().map(Template::as_str);
        let texts = [&class.name_zh, &class.name_en].into_iter().chain(&class.wordings).map(String::as_str).chain(template);
        if texts.into_iter().any(|text| text.chars().any(char::is_control)) {
            report(Problem::ControlCharacter(code));
        }
        for wording in &class.wordings {
            if wording.trim().is_empty() || wording.contains(WORDING_SEPARATOR) {
                report(Problem::BadWording { code, wording: wording.clone() });
            }
        }
        for (place, fact) in class.required.iter().enumerate() {
            if class.required[..place].contains(fact) {
                report(Problem::DuplicateFact(*fact));
            }
        }
        // Only leaves are used on events; their words are never left out, whatever they ask for.
        if self.is_leaf(code) {
            let template = self.template(Some(code));
            let asked = class.required.iter().copied().filter(|fact| *fact != Fact::What).chain([Fact::What]);
            for fact in asked.filter(|fact| !template.shows(*fact)) {
                report(Problem::TemplateLacks { code, fact });
            }
        }
        match (class.closed_on, class.successor) {
            (None, None) => {}
            (Some(_), None) => report(Problem::SuccessorUnnamed(code)),
            (None, Some(_)) => report(Problem::SuccessorEarly(code)),
            (Some(closed), Some(successor)) => match self.get(successor) {
                Some(next) if successor != code && self.is_leaf(successor) == self.is_leaf(code) => {
                    if next.closed_on.is_some_and(|end| end <= closed) {
                        report(Problem::SuccessorClosed { code, successor });
                    }
                }
                _ => report(Problem::SuccessorMissing { code, successor }),
            },
        }
    }

    /// Whether this catalogue may follow `previous`: no code reused, removed or uncovered, and a later day.
    ///
    /// # Errors
    /// Every fault found, with its line in this catalogue's table.
    pub fn succeeds(&self, previous: &Self) -> Result<(), Vec<CatalogueError>> {
        let mut errors = Vec::new();
        let mut whole = |problem| errors.push(CatalogueError { line: None, problem });
        if self.effective_from <= previous.effective_from {
            whole(Problem::NotLater { this: self.effective_from, previous: previous.effective_from });
        }
        if self.version == previous.version {
            whole(Problem::VersionTaken(self.version.clone()));
        }
        for was in &previous.classes {
            let code = was.code;
            let Some(now) = self.get(code) else {
                errors.push(CatalogueError { line: None, problem: Problem::Removed(code) });
                continue;
            };
            let line = self.index.get(&code).and_then(|place| self.lines.get(*place)).copied();
            let mut report = |problem| errors.push(CatalogueError { line, problem });
            if was.name_zh.trim() != now.name_zh.trim() {
                report(Problem::MeaningChanged { code, was: was.name_zh.clone(), now: now.name_zh.clone() });
            }
            if previous.is_leaf(code) && was.visibility == Visibility::Private && now.visibility == Visibility::Public {
                report(Problem::Uncovered(code));
            }
            if previous.is_leaf(code) && !self.is_leaf(code) {
                report(Problem::LeafDivided(code));
            }
            if was.closed_on.is_some_and(|closed| now.closed_on.is_none_or(|day| day > closed)) {
                report(Problem::Reopened(code));
            }
        }
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}
