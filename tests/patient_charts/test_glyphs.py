"""Every word that can stand on a patient chart can be printed: no character is a box."""

from __future__ import annotations

from importlib import resources

import msgspec
import pytest
import typst

from chalicelib.plain import glossary

FOLDER = str(resources.files("noto_cjk_sans_jp_regular"))
FONTS = typst.Fonts(include_system_fonts=False, font_paths=[FOLDER])


def told(part: object) -> set[str]:
    return set(msgspec.json.encode(part).decode())


def printed(text: str) -> bytes:
    layout = '#set document(title: "glyphs")\n#set text(font: "Noto Sans CJK JP")\n#sys.inputs.text'
    return typst.compile(
        layout.encode(),
        font_paths=FONTS,
        ignore_system_fonts=True,
        sys_inputs={"text": text},
        pdf_standards="ua-1",  # which refuses a character that no font has
    )


def test_all_terms_and_scales_of_the_glossary_have_glyphs() -> None:
    characters = told(glossary.terms()) | told(glossary.scales())
    assert "瘍" in characters
    assert printed("".join(sorted(characters)))


def test_what_schools_do_not_teach_has_glyphs() -> None:
    assert printed("潰瘍膵臓糜爛瘻孔襞靱帯亢嵌弯漿濾疣疸痙瘢瘤絨肛脾鉤頸顆贅 ⅠⅡⅢⅣⅤ≤≥")


def test_a_character_that_no_font_has_would_be_found() -> None:
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        printed("\N{EGYPTIAN HIEROGLYPH A001}")
