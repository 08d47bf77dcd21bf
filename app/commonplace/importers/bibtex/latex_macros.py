"""List what macros mean in a bibliography, where the LaTeX library has no text for them."""

from __future__ import annotations

FONTS = frozenset(
    """
    emph textit textbf textsl textsc textsf texttt textrm textup textmd textnormal textmtsy mbox hbox
    text textulc underline uline mkbibemph mkbibbold
    mkbibitalic mkbibparens it bf sl sc sf tt rm em itshape bfseries slshape scshape sffamily ttfamily rmfamily upshape
    mdseries normalfont tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
    smc ssf slc sltt slnine ninesmc eightrm protect relax ignorespaces unskip noindent bgroup egroup
    raggedright nolinebreak allowbreak nobreak smash llap rlap leavevmode hfil hfill selectlanguage
    acro acrosl plain bibstring nolinkurl acronym ensuremathtext aftergroup cs cmd
    """.split()
)
"""Macros that change how text looks and add none: their argument, if any, stays."""

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
_GREEK = "αβγδεζηθικλµνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"

SYMBOLS = {
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "LaTeXe": "LaTeX2ε",
    "BibTeX": "BibTeX",
    "XeTeX": "XeTeX",
    "XeLaTeX": "XeLaTeX",
    "LuaTeX": "LuaTeX",
    "LuaLaTeX": "LuaLaTeX",
    "pdfTeX": "pdfTeX",
    "eTeX": "eTeX",
    "ConTeXt": "ConTeXt",
    "CONTEXT": "ConTeXt",
    "AmS": "AMS",
    "AMS": "AMS",
    "AmSTeX": "AmSTeX",
    "AmSLaTeX": "AmSLaTeX",
    "AllTeX": "(La)TeX",
    "La": "La",
    "METAFONT": "METAFONT",
    "METAPOST": "MetaPost",
    "MF": "METAFONT",
    "MP": "MetaPost",
    "MetaPost": "MetaPost",
    "PiC": "PiC",
    "PiCTeX": "PiCTeX",
    "PS": "PostScript",
    "PDF": "PDF",
    "XML": "XML",
    "SGML": "SGML",
    "HTML": "HTML",
    "CTAN": "CTAN",
    "TUG": "TUG",
    "TUB": "TUGboat",
    "SliTeX": "SliTeX",
    "LyX": "LyX",
    "WEB": "WEB",
    "VAX": "VAX",
    "UNIX": "UNIX",
    "DVI": "DVI",
    "DVD": "DVD",
    "GNU": "GNU",
    "Dash": "—",
    "dash": "–",
    "slash": "/",
    "bs": "\\",
    "thinspace": " ",
    "enspace": " ",
    "quad": " ",
    "qquad": " ",
    "space": " ",
    "newline": " ",
    "linebreak": " ",
    "break": " ",
    "par": " ",
    "textvisiblespace": "␣",
    "textbraceleft": "{",
    "textbraceright": "}",
    "lbrace": "{",
    "rbrace": "}",
    "textquotesingle": "'",
    "textquotedbl": '"',
    "textasciigrave": "`",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textbardbl": "‖",
    "textunderscore": "_",
    "textdollar": "$",
    "textsection": "§",
    "textnumero": "№",
    "textperthousand": "‰",
    "textohm": "Ω",
    "textcelsius": "℃",
    "textonehalf": "½",
    "textonequarter": "¼",
    "textthreequarters": "¾",
    "bibrangedash": "–",
    "hyphen": "-",
    "textminus": "−",
    "S": "§",
    "P": "¶",
    "pounds": "£",
    "euro": "€",
    "EUR": "€",
    "copyright": "©",
    "dag": "†",
    "ddag": "‡",
    "degree": "°",
    "textdegree": "°",
    "textperiodcentered": "·",
    "glqq": "„",
    "grqq": "“",
    "glq": "‚",
    "grq": "‘",
    "flqq": "«",
    "frqq": "»",
    "flq": "‹",
    "frq": "›",
    "og": "«",
    "fg": "»",
    "OHORN": "Ơ",
    "ohorn": "ơ",
    "UHORN": "Ư",
    "uhorn": "ư",
    "textcrh": "ħ",
    "textcrd": "đ",
    "cprime": "ʹ",
    "cdprime": "ʺ",
    "xspace": "",
    "nobreakdash": "",
    "circledR": "®",
    "textvertline": "|",
    **{f"text{name}": letter for name, letter in zip(_GREEK_NAMES, _GREEK, strict=True)},
    "ordinalfeminine": "ª",
    "textordfeminine": "ª",
    "textordmasculine": "º",
}
"""Macros without an argument, to the text they print."""

COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "h": "\u0309",
    "G": "\u030f",
    "U": "\u030e",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "textcommabelow": "\u0326",
}
"""Accent macros to the combining character that follows the letter."""

DOT_STAYS = frozenset("cdbk")
"""Accents below the letter: a dotless i under them stays dotless."""

BARE_ACCENT = {"`": "`", "'": "'", "^": "^", "~": "~", "=": "¯", ".": "˙", '"': '"'}
"""What an accent over nothing prints."""

CONTROL_SYMBOLS = {
    " ": " ",
    "\n": " ",
    "\t": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    "/": "",
    "-": "",
    "@": "",
    "\\": " ",
    "(": "(",
    ")": ")",
}
"""One-character macros that do not print their character."""

SUPERSCRIPTS = str.maketrans("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
