"""Turn BibLaTeX's `langid` names (those of babel and polyglossia) into BCP 47 tags, and back."""

from __future__ import annotations

import re

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


_OTHER_NAMES: dict[str, str] = dict(
    pair.split("=")
    for pair in """
    acadian=fr-CA albanian=sq armenian=hy belarusian=be bengali=bn breton=br esperanto=eo farsi=fa francais=fr
    frenchb=fr georgian=ka germanb=de hindi=hi indonesian=id bahasa=id irish=ga kannada=kn khmer=km kurdish=ku
    lao=lo lowersorbian=dsb macedonian=mk magyar=hu malay=ms malayalam=ml marathi=mr mexican=es-MX mongolian=mn
    naustrian=de-AT newzealand=en-NZ norwegian=no nswissgerman=de-CH occitan=oc persian=fa piedmontese=pms
    polutonikogreek=el portuges=pt romansh=rm samin=se sanskrit=sa scottish=gd serbianc=sr swissfrench=fr-CH
    swissitalian=it-CH syriac=syc tamil=ta telugu=te turkmen=tk uppersorbian=hsb urdu=ur welsh=cy
    deutsch=de français=fr español=es castellano=es italiano=it nederlands=nl português=pt русский=ru svenska=sv
    dansk=da suomi=fi polski=pl čeština=cs
    """.split()
)
"""Names of languages that are read and not written: babel's older ones, rarer languages, and some of their own."""

_BETWEEN = re.compile(r"\s+and\s+|\s*[;,/]\s*")


def language_tag(text: str) -> str:
    """Return the tag for a language by its babel name, BibLaTeX's key (`langfrench`), its own name or its ISO 639 code.

    Of several languages it is that of the first; any other text comes back as it is.
    """
    text = text.strip()
    for name in (text, _BETWEEN.split(text, maxsplit=1)[0]):
        if (tag := _tag(name.lower())) is not None:
            return tag
    return _LOCALE.sub(r"\1-\2", text)


def _tag(name: str) -> str | None:
    known = BCP47.get(name) or _OTHER_NAMES.get(name) or _TWO_LETTERS.get(name)
    return _tag(name[4:]) if known is None and name.startswith("lang") else known


_LANGID = {tag: name for name, tag in reversed(BCP47.items())}
_LANGID["de"] = "ngerman"
_LANGID_IN_SMALL_LETTERS = {tag.lower(): name for tag, name in _LANGID.items()}


def langid(tag: str) -> str | None:
    """Return the `langid` for a tag (`english` for `en`), None where there is none."""
    return _LANGID.get(tag) or _LANGID_IN_SMALL_LETTERS.get(tag)


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


_LOCALE = re.compile(r"^([a-z]{2})_([A-Z]{2})$")
"""`en_US`, as operating systems write a language."""


def tag_of_code(code: str) -> str:
    """Return the tag for a language's ISO 639-2 code (`en` for `eng`); any other text as it is."""
    return _TWO_LETTERS.get(code.strip().lower(), code.strip())
