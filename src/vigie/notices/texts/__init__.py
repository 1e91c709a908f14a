"""From facts and free words to what people read: NEWS, Flash and Mail, in each language.

Every sentence is built here in English and translated in the catalogue. French words are chosen so that the gender
and number of a service's name never matter: « à l’arrêt », « fonctionnement perturbé », « risque de coupures ».
"""

from vigie.notices.texts.calendar import Course, Word, calendar, course_of, encode, invitation
from vigie.notices.texts.faults import PROBLEM_WORDS, SECTION_NAMES, problem_words
from vigie.notices.texts.lines import effect_words, flash, full_name, listed, title
from vigie.notices.texts.parts import Section, said, sections
from vigie.notices.texts.shapes import Rendered, render, search_text
from vigie.notices.texts.times import clock_time, moment, when

__all__ = [
    "PROBLEM_WORDS",
    "SECTION_NAMES",
    "Course",
    "Rendered",
    "Section",
    "Word",
    "calendar",
    "clock_time",
    "course_of",
    "effect_words",
    "encode",
    "flash",
    "full_name",
    "invitation",
    "listed",
    "moment",
    "problem_words",
    "render",
    "said",
    "search_text",
    "sections",
    "title",
    "when",
]
