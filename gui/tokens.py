"""Design tokens: every colour, distance, type size and radius of the window; nothing else may name one.

Style sheets (`resources/styles`), icons and charts all read these. No Qt in here, so anything may import it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Every distance is a multiple of half of it.
GRID = 8
HALF = GRID // 2
ROW_HEIGHT = 32
ROW_HEIGHT_TALL = 56
CONTROL_HEIGHT = 32
HEADER_HEIGHT = 64
SIDEBAR_WIDTH = 200
SIDEBAR_WIDTH_NARROW = 56
# Width of the window at which only the icons stay.
SIDEBAR_COLLAPSES_BELOW = 1120
DETAILS_WIDTH = 380
ICON = 18

RADIUS_SMALL = 4
RADIUS = 6
RADIUS_LARGE = 10

TYPE_CAPTION = 11
TYPE_SMALL = 12
TYPE_BODY = 13
TYPE_SUBTITLE = 15
TYPE_TITLE = 20
TYPE_FIGURE = 22

FONT_FAMILIES = (
    "Inter",
    "SF Pro Text",
    "Segoe UI Variable Text",
    "Segoe UI",
    "Noto Sans",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei UI",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
)
MONO_FAMILIES = (
    "JetBrains Mono",
    "SF Mono",
    "Cascadia Mono",
    "Consolas",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)

# Okabe and Ito's palette, in an order whose neighbours stay apart for every kind of colour blindness
# (https://jfly.uni-koeln.de/color/); black is left out because it is the text's, yellow because white hides
# it.
SERIES_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B38600", "#3F9BD1", "#7A5195", "#6B7280")
SERIES_DARK = ("#56B4E9", "#F28E4B", "#2CC295", "#E09CC4", "#E6C229", "#8FC9F0", "#B694D6", "#9CA3AF")

# From little to much, and told apart by who sees colours otherwise: lightness changes evenly, as in the maps of van der
# Walt and Smith. On dark ground it begins where the ground ends.
SCALE_LIGHT = (
    "#FDE725",
    "#B5DE2B",
    "#6CCD5A",
    "#35B779",
    "#1F9E89",
    "#26828E",
    "#31688E",
    "#3E4A89",
    "#482878",
    "#440154",
)
SCALE_DARK = (
    "#5B3A8C",
    "#4F5AA0",
    "#3F74A0",
    "#338AA0",
    "#2BA199",
    "#33B787",
    "#5CCB6B",
    "#97D83E",
    "#CFE11C",
    "#FDE725",
)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as ``#RRGGBB``."""

    name: str
    # Behind everything.
    canvas: str
    # Cards, tables, fields.
    surface: str
    # Menus, tool tips, toasts.
    raised: str
    # Side bar, table heads, code.
    sunken: str
    hover: str
    selected: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    # What was proven: the best trial, and only that.
    gold: str
    gold_soft: str
    plot_grid: str
    shadow: str
    series: tuple[str, ...]
    # Ten colours from little to much.
    scale: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether the theme is light text on a dark ground."""
        return self.name == "dark"


LIGHT = Palette(
    name="light",
    canvas="#F6F7F8",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#EEF0F2",
    hover="#F1F3F5",
    selected="#E6EEFB",
    border="#E2E5E9",
    border_strong="#CBD0D7",
    text="#1A1D21",
    muted="#5B636E",
    faint="#7B838E",
    accent="#2459C9",
    accent_hover="#1D4BAE",
    accent_pressed="#173E92",
    on_accent="#FFFFFF",
    accent_soft="#E6EEFB",
    good="#0B7A5C",
    good_soft="#DFF3EC",
    warning="#94600A",
    warning_soft="#FBF0DA",
    bad="#BF3420",
    bad_soft="#FBE6E2",
    gold="#B07D12",
    gold_soft="#F8EFD8",
    plot_grid="#E7EAED",
    shadow="#1A1D21",
    series=SERIES_LIGHT,
    scale=SCALE_LIGHT,
)

DARK = Palette(
    name="dark",
    canvas="#131519",
    surface="#1B1E23",
    raised="#262A31",
    sunken="#17191E",
    hover="#24282F",
    selected="#22304D",
    border="#2B3038",
    border_strong="#414853",
    text="#E8EAED",
    muted="#A2A9B4",
    faint="#7F8793",
    accent="#7EA6FF",
    accent_hover="#97B7FF",
    accent_pressed="#6A94F2",
    on_accent="#0E1626",
    accent_soft="#22304D",
    good="#3CC99B",
    good_soft="#15372E",
    warning="#E8B35A",
    warning_soft="#3A2E17",
    bad="#FF8A75",
    bad_soft="#43231E",
    gold="#EBC35B",
    gold_soft="#3A3119",
    plot_grid="#2A2F37",
    shadow="#000000",
    series=SERIES_DARK,
    scale=SCALE_DARK,
)

PALETTES = {"light": LIGHT, "dark": DARK}
