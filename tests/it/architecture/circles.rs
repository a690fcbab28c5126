//! Finds files that need each other, directly or around other files.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{paths, resolve, tokens};
use super::{Sources, module_of};

/// The one circle that is meant: a relation of `SeaORM` is declared in the files of both tables.
const MEANT: &str = "entity/";

/// The circles, each as the sorted list of its files.
///
/// A folder's `mod.rs` and the files of that folder may name each other: it declares them and shows what others may use,
/// and they use what all of them share.
pub fn circles(sources: &Sources) -> Vec<Vec<String>> {
    let uses = uses(sources);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        uses.keys().map(|file| (*file, reach(file, &uses))).collect();
    let in_circle = |a: &str, b: &str| reached[a].contains(b) && reached[b].contains(a);
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for file in uses.keys().filter(|file| !file.starts_with(MEANT)) {
        let circle: Vec<_> =
            uses.keys().filter(|other| in_circle(file, other)).map(|&file| file.to_owned()).collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// What each file names.
fn uses(sources: &Sources) -> BTreeMap<&str, BTreeSet<&str>> {
    let files: BTreeMap<_, _> = sources.keys().map(|file| (module_of(file), file.as_str())).collect();
    let file_of =
        |names: &[String]| (1..=names.len()).rev().find_map(|length| files.get(&names[..length]).copied());
    let mut uses = BTreeMap::new();
    for (file, text) in sources {
        let module = module_of(file);
        let named = paths(&tokens(text)).into_iter().filter_map(|path| {
            let names = resolve(&path, &module);
            let child = || {
                file_of(&[module.as_slice(), &names].concat())
                    .filter(|child| module_of(child).len() > module.len())
            };
            if names[0] == "crate" { file_of(&names[1..]) } else { child() }
        });
        let named =
            named.filter(|named| !is_front_of(file, named) && !is_front_of(named, file) && named != file);
        uses.insert(file.as_str(), named.collect());
    }
    uses
}

/// Whether `front` is the `mod.rs` of a folder that `file` is in.
fn is_front_of(front: &str, file: &str) -> bool {
    let module = module_of(front);
    module_of(file).starts_with(&module)
}

fn reach<'a>(from: &str, uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = uses[from].iter().copied().collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(uses.get(file).into_iter().flatten());
        }
    }
    reached
}
