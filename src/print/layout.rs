//! What can be printed, and how it looks.

/// Declares an enumeration of words, the same in addresses, on the command line and in templates.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
                 utoipa::ToSchema)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let words = Self::ALL.iter().map(|one| one.as_str());
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| words.collect::<Vec<_>>().join(", "))
            }
        }
    };
}
pub(super) use words;

words!(
    /// What is printed, and on what.
    Layout {
        /// A sign for the counter, 148 × 210 mm.
        A5 = "a5",
        /// A card, 105 × 148 mm.
        A6 = "a6",
        /// A square sticker, 66 × 66 mm.
        Sticker = "sticker",
        /// A picture of 4:5 for a phone, 1080 × 1350 px.
        Picture = "picture",
        /// Two signs on an A4 page, with marks where to cut.
        A5OnA4 = "a5_on_a4",
        /// Four cards on an A4 page.
        A6OnA4 = "a6_on_a4",
        /// Twelve stickers on an A4 page.
        StickerOnA4 = "sticker_on_a4",
    }
);

words!(
    /// How it looks.
    Style {
        /// In the market's colour.
        Colour = "colour",
        /// Black on white, without greys: for cheap printers.
        Mono = "mono",
        /// Black, larger, only what must be read: for weak eyes and dark places.
        Contrast = "contrast",
    }
);

impl Layout {
    /// The template of one piece.
    pub(super) const fn piece(self) -> &'static str {
        match self {
            Self::A5 | Self::A5OnA4 => "a5",
            Self::A6 | Self::A6OnA4 => "a6",
            Self::Sticker | Self::StickerOnA4 => "sticker",
            Self::Picture => "picture",
        }
    }

    /// Whether several pieces share an A4 page.
    pub(super) const fn is_on_a4(self) -> bool {
        matches!(self, Self::A5OnA4 | Self::A6OnA4 | Self::StickerOnA4)
    }

    /// Dots an inch of its PNG; the picture's page is 540 × 675 pt.
    #[must_use]
    pub const fn dpi(self) -> u16 {
        match self {
            Self::Picture => 144,
            _ => 300,
        }
    }
}
