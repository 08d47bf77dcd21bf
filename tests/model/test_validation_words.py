"""What is wrong with a parameter or a body, by the type of Pydantic's error."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import core_schema

from commonplace.errors import Message
from commonplace.model.validation_words import OTHER, SENTENCES, told
from commonplace.web.pages.words.languages import catalogue
from commonplace.web.pages.words.sentences import translated


class Asked(BaseModel):
    """A body with a member of each kind."""

    model_config = ConfigDict(extra="forbid")

    word: str = Field(default="a", max_length=3)
    share: float = Field(default=0.5, gt=0, lt=1)
    names: list[str] = Field(default_factory=list, max_length=2)
    places: dict[str, int] = Field(default_factory=dict)
    tide: str = "high"

    @field_validator("tide")
    @classmethod
    def _is_tide(cls, value: str) -> str:
        if value not in ("high", "low"):
            raise ValueError(Message("%(action)r is no decision", action=value))
        return value


@pytest.mark.parametrize(
    ("body", "french"),
    [
        ({"word": 7}, "n’est pas un texte"),
        ({"word": "tides"}, "a plus de 3 caractères"),
        ({"share": "much"}, "n’est pas un nombre"),
        ({"share": 1}, "n’est pas inférieur à 1.0"),
        ({"share": 0}, "n’est pas supérieur à 0.0"),
        ({"names": "Ann"}, "n’est pas une liste"),
        ({"names": ["a", "b", "c"]}, "a plus de 2 éléments"),
        ({"places": []}, "n’est pas un objet avec des membres"),
        ({"places": {"a": 1.5}}, "n’est pas un nombre entier"),
        ({"colour": "red"}, "n’est pas connu ici"),
        ({"tide": "ebb"}, "'ebb' n’est pas une décision"),
    ],
)
def test_a_fault_is_told_in_french(body: dict[str, Any], french: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(body)
    (error,) = caught.value.errors()
    assert translated(told(error), "fr") == french


def test_each_sentence_is_of_a_type_that_there_is_and_has_its_french() -> None:
    assert set(SENTENCES) <= set(get_args(core_schema.ErrorType))
    assert not {text for text in (*SENTENCES.values(), OTHER) if text not in catalogue("fr")}


def test_a_fault_of_another_type_is_told_with_its_own_words() -> None:
    said = told({"type": "uuid_parsing", "msg": "Input should be a valid UUID", "ctx": {"error": "no hyphen"}})
    assert said == "is not of the form that is needed: Input should be a valid UUID"
    assert translated(said, "fr").startswith("n’a pas la forme qu’il faut : ")
    assert told({"type": "greater_than", "msg": "Input should be greater than 3"}).endswith("greater than 3")
