//! Names that imitate a brand, made as those who register them make them. Written apart from what catches them and
//! without a look at its lists; deterministic.

use std::collections::BTreeSet;

/// A generated name and the kind of trick.
pub(crate) struct Imitation {
    pub(crate) kind: &'static str,
    pub(crate) domain: String,
}

/// Suffixes the names are put under, in turn.
const SUFFIXES: [&str; 12] =
    ["com", "net", "org", "co", "info", "online", "site", "top", "xyz", "shop", "com.br", "co.uk"];
/// Hosts where anybody may take a name.
const HOSTING: [&str; 12] = [
    "web.app",
    "pages.dev",
    "firebaseapp.com",
    "github.io",
    "netlify.app",
    "vercel.app",
    "herokuapp.com",
    "blogspot.com",
    "workers.dev",
    "azurewebsites.net",
    "weebly.com",
    "r2.dev",
];
/// Words that those who phish put beside a name.
const WORDS: &[&str] = &[
    "login",
    "signin",
    "secure",
    "security",
    "account",
    "accounts",
    "verify",
    "verification",
    "support",
    "help",
    "service",
    "services",
    "billing",
    "payment",
    "payments",
    "pay",
    "invoice",
    "refund",
    "wallet",
    "bonus",
    "reward",
    "promo",
    "gift",
    "update",
    "confirm",
    "alert",
    "alerts",
    "notice",
    "team",
    "online",
    "mail",
    "email",
    "portal",
    "center",
    "my",
    "app",
    "id",
    "auth",
    "sso",
    "unlock",
    "recovery",
    "reset",
    "password",
    "safe",
    "official",
    "jobs",
    "careers",
    "talent",
    "admin",
    "info",
    "customer",
    "delivery",
    "parcel",
    "tracking",
    "seguro",
    "conta",
    "cuenta",
    "acesso",
    "acceso",
    "cliente",
    "clientes",
    "rastreio",
    "entrega",
    "pagamento",
    "konto",
    "sicherheit",
    "kunde",
    "kundenservice",
    "paket",
    "rechnung",
    "anmelden",
    "compte",
    "connexion",
    "securite",
    "colis",
    "livraison",
    "verificar",
    "atualizacao",
    "mijn",
    "klant",
    "betaling",
    "accesso",
    "conto",
    "hesap",
];
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
/// Keys beside each other.
const BESIDE: [(char, &str); 26] = [
    ('q', "12wa"),
    ('w', "3esaq2"),
    ('e', "4rdsw3"),
    ('r', "5tfde4"),
    ('t', "6ygfr5"),
    ('y', "7uhgt6"),
    ('u', "8ijhy7"),
    ('i', "9okju8"),
    ('o', "0plki9"),
    ('p', "lo0"),
    ('a', "qwsz"),
    ('s', "edxzaw"),
    ('d', "rfcxse"),
    ('f', "tgvcdr"),
    ('g', "yhbvft"),
    ('h', "ujnbgy"),
    ('j', "ikmnhu"),
    ('k', "olmji"),
    ('l', "kop"),
    ('z', "asx"),
    ('x', "zsdc"),
    ('c', "xdfv"),
    ('v', "cfgb"),
    ('b', "vghn"),
    ('n', "bhjm"),
    ('m', "njk"),
];
/// Letters that look like a Latin one.
const GLYPHS: [(char, &[&str]); 26] = [
    ('a', &["á", "à", "â", "ä", "ã", "å", "ā", "ă", "ą", "ạ", "ả", "ɑ", "а", "4"]),
    ('b', &["ḃ", "ḅ", "ƀ", "ɓ", "Ь", "ʙ", "8"]),
    ('c', &["ç", "ć", "č", "ċ", "ĉ", "с", "ƈ"]),
    ('d', &["ď", "đ", "ḍ", "ɗ", "ɖ", "ԁ", "cl"]),
    ('e', &["é", "è", "ê", "ë", "ē", "ĕ", "ė", "ę", "ě", "ẹ", "ẽ", "е", "ɛ", "3"]),
    ('f', &["ƒ", "ḟ"]),
    ('g', &["ğ", "ģ", "ġ", "ĝ", "ɡ", "ɢ", "9"]),
    ('h', &["ĥ", "ħ", "ḥ", "һ"]),
    ('i', &["í", "ì", "î", "ï", "ī", "ĭ", "ı", "ị", "і", "1", "l"]),
    ('j', &["ĵ", "ј", "ʝ"]),
    ('k', &["ķ", "ḳ", "ƙ", "к"]),
    ('l', &["ĺ", "ļ", "ľ", "ł", "ḷ", "ɫ", "ӏ", "1", "i"]),
    ('m', &["ṁ", "ṃ", "ɱ", "м", "rn", "nn"]),
    ('n', &["ñ", "ń", "ň", "ņ", "ṅ", "ṇ", "ŋ", "ո"]),
    ('o', &["ó", "ò", "ô", "ö", "õ", "ō", "ő", "ø", "ọ", "о", "ο", "օ", "0"]),
    ('p', &["ṕ", "ṗ", "ƥ", "р"]),
    ('q', &["ʠ", "ԛ"]),
    ('r', &["ŕ", "ř", "ŗ", "ṛ", "ɼ"]),
    ('s', &["ś", "š", "ş", "ș", "ṣ", "ѕ", "5"]),
    ('t', &["ţ", "ť", "ŧ", "ț", "ṭ", "т", "7"]),
    ('u', &["ú", "ù", "û", "ü", "ũ", "ū", "ů", "ű", "ų", "υ", "ս"]),
    ('v', &["ṽ", "ṿ", "ѵ", "ν"]),
    ('w', &["ŵ", "ẁ", "ẃ", "ẅ", "ԝ", "vv"]),
    ('x', &["х", "ẋ"]),
    ('y', &["ý", "ÿ", "ŷ", "ỳ", "у", "ү"]),
    ('z', &["ź", "ž", "ż", "ẓ"]),
];
/// What a whole word is written with in Cyrillic letters.
const CYRILLIC: [(char, char); 20] = [
    ('a', 'а'),
    ('c', 'с'),
    ('d', 'ԁ'),
    ('e', 'е'),
    ('h', 'һ'),
    ('i', 'і'),
    ('j', 'ј'),
    ('k', 'к'),
    ('l', 'ӏ'),
    ('m', 'м'),
    ('n', 'п'),
    ('o', 'о'),
    ('p', 'р'),
    ('q', 'ԛ'),
    ('s', 'ѕ'),
    ('t', 'т'),
    ('u', 'ц'),
    ('w', 'ԝ'),
    ('x', 'х'),
    ('y', 'у'),
];

