//! What makes a text shorter than it looks: repetitions, and runs of neighbours in an alphabet or on a keyboard.

/// Neighbours stand beside each other here; where a row ends that people go on from, its beginning follows.
const ROWS: &[&str] = &[
    "12345678901",
    "abcdefghijklmnopqrstuvwxyza",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    // German and French keyboards.
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    // The same without letters.
    "!@#$%^&*()_+",
    "!\"§$%&/()=?",
    // Down the keyboard.
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    // Russian keyboard and alphabet.
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
];
/// How many in a row make a run.
const RUN: usize = 3;
/// Looked no further, so that a long text costs little.
const LONGEST_RUN: usize = 64;
/// What a run is worth: where it starts, and where it ends.
const RUN_WORTH: usize = 2;

/// How many characters from the first on are the same, or neighbours in one direction; 1 if it is no run.
pub fn run(text: &[char]) -> usize {
    let Some(first) = text.first() else { return 0 };
    let text = &text[..text.len().min(LONGEST_RUN)];
    let same = text.iter().take_while(|character| *character == first).count();
    let rows = ROWS.iter().map(|row| {
        let follows = |a: char, b: char| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (a, b));
        let forwards = text.windows(2).take_while(|pair| follows(pair[0], pair[1])).count();
        let backwards = text.windows(2).take_while(|pair| follows(pair[1], pair[0])).count();
        Ord::max(forwards, backwards) + 1
    });
    let longest = rows.fold(same, Ord::max);
    if longest >= RUN { longest } else { 1 }
}

/// How many characters a text is worth when doublings and runs are taken for what they are; counted no further
/// than `enough`. Characters beyond ASCII count twice: there are far more to choose from.
pub fn worth(text: &[char], enough: usize) -> usize {
    let mut once = text.to_vec();
    once.dedup();
    let mut rest = &once[..];
    let mut sum = 0;
    while let Some(first) = rest.first() {
        let run = run(rest);
        sum += match run {
            1 if first.is_ascii() => 1,
            _ => RUN_WORTH,
        };
        if sum >= enough {
            return sum;
        }
        rest = &rest[run..];
    }
    sum
}

/// The same for two texts whose characters take turns (`1q2w3e4r`), if that is less.
pub fn worth_by_turns(text: &[char], enough: usize) -> usize {
    let half = |start: usize| text.iter().copied().skip(start).step_by(2).collect::<Vec<_>>();
    let turns = worth(&half(0), enough) + worth(&half(1), enough);
    Ord::min(worth(text, enough), turns)
}

/// What a text repeats, if it is nothing but a repetition; else the text.
pub fn root(text: &[char]) -> &[char] {
    // Knuth, Morris and Pratt: the longest beginning that is also the end.
    let mut borders = vec![0; text.len()];
    let mut border = 0;
    for end in 1..text.len() {
        while border > 0 && text[end] != text[border] {
            border = borders[border - 1];
        }
        if text[end] == text[border] {
            border += 1;
        }
        borders[end] = border;
    }
    let period = text.len() - borders.last().copied().unwrap_or(0);
    if period * 2 <= text.len() { &text[..period] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn runs_and_doublings_are_worth_little() {
        for (text, expected) in [
            ("", 0),
            ("aaaaaaaaaaaa", 1),
            ("123456789012", 2),
            ("qwertyuiop12", 4),
            ("zyxwvutsrqpo", 2),
            ("112233445566", 2),
            ("aaaaaabbbbbb", 2),
            ("yxcvbnmasdfg", 4),
            ("ьыъщшчц", 2),
            ("🔑🐎🔋", 6),
            ("horse", 5),
        ] {
            assert_eq!(worth(&chars(text), 99), expected, "{text}");
        }
        assert!(worth_by_turns(&chars("1q2w3e4r5t6y"), 99) <= 4);
        assert_eq!(worth(&chars(&"ah".repeat(500)), 6), 6, "it stops when it is enough");
    }

    #[test]
    fn repetitions_have_a_root() {
        for (text, expected) in [
            ("abcabcab", "abc"),
            ("passwordpassword", "password"),
            ("aaaa", "a"),
            ("abcab", "abcab"),
            ("", ""),
        ] {
            assert_eq!(root(&chars(text)), chars(expected), "{text}");
        }
    }
}
