"""Door signs as pixels: one bit, the size asked for, nothing outside, the telephone always whole."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vigie.lib.doorsign import LARGEST, SMALLEST, Face, Holder, Row, _drawable, fitted, png

FACE = Face(
    "Valmorin",
    "Sunday 22 November 2026",
    (
        Row("Production", (Holder("Amina Martin", "42 17"),), ("until 20:26, then Bruno Leroy",)),
        Row("Support", (Holder("nobody"),), ("from Mon 23 Nov 08:00: Lucie Petit", "Backup: Denis Blanc")),
    ),
    "Next change: 20:26.",
    "{n} more not shown",
)


@pytest.mark.parametrize("size", [(800, 480), (480, 800), (296, 128), (1200, 825), (64, 64), (2400, 64)])
def test_a_sign_is_one_bit_a_pixel_in_the_size_asked_for(size: tuple[int, int]):
    image = Image.open(BytesIO(png(FACE, *size)))
    assert (image.size, image.mode, image.format) == (size, "1", "PNG")
    assert {colour for _count, colour in image.getcolors()} == {0, 255}
    assert png(FACE, *size) == png(FACE, *size)


@pytest.mark.parametrize("size", [(SMALLEST - 1, 480), (800, LARGEST + 1), (0, 0)])
def test_a_size_that_no_sign_has_is_refused(size: tuple[int, int]):
    with pytest.raises(ValueError, match="x"):
        png(FACE, *size)


@given(name=st.text(max_size=80), phone=st.text("+0123456789 ()p.", max_size=30), many=st.integers(0, 12))
@settings(max_examples=10, deadline=None)
def test_any_name_and_any_number_of_duties_can_be_drawn(name: str, phone: str, many: int):
    rows = tuple(Row(name, (Holder(name, phone, name), Holder(name)), (name,)) for _ in range(many))
    image = Image.open(BytesIO(png(Face(name, name, rows, name), 400, 300)))
    white = image.crop((0, 60, 2, 300)).convert("L").getextrema()
    assert white == (255, 255)  # nothing runs out of the left edge


def test_a_long_name_shrinks_then_ends_in_an_ellipsis_and_stays_in_its_room():
    short, font = fitted("Amina Martin", 40, 400, bold=True, smallest=0.6)
    assert short == "Amina Martin"
    longer, small = fitted("Marie-Antoinette de Valmorin", 40, 400, bold=True, smallest=0.6)
    assert longer == "Marie-Antoinette de Valmorin"
    assert small.size < font.size
    longest, least = fitted("Wolfeschlegelsteinhausenbergerdorff " * 3, 40, 400, bold=True, smallest=0.6)
    assert longest.endswith("…")
    assert least.getlength(longest) <= 400
    assert least.size == 24


def test_letters_that_the_font_lacks_are_replaced_and_accents_are_kept():
    assert _drawable("Łucja Şahin-Őri, Œuvre, Ελένη, Надя, jusqu’à 8\u00a0h") == (
        "Łucja Şahin-Őri, Œuvre, Ελένη, Надя, jusqu’à 8 h"
    )
    assert _drawable("山田") == "??"
    assert _drawable("e\u0301") == "é"