/// All imitations of `name` (lower case, without blanks), without those in `real`, which are words of their own.
pub(crate) fn of(name: &str, real: &[&str]) -> Vec<Imitation> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let mut turn = 0;
    for (kind, labels) in kinds(name) {
        for label in labels {
            // What has a dot is a whole host; a bare label is put under a suffix.
            let domain = if label.contains('.') {
                label.clone()
            } else {
                format!("{label}.{}", SUFFIXES[turn % SUFFIXES.len()])
            };
            turn += 1;
            if label != name && !real.contains(&label.as_str()) && seen.insert(label) {
                all.push(Imitation { kind, domain });
            }
        }
    }
    all
}

fn kinds(name: &str) -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("addition", LETTERS.chars().chain('0'..='9').map(|c| format!("{name}{c}")).collect()),
        ("bit flip", bit_flips(name)),
        ("omission", each(name, |before, _, after| vec![format!("{before}{after}")])),
        ("repetition", each(name, |before, c, after| vec![format!("{before}{c}{c}{after}")])),
        ("exchange", exchanges(name)),
        ("neighbouring key", each(name, |b, c, a| beside(c).map(|k| format!("{b}{k}{a}")).collect())),
        ("insertion", insertions(name)),
        ("vowel swap", vowel_swaps(name)),
        ("plural", (2..name.len()).map(|i| format!("{}s{}", &name[..i], &name[i..])).collect()),
        ("hyphen", (1..name.len()).map(|i| format!("{}-{}", &name[..i], &name[i..])).collect()),
        ("look-alike letter", glyphs(name)),
        ("two look-alike letters", glyph_pairs(name)),
        ("Cyrillic", cyrillic(name)),
        ("other suffix", other_suffixes(name)),
        ("word with a dash", words(name, "-")),
        ("word without a dash", words(name, "")),
        ("word and figures", words_and_figures(name)),
        ("word and a stranger", words_and_strangers(name)),
        ("word on free hosting", words_on_hosting(name)),
        ("two words", two_words(name)),
        (
            "figures",
            (1..=9).flat_map(|n| [format!("{name}{n}{n}"), format!("{n}{name}"), format!("{name}-{n}")]).collect(),
        ),
        ("dot lost", dots_lost(name)),
        ("in front of a stranger", in_front(name)),
        ("free hosting", hosting(name)),
        ("look-alike beside a word", doubled(name)),
        ("no suffix", vec![format!("{name}.")]),
    ]
}

