"""BibLaTeX's `langid` names (those of babel and polyglossia) to BCP 47 tags, and back."""

from __future__ import annotations

BCP47: dict[str, str] = {
    "afrikaans": "af",
    "american": "en-US",
    "arabic": "ar",
    "australian": "en-AU",
    "austrian": "de-AT",
    "basque": "eu",
    "brazil": "pt-BR",
    "brazilian": "pt-BR",
    "british": "en-GB",
    "bulgarian": "bg",
    "canadian": "en-CA",
    "canadien": "fr-CA",
    "catalan": "ca",
    "chinese": "zh",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "estonian": "et",
    "finnish": "fi",
    "french": "fr",
    "galician": "gl",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "icelandic": "is",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "latin": "la",
    "latvian": "lv",
    "lithuanian": "lt",
    "ngerman": "de",
    "norsk": "nb",
    "nynorsk": "nn",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovene": "sl",
    "slovenian": "sl",
    "spanish": "es",
    "swedish": "sv",
    "swissgerman": "de-CH",
    "thai": "th",
    "turkish": "tr",
    "ukenglish": "en-GB",
    "ukrainian": "uk",
    "usenglish": "en-US",
    "vietnamese": "vi",
}


def language_tag(text: str) -> str:
    """The tag for a language's babel name; any other text as it is."""
    return BCP47.get(text.strip().lower(), text.strip())


_LANGID = {tag: name for name, tag in reversed(BCP47.items())}
_LANGID["de"] = "ngerman"


def langid(tag: str) -> str | None:
    """The `langid` for a tag (`english` for `en`), None where there is none."""
    return _LANGID.get(tag)


_TWO_LETTERS: dict[str, str] = dict(
    pair.split("=")
    for pair in """
    afr=af alb=sq ara=ar baq=eu bul=bg cat=ca ces=cs chi=zh cze=cs dan=da deu=de dut=nl ell=el eng=en
    est=et eus=eu fas=fa fin=fi fra=fr fre=fr ger=de glg=gl gre=el heb=he hin=hi hrv=hr hun=hu ice=is
    ind=id isl=is ita=it jpn=ja kor=ko lat=la lav=lv lit=lt mac=mk may=ms mkd=mk msa=ms nld=nl nno=nn
    nob=nb nor=no per=fa pol=pl por=pt ron=ro rum=ro rus=ru slk=sk slo=sk slv=sl spa=es sqi=sq srp=sr
    swe=sv tha=th tur=tr ukr=uk urd=ur vie=vi zho=zh
    """.split()
)
"""ISO 639-2 codes, those for bibliographies and those for terminology, to ISO 639-1."""


def tag_of_code(code: str) -> str:
    """The tag for a language's ISO 639-2 code (`en` for `eng`); any other text as it is."""
    return _TWO_LETTERS.get(code.strip().lower(), code.strip())
