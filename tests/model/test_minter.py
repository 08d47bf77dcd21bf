"""The keys made from names."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from slugify import slugify

from commonplace.model.minter import slug

ASCII = st.text(st.characters(max_codepoint=127))


@given(ASCII | st.text() | st.text("aB1,' -_&;#x3") | st.text("aB1,'’‘‚é\u0301ßŒ½＆&;#x3 –"))
@example("L’été d'Œuvres, 1,000½ – ‘ß’")
@example("＃ ＆amp; Söhne &amp; ＇90s")
@example("1,000 ways, and 2,000'000")
@example("O'Neill's '90s -- AT&T; &#39; &amp;")
@example("1,,2 1,a a,1 1',2")
def test_a_key_is_what_slugify_makes_of_the_name(name: str) -> None:
    """Also where it is made without it: keys are in every log there is."""
    made = slugify(name, backend="text-unidecode")
    assert slug(name) == made if made else slug(name).startswith("x")


def test_a_key_has_no_accents_and_is_never_empty() -> None:
    assert slug("Éléonore  Ñandú") == "eleonore-nandu"
    assert slug("?") != slug("!")