/// For each letter, what `make` writes of the text before it, itself and the text behind it.
fn each(name: &str, make: impl Fn(&str, char, &str) -> Vec<String>) -> Vec<String> {
    name.char_indices().flat_map(|(i, c)| make(&name[..i], c, &name[i + 1..])).collect()
}

fn beside(c: char) -> impl Iterator<Item = char> {
    BESIDE.iter().find(|(key, _)| *key == c).map_or("", |(_, keys)| keys).chars()
}

fn bit_flips(name: &str) -> Vec<String> {
    let flips = |c: char| (0..8).map(move |bit| char::from(c as u8 ^ 1 << bit)).filter(|c| c.is_ascii_lowercase());
    each(name, |before, c, after| flips(c).map(|f| format!("{before}{f}{after}")).collect())
}

fn exchanges(name: &str) -> Vec<String> {
    (1..name.len())
        .map(|i| format!("{}{}{}{}", &name[..i - 1], &name[i..=i], &name[i - 1..i], &name[i + 1..]))
        .collect()
}

/// A key that a finger hits with another.
fn insertions(name: &str) -> Vec<String> {
    let inner = name.char_indices().skip(1).take(name.len() - 2);
    inner
        .flat_map(|(i, c)| {
            beside(c).flat_map(move |k| {
                [format!("{}{k}{}", &name[..i], &name[i..]), format!("{}{k}{}", &name[..=i], &name[i + 1..])]
            })
        })
        .collect()
}

fn vowel_swaps(name: &str) -> Vec<String> {
    let vowels = "aeiou";
    each(name, |b, c, a| {
        let others = vowels.chars().filter(|v| vowels.contains(c) && *v != c);
        others.map(|v| format!("{b}{v}{a}")).collect()
    })
}

fn glyphs_of(c: char) -> &'static [&'static str] {
    GLYPHS.iter().find(|(letter, _)| *letter == c).map_or(&[], |(_, glyphs)| glyphs)
}

fn glyphs(name: &str) -> Vec<String> {
    each(name, |b, c, a| glyphs_of(c).iter().map(|g| format!("{b}{g}{a}")).collect())
}

/// Two letters at once; every second look-alike, they are many.
fn glyph_pairs(name: &str) -> Vec<String> {
    let mut pairs = Vec::new();
    for (i, c) in name.char_indices() {
        for (j, d) in name.char_indices().skip(i + 1) {
            for g in glyphs_of(c).iter().step_by(2) {
                for h in glyphs_of(d).iter().step_by(2) {
                    pairs.push(format!("{}{g}{}{h}{}", &name[..i], &name[i + 1..j], &name[j + 1..]));
                }
            }
        }
    }
    pairs.into_iter().take(500).collect()
}

/// Each letter that has a Cyrillic double, and all of them.
fn cyrillic(name: &str) -> Vec<String> {
    let double = |c: char| CYRILLIC.iter().find(|(latin, _)| *latin == c).map_or(c, |(_, c)| *c);
    let mut words = each(name, |b, c, a| vec![format!("{b}{}{a}", double(c))]);
    words.push(name.chars().map(double).collect());
    words.extend((1..name.len()).map(|i| name[..i].chars().map(double).chain(name[i..].chars()).collect::<String>()));
    words
}

