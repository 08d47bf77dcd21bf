"""The sentences in which a comparison of two works gives its reasons, with the names of what stands in each."""

from __future__ import annotations

from enum import StrEnum


class Because(StrEnum):
    """A reason for or against two works being one. A page finds the sentence again by it, and says it in French."""

    TITLE_SAME = "the same title"
    TITLE_SUBTITLE = "the same title, but for a subtitle"
    TITLE_CUT = "titles that begin alike, and one is cut short"
    TITLE_NEAR = "titles that are %(ratio)s %% alike"
    TITLE_MORE = "titles of which one has more words: %(words)s"
    TITLE_OTHER = "other titles, %(ratio)s %% alike"
    TITLE_NUMBERS = "other numbers in their titles: %(words)s and %(others)s"
    TITLE_ALONE = "the title of one alone says %(words)s"
    PEOPLE_UNKNOWN = "no people to compare"
    PEOPLE_OTHER = "other people"
    PEOPLE_NONE_SHARED = "no person in common"
    PEOPLE_ALIKE = "people of like names"
    PEOPLE_SAME = "people of the same name: %(names)s"
    YEAR_UNKNOWN = "no year to compare"
    YEAR_SAME = "the same year, %(year)s"
    YEARS = "years %(year)s and %(other)s"
    VENUE_SAME = "the same venue"
    VENUES_ALIKE = "venues of like names: %(venue)s, and %(other)s"
    VENUES_AND_YEARS = "other venues, and the years %(year)s and %(other)s"
    VENUES = "other venues: %(venue)s, and %(other)s"
    TWO_PLACES = "published in two places: %(venue)s, and %(other)s"
    TRIAL = "a registered trial: %(venue)s, and %(other)s"
    TWO_KINDS = "one in a journal, one at a conference: %(venue)s, and %(other)s"
    TWO_MEETINGS = "two meetings: %(venue)s, and %(other)s"
    PAPER_AND_ARTICLE = "a conference paper and an article, %(place)s and %(other)s, that share most words of the title"
    VOLUME_SAME = "the same volume, %(volume)s"
    VOLUMES = "volumes %(volume)s and %(other)s"
    ISSUE_SAME = "the same issue, %(issue)s"
    ISSUES = "issues %(issue)s and %(other)s"
    PAGE_SAME = "the same page, %(page)s"
    PAGES_OR_VOLUME = "other pages or another volume"
    PAGES_AND_YEARS = "other pages, and the years %(year)s and %(other)s"
    VOLUME_AND_PAGES = "another volume or issue, and other pages"
    PAGES = "pages %(page)s and %(other)s"
    DOI_SAME = "the same DOI, %(doi)s"
    DOIS = "DOIs %(doi)s and %(other)s"
    ARXIV_SAME = "the same arXiv number, %(number)s"
    IDENTIFIER_SAME = "the same %(scheme)s, %(number)s"
    TYPE_AND_OTHER = "one is %(type)s, the other %(type2)s"
    TYPES = "types %(type)s and %(type2)s"
    EDITIONS = "editions %(edition)s and %(other)s"
    EDITION_AND_YEAR = "edition %(edition)s of %(year)s, and another year"
    LANGUAGES = "languages %(language)s and %(language2)s"
    IDENTIFIERS = "identifiers %(identifier)s and %(other)s"


class Lacking(StrEnum):
    """What a reason says in the place of something that a work has not."""

    WORDS = "nothing"
    PLACE = "nowhere named"
    YEAR = "no year"