fn other_suffixes(name: &str) -> Vec<String> {
    let suffixes =
        ["net", "org", "info", "biz", "us", "eu", "de", "fr", "it", "es", "nl", "ru", "cn", "in", "top", "xyz", "icu"];
    let more = [
        "online", "shop", "app", "dev", "support", "help", "services", "co.uk", "com.au", "com.mx", "co.jp", "com.tr",
        "club",
    ];
    suffixes.iter().chain(&more).map(|s| format!("{name}.{s}")).collect()
}

fn words(name: &str, dash: &str) -> Vec<String> {
    WORDS.iter().flat_map(|w| [format!("{name}{dash}{w}"), format!("{w}{dash}{name}")]).collect()
}

fn words_and_figures(name: &str) -> Vec<String> {
    WORDS
        .iter()
        .zip(1..)
        .flat_map(|(w, n)| [format!("{name}-{w}{n}"), format!("{name}{w}{n}"), format!("{n}-{w}-{name}")])
        .collect()
}

fn words_and_strangers(name: &str) -> Vec<String> {
    let hosts = |w: &str| {
        [
            format!("{w}.{name}.evil.example"),
            format!("{name}-{w}.mailer-hub.net"),
            format!("{name}.com.{w}-session.top"),
        ]
    };
    WORDS.iter().flat_map(|w| hosts(w)).collect()
}

fn words_on_hosting(name: &str) -> Vec<String> {
    let hosts = WORDS.iter().zip(HOSTING.iter().cycle());
    hosts.flat_map(|(w, host)| [format!("{name}-{w}.{host}"), format!("{w}{name}.{host}")]).collect()
}

fn two_words(name: &str) -> Vec<String> {
    let pairs = WORDS.iter().zip(WORDS.iter().skip(7)).step_by(2);
    pairs
        .flat_map(|(a, b)| {
            [format!("{a}{name}{b}"), format!("{a}-{name}-{b}"), format!("{name}{a}{b}"), format!("{name}-{a}-{b}")]
        })
        .collect()
}

fn dots_lost(name: &str) -> Vec<String> {
    let joined = [
        "www{}",
        "{}com",
        "www-{}",
        "{}-com",
        "www{}com",
        "mail{}",
        "m-{}",
        "login{}com",
        "web{}",
        "smtp{}",
        "www-{}-com",
    ];
    joined.iter().map(|pattern| pattern.replace("{}", name)).collect()
}

fn in_front(name: &str) -> Vec<String> {
    let strangers = ["mailer-hub.net", "evil.example", "promo-site.top", "cdn77-host.com.br", "bakery.co.uk"];
    let fronts = [
        "{}",
        "{}.com",
        "www.{}.com",
        "login.{}",
        "{}.login",
        "secure-{}",
        "{}-account",
        "www.{}.com.session.id",
        "{}login",
    ];
    let hosts = strangers.iter().flat_map(|s| fronts.iter().map(move |f| format!("{}.{s}", f.replace("{}", name))));
    hosts.collect()
}

fn hosting(name: &str) -> Vec<String> {
    let labels = ["{}", "{}-login", "{}login", "my-{}", "secure{}", "{}-support-24"];
    HOSTING.iter().flat_map(|h| labels.iter().map(move |l| format!("{}.{h}", l.replace("{}", name)))).collect()
}

/// A look-alike or a slip, and a word beside it.
fn doubled(name: &str) -> Vec<String> {
    let disguised = each(name, |b, c, a| glyphs_of(c).iter().step_by(4).map(|g| format!("{b}{g}{a}")).collect());
    let slips = exchanges(name).into_iter().skip(1).chain(vowel_swaps(name).into_iter().skip(4)).chain(disguised);
    let pairs = slips.zip(WORDS.iter().cycle());
    pairs.flat_map(|(slip, word)| [format!("{slip}-{word}"), format!("{word}-{slip}")]).collect()
}
